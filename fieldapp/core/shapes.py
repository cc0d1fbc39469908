"""Lines and outlines as text (WKT), read and checked without a library: the places that are no points.

Source of the form: OGC 06-103r4 (Simple Features), 7.2, well-known text; degrees, WGS 84, longitude first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fieldapp.core.lazy import LazyPattern
from fieldapp.core.text import _

LONGEST = 500_000
"""Letters of a text that is read: some ten thousand corners, far more than anybody draws."""

Point = tuple[float, float]
"""Longitude and latitude."""

_DEPTHS = {"LINESTRING": 1, "MULTILINESTRING": 2, "POLYGON": 2, "MULTIPOLYGON": 3}
_HEAD = LazyPattern(r"(?:SRID=4326;)? *(MULTI)?(LINESTRING|POLYGON) *(?=\()", re.IGNORECASE)
_TOKEN = LazyPattern(r" *([(),]|[-+]?[0-9]{1,3}(?:\.[0-9]{1,20})?(?![0-9.]))")
_FEWEST = {"LINESTRING": 2, "POLYGON": 4}


@dataclass(frozen=True, slots=True)
class Shape:
    """A line or an outline: `kind` is its word of WKT, `runs` its lines, or its rings, each from corner to corner.

    `wkt` is the whole of it on one line as every reader takes it: no system of coordinates, no end of line.
    """

    kind: str
    runs: tuple[tuple[Point, ...], ...]
    wkt: str

    @property
    def middle(self) -> Point:
        """The middle of the rectangle around it."""
        longitudes, latitudes = zip(*(point for run in self.runs for point in run), strict=True)
        return (min(longitudes) + max(longitudes)) / 2, (min(latitudes) + max(latitudes)) / 2


def read_shape(text: str) -> Shape:
    """Return the line or outline that a text of WKT describes; ValueError with a sentence where it describes none.

    A ring ends where it begins and has three corners at least; a line has two ends.
    """
    head = _HEAD.match(text) if len(text) <= LONGEST else None
    if head is None:
        raise ValueError(_("Ce contour n’est pas lisible : attendu POLYGON ((…)) ou LINESTRING (…), en degrés."))
    kind = f"{head[1] or ''}{head[2]}".upper()
    runs, end = _runs(text, head.end(), _DEPTHS[kind])
    if text[end:].strip():
        raise ValueError(_("Ce contour n’est pas fini : une parenthèse manque ou dépasse."))
    for run in runs:
        _refuse_short(head[2].upper(), run)
    return Shape(kind, tuple(runs), f"{kind} {' '.join(text[head.end() : end].split())}")


def _runs(text: str, at: int, depth: int) -> tuple[list[tuple[Point, ...]], int]:
    """Return the lists of points between brackets of this depth, and the place behind the last bracket."""
    at = _expect("(", text, at)
    runs: list[tuple[Point, ...]] = []
    if depth == 1:
        points = []
        while True:
            longitude, at = _number(text, at)
            latitude, at = _number(text, at)
            points.append((longitude, latitude))
            mark, at = _mark(text, at)
            if mark == ")":
                return [tuple(points)], at
    while True:
        found, at = _runs(text, at, depth - 1)
        runs += found
        mark, at = _mark(text, at)
        if mark == ")":
            return runs, at


def _token(text: str, at: int) -> tuple[str, int]:
    found = _TOKEN.match(text, at)
    if found is None:
        raise ValueError(_("Ce contour n’est pas fini : une parenthèse manque ou dépasse."))
    return found[1], found.end()


def _expect(mark: str, text: str, at: int) -> int:
    token, end = _token(text, at)
    if token != mark:
        raise ValueError(_("Ce contour n’est pas lisible : attendu POLYGON ((…)) ou LINESTRING (…), en degrés."))
    return end


def _mark(text: str, at: int) -> tuple[str, int]:
    token, end = _token(text, at)
    if token not in {",", ")"}:
        raise ValueError(_("Ce contour n’est pas lisible : chaque sommet a deux nombres, longitude puis latitude."))
    return token, end


def _number(text: str, at: int) -> tuple[float, int]:
    token, end = _token(text, at)
    if token in {"(", ")", ","}:
        raise ValueError(_("Ce contour n’est pas lisible : chaque sommet a deux nombres, longitude puis latitude."))
    return float(token), end


def _refuse_short(kind: str, run: tuple[Point, ...]) -> None:
    if any(abs(longitude) > 180 or abs(latitude) > 90 for longitude, latitude in run):
        raise ValueError(_("Ce contour sort du globe : la longitude d’abord, puis la latitude, en degrés."))
    if kind == "POLYGON" and run[0] != run[-1]:
        raise ValueError(_("Ce contour n’est pas fermé : le dernier sommet doit être le premier."))
    if len(run) < _FEWEST[kind] or len(set(run)) < _FEWEST[kind] - (kind == "POLYGON"):
        raise ValueError(_("Ce contour a trop peu de sommets : trois au moins pour une surface, deux pour une ligne."))
