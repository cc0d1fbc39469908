"""Putting a whole new file in the place of a database, so that at every instant one whole database stands there."""

from __future__ import annotations

import contextlib
import glob
import sqlite3
import sys
from pathlib import Path

from fieldapp.core.errors import AlreadyOpenError
from fieldapp.core.text import _
from fieldapp.store import disk
from fieldapp.store.connection import connect, is_damage

FRESH = ".restauration"
"""Ending of the copy that is about to become the database."""

KEPT = "-avant-restauration-"
"""What stands between name and moment of a former database that is kept."""


def refuse_in_use(db_path: Path) -> None:
    """Raise AlreadyOpenError when any other program has the database open, QGIS as well as ours.

    Every connection to a WAL database keeps SQLite's shared lock (source: sqlite.org/src/file/src/os.h, SHARED_FIRST
    and SHARED_SIZE). Windows itself refuses to replace a file that is open.
    """
    if sys.platform == "win32" or not db_path.exists():
        return
    import fcntl

    with db_path.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)
        except (BlockingIOError, PermissionError) as error:
            raise _in_use(db_path) from error


def exchange(fresh: Path, db_path: Path, aside: Path) -> tuple[Path, ...]:
    """Put `fresh` in the place of the database, keep the former one as `aside`, and return the files it is kept in.

    What a log holds is folded into the former database first, so that one renaming changes the old whole database for
    the new whole one: a log left beside the new file would be played into it. Only a database too damaged for SQLite
    to read keeps its logs as they are, beside its second name.
    """
    _fold_logs(db_path)
    present = [path for path in disk.files_of(db_path)[:-1] if path.exists()]
    kept = tuple(Path(f"{aside}{str(path).removeprefix(str(db_path))}") for path in present)
    for path, copy in zip(present, kept, strict=True):
        _second_name(path, copy)
    disk.to_disk(db_path.parent)
    try:
        for path in present:
            if path != db_path:
                path.unlink()
        fresh.replace(db_path)
    except OSError:
        for path, copy in zip(present, kept, strict=True):
            if not path.exists():
                _second_name(copy, path)
        raise
    disk.to_disk(db_path.parent)
    return kept


def drop_leftovers(db_path: Path) -> list[Path]:
    """Delete what a restore that was cut short left beside the database, and return it; the caller holds the database.

    That is the copy that did not become the database, and a second name of the database that still stands. A former
    database that was kept is never touched.
    """
    folder, found = db_path.parent, []
    for path in folder.glob(f"{glob.escape(db_path.name)}{FRESH}*"):
        found.append(path)
    for path in folder.glob(f"{glob.escape(db_path.stem)}{KEPT}*{glob.escape(db_path.suffix)}"):
        with contextlib.suppress(OSError):
            if path.samefile(db_path):
                found.append(path)
    for path in found:
        with contextlib.suppress(OSError):
            path.unlink()
    return found


def _fold_logs(db_path: Path) -> None:
    """Bring what the logs hold into the database file; closing then takes the logs away."""
    if not any(Path(f"{db_path}{ending}").exists() for ending in ("-wal", "-journal")) or not db_path.exists():
        return
    try:
        with contextlib.closing(connect(db_path)) as connection:
            connection.execute("PRAGMA busy_timeout = 0")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return
    if busy or Path(f"{db_path}-wal").exists():
        raise _in_use(db_path)


def _second_name(path: Path, other: Path) -> None:
    try:
        other.hardlink_to(path)
    except OSError:  # a disk without links, as USB sticks are
        disk.refuse_full(other.parent, path.stat().st_size)
        import shutil

        shutil.copy2(path, other)
        disk.to_disk(other)


def _in_use(db_path: Path) -> AlreadyOpenError:
    return AlreadyOpenError(
        _(
            "La base {path} est ouverte dans un autre programme. Fermez-le (fieldapp, QGIS…), puis "
            "recommencez la restauration ; rien n’a été modifié."
        ).format(path=db_path)
    )
