"""A hub in one SQLite file: the way to begin, and the hub of a ringing table without a network."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import msgspec

from fieldapp.core.text import _
from fieldapp.hub import tables
from fieldapp.hub.errors import StorageError
from fieldapp.hub.sql_storage import SqlStorage
from fieldapp.sync.wire import content_line, visit_digest

BUSY_SECONDS = 30.0
"""How long a write waits for that of another thread or process."""

IDLE_CONNECTIONS = 8
"""How many connections are kept open between two questions."""

_OPTIONS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "trusted_schema = OFF",
    # A request of 5,000 changes is some 10 MB of pages: it fits into the cache and is folded in at one go.
    "cache_size = -32768",
    "wal_autocheckpoint = 8000",
)

_FOR_GOOD = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN})
"""What trying again does not help against."""


class SqliteStorage(SqlStorage):
    """`storage.Storage` in one file, for many threads and processes; one of them writes at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        # Threads of one process wait here, in turn; SQLite's own wait looks again only every tenth of a second.
        self._turn = threading.Lock()

    def close(self) -> None:
        """Close the file; the write-ahead log is folded into it when nobody else has it open."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def look(self) -> None:
        """Raise StorageError unless the file is a hub's that this program knows, or can be made; alter nothing."""
        if not self.path.exists():
            with self._looking():
                return
        address = f"{self.path.absolute().as_uri()}?mode=ro"
        with (
            _translated(self.path),
            contextlib.closing(sqlite3.connect(address, timeout=BUSY_SECONDS, uri=True)) as connection,
        ):
            session = SqliteSession(connection)
            names = {row[0] for row in session.ask("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if names and tables.VERSION_TABLE not in names:
                tables.refuse_foreign(str(self.path))
            tables.refuse_newer(_version(session))

    def migrate(self) -> None:
        """Bring the tables up to date, making them where there are none; several hubs may do so at once."""
        self.look()
        more = True
        while more:
            with self._writing() as session:
                more = tables.one_step(_version(session), tables.SQLITE, session.execute, "?")

    @contextlib.contextmanager
    def _looking(self) -> Iterator[SqliteSession]:
        with self._connection() as connection:
            connection.execute("BEGIN")
            yield SqliteSession(connection)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[SqliteSession]:
        if not self._turn.acquire(timeout=BUSY_SECONDS):
            raise _busy(self.path)
        try:
            with self._connection() as connection:
                connection.execute("BEGIN IMMEDIATE")
                yield SqliteSession(connection)
                connection.execute("COMMIT")
        finally:
            self._turn.release()

    @contextlib.contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection; whatever transaction is open at the end is undone."""
        with _translated(self.path):
            connection = self._taken()
            try:
                yield connection
            except BaseException:
                # Not kept: it may be what failed. Closing it undoes what was begun.
                connection.close()
                raise
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        self._give_back(connection)

    def _taken(self) -> sqlite3.Connection:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        self._make()
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            for option in _OPTIONS:
                connection.execute(f"PRAGMA {option}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _make(self) -> None:
        """Make the file for its owner's eyes only, where there is none; SQLite makes those beside it like it."""
        # Whatever hinders it, SQLite will say it with its own words.
        with contextlib.suppress(OSError):
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if len(self._idle) < IDLE_CONNECTIONS:
                self._idle.append(connection)
                return
        connection.close()


class SqliteSession:
    """`sql_work.Session` on a connection that is in a transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.execute = connection.execute

    def ask(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Return all rows of a question."""
        return self.execute(_sqlite(sql), _values(parameters)).fetchall()

    def do(self, sql: str, *parameters: Any) -> int:
        """Write and return how many rows it concerned."""
        return self.execute(_sqlite(sql), _values(parameters)).rowcount

    def add(self, table: str, columns: str, rows: Sequence[Sequence[Any]]) -> None:
        """Write new rows."""
        self._connection.executemany(_insert(table, columns), rows)

    def put(self, table: str, columns: str, rows: Sequence[Sequence[Any]], conflict: str) -> None:
        """Write rows some of which may be there."""
        self._connection.executemany(f"{_insert(table, columns)} ON CONFLICT {conflict}", rows)

    def visit_digests(self, project: str, visits: list[str], scope: list[str]) -> dict[str, str]:
        """Return the digests of those of these visits that hold something."""
        among = "AND protocol = ANY(%s) " if scope else ""
        sql = (
            "SELECT visit, uid, protocol, entity, parent, data FROM record "  # noqa: S608 - one of two constants
            f"WHERE project = %s AND visit = ANY(%s) AND NOT deleted {among}ORDER BY visit, uid"
        )
        # Row by row: a hundred thousand captures are not in memory at once.
        rows = self.execute(_sqlite(sql), _values([project, visits, *([scope] if scope else ())]))
        return {visit: visit_digest(_line(*row[1:]) for row in found) for visit, found in groupby(rows, itemgetter(0))}


def _line(uid: str, protocol: str, entity: str, parent: str | None, data: str) -> bytes:
    return content_line(uid, protocol, entity, parent, data.encode())


@lru_cache(maxsize=256)
def _sqlite(sql: str) -> str:
    """Return a statement of `sql_work` as SQLite reads it; holding the file stands for holding a row."""
    listed = sql.replace("= ANY(%s)", "IN (SELECT value FROM json_each(?))")
    return listed.replace("%s", "?").replace(" FOR UPDATE", "")


@lru_cache(maxsize=64)
def _insert(table: str, columns: str) -> str:
    marks = ", ".join("?" for _column in columns.split(","))
    return f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608 - names of this program


def _values(parameters: Sequence[Any]) -> list[Any]:
    return [msgspec.json.encode(value).decode() if isinstance(value, list) else value for value in parameters]


def _version(session: SqliteSession) -> int:
    if not session.ask("SELECT 1 FROM sqlite_master WHERE name = %s", tables.VERSION_TABLE):
        return 0
    return int(session.ask("SELECT coalesce(max(version), 0) FROM hub_schema")[0][0])


@contextlib.contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn the errors that the file may cause into sentences; those of our own SQL stay what they are."""
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH}:
            raise
        raise _sentence(path, code, str(error)) from error


def _sentence(path: Path, code: int, detail: str) -> StorageError:
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return _busy(path)
    texts = {
        sqlite3.SQLITE_FULL: _(
            "Le disque qui contient {path} est plein. Libérez de la place ; les portables réessaieront d’eux-mêmes, "
            "rien n’est perdu."
        ),
        sqlite3.SQLITE_NOTADB: _(
            "{path} n’est pas une base de données. Indiquez le fichier du serveur, ou un nouveau."
        ),
        sqlite3.SQLITE_CORRUPT: _(
            "La base {path} est endommagée. Arrêtez le serveur et remettez la dernière sauvegarde."
        ),
        sqlite3.SQLITE_READONLY: _("La base {path} est en lecture seule. Donnez au serveur le droit d’y écrire."),
        sqlite3.SQLITE_CANTOPEN: _(
            "Le fichier {path} ne peut pas être ouvert. Vérifiez que son dossier existe et que le serveur y a accès."
        ),
    }
    other = _("Le disque ne répond pas comme il faut pour {path} ({detail}). Vérifiez-le, puis redémarrez le serveur.")
    sentence = texts.get(code, other).format(path=path, detail=detail)
    return StorageError(sentence, again=code not in _FOR_GOOD, full=code == sqlite3.SQLITE_FULL)


def _busy(path: Path) -> StorageError:
    return StorageError(
        _("La base {path} est occupée depuis plus de {seconds} secondes. Réessayez dans un instant.").format(
            path=path, seconds=round(BUSY_SECONDS)
        )
    )
