"""Which of the things that a file tells is which of those that stand in the database: pairs, the surest first."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

G = TypeVar("G")
H = TypeVar("H")


def pair(given: Sequence[G], here: Sequence[H], tests: Sequence[Callable[[G, H], bool]]) -> dict[int, int]:
    """Return for places of `given` the place in `here` of what is the same; each is taken once.

    The tests come from the surest to the least; within one test the first takes the first. For few things: each is
    compared with each.
    """
    found: dict[int, int] = {}
    free = list(range(len(here)))
    for test in tests:
        for place, one in enumerate(given):
            if place in found:
                continue
            other = next((number for number in free if test(one, here[number])), None)
            if other is not None:
                found[place] = other
                free.remove(other)
    return found


def pair_by_keys(given: Sequence[Sequence[Hashable]], here: Sequence[Sequence[Hashable]]) -> dict[int, int]:
    """Return for places of `given` the place in `here` that has an equal key; each is taken once.

    Each thing has as many keys as all others, from the surest to the least; None is no key. For many things: the time
    grows with their number.
    """
    found: dict[int, int] = {}
    free = dict.fromkeys(range(len(here)))
    for turn in range(len(given[0]) if given else 0):
        by_key: dict[Hashable, list[int]] = {}
        for number in reversed(free):
            by_key.setdefault(here[number][turn], []).append(number)
        for place, keys in enumerate(given):
            if place not in found and keys[turn] is not None and (equal := by_key.get(keys[turn])):
                found[place] = equal.pop()
                del free[found[place]]
    return found
