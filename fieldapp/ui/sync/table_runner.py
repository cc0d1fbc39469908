"""The shared table of this window: opening or joining it, and the exchange that goes on every second meanwhile.

`of(context)` returns the one runner of the window; it ends with the window, and the hub of the table with it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QEvent, QObject, QTimer, Signal

from fieldapp.core.errors import CancelledError, FieldappError
from fieldapp.core.text import _
from fieldapp.store.peers import Peer
from fieldapp.ui.background import Background, Job
from fieldapp.ui.page import PageContext
from fieldapp.ui.services import Services
from fieldapp.ui.sync import table_work as work

if TYPE_CHECKING:
    from fieldapp.sync.announcing import Found
    from fieldapp.sync.table import Device

Mode = Literal["", "opening", "sharing", "joining", "joined", "closing"]
"""Alone; on the way to a table of one's own, or at it; on the way to somebody else's, or at it; on the way out."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often, in milliseconds: an exchange, a try while the other does not answer, a look at who is there.

    A table that did not answer so often in a row is looked for at another address; strings are claimed anew once in
    `claim_s` seconds, long before they would be let go.
    """

    every_ms: int = 1_000
    cut_ms: int = 3_000
    devices_ms: int = 5_000
    look_after: int = 5
    claim_s: float = 3_600.0


@dataclass(frozen=True, slots=True)
class TableState:
    """What is to be seen of the table. `address` and `code` are for the other laptop, `check` are the six figures.

    `is_cut`: the others do not answer. `last_at` is when they last did (UTC, "" before). `told` is a sentence with its
    kind of banner, ("", "") for nothing.
    """

    mode: Mode = ""
    address: str = ""
    code: str = ""
    check: str = ""
    devices: tuple[Device, ...] = ()
    is_cut: bool = False
    last_at: str = ""
    told: tuple[str, str] = ("", "")

    @property
    def is_shared(self) -> bool:
        """Whether others take part just now, be they reachable or not."""
        return self.mode in {"sharing", "joined"}


class TableRunner(QObject):
    """The part of one window in a shared table. `services` are those of the window.

    `changed`: the state is another. `came`: others' records are here. `ringed` after each exchange or failed one: the
    strings may be in other hands. `found` carries the tables that were looked for.
    """

    changed = Signal()
    came = Signal()
    ringed = Signal()
    found = Signal(object)

    def __init__(
        self, services: Services, background: Background, *, pace: Pace | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._services, self._background, self._pace = services, background, pace or Pace()
        self.state = TableState()
        self._opened: work.Opened | None = None
        self._peer: Peer | None = None
        self._round: Job | None = None
        self._asks_devices = False
        self._wanted: frozenset[str] = frozenset()
        self._held: frozenset[str] = frozenset()
        self._asked: frozenset[str] = frozenset()
        self._claimed_at = 0.0
        self._is_due = False
        self._failures = 0
        self._stopped = False
        self._next = self._timer(self._exchange)
        self._looks = self._timer(self.look_devices)

    def _timer(self, on: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(on)
        return timer

    def _set(self, **what: Any) -> None:
        before, self.state = self.state, replace(self.state, **what)
        if self.state != before:
            self.changed.emit()

    # ------------------------------------------------------------------------------------- the person's wishes

    def name(self) -> str:
        """Return what this laptop is called at the table: after the person who records, else after the computer."""
        import socket

        who = self._services.settings.who_name
        return (_("PC de {name}").format(name=who) if who else socket.gethostname() or _("un portable"))[:80]

    def share(self, title: str) -> None:
        """Open a table here; `title` is announced, so it must not say who somebody is."""
        if self.state.mode or self._stopped or self._refuses_training():
            return
        self.state = TableState("opening")
        self.changed.emit()
        self._background.run(work.run_share, self._services, self.name(), title, done=self._shared, failed=self._failed)

    def _shared(self, opened: work.Opened) -> None:
        if self._stopped:
            work.run_close(opened.hub, opened.announcement)
            return
        self._opened = opened
        self._set(mode="sharing", address=opened.hub.address, code=opened.code)
        self._begin(opened.peer)
        self.look_devices()

    def _refuses_training(self) -> bool:
        if self._services.training:
            words = _("En entraînement rien ne se partage : revenez à vos données.")
            if self._services.past:
                words = _("La base d’un autre jour ne se partage pas : revenez à aujourd’hui.")
            self._set(told=("info", words))
        return self._services.training

    def new_code(self) -> None:
        """Make a code for one more laptop."""
        if self._opened is not None:
            self._background.run(work.run_invite, self._opened.hub, done=lambda code: self._set(code=code))

    def look_devices(self) -> None:
        """Find out who is at the table that is open here; a card that is shown asks for it again and again."""
        if self._opened is None or self._asks_devices or self._stopped:
            return
        self._asks_devices = True
        self._background.run(work.run_devices, self._opened.hub, done=self._seen, failed=self._not_seen)

    def watch_devices(self, *, is_watched: bool) -> None:
        """Go on looking who is there, or no more."""
        if is_watched and not self._looks.isActive():
            self._looks.start(self._pace.devices_ms)
        elif not is_watched:
            self._looks.stop()

    def _seen(self, devices: list[Device]) -> None:
        self._asks_devices = False
        if self.state.mode == "sharing":
            own = self._peer.account if self._peer is not None else ""
            self._set(devices=tuple(device for device in devices if device.account != own))

    def _not_seen(self, error: BaseException) -> None:
        self._asks_devices = False
        if not isinstance(error, FieldappError):
            self._background.fail(error)

    def stop_sharing(self) -> None:
        """Close the table that is open here; both laptops keep what they have."""
        opened, self._opened = self._opened, None
        if opened is None:
            return
        self._end_rounds()
        self._set(mode="closing")
        self._background.run(work.run_close, opened.hub, opened.announcement, done=self._alone, failed=self._failed)

    def search(self) -> None:
        """Look for tables on the local network; `found` tells."""
        self._background.run(work.run_find, done=self.found.emit, failed=lambda _error: self.found.emit([]))

    def join(self, address: str, code: str) -> None:
        """Take a place at the table at this address."""
        if not (self.state.mode or self._stopped or self._refuses_training()):
            self._join(work.run_join, self._services, address, code, self.name())

    def rejoin(self, table: Found) -> bool:
        """Take up the place that this laptop has at a table that was found; False when it needs a code."""
        if self.state.mode or self._stopped or work.seat_at(self._services.db, table.project) is None:
            return False
        self._join(work.run_rejoin, self._services, table)
        return True

    def resume(self) -> None:
        """Take up the place at a table that was left by closing the program, in the same hours."""
        seat = work.guest_seat(self._services.db)
        if seat is None or self.state.mode or self._services.training or not _is_of_today(seat):
            return
        self._took(work.Joined(seat, ""))

    def _join(self, function: Callable[..., work.Joined], *args: Any) -> None:
        self.state = TableState("joining")
        self.changed.emit()
        self._background.run(function, *args, done=self._took, failed=self._failed)

    def _took(self, joined: work.Joined) -> None:
        self._set(mode="joined", address=joined.peer.address, check=joined.check, told=("", ""))
        self._begin(joined.peer)

    def leave(self) -> None:
        """Leave the table of somebody else; what is here stays here."""
        peer = self._peer
        if self.state.mode != "joined" or peer is None:
            return
        self._end_rounds()
        self._set(mode="closing")
        self._background.run(work.run_leave, self._services, peer, done=self._alone, failed=self._failed)

    def _alone(self, _nothing: object = None) -> None:
        self.state = TableState()
        self.changed.emit()
        self.ringed.emit()

    def _failed(self, error: BaseException) -> None:
        """Be alone again, and say why."""
        self._end_rounds()
        self.state = TableState(told=("", "") if isinstance(error, CancelledError) else ("error", str(error)))
        if not isinstance(error, FieldappError):
            self.state = TableState()
            self._background.fail(error)
        self.changed.emit()
        self.ringed.emit()

    # ------------------------------------------------------------------------------------------------ strings

    def want(self, strings: frozenset[str]) -> None:
        """Hold these ring strings: those that rings are taken from here. A new one is asked for at once."""
        if strings == self._wanted:
            return
        self._wanted = strings
        if strings - self._held and self._peer is not None and self._round is None:
            self._next.start(0)

    def wanted(self) -> frozenset[str]:
        """Return the ring strings that are to be held."""
        return self._wanted

    def soon(self) -> None:
        """Something was stored: let the other table have it without waiting for the next exchange."""
        self._is_due = True
        if self._peer is not None and self._round is None and not self.state.is_cut:
            self._next.start(0)

    def _claims(self) -> list[str]:
        if time.monotonic() - self._claimed_at > self._pace.claim_s:
            return sorted(self._wanted)
        return sorted(self._wanted - self._held)

    # ----------------------------------------------------------------------------------------------- exchange

    def _begin(self, peer: Peer) -> None:
        self._peer, self._failures, self._claimed_at = peer, 0, 0.0
        self._held = frozenset()
        self._next.start(0)

    def _end_rounds(self) -> None:
        self._next.stop()
        self._looks.stop()
        self._peer = None
        if self._round is not None:
            self._round.cancel()

    def _exchange(self) -> None:
        peer = self._peer
        if peer is None or self._round is not None or self._stopped:
            return
        self._asked, self._is_due = self._wanted, False
        claims = self._claims()
        if self._wanted and len(claims) == len(self._wanted):
            self._claimed_at = time.monotonic()
        self._round = self._background.run(
            work.run_round,
            self._services,
            peer,
            claims,
            done=lambda round_: self._went(peer, round_),
            failed=lambda error: self._missed(peer, error),
        )

    def _went(self, peer: Peer, round_: work.Round) -> None:
        self._round = None
        if self._peer is not peer:
            return
        self._failures, self._held = 0, round_.held
        self._set(is_cut=False, last_at=datetime.now(UTC).isoformat(timespec="seconds"), told=("", ""))
        if round_.received:
            self.came.emit()
        self.ringed.emit()
        # At once where something was stored, or a string wanted, while this exchange was on its way.
        is_urgent = self._is_due or bool(self._wanted - self._held - self._asked)
        self._next.start(0 if is_urgent else self._pace.every_ms)

    def _missed(self, peer: Peer, error: BaseException) -> None:
        self._round = None
        if self._peer is not peer or isinstance(error, CancelledError):
            return
        if not isinstance(error, FieldappError):
            self._failed(error)
            return
        self._failures += 1
        will_pass = getattr(error, "again", False)
        words = "" if will_pass else str(error)
        if self._opened is not None and not self._opened.hub.is_running:
            words = _(
                "La table partagée s’est arrêtée. Rien n’est perdu : arrêtez le partage, puis partagez de nouveau."
            )
        self._set(is_cut=True, told=("error", words) if words else ("", ""))
        self.ringed.emit()
        if will_pass and self.state.mode == "joined" and self._failures % self._pace.look_after == 0:
            self._background.run(work.run_look_for, self._services, peer, done=self._moved, failed=self._still_lost)
        else:
            self._next.start(self._pace.cut_ms)

    def _moved(self, peer: Peer) -> None:
        if self._peer is not None and self._peer.id == peer.id:
            self._peer = peer
            self._set(address=peer.address)
            self._next.start(0)

    def _still_lost(self, _error: BaseException) -> None:
        if self._peer is not None:
            self._next.start(self._pace.cut_ms)

    # ------------------------------------------------------------------------------------------------ the end

    def stop(self) -> None:
        """Do nothing more: the window closes. The hub of a table that is open here ends, the place at it stays."""
        self._stopped = True
        self._end_rounds()
        opened, self._opened = self._opened, None
        if opened is not None:
            work.run_close(opened.hub, opened.announcement)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """End with the window."""
        if event.type() == QEvent.Type.Close:
            self.stop()
        return False


def _is_of_today(seat: Peer) -> bool:
    """Return whether something was exchanged there within the last hours."""
    last = max(seat.synced_at, seat.joined_at)
    return (datetime.now(UTC) - datetime.fromisoformat(last)).total_seconds() < 12 * 3_600


def of(context: PageContext) -> TableRunner:
    """Return the runner of the window that a page belongs to, made at the first call."""
    background = context.background
    for child in background.children():
        if isinstance(child, TableRunner):
            return child
    made = TableRunner(context.services, background, parent=background)
    window = background.parent()
    if window is not None:
        window.installEventFilter(made)
    return made
