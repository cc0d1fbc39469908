"""The page "past": a day is chosen, and the program opens a copy of the database as it was then, for reading."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from fieldapp.core.dates import in_words
from fieldapp.core.errors import CancelledError
from fieldapp.core.parse import parse_date, parse_time, show_date, show_time
from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import _
from fieldapp.store import past
from fieldapp.store.past import Past
from fieldapp.ui import errors, theme
from fieldapp.ui.background import Progress
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import ActionButton, Card, DateEdit, LabeledField, TimeEdit, text_label
from fieldapp.ui.working import Working

END_OF_DAY = "23:59"


def build(path: Path, protocols: Sequence[StudyProtocol], at: str, *, progress: Progress) -> Past:
    """Make the copy; it tells how far it is."""
    return past.build(path, protocols, at, progress=progress.report)


def instant_of(day: str, hour: str | None) -> str:
    """Return the instant (UTC, as the store writes it) of a local day and time; a minute counts up to its end."""
    moment = datetime.fromisoformat(f"{day}T{hour or END_OF_DAY}:59.999").astimezone()
    return past.instant(moment)


def moment_words(at: str) -> str:
    """Return "lundi 3 mars 2025" for the end of a day, else with the time: "lundi 3 mars 2025 à 21:02"."""
    moment = datetime.fromisoformat(at).astimezone()
    day, hour = in_words(moment.date(), with_year=True), f"{moment:%H:%M}"
    return day if hour == END_OF_DAY else _("{day} à {hour}").format(day=day, hour=hour)


class PastPage(PageWidget):
    """The day, the time if it matters, and one key: Ctrl+Enter opens the database of then."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._first = ""
        self._day = DateEdit(parse_date, show_date, name="past.day")
        self._hour = TimeEdit(parse_time, show_time, name="past.hour")
        self._day_field = LabeledField(_("Jour"), self._day)
        self._hour_field = LabeledField(_("Heure (vide : fin de la journée)"), self._hour)
        self._known = text_label("", "secondary", wrap=True, name="past.known")
        self._go = ActionButton(
            _("Ouvrir la base de ce jour"), "history", "Ctrl+Return", primary=True, name="past.go", on=self._build
        )
        self._back = ActionButton(_("Revenir à aujourd’hui"), "previous", name="past.leave", on=self._leave)
        self._working = Working(name="past.working")
        self.setLayout(theme.column(self._card(), self._working, 1))

    def _card(self) -> Card:
        card = Card(_("La base telle qu’elle était"), "history", name="past.card")
        card.add(
            text_label(
                _(
                    "Toutes les fiches apparaissent avec leurs valeurs de ce moment-là, d’après l’historique : une "
                    "correction compte à partir de l’heure où elle a été faite, sur quelque ordinateur que ce soit. "
                    "Vous ouvrez une copie : rien ne peut y être changé, et vos données d’aujourd’hui ne bougent pas."
                ),
                "secondary",
                wrap=True,
            )
        )
        when = theme.row(self._day_field, self._hour_field)
        for number, share in enumerate((1, 2)):
            when.setStretch(number, share)  # what is wrong with the day takes a line, not a column of words
        card.add(when)
        card.add(self._known)
        card.add(theme.row(self._go, self._back, 1))
        return card

    def open(self, at: str = "", **_params: Any) -> None:
        """Ask for a moment; `at` (UTC) proposes one."""
        self.set_title(_("Base à une date"), self._services.past)
        is_past = bool(self._services.past)
        self._go.setVisible(not is_past)
        self._back.setVisible(is_past)
        for line in (self._day_field, self._hour_field):
            line.setVisible(not is_past)
        self._first = past.first_at(self._services.db) or ""
        self._go.setEnabled(bool(self._first))
        if is_past:
            self._known.setText(_("Vous la regardez déjà : revenez à aujourd’hui pour choisir un autre jour."))
            self._back.setFocus()
            return
        if at:
            moment = datetime.fromisoformat(at).astimezone()
            self._day.set_value(f"{moment:%Y-%m-%d}")
            self._hour.set_value(f"{moment:%H:%M}")
        self._known.setText(self._first_words())
        self._day.setFocus()
        self._day.selectAll()

    def _first_words(self) -> str:
        if not self._first:
            return _("Rien n’a encore été enregistré dans cette base.")
        day = in_words(datetime.fromisoformat(self._first).astimezone().date(), with_year=True)
        return _("Le premier enregistrement est du {day}.").format(day=day)

    def _build(self) -> None:
        if self._working.is_busy() or self._services.past or not (self._day.commit() and self._hour.commit()):
            return
        day, hour = self._day.value(), self._hour.value()
        if problem := self._problem(day, hour):
            self._day_field.set_problem(problem)
            self._day.setFocus()
            return
        at = instant_of(day, hour)
        job = self._context.background.run(
            build,
            self._services.path,
            tuple(self._services.protocols.values()),
            at,
            done=self._services.show_past,
            failed=self._failed,
            progress=self._working.tell,
        )
        self._go.setEnabled(False)
        self._working.start(_("Retour au {day}").format(day=show_date(day)), job, at_once=True)

    def _problem(self, day: str | None, hour: str | None) -> str:
        if day is None:
            return _("Écrivez le jour : 3/3/2025, ou « hier ».")
        if instant_of(day, hour) < self._first:
            return _("Rien n’était encore enregistré ce jour-là.")
        return ""

    def _failed(self, error: BaseException) -> None:
        self._working.stop()
        self._go.setEnabled(True)
        if isinstance(error, CancelledError):
            self._context.notify(_("Annulé."))
        else:
            errors.show(error)

    def _leave(self) -> None:
        self._services.show_past(None)

    def leaving(self) -> None:
        """Give up the copy that is being made: nobody waits for it any more."""
        self._working.cancel()

    def go_back(self) -> bool:
        """Cancel the copy that is being made."""
        return self._working.cancel()

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        if self._services.past:
            return [Action("Ctrl+R", _("revenir à aujourd’hui"), self._leave, "previous")]
        return [Action("Ctrl+Return", _("ouvrir la base de ce jour"), self._build, "history")]
