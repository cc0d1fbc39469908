"""All lines of all protocols as columns of numbers: 45 bytes a line, so that a million of them are filtered at once.

Arrays are never altered once they stand: what was brought up to date are other ones, and a filter that is under way in
the background keeps those it began with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldapp.core.text import fold
from fieldapp.desk.index import Index, Kept, doubts_of
from fieldapp.desk.lines import NOWHERE, Flag
from fieldapp.desk.tables import Mask, Numbers, distinct, is_among, is_any_among
from fieldapp.store import taxa, walking
from fieldapp.store.connection import Database

ROW = np.dtype(
    [
        *((name, "<i4") for name in ("line", "visit", "site", "root", "cd_nom", "day", "longitude", "latitude")),
        ("count_min", "<i4"),
        ("count_max", "<i4"),
        ("protocol", "u1"),
        ("state", "u1"),
        ("level", "u1"),
        ("flags", "<u2"),
    ]
)
"""A line as `lines.LINE` packs it."""

_AT_ONCE = 20_000


@dataclass(frozen=True, eq=False)
class Columns:
    """One array per column, all of one length, in the order of day, visit and line; numbers as in `lines.LINE`.

    `protocols` gives the code of a protocol by its number. `people` has one row for each person of a visit: the visit's
    number, the person's. `doubts` has, by code of the warning, the numbers of the records (lines or visits) that have
    one that nobody confirmed. `stamp` says how far the index of `made` has been read. `cached` keeps the orders
    of these columns. `names` are those of all sites and taxa by number, folded for sorting, "" where there is none.
    """

    line: Numbers
    visit: Numbers
    site: Numbers
    root: Numbers
    cd_nom: Numbers
    day: Numbers
    longitude: Numbers
    latitude: Numbers
    count_min: Numbers
    count_max: Numbers
    protocol: NDArray[np.uint8]
    state: NDArray[np.uint8]
    level: NDArray[np.uint8]
    flags: NDArray[np.uint16]
    people: Numbers
    doubts: Mapping[str, Numbers]
    protocols: Mapping[int, str]
    stamp: int
    made: str
    cached: dict[Any, Any] = field(default_factory=dict)
    names: dict[str, dict[int, str]] = field(default_factory=lambda: {"site": {}, "cd_nom": {}})

    def __len__(self) -> int:
        return len(self.line)

    @property
    def nbytes(self) -> int:
        """The bytes that the columns take."""
        return self.people.nbytes + sum(int(getattr(self, name).nbytes) for name in ROW.names or ())

    @cached_property
    def year(self) -> NDArray[np.int16]:
        """The year of each line, 0 where it has no date."""
        return (self.day // 10_000).astype(np.int16)

    @cached_property
    def years(self) -> list[int]:
        """The years that have lines, newest first."""
        return [year for year in np.unique(self.year)[::-1].tolist() if year]

    @cached_property
    def is_somewhere(self) -> Mask:
        """Whether each line has a position."""
        found: Mask = self.longitude != NOWHERE
        return found

    @cached_property
    def by_line(self) -> Numbers:
        """Where the line of each number stands in the columns, by number; -1 where there is none."""
        found = np.full(int(self.line.max(initial=0)) + 1, -1, dtype=np.int32)
        found[self.line] = np.arange(len(self), dtype=np.int32)
        return found

    def places_of(self, lines: Sequence[int]) -> dict[int, int]:
        """Return where the lines of these numbers stand in the columns; one that is not there is left out."""
        known = len(self.by_line)
        places = ((line, int(self.by_line[line]) if 0 <= line < known else -1) for line in lines)
        return {line: place for line, place in places if place >= 0}

    def has(self, flag: Flag) -> Mask:
        """Return of which lines this holds."""
        found: Mask = (self.flags & np.uint16(flag)) != 0
        return found

    def number_of(self, protocol: str) -> int:
        """Return the number of a protocol, -1 for one without lines."""
        return next((number for number, code in self.protocols.items() if code == protocol), -1)


def load(db: Database, index: Index) -> Columns:
    """Return all lines that the index holds so far."""
    stamp = index.stamp()
    return _completed(db, _columns(index, index.kept(), stamp))


def refreshed(db: Database, index: Index, columns: Columns) -> Columns:
    """Return the columns with what was written into the index since; the same ones where that is nothing."""
    if index.made() != columns.made:
        return load(db, index)
    stamp = index.stamp()
    if stamp == columns.stamp:
        return columns
    fresh = _columns(index, index.kept(columns.stamp), stamp)
    gone = np.array([*np.unique(fresh.visit), *index.gone(columns.stamp)], dtype=np.int32)
    leaves = is_among(columns.visit, gone)
    touched = np.unique(columns.line[leaves])
    joined = _merged(columns, fresh, np.flatnonzero(~leaves).astype(np.int32))
    people = np.concatenate([columns.people[~is_among(columns.people[:, 0], gone)], fresh.people])
    away = np.concatenate([touched, gone])
    doubts = {
        code: np.concatenate([old[~is_among(old, away)], fresh.doubts.get(code, _none())])
        for code in columns.doubts.keys() | fresh.doubts.keys()
        for old in [columns.doubts.get(code, _none())]
    }
    renamed = set(fresh.site.tolist())
    sites = {number: name for number, name in columns.names["site"].items() if number not in renamed}
    names = {"site": sites, "cd_nom": columns.names["cd_nom"]}
    return _completed(db, replace(fresh, people=people, doubts=doubts, names=names, **joined))


def _merged(columns: Columns, fresh: Columns, stays: Numbers) -> dict[str, Any]:
    """Return the lines that stay and the fresh ones, column by column, each where its day and visit put it."""
    at = np.searchsorted(_key(columns.day, columns.visit)[stays], _key(fresh.day, fresh.visit))
    source = np.insert(stays, at, np.arange(len(fresh), dtype=np.int32) + np.int32(len(columns)))
    return {name: np.concatenate([getattr(columns, name), getattr(fresh, name)])[source] for name in ROW.names or ()}


def _key(day: Numbers, visit: Numbers) -> NDArray[np.int64]:
    found: NDArray[np.int64] = (day.astype(np.int64) << 32) | visit
    return found


def _columns(index: Index, kept: Iterable[Kept], stamp: int) -> Columns:
    parts: list[NDArray[Any]] = []
    people: list[Numbers] = []
    doubts: dict[str, list[int]] = defaultdict(list)
    rest = iter(kept)
    while chunk := list(islice(rest, _AT_ONCE)):
        parts.append(np.frombuffer(b"".join(one.lines for one in chunk), dtype=ROW))
        visits = np.array([one.visit for one in chunk], dtype=np.int32)
        persons = np.frombuffer(b"".join(one.people for one in chunk), dtype="<i4")
        people.append(np.column_stack([np.repeat(visits, [len(one.people) // 4 for one in chunk]), persons]))
        for one in chunk:
            for doubt in doubts_of(one.doubts) if one.doubts else ():
                doubts[doubt.problem.code].append(doubt.record)
    rows = np.concatenate(parts) if parts else np.empty(0, dtype=ROW)
    del parts
    order = np.argsort(_key(rows["day"], rows["visit"]), kind="stable")  # the lines of a visit are in order already
    columns: dict[str, Any] = {name: np.ascontiguousarray(rows[name])[order] for name in ROW.names or ()}
    return Columns(
        **columns,
        people=np.concatenate(people) if people else np.empty((0, 2), dtype=np.int32),
        doubts={code: np.array(numbers, dtype=np.int32) for code, numbers in doubts.items()},
        protocols=index.protocols(),
        stamp=stamp,
        made=index.made(),
    )


def _completed(db: Database, columns: Columns) -> Columns:
    """Return the columns with what the index does not hold: what is disputed, and the names."""
    disputed = np.array(walking.disputed(db), dtype=np.int32)
    flags = columns.flags & ~np.uint16(Flag.DISPUTED)
    if len(disputed):
        flags[is_any_among([columns.line, columns.visit], disputed)] |= np.uint16(Flag.DISPUTED)
    names = {
        "site": _names(distinct(columns.site), columns.names["site"], partial(_place_names, db)),
        "cd_nom": _names(distinct(columns.cd_nom), columns.names["cd_nom"], partial(_taxon_names, db)),
    }
    return replace(columns, flags=flags, names=names, cached={})


def _names(there: Numbers, known: Mapping[int, str], ask: Callable[[list[int]], Mapping[int, str]]) -> dict[int, str]:
    """Return the folded names of these numbers; those that are not known are asked for."""
    unknown = [number for number in there.tolist() if number and number not in known]
    told = ask(unknown) if unknown else {}
    return {number: known[number] if number in known else fold(told.get(number, "")) for number in there.tolist()}


def _taxon_names(db: Database, cds: list[int]) -> dict[int, str]:
    return {cd: taxon.nom_vern or taxon.lb_nom for cd, taxon in taxa.by_cd_nom(db, cds).items()}


def _place_names(db: Database, sites: list[int]) -> dict[int, str]:
    return {
        number: db.protocols[record.protocol].entity(record.entity).title(record.data)
        for number, record in walking.by_number(db, sites).items()
    }


def _none() -> Numbers:
    return np.empty(0, dtype=np.int32)
