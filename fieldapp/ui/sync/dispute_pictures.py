"""What the pictures of the disagreements show: colleagues who wrote other values into the same records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fieldapp.core.ids import new_uid
from fieldapp.core.record import Record, with_data
from fieldapp.store import disputes, incoming, peers, records, steps
from fieldapp.store.connection import Author, Database
from fieldapp.store.incoming import Incoming

Values = Mapping[str, Any]

HERE = "Observateur Un"
"""Who sits at the screen."""

BRUNO, CHLOE = Author("LEROY Bruno", "portable-bruno"), Author("MARTIN Chloé", "portable-chloe")

POND = (
    {"Heure_debut": "21:05", "comments": "Vent fort, écoute difficile côté route."},
    {"Heure_debut": "21:20", "comments": "Un crapelet écrasé sur le chemin, 2 pontes près du "
     "ponton ; à revoir au passage suivant."},
    {"comments": "Eau trouble."},
)  # fmt: skip
BIRD = ({"mass_g": 11.3, "age": "1A"}, {"mass_g": 13.1, "age": "+1A"})
MORNING = ({"rain_mm": 3.1}, {"rain_mm": 31.0})
"""What each of up to three people wrote: the one at the screen, then Bruno, then Chloé."""


def disagree(db: Database) -> None:
    """Let colleagues write other values into a passage, a capture and a morning than ours; one is settled."""
    before = db.author
    people = records.roots(db, "directory", "person")
    here = next((one for one in people if one.data.get("name") == HERE), people[0])
    db.author = Author(here.uid, "portable-un")
    peer = peers.add(db, peers.FILE, project="colleagues", name="clé USB")
    for record, versions in (
        (_newest(db, "pop_amphibiens", "visit"), POND),
        (_line(db, "banding"), BIRD),
        (_newest(db, "pitfall_barrier", "visit"), MORNING),
    ):
        _write(db, record, versions, peer.id)
    peers.leave(db, peer.id)
    last = disputes.opened(db)[-1]
    disputes.settle(db, last.record.uid, {last.field: last.versions[0].value})
    db.author = before


def _newest(db: Database, protocol: str, entity: str) -> Record:
    return records.dated(db, protocol, entity, "2020-01-01", "2020-12-31")[-1]


def _line(db: Database, protocol: str) -> Record:
    visit = _newest(db, protocol, "visit")
    return next(one for one in records.children(db, [visit.uid]) if one.cd_nom)


def _write(db: Database, record: Record, versions: tuple[Values, ...], origin: int) -> None:
    entity = db.protocols[record.protocol].entity(record.entity)
    known = {name: value for name, value in versions[0].items() if name in entity.by_name}
    base = steps.heads(db, [record.uid])[record.uid]
    records.save(db, [with_data(record, entity, {**record.data, **known})], "correction")
    for author, values in zip((BRUNO, CHLOE), versions[1:], strict=False):
        change = Incoming(
            new_uid(),
            record.uid,
            record.protocol,
            record.entity,
            db.protocols[record.protocol].version,
            base,
            records.encode({name: record.data.get(name) for name in values}).decode(),
            records.encode(dict(values)).decode(),
            (new_uid(), "correction", author.who, author.device, records.now()),
        )
        with db.transaction() as connection:
            incoming.take(db, connection, origin, [change])


def scenes(*, every: bool) -> Iterator[tuple[str, str, dict[str, object], str]]:
    """Yield the name of each picture, its page with parameters, and what is typed there."""
    yield "a-relire", "disputes", {}, ""
    if every:
        yield "a-relire-tranches", "disputes", {"tab": "settled"}, ""
