"""The flat table as a GeoPackage for QGIS: for each protocol its points, lines and polygons, and the places.

Every layer is there twice, in Lambert-93 (EPSG:2154) and in degrees (EPSG:4326), and comes with a style of its own that
QGIS takes up by itself. What has no position lies in a table without geometry. Columns are those of the flat table.
Rows go to the disk piece by piece, so that a large file needs no more memory than a small one; the same data give the
same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.occurrence import Occurrence, Place, Telling
from fieldapp.core.text import _
from fieldapp.exchange.flat_columns import COLUMNS, Cell, Column, Kind, rows, words
from fieldapp.exchange.geopackage_shapes import POINTS, SYSTEMS, TYPES, UNPLACED, Drawing
from fieldapp.exchange.geopackage_styles import STYLES, Styled, style_columns
from fieldapp.exchange.written import Note, Options

PLACES = "places"
"""What the layers of places begin with: each place of a visit, and each area that stands for places, once."""

PIECE = 25_000
"""Rows of a layer that are written at once (measured: smaller pieces cost time, larger ones memory)."""

_MADE_AT = "1980-01-01T00:00:00.000Z"
"""What the file says of when it was changed: the same data give the same bytes."""

_OUTLINE = "geometrie_wkt"
_PLACE_COLUMNS = ("identifiant_lieu", "floutage")  # the first and the last of those about a place


def write(tellings: Iterable[Telling], path: Path, *, note: Note, options: Options) -> int:
    """Write the GeoPackage at `path` and return how many rows it has; who calls makes it appear whole.

    FileRefusedError with a sentence when it can't be written.
    """
    from pyogrio import set_gdal_config_options
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError

    set_gdal_config_options({"OGR_CURRENT_DATE": _MADE_AT})
    try:
        return _Writing(path, note).all(tellings, options)
    except (DataLayerError, DataSourceError, FeatureError, GeometryError) as error:
        raise FileRefusedError(
            _(
                "Impossible d’écrire {path} : rien n’a été écrit. Libérez de la place ou fermez le fichier s’il est "
                "ouvert dans QGIS, puis recommencez."
            ).format(path=path)
        ) from error
    finally:
        set_gdal_config_options({"OGR_CURRENT_DATE": None})


@dataclass(slots=True)
class _Layer:
    """Rows that wait to be written, with where they are; `is_begun` once some were."""

    name: str
    family: str
    columns: Sequence[Column]
    cells: list[Sequence[Cell]] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    told: list[Occurrence] = field(default_factory=list)
    is_begun: bool = False


class _Writing:
    """One file that is being written."""

    def __init__(self, path: Path, note: Note) -> None:
        self._path = path
        self._note = note
        self._layers: dict[tuple[str, str], _Layer] = {}
        self._places: set[tuple[str, float | None, float | None, str]] = set()
        self._drawing = Drawing()

    def all(self, tellings: Iterable[Telling], options: Options) -> int:
        """Write every row and place, then the styles; return the number of rows."""
        kept = [number for number, column in enumerate(COLUMNS) if column.name != _OUTLINE]
        columns = [COLUMNS[number] for number in kept]
        names = [column.name for column in columns]
        about_place = slice(names.index(_PLACE_COLUMNS[0]), names.index(_PLACE_COLUMNS[1]) + 1)
        count = 0
        for one, cells in rows(tellings, options):
            place = one.where
            row = [cells[number] for number in kept]
            layer = self._layer(one.event.protocol, self._drawing.family(place), columns)
            layer.told.append(one)
            self._add(layer, place, row)
            if one.place is None:
                self._add_place(place, columns[about_place], row[about_place])
            count += 1
        if not self._layers:
            self._layer(PLACES, POINTS, columns[about_place])  # a file without a layer is none
        for _key, layer in sorted(self._layers.items()):
            self._flush(layer)
        self._write_styles(words(options.language))
        return count

    def _layer(self, name: str, family: str, columns: Sequence[Column]) -> _Layer:
        return self._layers.setdefault((name, family), _Layer(name, family, columns))

    def _add(self, layer: _Layer, place: Place, row: Sequence[Cell]) -> None:
        layer.cells.append(row)
        layer.places.append(place)
        if len(layer.cells) >= PIECE:
            self._flush(layer)

    def _add_place(self, place: Place, columns: Sequence[Column], row: Sequence[Cell]) -> None:
        """Add a place that was not met before; a row with a place of its own is that place's only one."""
        key = (place.uid, place.longitude, place.latitude, place.wkt)
        if place.uid and key not in self._places:
            self._places.add(key)
            self._add(self._layer(PLACES, self._drawing.family(place), columns), place, row)

    def _flush(self, layer: _Layer) -> None:
        """Write what waits, in each of the systems, and note it."""
        if layer.is_begun and not layer.cells:
            return
        values = list(zip(*layer.cells, strict=True)) or [()] * len(layer.columns)
        data = [_as_array(column, cells) for column, cells in zip(layer.columns, values, strict=True)]
        is_rough = layer.name != PLACES
        for number, (table, epsg) in enumerate(_tables(layer.name, layer.family)):
            shapes = None if epsg is None else self._drawing.all(layer.family, layer.places, is_rough)[number]
            self._write(table, layer.family, epsg, shapes, layer, data)
        layer.is_begun = True
        for one in layer.told:
            self._note(one)
        layer.cells, layer.places, layer.told = [], [], []

    def _write(
        self, table: str, family: str, epsg: int | None, shapes: Any, layer: _Layer, data: Sequence[_Values]
    ) -> None:
        from pyogrio import raw

        raw.write(
            self._path,
            geometry=shapes,
            field_data=[values for values, _missing in data],
            field_mask=[missing for _values, missing in data],
            fields=[column.name for column in layer.columns],
            layer=table,
            driver="GPKG",
            geometry_type=TYPES.get(family),
            crs=None if epsg is None else f"EPSG:{epsg}",
            append=self._path.exists() if not layer.is_begun else True,
        )

    def _write_styles(self, say: Callable[[str], str]) -> None:
        """Write the table in which QGIS looks for the style of a layer (source: QGIS, qgsogrprovider.cpp)."""
        from pyogrio import raw

        tables = [
            Styled(table, layer.family, layer.name == PLACES, layer.columns)
            for _key, layer in sorted(self._layers.items())
            for table, epsg in _tables(layer.name, layer.family)
            if epsg is not None
        ]
        columns = style_columns(tables, say)
        raw.write(
            self._path,
            geometry=None,
            field_data=list(columns.values()),
            fields=list(columns),
            layer=STYLES,
            driver="GPKG",
            geometry_type=None,
            crs=None,
            append=True,
            layer_options={"FID": "id"},
        )


def _tables(name: str, family: str) -> list[tuple[str, int | None]]:
    """Return the tables of a layer with their EPSG codes, None for the one without geometry."""
    if family == UNPLACED:
        return [(f"{name}_{family}", None)]
    return [(f"{name}_{family}_{epsg}", epsg) for epsg in SYSTEMS]


_Values = tuple[Any, Any]
"""The values of a column and, where a number can be missing, which of them are."""


def _as_array(column: Column, cells: Sequence[Cell]) -> _Values:
    if column.kind is Kind.INTEGER:
        missing = np.array([not isinstance(cell, int) for cell in cells], dtype=bool)
        numbers = [cell if isinstance(cell, int) else 0 for cell in cells]
        return np.array(numbers, dtype=np.int64), missing
    if column.kind is Kind.NUMBER:
        return np.array([cell if isinstance(cell, int | float) else np.nan for cell in cells], dtype=np.float64), None
    if column.kind is Kind.DATE:
        return np.array([_day(cell) for cell in cells], dtype="datetime64[D]"), None
    return np.array([str(cell) if cell not in (None, "") else None for cell in cells], dtype=object), None


def _day(cell: Cell) -> np.datetime64:
    try:
        return np.datetime64(str(cell)[:10], "D")
    except ValueError:
        return np.datetime64("NaT", "D")
