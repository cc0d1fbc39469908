"""The pieces of a figure over days: cells and bars with crisp edges, hatched days, a legend, panels in a column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsSceneResizeEvent, QGraphicsWidget, QWidget

from fieldapp.ui import theme
from fieldapp.ui.plots_base import dress_plot
from fieldapp.ui.plots_days import day_ticks, place_words

HATCH = 5
"""Distance of the lines of a hatched cell, in logical pixels."""

_WIDEST = 10_000.0
_SWATCH = 1.6
"""Width of a swatch of the legend, in heights of the letters."""


class Look(StrEnum):
    """What a cell or an entry of the legend looks like, apart from its colour."""

    FILLED = "filled"
    HATCHED = "hatched"  # nobody looked: told by its shape too
    LINE = "line"
    DASHED = "dashed"
    DOT = "dot"
    BAND = "band"


@dataclass(frozen=True, slots=True)
class Cell:
    """A rectangle in the units of the axes, left and low edge first; `edge` outlines it in a colour, "" not."""

    left: float
    low: float
    width: float
    height: float
    colour: str
    look: Look = Look.FILLED
    edge: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a legend."""

    look: Look
    colour: str
    words: str
    edge: str = ""


class Cells(QGraphicsItem):
    """Many cells as one item, painted on whole pixels, so that neighbours neither overlap nor leave a seam."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        super().__init__()
        self._cells = tuple(cells)
        self._bounds = _around(self._cells)

    def boundingRect(self) -> QRectF:
        """Return the room of all cells."""
        return self._bounds

    def paint(self, painter: QPainter, option: Any, widget: QWidget | None = None) -> None:
        """Paint the cells in the pixels of the device."""
        to_device = painter.worldTransform()
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for cell in self._cells:
            area = to_device.mapRect(QRectF(cell.left, cell.low, cell.width, cell.height))
            left, right = round(area.left()), round(area.right())
            top, foot = round(area.top()), round(area.bottom())
            paint_cell(painter, QRectF(left, top, max(1, right - left), max(1, foot - top)), cell)
        painter.restore()


def paint_cell(painter: QPainter, area: QRectF, cell: Cell | Entry) -> None:
    """Fill or hatch an area of the device."""
    colour = QColor(cell.colour)
    if cell.look is Look.HATCHED:
        painter.setPen(QPen(colour, 1))
        painter.drawLines(list(hatch(area)))
    else:
        painter.fillRect(area, colour)
    if cell.edge:
        painter.setPen(QPen(QColor(cell.edge), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area.adjusted(0, 0, -1, -1))


def hatch(area: QRectF) -> Iterator[QLineF]:
    """Yield the slanted lines of an area, from left below to right above, in step with those of its neighbours.

    Lines, not a brush: a brush of lines is not written to every kind of picture.
    """
    first = int((area.left() + area.top()) // HATCH) + 1
    last = int((area.right() + area.bottom()) // HATCH)
    for number in range(first, last + 1):
        total = number * HATCH  # x + y is the same all along a line
        left, right = max(area.left(), total - area.bottom()), min(area.right(), total - area.top())
        yield QLineF(left, total - left, right, total - right)


def _around(cells: Sequence[Cell]) -> QRectF:
    found = QRectF()
    for cell in cells:
        found = found.united(QRectF(cell.left, cell.low, cell.width, cell.height))
    return found


class Legend(QGraphicsWidget):
    """A line of swatches with their words below a figure; it runs on in a second line where it is narrow."""

    def __init__(self, entries: Sequence[Entry], colours: theme.Colours) -> None:
        super().__init__()
        self._entries, self._colours = tuple(entries), colours
        self._font = theme.font("small")
        self._metrics = QFontMetrics(self._font)
        self._set_lines(1)

    def resizeEvent(self, event: QGraphicsSceneResizeEvent) -> None:
        """Take the lines that this width needs."""
        super().resizeEvent(event)
        places = list(self._places())
        self._set_lines(1 + max((line for _x, line, _entry in places), default=0))

    def sizeHint(self, which: Qt.SizeHint, constraint: QSizeF | QSize = QSizeF()) -> QSizeF:  # noqa: B008
        """Return the room of the lines."""
        width = _WIDEST if which is Qt.SizeHint.MaximumSize else max(constraint.width(), 100.0)
        return QSizeF(width, self._lines * self._line_height())

    def paint(self, painter: QPainter, option: Any, widget: QWidget | None = None) -> None:
        """Draw swatches and words."""
        painter.setFont(self._font)
        for left, line, entry in self._places():
            top = line * self._line_height()
            high = self._metrics.ascent()
            swatch = QRectF(left, top + (self._line_height() - high) / 2, high * _SWATCH, high)
            paint_swatch(painter, swatch, entry)
            painter.setPen(QColor(self._colours.text))
            words = QRectF(swatch.right() + theme.S, top, self._metrics.horizontalAdvance(entry.words) + theme.S,
                           self._line_height())  # fmt: skip
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, entry.words)

    def _set_lines(self, lines: int) -> None:
        self._lines = lines
        height = lines * self._line_height()
        self.setMinimumHeight(height)
        self.setMaximumHeight(height)
        self.updateGeometry()

    def _line_height(self) -> float:
        return float(self._metrics.lineSpacing() + theme.XS)

    def _places(self) -> Iterator[tuple[float, int, Entry]]:
        left, line = 0.0, 0
        for entry in self._entries:
            width = self._metrics.ascent() * _SWATCH + theme.S + self._metrics.horizontalAdvance(entry.words)
            if left and left + width > self.size().width():
                left, line = 0.0, line + 1
            yield left, line, entry
            left += width + theme.XL


def paint_swatch(painter: QPainter, area: QRectF, entry: Entry) -> None:
    """Draw what an entry of the legend stands for."""
    colour = QColor(entry.colour)
    if entry.look in {Look.LINE, Look.DASHED}:
        style = Qt.PenStyle.SolidLine if entry.look is Look.LINE else Qt.PenStyle.DashLine
        painter.setPen(QPen(colour, 2, style))
        painter.drawLine(QPointF(area.left(), area.center().y()), QPointF(area.right(), area.center().y()))
    elif entry.look is Look.DOT:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(area.center(), area.height() / 3, area.height() / 3)
    else:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        paint_cell(painter, area, entry)
        painter.restore()


# ------------------------------------------------------------------------------------------------ panels


def new_panels(colours: theme.Colours, view: Any = None) -> Any:
    """Return an empty pyqtgraph GraphicsLayoutWidget in these colours, for panels below each other.

    A `view` that showed a figure of the same kind in the same colours is emptied and used again: to build one takes
    longer than to draw all that is in it.
    """
    if view is not None:
        view.ci.removeItem(view.legend)
        view.spare, view.panels = view.panels, []
        return view
    import pyqtgraph

    pyqtgraph.setConfigOptions(antialias=True)
    view = pyqtgraph.GraphicsLayoutWidget()
    view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    view.setFrameShape(view.Shape.NoFrame)
    view.setBackground(QColor(colours.surface))
    view.ci.layout.setContentsMargins(0, theme.S, theme.S, 0)
    view.ci.layout.setVerticalSpacing(theme.S)
    view.spare, view.panels = [], []
    return view


def add_panel(view: Any, row: int, y_label: str, colours: theme.Colours, stretch: int = 1) -> Any:
    """Return an empty pyqtgraph PlotItem in this row, dressed in these colours; `stretch` is its share of the height.

    Rows are filled from 0 on.
    """
    plot = _emptied(view.spare.pop(0)) if view.spare else _new_panel(view, row, colours)
    if plot.getAxis("left").labelText != y_label:
        plot.setLabel("left", y_label)
    view.ci.layout.setRowStretchFactor(row, stretch)
    view.panels.append(plot)
    return plot


def _new_panel(view: Any, row: int, colours: theme.Colours) -> Any:
    plot = view.addPlot(row=row, col=0, enableMenu=False)  # the menus nobody sees take longer than all the curves
    plot.hideButtons()
    plot.setMouseEnabled(x=False, y=False)
    plot.fitters = []
    dress_plot(plot, colours)
    plot.getAxis("bottom").setHeight(_axis_height())
    return plot


def _axis_height() -> int:
    return QFontMetrics(theme.font("small")).lineSpacing() + theme.S + theme.XS


def _emptied(plot: Any) -> Any:
    for fit in plot.fitters:
        plot.getViewBox().sigResized.disconnect(fit)
    plot.fitters = []
    plot.clear()
    plot.cells = ()
    plot.getAxis("bottom").setStyle(showValues=True)
    plot.getAxis("bottom").setHeight(_axis_height())
    return plot


def on_resize(plot: Any, fit: Callable[..., None]) -> None:
    """Call `fit` now, and whenever the panel has got another size."""
    plot.fitters.append(fit)  # a bound method: keeps its owner alive
    plot.getViewBox().sigResized.connect(fit)
    fit()


def add_cells(plot: Any, cells: Sequence[Cell]) -> None:
    """Add cells to a panel; they do not change its ranges."""
    item = Cells(cells)
    plot.addItem(item, ignoreBounds=True)
    plot.cells = (*getattr(plot, "cells", ()), item)  # Qt alone does not keep an item of Python alive


def add_legend(view: Any, entries: Sequence[Entry], colours: theme.Colours) -> None:
    """Add the legend of a figure as its last row; panels of a view used again that nobody needs go away."""
    for plot in view.spare:
        view.ci.removeItem(plot)
    view.spare = []
    row = len(view.panels)
    view.ci.layout.setRowStretchFactor(row, 0)
    legend = Legend(entries, colours)
    view.addItem(legend, row=row, col=0)
    view.legend = legend


def write(plot: Any, words: str, x: float, y: float, colour: str, anchor: tuple[float, float], *, bold: bool) -> None:
    """Write words at a point of a panel; `anchor` says which part of them lies there, (0, 0) left above."""
    import pyqtgraph
    from PySide6.QtGui import QFont

    item = pyqtgraph.TextItem(words, color=colour, anchor=anchor)
    item.setFont(theme.font("small", QFont.Weight.DemiBold if bold else QFont.Weight.Normal))
    item.setPos(x, y)
    item.setZValue(10)
    plot.addItem(item, ignoreBounds=True)


def left_width(plots: Sequence[Any], ticks: Sequence[str]) -> None:
    """Give the left axes of panels one width, that of the longest of these words and of a turned label."""
    metrics = QFontMetrics(theme.font("small"))
    widest = max((metrics.horizontalAdvance(words) for words in ticks), default=0)
    for plot in plots:
        plot.getAxis("left").setWidth(widest + metrics.lineSpacing() + theme.L)


def add_line(plot: Any, xs: Sequence[float], ys: Sequence[float], pen: QPen) -> None:
    """Add a line to a panel, with a gap wherever a value is not a number; it does not change the ranges."""
    import numpy
    import pyqtgraph

    points = (numpy.asarray(xs, dtype=float), numpy.asarray(ys, dtype=float))
    pen.setCosmetic(True)
    plot.addItem(pyqtgraph.PlotCurveItem(*points, pen=pen, connect="finite"), ignoreBounds=True)


class DayAxis:
    """Writes dates along the lower axis of a panel, as many as its width holds."""

    def __init__(self, plot: Any, first: float, last: float) -> None:
        self._plot, self._first, self._last = plot, first, last
        metrics = QFontMetrics(theme.font("small"))
        self._widest = max(metrics.horizontalAdvance(place_words(place)) for place in (46, 196, 335)) + theme.L
        plot.setXRange(first - 1, last + 1, padding=0)
        plot.getAxis("bottom").setStyle(hideOverlappingLabels=round(self._widest))  # a date may reach past the ends
        on_resize(plot, self.fit)

    def fit(self, *_args: object) -> None:
        """Choose the dates for the width at hand; none that would be cut at an edge."""
        width = self._plot.getViewBox().width()
        margin = self._widest / 2 * (self._last - self._first + 2) / max(width, 1.0)
        ticks = day_ticks(self._first, self._last, int(width / self._widest))
        kept = [tick for tick in ticks if tick[0] <= self._last + 1 - margin]  # on the left there is room
        self._plot.getAxis("bottom").setTicks([kept or ticks, []])
