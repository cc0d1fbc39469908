"""Figures are drawn in every theme and written for a report in the colours of paper."""

import math
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QGraphicsView
from pytestqt.qtbot import QtBot

from fieldapp.core.errors import FileRefusedError
from fieldapp.ui import theme
from fieldapp.ui.plots import (
    PICTURE,
    PICTURE_FACTOR,
    Bar,
    Bars,
    Curve,
    Curves,
    DailyBars,
    DayCurves,
    Figure,
    HeatMap,
    Plot,
    YearTrend,
    is_empty,
    new_plot,
)
from fieldapp.ui.plots_daily import Day
from fieldapp.ui.plots_heat import HeatRow
from fieldapp.ui.plots_seasons import DayCurve, LinePoint, YearPoint

BARS = Bars(
    "Occupation", "% des mares", (Bar("Triton palmé", 30, "3 / 10", 90), Bar("Alyte", 10, "1 / 10", 60)), ("a", "b")
)
CURVES = Curves(
    "Saisons", "%", (Curve("toutes", ((2018, 20.0), (2020, 30.0))), Curve("Alyte", ((2018, 5.0), (2020, 7.0))))
)
DAY_CURVES = DayCurves("Cumul", "part", (DayCurve("2019", ((60, 10.0), (70, 100.0))),), "2019")
DAILY = DailyBars("Jours", "entrées", (Day(60, 4, 5.0, 9.0, 2.0), Day(61, None), Day(62, 9, 5.0, 9.0, 0.0)), 5.0)
HEAT = HeatMap("Carte", "entrées", (HeatRow(2019, ((60, 4), (61, None), (62, 90), (63, 0))),), 2019)
TREND = YearTrend(
    "Tendance", "jour", (YearPoint(2018, 74), YearPoint(2019, 70), YearPoint(2020, None)),
    (LinePoint(2018, 74, 70, 78), LinePoint(2019, 70, 66, 74)), "intervalle",
)  # fmt: skip
SEASONS: dict[str, Figure] = {"day-curves": DAY_CURVES, "daily": DAILY, "heat": HEAT, "trend": TREND}


def colours_of(image: QImage) -> set[str]:
    return {QColor(image.pixel(x, y)).name() for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}


@pytest.mark.parametrize("figure", [BARS, CURVES], ids=["bars", "curves"])
@pytest.mark.parametrize("name", list(theme.THEMES))
def test_a_figure_wears_the_colours_of_the_theme(qtbot: QtBot, qapp: QApplication, figure: Figure, name: str) -> None:
    theme.apply(qapp, "jour")
    plot = Plot()
    qtbot.addWidget(plot)
    plot.resize(600, 400)
    plot.show_figure(figure)
    plot.show()
    theme.apply(qapp, name)
    wanted = {theme.THEMES[name].surface.lower(), theme.THEMES[name].plots[0].lower()}
    qtbot.waitUntil(lambda: wanted <= colours_of(plot.grab().toImage()))
    theme.apply(qapp, "jour")
    plot.close()


@pytest.mark.parametrize("figure", list(SEASONS.values()), ids=list(SEASONS))
@pytest.mark.parametrize("name", list(theme.THEMES))
def test_a_figure_of_seasons_wears_the_colours_of_the_theme(
    qtbot: QtBot, qapp: QApplication, figure: Figure, name: str
) -> None:
    theme.apply(qapp, "jour")
    plot = Plot()
    qtbot.addWidget(plot)
    plot.resize(700, 420)
    plot.show_figure(figure)
    plot.show()
    theme.apply(qapp, name)
    wanted = {theme.THEMES[name].surface.lower(), theme.THEMES[name].accent.lower()}
    qtbot.waitUntil(lambda: wanted <= colours_of(plot.grab().toImage()))
    theme.apply(qapp, "jour")
    plot.close()


@pytest.mark.parametrize("figure", list(SEASONS.values()), ids=list(SEASONS))
def test_a_figure_of_seasons_is_written_as_png_and_as_svg_with_its_title(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, figure: Figure
) -> None:
    theme.apply(qapp, "nuit-rouge")
    plot = Plot()
    qtbot.addWidget(plot)
    plot.show_figure(figure)
    plot.save(tmp_path / "g.png")
    plot.save(tmp_path / "g.svg")
    assert plot.accessibleName() == figure.title
    assert plot.accessibleDescription()
    assert theme.THEMES["jour"].accent.lower() in colours_of(QImage(str(tmp_path / "g.png")))
    written = (tmp_path / "g.svg").read_text("utf-8")
    assert f"<title>{figure.title}</title>" in written
    assert theme.THEMES["jour"].accent.lower() in written.lower()
    theme.apply(qapp)


def rows_of_words(image: QImage) -> list[int]:
    """Return where words stand in the left margin of a picture of 1200 × 720 points, above its legend."""
    small = image.scaled(1200, 720, mode=Qt.TransformationMode.SmoothTransformation)
    return [y for y in range(30, 680) if any(QColor(small.pixel(x, y)).lightness() < 160 for x in range(60))]


def test_the_axes_of_an_svg_stand_where_those_of_the_png_do(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    theme.apply(qapp)
    plot = Plot()
    qtbot.addWidget(plot)
    plot.show_figure(
        HeatMap("Carte", "entrées", tuple(HeatRow(year, ((60, 4), (61, 0))) for year in range(2005, 2015)))
    )
    plot.save(tmp_path / "g.png")
    plot.save(tmp_path / "g.svg")
    drawn = QImage(1200, 720, QImage.Format.Format_RGB32)
    drawn.fill(Qt.GlobalColor.white)
    painter = QPainter(drawn)
    QSvgRenderer(str(tmp_path / "g.svg")).render(painter)
    painter.end()
    found, wanted = rows_of_words(drawn), rows_of_words(QImage(str(tmp_path / "g.png")))
    assert abs(found[0] - wanted[0]) <= 6
    assert abs(found[-1] - wanted[-1]) <= 6


def test_a_figure_without_values_is_known_to_be_empty() -> None:
    drawn: list[Figure] = [BARS, CURVES, *SEASONS.values()]
    assert not any(map(is_empty, drawn))
    nothing: tuple[Figure, ...] = (
        Bars("", "", ()), Curves("", "", ()), DayCurves("", "", (), ""), DailyBars("", "", ()), HeatMap("", "", ()),
        YearTrend("", "", (YearPoint(2020, None),)),
    )  # fmt: skip
    assert all(map(is_empty, nothing))


def test_a_picture_is_light_and_large_whatever_the_theme(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    theme.apply(qapp, "sombre")
    plot = Plot()
    qtbot.addWidget(plot)
    plot.show_figure(BARS)
    path = tmp_path / "g.png"
    plot.save(path)
    image = QImage(str(path))
    assert image.size() == PICTURE * PICTURE_FACTOR
    assert QColor(image.pixel(2, 2)).name() == theme.THEMES["jour"].surface.lower()
    assert theme.THEMES["jour"].plots[0].lower() in colours_of(image)
    theme.apply(qapp, "jour")


def test_a_place_that_can_not_be_written_is_said(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    theme.apply(qapp)
    plot = Plot()
    qtbot.addWidget(plot)
    plot.show_figure(CURVES)
    with pytest.raises(FileRefusedError):
        plot.save(tmp_path / "absent" / "g.png")


def test_a_figure_is_told_in_words(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply(qapp)
    plot = Plot()
    qtbot.addWidget(plot)
    plot.show_figure(BARS)
    assert plot.accessibleName() == "Occupation"
    assert plot.accessibleDescription() == "Triton palmé 3 / 10 ; Alyte 1 / 10"


def test_a_curve_breaks_where_a_year_has_no_value(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply(qapp)
    plot = Plot()
    qtbot.addWidget(plot)
    points = ((2018, 0.25), (2019, 0.5), (2020, None), (2021, 0.75))
    plot.show_figure(Curves("Productivité", "jeunes", (Curve("Avion", points),), decimals=2))
    assert plot.accessibleDescription() == "Avion : 2018 0.25, 2019 0.50, 2020 –, 2021 0.75"
    view: Any = plot.findChildren(QGraphicsView)[0]
    (drawn,) = view.listDataItems()
    assert drawn.opts["connect"] == "finite"
    assert [year for year, value in zip(*drawn.getData(), strict=True) if math.isnan(value)] == [2020]
    plot.grab()


def test_the_figures_along_an_axis_are_written_as_the_language_writes_them(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply(qapp)
    axis = new_plot().getAxis("left")
    assert axis.tickStrings([0.0, 0.05, 0.1], 1, 0.05) == ["0,00", "0,05", "0,10"]
    assert axis.tickStrings([0, 500, 1000], 1, 500) == ["0", "500", "1\u202f000"]
