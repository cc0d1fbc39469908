"""The work behind the page of syncing: plain functions for the background, each with a connection of its own.

What speaks to a hub (urllib3, the key-ring of the system) is imported by the first of these that needs it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fieldapp.core.errors import CancelledError, FieldappError
from fieldapp.core.text import _
from fieldapp.store import outbox, peers
from fieldapp.store.connection import Database
from fieldapp.store.peers import Peer
from fieldapp.ui.background import Progress
from fieldapp.ui.services import Services
from fieldapp.ui.sync.standing import Standing

if TYPE_CHECKING:
    from fieldapp.sync.hub_client import HubClient

_LOOK_S = 0.05
"""How often somebody who waits looks whether the person has stopped him."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync did: the sentence for it, how many changes and photos came, and what hindered photos."""

    sentence: str
    received: int = 0
    photos_sent: int = 0
    photos_received: int = 0
    problems: tuple[str, ...] = ()

    @property
    def brought(self) -> bool:
        """Whether something of others is here now that was not."""
        return bool(self.received or self.photos_received)


def run_standing(services: Services) -> Standing:
    """Return how things stand."""
    from fieldapp.ui.sync.looking import stand

    with services.open_own() as db:
        return stand(db)


def run_sync(services: Services, consents: frozenset[str], progress: Progress, claims: Iterable[str] = ()) -> Synced:
    """Exchange with the hub until nothing waits on either side, the records first, then the photos.

    `claims` are the ring strings that are used here: the other laptops leave them alone.
    """
    from fieldapp.sync import engine, joining, wording

    with services.open_own() as db:
        peer = peers.hub(db)
        if peer is None:
            raise FieldappError(_("Cet ordinateur n’a rejoint aucun serveur : il n’y a rien à synchroniser."))
        to_send = outbox.waiting(db, peer)

        def tell(done: int, total: int) -> None:
            progress.report(done, max(total, to_send), _("Relevés"))

        with joining.open_client(peer) as client:
            report = engine.run(
                db,
                peer.id,
                client,
                progress=tell,
                cancelled=progress.cancelled,
                consents=consents,
                wait=patient(progress.cancelled),
                claims=sorted(claims),
            )
            found = Synced(wording.summary(report), report.received)
            return _with_photos(db, client, peer, found, progress)


def _with_photos(db: Database, client: HubClient, peer: Peer, synced: Synced, progress: Progress) -> Synced:
    """Return what was done with the photos too; what hinders them takes nothing from the records."""
    from fieldapp.sync import photos

    def tell(done: int, total: int) -> None:
        progress.report(done, total, _("Photos"))

    wait = patient(progress.cancelled)
    sent = received = 0
    problems: list[str] = []
    try:
        pushed = photos.push(db, client, peer.id, tell, progress.cancelled, wait)
        sent, problems = pushed.sent, [*pushed.problems]
        pulled = photos.pull(db, client, peer.id, tell, progress.cancelled, wait)
        received, problems = pulled.received, [*problems, *pulled.problems]
    except CancelledError:
        problems.append(_("Les photos restantes partiront la prochaine fois."))
    except FieldappError as error:
        problems.append(str(error))
    return Synced(synced.sentence, synced.received, sent, received, tuple(problems))


def patient(cancelled: Callable[[], bool]) -> Callable[[float], None]:
    """Return what waits so many seconds, less when the person stops it."""

    def wait(seconds: float) -> None:
        end = time.monotonic() + seconds
        while not cancelled() and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _LOOK_S))

    return wait


def run_join(services: Services, address: str, code: str, name: str) -> tuple[Peer, list[str]]:
    """Join a hub by its address and a one-time code; return it with what is to be said about it."""
    from fieldapp.sync import joining

    with services.open_own() as db:
        said: list[str] = []
        return joining.join(db, address, code, name, tell=said.append), said


def run_leave(services: Services, peer: Peer) -> None:
    """Leave a hub: what came from it stays, and its key is forgotten."""
    from fieldapp.sync import joining

    with services.open_own() as db:
        joining.leave(db, peer)


def split_link(text: str) -> tuple[str, str]:
    """Return the address and the code in the text of a QR code; the text itself and "" for any other."""
    from fieldapp.sync.hub_client import from_link

    return from_link(text)


def is_link(text: str) -> bool:
    """Return whether the text is that of a QR code of an invitation."""
    return text.strip().lower().startswith("fieldapp:join?")
