"""Figures in the look of the program, and their export as a picture for a report.

Only the modules `plots*` know pyqtgraph; it is loaded with the first figure, never with the window.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPaintDevice, QPainter
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.text import _
from fieldapp.ui import plots_daily, plots_heat, plots_seasons, theme
from fieldapp.ui.plots_base import DASHES, MARKS, dress, new_plot, series_pen
from fieldapp.ui.plots_daily import DailyBars
from fieldapp.ui.plots_heat import HeatMap
from fieldapp.ui.plots_seasons import DayCurves, YearTrend
from fieldapp.ui.wording import ABSENT

__all__ = [
    "DASHES",
    "MARKS",
    "PICTURE",
    "PICTURE_FACTOR",
    "Bar",
    "Bars",
    "Curve",
    "Curves",
    "DailyBars",
    "DayCurves",
    "Figure",
    "HeatMap",
    "Plot",
    "YearTrend",
    "draw",
    "dress",
    "is_empty",
    "least_lines",
    "new_plot",
    "series_pen",
    "spoken",
]

PICTURE = QSize(1200, 720)
"""Size of an exported picture in points; the PNG has twice as many pixels each way, for print."""
PICTURE_FACTOR = 2
LABELS = 0.45
"""Share of the width that the labels of bars may take; longer ones are cut (the table has them whole)."""
BAR = 0.62
"""Height of a bar, as a share of its line."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One horizontal bar: its value, the paler value behind it, and what is written at its end."""

    label: str
    value: float
    text: str = ""
    behind: float | None = None


@dataclass(frozen=True, slots=True)
class Bars:
    """A figure of bars, the first on top. `legend` names value and behind."""

    title: str
    axis: str
    bars: tuple[Bar, ...]
    legend: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve over the years; it breaks where a year has no value (None)."""

    label: str
    points: tuple[tuple[int, float | None], ...]


@dataclass(frozen=True, slots=True)
class Curves:
    """A figure of curves over the years; `decimals` is how exactly a value is told in words."""

    title: str
    axis: str
    curves: tuple[Curve, ...]
    decimals: int = 0


Figure = Bars | Curves | DayCurves | YearTrend | DailyBars | HeatMap

_USED_AGAIN = (DayCurves, YearTrend, DailyBars, HeatMap)
"""Figures that change while a person watches: their view is filled anew, not built anew."""


class Plot(QWidget):
    """Shows one figure and follows the theme; `save` writes it as PNG or SVG in the colours of paper."""

    def __init__(self, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 160)
        self._box = theme.column()
        self.setLayout(self._box)
        self._view: QWidget | None = None
        self._look: object = None
        self.figure: Figure | None = None
        theme.on_change().changed.connect(self._redraw)

    def show_figure(self, figure: Figure) -> None:
        """Show this figure."""
        self.figure = figure
        self.setAccessibleName(figure.title)
        self.setAccessibleDescription(spoken(figure))
        self._redraw()

    def save(self, path: Path) -> None:
        """Write the figure to a .png or .svg file; raises FileRefusedError with a sentence."""
        if self.figure is None:
            return
        view = draw(self.figure, theme.THEMES["jour"], with_title=True)
        view.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        view.resize(PICTURE)
        view.show()
        try:
            for _pass in range(2):  # lets the axes take their room, then the legend the lines it needs in its own
                QApplication.sendPostedEvents()
                view.grab()
            write = _write_svg if path.suffix.lower() == ".svg" else _write_png
            written = write(view, path, self.figure.title)
        finally:
            view.hide()  # its close() takes the scene apart under Qt's feet
            view.deleteLater()
        if not written:
            raise FileRefusedError(
                _("Le graphique n’a pas pu être écrit dans {path} : choisissez un autre dossier.").format(path=path)
            )

    def _redraw(self) -> None:
        if self.figure is None:
            return
        look = (type(self.figure), theme.current().name, theme.current().scale)
        again = self._view if look == self._look and isinstance(self.figure, _USED_AGAIN) else None
        self._look = look
        fresh = draw(self.figure, theme.current().colours, view=again)
        if fresh is self._view:
            return
        if self._view is not None:
            self._box.removeWidget(self._view)
            self._view.hide()
            self._view.deleteLater()
        self._view = fresh
        self._box.addWidget(fresh)


def spoken(figure: Figure) -> str:
    """Return the figure in words, for a screen reader."""
    if isinstance(figure, DayCurves):
        return plots_seasons.spoken_curves(figure)
    if isinstance(figure, YearTrend):
        return plots_seasons.spoken_trend(figure)
    if isinstance(figure, DailyBars):
        return plots_daily.spoken(figure)
    if isinstance(figure, HeatMap):
        return plots_heat.spoken(figure)
    if isinstance(figure, Bars):
        return " ; ".join(f"{bar.label} {bar.text}" for bar in figure.bars)
    return " ; ".join(
        f"{curve.label} : " + ", ".join(f"{year} {_value(value, figure.decimals)}" for year, value in curve.points)
        for curve in figure.curves
    )


def is_empty(figure: Figure) -> bool:
    """Return whether the figure has nothing to draw."""
    if isinstance(figure, DayCurves):
        return not any(curve.points for curve in figure.curves)
    if isinstance(figure, YearTrend):
        return all(point.place is None for point in figure.points)
    if isinstance(figure, DailyBars):
        return not figure.days
    if isinstance(figure, HeatMap):
        return not figure.rows
    return not (figure.bars if isinstance(figure, Bars) else figure.curves)


def least_lines(figure: Figure) -> int:
    """Return the least height of the figure on a page, in lines of text: lower, its parts run into each other."""
    if isinstance(figure, DailyBars):
        return 22
    if isinstance(figure, HeatMap):
        return max(13, len(figure.rows) + 5)
    return 13


def _value(value: float | None, decimals: int) -> str:
    return ABSENT if value is None else f"{value:.{decimals}f}"


def draw(figure: Figure, colours: theme.Colours, *, with_title: bool = False, view: QWidget | None = None) -> QWidget:
    """Return a widget that shows the figure in these colours; on the page its title stands in the card.

    `view` is what an earlier call returned for a figure of the same kind in the same look: it is filled anew.
    """
    view, plot = _drawn(figure, colours, view)
    if with_title:
        plot.setTitle(figure.title, color=colours.text, size=f"{theme.TEXT_SIZES['section']}px")
    return view


def _drawn(figure: Figure, colours: theme.Colours, view: QWidget | None) -> tuple[QWidget, Any]:
    """Return the widget of a figure, and the plot of it that carries the title."""
    if isinstance(figure, DayCurves):
        return plots_seasons.draw_curves(figure, colours, view)
    if isinstance(figure, YearTrend):
        return plots_seasons.draw_trend(figure, colours, view)
    if isinstance(figure, DailyBars):
        return plots_daily.draw(figure, colours, view)
    if isinstance(figure, HeatMap):
        return plots_heat.draw(figure, colours, view)
    if isinstance(figure, Bars):
        plot = new_plot(figure.axis, colours=colours)
        _draw_bars(plot, figure, colours)
    else:
        plot = new_plot("", figure.axis, colours=colours)
        _draw_curves(plot, figure, colours)
    return plot, plot


def _draw_bars(plot: Any, figure: Bars, colours: theme.Colours) -> None:
    import pyqtgraph

    rows = [-number for number in range(len(figure.bars))]
    small, first, pale = theme.font("small"), QColor(colours.plots[0]), QColor(colours.raised)
    edge = pyqtgraph.mkPen(colours.edge, width=1)  # of one pixel: other pens are as wide as a unit of the axis
    if figure.legend:
        behind = [bar.behind or 0 for bar in figure.bars]
        plot.addItem(pyqtgraph.BarGraphItem(x0=0, y=rows, width=behind, height=BAR, brush=pale, pen=edge))
    values = [bar.value for bar in figure.bars]
    plot.addItem(pyqtgraph.BarGraphItem(x0=0, y=rows, width=values, height=BAR, brush=first, pen=pyqtgraph.mkPen(None)))
    for row, bar in zip(rows, figure.bars, strict=True):
        label = pyqtgraph.TextItem(bar.text, color=colours.text, anchor=(0, 0.5))
        label.setFont(small)
        label.setPos(max(bar.value, bar.behind or 0), row)
        plot.addItem(label, ignoreBounds=True)
    plot.getAxis("left").setTextPen(QColor(colours.text))
    room = _Room(plot, figure, rows)
    room.fit()
    plot.getViewBox().sigResized.connect(room.fit)
    plot.room = room
    band = 1.6 if figure.legend else 0.6  # the legend stands below the last bar
    plot.setYRange((rows[-1] if rows else 0) - band, 0.6, padding=0)
    if figure.legend:
        _legend(plot, colours, ((figure.legend[0], first), (figure.legend[1], pale)))


class _Room:
    """Shares the width of a figure of bars between labels, bars and the words at their ends, however wide it is."""

    def __init__(self, plot: Any, figure: Bars, rows: Sequence[int]) -> None:
        self._plot, self._figure, self._rows = plot, figure, rows
        self._longest = max((max(bar.value, bar.behind or 0) for bar in figure.bars), default=0) or 1
        self._metrics = QFontMetrics(theme.font("small"))

    def fit(self, *_args: object) -> None:
        """Cut labels that would take more than their share, and end the axis where the longest bar's words end."""
        most = int(self._plot.width() * LABELS)
        cut = Qt.TextElideMode.ElideRight
        labels = [self._metrics.elidedText(bar.label, cut, most) for bar in self._figure.bars]
        widest = max(map(self._metrics.horizontalAdvance, labels), default=0) + theme.L + theme.S
        axis = self._plot.getAxis("left")
        axis.setTicks([list(zip(self._rows, labels, strict=True)), []])
        if axis.width() != widest:
            axis.setWidth(widest)
        words = max((self._metrics.horizontalAdvance(bar.text) for bar in self._figure.bars), default=0) + theme.M
        room = max(self._plot.width() - widest - theme.S, words * 1.5)
        self._plot.setXRange(0, self._longest * room / (room - words), padding=0)


def _draw_curves(plot: Any, figure: Curves, colours: theme.Colours) -> None:
    import pyqtgraph

    legend = plot.addLegend(offset=(-1, 1), labelTextColor=colours.text, labelTextSize=f"{theme.text_px('small')}px")
    legend.setBrush(QColor(colours.surface))
    for number, curve in enumerate(figure.curves):
        pen = series_pen(number, colours=colours)
        plot.plot(
            [year for year, _value in curve.points],
            [math.nan if value is None else value for _year, value in curve.points],
            connect="finite",
            pen=pen,
            symbol=MARKS[number % len(MARKS)],
            symbolSize=theme.S + 1,
            symbolBrush=pen.color(),
            symbolPen=pyqtgraph.mkPen(colours.surface, width=1),
            name=curve.label,
        )
    years = sorted({year for curve in figure.curves for year, _value in curve.points})
    step = max(1, len(years) // 10)
    plot.getAxis("bottom").setTicks([[(year, str(year)) for year in years[::-1][::step]], []])
    highest = max((value or 0 for curve in figure.curves for _year, value in curve.points), default=0) or 1
    legend.setColumnCount(2)
    # the legend stands above the curves
    plot.setYRange(0, highest * (1.2 + 0.18 * ((len(figure.curves) + 1) // 2)), padding=0)
    if years:
        margin = 0.4 + (years[-1] - years[0]) * 0.08  # so that the first and the last year are written whole
        plot.setXRange(years[0] - margin, years[-1] + margin, padding=0)


def _legend(plot: Any, colours: theme.Colours, entries: Sequence[tuple[str, QColor]]) -> None:
    import pyqtgraph

    legend = plot.addLegend(offset=(-1, -1), labelTextColor=colours.text, labelTextSize=f"{theme.text_px('small')}px")
    legend.setBrush(QColor(colours.surface))
    legend.setColumnCount(len(entries))
    for words, colour in entries:
        pen = pyqtgraph.mkPen(colours.edge, width=1)
        legend.addItem(pyqtgraph.BarGraphItem(x=[0], height=[0], width=0, brush=colour, pen=pen), words)


def _write_png(view: Any, path: Path, _title: str) -> bool:
    image = QImage(PICTURE * PICTURE_FACTOR, QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(PICTURE_FACTOR)
    image.fill(Qt.GlobalColor.white)
    return _painted(view, image) and image.save(str(path), "PNG")  # type: ignore[call-overload]


def _write_svg(view: Any, path: Path, title: str) -> bool:
    from PySide6.QtSvg import QSvgGenerator

    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setSize(PICTURE)
    generator.setResolution(view.logicalDpiX())  # the axes are recorded for the screen, and scaled to other resolutions
    generator.setViewBox(QRectF(0, 0, PICTURE.width(), PICTURE.height()))
    generator.setTitle(title)
    return _painted(view, generator) and path.exists()


def _painted(view: Any, device: QPaintDevice) -> bool:
    painter = QPainter()
    if not painter.begin(device):
        return False
    try:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        view.render(painter, QRectF(0, 0, PICTURE.width(), PICTURE.height()), view.rect())
    finally:
        painter.end()
    return True
