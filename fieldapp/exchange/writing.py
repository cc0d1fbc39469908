"""Files that appear whole or not at all: one text, or several files together."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from fieldapp.core.errors import AlreadyOpenError, DatabaseError, FileRefusedError
from fieldapp.core.text import _
from fieldapp.store import disk, instance

PARTIAL = ".partiel"
"""Ending of a file that is not finished."""

_HOLDER = "travail"
"""Beside the lock of that name nothing lies: it says that whoever made the folder is still there."""

_NOW, _BEFORE = "nouveau", "avant"
"""The folders of what is being written, and of what stood there before."""

_SQLITE = b"SQLite format 3\0"
"""How every SQLite file begins (source: sqlite.org/fileformat2.html, section 1.2)."""

_GEOPACKAGE, _GEOPACKAGE_AT = b"GPKG", 68
"""What a GeoPackage says of itself there: a map that was written earlier may be written anew (source: OGC 12-128)."""


@contextlib.contextmanager
def written_whole(path: Path, forbidden: Iterable[Path] = ()) -> Iterator[TextIO]:
    """Give a UTF-8 text file that takes the name `path` only when the block has ended well and all is on the disk.

    What stood at `path` stays as it was until then. Raises FileRefusedError with a sentence (what `refuse_target`
    refuses, no right to write, a full disk).
    """
    refuse_target(path, forbidden)
    fresh = path.with_name(f"{path.name}.{os.getpid()}{PARTIAL}")
    try:
        with fresh.open("w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise FileRefusedError(_sentence(error, path)) from error
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)


@dataclass(slots=True)
class Parts:
    """Files that are being written, in a folder of their own beside `target` until they take their places.

    `placed` are those that have, each with where the file that stood there before is kept, None for none. `outdated`
    are the names of files that go when these appear, for they belonged to what stood there before.
    """

    folder: Path
    target: Path
    forbidden: tuple[Path, ...]
    placed: dict[Path, Path | None] = field(default_factory=dict)
    outdated: tuple[str, ...] = ()
    _removed: dict[Path, Path] = field(default_factory=dict)

    def files(self) -> list[Path]:
        """Return the files that lie in the folder, in the order of their names."""
        return sorted(file for file in self.folder.iterdir() if file.is_file())

    def publish(self) -> None:
        """Let all files take their places; what stood there is kept until the block has ended well."""
        files = self.files()
        for file in files:
            disk.to_disk(file)
            refuse_target(self.target.with_name(file.name), self.forbidden)
        aside = self.folder.with_name(_BEFORE)
        aside.mkdir(exist_ok=True)
        gone = {self.target.with_name(name) for name in self.outdated} - {self.target.with_name(f.name) for f in files}
        for place in sorted(gone):
            if place.is_file():
                refuse_target(place, self.forbidden)
                self._removed[place] = aside / place.name
                place.replace(aside / place.name)
        for file in files:
            place = self.target.with_name(file.name)
            former = aside / file.name if place.exists() else None
            if former is not None:
                place.replace(former)
            self.placed[place] = former
            file.replace(place)
        _sync_folder(self.target.parent)

    def take_back(self) -> None:
        """Put everything as it was before."""
        for place, former in (self.placed | self._removed).items():
            with contextlib.suppress(OSError):
                if former is None:
                    place.unlink(missing_ok=True)
                else:
                    former.replace(place)


@contextlib.contextmanager
def written_together(path: Path, forbidden: Iterable[Path] = ()) -> Iterator[Parts]:
    """Give a folder for a file and those that belong beside it: under their names in it they appear beside `path`.

    They do when the block calls `publish`, all of them; if it then ends badly, all is as it was before. Without
    `publish` nothing appears. Raises what `written_whole` raises.
    """
    forbidden = tuple(forbidden)
    refuse_target(path, forbidden)
    with held_folder(path.parent, path.name, path) as held:
        parts = Parts(held / _NOW, path, forbidden)
        try:
            parts.folder.mkdir()
            yield parts
        except OSError as error:
            parts.take_back()
            raise FileRefusedError(_sentence(error, path)) from error
        except BaseException:
            parts.take_back()
            raise


@contextlib.contextmanager
def held_folder(parent: Path, name: str, path: Path) -> Iterator[Path]:
    """Give an empty folder in another one that nobody else uses, and that is gone after the block.

    Those of the same name that a program left behind when it was ended are cleared first. Raises FileRefusedError with
    a sentence about `path`, for which the folder is needed.
    """
    try:
        _clear_left_behind(parent, name)
        folder = Path(tempfile.mkdtemp(PARTIAL, f"{name}.", parent))
    except OSError as error:
        raise FileRefusedError(_sentence(error, path)) from error
    try:
        with instance.hold(folder / _HOLDER):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clear_left_behind(parent: Path, name: str) -> None:
    """Remove the folders of this name that no program holds any more."""
    for left in parent.iterdir():
        if not (left.name.startswith(f"{name}.") and left.name.endswith(PARTIAL)):
            continue
        # One without a lock is just being made, and holds nothing yet.
        if left.is_dir() and instance.lock_file(left / _HOLDER).exists():
            with contextlib.suppress(AlreadyOpenError, DatabaseError):
                instance.hold(left / _HOLDER).release()
                shutil.rmtree(left, ignore_errors=True)


def refuse_target(path: Path, forbidden: Iterable[Path] = ()) -> None:
    """Raise FileRefusedError when nothing may be written at `path`.

    That is a folder, a database and whatever lies beside one, and the `forbidden` files (the source of an import, the
    open database), by whatever name they are called.
    """
    if path.is_dir():
        raise FileRefusedError(_("{path} est un dossier : donnez le nom d’un fichier.").format(path=path))
    if any(_is_same(path, other) for other in forbidden):
        raise FileRefusedError(
            _(
                "{path} est le fichier lu ou la base elle-même : rien n’a été écrit. Donnez un autre nom de fichier."
            ).format(path=path)
        )
    if _is_of_database(path):
        raise FileRefusedError(
            _(
                "{path} est une base de données, ou en fait partie : rien n’a été écrit. Donnez un autre nom de "
                "fichier."
            ).format(path=path)
        )


def _is_same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return path.resolve() == other.resolve()


def _is_of_database(path: Path) -> bool:
    """Return whether the file is an SQLite database, or its log or lock; a GeoPackage is a file like others.

    One with a log beside it may be open in this program: it is not read, for closing it again would drop SQLite's
    locks (source: sqlite.org/howtocorrupt.html, section 2.2).
    """
    real = path.resolve()
    for ending in (*disk.LOGS, disk.LOCK):
        if real.name.lower().endswith(ending):
            real = real.with_name(real.name[: -len(ending)])
            break
    if any(file.exists() for file in disk.files_of(real)[1:]):
        return real.exists()
    with contextlib.suppress(OSError), real.open("rb") as file:
        begins = file.read(_GEOPACKAGE_AT + len(_GEOPACKAGE))
        return begins.startswith(_SQLITE) and begins[_GEOPACKAGE_AT:] != _GEOPACKAGE
    return False


def _sync_folder(folder: Path) -> None:
    """Bring the new name to the disk where the system allows it (Windows does not open folders)."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _sentence(error: OSError, path: Path) -> str:
    if error.errno in {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}:
        return _(
            "Pas assez de place pour écrire {path} : rien n’a été écrit. Libérez de la place, ou choisissez un autre "
            "dossier, puis recommencez."
        ).format(path=path)
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return _("Le dossier {folder} n’existe pas : créez-le, ou choisissez-en un autre.").format(folder=path.parent)
    return _(
        "Impossible d’écrire {path} : rien n’a été écrit. Vérifiez vos droits sur le dossier, fermez le fichier s’il "
        "est ouvert ailleurs, ou choisissez un autre nom."
    ).format(path=path)
