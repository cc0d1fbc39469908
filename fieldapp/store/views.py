"""Flat views, one per protocol and entity, so that QGIS, R or Datasette read columns from the database file."""

from __future__ import annotations

import re
import zlib

import msgspec

from fieldapp.core.schema import Entity
from fieldapp.store.connection import Database
from fieldapp.store.records import encode

FIXED = ("uid", "parent", "on_date", "cd_nom")
"""Columns that every view begins with."""

_META = "views"
_PLAIN = re.compile(r"\w+", re.ASCII)


class _Made(msgspec.Struct, frozen=True):
    digest: str
    names: tuple[str, ...]


def refresh(db: Database) -> bool:
    """Make the views of the database's protocols, when their fields are not those of the last time; return whether.

    A view is named `<protocol>_<entity>`; its columns are uid, parent, on_date, cd_nom, then each field by its name
    (a list as JSON text, a boolean as 0 or 1, NULL for what was not filled in). Deleted records are left out.
    """
    views = {view_name(code, item): select(code, item) for code, p in db.protocols.items() for item in p.entities}
    digest = f"{zlib.crc32(encode(views)):08x}"
    value = db.value("SELECT value FROM meta WHERE name = ?", (_META,))
    made = _Made("", ()) if value is None else msgspec.json.decode(value, type=_Made)
    if made.digest == digest:
        return False
    with db.transaction() as connection:
        for name in {*made.names, *views}:
            connection.execute(f"DROP VIEW IF EXISTS {_quoted(name)}")
        for name, statement in views.items():
            connection.execute(f"CREATE VIEW {_quoted(name)} AS {statement}")
        connection.execute(
            "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (_META, encode(_Made(digest, tuple(views))).decode()),
        )
    return True


def view_name(protocol_code: str, entity: Entity) -> str:
    """Return the name of the view of an entity."""
    return f"{protocol_code}_{entity.code}"


def select(protocol_code: str, entity: Entity) -> str:
    """Return the SELECT of an entity's view; every name is quoted, for protocols may come from outside."""
    columns = [f"record.{name} AS {name}" for name in FIXED]
    taken = {name.casefold() for name in FIXED}
    for field in entity.fields:
        if field.name == "cd_nom" and entity.taxon_field == "cd_nom":
            continue
        name = field.name
        while name.casefold() in taken:
            name += "_"
        taken.add(name.casefold())
        columns.append(f"{_value(field.name)} AS {_quoted(name)}")
    return (
        f"SELECT {', '.join(columns)} FROM record "  # noqa: S608 - quoted above
        f"WHERE protocol = {_text(protocol_code)} AND entity = {_text(entity.code)} AND deleted = 0"
    )


def _value(name: str) -> str:
    if _PLAIN.fullmatch(name):
        return f"json_extract(record.data, {_text(f'$.{name}')})"
    # A JSON path can't hold every character, a key can.
    return f"(SELECT value FROM json_each(record.data) WHERE key = {_text(name)})"  # noqa: S608 - quoted


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
