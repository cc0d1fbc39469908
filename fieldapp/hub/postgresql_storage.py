"""A hub on PostgreSQL: for real use, by many laptops, with as many hub processes as wanted before it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import errors
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from fieldapp.core.text import _
from fieldapp.hub import tables
from fieldapp.hub.errors import StorageError
from fieldapp.hub.sql_storage import SqlStorage

OLDEST = 14
"""The oldest PostgreSQL that the hub runs on."""

CONNECTIONS = 8
"""Most connections of one hub process; whoever comes when all are taken waits."""

WAIT_SECONDS = 15.0
"""How long a request waits for a connection: after a restart of the server, or when all are taken."""

CONNECT_SECONDS = 10

_SETTINGS = {
    "statement_timeout": "60s",
    "lock_timeout": "30s",
    # A hub that lost its network in the middle of a batch lets go of the project.
    "idle_in_transaction_session_timeout": "60s",
    "client_encoding": "UTF8",
    # The sentence for whoever runs the hub quotes the server; what it says must not depend on where it stands.
    "timezone": "UTC",
}

_MIGRATION_LOCK = 0x6669656C64617070
"""The number ("fieldapp" in ASCII) of the lock that a hub holds while it alters the tables."""

_Connection = psycopg.Connection[tuple[Any, ...]]


class PostgresqlStorage(SqlStorage):
    """`storage.Storage` on a PostgreSQL server, for many threads and processes; a project has one writer at a time."""

    def __init__(self, url: str) -> None:
        self._pool: ConnectionPool[_Connection] = ConnectionPool(
            url,
            min_size=1,
            max_size=CONNECTIONS,
            timeout=WAIT_SECONDS,
            reconnect_timeout=CONNECT_SECONDS,
            check=ConnectionPool.check_connection,
            configure=_configure,
            kwargs={"autocommit": True, "connect_timeout": CONNECT_SECONDS, "application_name": "fieldapp hub"},
            open=False,
        )
        self._pool.open()

    def close(self) -> None:
        """Let go of the server."""
        self._pool.close()

    def migrate(self) -> None:
        """Bring the tables up to date, making them where there are none; several hubs may do so at once."""
        more = True
        while more:
            with self._writing() as session:
                session.ask("SELECT pg_advisory_xact_lock(%s)", _MIGRATION_LOCK)
                refuse_strange(session)
                more = tables.one_step(version(session), tables.POSTGRESQL, session.execute, "%s")

    def _looking(self) -> contextlib.AbstractContextManager[PostgresqlSession]:
        return self._transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "ROLLBACK")

    def _writing(self) -> contextlib.AbstractContextManager[PostgresqlSession]:
        # The project's row is locked by the first question, so every later one sees all that was committed before.
        return self._transaction("BEGIN ISOLATION LEVEL READ COMMITTED", "COMMIT")

    @contextlib.contextmanager
    def _transaction(self, begin: str, end: str) -> Iterator[PostgresqlSession]:
        with translated(), self._pool.connection() as connection:
            connection.execute(begin)
            try:
                yield PostgresqlSession(connection)
                connection.execute(end)
            except BaseException:
                # A connection that is lost has undone it already.
                with contextlib.suppress(psycopg.Error):
                    connection.execute("ROLLBACK")
                raise


class PostgresqlSession:
    """`sql_work.Session` on a connection that is in a transaction."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self.execute = connection.execute

    def ask(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Return all rows of a question."""
        return self.execute(sql, _values(parameters)).fetchall()

    def do(self, sql: str, *parameters: Any) -> int:
        """Write and return how many rows it concerned."""
        return self.execute(sql, _values(parameters)).rowcount

    def add(self, table: str, columns: str, rows: Sequence[Sequence[Any]]) -> None:
        """Write new rows; many of them at once by COPY."""
        with self._connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def put(self, table: str, columns: str, rows: Sequence[Sequence[Any]], conflict: str) -> None:
        """Write rows some of which may be there, as one statement: one array for each column."""
        casts = ", ".join(f"%s::{_kind(value)}[]" for value in rows[0])
        self.execute(_insert(table, columns, casts, conflict), [_array(column) for column in zip(*rows, strict=True)])

    def visit_digests(self, project: str, visits: list[str], scope: list[str]) -> dict[str, str]:
        """Return the digests of those of these visits that hold something: `wire.content_line` written in SQL."""
        among = " AND protocol = ANY(%s)" if scope else ""
        rows = self.ask(
            f"""
            SELECT visit, encode(sha256(string_agg(convert_to(
                concat_ws(E'\\t', uid, protocol, entity, coalesce(parent, ''), data) || E'\\n', 'UTF8'
            ), ''::bytea ORDER BY uid)), 'hex')
            FROM record WHERE project = %s AND visit = ANY(%s) AND NOT deleted{among} GROUP BY visit
            """,  # noqa: S608 - one of two constants
            *(project, visits, *([scope] if scope else ())),
        )
        return dict(rows)


@lru_cache(maxsize=64)
def _insert(table: str, columns: str, casts: str, conflict: str) -> str:
    rows = f"SELECT * FROM unnest({casts})"  # noqa: S608 - names of this program
    return f"INSERT INTO {table} ({columns}) {rows} ON CONFLICT {conflict}"


def _values(parameters: Sequence[Any]) -> list[Any]:
    return [_array(value) if isinstance(value, list) else value for value in parameters]


def _array(values: Sequence[Any]) -> str | list[Any]:
    """Return the values of a column as PostgreSQL writes an array, four times as fast as psycopg does.

    Source: PostgreSQL, "Array Input and Output Syntax".
    """
    if any(isinstance(value, bytes) for value in values):
        return list(values)
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: str | int | None) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "NULL" if value is None else str(value)


def _kind(value: Any) -> str:
    """Return the type of a column by the value in it; only texts may be missing."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "bigint"
    return "bytea" if isinstance(value, bytes) else "text"


def _configure(connection: _Connection) -> None:
    sets = ", ".join("set_config(%s, %s, false)" for _setting in _SETTINGS)
    connection.execute(f"SELECT {sets}", [word for pair in _SETTINGS.items() for word in pair])


def version(session: PostgresqlSession) -> int:
    """Return the version of a hub's tables, 0 where there are none."""
    if session.ask("SELECT to_regclass(%s)", tables.VERSION_TABLE)[0][0] is None:
        return 0
    return int(session.ask("SELECT coalesce(max(version), 0) FROM hub_schema")[0][0])


def refuse_strange(session: PostgresqlSession) -> None:
    """Raise StorageError unless the database is a hub's, or empty but for what extensions (PostGIS) bring."""
    if session.ask("SELECT to_regclass(%s)", tables.VERSION_TABLE)[0][0] is not None:
        return
    others = session.ask(
        """
        SELECT relname, current_database() FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
        AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid
                        AND deptype = 'e')
        LIMIT 1
        """
    )
    if others:
        tables.refuse_foreign(_("La base « {name} »").format(name=others[0][1]))


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turn what the server or the way to it may cause into sentences; mistakes in our own SQL stay what they are."""
    try:
        yield
    except errors.DiskFull as error:
        raise StorageError(
            _(
                "Le disque du serveur PostgreSQL est plein. Libérez de la place ; les portables réessaieront "
                "d’eux-mêmes, rien n’est perdu."
            ),
            full=True,
        ) from error
    except (errors.InsufficientPrivilege, errors.InvalidSchemaName, errors.ReadOnlySqlTransaction) as error:
        raise StorageError(
            _(
                "Le compte PostgreSQL du serveur n’a pas le droit d’écrire dans sa base ({detail}). Donnez-lui la base "
                "(ALTER DATABASE … OWNER TO …), puis redémarrez."
            ).format(detail=first_line(error)),
            again=False,
        ) from error
    except errors.ProgramLimitExceeded as error:
        # Some text is longer than an index takes; trying again would bring it again.
        raise StorageError(
            _("La base PostgreSQL ne peut pas garder un texte aussi long ({detail}). Rien n’a été écrit.").format(
                detail=first_line(error)
            ),
            again=False,
        ) from error
    except (psycopg.OperationalError, PoolTimeout, PoolClosed, errors.SerializationFailure) as error:
        raise StorageError(
            _("La base PostgreSQL ne répond pas ({detail}). Rien n’est perdu : réessayez dans un instant.").format(
                detail=first_line(error)
            )
        ) from error


def first_line(error: Exception) -> str:
    """Return what PostgreSQL said, in one line; it never holds a password."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
