"""The photos of a database: files beside it, kept under their SHA-256 and never altered, with a row for each.

A photo lies in `<database>-photos/ab/<sha256>.<ending>`. The file is written whole before its row: a crash between the
two leaves a file without a row, which `take_up` finds. The same file taken in twice is the same photo.

What comes from a peer gathers beside its place, piece by piece, until it is whole (see `store.media_peers`).
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from fieldapp.core import paths
from fieldapp.core.errors import DatabaseError, FieldappError, FileRefusedError
from fieldapp.core.ids import new_uid
from fieldapp.core.lazy import LazyPattern
from fieldapp.core.schema import Entity
from fieldapp.core.text import _
from fieldapp.store import disk, pictures, records
from fieldapp.store.connection import Database
from fieldapp.store.pictures import ENDINGS, MAX_BYTES, Picture

PARTIAL = ".partiel"
"""Ending of a file that is not finished; it is never taken for a photo."""

SIDES = (96, 192, 384, 768, 1536, 3072)
"""Sides in pixels in which small copies are made: few of them, whatever the screen asks for."""

_SHA256 = LazyPattern(r"[0-9a-f]{64}")
_COLUMNS = "sha256, size, mime, width, height, taken_at, file_name"
_FORGOTTEN_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Media:
    """One photo: `size` in bytes, `width` and `height` in pixels as stored, `file_name` as it was first called.

    `taken_at` is the camera's local time (ISO, with an offset where the camera wrote one), None where it is not told.
    """

    sha256: str
    path: Path
    size: int
    mime: str
    width: int
    height: int
    taken_at: str | None
    file_name: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A photo that is not as it should be: its file is `missing`, else its content is not what it was."""

    sha256: str
    file_name: str
    missing: bool
    path: Path

    def words(self) -> str:
        """Return what is wrong and what to do now."""
        words = (
            _(
                "Photo « {name} » : le fichier {path} manque. Ajoutez de nouveau la photo d’origine, ou restaurez une "
                "sauvegarde qui l’a."
            )
            if self.missing
            else _(
                "Photo « {name} » : le fichier {path} est abîmé. Ajoutez de nouveau la photo d’origine, ou effacez ce "
                "fichier et restaurez une sauvegarde."
            )
        )
        return words.format(name=self.file_name or self.sha256[:12], path=self.path)


def keep(db: Database, path: Path) -> Media:
    """Take a photo into the keeping of the database and return it; the file at `path` is only read, once.

    A photo that is kept already is the same one again; a kept file that is missing or damaged is written anew.
    Raises FileRefusedError (no picture of a known kind, cut off, too large, unreadable) or DatabaseError (no room on
    the disk, no right to write): then nothing was kept.
    """
    data = _read(path)
    sha256 = hashlib.sha256(data).hexdigest()
    picture = pictures.look_at(data, path.name)
    target = _place(paths.media_folder(db.path), sha256, picture.mime)
    if not holds(target, sha256):
        write(target, data, sha256)
    _add_row(db, sha256, len(data), picture, path.name)
    return next(iter(_known(db, sha256)))


def get(db: Database, sha256: str) -> Media | None:
    """Return what is known of a photo, whether its file is there or not; None when it was never taken in."""
    return next(iter(_known(db, sha256)), None)


def path_of(db: Database, sha256: str) -> Path | None:
    """Return the file of a photo; None when it is not there, or `sha256` is none."""
    return find(paths.media_folder(db.path), sha256)


def find(folder: Path, sha256: str) -> Path | None:
    """Return the file of a photo below a folder of photos; None when it is not there, or `sha256` is none."""
    if not is_sha256(sha256):
        return None
    named = (folder / sha256[:2] / f"{sha256}{ending}" for ending in ENDINGS.values())
    # A folder that can't be looked into holds no photo that could be shown: it is missing, as the check then says.
    with contextlib.suppress(OSError):
        return next((path for path in named if path.is_file()), None)
    return None


def is_sha256(text: str) -> bool:
    """Return whether this is a SHA-256 as file names and records write it; nothing else ever becomes part of a path."""
    return _SHA256.fullmatch(text) is not None


def thumbnail_of(db: Database, sha256: str, side: int) -> Path | None:
    """Return a small JPEG of the photo, as `small_copy` makes it."""
    return small_copy(db.path, sha256, side)


def small_copy(database: Path, sha256: str, side: int) -> Path | None:
    """Return a small JPEG of a photo, turned as the camera was held; made when it is not there yet.

    It is the next of SIDES that is at least `side` pixels, else the largest; while the photo's file is not here, the
    one that came from a peer, whatever its size. None when there is none of these, or the photo can't be decoded. Needs
    no open database, so any thread may ask. Raises DatabaseError when the small copy can't be written.
    """
    source = find(paths.media_folder(database), sha256)
    if source is None:
        return received_thumbnail(database, sha256)
    pixels = next((size for size in SIDES if size >= side), SIDES[-1])
    target = paths.thumbnail_folder(database) / sha256[:2] / f"{sha256}-{pixels}.jpg"
    if target.is_file():
        return target
    with _writing(target), _partial(target) as partial:
        try:
            pictures.write_small(source, partial, pixels)
        except FileRefusedError:
            return None
        partial.replace(target)
    return target


def missing(db: Database) -> list[str]:
    """Return the SHA-256 of the photos that are known or named by a live record and have no file, in order."""
    return [sha256 for sha256 in sorted(_wanted(db)) if path_of(db, sha256) is None]


def verify(db: Database) -> Iterator[Fault | None]:
    """Yield for each photo what is wrong with it, None where nothing is; reads all files whole."""
    folder = paths.media_folder(db.path)
    for sha256, (name, mime) in sorted(_wanted(db).items()):
        path = find(folder, sha256)
        if path is None:
            yield Fault(sha256, name, True, _place(folder, sha256, mime))
        else:
            yield None if holds(path, sha256) else Fault(sha256, name, False, path)


def take_up(db: Database) -> list[str]:
    """Give a row to each file that has none (a crash came between the two), and return their SHA-256.

    A file whose content is not what its name says is left alone, unfinished ones of a day ago are deleted. A folder
    that can't be listed has nothing to take up; its photos are then missing.
    """
    folder = paths.media_folder(db.path)
    known = {row[0] for row in db.rows("SELECT sha256 FROM media")}
    found = []
    with contextlib.suppress(OSError):
        for path in files_in(folder):
            if path.stem in known or not holds(path, path.stem):
                continue
            with contextlib.suppress(FieldappError):
                data = _read(path)
                _add_row(db, path.stem, len(data), pictures.look_at(data, path.name), path.name)
                found.append(path.stem)
    drop_forgotten(folder)
    return found


def files_in(folder: Path) -> Iterator[Path]:
    """Yield the photos below a folder of photos, in order of their SHA-256; none where there is no such folder.

    Raises OSError when it can't be listed.
    """
    endings = set(ENDINGS.values())
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        for part in sorted(folder.iterdir()):
            if len(part.name) == 2 and part.is_dir():
                yield from sorted(
                    path
                    for path in part.iterdir()
                    if path.suffix in endings and is_sha256(path.stem) and path.name.startswith(part.name)
                )


def holds(path: Path, sha256: str) -> bool:
    """Return whether the file is there and its content is the one of this SHA-256."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False


def write(target: Path, data: bytes, sha256: str) -> None:
    """Write a photo under its name, whole, on the disk and read back, or not at all.

    Raises DatabaseError: no room, no right to write, or a disk that gives back other bytes than it was given.
    """
    with _writing(target), _partial(target) as partial:
        disk.refuse_full(target.parent, len(data))
        partial.write_bytes(data)
        disk.to_disk(partial)
        if not holds(partial, sha256):
            raise OSError(f"{partial} reads back otherwise")
        partial.replace(target)
        disk.to_disk(target.parent)


def drop_forgotten(folder: Path) -> None:
    """Delete unfinished files that a crash left behind; not those that another program may be writing."""
    with contextlib.suppress(OSError):
        for path in folder.glob(f"*/.*{PARTIAL}"):
            if abs(time.time() - path.stat().st_mtime) > _FORGOTTEN_S:
                path.unlink()


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileRefusedError(
            _(
                "La photo {path} ne se laisse pas lire : vérifiez que l’appareil ou la carte est bien branché, puis "
                "recommencez."
            ).format(path=path)
        ) from error
    if len(data) > MAX_BYTES:
        raise FileRefusedError(
            _("« {name} » dépasse {most} Mo : enregistrez la photo en JPEG ou en plus petit, puis recommencez.").format(
                name=path.name, most=MAX_BYTES // (1024 * 1024)
            )
        )
    return data


def _place(folder: Path, sha256: str, mime: str) -> Path:
    return folder / sha256[:2] / f"{sha256}{ENDINGS[mime]}"


def _add_row(db: Database, sha256: str, size: int, picture: Picture, name: str) -> None:
    with db.transaction() as connection:
        connection.execute(
            "INSERT INTO media (sha256, size, mime, width, height, taken_at, file_name, added_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sha256) DO NOTHING",
            (sha256, size, picture.mime, picture.width, picture.height, picture.taken_at, name, records.now()),
        )


def _known(db: Database, sha256: str) -> Iterator[Media]:
    folder = paths.media_folder(db.path)
    rows = db.rows(f"SELECT {_COLUMNS} FROM media WHERE sha256 = ?", (sha256,))  # noqa: S608 - names of columns
    for found, size, mime, width, height, taken_at, name in rows:
        yield Media(found, _place(folder, found, mime), size, mime, width, height, taken_at, name)


def _wanted(db: Database) -> dict[str, tuple[str, str]]:
    """Return file name and MIME type of the photos that have a row or that a live record names, by SHA-256."""
    found: dict[str, tuple[str, str]] = {}
    for protocol, entity in naming(db):
        names = ("sha256", "file_name") if "file_name" in entity.by_name else ("sha256",)
        for sha256, *more, _count in records.tally(db, protocol, entity.code, names):
            if is_sha256(str(sha256)):
                found.setdefault(sha256, (str(more[0] or "") if more else "", "image/jpeg"))
    found |= {sha256: (name, mime) for sha256, name, mime in db.rows("SELECT sha256, file_name, mime FROM media")}
    return found


def naming(db: Database) -> Iterator[tuple[str, Entity]]:
    """Yield the entities whose records name photos, each with the code of its protocol."""
    for protocol in db.protocols.values():
        for entity in protocol.entities:
            if "sha256" in entity.by_name:
                yield protocol.code, entity


# ---------------------------------------------------------------------------------------- photos from peers


def received_thumbnail(database: Path, sha256: str) -> Path | None:
    """Return the small copy of a photo that came from a peer; None when there is none, or `sha256` is none."""
    if not is_sha256(sha256):
        return None
    path = _received_place(database, sha256)
    return path if path.is_file() else None


def keep_thumbnail(db: Database, sha256: str, data: bytes) -> None:
    """Keep the small copy of a photo that came from a peer, until the photo itself is here.

    Raises FileRefusedError for what is no JPEG of a size that a small copy has, DatabaseError when it can't be written.
    """
    picture = pictures.look_at(data, sha256[:12])
    if picture.mime != "image/jpeg" or max(picture.width, picture.height) > SIDES[-1]:
        raise FileRefusedError(_(pictures.NOT_A_PICTURE).format(name=sha256[:12]))
    write(_received_place(db.path, sha256), data, hashlib.sha256(data).hexdigest())


def part_of(db: Database, peer_id: int, sha256: str) -> Path:
    """Return the file in which the pieces of a photo gather as they come from a peer; it need not exist."""
    return paths.media_folder(db.path) / sha256[:2] / f"{sha256}-{peer_id}{PARTIAL}"


def open_part(part: Path, size: int, piece_bytes: int) -> int:
    """Return how many whole pieces of a photo of this size are here already; what is over is dropped.

    Raises DatabaseError when there is no room for the others, or no right to write: then no piece is left to take up
    room.
    """
    with _clearing(part), _writing(part):
        part.parent.mkdir(parents=True, exist_ok=True)
        with part.open("ab") as file:
            here = file.tell()
            if here != size:
                here = here - here % piece_bytes if here < size else 0
                file.truncate(here)
        disk.refuse_full(part.parent, size - here)
    return -(-here // piece_bytes)


def add_piece(part: Path, data: bytes) -> None:
    """Write the next piece of a photo behind those that came before; raises DatabaseError as `open_part` does."""
    with _clearing(part), _writing(part), part.open("ab") as file:
        file.write(data)


def take_part(db: Database, part: Path, sha256: str, name: str) -> None:
    """Take a photo whose pieces have all come into the keeping of the database; `name` is what it was first called.

    Raises FileRefusedError when it is not the photo of this SHA-256 or no picture that can be read, and then the pieces
    are gone; DatabaseError when it can't be written.
    """
    try:
        data = _read(part)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise FileRefusedError(_(pictures.CUT_OFF).format(name=name or sha256[:12]))
        picture = pictures.look_at(data, name or sha256[:12])
    except FileRefusedError:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    target = _place(paths.media_folder(db.path), sha256, picture.mime)
    with _writing(target):
        disk.to_disk(part)
        part.replace(target)
        disk.to_disk(target.parent)
    _add_row(db, sha256, len(data), picture, name)
    with contextlib.suppress(OSError):
        _received_place(db.path, sha256).unlink(missing_ok=True)


def drop_parts(db: Database, wanted: Collection[str]) -> None:
    """Delete the pieces that came of photos that are not wanted (any more)."""
    with contextlib.suppress(OSError):
        for part in paths.media_folder(db.path).glob(f"??/*-*{PARTIAL}"):
            if part.name.partition("-")[0] not in wanted and not part.name.startswith("."):
                part.unlink()


def _received_place(database: Path, sha256: str) -> Path:
    return paths.thumbnail_folder(database) / sha256[:2] / f"{sha256}-recue.jpg"


@contextlib.contextmanager
def _clearing(part: Path) -> Iterator[None]:
    """Delete the pieces of a photo when the disk does not take more of them."""
    try:
        yield
    except DatabaseError:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def _partial(target: Path) -> Iterator[Path]:
    """Hold the name of an unfinished file beside the target, whose folder is made; nothing of it is left behind."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{new_uid()}{PARTIAL}")
    try:
        yield partial
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


@contextlib.contextmanager
def _writing(target: Path) -> Iterator[None]:
    """Turn what goes wrong while a photo is written into a sentence."""
    try:
        yield
    except OSError as error:
        raise DatabaseError(
            _(
                "La photo n’a pas pu être écrite dans {folder} : disque plein, débranché ou sans droit d’écriture. "
                "Libérez de la place ou vérifiez vos droits, puis recommencez ; les relevés sont intacts."
            ).format(folder=target.parent.parent)
        ) from error
