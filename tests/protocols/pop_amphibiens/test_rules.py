import inspect
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core.positions import distance_km
from fieldapp.core.schema import Context, Severity, is_advice
from fieldapp.protocols.pop_amphibiens import rules

POND = {"base_site_name": "Mare 01", "longitude": 2.7856, "latitude": 50.4573}


def found(entity: str, values: dict[str, Any], **context: Any) -> dict[str, Severity]:
    made = Context(values, **context)
    return {problem.code: problem.severity for rule in rules.RULES[entity] for problem in rule(made)}


@pytest.mark.parametrize(("count", "spoken"), [(0, True), (2, True), (3, False), (20, False)])
def test_an_aire_with_fewer_than_three_ponds_is_told_so(count: int, spoken: bool) -> None:
    ponds = [{"base_site_name": f"Mare {number}"} for number in range(count)]
    assert (found("sites_group", {}, children=ponds) == {"few_sites": Severity.NOTICE}) is spoken


@pytest.mark.parametrize("other", ["Mare 01", "mare 01", "Mare_01", " MARE 01 "])
def test_two_ponds_that_the_file_would_mix_up_are_a_warning(other: str) -> None:
    assert found("site", POND, siblings=[{"base_site_name": other}]) == {"site_name_twice": Severity.WARNING}


def test_ponds_with_names_of_their_own_are_not_spoken_of() -> None:
    assert found("site", POND, siblings=[{"base_site_name": "Mare 02"}]) == {}
    assert found("site", {}, siblings=[{}]) == {}


def test_two_aires_of_one_name_are_a_warning() -> None:
    aires = [{"sites_group_name": "Vallée Carreau"}]
    codes = found("sites_group", {"sites_group_name": "Vallee_Carreau"}, siblings=aires)
    assert codes["group_name_twice"] is Severity.WARNING


def test_swapped_coordinates_block_and_a_point_abroad_is_a_warning() -> None:
    assert found("site", {"longitude": 50.4573, "latitude": 2.7856}) == {"position_swapped": Severity.BLOCKING}
    assert found("site", {"longitude": 151.2, "latitude": -33.9}) == {"position_abroad": Severity.WARNING}
    assert found("site", {"longitude": 2.7856}) == {}


@given(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
def test_a_pond_is_far_when_every_other_is_more_than_five_kilometres_away(east: float, north: float) -> None:
    moved = {"longitude": 2.7856 + east, "latitude": 50.4573 + north}
    far = distance_km((2.7856, 50.4573), (moved["longitude"], moved["latitude"])) > 5
    assert ("far_from_others" in found("site", moved, siblings=[POND, {"base_site_name": "x"}])) is far
    assert "far_from_others" not in found("site", moved, siblings=[POND, {**moved, "base_site_name": "y"}])


def test_the_first_pond_of_an_aire_is_far_from_nothing() -> None:
    assert found("site", POND) == {}


def test_a_rule_marked_as_advice_neither_blocks_nor_asks_and_every_other_may() -> None:
    for rule in {rule for found in rules.RULES.values() for rule in found}:
        text = inspect.getsource(rule)
        strict = "Severity.BLOCKING" in text or "Severity.INCOMPLETE" in text
        assert is_advice(rule) is not strict, rule
