"""The commands of a coordinator: one function each, without a window. They print, and return the exit code.

0 done, 1 refused with a sentence on stderr; of `review set` also 1 where something stayed behind, each with its reason.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fieldapp.cli.commands import DONE, REFUSED, name_of, present
from fieldapp.core import review, review_words
from fieldapp.core.errors import FileRefusedError
from fieldapp.core.review import ReviewState
from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import _, ngettext
from fieldapp.store import records, reviewing, worklist
from fieldapp.store.connection import Database
from fieldapp.store.worklist import Item, Visit
from fieldapp.sync.wording import Names


def listing(database: Path, *, year: int | None, protocol: str | None, state: str | None, as_json: bool) -> int:
    """Print the visits of a year (the newest of each protocol without one) with their lines, and how far they are.

    `state` leaves only the records in this state. As JSON, one object:

        {"visits": [{"uid", "protocol", "entity", "on_date", "place", "state", "level", "stale", "remarkable",
                     "missing": [sentence…], "questions": [{"field", "text", "by", "at", "answer", "answered_by",
                     "answered_at", "is_answered"}…],
                     "lines": [{"uid", "entity", "title", "state", "level", "stale", "remarkable", "missing",
                     "questions"}…]}…],
         "findings": [{"code", "record", "protocol", "year", "severity", "sentence"}…]}

    `level` is STATUT_VALID of the SINP, "0" where nothing holds; instants are UTC; `stale`: changed since it was
    validated. The findings are those of the automatic checks, told only where no state was asked for.
    """
    wanted = None if state is None else ReviewState(state)
    with present(database) as db:
        names = Names(db)
        found: list[Visit] = []
        doubts: list[dict[str, Any]] = []
        for study, season in _seasons(db, protocol, year):
            found += [visit for visit in worklist.of_year(db, study, season) if _shown(visit, wanted)]
            doubts += _findings(db, study, season) if wanted is None else []
        if as_json:
            told = {"visits": [_visit_json(visit, names, wanted) for visit in found], "findings": doubts}
            print(json.dumps(told, ensure_ascii=False))
        else:
            told_of = [f"{names.place(str(one['record']))} : {one['sentence']}" for one in doubts]
            _print_lines(_lines(db, found, names, wanted), told_of)
    return DONE


def set_level(
    database: Path, uids: Sequence[str], level: str, *, comment: str, why: str, incomplete: bool = False
) -> int:
    """Validate records and what lies below them at a level; print what stayed behind, and why, on stderr.

    With `incomplete` also what only lacks something.
    """
    with present(database) as db:
        done = reviewing.validate(db, uids, level, comment=comment, why=why, incomplete=incomplete)
        names = Names(db)
        words = ngettext("{n} fiche au niveau {level}.", "{n} fiches au niveau {level}.", done.done)
        print(words.format(n=done.done, level=level))
        for left in done.left:
            print(f"{names.place(left.uid)} : {' '.join(left.reasons)}", file=sys.stderr)
        if any(left.is_incomplete for left in done.left):
            print(_("Ce qui est seulement incomplet se valide avec --incomplete."), file=sys.stderr)
    return REFUSED if done.left else DONE


def ask(database: Path, uid: str, field: str, text: str) -> int:
    """Ask the observer about a field of a record."""
    with present(database) as db:
        reviewing.ask(db, uid, field, text)
    print(_("Question posée."))
    return DONE


def answer(database: Path, uid: str, field: str, text: str) -> int:
    """Answer the coordinator's question about a field of a record."""
    with present(database) as db:
        reviewing.answer(db, uid, field, text)
    print(_("Réponse gardée."))
    return DONE


def close(database: Path, uid: str, field: str) -> int:
    """End the question about a field of a record."""
    with present(database) as db:
        reviewing.close(db, uid, field)
    print(_("Question close."))
    return DONE


def remarkable(database: Path, uid: str, comment: str) -> int:
    """Note why a record is remarkable; an empty comment takes that back."""
    with present(database) as db:
        reviewing.mark_remarkable(db, uid, comment)
    print(_("Noté comme remarquable.") if comment.strip() else _("Plus noté comme remarquable."))
    return DONE


def run(database: Path, given: argparse.Namespace) -> int:
    """Do what the words of `review` say."""
    if given.deed == "list":
        return listing(database, year=given.year, protocol=given.protocol, state=given.state, as_json=given.json)
    if given.deed == "set":
        return set_level(
            database,
            given.uid,
            given.level,
            comment=given.comment,
            why=given.why,
            incomplete=given.incomplete,
        )
    if given.deed == "ask":
        return ask(database, given.uid, given.field, given.text)
    if given.deed == "answer":
        return answer(database, given.uid, given.field, given.text)
    if given.deed == "close":
        return close(database, given.uid, given.field)
    return remarkable(database, given.uid, given.comment)


# ------------------------------------------------------------------------------------------------------ helpers


def _seasons(db: Database, named: str | None, year: int | None) -> list[tuple[StudyProtocol, int]]:
    """Return the protocols and years that are meant; FileRefusedError for a protocol that there is not."""
    studies = worklist.reviewed_protocols(db)
    known = {name: item for item in studies for name in (name_of(item), item.code)}
    if named is not None and named not in known:
        there = ", ".join(name_of(item) for item in studies) or "–"
        raise FileRefusedError(
            _("Aucun passage de « {name} » dans cette base. Il y a : {known}.").format(name=named, known=there)
        )
    if named is not None:
        studies = [known[named]]
    found = []
    for study in studies:
        present_years = worklist.years(db, study)
        seasons = present_years[:1] if year is None else [item for item in present_years if item == year]
        found += [(study, season) for season in seasons]
    return found


def _shown(visit: Visit, wanted: ReviewState | None) -> bool:
    return wanted is None or any(item.state is wanted for item in visit.items)


def _findings(db: Database, study: StudyProtocol, year: int) -> list[dict[str, Any]]:
    """Return what the automatic checks find; nothing where the extra `desk` is not installed."""
    if find_spec("numpy") is None:
        return []
    from fieldapp.desk import finding_words, findings

    found = findings.of_year(db, year, study.code)
    known = records.get_many(db, [one.record for one in found])
    return [
        {
            "code": one.code,
            "record": one.record,
            "protocol": one.protocol,
            "year": one.year,
            "severity": one.severity.name.lower(),
            "sentence": finding_words.sentence(one, study, known[one.record].entity),
        }
        for one in found
    ]


def _visit_json(visit: Visit, names: Names, wanted: ReviewState | None) -> dict[str, Any]:
    record = visit.item.record
    return {
        "uid": record.uid,
        "protocol": record.protocol,
        "entity": record.entity,
        "on_date": record.on_date,
        "place": names.place(record.parent) if record.parent else "",
        **_item_json(visit.item),
        "lines": [
            {"uid": item.record.uid, "entity": item.record.entity, "title": names.title(item.record.uid)}
            | _item_json(item)
            for item in visit.lines
            if wanted is None or item.state is wanted
        ],
    }


def _item_json(item: Item) -> dict[str, Any]:
    return {
        "state": str(item.state),
        "level": item.level,
        "stale": item.is_stale,
        "remarkable": str(item.record.data.get(review.REMARKABLE, "")),
        "missing": list(item.missing),
        "questions": [
            {
                "field": one.field,
                "text": one.text,
                "by": one.by,
                "at": one.at,
                "answer": one.answer,
                "answered_by": one.answered_by,
                "answered_at": one.answered_at,
                "is_answered": one.is_answered,
            }
            for one in item.questions
        ],
    }


def _lines(db: Database, found: Sequence[Visit], names: Names, wanted: ReviewState | None) -> Iterator[str]:
    """Yield a line for each visit, and one for each record in it that is not simply as far as the visit."""
    for visit in found:
        yield f"{names.place(visit.uid)} · {_(review_words.STATES[visit.state])} · {visit.uid}"
        for item in visit.items:
            if (wanted is None and not item.questions and not item.missing) or (wanted and item.state is not wanted):
                continue
            yield f"  {names.title(item.record.uid)} · {_(review_words.STATES[item.state])} · {item.record.uid}"
            yield from (f"    {sentence}" for sentence in item.missing)
            yield from (f"    {_question_words(db, item, number, names)}" for number in range(len(item.questions)))


def _question_words(db: Database, item: Item, number: int, names: Names) -> str:
    one = item.questions[number]
    entity = db.protocols[item.record.protocol].entity(item.record.entity)
    about = review_words.about_words(
        one.field, lambda name: _(entity.by_name[name].label) if name in entity.by_name else name
    )
    asked = _("{field} : {text} ({who})").format(field=about, text=one.text, who=names.who(one.by))
    if not one.answer:
        return asked
    about_another = _("à la question d’avant : ") if one.to_another else ""
    return f"{asked} → {about_another}{one.answer} ({names.who(one.answered_by)})"


def _print_lines(lines: Iterator[str], doubts: Sequence[str]) -> None:
    told = list(lines)
    print("\n".join(told) if told else _("Rien à revoir."))
    if doubts:
        print(_("Contrôles automatiques :"))
        print("\n".join(f"  {doubt}" for doubt in doubts))
