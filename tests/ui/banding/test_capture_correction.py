"""A correction and its draft: whatever was stored meanwhile, only the fields that were corrected go over it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fieldapp.store.records import decode, encode
from fieldapp.ui.banding.capture_correction import clashes, corrected, kept, resumed
from fieldapp.ui.banding.capture_entry import Line

ALONE = ("sex", "age", "fat", "net", "comments")
VALUES = st.dictionaries(st.sampled_from(ALONE), st.sampled_from(["1", "2", "3"]))


def correction(base: dict[str, Any], values: dict[str, Any]) -> Line:
    return Line("uid", dict(values), base=dict(base))


@given(VALUES, VALUES, VALUES)
def test_each_field_is_as_corrected_else_as_stored_now(
    base: dict[str, str], values: dict[str, str], now: dict[str, str]
) -> None:
    line = resumed(decode(encode(kept(correction(base, values))).decode()), now)
    for name in ALONE:
        wanted = values if values.get(name) != base.get(name) else now
        assert line.values.get(name) == wanted.get(name)
    assert clashes(line, now) == sorted(
        name
        for name in ALONE
        if values.get(name) != base.get(name) and now.get(name) not in (base.get(name), values.get(name))
    )


@given(VALUES, VALUES)
def test_over_what_it_began_with_a_correction_is_as_it_was(base: dict[str, str], values: dict[str, str]) -> None:
    line = replace(correction(base, values), texts={"wing_mm": "66,"}, at="wing_mm", fates={"FRP8680041": "lost"})
    assert resumed(kept(line), base) == line


@given(VALUES, VALUES, VALUES, VALUES)
def test_a_draft_that_is_restored_twice_still_knows_what_clashes(
    base: dict[str, str], values: dict[str, str], first: dict[str, str], second: dict[str, str]
) -> None:
    once = resumed(kept(correction(base, values)), first)
    twice = resumed(kept(once), second)
    for name in corrected(once):
        assert twice.values.get(name) == once.values.get(name)
        assert (name in clashes(twice, second)) == (
            second.get(name) != once.base.get(name) and second.get(name) != values.get(name)  # type: ignore[union-attr]
        )


def test_the_parts_of_a_ring_are_never_mixed() -> None:
    french = {"ring": "8680041", "ring_scheme": "FRP", "ring_key": "FRP8680041", "action": "B", "ring_size": "O"}
    mistyped = {**french, "ring": "8680014", "ring_key": "FRP8680014"}
    foreign = {"ring": "A710715", "ring_scheme": "GBT", "ring_key": "GBTA710715", "action": "C"}
    line = resumed(kept(correction(mistyped, french)), foreign)
    assert line.values == french
    assert {"ring", "ring_scheme", "ring_key"} <= set(clashes(line, foreign))
