"""Files of maps, written by GDAL: what a person may choose."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely

SHAPEFILE_ENDINGS = (".shp", ".shx", ".dbf", ".prj", ".cpg")

VIMY = shapely.box(2.76, 50.35, 2.84, 50.40)
AVION = shapely.box(2.84, 50.35, 2.90, 50.40)
BOW_TIE = shapely.Polygon([(2.76, 50.35), (2.84, 50.40), (2.84, 50.35), (2.76, 50.40)])


def write_map(
    path: Path,
    shapes: Sequence[Any],
    columns: Mapping[str, Sequence[object]],
    *,
    crs: str | None = "EPSG:4326",
    layer: str | None = None,
    append: bool = False,
) -> Path:
    """Write shapes with these columns in the format of the file's ending."""
    kinds = {shape.geom_type for shape in shapes if shape is not None}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "'crs' was not provided")
        pyogrio.raw.write(
            path,
            geometry=np.array([None if shape is None else shapely.to_wkb(shape) for shape in shapes], dtype=object),
            field_data=[_as_array(values) for values in columns.values()],
            fields=list(columns),
            layer=layer,
            geometry_type=kinds.pop() if len(kinds) == 1 else "Unknown",
            crs=crs,
            append=append,
            driver={".gpkg": "GPKG", ".shp": "ESRI Shapefile"}.get(path.suffix, "GeoJSON"),
        )
    return path


def _as_array(values: Sequence[object]) -> Any:
    return np.array(values, dtype=np.int64 if values and isinstance(values[0], int) else object)


def zipped(path: Path, *shapefiles: Path, within: str = "") -> Path:
    """Put Shapefiles with their companions into a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for shapefile in shapefiles:
            for ending in SHAPEFILE_ENDINGS:
                if (part := shapefile.with_suffix(ending)).exists():
                    archive.write(part, f"{within}{part.name}")
    return path


def communes(path: Path, **options: Any) -> Path:
    """Write two communes as the IGN names their columns."""
    columns = {"ID": ["C1", "C2"], "NOM": ["Vimy", "Avion"], "INSEE_COM": ["62861", "62065"]}
    return write_map(path, [VIMY, AVION], columns, **options)
