import math
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fieldapp.core import positions
from fieldapp.core.positions import Position, distance_km, in_france, parse_position, show_position

TYPED = st.text(alphabet="0123456789-–.,:;+ °'\"′″NSEWOnseo()@#=&/?!dPOINTgeohtps", max_size=80) | st.text(max_size=200)
LONGITUDES = st.floats(-6, 10).map(lambda value: round(value, 5))
LATITUDES = st.floats(41, 52).map(lambda value: round(value, 5))

LOOS = Position(2.7856, 50.4573)


@pytest.mark.parametrize(
    "text",
    [
        "50.4573, 2.7856",
        "50.4573,2.7856",
        "50.4573 2.7856",
        "50.4573; 2.7856",
        " 50.4573   2.7856 ",
        "50,4573 2,7856",
        "50,4573; 2,7856",
        "50,4573, 2,7856",
        "50,4573,2,7856",
        "50.4573°N 2.7856°E",
        "N 50.4573 E 2.7856",
        "2,7856 E 50,4573 N",
        "POINT(2.7856 50.4573)",
        "point (2.7856 50.4573)",
        "SRID=4326;POINT(2.7856 50.4573)",
        "POINT Z (2.7856 50.4573 30)",
        "geo:50.4573,2.7856",
        "geo:50.4573,2.7856,30;u=10",
        "https://www.google.com/maps/@50.4573,2.7856,17z?entry=ttu",
        "https://www.google.fr/maps/place/x/@50.1,2.1,17z/data=!3m1!4b1!4m4!3m3!8m2!3d50.4573!4d2.7856",
        "https://maps.google.com/?q=50.4573,2.7856",
        "https://www.google.com/maps/search/?api=1&query=50.4573%2C2.7856",
        "https://www.openstreetmap.org/#map=17/50.4573/2.7856",
        "https://www.openstreetmap.org/?mlat=50.4573&mlon=2.7856#map=12/50.1/2.1",
        "https://www.geoportail.gouv.fr/carte?c=2.7856,50.4573&z=17",
    ],
)
def test_one_pond_may_be_typed_or_pasted_in_many_ways(text: str) -> None:
    assert parse_position(text) == LOOS


@pytest.mark.parametrize("text", ["50°27'26\"N 2°47'8\"E", "50° 27′ 26″ N, 2° 47′ 8″ E", "N 50°27'26'' E 2°47'08''"])
def test_degrees_minutes_and_seconds_are_read(text: str) -> None:
    found = parse_position(text)
    assert (found.latitude, found.longitude) == (round(50 + 27 / 60 + 26 / 3600, 7), round(2 + 47 / 60 + 8 / 3600, 7))


def test_degrees_and_decimal_minutes_are_read() -> None:
    assert parse_position("50°27.438'N 2°47.136'E") == Position(2.7856, 50.4573)


@pytest.mark.parametrize(("text", "longitude"), [("48°N 2°O", -2.0), ("48°N 2°W", -2.0), ("48°N 2°E", 2.0)])
def test_ouest_and_west_are_the_same_side(text: str, longitude: float) -> None:
    assert parse_position(text).longitude == longitude


def test_two_numbers_in_the_other_order_are_swapped_and_it_says_so() -> None:
    found = parse_position("2.7856, 50.4573")
    assert (found.longitude, found.latitude) == (2.7856, 50.4573)
    assert found.note == "Lu comme longitude puis latitude : l’inverse ne serait pas en France."


def test_a_point_written_the_wrong_way_round_is_swapped_and_it_says_so() -> None:
    found = parse_position("POINT(50.4573 2.7856)")
    assert (found.longitude, found.latitude) == (2.7856, 50.4573)
    assert found.note == "Latitude et longitude étaient inversées : remises dans l’ordre."


def test_a_position_abroad_is_kept_with_a_note() -> None:
    found = parse_position("-33.87, 151.21")
    assert (found.longitude, found.latitude) == (151.21, -33.87)
    assert found.note == "Cette position n’est pas en France métropolitaine : vérifiez-la."


@pytest.mark.parametrize(
    "text",
    [
        "",
        "50.4573",
        "50,2",
        "95.5 200.5",
        "50.4 2.7 3.1",
        "50°61'N 2°0'E",
        "50°N 51°N",
        "Loos-en-Gohelle",
        "geo:1",
        "https://example.org/",
        "geo:500,2",
        "POINT(2.7856)",
        "9" * 5000,
    ],
)
def test_what_is_no_position_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"n’est pas une position : écrivez latitude et longitude \(50.4573, 2.7856\)"):
        parse_position(text)


@given(TYPED)
@example("°" * 1999)
@example("1" * 1999)
@example("https://" + "/@1.1" * 390)
def test_any_text_is_a_point_on_earth_or_a_sentence(text: str) -> None:
    found, sentence = None, ""
    try:
        found = parse_position(text)
    except ValueError as refused:
        sentence = str(refused)
    if found is None:
        assert re.fullmatch(r"« .* » n’est pas une position.*", sentence)
    else:
        assert abs(found.longitude) <= 180
        assert abs(found.latitude) <= 90
        assert in_france(found.longitude, found.latitude) or found.note


@given(LONGITUDES, LATITUDES)
def test_a_position_that_is_shown_reads_back_equal(longitude: float, latitude: float) -> None:
    found = parse_position(show_position(longitude, latitude))
    assert (found.longitude, found.latitude, found.note) == (longitude, latitude, "")


@given(LONGITUDES, LATITUDES)
def test_in_france_the_order_of_the_two_numbers_does_not_matter(longitude: float, latitude: float) -> None:
    found = parse_position(f"{longitude:.5f} {latitude:.5f}")
    assert (found.longitude, found.latitude) == (longitude, latitude)


def test_lille_and_paris_are_two_hundred_kilometres_apart() -> None:
    # Source: great-circle distance of the two town halls by the spherical law of cosines, done here.
    lille, paris = (3.0573, 50.6292), (2.3522, 48.8566)
    first, second = ([math.radians(value) for value in point] for point in (lille, paris))
    cosine = math.sin(first[1]) * math.sin(second[1]) + math.cos(first[1]) * math.cos(second[1]) * math.cos(
        first[0] - second[0]
    )
    assert distance_km(lille, paris) == pytest.approx(6371.0088 * math.acos(cosine), rel=1e-9)
    assert 200 < distance_km(lille, paris) < 207


def test_the_two_ranges_of_france_never_overlap() -> None:
    assert positions.FRANCE_LONGITUDES[1] < positions.FRANCE_LATITUDES[0]
