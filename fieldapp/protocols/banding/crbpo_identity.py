"""Which bird a row of a CRBPO table is: a capture that stands here already, or a new one, named alike everywhere.

A file that comes again has its slips mended. So neither hour, opening, position nor measures make a bird another one:
a capture is its number at the CRBPO where the file has it, else the day of the team (`crbpo_groups.team_day`), the
ring, the action, and which of the day it is.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record
from fieldapp.core.schema import Values
from fieldapp.protocols.banding.crbpo_matching import pair_by_keys

_TOLD = (
    "hour", "net", "wing_mm", "mass_g", "species", "sex", "age", "fat", "brood_patch", "cloacal_protuberance", "moult",
    "health", "sexing_method", "condition", "circumstances",
)  # fmt: skip
"""What is compared of several captures of one bird on one day to tell which is which."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a row tells of a capture: its team's day with the uids of the day's sessions here, ring, action, species.

    `content` is equal for copies of one row, which are one capture where the bird has a ring (`ring_key` is "" without
    one). `crbpo_id` is "" where the file has no number, or one that stands for several rows. `values` reads the cells.
    """

    day: str
    here: Collection[str]
    ring_key: str
    action: str
    species: str
    crbpo_id: str
    content: tuple[Any, ...]
    values: Callable[[], Values]

    @property
    def group(self) -> tuple[str, ...]:
        """What the captures share that only their number of the day tells apart."""
        return self.day, self.action, "" if self.ring_key else self.species


@dataclass(frozen=True, slots=True)
class Identity:
    """Which capture a row is; `is_copied` says that another row of the file tells the same."""

    uid: str
    is_copied: bool = False


def new_uid(day: str, what: str, action: str, number: int, crbpo_id: str = "") -> str:
    """Return the uid of a capture that does not stand here; `what` is the ring's key, or the species without a ring."""
    return name_uid("capture", f"cId_Data|{crbpo_id}" if crbpo_id else f"{day}|{what}|{action}|{number}")


def is_same(told: Told, here: Record) -> bool:
    """Return whether the only row of a ring is the only capture of this ring that stands here."""
    numbers = {told.crbpo_id, str(here.data.get("crbpo_id", ""))} - {""}
    return here.parent in told.here and here.data.get("action") == told.action and len(numbers) < 2


def identities(told: Sequence[Told], here: Sequence[Record]) -> list[Identity]:
    """Return which capture each row is; `here` are the captures in the database that may be among them.

    All rows and captures are of one ring, or of birds without one.
    """
    numbered = {str(record.data["crbpo_id"]): record.uid for record in here if record.data.get("crbpo_id")}
    found: dict[int, Identity] = {}
    groups: dict[tuple[str, ...], list[int]] = {}
    for place, one in enumerate(told):
        groups.setdefault(one.group, []).append(place)
    for places in groups.values():
        rows = [told[place] for place in places]
        first = rows[0]
        mine = [
            record
            for record in here
            if record.parent in first.here
            and record.data.get("action") == first.action
            and (first.ring_key or record.data.get("species") == first.species)
        ]
        found.update(zip(places, _of_group(rows, mine, numbered), strict=True))
    return [found[place] for place in range(len(told))]


def _of_group(rows: Sequence[Told], here: Sequence[Record], numbered: Mapping[str, str]) -> list[Identity]:
    """Return the identities of rows that only their number of the day tells apart."""
    contents: dict[tuple[Any, ...], list[int]] = {}
    for place, row in enumerate(rows):
        contents.setdefault(row.content if row.ring_key else (*row.content, place), []).append(place)
    if len(contents) == 1:
        ordered = list(contents.values())
    else:
        hours = {content: str(rows[places[0]].values().get("hour", "")) for content, places in contents.items()}
        ordered = [contents[content] for content in sorted(contents, key=lambda one: (hours[one], one))]
    uids = _uids([rows[places[0]] for places in ordered], here, numbered)
    found: dict[int, Identity] = {}
    for uid, places in zip(uids, ordered, strict=True):
        found.update((place, Identity(uid, len(places) > 1)) for place in places)
    return [found[place] for place in range(len(rows))]


def _uids(rows: Sequence[Told], here: Sequence[Record], numbered: Mapping[str, str]) -> list[str]:
    """Return the uids of different captures of one group, in their order of the day."""
    first = rows[0]
    names = [
        new_uid(first.day, first.ring_key or first.species, first.action, number, row.crbpo_id)
        for number, row in enumerate(rows, 1)
    ]
    found = {place: numbered[row.crbpo_id] for place, row in enumerate(rows) if row.crbpo_id in numbered}
    taken = set(found.values())
    for has_number in (True, False):
        # A number and another number are two captures; a number and none may be one.
        places = [place for place, row in enumerate(rows) if place not in found and bool(row.crbpo_id) is has_number]
        free = [one for one in here if one.uid not in taken and not (has_number and one.data.get("crbpo_id"))]
        pairs = _pairs([rows[place] for place in places], [names[place] for place in places], free)
        found.update((places[one], free[other].uid) for one, other in pairs.items())
        taken.update(found.values())
    taken.update(one.uid for one in here)
    for place, name in enumerate(names):
        if place not in found:
            found[place] = name if name not in taken else _next(first, len(rows), taken)
            taken.add(found[place])
    return [found[place] for place in range(len(rows))]


def _next(row: Told, count: int, taken: Collection[str]) -> str:
    what = row.ring_key or row.species
    names = (new_uid(row.day, what, row.action, number) for number in itertools.count(count + 1))
    return next(name for name in names if name not in taken)


def _pairs(rows: Sequence[Told], names: Sequence[str], here: Sequence[Record]) -> dict[int, int]:
    """Return which row is which capture: what tells all the same, then the hour, the name, then their order."""
    if not rows or not here:
        return {}
    if len(rows) == len(here) == 1:
        return {0: 0}
    given = [_keys(name, row.values()) for row, name in zip(rows, names, strict=True)]
    return pair_by_keys(given, [_keys(one.uid, one.data) for one in here])


def _keys(uid: str, values: Values) -> tuple[Any, ...]:
    told = tuple(values.get(name) for name in _TOLD)
    return (uid, told), told, values.get("hour"), uid, True


def in_order(captures: Iterable[Record]) -> list[Record]:
    """Return captures by their line."""
    return sorted(captures, key=lambda one: (one.data.get("line", 0), one.uid))
