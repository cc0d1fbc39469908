"""One program per database: a lock beside the file, which dies with the program that holds it."""

from __future__ import annotations

from pathlib import Path

import filelock

from fieldapp.core.errors import AlreadyOpenError, DatabaseError
from fieldapp.core.text import _


class Lock:
    """A held database; let go by `release()`, at the end of a `with` block, or with the program."""

    def __init__(self, lock: filelock.BaseFileLock) -> None:
        self._lock = lock

    def __enter__(self) -> Lock:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.release()

    def release(self) -> None:
        """Let go of the database; a second call does nothing."""
        self._lock.release()


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
        lock = filelock.FileLock(path, blocking=False, thread_local=False)
        lock.acquire()
    except filelock.Timeout as error:
        raise AlreadyOpenError(
            _(
                "La base {path} est déjà ouverte dans une autre fenêtre de fieldapp. Continuez dans cette fenêtre, "
                "ou fermez-la puis recommencez ; rien n’est perdu."
            ).format(path=db_path)
        ) from error
    except (OSError, NotImplementedError) as error:
        raise DatabaseError(
            _(
                "Impossible de réserver la base {path} : le dossier {folder} n’accepte pas d’écriture. Vérifiez vos "
                "droits sur ce dossier, ou choisissez un autre dossier avec --database."
            ).format(path=db_path, folder=path.parent)
        ) from error
    return Lock(lock)
