"""When the sun rises and sets, well enough to tell a visit by day from one by night."""

from __future__ import annotations

from datetime import date, timedelta
from math import acos, cos, degrees, pi, radians, sin, tan

_ZENITH = 90.833
"""Degrees from the zenith at sunrise: half the disc plus refraction (source: NOAA, as below)."""


def sunrise_and_sunset(day: date, longitude: float, latitude: float) -> tuple[float, float] | None:
    """Return sunrise and sunset in minutes after midnight, legal time in France; None where the sun does not do both.

    Right within about six minutes at the latitudes of France. Source of the series: NOAA, General Solar Position
    Calculations (after Spencer 1971).
    """
    turn = 2 * pi / 365 * (day.timetuple().tm_yday - 1)
    equation = 229.18 * (
        0.000075 + 0.001868 * cos(turn) - 0.032077 * sin(turn) - 0.014615 * cos(2 * turn) - 0.040849 * sin(2 * turn)
    )
    declination = (
        0.006918
        - 0.399912 * cos(turn)
        + 0.070257 * sin(turn)
        - 0.006758 * cos(2 * turn)
        + 0.000907 * sin(2 * turn)
        - 0.002697 * cos(3 * turn)
        + 0.00148 * sin(3 * turn)
    )
    north = radians(max(-89.0, min(89.0, latitude)))
    cosine = cos(radians(_ZENITH)) / (cos(north) * cos(declination)) - tan(north) * tan(declination)
    if not -1 < cosine < 1:
        return None
    half = degrees(acos(cosine))
    noon = 720 - 4 * longitude - equation + utc_offset_minutes(day)
    return noon - 4 * half, noon + 4 * half


def utc_offset_minutes(day: date) -> int:
    """Return the difference of legal time in metropolitan France to UTC: 120 in summer time, else 60.

    Summer time goes from the last Sunday of March to the last Sunday of October (source: directive 2000/84/EC); the
    day of the change counts with the time after it.
    """
    return 120 if _last_sunday(day.year, 3) <= day < _last_sunday(day.year, 10) else 60


def _last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=last.isoweekday() % 7)
