"""What the hub asks and writes inside one transaction of a project, in the SQL that SQLite and PostgreSQL share."""

# ruff: noqa: S608 - what is put into a statement's text are names of columns and conditions of this module, never values

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from fieldapp.core.merging import Rival, Step
from fieldapp.core.text import _
from fieldapp.hub.errors import StorageError
from fieldapp.hub.storage import (
    MAX_LEASES,
    MAX_REFUSALS,
    BatchLine,
    Known,
    Refusal,
    StoredChange,
    StoredRecord,
    content_digest,
)
from fieldapp.hub.tables import TALLY_BLOCK
from fieldapp.sync import wire
from fieldapp.sync.wire import Action, Ahead

_decode = msgspec.json.Decoder(dict[str, Any]).decode
_decode_rivals = msgspec.json.Decoder(list[tuple[str, Any]]).decode
_encode = msgspec.json.encode

_CHANGE = "number, uid, record, protocol, entity, version, visit, base, before, after, account, replica, is_edit"
_REVOKED = (
    "EXISTS (SELECT 1 FROM account WHERE account.project = lease.project AND account.uid = lease.account "
    "AND account.revoked_at <> '')"
)
_RECORD = "uid, protocol, entity, parent, visit, deleted, data, owner"


class Session(Protocol):
    """One transaction as an engine gives it; the SQL is PostgreSQL's, each engine reads it in its own way.

    Parameters are marked `%s`, a list only ever stands in `= ANY(%s)`.
    """

    def ask(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Return all rows of a question."""

    def do(self, sql: str, *parameters: Any) -> int:
        """Write and return how many rows it concerned."""

    def add(self, table: str, columns: str, rows: Sequence[Sequence[Any]]) -> None:
        """Write new rows, many at once; the columns are named with commas between."""

    def put(self, table: str, columns: str, rows: Sequence[Sequence[Any]], conflict: str) -> None:
        """Write rows some of which may be there; `conflict` is what follows ON CONFLICT. No two have the same key."""

    def visit_digests(self, project: str, visits: list[str], scope: list[str]) -> dict[str, str]:
        """Return the digests of those of these visits that hold something."""


class SqlReading:
    """`storage.Reading` on a session."""

    def __init__(self, session: Session, project: str) -> None:
        self._session = session
        self._project = project

    def last(self) -> int:
        """Return the number of the newest change, 0 without any."""
        return self._figure("SELECT changes FROM counter WHERE project = %s")

    def uid_at(self, number: int) -> str:
        """Return the uid of the change with this number, "" when there is none."""
        rows = self._ask("SELECT uid FROM change WHERE project = %s AND number = %s", number)
        return str(rows[0][0]) if rows else ""

    def taken(self, replica: str) -> int:
        """Return how many changes this copy of a database has ever brought."""
        return self._figure("SELECT taken FROM replica WHERE project = %s AND uid = %s", replica)

    def ahead(self, cursor: int, replica: str, scope: Sequence[str]) -> Ahead:
        """Count the changes after a number that others brought: whole blocks by their tally, the first by its rows."""
        block = cursor // TALLY_BLOCK
        where, values = _by_others(replica, scope)
        blocks = (
            "SELECT coalesce(sum(changes), 0), coalesce(sum(edits), 0), coalesce(sum(deletes), 0) FROM tally "
            f"WHERE project = %s AND block > %s{where}"
        )
        rows = f"SELECT is_edit, is_deletion FROM change WHERE project = %s AND number > %s AND number < %s{where}"
        changes, edits, deletes = map(int, self._session.ask(blocks, self._project, block, *values)[0])
        first = self._session.ask(rows, self._project, cursor, (block + 1) * TALLY_BLOCK, *values)
        edited, deleted = (sum(bool(row[place]) for row in first) for place in (0, 1))
        return Ahead(changes + len(first), edits + edited, deletes + deleted)

    def changes_after(self, cursor: int, replica: str, scope: Sequence[str], limit: int) -> list[StoredChange]:
        """Return at most `limit` of the changes that `ahead` counts, in order of their number."""
        where, values = _by_others(replica, scope)
        rows = self._session.ask(
            f"SELECT {_CHANGE}, is_deletion, action FROM change "
            f"WHERE project = %s AND number > %s{where} ORDER BY number LIMIT %s",
            self._project,
            cursor,
            *values,
            limit,
        )
        actions = self._actions(list({row[14] for row in rows}))
        return [_change(row, actions) for row in rows]

    def lengths_after(self, cursor: int, replica: str, scope: Sequence[str], limit: int) -> list[int]:
        """Return of the changes that `changes_after` returns how many signs their values have, in the same order."""
        where, values = _by_others(replica, scope)
        rows = self._session.ask(
            "SELECT length(after) + coalesce(length(before), 0) FROM change "
            f"WHERE project = %s AND number > %s{where} ORDER BY number LIMIT %s",
            self._project,
            cursor,
            *values,
            limit,
        )
        return [row[0] for row in rows]

    def visit_digests(self, visits: Sequence[str], scope: Sequence[str]) -> dict[str, str]:
        """Return `wire.visit_digest` of what is stored of each visit, read back from the tables."""
        wanted = list(dict.fromkeys(visits))
        if not wanted:
            return {}
        found = self._session.visit_digests(self._project, wanted, list(scope))
        nothing = wire.visit_digest(())
        return {visit: found.get(visit, nothing) for visit in wanted}

    def holder(self, replica: str) -> str:
        """Return the account that brought changes as this copy of a database, "" when nobody has."""
        rows = self._ask("SELECT account FROM replica WHERE project = %s AND uid = %s", replica)
        return str(rows[0][0]) if rows else ""

    def leases(self, now: str) -> dict[str, str]:
        """Return which device holds which name."""
        sql = f"SELECT name, device FROM lease WHERE project = %s AND until > %s AND NOT {_REVOKED} ORDER BY name"
        return dict(self._ask(sql, now))

    def disputes(self) -> list[tuple[str, str, tuple[Rival, ...]]]:
        """Return the open disputes: record, field, rivals; in that order."""
        rows = self._ask("SELECT record, field, rivals FROM dispute WHERE project = %s ORDER BY record, field")
        return [
            (record, field, tuple(Rival(change, value) for change, value in _decode_rivals(rivals)))
            for record, field, rivals in rows
        ]

    def refusals(self, limit: int) -> list[Refusal]:
        """Return the newest changes that were not taken."""
        sql = (
            "SELECT uid, account, reason, body, at FROM refusal WHERE project = %s "
            "ORDER BY at DESC, account, uid LIMIT %s"
        )
        return [Refusal(*row) for row in self._ask(sql, limit)]

    def refusal_reasons(self) -> dict[str, int]:
        """Return how many changes were not taken for which reason."""
        rows = self._ask("SELECT reason, count(*) FROM refusal WHERE project = %s GROUP BY reason ORDER BY reason")
        return {reason: int(count) for reason, count in rows}

    def batches(self, since: str) -> list[BatchLine]:
        """Return the diary from an instant (UTC) on, oldest first."""
        sql = (
            "SELECT account, at, received, merged, disputed, refused, sent FROM batch "
            "WHERE project = %s AND at >= %s ORDER BY number"
        )
        return [BatchLine(*row) for row in self._ask(sql, since)]

    def counts(self) -> dict[str, int]:
        """Return how many "changes", "records" (not deleted), "disputes", "refusals", "media" there are."""
        return {
            "changes": self.last(),
            "records": self._figure("SELECT count(*) FROM record WHERE project = %s AND NOT deleted"),
            "disputes": self._figure("SELECT count(*) FROM dispute WHERE project = %s"),
            "refusals": self._figure("SELECT count(*) FROM refusal WHERE project = %s"),
            "media": self._figure("SELECT count(*) FROM media WHERE project = %s"),
        }

    def _ask(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a question whose first parameter is the project."""
        return self._session.ask(sql, self._project, *parameters)

    def _figure(self, sql: str, *parameters: Any) -> int:
        rows = self._ask(sql, *parameters)
        return int(rows[0][0]) if rows else 0

    def _actions(self, uids: list[str]) -> dict[str, Action]:
        if not uids:
            return {}
        sql = "SELECT uid, label, who, device, made_at FROM action WHERE project = %s AND uid = ANY(%s)"
        return {row[0]: Action(*row) for row in self._ask(sql, uids)}


class SqlWork(SqlReading):
    """`storage.Work` on a session; it takes hold of the project before anything else."""

    def __init__(self, session: Session, project: str) -> None:
        super().__init__(session, project)
        self._last = hold(session, project, "changes")

    def known(self, uids: Sequence[str]) -> dict[str, Known]:
        """Return what is known of those of these changes that are stored, by uid; never their contents."""
        if not uids:
            return {}
        sql = "SELECT uid, record, protocol, digest FROM change WHERE project = %s AND uid = ANY(%s)"
        return {uid: Known(*rest) for uid, *rest in self._ask(sql, list(uids))}

    def actions(self, uids: Sequence[str]) -> dict[str, Action]:
        """Return those of these actions that are stored, by uid."""
        return self._actions(list(uids))

    def joined(self, devices: Sequence[str]) -> set[str]:
        """Return those of these devices that have, or had, an account."""
        if not devices:
            return set()
        sql = "SELECT device FROM account WHERE project = %s AND device = ANY(%s)"
        return {row[0] for row in self._ask(sql, list(devices))}

    def records(self, uids: Sequence[str]) -> dict[str, StoredRecord]:
        """Return the records among these that are stored, by uid."""
        if not uids:
            return {}
        rows = self._ask(f"SELECT {_RECORD} FROM record WHERE project = %s AND uid = ANY(%s)", list(uids))
        return {row[0]: StoredRecord(*row)._replace(deleted=bool(row[5])) for row in rows}

    def steps(self, records: Sequence[str]) -> dict[str, list[Step]]:
        """Return all changes of each of these records."""
        found: dict[str, list[Step]] = {uid: [] for uid in records}
        sql = "SELECT record, uid, base, after FROM change WHERE project = %s AND record = ANY(%s)"
        for record, uid, base, after in self._ask(sql, list(found)) if found else ():
            found[record].append(Step(uid, tuple(base.split()), _decode(after)))
        return found

    def parents_of_living(self, uids: Sequence[str]) -> set[str]:
        """Return those of these records right below which one lies that is not deleted."""
        if not uids:
            return set()
        sql = "SELECT DISTINCT parent FROM record WHERE project = %s AND parent = ANY(%s) AND NOT deleted"
        return {row[0] for row in self._ask(sql, list(uids))}

    def visit_below(self, record: str) -> None:
        """Let what lies below a record lie in the visit that this one lies in, at any depth."""
        project = self._project
        self._session.do(
            """
            WITH RECURSIVE below (uid) AS (
                SELECT uid FROM record WHERE project = %s AND parent = %s AND visit <> uid
                UNION
                SELECT record.uid FROM record JOIN below ON record.parent = below.uid
                WHERE record.project = %s AND record.visit <> record.uid
            )
            UPDATE record SET visit = (SELECT visit FROM record WHERE project = %s AND uid = %s)
            WHERE project = %s AND uid IN (SELECT uid FROM below)
            """,
            *(project, record, project, project, record, project),
        )

    def add_changes(self, changes: Sequence[StoredChange]) -> None:
        """Store new changes and give them the next numbers, in this order."""
        if not changes:
            return
        project, first = self._project, self._last + 1
        actions = {change.action.uid: change.action for change in changes}
        rows = [(project, *msgspec.structs.astuple(action)) for action in actions.values()]
        self._session.put("action", "project, uid, label, who, device, made_at", rows, "DO NOTHING")
        self._session.add(
            "change",
            f"project, {_CHANGE}, is_deletion, action, digest",
            [_row(project, number, change) for number, change in enumerate(changes, first)],
        )
        self._last += len(changes)
        self._session.do("UPDATE counter SET changes = %s WHERE project = %s", self._last, project)
        self._count(first, changes)

    def _count(self, first: int, changes: Sequence[StoredChange]) -> None:
        """Keep the counts from which `taken` and `ahead` are read."""
        taken = Counter(change.replica for change in changes)
        accounts = {change.replica: change.account for change in reversed(changes)}
        self._session.put(
            "replica",
            "project, uid, taken, account",
            [(self._project, replica, count, accounts[replica]) for replica, count in taken.items()],
            "(project, uid) DO UPDATE SET taken = replica.taken + excluded.taken",
        )
        lines: Counter[tuple[int, str, str, bool, bool]] = Counter(
            (number // TALLY_BLOCK, change.replica, change.protocol, change.is_edit, change.is_deletion)
            for number, change in enumerate(changes, first)
        )
        sums: dict[tuple[int, str, str], list[int]] = {}
        for (block, replica, protocol, is_edit, is_deletion), count in lines.items():
            figures = sums.setdefault((block, replica, protocol), [0, 0, 0])
            for place, counted in enumerate((True, is_edit, is_deletion)):
                figures[place] += count * counted
        self._session.put(
            "tally",
            "project, block, replica, protocol, changes, edits, deletes",
            [(self._project, *key, *figures) for key, figures in sums.items()],
            "(project, block, replica, protocol) DO UPDATE SET changes = tally.changes + excluded.changes, "
            "edits = tally.edits + excluded.edits, deletes = tally.deletes + excluded.deletes",
        )

    def add_records(self, records: Sequence[StoredRecord]) -> None:
        """Store records that are not there."""
        if records:
            self._session.add("record", f"project, {_RECORD}", [(self._project, *record) for record in records])

    def put_records(self, records: Sequence[StoredRecord]) -> None:
        """Store these states of records, whether they are there or not; the owner of one that is there stays."""
        names = ("protocol", "entity", "parent", "visit", "deleted", "data")
        self._put(
            "record",
            _RECORD,
            {record.uid: record for record in records},
            f"(project, uid) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in names)}",
        )

    def put_disputes(self, disputes: Mapping[str, Mapping[str, Sequence[Rival]]]) -> None:
        """Make these the open disputes of each of these records (by uid, then field); none closes all of it."""
        if not disputes:
            return
        self._session.do("DELETE FROM dispute WHERE project = %s AND record = ANY(%s)", self._project, list(disputes))
        rows = [
            (self._project, record, field, _encode([(rival.change, rival.value) for rival in rivals]).decode())
            for record, fields in disputes.items()
            for field, rivals in fields.items()
        ]
        if rows:
            self._session.add("dispute", "project, record, field, rivals", rows)

    def disputed(self, records: Sequence[str], field: str) -> set[str]:
        """Return those of these records of which this field is disputed."""
        if not records:
            return set()
        sql = "SELECT record FROM dispute WHERE project = %s AND record = ANY(%s) AND field = %s"
        return {row[0] for row in self._ask(sql, list(records), field)}

    def refuse(self, refusals: Sequence[Refusal]) -> None:
        """Keep what was not taken; the same change of the same account replaces what was kept of it."""
        self._put(
            "refusal",
            "uid, account, reason, body, at",
            {(refusal.account, refusal.uid): refusal for refusal in refusals},
            "(project, account, uid) DO UPDATE SET reason = excluded.reason, body = excluded.body, at = excluded.at",
        )
        newest = "SELECT uid FROM refusal WHERE project = %s AND account = %s ORDER BY at DESC, uid DESC LIMIT %s"
        sql = f"DELETE FROM refusal WHERE project = %s AND account = %s AND uid NOT IN ({newest})"
        for account in {refusal.account for refusal in refusals}:
            self._session.do(sql, self._project, account, self._project, account, MAX_REFUSALS)

    def taken_after_all(self, account: str, uids: Sequence[str]) -> None:
        """Forget the refusals of changes that were taken now."""
        # Hardly ever is there one, and the names of a large request are not put together for nothing.
        if uids and self._ask("SELECT 1 FROM refusal WHERE project = %s AND account = %s LIMIT 1", account):
            sql = "DELETE FROM refusal WHERE project = %s AND account = %s AND uid = ANY(%s)"
            self._session.do(sql, self._project, account, list(uids))

    def lease(self, account: str, device: str, names: Sequence[str], until: str, now: str) -> None:
        """Let an account hold, with its device, the names that nobody holds at `now`, up to MAX_LEASES in all."""
        # What has run out is taken away first, whoever held it.
        self._session.do(f"DELETE FROM lease WHERE project = %s AND (until <= %s OR {_REVOKED})", self._project, now)
        asked = "SELECT name, account FROM lease WHERE project = %s AND (account = %s OR name = ANY(%s))"
        held = dict(self._ask(asked, account, list(names)))
        own = [name for name in names if held.get(name) == account]
        room = max(0, MAX_LEASES - list(held.values()).count(account))
        free = list(dict.fromkeys(name for name in names if name not in held))[:room]
        self._put(
            "lease",
            "name, device, account, until",
            {name: (name, device, account, until) for name in (*own, *free)},
            "(project, name) DO UPDATE SET until = excluded.until WHERE lease.until < excluded.until",
        )

    def release(self, account: str, names: Sequence[str]) -> None:
        """Let go of the names that this account holds."""
        sql = "DELETE FROM lease WHERE project = %s AND account = %s AND name = ANY(%s)"
        self._session.do(sql, self._project, account, list(names))

    def log(self, line: BatchLine) -> None:
        """Add a line to the diary."""
        number = hold(self._session, self._project, "batches") + 1
        self._session.do("UPDATE counter SET batches = %s WHERE project = %s", number, self._project)
        columns = "project, number, account, at, received, merged, disputed, refused, sent"
        self._session.add("batch", columns, [(self._project, number, *line)])

    def _put(self, table: str, columns: str, rows: Mapping[Any, Sequence[Any]], conflict: str) -> None:
        """Write rows, one for each key, of this project."""
        if rows:
            values = [(self._project, *row) for row in rows.values()]
            self._session.put(table, f"project, {columns}", values, conflict)


def hold(session: Session, project: str, count: str) -> int:
    """Keep everybody else from writing into a project until the transaction ends; return one of its counts.

    Raises:
        StorageError: there is no such project.
    """
    rows = session.ask(f"SELECT {count} FROM counter WHERE project = %s FOR UPDATE", project)
    if not rows:
        raise StorageError(_("Ce serveur ne connaît pas ce projet. Choisissez-en un de sa liste."), again=False)
    return int(rows[0][0])


def _by_others(replica: str, scope: Sequence[str]) -> tuple[str, list[Any]]:
    """Return the condition, and its values, for what others brought of these protocols."""
    if scope:
        return " AND replica <> %s AND protocol = ANY(%s)", [replica, list(scope)]
    return " AND replica <> %s", [replica]


def _change(row: Sequence[Any], actions: Mapping[str, Action]) -> StoredChange:
    number, uid, record, protocol, entity, version, visit, base, before, after, account, replica, edit, gone, made = row
    return StoredChange(
        number,
        uid,
        record,
        protocol,
        entity,
        version,
        visit,
        tuple(base.split()),
        before,
        after,
        actions[made],
        account,
        replica,
        bool(edit),
        bool(gone),
    )


def _row(project: str, number: int, change: StoredChange) -> tuple[Any, ...]:
    before = None if change.before is None else change.before.encode()
    return (
        project,
        number,
        *change[1:7],
        " ".join(change.base),
        change.before,
        change.after,
        *change[11:],
        change.action.uid,
        content_digest(change.record, change.protocol, change.entity, change.base, before, change.after.encode()),
    )
