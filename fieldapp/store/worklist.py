"""What a coordinator has to look at: the visits of a year with their lines, and how far each record has come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from fieldapp.core import review
from fieldapp.core.record import Record
from fieldapp.core.review import Question, ReviewState
from fieldapp.core.schema import Entity, StudyProtocol
from fieldapp.store import completeness, records
from fieldapp.store.connection import Database

AT_ONCE = 50
"""Visits that are read and judged together: a session of banding has some hundred lines."""

Report = Callable[[int, int], object]
"""Called with how many visits are read, of how many; may raise to stop."""


@dataclass(frozen=True, slots=True)
class Item:
    """One record: how far it has come, its level, the questions about it, and what it lacks, in sentences."""

    record: Record
    state: ReviewState
    level: str
    questions: tuple[Question, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def is_stale(self) -> bool:
        """Whether it was changed since it was validated."""
        return review.is_stale(self.record)


@dataclass(frozen=True)
class Visit:
    """A visit with all that lies below it, depth first, and the records above it by their entity."""

    item: Item
    lines: tuple[Item, ...]
    above: Mapping[str, Record]

    @property
    def uid(self) -> str:
        """The uid of the visit."""
        return self.item.record.uid

    @property
    def items(self) -> tuple[Item, ...]:
        """The visit and all below it."""
        return (self.item, *self.lines)

    @cached_property
    def state(self) -> ReviewState:
        """The state of the whole: to be reviewed before anything else, validated only where every record is."""
        found = {item.state for item in self.items}
        order = (ReviewState.TO_REVIEW, ReviewState.DRAFT, ReviewState.COMPLETE)
        return next((state for state in order if state in found), ReviewState.VALIDATED)

    @cached_property
    def questions(self) -> tuple[tuple[Record, Question], ...]:
        """The questions about any of its records."""
        return tuple((item.record, question) for item in self.items for question in item.questions)

    @cached_property
    def is_stale(self) -> bool:
        """Whether one of its records was changed since it was validated."""
        return any(item.is_stale for item in self.items)


def dated_entity(protocol: StudyProtocol) -> Entity | None:
    """Return the entity of the visits of a protocol, None where it has none (people, datasets)."""
    if protocol.standard is not None:
        return protocol.entity(protocol.standard().visit)
    return next((entity for entity in protocol.entities if entity.date_field), None)


def reviewed_protocols(db: Database) -> list[StudyProtocol]:
    """Return the protocols of which visits are there to be reviewed, in the order of the installed ones."""
    found = []
    for protocol in db.protocols.values():
        entity = dated_entity(protocol)
        is_told = protocol.standard is not None or (entity is not None and entity.parent is not None)
        if entity is not None and is_told and records.years(db, protocol.code, entity.code):
            found.append(protocol)
    return found


def years(db: Database, protocol: StudyProtocol) -> list[int]:
    """Return the years that hold a visit of the protocol, newest first."""
    entity = dated_entity(protocol)
    return records.years(db, protocol.code, entity.code) if entity is not None else []


def waiting_of_year(db: Database, year: int) -> int:
    """Return how many visits of a year, of all protocols that are reviewed, nobody has validated yet."""
    left = 0
    for protocol in reviewed_protocols(db):
        entity = dated_entity(protocol)
        if entity is not None:
            left += db.rows(
                "SELECT count(*) FROM record WHERE protocol = ? AND entity = ? AND deleted = 0 "
                "AND on_date BETWEEN ? AND ? AND json_extract(data, ?) IS NULL",
                (protocol.code, entity.code, f"{year:04}-01-01", f"{year:04}-12-31", f'$."{review.VALIDATED}"'),
            )[0][0]
    return left


def of_year(
    db: Database, protocol: StudyProtocol, year: int, report: Report = lambda _done, _total: None
) -> Iterator[Visit]:
    """Yield the visits of a year in order of their date; for the background, or where nobody waits."""
    entity = dated_entity(protocol)
    if entity is None:
        return
    dated = records.dated(db, protocol.code, entity.code, f"{year:04}-01-01", f"{year:04}-12-31")
    for start in range(0, len(dated), AT_ONCE):
        report(start, len(dated))
        yield from visits(db, dated[start : start + AT_ONCE])


def visits(db: Database, dated: Sequence[Record]) -> list[Visit]:
    """Return these visits with what lies below and above them."""
    children = completeness.below(db, dated)
    missing = completeness.lacks(db, dated, children)
    above = {placed.uid: placed.parents for placed in records.placed(db, dated)}

    def item(record: Record) -> Item:
        lacks = missing.get(record.uid, ())
        asked = tuple(review.questions(record.data)) if _has_questions(record) else ()
        return Item(record, review.state(record, is_complete=not lacks), review.level(record), asked, lacks)

    def below(uid: str) -> Iterator[Record]:
        for record in children.get(uid, ()):
            yield record
            yield from below(record.uid)

    return [Visit(item(one), tuple(map(item, below(one.uid))), above[one.uid]) for one in dated]


def visits_of(db: Database, uids: Iterable[str]) -> list[Visit]:
    """Return the visits in which these records lie, each once; a record that lies in none is its own."""
    found: dict[str, Record] = {}
    for placed in records.placed(db, list(records.get_many(db, uids).values())):
        chain = (placed.record, *placed.parents.values())
        top = next((one for one in chain if one.on_date), placed.record)
        if not top.deleted:
            found[top.uid] = top
    return visits(db, list(found.values()))


def _has_questions(record: Record) -> bool:
    return any(name.startswith(review.QUESTION) for name in record.data)
