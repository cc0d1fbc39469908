"""The seasons of a barrier, read in the background once the board stands; the mornings of one season share them."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from fieldapp.ui.background import Background, Latest
from fieldapp.ui.barrier.board_season import BarrierSeasons, read_seasons
from fieldapp.ui.barrier.board_session import MorningSession
from fieldapp.ui.services import Services

AFTER_MS = 120
"""The seasons are read once the board is painted: before, the two would slow each other down."""


class SeasonsLater(QObject):
    """Reads what is told of the seasons; `came` carries it."""

    came = Signal(object)

    def __init__(self, services: Services, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._services = services
        self._latest = Latest(background)
        self._session: MorningSession | None = None
        self._of: tuple[str, str] = ("", "")
        self._found: BarrierSeasons | None = None
        self._is_stale = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(AFTER_MS)
        self._timer.timeout.connect(self._ask)

    def show(self, session: MorningSession, *, stepping: bool) -> BarrierSeasons | None:
        """Return the seasons of this morning, None while they are not there.

        They are read anew unless it is `stepping` within one: whoever comes from another page may have changed another
        morning.
        """
        self._session = session
        found = self._found if self._of == _season_of(session) else None
        if self._is_stale or found is None or not stepping:
            self._timer.start()
        return found

    def again(self) -> None:
        """Read them again: a morning was stored."""
        self._timer.start()

    def pause(self) -> None:
        """Begin nothing while the page is left; what was to be read is read when it is back."""
        self._is_stale = self._is_stale or self._timer.isActive()
        self._timer.stop()

    def _ask(self) -> None:
        session = self._session
        if session is None:
            return
        self._is_stale = False
        of = _season_of(session)
        self._latest.run(
            read_seasons, self._services.open_own, of[0], session.on, session.around.today,
            done=lambda found: self._come(of, found),
        )  # fmt: skip

    def _come(self, of: tuple[str, str], found: BarrierSeasons) -> None:
        if self._session is not None and of == _season_of(self._session):
            self._of, self._found = of, found
            self.came.emit(found)


def _season_of(session: MorningSession) -> tuple[str, str]:
    """Return the barrier and the campaign of a morning."""
    campaign = session.around.campaign
    return session.around.site.uid, campaign.uid if campaign is not None else session.on[:4]
