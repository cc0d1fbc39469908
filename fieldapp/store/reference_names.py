"""The names of the national reference lie in one of two tables; a newer file is put into the other, and then they swap.

Half a million names take half a minute. They go in by short transactions, so that whoever saves meanwhile need not
wait, and nobody reads them before the swap, which is one short transaction too. What a killed program left half put in
goes away when the next one begins.
"""

# ruff: noqa: S608 - what is put into a statement's text are names of tables and columns of this program, never values

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec

from fieldapp.core.errors import FieldappError
from fieldapp.core.ids import new_uid
from fieldapp.core.schema import Taxon
from fieldapp.core.text import _
from fieldapp.store import taxon_rows
from fieldapp.store.connection import Database
from fieldapp.store.rows import encode

TABLES = ("taxref_a", "taxref_b")
"""The two tables; each has its index of words beside it, called `<table>_names`."""

IN_USE = "taxa:taxref"
"""The entry of `meta` that names the table in use."""

_STAGING = "taxref_staging"
_SECOND = 1_000_000_000  # ids of names that are not valid, or have no French name, are this much larger
_CHUNK = 10_000
"""Names put in by one transaction: about a third of a second on a slow laptop."""

_SEGMENTS = 1_000
"""Pieces that an index may consist of before it merges them on its own: never, for that would take long at once."""

_HASH_BYTES = 64 << 20
_PAGES = 500
_PAUSE_S = 0.05
"""Between two steps of merging: whoever waits to save looks at least every tenth of a second."""


class InUse(msgspec.Struct, frozen=True):
    """Which table holds the names of now, how many they are, and the digest of what they were made from ("")."""

    table: str
    digest: str
    count: int


class Staged(NamedTuple):
    """Names that were put into the spare table and are not in use yet."""

    table: str
    names: int
    token: str


def in_use(db: Database) -> InUse | None:
    """Return where the names of now are, None where there are none; ask within one snapshot with what reads them."""
    value = db.value("SELECT value FROM meta WHERE name = ?", (IN_USE,))
    return None if value is None else msgspec.json.decode(value, type=InUse)


def stage(db: Database, names: Iterable[Taxon]) -> Staged:
    """Put names into the spare table, the valid ones with a French name first, without keeping anybody from saving.

    Raises sqlite3.IntegrityError for one cd_nom twice, FieldappError when another import began meanwhile, and whatever
    `names` raises: then nothing of them is left.
    """
    table, token = _spare(db), new_uid()
    _begin(db, table, token)
    rows = _rows(names)
    count = 0
    try:
        while chunk := sorted(islice(rows, _CHUNK), key=itemgetter(0)):
            with db.transaction() as connection:
                _refuse_other(db, token)
                marks = ", ".join("?" * taxon_rows.WIDTH)
                connection.executemany(f"INSERT INTO {table} VALUES ({marks})", chunk)
                connection.executemany(
                    f"INSERT INTO {table}_names (rowid, words) VALUES (?, ?)", [(row[0], row[-1]) for row in chunk]
                )
            count += len(chunk)
        _merge(db, f"{table}_names", token)
    except BaseException:
        # What can't be put away now is put away by whoever begins next.
        with contextlib.suppress(FieldappError):
            _give_up(db, table, token)
        raise
    return Staged(table, count, token)


def swap(db: Database, staged: Staged, digest: str = "") -> None:
    """Take the staged names into use in the place of those before, in the transaction of the caller.

    Raises FieldappError when another import began meanwhile.
    """
    with db.transaction() as connection:
        _refuse_other(db, staged.token)
        _note(connection, IN_USE, encode(InUse(staged.table, digest, staged.names)).decode())
        connection.execute("DELETE FROM meta WHERE name = ?", (_STAGING,))


def clear_spare(db: Database) -> None:
    """Make room: delete the names that are not in use any more, unless somebody is putting new ones there."""
    with db.transaction() as connection:
        if db.value("SELECT 1 FROM meta WHERE name = ?", (_STAGING,)) is None:
            _empty(connection, _spare(db))


def _spare(db: Database) -> str:
    known = in_use(db)
    return TABLES[known is not None and known.table == TABLES[0]]


def _begin(db: Database, table: str, token: str) -> None:
    with db.transaction() as connection:
        _note(connection, _STAGING, token)
        _empty(connection, table)
        for name, value in (("automerge", 0), ("crisismerge", _SEGMENTS), ("hashsize", _HASH_BYTES)):
            connection.execute(f"INSERT INTO {table}_names ({table}_names, rank) VALUES ('{name}', {value})")


def _give_up(db: Database, table: str, token: str) -> None:
    with db.transaction() as connection:
        _refuse_other(db, token)
        _empty(connection, table)
        connection.execute("DELETE FROM meta WHERE name = ?", (_STAGING,))


def _empty(connection: sqlite3.Connection, table: str) -> None:
    # These names are no secret: writing zeros over all of them would take long at once.
    known = connection.execute("PRAGMA secure_delete").fetchone()[0]
    connection.execute("PRAGMA secure_delete = OFF").fetchall()
    connection.execute(f"DELETE FROM {table}")
    connection.execute(f"INSERT INTO {table}_names ({table}_names) VALUES ('delete-all')")
    connection.execute(f"PRAGMA secure_delete = {int(known)}").fetchall()


def _merge(db: Database, index: str, token: str) -> None:
    """Make one sorted piece of an index, step by step: each keystroke then reads one place."""
    pages = -_PAGES  # the first step takes all pieces together
    while True:
        with db.transaction() as connection:
            _refuse_other(db, token)
            before = connection.total_changes
            connection.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('merge', ?)", (pages,))
            if connection.total_changes - before < 2:
                return  # FTS5 says so that nothing is left to merge
        pages = _PAGES
        time.sleep(_PAUSE_S)


def _refuse_other(db: Database, token: str) -> None:
    if db.value("SELECT value FROM meta WHERE name = ?", (_STAGING,)) != token:
        raise FieldappError(
            _("Un autre chargement de TAXREF a commencé entre-temps : celui-ci s’arrête, les noms d’avant restent.")
        )


def _note(connection: sqlite3.Connection, name: str, value: str) -> None:
    connection.execute(
        "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def _rows(names: Iterable[Taxon]) -> Iterator[tuple[Any, ...]]:
    for place, taxon in enumerate(names):
        is_first = taxon.nom_vern and taxon.cd_nom == taxon.cd_ref
        yield taxon_rows.row(place if is_first else place + _SECOND, taxon)
