"""Looking at a PostgreSQL server before it is used: is it there, does it let us in, is it one for a hub."""

from __future__ import annotations

import psycopg
from psycopg import conninfo

from fieldapp.core.text import _
from fieldapp.hub import tables
from fieldapp.hub.errors import StorageError
from fieldapp.hub.postgresql_storage import (
    CONNECT_SECONDS,
    OLDEST,
    PostgresqlSession,
    PostgresqlStorage,
    first_line,
    refuse_strange,
    translated,
    version,
)


def open_postgresql(url: str) -> PostgresqlStorage:
    """Return the storage at this address; StorageError says why not."""
    try:
        conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise StorageError(
            _(
                "Cette adresse de PostgreSQL ne se lit pas. Écrivez-la ainsi : "
                "postgresql://utilisateur:mot-de-passe@machine:5432/base"
            ),
            again=False,
        ) from error
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_SECONDS)
    except psycopg.OperationalError as error:
        raise _no_way_in(url, error) from error
    with translated(), connection:
        _refuse_unfit(connection)
        session = PostgresqlSession(connection)
        refuse_strange(session)
        tables.refuse_newer(version(session))
    return PostgresqlStorage(url)


def _refuse_unfit(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    found = connection.info.server_version // 10_000
    if found < OLDEST:
        raise StorageError(
            _("Ce serveur est un PostgreSQL {found} ; il en faut un {oldest} ou plus récent. Mettez-le à jour.").format(
                found=found, oldest=OLDEST
            ),
            again=False,
        )
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise StorageError(
            _(
                "Cette base PostgreSQL est codée en {encoding} ; il la faut en UTF8. Créez-en une autre : "
                "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0."
            ).format(encoding=encoding),
            again=False,
        )


def _no_way_in(url: str, error: psycopg.OperationalError) -> StorageError:
    """Return why the server can't be reached or does not let us in; never the address itself, it holds the password."""
    given = conninfo.conninfo_to_dict(url)
    place = f"{given.get('host', 'localhost')}:{given.get('port', 5432)}"
    detail = first_line(error)
    if psycopg.pq.PGconn.ping(url.encode()) != psycopg.pq.Ping.OK:
        return StorageError(
            _(
                "Aucun serveur PostgreSQL ne répond à {place}. Vérifiez l’adresse et qu’il est démarré, puis "
                "recommencez. ({detail})"
            ).format(place=place, detail=detail)
        )
    # The server says it in its own language, but always quotes what it speaks of.
    said = detail.rpartition("failed: ")[2]
    name, user = str(given.get("dbname", "")), str(given.get("user", ""))
    pgconn = error.pgconn
    asked = pgconn is not None and (pgconn.needs_password or pgconn.used_password)
    if asked and not (name and name in said and user not in said):
        return StorageError(
            _(
                "Le serveur PostgreSQL {place} refuse l’utilisateur « {user} » ou son mot de passe. Corrigez-les dans "
                "l’adresse. ({detail})"
            ).format(place=place, user=user, detail=detail),
            again=False,
        )
    return StorageError(
        _(
            "Le serveur PostgreSQL {place} n’ouvre pas la base « {name} » : {detail}. Vérifiez son nom et les droits "
            "de l’utilisateur."
        ).format(place=place, name=name, detail=detail),
        again=False,
    )
