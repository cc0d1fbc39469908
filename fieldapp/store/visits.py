"""Visits in order of their date, with what lies below them: what is told of a whole database is read from here.

Nothing is held but one piece of visits at a time, whatever the size of the database.
"""

# ruff: noqa: S608 - what is put into a statement's text are names of columns of this program, never values

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from fieldapp.core.record import Record
from fieldapp.store.connection import Database
from fieldapp.store.records import CHUNK, COLUMNS, encode, from_row

PIECE = 200
"""Visits read at once: with some dozens of lines each, a few megabytes."""

_LAST = "~"  # after every date


def pieces(db: Database, protocol: str, entity: str, first_on: str = "", last_on: str = "") -> Iterator[list[Record]]:
    """Yield the dated records of an entity in order of date, then uid, piece by piece; "" leaves an end open."""
    on_date, uid = first_on, ""
    while True:
        rows = db.rows(
            f"SELECT {COLUMNS} FROM record WHERE protocol = ? AND entity = ? AND deleted = 0 "
            "AND on_date >= ? AND on_date <= ? AND (on_date > ? OR uid > ?) ORDER BY on_date, uid LIMIT ?",
            (protocol, entity, on_date, last_on or _LAST, on_date, uid, PIECE),
        )
        if rows:
            yield [from_row(row) for row in rows]
        if len(rows) < PIECE:
            return
        uid, on_date = rows[-1][0], rows[-1][5]


def undated(db: Database, protocol: str, entity: str) -> Iterator[list[Record]]:
    """Yield the records of an entity that should have a date and have none, in order of uid, piece by piece."""
    uid = ""
    while True:
        rows = db.rows(
            f"SELECT {COLUMNS} FROM record WHERE protocol = ? AND entity = ? AND deleted = 0 AND on_date IS NULL "
            "AND uid > ? ORDER BY uid LIMIT ?",
            (protocol, entity, uid, PIECE),
        )
        if rows:
            yield [from_row(row) for row in rows]
        if len(rows) < PIECE:
            return
        uid = rows[-1][0]


def lines(db: Database, visits: Sequence[str]) -> dict[str, list[Record]]:
    """Return the records right below each of these visits, of any entity, in order of making."""
    return _below(
        db,
        f"SELECT {COLUMNS} FROM record WHERE deleted = 0 AND parent IN (SELECT value FROM json_each(?)) ORDER BY uid",
        visits,
    )


def below_lines(db: Database, visits: Sequence[str]) -> dict[str, list[Record]]:
    """Return the records right below each line of these visits (marks, photos), by the line, in order of making."""
    columns = ", ".join(f"deeper.{name}" for name in COLUMNS.split(", "))
    return _below(
        db,
        f"SELECT {columns} FROM json_each(?) AS visit CROSS JOIN record AS line ON line.parent = visit.value "
        "CROSS JOIN record AS deeper ON deeper.parent = line.uid "
        "WHERE line.deleted = 0 AND deeper.deleted = 0 ORDER BY deeper.uid",
        visits,
    )


def _below(db: Database, sql: str, visits: Sequence[str]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for row in db.rows(sql, (encode(visits).decode(),)):
        record = from_row(row)
        found.setdefault(record.parent or "", []).append(record)
    return found


def parents(db: Database, uids: Iterable[str]) -> set[str]:
    """Return the uids of what lies right above these records."""
    found: set[str] = set()
    rest = iter(uids)
    while chunk := list(islice(rest, CHUNK)):
        rows = db.rows(
            "SELECT DISTINCT parent FROM (SELECT value FROM json_each(?)) CROSS JOIN record ON uid = value "
            "WHERE parent IS NOT NULL",
            (encode(chunk).decode(),),
        )
        found.update(row[0] for row in rows)
    return found


def first_days(db: Database, places: Sequence[str]) -> dict[str, str]:
    """Return the day of the first dated record right below each of these places (ISO), of those that have one."""
    rows = db.rows(
        "SELECT parent, min(on_date) FROM record WHERE deleted = 0 AND on_date IS NOT NULL "
        "AND parent IN (SELECT value FROM json_each(?)) GROUP BY parent",
        (encode(places).decode(),),
    )
    return {row[0]: row[1] for row in rows}
