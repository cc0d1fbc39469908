"""Coordinates against exact arithmetic and against the package `euring` where that is right; codes; the loxodrome."""

import math
from fractions import Fraction
from typing import Any

import pytest
from euring import EuringRecord
from euring.data import load_place_details, load_place_map
from euring.utils import euring_dms_to_float, euring_lat_to_dms, euring_lng_to_dms
from hypothesis import assume, given
from hypothesis import strategies as st

from fieldapp.protocols.banding import lists
from fieldapp.protocols.banding.euring_places import (
    decimal_degrees,
    degrees_minutes_seconds,
    place_code,
    places,
    rhumb,
)
from tests.protocols.banding.euring_sample import one, rows_of

LATITUDES = st.floats(-90, 90, allow_nan=False)
LONGITUDES = st.floats(-180, 180, allow_nan=False)
POINTS = st.tuples(LATITUDES, LONGITUDES)


def exact_seconds(text: str) -> int:
    """Return the seconds of ±D…DMMSS with their sign; sixty minutes or seconds are an error."""
    minutes, seconds = int(text[-4:-2]), int(text[-2:])
    assert minutes < 60
    assert seconds < 60
    return (-1 if text[0] == "-" else 1) * (int(text[1:-4]) * 3600 + minutes * 60 + seconds)


@given(POINTS)
def test_degrees_minutes_seconds_are_the_nearest_second(point: tuple[float, float]) -> None:
    text = degrees_minutes_seconds(point)
    assert len(text) == 15
    for part, degrees in ((text[:7], point[0]), (text[7:], point[1])):
        exact = Fraction(degrees) * 3600
        assert abs(exact_seconds(part) - exact) <= Fraction(1, 2) + Fraction(1, 10**6)
        assert part[0] == ("-" if exact_seconds(part) < 0 else "+")


@given(POINTS)
def test_the_package_writes_the_same_wherever_it_is_right(point: tuple[float, float]) -> None:
    latitude, longitude = point
    theirs = euring_lat_to_dms(latitude) + euring_lng_to_dms(longitude)
    assume("60" not in (theirs[3:5], theirs[5:7], theirs[11:13], theirs[13:15]))
    assume(not -1 < latitude < 0)
    assume(not -1 < longitude < 0)
    for degrees in point:  # a half is rounded to the even number by the package
        assume(abs(abs(degrees) * 3600 % 1 - 0.5) > 1e-6)
    assert degrees_minutes_seconds(point) == theirs


def test_the_defects_of_the_package_are_not_ours() -> None:
    assert euring_lng_to_dms(-0.35) == "+0002100"
    assert euring_lat_to_dms(49.99999) == "+495960"
    assert degrees_minutes_seconds((49.99999, -0.35)) == "+500000-0002100"
    assert degrees_minutes_seconds((0.0, -0.0001)) == "+000000+0000000"


@given(POINTS)
def test_decimal_degrees_are_the_nearest_ten_thousandth_and_never_minus_zero(point: tuple[float, float]) -> None:
    for text, degrees in zip(decimal_degrees(point), point, strict=True):
        assert abs(Fraction(text) - Fraction(degrees)) <= Fraction(1, 20000) + Fraction(1, 10**9)
        assert len(text.partition(".")[2]) == 4
        assert not (text.startswith("-") and float(text) == 0)


def test_a_position_between_0_and_1_degree_west_keeps_its_sign() -> None:
    """The package refuses "-0.3500" (its pattern for signed numbers), yet −0.35 is what the standard asks for."""
    (row,), _left_out = rows_of(one(place={"latitude": 48.1, "longitude": -0.35, "department": "53"}))
    assert row[60:62] == ("48.1000", "-0.3500")
    faults = EuringRecord.decode("|".join(row), "euring2020").errors["fields"]
    assert [fault["key"] for fault in faults] == ["longitude"]
    (row,), _left_out = rows_of(one(place={"latitude": 48.1, "longitude": -0.35, "department": "53"}), "2000+")
    assert row[24] == "+480600-0002100"
    assert EuringRecord.decode("|".join(row), "euring2000plus").errors == {"record": [], "fields": []}
    assert euring_dms_to_float("-0002100") == 0.35


@pytest.mark.parametrize("point", [(90.1, 0), (0, -180.5), (math.nan, 0), (0, math.inf)])
def test_what_lies_outside_the_globe_is_refused(point: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=r"\("):
        degrees_minutes_seconds(point)
    with pytest.raises(ValueError, match=r"\("):
        decimal_degrees(point)


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ({"department": "59"}, "FR05"),
        ({"department": "62", "country": "fr"}, "FR07"),
        ({"department": "2"}, "FR10"),
        ({"department": "2b"}, "FR90"),
        ({"department": "93"}, "FR28"),
        ({"department": "62", "euring_place_code": " bl-- "}, "BL--"),
        ({"department": "62", "euring_place_code": "FR99"}, None),
        ({"department": "971"}, "LA00"),
        ({"department": "972", "country": "FRANCE"}, "LA00"),
        ({"department": "973"}, "GF00"),
        ({"department": "974"}, "RE00"),
        ({"department": "974", "country": "RE"}, "RE00"),
        ({"country": "La Réunion"}, "RE00"),
        ({"department": "976"}, "YT00"),
        ({"department": "984"}, "TF00"),
        ({"department": "975"}, None),
        ({"department": "975", "euring_place_code": "+H00"}, "+H00"),
        ({"department": "99"}, None),
        ({"department": "Pas-de-Calais", "country": "France"}, "FR07"),
        ({"department": "", "country": "FRANCE"}, "FR--"),
        ({"country": "UK", "department": "KENT"}, "GB--"),
        ({"country": "BE", "department": "HAINAUT"}, "BL--"),
        ({"country": "ZZ"}, None),
        ({}, "FR--"),
    ],
)
def test_a_place_has_the_code_of_its_department_or_its_own(place: dict[str, Any], code: str | None) -> None:
    assert place_code(place) == code


def test_every_french_department_has_the_code_that_the_package_gives_it() -> None:
    details = load_place_details()
    for number in [*(f"{number:02}" for number in range(1, 96) if number != 20), "2A", "2B"]:
        code = place_code({"department": number})
        assert code is not None
        assert number in str(details[code]["notes"]), (number, code)


COUNTRIES = {
    "971": "Lesser Antilles", "972": "Lesser Antilles", "973": "French Guiana", "974": "Reunion", "976": "Mayotte",
    "977": "Lesser Antilles", "978": "Lesser Antilles", "984": "French Southern Territories", "986": "Pacific Islands",
    "987": "Pacific Islands", "988": "New Caledonia",
}  # fmt: skip


@pytest.mark.parametrize(("number", "country"), COUNTRIES.items())
def test_an_overseas_department_has_the_code_of_the_islands_that_it_lies_among(number: str, country: str) -> None:
    """GP00 and MQ00, which look like Guadeloupe and Martinique, are Kenya and Mozambique."""
    details = load_place_details()
    assert details[place_code({"department": number}) or ""]["country"] == country
    assert (details["GP00"]["country"], details["MQ00"]["country"]) == ("Kenya", "Mozambique")


def test_every_code_of_a_country_is_a_present_one() -> None:
    details = load_place_details()
    assert all(details[row["euring"]]["is_current"] for row in lists.rows("place_codes.csv"))


def test_the_list_of_place_codes_is_that_of_the_package() -> None:
    assert places() == set(load_place_map())


def test_the_loxodrome_of_a_published_example() -> None:
    """Plymouth to Boston: 5198 km at 260°07′38″ (source: movable-type.co.uk/scripts/latlong.html, R = 6371 km)."""
    plymouth = (50 + 21 / 60 + 59 / 3600, -4 - 8 / 60 - 2 / 3600)
    boston = (42 + 21 / 60 + 4 / 3600, -71 - 2 / 60 - 27 / 3600)
    km, direction = rhumb(plymouth, boston)
    assert round(km) == 5198
    assert direction is not None
    assert abs(direction - (260 + 7 / 60 + 38 / 3600)) < 1 / 3600


@pytest.mark.parametrize(
    ("start", "end", "km", "direction"),
    [
        ((50, 3), (51, 3), 111.195, 0),
        ((51, 3), (50, 3), 111.195, 180),
        ((60, 3), (60, 2), 111.195 / 2, 270),
        ((0, 179.5), (0, -179.5), 111.195, 90),
        ((50, 3), (50, 3), 0, None),
    ],
)
def test_along_a_meridian_and_a_parallel(
    start: tuple[float, float], end: tuple[float, float], km: float, direction: float | None
) -> None:
    found = rhumb(start, end)
    assert found[0] == pytest.approx(km, abs=0.001)
    assert found[1] == direction


@given(st.tuples(st.floats(-85, 85), LONGITUDES), st.tuples(st.floats(-85, 85), LONGITUDES))
def test_the_way_back_is_as_long_and_opposite(start: tuple[float, float], end: tuple[float, float]) -> None:
    assume(abs(abs(start[1] - end[1]) - 180) > 1e-6)
    km, there = rhumb(start, end)
    back_km, back = rhumb(end, start)
    assert back_km == pytest.approx(km, rel=1e-6, abs=1e-6)
    assert (there is None) == (back is None)
    if there is not None and back is not None and km > 1:
        assert abs(math.remainder(there - back - 180, 360)) < 1e-3
        assert 0 <= there < 360
