"""Maps read from files (GeoPackage, GeoJSON, Shapefile) into the database: communes, protected areas, own sites.

Whatever projection a file is in, its areas are kept in degrees (WGS 84). A map is taken whole or refused with a
sentence that names what is wrong: an outline that crosses itself is never mended on the quiet, for nobody could say
any more what lies in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.text import N_, _, fold
from fieldapp.exchange import layer_files
from fieldapp.exchange.layer_files import MapFile
from fieldapp.store import areas
from fieldapp.store.areas import NewArea
from fieldapp.store.connection import Database

if TYPE_CHECKING:
    import numpy as np
    from pyproj import Transformer

Progress = Callable[[int, int], object]
"""Told how many areas are read of how many; what it raises ends the work."""

MOST_AREAS = 100_000
MOST_VERTICES = 10_000_000
"""A map of more areas or corners is refused: France has 35,000 communes, of about 300 corners each in full detail."""

SHOWN = 5
"""Areas shown of a file before it is loaded."""

_PIECE = 500
_DEPARTMENTS = 101  # of France (source: INSEE)
_LONGEST = 200  # letters of a code or name

_CODES = (
    "insee_com", "code_insee", "insee", "codgeo", "insee_dep", "code_dept", "code_dep", "dep", "id_mnhn", "id_local",
    "cd_sig", "sitecode", "area_code", "code", "id",
)  # fmt: skip
_NAMES = (
    "nom_officiel", "nom_com", "nom_dep", "libgeo", "nom_site", "sitename", "area_name", "nom", "libelle", "name",
    "label", "nom_m",
)  # fmt: skip
"""Usual names of columns, the surest first (IGN ADMIN EXPRESS, INSEE, INPN, Natura 2000, GeoNature's RefGeo)."""

_EXPECTED = {
    "commune": (re.compile(r"\d{5}|2[AB]\d{3}"), 5, N_("le code INSEE des communes (5 caractères, 62498)")),
    "department": (re.compile(r"\d{2}|2[AB]|97\d"), 2, N_("le numéro des départements (62, 2A, 974)")),
}
"""What the codes of a kind of areas look like, with the figures of a number that lost its zeros (source: INSEE)."""

_FAULTS = {
    "Self-intersection": N_("son contour se croise"),
    "Ring Self-intersection": N_("son contour se touche lui-même"),
    "Hole lies outside shell": N_("un trou est hors de son contour"),
    "Nested holes": N_("un trou est dans un autre"),
    "Nested shells": N_("une partie en recouvre une autre"),
    "Interior is disconnected": N_("un trou le coupe en deux"),
    "Duplicate Rings": N_("un contour y est deux fois"),
    "Too few points in geometry component": N_("un contour a trop peu de points"),
}
"""What GEOS finds wrong with an outline (source: GEOS, TopologyValidationError)."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a file holds before it is loaded: `parts` to choose from, `part` the one looked at, its columns and size.

    `code` and `name` are the columns that look like those of code and name ("" where none does).
    """

    path: Path
    parts: tuple[str, ...]
    part: str
    columns: tuple[str, ...]
    code: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a file is to be loaded: as which kind and under which name, which part and columns of it."""

    path: Path
    kind: str
    title: str
    part: str = ""
    code: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A map that was loaded: the layer's id and how many areas it has."""

    layer: int
    count: int


def inspect(path: Path, part: str = "") -> Inspected:
    """Return what a file holds, its first part of areas where none is named; raises FileRefusedError."""
    with layer_files.opened(path, part) as file:
        parts = file.parts or _layers_of(file, path)
        chosen = part if part in parts else parts[0]
        info = _info(file, chosen, path)
        columns = tuple(str(column) for column in info["fields"])
        count = max(0, int(info["features"]))
        return Inspected(path, parts, chosen, columns, _likely(columns, _CODES), _likely(columns, _NAMES), count)


def likely_kind(found: Inspected) -> str:
    """Return what the areas of a file seem to be, by the columns of their code."""
    code = fold(found.code)
    if code in {"insee_com", "codgeo"} or (code in {"insee", "code_insee"} and found.count > _DEPARTMENTS):
        return "commune"
    if code in {"insee_dep", "code_dept", "code_dep", "dep"}:
        return "department"
    return "protected" if code in {"id_mnhn", "id_local", "sitecode"} else "other"


def sample(wanted: Wanted) -> list[tuple[str, str]]:
    """Return code and name of the first areas, by these columns; raises FileRefusedError.

    What nobody could place is refused here already, before the person has said what the columns are.
    """
    with layer_files.opened(wanted.path, wanted.part) as file:
        meta, shapes, codes, names = _read(file, wanted, SHOWN)
    _refuse_unplaced(meta["crs"], shapes, wanted.path)
    return [_called(wanted, code, name) for code, name in zip(codes, names, strict=True)]


def load(db: Database, wanted: Wanted, progress: Progress | None = None) -> Loaded:
    """Read all areas of a file into the map of this kind and title, in the place of what it was before.

    Nothing is locked while the file is read. Raises FileRefusedError with a sentence; then nothing has changed.
    """
    with layer_files.opened(wanted.path, wanted.part) as file:
        found = list(_areas(file, wanted, progress or (lambda _done, _of: None)))
    if not found:
        raise FileRefusedError(
            _("{path} ne contient aucune zone : choisissez un autre fichier.").format(path=wanted.path)
        )
    digest = layer_files.digest(wanted.path)
    layer = areas.replace_layer(db, wanted.kind, wanted.title, wanted.path.name, digest, found)
    return Loaded(layer, len(found))


# --------------------------------------------------------------------------------------------- the file


def _likely(columns: Sequence[str], usual: Sequence[str]) -> str:
    folded = {fold(column): column for column in reversed(columns)}
    return next((folded[name] for name in usual if name in folded), "")


def _layers_of(file: MapFile, path: Path) -> tuple[str, ...]:
    """Return the layers of a file that hold areas; where no layer says so, those that may hold anything."""
    import pyogrio

    try:
        listed = [(str(name), str(kind)) for name, kind in pyogrio.list_layers(file.path)]
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise FileRefusedError(_unreadable(path)) from error
    flat = [name for name, kind in listed if "Polygon" in kind]
    found = flat or [name for name, kind in listed if kind == "Unknown" or "Collection" in kind]
    if not found:
        raise FileRefusedError(_no_areas(path))
    return tuple(found)


def _unreadable(path: Path) -> str:
    return _("{path} ne se lit pas comme une carte : le fichier est abîmé, reprenez l’original.").format(path=path)


def _no_areas(path: Path) -> str:
    return _(
        "{path} ne contient pas de zones, seulement des points ou des lignes : choisissez un fichier de polygones."
    ).format(path=path)


def _info(file: MapFile, part: str, path: Path) -> dict[str, Any]:
    import pyogrio

    try:
        found: dict[str, Any] = pyogrio.read_info(file.path, layer=None if file.parts else part)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise FileRefusedError(_unreadable(path)) from error
    return found


def _read(file: MapFile, wanted: Wanted, most: int) -> tuple[dict[str, Any], Any, list[object], list[object]]:
    """Return what the file says of itself, the outlines as WKB, and the values of the two columns."""
    import pyogrio

    columns = list(dict.fromkeys(column for column in (wanted.code, wanted.name) if column))
    part = None if file.parts else wanted.part or _layers_of(file, wanted.path)[0]
    try:
        meta, _fids, shapes, fields = pyogrio.raw.read(
            file.path, layer=part, columns=columns, force_2d=True, max_features=most
        )
    except (
        pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError,
        pyogrio.errors.GeometryError, pyogrio.errors.FieldError, ValueError, RuntimeError,
    ) as error:  # fmt: skip
        raise FileRefusedError(_unreadable(wanted.path)) from error
    by_name = dict(zip(meta["fields"], fields, strict=True))
    empty: list[object] = [""] * len(shapes)
    codes, names = (list(by_name[column]) if column in by_name else empty for column in (wanted.code, wanted.name))
    return meta, shapes, codes, names


# --------------------------------------------------------------------------------------------- the areas


def _areas(file: MapFile, wanted: Wanted, progress: Progress) -> Iterator[NewArea]:
    """Yield the areas of the file, in degrees and without fault."""
    import shapely

    path = wanted.path
    meta, shapes, codes, names = _read(file, wanted, MOST_AREAS + 1)
    if len(shapes) > MOST_AREAS:
        raise FileRefusedError(
            _("{path} a plus de {limit} objets : gardez-en votre région avec QGIS, puis recommencez.").format(
                path=path, limit=MOST_AREAS
            )
        )
    to_degrees = _transformer(meta["crs"], path)
    corners = 0
    for start in range(0, len(shapes), _PIECE):
        progress(start, len(shapes))
        piece = range(start, min(start + _PIECE, len(shapes)))
        called = [_called(wanted, codes[number], names[number]) for number in piece]
        outlines = shapely.from_wkb(shapes[piece.start : piece.stop], on_invalid="ignore")
        corners += int(shapely.get_num_coordinates(outlines).sum())
        if corners > MOST_VERTICES:
            raise FileRefusedError(
                _("{path} est trop détaillé (plus de {limit} sommets) : prenez sa version simplifiée.").format(
                    path=path, limit=MOST_VERTICES
                )
            )
        _refuse_other_shapes(outlines, called, path)
        if to_degrees is not None:
            outlines = shapely.transform(outlines, _in_degrees(to_degrees))
        _refuse_faulty(outlines, called, path)
        for (code, name), bounds, wkb in zip(
            called, shapely.bounds(outlines).tolist(), shapely.to_wkb(outlines), strict=True
        ):
            _refuse_strange_code(wanted, code, name)
            yield NewArea(code, name or code, tuple(bounds), wkb)
    progress(len(shapes), len(shapes))


def _called(wanted: Wanted, code: object, name: object) -> tuple[str, str]:
    """Return code and name of an area as text; a code that was kept as a number gets its zeros back."""
    expected = _EXPECTED.get(wanted.kind)
    text = _text(code)
    if expected and text.isascii() and text.isdigit():
        text = text.zfill(expected[1])
    return text, _text(name)


def _text(value: object) -> str:
    if isinstance(value, float):
        if isnan(value):  # how a column of numbers lacks one
            return ""
        value = int(value) if value.is_integer() else value
    if value is None:
        return ""
    return str(value).strip()[:_LONGEST]


def _refuse_strange_code(wanted: Wanted, code: str, name: str) -> None:
    expected = _EXPECTED.get(wanted.kind)
    if expected and not expected[0].fullmatch(code):
        raise FileRefusedError(
            _("Dans {path}, « {name} » a le code « {code} » : choisissez la colonne qui porte {what}.").format(
                path=wanted.path, name=name, code=code, what=_(expected[2])
            )
        )
    if not code and not name:
        raise FileRefusedError(
            _("Dans {path}, une zone n’a ni code ni nom : choisissez une autre colonne, ou nommez-la.").format(
                path=wanted.path
            )
        )


def _transformer(crs: str | None, path: Path) -> Transformer | None:
    """Return what brings the file's coordinates to degrees, None where they are; refuses what nobody can place."""
    from pyproj import CRS, Transformer
    from pyproj.exceptions import ProjError

    unknown = _(
        "{path} ne dit pas dans quelle projection il est : dans QGIS, définissez-la (Lambert-93 est EPSG:2154), "
        "enregistrez, puis recommencez."
    ).format(path=path)
    if not crs:
        raise FileRefusedError(unknown)
    degrees = CRS.from_epsg(4326)
    try:
        own = CRS.from_user_input(crs).to_2d()
        if own.equals(degrees, ignore_axis_order=True):
            return None
        if not (own.is_projected or own.is_geographic):
            raise FileRefusedError(unknown)
        return Transformer.from_crs(own, degrees, always_xy=True)
    except ProjError as error:
        raise FileRefusedError(unknown) from error


def _refuse_unplaced(crs: str | None, shapes: Any, path: Path) -> None:
    """Refuse a file without a projection that can be read, and one whose first outlines lie off the Earth."""
    import shapely

    to_degrees = _transformer(crs, path)
    outlines = shapely.from_wkb(shapes, on_invalid="ignore")
    if to_degrees is None and not _on_earth(outlines)[~shapely.is_empty(outlines)].all():
        raise FileRefusedError(_unprojected(path))


def _unprojected(path: Path) -> str:
    return _(
        "{path} est en mètres et ne dit pas dans quelle projection, ou en annonce une autre : dans QGIS, définissez-la "
        "(Lambert-93 est EPSG:2154), enregistrez, puis recommencez."
    ).format(path=path)


def _on_earth(outlines: Any) -> Any:
    """Return for each outline in degrees whether it lies on the Earth; an empty one does not."""
    import numpy as np
    import shapely

    low, high = np.array([-180.0, -90.0, -180.0, -90.0]), np.array([180.0, 90.0, 180.0, 90.0])
    bounds = shapely.bounds(outlines)
    return ((bounds >= low) & (bounds <= high)).all(axis=1)


def _in_degrees(transformer: Transformer) -> Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]:
    def moved(points: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        import numpy as np

        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    return moved


def _refuse_other_shapes(outlines: Any, called: Sequence[tuple[str, str]], path: Path) -> None:
    """Refuse what is no polygon, or has no outline at all."""
    import shapely

    polygons = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
    kinds = shapely.get_type_id(outlines)
    for number, kind in enumerate(kinds.tolist()):
        if kind not in polygons:
            if kind >= 0 and not any(one in polygons for one in kinds.tolist()):
                raise FileRefusedError(_no_areas(path))
            raise FileRefusedError(
                _(
                    "Dans {path}, {what} n’est pas un polygone : supprimez cet objet avec QGIS, puis recommencez."
                ).format(path=path, what=_named(called[number]))
            )


def _refuse_faulty(outlines: Any, called: Sequence[tuple[str, str]], path: Path) -> None:
    """Refuse outlines that are empty, off the Earth, or that cross themselves, with the name and the place."""
    import numpy as np
    import shapely

    on_earth = _on_earth(outlines)
    for number in np.flatnonzero(~(on_earth & shapely.is_valid(outlines))).tolist():
        what = _named(called[number])
        if not on_earth[number]:
            raise FileRefusedError(
                _(
                    "Dans {path}, {what} est vide ou hors du globe : sa projection n’est pas la bonne, ou manque. "
                    "Corrigez-la dans QGIS (Lambert-93 est EPSG:2154), puis recommencez."
                ).format(path=path, what=what)
            )
        fault, where = _fault(outlines[number])
        raise FileRefusedError(
            _(
                "Dans {path}, {what} n’est pas une zone correcte : {fault}{where}. Corrigez-la dans QGIS "
                "(« Réparer les géométries »), puis recommencez."
            ).format(path=path, what=what, fault=fault, where=where)
        )


def _fault(outline: Any) -> tuple[str, str]:
    """Return what is wrong with an outline, and about where: "vers 50.45730, 2.78560"."""
    from shapely.validation import explain_validity

    said, _bracket, place = explain_validity(outline).partition("[")
    numbers = place.rstrip("]").split()
    where = ""
    if len(numbers) >= 2:
        where = _(", vers {latitude:.5f}, {longitude:.5f}").format(
            latitude=float(numbers[1]), longitude=float(numbers[0])
        )
    return _(_FAULTS.get(said.strip(), N_("son contour est faux"))), where


def _named(called: tuple[str, str]) -> str:
    """Return how an object is named in a sentence: « Lens » (62498)."""
    code, name = called
    if name and code:
        return f"« {name} » ({code})"
    return f"« {name or code or '?'} »"
