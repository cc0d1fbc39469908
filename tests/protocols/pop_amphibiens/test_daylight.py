from datetime import date
from math import asin, atan2, cos, degrees, radians, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.protocols.pop_amphibiens.daylight import sunrise_and_sunset, utc_offset_minutes

LILLE = (3.06, 50.63)


def height_of_sun(day: date, legal_minutes: float, longitude: float, latitude: float) -> float:
    """Return degrees above the horizon, by other formulas (source: Astronomical Almanac, low-precision Sun)."""
    n = (day - date(2000, 1, 1)).days - 0.5 + (legal_minutes - utc_offset_minutes(day)) / 1440
    mean, anomaly = radians(280.460 + 0.9856474 * n), radians(357.528 + 0.9856003 * n)
    ecliptic = mean + radians(1.915 * sin(anomaly) + 0.020 * sin(2 * anomaly))
    tilt = radians(23.439 - 0.0000004 * n)
    declination = asin(sin(tilt) * sin(ecliptic))
    ascension = atan2(cos(tilt) * sin(ecliptic), cos(ecliptic))
    sidereal = radians((18.697374558 + 24.06570982441908 * n) * 15 + longitude)
    north = radians(latitude)
    return degrees(asin(sin(north) * sin(declination) + cos(north) * cos(declination) * cos(sidereal - ascension)))


@given(st.dates(date(2007, 1, 1), date(2060, 12, 31)), st.floats(-6, 10), st.floats(41, 52))
def test_the_sun_stands_on_the_horizon_at_the_times_given(day: date, longitude: float, latitude: float) -> None:
    found = sunrise_and_sunset(day, longitude, latitude)
    assert found is not None
    rises, sets = found
    assert rises < sets
    for minutes in found:
        # 0.833 degrees of refraction and half disc; one degree is about six minutes here.
        assert height_of_sun(day, minutes, longitude, latitude) == pytest.approx(-0.833, abs=1)


@pytest.mark.parametrize(
    ("day", "offset"),
    [(date(2026, 3, 28), 60), (date(2026, 3, 29), 120), (date(2026, 10, 24), 120), (date(2026, 10, 25), 60)],
)
def test_summer_time_begins_and_ends_on_the_last_sunday(day: date, offset: int) -> None:
    assert utc_offset_minutes(day) == offset


def test_where_the_sun_does_not_set_there_is_no_time() -> None:
    assert sunrise_and_sunset(date(2026, 6, 21), 20.0, 78.0) is None
    assert sunrise_and_sunset(date(2026, 6, 21), 20.0, 90.0) is None
