"""A text file that appears whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.text import _
from fieldapp.store import disk

PARTIAL = ".partiel"
"""Ending of a file that is not finished."""

_SQLITE = b"SQLite format 3\0"
"""How every SQLite file begins (source: sqlite.org/fileformat2.html, section 1.2)."""


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
    """Return whether the file is an SQLite database, or its log or lock.

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
        return file.read(len(_SQLITE)) == _SQLITE
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
