"""Figures of many seasons: their cumulative curves with one in front, and a date against the years with its line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontMetrics, QPen
from PySide6.QtWidgets import QWidget

from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.plots_days import day_ticks, place_words
from fieldapp.ui.plots_items import (
    Cell,
    DayAxis,
    Entry,
    Look,
    add_cells,
    add_legend,
    add_line,
    add_panel,
    left_width,
    new_panels,
    on_resize,
    write,
)
from fieldapp.ui.wording import number_words

_FULL = 100.0


@dataclass(frozen=True, slots=True)
class DayCurve:
    """The curve of a season over places of days (`plots_days.day_of`); it breaks where a day has no value (None).

    A curve that is `doubtful` (its season still runs) is dashed.
    """

    label: str
    points: tuple[tuple[int, float | None], ...]
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class DayCurves:
    """Curves of percents over the days of a season, that named `front` in front of the others.

    `behind` says what the others are, "" where there are none, `doubtful` what is dashed; `level` is a line across.
    """

    title: str
    axis: str
    curves: tuple[DayCurve, ...]
    front: str
    behind: str = ""
    doubtful: str = ""
    level: float = 50.0


@dataclass(frozen=True, slots=True)
class YearPoint:
    """The day of a year (its place, `plots_days.day_of`; whole or not); None where the year has none."""

    year: int
    place: float | None


@dataclass(frozen=True, slots=True)
class LinePoint:
    """Where the line of a trend lies in a year, and the band around it; places of days."""

    year: float
    place: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class YearTrend:
    """A day of each year against the years; `line` is empty where there is no trend, `band` names what it shows."""

    title: str
    axis: str
    points: tuple[YearPoint, ...]
    line: tuple[LinePoint, ...] = ()
    band: str = ""
    front: int | None = None


# ------------------------------------------------------------------------------------------------ curves


def reached(curve: DayCurve, level: float) -> int | None:
    """Return the first day on which the curve is at the level or above it, None when it never is."""
    return next((day for day, value in curve.points if value is not None and value >= level), None)


def spoken_curves(figure: DayCurves) -> str:
    """Return the day on which each curve reaches the level, the curve in front first."""
    told = []
    for curve in sorted(figure.curves, key=lambda curve: curve.label != figure.front):
        day = reached(curve, figure.level)
        words = _("{label} : {level} % le {day}") if day is not None else _("{label} : {level} % pas atteints")
        told.append(
            words.format(
                label=curve.label, level=number_words(figure.level), day="" if day is None else place_words(day)
            )
        )
    return " ; ".join(told)


def draw_curves(figure: DayCurves, colours: theme.Colours, view: Any = None) -> tuple[QWidget, Any]:
    """Return the view of the curves and the plot in it; `view` is used again where one is given."""
    view = new_panels(colours, view)
    plot = add_panel(view, 0, figure.axis, colours)
    days = [day for curve in figure.curves for day, _value in curve.points]
    first, last = (min(days), max(days)) if days else (1, 2)
    _HeadRoom(plot)
    marks = (0, 25, 50, 75, 100)
    plot.getAxis("left").setTicks([[(mark, _("{share} %").format(share=mark)) for mark in marks], []])
    left_width([plot], [_("{share} %").format(share=100)])
    DayAxis(plot, first, last)
    level = QPen(QColor(colours.secondary), 1, Qt.PenStyle.DashLine)
    add_line(plot, (first - 1, last + 1), (figure.level, figure.level), level)
    behind = [curve for curve in figure.curves if curve.label != figure.front]
    _draw_behind(plot, [curve for curve in behind if not curve.doubtful], Qt.PenStyle.SolidLine, colours)
    _draw_behind(plot, [curve for curve in behind if curve.doubtful], Qt.PenStyle.DashLine, colours)
    for curve in figure.curves:
        if curve.label == figure.front:
            _draw_front(plot, curve, colours)
    add_legend(view, _curve_entries(figure, colours), colours)
    return view, plot


class _HeadRoom:
    """Leaves a line of text above 100 %, for the name of the curve in front."""

    def __init__(self, plot: Any) -> None:
        self._plot = plot
        on_resize(plot, self.fit)

    def fit(self, *_args: object) -> None:
        """Choose the upper end for the height at hand."""
        height = max(self._plot.getViewBox().height(), 60.0)
        line = QFontMetrics(theme.font("small")).lineSpacing() + theme.S
        self._plot.setYRange(0, _FULL / max(0.3, 1 - line / height), padding=0)


def _draw_behind(plot: Any, curves: list[DayCurve], style: Qt.PenStyle, colours: theme.Colours) -> None:
    """Draw all the curves behind as one item: one of its own for each takes longer than a person waits."""
    xs: list[float] = []
    ys: list[float] = []
    for curve in curves:
        for day, value in curve.points:
            xs.append(day)
            ys.append(math.nan if value is None else value)
        xs.append(math.nan)
        ys.append(math.nan)
    if xs:
        add_line(plot, xs, ys, QPen(QColor(colours.disabled), 1, style))


def _draw_front(plot: Any, curve: DayCurve, colours: theme.Colours) -> None:
    known = [(day, value) for day, value in curve.points if value is not None]
    if not known:
        return
    style = Qt.PenStyle.DashLine if curve.doubtful else Qt.PenStyle.SolidLine
    add_line(
        plot,
        [day for day, _value in curve.points],
        [math.nan if value is None else value for _day, value in curve.points],
        QPen(QColor(colours.accent), 3, style),
    )
    day, value = known[-1]
    write(plot, curve.label, day, value, colours.accent, (1, 1), bold=True)


def _curve_entries(figure: DayCurves, colours: theme.Colours) -> list[Entry]:
    found = []
    for curve in figure.curves:
        if curve.label == figure.front:
            look = Look.DASHED if curve.doubtful else Look.LINE
            found.append(Entry(look, colours.accent, (curve.doubtful and figure.doubtful) or figure.front))
    if figure.behind:
        found.append(Entry(Look.LINE, colours.disabled, figure.behind))
    if figure.doubtful and all(entry.words != figure.doubtful for entry in found):
        found.append(Entry(Look.DASHED, colours.disabled, figure.doubtful))
    words = _("{share} % du total").format(share=number_words(figure.level))
    return [*found, Entry(Look.DASHED, colours.secondary, words)]


# ------------------------------------------------------------------------------------------------- trend


def spoken_trend(figure: YearTrend) -> str:
    """Return the day of each year."""
    return " ; ".join(
        f"{point.year} {_('pas de date') if point.place is None else place_words(point.place)}"
        for point in figure.points
    )


def draw_trend(figure: YearTrend, colours: theme.Colours, view: Any = None) -> tuple[QWidget, Any]:
    """Return the view of the days against the years, later days above, and the plot in it; `view` is used again."""
    view = new_panels(colours, view)
    plot = add_panel(view, 0, figure.axis, colours)
    places = [point.place for point in figure.points if point.place is not None]
    places += [edge for point in figure.line for edge in (point.low, point.high)]
    low, high = (min(places) - 3, max(places) + 3) if places else (32, 60)
    years = [point.year for point in figure.points]
    plot.setXRange(min(years, default=2000) - 0.7, max(years, default=2000) + 0.7, padding=0)
    plot.setYRange(low, high, padding=0)
    ticks = _date_ticks(low, high)
    plot.getAxis("left").setTicks([ticks, []])
    left_width([plot], [words for _place, words in ticks])
    YearAxis(plot, years)
    absent = [point.year for point in figure.points if point.place is None]
    add_cells(plot, [Cell(year - 0.35, low, 0.7, high - low, colours.disabled, Look.HATCHED) for year in absent])
    _draw_line(plot, figure, colours)
    _draw_points(plot, figure, colours)
    add_legend(view, _trend_entries(figure, colours), colours)
    return view, plot


def _date_ticks(low: float, high: float) -> list[tuple[int, str]]:
    """Return dates for an upright axis: the 1st and 15th of the months, where that is too few every fifth day."""
    found = day_ticks(low, high, 12)
    if len(found) >= 3:
        return found
    step = 5 if high - low > 12 else 2
    return [(place, place_words(place)) for place in range(math.ceil(low), int(high) + 1) if place % step == 0]


def _draw_line(plot: Any, figure: YearTrend, colours: theme.Colours) -> None:
    if not figure.line:
        return
    import pyqtgraph

    years = [point.year for point in figure.line]
    edges = [
        pyqtgraph.PlotCurveItem(years, [getattr(point, side) for point in figure.line], pen=None)
        for side in ("low", "high")
    ]
    band = pyqtgraph.FillBetweenItem(*edges, brush=QColor(colours.soft))
    plot.addItem(band, ignoreBounds=True)
    plot.band = (band, edges)
    add_line(plot, years, [point.place for point in figure.line], QPen(QColor(colours.plots[1]), 2))


def _draw_points(plot: Any, figure: YearTrend, colours: theme.Colours) -> None:
    import pyqtgraph

    dated = [point for point in figure.points if point.place is not None]
    plot.plot(
        [point.year for point in dated],
        [point.place for point in dated],
        pen=None,
        symbol="o",
        symbolSize=[theme.M + 2 if point.year == figure.front else theme.S + 1 for point in dated],
        symbolBrush=QColor(colours.accent),
        symbolPen=pyqtgraph.mkPen(colours.surface, width=1),
    )
    for point in dated:
        if point.year == figure.front and point.place is not None:
            write(plot, str(point.year), point.year, point.place, colours.accent, (0.5, 1.5), bold=True)


def _trend_entries(figure: YearTrend, colours: theme.Colours) -> list[Entry]:
    found = [Entry(Look.DOT, colours.accent, _("date de la saison"))]
    if figure.line:
        found.append(Entry(Look.LINE, colours.plots[1], _("droite de régression")))
        found.append(Entry(Look.BAND, colours.soft, figure.band, colours.edge))
    if any(point.place is None for point in figure.points):
        found.append(Entry(Look.HATCHED, colours.disabled, _("saison sans date"), colours.edge))
    return found


class YearAxis:
    """Writes years along the lower axis of a panel, as many as its width holds, always the newest."""

    def __init__(self, plot: Any, years: list[int]) -> None:
        self._plot, self._years = plot, sorted(years, reverse=True)
        on_resize(plot, self.fit)

    def fit(self, *_args: object) -> None:
        """Choose the years for the width at hand."""
        room = max(1, int(self._plot.getViewBox().width() / (theme.text_px("small") * 3.6)))
        step = -(-len(self._years) // room) or 1
        self._plot.getAxis("bottom").setTicks([[(year, str(year)) for year in self._years[::step]], []])
