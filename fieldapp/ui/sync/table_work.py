"""The work of a shared table: plain functions for the background, each with a connection of its own."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fieldapp.core.errors import FieldappError
from fieldapp.core.text import _
from fieldapp.store import leases, peers
from fieldapp.store.connection import Database
from fieldapp.store.peers import LAN, Peer
from fieldapp.ui.background import Progress
from fieldapp.ui.services import Services

if TYPE_CHECKING:
    from fieldapp.sync.announcing import Announcement, Found
    from fieldapp.sync.table import Device, TableHub

SCOPE = ("banding",)
"""What is shared at a ringing table; people always are."""

LOOK_S = 4.0
"""How long tables are looked for at most."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A table that was opened here."""

    hub: TableHub
    peer: Peer
    code: str
    announcement: Announcement


@dataclass(frozen=True, slots=True)
class Joined:
    """A table of somebody else that this laptop takes part in; `check` are the six figures, "" where it came back."""

    peer: Peer
    check: str


@dataclass(frozen=True, slots=True)
class Round:
    """What one exchange with the table brought: changes that came, and the strings that this laptop holds now."""

    received: int
    held: frozenset[str]


def run_share(services: Services, name: str, title: str) -> Opened:
    """Open a table on this computer; `title` is announced to the other laptops, `name` is what this one is called."""
    from fieldapp.sync import announcing, table

    reached = announcing.addresses()
    if not reached:
        raise FieldappError(
            _(
                "Ce portable n’est relié à aucun réseau local. Activez le partage de connexion d’un téléphone (sans "
                "internet, cela suffit), reliez-y les deux portables, puis recommencez."
            )
        )
    with services.open_own() as db:
        shared = table.share(db, reached[0], name, SCOPE)
    try:
        parts = urlsplit(shared.hub.address)
        announcement = announcing.announce(title, parts.hostname or "", parts.port or 0, shared.peer.project)
    except BaseException:
        shared.hub.stop()
        raise
    return Opened(shared.hub, shared.peer, shared.code, announcement)


def run_invite(hub: TableHub) -> str:
    """Return a code for one more laptop."""
    from fieldapp.sync import table

    return hub.invite(table.GUEST, SCOPE)


def run_devices(hub: TableHub) -> list[Device]:
    """Return the laptops at the table that is open here."""
    return hub.devices()


def run_close(hub: TableHub, announcement: Announcement) -> None:
    """Close the table that is open here."""
    announcement.close()
    hub.stop()


def run_find() -> list[Found]:
    """Return the tables that answer on the local network."""
    from fieldapp.sync import announcing

    return announcing.find(LOOK_S)


def run_join(services: Services, address: str, code: str, name: str) -> Joined:
    """Take a place at a table by address and code; without a code take up the place that this laptop has there."""
    from fieldapp.sync import table

    with services.open_own() as db:
        if code.strip():
            return Joined(*table.join(db, address, code, name))
        seat = guest_seat(db)
        if seat is None:
            raise FieldappError(_("Tapez le code que montre l’autre portable."))
        return Joined(seat, "")


def run_rejoin(services: Services, found: Found) -> Joined:
    """Take up the place that this laptop has at a table, wherever that is now; KeyError when it has none."""
    from fieldapp.sync import table

    with services.open_own() as db:
        seat = seat_at(db, found.project)
        if seat is None:
            raise KeyError(found.project)
        return Joined(table.moved(db, seat, found.address), "")


def run_look_for(services: Services, peer: Peer) -> Peer:
    """Return the place at a table that does not answer, at its new address where it is announced with one."""
    from fieldapp.sync import announcing, table

    def is_there(found: Sequence[Found]) -> bool:
        return any(item.project == peer.project for item in found)

    tables = announcing.find(LOOK_S, enough=is_there)
    address = next((item.address for item in tables if item.project == peer.project), peer.address)
    with services.open_own() as db:
        return table.moved(db, peer, address)


def run_leave(services: Services, peer: Peer) -> None:
    """Leave a table of somebody else: what waits goes first and the strings are let go, where it can be reached."""
    from fieldapp.sync import table
    from fieldapp.sync.errors import HubError

    with services.open_own() as db:
        # Where it can't be reached the strings are free a day later, and what waits goes to the association's hub.
        with suppress(HubError):
            table.sync(db, peer, releases=sorted(_own(db)))
        table.leave(db, peer)


def run_round(services: Services, peer: Peer, claims: Sequence[str], progress: Progress) -> Round:
    """Exchange once with the table."""
    from fieldapp.sync import table

    with services.open_own() as db:
        report = table.sync(db, peer, claims=claims, cancelled=progress.cancelled)
        return Round(report.received, _own(db))


def _own(db: Database) -> frozenset[str]:
    return frozenset(name for name, device in leases.held(db).items() if device == db.author.device)


def guest_seat(db: Database) -> Peer | None:
    """Return the newest place that this database has at a table of somebody else."""
    return next((peer for peer in reversed(peers.all_of(db, LAN)) if peer.role != "coordinator"), None)


def seat_at(db: Database, project: str) -> Peer | None:
    """Return the place that this database has at the table of this project."""
    return next((peer for peer in peers.all_of(db, LAN) if peer.project == project), None)
