"""What the values of a capture line follow from each other."""

from typing import Any

import pytest

from fieldapp.protocols.banding import desk_values
from fieldapp.protocols.banding.desk_values import DEAD, INJURED
from fieldapp.protocols.banding.schema import OBSERVATION


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"action": "C"}, {"condition": "8", "circumstances": "20"}),
        ({"action": "C", "condition": "7"}, {"condition": "7", "circumstances": "20"}),
        ({"action": "C", "circumstances": "28"}, {"condition": "8", "circumstances": "28"}),
        ({"action": "B"}, {}),
        ({"action": "B", "condition": "8", "circumstances": "20"}, {"condition": None, "circumstances": None}),
        ({"action": "SANS", "condition": "8", "circumstances": "20"}, {"condition": None, "circumstances": None}),
        ({"action": "B", "condition": "2", "circumstances": "08"}, {}),
        ({"action": "R"}, {}),
        ({"action": "R", "condition": "8", "circumstances": "20"}, {"condition": None, "circumstances": None}),
        ({"action": "R", "condition": "2", "circumstances": "40"}, {}),
        ({}, {}),
    ],
)
def test_only_a_healthy_control_is_said_to_be_healthy(values: dict[str, Any], told: dict[str, Any]) -> None:
    assert desk_values.condition(values) == told


def test_casualties_are_codes_of_their_lists() -> None:
    for parts in desk_values.CASUALTIES.values():
        for name, code in parts.items():
            assert OBSERVATION.by_name[name].choice(code) is not None


@pytest.mark.parametrize("kind", [DEAD, INJURED, None])
def test_a_casualty_is_recognised_and_made_well_again(kind: str | None) -> None:
    ringed = {"action": "B", "species": "ACRSCI"}
    values = desk_values.with_casualty(ringed, kind)
    assert desk_values.casualty_of(values) == kind
    assert desk_values.with_casualty(values, None) == ringed


def test_what_was_noted_otherwise_stays_when_a_casualty_is_taken_back() -> None:
    killed_by_cat = {"action": "C", "condition": "2", "circumstances": "61", "health": "M"}
    assert desk_values.casualty_of(killed_by_cat) is None
    assert desk_values.with_casualty(killed_by_cat, None) == killed_by_cat


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ({"replaced_ring": "rk 7710"}, ("RK7710", "FRP", "FRPRK7710")),
        ({"replaced_ring": "A1", "replaced_ring_scheme": "GBT"}, ("A1", "GBT", "GBTA1")),
        ({}, (None, None, None)),
    ],
)
def test_a_replaced_ring_has_a_scheme_and_a_key(values: dict[str, Any], parts: tuple[str | None, ...]) -> None:
    found = desk_values.replaced(values)
    assert tuple(found.get(f"replaced_ring{end}") for end in ("", "_scheme", "_key")) == parts


def test_a_replaced_ring_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="abîmé par un tableur"):
        desk_values.replaced({"replaced_ring": "8,68E+06"})


@pytest.mark.parametrize(
    ("session", "cleared"),
    [
        ({"theme": "PHENO", "holder": "anne"}, {"theme": None, "ringer": None}),
        ({"theme": "PHENO", "holder": "anne", "ringer": "paul"}, {"theme": None}),
        ({"theme": "STOC", "holder": "paul", "ringer": "anne"}, {"ringer": None}),
        ({}, {}),
    ],
)
def test_a_line_does_not_repeat_its_session(session: dict[str, Any], cleared: dict[str, None]) -> None:
    assert desk_values.repeats({"theme": "PHENO", "ringer": "anne"}, session) == cleared


def test_zero_and_false_are_values() -> None:
    assert desk_values.filled({"a": 0, "b": False, "c": "", "d": None, "e": [], "f": "0"}) == {
        "a": 0,
        "b": False,
        "f": "0",
    }
