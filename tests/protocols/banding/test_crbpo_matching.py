"""What is told and what stands here, paired: the surest first, each once."""

from collections.abc import Hashable

from hypothesis import given
from hypothesis import strategies as st

from fieldapp.protocols.banding.crbpo_matching import pair, pair_by_keys

keys = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=8)


def test_the_surest_test_comes_first() -> None:
    equal, near = (lambda one, other: one == other), (lambda one, other: abs(one - other) <= 1)
    assert pair([1, 2], [2, 3], [equal, near]) == {1: 0}
    assert pair([1, 2], [2, 1, 9], [equal, near]) == {0: 1, 1: 0}
    assert pair([1], [], [equal]) == {}


def test_what_has_no_key_is_left_to_the_next_turn() -> None:
    assert pair_by_keys([(None, "a"), ("x", "b")], [("y", "a"), (None, "b")]) == {0: 0, 1: 1}
    assert pair_by_keys([], [("y",)]) == {}


@given(keys, keys)
def test_both_ways_of_pairing_agree(given_: list[tuple[int, int]], here: list[tuple[int, int]]) -> None:
    tests = [lambda one, other, turn=turn: one[turn] == other[turn] for turn in range(2)]
    told: list[tuple[Hashable, ...]] = [*given_]
    stored: list[tuple[Hashable, ...]] = [*here]
    found = pair_by_keys(told, stored)
    assert found == pair(given_, here, tests)
    assert len(set(found.values())) == len(found)
