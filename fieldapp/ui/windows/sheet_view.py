"""Shows one view of the analyses in a card: its table or figure, and the definition and notes below it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea

from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.plots import Plot, least_lines
from fieldapp.ui.tables import Column, RecordTable
from fieldapp.ui.widgets import ActionButton, Card, EmptyState, text_label
from fieldapp.ui.windows.analysis_sheet import Sheet

ROWS = 6
"""The least height of a table in rows, with its titles: below it, one scrolls."""

LEAST_ROWS = 4
"""Its least height where large letters leave no more."""


class _LowPlot(Plot):
    """A plot that asks for its least height only, and takes whatever room is left."""

    def sizeHint(self) -> QSize:
        """Return the least size."""
        return self.minimumSize()


class SheetView(QScrollArea):
    """One sheet at a time. It moves only where large letters leave no other way; `more` is the button that moves it.

    The parts are named "{name}.card", ".table", ".plot", ".words", ".notes", ".nothing", ".failed" and ".more".
    """

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self._name = name
        self.sheet: Sheet | None = None
        self.table: RecordTable | None = None
        self._card = Card(" ", name=f"{name}.card")
        self._plot = _LowPlot(name=f"{name}.plot")
        self._nothing = EmptyState("analyses", _("Pas de valeur"), " ", name=f"{name}.nothing")
        self._failed = EmptyState(
            "warning", _("Calcul annulé"), _("Une touche de vue le reprend."), name=f"{name}.failed"
        )
        self._words = text_label("", "secondary", wrap=True, name=f"{name}.words")
        self._notes = text_label("", "small", wrap=True, name=f"{name}.notes")
        for part in (self._plot, self._nothing, self._failed):
            self._card.add(part, 1)
            part.hide()
        self._card.add(self._words)
        self._card.add(self._notes)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(self._card)
        self.more = ActionButton(_("La suite"), "", "L", name=f"{name}.more", on=self.read_on)
        self.more.hide()
        self.verticalScrollBar().rangeChanged.connect(lambda _low, high: self.more.setVisible(high > 0))

    @property
    def plot(self) -> Plot:
        """The plot, for its export."""
        return self._plot

    def show_sheet(self, sheet: Sheet | None) -> None:
        """Show this sheet, an empty card when there is none; another view begins at its top."""
        if _kind(sheet) != _kind(self.sheet):
            self.verticalScrollBar().setValue(0)
        self.sheet = sheet
        self._failed.hide()
        if self.table is not None:
            self.table.hide()
            self.table.setParent(None)  # found by its name no longer
            self.table.deleteLater()
            self.table = None
        self._card.set_title(sheet.title if sheet else " ")
        self._words.setText(sheet.words if sheet else "")
        self._notes.setText("\n".join(sheet.notes) if sheet else "")
        self._notes.setVisible(bool(sheet and sheet.notes))
        if sheet is not None and not sheet.is_table and sheet.is_drawn() and sheet.figure is not None:
            self._nothing.hide()
            self._plot.setMinimumHeight(least_lines(sheet.figure) * theme.text_px())
            self._plot.show_figure(sheet.figure)
            self._plot.show()
            return
        self._plot.hide()
        self._nothing.setVisible(bool(sheet and not (sheet.is_table and sheet.rows)))
        if sheet is not None and sheet.is_table and sheet.rows:
            self._show_table(sheet)
        elif sheet is not None:
            self._nothing.sentence.setText(sheet.notes[0] if sheet.notes else sheet.empty)

    def show_failure(self) -> None:
        """Say that the work was given up, and how it goes on."""
        self.show_sheet(None)
        self._failed.show()

    def read_on(self) -> None:
        """Show what stands below, a page further each time, and from the end the top again."""
        bar = self.verticalScrollBar()
        bar.setValue(0 if bar.value() == bar.maximum() else bar.value() + bar.pageStep() * 3 // 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the table within sight."""
        super().resizeEvent(event)
        self._fit_table()

    def _fit_table(self) -> None:
        """Ask for ROWS lines, fewer where the bar that moves the table sideways would lie below the edge."""
        if self.table is None:
            return
        line = theme.target() + theme.XS
        room = self.viewport().height() - 2 * theme.L - 2 * theme.text_px("section") - theme.M
        self.table.setMinimumHeight(max(LEAST_ROWS * line, min(ROWS * line, room)))

    def _show_table(self, sheet: Sheet) -> None:
        has_room = theme.current().scale <= 1.0  # else every column is as wide as its words, and the table moves
        columns = [
            Column(title, number=number in sheet.numbers, stretch=has_room and number == sheet.wide)
            for number, title in enumerate(sheet.header)
        ]
        self.table = RecordTable(columns, has_totals=sheet.has_totals, name=f"{self._name}.table")
        self.table.opens_rows = False
        self._fit_table()
        self._card.body.insertWidget(1, self.table, 1)
        self.table.show()  # the cursor may go there at once
        self.table.show_rows(sheet.rows)
        self.table.selectRow(sheet.current)


def _kind(sheet: Sheet | None) -> object:
    """Return what tells one view from another, whatever season and animals it is of."""
    return (sheet.is_table, type(sheet.figure), len(sheet.header)) if sheet is not None else None
