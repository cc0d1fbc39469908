"""The figure of one season day by day: what was counted, and below it the nights' temperature and rain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QWidget

from fieldapp.core.text import _, ngettext
from fieldapp.ui import theme
from fieldapp.ui.plots_days import place_words, room_of
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
)
from fieldapp.ui.wording import number_words

_WIDE = 0.8
"""Width of a bar, as a share of its day."""


@dataclass(frozen=True, slots=True)
class Day:
    """One morning: its place (`plots_days.day_of`), what was counted (None: nobody looked), the weather of its night.

    Temperatures in °C, rain in mm; None where they are not known. `marked` stands for a night above the thresholds.
    """

    place: int
    count: int | None
    night_min_c: float | None = None
    night_max_c: float | None = None
    rain_mm: float | None = None
    marked: bool = False


@dataclass(frozen=True, slots=True)
class DailyBars:
    """Bars of a season day by day. `threshold_c` is drawn across the temperatures, `marked` names the nights above."""

    title: str
    axis: str
    days: tuple[Day, ...]
    threshold_c: float | None = None
    marked: str = ""


def spoken(figure: DailyBars) -> str:
    """Return the days with animals, and how many nobody looked into."""
    counted = [day for day in figure.days if day.count]
    told = [f"{place_words(day.place)} {number_words(day.count or 0)}" for day in counted]
    missed = sum(day.count is None for day in figure.days)
    gaps = ngettext("{n} matin non relevé", "{n} matins non relevés", missed).format(n=missed)
    return " ; ".join([*told, gaps])


def draw(figure: DailyBars, colours: theme.Colours, view: Any = None) -> tuple[QWidget, Any]:
    """Return the view of the panels that have something to show, and the plot of the bars; `view` is used again."""
    view = new_panels(colours, view)
    first, last = (figure.days[0].place, figure.days[-1].place) if figure.days else (1, 2)
    panels = [_counts(view, figure, colours)]
    highest = [str(_highest(figure))]
    if _temperatures(figure.days):
        panels.append(_draw_nights(view, len(panels), figure, colours))
        highest.append(f"−{99}")
    if any(day.rain_mm is not None for day in figure.days):
        panels.append(_draw_rain(view, len(panels), figure, colours))
    left_width(panels, [*highest, "000"])
    for plot in panels:
        DayAxis(plot, first, last)
        if plot is not panels[-1]:  # the dates stand below the last panel, for all
            plot.getAxis("bottom").setStyle(showValues=False)
            plot.getAxis("bottom").setHeight(theme.XS)
    add_legend(view, _entries(figure, colours), colours)
    return view, panels[0]


def _highest(figure: DailyBars) -> int:
    return max((day.count or 0 for day in figure.days), default=0) or 1


def _temperatures(days: Sequence[Day]) -> list[float]:
    return [value for day in days for value in (day.night_min_c, day.night_max_c) if value is not None]


def _counts(view: Any, figure: DailyBars, colours: theme.Colours) -> Any:
    plot = add_panel(view, 0, figure.axis, colours, stretch=3)
    top = _highest(figure) * 1.08
    plot.setYRange(0, top, padding=0)
    plot.getAxis("left").setTicks([[(mark, number_words(mark)) for mark in _whole_marks(_highest(figure))], []])
    places = {day.place for day in figure.days}
    missed = (room_of(day.place, places) for day in figure.days if day.count is None)
    cells = [Cell(left, 0, width, top, colours.disabled, Look.HATCHED) for left, width in missed]
    for day in figure.days:
        if day.count:
            cells.append(Cell(day.place - _WIDE / 2, 0, _WIDE, day.count, colours.plots[0]))
    add_cells(plot, cells)
    return plot


def _whole_marks(highest: int) -> list[int]:
    """Return about four whole numbers from 0 to the highest."""
    step = next((size * ten for ten in (1, 10, 100, 1000) for size in (1, 2, 5) if highest <= 5 * size * ten), highest)
    return list(range(0, highest + 1, step))


def _draw_nights(view: Any, row: int, figure: DailyBars, colours: theme.Colours) -> Any:
    plot = add_panel(view, row, _("nuit (°C)"), colours, stretch=2)
    known = _temperatures(figure.days)
    low, high = min(known), max(known)
    if figure.threshold_c is not None:
        low, high = min(low, figure.threshold_c), max(high, figure.threshold_c)
    plot.setYRange(low - 1, high + 1, padding=0)
    marks = [mark for mark in range(-40, 50, 5) if low - 1 <= mark <= high + 1]
    plot.getAxis("left").setTicks([[(mark, number_words(mark).replace("-", "−")) for mark in marks], []])
    add_cells(plot, [cell for day in figure.days for cell in _night_cells(day, colours)])
    if figure.threshold_c is not None:
        ends = (figure.days[0].place - 1, figure.days[-1].place + 1)
        pen = QPen(QColor(colours.text), 1, Qt.PenStyle.DashLine)
        add_line(plot, ends, (figure.threshold_c, figure.threshold_c), pen)
    return plot


def _night_cells(day: Day, colours: theme.Colours) -> list[Cell]:
    known = [value for value in (day.night_min_c, day.night_max_c) if value is not None]
    if not known:
        return []
    low, high = min(known), max(known)
    high = max(high, low + 0.4)  # a night of one temperature, or of which only one is known, is still seen
    return [Cell(day.place - _WIDE / 2, low, _WIDE, high - low, colours.plots[1])]


def _draw_rain(view: Any, row: int, figure: DailyBars, colours: theme.Colours) -> Any:
    plot = add_panel(view, row, _("pluie (mm)"), colours, stretch=1)
    highest = max((day.rain_mm or 0.0 for day in figure.days), default=0.0) or 1.0
    plot.setYRange(0, highest * 1.3, padding=0)
    plot.getAxis("left").setTicks([[(mark, number_words(mark)) for mark in _rain_marks(highest)], []])
    bars = [Cell(day.place - _WIDE / 2, 0, _WIDE, day.rain_mm, colours.plots[2]) for day in figure.days if day.rain_mm]
    marks = [
        Cell(day.place - 0.25, highest * 1.12, 0.5, highest * 0.14, colours.text) for day in figure.days if day.marked
    ]
    add_cells(plot, [*bars, *marks])
    return plot


def _rain_marks(highest: float) -> list[int]:
    whole = _whole_marks(max(1, int(highest)))
    return [whole[0], whole[-1]]


def _entries(figure: DailyBars, colours: theme.Colours) -> list[Entry]:
    found = [Entry(Look.FILLED, colours.plots[0], figure.axis)]
    if any(day.count is None for day in figure.days):
        found.append(Entry(Look.HATCHED, colours.disabled, _("non relevé"), colours.edge))
    if _temperatures(figure.days):
        found.append(Entry(Look.FILLED, colours.plots[1], _("nuit, du minimum au maximum")))
        if figure.threshold_c is not None:
            words = _("seuil du minimum : {value} °C").format(
                value=number_words(figure.threshold_c, 1).replace(",0", "")
            )
            found.append(Entry(Look.DASHED, colours.text, words))
    if any(day.rain_mm is not None for day in figure.days):
        found.append(Entry(Look.FILLED, colours.plots[2], _("pluie")))
        if any(day.marked for day in figure.days):
            found.append(Entry(Look.FILLED, colours.text, figure.marked))
    return found
