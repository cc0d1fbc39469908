"""The thresholds are those of the protocol until a person changes one; what makes no sense counts for nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core.settings import Settings
from fieldapp.protocols.pitfall_barrier import lists
from fieldapp.ui.barrier.thresholds import KEPT, THRESHOLDS, read, shown, thresholds_of, with_thresholds

BY_NAME = {item.name: item for item in THRESHOLDS}


def test_every_setting_of_the_protocol_can_be_changed_and_no_other() -> None:
    assert set(BY_NAME) == set(lists.settings())


def test_without_a_change_they_are_those_of_the_protocol() -> None:
    assert thresholds_of(Settings()) == lists.settings()


def test_only_what_differs_is_kept_beside_what_else_is_in_the_settings() -> None:
    changed = {**lists.settings(), "threshold_night_min_c": 7.5}
    found = with_thresholds(Settings(others={"capture_sound": True}), changed)
    assert found.others == {"capture_sound": True, KEPT: {"threshold_night_min_c": 7.5}}
    assert thresholds_of(found) == changed


@pytest.mark.parametrize("kept", ["text", 7, ["a"], {"threshold_rain_mm": "much"}, {"confidence": 2},
                                  {"max_gap_days": True}, {"max_gap_days": 2.5}, {"unknown": 1}])  # fmt: skip
def test_what_makes_no_sense_in_the_settings_counts_for_nothing(kept: object) -> None:
    assert thresholds_of(Settings(others={KEPT: kept})) == lists.settings()


@given(st.sampled_from(THRESHOLDS), st.integers(0, 1000))
def test_what_is_shown_is_read_again(item: object, number: int) -> None:
    found = BY_NAME[item.name]  # type: ignore[attr-defined]
    value = round(found.least + (found.most - found.least) * number / 1000, 0 if found.whole else 1) / found.factor
    assert read(found, shown(found, value)) == pytest.approx(value)


@pytest.mark.parametrize(("name", "text"), [("confidence", "100"), ("confidence", "49"), ("max_gap_days", "2,5"),
                                            ("threshold_rain_mm", "-1"), ("min_other_seasons", "0")])  # fmt: skip
def test_a_threshold_out_of_reason_is_refused_with_its_limits(name: str, text: str) -> None:
    item = BY_NAME[name]
    with pytest.raises(ValueError, match=rf"de {int(item.least)} à {int(item.most)}"):
        read(item, text)


def test_no_number_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="n’est pas un nombre"):
        read(BY_NAME["confidence"], "beaucoup")
