"""The lines of all protocols in one table: narrowed, put in order, and chosen for what comes next."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from fieldapp.core.record import Placed
from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import _, ngettext
from fieldapp.store import listing, records, walking
from fieldapp.store.records import Saved
from fieldapp.ui import errors, theme
from fieldapp.ui.background import Latest
from fieldapp.ui.data import choice, keeper, work
from fieldapp.ui.data.asked import Asked, as_params, from_params
from fieldapp.ui.data.canvas import ZoneCanvas
from fieldapp.ui.data.cell import CellEdit
from fieldapp.ui.data.doubts import DoubtLine
from fieldapp.ui.data.filter_bar import FilterBar
from fieldapp.ui.data.rows import COUNT_COLUMN, KEYS, AllRows, count_column
from fieldapp.ui.data.table import DeskTable
from fieldapp.ui.data.validating import Validating
from fieldapp.ui.page import Action, PageContext
from fieldapp.ui.review.strip import SEEN_KEY
from fieldapp.ui.tables import Row
from fieldapp.ui.widgets import (
    ActionButton,
    Card,
    Elided,
    EmptyState,
    FlowLayout,
    GiveWay,
    follow_width,
    is_grown,
    is_large,
    live_key,
    text_label,
)
from fieldapp.ui.windows.listed import listed
from fieldapp.ui.wording import number_words
from fieldapp.ui.working import Working

MOST_LINES = 100_000
"""Lines that are handed to another page at most."""

PLACE, SPECIES, PEOPLE = 2, 3, 5
_FLEXIBLE = {PLACE: (7, 0.35), SPECIES: (8, 0.4), PEOPLE: (5, 0.25)}
"""Columns that share the room to spare: least width in heights of the text, and share."""


class AllList(QWidget):
    """The list; `retitled` carries the season shown, in words, `other` the code of the protocol wanted instead."""

    retitled = Signal(str)
    other = Signal(str)

    def __init__(self, context: PageContext, protocols: Sequence[StudyProtocol]) -> None:
        super().__init__()
        self._context = context
        self._services = context.services
        self._protocols = protocols
        self._keeper = keeper.of(context)
        self._latest = Latest(context.background)
        self._rows = AllRows.of(context.services)
        self._asked = self._found = Asked()
        self._is_opened = False
        self._must_check = False
        self._working = Working(name="all.working")
        self._bar = FilterBar(context, is_folding=is_large())
        self._bar.changed.connect(self._narrow)
        self._bar.zone.draw_wanted.connect(self._draw)
        self._cell = CellEdit(context.services.db)
        self._cell.saved.connect(self._saved)
        self._validating = Validating(context, self._look_again, self._into_table)
        self._doubts = DoubtLine(context.services.db, self._keeper)
        self._doubts.seen.connect(self._seen)
        self._clear = ActionButton(
            _("Effacer les filtres"), "close", "Ctrl+Backspace", role="quiet", name="all.clear", on=self.clear
        )
        choice.keep_room(self._clear)
        chips = choice.chips(self, protocols, choice.ALL, self._wants)
        self._door = choice.review_door(context, self._line_shown, name="all.review")
        top = theme.row(chips) if is_grown() else theme.row(chips, 1, self._clear, self._door)
        asks = (self._validating.question, self._validating.working)
        parts: list[Any] = [top, self._bar, self._working, *asks, self._build_table(), self._cell, self._doubts]
        parts.append(self._build_foot())
        self._cell.closed.connect(self._table.setFocus)
        self._bar.settled.connect(self._table.setFocus)
        box = theme.column(*parts)
        box.setStretch(5, 1)
        box.setContentsMargins(0, 0, 0, 0)
        self.setLayout(box)
        askers = (self._validating.question, self._cell, self._canvas)
        GiveWay(askers, [self._ways], self._table)
        GiveWay(askers, [self._bar], self._table, is_large)
        self._keeper.changed.connect(self._renewed)
        self._keeper.told.connect(self._working.tell)
        theme.on_change().changed.connect(self._fit)
        for key, action in (("H", self._history), ("S", self._next_order), ("I", self._turn_order)):
            live_key(self, key, action)

    def _wants(self, code: str) -> None:
        if code != choice.ALL:
            self.other.emit(code)

    def _build_table(self) -> Card:
        self._table = DeskTable(self._rows.columns(), name="all.table")
        self._table.opened.connect(self._open)
        self._table.current_changed.connect(self._mark)
        self._table.chosen_changed.connect(self._say_chosen)
        self._table.sort_wanted.connect(self._sort)
        self._table.viewport().installEventFilter(self)
        self._canvas = ZoneCanvas()
        self._canvas.drawn.connect(self._drawn)
        self._canvas.given_up.connect(self._end_drawing)
        self._waiting = EmptyState(
            "clock",
            _("La liste de tous les suivis se prépare"),
            _("Une seule fois, puis elle suit chaque saisie. Chaque suivi garde sa liste : touches 1, 2, 3…"),
            name="all.waiting",
        )
        self._stopped = EmptyState(
            "clock",
            _("La préparation est arrêtée"),
            _("Ce qui est lu est gardé : elle reprendra là où elle en était."),
            ActionButton(_("Reprendre"), "next", name="all.resume", on=self._refresh),
            name="all.stopped",
        )
        self._nothing = EmptyState(
            "filter",
            _("Rien ne correspond à ces filtres"),
            "",
            ActionButton(_("Effacer les filtres"), "close", "Ctrl+Backspace", name="all.clear_all", on=self.clear),
            name="all.nothing",
        )
        self._stack = QStackedWidget()
        for widget in (self._waiting, self._stopped, self._table, self._nothing, self._canvas):
            self._stack.addWidget(widget)
        self._stack.setMinimumHeight(3 * theme.target())  # the filters take the room they need, whatever is shown
        card = Card(name="all.card")
        card.body.setContentsMargins(theme.S, theme.XS, theme.S, theme.S)
        card.add(self._stack, 1)
        return card

    def _build_foot(self) -> Any:
        self._count = text_label("", "strong", name="all.count")
        self._how = Elided("secondary", fills=True, name="all.how")
        self._how.set_words(_("Espace ou Maj ↓ : une ligne de plus ; Ctrl A : toutes"))
        self._buttons = [
            ActionButton(_("Exporter"), "export_file", "X", name="all.export", on=self._export),
            ActionButton(_("Corriger en lot"), "edit", "L", name="all.bulk", on=partial(self._lead, "bulk")),
            ActionButton(_("Question"), "help", "Q", name="all.ask", on=partial(self._lead, "review_ask")),
            ActionButton(_("Valider"), "check", "V", name="all.validate", on=self._validate),
            ActionButton(_("Modifier"), "edit", "F2", name="all.edit", on=self._edit),
            ActionButton(_("Ouvrir"), "edit", "", primary=True, name="all.open", on=lambda: self._open(self._key())),
        ]
        self._buttons[-1].show_key("Return")
        self._ways = QWidget()
        flow = FlowLayout(self._ways, ends_right=True)
        follow_width(self._ways)
        for button in self._buttons:
            flow.addWidget(button)
        if is_grown():
            said = theme.row(self._count, self._how, self._clear, self._door, spacing=theme.S)
        else:
            said = theme.row(self._count, self._how, spacing=theme.L)
        said.setStretch(1, 1)
        return theme.column(said, self._ways, spacing=theme.XS)

    # -------------------------------------------------------------------------------------------- showing

    def open(self, params: Mapping[str, Any]) -> None:
        """Show what was asked for (see `Asked`); without anything what was shown before, at first the newest season."""
        years = self._years()
        asked = from_params(params, self._asked)
        if not self._is_opened and asked == Asked():
            asked = replace(asked, year=years[0] if years else None)
        self._is_opened = True
        self._asked = asked
        self._show_asked()
        self._refresh()
        self._table.setFocus()

    def _years(self) -> list[int]:
        columns = self._keeper.columns
        if columns is not None:
            return columns.years
        layouts = self._rows.layouts.values()
        found = {year for at in layouts for year in records.years(self._services.db, at.protocol.code, at.visit.code)}
        return sorted(found, reverse=True)

    def _refresh(self) -> None:
        """Bring the lines up to date, and show those there are meanwhile."""
        self._keeper.refresh()
        if self._keeper.columns is None:
            self._stack.setCurrentWidget(self._waiting)
            self._say_count(_("préparation…"), has_rows=False)
            job = self._keeper.job
            if job is not None:
                job.failed = self._stop_waiting
                self._working.start(_("Lecture des données"), job, at_once=True)
                self._working.tell(*self._keeper.progress)
            return
        self._ask()

    def _stop_waiting(self, error: BaseException) -> None:
        self._working.stop()
        self._keeper.fail(error)
        self._stack.setCurrentWidget(self._stopped)

    def _renewed(self) -> None:
        """Show the lines as they are now."""
        self._working.stop()
        if self._is_opened and self.isVisible() and self._stack.currentWidget() is not self._canvas:
            self._show_asked()
            self._ask()

    def _show_asked(self) -> None:
        columns = self._keeper.columns
        codes = [*self._keeper.findings, *sorted(columns.doubts)] if columns is not None else []
        self._bar.show_asked(self._asked, self._years(), codes)
        self._show_clear()

    def _show_clear(self) -> None:
        """Offer once to take the filters away: where nothing is found, there."""
        self._clear.setVisible(self._asked.is_narrow and self._stack.currentWidget() is not self._nothing)

    def _narrow(self, asked: Asked) -> None:
        self._asked = replace(asked, order=self._asked.order, is_rising=self._asked.is_rising)
        self._show_clear()
        self._ask()

    def _ask(self) -> None:
        columns = self._keeper.columns
        if columns is None:
            return
        self._keeper.check(again=self._must_check or self._asked.doubt in self._keeper.findings)
        self._must_check = False
        self._latest.run(
            work.found, self._services, columns, self._asked, self._keeper.findings,
            done=self._show, failed=self._refused,
        )  # fmt: skip

    def _refused(self, error: BaseException) -> None:
        self._bar.zone.show_name("")
        errors.show(error)

    def _show(self, ids: array[int]) -> None:
        wanted = replace(self._asked, order="", is_rising=False)
        self._table.show_ids(ids, self._fetch, keeps_chosen=wanted == self._found)
        self._found = wanted
        self._fit()
        self._table.show_order(KEYS.index(self._asked.order), is_rising=self._asked.is_rising)
        self._stack.setCurrentWidget(self._table if ids else self._nothing)
        self._show_clear()
        self._say_count(ngettext("{n} ligne", "{n} lignes", len(ids)).format(n=number_words(len(ids))), bool(ids))
        self._say_chosen()
        self._mark(self._key())

    def _say_count(self, words: str, has_rows: bool) -> None:
        self._count.setText(words)
        self.retitled.emit(str(self._asked.year) if self._asked.year else _("toutes les saisons"))
        self._how.setVisible(has_rows and not is_grown())
        for button in self._buttons:
            button.setEnabled(has_rows)

    def _say_chosen(self) -> None:
        chosen, total = self._table.chosen_count(), self._table.model().rowCount()
        if chosen > 1:
            words = _("{chosen} choisies sur {total}")
            self._count.setText(words.format(chosen=number_words(chosen), total=number_words(total)))
        elif self._stack.currentWidget() is self._table:
            self._count.setText(ngettext("{n} ligne", "{n} lignes", total).format(n=number_words(total)))

    def _fetch(self, ids: array[int]) -> Sequence[Row]:
        return self._rows.fetch(ids, self._keeper.columns)

    def _sort(self, column: int) -> None:
        key = KEYS[column]
        if key is not None:
            is_rising = not self._asked.is_rising if key == self._asked.order else key in {"taxon", "place", "protocol"}
            self._asked = replace(self._asked, order=key, is_rising=is_rising)
            self._ask()
        else:
            self._table.show_order(KEYS.index(self._asked.order), is_rising=self._asked.is_rising)

    def _next_order(self) -> None:
        listed_keys: list[str] = [key for key in KEYS if key is not None]
        at = listed_keys.index(self._asked.order)
        self._sort(KEYS.index(listed_keys[(at + 1) % len(listed_keys)]))

    def _turn_order(self) -> None:
        self._sort(KEYS.index(self._asked.order))

    def clear(self) -> None:
        """Take away all filters but the season."""
        self._asked = replace(self._asked.cleared(), year=self._asked.year)
        self._show_asked()
        self._ask()
        self._table.setFocus()

    def _fit(self) -> None:
        """Share the room that the other columns leave; below the least widths the table scrolls."""
        em = theme.text_px()
        self._table.setColumnHidden(PEOPLE, is_large())
        flexible = {number: part for number, part in _FLEXIBLE.items() if not self._table.isColumnHidden(number)}
        count = self._table.model().columnCount()
        taken = sum(self._table.columnWidth(number) for number in range(count) if number not in _FLEXIBLE)
        spare = self._table.viewport().width() - taken - sum(least * em for least, _share in flexible.values())
        for number, (least, share) in flexible.items():
            self._table.setColumnWidth(number, least * em + max(0, int(spare * share)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Share the room anew when the table has another width."""
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return super().eventFilter(watched, event)

    # --------------------------------------------------------------------------------------------- lines

    def _key(self) -> object:
        return self._table.current_key()

    def _line(self, key: object) -> Placed | None:
        found = listing.rows(self._services.db, [key]) if isinstance(key, int) else []
        return found[0] if found else None

    def _line_shown(self) -> str:
        line = self._line(self._key())
        return line.uid if line is not None else ""

    def _mark(self, key: object) -> None:
        self._doubts.ask(self._line(key))

    def _open(self, key: object) -> None:
        line = self._line(key)
        if line is None:
            return
        ways = listed(self._services, self._services.protocols[line.record.protocol]).ways
        target = ways[0].target(line)
        if target is not None:
            self._context.navigate(target[0], **target[1])

    def _history(self) -> None:
        line = self._line(self._key())
        if line is not None:
            self._context.navigate("history", uid=line.uid)

    def _edit(self) -> None:
        line = self._line(self._key())
        if line is None:
            return
        where = self._rows.layouts[line.record.protocol]
        if line.record.entity != where.line.code:
            self._open(self._key())  # a visit without lines has its sheet
            return
        column = count_column(where)
        words = self._rows.words.title(line.record)
        self._cell.begin(line.record, column, where, words)
        index = self._table.model().index(self._table.currentIndex().row(), COUNT_COLUMN)
        QTimer.singleShot(0, self._table, lambda: self._table.scrollTo(index))  # the table is less high by then

    def _chosen(self) -> tuple[str, ...]:
        """Return the uids of the lines chosen, from the top down."""
        ids = self._table.chosen(MOST_LINES)
        uids = walking.uids(self._services.db, ids)
        return tuple(uids[id_] for id_ in ids if id_ in uids)

    def _lead(self, page: str) -> None:
        if lines := self._chosen():
            self._context.navigate(page, lines=lines)

    def _export(self) -> None:
        """Hand on the lines chosen, all that are shown where no more than one is."""
        if self._table.chosen_count() > 1 or self._table.model().rowCount() == 1:
            self._lead("batch_new")
            return
        if self._table.model().rowCount() > MOST_LINES:
            most = number_words(MOST_LINES)
            self._context.notify(_("Au-delà de {n} lignes, décrivez la demande dans Envois.").format(n=most))
            return
        self._table.selectAll()
        self._lead("batch_new")

    def _validate(self) -> None:
        self._validating.start(self._table.chosen(MOST_LINES))

    def _into_table(self) -> None:
        self._table.setFocus()

    def _look_again(self) -> None:
        self._table.refresh()
        self._keeper.refresh()

    def _seen(self, saved: Saved) -> None:
        self._must_check = True
        self._saved(saved)

    def _saved(self, saved: Saved) -> None:
        if saved.action is not None:
            self._services.on_saved(saved.made_at)
        self._look_again()

    # ---------------------------------------------------------------------------------------------- zone

    def _draw(self) -> None:
        if self._keeper.columns is not None:
            self._stack.setCurrentWidget(self._canvas)
            self._canvas.begin(self._keeper.columns)

    def _drawn(self, polygon: str) -> None:
        self._asked = replace(self._asked, zone=polygon, zone_name=_("contour dessiné"))
        self._end_drawing()

    def _end_drawing(self) -> None:
        self._stack.setCurrentWidget(self._table)
        self._show_asked()
        self._ask()
        self._table.setFocus()

    # ---------------------------------------------------------------------------------------------- page

    def go_back(self) -> bool:
        """Leave the contour, the cell or the question, or stop the work that goes on."""
        if self._stack.currentWidget() is self._canvas:
            self._end_drawing()
            return True
        return self._cell.give_up() or self._validating.give_up() or self._working.cancel()

    def leaving(self) -> None:
        """Want no answer any more; the reading goes on."""
        self._latest.drop()
        self._validating.question.drop()

    def shown(self) -> dict[str, Any]:
        """Return the filter, so that Back shows the same list."""
        return {"protocol": choice.ALL, **as_params(self._asked)}

    def keys(self) -> list[Action]:
        """Return the keys of the list."""
        return [
            Action("Return", _("ouvrir la fiche"), lambda: self._open(self._key()), "edit"),
            Action("F2", _("modifier le nombre et la remarque dans la liste"), self._edit, "edit"),
            Action("H", _("historique de la fiche, champ par champ"), self._history, "history"),
            Action("V", _("valider les lignes choisies : certain – très probable"), self._validate, "check"),
            Action("Q", _("poser une question sur les lignes choisies"), partial(self._lead, "review_ask"), "help"),
            Action("L", _("corriger les lignes choisies en lot"), partial(self._lead, "bulk"), "edit"),
            Action("X", _("exporter les lignes choisies, ou toutes"), self._export, "export_file"),
            Action(SEEN_KEY, _("vu, c’est bon : le contrôle ne revient plus"), self._doubts.dismiss, "check"),
            Action("S", _("trier par la colonne suivante"), self._next_order, "data"),
            Action("I", _("inverser le tri"), self._turn_order, "data"),
            Action("Space", _("choisir aussi la ligne suivante ; Ctrl A les choisit toutes")),
            *choice.review_keys(self._context, self._line_shown),
            *choice.keys(self._protocols, self._wants),
            *self._bar.keys(),
            Action("Ctrl+Backspace", _("effacer les filtres"), self.clear, "close"),
        ]
