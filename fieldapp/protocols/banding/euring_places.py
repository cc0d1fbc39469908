"""Where something was, as EURING writes it: coordinates, place codes, distance and direction.

Sources: EURING Exchange Code 2020 v202 (fields 24–26, 31–33, 61–62), place codes of the package euring 26.4. Degrees,
minutes and seconds are converted here: that package loses the sign between 0° and −1° and writes 60 seconds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from fieldapp.core.positions import EARTH_RADIUS_KM
from fieldapp.core.schema import Values
from fieldapp.protocols.banding import territory
from fieldapp.protocols.banding.life import Point
from fieldapp.protocols.banding.lists import rows

NO_COORDINATES = "." * 15
"""What stands for the coordinates where there are none, or where they stand in fields 61 and 62."""


def degrees_minutes_seconds(point: Point) -> str:
    """Return the position as ±DDMMSS±DDDMMSS, rounded to the second; ValueError outside the globe."""
    latitude, longitude = _checked(point)
    return _dms(latitude, 2) + _dms(longitude, 3)


def _dms(degrees: float, width: int) -> str:
    seconds = int((abs(Decimal(repr(degrees))) * 3600).quantize(Decimal(1), ROUND_HALF_UP))
    sign = "-" if degrees < 0 and seconds else "+"
    minutes, second = divmod(seconds, 60)
    degree, minute = divmod(minutes, 60)
    return f"{sign}{degree:0{width}}{minute:02}{second:02}"


def decimal_degrees(point: Point) -> tuple[str, str]:
    """Return latitude and longitude with four decimals, never as −0; ValueError outside the globe."""
    latitude, longitude = _checked(point)
    return _decimal(latitude), _decimal(longitude)


def _decimal(degrees: float) -> str:
    value = Decimal(repr(degrees)).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return f"{value if value else abs(value):f}"


def _checked(point: Point) -> Point:
    latitude, longitude = point
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise ValueError(point)
    return float(latitude), float(longitude)


def rhumb(start: Point, end: Point) -> tuple[float, float | None]:
    """Return km and direction (degrees from north, 0 ≤ d < 360) along the loxodrome; None where both are one place.

    EURING prefers the loxodrome (source: Vogeltrekstation, citing Imboden & Imboden 1972). On a sphere:
    ψ = ln(tan(π/4 + φ/2)), direction = atan2(Δλ, Δψ), distance = R·√(Δφ² + (q·Δλ)²) with q = Δφ/Δψ, or cos φ where
    Δψ is 0.
    """
    phi, other = math.radians(start[0]), math.radians(end[0])
    across = math.remainder(math.radians(end[1] - start[1]), math.tau)
    up = other - phi
    if not up and not across:
        return 0.0, None
    stretched = _isometric(other) - _isometric(phi)
    share = up / stretched if abs(stretched) > 1e-12 else math.cos(phi)
    direction = math.degrees(math.atan2(across, stretched)) % 360
    km = EARTH_RADIUS_KM * math.hypot(up, share * across)
    return km, direction % 360  # a hair west of north comes out as 360 at first


def _isometric(phi: float) -> float:
    """Return the isometric latitude; at a pole a number that is large and finite."""
    return math.asinh(math.tan(phi))


def place_code(place: Values) -> str | None:
    """Return the EURING code of a ringing place: its own, else that of its department, else that of its country.

    Without a country the place is French. None where no code is known, or its own is in no list. A French department
    without a code of its own (Saint-Pierre-et-Miquelon, a slip) is not given that of France: it may lie far from there.
    The Lesser Antilles and the Pacific Islands have one code each; GP00 and MQ00 are Kenya and Mozambique.
    """
    own = str(place.get("euring_place_code", "")).strip().upper()
    if own:
        return own if own in places() else None
    country, department = territory.country(place), territory.department(place)
    if country == territory.FRANCE and department:
        return _codes().get((country, department))
    return _codes().get((country, ""))


@lru_cache(maxsize=1)
def _codes() -> Mapping[tuple[str, str], str]:
    return {(row["country"], row["department"]): row["euring"] for row in rows("place_codes.csv")}


@lru_cache(maxsize=1)
def places() -> frozenset[str]:
    """Return all place codes of EURING."""
    return frozenset(row["code"] for row in rows("euring_lists.csv") if row["list"] == "PLACE")
