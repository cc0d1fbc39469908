"""One program per database: a lock beside the file, which dies with the program that holds it.

The lock is an exclusive transaction on an empty SQLite file: SQLite's own locks work on every system, and cost a start
nothing that it does not load anyway.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from fieldapp.core.errors import AlreadyOpenError, DatabaseError
from fieldapp.core.text import _


class Lock:
    """A held database; let go by `release()`, at the end of a `with` block, or with the program."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> Lock:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.release()

    def release(self) -> None:
        """Let go of the database; a second call does nothing."""
        self._connection.close()


def lock_file(db_path: Path) -> Path:
    """Return the path of the lock of a database; the same for all ways of writing the database's path."""
    real = db_path.resolve()
    return real.with_name(f"{real.name}.lock")


def hold(db_path: Path) -> Lock:
    """Hold the database for this program until `release()` or the end of a `with` block.

    The operating system lets go of the lock when the program ends, however it ends; a file left behind means nothing.

    Raises AlreadyOpenError when another program (or another part of this one) holds it, DatabaseError when the lock
    can't be written beside the database.
    """
    path = lock_file(db_path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise DatabaseError(_unwritable(db_path, path)) from error
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            raise AlreadyOpenError(
                _(
                    "La base {path} est déjà ouverte dans une autre fenêtre de fieldapp. Continuez dans cette fenêtre, "
                    "ou fermez-la puis recommencez ; rien n’est perdu."
                ).format(path=db_path)
            ) from error
        raise DatabaseError(_unwritable(db_path, path)) from error
    return Lock(connection)


def _unwritable(db_path: Path, path: Path) -> str:
    return _(
        "Impossible de réserver la base {path} : le dossier {folder} n’accepte pas d’écriture. Vérifiez vos "
        "droits sur ce dossier, ou choisissez un autre dossier avec --database."
    ).format(path=db_path, folder=path.parent)
