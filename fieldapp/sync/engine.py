"""One loop: send what waits, take what came, compare receipts; until both sides have the same. No threads, no Qt."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Protocol

import msgspec

from fieldapp.core.errors import CancelledError, FieldappError
from fieldapp.core.text import _
from fieldapp.store import incoming, leases, outbox, peers, placing, receipts, records
from fieldapp.store.connection import Database
from fieldapp.store.incoming import Incoming
from fieldapp.store.outbox import Parcel
from fieldapp.store.peers import Peer
from fieldapp.sync import messages, wire
from fieldapp.sync.errors import BadAnswerError, HubError
from fieldapp.sync.wire import KNOWN, MERGED, REFUSED, Action, Answer, Change, Request

FIRST_BATCH, LARGEST_BATCH = 2_000, 5_000
"""Changes in a batch at the beginning, and when the line proves good; half of it after each failure."""

GOOD_S = 2.0
"""A batch that was answered within this time may be followed by one of twice its size."""

TRIES = 4
WAIT_S = 1.0
"""How often the same batch is tried, and how long is waited before the second try; twice as long before each other."""

TOO_MUCH = frozenset({"cut", "size", "changes"})
"""Failures (codes of HubError) after which less at a time may pass."""

NOBODY = frozenset({"name", "connect"})
"""Failures that a second try shows to last."""

WINDOW = 20_000
"""Changes that are looked at together to keep visits whole: bounded memory, however much waits."""

CONFIRMED = 250
"""Visits of which one message asks for receipts."""

FEW = 50
"""Changes and deletions up to this number are never a mass change."""

RECEIPTS_KEPT_DAYS = 270
"""A season, and the winter in which it is looked through."""

ALL_AGAIN, MASS_CHANGE, MASS_DELETION = "all_again", "mass_change", "mass_deletion"
"""What a person can be asked to agree to."""

Progress = Callable[[int, int], None]


class Carrier(Protocol):
    """What takes a request to a hub and brings the answer back."""

    def sync(
        self, request: Request, progress: Progress | None = None, cancelled: Callable[[], bool] | None = None
    ) -> Answer:
        """Return the hub's answer; raises HubError, or CancelledError."""


class ConsentError(FieldappError):
    """Something that nobody should do unasked; `consent` is what to give to `run` when the person agrees."""

    def __init__(self, sentence: str, consent: str) -> None:
        super().__init__(sentence)
        self.consent = consent


class OtherHubError(FieldappError):
    """Another hub answers at this address."""


class NewerProtocolError(FieldappError):
    """A colleague's program is newer: what it wrote can't be understood here yet."""


@dataclass(slots=True)
class Report:
    """What a sync did, in figures: changes sent, received, merged, refused; disputes found; visits seen identical.

    `visits_sent` and `visits_received` count visits, `people` those whose changes came, `unconfirmed` receipts to come.
    `different` are visits of which the hub holds something else, `waiting` changes that are not sent.
    """

    sent: int = 0
    received: int = 0
    merged: int = 0
    conflicts: int = 0
    refused: int = 0
    receipts: int = 0
    different: int = 0
    unconfirmed: int = 0
    waiting: int = 0
    visits_sent: int = 0
    visits_received: int = 0
    people: int = 0
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the figures by name."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """Changes as they travel, by their numbers."""

    numbers: list[int]
    actions: list[Action]
    changes: list[Change]


@dataclass
class _Run:
    """One sync with one peer; `loaded` is what was read of the next batch ahead of its turn."""

    db: Database
    peer: Peer
    carrier: Carrier
    progress: Progress | None
    cancelled: Callable[[], bool]
    consents: frozenset[str]
    wait: Callable[[float], None]
    claims: Sequence[str]
    releases: Sequence[str]
    report: Report = field(default_factory=Report)
    size: int = FIRST_BATCH
    people: set[str] = field(default_factory=set)
    sent_visits: set[str] = field(default_factory=set)
    received_visits: set[str] = field(default_factory=set)
    done: int = 0
    ahead: int = 0
    first: bool = True
    answer: Answer | None = None
    loaded: _Loaded | None = None


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
    if peer.device != db.author.device:
        peer = peers.as_new_copy(db, peer)
    job = _Run(db, peer, carrier, progress, cancelled or _never, consents, wait, claims, releases)
    if ALL_AGAIN in consents:
        # Together: what was offered once must not look as if nobody knew of it.
        with db.transaction():
            job.peer = peers.begin_again(db, peer)
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
    peers.synced(db, job.peer, job.report.as_json(), role=role)
    kept = datetime.now(UTC) - timedelta(days=RECEIPTS_KEPT_DAYS)
    receipts.forget_before(db, kept.isoformat(timespec="milliseconds"))
    return job.report


def _never() -> bool:
    return False


def _is_one_of_many(job: _Run) -> bool:
    """Return whether nobody wants to read of this run: at a table there is one every second, mostly for nothing."""
    report = job.report
    return job.peer.kind == peers.LAN and not (report.sent or report.received or report.refused or report.conflicts)


def _close(job: _Run) -> None:
    """Complete the report with what stands in the database now."""
    known = receipts.counts(job.db, job.peer.id)
    job.report.different = known.get("different", 0)
    job.report.refused = len(outbox.refused(job.db, job.peer))
    job.report.waiting = outbox.waiting(job.db, peers.get(job.db, job.peer.id))
    job.report.people = len(job.people - {job.db.author.who})
    job.report.visits_sent = placing.count_visits(job.db, job.sent_visits)
    job.report.visits_received = placing.count_visits(job.db, job.received_visits)
    job.report.unconfirmed = known.get("waiting", 0)


def _exchange(job: _Run) -> None:
    outbox.collect(job.db, job.peer)
    job.peer = peers.get(job.db, job.peer.id)
    _refuse_mass_sending(job)
    while True:
        _push(job)
        if _pull(job) and outbox.is_empty(job.db, job.peer):
            return
        _collect_new(job)


def _collect_new(job: _Run) -> None:
    """Take up what was typed meanwhile, without offering again what was refused in this run."""
    refused = [(item.change, item.reason) for item in outbox.refused(job.db, job.peer)]
    with job.db.transaction() as connection:
        outbox.collect(job.db, job.peer)
        outbox.answered(job.db, connection, job.peer, [], refused, [])
    job.peer = peers.get(job.db, job.peer.id)


# ----------------------------------------------------------------------------------------------- sending


def _refuse_mass_sending(job: _Run) -> None:
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


def _push(job: _Run) -> None:
    """Send all that waits and was not refused in this run."""
    while parcels := outbox.window(job.db, job.peer, WINDOW):
        batches = _Batches(job, iter(parcels))
        while batch := batches.take():
            _send(job, batch, batches.prepare)


@dataclass
class _Batches:
    """The batches of a window; the next one is read from the database while the hub works on the one before."""

    job: _Run
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


def _send(job: _Run, batch: Sequence[Parcel], meanwhile: Callable[[], object]) -> None:
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


def _send_whole(job: _Run, batch: Sequence[Parcel], meanwhile: Callable[[], object]) -> None:
    """Send a batch; a single visit larger than a message may be goes in several, and its receipt covers it whole."""
    visits = _visits(batch)
    rest = iter(visits)
    while numbers := list(islice(rest, wire.MAX_CHANGES)):
        started = time.monotonic()
        loaded = job.loaded if job.loaded and job.loaded.numbers == numbers else _loaded(job, numbers, visits)
        job.loaded = None
        request = Request(replica=job.peer.replica, actions=loaded.actions, changes=loaded.changes)
        answer = _ask(job, request, meanwhile)
        if time.monotonic() - started < GOOD_S:
            job.size = min(LARGEST_BATCH, job.size * 2)
        if len(answer.outcomes) != len(numbers):
            raise BadAnswerError(
                _("Le serveur a répondu à autre chose que ce qui lui a été envoyé. Réessayez ; rien n’est perdu.")
            )
        _note_outcomes(job, request.replica, numbers, answer, {visits[number] for number in numbers})
        job.done += len(numbers)
        _tell(job)


def _loaded(job: _Run, numbers: list[int], visits: Mapping[int, str]) -> _Loaded:
    return _Loaded(numbers, *messages.outgoing(outbox.load(job.db, numbers), visits))


def _note_outcomes(job: _Run, replica: str, numbers: Sequence[int], answer: Answer, visits: set[str]) -> None:
    pairs = list(zip(numbers, answer.outcomes, strict=True))
    refused = [(number, outcome.reason or REFUSED) for number, outcome in pairs if outcome.kind == REFUSED]
    taken = [number for number, outcome in pairs if outcome.kind != REFUSED]
    kinds = [outcome.kind for _number, outcome in pairs]
    with job.db.transaction() as connection:
        outbox.answered(job.db, connection, job.peer, taken, refused, visits)
        if replica == job.peer.replica:
            # Else we go by another name since, and the hub counted for the former one.
            peers.note_taken(connection, job.peer, answer.taken)
    job.peer = peers.get(job.db, job.peer.id)
    job.report.sent += len(taken)
    job.sent_visits |= visits
    job.report.merged += kinds.count(MERGED)


# ---------------------------------------------------------------------------------------------- receiving


def _pull(job: _Run) -> bool:
    """Take all that others brought, and compare receipts; False when something of ours has to be sent first."""
    unclear: set[str] = set()
    answer = _ask(job, _question(job, unclear))
    while True:
        job.ahead = max(job.ahead, answer.ahead.changes)
        _refuse_strange(job, answer)
        page = _Page(job, answer, unclear)
        following = _following(job, page) if answer.more else None
        if not page.take():
            return False
        if following is None:
            if not set(receipts.waiting(job.db, job.peer.id, CONFIRMED + len(unclear))) - unclear:
                return True
            following = _ask(job, _question(job, unclear))
        answer = following


def _question(job: _Run, unclear: set[str], after: Answer | None = None) -> Request:
    """Return what asks for the page after all that is here, or after an answer that is not taken yet."""
    waiting = receipts.waiting(job.db, job.peer.id, CONFIRMED + len(unclear))
    place = after or job.peer
    return Request(
        replica=job.peer.replica,
        cursor=place.cursor,
        mark=place.mark,
        confirm=[visit for visit in waiting if visit not in unclear][:CONFIRMED],
        claims=list(job.claims),
        releases=list(job.releases),
    )


def _following(job: _Run, page: _Page) -> Answer:
    """Return the page after this one, which is taken while the hub looks that up; it is taken whatever happens."""
    try:
        return _ask(job, _question(job, page.unclear, page.answer), page.take)
    finally:
        page.take()


@dataclass
class _Page:
    """A page of what others brought; the visits that can't be compared yet are added to `unclear`."""

    job: _Run
    answer: Answer
    unclear: set[str]
    is_taken: bool | None = None

    def take(self) -> bool:
        """Keep what is in it, the first time; return False when something of ours has to be sent before it."""
        if self.is_taken is None:
            self.is_taken = False
            self.is_taken = _take_page(self.job, self.answer, self.unclear)
        return self.is_taken


def _take_page(job: _Run, answer: Answer, unclear: set[str]) -> bool:
    newer = messages.first_newer(job.db, answer.changes)
    changes = messages.incoming(answer.actions, answer.changes[:newer])
    with job.db.transaction() as connection:
        if changes and outbox.unsent_of(job.db, job.peer, list({change.record for change in changes})):
            return False
        _take(job, connection, answer, changes)
        if newer is None:
            _move_on(job, connection, answer)
            unclear |= _compare(job, connection, answer)
    job.peer = peers.get(job.db, job.peer.id)
    if newer is not None:
        raise NewerProtocolError(_newer_words(answer.changes[newer]))
    job.done += len(changes)
    _tell(job)
    return True


def _refuse_strange(job: _Run, answer: Answer) -> None:
    """Stop before anything is written when what comes is not what it should be."""
    if answer.forked:
        raise ConsentError(
            _(
                "Le serveur n’a plus ce qu’il avait reçu : il a été vidé ou remis à une sauvegarde. Rien n’a été "
                "modifié ici. Prévenez la coordination, puis confirmez pour tout lui renvoyer."
            ),
            ALL_AGAIN,
        )
    if not job.peer.synced_at or ALL_AGAIN in job.consents:
        # Whoever takes all from the beginning finds what became of it since, too.
        return
    edits, gone = answer.ahead.edits, answer.ahead.deletes
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


def _newer_words(change: Change) -> str:
    return _(
        "Des collègues ont un programme plus récent ({protocol} {version}) : ce qu’ils ont saisi attend sur le "
        "serveur, ce que vous avez saisi est envoyé. Mettez fieldapp à jour, puis synchronisez de nouveau."
    ).format(protocol=change.protocol, version=change.version)


def _take(job: _Run, connection: sqlite3.Connection, answer: Answer, changes: Sequence[Incoming]) -> None:
    # What is taken is numbered here like what is saved; while nothing of ours waits, all up to its end was looked at.
    clear = outbox.is_empty(job.db, job.peer)
    took = incoming.take(job.db, connection, job.peer.id, changes)
    if clear:
        peers.look_through(connection, job.peer)
    visits = {change.visit for change in answer.changes[: len(changes)]}
    receipts.expect(connection, job.peer.id, visits)
    job.report.received += took.changes
    job.report.conflicts += took.disputed
    job.people |= took.people
    if took.changes:
        job.received_visits |= visits


def _move_on(job: _Run, connection: sqlite3.Connection, answer: Answer) -> None:
    """Move the cursor, in the transaction of what came, and note who holds which ring string."""
    peers.move_on(connection, job.peer, answer.cursor, answer.mark)
    leases.replace(connection, job.peer.id, answer.leases)


def _compare(job: _Run, connection: sqlite3.Connection, answer: Answer) -> set[str]:
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
    unclear = others & outbox.visits_with_own(job.db, job.peer) if others else set()
    states: dict[str, receipts.State] = dict.fromkeys(same, "identical")
    states |= dict.fromkeys(others - unclear, "different")
    receipts.note(connection, job.peer.id, states)
    job.report.receipts += len(same)
    return set(unclear)


# -------------------------------------------------------------------------------------------------- both


def _ask(job: _Run, request: Request, meanwhile: Callable[[], object] = _never) -> Answer:
    """Return the answer, once it is sure who speaks to whom; `meanwhile` is done while the hub works on it."""
    answer = _answer(job, request, meanwhile)
    _know(job, answer)
    if request.cursor is not None and request.replica != job.peer.replica:
        # This page leaves out what the former copy had sent: what we are to get back.
        return _ask(job, msgspec.structs.replace(request, replica=job.peer.replica))
    return answer


def _answer(job: _Run, request: Request, meanwhile: Callable[[], object]) -> Answer:
    """Return the answer, trying again after failures that may pass; each time after a longer while."""

    def sent(count: int, total: int) -> None:
        if count == total:
            meanwhile()

    for attempt in range(TRIES):
        if job.cancelled():
            raise CancelledError(_("Synchronisation arrêtée : ce qui était reçu est gardé, le reste attend."))
        try:
            return job.carrier.sync(request, sent, job.cancelled)
        except HubError as error:
            if not error.again or attempt == TRIES - 1 or (error.code in NOBODY and attempt):
                raise
            job.wait(WAIT_S * 2**attempt)
    raise AssertionError("unreachable")


def _know(job: _Run, answer: Answer) -> None:
    """Make sure that this is our hub, and that it and this copy of the database remember the same of each other."""
    if answer.project != job.peer.project:
        raise OtherHubError(
            _(
                "À cette adresse répond le serveur d’une autre association : rien n’a été échangé. "
                "Vérifiez l’adresse dans Synchronisation, ou rejoignez de nouveau le vôtre."
            )
        )
    if job.first:
        job.first = False
        fresh = sum(outcome.kind not in {KNOWN, REFUSED} for outcome in answer.outcomes)
        before = answer.taken - fresh
        if before < job.peer.taken and ALL_AGAIN not in job.consents:
            _refuse_strange(job, msgspec.structs.replace(answer, forked=True))
        if before != job.peer.taken:
            # An older copy of this database was brought back, or an answer was lost: what the hub has of the former
            # copy is to come back, and what is here already is known by its uid.
            job.peer = peers.as_new_copy(job.db, job.peer)
    job.answer = answer


def _tell(job: _Run) -> None:
    if job.progress is not None:
        left = 0 if job.answer is None or not job.answer.more else max(0, job.answer.ahead.changes)
        job.progress(job.done, max(job.done, job.done + left))
