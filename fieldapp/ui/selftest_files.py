"""The files that go to others, and a map: each is written, then read back with the libraries that are shipped."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from fieldapp.core.ids import name_uid
from fieldapp.exchange import batch, demo, formats
from fieldapp.exchange.batch_request import Request
from fieldapp.exchange.formats import Format
from fieldapp.exchange.selecting import Selection, tellings
from fieldapp.store.connection import Database

SELECTION = Selection(frozenset({demo.PROTOCOL}))
COMMUNE = "62000"
NEAR_M = 1.0
"""How far a place may lie in one projection from where it lies in the other."""


class SelfTestError(Exception):
    """A step of the self-test did not do what it should."""


def steps(db: Database, folder: Path) -> Iterator[str]:
    """Yield one line per file that was written and read back; what differs is raised as SelfTestError."""
    for form in formats.COMMON:
        yield hand_on(db, form, folder)
    yield take_map(db, folder)


def hand_on(db: Database, form: Format, folder: Path) -> str:
    """Write the demonstration season of the ponds in this format; read as many rows as its manifest tells."""
    path = folder / f"{form.code}{form.ending}"
    request = Request(form.code, SELECTION, dataset_uuid=name_uid("dataset", "self-test"))
    told = batch.make(db, request, path).manifest["rows"]
    found = READERS[form.code](path)
    if not told or found != told:
        raise SelfTestError(form.code, told, found)
    return f"file: {found} rows of {form.code}, read back"


def _text(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _row in csv.reader(file, delimiter=";")) - 1


def _workbook(path: Path) -> int:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(path)
    return len(book.get_sheet_by_index(0).to_python()) - 1


def _archive(path: Path) -> int:
    with zipfile.ZipFile(path) as archive:
        if archive.testzip() is not None or not {"meta.xml", "eml.xml", "event.txt"} <= set(archive.namelist()):
            raise SelfTestError(path, archive.namelist())
        return len(archive.read("occurrence.txt").splitlines()) - 1


def _map_in_both_systems(path: Path) -> int:
    """Return the rows of one projection, each of which the other one has at the same place."""
    import numpy as np
    import pyogrio
    from pyproj import Transformer

    to_metres = Transformer.from_crs(4326, 2154, always_xy=True)
    in_degrees = [str(name) for name in pyogrio.list_layers(path)[:, 0] if str(name).endswith("_points_4326")]
    rows = 0
    for name in in_degrees:
        degrees, metres = _points(path, name), _points(path, name.replace("_4326", "_2154"))
        moved = np.column_stack(to_metres.transform(degrees[:, 0], degrees[:, 1]))
        if len(metres) != len(degrees) or not (np.abs(moved - metres) < NEAR_M).all():
            raise SelfTestError(name, len(degrees), len(metres))
        rows += len(degrees) if name.startswith(demo.PROTOCOL) else 0
    return rows


def _points(path: Path, layer: str) -> Any:
    import shapely
    from pyogrio import raw

    meta, _fids, shapes, _fields = raw.read(path, layer=layer, columns=[])
    if meta["crs"] != f"EPSG:{layer.rpartition('_')[2]}":
        raise SelfTestError(layer, meta["crs"])
    return shapely.get_coordinates(shapely.from_wkb(shapes))


READERS: dict[str, Callable[[Path], int]] = {
    "sinp": _text,
    "csv": _text,
    "monitoring": _text,
    "xlsx": _workbook,
    "dwca": _archive,
    "gpkg": _map_in_both_systems,
}
"""What reads each of the common formats back and returns its rows; a format that is missing here fails."""


def take_map(db: Database, folder: Path) -> str:
    """Load a Shapefile in Lambert-93 with one area around all ponds; each of them has to lie in it."""
    from fieldapp.desk.geography import Geography
    from fieldapp.exchange import layers

    places = [telling.occurrences[0].where for telling in tellings(db, SELECTION) if telling.occurrences]
    places = [place for place in places if place.longitude is not None]
    path = folder / "communes.shp"
    _draw(path, [(place.longitude or 0.0, place.latitude or 0.0) for place in places])
    layers.load(db, layers.Wanted(path, "commune", "Communes", "", "insee", "nom"))
    geography = Geography.load(db)
    inside = sum(geography.around(place).commune_code == COMMUNE for place in places)
    if not places or inside != len(places):
        raise SelfTestError(path, len(places), inside)
    return f"map: {inside} passages lie in the area around them"


def _draw(path: Path, points: list[tuple[float, float]]) -> None:
    """Write a square in Lambert-93 that is a kilometre larger than what these points (degrees) cover."""
    import numpy as np
    import shapely
    from pyogrio import raw
    from pyproj import Transformer

    metres = Transformer.from_crs(4326, 2154, always_xy=True).transform(*np.array(points).T)
    west, south, east, north = shapely.bounds(shapely.multipoints(np.column_stack(metres)))
    square = shapely.to_wkb(np.array([shapely.box(west - 1000, south - 1000, east + 1000, north + 1000)]))
    columns = [np.array([COMMUNE], dtype=object), np.array(["Essai"], dtype=object)]
    raw.write(
        path, square, columns, ["insee", "nom"], geometry_type="Polygon", crs="EPSG:2154", driver="ESRI Shapefile"
    )
