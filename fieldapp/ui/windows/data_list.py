"""The lines of one protocol in one table with its filters, as quick with a million rows as with ten."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from fieldapp.core.errors import CancelledError
from fieldapp.core.record import Placed
from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import _, fold, ngettext
from fieldapp.store import listing, records
from fieldapp.store.connection import Database
from fieldapp.ui import errors, theme
from fieldapp.ui.background import Job
from fieldapp.ui.data import choice
from fieldapp.ui.page import Action, PageContext
from fieldapp.ui.season import SeasonStepper
from fieldapp.ui.sync.review_mark import ReviewMark
from fieldapp.ui.tables import RecordTable
from fieldapp.ui.widgets import (
    ActionButton,
    Card,
    Chip,
    Elided,
    EmptyState,
    LabeledField,
    SearchBox,
    Suggest,
    Suggestion,
    is_large,
    live_key,
    text_label,
)
from fieldapp.ui.windows.fitting import ColumnFit
from fieldapp.ui.windows.listed import (
    Filter,
    Incomplete,
    Listed,
    Missing,
    Way,
    found_ids,
    found_incomplete,
    listed,
)
from fieldapp.ui.wording import latin_beside, number_words
from fieldapp.ui.working import Working

SEARCH_PAUSE_MS = 200
"""How long the letters must rest before the records are searched: between two keystrokes of a slow typist."""

PLACE_SHARE = 0.35
"""Share of the width that the places may take among the visits to complete; what is missing has the rest."""


class DataList(QWidget):
    """The table of one protocol with its filters. The newest season is shown first, so that it is there at once.

    `retitled` carries the season shown, in words; `other` the code of the protocol that is wanted instead, of those in
    `protocols`, or that of all (see `data.choice`).
    """

    retitled = Signal(str)
    other = Signal(str)

    def __init__(self, context: PageContext, protocol: StudyProtocol, protocols: Sequence[StudyProtocol]) -> None:
        super().__init__()
        self._context = context
        self._table_of: Listed = listed(context.services, protocol)
        self._protocols = protocols
        self._filter = Filter()
        self._season_before: int | None = None
        self._season_of_list: int | None = None
        self._asked = 0
        self._is_opened = False
        self._areas: list[Suggestion] = []
        self._incomplete_of = self._table_of.todo
        self._missing: dict[int | None, Missing] = {}
        self._job: Job | None = None
        self._working = Working(name="data.working")
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(SEARCH_PAUSE_MS)
        self._pause.timeout.connect(lambda: self._look_for(self._search.text().strip()))
        self._clear = ActionButton(
            _("Effacer les filtres"), "close", "Ctrl+Backspace", role="quiet", name="data.clear", on=self.clear
        )
        choice.keep_room(self._clear)
        chips = choice.chips(self, protocols, protocol.code, self._wants)
        door = choice.review_door(context, self._line_shown, name="data.validation")
        beside = theme.row(1, self._clear, door)
        top = theme.column(chips, beside) if is_large() else theme.row(chips, beside)
        rows = [top, self._build_filters(), self._working]
        rows += [self._build_table(), self._build_foot()]
        box = theme.column(*rows)
        box.setStretch(len(rows) - 2, 1)
        box.setContentsMargins(0, 0, 0, 0)
        self.setLayout(box)
        theme.on_change().changed.connect(self._fit)

    def _build_filters(self) -> Any:
        self._season = SeasonStepper(with_all=True, name="data.season")
        self._season.changed.connect(self._take_season)
        self._area = Suggest(
            self._suggest_areas, placeholder=self._table_of.words.anywhere, minimum=0, name="data.area"
        )
        self._area.chosen.connect(lambda row: self._narrow(root=row.key))
        self._area.textChanged.connect(lambda text: None if text else self._narrow(root=None))
        self._taxon = Suggest(self._suggest_taxa, placeholder=_("toutes"), minimum=0, name="data.taxon")
        self._taxon.chosen.connect(lambda row: self._narrow(cd_nom=row.key))
        self._taxon.textChanged.connect(lambda text: None if text else self._narrow(cd_nom=None))
        words = self._table_of.words
        self._search = SearchBox(words.contains, name="data.search")
        self._search.searched.connect(lambda _text: self._pause.start())
        self._incomplete = Chip(words.unfinished, key="C", name="data.incomplete")
        self._incomplete.toggled.connect(lambda on: self._narrow(incomplete=on))
        live_key(self, "C", self._incomplete.click)
        fields = [
            LabeledField(_("Saison"), self._season),
            LabeledField(words.place, self._area, key="F3"),
            LabeledField(_("Espèce"), self._taxon, key="F4"),
            LabeledField(_("Contient"), self._search, key="F5"),
            LabeledField(words.dated, self._incomplete),
        ]
        for line in (self._area, self._taxon):
            choice.on_enter(line, self._into_table)
        self._search.returnPressed.connect(self._into_table)
        filters = theme.row(*fields)
        for place in range(len(fields) - 4, len(fields) - 1):
            filters.setStretch(place, 1)
        return filters

    def _wants(self, code: str) -> None:
        if code != self._table_of.protocol.code:
            self.other.emit(code)

    def _build_table(self) -> Card:
        self._table = RecordTable(self._table_of.columns(), name="data.table")
        self._table.opened.connect(lambda key: self._go(self._table_of.ways[0], key))
        self._table.current_changed.connect(self._mark)
        self._table.viewport().installEventFilter(self)
        self._todo = RecordTable(self._incomplete_of.columns(), name="data.todo")
        self._todo.opened.connect(lambda key: self._go(self._table_of.ways[0], key))
        self._todo.current_changed.connect(self._say_missing)
        self._todo.current_changed.connect(self._mark)
        self._todo_fit = ColumnFit(self._todo, (4, 2))
        self._first = EmptyState(
            "data",
            _("Aucune donnée pour l’instant"),
            self._table_of.words.empty,
            ActionButton(
                self._table_of.words.bring_in,
                "import_file",
                name="data.import",
                on=lambda: self._context.navigate("exchanges"),
            ),
            name="data.empty",
        )
        self._nothing = EmptyState(
            "filter",
            _("Rien ne correspond à ces filtres"),
            "",
            ActionButton(_("Effacer les filtres"), "close", "Ctrl+Backspace", name="data.clear_all", on=self.clear),
            name="data.nothing",
        )
        self._complete = EmptyState("check", _("Rien à compléter"), self._table_of.words.complete, name="data.complete")
        self._stack = QStackedWidget()
        for widget in (self._table, self._todo, self._first, self._nothing, self._complete):
            self._stack.addWidget(widget)
        card = Card(name="data.card")
        card.body.setContentsMargins(theme.S, theme.XS, theme.S, theme.S)
        card.add(self._stack, 1)
        self._lacks = text_label("", wrap=True, name="data.lacks")
        self._lacks.hide()
        card.add(self._lacks)
        return card

    def _build_foot(self) -> Any:
        self._count = Elided("secondary", fills=True, name="data.count")
        self._review = ReviewMark(self._context, "R", name="data.review")
        self._history = ActionButton(_("Historique"), "history", "H", name="data.history", on=self._open_history)
        self._ways = [
            ActionButton(
                way.label,
                way.icon,
                way.key,
                primary=not number,
                name=way.name,
                on=partial(self._go_on, way),
            )
            for number, way in reversed(list(enumerate(self._table_of.ways)))
        ]
        self._ways[-1].set_key("")  # Enter belongs to the row
        self._ways[-1].show_key(self._table_of.ways[0].key)
        foot = theme.row(self._count, self._review, self._history, *self._ways)
        foot.setStretch(0, 1)
        return foot

    # ------------------------------------------------------------------------------------------- showing

    def open(self, params: Mapping[str, Any]) -> None:
        """Show what was asked for: `year`, `root`, `cd_nom`, `text`, `incomplete`; else the newest season.

        A taxon, a place or letters without a year are looked for in all seasons.
        """
        db: Database = self._context.services.db
        code = self._table_of.protocol.code
        years = records.years(db, code, self._table_of.visit.code)
        self._season.set_years(years)
        self._areas = [
            Suggestion(record.uid, self._table_of.protocol.entity(record.entity).title(record.data), icon="area")
            for record in records.roots(db, code, self._table_of.group.code)
        ]
        if not self._is_opened or params:
            newest = years[0] if years and not params.keys() & {"root", "cd_nom", "text"} else None
            year = params.get("year", newest)
            self._season_before = None
            self._season_of_list = years[0] if years and "year" not in params else None
            self._filter = Filter(
                year,
                params.get("root"),
                params.get("cd_nom"),
                params.get("text", ""),
                bool(params.get("incomplete", False)),
            )
        elif self._filter.year is not None and self._filter.year not in years:
            self._filter = replace(self._filter, year=years[0] if years else None)
        self._is_opened = True
        self._missing.clear()
        self._show_filter()
        self._ask()
        self._shown_table().setFocus()

    def _into_table(self) -> None:
        self._shown_table().setFocus()

    def _shown_table(self) -> RecordTable:
        return self._todo if self._filter.incomplete else self._table

    def _show_filter(self) -> None:
        """Write the filter into its fields, without asking again."""
        wanted = self._filter
        self._season.set_year(wanted.year)
        names: Mapping[Any, str] = {row.key: row.title for row in self._areas}
        taxon = self._context.services.taxa(self._table_of.protocol.code).get(wanted.cd_nom)
        texts = (
            (self._area, names.get(wanted.root, "")),
            (self._taxon, (taxon.nom_vern or taxon.lb_nom) if taxon else ""),
            (self._search, wanted.text),
        )
        for line, words in texts:
            line.blockSignals(True)
            line.setText(words)
            line.blockSignals(False)
        self._incomplete.blockSignals(True)
        self._incomplete.setChecked(wanted.incomplete)
        self._incomplete.blockSignals(False)
        self._taxon.setEnabled(not wanted.incomplete)
        for way, button in zip(reversed(self._table_of.ways), self._ways, strict=True):
            button.set_text(way.todo if wanted.incomplete else way.label)
            button.setVisible(bool(way.todo) or not wanted.incomplete)

    def _look_for(self, text: str) -> None:
        """Look for the letters; a ring is looked for in all seasons, and without it the season is that of before."""
        if self._table_of.is_everywhere(text):
            if self._filter.year is not None:
                self._season_before = self._filter.year
                self._season.set_year(None)
            self._narrow(text=text, year=None)
            return
        if self._season_before is not None and self._season.year() is None:
            self._season.set_year(self._season_before)
        self._season_before = None
        self._narrow(text=text, year=self._season.year())

    def _narrow(self, **changed: Any) -> None:
        wanted = replace(self._filter, **changed)
        if wanted.incomplete:  # visits have no species
            wanted = replace(wanted, cd_nom=None)
        if wanted != self._filter:
            was, self._filter = self._filter.incomplete, wanted
            if wanted.incomplete != was:
                self._show_filter()
            self._ask()

    def _take_season(self, year: int | None) -> None:
        """Show the season that the person chose; it is the one that stays without the other filters."""
        self._season_before = self._season_of_list = None
        self._narrow(year=year)

    def clear(self) -> None:
        """Take away all filters but the season; all seasons that only a filter had opened close with it."""
        year = self._filter.year
        if year is None:
            year = self._season_before or self._season_of_list
        self._season_before = self._season_of_list = None
        self._filter = Filter(year)
        self._show_filter()
        self._ask()
        self._table.setFocus()

    def _ask(self) -> None:
        """Look for the rows in the background; only the answer to the newest question is shown."""
        self._give_up()
        self._asked += 1
        number = self._asked
        self._count.set_words(_("recherche…"))
        self._show_clear()
        if self._filter.incomplete:
            self._ask_incomplete(number)
            return
        self._context.background.run(
            found_ids,
            self._context.services,
            self._table_of,
            self._filter,
            done=lambda ids: self._show(ids) if number == self._asked else None,
        )

    def _ask_incomplete(self, number: int) -> None:
        """Check the visits of the season, which takes a while, and show those that lack something."""
        wanted = self._filter
        self._job = self._context.background.run(
            found_incomplete,
            self._context.services,
            self._table_of,
            wanted,
            self._missing.get(wanted.year),
            done=lambda found: self._show_incomplete(found) if number == self._asked else None,
            failed=lambda error: self._not_checked(error) if number == self._asked else None,
            progress=lambda *told: self._working.tell(*told) if number == self._asked else None,
        )
        self._working.start(self._table_of.words.checking, self._job)

    def _give_up(self) -> None:
        """Leave the check that goes on: its answer is not wanted any more."""
        self._working.stop()
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _not_checked(self, error: BaseException) -> None:
        self._give_up()
        self._narrow(incomplete=False)
        if not isinstance(error, CancelledError):
            errors.show(error)

    def _show_incomplete(self, found: Incomplete) -> None:
        self._working.stop()
        self._job = None
        self._missing[self._filter.year] = self._incomplete_of.missing = found.missing
        had_cursor = self._table.hasFocus() or self._todo.hasFocus()
        self._todo.show_ids(found.ids, self._incomplete_of.fetch)
        self._fit()
        nothing = self._nothing if found.missing else self._complete
        self._stack.setCurrentWidget(self._todo if found.ids else nothing)
        if had_cursor:
            self._todo.setFocus()
        self._say_shown(self._table_of.words.count(len(found.ids)), has_rows=bool(found.ids))
        self._say_missing(self._todo.current_key())

    def _say_missing(self, key: object) -> None:
        """Say below the table all that the current visit lacks: a cell may be too narrow for it."""
        line = self._line(key) if self._filter.incomplete else None
        self._lacks.setText(self._incomplete_of.sentence(line.uid) if line else "")
        self._lacks.setVisible(bool(line))

    def _show(self, ids: array[int]) -> None:
        had_cursor = self._todo.hasFocus()
        self._lacks.hide()
        self._table_of.with_year = self._filter.year is None
        self._table.show_ids(ids, self._table_of.fetch)
        self._fit()
        nothing = self._nothing if self._filter.is_narrow else self._first
        self._stack.setCurrentWidget(self._table if ids else nothing)
        if had_cursor:
            self._table.setFocus()
        count = ngettext("{n} ligne", "{n} lignes", len(ids)).format(n=number_words(len(ids)))
        self._say_shown(count, has_rows=bool(ids))

    def _say_shown(self, count: str, *, has_rows: bool) -> None:
        season = str(self._filter.year) if self._filter.year else _("toutes les saisons")
        self._count.set_words(count)
        self._show_clear()
        self.retitled.emit(f"{_(self._table_of.protocol.label)} · {season}")
        for button in (self._history, *self._ways):
            button.setEnabled(has_rows)

    def _show_clear(self) -> None:
        """Offer once to take the filters away: where nothing is found, there."""
        self._clear.setVisible(self._filter.is_narrow and self._stack.currentWidget() is not self._nothing)

    def _fit(self) -> None:
        """Share the room that the other columns leave; below the least widths the table scrolls."""
        count = self._table.model().columnCount()
        flexible = {number % count: part for number, part in self._table_of.flexible.items()}
        taken = sum(self._table.columnWidth(number) for number in range(count) if number not in flexible)
        em = theme.text_px()
        spare = self._table.viewport().width() - taken - sum(least * em for least, _share in flexible.values())
        for number, (least, share) in flexible.items():
            self._table.setColumnWidth(number, least * em + max(0, int(spare * share)))
        most = int(self._stack.width() * PLACE_SHARE)
        self._todo.setColumnWidth(1, min(self._todo.columnWidth(1), most))
        self._todo_fit.fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Share the room anew when the table has another width: with its page, or beside a scroll bar that came."""
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return super().eventFilter(watched, event)

    def _suggest_areas(self, text: str) -> list[Suggestion]:
        return [row for row in self._areas if fold(text) in fold(row.title)]

    def _suggest_taxa(self, text: str) -> list[Suggestion]:
        wanted = fold(text)
        return [
            Suggestion(taxon.cd_nom, taxon.nom_vern or taxon.lb_nom, latin_beside(taxon))
            for taxon in self._context.services.taxa(self._table_of.protocol.code).values()
            if wanted in fold(taxon.nom_vern) or wanted in fold(taxon.lb_nom)
        ][:40]

    # ------------------------------------------------------------------------------------------- opening

    def _line(self, key: object) -> Placed | None:
        found = listing.rows(self._context.services.db, [key]) if isinstance(key, int) else []
        return found[0] if found else None

    def _line_shown(self) -> str:
        line = self._line(self._shown_table().current_key())
        return line.uid if line is not None else ""

    def _mark(self, key: object) -> None:
        line = self._line(key)
        self._review.ask([line.uid, *(above.uid for above in line.parents.values())] if line else [])

    def _go_on(self, way: Way) -> None:
        self._go(way, self._shown_table().current_key())

    def _go(self, way: Way, key: object) -> None:
        line = self._line(key)
        target = way.target(line) if line is not None else None
        if target is not None:
            self._context.navigate(target[0], **target[1])

    def _open_history(self) -> None:
        line = self._line(self._shown_table().current_key())
        if line is not None:
            self._context.navigate("history", uid=line.uid)

    def go_back(self) -> bool:
        """Cancel the check that goes on."""
        return self._working.cancel()

    def leaving(self) -> None:
        """Give up the check that goes on."""
        self._asked += 1
        self._give_up()

    def shown(self) -> dict[str, Any]:
        """Return the protocol and the filter, so that Back shows the same list."""
        return {"protocol": self._table_of.protocol.code, **asdict(self._filter)}

    def keys(self) -> list[Action]:
        """Return the keys of the list."""
        words = self._table_of.words
        ways = [Action(way.key, way.words, partial(self._go_on, way), way.icon) for way in self._table_of.ways]
        return [
            *ways,
            Action("H", _("historique de la fiche, champ par champ"), self._open_history, "history"),
            Action("R", _("les versions à relire, s’il y en a"), self._review.follow, "conflict"),
            *choice.review_keys(self._context, self._line_shown),
            *choice.keys(self._protocols, self._wants),
            *self._season.keys(),
            Action("F3", words.choose_place, self._area.setFocus, "area"),
            Action("F4", _("choisir une espèce"), self._taxon.setFocus, "pond"),
            Action("F5", _("chercher des lettres"), self._search.setFocus, "search"),
            Action("C", words.only_unfinished, self._incomplete.click, "filter"),
            Action("Ctrl+Backspace", _("effacer les filtres"), self.clear, "close"),
        ]
