"""The lines of one session, counted as they come and go: totals, rings by their last digits, the next line's number.

Each change costs the same however many lines there are: nothing is counted anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import overload

from fieldapp.core.record import Record
from fieldapp.core.schema import Values
from fieldapp.protocols.banding import lists
from fieldapp.protocols.banding.ring import PARIS, Ring, from_key
from fieldapp.protocols.banding.schema import CONTROLLED, RINGED

MOST_DIGITS = 4
"""So many digits or fewer are the last ones of a number; the shortest French number seen has six characters."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What a session counts: birds newly ringed (B), controls (C), those of foreign schemes among them, and species.

    `species` counts species, not codes; a bird that was not determined is none. `lines` are all captures.
    """

    ringed: int
    controls: int
    foreign: int
    species: int
    lines: int


class Lines:
    """The captures of a session by uid, with their running totals."""

    def __init__(self) -> None:
        self.by_uid: dict[str, Record] = {}
        self.next_number = 1
        self._numbers: Counter[int] = Counter()
        self._rings: dict[str, dict[str, set[str]]] = {}  # last digits -> ring key -> uids
        self._actions: Counter[str] = Counter()
        self._species: Counter[str] = Counter()
        self._foreign = 0

    def add(self, capture: Record) -> None:
        """Take in a line, in the place of the one with its uid."""
        self.drop(capture.uid)
        self.by_uid[capture.uid] = capture
        self._numbers[_number(capture)] += 1
        self.next_number = max(self.next_number, _number(capture) + 1)
        self._count(capture, 1)
        ring = ring_in(capture.data)
        for tail in _tails(ring) if ring else ():
            self._rings.setdefault(tail, {}).setdefault(ring.key if ring else "", set()).add(capture.uid)

    def drop(self, uid: str) -> None:
        """Forget a line; its number is given again when it was the last one. An unknown uid changes nothing."""
        capture = self.by_uid.pop(uid, None)
        if capture is None:
            return
        self._count(capture, -1)
        self._numbers[_number(capture)] -= 1
        while self.next_number > 1 and not self._numbers[self.next_number - 1]:
            self.next_number -= 1
        ring = ring_in(capture.data)
        for tail in _tails(ring) if ring else ():
            keys = self._rings[tail]
            uids = keys[ring.key if ring else ""]
            uids.discard(uid)
            if not uids:
                del keys[ring.key if ring else ""]

    def ending(self, digits: str) -> list[Ring]:
        """Return the rings of this session, put on or read, whose number ends with up to MOST_DIGITS digits."""
        return [from_key(key) for key in self._rings.get(digits, ())]

    def totals(self) -> Totals:
        """Return the running totals."""
        return Totals(
            ringed=self._actions[RINGED],
            controls=self._actions[CONTROLLED],
            foreign=self._foreign,
            species=len(self._species),
            lines=len(self.by_uid),
        )

    def others(self, uid: str) -> Sequence[Values]:
        """Return the values of all lines but this one, put together only when a rule looks at them."""
        return _Others(self.by_uid, uid)

    def _count(self, capture: Record, step: int) -> None:
        values = capture.data
        self._actions[str(values.get("action", ""))] += step
        if values.get("action") == CONTROLLED and values.get("ring_scheme", PARIS) != PARIS:
            self._foreign += step
        species = str(values.get("species", ""))
        if species and species != lists.UNKNOWN_SPECIES:
            group = lists.group_of(species)
            self._species[group] += step
            if not self._species[group]:
                del self._species[group]


class _Others(Sequence[Values]):
    def __init__(self, lines: Mapping[str, Record], uid: str) -> None:
        self._lines = lines
        self._uid = uid

    def __len__(self) -> int:
        return len(self._lines) - (self._uid in self._lines)

    def __iter__(self) -> Iterator[Values]:
        return (record.data for uid, record in self._lines.items() if uid != self._uid)

    @overload
    def __getitem__(self, place: int) -> Values: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Values]: ...

    def __getitem__(self, place: int | slice) -> Values | Sequence[Values]:
        return [*self][place]


def ring_in(values: Values, name: str = "ring_key") -> Ring | None:
    """Return the ring whose key stands in a capture's field; None where there is none."""
    key = str(values.get(name) or "")
    return from_key(key) if len(key) > len(PARIS) else None


def _number(capture: Record) -> int:
    return int(capture.data.get("line") or 0)


def _tails(ring: Ring) -> list[str]:
    """Return the last digits by which the ring may be typed, one to MOST_DIGITS of them."""
    tails = dict.fromkeys(ring.number[-length:] for length in range(1, MOST_DIGITS + 1))
    return [tail for tail in tails if tail.isdigit()]
