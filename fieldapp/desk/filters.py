"""Which lines a person wants, and in which order: an array of record numbers, from a million lines at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import reduce
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from fieldapp.desk import zones
from fieldapp.desk.columns import Columns
from fieldapp.desk.index import Index
from fieldapp.desk.lines import DEGREE, NOWHERE, STATES, Flag, day_number
from fieldapp.desk.tables import Mask, Numbers, distinct, is_among, is_any_among, told_by
from fieldapp.store import walking
from fieldapp.store.connection import Database

Key = Literal["date", "protocol", "taxon", "place", "count", "state", "level"]
"""What lines may be put in order by; lines that are equal in it follow each other by date, newest first."""

NOTHING = Flag(0)

_LARGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the lines are narrowed to; what is empty narrows nothing, and all that is not has to hold.

    `protocols` are codes. `first_on` and `last_on` are ISO days, both included. `places` are the uids of records at or
    above the visits, one of which has to hold the line. `within` is a polygon (WKT, degrees). `taxa` are the cd_nom
    that count, children and synonyms already among them. `observers` are uids of people. `states` are
    `review.ReviewState`s, `levels` codes of STATUT_VALID, `flags` and `warnings` (codes of findings) of which one has
    to hold. `text` are words, each of which begins a word that somebody wrote in the line, its visit, the places above
    or the name of a person, or that all belong to one name of its taxon.
    """

    protocols: frozenset[str] = frozenset()
    first_on: str = ""
    last_on: str = ""
    places: frozenset[str] = frozenset()
    within: str = ""
    taxa: frozenset[int] = frozenset()
    observers: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    levels: frozenset[str] = frozenset()
    flags: Flag = NOTHING
    warnings: frozenset[str] = frozenset()
    text: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether anything is narrowed at all."""
        return any(getattr(self, item.name) for item in fields(self))


def found(
    db: Database,
    index: Index,
    columns: Columns,
    wanted: Wanted,
    *,
    order: Key = "date",
    is_rising: bool = False,
    findings: Mapping[str, Numbers] | None = None,
) -> NDArray[np.int64]:
    """Return the record numbers of the lines wanted, in this order.

    `findings` are the records that the desk's own checks found, by code, beside the protocols' warnings.

    Raises FieldappError where `within` is no polygon.
    """
    masks = list(_masks(db, index, columns, wanted, findings or {}))
    ordered = in_order(columns, order, is_rising=is_rising)
    if masks:
        mask = reduce(np.logical_and, masks)
        ordered = ordered[mask[ordered]]
    return columns.line[ordered].astype(np.int64)


def in_order(columns: Columns, key: Key, *, is_rising: bool = False) -> Numbers:
    """Return the places of all lines in the order of a key; worked out once for the columns."""
    rising: Numbers = np.arange(len(columns), dtype=np.int32)
    if key == "date":
        return rising if is_rising else rising[::-1]
    if (key, is_rising) not in columns.cached:
        ranks = _ranks(columns, key)[::-1].astype(np.int32)
        newest_first = rising[::-1]
        columns.cached[key, is_rising] = newest_first[order_of(ranks if is_rising else ranks.max(initial=0) - ranks)]
    found: Numbers = columns.cached[key, is_rising]
    return found


def order_of(ranks: Numbers) -> NDArray[np.intp]:
    """Return the places of the ranks in rising order, equal ones as they stand; ranks are never negative.

    By 16 bits at a time, for which numpy counts instead of comparing.
    """
    order = np.argsort((ranks & 0xFFFF).astype(np.uint16), kind="stable")
    if int(ranks.max(initial=0)) > 0xFFFF:
        order = order[np.argsort((ranks >> 16).astype(np.uint16)[order], kind="stable")]
    return order


def _ranks(columns: Columns, key: Key) -> NDArray[Any]:
    if key == "count":
        return columns.count_max + 1
    if key == "taxon":
        return _by_name(columns.cd_nom, columns.names["cd_nom"])
    if key == "place":
        return _by_name(columns.site, columns.names["site"])
    if key == "protocol":
        return columns.protocol
    return columns.state if key == "state" else columns.level


def _by_name(numbers: Numbers, names: Mapping[int, str]) -> Numbers:
    """Return for each number the rank of its name, 0 where there is none."""
    there = distinct(numbers)
    order = {name: rank for rank, name in enumerate(sorted({*names.values()} - {""}), 1)}
    ranks = np.array([order.get(names[number], 0) for number in there.tolist()], dtype=np.int32)
    return told_by(numbers, there, ranks)


# ---------------------------------------------------------------------------------------------- narrowing


def _masks(
    db: Database, index: Index, columns: Columns, wanted: Wanted, findings: Mapping[str, Numbers]
) -> Iterator[Mask]:
    yield from _of_columns(columns, wanted)
    if wanted.places:
        yield any_of(columns, _array(walking.numbers(db, wanted.places).values()))
    if wanted.observers:
        yield _seen_by(columns, _array(walking.numbers(db, wanted.observers).values()))
    if wanted.warnings:
        said = [kept.get(code) for code in wanted.warnings for kept in (columns.doubts, findings)]
        yield any_of(columns, np.concatenate([_array(()), *(one for one in said if one is not None)]))
    if wanted.text.strip():
        yield _says(db, index, columns, wanted.text)
    if wanted.within:
        yield inside(columns, wanted.within)


def _of_columns(columns: Columns, wanted: Wanted) -> Iterator[Mask]:
    """Yield what the columns themselves say of the lines."""
    if wanted.protocols:
        yield np.isin(columns.protocol, [columns.number_of(code) for code in wanted.protocols])
    if wanted.first_on:
        yield columns.day >= day_number(wanted.first_on)
    if wanted.last_on:
        yield (columns.day <= day_number(wanted.last_on)) & (columns.day > 0)
    if wanted.taxa:
        yield is_among(columns.cd_nom, _array(cd for cd in wanted.taxa if 0 < cd < 2**31))
    if wanted.states:
        yield np.isin(columns.state, [number for number, state in enumerate(STATES) if state in wanted.states])
    if wanted.levels:
        yield np.isin(columns.level, [int(code) for code in wanted.levels if code.isdigit()])
    if wanted.flags:
        yield columns.has(wanted.flags)


def any_of(columns: Columns, records: Numbers) -> Mask:
    """Return the lines that are one of these records, or lie below one of them."""
    if not len(records):
        return np.zeros(len(columns), dtype=bool)
    return is_any_among([columns.line, columns.visit, columns.site, columns.root], records)


def inside(columns: Columns, polygon: str) -> Mask:
    """Return the lines whose position lies in a polygon or several (WKT, degrees); FieldappError for anything else."""
    area = zones.area_of(polygon)
    # Whole numbers, with one to spare: compared with others, a million of them would be made decimal ones first.
    west, south = (int(side * DEGREE) - 2 for side in area.bounds[:2])
    east, north = (int(side * DEGREE) + 2 for side in area.bounds[2:])
    mask: Mask = (columns.longitude >= max(west, NOWHERE + 1)) & (columns.longitude <= min(east, _LARGEST))
    mask &= (columns.latitude >= max(south, NOWHERE + 1)) & (columns.latitude <= min(north, _LARGEST))
    at = np.flatnonzero(mask)
    mask[at] = zones.holds(area, columns.longitude[at] / DEGREE, columns.latitude[at] / DEGREE)
    return mask


def _seen_by(columns: Columns, people: Numbers) -> Mask:
    if not len(people):
        return np.zeros(len(columns), dtype=bool)
    return is_among(columns.visit, columns.people[is_among(columns.people[:, 1], people), 0])


def _says(db: Database, index: Index, columns: Columns, text: str) -> Mask:
    """Return the lines that hold the words, or whose visit, place, observer or taxon does."""
    records = index.search(text)
    if records is None:
        return np.zeros(len(columns), dtype=bool)
    mask = any_of(columns, records) | _seen_by(columns, records)
    return mask | is_among(columns.cd_nom, _array(walking.cd_nom_of(db, text)))


def _array(numbers: Iterable[int]) -> Numbers:
    return np.array(list(numbers), dtype=np.int32)
