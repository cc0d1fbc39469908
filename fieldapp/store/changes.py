"""The history of every record, and undo and redo of what was saved; both survive a restart."""

# ruff: noqa: S608 - what is put into a statement's text are fixed texts of this program, never values

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fieldapp.core.errors import NothingToUndoError
from fieldapp.core.merging import DELETED, PARENT
from fieldapp.core.record import Record, with_values
from fieldapp.core.review import is_word
from fieldapp.core.text import _
from fieldapp.store import peers, records, reviewing, settling, steps, withdrawing
from fieldapp.store.connection import Database
from fieldapp.store.guard import ValidatedError
from fieldapp.store.records import Saved, Writer, decode
from fieldapp.store.steps import LAST_CHANGE

_Step = tuple[str, Any, Any]
_Turned = tuple[str, Mapping[str, Any] | None, Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Action:
    """What a person did in one go; `made_at` is UTC."""

    id: int
    kind: str
    label: str
    who: str
    device: str
    made_at: str


@dataclass(frozen=True, slots=True)
class Change:
    """One save of one record: the fields that differ, None where a field was or became absent.

    `before` is None when the record was made by this change.
    """

    record: str
    action: Action
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]
    protocol_version: str


def history(db: Database, uid: str) -> list[Change]:
    """Return all changes of a record, oldest first."""
    rows = db.rows(
        "SELECT a.id, a.kind, a.label, a.who, a.device, a.made_at, c.before, c.after, c.protocol_version "
        "FROM change AS c JOIN action AS a ON a.id = c.action WHERE c.record = ? ORDER BY c.id",
        (uid,),
    )
    return [
        Change(uid, Action(*row[:6]), None if row[6] is None else decode(row[6]), decode(row[7]), row[8])
        for row in rows
    ]


def newest(db: Database) -> int:
    """Return the number of the newest change that is here, 0 before the first; numbers rise in order of coming."""
    return int(db.value("SELECT coalesce(max(id), 0) FROM change"))


def touched_after(db: Database, number: int) -> list[str]:
    """Return the uids of the records that changes after this number touched, the one touched first, first."""
    # The plus keeps SQLite from walking all changes in order of their record, only to have them grouped.
    rows = db.rows("SELECT record FROM change WHERE id > ? GROUP BY +record ORDER BY min(id)", (number,))
    return [row[0] for row in rows]


def is_empty(db: Database) -> bool:
    """Return whether nothing was ever saved in the database, nor came from elsewhere."""
    return db.value("SELECT 1 FROM change LIMIT 1") is None


def last_saved_at(db: Database) -> str | None:
    """Return when something was last saved here (UTC), None in a new database; what a sync brought does not count."""
    found: str | None = db.value(
        "SELECT made_at FROM action WHERE id = (SELECT max(last) FROM (SELECT (SELECT max(id) FROM action "
        'WHERE kind = value) AS last FROM json_each(\'["entry","import","undo","redo"]\')))'
    )
    return found


def last_saved_by(db: Database, protocol: str, entity: str) -> str | None:
    """Return the uid of the record of this entity that the author of the open database saved last on this device."""
    found: str | None = db.value(
        f"SELECT c.record FROM action a CROSS JOIN change c ON c.id BETWEEN a.first_change AND {LAST_CHANGE} "
        "CROSS JOIN record r ON r.uid = c.record "
        "WHERE a.kind = 'entry' AND a.who = ? AND a.device = ? AND r.protocol = ? AND r.entity = ? AND r.deleted = 0 "
        "ORDER BY a.id DESC, c.id DESC LIMIT 1",
        (db.author.who, db.author.device, protocol, entity),
    )
    return found


def to_undo(db: Database) -> Action | None:
    """Return the entry that undo would take back; imports are taken back with `undo_action`, never by the undo key."""
    return _one(db, "kind = 'entry' AND state = 'done' ORDER BY id DESC")


def to_redo(db: Database) -> Action | None:
    """Return the entry that redo would bring back: the one undone last."""
    return _one(db, "kind = 'entry' AND state = 'undone' ORDER BY id")


def undo(db: Database) -> Action:
    """Take back the last entry; raises NothingToUndoError with a sentence when that can't be done.

    An entry that can't be taken back is passed over from then on, so that the next undo reaches the one before it.
    """
    action = to_undo(db)
    if action is None:
        raise NothingToUndoError(_("Il n’y a rien à annuler."))
    try:
        undo_action(db, action)
    except NothingToUndoError as error:
        with db.transaction() as connection:
            connection.execute("UPDATE action SET state = 'passed' WHERE id = ?", (action.id,))
        words = _("{reason} Annuler encore une fois prendra la saisie d’avant.")
        raise NothingToUndoError(words.format(reason=error)) from error
    return action


def redo(db: Database) -> Action:
    """Bring back the entry that was undone last; raises NothingToUndoError with a sentence when that can't be done."""
    action = to_redo(db)
    if action is None:
        raise NothingToUndoError(_("Il n’y a rien à rétablir."))
    with db.transaction() as connection:
        _replay(db, connection, action, forward=True)
    return action


def undo_saved(db: Database, saved: Saved) -> Saved:
    """Take back what this save did, whatever was saved after it; raises NothingToUndoError with a sentence."""
    action = None if saved.action is None else _one(db, f"id = {int(saved.action)} AND state = 'done'")
    if action is None:
        raise NothingToUndoError(_("Il n’y a rien à annuler : cette action n’a rien changé, ou est déjà annulée."))
    return undo_action(db, action)


def undo_action(db: Database, action: Action) -> Saved:
    """Take back one action whole, or not at all when a record of it has changed since or has got new children."""
    with db.transaction() as connection:
        return _replay(db, connection, action, forward=False)


def _replay(db: Database, connection: sqlite3.Connection, action: Action, *, forward: bool) -> Saved:
    """Make the changes of an action again in their order, or take them back, the last one first.

    What nobody was offered yet is withdrawn together with what takes it back: neither ever leaves.
    """
    kind: records.Kind = "redo" if forward else "undo"
    writer = Writer(db, connection, action.label, kind, action.id)
    own = None if forward else _never_offered(db, action)
    touched: dict[str, None] = {}
    for chunk in _changes_of(db, action.id, forward=forward):
        for part in _each_record_once(chunk):
            turned = [(uid, before, after) if forward else (uid, after, before) for uid, before, after in part]
            touched.update(dict.fromkeys(uid for uid, _here, _there in turned))
            # What a coordinator said of a record, or altered with a reason, is taken back as a whole.
            said = {uid for uid, here, there in turned if any(map(is_word, {**(here or {}), **(there or {})}))}
            if said:
                _refuse_others(db)
            writer.pardoned |= said
            _move(db, writer, turned, action)
    _refuse_orphans(db, list(touched), action)
    connection.execute("UPDATE action SET state = ? WHERE id = ?", ("done" if forward else "undone", action.id))
    if own is not None:
        _withdraw(db, connection, own, list(touched))
    return writer.saved()


def _refuse_others(db: Database) -> None:
    """Raise NothingToUndoError for who is no coordinator: what one said is not theirs to take back."""
    try:
        reviewing.refuse_others(db)
    except reviewing.NotCoordinatorError as error:
        raise NothingToUndoError(str(error)) from error


def _move(db: Database, writer: Writer, turned: Sequence[_Turned], action: Action) -> None:
    """Bring records from what they are (the second) to what they are to be (the third), each of them once."""
    present = records.get_many(db, [uid for uid, _here, _there in turned])
    rivals = _rivals(db, list(present))
    moved: list[Record] = []
    beside: list[records.Edit] = []
    for uid, here, there in turned:
        if here is not None and there is not None and here.keys() & rivals.get(uid, {}).keys():
            beside.append(_moved_beside(db, present[uid], here, there, rivals[uid], action))
        else:
            moved.append(_moved(db, present[uid], here, there, action))
    try:
        writer.write(moved)
    except ValidatedError as error:
        raise NothingToUndoError(str(error)) from error
    writer.join(beside)


def _rivals(db: Database, uids: Sequence[str]) -> dict[str, dict[str, list[Any]]]:
    """Return the values between which the open disputes of these records are, by record and field."""
    found: dict[str, dict[str, list[Any]]] = {}
    for uid, field, rivals in db.rows(
        "SELECT record, field, rivals FROM dispute WHERE settled_at IS NULL "
        "AND record IN (SELECT value FROM json_each(?))",
        (records.encode(list(uids)).decode(),),
    ):
        found.setdefault(uid, {})[field] = [value for _change, value in decode(rivals)]
    return found


def _moved_beside(
    db: Database,
    record: Record,
    here: Mapping[str, Any],
    there: Mapping[str, Any],
    rivals: Mapping[str, Sequence[Any]],
    action: Action,
) -> records.Edit:
    """Return what takes back (or makes again) one side of a dispute alone: the other side did not see it either."""
    flat = steps.flat(record)
    for name, value in here.items():
        among = rivals.get(name, [flat.get(name)])
        if not any(steps.same(value, one) for one in among):
            raise NothingToUndoError(_changed_since(action))
    last = db.rows(
        "SELECT c.uid FROM change AS c JOIN action AS a ON a.id = c.action WHERE c.record = ?1 AND c.withdrawn = 0 "
        "AND (a.id = ?2 OR a.of_action = ?2) ORDER BY c.id DESC LIMIT 1",
        (record.uid, action.id),
    )
    if not last:
        raise NothingToUndoError(_changed_since(action))
    return record, here, there, [last[0][0]]


def _never_offered(db: Database, action: Action) -> int | None:
    """Return the first change of what did the action last (itself, or a redo), None when it can't be withdrawn.

    That takes that nobody was offered it or all have refused it, and that nothing has followed on its records or names
    them.
    """
    ((first, last),) = db.rows(
        f"SELECT first_change, {LAST_CHANGE} FROM action AS a WHERE id = ?1 OR (of_action = ?1 AND kind = 'redo') "
        "ORDER BY id DESC LIMIT 1",
        (action.id,),
    )
    if first <= peers.offered(db) and _may_be_elsewhere(db, first, last):
        return None
    followed = db.value(
        "SELECT 1 FROM change AS mine CROSS JOIN change AS later ON later.record = mine.record AND later.id > ?2 "
        "WHERE mine.id BETWEEN ?1 AND ?2 AND later.withdrawn = 0 LIMIT 1",
        (first, last),
    )
    return None if followed or _is_named_later(db, first, last) else int(first)


def _is_named_later(db: Database, first: int, last: int) -> bool:
    """Return whether a later change that leaves puts another record, if only for a while, below one made by these."""
    return (
        db.value(
            "SELECT 1 FROM change WHERE id > ?2 AND withdrawn = 0 AND json_extract(after, '$._parent') IN "
            "(SELECT record FROM change WHERE id BETWEEN ?1 AND ?2 AND before IS NULL) LIMIT 1",
            (first, last),
        )
        is not None
    )


def _may_be_elsewhere(db: Database, first: int, last: int) -> bool:
    """Return whether a file held one of these changes, or a peer was offered one and has not refused it."""
    in_file = "SELECT 1 FROM parcel WHERE direction = 'out' AND first_change <= ?2 AND last_change >= ?1 LIMIT 1"
    not_refused = (
        "SELECT 1 FROM change AS c CROSS JOIN peer AS p ON p.through >= c.id WHERE c.id BETWEEN ?1 AND ?2 AND NOT "
        "EXISTS (SELECT 1 FROM outbox AS o WHERE o.peer = p.id AND o.change = c.id AND o.reason <> '') LIMIT 1"
    )
    return any(db.value(sql, (first, last)) is not None for sql in (in_file, not_refused))


def _withdraw(db: Database, connection: sqlite3.Connection, first: int, touched: list[str]) -> None:
    """Let the changes of these records from a number on never leave, and look again at what they had settled."""
    rows = db.rows(
        "SELECT id FROM change WHERE id >= ? AND record IN (SELECT value FROM json_each(?))",
        (first, records.encode(touched).decode()),
    )
    withdrawing.keep_here(connection, [row[0] for row in rows])
    settling.follow(db, connection, touched)


def _each_record_once(changes: Sequence[_Step]) -> Iterator[list[_Step]]:
    """Yield the changes in their order, parted so that no part holds two of one record."""
    part: dict[str, _Step] = {}
    for step in changes:
        if step[0] in part:
            yield list(part.values())
            part = {}
        part[step[0]] = step
    if part:
        yield list(part.values())


def _moved(
    db: Database, record: Record, here: Mapping[str, Any] | None, there: Mapping[str, Any] | None, action: Action
) -> Record:
    """Return the record brought from the values `here` to those `there`; None means that it did not exist."""
    flat = {PARENT: record.parent, DELETED: record.deleted, **record.data}
    if (here is None) != record.deleted and (here is None or there is None):
        raise NothingToUndoError(_changed_since(action))
    if there is None and here is not None and _filled(here) != _filled({PARENT: record.parent, **record.data}):
        raise NothingToUndoError(_changed_since(action))
    if here is None or there is None:
        return replace(record, deleted=there is None)
    if any(flat.get(name) != value for name, value in here.items()):
        raise NothingToUndoError(_changed_since(action))
    target = {**flat, **there}
    deleted, parent = bool(target.pop(DELETED, False)), target.pop(PARENT, None)
    entity = db.protocols[record.protocol].entity(record.entity)
    return replace(with_values(record, entity, target), parent=parent, deleted=deleted)


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values without those that are absent."""
    return {name: value for name, value in values.items() if value is not None}


def _refuse_orphans(db: Database, uids: list[str], action: Action) -> None:
    """Refuse to leave a live record below a deleted one, whether it was this step that deleted or brought back."""
    touched = records.get_many(db, uids).values()
    gone = [record.uid for record in touched if record.deleted]
    above = {record.parent for record in touched if not record.deleted and record.parent}
    if records.children(db, gone) or any(parent.deleted for parent in records.get_many(db, above).values()):
        raise NothingToUndoError(
            _(
                "« {label} » ne peut être ni annulé ni rétabli : d’autres relevés en dépendent maintenant. "
                "Supprimez-les ou rétablissez-les d’abord, ou corrigez les champs à la main."
            ).format(label=action.label)
        )


def _changed_since(action: Action) -> str:
    return _(
        "« {label} » ne peut pas être annulé ou rétabli : ces relevés ont été modifiés depuis. "
        "Corrigez les champs à la main ; l’historique montre les valeurs d’avant."
    ).format(label=action.label)


def _changes_of(db: Database, action: int, *, forward: bool) -> Iterator[list[_Step]]:
    """Yield the changes of an action in chunks: (record, before, after), in the order of making or the other way."""
    order = "id" if forward else "id DESC"
    ((first, last),) = db.rows(f"SELECT first_change, {LAST_CHANGE} FROM action AS a WHERE id = ?", (action,))
    while True:
        rows = db.rows(
            f"SELECT id, record, before, after FROM change WHERE id BETWEEN ? AND ? ORDER BY {order} LIMIT ?",
            (first, last, records.CHUNK),
        )
        if not rows:
            return
        first, last = (rows[-1][0] + 1, last) if forward else (first, rows[-1][0] - 1)
        yield [(row[1], None if row[2] is None else decode(row[2]), decode(row[3])) for row in rows]


def _one(db: Database, condition: str) -> Action | None:
    rows = db.rows(f"SELECT id, kind, label, who, device, made_at FROM action WHERE {condition} LIMIT 1")
    return Action(*rows[0]) if rows else None


@dataclass(frozen=True, slots=True)
class Past:
    """An action in a list: what was done, whether it was taken back since, how many records it touched."""

    action: Action
    is_undone: bool
    records: int


def of_kind(db: Database, kind: records.Kind, limit: int = 200) -> list[Past]:
    """Return the newest actions of a kind, newest first; an import that was taken back since says so."""
    rows = db.rows(
        f"SELECT id, kind, label, who, device, made_at, state, {LAST_CHANGE} - first_change + 1 "
        "FROM action AS a WHERE kind = ? ORDER BY id DESC LIMIT ?",
        (kind, limit),
    )
    return [Past(Action(*row[:6]), row[6] == "undone", row[7]) for row in rows]


def by_id(db: Database, action: int) -> Action | None:
    """Return the action with this number, None when there is none."""
    return _one(db, f"id = {int(action)}")


def in_order(db: Database, uids: Iterable[str]) -> list[str]:
    """Return the uids of records in the order in which these were made here; those not made here are left out.

    A file's records bear identities that follow from what they say, so their uids do not tell it.
    """
    wanted = list(uids)
    rows = db.rows(
        "SELECT record FROM change WHERE record IN (SELECT value FROM json_each(?)) GROUP BY record ORDER BY min(id)",
        (records.encode(wanted).decode(),),
    )
    return [row[0] for row in rows]


def family(db: Database, uid: str) -> list[str]:
    """Return the record's uid and those right below it, deleted ones too."""
    rows = db.rows(
        "SELECT uid FROM record WHERE parent = ?1 AND deleted = 0 "
        "UNION ALL SELECT uid FROM record WHERE parent = ?1 AND deleted = 1",
        (uid,),
    )
    return [uid, *sorted(row[0] for row in rows)]


def histories(db: Database, uids: Sequence[str]) -> list[Change]:
    """Return all changes of these records in the order in which they were made."""
    rows = db.rows(
        "SELECT a.id, a.kind, a.label, a.who, a.device, a.made_at, c.before, c.after, c.protocol_version, c.record "
        "FROM change AS c JOIN action AS a ON a.id = c.action "
        "WHERE c.record IN (SELECT value FROM json_each(?)) ORDER BY c.id",
        (records.encode(list(uids)).decode(),),
    )
    return [
        Change(row[9], Action(*row[:6]), None if row[6] is None else decode(row[6]), decode(row[7]), row[8])
        for row in rows
    ]
