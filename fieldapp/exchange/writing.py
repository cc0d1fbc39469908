"""A text file that appears whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.text import _

PARTIAL = ".partiel"
"""Ending of a file that is not finished."""


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[TextIO]:
    """Give a UTF-8 text file that takes the name `path` only when the block has ended well and all is on the disk.

    What stood at `path` stays as it was until then. Raises FileRefusedError with a sentence (a folder, no right to
    write, a full disk).
    """
    if path.is_dir():
        raise FileRefusedError(_("{path} est un dossier : donnez le nom d’un fichier.").format(path=path))
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
