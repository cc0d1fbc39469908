"""The file that carries changes on a USB stick: a zip of a manifest, messages as they go over the wire, and photos.

Whatever the bytes, reading them ends in what was written or in a ParcelRefusedError.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import msgspec

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.text import _
from fieldapp.store import pictures
from fieldapp.sync import wire

FORMAT: Final = 1
"""The number of this form of the file; a reader refuses a higher one."""

SUFFIX: Final = ".fieldbatch"

MANIFEST: Final = "manifest.json"

MAX_MANIFEST_BYTES: Final = 64 * 1024 * 1024
"""Longest manifest, unpacked: the receipts of half a million visits."""

MAX_MEMBERS: Final = 100_000

PIECE_BYTES: Final = 1024 * 1024

_PART = re.compile(r"changes-[0-9]{4,6}\.bin")
_PHOTO = re.compile(r"photos/[0-9a-f]{64}\.(?:jpg|png|webp|tif)")
_STORED_DATE = (1980, 1, 1, 0, 0, 0)

# What zipfile raises for bytes that are no archive (source: Lib/zipfile.py of Python 3.11).
_DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    LookupError,
    OverflowError,
    RuntimeError,
)


class ParcelRefusedError(FileRefusedError):
    """A file that can't be taken; nothing of it was."""


class Member(msgspec.Struct, frozen=True):
    """One file in the archive: its length in bytes, and its SHA-256."""

    size: int
    sha256: str


class Share(msgspec.Struct, frozen=True):
    """What a file holds of one protocol: the highest version that wrote something of it, and its figures.

    `visits` counts visits, and records that lie in none.
    """

    version: str
    changes: int
    records: int
    visits: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says of itself. Instants are UTC; "" for what there is not.

    `previous` is the uid of the file that must be read before. `first` and `last` are numbers of changes of the writer.
    `receipts` gives, for files that the writer has read, the digests of the visits that they touched, as it holds them.
    """

    format: int = FORMAT
    program: str
    parcel: str
    device: str
    device_name: str = ""
    who: str = ""
    made_at: str
    project: str = ""
    project_name: str = ""
    previous: str = ""
    previous_at: str = ""
    first: int
    last: int
    changes: int
    protocols: dict[str, Share] = {}
    members: dict[str, Member] = {}
    photo_names: dict[str, str] = {}
    receipts: dict[str, dict[str, str]] = {}


class _Head(msgspec.Struct):
    format: int


# ------------------------------------------------------------------------------------------------ writing


class Writer:
    """An archive that is being written; raises OSError when it can't be."""

    def __init__(self, file: IO[bytes]) -> None:
        self._archive = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED)
        self.members: dict[str, Member] = {}
        self.parts = 0

    def add_part(self, request: wire.Request) -> None:
        """Add the next message."""
        data = wire.pack(request)
        self.parts += 1
        name = f"changes-{self.parts:04}.bin"
        self._archive.writestr(zipfile.ZipInfo(name, _STORED_DATE), data)
        self.members[name] = Member(len(data), hashlib.sha256(data).hexdigest())

    def add_photo(self, path: Path) -> None:
        """Add a photo as it is."""
        name = f"photos/{path.name}"
        info = zipfile.ZipInfo(name, _STORED_DATE)
        info.file_size = size = path.stat().st_size
        digest = hashlib.sha256()
        with path.open("rb") as source, self._archive.open(info, "w") as target:
            while piece := source.read(PIECE_BYTES):
                digest.update(piece)
                target.write(piece)
        self.members[name] = Member(size, digest.hexdigest())

    def close(self, manifest: Manifest) -> None:
        """Add the manifest and end the archive."""
        info = zipfile.ZipInfo(MANIFEST, _STORED_DATE)
        self._archive.writestr(info, msgspec.json.format(msgspec.json.encode(manifest)), zipfile.ZIP_DEFLATED)
        self._archive.close()

    def drop(self) -> None:
        """Let go of an archive that came to nothing; what its file holds then is nothing."""
        self._archive.fp = None


# ------------------------------------------------------------------------------------------------ reading


class Reader:
    """An archive whose names and sizes were looked at; what it holds is checked whenever it is read."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path = path
        self._archive = archive
        self._infos = _looked_at(path, archive)
        self.manifest = _manifest(path, archive, self._infos.pop(MANIFEST))
        if {name: info.file_size for name, info in self._infos.items()} != {
            name: member.size for name, member in self.manifest.members.items()
        }:
            raise ParcelRefusedError(_lying(path))

    @property
    def parts(self) -> list[str]:
        """The names of the messages, in their order."""
        return sorted((name for name in self._infos if _PART.fullmatch(name)), key=lambda name: (len(name), name))

    @property
    def photos(self) -> dict[str, str]:
        """The names of the photos by their SHA-256."""
        return {Path(name).stem: name for name in sorted(self._infos) if _PHOTO.fullmatch(name)}

    def part(self, name: str) -> wire.Request:
        """Return a message, its digest compared."""
        data = b"".join(self.pieces(name))
        try:
            return wire.unpack(data, wire.Request)
        except wire.WireError as error:
            words = newer(self.path) if error.code == "format" else damaged(self.path)
            raise ParcelRefusedError(words) from error

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield what a member holds piece by piece; raises in the end when it is not what the manifest says."""
        member = self.manifest.members[name]
        digest, left = hashlib.sha256(), member.size
        with _reading(self.path), self._archive.open(self._infos[name]) as file:
            while piece := file.read(PIECE_BYTES):
                digest.update(piece)
                left -= len(piece)
                if left < 0:
                    break
                yield piece
        if left or digest.hexdigest() != member.sha256:
            raise ParcelRefusedError(damaged(self.path))


@contextmanager
def opened(path: Path) -> Iterator[Reader]:
    """Open a file for reading; raises ParcelRefusedError for what is none of ours, damaged, or of a later form."""
    with _reading(path):
        if not zipfile.is_zipfile(path):
            with path.open("rb") as file:
                is_zip = file.read(4) == b"PK\3\4"
            raise ParcelRefusedError(damaged(path) if is_zip else _foreign(path))
        archive = zipfile.ZipFile(path)
    with archive:
        with _reading(path):
            reader = Reader(path, archive)
        yield reader


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn what goes wrong while an archive is read into a sentence."""
    try:
        yield
    except OSError as error:
        raise ParcelRefusedError(
            _(
                "L’envoi {path} ne se laisse pas lire : vérifiez que la clé USB est bien branchée et que le fichier "
                "est là, puis recommencez. Rien n’a été modifié."
            ).format(path=path)
        ) from error
    except _DAMAGE as error:
        raise ParcelRefusedError(damaged(path)) from error


def _looked_at(path: Path, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the members by name; raises ParcelRefusedError for names, packings and sizes that we never write."""
    found: dict[str, zipfile.ZipInfo] = {}
    infos = archive.infolist()
    for info in infos:
        name = info.orig_filename
        is_ours = name == MANIFEST or _PART.fullmatch(name) or _PHOTO.fullmatch(name)
        if not is_ours or name != info.filename or name in found:
            raise ParcelRefusedError(
                _(
                    "L’envoi {path} contient un fichier inattendu ({name}) : il n’a pas été fait par fieldapp, ou a "
                    "été modifié. Rien n’en a été pris."
                ).format(path=path, name=ascii(name)[:80])
            )
        found[name] = info
    if MANIFEST not in found:
        raise ParcelRefusedError(_foreign(path))
    if len(infos) > MAX_MEMBERS or any(not _is_plain(info) for info in infos):
        raise ParcelRefusedError(_lying(path))
    # Members that overlap make much out of little; ours are as long as they are in the archive.
    if sum(info.file_size for info in infos if info.filename != MANIFEST) > path.stat().st_size:
        raise ParcelRefusedError(_lying(path))
    return found


def _is_plain(info: zipfile.ZipInfo) -> bool:
    """Return whether a member is packed as we do it, and no longer than it may be."""
    if info.flag_bits & 0x1:
        return False
    if info.filename == MANIFEST:
        packings = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
        return info.compress_type in packings and info.file_size <= MAX_MANIFEST_BYTES
    most = wire.MAX_PACKED_BYTES if _PART.fullmatch(info.filename) else pictures.MAX_BYTES
    is_stored = info.compress_type == zipfile.ZIP_STORED and info.compress_size == info.file_size
    return is_stored and info.file_size <= most


def _manifest(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Manifest:
    with archive.open(info) as file:
        # The length that the archive claims may be less than what its packing makes.
        text = file.read(MAX_MANIFEST_BYTES + 1)
    if len(text) > MAX_MANIFEST_BYTES:
        raise ParcelRefusedError(_lying(path))
    try:
        if msgspec.json.decode(text, type=_Head).format > FORMAT:
            raise ParcelRefusedError(newer(path))
        return msgspec.json.decode(text, type=Manifest)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ParcelRefusedError(damaged(path)) from error


def damaged(path: Path) -> str:
    """Return the sentence for a file that is not what it was when it was written."""
    return _(
        "L’envoi {path} est abîmé ou incomplet : rien n’en a été pris. Copiez-le de nouveau depuis la clé, ou demandez "
        "à son auteur de l’écrire encore une fois."
    ).format(path=path)


def newer(path: Path) -> str:
    """Return the sentence for a file of a later form."""
    return _(
        "L’envoi {path} vient d’une version plus récente de fieldapp : mettez ce programme à jour, puis lisez-le de "
        "nouveau. Rien n’en a été pris."
    ).format(path=path)


def _foreign(path: Path) -> str:
    return _("{path} n’est pas un envoi de fieldapp : choisissez un fichier en {suffix}. Rien n’a été modifié.").format(
        path=path, suffix=SUFFIX
    )


def _lying(path: Path) -> str:
    return _(
        "L’envoi {path} ne contient pas ce qu’il annonce : rien n’en a été pris. Demandez à son auteur de l’écrire "
        "encore une fois."
    ).format(path=path)


def lying(path: Path) -> ParcelRefusedError:
    """Return the refusal of a file that does not hold what it says."""
    return ParcelRefusedError(_lying(path))
