"""Finding out how things stand between this computer and the others; for the background, which loads it first."""

from __future__ import annotations

from fieldapp.store import disputes, media_peers, outbox, peers
from fieldapp.store.connection import Database
from fieldapp.store.outbox import COUNTED
from fieldapp.ui.sync import refusals
from fieldapp.ui.sync.standing import Standing


def stand(db: Database) -> Standing:
    """Return how things stand now; reads every change that waits, so not for the main thread."""
    review = disputes.count(db)
    peer = peers.hub(db)
    if peer is None:
        return Standing(review=review)
    refused = len(outbox.refused(db, peer))
    waiting = outbox.waiting(db, peer)
    visits = 0
    if waiting >= COUNTED:
        visits = COUNTED
    elif waiting > refused:
        visits = len(outbox.visits_with_own(db, peer))
    photos = len(media_peers.unsent_photos(db, peer.id))
    unsettled = len(refusals.unsettled(db, peer)) if refused else 0
    return Standing(peer.name, peer.role, peer.synced_at, visits, photos, review, unsettled)
