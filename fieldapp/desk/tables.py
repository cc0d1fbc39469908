"""Sets of numbers (never negative) over a million lines, by one look into a table each instead of sorting."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int32]
Mask = NDArray[np.bool_]

LARGEST = 2**24
"""Numbers from here on are sorted after all: records and taxa of any real database lie below."""


def is_among(numbers: Numbers, wanted: Numbers) -> Mask:
    """Return which of the numbers are wanted."""
    return is_any_among([numbers], wanted)


def is_any_among(columns: Sequence[Numbers], wanted: Numbers) -> Mask:
    """Return in which rows of these columns, all of one length, at least one number is wanted."""
    largest = max(int(numbers.max(initial=0)) for numbers in columns)
    if largest >= LARGEST:
        return reduce(np.logical_or, [np.isin(numbers, wanted) for numbers in columns])
    table = np.zeros(largest + 1, dtype=bool)
    table[wanted[wanted <= largest]] = True
    return reduce(np.logical_or, [table[numbers] for numbers in columns])


def distinct(numbers: Numbers) -> Numbers:
    """Return the numbers that occur, rising, each once."""
    largest = int(numbers.max(initial=0))
    if largest >= LARGEST:
        return np.unique(numbers)
    table = np.zeros(largest + 1, dtype=bool)
    table[numbers] = True
    return np.flatnonzero(table).astype(np.int32)


def told_by(numbers: Numbers, there: Numbers, told: Numbers) -> Numbers:
    """Return for each number what is `told` of it; `there` are the numbers that occur (see `distinct`)."""
    largest = int(there.max(initial=0))
    if largest >= LARGEST:
        return told[np.searchsorted(there, numbers)]
    table = np.zeros(largest + 1, dtype=np.int32)
    table[there] = told
    return table[numbers]
