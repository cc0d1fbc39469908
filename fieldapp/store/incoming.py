"""Taking what came from elsewhere: changes as they were made there, and the records that follow from them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple, NoReturn

import msgspec

from fieldapp.core.errors import FieldappError
from fieldapp.core.merging import DELETED, PARENT
from fieldapp.core.record import Record, make_record
from fieldapp.core.text import _
from fieldapp.store import settling, steps
from fieldapp.store.connection import Database
from fieldapp.store.records import encode

_decode = msgspec.json.Decoder(dict[str, Any]).decode
_MANY = 5_000


class Incoming(NamedTuple):
    """One change from elsewhere; `action` is (uid, label, who, device, made_at), `before` and `after` are JSON."""

    uid: str
    record: str
    protocol: str
    entity: str
    version: str
    base: tuple[str, ...]
    before: str | None
    after: str
    action: tuple[str, str, str, str, str]


class IncompleteError(FieldappError):
    """Changes that follow others which are not here, or lie below records that are not: nothing of them was taken."""


class Aside(NamedTuple):
    """A change that is passed over, for this program can't hold it: "newer", "strange", or it "follows" such a one."""

    change: str
    record: str
    visit: str
    protocol: str
    entity: str
    version: str
    reason: str


@dataclass(slots=True)
class Took:
    """What was taken: changes that were new here, records made by them, fields disputed since, by whom they are."""

    changes: int = 0
    created: int = 0
    disputed: int = 0
    people: frozenset[str] = frozenset()


def take(
    db: Database,
    connection: sqlite3.Connection,
    origin: int,
    changes: Sequence[Incoming],
    *,
    more_to_come: bool = False,
) -> Took:
    """Keep those of these changes that are not here, in this order, and bring the records up to date with them.

    The caller holds the transaction. With `more_to_come` what these changes follow or lie below may come after them:
    then the caller asks `refuse_incomplete` in the end. Raises IncompleteError.
    """
    here = known(db, [change.uid for change in changes])
    if here:
        _let_leave(db, connection, here)
    fresh: list[Incoming] = []
    for change in changes:
        if change.uid not in here:
            here.add(change.uid)
            fresh.append(change)
    if not fresh:
        return Took()
    if not more_to_come:
        _refuse_gaps(db, {uid for change in fresh for uid in change.base} - here)
    disputes = _open_disputes(db)
    created = _put(db, connection, origin, fresh, more_to_come=more_to_come)
    return Took(len(fresh), created, max(0, _open_disputes(db) - disputes), frozenset(c.action[2] for c in fresh))


def set_aside(connection: sqlite3.Connection, peer: int, passed: Iterable[Aside]) -> None:
    """Remember changes of a peer that were passed over."""
    connection.executemany(
        "INSERT OR REPLACE INTO aside (peer, change, record, visit, protocol, entity, version, reason) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(peer, *item) for item in passed],
    )


def aside(db: Database, peer: int, changes: Iterable[str], records: Iterable[str]) -> tuple[set[str], set[str]]:
    """Return those of these changes that were passed over, and those of these records of which any was."""
    sql = "SELECT DISTINCT {0} FROM aside WHERE peer = ? AND {0} IN (SELECT value FROM json_each(?))"
    passed, touched = (
        {row[0] for row in db.rows(sql.format(name), (peer, encode(list(wanted)).decode()))}
        for name, wanted in (("change", changes), ("record", records))
    )
    return passed, touched


def newer(db: Database, peer: int) -> list[tuple[str, str, str]]:
    """Return protocol, entity and version of what was passed over because a newer program wrote it."""
    sql = "SELECT DISTINCT protocol, entity, version FROM aside WHERE peer = ? AND reason = 'newer' ORDER BY 1, 2, 3"
    return db.rows(sql, (peer,))


def visits_aside(db: Database, peer: int) -> set[str]:
    """Return the visits in which something was passed over."""
    return {row[0] for row in db.rows("SELECT DISTINCT visit FROM aside WHERE peer = ?", (peer,))}


def known(db: Database, uids: Iterable[str]) -> set[str]:
    """Return those of these changes that are here."""
    return _known(db, "change", uids)


def _let_leave(db: Database, connection: sqlite3.Connection, known: set[str]) -> None:
    """Let out again what was withdrawn here though others know it: an older copy of this database was brought back.

    With it goes what followed it here, for it is that which took it back.
    """
    rows = db.rows(
        "WITH RECURSIVE out (id, uid, record) AS (SELECT id, uid, record FROM change WHERE withdrawn = 1 "
        "AND uid IN (SELECT value FROM json_each(?)) UNION SELECT c.id, c.uid, c.record FROM out CROSS JOIN change "
        "AS c ON c.record = out.record AND c.withdrawn = 1 AND instr(c.base, out.uid)) SELECT id, record FROM out",
        (encode(list(known)).decode(),),
    )
    if not rows:
        return
    connection.executemany("UPDATE change SET withdrawn = 0 WHERE id = ?", [row[:1] for row in rows])
    connection.executemany(
        "INSERT OR IGNORE INTO outbox (peer, change) SELECT id, ?1 FROM peer WHERE left_at = '' AND through >= ?1",
        [row[:1] for row in rows],
    )
    uids = list({record for _id, record in rows})
    settling.put(db, connection, steps.merged(db, uids), {})
    settling.settle(db, connection, {*uids, *_parents(db, uids)})


def _open_disputes(db: Database) -> int:
    return int(db.value("SELECT count(*) FROM dispute WHERE settled_at IS NULL"))


def _known(db: Database, table: str, uids: Iterable[str]) -> set[str]:
    found: set[str] = set()
    rest = iter(uids)
    while chunk := list(islice(rest, _MANY)):
        found.update(
            row[0]
            for row in db.rows(
                f"SELECT uid FROM {table} WHERE uid IN (SELECT value FROM json_each(?))",  # noqa: S608 - a table
                (encode(chunk).decode(),),
            )
        )
    return found


def _refuse_gaps(db: Database, bases: set[str]) -> None:
    if bases - _known(db, "change", bases):
        raise IncompleteError(
            _(
                "Ce qui vient d’arriver suit des modifications qui ne sont pas ici : rien n’en a été gardé. "
                "Lisez d’abord ce qui précède, ou demandez un envoi complet."
            )
        )


def refuse_incomplete(db: Database, after: int) -> None:
    """Raise IncompleteError when changes with numbers above `after` follow others, or lie below records, not here."""
    last = after
    while rows := db.rows("SELECT id, base FROM change WHERE id > ? ORDER BY id LIMIT ?", (last, _MANY)):
        last = rows[-1][0]
        _refuse_gaps(db, {uid for _id, base in rows if base for uid in base.split()})
    kinds = db.rows(
        "SELECT DISTINCT r.protocol, r.entity, above.protocol, above.entity FROM change AS c CROSS JOIN record AS r "
        "ON r.uid = c.record LEFT JOIN record AS above ON above.uid = r.parent "
        "WHERE c.id > ? AND r.parent IS NOT NULL",
        (after,),
    )
    # A record below one of another kind might also lie below itself.
    if any(
        (protocol, db.protocols[protocol].entity(entity).parent) != (home, above)
        for protocol, entity, home, above in kinds
    ):
        refuse_missing_parents()


def _keep(db: Database, connection: sqlite3.Connection, origin: int, fresh: Sequence[Incoming]) -> None:
    """Write actions and changes as they came; an action comes again where others lie between."""
    ((action, number),) = db.rows(
        "SELECT (SELECT coalesce(max(id), 0) FROM action), (SELECT coalesce(max(id), 0) FROM change)"
    )
    actions: list[tuple[Any, ...]] = []
    rows: list[tuple[Any, ...]] = []
    last = ""
    for change in fresh:
        number += 1
        if change.action[0] != last or not actions:
            action += 1
            last = change.action[0]
            actions.append((action, *change.action, number))
        base = " ".join(change.base) or None
        rows.append(
            (number, change.uid, action, change.record, base, change.before, change.after, change.version, origin)
        )
    connection.executemany(
        "INSERT INTO action (id, kind, uid, label, who, device, made_at, first_change) "
        "VALUES (?, 'sync', ?, ?, ?, ?, ?, ?)",
        actions,
    )
    connection.executemany(
        "INSERT INTO change (id, uid, action, record, base, before, after, protocol_version, origin) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )


def _put(
    db: Database, connection: sqlite3.Connection, origin: int, fresh: Sequence[Incoming], *, more_to_come: bool
) -> int:
    """Write the changes, and the records as they are by them; return how many records are new.

    Records come before the changes that point to them: SQLite looks through whole tables for what points to a record
    that comes later (source: sqlite.org/foreignkeys.html, section 4.2, deferred constraints).
    """
    by_record: dict[str, list[Incoming]] = {}
    for change in fresh:
        by_record.setdefault(change.record, []).append(change)
    here = _known(db, "record", by_record)
    made = {uid: _record(db, found[0]) for uid, found in by_record.items() if uid not in here}
    plain = {uid for uid in made if len(by_record[uid]) == 1 and not by_record[uid][0].base}
    if not more_to_come:
        _refuse_orphans(db, list(made.values()), here | by_record.keys())
    settling.add(connection, made.values())
    _keep(db, connection, origin, fresh)
    above = {record.parent for record in made.values() if record.parent}
    if rest := {uid: (found[0].protocol, found[0].entity) for uid, found in by_record.items() if uid not in plain}:
        above |= _parents(db, rest)
        merged = steps.merged(db, rest, alone=True)
        settling.put(db, connection, merged, rest)
        # Only now it is told what lives below them.
        above |= _parents(db, rest) | {uid for uid, state in merged.items() if state.deleted or state.disputes}
    settling.settle(db, connection, above)
    return len(made)


def _record(db: Database, change: Incoming) -> Record:
    values = _decode(change.after)
    parent, deleted = values.pop(PARENT, None), values.pop(DELETED, False)
    made = make_record(
        change.protocol, db.protocols[change.protocol].entity(change.entity), values, parent, change.record
    )
    return made.removed() if deleted else made


def _refuse_orphans(db: Database, records: Sequence[Record], here: set[str]) -> None:
    above = {record.parent for record in records if record.parent} - here
    if above - _known(db, "record", above):
        refuse_missing_parents()


def refuse_missing_parents() -> NoReturn:
    """Raise IncompleteError: a record is to lie below one that is not here."""
    raise IncompleteError(
        _(
            "Ce qui vient d’arriver dépend de relevés qui ne sont pas ici : rien n’en a été gardé. "
            "Lisez d’abord ce qui précède, ou demandez un envoi complet."
        )
    )


def _parents(db: Database, uids: Iterable[str]) -> set[str]:
    rows = db.rows(
        "SELECT DISTINCT parent FROM record WHERE parent IS NOT NULL AND uid IN (SELECT value FROM json_each(?))",
        (encode(list(uids)).decode(),),
    )
    return {row[0] for row in rows}
