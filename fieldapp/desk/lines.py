"""What the desk keeps of each line of a protocol: 45 bytes that say where, when, what, how many and how far reviewed.

A line is a record of the lowest entity with a taxon right below a dated one (an observation below its visit); a visit
without any is a line of its own. Plain functions over records: nothing is read here.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntFlag
from typing import Any

from fieldapp.core import checking, review
from fieldapp.core.forms import SheetForm
from fieldapp.core.record import Record, is_about
from fieldapp.core.review import ReviewState
from fieldapp.core.schema import Context, Entity, Field, Kind, Problem, Severity, StudyProtocol, Taxon, Values
from fieldapp.core.text import fold
from fieldapp.store.walking import Numbered

LINE = struct.Struct("<10i3BH")
"""One line: number of the record, of its visit, of its site and of the root above (0: none), cd_nom (0: none), day,
longitude and latitude in degrees x 10⁷, least and largest count (-1: nobody counted), number of the protocol, state,
level and flags."""

NOWHERE = -(2**31)
"""Longitude and latitude of a line that lies nowhere."""

DEGREE = 10_000_000

STATES = tuple(ReviewState)
"""The states by their number."""

_LARGEST = 2**31 - 1
_LEVELS = {choice.code: number for number, choice in enumerate(review.LEVELS)}


class Flag(IntFlag):
    """What else is to be said of a line; what concerns its visit is said of all lines of it."""

    REMARKABLE = 1
    QUESTION = 2  # asked and not answered
    ANSWERED = 4
    WARNING = 8  # the protocol's rules warn of it, and nobody has confirmed that
    ABSENCE = 16  # looked for and not seen
    DISPUTED = 32
    STALE = 64  # changed since it was validated
    BARE = 128  # a visit without any line


@dataclass(frozen=True, slots=True)
class Doubt:
    """A warning of a protocol's rules that nobody has confirmed: the record's number, and the problem."""

    record: int
    problem: Problem


@dataclass(frozen=True, slots=True)
class Told:
    """What is kept of one visit: its lines (LINE after LINE), its people's numbers (4 bytes each), doubts, words."""

    visit: int
    day: int
    lines: bytes
    people: bytes
    doubts: Sequence[Doubt]
    words: Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Layout:
    """The levels of a protocol that has lines: the dated `visit` and the `line` right below it."""

    protocol: StudyProtocol
    visit: Entity
    line: Entity
    people: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Around:
    """What lies around the visits of one place and year.

    `above` are the records above the visits, nearest first; `siblings` the values of the others beside a visit, by its
    number; `links` the people and datasets that visits point to, `numbers` those of the people by uid.
    """

    above: Sequence[Numbered]
    siblings: Mapping[int, Sequence[Values]]
    links: Mapping[str, Values]
    numbers: Mapping[str, int]
    taxa: Mapping[int, Taxon] = field(default_factory=dict)


def layout(protocol: StudyProtocol) -> Layout | None:
    """Return the levels of a protocol, None for one without lines (the directory)."""
    for line in protocol.entities:
        visit = protocol.entity(line.parent) if line.parent and line.taxon_field else None
        if visit is not None and visit.date_field:
            people = tuple(item for item in visit.fields if item.target == "person")
            return Layout(protocol, visit, line, people)
    return None


def sheet_of(protocol: StudyProtocol) -> SheetForm | None:
    """Return the sheet on which a protocol's lines are written, None where it has none."""
    if protocol.form is not None:
        return protocol.form.sheet
    return protocol.day_list.sheet if protocol.day_list is not None else None


def told(where: Layout, number: int, visit: Numbered, lines: Sequence[Numbered], around: Around) -> Told:
    """Return what is kept of a visit with its lines; `number` is that of the protocol."""
    check = _checker(where, visit[1], [record.data for _id, record in lines], around)
    values = visit[1].data
    own = check(where.visit, visit[1], around.siblings.get(visit[0], ()))
    doubts = [Doubt(visit[0], problem) for problem in own if problem.severity is Severity.WARNING]
    common = _flags(visit[1], has_doubt=bool(doubts))
    is_complete = checking.is_complete(own)
    people = [around.numbers[uid] for uid in _linked(values, where.people) if uid in around.numbers]
    packed = []
    for line in lines:
        others = [record.data for _id, record in lines if record is not line[1]]
        found = check(where.line, line[1], others)
        warned = [Doubt(line[0], problem) for problem in found if problem.severity is Severity.WARNING]
        doubts += warned
        flags = common | _flags(line[1], has_doubt=bool(warned), is_absent=_is_absent(where, line[1]))
        state = review.state(line[1], is_complete=is_complete and checking.is_complete(found))
        packed.append(_packed(where, number, visit, line, around.above, flags, state))
    if not lines:
        state = review.state(visit[1], is_complete=is_complete)
        packed.append(_packed(where, number, visit, visit, around.above, common | Flag.BARE, state))
    words = [(id_, text) for id_, record in (visit, *lines) if (text := words_of(where.protocol, record))]
    return Told(visit[0], day_number(visit[1].on_date), b"".join(packed), _numbers(people), doubts, words)


def day_number(on_date: str | None) -> int:
    """Return an ISO day as the number 20260414, 0 for none: it sorts and compares as the day does."""
    digits = (on_date or "").replace("-", "")
    return int(digits) if len(digits) == 8 and digits.isascii() and digits.isdigit() else 0


def day_of(number: int) -> str:
    """Return the ISO day of such a number, "" for 0."""
    return f"{number // 10000:04}-{number // 100 % 100:02}-{number % 100:02}" if number else ""


def words_of(protocol: StudyProtocol, record: Record) -> str:
    """Return what people wrote in a record (names, rings, comments), folded for searching; "" for nothing."""
    fields = protocol.entity(record.entity).by_name
    outline = protocol.day_list.geometry if protocol.day_list is not None else ""
    found = [
        value
        for name, value in record.data.items()
        if isinstance(value, str) and (item := fields.get(name)) and item.kind in _WRITTEN and not item.hidden
        if name != outline
    ]
    found += [str(said) for name, said in record.data.items() if name == review.REMARKABLE]
    return fold.__wrapped__(" ".join(found)) if found else ""


_WRITTEN = frozenset({Kind.TEXT, Kind.LONG_TEXT})


def position_of(records: Sequence[Record]) -> tuple[int, int]:
    """Return longitude and latitude (degrees x 10⁷) of the first record that says both, NOWHERE twice for none."""
    for record in records:
        longitude, latitude = record.data.get("longitude"), record.data.get("latitude")
        if isinstance(longitude, int | float) and isinstance(latitude, int | float):
            if abs(longitude) <= 180 and abs(latitude) <= 90:
                return round(longitude * DEGREE), round(latitude * DEGREE)
            return NOWHERE, NOWHERE
    return NOWHERE, NOWHERE


def _checker(
    where: Layout, visit: Record, lines: Sequence[Values], around: Around
) -> Callable[[Entity, Record, Sequence[Values]], list[Problem]]:
    """Return what finds the problems of the visit or of one of its lines that nobody has confirmed."""
    above = {record.entity: record.data for _id, record in around.above}
    beneath = {**above, visit.entity: visit.data}
    # What is stored was not in the future when it was: the visit is judged as on the last day of its year.
    year = (visit.on_date or "")[:4]
    last = date(int(year), 12, 31) if year.isdigit() and int(year) else date.max

    def check(entity: Entity, record: Record, siblings: Sequence[Values]) -> list[Problem]:
        is_visit = entity is where.visit
        context = Context(
            record.data,
            above if is_visit else beneath,
            siblings=siblings,
            children=lines if is_visit else (),
            today=last,
            taxa=around.taxa,
            links=around.links,
        )
        found = checking.problems(where.protocol, entity, context)
        return checking.unconfirmed(found, record.data) if found else found

    return check


def _flags(record: Record, *, has_doubt: bool, is_absent: bool = False) -> Flag:
    found = Flag.WARNING if has_doubt else Flag(0)
    if is_absent:
        found |= Flag.ABSENCE
    if any(map(is_about, record.data)):
        for question in review.questions(record.data):
            found |= Flag.ANSWERED if question.is_answered else Flag.QUESTION
        if record.data.get(review.REMARKABLE):
            found |= Flag.REMARKABLE
        if review.is_stale(record):
            found |= Flag.STALE
    return found


def _is_absent(where: Layout, line: Record) -> bool:
    sheet = sheet_of(where.protocol)
    return sheet is not None and not sheet.is_sighting(line.data)


def _packed(
    where: Layout,
    number: int,
    visit: Numbered,
    line: Numbered,
    above: Sequence[Numbered],
    flags: Flag,
    state: ReviewState,
) -> bytes:
    record = line[1]
    site, root = (above[0][0], above[-1][0]) if above else (0, 0)
    position = position_of([record, visit[1], *(found for _id, found in above)])
    least, most = (-1, -1) if record is visit[1] else _count(where.line, record.data)
    cd_nom = record.cd_nom if record.cd_nom and 0 < record.cd_nom <= _LARGEST else 0
    return LINE.pack(
        line[0], visit[0], site, root, cd_nom, day_number(visit[1].on_date), *position, least, most,
        number, STATES.index(state), _LEVELS.get(review.level(record), 0), flags,
    )  # fmt: skip


def _count(entity: Entity, values: Values) -> tuple[int, int]:
    """Return least and largest count; an entity without a field for it counts one animal a line."""
    if "count" in entity.by_name:
        least = most = values.get("count")
    elif "count_min" in entity.by_name:
        least, most = values.get("count_min"), values.get("count_max", values.get("count_min"))
    else:
        least = most = 1
    return _small(least), _small(most)


def _small(value: Any) -> int:
    return value if type(value) is int and 0 <= value <= _LARGEST else -1


def _linked(values: Values, fields: Sequence[Field]) -> list[str]:
    found: list[Any] = []
    for item in fields:
        value = values.get(item.name)
        found += [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return [uid for uid in dict.fromkeys(found) if isinstance(uid, str)]


def _numbers(found: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(found)}i", *found)
