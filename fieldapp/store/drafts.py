"""Drafts: what stands in a form and is not a record yet, kept as it was typed, from the first key on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fieldapp.store.connection import Database, translated
from fieldapp.store.records import decode, encode, now


def put(db: Database, key: str, data: Mapping[str, Any]) -> None:
    """Keep the draft under its key, replacing the one before; called at every keystroke.

    It survives the death of the program at once, and a power cut up to the last save: it does not wait for the disk,
    so that typing stays fluid on a slow one. A database that is only to be looked at keeps none.
    """
    if db.refusal:
        return
    is_alone = not db.connection.in_transaction
    with translated(db.path):
        if is_alone:
            db.connection.execute("PRAGMA synchronous = NORMAL")
        try:
            db.connection.execute(
                "INSERT INTO draft (key, data, changed_at) VALUES (?, ?, ?) "
                "ON CONFLICT (key) DO UPDATE SET data = excluded.data, changed_at = excluded.changed_at",
                (key, encode(data).decode(), now()),
            )
        finally:
            if is_alone:
                db.connection.execute("PRAGMA synchronous = FULL")


def get(db: Database, key: str) -> dict[str, Any] | None:
    """Return the draft kept under this key, None when there is none."""
    text = db.value("SELECT data FROM draft WHERE key = ?", (key,))
    return None if text is None else decode(text)


def keys(db: Database, prefix: str = "") -> list[str]:
    """Return the keys of the drafts that wait, those beginning with `prefix`, oldest change first."""
    return [
        row[0]
        for row in db.rows(
            "SELECT key FROM draft WHERE substr(key, 1, ?) = ? ORDER BY changed_at", (len(prefix), prefix)
        )
    ]


def drop(db: Database, key: str) -> None:
    """Forget the draft; inside a save's transaction it goes exactly when the record is kept."""
    if db.refusal:
        return
    with translated(db.path):
        db.connection.execute("DELETE FROM draft WHERE key = ?", (key,))
