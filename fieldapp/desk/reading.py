"""The visits of one protocol, year and place after the other, read with all that is to be said of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fieldapp.core.record import Record
from fieldapp.core.schema import Taxon, Values
from fieldapp.desk.lines import Around, Layout, Told, told, words_of
from fieldapp.store import records, walking
from fieldapp.store.connection import Database
from fieldapp.store.walking import Numbered

Group = tuple[str, str, str]
"""Visits that are told together: protocol, year ("": without a date) and place (see `walking.places`)."""


@dataclass(frozen=True, slots=True)
class Place:
    """The visits of one place and year; `number` is that of the place (see `walking.places`).

    `links` are the uids that they have to be read anew for: what they point to and rules look into, or is not there.
    """

    number: int
    visits: Sequence[Told]
    words: Sequence[tuple[int, str]] = field(default=())
    links: Sequence[str] = field(default=())


def read(
    db: Database, where: Layout, number: int, year: str, places: Sequence[str], taxa: Mapping[int, Taxon]
) -> Iterator[Place]:
    """Yield the visits of a year, place by place (see `walking.places`); one without any, or that is gone, is empty.

    `number` is that of the protocol.
    """
    visits = walking.visits(db, where.protocol.code, where.visit.code, year, places)
    lines: dict[str, list[Numbered]] = {}
    for line in walking.below(db, [record.uid for _id, record in visits], where.line.code):
        lines.setdefault(line[1].parent or "", []).append(line)
    linked = walking.by_uid(db, _links(where, visits))
    links = {uid: record.data for uid, (_id, record) in linked.items()}
    numbers = {uid: id_ for uid, (id_, _record) in linked.items()}
    by_place: dict[str, list[Numbered]] = {}
    for visit in visits:
        by_place.setdefault(visit[1].parent or visit[1].uid, []).append(visit)
    chains = _above(db, places)
    beside = _undated(db, places)
    people = [*linked.values()]
    persons = {uid for uid, (_id, record) in linked.items() if record.entity == "person"}
    for place in places:
        chain = chains[place]
        if not chain:
            continue
        at = chain[0][0]
        if any(record.deleted for _id, record in chain):
            yield Place(at, ())
            continue
        own = by_place.get(place, [])
        above = [] if chain[0][1].entity == where.visit.code else chain
        siblings = _siblings(own, beside.get(place, ())) if above else {}
        around = Around(above, siblings, links, numbers, taxa)
        found = [told(where, number, visit, lines.get(visit[1].uid, ()), around) for visit in own]
        said = [(id_, words_of(db.protocols[one.protocol], one)) for id_, one in (*above, *people)]
        yield Place(at, found, said, [uid for uid in _links(where, own) if uid not in persons])
        people = []  # once is enough


def _siblings(visits: Sequence[Numbered], beside: Sequence[Values]) -> dict[int, list[Values]]:
    """Return for each visit the values of the others, and of what has no date beside them."""
    others = [record.data for _id, record in visits]
    return {id_: [*others[:at], *others[at + 1 :], *beside] for at, (id_, _record) in enumerate(visits)}


def touched_groups(db: Database, layouts: Mapping[str, Layout], uids: Iterable[str]) -> tuple[set[Group], set[int]]:
    """Return the groups of visits of which something may have changed with these records, and the records' numbers."""
    found = walking.by_uid(db, uids)
    numbers = {id_ for id_, _record in found.values()}
    tops: set[str] = set()
    pending = [record for _id, record in found.values() if record.protocol in layouts]
    while pending:
        climbing: set[str] = set()
        for record in pending:
            where = layouts[record.protocol]
            if record.entity in _chain(where):
                tops.add(record.uid)
            elif record.parent:
                climbing.add(record.parent)
        pending = [record for _id, record in walking.by_uid(db, climbing - tops).values() if record.protocol in layouts]
    entities = {code: where.visit.code for code, where in layouts.items()}
    return {(code, year, place) for code, place, year in walking.dated_below(db, tops, entities)}, numbers


def _chain(where: Layout) -> list[str]:
    """Return the entities of the visit and of what lies above it."""
    found = [where.visit.code]
    parent = where.visit.parent
    while parent:
        found.append(parent)
        parent = where.protocol.entity(parent).parent
    return found


def _above(db: Database, parents: Iterable[str]) -> dict[str, list[Numbered]]:
    """Return for each of these uids the record and those above it, nearest first; [] where there is no such record."""
    known: dict[str, Numbered] = {}
    wanted = set(parents)
    while wanted:
        level = walking.by_uid(db, wanted)
        known |= level
        wanted = {record.parent for _id, record in level.values() if record.parent} - known.keys()
    found: dict[str, list[Numbered]] = {}
    for uid in parents:
        chain = found.setdefault(uid, [])
        at: str | None = uid
        while at in known and len(chain) < len(known):
            chain.append(known[at])
            at = known[at][1].parent
    return found


def _undated(db: Database, parents: Iterable[str]) -> dict[str, list[Values]]:
    found: dict[str, list[Values]] = {}
    for record in records.undated(db, parents):
        found.setdefault(record.parent or "", []).append(record.data)
    return found


def _links(where: Layout, visits: Iterable[Numbered]) -> set[str]:
    """Return the uids of the people and datasets that these visits point to."""
    names = [item.name for item in where.visit.fields if item.target]
    found: set[str] = set()
    for _id, visit in visits:
        found.update(_uids(visit, names))
    return found


def _uids(visit: Record, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        value = visit.data.get(name)
        for uid in value if isinstance(value, list) else (value,):
            if isinstance(uid, str):
                yield uid
