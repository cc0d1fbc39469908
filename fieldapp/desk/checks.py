"""The desk's own checks over all lines at once: what is rare, far off, or was moved. Plain functions over columns.

A check never says that something is wrong, only that somebody should look: each hit carries the figures that it is
judged by, and stays until the record is changed or a person has said "seen, it is right".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldapp.core.positions import distance_km
from fieldapp.core.record import Record
from fieldapp.core.review import LEVELS
from fieldapp.desk.columns import Columns
from fieldapp.desk.lines import DEGREE, NOWHERE, Flag, day_number, position_of
from fieldapp.desk.tables import Numbers

HIGH_COUNT, FIRST_COMMUNE, FIRST_DEPARTMENT = "desk_high_count", "desk_first_commune", "desk_first_department"
SITE_MOVED, OUTSIDE_AREA = "desk_site_moved", "desk_outside_area"

FEWEST_COUNTS = 100
"""Counts of a taxon that a percentile is taken of at least: of fewer none can be above 99 of 100 others."""

HIGH_PERCENT = 99

MOVED_M = 50
"""Metres that a site may move without a word: twice what a phone is off under trees (a choice of the program)."""

OUTSIDE_M = 2_000
"""Metres that a site may lie off the others of its area (a choice of the program)."""

INVALID = next(number for number, choice in enumerate(LEVELS) if choice.code == "4")
"""The number of the level of what is not believed (see `desk.lines`)."""

FEWEST_SITES = 3
"""Sites that make an area: fewer span none."""

_NEVER = 99_999_999  # a day after all others


@dataclass(frozen=True, slots=True)
class Hit:
    """Something to look at: the record's number, the year it belongs to, and the figures (`params`) of its words."""

    code: str
    record: int
    year: int
    params: Mapping[str, Any] = field(default_factory=dict)


def high_counts(columns: Columns) -> Iterator[Hit]:
    """Yield the lines that count more than 99 of 100 of their taxon in their protocol, where there are enough."""
    counted = np.flatnonzero((columns.count_max > 0) & (columns.cd_nom > 0) & ~columns.has(Flag.ABSENCE))
    keys = columns.cd_nom[counted].astype(np.int64) * 256 + columns.protocol[counted]
    order = np.argsort(keys, kind="stable")
    borders = np.flatnonzero(np.diff(keys[order])) + 1
    for part in np.split(counted[order], borders):
        if len(part) < FEWEST_COUNTS:
            continue
        counts = columns.count_max[part]
        limit = int(np.percentile(counts, HIGH_PERCENT, method="higher"))  # a count that was made: 99 of 100 reach it
        for at in part[counts > limit]:
            params = {"count": int(columns.count_max[at]), "limit": limit}
            yield Hit(HIGH_COUNT, int(columns.line[at]), int(columns.year[at]), params)


@dataclass(frozen=True, slots=True)
class Areas:
    """The areas that lines lie in: their names, and for each line the place of its area among them, -1 for none."""

    names: Sequence[str]
    of_line: NDArray[np.int64]


def firsts(columns: Columns, areas: Areas, valid: Numbers, code: str) -> Iterator[Hit]:
    """Yield the first lines of a taxon in an area in which others were seen in years before.

    `valid` is the number of each line's taxon (cd_ref), whichever of its names was written. What was found invalid says
    nothing of its taxon.
    """
    of_line = areas.of_line
    looked = (of_line >= 0) & (columns.day > 0)
    seen = looked & (columns.cd_nom > 0) & ~columns.has(Flag.ABSENCE) & ~columns.has(Flag.BARE)
    lines = np.flatnonzero(seen & (columns.level != INVALID))
    pairs = of_line[lines] * 2**32 + valid[lines]
    _distinct, first = np.unique(pairs, return_index=True)  # the lines stand in the order of their days
    begun = np.full(len(areas.names), 9999, dtype=np.int64)
    np.minimum.at(begun, of_line[looked], columns.year[looked])
    for line in lines[first]:
        if columns.year[line] > begun[of_line[line]]:
            params = {"area": areas.names[of_line[line]], "since": int(begun[of_line[line]])}
            yield Hit(code, int(columns.line[line]), int(columns.year[line]), params)


def moved_sites(
    columns: Columns, sites: Mapping[int, Record], moves: Iterable[tuple[int, str, Mapping[str, Any]]]
) -> Iterator[Hit]:
    """Yield the sites that lie more than MOVED_M from where they lay on the day of their first visit.

    `moves` are the changes of positions as `walking.moved` gives them, oldest first.
    """
    first_days = _first_days(columns)
    by_site: dict[int, list[tuple[str, Mapping[str, Any]]]] = {}
    for number, made_at, before in moves:
        if number in sites and day_number(made_at[:10]) > first_days.get(number, _NEVER):
            by_site.setdefault(number, []).append((made_at[:10], before))
    for number, steps in by_site.items():
        now = {name: sites[number].data.get(name) for name in ("longitude", "latitude")}
        was = now
        for _on, before in reversed(steps):
            was = {name: before.get(name, value) for name, value in was.items()}
        far = _apart_m(was, now)
        if far > MOVED_M:
            on = steps[-1][0]
            yield Hit(SITE_MOVED, number, int(on[:4]), {"metres": round(far), "on": on})


def outside_areas(columns: Columns, sites: Mapping[int, Record], outlines: Mapping[int, Any]) -> Iterator[Hit]:
    """Yield the sites that lie off the area of their group.

    The area is the group's outline where a map has one (`outlines`: shapely geometries in degrees, by the number of the
    group), else what the group's other sites span with OUTSIDE_M around.
    """
    by_root: dict[int, list[tuple[int, int, int]]] = {}
    pairs = np.unique(columns.site.astype(np.int64) * 2**32 + columns.root)
    for site, root in zip((pairs >> 32).tolist(), (pairs & 0xFFFFFFFF).tolist(), strict=True):
        x, y = position_of([sites[site]]) if site in sites else (NOWHERE, NOWHERE)
        if root != site and x != NOWHERE:
            by_root.setdefault(root, []).append((site, x, y))
    last_years = _last_years(columns)
    for root, found in by_root.items():
        for site, far in _far_off(found, outlines.get(root)):
            yield Hit(OUTSIDE_AREA, site, last_years.get(site, 0), {"km": round(far / 1000, 1)})


def _far_off(found: Sequence[tuple[int, int, int]], outline: Any) -> Iterator[tuple[int, float]]:
    """Yield the sites that lie off, with how many metres from the outline, or from what the others span."""
    import shapely

    points = np.array([(x / DEGREE, y / DEGREE) for _site, x, y in found])
    middle = points.mean(axis=0)
    metres = _metres(points, middle)
    shape = None if outline is None else shapely.transform(outline, lambda some: _metres(some, middle))
    for number, (site, _x, _y) in enumerate(found):
        point = shapely.Point(metres[number])
        if shape is not None:
            far = point.distance(shape)
        elif len(found) > FEWEST_SITES:
            others = shapely.MultiPoint(np.delete(metres, number, axis=0)).convex_hull
            far = max(0.0, point.distance(others) - OUTSIDE_M) and point.distance(others)
        else:
            continue
        if far > 0:
            yield site, far


def _metres(points: NDArray[np.float64], middle: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return degrees as metres east and north of a point nearby: within an area the earth is flat."""
    a_degree = 111_195.0  # source: 6,371,009 m (IUGG mean radius) times pi / 180
    found: NDArray[np.float64] = (points - middle) * a_degree * np.array([np.cos(np.radians(middle[1])), 1.0])
    return found


def _apart_m(first: Mapping[str, Any], second: Mapping[str, Any]) -> float:
    """Return how many metres two positions are apart, 0 where one of them is none."""
    pair = [(values.get("longitude"), values.get("latitude")) for values in (first, second)]
    if not all(isinstance(value, int | float) for point in pair for value in point):
        return 0.0
    return distance_km(*pair) * 1000  # type: ignore[arg-type]


def _first_days(columns: Columns) -> dict[int, int]:
    dated = np.flatnonzero(columns.day > 0)
    sites, first = np.unique(columns.site[dated], return_index=True)
    return dict(zip(sites.tolist(), columns.day[dated][first].tolist(), strict=True))


def _last_years(columns: Columns) -> dict[int, int]:
    sites, last = np.unique(columns.site[::-1], return_index=True)
    return dict(zip(sites.tolist(), columns.year[::-1][last].tolist(), strict=True))


def records_of(hits: Iterable[Hit]) -> dict[str, Numbers]:
    """Return the records of hits by their code, for a filter."""
    found: dict[str, list[int]] = {}
    for hit in hits:
        found.setdefault(hit.code, []).append(hit.record)
    return {code: np.array(numbers, dtype=np.int32) for code, numbers in found.items()}
