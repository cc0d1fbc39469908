"""The one rule of sync: whoever has the same changes has the same record, whatever way they came."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.core.merging import DELETED, PARENT, Merged, Rival, Step, heads, merge

MADE = Step("0", (), {PARENT: "p", "x": 1, "y": 1})


def step(uid: str, *base: str, **after: Any) -> Step:
    return Step(uid, base, after)


def deletion(uid: str, *base: str) -> Step:
    return Step(uid, base, {DELETED: True})


@st.composite
def histories(draw: st.DrawFn, most: int = 12) -> list[Step]:
    """Return what laptops make of one record: each writes on top of what it has, and gets what others wrote."""
    laptops: list[list[Step]] = [[] for _laptop in range(draw(st.integers(1, 4)))]
    found: list[Step] = []
    for _save in range(draw(st.integers(1, most))):
        here = laptops[draw(st.integers(0, len(laptops) - 1))]
        others = laptops[draw(st.integers(0, len(laptops) - 1))]
        if draw(st.booleans()):
            here += [item for item in others if item not in here]
        names = draw(st.lists(st.sampled_from(("x", "y", PARENT, DELETED)), min_size=1, max_size=2, unique=True))
        values = {name: draw(st.booleans() if name == DELETED else st.sampled_from(("a", "b", None))) for name in names}
        # A clock that jumps: identities do not tell which came first.
        made = Step(f"{draw(st.integers(0, 99)):02}-{len(found)}", heads(here), values)
        here.append(made)
        found.append(made)
    return found


def seen_by(uid: str, steps: Sequence[Step]) -> set[str]:
    bases = {item.uid: item.base for item in steps}
    seen: set[str] = set()
    waiting = list(bases[uid])
    while waiting:
        head = waiting.pop()
        if head not in seen:
            seen.add(head)
            waiting += bases[head]
    return seen


@given(histories(), st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_makes_no_difference(
    steps: list[Step], has_live_children: bool, chance: random.Random
) -> None:
    shuffled = list(steps)
    chance.shuffle(shuffled)
    expected = merge(steps, has_live_children=has_live_children)
    assert merge(shuffled, has_live_children=has_live_children) == expected
    assert heads(shuffled) == heads(steps)


@settings(deadline=None, max_examples=50)
@given(histories(most=4), st.booleans())
def test_all_orders_of_a_few_changes_make_the_same_record(steps: list[Step], has_live_children: bool) -> None:
    found = [merge(order, has_live_children=has_live_children) for order in permutations(steps)]
    assert all(item == found[0] for item in found)


@given(histories(), st.booleans())
def test_a_change_that_comes_twice_counts_once(steps: list[Step], has_live_children: bool) -> None:
    twice = [*steps, *steps]
    assert merge(twice, has_live_children=has_live_children) == merge(steps, has_live_children=has_live_children)


@given(st.lists(st.dictionaries(st.sampled_from("xyz"), st.integers(0, 2) | st.none(), min_size=1), min_size=1))
def test_changes_one_after_the_other_are_simply_laid_over_each_other(written: list[dict[str, Any]]) -> None:
    steps = [Step(f"{n:03}", (f"{n - 1:03}",) if n else (), values) for n, values in enumerate(written)]
    expected: dict[str, Any] = {}
    for values in written:
        expected |= values
    merged = merge(steps)
    assert merged.data == {name: value for name, value in expected.items() if value is not None}
    assert not merged.disputes


@given(histories())
def test_every_value_that_nobody_replaced_knowingly_shows_or_is_disputed(steps: list[Step]) -> None:
    merged = merge(steps)
    shown = {PARENT: merged.parent, **merged.data}
    for name in {name for item in steps for name in item.after} - {DELETED}:
        touching = [item for item in steps if name in item.after]
        replaced = {uid for item in touching for uid in seen_by(item.uid, steps)}
        standing = {str(item.after[name]) for item in touching if item.uid not in replaced}
        rivals = merged.disputes.get(name, ())
        assert {str(rival.value) for rival in rivals} == (standing if len(standing) > 1 else set())
        assert str(shown.get(name)) in standing


@given(histories())
def test_what_somebody_wrote_without_having_seen_a_deletion_is_never_deleted_silently(steps: list[Step]) -> None:
    merged = merge(steps)
    deletions = [item for item in steps if item.after.get(DELETED)]
    known = {uid for item in deletions for uid in seen_by(item.uid, steps)}
    unseen = [
        item
        for item in steps
        if item not in deletions
        and item.uid not in known
        and not {gone.uid for gone in deletions} & seen_by(item.uid, steps)
    ]
    assert not (merged.deleted and unseen)


@given(histories(), st.sampled_from(("a", "b", None)))
def test_a_change_made_on_top_of_all_settles_what_it_touches(steps: list[Step], value: str | None) -> None:
    before = merge(steps)
    names = {name for item in steps for name in item.after}
    chosen = {name: (False if name == DELETED else value) for name in names}
    after = merge([*steps, Step("zz", heads(steps), chosen)])
    assert not after.disputes
    assert not after.deleted
    assert after.parent == (value if PARENT in names else before.parent)


@given(histories())
def test_disputes_of_other_fields_stay_open_when_one_is_settled(steps: list[Step]) -> None:
    before = merge(steps)
    if before.disputes:
        name = min(before.disputes)
        after = merge([*steps, Step("zz", heads(steps), {name: before.disputes[name][0].value})])
        # What is written after a deletion that somebody doubts does not tell that they saw the doubt.
        assert after.disputes.keys() == before.disputes.keys() - {name}


# ------------------------------------------------------------------------------------------------ one by one


def test_no_change_is_no_record() -> None:
    with pytest.raises(ValueError, match="no change"):
        merge([])


def test_two_edits_of_different_fields_both_count() -> None:
    assert merge([MADE, step("1", "0", x=2), step("2", "0", y=2)]) == Merged("p", False, {"x": 2, "y": 2})


def test_two_edits_of_one_field_are_both_kept_and_the_earlier_one_shows() -> None:
    merged = merge([MADE, step("2", "0", x="late"), step("1", "0", x="early")])
    assert merged.data["x"] == "early"
    assert merged.disputes == {"x": (Rival("1", "early"), Rival("2", "late"))}


def test_the_same_value_twice_is_no_dispute() -> None:
    assert not merge([MADE, step("1", "0", x=[1, 2]), step("2", "0", x=[1, 2])]).disputes


def test_an_emptied_field_is_a_value_like_another() -> None:
    merged = merge([MADE, step("1", "0", x=None), step("2", "0", x=3)])
    assert "x" not in merged.data
    assert merged.disputes == {"x": (Rival("1", None), Rival("2", 3))}


def test_a_record_made_on_two_laptops_is_one_and_only_what_differs_is_disputed() -> None:
    merged = merge([Step("1", (), {"name": "A", "town": "Vimy"}), Step("2", (), {"name": "B", "town": "Vimy"})])
    assert merged.data == {"name": "A", "town": "Vimy"}
    assert set(merged.disputes) == {"name"}


def test_an_edit_that_the_deletion_did_not_know_keeps_the_record_alive_and_disputed() -> None:
    merged = merge([MADE, deletion("1", "0"), step("2", "0", x=2)])
    assert not merged.deleted
    assert merged.disputes == {DELETED: (Rival("2", False), Rival("1", True))}


def test_a_deletion_after_the_edit_is_a_deletion() -> None:
    assert merge([MADE, step("1", "0", x=2), deletion("2", "1")]) == Merged("p", True, {"x": 2, "y": 1})


def test_two_deletions_of_which_one_knew_the_edit_delete() -> None:
    merged = merge([MADE, step("1", "0", x=2), deletion("2", "1"), deletion("3", "0")])
    assert merged.deleted
    assert not merged.disputes


def test_what_was_brought_back_against_another_deletion_is_alive_and_disputed() -> None:
    back = Step("3", ("1",), {DELETED: False})
    merged = merge([MADE, deletion("1", "0"), deletion("2", "0"), back])
    assert not merged.deleted
    assert merged.disputes == {DELETED: (Rival("3", False), Rival("2", True))}


@pytest.mark.parametrize("has_live_children", [False, True])
def test_a_live_record_below_keeps_one_that_was_deleted(has_live_children: bool) -> None:
    merged = merge([MADE, deletion("1", "0")], has_live_children=has_live_children)
    assert merged.deleted is not has_live_children
    assert merged.disputes == ({DELETED: (Rival("", False), Rival("1", True))} if has_live_children else {})


def test_children_of_a_record_that_is_not_deleted_make_no_dispute() -> None:
    assert not merge([MADE, step("1", "0", x=2)], has_live_children=True).disputes


def test_a_base_that_is_not_there_is_taken_for_one_that_nothing_is_known_of() -> None:
    assert merge([step("1", "gone", x=1), step("2", "1", x=2)]).data == {"x": 2}


def test_the_heads_are_what_no_other_has_followed_in_order() -> None:
    assert heads([MADE, step("2", "0", x=2), step("1", "0", x=3)]) == ("1", "2")
    assert heads([MADE, step("1", "0", x=2), step("2", "1", x=3)]) == ("2",)


def test_a_long_history_costs_as_much_as_it_is_long() -> None:
    line = [Step(f"{number:05}", (f"{number - 1:05}",) if number else (), {"x": number}) for number in range(4_000)]
    fork = [Step("a", ("00000",), {"y": 1}), Step("b", ("a",), {DELETED: True})]
    tracemalloc.start()
    try:
        merged = merge([*line, *fork])
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert merged.data == {"x": 3_999, "y": 1}
    assert merged.disputes == {DELETED: (Rival("00001", False), Rival("b", True))}
    # A set of what each author knew would take some four hundred megabytes.
    assert peak < 20_000_000


def test_changes_that_follow_each_other_round_a_ring_stop_nobody() -> None:
    ring = [step("1", "3", x=1), step("2", "1", x=2), step("3", "2", y=3)]
    states = [merge(found) for found in permutations(ring)]
    assert all(state == states[0] for state in states)
    assert states[0].data["y"] == 3
