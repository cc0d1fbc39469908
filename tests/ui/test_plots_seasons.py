"""Curves and trends in words, and drawn: broken where nobody looked, dashed where they are in doubt."""

import math
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QGraphicsView
from pytestqt.qtbot import QtBot

from fieldapp.ui import theme
from fieldapp.ui.plots import Plot
from fieldapp.ui.plots_items import Look
from fieldapp.ui.plots_seasons import (
    DayCurve,
    DayCurves,
    LinePoint,
    YearPoint,
    YearTrend,
    reached,
    spoken_curves,
    spoken_trend,
)

FRONT = DayCurve("2019", ((60, 10.0), (61, 40.0), (62, None), (63, 60.0), (64, 100.0)))
OTHER = DayCurve("2018", ((60, 0.0), (61, 100.0)))
DOUBTFUL = DayCurve("2020", ((60, 20.0), (61, 40.0)), doubtful=True)
CURVES = DayCurves("Cumul", "part", (OTHER, FRONT, DOUBTFUL), "2019", "2 autres saisons", "2020 : trous")


def shown(qtbot: QtBot, figure: DayCurves | YearTrend) -> tuple[Plot, Any]:
    plot = Plot()
    qtbot.addWidget(plot)
    plot.resize(800, 400)
    plot.show_figure(figure)
    plot.grab()
    return plot, plot.findChildren(QGraphicsView)[0]


def lines(view: Any) -> list[Any]:
    return [item for item in view.panels[0].items if type(item).__name__ == "PlotCurveItem"]


def test_a_curve_reaches_a_level_on_the_first_day_at_or_above_it() -> None:
    assert [reached(FRONT, level) for level in (10, 41, 100)] == [60, 63, 64]
    assert reached(DOUBTFUL, 50) is None


def test_curves_are_told_by_the_day_of_the_level_that_in_front_first() -> None:
    assert spoken_curves(CURVES) == "2019 : 50 % le 3 mars ; 2018 : 50 % le 1er mars ; 2020 : 50 % pas atteints"


def test_the_curve_in_front_is_thick_and_broken_where_nobody_looked(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply(qapp)
    _plot, view = shown(qtbot, CURVES)
    thick = max(lines(view), key=lambda item: item.opts["pen"].widthF())
    assert thick.opts["pen"].widthF() == 3
    assert thick.opts["pen"].color().name() == theme.THEMES["jour"].accent.lower()
    assert [x for x, y in zip(*thick.getData(), strict=True) if math.isnan(y)] == [62]


def test_a_season_in_doubt_is_dashed_and_named(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply(qapp)
    _plot, view = shown(qtbot, CURVES)
    dashed = [item for item in lines(view) if item.opts["pen"].style() == Qt.PenStyle.DashLine]
    assert any(list(item.getData()[1])[:2] == [20.0, 40.0] for item in dashed)
    words = {(entry.look, entry.words) for entry in view.legend._entries}
    assert words == {
        (Look.LINE, "2019"), (Look.LINE, "2 autres saisons"), (Look.DASHED, "2020 : trous"),
        (Look.DASHED, "50 % du total"),
    }  # fmt: skip


def test_a_season_in_front_that_is_dashed_stands_in_the_legend_once(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply(qapp)
    _plot, view = shown(qtbot, DayCurves("Cumul", "part", (OTHER, DOUBTFUL), "2020", "1 autre", "2020 : en cours"))
    words = [(entry.look, entry.words) for entry in view.legend._entries]
    assert words == [(Look.DASHED, "2020 : en cours"), (Look.LINE, "1 autre"), (Look.DASHED, "50 % du total")]


def test_another_choice_fills_the_same_view_anew_and_leaves_nothing_of_the_first(
    qtbot: QtBot, qapp: QApplication
) -> None:
    theme.apply(qapp)
    plot, view = shown(qtbot, CURVES)
    before = len(view.panels[0].items)
    for _time in range(3):
        plot.show_figure(CURVES)
    assert plot.findChildren(QGraphicsView) == [view]
    assert len(view.panels[0].items) == before
    plot.show_figure(DayCurves("Cumul", "part", (OTHER,), "2018"))
    plot.grab()
    assert [list(item.getData()[1]) for item in lines(view) if item.opts["pen"].widthF() == 3] == [[0.0, 100.0]]
    theme.apply(qapp, "sombre")
    assert plot.findChildren(QGraphicsView)[-1] is not view
    theme.apply(qapp)


TREND = YearTrend(
    "Tendance",
    "jour",
    (YearPoint(2018, 74), YearPoint(2019, 68), YearPoint(2020, None)),
    (LinePoint(2018, 73, 65, 80), LinePoint(2019, 69, 60, 77)),
    "intervalle à 95 %",
    2019,
)


def test_a_trend_is_told_year_by_year_also_the_years_without_a_date() -> None:
    assert spoken_trend(TREND) == "2018 14 mars ; 2019 8 mars ; 2020 pas de date"


def test_a_year_without_a_date_is_hatched_and_in_the_legend(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply(qapp)
    _plot, view = shown(qtbot, TREND)
    ((hatched,),) = [item._cells for item in view.panels[0].cells]
    assert hatched.look is Look.HATCHED
    assert hatched.left < 2020 < hatched.left + hatched.width
    assert [entry.words for entry in view.legend._entries] == [
        "date de la saison", "droite de régression", "intervalle à 95 %", "saison sans date",
    ]  # fmt: skip


@pytest.mark.parametrize("width", [500, 1100])
def test_as_many_years_as_fit_stand_along_the_axis_always_the_newest(
    qtbot: QtBot, qapp: QApplication, width: int
) -> None:
    theme.apply(qapp)
    plot = Plot()
    qtbot.addWidget(plot)
    plot.resize(width, 300)
    plot.show_figure(YearTrend("T", "jour", tuple(YearPoint(year, 70) for year in range(1990, 2021))))
    plot.show()
    plot.grab()
    view: Any = plot.findChildren(QGraphicsView)[0]
    ticks = [words for _place, words in view.panels[0].getAxis("bottom")._tickLevels[0]]
    plot.close()
    assert ticks[0] == "2020"
    assert 3 <= len(ticks) <= width / 40
