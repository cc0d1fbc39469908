"""Keeping records and their disputes in step with the changes, inside the transaction that wrote these."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from fieldapp.core.merging import DELETED, Merged, Rival
from fieldapp.core.record import Record, make_record
from fieldapp.store import steps
from fieldapp.store.connection import Database

_encode = msgspec.json.Encoder(decimal_format="number").encode


def follow(db: Database, connection: sqlite3.Connection, uids: Sequence[str]) -> None:
    """Look again at those of these records about which people disagree or disagreed."""
    rows = db.rows(
        "SELECT DISTINCT record FROM dispute WHERE record IN (SELECT value FROM json_each(?))",
        (_encode(list(uids)).decode(),),
    )
    if found := [row[0] for row in rows]:
        put(db, connection, steps.merged(db, found), {})
        settle(db, connection, parents(db, found))


def settle(db: Database, connection: sqlite3.Connection, uids: Iterable[str]) -> None:
    """Ask again whether records are deleted below which something came to life, or lives no more; then upwards."""
    waiting = set(uids)
    while waiting:
        rows = db.rows(
            "SELECT uid, parent, deleted FROM record WHERE uid IN (SELECT value FROM json_each(?1)) AND (deleted = 1 "
            "AND EXISTS (SELECT 1 FROM record AS below WHERE below.parent = record.uid AND below.deleted = 0) "
            "OR EXISTS (SELECT 1 FROM dispute WHERE record = uid AND field = ?2 AND settled_at IS NULL))",
            (_encode(list(waiting)).decode(), DELETED),
        )
        if not rows:  # as after almost every save
            return
        merged = steps.merged(db, [row[0] for row in rows])
        put(db, connection, merged, {})
        waiting = {
            parent for uid, parent, deleted in rows if parent and uid in merged and merged[uid].deleted != bool(deleted)
        }


def put(
    db: Database, connection: sqlite3.Connection, merged: Mapping[str, Merged], known: Mapping[str, tuple[str, str]]
) -> None:
    """Write what records are by their changes, and what is disputed of them.

    `known` gives protocol and entity of those of which the caller knows them.
    """
    kinds = dict(known)
    missing = [uid for uid in merged if uid not in kinds]
    for uid, protocol, entity in db.rows(
        "SELECT uid, protocol, entity FROM record WHERE uid IN (SELECT value FROM json_each(?))",
        (_encode(missing).decode(),),
    ):
        kinds[uid] = (protocol, entity)
    connection.executemany(
        "UPDATE record SET parent = ?, on_date = ?, cd_nom = ?, data = ?, deleted = ? WHERE uid = ?",
        [(*_columns(_record(db, uid, *kinds[uid], state)), uid) for uid, state in merged.items()],
    )
    _put_disputes(db, connection, {uid: state.disputes for uid, state in merged.items()})


def add(connection: sqlite3.Connection, records: Iterable[Record]) -> None:
    """Write records that are not there."""
    connection.executemany(
        "INSERT INTO record (parent, on_date, cd_nom, data, deleted, uid, protocol, entity) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(*_columns(record), record.uid, record.protocol, record.entity) for record in records],
    )


def as_merged(db: Database, record: Record, state: Merged) -> Record:
    """Return the record as its changes make it."""
    return _record(db, record.uid, record.protocol, record.entity, state)


def _columns(record: Record) -> tuple[str | None, str | None, int | None, str, int]:
    return record.parent, record.on_date, record.cd_nom, _encode(record.data).decode(), int(record.deleted)


def _record(db: Database, uid: str, protocol: str, entity: str, state: Merged) -> Record:
    made = make_record(protocol, db.protocols[protocol].entity(entity), state.data, state.parent, uid)
    return made.removed() if state.deleted else made


def _put_disputes(
    db: Database, connection: sqlite3.Connection, disputes: Mapping[str, Mapping[str, Sequence[Rival]]]
) -> None:
    """Make these the open disputes of each of these records; one that is no more is settled, and stays to be seen."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    known: dict[tuple[str, str], Any] = {
        (record, field): rivals
        for record, field, rivals in db.rows(
            "SELECT record, field, rivals FROM dispute WHERE settled_at IS NULL "
            "AND record IN (SELECT value FROM json_each(?))",
            (_encode(list(disputes)).decode(),),
        )
    }
    still = {(record, field) for record, found in disputes.items() for field in found}
    gone = known.keys() - still
    connection.executemany(
        "UPDATE dispute SET settled_at = ? WHERE record = ? AND field = ?", [(at, *key) for key in gone]
    )
    rows = [
        (record, field, _encode([[rival.change, rival.value] for rival in rivals]).decode(), at)
        for record, found in disputes.items()
        for field, rivals in found.items()
    ]
    connection.executemany(
        "INSERT INTO dispute (record, field, rivals, found_at) VALUES (?, ?, ?, ?) ON CONFLICT (record, field) "
        "DO UPDATE SET rivals = excluded.rivals, settled_at = NULL",
        [row for row in rows if known.get((row[0], row[1])) != row[2]],
    )


def parents(db: Database, uids: Sequence[str]) -> set[str]:
    """Return the records right above these."""
    rows = db.rows(
        "SELECT DISTINCT parent FROM record WHERE parent IS NOT NULL AND uid IN (SELECT value FROM json_each(?))",
        (_encode(list(uids)).decode(),),
    )
    return {row[0] for row in rows}
