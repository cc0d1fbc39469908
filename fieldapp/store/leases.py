"""Who holds which ring string, as each hub last said: two tables never offer the same ring."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from fieldapp.store.connection import Database

HOURS = 24
"""How long a name stays with a laptop when the hub that said so is not heard of any more; the hub lets go as late."""


def replace(connection: sqlite3.Connection, peer: int, leases: Mapping[str, str]) -> None:
    """Keep what a hub said: the device that holds each name."""
    connection.execute("DELETE FROM lease WHERE peer = ?", (peer,))
    connection.executemany(
        "INSERT OR REPLACE INTO lease (name, device, peer) VALUES (?, ?, ?)",
        [(name, device, peer) for name, device in leases.items()],
    )


def held(db: Database) -> dict[str, str]:
    """Return the device that holds each name; a name that nobody holds, or of which nothing new is known, is absent."""
    since = (datetime.now(UTC) - timedelta(hours=HOURS)).isoformat(timespec="milliseconds")
    return dict(
        db.rows(
            "SELECT l.name, l.device FROM lease AS l JOIN peer AS p ON p.id = l.peer "
            "WHERE max(p.synced_at, p.joined_at) > ?",
            (since,),
        )
    )


def held_by_others(db: Database) -> set[str]:
    """Return the names that other laptops hold."""
    return {name for name, device in held(db).items() if device != db.author.device}


def people(db: Database, devices: Iterable[str]) -> dict[str, str]:
    """Return who saved something last on each of these laptops (the uid of a person); a laptop of nobody is absent."""
    sql = "SELECT who FROM action WHERE device = ? AND who <> '' ORDER BY id DESC LIMIT 1"
    found = {device: db.rows(sql, (device,)) for device in devices}
    return {device: str(rows[0][0]) for device, rows in found.items() if rows}
