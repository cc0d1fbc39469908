"""What lies around a place, by the maps that were loaded: commune, department, cell of 10 km, and other areas.

All outlines are indexed by their bounds; an outline itself is read when a place first comes near it. So a map of all
communes of France costs a region's work no more than those of the region.

A place without position whose commune is known is told by its commune: this is the SINP's "rattachement", NAT_OBJ_GEO
"In". It is given neither cell nor areas: those of the commune need not be those of the place.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import shapely

from fieldapp.core.occurrence import SURVEYED, Place
from fieldapp.core.text import fold
from fieldapp.desk import communes
from fieldapp.store import areas
from fieldapp.store.areas import Area, Outline
from fieldapp.store.connection import Database

if TYPE_CHECKING:
    from pyproj import Transformer

__all__ = ["Area", "Geography", "department_of"]

LAMBERT_93, DEGREES = "EPSG:2154", "EPSG:4326"

CELL_M = 10_000
"""Side of a cell of the national grid (source: INPN, maille 10 × 10 km in Lambert-93)."""

LAMBERT_93_BOUNDS = (-9.86, 41.15, 10.38, 51.56)
"""Where Lambert-93 may be used: west, south, east, north in degrees (source: EPSG:2154, area of use)."""

_MOST_CELLS = 400  # a polygon over more cells is no place; its middle stands for it
_MOST_NAMED = 50
_MOST_KEPT = 200_000  # places whose surroundings are remembered
_DECIMALS = 6  # of a degree: ten centimetres
_PREFIX = "10kmL93"


@dataclass(frozen=True, slots=True)
class Around:
    """What was found around a geometry; "" and nothing where the maps do not reach."""

    commune: str = ""
    commune_code: str = ""
    department: str = ""
    cell: str = ""
    areas: tuple[str, ...] = ()


@dataclass
class Geography:
    """The maps of a database as they were when they were loaded; of one thread, as its connection is."""

    db: Database
    outlines: Sequence[Outline]
    _shapes: dict[int, Any] = field(default_factory=dict)
    _known: dict[tuple[float | None, float | None, str], Around] = field(default_factory=dict)
    _attached: dict[tuple[str, str, str], Place] = field(default_factory=dict)

    @classmethod
    def load(cls, db: Database) -> Geography:
        """Return the geography by the maps that are loaded now."""
        return cls(db, tuple(areas.outlines(db)))

    def around(self, place: Place) -> Place:
        """Return the place with its commune, department, cell and areas filled in.

        Of a polygon or line, commune and cell are those that hold the largest part of it, the areas all that it
        touches. What no map tells stays as the place has it. A place without position is laid in its commune where
        that is known. A blurred place is returned as it is.
        """
        if place.blurred:
            return place
        if not place.wkt and (place.longitude is None or place.latitude is None):
            return self._attach(place)
        key = (place.longitude, place.latitude, place.wkt)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            found = self._known[key] = self._look(_shape(place))
        commune_code = found.commune_code or place.commune_code
        return msgspec.structs.replace(
            place,
            commune=found.commune or place.commune,
            commune_code=commune_code,
            department=found.department or department_of(commune_code) or place.department,
            cell=found.cell or place.cell,
            areas=found.areas or place.areas,
        )

    def cell(self, longitude: float, latitude: float) -> str:
        """Return the code of the cell of 10 km of a point, "10kmL93E074N695"; "" where Lambert-93 does not reach.

        Source: INPN, "10kmL93E" with the tens of kilometres eastward, "N" with those northward, three figures each.
        """
        west, south, east, north = LAMBERT_93_BOUNDS
        if not (west <= longitude <= east and south <= latitude <= north):
            return ""
        x, y = self._to_metres.transform(longitude, latitude)
        return _cell_code(int(x // CELL_M), int(y // CELL_M))

    def cell_wkt(self, code: str) -> str:
        """Return the polygon of a cell in degrees as WKT; ValueError for a code that is none."""
        x, y = _cell_corner(code)
        corners = [(x, y), (x + CELL_M, y), (x + CELL_M, y + CELL_M), (x, y + CELL_M), (x, y)]
        points = [self._to_degrees.transform(*corner) for corner in corners]
        return f"POLYGON (({', '.join(f'{longitude:.6f} {latitude:.6f}' for longitude, latitude in points)}))"

    def area(self, identity: int) -> Area:
        """Return the area of this id; KeyError when there is none."""
        found = areas.by_ids(self.db, [identity])
        if not found:
            raise KeyError(identity)
        return found[0]

    def named(self, text: str) -> list[Area]:
        """Return the areas with this code, else those whose name holds the text, capitals and accents apart.

        At most 50: names that are the text whole come first, then those that begin with it, then by name.
        """
        wanted = fold(text)
        if not wanted:
            return []
        found = [one for one in self.outlines if one.code and fold(one.code) == wanted]
        if not found:
            hits = [(name, one) for one in self.outlines if wanted in (name := fold.__wrapped__(one.name))]
            hits.sort(key=lambda hit: (hit[0] != wanted, not hit[0].startswith(wanted), hit[0], hit[1].id))
            found = [one for _name, one in hits]
        ids = [one.id for one in found[:_MOST_NAMED]]
        by_id = {one.id: one for one in areas.by_ids(self.db, ids)}
        return [by_id[identity] for identity in ids if identity in by_id]

    def coded(self, kind: str, code: str) -> Area | None:
        """Return the area of a kind with this code, of the first map that has it; None where none has.

        What a map has in several parts is one area: all of them together.
        """
        ids = self._by_code.get((kind, code), ())
        parts = areas.by_ids(self.db, ids)
        if len(parts) <= 1:
            return next(iter(parts), None)
        whole = shapely.union_all([shapely.from_wkb(one.wkb) for one in parts])
        return dataclasses.replace(parts[0], wkb=shapely.to_wkb(whole))

    def laid(self, place: Place, outline: Any, middle: Any) -> Place:
        """Return the place as an area, both shapes in degrees: somewhere within the outline, told by its middle."""
        longitude, latitude = round(middle.x, 5), round(middle.y, 5)
        return msgspec.structs.replace(
            place,
            longitude=longitude,
            latitude=latitude,
            wkt=shapely.to_wkt(outline, rounding_precision=_DECIMALS),
            nature=SURVEYED,
            precision_m=self.reach_m(longitude, latitude, outline),
        )

    def reach_m(self, longitude: float, latitude: float, shape: Any) -> int:
        """Return how far a shape reaches from a point, both in degrees: whole metres, rounded up."""
        x, y = self._to_metres.transform(longitude, latitude)
        xs, ys = self._to_metres.transform(*shapely.get_coordinates(shape).T)
        return int(np.ceil(np.hypot(xs - x, ys - y).max()))

    # ------------------------------------------------------------------------------------------ attaching

    def _attach(self, place: Place) -> Place:
        """Return a place without position in its commune, as it is where that is not known for sure."""
        key = (place.commune, place.commune_code, place.department)
        if key not in self._attached:
            self._attached[key] = self._whole_commune(place)
        whole = self._attached[key]
        return msgspec.structs.replace(
            place,
            commune=whole.commune,
            commune_code=whole.commune_code,
            department=whole.department,
            longitude=whole.longitude,
            latitude=whole.latitude,
            wkt=whole.wkt,
            nature=whole.nature,
            precision_m=whole.precision_m,
        )

    def _whole_commune(self, place: Place) -> Place:
        """Return the place as its commune: its outline where a map has one, else the middle that is listed for it."""
        code = self._commune_code(place)
        area, listed = self.coded("commune", code), communes.listed().get(code)
        name = area.name if area else listed.name if listed else place.commune
        found = msgspec.structs.replace(
            place, commune=name, commune_code=code, department=department_of(code) or place.department
        )
        if area is not None:
            outline = shapely.from_wkb(area.wkb)
            return self.laid(found, outline, shapely.point_on_surface(outline))
        if listed is None or listed.longitude is None:
            return found
        return msgspec.structs.replace(
            found,
            longitude=listed.longitude,
            latitude=listed.latitude,
            nature=SURVEYED,
            precision_m=listed.precision_m,
        )

    def _commune_code(self, place: Place) -> str:
        """Return the code of a place's commune: its own, else that of the only one of this name, "" for none.

        Of several communes of one name the department decides. One that is said to lie elsewhere is none.
        """
        if place.commune_code:
            return place.commune_code
        name = communes.name_key(place.commune)
        if not name:
            return ""
        said = place.department.strip().upper()
        wanted = said.zfill(2) if said.isdecimal() else said
        codes = {*self._communes_by_name.get(name, ()), *communes.codes_named(name)}
        fitting = [code for code in codes if not wanted or department_of(code) == wanted]
        return fitting[0] if len(fitting) == 1 else ""

    # -------------------------------------------------------------------------------------------- looking

    def _look(self, shape: Any) -> Around:
        if shape is None or shape.is_empty:
            return Around()
        near = sorted(self._tree.query(shape).tolist()) if self.outlines else []
        met = [one for one in map(self.outlines.__getitem__, near) if self._outline(one.id).intersects(shape)]
        commune = self._largest([one for one in met if one.kind == "commune"], shape)
        department = department_of(commune.code) if commune else ""
        if not department:
            found = self._largest([one for one in met if one.kind == "department"], shape)
            department = found.code if found else ""
        others = [one for one in met if one.kind not in {"commune", "department"}]
        names = dict.fromkeys(one.name for one in sorted(others, key=lambda one: (one.kind, one.name, one.id)))
        return Around(
            commune.name if commune else "", commune.code if commune else "", department, self._cell_of(shape),
            tuple(names),
        )  # fmt: skip

    def _outline(self, identity: int) -> Any:
        """Return the outline of an area, read and prepared on first need."""
        if identity not in self._shapes:
            shape = shapely.from_wkb(self.area(identity).wkb)
            shapely.prepare(shape)
            self._shapes[identity] = shape
        return self._shapes[identity]

    def _largest(self, candidates: Sequence[Outline], shape: Any) -> Outline | None:
        """Return the area that holds the largest part of a shape; of equal ones the first by code."""
        if len(candidates) <= 1:
            return next(iter(candidates), None)
        parts = [(-_extent(shapely.intersection(self._outline(one.id), shape)), one.code, one.id) for one in candidates]
        return candidates[parts.index(min(parts))]

    def _cell_of(self, shape: Any) -> str:
        """Return the cell that holds the largest part of a shape."""
        middle = shapely.point_on_surface(shape)
        at_middle = self.cell(middle.x, middle.y)
        if shape.geom_type == "Point" or not at_middle:
            return at_middle
        flat = shapely.transform(shape, lambda points: np.column_stack(self._to_metres.transform(*points.T)))
        bounds = flat.bounds
        if not np.isfinite(bounds).all():
            return at_middle
        west, south, east, north = (int(side // CELL_M) for side in bounds)
        if (east - west + 1) * (north - south + 1) > _MOST_CELLS:
            return at_middle
        parts = []
        for x in range(west, east + 1):
            for y in range(south, north + 1):
                box = shapely.box(x * CELL_M, y * CELL_M, (x + 1) * CELL_M, (y + 1) * CELL_M)
                parts.append((-_extent(shapely.intersection(box, flat)), _cell_code(x, y)))
        return min(parts)[1]

    @cached_property
    def _tree(self) -> shapely.STRtree:
        sides = np.array([(one.west, one.south, one.east, one.north) for one in self.outlines])
        return shapely.STRtree(shapely.box(*sides.T))

    @cached_property
    def _by_code(self) -> dict[tuple[str, str], list[int]]:
        """The areas of each kind and code in the first map that has them."""
        found: dict[tuple[str, str], list[int]] = {}
        layers: dict[tuple[str, str], str] = {}
        for one in self.outlines:
            if layers.setdefault((one.kind, one.code), one.layer) == one.layer:
                found.setdefault((one.kind, one.code), []).append(one.id)
        return found

    @cached_property
    def _communes_by_name(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for one in self.outlines:
            if one.kind == "commune" and one.code:
                found.setdefault(communes.name_key(one.name), set()).add(one.code)
        return found

    @cached_property
    def _to_metres(self) -> Transformer:
        return _transformer(DEGREES, LAMBERT_93)

    @cached_property
    def _to_degrees(self) -> Transformer:
        return _transformer(LAMBERT_93, DEGREES)


def department_of(commune_code: str) -> str:
    """Return the department of a commune by its INSEE code: its first two figures, three overseas ("974"); "" of none.

    Source: INSEE, code officiel géographique.
    """
    if len(commune_code) != 5:
        return ""
    return commune_code[:3] if commune_code.startswith("97") else commune_code[:2]


def _transformer(source: str, target: str) -> Transformer:
    from pyproj import Transformer

    return Transformer.from_crs(source, target, always_xy=True)


def _cell_code(x: int, y: int) -> str:
    return f"{_PREFIX}E{x:03}N{y:03}"


def _cell_corner(code: str) -> tuple[int, int]:
    """Return the corner of a cell in the south-west, in metres of Lambert-93."""
    east, _sign, north = code.removeprefix(f"{_PREFIX}E").partition("N")
    if not (code.startswith(f"{_PREFIX}E") and len(east) == len(north) == 3 and (east + north).isdigit()):
        raise ValueError(code)
    return int(east) * CELL_M, int(north) * CELL_M


def _shape(place: Place) -> Any:
    """Return the geometry of a place, its point where it has no other that can be read; None for none."""
    if place.wkt:
        with contextlib.suppress(shapely.errors.ShapelyError):
            shape = shapely.from_wkt(place.wkt)
            return shape if shape.is_valid else shapely.make_valid(shape)
    if place.longitude is None or place.latitude is None:
        return None
    return shapely.Point(place.longitude, place.latitude)


def _extent(shape: Any) -> float:
    """Return how large a shape is among shapes of its kind: by area, by length, by the number of its points."""
    return float(shape.area or shape.length or shapely.get_num_coordinates(shape))
