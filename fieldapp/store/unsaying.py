"""Who reviewed alone and then joins as no coordinator: what they said of records goes out of what never left."""

# ruff: noqa: S608 - what is put into a statement's text are fixed texts of this program, never values

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from fieldapp.core import review
from fieldapp.core.text import _
from fieldapp.store import records, settling, steps, withdrawing
from fieldapp.store.connection import Database
from fieldapp.store.records import Writer, decode, encode
from fieldapp.store.rows import chunks
from fieldapp.store.steps import LAST_CHANGE

_WORDS = (review.VALIDATED, review.QUESTION, review.REMARKABLE)


def unsay(db: Database) -> int:
    """Take validations, questions and remarks out of what nobody was ever offered; return of how many records.

    A hub takes such words from coordinators only, and would refuse with them all that follows; the records would be
    locked here by words that nobody else ever sees. Answers stay, and so does everything that the records say.
    """
    with db.transaction() as connection:
        rows = [row for row in _own(db) if any(map(review.is_word, decode(row[3])))]
        if not rows:
            return 0
        connection.executemany(
            "UPDATE change SET before = ?, after = ? WHERE id = ?",
            [(row[2] and _without(decode(row[2])), _without(decode(row[3])), row[0]) for row in rows],
        )
        uids = list(dict.fromkeys(row[1] for row in rows if not row[4]))
        settling.put(db, connection, steps.merged(db, uids), {})
        _pass_over(connection, [row[0] for row in rows])
        _tell(db, connection, uids)
        return len(uids)


def _own(db: Database) -> list[tuple[int, str, str | None, str, int]]:
    """Return the changes (number, record, before, after, withdrawn) made here that may hold words and never left."""
    said = " OR ".join(f"instr(c.after, '\"{word}')" for word in _WORDS)
    return db.rows(
        "SELECT c.id, c.record, c.before, c.after, c.withdrawn FROM change AS c JOIN action AS a ON a.id = c.action "
        f"WHERE ({said}) AND a.kind <> 'sync' "
        "AND c.id > (SELECT coalesce(max(through), 0) FROM peer) AND NOT EXISTS (SELECT 1 FROM parcel "
        "WHERE direction = 'out' AND c.id BETWEEN first_change AND last_change) ORDER BY c.id"
    )


def _without(values: Mapping[str, Any]) -> str:
    return encode({name: value for name, value in values.items() if not review.is_word(name)}).decode()


def _pass_over(connection: sqlite3.Connection, numbers: Sequence[int]) -> None:
    """Let nobody undo what did nothing else."""
    connection.execute(
        "UPDATE action AS a SET state = 'passed' WHERE kind = 'entry' AND id IN (SELECT action FROM change "
        "WHERE id IN (SELECT value FROM json_each(?))) AND NOT EXISTS "
        f"(SELECT 1 FROM change WHERE id BETWEEN a.first_change AND {LAST_CHANGE} AND after <> '{{}}')",
        (encode(list(numbers)).decode(),),
    )


def _tell(db: Database, connection: sqlite3.Connection, uids: Sequence[str]) -> None:
    """Note it in the history of the records, on this laptop alone: whoever follows the changes reads them again."""
    before = int(db.value("SELECT max(id) FROM change"))
    writer = Writer(db, connection, _("Avis de relecture retirés : réservés à la coordination"), "undo", guarded=False)
    for chunk in chunks(uids):
        writer.edit([(record, {}, {}) for record in records.get_many(db, chunk).values()])
    writer.saved()
    rows = db.rows("SELECT id FROM change WHERE id > ?", (before,))
    withdrawing.keep_here(connection, [row[0] for row in rows])
