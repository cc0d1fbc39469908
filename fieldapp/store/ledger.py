"""What a file tells, noted row by row while it is written: a file of its own, so that a million rows take no memory."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
from collections.abc import Iterable, Iterator
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

from fieldapp.store.records import encode

_BUFFER = 1000
"""Rows that are written to the disk at once."""


class State(IntEnum):
    """What a row is to its recipient, by what they were told of it before."""

    SAME = 0  # told already: not in the file
    NEW = 1
    CORRECTED = 2


class Item(NamedTuple):
    """One row: the identity that the recipient knows, the record that it is of, a digest of what is told (16 bytes).

    `is_blurred` says that an area stands for its place.
    """

    item: str
    record: str
    digest: bytes
    state: State
    is_blurred: bool = False


class Ledger:
    """The rows of one file. A full disk is an OSError, as it is to whoever writes the file itself."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._buffer: list[Item] = []
        self._connection = sqlite3.connect(path, isolation_level=None)
        with _translated(path):
            # Nobody needs it after a crash.
            self._connection.execute("PRAGMA journal_mode = OFF")
            self._connection.execute("PRAGMA synchronous = OFF")
            self._connection.execute(
                "CREATE TABLE item (item TEXT PRIMARY KEY, record TEXT NOT NULL, digest BLOB NOT NULL, "
                "state INTEGER NOT NULL, is_blurred INTEGER NOT NULL) STRICT, WITHOUT ROWID"
            )

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._connection.close()

    def add(self, item: Item) -> None:
        """Note a row. One that is noted already is a ValueError, at the latest with `flush`."""
        self._buffer.append(item)
        if len(self._buffer) >= _BUFFER:
            self.flush()

    def flush(self) -> None:
        """Write what was noted, so that it can be read."""
        rows, self._buffer = self._buffer, []
        try:
            with _translated(self.path):
                self._connection.execute("BEGIN")
                self._connection.executemany("INSERT INTO item VALUES (?, ?, ?, ?, ?)", rows)
                self._connection.execute("COMMIT")
        except sqlite3.IntegrityError as error:
            self._connection.execute("ROLLBACK")
            raise ValueError(str(error)) from error

    def known(self, items: Iterable[str]) -> set[str]:
        """Return which of these identities were noted."""
        self.flush()
        rows = self._connection.execute(
            "SELECT item FROM item WHERE item IN (SELECT value FROM json_each(?))", (encode(list(items)).decode(),)
        )
        return {row[0] for row in rows}

    def of_state(self, state: State) -> Iterator[tuple[str, str, bool]]:
        """Yield identity and record of the rows in a state, and whether they are blurred, in order of identity."""
        self.flush()
        columns = "SELECT item, record, is_blurred FROM item WHERE state = ? ORDER BY item"
        rows = self._connection.execute(columns, (state,))
        yield from ((item, record, bool(is_blurred)) for item, record, is_blurred in rows)

    def told(self) -> set[str]:
        """Return the records of which the file has a row."""
        self.flush()
        return {row[0] for row in self._connection.execute("SELECT DISTINCT record FROM item WHERE state <> 0")}

    def count(self, state: State) -> int:
        """Return how many rows are in a state."""
        self.flush()
        return int(self._connection.execute("SELECT count(*) FROM item WHERE state = ?", (state,)).fetchone()[0])

    def records(self) -> int:
        """Return of how many records the rows of the file are."""
        self.flush()
        found = self._connection.execute("SELECT count(DISTINCT record) FROM item WHERE state <> 0").fetchone()
        return int(found[0])


@contextlib.contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)) from error
        raise
