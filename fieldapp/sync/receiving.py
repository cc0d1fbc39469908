"""Taking what others brought, page by page, and comparing receipts; no threads, no Qt."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from fieldapp.core.errors import FieldappError
from fieldapp.core.text import _
from fieldapp.store import incoming, leases, outbox, peers, receipts, records
from fieldapp.store.incoming import Aside, Incoming, IncompleteError
from fieldapp.sync import messages, wire
from fieldapp.sync.job import (
    ALL_AGAIN,
    CONFIRMED,
    FEW,
    MASS_CHANGE,
    MASS_DELETION,
    ConsentError,
    Job,
    ask,
    refuse_forked,
    tell,
)
from fieldapp.sync.wire import Answer, Request


def ask_for_all(job: Job) -> None:
    """Begin again with what the hub has, once in a run: what is here already is known by its uid."""
    job.is_again = job.by_page = True
    with job.db.transaction() as connection:
        job.peer = peers.ask_for_all(job.db, job.peer)
        receipts.ask_again(connection, job.peer.id)


def pull(job: Job) -> bool:
    """Take all that others brought, and compare receipts; False when something of ours has to be sent first."""
    try:
        return _pull_pages(job)
    except IncompleteError:
        if job.is_again:
            raise
        # Two copies of one database may have spoken as one; what was left out by that comes with all the rest.
        ask_for_all(job)
        return _pull_pages(job)


def _pull_pages(job: Job) -> bool:
    unclear: set[str] = set()
    request = _question(job, unclear)
    answer = ask(job, request)
    while True:
        _refuse_strange(job, answer)
        page = _Page(job, answer, unclear, request.confirm)
        if answer.more:
            request = _question(job, unclear, answer)
            following = _following(job, page, request)
        if not page.take():
            return False
        if not answer.more:
            if not set(receipts.waiting(job.db, job.peer.id, CONFIRMED + len(unclear))) - unclear:
                return True
            request = _question(job, unclear)
            following = ask(job, request)
        answer = following


def _question(job: Job, unclear: set[str], after: Answer | None = None) -> Request:
    """Return what asks for the page after all that is here, or after an answer that is not taken yet."""
    waiting = receipts.waiting(job.db, job.peer.id, CONFIRMED + len(unclear))
    place = after or job.peer
    return Request(
        replica=job.peer.replica,
        cursor=place.cursor,
        mark=place.mark,
        limit=job.page,
        confirm=[visit for visit in waiting if visit not in unclear][:CONFIRMED],
        claims=list(job.claims),
        releases=list(job.releases),
    )


def _following(job: Job, page: _Page, request: Request) -> Answer:
    """Return the page after this one, which is taken while the hub looks that up; it is taken whatever happens."""
    try:
        answer = ask(job, request, page.take)
    except FieldappError:
        # What went wrong first is what is told.
        with suppress(FieldappError):
            page.take()
        raise
    page.take()
    return answer


@dataclass
class _Page:
    """A page of what others brought, with the receipts that were `asked` for.

    The visits that can't be compared yet are added to `unclear`.
    """

    job: Job
    answer: Answer
    unclear: set[str]
    asked: Sequence[str]
    is_taken: bool | None = None

    def take(self) -> bool:
        """Keep what is in it, the first time; return False when something of ours has to be sent before it."""
        if self.is_taken is None:
            self.is_taken = False
            self.is_taken = _take_page(self.job, self.answer, self.unclear)
            if not self.answer.more:
                # A hub that does not answer is not asked for ever.
                self.unclear |= set(self.asked) - self.answer.receipts.keys()
        return self.is_taken


def _take_page(job: Job, answer: Answer, unclear: set[str]) -> bool:
    with job.db.transaction() as connection:
        sifted = messages.sift(job.db, job.peer.id, answer.changes, is_all=job.is_again)
        if sifted.is_lacking:
            incoming.refuse_missing_parents()
        changes = messages.incoming(answer.actions, sifted.kept)
        if changes and outbox.unsent_of(job.db, job.peer, list({change.record for change in changes})):
            return False
        _take(job, connection, changes, {change.visit for change in sifted.kept})
        incoming.set_aside(connection, job.peer.id, sifted.aside)
        _move_on(job, connection, answer)
        unclear |= _compare(job, connection, answer)
    job.peer = peers.get(job.db, job.peer.id)
    _note_passed(job, sifted.aside)
    job.done += len(changes)
    tell(job)
    return True


def _note_passed(job: Job, passed: Sequence[Aside]) -> None:
    job.newer |= any(item.reason == "newer" for item in passed)
    job.strange += sum(item.reason == "strange" for item in passed)


def _refuse_strange(job: Job, answer: Answer) -> None:
    """Stop before anything is written when what comes is not what it should be."""
    if answer.forked:
        refuse_forked()
    if not job.peer.synced_at or ALL_AGAIN in job.consents:
        # Whoever takes all from the beginning finds what became of it since, too.
        return
    edits, gone = _ahead(job, answer)
    if gone > FEW and MASS_DELETION not in job.consents:
        raise ConsentError(
            _(
                "Le serveur demande de supprimer {count} relevés ici. Rien n’a été modifié : demandez à la "
                "coordination si c’est voulu, puis confirmez."
            ).format(count=gone),
            MASS_DELETION,
        )
    if MASS_DELETION in job.consents:
        edits -= gone  # Agreed to already: a deletion is counted as an edit, too.
    if edits > FEW and MASS_CHANGE not in job.consents:
        total = records.total(job.db)
        if edits > total / 4:
            raise ConsentError(
                _(
                    "Le serveur apporte {count} modifications, plus du quart des {total} relevés d’ici. Rien n’a été "
                    "modifié : demandez à la coordination si c’est voulu, puis confirmez."
                ).format(count=edits, total=total),
                MASS_CHANGE,
            )


def _ahead(job: Job, answer: Answer) -> tuple[int, int]:
    """Return how many edits and deletions of others come."""
    if not job.by_page:
        return answer.ahead.edits, answer.ahead.deletes
    known = incoming.known(job.db, [change.uid for change in answer.changes])
    fresh = [change for change in answer.changes if change.base and change.uid not in known]
    job.edited.update(change.uid for change in fresh)
    job.deleted.update(change.uid for change in fresh if messages.deletes(change))
    return len(job.edited), len(job.deleted)


def _take(job: Job, connection: sqlite3.Connection, changes: Sequence[Incoming], visits: set[str]) -> None:
    # What is taken is numbered here like what is saved; while nothing of ours waits, all up to its end was looked at.
    clear = outbox.is_empty(job.db, job.peer)
    took = incoming.take(job.db, connection, job.peer.id, changes)
    if clear:
        peers.look_through(connection, job.peer)
    receipts.expect(connection, job.peer.id, visits)
    job.report.received += took.changes
    job.report.conflicts += took.disputed
    job.people |= took.people
    if took.changes:
        job.received_visits |= visits


def _move_on(job: Job, connection: sqlite3.Connection, answer: Answer) -> None:
    """Move the cursor, in the transaction of what came, and note who holds which ring string."""
    peers.move_on(connection, job.peer, answer.cursor, answer.mark)
    leases.replace(connection, job.peer.id, answer.leases)


def _compare(job: Job, connection: sqlite3.Connection, answer: Answer) -> set[str]:
    """Compare the hub's receipts with what is here; return the visits that can't be compared yet."""
    if not answer.receipts:
        return set()
    here = {
        visit: wire.visit_digest(found)
        for visit, found in receipts.lines(job.db, list(answer.receipts), wire.content_line)
    }
    nothing = wire.visit_digest(())
    same = {visit for visit, digest in answer.receipts.items() if here.get(visit, nothing) == digest}
    others = answer.receipts.keys() - same
    unclear: set[str] = set()
    if others:
        own, passed = outbox.visits_with_own(job.db, job.peer), incoming.visits_aside(job.db, job.peer.id)
        unclear = others & (own | passed)
    states: dict[str, receipts.State] = dict.fromkeys(same, "identical")
    states |= dict.fromkeys(others - unclear, "different")
    receipts.note(connection, job.peer.id, states)
    job.report.receipts += len(same)
    return unclear
