"""The words that people wrote, by the records that hold them: a word in every comment is found as fast as a rare one.

For each word the file holds the low halves of the records' numbers, one row for every 65,536 of them. A full-text index
gives its hits one by one, which for a million takes a second.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from fieldapp.desk.tables import Numbers, is_among
from fieldapp.store import taxa

SCHEMA = (
    "CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT",
    "CREATE TABLE vocabulary (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE) STRICT",
    """
    CREATE TABLE holder (
        word INTEGER NOT NULL, block INTEGER NOT NULL, records BLOB NOT NULL, PRIMARY KEY (word, block)
    ) STRICT, WITHOUT ROWID
    """,
)
"""`word` is the folded text of each record, `holder` the records of a word: 16 bits each, in no order."""

_BITS = 16
_LAST = "\U0010ffff"


def clear(connection: sqlite3.Connection) -> None:
    """Forget all words."""
    for table in ("word", "vocabulary", "holder"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608


def keep(connection: sqlite3.Connection, found: Sequence[tuple[int, str]]) -> None:
    """Keep the texts of these records in the place of those known; "" takes a record away."""
    fresh = dict(found)
    listed = msgspec.json.encode(list(fresh)).decode()
    sql = "SELECT id, text FROM word WHERE id IN (SELECT value FROM json_each(?))"
    known = dict(connection.execute(sql, (listed,)).fetchall())
    old = [(id_, text) for id_, text in known.items() if text != fresh[id_]]
    new = [(id_, text) for id_, text in fresh.items() if text and text != known.get(id_)]
    connection.executemany("DELETE FROM word WHERE id = ?", [(id_,) for id_, _text in old])
    _take_away(connection, old)
    connection.executemany("INSERT INTO word VALUES (?, ?)", new)
    _add(connection, new)


def search(connection: sqlite3.Connection, text: str) -> Numbers | None:
    """Return the rising numbers of the records in which each of the words typed begins a word; None for no word."""
    wanted = taxa.words_typed(text)
    if not wanted:
        return None
    found: Numbers | None = None
    for word in sorted(wanted, key=len, reverse=True):
        holders = _holders(connection, word)
        found = holders if found is None else found[is_among(found, holders)]
        if not len(found):
            break
    return found


def _holders(connection: sqlite3.Connection, beginning: str) -> Numbers:
    rows = connection.execute(
        "SELECT block, records FROM vocabulary AS v JOIN holder AS h ON h.word = v.id WHERE v.word BETWEEN ? AND ?",
        (beginning, beginning + _LAST),
    )
    blocks: dict[int, list[bytes]] = defaultdict(list)
    for block, records in rows:
        blocks[block].append(records)
    parts = []
    for block in sorted(blocks):
        is_held = np.zeros(1 << _BITS, dtype=bool)
        is_held[np.frombuffer(b"".join(blocks[block]), dtype="<u2")] = True
        parts.append(np.flatnonzero(is_held).astype(np.int32) + np.int32(block << _BITS))
    return np.concatenate([np.empty(0, dtype=np.int32), *parts])


def _add(connection: sqlite3.Connection, texts: Iterable[tuple[int, str]]) -> None:
    by_word = _by_word(texts)
    words = dict.fromkeys(word for word, _block in by_word)
    connection.executemany("INSERT OR IGNORE INTO vocabulary (word) VALUES (?)", [(word,) for word in words])
    connection.executemany(
        "INSERT INTO holder SELECT id, ?, ? FROM vocabulary WHERE word = ? "
        "ON CONFLICT DO UPDATE SET records = CAST(records || excluded.records AS BLOB)",
        [(block, _packed(numbers), word) for (word, block), numbers in by_word.items()],
    )


def _take_away(connection: sqlite3.Connection, texts: Iterable[tuple[int, str]]) -> None:
    for (word, block), numbers in _by_word(texts).items():
        (number,) = connection.execute("SELECT id FROM vocabulary WHERE word = ?", (word,)).fetchone()
        key = (number, block)
        (packed,) = connection.execute("SELECT records FROM holder WHERE word = ? AND block = ?", key).fetchone()
        records = np.frombuffer(packed, dtype="<u2")
        stays = records[~np.isin(records, np.array(numbers, dtype=np.uint16))]
        if len(stays):
            connection.execute("UPDATE holder SET records = ? WHERE word = ? AND block = ?", (stays.tobytes(), *key))
        else:
            connection.execute("DELETE FROM holder WHERE word = ? AND block = ?", key)


def _by_word(texts: Iterable[tuple[int, str]]) -> dict[tuple[str, int], list[int]]:
    """Return for each word and block the low halves of the numbers of the records that hold it."""
    found: dict[tuple[str, int], list[int]] = defaultdict(list)
    for number, text in texts:
        for word in set(taxa.words_of(text)):
            found[word, number >> _BITS].append(number & 0xFFFF)
    return found


def _packed(numbers: Sequence[int]) -> bytes:
    return np.array(numbers, dtype="<u2").tobytes()
