"""Where rows lie, as the geometries of a layer: points, lines or polygons, in Lambert-93 and in degrees."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer

from fieldapp.core.occurrence import Place

LAMBERT_93, DEGREES = 2154, 4326
SYSTEMS = (LAMBERT_93, DEGREES)
"""The EPSG codes in which each layer is written, and which its name ends with."""

POINTS, LINES, POLYGONS, UNPLACED = "points", "lines", "polygons", "unplaced"
"""What the layers of a protocol are called after its code; UNPLACED has no geometry."""

TYPES = {POINTS: "Point", LINES: "MultiLineString", POLYGONS: "MultiPolygon"}
"""The geometries of each (source: OGC 12-128, geometry types)."""

_FAMILIES = {"LineString": LINES, "MultiLineString": LINES, "Polygon": POLYGONS, "MultiPolygon": POLYGONS}

_ROUGH_M = 50.0
_MOST_CORNERS = 200
"""An outline that stands for a place in every row is drawn to 50 m where it has more corners: `places` has it whole."""

_MOST_KEPT = 20_000

Pair = tuple[bytes, bytes]
"""The WKB of one geometry in the order of `SYSTEMS`."""


class Drawing:
    """Draws places; what has corners is drawn once for all rows that lie there."""

    def __init__(self) -> None:
        self._to_metres = Transformer.from_crs(DEGREES, LAMBERT_93, always_xy=True)
        self._to_degrees = Transformer.from_crs(LAMBERT_93, DEGREES, always_xy=True)
        self._families: dict[str, str] = {}
        self._drawn: dict[tuple[str, bool], Pair] = {}

    def family(self, place: Place) -> str:
        """Return which layer a place belongs to; a geometry that can't be read or drawn counts as none."""
        if place.wkt:
            known = self._families.get(place.wkt)
            if known is None:
                if len(self._families) >= _MOST_KEPT:
                    self._families.clear()
                known = self._families[place.wkt] = _family(place.wkt)
            if known != UNPLACED:
                return known
        return UNPLACED if place.longitude is None or place.latitude is None else POINTS

    def all(self, family: str, places: Sequence[Place], is_rough: bool) -> tuple[Any, Any]:
        """Return the geometries of places of one family as WKB, in the order of `SYSTEMS`.

        None stands where a place has none in a system. `is_rough` draws what stands for a place with fewer corners.
        """
        if family == POINTS:
            return self._points(places)
        pairs = [self._pair(place.wkt, is_rough and bool(place.blurred)) for place in places]
        metres, degrees = (np.array([pair[number] for pair in pairs], dtype=object) for number in range(len(SYSTEMS)))
        return metres, degrees

    def _points(self, places: Sequence[Place]) -> tuple[Any, Any]:
        degrees = np.array([(place.longitude, place.latitude) for place in places], dtype=np.float64).reshape(-1, 2)
        metres = np.column_stack(self._to_metres.transform(*degrees.T))
        drawn = shapely.to_wkb(shapely.points(metres)).astype(object)
        drawn[~np.isfinite(metres).all(axis=1)] = None
        return drawn, shapely.to_wkb(shapely.points(degrees))

    def _pair(self, wkt: str, is_rough: bool) -> Pair:
        if (wkt, is_rough) not in self._drawn:
            if len(self._drawn) >= _MOST_KEPT:
                self._drawn.clear()
            shape = _as_many(shapely.from_wkt(wkt))
            flat = shapely.transform(shape, lambda points: np.column_stack(self._to_metres.transform(*points.T)))
            if is_rough and shapely.get_num_coordinates(flat) > _MOST_CORNERS:
                flat = _as_many(shapely.simplify(flat, _ROUGH_M))
                shape = shapely.transform(flat, lambda points: np.column_stack(self._to_degrees.transform(*points.T)))
            self._drawn[wkt, is_rough] = (shapely.to_wkb(flat), shapely.to_wkb(shape))
        return self._drawn[wkt, is_rough]


def _family(wkt: str) -> str:
    with contextlib.suppress(shapely.errors.ShapelyError):
        shape = shapely.from_wkt(wkt)
        return UNPLACED if shape.is_empty else _FAMILIES.get(shape.geom_type, UNPLACED)
    return UNPLACED


def _as_many(shape: Any) -> Any:
    """Return a line or polygon as the collection of one that a layer of such holds; a collection as it is."""
    if shape.geom_type == "Polygon":
        return shapely.multipolygons([shape])
    return shapely.multilinestrings([shape]) if shape.geom_type == "LineString" else shape
