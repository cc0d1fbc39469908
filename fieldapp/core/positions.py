"""Positions that people type or paste from a map, read into longitude and latitude (degrees, WGS 84)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from urllib.parse import unquote

from fieldapp.core.lazy import LazyPattern
from fieldapp.core.text import _

FRANCE_LONGITUDES = (-6.0, 10.0)
FRANCE_LATITUDES = (41.0, 52.0)
"""Bounds of metropolitan France with Corsica, rounded outwards to whole degrees.

Source: area of use of EPSG:2154, -9.86 to 10.38 E and 41.15 to 51.56 N, without its waters of the Atlantic. The two
ranges do not overlap: which of two numbers is the latitude is never in doubt.
"""

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth (source: IUGG 1980, GRS 80)."""

DECIMALS = 7
"""Digits kept: a centimetre. Written out: five, about a metre."""

_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Position:
    """A point in degrees, WGS 84; `note` says what had to be assumed when it was read ("" when nothing)."""

    longitude: float
    latitude: float
    note: str = ""


def in_france(longitude: float, latitude: float) -> bool:
    """Return whether the point lies within the bounds of metropolitan France."""
    return (
        FRANCE_LONGITUDES[0] <= longitude <= FRANCE_LONGITUDES[1]
        and FRANCE_LATITUDES[0] <= latitude <= FRANCE_LATITUDES[1]
    )


def distance_km(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Return the great-circle distance of two (longitude, latitude), by the haversine formula on a sphere."""
    (lon_1, lat_1), (lon_2, lat_2) = (tuple(map(radians, point)) for point in (first, second))
    half = sin((lat_2 - lat_1) / 2) ** 2 + cos(lat_1) * cos(lat_2) * sin((lon_2 - lon_1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(half)))


def parse_position(text: str) -> Position:
    """Return the position in a text: two numbers, degrees with N and E, WKT, a geo: address or the address of a map.

    Of two bare numbers the latitude comes first; when only the other order lies in France, that one is taken and
    `note` says so. ValueError with a sentence when there is no position in the text.
    """
    if len(text) <= _LONGEST:
        plain = unquote(text).translate(_PLAIN).strip()
        for read in (_from_wkt, _from_address, _from_degrees, _from_pair):
            found = read(plain)
            if found is not None:
                return found
    shown = " ".join(text.split())
    shown = shown if len(shown) <= 40 else f"{shown[:40]}…"
    raise ValueError(
        _("« {text} » n’est pas une position : écrivez latitude et longitude (50.4573, 2.7856).").format(text=shown)
    )


def show_position(longitude: float, latitude: float) -> str:
    """Return "50.45730, 2.78560": latitude first and decimal points in every language, as maps want it pasted."""
    return f"{latitude:.5f}, {longitude:.5f}"


_PLAIN = str.maketrans(
    {
        **dict.fromkeys("’‘ʼ´`′", "'"),
        **dict.fromkeys("″”“", '"'),
        **dict.fromkeys("º˚", "°"),
        **dict.fromkeys("‐‑‒–—−", "-"),
        **dict.fromkeys("\u00a0\u202f\u2009\t\r\n", " "),
    }
)
_N = r"[-+]?[0-9]{1,3}(?:\.[0-9]{1,20})?"
_WKT = LazyPattern(rf"(?:SRID=4326;)? *POINT(?: Z)? *\( *({_N}) +({_N})(?: +{_N})? *\)", re.IGNORECASE)
_LATITUDE_FIRST = (
    LazyPattern(rf"!3d({_N})!4d({_N})"),  # Google: the pin, better than the middle of the view after "@"
    LazyPattern(rf"[?&#]mlat=({_N})&mlon=({_N})"),  # OpenStreetMap: the marker
    LazyPattern(rf"#map=[0-9.]{{1,6}}/({_N})/({_N})"),
    LazyPattern(rf"[?&](?:q|query|ll|center|destination)=(?:loc:)?({_N}),\+?({_N})"),
    LazyPattern(rf"[/@]@?({_N}),\+?({_N})"),
)
_LONGITUDE_FIRST = LazyPattern(rf"[?&]c=({_N}),({_N})")  # Géoportail


def _from_wkt(text: str) -> Position | None:
    found = _WKT.fullmatch(text)
    return _settled(float(found[2]), float(found[1]), stated=True) if found else None


def _from_address(text: str) -> Position | None:
    if found := re.match(rf"geo:({_N}),({_N})(?![0-9.])", text, re.IGNORECASE):
        return _settled(float(found[1]), float(found[2]), stated=True)
    if "://" not in text and not text.lower().startswith(("www.", "maps.", "goo.gl")):
        return None
    for pattern in _LATITUDE_FIRST:
        if found := pattern.search(text):
            return _settled(float(found[1]), float(found[2]), stated=True)
    found = _LONGITUDE_FIRST.search(text)
    return _settled(float(found[2]), float(found[1]), stated=True) if found else None


_LETTER = r"(?P<letter{0}>[NSEWO])"
_ANGLE = (
    r"(?P<degrees{0}>[0-9]{{1,3}}(?:[.,][0-9]{{1,20}})?) *°?"
    r"(?: *(?P<minutes{0}>[0-9]{{1,2}}(?:[.,][0-9]{{1,20}})?) *'"
    r"(?: *(?P<seconds{0}>[0-9]{{1,2}}(?:[.,][0-9]{{1,20}})?) *(?:\"|''))?)?"
)
_DEGREES = tuple(
    LazyPattern(r" *[,;/]? *".join(form.format(part) for part in (1, 2)), re.IGNORECASE)
    for form in (f"{_ANGLE} *{_LETTER}", f"{_LETTER} *{_ANGLE}")
)


def _from_degrees(text: str) -> Position | None:
    """Read angles of which each has its letter N, S, E, W or O (ouest), in either order."""
    found = _DEGREES[0].fullmatch(text) or _DEGREES[1].fullmatch(text)
    if found is None:
        return None
    angles = {}
    for part in (1, 2):
        letter = found[f"letter{part}"].upper()
        degrees, minutes, seconds = (
            float((found[f"{name}{part}"] or "0").replace(",", ".")) for name in ("degrees", "minutes", "seconds")
        )
        if minutes >= 60 or seconds >= 60:
            return None
        value = degrees + minutes / 60 + seconds / 3600
        angles["latitude" if letter in "NS" else "longitude"] = -value if letter in "SWO" else value
    if len(angles) != 2:
        return None
    return _settled(angles["latitude"], angles["longitude"], stated=True)


_PAIRS = (
    LazyPattern(r"([-+]?[0-9]{1,3}\.[0-9]{1,20})°? *[,; ] *([-+]?[0-9]{1,3}\.[0-9]{1,20})°?"),
    LazyPattern(r"([-+]?[0-9]{1,3},[0-9]{1,20})°?(?: *; *|,? +)([-+]?[0-9]{1,3},[0-9]{1,20})°?"),
    LazyPattern(r"([-+]?[0-9]{1,3},[0-9]{1,20}),([-+]?[0-9]{1,3},[0-9]{1,20})"),
    LazyPattern(r"([-+]?[0-9]{1,3}(?:[.,][0-9]{1,20})?)°?(?: *; *| +)([-+]?[0-9]{1,3}(?:[.,][0-9]{1,20})?)°?"),
)


def _from_pair(text: str) -> Position | None:
    for pattern in _PAIRS:
        if found := pattern.fullmatch(text):
            first, second = (float(found[part].replace(",", ".")) for part in (1, 2))
            return _settled(first, second, stated=False)
    return None


def _settled(latitude: float, longitude: float, *, stated: bool) -> Position | None:
    """Return the position, swapped when only that lies in France; None when it is nowhere on Earth.

    `stated` tells that the form of the text says which number is which.
    """
    note = ""
    if not in_france(longitude, latitude):
        if in_france(latitude, longitude):
            latitude, longitude = longitude, latitude
            note = _("Latitude et longitude étaient inversées : remises dans l’ordre.") if stated else ""
            note = note or _("Lu comme longitude puis latitude : l’inverse ne serait pas en France.")
        else:
            note = _("Cette position n’est pas en France métropolitaine : vérifiez-la.")
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return Position(round(longitude, DECIMALS), round(latitude, DECIMALS), note)
