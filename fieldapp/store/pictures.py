"""What a picture file is, told by its content: kind, size in pixels, moment of the shot; and small copies to look at.

Pillow is loaded with the first picture only: it would cost every start a twentieth of a second.
"""

from __future__ import annotations

import io
import math
import struct
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import IO, TYPE_CHECKING

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.lazy import LazyPattern
from fieldapp.core.text import N_, _

if TYPE_CHECKING:
    from PIL.Image import Exif, Image

MAX_BYTES = 50 * 1024 * 1024
"""Largest file taken in: the JPEG of a 200-megapixel telephone stays below it (a choice of the program)."""

MAX_PIXELS = 200_000_000
"""Largest JPEG taken in, in pixels: it is decoded at a fraction of its size (measured at this limit, with a small copy
of 3072 pixels: 300 MB of memory, a progressive one 750 MB). A small file may claim any size (a choice of the program:
no camera of a volunteer makes larger ones)."""

MAX_PIXELS_WHOLE = 60_000_000
"""Largest picture of the other kinds, in pixels: they are decoded whole, in four bytes a pixel however many bits the
file has, and a transparent one stands in memory twice while it is made small, 480 MB (a choice of the program: what
scans a film at 4800 dpi stays below it)."""

FIRST_YEAR = 1990
"""Shots dated earlier come from a clock that was never set: there were no digital cameras (a choice of the program)."""

ENDINGS: Mapping[str, str] = MappingProxyType(
    {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/tiff": ".tif"}
)
"""Ending of a kept file by its MIME type."""

# MPO is what telephones write that lay a second view or a depth map behind the picture: the first one is a plain JPEG.
_MIMES = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "TIFF": "image/tiff"}

_EXIF_IFD, _TAKEN, _OFFSET, _ORIENTATION = 0x8769, 0x9003, 0x9011, 0x0112
"""Tags ExifIFD, DateTimeOriginal, OffsetTimeOriginal, Orientation (source: CIPA DC-008, Exif 2.32, tables 4 and 8)."""

_OFFSET_WORDS = LazyPattern(r"[+-](0\d|1[0-4]):[0-5]\d")

_BROKEN = (
    OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError, EOFError, OverflowError,
    ZeroDivisionError, MemoryError, NotImplementedError, struct.error,
)  # fmt: skip
"""What Pillow raises on pictures that are cut or were changed (found by handing it such files)."""

NOT_A_PICTURE = N_(
    "« {name} » n’est pas une photo que fieldapp sait lire. Il prend les fichiers JPEG, PNG, WebP et TIFF : exportez "
    "la photo en JPEG, puis recommencez."
)
HEIC = N_(
    "« {name} » est une photo HEIC, que fieldapp ne sait pas lire. Exportez-la en JPEG, puis recommencez. Pour la "
    "suite, sur l’iPhone : Réglages, Appareil photo, Formats, « Le plus compatible »."
)
CUT_OFF = N_(
    "« {name} » est abîmée : le fichier s’arrête avant la fin de la photo. Copiez-la de nouveau depuis l’appareil, "
    "puis recommencez."
)
TOO_MANY_PIXELS = N_(
    "« {name} » compte {pixels} millions de pixels, plus que les {most} que fieldapp accepte. Enregistrez-la en plus "
    "petit, puis recommencez."
)


@dataclass(frozen=True, slots=True)
class Picture:
    """What a file says of itself: `width` and `height` in pixels as stored, before any turning.

    `taken_at` is ISO local time of the camera, with its offset where the camera wrote one; None when it is not told or
    can't be.
    """

    mime: str
    width: int
    height: int
    taken_at: str | None


def look_at(data: bytes, name: str) -> Picture:
    """Return what the picture is, having decoded all of it; `name` is what the person calls the file.

    Raises FileRefusedError for what is no JPEG, PNG, WebP or TIFF, is cut off, or has more pixels than MAX_PIXELS (a
    JPEG) or MAX_PIXELS_WHOLE (the others).
    """
    _refuse_heic(data, name)
    with _opened(io.BytesIO(data), name) as image:
        mime, (width, height) = _MIMES[image.format or ""], image.size
        taken_at = _taken_at(image)
        try:
            _decode(image)
        except _BROKEN as error:
            raise FileRefusedError(_(CUT_OFF).format(name=name)) from error
    return Picture(mime, width, height, taken_at)


def write_small(source: Path, target: Path, side: int) -> None:
    """Write a JPEG of the picture, turned as the camera was held, at most `side` pixels wide and high.

    Raises FileRefusedError when the source can't be decoded, OSError when the target can't be written.
    """
    from PIL import ImageOps

    with source.open("rb") as file, _opened(file, source.name) as image:
        try:
            image.draft("RGB", (side, side))
            small = _reduced(image, side)
            small.thumbnail((side, side))
            # Asked for now only: decoding a TIFF turns it already, and then its tag is gone.
            if turned := image.getexif().get(_ORIENTATION):
                small.getexif()[_ORIENTATION] = turned
                small = ImageOps.exif_transpose(small)
            plain = _on_white(small)
        except _BROKEN as error:
            raise FileRefusedError(_(CUT_OFF).format(name=source.name)) from error
    plain.save(target, "JPEG", quality=88)


def _refuse_heic(data: bytes, name: str) -> None:
    """Raise FileRefusedError for the kind that iPhones write (source: ISO/IEC 23008-12, brands of the box ftyp)."""
    if data[4:8] == b"ftyp" and data[8:12] in {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}:
        raise FileRefusedError(_(HEIC).format(name=name))


@contextmanager
def _opened(file: IO[bytes], name: str) -> Iterator[Image]:
    """Hold an open picture of one of our kinds that is not larger than its limit."""
    from PIL import Image as pillow

    # Opening decodes nothing yet: the size is looked at here, by our own limit, before anything is.
    pillow.MAX_IMAGE_PIXELS = None
    # It warns of every tag that it skips; a photo is taken in or refused, and nobody reads stderr.
    warnings.filterwarnings("ignore", module=r"PIL\b")
    try:
        image = pillow.open(file, formats=("JPEG", "PNG", "WEBP", "TIFF"))
    except _BROKEN as error:
        raise FileRefusedError(_(NOT_A_PICTURE).format(name=name)) from error
    with image:
        pixels = image.width * image.height
        most = MAX_PIXELS if _MIMES[image.format or ""] == "image/jpeg" else MAX_PIXELS_WHOLE
        if pixels > most:
            raise FileRefusedError(
                _(TOO_MANY_PIXELS).format(name=name, pixels=math.ceil(pixels / 1e6), most=most // 1_000_000)
            )
        yield image


def _decode(image: Image) -> None:
    """Decode the whole file; a JPEG at an eighth of its size, which reads all of it in a fifth of the time."""
    image.draft("RGB", (image.width // 8, image.height // 8))
    image.load()


def _reduced(image: Image, side: int) -> Image:
    """Return the picture at a whole fraction of its size, still at least as large as wanted.

    Pillow does so itself on the way to a thumbnail, but for transparent pictures: those it would filter at full size.
    """
    factor = max(image.size) // side
    return image.reduce(factor) if factor > 1 and image.mode in {"RGBA", "LA"} else image


def _on_white(image: Image) -> Image:
    """Return the picture in plain colours, on white where it is transparent."""
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        from PIL import Image as pillow

        seen = image.convert("RGBA")
        ground = pillow.new("RGBA", seen.size, "white")
        return pillow.alpha_composite(ground, seen).convert("RGB")
    return image.convert("RGB")


def _taken_at(image: Image) -> str | None:
    try:
        return _moment(image.getexif())
    except _BROKEN:
        return None


def _moment(exif: Exif) -> str | None:
    """Return the moment of the shot in ISO local time; None when it is absent, unreadable or impossible."""
    inner = exif.get_ifd(_EXIF_IFD)
    try:
        taken = datetime.strptime(str(inner.get(_TAKEN, "")).strip("\0 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
    except ValueError:
        return None
    if taken.year < FIRST_YEAR:
        return None
    offset = str(inner.get(_OFFSET, "")).strip("\0 ")
    return taken.isoformat(timespec="seconds") + (offset if _OFFSET_WORDS.fullmatch(offset) else "")
