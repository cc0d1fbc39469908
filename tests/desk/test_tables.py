"""Sets of numbers by tables say what plain sets say, also where numbers are too large for a table."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.desk import tables


@pytest.mark.parametrize("largest", [100, 2**24 + 5, 2**31 - 1])
@settings(max_examples=30, deadline=None)
@given(st.data())
def test_tables_and_sorted_numbers_say_the_same(largest: int, data: st.DataObject) -> None:
    some = st.lists(st.integers(0, 20) | st.integers(largest - 20, largest), max_size=30)
    numbers, wanted = data.draw(some), data.draw(some)
    array, others = (np.array(one, dtype=np.int32) for one in (numbers, wanted))
    assert tables.is_among(array, others).tolist() == [one in wanted for one in numbers]
    there = tables.distinct(array)
    assert there.tolist() == sorted(set(numbers))
    ranks = np.arange(len(there), dtype=np.int32)
    assert tables.told_by(array, there, ranks).tolist() == [sorted(set(numbers)).index(one) for one in numbers]
