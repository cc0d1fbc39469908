"""What a hub has refused and nobody has seen to yet: what is undone or given up is no more among it."""

from __future__ import annotations

from fieldapp.store import outbox
from fieldapp.store.connection import Database
from fieldapp.store.outbox import Refused
from fieldapp.store.peers import Peer


def unsettled(db: Database, hub: Peer, limit: int = 500) -> list[Refused]:
    """Return the first refused change of each record, oldest first."""
    first: dict[str, Refused] = {}
    for item in outbox.refused(db, hub, limit):
        first.setdefault(item.record, item)
    return list(first.values())
