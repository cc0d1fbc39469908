"""Maps: a GeoPackage of 100,000 rows against GDAL alone, and what lies around places against the bare index."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely

from fieldapp import protocols
from fieldapp.core.occurrence import Place, Telling
from fieldapp.desk.geography import Geography
from fieldapp.exchange import geopackage
from fieldapp.exchange.flat_columns import COLUMNS, Kind, rows
from fieldapp.exchange.written import Options
from fieldapp.store import areas
from fieldapp.store.areas import NewArea
from fieldapp.store.opening import open_for_use
from tests.benchmarks.measure import Figure, paired
from tests.exchange.told import newt_and_toad

VISITS = 50_000
ROWS = 2 * VISITS
PLACES = 2_000
PONDS_ASKED = 20_000
RUNS = 3


def _tellings() -> Iterator[Telling]:
    chance = random.Random(1)
    ponds = [
        Place(uid=f"p{n}", name=f"mare {n}", longitude=chance.uniform(2, 3), latitude=chance.uniform(50, 51))
        for n in range(PLACES)
    ]
    for number in range(VISITS):
        yield newt_and_toad(number, on=f"20{10 + number % 15}-04-14", place=ponds[number % PLACES])


def writing(folder: Path) -> Iterator[Figure]:
    """Write the GeoPackage in turn with `pyogrio.raw.write` of the same columns, made before, in both projections."""
    tellings = list(_tellings())
    kept = [number for number, column in enumerate(COLUMNS) if column.name != "geometrie_wkt"]
    table = list(zip(*([cells[n] for n in kept] for _one, cells in rows(tellings, Options())), strict=True))
    columns = [_plain(COLUMNS[n].kind, cells) for n, cells in zip(kept, table, strict=True)]
    names = [COLUMNS[n].name for n in kept]
    points = shapely.points([(t.event.place.longitude, t.event.place.latitude) for t in tellings for _one in range(2)])
    wkb = shapely.to_wkb(points)
    del table
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        made = iter(range(1_000))

        def ours() -> None:
            path = Path(scratch) / f"ours-{next(made)}.gpkg"
            if geopackage.write(tellings, path, note=lambda _one: None, options=Options()) != ROWS:
                raise AssertionError
            path.unlink()

        def bare() -> None:
            path = Path(scratch) / f"bare-{next(made)}.gpkg"
            for number, epsg in enumerate((2154, 4326)):
                pyogrio.raw.write(
                    path, geometry=wkb, field_data=columns, fields=names, layer=f"a{epsg}", driver="GPKG",
                    geometry_type="Point", crs=f"EPSG:{epsg}", append=number > 0,
                )  # fmt: skip
            path.unlink()

        mine, other, ratio = paired(ours, bare, RUNS)
    yield Figure(
        f"GeoPackage of {ROWS:,} rows in two projections / pyogrio.write alone",
        ratio, 1.5, "x", f"{ROWS / mine:,.0f} rows/s", f"{ROWS / other:,.0f} rows/s",
    )  # fmt: skip


def _plain(kind: Kind, cells: tuple[Any, ...]) -> Any:
    if kind is Kind.INTEGER:
        return np.array([cell or 0 for cell in cells], dtype=np.int64)
    if kind is Kind.NUMBER:
        return np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64)
    if kind is Kind.DATE:
        return np.array([cell or "NaT" for cell in cells], dtype="datetime64[D]")
    return np.array(cells, dtype=object)


def looking(folder: Path) -> Iterator[Figure]:
    """Look around points on a map of 35,000 squares in turn with the bare index of the same squares in memory."""
    side = 0.05
    squares = [
        (f"{n:05}", -4 + side * (n % 240), 43 + side * (n // 240)) for n in range(35_000)
    ]  # an area as large as France, in squares as large as communes
    boxes = [shapely.box(west, south, west + side, south + side) for _code, west, south in squares]
    chance = random.Random(2)
    points = [(chance.uniform(-3.9, 7.9), chance.uniform(43.1, 50.1)) for _n in range(PONDS_ASKED)]
    places = [Place(uid="p", longitude=x, latitude=y) for x, y in points]
    with (
        tempfile.TemporaryDirectory(dir=folder) as scratch,
        open_for_use(Path(scratch) / "maps.db", protocols.installed()) as db,
    ):
        found = [
            NewArea(code, code, box.bounds, shapely.to_wkb(box))
            for (code, *_corner), box in zip(squares, boxes, strict=True)
        ]
        areas.replace_layer(db, "commune", "communes", "c.gpkg", "", found)

        def ours() -> None:
            geography = Geography.load(db)
            if not all(geography.around(place).commune_code for place in places):
                raise AssertionError

        def bare() -> None:
            tree = shapely.STRtree(boxes)
            for x, y in points:
                point = shapely.Point(x, y)
                if not any(boxes[at].intersects(point) for at in tree.query(point)):
                    raise AssertionError

        mine, other, ratio = paired(ours, bare, RUNS)
    yield Figure(
        f"surroundings of {PONDS_ASKED:,} places on a map of 35,000 areas / shapely's index alone",
        ratio, 10.0, "x", f"{mine:.1f} s", f"{other:.1f} s",
    )  # fmt: skip


def figures(folder: Path) -> Iterator[Figure]:
    """Yield all figures of maps."""
    yield from writing(folder)
    yield from looking(folder)
