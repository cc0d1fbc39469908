"""The page "Liste du jour": the lists of a season, the newest first, and the way to a new one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget

from fieldapp.core.text import _
from fieldapp.store import records
from fieldapp.ui import rounds, theme
from fieldapp.ui.forms.head_panel import DISCARD_KEY
from fieldapp.ui.occasional.begun import form_of
from fieldapp.ui.occasional.gone import say_gone
from fieldapp.ui.occasional.overview import LACKING, ListLine, lists_of, protocol_of, sum_words
from fieldapp.ui.occasional.session import open_list
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.season import SeasonStepper
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, RecordTable
from fieldapp.ui.widgets import ActionButton, Card, EmptyState, text_label
from fieldapp.ui.windows.fitting import ColumnFit

_PLACE, _SPECIES = 1, 2


class ListsPage(PageWidget):
    """The lists of a season. `open(year)` shows that of a year, `open(uid)` stands on one."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._lines: dict[str, ListLine] = {}
        self._season = SeasonStepper(name="lists.season")
        self._season.changed.connect(lambda _year: self._show())
        self._words = text_label("", "secondary", name="lists.words")
        self._table = RecordTable(
            [
                Column(_("Date"), chars=10),
                Column(_("Lieu"), strong=True),
                Column(_("Espèces"), stretch=True),
                Column(_("Lignes"), number=True),
                Column(_("Observateurs")),
                Column(_("État"), badge=True, chars=12),
            ],
            name="lists.table",
        )
        self._table.opened.connect(self._open_it)
        ColumnFit(self._table, (4,))
        self._empty = EmptyState("day_list", "", "–", name="lists.empty")
        self._stack = QStackedWidget()
        self._stack.addWidget(self._table)
        self._stack.addWidget(self._empty)
        card = Card(name="lists.card")
        card.add(self._stack, 1)
        self._new = ActionButton(_("Nouvelle liste"), "add", "N", primary=True, name="lists.new", on=self._add)
        self._open_list = ActionButton(_("Ouvrir"), "edit", name="lists.open", on=self._open_current)
        self._open_list.show_key("Return")
        self._history = ActionButton(_("Historique"), "history", "H", name="lists.history", on=self._show_history)
        self._delete = ActionButton(_("Effacer"), "delete", DISCARD_KEY, name="lists.delete", on=self.discard)
        self._of_row = (self._open_list, self._history, self._delete)
        foot = theme.row(*self._of_row, 1, self._new, spacing=theme.S)
        box = theme.column(theme.row(self._season, 1, self._words), card, foot)
        box.setStretch(1, 1)
        self.setLayout(box)
        for before, after in pairwise((self._table, *self._of_row, self._new)):
            self.setTabOrder(before, after)

    def open(self, year: int = 0, uid: str = "", **_params: Any) -> None:
        """Read the lists anew, and stand on the list `uid`."""
        protocol, today = protocol_of(self._services), rounds.today()
        known = records.years(self._services.db, protocol.code, form_of(protocol).sheet.visit)
        self._season.set_years(sorted({today.year, *known}, reverse=True))
        if year:
            self._season.set_year(year)
        self._show()
        if uid in self._lines:
            self._table.select_key(uid)
        (self._table if self._lines else self._new).setFocus()

    def _show(self) -> None:
        year = self._season.year() or rounds.today().year
        found = lists_of(self._services, year)
        self._lines = {line.uid: line for line in found}
        self._table.show_rows([_row(line) for line in found], keys=list(self._lines))
        self._stack.setCurrentIndex(0 if found else 1)
        self._empty.title.setText(_("Aucune liste en {year}").format(year=year))
        self._empty.sentence.setText(
            _("Ce qui est vu en passant aura sa place ici : N ouvre une liste, un lieu et un jour, toutes les espèces.")
        )
        self._words.setText(sum_words(found) if found else "")
        for button in self._of_row:
            button.setEnabled(bool(found))
        is_past = bool(self._services.past)
        self._delete.setEnabled(bool(found) and not is_past)
        self._new.setEnabled(not is_past)
        self.set_title(_("Liste du jour"), _("saison {year}").format(year=year))

    def _open_it(self, key: object) -> None:
        if isinstance(key, str):
            self._context.navigate("list", uid=key)

    def _open_current(self) -> None:
        self._open_it(self._current() or None)

    def _show_history(self) -> None:
        if uid := self._current():
            self._context.navigate("history", uid=uid)

    def discard(self) -> None:
        """Throw the list under the cursor away; the key of undo, or that of the notice, brings it back."""
        uid, year = self._current(), self._season.year() or 0
        if not uid or self._services.past:
            return
        protocol = protocol_of(self._services)
        session = open_list(self._services.db, protocol, self._services.taxa(protocol.code), uid)
        is_saved = session.discard()
        if is_saved:
            self._services.on_saved(session.saved_at)
        self.open(year)
        say_gone(self._context, session, is_saved=is_saved, back=lambda: self.open(year, uid))

    def _add(self) -> None:
        if not self._services.past:
            self._context.navigate("list")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter as the one next step of the page."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._add()
            return
        super().keyPressEvent(event)

    def _current(self) -> str:
        key = self._table.current_key() if self._lines else None
        return key if isinstance(key, str) else ""

    def undo_state(self) -> dict[str, Any]:
        """Return the season shown and the list under the cursor."""
        return {"year": self._season.year() or 0, "uid": self._current()}

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        return [
            Action("N", _("nouvelle liste"), self._add, "add"),
            Action("Return", _("ouvrir la liste"), self._open_current, "edit"),
            Action("H", _("l’historique de la liste"), self._show_history, "history"),
            Action(DISCARD_KEY, _("effacer la liste"), self.discard, "delete"),
            *self._season.keys(),
        ]


def _row(line: ListLine) -> tuple[str, ...]:
    return (
        rounds.short_date(line.on),
        line.place or "–",
        line.told or "–",
        str(line.lines or "–"),
        line.people or "–",
        f"draft|{_('à compléter')}" if line.state == LACKING else f"{line.state}|",
    )
