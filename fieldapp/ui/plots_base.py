"""What all figures share: an empty plot in the colours and text sizes of the program, and the pens of its curves.

pyqtgraph is loaded with the first figure, never with the window.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from fieldapp.ui import theme
from fieldapp.ui.wording import number_words

DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DashDotLine, Qt.PenStyle.DotLine)
MARKS = ("o", "s", "t1", "d", "t")
"""A curve differs from the next by dash and mark too, not by its colour alone."""


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
    dress_plot(plot, chosen)


def dress_plot(plot: Any, colours: theme.Colours) -> None:
    """Give the axes of a plot their colours and text sizes; its ground belongs to the view."""
    for side in ("bottom", "left"):
        axis = plot.getAxis(side)
        axis.setPen(QPen(QColor(colours.line), 1))
        axis.setTextPen(QColor(colours.secondary))
        axis.setTickFont(theme.font("small"))
        axis.setStyle(tickLength=0, tickTextOffset=theme.S)
        axis.enableAutoSIPrefix(False)  # a share of 0.2 is no 200 thousandths
        axis.tickStrings = _tick_words
        axis.label.setDefaultTextColor(QColor(colours.secondary))
        axis.label.setFont(theme.font("small"))


def _tick_words(values: Sequence[float], scale: float, spacing: float) -> list[str]:
    """Return the figures along an axis, as exact as they lie apart: "0,25", "1 500"."""
    decimals = max(0, math.ceil(-math.log10(spacing * scale)))
    return [number_words(value * scale, decimals) for value in values]


def series_pen(number: int, width: float = 2.0, colours: theme.Colours | None = None) -> QPen:
    """Return the pen of the curve of this number (0, 1, …): colour and dash; after the last comes the first again."""
    plots = (colours or theme.current().colours).plots
    pen = QPen(QColor(plots[number % len(plots)]), width, DASHES[number % len(DASHES)])
    pen.setCosmetic(True)
    return pen
