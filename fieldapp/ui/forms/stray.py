"""A draft that stands under another key than its sheet looks under: what was typed is never out of reach."""

from __future__ import annotations

from typing import Any

from fieldapp.store import drafts, records
from fieldapp.store.connection import Database


def stray_draft(db: Database, prefix: str, of: tuple[int, int], *, is_stored: bool) -> tuple[str, dict[str, Any]]:
    """Return key and draft of this place, year and passage (`of`) under another key, ("", {}) when there is none.

    `prefix` begins the keys of the place. The draft of a visit whose first save was undone is taken up by a new sheet;
    that of a new sheet by the stored visit of the same passage, which came by an import meanwhile (`is_stored`).
    """
    for key in drafts.keys(db, prefix):
        last = key.removeprefix(prefix)
        found = drafts.get(db, key) or {}
        if last.isdigit():
            if is_stored and last == f"{of[0]}{of[1]:02}":
                return key, found
        elif not is_stored and (found.get("year", of[0]), found.get("passage")) == of:
            owner = records.get(db, last)
            if owner is None or owner.deleted:
                return key, found
    return "", {}
