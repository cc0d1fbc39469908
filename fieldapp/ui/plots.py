"""Figures: bars and curves in the look of the program, and their export as a picture for a report.

The only place that knows pyqtgraph; it is loaded with the first figure, never with the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPen
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.text import _
from fieldapp.ui import theme

PICTURE = QSize(1200, 720)
"""Size of an exported picture in points; the PNG has twice as many pixels each way, for print."""
PICTURE_FACTOR = 2
BAR = 0.62
"""Height of a bar, as a share of its line."""
DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DashDotLine, Qt.PenStyle.DotLine)
MARKS = ("o", "s", "t1", "d", "t")
"""A curve differs from the next by dash and mark too, not by its colour alone."""


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
    """One curve over the years."""

    label: str
    points: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Curves:
    """A figure of curves over the years."""

    title: str
    axis: str
    curves: tuple[Curve, ...]


Figure = Bars | Curves


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
            QApplication.sendPostedEvents()
            view.grab()  # lets the axes take their room
            write = _write_svg if path.suffix.lower() == ".svg" else _write_png
            written = write(view, path, self.figure.title)
        finally:
            view.close()
            view.deleteLater()
        if not written:
            raise FileRefusedError(
                _("Le graphique n’a pas pu être écrit dans {path} : choisissez un autre dossier.").format(path=path)
            )

    def _redraw(self) -> None:
        if self.figure is None:
            return
        if self._view is not None:
            self._box.removeWidget(self._view)
            self._view.hide()
            self._view.deleteLater()
        self._view = draw(self.figure, theme.current().colours)
        self._box.addWidget(self._view)


def spoken(figure: Figure) -> str:
    """Return the figure in words, for a screen reader."""
    if isinstance(figure, Bars):
        return " ; ".join(f"{bar.label} {bar.text}" for bar in figure.bars)
    return " ; ".join(
        f"{curve.label} : " + ", ".join(f"{year} {value:.0f}" for year, value in curve.points)
        for curve in figure.curves
    )


def new_plot(x_label: str = "", y_label: str = "", *, name: str = "", colours: theme.Colours | None = None) -> Any:
    """Return an empty pyqtgraph PlotWidget, dressed in these colours (those in use when not given)."""
    import pyqtgraph

    pyqtgraph.setConfigOptions(antialias=True)
    plot = pyqtgraph.PlotWidget()
    plot.setObjectName(name)
    plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    plot.setFrameShape(plot.Shape.NoFrame)
    plot.setMenuEnabled(False)
    plot.hideButtons()
    plot.setMouseEnabled(x=False, y=False)
    plot.setLabel("bottom", x_label)
    plot.setLabel("left", y_label)
    dress(plot, colours)
    return plot


def dress(plot: Any, colours: theme.Colours | None = None) -> None:
    """Give the plot its colours and the text sizes in use; call it again after a change of theme."""
    chosen = colours or theme.current().colours
    plot.setBackground(QColor(chosen.surface))
    for side in ("bottom", "left"):
        axis = plot.getAxis(side)
        axis.setPen(QPen(QColor(chosen.line), 1))
        axis.setTextPen(QColor(chosen.secondary))
        axis.setTickFont(theme.font("small"))
        axis.setStyle(tickLength=0, tickTextOffset=theme.S)
        axis.label.setDefaultTextColor(QColor(chosen.secondary))
        axis.label.setFont(theme.font("small"))


def series_pen(number: int, width: float = 2.0, colours: theme.Colours | None = None) -> QPen:
    """Return the pen of the curve of this number (0, 1, …): colour and dash; after the last comes the first again."""
    plots = (colours or theme.current().colours).plots
    pen = QPen(QColor(plots[number % len(plots)]), width, DASHES[number % len(DASHES)])
    pen.setCosmetic(True)
    return pen


def draw(figure: Figure, colours: theme.Colours, *, with_title: bool = False) -> QWidget:
    """Return a widget that shows the figure in these colours; on the page its title stands in the card."""
    if isinstance(figure, Bars):
        plot = new_plot(figure.axis, colours=colours)
        _draw_bars(plot, figure, colours)
    else:
        plot = new_plot("", figure.axis, colours=colours)
        _draw_curves(plot, figure, colours)
    if with_title:
        plot.setTitle(figure.title, color=colours.text, size=f"{theme.TEXT_SIZES['section']}px")
    widget: QWidget = plot
    return widget


def _draw_bars(plot: Any, figure: Bars, colours: theme.Colours) -> None:
    import pyqtgraph

    rows = [-number for number in range(len(figure.bars))]
    longest = max((max(bar.value, bar.behind or 0) for bar in figure.bars), default=0) or 1
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
    axis = plot.getAxis("left")
    axis.setTicks([[(row, bar.label) for row, bar in zip(rows, figure.bars, strict=True)], []])
    axis.setTextPen(QColor(colours.text))
    metrics = QFontMetrics(small)
    axis.setWidth(max((metrics.horizontalAdvance(bar.label) for bar in figure.bars), default=0) + theme.L + theme.S)
    widest = max((metrics.horizontalAdvance(bar.text) for bar in figure.bars), default=0)
    room = _Room(plot, longest, widest + theme.M)
    room.fit()
    plot.getViewBox().sigResized.connect(room.fit)
    plot.room = room
    plot.setYRange((rows[-1] if rows else 0) - 0.6, 0.6, padding=0)
    if figure.legend:
        _legend(plot, colours, ((figure.legend[0], first), (figure.legend[1], pale)))


class _Room:
    """Keeps room for the words at the end of the longest bar, however wide the figure is."""

    def __init__(self, plot: Any, longest: float, words_px: float) -> None:
        self._plot, self._longest, self._words_px = plot, longest, words_px

    def fit(self, *_args: object) -> None:
        """Set the end of the axis so that the words still fit beside the longest bar."""
        width = max(self._plot.getViewBox().width(), self._words_px * 1.5)
        self._plot.setXRange(0, self._longest * width / (width - self._words_px), padding=0)


def _draw_curves(plot: Any, figure: Curves, colours: theme.Colours) -> None:
    legend = plot.addLegend(offset=(-1, 1), labelTextColor=colours.text, labelTextSize=f"{theme.text_px('small')}px")
    legend.setBrush(QColor(colours.surface))
    for number, curve in enumerate(figure.curves):
        pen = series_pen(number, colours=colours)
        plot.plot(
            [year for year, _value in curve.points],
            [value for _year, value in curve.points],
            pen=pen,
            symbol=MARKS[number % len(MARKS)],
            symbolSize=theme.S + 1,
            symbolBrush=pen.color(),
            symbolPen=QPen(QColor(colours.surface), 1),
            name=curve.label,
        )
    years = sorted({year for curve in figure.curves for year, _value in curve.points})
    step = max(1, len(years) // 10)
    plot.getAxis("bottom").setTicks([[(year, str(year)) for year in years[::-1][::step]], []])
    highest = max((value for curve in figure.curves for _year, value in curve.points), default=0) or 1
    # the legend stands above the curves
    plot.setYRange(0, highest * (1.25 + 0.1 * len(figure.curves)), padding=0)
    if years:
        plot.setXRange(years[0] - 0.3, years[-1] + 0.3, padding=0)


def _legend(plot: Any, colours: theme.Colours, entries: Sequence[tuple[str, QColor]]) -> None:
    import pyqtgraph

    legend = plot.addLegend(offset=(-1, -1), labelTextColor=colours.text, labelTextSize=f"{theme.text_px('small')}px")
    legend.setBrush(QColor(colours.surface))
    legend.setPen(QPen(QColor(colours.line), 1))
    for words, colour in entries:
        pen = pyqtgraph.mkPen(colours.edge, width=1)
        legend.addItem(pyqtgraph.BarGraphItem(x=[0], height=[0], width=0, brush=colour, pen=pen), words)


def _write_png(view: QWidget, path: Path, _title: str) -> bool:
    image = QImage(PICTURE * PICTURE_FACTOR, QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(PICTURE_FACTOR)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    view.render(painter, QPoint())
    painter.end()
    return image.save(str(path), "PNG")  # type: ignore[call-overload, no-any-return]


def _write_svg(view: QWidget, path: Path, title: str) -> bool:
    from PySide6.QtSvg import QSvgGenerator

    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setSize(PICTURE)
    generator.setViewBox(QRectF(0, 0, PICTURE.width(), PICTURE.height()))
    generator.setTitle(title)
    painter = QPainter()
    if not painter.begin(generator):
        return False
    view.render(painter, QPoint())
    return painter.end() and path.exists()
