"""Records as the rows of their table: the columns, the words of JSON, and reading many by their uids."""

# ruff: noqa: S608 - what is put into a statement's text are names of columns of this program, never values

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import msgspec

from fieldapp.core.record import Record
from fieldapp.store.connection import Database

CHUNK = 500
"""Records looked up and written per statement in bulk work: bounded memory, few round trips."""

COLUMNS = "uid, protocol, entity, parent, data, on_date, cd_nom, deleted"

encode = msgspec.json.Encoder(decimal_format="number").encode
decode = msgspec.json.Decoder().decode


def now() -> str:
    """Return the present instant in UTC, ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def get_many(db: Database, uids: Iterable[str]) -> dict[str, Record]:
    """Return the records that exist among these uids, deleted ones too, by uid."""
    found: dict[str, Record] = {}
    for chunk in chunks(uids):
        rows = db.rows(
            f"SELECT {COLUMNS} FROM (SELECT value FROM json_each(?)) CROSS JOIN record ON uid = value",
            (encode(chunk).decode(),),
        )
        found.update((row[0], from_row(row)) for row in rows)
    return found


def from_row(row: tuple[Any, ...]) -> Record:
    """Return the record of a row that was selected with COLUMNS."""
    uid, protocol, entity, parent, data, on_date, cd_nom, deleted = row
    return Record(uid, protocol, entity, parent, decode(data), on_date, cd_nom, bool(deleted))


def chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield the items in lists of at most CHUNK."""
    rest = iter(items)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
