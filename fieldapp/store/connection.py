"""One open database: pragmas, transactions, and SQLite's errors turned into sentences."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fieldapp.core.errors import (
    DamagedDatabaseError,
    DatabaseError,
    FieldappError,
    FileRefusedError,
    NewerDatabaseError,
    ReadOnlyError,
)
from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import _
from fieldapp.store import migrations

BUSY_SECONDS = 10.0
"""How long a write waits for another connection (a sync, an import) before it gives up with a sentence."""

CHECKED_AT_OPENING_BYTES = 32 * 1024 * 1024
"""Files up to this size are checked whole before they are used; larger ones afterwards, in the background, so that
opening never takes longer on a larger database (32 MB take about 0.1 s)."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who saves, and on which laptop; both go into every change."""

    who: str = ""
    device: str = ""


class Database:
    """An open database file. One per thread: background work opens its own.

    Writes go through `transaction()`: one write transaction that is on the disk (synchronous=FULL) when it returns.
    `refusal` is what whoever wants to write is told, "" where writing is allowed.
    """

    def __init__(
        self, path: Path, connection: sqlite3.Connection, author: Author, protocols: Sequence[StudyProtocol]
    ) -> None:
        self.path = path
        self.connection = connection
        self.author = author
        self.refusal = ""
        self.protocols: Mapping[str, StudyProtocol] = {protocol.code: protocol for protocol in protocols}

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the write-ahead log is folded into it when nobody else has it open."""
        self.connection.close()

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a SELECT."""
        with translated(self.path):
            return self.connection.execute(sql, parameters).fetchall()

    def value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """Return the first column of the first row, None when there is no row."""
        with translated(self.path):
            row = self.connection.execute(sql, parameters).fetchone()
        return None if row is None else row[0]

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold one write transaction: all of it is kept, or none of it. Inside another one it joins that one."""
        if self.refusal:
            raise ReadOnlyError(self.refusal)
        joins = self.connection.in_transaction
        if joins:
            yield self.connection
            return
        with translated(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read one moment of the database inside the block, whatever others save meanwhile."""
        if self.connection.in_transaction:
            yield
            return
        with translated(self.path):
            self.connection.execute("BEGIN")
            try:
                yield
            finally:
                self.connection.execute("ROLLBACK")


def open_database(
    path: Path,
    protocols: Sequence[StudyProtocol] = (),
    author: Author | None = None,
    *,
    before_migration: Callable[[Path], object] | None = None,
) -> Database:
    """Open the database at `path`, making it (and its folder) when it is not there, and bring its schema up to date.

    `protocols` are those whose records the database may hold. `before_migration` is called with the path before an
    existing database is changed: it makes the safety copy.

    Raises NewerDatabaseError, DamagedDatabaseError or DatabaseError, each with what to do now.
    """
    if path.is_dir():
        raise FileRefusedError(_("{path} est un dossier : donnez le nom d’un fichier de base.").format(path=path))
    with translated(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseError(_unwritable(path)) from error
        is_new = _is_new(path)
        connection = connect(path)
        try:
            _prepare(connection, path, is_new=is_new, before_migration=before_migration)
        except BaseException:
            connection.close()
            raise
    return Database(path, connection, author or Author(), protocols)


def connect(path: Path) -> sqlite3.Connection:
    """Return a raw connection with the pragmas of the house: foreign keys, WAL, full durability."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, cached_statements=256)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA cache_size = -8192")
    return connection


def _is_new(path: Path) -> bool:
    """Return whether the file is absent or empty.

    Only looked at from outside: closing a file that SQLite has open elsewhere in this program would drop SQLite's locks
    on it (source: sqlite.org/howtocorrupt.html, section 2.2). A file that is no database is refused by SQLite itself.
    """
    try:
        return path.stat().st_size == 0
    except FileNotFoundError:
        return True
    except OSError as error:
        raise DatabaseError(_unwritable(path)) from error


def _prepare(
    connection: sqlite3.Connection,
    path: Path,
    *,
    is_new: bool,
    before_migration: Callable[[Path], object] | None,
) -> None:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if not is_new and is_foreign(connection):
        raise FileRefusedError(
            _(
                "Le fichier {path} est la base d’un autre programme, pas de fieldapp. Rien n’a été modifié : "
                "choisissez un autre fichier avec --database."
            ).format(path=path)
        )
    if version > migrations.VERSION:
        raise NewerDatabaseError(
            _(
                "La base {path} vient d’une version plus récente de fieldapp (base {found}, ce programme {known}). "
                "Mettez le programme à jour ; rien n’a été modifié."
            ).format(path=path, found=version, known=migrations.VERSION)
        )
    if not is_new and path.stat().st_size <= CHECKED_AT_OPENING_BYTES and not is_sound(connection):
        raise DamagedDatabaseError(_damaged(path))
    if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise DatabaseError(_unwritable(path))
    if version < migrations.VERSION:
        if not is_new and before_migration is not None:
            before_migration(path)
        migrations.apply(connection)


def is_foreign(connection: sqlite3.Connection) -> bool:
    """Return whether the file holds tables and is not a database of this program."""
    if connection.execute("PRAGMA application_id").fetchone()[0] == migrations.APPLICATION_ID:
        return False
    return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None


def is_sound(connection: sqlite3.Connection) -> bool:
    """Return whether SQLite's quick check finds the whole file in order; takes time in proportion to its size."""
    try:
        return [row[0] for row in connection.execute("PRAGMA quick_check(1)")] == ["ok"]
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            return False
        raise


def is_damage(error: sqlite3.Error) -> bool:
    """Return whether the error says that the file is damaged, or no database at all."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _damaged(path: Path) -> str:
    return _(
        "La base {path} est abîmée et n’a pas été ouverte. Rien n’a été modifié : "
        "restaurez la dernière bonne sauvegarde (fieldapp restore), puis rouvrez le programme."
    ).format(path=path)


def _unwritable(path: Path) -> str:
    return _(
        "Impossible d’écrire la base {path}. Vérifiez que le dossier existe et que vous avez le droit d’y écrire, "
        "ou choisissez un autre dossier avec --database."
    ).format(path=path)


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors inside the block into FieldappErrors that say what to do now."""
    try:
        yield
    except FieldappError:
        raise
    except sqlite3.IntegrityError:
        raise
    except UnicodeDecodeError as error:
        # sqlite3 could not even read SQLite's own message: the damage it tells of has reached the schema
        raise DamagedDatabaseError(_damaged(path)) from error
    except sqlite3.Error as error:
        raise _sentence(error, path) from error


def _sentence(error: sqlite3.Error, path: Path) -> Exception:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return DatabaseError(
            _(
                "Le disque est plein : la dernière saisie n’a pas pu être enregistrée dans {path}. "
                "Libérez de la place, puis recommencez ; tout ce qui était enregistré l’est toujours."
            ).format(path=path)
        )
    if code == sqlite3.SQLITE_IOERR:
        return DatabaseError(
            _(
                "Le disque n’a pas répondu en écrivant {path} : la dernière saisie n’est pas enregistrée. "
                "Vérifiez le disque (ou la clé USB) et la place libre, puis recommencez."
            ).format(path=path)
        )
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return DatabaseError(
            _(
                "La base {path} est occupée par un autre travail. Attendez qu’il finisse, puis recommencez ; "
                "rien n’est perdu."
            ).format(path=path)
        )
    if is_damage(error):
        return DamagedDatabaseError(_damaged(path))
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
        return DatabaseError(_unwritable(path))
    return error
