"""What the rules still doubt of one morning of a season: asked in the background, for the one that is stood on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import date

from PySide6.QtCore import QObject, QTimer, Signal

from fieldapp.core.schema import Severity
from fieldapp.protocols.pitfall_barrier.schema import CODE
from fieldapp.store.connection import Database
from fieldapp.ui import rounds
from fieldapp.ui.background import Latest
from fieldapp.ui.page import PageContext
from fieldapp.ui.services import Services

PAUSE_MS = 150
"""How long the cursor rests on a morning before it is checked: an arrow that is held checks nothing."""


def doubt_of(open_own: Callable[[], Database], site: str, on: str, today: date) -> str:
    """Return the first warning of a stored morning that nobody confirmed, in words; "" for none.

    It opens its own connection, for the background. Nothing is doubted of a morning, or a barrier, that is not there.
    """
    from fieldapp.ui.barrier.board_read import (  # the board is loaded when it is first needed
        BarrierGoneError,
        read_around,
    )
    from fieldapp.ui.barrier.board_session import MorningSession

    with closing(open_own()) as db:
        try:
            around = read_around(db, site, on, today)
        except BarrierGoneError:
            return ""
        if around.visit is None:
            return ""
        found = MorningSession(db, db.protocols[CODE], around, None).findings()
    doubts = {Severity.BLOCKING, Severity.WARNING}
    return next((one.words for one in found if one.problem.severity in doubts), "")


class Doubts(QObject):
    """Checks the morning that was asked for last; `found` carries its warning, and is silent where there is none."""

    found = Signal(str)

    def __init__(self, context: PageContext, parent: QObject) -> None:
        super().__init__(parent)
        self._services: Services = context.services
        self._checks = Latest(context.background)
        self._wanted = ("", "")
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(PAUSE_MS)
        self._rest.timeout.connect(self._check)

    def ask(self, site: str, on: str) -> None:
        """Check the morning of this barrier on an ISO date, once the cursor rests."""
        self.drop()
        self._wanted = site, on
        self._rest.start()

    def drop(self) -> None:
        """Check nothing more."""
        self._rest.stop()
        self._checks.drop()

    def _check(self) -> None:
        self._checks.run(doubt_of, self._services.open_own, *self._wanted, rounds.today(), done=self._tell)

    def _tell(self, words: str) -> None:
        if words:
            self.found.emit(words)
