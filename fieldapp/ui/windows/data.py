"""The page "data": every observation of a protocol in one table, as quick with a million rows as with ten."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QStackedWidget

from fieldapp.core.errors import CancelledError
from fieldapp.core.record import Placed
from fieldapp.core.text import _, fold, ngettext
from fieldapp.store import listing, records
from fieldapp.store.connection import Database
from fieldapp.ui import errors, theme
from fieldapp.ui.background import Job
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.season import SeasonStepper
from fieldapp.ui.services import Services
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
    live_key,
    text_label,
)
from fieldapp.ui.windows.fitting import ColumnFit
from fieldapp.ui.windows.history import sheet_params
from fieldapp.ui.windows.incomplete import Incomplete, IncompleteTable, Missing, found_incomplete
from fieldapp.ui.windows.observations import ObservationTable
from fieldapp.ui.wording import number_words
from fieldapp.ui.working import Working

SEARCH_PAUSE_MS = 200
"""How long the letters must rest before the records are searched: between two keystrokes of a slow typist."""

FLEXIBLE = {1: (7, 0.3), 3: (8, 0.45), -1: (7, 0.25)}
"""Columns of place, species and observers: least widths in heights of the text, shares of the room to spare."""

PLACE_SHARE = 0.35
"""Share of the width that the places may take among the visits to complete; what is missing has the rest."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What is shown: a season (None: all), an aire, a taxon, letters; or the incomplete visits instead of the rows."""

    year: int | None = None
    root: str | None = None
    cd_nom: int | None = None
    text: str = ""
    incomplete: bool = False

    @property
    def is_narrow(self) -> bool:
        """Whether something else than the season is chosen."""
        return bool(self.root or self.cd_nom or self.text or self.incomplete)


def found_ids(services: Services, protocol: str, entity: str, wanted: Filter) -> array[int]:
    """Return the row numbers that the filter leaves, newest first; with a connection of its own."""
    with services.open_own() as db:
        return listing.ids(
            db, protocol, entity, year=wanted.year, root=wanted.root, cd_nom=wanted.cd_nom, text=wanted.text
        )


class DataPage(PageWidget):
    """The table with its filters. The newest season is shown first, so that the page opens at once."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        protocol = next(item for item in context.services.protocols.values() if item.form is not None)
        self._table_of = ObservationTable(context.services, protocol)
        self._filter = Filter()
        self._asked = 0
        self._is_opened = False
        self._areas: list[Suggestion] = []
        self._incomplete_of = IncompleteTable(context.services, protocol)
        self._missing: dict[int | None, Missing] = {}
        self._job: Job | None = None
        self._working = Working(name="data.working")
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(SEARCH_PAUSE_MS)
        self._pause.timeout.connect(lambda: self._narrow(text=self._search.text().strip()))
        box = theme.column(self._build_filters(), self._working, self._build_table(), self._build_foot())
        box.setStretch(2, 1)
        self.setLayout(box)
        theme.on_change().changed.connect(self._fit)

    def _build_filters(self) -> Any:
        self._season = SeasonStepper(with_all=True, name="data.season")
        self._season.changed.connect(lambda year: self._narrow(year=year))
        self._area = Suggest(self._suggest_areas, placeholder=_("toutes"), minimum=0, name="data.area")
        self._area.chosen.connect(lambda row: self._narrow(root=row.key))
        self._area.textChanged.connect(lambda text: None if text else self._narrow(root=None))
        self._taxon = Suggest(self._suggest_taxa, placeholder=_("toutes"), minimum=0, name="data.taxon")
        self._taxon.chosen.connect(lambda row: self._narrow(cd_nom=row.key))
        self._taxon.textChanged.connect(lambda text: None if text else self._narrow(cd_nom=None))
        self._search = SearchBox(_("mare, commune, observateur…"), name="data.search")
        self._search.searched.connect(lambda _text: self._pause.start())
        self._incomplete = Chip(_("à compléter"), key="C", name="data.incomplete")
        self._incomplete.toggled.connect(lambda on: self._narrow(incomplete=on))
        live_key(self, "C", self._incomplete.click)
        group = self._table_of.protocol.entity(self._table_of.form.round.group)
        filters = theme.row(
            LabeledField(_("Saison"), self._season),
            LabeledField(_(group.label), self._area, key="F2"),
            LabeledField(_("Espèce"), self._taxon, key="F3"),
            LabeledField(_("Contient"), self._search, key="F4"),
            LabeledField(_("Passages"), self._incomplete),
        )
        for place in (1, 2, 3):
            filters.setStretch(place, 1)
        return filters

    def _build_table(self) -> Card:
        self._table = RecordTable(self._table_of.columns(), name="data.table")
        self._table.opened.connect(self._open_sheet)
        self._table.viewport().installEventFilter(self)
        self._todo = RecordTable(self._incomplete_of.columns(), name="data.todo")
        self._todo.opened.connect(self._open_sheet)
        self._todo.current_changed.connect(self._say_missing)
        self._todo_fit = ColumnFit(self._todo, (4, 2))
        self._first = EmptyState(
            "data",
            _("Aucune donnée pour l’instant"),
            _("Chaque espèce notée sur une fiche, et chaque passage sans rien vu, aura sa ligne ici."),
            ActionButton(
                _("Importer un fichier SHF"),
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
            ActionButton(_("Effacer les filtres"), "close", name="data.clear_all", on=self.clear),
            name="data.nothing",
        )
        self._complete = EmptyState(
            "check",
            _("Rien à compléter"),
            _("Tous les passages de cette saison ont ce que le protocole demande."),
            name="data.complete",
        )
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
        self._clear = ActionButton(
            _("Effacer les filtres"), "close", "Ctrl+Backspace", role="quiet", name="data.clear", on=self.clear
        )
        self._history = ActionButton(_("Historique"), "history", "H", name="data.history", on=self._open_history)
        self._sheet = ActionButton(
            _("Ouvrir la fiche"), "edit", "Return", primary=True, name="data.sheet", on=self._open_current
        )
        self._sheet.set_key("")
        self._sheet.show_key("Return")
        foot = theme.row(self._count, self._clear, self._history, self._sheet)
        foot.setStretch(0, 1)
        return foot

    # ------------------------------------------------------------------------------------------- showing

    def open(self, **params: Any) -> None:
        """Show what was asked for: `year`, `root`, `cd_nom`, `text`, `incomplete`; else the newest season.

        A taxon, an aire or letters without a year are looked for in all seasons.
        """
        db: Database = self._context.services.db
        code = self._table_of.protocol.code
        years = records.years(db, code, self._table_of.visit.code)
        self._season.set_years(years)
        self._areas = [
            Suggestion(record.uid, self._table_of.protocol.entity(record.entity).title(record.data), icon="area")
            for record in records.roots(db, code, self._table_of.form.round.group)
        ]
        if not self._is_opened or params:
            newest = years[0] if years and not params.keys() & {"root", "cd_nom", "text"} else None
            year = params.get("year", newest)
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

    def _narrow(self, **changed: Any) -> None:
        wanted = replace(self._filter, **changed)
        if wanted.incomplete:  # visits have no species
            wanted = replace(wanted, cd_nom=None)
        if wanted != self._filter:
            was, self._filter = self._filter.incomplete, wanted
            if wanted.incomplete != was:
                self._show_filter()
            self._ask()

    def clear(self) -> None:
        """Take away all filters but the season."""
        self._filter = Filter(self._filter.year)
        self._show_filter()
        self._ask()
        self._table.setFocus()

    def _ask(self) -> None:
        """Look for the rows in the background; only the answer to the newest question is shown."""
        self._give_up()
        self._asked += 1
        number = self._asked
        self._count.set_words(_("recherche…"))
        self._clear.setVisible(self._filter.is_narrow)
        if self._filter.incomplete:
            self._ask_incomplete(number)
            return
        self._context.background.run(
            found_ids,
            self._context.services,
            self._table_of.protocol.code,
            self._table_of.entity.code,
            self._filter,
            done=lambda ids: self._show(ids) if number == self._asked else None,
        )

    def _ask_incomplete(self, number: int) -> None:
        """Check the visits of the season, which takes a while, and show those that lack something."""
        wanted = self._filter
        self._job = self._context.background.run(
            found_incomplete,
            self._context.services,
            self._table_of.protocol,
            self._table_of.visit.code,
            wanted.year,
            wanted.root,
            wanted.text,
            self._missing.get(wanted.year),
            done=lambda found: self._show_incomplete(found) if number == self._asked else None,
            failed=lambda error: self._not_checked(error) if number == self._asked else None,
            progress=lambda *told: self._working.tell(*told) if number == self._asked else None,
        )
        self._working.start(_("Vérification des passages"), self._job)

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
        count = ngettext("{n} passage à compléter", "{n} passages à compléter", len(found.ids))
        self._say_shown(count.format(n=number_words(len(found.ids))), has_rows=bool(found.ids))
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
        self.set_title(_("Données"), f"{_(self._table_of.protocol.label)} · {season}")
        for button in (self._history, self._sheet):
            button.setEnabled(has_rows)

    def _fit(self) -> None:
        """Share the room that the other columns leave; below the least widths the table scrolls."""
        count = self._table.model().columnCount()
        flexible = {number % count: part for number, part in FLEXIBLE.items()}
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
            Suggestion(taxon.cd_nom, taxon.nom_vern or taxon.lb_nom, taxon.lb_nom if taxon.nom_vern else "")
            for taxon in self._context.services.taxa(self._table_of.protocol.code).values()
            if wanted in fold(taxon.nom_vern) or wanted in fold(taxon.lb_nom)
        ][:40]

    # ------------------------------------------------------------------------------------------- opening

    def _line(self, key: object) -> Placed | None:
        found = listing.rows(self._context.services.db, [key]) if isinstance(key, int) else []
        return found[0] if found else None

    def _open_current(self) -> None:
        self._open_sheet(self._shown_table().current_key())

    def _open_sheet(self, key: object) -> None:
        line = self._line(key)
        visit = None
        if line is not None:
            own = line.record.entity == self._table_of.visit.code
            visit = line.record if own else line.parents.get(self._table_of.visit.code)
        if visit is not None:
            self._context.navigate("sheet", **sheet_params(visit))

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

    def undo_state(self) -> dict[str, Any]:
        """Return the filter, so that Back shows the same list."""
        return asdict(self._filter)

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        return [
            Action("Return", _("ouvrir la fiche du passage"), self._open_current, "edit"),
            Action("H", _("historique de la fiche, champ par champ"), self._open_history, "history"),
            *self._season.keys(),
            Action("F2", _("choisir une aire"), self._area.setFocus, "area"),
            Action("F3", _("choisir une espèce"), self._taxon.setFocus, "pond"),
            Action("F4", _("chercher des lettres"), self._search.setFocus, "search"),
            Action("C", _("passages à compléter, ou toutes les données"), self._incomplete.click, "filter"),
            Action("Ctrl+Backspace", _("effacer les filtres"), self.clear, "close"),
        ]
