"""What the pictures of syncing show: a hub that was joined weeks ago, with nobody behind it."""

from __future__ import annotations

from collections.abc import Iterator

from fieldapp.core.record import Record
from fieldapp.store import outbox, peers, receipts, records
from fieldapp.store.connection import Database
from fieldapp.store.peers import Peer
from fieldapp.sync import wording
from fieldapp.sync.job import Report
from fieldapp.ui.services import Services
from fieldapp.ui.shell import MainWindow
from fieldapp.ui.sync.looking import stand
from fieldapp.ui.sync.runner import Told
from fieldapp.ui.sync.standing import Line

HUB = "Groupe mares du Nord"
PARTNER = "portable de la cabane"

QUESTION = (
    "Le serveur demande de supprimer 212 relevés ici. Rien n’a été modifié : demandez à la coordination si c’est "
    "voulu, puis confirmez."
)

REPORTS = (
    Report(sent=96, visits_sent=18, receipts=18),
    Report(sent=61, received=402, visits_sent=12, visits_received=31, people=3, receipts=43, conflicts=1),
    Report(note="Le serveur hub.exemple.org ne répond pas : vérifiez la connexion."),
    Report(received=12, visits_received=2, people=1, receipts=2),
)
"""Syncs of the diary, the oldest first."""


def join(services: Services) -> Peer:
    """Join a hub that is nowhere: all up to now is there, some syncs are in the diary, one computer brought a file."""
    db = services.db
    hub = peers.add(
        db, peers.HUB, project="groupe", name=HUB, address="https://hub.invalid", account="laptop", role="volunteer"
    )
    partner = peers.add(db, peers.FILE, project="cabane", name=PARTNER)
    visits = [record.uid for record in _visits(db)]
    with db.transaction() as connection:
        receipts.expect(connection, hub.id, visits)
        receipts.note(connection, hub.id, dict.fromkeys(visits, "identical"))
    if not peers.diary(db, 1):
        for report in REPORTS:
            peers.log(db, hub.id, report.as_json())
    peers.synced(db, partner, REPORTS[0].as_json(), role="")
    peers.synced(db, hub, REPORTS[1].as_json(), role="volunteer")
    return hub


def _visits(db: Database) -> list[Record]:
    return records.dated(db, "pop_amphibiens", "visit", "2020-01-01", "2022-12-31")


def _send_all_but(db: Database, hub: Peer, kept: int) -> None:
    """Note as sent what waits, but for some visits."""
    outbox.collect(db, hub)
    parcels = outbox.window(db, peers.get(db, hub.id), outbox.COUNTED**2)
    with db.transaction() as connection:
        outbox.answered(db, connection, hub, [number for one in parcels[:-kept] for number in one.changes], [], [])


def show(services: Services, line: Line, told: Told | None = None) -> None:
    """Let the page show this state, and nothing go anywhere."""
    runner = services.sync
    assert runner is not None  # made when the window had painted itself
    runner.stop()
    runner.standing, runner.line, runner.told = stand(services.db), line, told
    runner.changed.emit()


def scenes(window: MainWindow, services: Services, *, every: bool) -> Iterator[str]:
    """Yield the names of the pictures, the window brought there each time; nothing of it is left behind."""
    hub = join(services)
    _send_all_but(services.db, hub, kept=3)
    window.navigate("today")
    window.navigate("sync")
    show(services, "online", Told("done", wording.summary(REPORTS[1])))
    yield "synchronisation"
    if every:
        show(services, "offline", Told("error", REPORTS[2].note))
        yield "synchronisation-hors-ligne"
        show(services, "asking", Told("warning", QUESTION, "mass_deletion"))
        yield "synchronisation-question"
        window.escape()
    for peer in peers.all_of(services.db):
        peers.leave(services.db, peer.id)
    show(services, "")
