"""Files as a database needs them: those that lie beside it, room on the disk, and the wait until all is on it."""

from __future__ import annotations

import os
from pathlib import Path

from fieldapp.core.errors import DatabaseError
from fieldapp.core.text import _

SPARE_BYTES = 5_000_000
"""Room that must be left on the disk beside a copy, so that the next saves still fit."""

LOGS = ("-wal", "-shm", "-journal")
"""Endings of the files in which SQLite keeps what is not in the database yet (source: sqlite.org/tempfiles.html)."""

LOCK = ".lock"
"""Ending of the file by which one program holds a database."""


def files_of(db_path: Path) -> tuple[Path, ...]:
    """Return the database with all files that belong to it, whether they are there or not."""
    return (db_path, *(Path(f"{db_path}{ending}") for ending in (*LOGS, LOCK)))


def size(path: Path) -> int:
    """Return the bytes of a database with its log."""
    return sum(part.stat().st_size for part in (path, Path(f"{path}-wal")) if part.exists())


def refuse_full(folder: Path, size: int) -> None:
    """Raise DatabaseError when a copy of this many bytes would leave less than SPARE_BYTES free."""
    import shutil

    free = shutil.disk_usage(folder).free
    if free < size + SPARE_BYTES:
        raise DatabaseError(
            _(
                "Il reste {free} Mo dans {folder} et la copie en demande {needed}. Libérez de la place ou choisissez "
                "un autre dossier, puis recommencez ; rien n’a été modifié."
            ).format(free=free // 1_000_000, folder=folder, needed=(size + SPARE_BYTES) // 1_000_000 + 1)
        )


def to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk; Windows has no such wait for folders."""
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
