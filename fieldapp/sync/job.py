"""One sync on its way: what it was asked to do, how far it has come, and how the hub is asked; no threads, no Qt."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NoReturn, Protocol

import msgspec

from fieldapp.core.errors import CancelledError, FieldappError
from fieldapp.core.text import _
from fieldapp.store import peers
from fieldapp.store.connection import Database
from fieldapp.store.peers import Peer
from fieldapp.sync.errors import HubError
from fieldapp.sync.wire import KNOWN, REFUSED, Action, Answer, Change, Request

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
class Loaded:
    """Changes as they travel, by their numbers."""

    numbers: list[int]
    actions: list[Action]
    changes: list[Change]


@dataclass
class Job:
    """One sync with one peer; `loaded` is what was read of the next batch ahead of its turn.

    `size` and `page` are how many changes go and come at once. With `by_page` a mass change is looked for in what is
    new here of the pages (`edited`, `deleted`), for what waits at the hub has our own among it. `is_again` says that
    all was asked for once more, `newer` and `strange` tell of changes that were passed over.
    """

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
    page: int = LARGEST_BATCH
    by_page: bool = False
    edited: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    newer: bool = False
    strange: int = 0
    is_again: bool = False
    answer: Answer | None = None
    loaded: Loaded | None = None


def never() -> bool:
    """Return False: nobody has cancelled."""
    return False


def take_new_name(job: Job) -> None:
    """Become another copy for the hub: what it has of the former one comes back, too."""
    job.by_page = True
    job.peer = peers.as_new_copy(job.db, job.peer)


def refuse_forked() -> NoReturn:
    """Say that the hub lost what it had, and ask whether it is to be given all again."""
    raise ConsentError(
        _(
            "Le serveur n’a plus ce qu’il avait reçu : il a été vidé ou remis à une sauvegarde. Rien n’a été "
            "modifié ici. Prévenez la coordination, puis confirmez pour tout lui renvoyer."
        ),
        ALL_AGAIN,
    )


def ask(job: Job, request: Request, meanwhile: Callable[[], object] = never) -> Answer:
    """Return the answer, once it is sure who speaks to whom; `meanwhile` is done while the hub works on it."""
    answer = _answer(job, request, meanwhile)
    _know(job, request.replica, answer)
    if request.cursor is not None and request.replica != job.peer.replica:
        # This page leaves out what the former copy had sent: what we are to get back.
        return ask(job, msgspec.structs.replace(request, replica=job.peer.replica))
    return answer


def _answer(job: Job, request: Request, meanwhile: Callable[[], object]) -> Answer:
    """Return the answer, trying again after failures that may pass; each time after a longer while."""

    def sent(count: int, total: int) -> None:
        if count == total:
            meanwhile()

    for attempt in range(TRIES):
        if job.cancelled():
            raise CancelledError(_("Synchronisation arrêtée : ce qui était reçu est gardé, le reste attend."))
        started = time.monotonic()
        try:
            answer = job.carrier.sync(request, sent, job.cancelled)
            if answer.more and time.monotonic() - started < GOOD_S:
                job.page = min(LARGEST_BATCH, job.page * 2)
            return answer
        except HubError as error:
            if not error.again or attempt == TRIES - 1 or (error.code in NOBODY and attempt):
                raise
            if error.code in TOO_MUCH and request.cursor is not None:
                # Steeply, for on a line that bears nothing at all nobody wants to wait for many tries.
                job.page = max(1, job.page // 4)
                request = msgspec.structs.replace(request, limit=job.page)
            job.wait(WAIT_S * 2**attempt)
    raise AssertionError("unreachable")


def _know(job: Job, replica: str, answer: Answer) -> None:
    """Make sure that this is our hub, and that it and this copy of the database remember the same of each other.

    With every answer: another copy of the same name may speak at any time, and what it sent is left out of our pages.
    """
    if answer.project != job.peer.project:
        raise OtherHubError(
            _(
                "À cette adresse répond le serveur d’une autre association : rien n’a été échangé. "
                "Vérifiez l’adresse dans Synchronisation, ou rejoignez de nouveau le vôtre."
            )
        )
    fresh = sum(outcome.kind not in {KNOWN, REFUSED} for outcome in answer.outcomes)
    before = answer.taken - fresh
    if before != job.peer.taken:
        # Another program may have synced this very database meanwhile.
        job.peer = peers.get(job.db, job.peer.id)
    if replica == job.peer.replica and before != job.peer.taken:
        if before < job.peer.taken and ALL_AGAIN not in job.consents:
            refuse_forked()
        # An older copy of this database was brought back, another one spoke, or an answer was lost: what the hub has
        # of the former copy is to come back, and what is here already is known by its uid.
        take_new_name(job)
    job.answer = answer


def tell(job: Job) -> None:
    """Report how far things have come, where somebody wants to know."""
    if job.progress is not None:
        left = 0 if job.answer is None or not job.answer.more else max(0, job.answer.ahead.changes)
        job.progress(job.done, max(job.done, job.done + left))
