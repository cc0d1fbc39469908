"""Walks over visits and what lies around them, for an index beside the database: records with this file's own numbers.

A number is good as long as the file lives, and tells a record in four bytes where its uid takes thirty-six.
"""

# ruff: noqa: S608 - what is put into a statement's text are names of columns of this program, never values

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from fieldapp.core.record import Record
from fieldapp.store import taxa
from fieldapp.store.connection import Database
from fieldapp.store.records import COLUMNS, decode, encode, from_row

CHUNK = 2_000
"""Uids or numbers that go into one statement."""

Numbered = tuple[int, Record]
"""A record and its number in this file."""


def newest(db: Database) -> tuple[int, str]:
    """Return number and uid of the newest change, (0, "") before the first."""
    rows = db.rows("SELECT id, uid FROM change ORDER BY id DESC LIMIT 1")
    return (int(rows[0][0]), str(rows[0][1])) if rows else (0, "")


def is_change(db: Database, number: int, uid: str) -> bool:
    """Return whether this file holds the change of this number and uid; (0, "") stands for none and is in every one."""
    return not number or db.value("SELECT uid FROM change WHERE id = ?", (number,)) == uid


def touched(db: Database, after: int) -> set[str]:
    """Return the uids of the records that changes after this number touched, and of those that they lay below before.

    A record may have left a parent that no change names.
    """
    rows = db.rows("SELECT record, json_extract(before, '$._parent') FROM change WHERE id > ?", (after,))
    return {uid for row in rows for uid in row if uid}


def by_uid(db: Database, uids: Iterable[str]) -> dict[str, Numbered]:
    """Return the records that exist among these, deleted ones too, by uid."""
    found: dict[str, Numbered] = {}
    for row in _in_chunks(db, f"SELECT id, {COLUMNS} FROM record WHERE uid IN (SELECT value FROM json_each(?))", uids):
        found[row[1]] = (row[0], from_row(row[1:]))
    return found


def by_number(db: Database, numbers: Iterable[int]) -> dict[int, Record]:
    """Return the records of these numbers, deleted ones too."""
    sql = f"SELECT id, {COLUMNS} FROM record WHERE id IN (SELECT value FROM json_each(?))"
    return {row[0]: from_row(row[1:]) for row in _in_chunks(db, sql, numbers)}


def numbers(db: Database, uids: Iterable[str]) -> dict[str, int]:
    """Return the numbers of the records that exist among these, by uid."""
    return dict(_in_chunks(db, "SELECT uid, id FROM record WHERE uid IN (SELECT value FROM json_each(?))", uids))


def uids(db: Database, numbers: Iterable[int]) -> dict[int, str]:
    """Return the uids of the live records of these numbers."""
    sql = "SELECT id, uid FROM record WHERE deleted = 0 AND id IN (SELECT value FROM json_each(?))"
    return dict(_in_chunks(db, sql, numbers))


def below(db: Database, parents: Iterable[str], entity: str) -> list[Numbered]:
    """Return the live records of an entity right below these parents, in order of making."""
    sql = (
        f"SELECT id, {COLUMNS} FROM record WHERE deleted = 0 AND parent IN (SELECT value FROM json_each(?1)) "
        "AND entity = ?2 ORDER BY id"
    )
    return [(row[0], from_row(row[1:])) for row in _in_chunks(db, sql, parents, entity)]


def years(db: Database, protocol: str, entity: str) -> dict[str, int]:
    """Return how many live records of the entity there are by year, newest first; "" stands for those without a date.

    Those without a date are looked for among all records: this is for work in the background.
    """
    found = db.rows(
        "SELECT substr(on_date, 1, 4), count(*) FROM record WHERE protocol = ? AND entity = ? AND deleted = 0 "
        "AND on_date IS NOT NULL GROUP BY 1 ORDER BY 1 DESC",
        (protocol, entity),
    )
    found += db.rows(
        "SELECT '', count(*) FROM record WHERE protocol = ? AND entity = ? AND deleted = 0 AND on_date IS NULL "
        "HAVING count(*) > 0",
        (protocol, entity),
    )
    return {str(year): int(count) for year, count in found}


def places(db: Database, protocol: str, entity: str, year: str) -> list[tuple[str, int]]:
    """Return where the live visits of a year ("": without a date) lie, each with how many of them.

    A place is the uid of what lies right above them; a visit below nothing is its own.
    """
    condition, values = _of_year(year)
    rows = db.rows(
        f"SELECT coalesce(parent, uid), count(*) FROM record WHERE protocol = ? AND entity = ? AND deleted = 0 "
        f"AND {condition} GROUP BY 1",
        (protocol, entity, *values),
    )
    return [(place, int(count)) for place, count in rows]


def visits(db: Database, protocol: str, entity: str, year: str, places: Sequence[str]) -> list[Numbered]:
    """Return the live visits of a year ("": without a date) that lie at these places (see `places`), by date."""
    condition, dates = _of_year(year)
    found: list[Numbered] = []
    for lies in ("parent IN", "parent IS NULL AND uid IN"):
        sql = (
            f"SELECT id, {COLUMNS} FROM record WHERE deleted = 0 AND {lies} (SELECT value FROM json_each(?)) "
            f"AND protocol = ? AND entity = ? AND {condition} ORDER BY on_date, id"
        )
        rows = _in_chunks(db, sql, places, protocol, entity, *dates)
        found += [(row[0], from_row(row[1:])) for row in rows]
    return found


def dated_below(db: Database, tops: Iterable[str], entities: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return protocol, place (see `places`) and year ("": no date) of the visits at or below these records, each once.

    `entities` gives the entity of the visits by protocol: the walk stops at them.
    """
    sql = (
        "WITH RECURSIVE under (uid, protocol, parent, on_date, stops) AS ("
        " SELECT r.uid, r.protocol, r.parent, r.on_date, v.value IS r.entity FROM record AS r"
        "  LEFT JOIN json_each(?2) AS v ON v.key = r.protocol WHERE r.uid IN (SELECT value FROM json_each(?1))"
        " UNION SELECT r.uid, r.protocol, r.parent, r.on_date, v.value IS r.entity FROM under"
        "  JOIN record AS r ON r.parent = under.uid AND r.deleted = 0"
        "  LEFT JOIN json_each(?2) AS v ON v.key = r.protocol WHERE NOT under.stops"
        ") SELECT DISTINCT protocol, coalesce(parent, uid), coalesce(substr(on_date, 1, 4), '') FROM under WHERE stops"
    )
    return list(dict.fromkeys(_in_chunks(db, sql, tops, encode(entities).decode())))


def disputed(db: Database) -> list[int]:
    """Return the numbers of the records of which a field is disputed."""
    rows = db.rows(
        "SELECT id FROM record WHERE uid IN (SELECT record FROM dispute WHERE settled_at IS NULL) AND deleted = 0"
    )
    return [row[0] for row in rows]


def cd_nom_of(db: Database, text: str) -> list[int]:
    """Return the cd_nom whose names hold a word that begins with each of the words typed."""
    if not (query := taxa.match_query(text)):
        return []
    return [row[0] for row in db.rows(taxa.CD_NOM_OF_MATCH.replace(":match", "?1"), (query,))]


def moved(db: Database, protocol: str, entity: str) -> list[tuple[int, str, dict[str, Any]]]:
    """Return each change of the position of an entity's records, oldest first: number, instant (UTC), values before.

    The values are those that the change altered, as they were before it.
    """
    rows = db.rows(
        "SELECT r.id, a.made_at, c.before FROM record AS r CROSS JOIN change AS c ON c.record = r.uid "
        "JOIN action AS a ON a.id = c.action WHERE r.protocol = ? AND r.entity = ? AND r.deleted = 0 "
        "AND c.before IS NOT NULL AND c.withdrawn = 0 AND "
        "(json_type(c.before, '$.longitude') IS NOT NULL OR json_type(c.before, '$.latitude') IS NOT NULL) "
        "ORDER BY r.id, c.id",
        (protocol, entity),
    )
    return [(number, made_at, decode(before)) for number, made_at, before in rows]


def _of_year(year: str) -> tuple[str, tuple[str, ...]]:
    """Return the condition of a year on the date, with its values."""
    return ("on_date BETWEEN ? AND ?", (f"{year}-", f"{year}-9")) if year else ("on_date IS NULL", ())


def _in_chunks(db: Database, sql: str, items: Iterable[Any], *values: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a statement that takes a list of `items` as its first parameter, chunk by chunk."""
    rest = iter(items)
    while chunk := list(islice(rest, CHUNK)):
        yield from db.rows(sql, (encode(chunk).decode(), *values))
