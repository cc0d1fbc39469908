"""What the start page says of banding: the session of today, those left open, and ring sizes that run out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Qt

from fieldapp.core.text import _, ngettext
from fieldapp.protocols.banding import stock
from fieldapp.ui import theme
from fieldapp.ui.banding import overview
from fieldapp.ui.banding.overview import SessionLine
from fieldapp.ui.page import Action, PageContext
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, RecordTable
from fieldapp.ui.widgets import ActionButton, Card, text_label
from fieldapp.ui.wording import day_words

SHOWN = 3
"""Sessions left open that are named; the others are counted."""

BACK_YEARS = 1
"""Sessions left open are looked for in this year and so many before."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What there is to do at the nets: the open session of today, those left open before, and what is nearly gone.

    `recent` are the sessions of this year and the one before, the newest first.
    """

    going_on: SessionLine | None = None
    left_open: Sequence[SessionLine] = ()
    low: Sequence[overview.SizeStock] = ()
    recent: Sequence[SessionLine] = ()


def standing(services: Services, today: date) -> Standing:
    """Return what there is to do at the nets on this day."""
    years = range(today.year, today.year - BACK_YEARS - 1, -1)
    lines = [line for year in years for line in overview.sessions_of(services.db, year, today)]
    going_on = next((line for line in lines if line.state == overview.OPEN and line.on == today.isoformat()), None)
    left_open = [line for line in lines if line.state == overview.TO_CLOSE]
    sizes = overview.stock_by_size(stock.strings(overview.known_of(services)))
    return Standing(going_on, left_open, [size for size in sizes if size.spans and size.is_low], lines)


class BandingToday(Card):
    """The session of today as the next step; a line for what was left open, a line for rings that run out."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(_("Baguage"), "ring", name="today.banding")
        self._context = context
        self._standing = Standing()
        self._words = text_label("", "secondary", wrap=True, name="today.banding.words")
        self.go = ActionButton("", "next", "B", name="today.banding.go", on=self.start)
        self._left = text_label("", wrap=True, name="today.banding.left")
        self._close = ActionButton(_("Clore"), "check", "L", name="today.banding.close", on=self._to_close)
        self._low = text_label("", wrap=True, name="today.banding.low")
        self._stock = ActionButton(_("Stock de bagues"), "stock", "S", name="today.banding.stock", on=self._to_stock)
        for label, button in ((self._words, self.go), (self._left, self._close), (self._low, self._stock)):
            line = theme.row(label, button, spacing=theme.L)
            line.setStretch(0, 1)
            line.setAlignment(label, Qt.AlignmentFlag.AlignVCenter)
            self.add(line)

    def show_standing(self, found: Standing, *, is_first: bool) -> None:
        """Show what there is to do; where nothing comes before (`is_first`) the session is the page's next step."""
        self._standing = found
        theme.set_role(self.go, "primary" if is_first else "")
        going = found.going_on
        self._words.setText(session_words(going) if going else _("Pas de séance ouverte aujourd’hui."))
        self.go.set_text(_("Reprendre la séance") if going else _("Nouvelle séance de baguage"))
        self.go.set_icon("next" if going else "add")
        self._left.setText(left_words(found.left_open))
        self._low.setText(low_words(found.low))
        for label, button in ((self._left, self._close), (self._low, self._stock)):
            label.setVisible(bool(label.text()))
            button.setVisible(bool(label.text()))

    def start(self) -> None:
        """Go on with the session of today, or begin one."""
        going = self._standing.going_on
        if going:
            self._context.navigate("captures", uid=going.uid)
        else:
            self._context.navigate("session")

    def _to_close(self) -> None:
        if self._standing.left_open:
            self._context.navigate("session", uid=self._standing.left_open[0].uid, closing=True)

    def _to_stock(self) -> None:
        self._context.navigate("ring_stock")

    def keys(self) -> list[Action]:
        """Return the keys of what is shown."""
        found = [Action("B", self.go.text(), self.start, "ring")]
        if self._standing.left_open:
            found.append(Action("L", _("clore la séance restée ouverte"), self._to_close, "check"))
        if self._standing.low:
            found.append(Action("S", _("stock de bagues"), self._to_stock, "stock"))
        return found


class RecentSessions(Card):
    """The last sessions; Enter opens one."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(_("Dernières séances"), name="today.recent")
        self._context = context
        self._table = RecordTable(
            [
                Column(_("Date")),
                Column(_("Thème"), strong=True),
                Column(_("Lieu"), stretch=True),
                Column(_("Bagués"), number=True),
                Column(_("Contrôles"), number=True),
                Column(_("État"), badge=True, chars=12),
            ],
            name="today.sessions",
        )
        self._table.opened.connect(lambda uid: self._context.navigate("captures", uid=uid))
        self._empty = text_label(
            _("Les séances auront leur ligne ici, avec leurs oiseaux."),
            "secondary",
            wrap=True,
            name="today.recent.empty",
        )
        self.add(self._table, 1)
        self.add(self._empty)
        self.body.addStretch(0)

    def show_sessions(self, lines: Sequence[SessionLine]) -> None:
        """Show these, in the order given."""
        rows = [
            (day_words(line.on), line.theme, line.place, str(line.ringed), str(line.controls), _state(line))
            for line in lines
        ]
        self._table.show_rows(rows, [line.uid for line in lines])
        self._table.setVisible(bool(lines))
        self._empty.setVisible(not lines)


def _state(line: SessionLine) -> str:
    badge, word = overview.STATES[line.state]
    return f"{badge}|{_(word)}"


def session_words(line: SessionLine) -> str:
    """Return where it is and its birds: "PHENO, Bac à schlamms, Dourges : 38 bagués, 6 contrôles."."""
    where = ", ".join(filter(None, (line.theme, line.place)))
    ringed = ngettext("{n} bagué", "{n} bagués", line.ringed).format(n=line.ringed)
    controls = ngettext("{n} contrôle", "{n} contrôles", line.controls).format(n=line.controls)
    return _("{where} : {ringed}, {controls}.").format(where=where, ringed=ringed, controls=controls)


def left_words(lines: Sequence[SessionLine]) -> str:
    """Return "À clore : 07/11/2026 SPOL, Jardin, Vimy." for the sessions left open, "" for none."""
    if not lines:
        return ""
    named = " · ".join(f"{day_words(line.on)} {', '.join((line.theme, line.place))}" for line in lines[:SHOWN])
    more = len(lines) - SHOWN
    rest = " · " + ngettext("et {n} autre", "et {n} autres", more).format(n=more) if more > 0 else ""
    return _("À clore : {sessions}.").format(sessions=named + rest)


def low_words(sizes: Sequence[overview.SizeStock]) -> str:
    """Return "Bagues bientôt finies : O, reste 5." for the sizes whose open strings run out, "" for none."""
    if not sizes:
        return ""
    named = " · ".join(_("{size}, reste {n}").format(size=one.size, n=one.open_left) for one in sizes)
    return _("Bagues bientôt finies : {sizes}.").format(sizes=named)
