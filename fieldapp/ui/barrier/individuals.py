"""The page "individuals": the animals of a barrier that are told apart, when each was seen, how many photos it has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QStackedWidget

from fieldapp.core.record import Record
from fieldapp.core.text import _, fold, ngettext
from fieldapp.protocols.pitfall_barrier.lists import name_of
from fieldapp.protocols.pitfall_barrier.schema import CODE, SITE, barrier_title
from fieldapp.store import records
from fieldapp.ui import theme
from fieldapp.ui.background import Latest
from fieldapp.ui.barrier.individual_read import Seen, individuals_of, seen_in_background, sex_words
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, RecordTable, Row
from fieldapp.ui.widgets import ActionButton, Card, ChipRow, EmptyState, KeyHint, text_label
from fieldapp.ui.windows.fitting import ColumnFit
from fieldapp.ui.wording import ABSENT, Words, day_words

FIND_KEY = "F3"

_FIRST, _PHOTOS, _SPECIES, _YEARS = 3, 7, 1, 6
"""Columns that give way to large letters, the least important first: first seen, years, photos, species."""


class IndividualsPage(PageWidget):
    """The individuals of one barrier. `open(site)`: the barrier, without it the one shown before or the first."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._site = ""
        self._latest = Latest(context.background)
        self._all: list[Seen] = []
        self._current = ""
        self._sites = ChipRow([], multiple=False, required=True, framed=False, name="individuals.sites")
        self._sites.changed.connect(lambda codes: self.open(site=codes[0]))
        self._filter = _Filter(self, name="individuals.filter")
        self._find = ActionButton(_("Chercher"), "search", FIND_KEY, name="individuals.find", on=self._to_filter)
        self._count = text_label("", "secondary", name="individuals.count")
        self._table = self._build_table()
        self._fit = ColumnFit(self._table, (_FIRST, _YEARS, _PHOTOS, _SPECIES))
        self._build_empty()
        self._stack = QStackedWidget()
        for widget in (self._table, self._none, self._no_barrier, self._nobody):
            self._stack.addWidget(widget)
        card = Card(name="individuals.card")
        card.add(self._stack, 1)
        self._top = theme.row(self._filter, self._find, self._count, 1, KeyHint("Return"), spacing=theme.M)
        self._top.addWidget(text_label(_("ouvrir"), "secondary"))
        box = theme.column(self._sites, self._top, card, spacing=theme.M)
        box.setStretch(2, 1)
        self.setLayout(box)

    def _build_table(self) -> RecordTable:
        columns = [Column(_("Nom"), strong=True), Column(_("Espèce"), stretch=True), Column(_("Sexe"))]
        columns += [Column(_("Vu d’abord")), Column(_("Vu en dernier"))]
        columns += [Column(words, number=True) for words in (_("Captures"), _("Printemps"), _("Photos"))]
        table = RecordTable(columns, name="individuals.table")
        table.opened.connect(lambda uid: self._context.navigate("individual", uid=str(uid)))
        return table

    def _build_empty(self) -> None:
        """Build what stands in place of the table when there is nobody to show."""
        self._none = EmptyState(
            "individual",
            _("Aucun individu reconnu ici"),
            _(
                "Un triton crêté se reconnaît à son ventre. Donnez un nom à l’animal d’une prise, sur le tableau des "
                "seaux : il apparaîtra ici, avec toutes ses captures et ses photos."
            ),
            name="individuals.empty",
        )
        self._no_barrier = EmptyState(
            "barrier",
            _("Pas encore de barrière"),
            _("Les individus sont ceux d’une barrière : créez-la d’abord, sous « Barrière »."),
            name="individuals.no_barrier",
        )
        self._nobody = EmptyState("search", _("Aucun individu de ce nom"), "", name="individuals.nobody")

    # ----------------------------------------------------------------------------------------------- showing

    def open(self, site: str = "", **_params: Any) -> None:
        """Show the individuals of a barrier; the cursor stays on the one that was opened last."""
        db = self._services.db
        barriers = records.roots(db, CODE, SITE.code)
        known = {item.uid: item for item in barriers}
        wanted = [uid for uid in (site, self._site) if uid in known]
        chosen = known[wanted[0]] if wanted else next(iter(barriers), None)
        self._show_sites(barriers, chosen)
        if chosen is None:
            self._latest.drop()
            self._site, self._all = "", []
            self.set_title(_("Individus"))
            self._stack.setCurrentWidget(self._no_barrier)
            return
        if chosen.uid != self._site:
            self._filter.clear()
        self._site = chosen.uid
        found = individuals_of(db, chosen.uid)
        self._all = [Seen(item) for item in found]
        self.set_title(_("Individus"), barrier_title(chosen.data))
        self._latest.run(seen_in_background, self._services, found, done=self._come)
        if not found:
            self._show()
        self._table.setFocus()

    def _show_sites(self, barriers: Sequence[Record], chosen: Record | None) -> None:
        self._sites.setVisible(len(barriers) > 1)
        if len(barriers) > 1:
            self._sites.set_choices([(item.uid, barrier_title(item.data)) for item in barriers])
            self._sites.set_value([chosen.uid] if chosen is not None else [])

    def _come(self, told: list[Seen]) -> None:
        self._all = told
        self._show()

    def _show(self) -> None:
        """Show the individuals that the letters leave."""
        typed = fold(self._filter.text())
        words = Words(self._services.db, self._services.taxa(CODE))
        rows = [(item, _row(item, words)) for item in self._all]
        rows = [(item, row) for item, row in rows if typed in fold(" ".join((*row[:3], _signs(item))))]
        self._table.show_rows([row for _item, row in rows], [item.uid for item, _row in rows])
        told = ngettext("{n} individu", "{n} individus", len(rows)).format(n=len(rows))
        self._count.setText(told if self._all else "")
        if rows:
            self._stack.setCurrentWidget(self._table)
        else:
            self._stack.setCurrentWidget(self._nobody if self._all else self._none)

    # ----------------------------------------------------------------------------------------------- keys

    def _to_filter(self) -> None:
        self._filter.setFocus()
        self._filter.selectAll()

    def walk(self, by: int) -> None:
        """Go down or up in the table while the letters are typed."""
        row = self._table.currentIndex().row() + by
        self._table.selectRow(min(max(row, 0), self._table.model().rowCount() - 1))

    def open_current(self) -> None:
        """Open the individual that the table stands on."""
        uid = self._table.current_key()
        if uid is not None and self._stack.currentWidget() is self._table:
            self._context.navigate("individual", uid=str(uid))

    def leaving(self) -> None:
        """Give up what is read for this page alone."""
        self._latest.drop()

    def go_back(self) -> bool:
        """Empty the letters first."""
        if not self._filter.text():
            return False
        self._filter.clear()
        self._show()
        self._table.setFocus()
        return True

    def refilter(self) -> None:
        """Show what the letters leave."""
        self._show()

    def undo_state(self) -> dict[str, Any]:
        """Return the barrier, so that Back shows the same one."""
        return {"site": self._site}

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        return [
            Action(FIND_KEY, _("chercher un nom, un sexe, un signe"), self._to_filter, "search"),
            Action("Return", _("ouvrir l’individu"), self.open_current, "individual"),
        ]


class _Filter(QLineEdit):
    """The letters that narrow the table; arrows and Enter go to it without leaving the line."""

    def __init__(self, page: IndividualsPage, *, name: str) -> None:
        super().__init__()
        self._page = page
        self.setObjectName(name)
        self.setPlaceholderText(_("Nom, espèce, sexe, signe"))
        self.setFixedWidth(theme.text_px() * 18)
        self.textEdited.connect(lambda _text: page.refilter())

    def event(self, event: QEvent) -> bool:
        """Keep Enter for the row that is meant."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _ENTER:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk in the table, open its row, else type."""
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._page.walk(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() in _ENTER:
            self._page.open_current()
        else:
            super().keyPressEvent(event)


_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def _row(item: Seen, words: Words) -> Row:
    values = item.individual.data
    species = words.taxon(values["cd_nom"]) if values.get("cd_nom") else None
    years = len({day[:4] for day in item.mornings})
    return (
        item.name,
        name_of(species, species.cd_nom) if species else ABSENT,
        sex_words(values) if values.get("sex") else ABSENT,
        day_words(item.first_on) or ABSENT,
        " ".join(filter(None, (day_words(item.last_on) or ABSENT, _("(mort)") if item.is_dead else ""))),
        str(len(item.mornings)),
        str(years or ABSENT),
        str(len(item.shots) or ABSENT),
    )


def _signs(item: Seen) -> str:
    return str(item.individual.data.get("comments", ""))
