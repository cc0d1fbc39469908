"""What is usual for a species: wing, mass and ring size, from the association's own birds first, then from the list.

Own ranges: 1st to 99th percentile of the species × age × sex, once so many birds were measured as `own_range_birds` of
`reference/stoc.csv` says; below it the limits of `reference/birds.csv`, which are derived from AVONET and only meant to
catch slips of the hand. Both are for birds that fly: a chick has no limits.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, Literal

from fieldapp.core.exchange import Known
from fieldapp.core.schema import Values
from fieldapp.protocols.banding import lists
from fieldapp.protocols.banding.ages import PULLUS
from fieldapp.protocols.banding.schema import CODE, OBSERVATION, UNKNOWN_SEX

LOWEST, HIGHEST = 0.01, 0.99
"""The percentiles that an own range goes between (source: STOC_reporting 2023-12-01 takes P1 and P99)."""

_SEXES = frozenset("MF")

Group = tuple[str, str, str]
"""A species (as `lists.group_of` tells them apart), an age and a sex as written, "?" where none was."""


@dataclass(frozen=True, slots=True)
class Range:
    """What is usual, both ends included, in mm or g; `birds` is how many measures it rests on, 0 for the list."""

    low: float
    high: float
    source: Literal["own", "list"]
    birds: int = 0

    def holds(self, value: float) -> bool:
        """Return whether the value is usual."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual here: the own ranges by group, and how often each ring size was put on, by species, age and sex."""

    wings: Mapping[Group, Range] = field(default_factory=dict)
    masses: Mapping[Group, Range] = field(default_factory=dict)
    worn: Mapping[str, Mapping[tuple[bool, str, str], int]] = field(default_factory=dict)

    def wing(self, values: Values) -> Range | None:
        """Return the usual wing (mm) of a bird like this one; None for a chick and where nothing is known."""
        return self._range(values, self.wings, "wing_mm")

    def mass(self, values: Values) -> Range | None:
        """Return the usual mass (g) of a bird like this one; None for a chick and where nothing is known."""
        return self._range(values, self.masses, "mass_g")

    def sizes(self, species: str, values: Values | None = None) -> tuple[str, ...]:
        """Return the letters of the ring sizes usual for the species, the likeliest first; () where none is known.

        Those that the association has put on come first, the most used leading, then those of the list. `values` of
        the bird narrow them by sex and to chicks or birds that fly (without an age it is taken to fly).
        """
        about = values or {}
        is_chick, sex = about.get("age") == PULLUS, str(about.get("sex", ""))[:1]
        counts: Counter[str] = Counter()
        for (of_chick, of_sex, letter), count in self.worn.get(lists.group_of(species), {}).items():
            if of_chick == is_chick and not (sex in _SEXES and of_sex in _SEXES and of_sex != sex):
                counts[letter] += count
        own = sorted(counts, key=lambda letter: (-counts[letter], letter))
        return tuple(dict.fromkeys([*own, *_listed_sizes(species, is_chick, sex)]))

    def _range(self, values: Values, own: Mapping[Group, Range], name: str) -> Range | None:
        species = str(values.get("species", ""))
        if not species or values.get("age") == PULLUS:
            return None
        found = own.get(_group(species, values.get("age"), values.get("sex")))
        if found is not None:
            return found
        bird = lists.bird(species)
        if bird is None:
            return None
        low, high = bird.wing_mm if name == "wing_mm" else bird.mass_g
        return Range(low, high, "list")


LISTED = Usual()
"""What the list alone says."""


def _listed_sizes(species: str, is_chick: bool, sex: str) -> list[str]:
    bird = lists.bird(species)
    if bird is None:
        return []
    told_by_age = any(size.only in {PULLUS, "VOL"} for size in bird.sizes)
    wanted = {""} | ({PULLUS if is_chick else "VOL"} if told_by_age else set())
    wanted |= {sex} if sex in _SEXES else _SEXES
    return [size.letter for size in bird.sizes if size.only in wanted]


def _group(species: str, age: object, sex: object) -> Group:
    return lists.group_of(species), str(age or "?"), str(sex or UNKNOWN_SEX)


def own(known: Known, *, fewest: int | None = None) -> Usual:
    """Return what is usual here, learnt from all captures; it walks them all: work for the background.

    A capture with the measure counts as one bird of the age and sex that it had then. `fewest` is how many a group
    needs, by default the threshold of `reference/stoc.csv`.
    """
    least = int(lists.thresholds()["own_range_birds"]) if fewest is None else fewest
    by_wing = known.tally(CODE, OBSERVATION.code, ("species", "age", "sex", "wing_mm", "ring_size"))
    by_mass = known.tally(CODE, OBSERVATION.code, ("species", "age", "sex", "mass_g"))
    worn: dict[str, Counter[tuple[bool, str, str]]] = {}
    for species, age, sex, _wing, letter, count in by_wing:
        if species and letter is not None:
            key = age == PULLUS, str(sex or UNKNOWN_SEX)[:1], str(letter)
            worn.setdefault(lists.group_of(str(species)), Counter())[key] += count
    wings = _ranges(((*row[:4], row[5]) for row in by_wing), least)
    return Usual(wings, _ranges(by_mass, least), worn)


def _ranges(rows: Iterable[tuple[Any, ...]], least: int) -> dict[Group, Range]:
    counts: dict[Group, Counter[float]] = {}
    for species, age, sex, value, count in rows:
        if species and value is not None and age != PULLUS:
            counts.setdefault(_group(str(species), age, sex), Counter())[float(value)] += count
    return {
        group: Range(percentile(found, LOWEST), percentile(found, HIGHEST), "own", found.total())
        for group, found in counts.items()
        if found.total() >= max(least, 1)
    }


def percentile(counts: Mapping[float, int], share: float) -> float:
    """Return the percentile of values given with how often each occurs, `share` from 0 to 1; there is at least one.

    Between two ranks it is interpolated (Hyndman & Fan 1996, type 7: what spreadsheets and R do by default).
    """
    values = sorted(counts)
    ends = list(accumulate(counts[value] for value in values))
    place = (ends[-1] - 1) * share
    below = int(place)
    low, high = _ranked(values, ends, below), _ranked(values, ends, min(below + 1, ends[-1] - 1))
    return low + (high - low) * (place - below)


def _ranked(values: Sequence[float], ends: Sequence[int], rank: int) -> float:
    """Return the value at a rank, 0 for the smallest."""
    return values[bisect_left(ends, rank + 1)]
