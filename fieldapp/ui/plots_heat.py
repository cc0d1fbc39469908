"""The figure of days against years: one cell per morning, darker with more animals, hatched where nobody looked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from PySide6.QtGui import QColor, QFontMetrics
from PySide6.QtWidgets import QWidget

from fieldapp.core.text import _, ngettext
from fieldapp.ui import theme
from fieldapp.ui.plots_days import room_of
from fieldapp.ui.plots_items import (
    Cell,
    DayAxis,
    Entry,
    Look,
    add_cells,
    add_legend,
    add_panel,
    left_width,
    new_panels,
    on_resize,
)
from fieldapp.ui.wording import number_words

_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""Where a class of counts may begin."""
_CLASSES = 5
_HIGH = 0.84
"""Height of a cell, as a share of its line."""


@dataclass(frozen=True, slots=True)
class HeatRow:
    """The mornings of a year, each (place of the day, count); None where nobody looked."""

    year: int
    days: tuple[tuple[int, int | None], ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Counts of days against years, the newest year on top; `front` is the year that is marked."""

    title: str
    axis: str
    rows: tuple[HeatRow, ...]
    front: int | None = None


def spoken(figure: HeatMap) -> str:
    """Return for each year how many were counted and how many mornings nobody looked."""
    told = []
    for row in figure.rows:
        counted = sum(count or 0 for _place, count in row.days)
        missed = sum(count is None for _place, count in row.days)
        animals = ngettext("{n} animal", "{n} animaux", counted).format(n=number_words(counted))
        gaps = ngettext("{n} matin non relevé", "{n} matins non relevés", missed).format(n=missed)
        told.append(f"{row.year} : {animals}, {gaps}")
    return " ; ".join(told)


def classes(highest: int) -> list[int]:
    """Return where each class of counts begins, the first at 1: at most five, the last open upward.

    Steps of 1, 2, 5, 10…: counts of animals are many small ones and a few large ones.
    """
    found = [step for step in _STEPS if step <= highest] or [1]
    return found if len(found) <= _CLASSES else [1, *found[-(_CLASSES - 1) :]]


def ramp(colours: theme.Colours, steps: int) -> list[str]:
    """Return colours of one hue, from that of a soft ground to the accent: the more, the further from the ground."""
    pale, full = QColor(colours.soft), QColor(colours.accent)
    return [_between(pale, full, number / max(1, steps - 1)) for number in range(steps)]


def _between(first: QColor, last: QColor, share: float) -> str:
    def mixed(low: int, high: int) -> int:
        return round(low + (high - low) * share)

    return QColor(
        mixed(first.red(), last.red()), mixed(first.green(), last.green()), mixed(first.blue(), last.blue())
    ).name()


def draw(figure: HeatMap, colours: theme.Colours, view: Any = None) -> tuple[QWidget, Any]:
    """Return the view of the map and the plot in it; `view` is used again where one is given."""
    view = new_panels(colours, view)
    plot = add_panel(view, 0, "", colours)
    rows = sorted(figure.rows, key=lambda row: -row.year)
    places = [place for row in rows for place, _count in row.days]
    first, last = (min(places), max(places)) if places else (1, 2)
    starts = classes(max((count or 0 for row in rows for _place, count in row.days), default=0))
    shades = ramp(colours, len(starts) + 1)[1:]  # the palest is too near to nothing
    cells: list[Cell] = []
    for line, row in enumerate(rows):
        known = {place for place, _count in row.days}
        cells += [_cell(room_of(place, known), -line, count, starts, shades, colours) for place, count in row.days]
    add_cells(plot, cells)
    plot.setYRange(-len(rows) + 0.5, 0.5, padding=0)
    plot.getAxis("left").setTextPen(QColor(colours.text))
    _RowAxis(plot, [row.year for row in rows], figure.front)
    left_width([plot], ["▸ 0000"])
    DayAxis(plot, first, last)
    add_legend(view, _entries(figure, starts, shades, colours), colours)
    return view, plot


class _RowAxis:
    """Writes the years beside their lines, as many as the height holds, always the one that is marked."""

    def __init__(self, plot: Any, years: Sequence[int], front: int | None) -> None:
        self._plot, self._years, self._front = plot, years, front
        on_resize(plot, self.fit)

    def fit(self, *_args: object) -> None:
        """Choose the years for the height at hand."""
        line = QFontMetrics(theme.font("small")).ascent()
        step = max(1, -(-len(self._years) * line // max(1, round(self._plot.getViewBox().height()))))
        at = self._years.index(self._front) if self._front in self._years else 0
        ticks = [
            (-number, f"▸ {year}" if year == self._front else str(year))
            for number, year in enumerate(self._years)
            if (number - at) % step == 0
        ]
        self._plot.getAxis("left").setTicks([ticks, []])


def _cell(
    room: tuple[float, float],
    line: float,
    count: int | None,
    starts: Sequence[int],
    shades: Sequence[str],
    colours: theme.Colours,
) -> Cell:
    low, (left, width) = line - _HIGH / 2, room
    if count is None:
        return Cell(left, low, width, _HIGH, colours.disabled, Look.HATCHED)
    if count == 0:
        return Cell(left, low, width, _HIGH, colours.raised)
    level = sum(start <= count for start in starts) - 1
    return Cell(left, low, width, _HIGH, shades[level])


def _entries(figure: HeatMap, starts: Sequence[int], shades: Sequence[str], colours: theme.Colours) -> list[Entry]:
    found = [Entry(Look.FILLED, colours.raised, _("0 (relevé)"), colours.edge)]
    words = [str(low) if high - low == 1 else f"{low}–{high - 1}" for low, high in pairwise(starts)]
    words.append(_("{n} et plus").format(n=starts[-1]))
    words[-1] = f"{words[-1]} ({figure.axis})"
    found += [Entry(Look.FILLED, shade, text) for shade, text in zip(shades, words, strict=True)]
    if any(count is None for row in figure.rows for _place, count in row.days):
        found.append(Entry(Look.HATCHED, colours.disabled, _("non relevé"), colours.edge))
    return found
