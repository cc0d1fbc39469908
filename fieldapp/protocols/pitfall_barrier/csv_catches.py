"""The catches of a morning in a file, and those that the database has of it: which line tells of which animal.

A line that was corrected is the same catch with another value, a line typed by hand before is the same catch again. In
turn: lines that say the same, lines that came in from a file before (by their identity), lines that say the same but
for an empty cell, lines of the same bucket and taxon where there are as many here, a catch from a file alone with its
line in a bucket. Where numbers of animals differ and nobody can say which line is which, the lines are contested.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record
from fieldapp.core.schema import Values

_ALIKE = ("bucket", "cd_nom", "stage", "sex", "amplexus", "direction", "vitality", "individual")
_UNSEEN_SEXES = frozenset({None, "0", "1"})
"""No sex, "inconnu", "indéterminé" (source: SINP, SEXE): none of them contradicts a sex that was seen."""


def catch_key(values: Mapping[str, Any]) -> str:
    """Return what makes two catches of one morning the same: all that the layout says of them but count and remark."""
    return "/".join([str(values.get(name, "")) for name in _ALIKE])


def catch_uid(visit: str, key: str, number: int) -> str:
    """Return the identity of the how-manieth catch of this kind in a morning: the same on every computer."""
    return name_uid("catch", f"{visit} {key} {number}")


class Fate(Enum):
    """What a line is to the catches that the database has of its morning."""

    NEW = auto()
    PAIRED = auto()  # it tells of one of them, in its own words
    TOLD = auto()  # its animals are told here already, in other groups
    CONTESTED = auto()  # it may tell of them, and the numbers of animals differ


@dataclass(slots=True)
class Place:
    """Where a line goes: `uid` of its catch, the `stored` one that it tells of (None: none).

    A contested line goes there only if the file's values are to be taken; `here` and `given` are then the animals of
    its bucket and taxon that the database and the file cannot agree on.
    """

    uid: str
    fate: Fate = Fate.NEW
    stored: Record | None = None
    here: int = 0
    given: int = 0


@dataclass(slots=True)
class Match:
    """The places of the lines in their order, and the catches of the database that no line tells of."""

    places: list[Place]
    untold: list[Record] = field(default_factory=list)


def as_told(line: dict[str, Any], stored: Values) -> dict[str, Any]:
    """Return the values of a line that tells of a stored catch: what its cells leave empty stays as it is here."""
    if line == stored:
        return line
    kept = {name: stored[name] for name in ("stage", "individual") if name in stored and name not in line}
    if "sex" not in line:
        kept |= {name: stored[name] for name in ("sex", "amplexus") if name in stored}
    return {**line, **kept}


def match(visit: str, lines: Sequence[Values], stored: Sequence[Record], keys: Sequence[str] | None = None) -> Match:
    """Return what the lines of a morning, in the order of the file, are to the catches that the database has of it.

    `keys` are those of the lines (see `catch_key`) where whoever asks has them already.
    """
    keys = [catch_key(line) for line in lines] if keys is None else keys
    return _Matching(visit, lines, stored, keys).done()


class _Matching:
    """The lines and the catches of one morning that have not found each other yet."""

    def __init__(self, visit: str, lines: Sequence[Values], stored: Sequence[Record], keys: Sequence[str]) -> None:
        self._visit, self._lines, self._keys = visit, lines, keys
        self._numbered = _numbered(self._keys)
        self._own = [catch_uid(visit, *one) for one in self._numbered]
        self._stored = {record.uid: record for record in stored}
        self._free = dict(self._stored)
        self._pairs: dict[int, Record] = {}
        self._places: dict[int, Place] = {}

    def done(self) -> Match:
        """Return the match."""
        self._pair_equal()
        if self._free and len(self._pairs) < len(self._lines):
            self._pair_by_identity()
        if self._free or any(self._differs(line) for line in self._pairs):
            for bucket_and_taxon in dict.fromkeys(map(_group, self._lines)):
                self._settle_group(bucket_and_taxon)
            self._pair_lone_ones()
        for line, record in self._pairs.items():
            self._places[line] = Place(record.uid, Fate.PAIRED, record)
        self._make_new()
        return Match([self._places[line] for line in range(len(self._lines))], list(self._free.values()))

    # ------------------------------------------------------------------------------------------- evident

    def _pair(self, line: int, record: Record) -> None:
        self._pairs[line] = record
        self._free.pop(record.uid, None)

    def _open(self) -> list[int]:
        return [line for line in range(len(self._lines)) if line not in self._pairs and line not in self._places]

    def _pair_equal(self) -> None:
        """Pair what says the same with the same number of animals, what came in as this very line first."""
        for line, uid in enumerate(self._own):
            record = self._free.get(uid)
            if record is not None and (self._lines[line] == record.data or self._is_equal(line, record)):
                self._pair(line, record)
        if not self._free or len(self._pairs) == len(self._lines):
            return
        alike: dict[tuple[str, int], list[Record]] = {}
        for record in self._free.values():
            alike.setdefault((catch_key(record.data), _count(record.data)), []).append(record)
        for line in self._open():
            if found := alike.get((self._keys[line], _count(self._lines[line]))):
                self._pair(line, found.pop(0))

    def _is_equal(self, line: int, record: Record) -> bool:
        return _count(self._lines[line]) == _count(record.data) and self._keys[line] == catch_key(record.data)

    def _pair_by_identity(self) -> None:
        """Pair what came in as this very line, even if it was corrected here since."""
        for line in self._open():
            if (record := self._free.get(self._own[line])) is not None:
                self._pair(line, record)

    # ------------------------------------------------------------------------------ one bucket, one taxon

    def _differs(self, line: int) -> bool:
        return _count(self._lines[line]) != _count(self._pairs[line].data)

    def _settle_group(self, group: tuple[object, object]) -> None:
        lines = [line for line in self._open() if _group(self._lines[line]) == group]
        here = [record for record in self._free.values() if _group(record.data) == group]
        for line in [*lines]:
            found = [one for one in here if self._could_be(line, one)]
            if found:
                self._pair(line, found[0])
                lines.remove(line)
                here.remove(found[0])
        if not lines and not here:
            return
        for line, record in [*self._pairs.items()]:
            if _group(self._lines[line]) == group == _group(record.data) and self._differs(line):
                self._free[record.uid] = self._pairs.pop(line)
                lines.append(line)
                here.append(record)
        if lines and here:
            self._share_out(sorted(lines), here)

    def _could_be(self, line: int, record: Record) -> bool:
        """Return whether line and catch say the same where both say something, of as many animals."""
        one, other = self._lines[line], record.data
        if _count(one) != _count(other):
            return False
        sexes = one.get("sex"), other.get("sex")
        pairs = one.get("amplexus") is True, other.get("amplexus") is True
        if (sexes[0] != sexes[1] and not _UNSEEN_SEXES & {*sexes}) or (pairs[0] != pairs[1] and None not in sexes):
            return False
        names = ("stage", "direction", "vitality", "individual")
        return all(one.get(name) == other.get(name) for name in names if name in one and name in other)

    def _share_out(self, lines: list[int], here: list[Record]) -> None:
        """Give the lines of a bucket and taxon to its catches where that can be said, else leave them contested."""
        told, given = sum(_count(record.data) for record in here), sum(_count(self._lines[line]) for line in lines)
        if len(lines) == len(here):
            for line, record in self._likest(lines, here):
                self._pair(line, record)
        elif told == given:
            for turn, line in enumerate(lines):
                record = here[min(turn, len(here) - 1)]
                self._places[line] = Place(record.uid, Fate.TOLD, record)
            for record in here:
                self._free.pop(record.uid, None)
        else:
            for line, record in self._likest(lines, here):
                self._free.pop(record.uid, None)
                self._places[line] = Place(record.uid, Fate.CONTESTED, record, told, given)
            for line in lines:
                self._places.setdefault(line, Place("", Fate.CONTESTED, None, told, given))

    def _likest(self, lines: Iterable[int], here: Iterable[Record]) -> list[tuple[int, Record]]:
        """Return lines and catches two by two, those that have the most in common first."""
        order = sorted(
            ((self._likeness(line, record), -line, -turn, line, record)
             for line in lines for turn, record in enumerate(here)),
            key=lambda one: one[:3], reverse=True,
        )  # fmt: skip
        found: dict[int, Record] = {}
        taken: set[str] = set()
        for *_rank, line, record in order:
            if line not in found and record.uid not in taken:
                found[line] = record
                taken.add(record.uid)
        return list(found.items())

    def _likeness(self, line: int, record: Record) -> int:
        values = self._lines[line]
        alike = sum(values.get(name) == record.data.get(name) for name in (*_ALIKE, "count"))
        return int(alike) + len(_ALIKE) * (record.uid == self._own[line])

    # --------------------------------------------------------------------------------- what is left over

    def _pair_lone_ones(self) -> None:
        """Pair the only line left in a bucket with the only catch left there, if that came from a file: a new species.

        One that was typed by hand may as well be another animal.
        """
        lines, here = self._open(), list(self._free.values())
        for bucket in {self._lines[line].get("bucket") for line in lines}:
            ours = [line for line in lines if self._lines[line].get("bucket") == bucket]
            theirs = [record for record in here if record.data.get("bucket") == bucket]
            if len(ours) == len(theirs) == 1 and self._is_from_file(theirs[0]):
                self._pair(ours[0], theirs[0])

    def _is_from_file(self, record: Record) -> bool:
        key = catch_key(record.data)
        return any(record.uid == catch_uid(self._visit, key, turn + 1) for turn in range(len(self._stored)))

    def _make_new(self) -> None:
        """Give the lines that tell of no catch here their lasting identities."""
        used = {*self._stored}
        for line, (key, number) in enumerate(self._numbered):
            place = self._places.setdefault(line, Place(""))
            if place.uid:
                continue
            place.uid = self._own[line]
            while place.uid in used:
                number += 1
                place.uid = catch_uid(self._visit, key, number)
            used.add(place.uid)


def _count(values: Values) -> int:
    return int(values.get("count", 0))


def _group(values: Values) -> tuple[object, object]:
    return values.get("bucket"), values.get("cd_nom")


def _numbered(keys: Iterable[str]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    found = []
    for key in keys:
        number = counts[key] = counts.get(key, 0) + 1
        found.append((key, number))
    return found
