"""What comes of a morning that stood open over midnight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from fieldapp.core import dates
from fieldapp.core.text import _
from fieldapp.ui import rounds
from fieldapp.ui.barrier.board_session import MorningSession


class Midnight:
    """Looks at the date. `to_day` opens another morning, `notify` says something quietly (see `PageContext`)."""

    def __init__(self, to_day: Callable[[str], object], notify: Callable[..., None]) -> None:
        self._to_day, self._notify = to_day, notify

    def look(self, session: MorningSession | None) -> None:
        """Go on to the morning that has come where that of the day before is shown; one that is begun is not left."""
        today = rounds.today()
        if session is None or session.around.today == today:
            return
        was_today = session.on == session.around.today.isoformat()
        session.around = replace(session.around, today=today)
        if not was_today:
            return
        days = {"day": dates.in_words(today), "before": dates.in_words(date.fromisoformat(session.on))}
        if session.waits():
            self._notify(
                _("Nous sommes le {day} ; le relevé du {before} n’est pas terminé.").format(**days),
                "info",
                action=_("Ouvrir le {day}").format(**days),
                on=lambda: self._to_day(today.isoformat()),
            )
        else:
            self._to_day(today.isoformat())
            self._notify(_("Voici le {day}. Page ↑ revient au {before}.").format(**days), "info")
