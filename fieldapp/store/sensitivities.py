"""How far the places of a taxon may be told: reference lists that were loaded, and the key that hides identities.

The association's own rules are records of the directory (entity `sensitivity`), which have a history and sync; a list
is this laptop's own, as a map is. The key is made with the database; with the first batch that needs it, it becomes a
record of the directory that all laptops know, and counts in the place of theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record, make_record
from fieldapp.store import records
from fieldapp.store.connection import Database

EVERYWHERE = ""
"""The department of a rule that holds in all of them."""

KEY = "pseudonym_key"
"""The name of the key in `meta`: made with the database, never told to anybody outside."""

KEY_UID = name_uid("key", KEY)
"""The record of the key that all laptops share."""

_FIGURES = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Rule:
    """The level (SENSIBILITE, 0 to 4) of a taxon in a department ("" for all), and where it comes from."""

    cd_nom: int
    department: str
    level: int
    source: str


def replace_list(db: Database, source: str, rules: Iterable[tuple[int, str, int]]) -> int:
    """Store a list (cd_nom, department, level) in the place of the one of this source; return how many rules it has.

    Of two rules for the same taxon and department the higher level stays.
    """
    with db.transaction() as connection:
        connection.execute("DELETE FROM sensitivity WHERE source = ?", (source,))
        connection.executemany(
            "INSERT INTO sensitivity (cd_nom, department, level, source) VALUES (?1, ?2, ?3, ?4) "
            "ON CONFLICT (cd_nom, department, source) DO UPDATE SET level = max(level, excluded.level)",
            ((*rule, source) for rule in rules),
        )
    return int(db.value("SELECT count(*) FROM sensitivity WHERE source = ?", (source,)))


def remove_list(db: Database, source: str) -> None:
    """Forget the list of this source."""
    with db.transaction() as connection:
        connection.execute("DELETE FROM sensitivity WHERE source = ?", (source,))


def lists(db: Database) -> list[tuple[str, int]]:
    """Return the sources of the lists that are loaded, each with the number of its rules, in order of name."""
    rows = db.rows("SELECT source, count(*) FROM sensitivity GROUP BY source ORDER BY source")
    return [(str(source), int(count)) for source, count in rows]


def rules(db: Database) -> list[Rule]:
    """Return the rules of all lists."""
    found = db.rows("SELECT cd_nom, department, level, source FROM sensitivity ORDER BY cd_nom, department, source")
    return [Rule(*row) for row in found]


def key(db: Database) -> bytes:
    """Return the secret from which the identities of blurred places are made: that of all laptops, else one's own."""
    record = records.get(db, KEY_UID)
    shared = record.data.get("value") if record else None
    is_key = isinstance(shared, str) and _FIGURES.fullmatch(shared)
    return bytes.fromhex(str(shared) if is_key else _own_key(db))


def new_key(db: Database) -> Record | None:
    """Return the record by which this laptop's key becomes that of all, None where they share one already."""
    if records.get(db, KEY_UID) is not None:
        return None
    return make_record("directory", db.protocols["directory"].entity("key"), {"value": _own_key(db)}, None, KEY_UID)


def _own_key(db: Database) -> str:
    return str(db.value("SELECT value FROM meta WHERE name = ?", (KEY,)))
