"""The pieces of figures over days: crisp cells, hatched ones told by their shape, a legend that runs on."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fieldapp.ui import theme
from fieldapp.ui.plots_items import (
    HATCH,
    Cell,
    Cells,
    Entry,
    Legend,
    Look,
    add_cells,
    add_legend,
    add_panel,
    hatch,
    new_panels,
)

EDGES = st.integers(0, 300)


@given(left=EDGES, top=EDGES, width=st.integers(1, 80), height=st.integers(1, 80))
def test_the_lines_of_a_hatched_cell_stay_inside_it_and_are_slanted(
    left: int, top: int, width: int, height: int
) -> None:
    area = QRectF(left, top, width, height)
    lines = list(hatch(area))
    for line in lines:
        for point in (line.p1(), line.p2()):
            assert area.left() <= point.x() <= area.right()
            assert area.top() <= point.y() <= area.bottom()
        assert line.x1() + line.y1() == line.x2() + line.y2()
    assert len(lines) >= math.floor((width + height) / HATCH)


def painted(item: Cells, scale: float) -> QImage:
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(QColor("#ffffff"))
    painter = QPainter(image)
    painter.scale(scale, scale)
    item.paint(painter, None)
    painter.end()
    return image


def test_neighbouring_cells_leave_no_seam_at_a_width_that_is_no_whole_pixel() -> None:
    image = painted(Cells([Cell(number, 0, 1, 5, "#14532d") for number in range(10)]), 3.7)
    assert {image.pixelColor(x, 8).name() for x in range(37)} == {"#14532d"}
    assert image.pixelColor(38, 8).name() == "#ffffff"


def test_a_hatched_cell_shows_both_its_lines_and_the_ground() -> None:
    image = painted(Cells([Cell(0, 0, 10, 10, "#8f1717", Look.HATCHED)]), 3)
    shown = {image.pixelColor(x, y).name() for x in range(30) for y in range(30)}
    assert shown == {"#8f1717", "#ffffff"}


def test_the_bounds_of_cells_hold_them_all() -> None:
    found = Cells([Cell(1, 2, 3, 4, "#000000"), Cell(-5, 0, 1, 1, "#000000")]).boundingRect()
    assert (found.left(), found.right(), found.top(), found.bottom()) == (-5, 4, 0, 6)


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_a_legend_runs_on_in_as_many_lines_as_its_width_needs(qtbot: QtBot, qapp: QApplication, scale: float) -> None:
    theme.apply(qapp, "jour", scale)
    entries = [Entry(Look.FILLED, "#14532d", f"une entrée assez longue, {number}") for number in range(6)]
    view = new_panels(theme.current().colours)
    qtbot.addWidget(view)
    add_panel(view, 0, "animaux", theme.current().colours)
    add_legend(view, entries, theme.current().colours)
    view.resize(2400, 500)
    view.show()
    heights = []
    for width in (2400, 700, 400):
        view.resize(width, 500)
        qtbot.waitUntil(lambda width=width: abs(view.legend.size().width() - width) < theme.L)  # type: ignore[misc]
        qapp.processEvents()
        view.grab()
        assert isinstance(view.legend, Legend)
        heights.append(view.legend.size().height())
    view.hide()
    theme.apply(qapp)
    assert heights[0] < heights[1] < heights[2]
    assert heights[1] % heights[0] == heights[2] % heights[0] == 0


def test_a_view_used_again_keeps_its_panels_and_loses_those_nobody_needs(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply(qapp)
    colours = theme.current().colours
    view = new_panels(colours)
    qtbot.addWidget(view)
    panels = [add_panel(view, row, "mm", colours) for row in range(3)]
    add_cells(panels[0], [Cell(0, 0, 1, 1, "#000000")])
    add_legend(view, [Entry(Look.LINE, "#000000", "2019")], colours)
    again = new_panels(colours, view)
    assert again is view
    assert add_panel(view, 0, "°C", colours) is panels[0]
    assert not panels[0].items
    assert panels[0].getAxis("left").labelText == "°C"
    add_legend(view, [], colours)
    assert view.panels == [panels[0]]
    assert panels[1].scene() is None
