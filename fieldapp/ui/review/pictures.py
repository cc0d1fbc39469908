"""What the pictures of the review show: a season half validated, questions asked and answered."""

from __future__ import annotations

from collections.abc import Iterator

from fieldapp.core.record import Record
from fieldapp.store import records, reviewing
from fieldapp.store.connection import Author, Database

COORDINATOR = Author("PETIT Anne", "portable-coordination")
OBSERVER = Author("Observateur Un", "portable-un")
"""Who asks in the pictures, and who answers."""

YEAR = 2020


def say(db: Database, protocol: str) -> None:
    """Validate some visits of a season and ask about others; one question is answered by who made the record."""
    visits = _visits(db, protocol)
    before, db.author = db.author, COORDINATOR
    reviewing.validate(db, [one.uid for one in visits[4:30]], "1")
    asked, other = _seen(db, visits[0])[0], _seen(db, visits[2])[0]
    reviewing.ask(db, asked.uid, "count_max", "Vingt-deux, ou deux ? La ligne d’avant dit deux.")
    reviewing.ask(db, visits[1].uid, "", "Quelle mare ? Deux s’appellent ainsi dans cette aire.")
    reviewing.ask(db, other.uid, "", "As-tu une photo ?")
    reviewing.mark_remarkable(db, other.uid, "Première mention de la commune")
    db.author = OBSERVER
    reviewing.answer(db, other.uid, "", "Oui, deux, je les joins ce soir.")
    db.author = before


def _visits(db: Database, protocol: str) -> list[Record]:
    found = records.dated(db, protocol, "visit", f"{YEAR}-01-01", f"{YEAR}-12-31")
    return [one for one in found if _seen(db, one)]


def _seen(db: Database, visit: Record) -> list[Record]:
    return [one for one in records.children(db, [visit.uid]) if one.data.get("presence") == "Oui"]


def scenes(db: Database, protocol: str, *, every: bool) -> Iterator[tuple[str, str, dict[str, object], str]]:
    """Yield the name of each picture, its page with parameters, and what is typed there."""
    yield "validation", "review", {"protocol": protocol, "year": YEAR}, ""
    yield "questions", "questions", {}, ""
    if every:
        visits = _visits(db, protocol)
        yield "validation-question", "review", {"uid": visits[0].uid}, "dq"
        yield "validation-choix", "review_ask", {"lines": tuple(one.uid for one in _seen(db, visits[3]))}, ""
