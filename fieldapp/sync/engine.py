"""One loop: send what waits, take what came, compare receipts; until both sides have the same. No threads, no Qt."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from fieldapp.core.errors import FieldappError
from fieldapp.core.text import _, ngettext
from fieldapp.store import incoming, outbox, peers, placing, receipts
from fieldapp.store.connection import Database
from fieldapp.sync import messages
from fieldapp.sync.job import (
    ALL_AGAIN,
    RECEIPTS_KEPT_DAYS,
    Carrier,
    Job,
    NewerProtocolError,
    Progress,
    Report,
    never,
    take_new_name,
)
from fieldapp.sync.receiving import ask_for_all, pull
from fieldapp.sync.sending import push, refuse_mass_sending


def run(
    db: Database,
    peer_id: int,
    carrier: Carrier,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    consents: frozenset[str] = frozenset(),
    wait: Callable[[float], None] = time.sleep,
    claims: Sequence[str] = (),
    releases: Sequence[str] = (),
) -> Report:
    """Exchange with a peer until nothing waits on either side, and return what was done.

    Whatever breaks off in between, all that was answered is kept, and the next run goes on there. `progress(done, all)`
    counts changes. `claims` and `releases` are ring strings to be held or let go.

    Raises HubError (the hub can't be reached, or refuses), ConsentError (a person must agree first), OtherHubError,
    NewerProtocolError (all was sent, not all could be taken), CancelledError, DatabaseError.
    """
    peer = peers.get(db, peer_id)
    job = Job(db, peer, carrier, progress, cancelled or never, consents, wait, claims, releases)
    if peer.device != db.author.device:
        take_new_name(job)
    if ALL_AGAIN in consents:
        # Together: what was offered once must not look as if nobody knew of it.
        with db.transaction():
            job.peer = peers.begin_again(db, job.peer)
            outbox.collect(db, job.peer)
    try:
        _exchange(job)
    except FieldappError as error:
        job.report.note = str(error)
        _close(job)
        if not _is_one_of_many(job):
            peers.log(db, peer_id, job.report.as_json())
        raise
    _close(job)
    role = job.answer.role if job.answer else ""
    if _is_one_of_many(job):
        peers.heard(db, job.peer, role=role)
        return job.report
    kept = datetime.now(UTC) - timedelta(days=RECEIPTS_KEPT_DAYS)
    with db.transaction():
        peers.synced(db, job.peer, job.report.as_json(), role=role)
        receipts.forget_before(db, kept.isoformat(timespec="milliseconds"))
    return job.report


def _is_one_of_many(job: Job) -> bool:
    """Return whether nobody wants to read of this run: at a table there is one every second, mostly for nothing."""
    report = job.report
    return job.peer.kind == peers.LAN and not (report.sent or report.received or report.refused or report.conflicts)


def _close(job: Job) -> None:
    """Complete the report with what stands in the database now."""
    job.report.unconfirmed, job.report.different = receipts.open_counts(job.db, job.peer.id)
    job.report.refused = len(outbox.refused(job.db, job.peer))
    job.report.waiting = outbox.waiting(job.db, peers.get(job.db, job.peer.id))
    job.report.people = len(job.people - {job.db.author.who})
    job.report.visits_sent = placing.count_visits(job.db, job.sent_visits)
    job.report.visits_received = placing.count_visits(job.db, job.received_visits)


def _exchange(job: Job) -> None:
    outbox.collect(job.db, job.peer)
    job.peer = peers.get(job.db, job.peer.id)
    refuse_mass_sending(job)
    _look_again(job)
    while True:
        push(job)
        if not (pull(job) and outbox.is_empty(job.db, job.peer)):
            _collect_new(job)
        elif receipts.stay_different(job.db, job.peer.id) and not job.is_again:
            ask_for_all(job)
        else:
            return _tell_of_passed(job)


def _look_again(job: Job) -> None:
    """Ask once more for what an update of this program may have made clear, and for receipts that were different."""
    if any(messages.is_understood(job.db, *kind) for kind in incoming.newer(job.db, job.peer.id)):
        job.by_page = True
        job.peer = peers.ask_for_all(job.db, job.peer)
    if receipts.different(job.db, job.peer.id):
        with job.db.transaction() as connection:
            receipts.ask_again(connection, job.peer.id)


def _collect_new(job: Job) -> None:
    """Take up what was typed meanwhile, without offering again what was refused in this run."""
    refused = [(item.change, item.reason) for item in outbox.refused(job.db, job.peer)]
    with job.db.transaction() as connection:
        outbox.collect(job.db, job.peer)
        outbox.answered(job.db, connection, job.peer, [], refused, [])
    job.peer = peers.get(job.db, job.peer.id)


def _tell_of_passed(job: Job) -> None:
    """Tell of changes that this program can't hold; all others were taken.

    Those of a protocol that it knows want an update. A protocol that no program has, and a change that makes no sense,
    are told of once: they stand at the hub for ever, and must not stop anybody.
    """
    if job.strange:
        job.report.note = ngettext(
            "Le serveur a apporté {n} modification qui n’a pas de sens : elle n’a pas été prise ici, tout le reste "
            "l’est. Prévenez la coordination.",
            "Le serveur a apporté {n} modifications qui n’ont pas de sens : elles n’ont pas été prises ici, tout le "
            "reste l’est. Prévenez la coordination.",
            job.strange,
        ).format(n=job.strange)
    found = incoming.newer(job.db, job.peer.id)
    known = [kind for kind in found if kind[0] in job.db.protocols]
    if known or (found and job.newer):
        raise NewerProtocolError(_newer_words(*(known or found)[0]))


def _newer_words(protocol: str, _entity: str, version: str) -> str:
    return _(
        "Des collègues ont un programme plus récent ({protocol} {version}) : ce qu’ils ont saisi attend sur le "
        "serveur, ce que vous avez saisi est envoyé. Mettez fieldapp à jour, puis synchronisez de nouveau."
    ).format(protocol=protocol[:80], version=version[:20])
