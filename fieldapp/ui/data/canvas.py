"""A small map of the lines, on which a contour is drawn: by clicks, or by the arrow keys and the space bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPen
from PySide6.QtWidgets import QFrame

from fieldapp.core.text import _
from fieldapp.desk.lines import DEGREE
from fieldapp.ui import theme
from fieldapp.ui.plots_base import dress, new_plot
from fieldapp.ui.widgets import ActionButton, is_grown, text_label

if TYPE_CHECKING:
    from fieldapp.desk.columns import Columns

Corner = tuple[float, float]

STEP = 0.02
"""Share of the map that an arrow key goes."""

MOST_POINTS = 20_000
"""Places that are drawn at most: more of them are one spot."""


class ZoneCanvas(QFrame):
    """The map: Enter closes the contour (`drawn` carries it as WKT), Backspace takes a corner back, Esc gives up."""

    drawn = Signal(str)
    given_up = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("zone")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("carte des données : dessiner un contour"))
        self.corners: list[Corner] = []
        self._at: Corner = (0.0, 0.0)
        self._span: Corner = (1.0, 1.0)
        self._words = text_label("", "secondary", wrap=True, name="zone.words")
        self.plot: Any = None
        self._close = ActionButton(
            _("Fermer le contour"), "check", "", primary=True, name="zone.close", on=self.close_contour
        )
        self._close.show_key("Return")
        self._back = ActionButton(_("Dernier point"), "undo", "", name="zone.back", on=self.take_back)
        self._back.show_key("Backspace")
        self._cancel = ActionButton(_("Annuler"), "close", "", name="zone.cancel", on=self.given_up.emit)
        self._cancel.show_key("Esc")
        for button in (self._close, self._back, self._cancel):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        buttons = theme.row(1, self._cancel, self._back, self._close)
        foot = theme.column(self._words, buttons) if is_grown() else theme.row(self._words, buttons)
        foot.setStretch(0, 0 if is_grown() else 1)
        self._box = theme.column(foot, margin=theme.M)
        self.setLayout(self._box)
        theme.on_change().changed.connect(self._dress)

    def begin(self, columns: Columns) -> None:
        """Show where lines lie, and begin a new contour."""
        import numpy as np

        self.corners = []
        if self.plot is None:
            self._make()
        here = columns.is_somewhere
        places = np.unique(np.column_stack([columns.longitude[here], columns.latitude[here]]), axis=0) / DEGREE
        places = places[:: max(1, len(places) // MOST_POINTS)]
        self._points.setData(places[:, 0], places[:, 1])
        if len(places):
            low, high = places.min(axis=0), places.max(axis=0)
            room = np.maximum((high - low) * 0.05, 0.01)
            self._span = (float(high[0] - low[0] + 2 * room[0]), float(high[1] - low[1] + 2 * room[1]))
            self._at = (float(low[0] + high[0]) / 2, float(low[1] + high[1]) / 2)
            self.plot.setXRange(low[0] - room[0], high[0] + room[0], padding=0)
            self.plot.setYRange(low[1] - room[1], high[1] + room[1], padding=0)
        self._show()
        self.setFocus()

    def add(self, corner: Corner) -> None:
        """Put a corner behind the last one."""
        self.corners.append(corner)
        self._at = corner
        self._show()

    def take_back(self) -> None:
        """Take the last corner away."""
        del self.corners[-1:]
        self._show()

    def close_contour(self) -> None:
        """End the contour; with fewer than three corners it goes on."""
        if len(self.corners) < 3:
            return
        ring = ", ".join(f"{x:.7f} {y:.7f}" for x, y in (*self.corners, self.corners[0]))
        self.drawn.emit(f"POLYGON (({ring}))")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk with the arrow keys, set a corner with the space bar."""
        steps = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}
        step = steps.get(Qt.Key(event.key()))
        if step is not None:
            self._at = (self._at[0] + step[0] * STEP * self._span[0], self._at[1] + step[1] * STEP * self._span[1])
            self._show()
        elif event.key() == Qt.Key.Key_Space:
            self.add(self._at)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.close_contour()
        elif event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self.take_back()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Set a corner where the mouse clicks."""
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            position = self.plot.mapToScene(event.position().toPoint())
            found: QPointF = self.plot.getPlotItem().vb.mapSceneToView(position)
            self.add((found.x(), found.y()))
            return True
        return super().eventFilter(watched, event)

    def _make(self) -> None:
        import pyqtgraph

        self.plot = new_plot(_("longitude"), _("latitude"), name="zone.plot")
        self._points = pyqtgraph.ScatterPlotItem(size=5, pen=None)
        self._line = pyqtgraph.PlotDataItem()
        self._cross = pyqtgraph.ScatterPlotItem(size=14, symbol="+")
        for item in (self._points, self._line, self._cross):
            self.plot.addItem(item)
        self.plot.viewport().installEventFilter(self)
        self._box.insertWidget(0, self.plot, 1)
        self._dress()

    def _dress(self) -> None:
        if self.plot is None:
            return
        dress(self.plot)
        self._points.setBrush(theme.plot_colours()[0])
        accent = QColor(theme.colour("accent"))
        self._line.setPen(QPen(accent, 0))
        self._line.setSymbol("o")
        self._line.setSymbolBrush(accent)
        self._line.setSymbolPen(accent)
        self._cross.setPen(QPen(QColor(theme.colour("text")), 0))
        self._cross.setBrush(theme.colour("text"))

    def _show(self) -> None:
        ring = [*self.corners, self.corners[0]] if len(self.corners) > 2 else self.corners
        self._line.setData([x for x, _y in ring], [y for _x, y in ring])
        self._cross.setData([self._at[0]], [self._at[1]])
        self._close.setEnabled(len(self.corners) > 2)
        self._back.setEnabled(bool(self.corners))
        left = 3 - len(self.corners)
        self._words.setText(
            _("Cliquez les coins de la zone, ou placez-les avec les flèches et Espace.")
            if left > 0
            else _("{n} points. Entrée ferme le contour.").format(n=len(self.corners))
        )
