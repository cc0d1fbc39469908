"""The page "banding": the session that goes on, the sessions of a season, the ring stock, and how to begin."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from fieldapp.core.text import _, ngettext
from fieldapp.protocols.banding import stock
from fieldapp.protocols.banding.schema import CODE, VISIT
from fieldapp.store import drafts, records
from fieldapp.ui import rounds, theme
from fieldapp.ui.banding.overview import (
    STATES,
    FirstSteps,
    SessionLine,
    first_steps,
    known_of,
    sessions_of,
    stock_by_size,
    with_skipped,
)
from fieldapp.ui.banding.session_sheet import DRAFT
from fieldapp.ui.banding.stock_lines import StockLines
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.season import SeasonStepper
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, RecordTable
from fieldapp.ui.widgets import ActionButton, Banner, Card, EmptyState, StateDot, live_key, text_label
from fieldapp.ui.windows.fitting import ColumnFit


class SessionsPage(PageWidget):
    """The sessions of a season, the newest first. `open(year)` shows that of a year, `open(uid)` stands on one."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._lines: dict[str, SessionLine] = {}
        self._going_on = ""
        self._begun = Banner("info", "", name="banding.begun")
        self._begun.hide()
        self._lay_out()

    def _lay_out(self) -> None:
        self._season = SeasonStepper(name="banding.season")
        self._season.changed.connect(lambda _year: self._show())
        self._words = text_label("", "secondary", name="banding.words")
        columns = [Column(_("Date"), chars=10), Column(_("Thème"), chars=8), Column(_("Lieu"), stretch=True)]
        columns += [Column(_("Bagués"), number=True), Column(_("Contr."), number=True)]
        self._table = RecordTable([*columns, Column(_("État"), badge=True, chars=12)], name="banding.table")
        self._table.opened.connect(self._open_it)
        ColumnFit(self._table, (4, 1))
        self._empty = EmptyState("ring", "", "–", name="banding.empty")
        self._stack = QStackedWidget()
        self._stack.addWidget(self._table)
        self._steps = FirstStepsCard()
        live_key(self._steps, "Q", self._who)
        empty = QWidget()
        empty.setLayout(theme.column(self._empty, self._steps))
        self._stack.addWidget(empty)
        card = Card(name="banding.card")
        card.add(self._stack, 1)
        self._rings = StockLines(name="banding.rings")
        self._places = ActionButton(_("Lieux et filets"), "site", "L", name="banding.places", on=self._to_places)
        self._programmes = ActionButton(
            _("Programmes"), "programme", "P", name="banding.programmes", on=self._to_programmes
        )
        around = (theme.row(self._places, 1), theme.row(self._programmes, 1))
        aside = theme.column(self._stock_card(), *around, 1, spacing=theme.M)
        middle = theme.row(card, aside, spacing=theme.M)
        middle.setStretch(0, 2)
        middle.setStretch(1, 1)
        make = ActionButton
        self._edit = make(_("Fiche"), "edit", "E", name="banding.edit", on=self._edit_current)
        self._new = make(_("Nouvelle séance"), "add", "N", name="banding.new", on=self._add)
        self._resume = make(_("Reprendre la séance"), "next", "R", True, name="banding.resume", on=self._go_on)
        foot = theme.row(self._edit, 1, self._new, self._resume)
        self._begin_with = self._new
        box = theme.column(self._begun, theme.row(self._season, 1, self._words), middle, foot)
        box.setStretch(2, 1)
        self.setLayout(box)
        stops = (self._table, self._stock, self._places, self._programmes, self._edit, self._new, self._resume)
        for before, after in pairwise(stops):
            self.setTabOrder(before, after)

    def _stock_card(self) -> QWidget:
        card = Card(_("Bagues"), "ring", name="banding.stock_card")
        card.add(self._rings)
        self._stock = ActionButton(_("Stock de bagues"), "stock", "S", name="banding.stock", on=self._to_stock)
        card.add(theme.row(self._stock, 1))
        return card

    # ------------------------------------------------------------------------------------------- showing

    def open(self, year: int = 0, uid: str = "", **_params: Any) -> None:
        """Read the sessions anew, and stand on the session `uid` in its season."""
        today = rounds.today()
        session = known_of(self._services).get(uid) if uid else None
        if session is not None and session.on_date:
            year = int(session.on_date[:4])
        known = records.years(self._services.db, CODE, VISIT.code)
        self._season.set_years(sorted({today.year, *known}, reverse=True))
        if year:
            self._season.set_year(year)
        self._show()
        if uid in self._lines:
            self._table.select_key(uid)
        (self._table if self._lines else self._begin_with).setFocus()

    def _show(self) -> None:
        db, today = self._services.db, rounds.today()
        year = self._season.year() or today.year
        found = sessions_of(db, year, today)
        stocks = stock.strings(known_of(self._services))
        found = with_skipped(found, stocks)
        self._lines = {line.uid: line for line in found}
        self._table.show_rows([_row(line) for line in found], keys=list(self._lines))
        self._rings.show_sizes(stock_by_size(stocks))
        steps = first_steps(db, stocks)
        is_first = not found and len(records.years(db, CODE, VISIT.code)) == 0
        self._steps.setVisible(is_first)
        self._empty.setVisible(not is_first or theme.current().scale <= 1.0)  # large steps need the whole room
        self._steps.show_steps(steps, has_person=bool(self._services.settings.who))
        going_on = [line for line in found if line.is_going_on]
        self._going_on = going_on[0].uid if going_on else ""
        self._resume.setVisible(bool(going_on))
        if going_on:
            self._resume.set_text(_("Reprendre la séance") if len(going_on) == 1 else _("Reprendre la dernière"))
        self._begin_with = self._new if steps.are_done else self._places
        theme.set_role(self._new, "" if going_on or not steps.are_done else "primary")
        theme.set_role(self._places, "" if steps.are_done else "primary")
        self._say_empty(steps, year, is_first=is_first)
        self._stack.setCurrentIndex(0 if found else 1)
        self._edit.setEnabled(bool(found))
        self.set_title(_("Baguage"), _("saison {year}").format(year=year))
        self._words.setText(_sum_words(found))
        self._say_begun()

    def _say_empty(self, steps: FirstSteps, year: int, *, is_first: bool) -> None:
        if not is_first:
            self._empty.title.setText(_("Aucune séance en {year}").format(year=year))
            self._empty.sentence.setText(_("← va à la saison d’avant ; N commence une séance."))
            return
        self._empty.title.setText(_("Aucune séance pour l’instant"))
        words = _("N ouvre la première.") if steps.are_done else _("Il faut un lieu et ses filets : L les crée.")
        self._empty.sentence.setText(_("Vos séances seront ici. {what}").format(what=words))

    def _say_begun(self) -> None:
        """Offer a new session whose form waits as a draft."""
        waits = drafts.get(self._services.db, f"{DRAFT}:{CODE}:") is not None
        self._begun.setVisible(waits)
        if waits:
            words = _("Une séance est commencée et pas encore enregistrée.")
            self._begun.set("info", words, action=_("La reprendre"), key="N", on=self._add, live=False)

    # -------------------------------------------------------------------------------------------- actions

    def _current(self) -> str:
        key = self._table.current_key() if self._lines else None
        return key if isinstance(key, str) else ""

    def _open_it(self, key: object) -> None:
        """Go to the captures of a session; one without birds has only its form."""
        line = self._lines.get(key) if isinstance(key, str) else None
        if line is None:
            return
        page = "captures" if line.lines or line.is_going_on else "session"
        self._context.navigate(page, uid=line.uid)

    def _edit_current(self) -> None:
        if uid := self._current():
            self._context.navigate("session", uid=uid)

    def _go_on(self) -> None:
        if self._going_on:
            self._context.navigate("captures", uid=self._going_on)

    def _add(self) -> None:
        self._context.navigate("session")

    def _to_stock(self) -> None:
        self._context.navigate("ring_stock")

    def _to_places(self) -> None:
        self._context.navigate("ringing_places")

    def _to_programmes(self) -> None:
        self._context.navigate("ringing_places", section="programmes")

    def _who(self) -> None:
        self._context.navigate("settings")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter as the one next step of the page."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._going_on:
                self._go_on()
            else:
                self._begin_with.click()
            return
        super().keyPressEvent(event)

    def undo_state(self) -> dict[str, Any]:
        """Return the season shown and the session under the cursor."""
        return {"year": self._season.year() or 0, "uid": self._current()}

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        found = [Action("R", _("reprendre la séance ouverte"), self._go_on, "next")] if self._going_on else []
        if self._steps.isVisible():
            found.append(Action("Q", _("dire qui je suis"), self._who, "observer"))
        return [
            *found,
            Action("N", _("nouvelle séance"), self._add, "add"),
            Action("Return", _("captures de la séance"), lambda: self._open_it(self._current()), "next"),
            Action("E", _("fiche de la séance"), self._edit_current, "edit"),
            Action("S", _("stock de bagues"), self._to_stock, "stock"),
            Action("L", _("lieux, dispositifs et filets"), self._to_places, "site"),
            Action("P", _("programmes"), self._to_programmes, "programme"),
            *self._season.keys(),
        ]


def _row(line: SessionLine) -> tuple[str, ...]:
    state, word = STATES[line.state]
    counts = (str(count) if count else "–" for count in (line.ringed, line.controls))
    place = " · ".join(filter(None, (line.target, line.place)))
    return (rounds.short_date(line.on), line.theme, place, *counts, f"{state}|{_(word)}")


def _sum_words(found: Sequence[SessionLine]) -> str:
    if not found:
        return ""
    ringed, controls = sum(line.ringed for line in found), sum(line.controls for line in found)
    return " · ".join(
        (
            ngettext("{n} séance", "{n} séances", len(found)).format(n=len(found)),
            ngettext("{n} bagué", "{n} bagués", ringed).format(n=ringed),
            ngettext("{n} contrôle", "{n} contrôles", controls).format(n=controls),
        )
    )


class FirstStepsCard(Card):
    """What a first session needs, in order: done or to do, and by which key."""

    def __init__(self) -> None:
        super().__init__(_("Pour commencer"), "today", name="banding.steps")
        self._dots: list[StateDot] = []
        steps = (
            (_("Dire qui je suis"), "Q"),
            (_("Un lieu de baguage"), "L"),
            (_("Son dispositif de filets, et les filets"), "L"),
            (_("Une série de bagues ouverte"), "S"),
            (_("La première séance"), "N"),
        )
        self._labels = []
        for words, key in steps:
            dot = StateDot("todo")
            label = text_label(_("{what} : touche {key}").format(what=words, key=key), wrap=True)
            self._dots.append(dot)
            self._labels.append(label)
            line = theme.row(dot, label, spacing=theme.S)
            line.setStretch(1, 1)
            self.add(line)
        self.add(text_label(_("Un fichier du CRBPO ? Importez-le dans Échanges."), "secondary", wrap=True))
        self.body.addStretch(1)

    def show_steps(self, steps: FirstSteps, *, has_person: bool) -> None:
        """Mark what is there; `has_person` says that the program knows who records."""
        done = (has_person, bool(steps.place), bool(steps.site) and steps.has_nets, steps.has_string, False)
        for dot, label, is_done in zip(self._dots, self._labels, done, strict=True):
            dot.set_state("done" if is_done else "todo")
            theme.set_role(label, "secondary" if is_done else "")
            label.setAccessibleDescription(_("fait") if is_done else _("à faire"))
