"""The aires in one season: how far each passage is, when each was followed last, whether it is due."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget

from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import _, fold
from fieldapp.store import records
from fieldapp.ui import rounds, theme
from fieldapp.ui.forms_begun import forms_begun, to_finish
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.rounds import Area, Season
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, RecordTable
from fieldapp.ui.widgets import (
    ActionButton,
    Card,
    ChipRow,
    EmptyState,
    KeyHint,
    SearchBox,
    live_key,
    text_label,
)
from fieldapp.ui.windows.fitting import ColumnFit
from fieldapp.ui.windows.today import season_words

SEASONS_SHOWN = 4
"""Seasons offered above the aires: this year's, and the newest before that hold visits."""


class AreasPage(PageWidget):
    """All aires in one season: how far each passage is, when the aire was followed last, whether it is due."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._protocol: StudyProtocol | None = None
        self._season: Season | None = None
        self._year = 0
        self._arrives = True
        self._filter = SearchBox(_("filtrer les aires"), name="places.filter")
        self._filter.searched.connect(lambda _text: self._show())
        self._filter.setMaximumWidth(theme.text_px() * 22)
        self._years = ChipRow([], multiple=False, required=True, framed=False, name="places.years")
        self._years.changed.connect(self._other_year)
        self._words = text_label("", "secondary", name="places.words")
        live_key(self, "Ctrl+F", self._filter.setFocus)
        self._table = RecordTable([Column(_("Aire"), stretch=True)], name="places.table")
        self._card = Card(name="places.card")
        self._empty = EmptyState(
            "area", _("Aucune aire"), _("Vos aires et leurs mares seront ici."), name="places.empty"
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._card.add(self._stack, 1)
        self._new_site = ActionButton(_("Nouvelle mare"), "add", "N", name="places.new_site", on=self._add_site)
        self._new = ActionButton(_("Nouvelle aire"), "add", "Shift+N", name="places.new", on=self._add)
        self._edit = ActionButton(_("Modifier"), "edit", "E", name="places.edit", on=self._modify)
        self._open_it = ActionButton(_("Ouvrir"), "next", primary=True, name="places.open", on=self._open_current)
        self._open_it.show_key("Return")
        head = theme.row(self._filter, KeyHint("Ctrl+F"), self._years, 1, self._words)
        foot = theme.row(self._new_site, self._edit, self._new, 1, self._open_it)
        box = theme.column(head, self._card, foot)
        box.setStretch(1, 1)
        self.setLayout(box)

    def open(self, year: int = 0, **params: Any) -> None:
        """Show the aires of a season, this year's unless another is named."""
        protocols = rounds.with_rounds(self._services.protocols)
        if not protocols:
            return
        if self._protocol is None:
            self._protocol = protocols[0]
            self._set_table(self._protocol)
        self._year = year or self._year or rounds.today().year
        self._show_years(self._protocol)
        self._read()
        if self._arrives or not self._filter.hasFocus():
            self._focus()
        self._arrives = False

    def leaving(self) -> None:
        """Stand in the table again at the next showing."""
        self._arrives = True

    def _set_table(self, protocol: StudyProtocol) -> None:
        """Make the table for this protocol: one column for each passage."""
        columns = [Column(_("Aire"), stretch=True), Column(_("Mares"), number=True)]
        columns += [Column(_("P{n}").format(n=n), number=True, chars=5) for n in rounds.form_of(protocol).passages]
        columns += [Column(_("Suivie en"), number=True), Column(_("État"), badge=True, chars=16)]
        self._table = RecordTable(columns, name="places.table")
        self._table.opened.connect(self._open_area)
        self._fit = ColumnFit(self._table, (len(columns) - 2, 1))
        self._stack.addWidget(self._table)
        stops = (self._filter, self._years, self._table, self._new_site, self._edit, self._new, self._open_it)
        for before, after in pairwise(stops):
            self.setTabOrder(before, after)

    def _show_years(self, protocol: StudyProtocol) -> None:
        this = rounds.today().year
        known = records.years(self._services.db, protocol.code, rounds.form_of(protocol).visit)[:SEASONS_SHOWN]
        years = sorted({this, self._year, *known}, reverse=True)[:SEASONS_SHOWN]
        self._years.set_choices([(str(year), str(year)) for year in sorted(years)])
        self._years.set_value([str(self._year)])

    def _other_year(self, codes: list[str]) -> None:
        if codes:
            self._year = int(codes[0])
            self._read()

    def _read(self) -> None:
        if self._protocol is not None:
            self._season = rounds.season(self._services.db, self._protocol, rounds.season_day(self._year))
            self._show()

    def _show(self) -> None:
        if self._season is None or self._protocol is None:
            return
        parts = fold(self._filter.text()).replace("_", " ").split()
        areas = [area for area in self._season.areas if all(part in fold(area.name) for part in parts)]
        passages = rounds.form_of(self._protocol).passages
        begun = forms_begun(self._services.db, self._protocol)
        unfinished = {part for pair in begun for part in pair}  # the aire itself, or a place of it
        self._table.show_rows(
            [_area_row(area, passages, area.uid in unfinished) for area in areas], keys=[area.uid for area in areas]
        )
        self._new.set_text(("◐ " if ("", "") in begun else "") + _("Nouvelle aire"))
        if not areas:
            self._say_empty(bool(self._season.areas))
        self._stack.setCurrentIndex(1 if areas else 0)
        for button in (self._new_site, self._edit, self._open_it):
            button.setEnabled(bool(areas))
        self.set_title(_("Mares"), _("saison {year}").format(year=self._year))
        self._words.setText(season_words([self._season]))

    def _say_empty(self, filtered: bool) -> None:
        if filtered:
            self._empty.title.setText(_("Aucune aire de ce nom"))
            self._empty.sentence.setText(_("Échap efface le filtre."))
        else:
            self._empty.title.setText(_("Aucune aire"))
            self._empty.sentence.setText(_("Vos aires et leurs mares seront ici. Maj N en crée une."))

    def _focus(self) -> None:
        has_rows = self._stack.currentIndex() == 1
        (self._table if has_rows else self._new).setFocus()

    def _current(self) -> str:
        key = self._table.current_key() if self._stack.currentIndex() == 1 else None
        return key if isinstance(key, str) else ""

    def _open_current(self) -> None:
        self._open_area(self._current())

    def _open_area(self, key: object) -> None:
        if self._protocol is not None and key:
            year = {} if self._year == rounds.today().year else {"year": self._year}
            self._context.navigate("round", protocol=self._protocol.code, group=key, **year)

    def _add(self) -> None:
        if self._protocol is not None:
            form = rounds.form_of(self._protocol)
            self._context.navigate("place", protocol=self._protocol.code, entity=form.group)

    def _add_site(self) -> None:
        if self._protocol is not None and (group := self._current()):
            form = rounds.form_of(self._protocol)
            self._context.navigate("place", protocol=self._protocol.code, entity=form.site, parent=group)

    def _modify(self) -> None:
        if self._protocol is not None and (group := self._current()):
            form = rounds.form_of(self._protocol)
            self._context.navigate("place", protocol=self._protocol.code, entity=form.group, uid=group)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter as "open", also from the filter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open_current()
            return
        super().keyPressEvent(event)

    def go_back(self) -> bool:
        """Leave the filter first."""
        if self._filter.text():
            self._filter.clear()
            self._focus()
            return True
        return False

    def undo_state(self) -> dict[str, Any]:
        """Return the season shown."""
        return {"year": self._year}

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        return [
            Action("Return", _("ouvrir la tournée de l’aire"), self._open_current, "next"),
            Action("Ctrl+F", _("filtrer par quelques lettres"), self._filter.setFocus, "search"),
            Action("N", _("nouvelle mare dans l’aire"), self._add_site, "add"),
            Action("E", _("modifier l’aire"), self._modify, "edit"),
            Action("Shift+N", _("nouvelle aire"), self._add, "add"),
        ]


def _area_row(area: Area, passages: Sequence[int], unfinished: bool) -> tuple[str, ...]:
    def reached(passage: int) -> str:
        return f"{area.done[passage]} / {area.total}" if passage in area.done else "–"

    followed = str(area.due.last_year) if area.due.last_year else "–"
    name = f"{area.name} · {to_finish()}" if unfinished else area.name
    return (name, str(area.total), *map(reached, passages), followed, f"{area.state}|{area.words}")
