"""Taking back here for good what a hub refuses, so that it does not stand in the way of what is typed after it."""

# ruff: noqa: S608 - what is put into a statement's text are fixed texts of this program, never values

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from fieldapp.core.errors import FieldappError
from fieldapp.core.merging import merge
from fieldapp.core.record import Record
from fieldapp.core.text import _
from fieldapp.store import records, settling, steps
from fieldapp.store.connection import Database
from fieldapp.store.records import Saved, Writer, encode
from fieldapp.store.steps import LAST_CHANGE


def keep_here(connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Let the changes with these numbers never leave, nor be offered again."""
    given = encode(list(numbers)).decode()
    connection.execute("UPDATE change SET withdrawn = 1 WHERE id IN (SELECT value FROM json_each(?))", (given,))
    connection.execute("DELETE FROM outbox WHERE change IN (SELECT value FROM json_each(?))", (given,))


def take_common(db: Database, uid: str) -> Saved:
    """Give up what was refused of a record and what followed it here: it is again as the others have it.

    Records that were deleted together with it come back with it; of one that was refused as a whole, what lies below it
    goes too. All of it stays in the history. FieldappError when nothing of it is refused, or somebody else has it.
    """
    with db.transaction() as connection:
        numbers = _followed(db, _refused_with(db, uid))
        touched = _touched(db, numbers)
        made = [one for one in touched if not _left(db, one, numbers)]
        if below := [one for one in _below(db, made) if one not in touched]:
            numbers |= _all_of(db, below)
            touched += below
        _refuse_shared(db, numbers)
        writer = Writer(db, connection, _("Version commune reprise"), "undo", guarded=False)
        before = int(db.value("SELECT max(id) FROM change"))
        # What takes it back is told in the history, and stays here as well.
        present = records.get_many(db, touched).values()
        writer.write([_without(db, record, numbers) for record in present])
        _withdraw(db, connection, numbers | _after(db, before, touched), touched)
        return writer.saved()


def send_again(db: Database, uid: str) -> Saved:
    """Say once more, as one new change, what a record is here, in the place of what was refused of it.

    FieldappError when nothing of it is refused, or somebody else has it.
    """
    with db.transaction() as connection:
        present = records.get(db, uid)
        numbers = _followed(db, _refused(db, uid))
        _refuse_shared(db, numbers)
        writer = Writer(db, connection, _("Renvoyé corrigé"), "entry", guarded=False)
        _withdraw(db, connection, numbers, [uid])
        if present is not None and uid in steps.heads(db, [uid]):
            writer.write([present])
        elif present is not None:
            writer.edit([(present, {}, {})])
        return writer.saved()


def _refused(db: Database, uid: str) -> set[int]:
    """Return the numbers of the changes of a record that some peer refuses. FieldappError without any."""
    rows = db.rows(
        "SELECT DISTINCT c.id FROM change AS c CROSS JOIN outbox AS o ON o.change = c.id "
        "WHERE c.record = ? AND c.withdrawn = 0 AND o.reason <> ''",
        (uid,),
    )
    if not rows:
        raise FieldappError(
            _("De cette fiche, plus rien n’est refusé, ou l’envoi est en cours : attendez qu’il finisse, puis voyez.")
        )
    return {row[0] for row in rows}


def _refused_with(db: Database, uid: str) -> set[int]:
    """Return the refused changes of a record, and the deletions refused that were made in one go with one of them."""
    own = _refused(db, uid)
    rows = db.rows(
        "SELECT DISTINCT other.id FROM json_each(?1) CROSS JOIN change AS c ON c.id = value "
        "CROSS JOIN action AS a ON a.id = c.action CROSS JOIN change AS other "
        f"ON other.id BETWEEN a.first_change AND {LAST_CHANGE} CROSS JOIN outbox AS o ON o.change = other.id "
        "WHERE json_extract(c.after, '$._deleted') AND o.reason <> '' "
        "AND json_extract(other.after, '$._deleted') AND other.withdrawn = 0",
        (encode(sorted(own)).decode(),),
    )
    return own | {row[0] for row in rows}


def _followed(db: Database, numbers: set[int]) -> set[int]:
    """Return these changes and all that followed them on their records."""
    rows = db.rows(
        "WITH RECURSIVE out (id, uid, record) AS (SELECT id, uid, record FROM change "
        "WHERE id IN (SELECT value FROM json_each(?)) UNION SELECT c.id, c.uid, c.record FROM out CROSS JOIN change "
        "AS c ON c.record = out.record AND c.withdrawn = 0 AND instr(c.base, out.uid)) SELECT id FROM out",
        (encode(sorted(numbers)).decode(),),
    )
    return {row[0] for row in rows}


def _touched(db: Database, numbers: set[int]) -> list[str]:
    rows = db.rows(
        "SELECT DISTINCT record FROM change WHERE id IN (SELECT value FROM json_each(?)) ORDER BY record",
        (encode(sorted(numbers)).decode(),),
    )
    return [row[0] for row in rows]


def _left(db: Database, uid: str, without: set[int]) -> set[int]:
    return _all_of(db, [uid]) - without


def _all_of(db: Database, uids: Sequence[str]) -> set[int]:
    rows = db.rows(
        "SELECT id FROM change WHERE withdrawn = 0 AND record IN (SELECT value FROM json_each(?))",
        (encode(list(uids)).decode(),),
    )
    return {row[0] for row in rows}


def _after(db: Database, number: int, uids: Sequence[str]) -> set[int]:
    return {one for one in _all_of(db, uids) if one > number}


def _below(db: Database, uids: Sequence[str]) -> list[str]:
    rows = db.rows(
        "WITH RECURSIVE below (uid) AS (SELECT value FROM json_each(?) UNION SELECT r.uid FROM below "
        "CROSS JOIN record AS r ON r.parent = below.uid) SELECT uid FROM below",
        (encode(list(uids)).decode(),),
    )
    return [row[0] for row in rows]


def _refuse_shared(db: Database, numbers: set[int]) -> None:
    """Refuse to take back here what came from somebody else, or what a peer has taken."""
    shared = db.value(
        "SELECT 1 FROM json_each(?) CROSS JOIN change AS c ON c.id = value CROSS JOIN action AS a ON a.id = c.action "
        "WHERE a.kind = 'sync' OR EXISTS (SELECT 1 FROM peer AS p WHERE p.left_at = '' AND p.through >= c.id "
        "AND p.id IS NOT c.origin AND NOT EXISTS (SELECT 1 FROM outbox AS o WHERE o.peer = p.id AND o.change = c.id))",
        (encode(sorted(numbers)).decode(),),
    )
    if shared is not None:
        raise FieldappError(
            _(
                "Un autre ordinateur a déjà cette saisie ou la suite : elle ne peut plus être reprise ici seul. "
                "Demandez à la coordination de l’envoyer ou de la corriger sur le serveur."
            )
        )


def _without(db: Database, record: Record, numbers: set[int]) -> Record:
    """Return a record as it is without these changes, deleted where nothing else made it."""
    given = encode(sorted(numbers)).decode()
    rows = db.rows("SELECT uid FROM change WHERE id IN (SELECT value FROM json_each(?))", (given,))
    gone = {row[0] for row in rows}
    left = [step for step in steps.steps(db, [record.uid]).get(record.uid, []) if step.uid not in gone]
    return settling.as_merged(db, record, merge(left)) if left else record.removed()


def _withdraw(db: Database, connection: sqlite3.Connection, numbers: set[int], touched: Sequence[str]) -> None:
    """Keep these changes here, make the records what the others make them, and let nobody undo what is no more."""
    keep_here(connection, numbers)
    parents = settling.parents(db, touched)
    settling.put(db, connection, steps.merged(db, touched), {})
    settling.settle(db, connection, {*touched, *parents, *settling.parents(db, touched)})
    connection.execute(
        "UPDATE action AS a SET state = 'passed' WHERE kind = 'entry' AND id IN (SELECT action FROM change "
        "WHERE id IN (SELECT value FROM json_each(?))) AND NOT EXISTS "
        f"(SELECT 1 FROM change WHERE id BETWEEN a.first_change AND {LAST_CHANGE} AND withdrawn = 0)",
        (encode(sorted(numbers)).decode(),),
    )
