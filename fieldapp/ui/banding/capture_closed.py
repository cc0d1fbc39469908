"""A session that is closed, seen from its captures: what says so, and how it is opened again."""

from __future__ import annotations

from collections.abc import Callable

from fieldapp.core.record import with_data
from fieldapp.core.text import _
from fieldapp.store import records
from fieldapp.store.records import Saved
from fieldapp.ui.banding.capture_session import CaptureSession
from fieldapp.ui.widgets import Banner

KEY = "F10"
"""Closes a session that is open, and opens a closed one again."""


class ClosedBanner(Banner):
    """Stands above the line of a closed session. `on_reopen`: what its key does."""

    def __init__(self, on_reopen: Callable[[], object]) -> None:
        super().__init__("info", "", name="capture.closed_session")
        self._on_reopen = on_reopen
        self.hide()

    def show_session(self, session: CaptureSession) -> None:
        """Say that the session is closed, or nothing."""
        self.set("info", closed_words(), action=_("Rouvrir la séance"), key=KEY, on=self._on_reopen, live=False)
        self.setVisible(session.is_closed)


def closed_words() -> str:
    """Return why nothing can be typed."""
    return _("Séance close : rien ne s’y ajoute ni ne s’y corrige tant qu’elle n’est pas rouverte.")


def reopen(session: CaptureSession) -> Saved:
    """Store that the session is open again; undo closes it anew."""
    record = session.session.record
    values = {name: value for name, value in record.data.items() if name != "closed"}
    entity = session.protocol.entity(record.entity)
    return records.save(session.db, [with_data(record, entity, values)], _("séance rouverte"))
