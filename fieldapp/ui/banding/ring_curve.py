"""Mass and wing of one bird over its life, as two curves below each other with one axis of dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QSizePolicy, QWidget

from fieldapp.core import parse
from fieldapp.core.text import _
from fieldapp.protocols.banding.life import Life
from fieldapp.ui import theme
from fieldapp.ui.banding.life_rows import FEWEST_POINTS
from fieldapp.ui.plots import MARKS, new_plot, series_pen

Points = Sequence[tuple[date, float]]

_MOST_TICKS = 6


class RingCurve(QWidget):
    """Draws what was measured three times or more; the plotting library is loaded with the first curve."""

    def __init__(self, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._box = theme.row(spacing=theme.L)
        self.setLayout(self._box)
        self._drawn: list[QWidget] = []
        self._series: list[tuple[str, Points]] = []
        theme.on_change().changed.connect(self._redraw)

    def show_life(self, life: Life) -> bool:
        """Draw the measures of the bird; return whether there were enough for a curve."""
        self._series = []
        for name, label in (("mass_g", _("Masse (g)")), ("wing_mm", _("Aile (mm)"))):
            points = [
                (date.fromisoformat(event.on), float(event.values[name]))
                for event in life.events
                if event.on and event.values.get(name) is not None
            ]
            if len(points) >= FEWEST_POINTS:
                self._series.append((label, points))
        self.setAccessibleName(_("Masse et aile"))
        self.setAccessibleDescription(" ; ".join(f"{label} : {_spoken(points)}" for label, points in self._series))
        self._redraw()
        return bool(self._series)

    def labels(self) -> list[str]:
        """Return the names of what is drawn."""
        return [label for label, _points in self._series]

    def _redraw(self) -> None:
        for old in self._drawn:
            self._box.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._drawn = [_plot(number, label, points) for number, (label, points) in enumerate(self._series)]
        for plot in self._drawn:
            self._box.addWidget(plot, 1)


def _spoken(points: Points) -> str:
    return ", ".join(f"{parse.show_date(on.isoformat())} {parse.show_number(value, 1)}" for on, value in points)


def _plot(number: int, label: str, points: Points) -> QWidget:
    plot: Any = new_plot("", label)
    pen = series_pen(number)
    days, values = [on.toordinal() for on, _value in points], [value for _on, value in points]
    plot.plot(
        days, values, pen=pen, symbol=MARKS[number], symbolSize=theme.S + 1, symbolBrush=QColor(pen.color()),
        symbolPen=None,
    )  # fmt: skip
    plot.getAxis("bottom").setTicks([_ticks(points), []])
    heights = dict.fromkeys((min(values), (min(values) + max(values)) / 2, max(values)))
    plot.getAxis("left").setTicks([[(value, parse.show_number(value, 1)) for value in heights], []])
    reach = (max(values) - min(values)) or 1.0
    plot.setYRange(min(values) - reach * 0.15, max(values) + reach * 0.15, padding=0)
    span = max(days[-1] - days[0], 1)
    plot.setXRange(days[0] - span * 0.1, days[-1] + span * 0.1, padding=0)
    widget: QWidget = plot
    widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    widget.setMinimumHeight(theme.text_px() * 5)
    return widget


def _ticks(points: Points) -> list[tuple[int, str]]:
    """Return ticks: 1 January of each year of a long life, else the days of the captures, never more than fit."""
    first, last = points[0][0], points[-1][0]
    years = [date(year, 1, 1) for year in range(first.year + 1, last.year + 1)]
    if len(years) >= 2:
        return [(day.toordinal(), str(day.year)) for day in years[:: len(years) // _MOST_TICKS + 1]]
    ends = dict.fromkeys((first, last))
    return [(day.toordinal(), parse.show_date(day.isoformat())) for day in ends]
