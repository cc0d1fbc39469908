"""Which of a million points lie in a zone: most by the square they lie in, and only those at its border one by one."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from fieldapp.core.errors import FieldappError
from fieldapp.core.text import _

MAX_CORNERS = 200_000
"""Corners of a polygon: a thousand times a commune's."""

_LEVELS = 8  # halvings of a zone's bounds: 256 squares a side
_OUTSIDE, _BORDER, _INSIDE = 0, 1, 2


@lru_cache(maxsize=4)
def area_of(polygon: str) -> Any:
    """Return a polygon or several (WKT, degrees) as a prepared geometry; FieldappError for anything else."""
    try:
        with np.errstate(all="ignore"):  # a number beyond all others is refused below
            area = shapely.from_wkt(polygon)
    except shapely.errors.GEOSException:
        area = None
    if area is None or area.geom_type not in {"Polygon", "MultiPolygon"} or not _is_on_earth(area):
        raise FieldappError(_("Ce contour n’est pas une zone fermée : dessinez-le ou choisissez-le à nouveau."))
    if shapely.get_num_coordinates(area) > MAX_CORNERS:
        raise FieldappError(_("Ce contour est trop détaillé : choisissez une zone plus simple, ou une commune."))
    area = area if area.is_valid else shapely.make_valid(area)
    shapely.prepare(area)
    return area


def _is_on_earth(area: Any) -> bool:
    return not area.is_empty and all(abs(side) <= 360 for side in area.bounds)


def holds(area: Any, longitudes: NDArray[np.float64], latitudes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which of these points lie in the area or on its border; all in degrees."""
    side = 1 << _LEVELS
    west, south, east, north = area.bounds
    if len(longitudes) < side or not (east > west and north > south):
        return np.asarray(shapely.intersects_xy(area, longitudes, latitudes))
    columns = np.clip(((longitudes - west) * (side / (east - west))).astype(np.int32), 0, side - 1)
    rows = np.clip(((latitudes - south) * (side / (north - south))).astype(np.int32), 0, side - 1)
    kinds = _squares(area)[rows * side + columns]
    found: NDArray[np.bool_] = kinds == _INSIDE
    at = np.flatnonzero(kinds == _BORDER)
    found[at] = shapely.intersects_xy(area, longitudes[at], latitudes[at])
    return found


def _squares(area: Any) -> NDArray[np.uint8]:
    """Return for each square of the area's bounds, row by row, whether it lies inside, outside, or across the border.

    Squares are halved where they lie across. They are asked for a little larger than they are, so that a point which
    rounding puts into the square beside its own is never told wrongly.
    """
    side = 1 << _LEVELS
    kinds = np.zeros((side, side), dtype=np.uint8)
    west, south, east, north = area.bounds
    rows = columns = np.zeros(1, dtype=np.int64)
    for level in range(_LEVELS + 1):
        width, height, margin = (east - west) / (1 << level), (north - south) / (1 << level), 1e-3
        boxes = shapely.box(
            west + (columns - margin) * width, south + (rows - margin) * height,
            west + (columns + 1 + margin) * width, south + (rows + 1 + margin) * height,
        )  # fmt: skip
        is_in = shapely.contains_properly(area, boxes)
        is_across = ~is_in & shapely.intersects(area, boxes)
        scale = side >> level
        for row, column in zip((rows[is_in] * scale).tolist(), (columns[is_in] * scale).tolist(), strict=True):
            kinds[row : row + scale, column : column + scale] = _INSIDE
        rows, columns = rows[is_across], columns[is_across]
        if level < _LEVELS:
            rows = np.concatenate([rows * 2, rows * 2, rows * 2 + 1, rows * 2 + 1])
            columns = np.concatenate([columns * 2, columns * 2 + 1, columns * 2, columns * 2 + 1])
    kinds[rows, columns] = _BORDER
    return kinds.ravel()
