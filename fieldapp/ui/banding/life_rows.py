"""The captures of one bird as a few painted lines, and its mass and wing as a small curve: both at once repainted.

A table widget and a plotting library would take longer than the bird waits for; these are one paint event each.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from fieldapp.core import parse
from fieldapp.core.schema import Values
from fieldapp.core.text import _, ngettext
from fieldapp.protocols.banding.life import Event
from fieldapp.ui import theme
from fieldapp.ui.banding.life_words import NOWHERE, Where, row_words, spoken

Cells = tuple[str, str, str, str, str]

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

_SHOWN = 12
"""Captures shown at most: the first one and the newest."""

_NARROW = 9
"""Letters of the place below which the century of the date gives way to it."""

FEWEST_POINTS = 3
"""Measures from which on a curve says more than its figures."""

_DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine)


class LifeRows(QWidget):
    """Date, place, sex and age, wing and mass of each capture, oldest first.

    Where there is no room for all, the first and the newest are shown, and how many lie between; with room for two
    lines only, the newest and how many come before.
    """

    def __init__(self, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._rows: list[Cells] = []
        theme.on_change().changed.connect(self.updateGeometry)

    def show_events(self, events: Sequence[Event], where: Where = NOWHERE) -> None:
        """Show these captures as seen from the place of today's."""
        self._rows = [row_words(event, where) for event in events]
        self.setAccessibleName(_("Captures de cet oiseau"))
        self.setAccessibleDescription(spoken(events))
        self.updateGeometry()
        self.update()

    def rows(self) -> list[Cells]:
        """Return the words of all captures."""
        return self._rows

    def shown(self) -> list[Cells | str]:
        """Return the lines as they are painted: the cells of a capture, or the words for those left out."""
        room = max(2, min(_SHOWN, (self.height() - self._head()) // self._line()))
        if len(self._rows) <= room:
            return [*self._rows]
        left_out = len(self._rows) - room + 1
        if room == 2:
            words = ngettext("… {count} capture avant", "… {count} captures avant", left_out)
            return [words.format(count=left_out), self._rows[-1]]
        words = ngettext("… {count} capture entre les deux", "… {count} captures entre les deux", left_out)
        return [self._rows[0], words.format(count=left_out), *self._rows[2 - room :]]

    def _line(self) -> int:
        return theme.target() - theme.XS

    def _head(self) -> int:
        return QFontMetrics(theme.font("small")).height() + theme.XS

    def sizeHint(self) -> QSize:
        """Return the room for all captures that are ever shown."""
        return QSize(theme.text_px() * 22, self._head() + min(len(self._rows), _SHOWN) * self._line())

    def minimumSizeHint(self) -> QSize:
        """Return the room for two lines."""
        return QSize(theme.text_px() * 14, self._head() + min(len(self._rows), 2) * self._line())

    def _widths(self) -> list[int]:
        """Return the widths of all columns but the second, which has the rest (0)."""
        metrics, head = QFontMetrics(theme.font()), QFontMetrics(theme.font("small"))
        titles = self._titles()
        found = []
        for number in range(5):
            words = [row[number] for row in self._rows]
            widest = max((metrics.horizontalAdvance(word) for word in words), default=0)
            found.append(max(widest, head.horizontalAdvance(titles[number])) + theme.M if number != 1 else 0)
        return found

    def _titles(self) -> Cells:
        return "", "", "", _("Aile"), _("Masse")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the titles of the figures, the captures, and a line below each."""
        if not self._rows:
            return
        painter = QPainter(self)
        widths = self._widths()
        widths[1] = max(0, self.width() - sum(widths))
        is_narrow = widths[1] < theme.text_px() * _NARROW
        if is_narrow:
            saved = QFontMetrics(theme.font()).horizontalAdvance("20")
            widths[0], widths[1] = widths[0] - saved, widths[1] + saved
        painter.setFont(theme.font("small"))
        painter.setPen(theme.colour("secondary"))
        self._paint_cells(painter, self._titles(), widths, QRectF(0, 0, self.width(), self._head()))
        painter.setFont(theme.font())
        top = float(self._head())
        for cells in self.shown():
            rect = QRectF(0, top, self.width(), self._line())
            painter.setPen(theme.colour("text" if not isinstance(cells, str) else "secondary"))
            if isinstance(cells, str):
                painter.drawText(rect, LEFT, cells)
            else:
                on = cells[0][:-4] + cells[0][-2:] if is_narrow and "/" in cells[0] else cells[0]
                self._paint_cells(painter, (on, *cells[1:]), widths, rect)
            painter.setPen(theme.colour("line"))
            painter.drawLine(rect.bottomLeft(), rect.bottomRight())
            top += self._line()
        painter.end()

    def _paint_cells(self, painter: QPainter, cells: Cells, widths: Sequence[int], rect: QRectF) -> None:
        metrics, left = painter.fontMetrics(), rect.left()
        for number, (words, width) in enumerate(zip(cells, widths, strict=True)):
            room = QRectF(left, rect.top(), width - (theme.S if number < 3 else 0), rect.height())
            shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, int(room.width()))
            painter.drawText(room, RIGHT if number > 2 else LEFT, shown)
            left += width


class LifeCurve(QWidget):
    """Mass and wing over time as two small curves, each between its own least and greatest value, named at its end."""

    def __init__(self, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._series: list[tuple[str, list[tuple[int, float]]]] = []

    def show_measures(self, dated: Sequence[tuple[str | None, Values]]) -> bool:
        """Draw the measures of dated captures, in their order; return whether there are enough for a curve."""
        kinds = ((_("Masse {low}–{high} g"), "mass_g"), (_("Aile {low}–{high} mm"), "wing_mm"))
        self._series = []
        for words, name in kinds:
            points = [(_day(on), float(values[name])) for on, values in dated if on and values.get(name) is not None]
            if len(points) >= FEWEST_POINTS:
                low, high = min(value for _on, value in points), max(value for _on, value in points)
                label = words.format(low=parse.show_number(low, 1), high=parse.show_number(high, 1))
                self._series.append((label, points))
        self.setAccessibleName(" ; ".join(label for label, _points in self._series))
        self.update()
        return bool(self._series)

    def labels(self) -> list[str]:
        """Return the words beside the curves."""
        return [label for label, _points in self._series]

    def sizeHint(self) -> QSize:
        """Return the room for two legible curves."""
        return QSize(theme.text_px() * 22, theme.text_px() * 5)

    def minimumSizeHint(self) -> QSize:
        """Return the least room in which a curve still has a form."""
        return QSize(theme.text_px() * 10, theme.text_px() * 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the curves with their names above."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        small = theme.font("small", QFont.Weight.DemiBold)
        painter.setFont(small)
        height = QFontMetrics(small).height()
        rect = QRectF(self.rect()).adjusted(theme.S, height + theme.S, -theme.S, -theme.XS)
        left = 0.0
        for number, (label, points) in enumerate(self._series):
            colour = theme.plot_colours()[number]
            painter.setPen(QPen(colour, 2, _DASHES[number]))
            painter.drawLine(QPointF(left, height / 2), QPointF(left + theme.L, height / 2))
            left += theme.L + theme.XS
            painter.setPen(theme.colour("text"))
            painter.drawText(QRectF(left, 0, self.width() - left, height), LEFT, label)
            left += painter.fontMetrics().horizontalAdvance(label) + theme.L
            painter.setPen(QPen(colour, 2, _DASHES[number]))
            line = _polygon(points, rect)
            painter.drawPolyline(line)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            for place in range(line.count()):
                painter.drawEllipse(line.at(place), 3, 3)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.end()


def _day(on: str) -> int:
    return date.fromisoformat(on).toordinal()


def _polygon(points: Sequence[tuple[int, float]], rect: QRectF) -> QPolygonF:
    """Return the points within the rectangle, the earliest at its left, the greatest at its top."""
    days, values = [day for day, _value in points], [value for _day, value in points]
    first, span = min(days), (max(days) - min(days)) or 1
    least, reach = min(values), (max(values) - min(values)) or 1.0
    flat = rect.center().y() if max(values) == least else None
    return QPolygonF(
        [
            QPointF(
                rect.left() + rect.width() * (day - first) / span,
                flat if flat is not None else rect.bottom() - rect.height() * (value - least) / reach,
            )
            for day, value in points
        ]
    )
