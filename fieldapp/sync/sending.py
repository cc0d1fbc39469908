"""Sending what waits: whole visits in batches, smaller ones where the line is bad; no threads, no Qt."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from fieldapp.core.text import _
from fieldapp.store import outbox, peers
from fieldapp.store.outbox import Parcel
from fieldapp.sync import messages, wire
from fieldapp.sync.errors import BadAnswerError, HubError
from fieldapp.sync.job import (
    FEW,
    GOOD_S,
    LARGEST_BATCH,
    MASS_DELETION,
    TOO_MUCH,
    WINDOW,
    ConsentError,
    Job,
    Loaded,
    ask,
    tell,
)
from fieldapp.sync.wire import MERGED, REFUSED, Answer, Request


def refuse_mass_sending(job: Job) -> None:
    """Ask before many records are deleted everywhere: that is how a slip of the hand spreads."""
    gone = outbox.deletions(job.db, job.peer)
    if gone > FEW and MASS_DELETION not in job.consents:
        raise ConsentError(
            _(
                "Cet ordinateur va supprimer {count} relevés chez tout le monde. Rien n’a été envoyé : "
                "confirmez si c’est voulu, sinon annulez d’abord la suppression."
            ).format(count=gone),
            MASS_DELETION,
        )


def push(job: Job) -> None:
    """Send all that waits and was not refused in this run."""
    while parcels := outbox.window(job.db, job.peer, WINDOW):
        batches = _Batches(job, iter(parcels))
        while batch := batches.take():
            _send(job, batch, batches.prepare)


@dataclass
class _Batches:
    """The batches of a window; the next one is read from the database while the hub works on the one before."""

    job: Job
    rest: Iterator[Parcel]
    ready: list[Parcel] | None = None

    def prepare(self) -> None:
        """Make the next batch ready, if it is not."""
        if self.ready is None:
            self.ready = _next_batch(self.rest, self.job.size)
            visits = _visits(self.ready)
            self.job.loaded = _loaded(self.job, list(islice(visits, wire.MAX_CHANGES)), visits)

    def take(self) -> list[Parcel]:
        """Return the next batch, empty after the last."""
        self.prepare()
        found, self.ready = self.ready or [], None
        return found


def _next_batch(parcels: Iterator[Parcel], size: int) -> list[Parcel]:
    """Return the next whole visits that make some `size` changes."""
    found: list[Parcel] = []
    count = 0
    for parcel in parcels:
        found.append(parcel)
        count += len(parcel.changes)
        if count >= size:
            break
    return found


def _visits(batch: Sequence[Parcel]) -> dict[int, str]:
    """Return the numbers of the changes of a batch, in their order, with the visits they lie in."""
    return {number: visit for parcel in batch for number, visit in parcel.changes.items()}


def _send(job: Job, batch: Sequence[Parcel], meanwhile: Callable[[], object]) -> None:
    """Send a batch, in halves where the line does not bear it whole; `meanwhile` is done while the hub works."""
    try:
        _send_whole(job, batch, meanwhile)
    except HubError as error:
        if error.code not in TOO_MUCH or len(batch) < 2:
            raise
        job.size = max(1, job.size // 2)
        half = len(batch) // 2
        _send(job, batch[:half], meanwhile)
        _send(job, batch[half:], meanwhile)


def _send_whole(job: Job, batch: Sequence[Parcel], meanwhile: Callable[[], object]) -> None:
    """Send a batch; a single visit larger than a message may be goes in several, and its receipt covers it whole."""
    visits = _visits(batch)
    rest = iter(visits)
    while numbers := list(islice(rest, wire.MAX_CHANGES)):
        started = time.monotonic()
        loaded = job.loaded if job.loaded and job.loaded.numbers == numbers else _loaded(job, numbers, visits)
        job.loaded = None
        request = Request(replica=job.peer.replica, actions=loaded.actions, changes=loaded.changes)
        answer = ask(job, request, meanwhile)
        if time.monotonic() - started < GOOD_S:
            job.size = min(LARGEST_BATCH, job.size * 2)
        if len(answer.outcomes) != len(numbers):
            raise BadAnswerError(
                _("Le serveur a répondu à autre chose que ce qui lui a été envoyé. Réessayez ; rien n’est perdu.")
            )
        _note_outcomes(job, request.replica, numbers, answer, {visits[number] for number in numbers})
        job.done += len(numbers)
        tell(job)


def _loaded(job: Job, numbers: list[int], visits: Mapping[int, str]) -> Loaded:
    return Loaded(numbers, *messages.outgoing(outbox.load(job.db, numbers), visits))


def _note_outcomes(job: Job, replica: str, numbers: Sequence[int], answer: Answer, visits: set[str]) -> None:
    pairs = list(zip(numbers, answer.outcomes, strict=True))
    refused = [(number, outcome.reason or REFUSED) for number, outcome in pairs if outcome.kind == REFUSED]
    taken = [number for number, outcome in pairs if outcome.kind != REFUSED]
    kinds = [outcome.kind for _number, outcome in pairs]
    with job.db.transaction() as connection:
        job.peer = peers.get(job.db, job.peer.id)
        outbox.answered(job.db, connection, job.peer, taken, refused, visits)
        if replica == job.peer.replica:
            # Else we go by another name since, and the hub counted for the former one.
            peers.note_taken(connection, job.peer, answer.taken)
    job.peer = peers.get(job.db, job.peer.id)
    job.report.sent += len(taken)
    job.sent_visits |= visits
    job.report.merged += kinds.count(MERGED)
