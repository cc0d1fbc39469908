"""What waits for a peer: whole visits at a time, parents before what lies below them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.store.peers import Peer
from fieldapp.store.placing import Placing
from fieldapp.store.records import encode

Row = tuple[int, str, str | None, str, str]
"""Number of a change, and record, parent, protocol and entity that it is of."""

COUNTED = 10_000
"""Where `waiting` stops counting, so that the status line never waits for a large database."""


@dataclass(slots=True)
class Parcel:
    """The changes of one visit (or of a record that lies in none) that wait.

    `changes` are their numbers, in order of sending, each with its visit: one between which a record was moved comes
    along with another.
    """

    visit: str
    depth: int
    changes: dict[int, str] = field(default_factory=dict)


class Outgoing(NamedTuple):
    """One change on its way: all that the wire wants to know of it. `before` and `after` are JSON."""

    id: int
    uid: str
    record: str
    protocol: str
    entity: str
    version: str
    base: tuple[str, ...]
    before: str | None
    after: str
    action: tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Refused:
    """A change that a peer did not take: why (a code), and of which record."""

    change: int
    record: str
    protocol: str
    entity: str
    reason: str
    label: str


def collect(db: Database, peer: Peer) -> None:
    """Put into the outbox what was saved since the last time, and offer again what was refused."""
    with db.transaction() as connection:
        last = int(db.value("SELECT coalesce(max(id), 0) FROM change"))
        scope = encode([*peer.scope, "directory"]).decode() if peer.scope else None
        connection.execute(
            "INSERT OR IGNORE INTO outbox (peer, change) SELECT ?1, c.id FROM change AS c WHERE c.id > ?2 "
            "AND c.origin IS NOT ?1 AND c.withdrawn = 0 AND (?3 IS NULL OR (SELECT protocol FROM record "
            "WHERE uid = c.record) IN (SELECT value FROM json_each(?3)))",
            (peer.id, peer.through, scope),
        )
        # What is as it was is not written: a sync with nothing to do waits for the disk once.
        connection.execute("UPDATE peer SET through = ?1 WHERE id = ?2 AND through <> ?1", (last, peer.id))
        connection.execute("UPDATE outbox SET reason = '' WHERE peer = ? AND reason <> ''", (peer.id,))


def window(db: Database, peer: Peer, size: int) -> list[Parcel]:
    """Return some `size` changes that wait and were not refused, by visit; in the order in which they are to go.

    A visit is never parted: all that waits of it is in its parcel, be it more than `size`. So is what waits of the
    records above.
    """
    rows = _first(db, peer, size)
    if len(rows) == size:
        rows = _completed(db, peer, rows)
    return by_visit(db, rows)


def by_visit(db: Database, rows: Sequence[Row]) -> list[Parcel]:
    """Return changes (their number, then record, parent, protocol and entity) by visit, in the order of `window`."""
    moves = _moves(db, rows)
    placing = _placing(db, rows, moves)
    together = _together(placing, moves)
    parcels: dict[str, Parcel] = {}
    for _depth, number, record in sorted((placing.depth(row[1]), row[0], row[1]) for row in rows):
        visit = placing.visit(record)
        lead = together.get(visit, visit)
        if lead not in parcels:
            parcels[lead] = Parcel(lead, placing.depth(lead))
        parcels[lead].changes[number] = visit
    return sorted(parcels.values(), key=lambda parcel: (parcel.depth, min(parcel.changes)))


def _placing(db: Database, rows: Iterable[Row], moves: Iterable[tuple[str, str]]) -> Placing:
    places = ((record, parent, protocol, entity) for _id, record, parent, protocol, entity in rows)
    return Placing(db, places, also=[parent for _record, parent in moves])


def _moves(db: Database, rows: Iterable[Row]) -> list[tuple[str, str]]:
    """Return the records that one of these changes moved, each with all that it ever lay below."""
    return db.rows(
        "WITH moved (record) AS MATERIALIZED (SELECT DISTINCT c.record FROM json_each(?) CROSS JOIN change AS c "
        "ON c.id = value WHERE c.before IS NOT NULL AND instr(c.after, '\"_parent\"')) "
        "SELECT DISTINCT c.record, json_extract(c.after, '$._parent') FROM moved CROSS JOIN change AS c "
        "ON c.record = moved.record AND c.withdrawn = 0 WHERE json_extract(c.after, '$._parent') IS NOT NULL",
        (encode([row[0] for row in rows]).decode(),),
    )


def _together(placing: Placing, moves: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return for visits between which records were moved the one that stands for them all.

    What such a record lay below before has to be there when it comes, though it lies elsewhere now.
    """
    groups: dict[str, set[str]] = {}
    for record, parent in moves:
        visits = {visit for visit in (placing.visit(record), placing.visit(parent)) if placing.holds(visit)}
        group = set().union(*(groups.get(visit, {visit}) for visit in visits))
        groups |= dict.fromkeys(group, group)
    return {visit: min(group) for visit, group in groups.items()}


_WAITING = (
    "SELECT o.change, c.record, r.parent, r.protocol, r.entity FROM outbox AS o CROSS JOIN change AS c "
    "ON c.id = o.change CROSS JOIN record AS r ON r.uid = c.record WHERE o.peer = ?1 AND o.reason = ''"
)


def _first(db: Database, peer: Peer, size: int) -> list[Row]:
    return db.rows(f"{_WAITING} ORDER BY o.change LIMIT ?2", (peer.id, size))


def _completed(db: Database, peer: Peer, rows: list[Row]) -> list[Row]:
    """Return the rows with those of the same visits, and of the records above them, that wait further on."""
    visits, above, last = surroundings(db, rows)
    sql = (
        f"{TOUCHED} SELECT c.id, c.record, r.parent, r.protocol, r.entity FROM touched CROSS JOIN change AS c "  # noqa: S608
        "ON c.record = touched.uid AND c.id > ?3 CROSS JOIN outbox AS o ON o.peer = ?4 AND o.change = c.id "
        "AND o.reason = '' CROSS JOIN record AS r ON r.uid = c.record"
    )
    more = db.rows(sql, (visits, above, last, peer.id))
    while _moves(db, more) and (further := surroundings(db, [*rows, *more])[:2]) != (visits, above):
        visits, above = further
        more = db.rows(sql, (visits, above, last, peer.id))
    return [*rows, *more]


TOUCHED = (
    "WITH RECURSIVE below (uid) AS (SELECT value FROM json_each(?1) UNION SELECT r.uid FROM below "
    "CROSS JOIN record AS r ON r.parent = below.uid AND r.deleted = 0 UNION SELECT r.uid FROM below "
    "CROSS JOIN record AS r ON r.parent = below.uid AND r.deleted = 1), "
    "touched (uid) AS (SELECT uid FROM below UNION SELECT value FROM json_each(?2))"
)
"""The records of some visits (?1), and those above them (?2), as SQL."""


def surroundings(db: Database, rows: Sequence[Row]) -> tuple[str, str, int]:
    """Return as TOUCHED wants them the visits of these changes and the records above, and the last change's number."""
    moves = _moves(db, rows)
    placing = _placing(db, rows, moves)
    visits = {placing.visit(row[1]) for row in rows} | {placing.visit(parent) for _record, parent in moves}
    held = sorted(visit for visit in visits if placing.holds(visit))
    above = {uid for visit in visits for uid in placing.above(visit)} | {parent for _record, parent in moves}
    return encode(held).decode(), encode(sorted(above)).decode(), rows[-1][0]


def load(db: Database, numbers: Sequence[int]) -> list[Outgoing]:
    """Return the changes with these numbers, in this order."""
    rows = db.rows(
        "SELECT c.id, c.uid, c.record, r.protocol, r.entity, c.protocol_version, c.base, c.before, c.after, c.action "
        "FROM json_each(?) AS wanted CROSS JOIN change AS c ON c.id = wanted.value "
        "CROSS JOIN record AS r ON r.uid = c.record",
        (encode(list(numbers)).decode(),),
    )
    actions = _actions(db, {row[9] for row in rows})
    found = {
        row[0]: Outgoing(row[0], row[1], row[2], row[3], row[4], row[5], _base(row[6]), row[7], row[8], actions[row[9]])
        for row in rows
    }
    return [found[number] for number in numbers if number in found]


def _base(text: str | None) -> tuple[str, ...]:
    return tuple(text.split()) if text else ()


def _actions(db: Database, numbers: Iterable[int]) -> dict[int, tuple[str, str, str, str, str]]:
    rows = db.rows(
        "SELECT id, uid, label, who, device, made_at FROM action WHERE id IN (SELECT value FROM json_each(?))",
        (encode(list(numbers)).decode(),),
    )
    return {number: (uid, label, who, device, made_at) for number, uid, label, who, device, made_at in rows}


def answered(
    db: Database,
    connection: sqlite3.Connection,
    peer: Peer,
    taken: Sequence[int],
    refused: Sequence[tuple[int, str]],
    visits: Iterable[str],
) -> None:
    """Note what the peer said: which changes it has, which it refused and why, of which visits a receipt is to come.

    A change that came from another hub of the association and is refused is let go of: whoever made it offers it too.
    One that came in a file or from a table may have no other way.
    """
    connection.executemany("DELETE FROM outbox WHERE peer = ? AND change = ?", [(peer.id, number) for number in taken])
    connection.executemany(
        "UPDATE outbox SET reason = ? WHERE peer = ? AND change = ?",
        [(reason, peer.id, number) for number, reason in refused],
    )
    if refused:
        connection.execute(
            "DELETE FROM outbox WHERE peer = ? AND reason <> '' AND change IN "
            "(SELECT c.id FROM change AS c JOIN peer AS p ON p.id = c.origin WHERE c.id = change AND p.kind = 'hub')",
            (peer.id,),
        )
    at = records.now()
    connection.executemany(
        "INSERT INTO receipt (peer, visit, state, at) VALUES (?, ?, 'waiting', ?) ON CONFLICT (peer, visit) "
        "DO UPDATE SET state = 'waiting', at = excluded.at",
        [(peer.id, visit, at) for visit in visits],
    )


def waiting(db: Database, peer: Peer | None = None) -> int:
    """Return how many changes a peer was not offered or has not taken, at most COUNTED; without one: all there are."""
    if peer is None:
        sql = "SELECT count(*) FROM (SELECT 1 FROM change WHERE withdrawn = 0 LIMIT ?)"
        return int(db.value(sql, (COUNTED,)))
    fresh = db.value(
        "SELECT count(*) FROM (SELECT 1 FROM change WHERE id > ? AND origin IS NOT ? AND withdrawn = 0 LIMIT ?)",
        (peer.through, peer.id, COUNTED),
    )
    kept = db.value("SELECT count(*) FROM (SELECT 1 FROM outbox WHERE peer = ? LIMIT ?)", (peer.id, COUNTED))
    return min(COUNTED, int(fresh) + int(kept))


def deletions(db: Database, peer: Peer) -> int:
    """Return how many of the changes in the outbox delete a record."""
    return int(
        db.value(
            "SELECT count(*) FROM outbox AS o CROSS JOIN change AS c ON c.id = o.change "
            "WHERE o.peer = ? AND c.before IS NOT NULL AND json_extract(c.after, '$._deleted')",
            (peer.id,),
        )
    )


def unsent_of(db: Database, peer: Peer, uids: Sequence[str]) -> set[str]:
    """Return those of these records that have changes which the peer was not asked about yet."""
    rows = db.rows(
        "SELECT DISTINCT c.record FROM change AS c WHERE c.record IN (SELECT value FROM json_each(?1)) "
        "AND c.withdrawn = 0 AND c.origin IS NOT ?2 AND (c.id > ?3 OR EXISTS "
        "(SELECT 1 FROM outbox AS o WHERE o.peer = ?2 AND o.change = c.id AND o.reason = ''))",
        (encode(list(uids)).decode(), peer.id, peer.through),
    )
    return {row[0] for row in rows}


def visits_with_own(db: Database, peer: Peer) -> set[str]:
    """Return the visits in which something of ours waits for the peer, be it that it was refused."""
    rows = db.rows(
        "SELECT DISTINCT r.uid, r.parent, r.protocol, r.entity FROM change AS c CROSS JOIN record AS r "
        "ON r.uid = c.record WHERE c.withdrawn = 0 AND c.origin IS NOT ?1 AND (c.id > ?2 OR c.id IN "
        "(SELECT change FROM outbox WHERE peer = ?1))",
        (peer.id, peer.through),
    )
    placing = Placing(db, rows)
    return {placing.visit(row[0]) for row in rows}


def is_empty(db: Database, peer: Peer) -> bool:
    """Return whether nothing waits that the peer was not asked about."""
    return (
        db.value(
            "SELECT 1 WHERE EXISTS (SELECT 1 FROM outbox WHERE peer = ?1 AND reason = '') OR EXISTS "
            "(SELECT 1 FROM change WHERE id > ?2 AND origin IS NOT ?1 AND withdrawn = 0)",
            (peer.id, peer.through),
        )
        is None
    )


def refused(db: Database, peer: Peer, limit: int = 500) -> list[Refused]:
    """Return the changes that the peer refused, oldest first."""
    rows: list[tuple[Any, ...]] = db.rows(
        "SELECT o.change, c.record, r.protocol, r.entity, o.reason, a.label FROM outbox AS o CROSS JOIN change AS c "
        "ON c.id = o.change CROSS JOIN record AS r ON r.uid = c.record CROSS JOIN action AS a ON a.id = c.action "
        "WHERE o.peer = ? AND o.reason <> '' ORDER BY o.change LIMIT ?",
        (peer.id, limit),
    )
    return [Refused(*row) for row in rows]
