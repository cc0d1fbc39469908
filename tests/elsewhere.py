"""What a colleague wrote on another laptop, taken in here as a sync brings it."""

from __future__ import annotations

from typing import Any

from fieldapp.core.ids import new_uid
from fieldapp.store import incoming, peers, records, steps
from fieldapp.store.connection import Database
from fieldapp.store.incoming import Incoming


def beginning(db: Database, uid: str) -> tuple[str, ...]:
    """Return the change that made a record."""
    return next((step.uid,) for step in steps.steps(db, [uid])[uid] if not step.base)


def write_elsewhere(db: Database, uid: str, *, base: tuple[str, ...] = (), **after: Any) -> None:
    """Take in these values of a record, given by Bruno who knew all that is here of it, or what is up to `base`."""
    record = records.get(db, uid)
    assert record is not None
    peer = peers.add(db, peers.FILE, project="bruno", name="Bruno")
    change = Incoming(
        new_uid(),
        uid,
        record.protocol,
        record.entity,
        db.protocols[record.protocol].version,
        base or steps.heads(db, [uid])[uid],
        records.encode({name: record.data.get(name) for name in after}).decode(),
        records.encode(after).decode(),
        (new_uid(), "correction", "Bruno", "portable-bruno", records.now()),
    )
    with db.transaction() as connection:
        incoming.take(db, connection, peer.id, [change])
