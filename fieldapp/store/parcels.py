"""Files of changes, written for others and read from others: which they follow, what they held, who has them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fieldapp.store import outbox, records
from fieldapp.store.connection import Database
from fieldapp.store.outbox import Parcel, Row
from fieldapp.store.placing import Placing
from fieldapp.store.records import decode, encode

OUT, IN = "out", "in"

WINDOW = 20_000
"""Changes that are looked at together to keep visits whole: bounded memory, however many there are."""

_COLUMNS = "uid, direction, device, previous, first_change, last_change, changes, visits, at, confirmed_at"


@dataclass(frozen=True, slots=True)
class File:
    """A file that was written (`out`) or read (`in`); its changes have their writer's numbers from `first` to `last`.

    `device` is the laptop that wrote it, `visits` are what it touched. `at` is when it was written or read here (UTC).
    `confirmed_at` tells of one that was written when another laptop said to have it, of one that was read when its
    writer was seen to know that; "" until then.
    """

    uid: str
    direction: str
    device: str
    previous: str
    first: int
    last: int
    changes: int
    visits: tuple[str, ...]
    at: str
    confirmed_at: str


def get(db: Database, uid: str) -> File | None:
    """Return what is known of a file, None for one that was never written or read whole here."""
    rows = db.rows(f"SELECT {_COLUMNS} FROM parcel WHERE uid = ? AND at <> ''", (uid,))  # noqa: S608 - columns
    return _file(rows[0]) if rows else None


def last_written(db: Database) -> File | None:
    """Return the file that was written last, None before the first."""
    rows = db.rows(
        f"SELECT {_COLUMNS} FROM parcel WHERE direction = 'out' AND at <> '' "  # noqa: S608 - columns
        "ORDER BY last_change DESC, rowid DESC LIMIT 1"
    )
    return _file(rows[0]) if rows else None


def all_of(db: Database, direction: str, limit: int = 200) -> list[File]:
    """Return the files written or read, newest first."""
    rows = db.rows(
        f"SELECT {_COLUMNS} FROM parcel WHERE direction = ? AND at <> '' ORDER BY rowid DESC LIMIT ?",  # noqa: S608
        (direction, limit),
    )
    return [_file(row) for row in rows]


def to_confirm(db: Database, since: str) -> list[File]:
    """Return the files read since an instant (UTC) of which the writer is not known to know that they arrived."""
    rows = db.rows(
        f"SELECT {_COLUMNS} FROM parcel WHERE direction = 'in' AND confirmed_at = '' AND at >= ? "  # noqa: S608
        "ORDER BY rowid",
        (since,),
    )
    return [_file(row) for row in rows]


# ------------------------------------------------------------------------------------------------ writing


def begin(db: Database, uid: str, previous: File | None) -> File:
    """Reserve what a file is to hold: all that was saved after the previous one, up to now.

    From here on none of it can be withdrawn by an undo, though nothing counts as written before `written` is called.
    It holds all there is when the files before lack a change: one that was withdrawn when they were written.
    """
    with db.transaction() as connection:
        if previous is not None and _lack_some(db, previous):
            previous = None
        first = previous.last + 1 if previous else 1
        last = int(db.value("SELECT coalesce(max(id), 0) FROM change"))
        connection.execute(
            "INSERT INTO parcel (uid, direction, device, previous, first_change, last_change, changes, visits, at) "
            "VALUES (?, 'out', ?, ?, ?, ?, 0, '[]', '')",
            (uid, db.author.device, previous.uid if previous else "", first, last),
        )
    return File(uid, OUT, db.author.device, previous.uid if previous else "", first, last, 0, (), "", "")


def _lack_some(db: Database, last: File) -> bool:
    """Return whether more is offered by now of what a file and those before it were to hold than they do."""
    held = db.value(
        "WITH RECURSIVE chain (uid, previous, changes) AS (SELECT uid, previous, changes FROM parcel WHERE uid = ? "
        "UNION SELECT p.uid, p.previous, p.changes FROM chain CROSS JOIN parcel AS p ON p.uid = chain.previous) "
        "SELECT sum(changes) FROM chain",
        (last.uid,),
    )
    return bool(held != db.value("SELECT count(*) FROM change WHERE id <= ? AND withdrawn = 0", (last.last,)))


def written(db: Database, file: File, changes: int, visits: Iterable[str], at: str) -> None:
    """Note that a file is whole in its place."""
    with db.transaction() as connection:
        connection.execute(
            "UPDATE parcel SET changes = ?, visits = ?, at = ? WHERE uid = ?",
            (changes, encode(sorted(visits)).decode(), at, file.uid),
        )


def forget(db: Database, file: File) -> None:
    """Let go of a file that was begun and came to nothing."""
    with db.transaction() as connection:
        connection.execute("DELETE FROM parcel WHERE uid = ? AND at = ''", (file.uid,))


def count(db: Database, file: File) -> int:
    """Return how many changes a file is to hold."""
    sql = "SELECT count(*) FROM change WHERE id BETWEEN ? AND ? AND withdrawn = 0"
    return int(db.value(sql, (file.first, file.last)))


def windows(db: Database, file: File) -> Iterator[list[Parcel]]:
    """Yield what a file is to hold by whole visits, in an order in which parents come first; see `outbox.window`."""
    ahead: set[int] = set()
    after = file.first - 1
    while rows := _first(db, after, file.last):
        after = rows[-1][0]
        fresh = [row for row in rows if row[0] not in ahead]
        ahead = {number for number in ahead if number > after}
        if len(rows) == WINDOW and fresh:
            more = [row for row in _rest(db, fresh, after, file.last) if row[0] not in ahead]
            ahead.update(row[0] for row in more)
            fresh += more
        if fresh:
            yield outbox.by_visit(db, fresh)


def _first(db: Database, after: int, last: int) -> list[Row]:
    return db.rows(
        "SELECT c.id, c.record, r.parent, r.protocol, r.entity FROM change AS c CROSS JOIN record AS r "
        "ON r.uid = c.record WHERE c.id > ? AND c.id <= ? AND c.withdrawn = 0 ORDER BY c.id LIMIT ?",
        (after, last, WINDOW),
    )


def _rest(db: Database, rows: Sequence[Row], after: int, last: int) -> list[Row]:
    """Return the later changes of the same visits, and of the records above them."""
    visits, above, _last = outbox.surroundings(db, rows)
    return db.rows(
        f"{outbox.TOUCHED} SELECT c.id, c.record, r.parent, r.protocol, r.entity FROM touched "  # noqa: S608
        "CROSS JOIN change AS c ON c.record = touched.uid AND c.id > ?3 AND c.id <= ?4 AND c.withdrawn = 0 "
        "CROSS JOIN record AS r ON r.uid = c.record",
        (visits, above, after, last),
    )


# ------------------------------------------------------------------------------------------------ reading


def was_read(connection: sqlite3.Connection, file: File) -> None:
    """Note a file that was read; one without changes needs no receipt."""
    connection.execute(
        f"INSERT INTO parcel ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - columns
        (
            *(file.uid, IN, file.device, file.previous, file.first, file.last, file.changes),
            *(encode(sorted(file.visits)).decode(), file.at, file.confirmed_at or ("" if file.changes else file.at)),
        ),
    )


def confirm(connection: sqlite3.Connection, uid: str, device: str) -> None:
    """Note that a laptop has read a file of ours, and with it what was said there of the files that came from it."""
    at = records.now()
    connection.execute("UPDATE parcel SET confirmed_at = ? WHERE uid = ? AND confirmed_at = ''", (at, uid))
    connection.execute(
        "UPDATE parcel SET confirmed_at = ? WHERE direction = 'in' AND device = ? AND confirmed_at = '' "
        "AND at <= (SELECT at FROM parcel WHERE uid = ?)",
        (at, device, uid),
    )


def last_change(db: Database) -> int:
    """Return the number of the newest change, 0 in a new database."""
    return int(db.value("SELECT coalesce(max(id), 0) FROM change"))


def kinds(db: Database, uids: Iterable[str]) -> Mapping[str, tuple[str, str]]:
    """Return protocol and entity of those of these records that are here."""
    rows = db.rows(
        "SELECT uid, protocol, entity FROM record WHERE uid IN (SELECT value FROM json_each(?))",
        (encode(list(uids)).decode(),),
    )
    return {uid: (protocol, entity) for uid, protocol, entity in rows}


def touched_after(db: Database, number: int) -> set[str]:
    """Return the visits in which something was changed after the change with this number."""
    rows = db.rows(
        "SELECT DISTINCT r.uid, r.parent, r.protocol, r.entity FROM change AS c CROSS JOIN record AS r "
        "ON r.uid = c.record WHERE c.id > ?",
        (number,),
    )
    placing = Placing(db, rows)
    return {placing.visit(row[0]) for row in rows}


def _file(row: tuple[Any, ...]) -> File:
    uid, direction, device, previous, first, last, changes, visits, at, confirmed_at = row
    return File(uid, direction, device, previous, first, last, changes, tuple(decode(visits)), at, confirmed_at)
