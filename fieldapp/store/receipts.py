"""Receipts: for each visit that was exchanged, whether the other side was seen to hold just what is here."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Literal

import msgspec

from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.store.records import encode

State = Literal["waiting", "identical", "different"]
Line = Callable[[str, str, str, str | None, bytes], bytes]
Digest = Callable[[Iterable[bytes]], str]

VISITS_AT_ONCE = 20
"""Visits whose records are read together: a session of banding may have a thousand."""

TRIES = 3
"""How often a visit is found different before nothing more is tried."""

# Named, for SQLite would walk all receipts of the peer: its key begins as these indexes do.
_WAITING = "receipt INDEXED BY receipt_to_get WHERE peer = ? AND state = 'waiting'"
_DIFFERENT = "receipt INDEXED BY receipt_different WHERE peer = ? AND state = 'different'"

_decode = msgspec.json.Decoder(dict[str, Any]).decode
_canonical = msgspec.json.Encoder(order="sorted").encode


def waiting(db: Database, peer: int, limit: int) -> list[str]:
    """Return visits of which a receipt is to come."""
    rows = db.rows(f"SELECT visit FROM {_WAITING} LIMIT ?", (peer, limit))  # noqa: S608 - a table and its condition
    return [row[0] for row in rows]


def expect(connection: sqlite3.Connection, peer: int, visits: Iterable[str]) -> None:
    """Want receipts of these visits, whatever was known of them."""
    at = records.now()
    connection.executemany(
        "INSERT INTO receipt (peer, visit, state, at) VALUES (?, ?, 'waiting', ?) ON CONFLICT (peer, visit) "
        "DO UPDATE SET state = 'waiting', at = excluded.at",
        [(peer, visit, at) for visit in visits],
    )


def note(connection: sqlite3.Connection, peer: int, states: Mapping[str, State]) -> None:
    """Keep what the comparison of visits has shown."""
    at = records.now()
    connection.executemany(
        "UPDATE receipt SET state = ?1, at = ?2, tries = CASE ?1 WHEN 'different' THEN tries + 1 ELSE 0 END "
        "WHERE peer = ?3 AND visit = ?4",
        [(state, at, peer, visit) for visit, state in states.items()],
    )


def ask_again(connection: sqlite3.Connection, peer: int) -> None:
    """Want receipts once more of the visits that were found different fewer than TRIES times."""
    connection.execute(
        "UPDATE receipt INDEXED BY receipt_different SET state = 'waiting' "
        "WHERE peer = ? AND state = 'different' AND tries < ?",
        (peer, TRIES),
    )


def stay_different(db: Database, peer: int) -> bool:
    """Return whether a visit was found different the second time just now, with all that is known exchanged."""
    sql = f"SELECT 1 FROM {_DIFFERENT} AND tries = ? LIMIT 1"  # noqa: S608 - a table and its condition
    return bool(db.rows(sql, (peer, TRIES - 1)))


def open_counts(db: Database, peer: int) -> tuple[int, int]:
    """Return of how many visits the receipt is to come, and how many are different; the others are not counted."""
    waits = db.value(f"SELECT count(*) FROM {_WAITING}", (peer,))  # noqa: S608 - a table and its condition
    differs = db.value(f"SELECT count(*) FROM {_DIFFERENT}", (peer,))  # noqa: S608 - a table and its condition
    return int(waits), int(differs)


def counts(db: Database, peer: int) -> dict[str, int]:
    """Return how many visits there are by state of their receipt."""
    return dict(db.rows("SELECT state, count(*) FROM receipt WHERE peer = ? GROUP BY state", (peer,)))


def different(db: Database, peer: int) -> list[str]:
    """Return the visits of which the other side holds something else, though all was exchanged."""
    rows = db.rows(f"SELECT visit FROM {_DIFFERENT}", (peer,))  # noqa: S608 - a table and its condition
    return [row[0] for row in rows]


def forget_before(db: Database, instant: str) -> None:
    """Let go of receipts of an earlier season: `instant` is UTC."""
    with db.transaction() as connection:
        connection.execute("DELETE FROM receipt WHERE state = 'identical' AND at < ?", (instant,))


def lines(db: Database, visits: Sequence[str], line: Line) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield for each visit that has any the lines of its records that are not deleted, in order of their uid."""
    for first in range(0, len(visits), VISITS_AT_ONCE):
        part = visits[first : first + VISITS_AT_ONCE]
        for visit, found in groupby(_living(db, part), key=itemgetter(0)):
            yield visit, (line(row[1], row[2], row[3], row[4], _canonical(_decode(row[5]))) for row in found)


def _living(db: Database, visits: Sequence[str]) -> list[tuple[Any, ...]]:
    return db.rows(
        "WITH RECURSIVE part (visit, uid) AS (SELECT value, value FROM json_each(?1) UNION "
        "SELECT part.visit, r.uid FROM part CROSS JOIN record AS r ON r.parent = part.uid AND r.deleted = 0 "
        "WHERE part.visit IN (SELECT value FROM json_each(?2))) "
        "SELECT visit, uid, protocol, entity, parent, data FROM part JOIN record USING (uid) WHERE deleted = 0 "
        "ORDER BY visit, uid",
        (encode(list(visits)).decode(), encode(_holding(db, visits)).decode()),
    )


def _holding(db: Database, visits: Sequence[str]) -> list[str]:
    """Return those that are visits, to which all below belongs; the others stand for themselves."""
    rows = db.rows(
        "SELECT uid, protocol, entity FROM record WHERE uid IN (SELECT value FROM json_each(?))",
        (encode(list(visits)).decode(),),
    )
    return [uid for uid, protocol, entity in rows if db.protocols[protocol].entity(entity).date_field]
