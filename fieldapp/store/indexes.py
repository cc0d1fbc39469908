"""Indexes on the fields by which a protocol finds its records at once (for banding: the ring)."""

from __future__ import annotations

from fieldapp.core.schema import Entity
from fieldapp.store.connection import Database

_PREFIX = "field"


def refresh(db: Database) -> bool:
    """Make the indexes that the database's protocols ask for and drop those nobody asks for any more.

    One that stands there under its name with another statement, from an older version, is made anew. Return whether
    anything changed. Making one walks all records once; afterwards it costs nothing at opening.
    """
    wanted = {
        name: statement
        for code, protocol in db.protocols.items()
        for entity in protocol.entities
        for name, statement in _statements(code, entity).items()
    }
    present = dict(
        db.rows(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND name LIKE ? AND tbl_name = 'record'",
            (f"{_PREFIX}:%",),
        )
    )
    if present == wanted:
        return False
    with db.transaction() as connection:
        for name in [name for name in present if present[name] != wanted.get(name)]:
            connection.execute(f'DROP INDEX "{name}"')
        for name in [name for name in wanted if present.get(name) != wanted[name]]:
            connection.execute(wanted[name])
    return True


def _statements(protocol: str, entity: Entity) -> dict[str, str]:
    """Return the statement of each index by its name; codes and names of fields are plain words (a test says so)."""
    found = {}
    for field in entity.indexed:
        name = f"{_PREFIX}:{protocol}:{entity.code}:{field}"
        found[name] = (
            f"CREATE INDEX \"{name}\" ON record (json_extract(data, '$.{field}')) "
            f"WHERE protocol = '{protocol}' AND entity = '{entity.code}' AND deleted = 0 "
            f"AND json_extract(data, '$.{field}') IS NOT NULL"
        )
    return found
