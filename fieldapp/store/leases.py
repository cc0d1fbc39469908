"""Who holds which ring string, as each hub last said: two tables never offer the same ring."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from fieldapp.store.connection import Database


def replace(connection: sqlite3.Connection, peer: int, leases: Mapping[str, str]) -> None:
    """Keep what a hub said: the device that holds each name."""
    connection.execute("DELETE FROM lease WHERE peer = ?", (peer,))
    connection.executemany(
        "INSERT OR REPLACE INTO lease (name, device, peer) VALUES (?, ?, ?)",
        [(name, device, peer) for name, device in leases.items()],
    )


def held(db: Database) -> dict[str, str]:
    """Return the device that holds each name; a name that nobody holds is absent."""
    return dict(db.rows("SELECT name, device FROM lease"))


def held_by_others(db: Database) -> set[str]:
    """Return the names that other laptops hold."""
    return {name for name, device in held(db).items() if device != db.author.device}
