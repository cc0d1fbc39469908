"""Whom this database exchanges with, and how far it has come with each."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import msgspec

from fieldapp.core.ids import new_uid
from fieldapp.store import records
from fieldapp.store.connection import Database

HUB, LAN, FILE = "hub", "lan", "file"
"""A hub of the association, the hub of a table, another laptop by file."""

COORDINATOR = "coordinator"
"""The role of the accounts of a hub that may validate."""

HEARD_EVERY = timedelta(seconds=30)
"""How exactly is kept when a peer was last heard that is asked all the time."""

_COLUMNS = (
    "id, kind, project, name, address, account, role, scope, replica, device, through, cursor, mark, taken, "
    "joined_at, synced_at, left_at"
)


@dataclass(frozen=True, slots=True)
class Peer:
    """One that changes are exchanged with; instants are UTC, "" while something has not happened.

    Own changes up to `through` were looked at for it, its changes up to `cursor` are here; `mark` is the uid of the one
    with that number. `replica` is what this copy of the database is called there, `taken` how many changes of the
    replica it has. An empty `scope` means all protocols.
    """

    id: int
    kind: str
    project: str
    name: str
    address: str
    account: str
    role: str
    scope: tuple[str, ...]
    replica: str
    device: str
    through: int = 0
    cursor: int = 0
    mark: str = ""
    taken: int = 0
    joined_at: str = ""
    synced_at: str = ""
    left_at: str = ""


def all_of(db: Database, kind: str | None = None) -> list[Peer]:
    """Return the peers that were not left (of one kind), in order of joining."""
    rows = db.rows(
        f"SELECT {_COLUMNS} FROM peer WHERE left_at = '' AND (?1 IS NULL OR kind = ?1) ORDER BY id",  # noqa: S608
        (kind,),
    )
    return [_peer(row) for row in rows]


def get(db: Database, peer_id: int) -> Peer:
    """Return the peer with this number, left or not; KeyError when there is none."""
    rows = db.rows(f"SELECT {_COLUMNS} FROM peer WHERE id = ?", (peer_id,))  # noqa: S608 - names of columns
    if not rows:
        raise KeyError(peer_id)
    return _peer(rows[0])


def hub(db: Database) -> Peer | None:
    """Return the association's hub that this database joined, None while it joined none."""
    return next(iter(all_of(db, HUB)), None)


def is_coordinator(db: Database) -> bool:
    """Return whether who works on this laptop may validate: by the role of its account, anybody where there is none."""
    joined = hub(db)
    return joined is None or joined.role == COORDINATOR


def add(
    db: Database,
    kind: str,
    *,
    project: str,
    name: str,
    address: str = "",
    account: str = "",
    role: str = "",
    scope: tuple[str, ...] = (),
) -> Peer:
    """Return the peer with this project and account, made or taken up again with this name, address and role."""
    with db.transaction() as connection:
        connection.execute(
            "INSERT INTO peer (kind, project, name, address, account, role, scope, replica, device, joined_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kind, project, account) DO UPDATE SET "
            "name = excluded.name, address = excluded.address, role = excluded.role, scope = excluded.scope, "
            "left_at = ''",
            (
                *(kind, project, name, address, account, role, msgspec.json.encode(scope).decode()),
                *(new_uid(), db.author.device, records.now()),
            ),
        )
        peer_id = db.value(
            "SELECT id FROM peer WHERE kind = ? AND project = ? AND account = ?", (kind, project, account)
        )
    return get(db, peer_id)


def leave(db: Database, peer_id: int) -> None:
    """Exchange nothing more with this peer; what came from it stays."""
    with db.transaction() as connection:
        connection.execute("UPDATE peer SET left_at = ? WHERE id = ?", (records.now(), peer_id))
        connection.execute("DELETE FROM outbox WHERE peer = ?", (peer_id,))
        connection.execute("DELETE FROM lease WHERE peer = ?", (peer_id,))


def as_new_copy(db: Database, peer: Peer) -> Peer:
    """Take another name with the peer: this is no longer the copy of the database that it knows under the former."""
    with db.transaction() as connection:
        connection.execute(
            "UPDATE peer SET replica = ?, device = ?, taken = 0 WHERE id = ?", (new_uid(), db.author.device, peer.id)
        )
    return get(db, peer.id)


def ask_for_all(db: Database, peer: Peer) -> Peer:
    """Want all changes of the peer once more, our own too; what is here is known by its uid. Nothing is offered again.

    What was passed over is looked at again.
    """
    with db.transaction() as connection:
        connection.execute("UPDATE peer SET cursor = 0, mark = '' WHERE id = ?", (peer.id,))
        connection.execute("DELETE FROM aside WHERE peer = ?", (peer.id,))
        return as_new_copy(db, peer)


def begin_again(db: Database, peer: Peer) -> Peer:
    """Forget how far things had come with a peer that lost what it had: it is offered all, and asked for all."""
    with db.transaction() as connection:
        connection.execute("UPDATE change SET origin = NULL WHERE origin = ?", (peer.id,))
        connection.execute(
            "UPDATE peer SET through = 0, cursor = 0, mark = '', media_cursor = 0, synced_at = '' WHERE id = ?",
            (peer.id,),
        )
        connection.execute("DELETE FROM outbox WHERE peer = ?", (peer.id,))
        connection.execute("DELETE FROM receipt WHERE peer = ?", (peer.id,))
        connection.execute("DELETE FROM media_state WHERE peer = ?", (peer.id,))
        connection.execute("DELETE FROM aside WHERE peer = ?", (peer.id,))
    return as_new_copy(db, get(db, peer.id))


def note_taken(connection: sqlite3.Connection, peer: Peer, taken: int) -> None:
    """Keep how many changes of this copy of the database the peer has ever taken."""
    connection.execute("UPDATE peer SET taken = ? WHERE id = ?", (taken, peer.id))


def look_through(connection: sqlite3.Connection, peer: Peer) -> None:
    """Say that all changes up to the newest were looked at for the peer."""
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM change").fetchone()
    connection.execute("UPDATE peer SET through = ?1 WHERE id = ?2 AND through <> ?1", (last, peer.id))


def move_on(connection: sqlite3.Connection, peer: Peer, cursor: int, mark: str) -> None:
    """Say up to which number the peer's changes are here; in the transaction that wrote them."""
    connection.execute(
        "UPDATE peer SET cursor = ?1, mark = ?2 WHERE id = ?3 AND (cursor <> ?1 OR mark <> ?2)", (cursor, mark, peer.id)
    )


def heard(db: Database, peer: Peer, *, role: str) -> None:
    """Note that there was nothing to exchange just now; without a report, and once in a while only."""
    before = datetime.now(UTC) - HEARD_EVERY
    if peer.synced_at < before.isoformat(timespec="milliseconds") or (role and role != peer.role):
        sql = "UPDATE peer SET synced_at = ?, role = ? WHERE id = ?"
        with db.transaction() as connection:
            connection.execute(sql, (records.now(), role or peer.role, peer.id))


def synced(db: Database, peer: Peer, report: object, *, role: str) -> None:
    """Note that all was exchanged just now, with a report of it (JSON); only the newest 500 reports are kept."""
    with db.transaction() as connection:
        at = records.now()
        connection.execute("UPDATE peer SET synced_at = ?, role = ? WHERE id = ?", (at, role or peer.role, peer.id))
        _log(connection, peer.id, report, at)


def log(db: Database, peer_id: int, report: object) -> None:
    """Add a report (JSON) to the diary of syncs."""
    with db.transaction() as connection:
        _log(connection, peer_id, report, records.now())


def _log(connection: sqlite3.Connection, peer_id: int, report: object, at: str) -> None:
    connection.execute(
        "INSERT INTO sync_log (peer, at, report) VALUES (?, ?, ?)", (peer_id, at, msgspec.json.encode(report).decode())
    )
    connection.execute("DELETE FROM sync_log WHERE id <= (SELECT max(id) FROM sync_log) - 500")


def diary(db: Database, limit: int = 50) -> list[tuple[int, str, dict[str, object]]]:
    """Return the newest reports of syncs: peer, instant (UTC), figures."""
    rows = db.rows("SELECT peer, at, report FROM sync_log ORDER BY id DESC LIMIT ?", (limit,))
    return [(peer, at, msgspec.json.decode(report)) for peer, at, report in rows]


def offered(db: Database) -> int:
    """Return the number of the newest change that anybody was ever offered, 0 before the first."""
    return int(
        db.value(
            "SELECT max(coalesce((SELECT max(through) FROM peer), 0),"
            " coalesce((SELECT max(last_change) FROM parcel WHERE direction = 'out'), 0))"
        )
    )


def _peer(row: tuple[object, ...]) -> Peer:
    found = Peer(*row)  # type: ignore[arg-type]  # the columns have these types
    return replace(found, scope=tuple(msgspec.json.decode(str(row[7]), type=list[str])))
