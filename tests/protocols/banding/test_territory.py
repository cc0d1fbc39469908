"""Countries and departments however they are written; what lies overseas."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.protocols.banding import territory


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (None, "FR"), ("", "FR"), ("fr", "FR"), (" FRANCE ", "FR"), ("Belgique", "BE"), ("UK", "GB"),
        ("Royaume-Uni", "GB"), ("reunion", "RE"), ("La Réunion", "RE"), ("zz", "ZZ"),
    ],
)  # fmt: skip
def test_a_country_by_code_or_name(typed: str | None, code: str) -> None:
    assert territory.country({"country": typed}) == code


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        (None, ""), ("", ""), ("62", "62"), ("062", "62"), (" 2 ", "02"), ("2a", "2A"), ("974", "974"),
        ("pas-de-calais", "62"), ("Pas-de-Calais", "62"), ("GUYANE", "973"), ("Hainaut", "HAINAUT"), ("0", "00"),
    ],
)  # fmt: skip
def test_a_department_by_number_or_name(typed: str | None, number: str) -> None:
    assert territory.department({"department": typed}) == number


@pytest.mark.parametrize(
    ("place", "is_metropolitan"),
    [
        ({}, True),
        ({"department": "62"}, True),
        ({"department": "2B", "country": "France"}, True),
        ({"department": "97"}, True),
        ({"department": "974"}, False),
        ({"department": "Mayotte"}, False),
        ({"department": "988", "country": "FR"}, False),
        ({"country": "RE"}, False),
        ({"country": "BE"}, False),
    ],
)
def test_metropolitan_france_is_what_its_bounds_hold_for(place: dict[str, Any], is_metropolitan: bool) -> None:
    assert territory.is_metropolitan(place) is is_metropolitan


@given(st.text(max_size=8), st.text(max_size=8))
def test_any_text_is_a_place_somewhere(country: str, department: str) -> None:
    place = {"country": country, "department": department}
    again = {"country": territory.country(place), "department": territory.department(place)}
    assert isinstance(territory.is_metropolitan(place), bool)
    assert again["country"]
    assert department.strip() == "" or again["department"]
