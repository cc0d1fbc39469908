"""The ring stock: what became of each ring of a string, which one comes next, and what is left.

A ring of a string is in exactly one state (`RingState`), so the counts of a string always add up to its size. Nothing
here knows of the screen or the store: strings, captures and fates are read through `core.exchange.Known`.
Source of the practice: scribes' rules (Beaverhill Bird Observatory), Xolmis and IPMR (inventory per ring); the figures
below are choices of the program.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from fieldapp.core.exchange import Known
from fieldapp.core.record import Record, make_record, with_data
from fieldapp.core.schema import Values
from fieldapp.core.text import _
from fieldapp.protocols.banding.ring import PARIS, Ring, Span, from_key, read_span
from fieldapp.protocols.banding.schema import CODE, OBSERVATION, RING_FATE, RING_STRING, RINGED

RECEIVED, OPEN, FINISHED = "received", "open", "finished"
"""The states of a string, in the order of its life."""

NEARLY_EMPTY_SHARE, NEARLY_EMPTY_LEAST = 10, 3
"""A string is nearly empty when at most one ring in ten is left, or three rings."""


class RingState(StrEnum):
    """What became of one ring of a string; exactly one holds for each.

    SKIPPED is a ring that nobody explained although a later one of its string was put on: unaccounted.
    """

    FREE = "free"
    USED = "used"
    LOST = "lost"
    DESTROYED = "destroyed"
    REPLACED = "replaced"
    LATER = "later"
    RETURNED = "returned"
    SKIPPED = "skipped"


NOT_PUT_ON = frozenset({RingState.LOST, RingState.DESTROYED, RingState.LATER})
"""Fates of a ring that was never on a bird: once it is on one, the bird is right."""

_FATES = {state.value: state for state in (*NOT_PUT_ON, RingState.REPLACED, RingState.RETURNED)}

STILL_THERE = frozenset({RingState.FREE, RingState.SKIPPED, RingState.LATER})
"""States of a ring that can still be put on a bird."""


@dataclass(slots=True)
class Stock:
    """One string with its captures and the fates of its rings, kept in step by `saved`, `noted` and `removed`.

    `used` holds by ring key the capture that tells the ring is, or was, on a bird: the ringing, else the first control.
    `fates` holds by ring key what was noted of a ring. Both are for reading only.
    """

    record: Record
    span: Span
    used: dict[str, Record] = field(default_factory=dict)
    fates: dict[str, Record] = field(default_factory=dict)
    _captures: dict[str, dict[str, Record]] = field(default_factory=dict)  # ring key -> captures by uid
    _put_on: list[tuple[str, str, str]] = field(default_factory=list)  # `_entry` of the ringings, in order of entry
    _taken_off: dict[str, set[str]] = field(default_factory=dict)  # key of a replaced ring -> uids of captures
    _off_by: dict[str, str] = field(default_factory=dict)  # uid -> key of the ring that it replaced
    _on_by: dict[str, str] = field(default_factory=dict)  # uid -> ring key
    _ends: tuple[str, str] = ("", "")

    def __post_init__(self) -> None:
        """Keep the keys that all others of the string lie between."""
        self._ends = self.span.first.key, self.span.last.key

    @property
    def uid(self) -> str:
        """The uid of the string."""
        return self.record.uid

    @property
    def size(self) -> str:
        """The letter of the ring size, "" when it was not given."""
        return str(self.record.data.get("size", ""))

    @property
    def state(self) -> str:
        """RECEIVED, OPEN or FINISHED."""
        return str(self.record.data.get("state", RECEIVED))

    @property
    def is_open(self) -> bool:
        """Whether rings are taken from this string now."""
        return self.state == OPEN

    @property
    def leased_to(self) -> str:
        """The uid of the person who has the string, "" when nobody in particular."""
        return str(self.record.data.get("leased_to", ""))

    def holds(self, ring: Ring) -> bool:
        """Return whether the ring belongs to this string."""
        return self.span.holds(ring)

    # ------------------------------------------------------------------------------------- what is known

    def state_of(self, ring: Ring) -> RingState:
        """Return what became of a ring of this string; ValueError when it belongs to another."""
        if not self.span.holds(ring):
            raise ValueError(_not_of_string(self, ring))
        state = self._settled(ring.key)
        if state is RingState.FREE and self.span.place(ring) < self._furthest():
            return RingState.SKIPPED
        return state

    def states(self) -> Iterator[tuple[Ring, RingState]]:
        """Yield each ring of the string with its state, in order."""
        furthest = self._furthest()
        for place, ring in enumerate(self.span.rings()):
            state = self._settled(ring.key)
            yield ring, RingState.SKIPPED if state is RingState.FREE and place < furthest else state

    def counts(self) -> dict[RingState, int]:
        """Return how many rings are in each state, 0 too; together they are all rings of the string."""
        found = Counter(state for _ring, state in self.states())
        return {state: found[state] for state in RingState}

    def skipped(self) -> list[Ring]:
        """Return the rings that nobody explained although a later one was put on, in order."""
        return [ring for ring, state in self.states() if state is RingState.SKIPPED]

    @property
    def remaining(self) -> int:
        """How many rings can still be put on: free, skipped, or kept for later."""
        gone = {key for key in self.fates if self._settled(key) not in STILL_THERE}
        return self.span.size - len(self.used.keys() | self._taken_off.keys() | gone)

    @property
    def is_nearly_empty(self) -> bool:
        """Whether it is time to have another string at hand."""
        return self.remaining <= self._few

    @property
    def _few(self) -> int:
        return max(self.span.size // NEARLY_EMPTY_SHARE, NEARLY_EMPTY_LEAST)

    def running_out(self, ring: Ring) -> int | None:
        """Return how many rings are left once this one is on its bird, at two moments; None at all others.

        They are the ring with which the string becomes nearly empty (rings lost on the way to it belong to the same
        step) and the last one. A ring that is on a bird already counts while it is the latest of the string.
        """
        is_free = self.is_free(ring)
        if not is_free and ring != self.last_used:
            return None
        left = self.remaining - is_free
        earlier = next((key for _order, key, _uid in reversed(self._put_on) if key != ring.key), None)
        start = self.span.place(from_key(earlier)) + 1 if earlier else 0
        passed = (self.at(place) for place in range(start, self.span.place(ring)))
        gone = sum(self._settled(item.key) in NOT_PUT_ON - STILL_THERE for item in passed)
        return left if not left or left <= self._few < left + 1 + gone else None

    @property
    def last_used(self) -> Ring | None:
        """The ring that was put on last, in order of entry; None before the first."""
        return from_key(self._put_on[-1][1]) if self._put_on else None

    def next(self) -> Ring | None:
        """Return the ring that the hand takes next; None when none is left.

        It is the first free one after the ring put on last; at the end of the string the first free one before. Rings
        kept for later come when nothing else is left.
        """
        if not self.remaining:
            return None
        last = self.last_used
        start = 0 if last is None else self.span.place(last) + 1
        later = None
        for place in _around(start, self.span.size):
            ring = self.at(place)
            state = self._settled(ring.key)
            if state is RingState.FREE:
                return ring
            if state is RingState.LATER and later is None:
                later = ring
        return later

    def at(self, place: int) -> Ring:
        """Return the ring at a place of the string, 0 for the first."""
        ring = self.span.first.follower(place)
        assert ring is not None  # a span's numbers all have as many digits
        return ring

    def between(self, first: Ring, last: Ring) -> tuple[Ring, ...]:
        """Return the free rings of this string from `first`, included, to `last`, left out."""
        rings = (self.at(place) for place in range(self.span.place(first), self.span.place(last)))
        return tuple(ring for ring in rings if self._settled(ring.key) is RingState.FREE)

    def ending(self, digits: str) -> Iterator[Ring]:
        """Yield the rings of this string whose number ends with these digits, in order; no walk over the others."""
        least = int(self.span.first.number[len(self.span.letters) :])
        step = 10 ** len(digits)
        for place in range((int(digits) - least) % step, self.span.size, step):
            ring = self.at(place)
            if ring.number.endswith(digits):
                yield ring

    def is_free(self, ring: Ring) -> bool:
        """Return whether the ring is still to be put on, kept for later or not."""
        return self._settled(ring.key) in STILL_THERE

    def _settled(self, key: str) -> RingState:
        """Return the state of a ring, FREE for a skipped one too."""
        noted = self.fates.get(key)
        fate = None if noted is None else _fate_of(noted)
        was_on = key in self.used or key in self._taken_off
        if fate is not None and not (was_on and fate in NOT_PUT_ON):
            return fate
        if key in self._taken_off:
            return RingState.REPLACED
        return RingState.USED if key in self.used else RingState.FREE

    def _furthest(self) -> int:
        """Return the place of the furthest ring that was put on, -1 before the first."""
        keys = self.used.keys() | self._taken_off.keys()
        return self.span.place(from_key(max(keys))) if keys else -1

    # -------------------------------------------------------------------------------------- kept in step

    def saved(self, capture: Record) -> None:
        """Take note of a capture that was stored: its ring, and the ring that it replaced, where they are ours."""
        self._forget(capture.uid)
        on, off = self._key(capture, "ring_key"), self._key(capture, "replaced_ring_key")
        if on:
            self._on_by[capture.uid] = on
            self._captures.setdefault(on, {})[capture.uid] = capture
            if capture.data.get("action") == RINGED:
                insort(self._put_on, _entry(capture.uid, on))
            self._tell(on)
        if off:
            self._off_by[capture.uid] = off
            self._taken_off.setdefault(off, set()).add(capture.uid)

    def fill(self, captures: Iterable[Record]) -> None:
        """Take note of all captures of a string that was just read, in order of their uid; later ones are `saved`."""
        for capture in captures:
            on, off = self._key(capture, "ring_key"), self._key(capture, "replaced_ring_key")
            if on:
                self._on_by[capture.uid] = on
                self._captures.setdefault(on, {})[capture.uid] = capture
                if capture.data.get("action") == RINGED:
                    self._put_on.append(_entry(capture.uid, on))
            if off:
                self._off_by[capture.uid] = off
                self._taken_off.setdefault(off, set()).add(capture.uid)
        self._put_on.sort()
        for key in self._captures:
            self._tell(key)

    def removed(self, uid: str) -> None:
        """Forget a capture, or what was noted of a ring; an unknown uid changes nothing."""
        self._forget(uid)
        for key in [key for key, noted in self.fates.items() if noted.uid == uid]:
            del self.fates[key]

    def _forget(self, uid: str) -> None:
        on, off = self._on_by.pop(uid, None), self._off_by.pop(uid, None)
        if on is not None:
            del self._captures[on][uid]
            entry = _entry(uid, on)
            place = bisect_left(self._put_on, entry)
            if self._put_on[place : place + 1] == [entry]:
                del self._put_on[place]
            self._tell(on)
        if off is not None:
            self._taken_off[off].discard(uid)
            if not self._taken_off[off]:
                del self._taken_off[off]

    def noted(self, fate: Record) -> None:
        """Take note of what became of a ring."""
        for key in [key for key, noted in self.fates.items() if noted.uid == fate.uid]:
            del self.fates[key]
        key = str(fate.data.get("ring_key", ""))
        if len(key) > len(PARIS) and self.span.holds(from_key(key)):
            self.fates[key] = fate

    def _key(self, capture: Record, name: str) -> str:
        """Return the key of a capture's ring where it is of this string, else ""."""
        key = str(capture.data.get(name, ""))
        least, most = self._ends  # most captures are of other strings: two comparisons tell
        return key if least <= key <= most and self.span.holds(from_key(key)) else ""

    def _tell(self, key: str) -> None:
        """Let `used` say which capture tells of the ring: the ringing, else the first that there is."""
        captures = self._captures[key]
        if not captures:
            del self._captures[key]
            self.used.pop(key, None)
            return
        ringings = (capture for capture in captures.values() if capture.data.get("action") == RINGED)
        self.used[key] = next(ringings, None) or next(iter(captures.values()))


def _around(start: int, size: int) -> Iterator[int]:
    yield from range(start, size)
    yield from range(start)


def _entry(uid: str, key: str) -> tuple[str, str, str]:
    """Return what sorts ringings by their order of entry, which uids of version 7 follow; others come in ring order.

    The ring key stands second.
    """
    return (uid if uid[14:15] == "7" else ""), key, uid


def _fate_of(noted: Record) -> RingState | None:
    """Return the state that a noted fate says; None for a code that is not known."""
    return _FATES.get(str(noted.data.get("fate")))


def _not_of_string(stock: Stock, ring: Ring) -> str:
    return _("{ring} n’est pas de la série {first}–{last}.").format(
        ring=ring.number, first=stock.span.first.number, last=stock.span.last.number
    )


# ---------------------------------------------------------------------------------------------- from the database


def span_of(values: Values) -> Span:
    """Return the rings of a string's values; ValueError with a sentence when they can't be read."""
    return _span(str(values.get("first", "")), str(values.get("last", "")), str(values.get("scheme", PARIS)))


@lru_cache(maxsize=4096)
def _span(first: str, last: str, scheme: str) -> Span:
    """Return the rings between two numbers: ten years of strings are asked for at the opening of each session."""
    return read_span(first, last, scheme)


def load(known: Known, record: Record, *, only: Ring | None = None) -> Stock:
    """Return a string with its captures and fates; ValueError when its numbers can't be read.

    `only` reads the captures of that ring alone: nothing is then known of the others of the string.
    """
    stock = Stock(record, span_of(record.data))
    first, last = (stock.span.first.key, stock.span.last.key) if only is None else (only.key, only.key)
    found = {
        capture.uid: capture
        for name in ("ring_key", "replaced_ring_key")
        for capture in known.between(CODE, OBSERVATION.code, name, first, last)
    }
    stock.fill(found[uid] for uid in sorted(found))
    for below in known.children(record.uid):
        if below.entity == RING_FATE.code:
            stock.noted(below)
    return stock


def records(known: Known) -> list[Record]:
    """Return all strings of the association, finished ones too, in order of their first ring."""
    return sorted(known.roots(CODE, RING_STRING.code), key=lambda record: str(record.data.get("first_key", "")))


def strings(known: Known, *, finished: bool = False, among: Sequence[Record] | None = None) -> list[Stock]:
    """Return the strings that are not finished (with `finished` all) in order of their first ring.

    `among` are those of `records` where they were read already. A string whose numbers can't be read holds no ring and
    is left out.
    """
    return [
        load(known, record)
        for record in (records(known) if among is None else among)
        if (finished or record.data.get("state") != FINISHED) and is_readable(record)
    ]


def is_readable(record: Record) -> bool:
    """Return whether the first and last number of a string can be read."""
    try:
        span_of(record.data)
    except ValueError:
        return False
    return True


def holding(stocks: Iterable[Stock], ring: Ring) -> Stock | None:
    """Return the string that the ring belongs to, an open one before others; None when it is of none."""
    found = [stock for stock in stocks if stock.span.holds(ring)]
    return next((stock for stock in found if stock.is_open), found[0] if found else None)


# --------------------------------------------------------------------------------------------- records to be stored


def new_string(values: Values) -> Values:
    """Return the values of a string with its numbers in full and the key that the store finds it by.

    "last" may be typed as its final digits only. Raises ValueError with a sentence: see `ring.read_span`.
    """
    span = span_of(values)
    return {
        "state": RECEIVED,
        **values,
        "scheme": span.first.scheme,
        "first": span.first.number,
        "last": span.last.number,
        "first_key": span.first.key,
    }


def overlapping(stocks: Iterable[Stock], values: Values, uid: str = "") -> list[Stock]:
    """Return the strings other than `uid` that share a ring with these values; ValueError when they can't be read."""
    span = span_of(values)
    return [
        stock
        for stock in stocks
        if stock.uid != uid and (stock.holds(span.first) or stock.holds(span.last) or span.holds(stock.span.first))
    ]


def opened(stock: Stock, on: str) -> Record:
    """Return the string's record opened on this day (ISO); the day of the first opening stays."""
    return _changed(stock, state=OPEN, opened_on=stock.record.data.get("opened_on", on), finished_on=None)


def finished(stock: Stock, on: str) -> Record:
    """Return the string's record finished on this day (ISO)."""
    return _changed(stock, state=FINISHED, finished_on=on)


def leased(stock: Stock, person: str) -> Record:
    """Return the string's record given to a person (uid), "" for nobody in particular."""
    return _changed(stock, leased_to=person or None)


def _changed(stock: Stock, **changes: object) -> Record:
    return with_data(stock.record, RING_STRING, {**stock.record.data, **changes})


def fate(stock: Stock, ring: Ring, fate: str, on: str, comments: str = "") -> Record:
    """Return the record that says what became of a ring on a day (ISO); what was noted of it before is replaced.

    Raises ValueError with a sentence when the ring is of another string, or was on a bird and can't have been lost,
    destroyed or kept before.
    """
    if not stock.holds(ring):
        raise ValueError(_not_of_string(stock, ring))
    capture = stock.used.get(ring.key)
    if capture is not None and fate in NOT_PUT_ON:
        raise ValueError(
            _("{ring} est posée sur un oiseau ({species}) : corrigez d’abord cette ligne.").format(
                ring=ring.number, species=capture.data.get("species", "?")
            )
        )
    before = stock.fates.get(ring.key)
    values = {"ring": ring.number, "ring_key": ring.key, "fate": fate, "on": on, "comments": comments}
    if before is not None:
        return with_data(before, RING_FATE, values)
    return make_record(CODE, RING_FATE, values, stock.uid)
