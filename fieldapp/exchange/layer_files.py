"""Files that hold maps, opened with care: what they are is told by how they begin, and nothing is read beyond limits.

GDAL would open whatever it is given, and some kinds (VRT, pipelines written as JSON, the addresses that begin with
/vsi) name other files and servers: only a GeoPackage, a GeoJSON and a Shapefile get to it, by their first bytes, and
whatever else GDAL could read is taken from it before.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.text import N_, _

LARGEST_BYTES = 1024 * 1024 * 1024
"""Files above this are refused, unpacked ones too: the communes of France in full detail take half of it."""

MOST_MEMBERS = 10_000
"""Files in one zip."""

_BLOCK = 1 << 20
_SHAPEFILE = b"\x00\x00\x27\x0a"  # source: ESRI Shapefile Technical Description, 1998, "File Code" 9994
_GEOPACKAGE = (b"GPKG", b"GP10", b"GP11")  # source: OGC 12-128, application_id at byte 68 of the SQLite header
_COMPANIONS = (".shx", ".dbf", ".prj")
_ALSO = (".cpg",)

_DRIVERS = frozenset({"GPKG", "GeoJSON", "ESRI Shapefile", "MEM"})
"""What GDAL may read and write here; the last keeps what is in memory."""

_GEOJSON_TYPES = frozenset(
    {
        "FeatureCollection", "Feature", "GeometryCollection", "Point", "MultiPoint", "LineString", "MultiLineString",
        "Polygon", "MultiPolygon",
    }
)  # fmt: skip
"""Source: RFC 7946, section 1.4."""

_LOOKED_AT = 1 << 20
"""Bytes of a GeoJSON in which its type is looked for; GDAL itself looks at fewer."""

KINDS_OF_FILES = N_("Cartes (*.gpkg *.geojson *.json *.shp *.zip)")


@dataclass(frozen=True, slots=True)
class MapFile:
    """A file that may go to GDAL: `path` where it lies now, `parts` the files in it that may be chosen ("" alone)."""

    path: Path
    parts: tuple[str, ...] = ()


@contextlib.contextmanager
def opened(path: Path, part: str = "") -> Iterator[MapFile]:
    """Give the map in a file; a zip is unpacked for as long as the block lasts, `part` of it or the first.

    Raises FileRefusedError with a sentence: not there, too large, of no kind that holds a map, incomplete.
    """
    begins = _beginning(path)
    _forbid_other_kinds()
    if begins.startswith(b"PK\x03\x04"):
        with _unpacked(path, part) as found:
            yield found
        return
    if begins.startswith(_SHAPEFILE):
        _refuse_incomplete(path, lambda ending: path.with_suffix(ending).exists())
    elif not (begins[68:72] in _GEOPACKAGE or _is_geojson(begins)):
        raise FileRefusedError(
            _(
                "{path} n’est ni un GeoPackage, ni un GeoJSON, ni un Shapefile (.shp, ou le .zip qui le contient) : "
                "choisissez un autre fichier, ou enregistrez la couche en GeoPackage avec QGIS."
            ).format(path=path)
        )
    yield MapFile(path.resolve())


def digest(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _beginning(path: Path) -> bytes:
    """Return the first bytes of an ordinary file of a size that can be read; refuses all others."""
    try:
        if not path.is_file():
            raise FileRefusedError(_("Le fichier {path} n’existe pas : vérifiez son nom.").format(path=path))
        if path.stat().st_size > LARGEST_BYTES:
            raise FileRefusedError(_too_large(path))
        with path.open("rb") as file:
            return file.read(_LOOKED_AT)
    except (OSError, ValueError) as error:
        raise FileRefusedError(
            _("Le fichier {path} ne peut pas être lu : vérifiez vos droits, ou copiez-le ailleurs.").format(path=path)
        ) from error


def _forbid_other_kinds() -> None:
    """Take from GDAL whatever reads other kinds of files, for the whole program; what it lost before stays lost."""
    import pyogrio

    others = pyogrio.list_drivers().keys() - _DRIVERS
    if not others:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # GDAL says of some that they are gone already
        pyogrio.set_gdal_config_options({"GDAL_SKIP": ",".join(sorted(others))})
        # GDAL reads the option only when it registers its drivers, which the import has done.
        pyogrio._ogr._register_drivers()
    if left := pyogrio.list_drivers().keys() - _DRIVERS:
        raise FileRefusedError(
            _("Les cartes ne peuvent pas être lues ici sans risque ({kinds}) : réinstallez le programme.").format(
                kinds=", ".join(sorted(left))
            )
        )


def _is_geojson(begins: bytes) -> bool:
    """Return whether a file begins as a GeoJSON: an object, of which each `type` that can be seen is one of its own."""
    text = begins.decode("utf-8-sig", errors="replace").lstrip()
    return text.startswith("{") and all(kind in _GEOJSON_TYPES for kind in _types(text))


def _types(text: str) -> Iterator[str]:
    """Yield the values of `type` in the outermost object of a JSON text that may end anywhere."""
    read, depth, at, key = json.JSONDecoder().raw_decode, 0, 0, ""
    while at < len(text):
        sign = text[at]
        if sign != '"':
            depth += (sign in "{[") - (sign in "}]")
            key = "" if sign == "," else key
            at += 1
            continue
        try:
            word, at = read(text, at)
        except ValueError:
            return
        if depth == 1 and key == "type":
            yield str(word)
        key = str(word) if depth == 1 else ""


def _too_large(path: Path) -> str:
    return _("{path} est trop gros (au plus {limit} Mo) : gardez-en votre région avec QGIS, puis recommencez.").format(
        path=path, limit=LARGEST_BYTES >> 20
    )


def _refuse_incomplete(path: Path, is_there: Callable[[str], bool]) -> None:
    """Refuse a Shapefile that lacks one of the files without which it can't be read, or nobody knows where it lies."""
    missing = [ending for ending in _COMPANIONS if not is_there(ending)]
    if missing:
        raise FileRefusedError(
            _("À {path} il manque {endings} : un Shapefile se copie avec tous ses fichiers. Reprenez-les tous.").format(
                path=path, endings=", ".join(missing)
            )
        )


@contextlib.contextmanager
def _unpacked(path: Path, part: str) -> Iterator[MapFile]:
    """Unpack one Shapefile of a zip under names of our own, so that no name in it leads anywhere."""
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory(prefix="fieldapp-carte-") as folder:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS:
                raise FileRefusedError(_too_large(path))
            by_name = {_key(member.filename): member for member in members if not member.is_dir()}
            parts = [name.removesuffix(".shp") for name in by_name if name.endswith(".shp")]
            if not parts:
                raise FileRefusedError(
                    _("{path} ne contient pas de Shapefile (.shp) : choisissez un autre fichier.").format(path=path)
                )
            chosen = part if part in parts else parts[0]
            _refuse_incomplete(path, lambda ending: chosen + ending in by_name)
            left = LARGEST_BYTES
            for ending in (".shp", *_COMPANIONS, *_ALSO):
                if (member := by_name.get(chosen + ending)) is not None:
                    with archive.open(member) as packed, (Path(folder) / f"carte{ending}").open("wb") as file:
                        left -= _copied(packed, file, left, path)
            yield MapFile(Path(folder) / "carte.shp", tuple(parts))
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError) as error:
        raise FileRefusedError(
            _("{path} ne s’ouvre pas (zip abîmé ou protégé) : décompressez-le, puis choisissez le .shp.").format(
                path=path
            )
        ) from error


def _key(name: str) -> str:
    """Return a member's path with its ending in small letters."""
    inside = PurePosixPath(name)
    return str(inside.with_suffix(inside.suffix.lower())) if inside.name else name


def _copied(packed: IO[bytes], file: IO[bytes], limit: int, path: Path) -> int:
    """Copy what is packed, and return its size; what a zip says of its sizes is not believed."""
    size = 0
    while block := packed.read(_BLOCK):
        size += len(block)
        if size > limit:
            raise FileRefusedError(_too_large(path))
        file.write(block)
    return size
