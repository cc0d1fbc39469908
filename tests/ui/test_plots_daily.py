"""A season day by day: bars, hatched mornings, nights and rain with their units; what nobody measured is left out."""

from typing import Any

from PySide6.QtWidgets import QApplication, QGraphicsView
from pytestqt.qtbot import QtBot

from fieldapp.ui import theme
from fieldapp.ui.plots import Plot
from fieldapp.ui.plots_daily import DailyBars, Day, spoken
from fieldapp.ui.plots_items import Look

DAYS = (
    Day(60, 4, 5.5, 9.0, 2.5, marked=True),
    Day(61, None),
    Day(62, 0, -3.0, 4.0, 0.0),
    Day(63, 12, 7.0, None, 6.0),
)
FIGURE = DailyBars("Jours", "entrées par matin", DAYS, 5.0, "nuit favorable")


def view_of(qtbot: QtBot, qapp: QApplication, figure: DailyBars) -> Any:
    theme.apply(qapp)
    plot = Plot()
    qtbot.addWidget(plot)
    plot.resize(800, 400)
    plot.show_figure(figure)
    plot.grab()
    return plot.findChildren(QGraphicsView)[0]


def labels(view: Any) -> list[str]:
    return [panel.getAxis("left").labelText for panel in view.panels]


def cells(panel: Any) -> list[Any]:
    return [cell for item in panel.cells for cell in item._cells]


def test_the_days_with_animals_and_the_number_of_unchecked_mornings_are_told() -> None:
    assert spoken(FIGURE) == "29 févr. 4 ; 3 mars 12 ; 1 matin non relevé"


def test_every_panel_has_its_unit(qtbot: QtBot, qapp: QApplication) -> None:
    assert labels(view_of(qtbot, qapp, FIGURE)) == ["entrées par matin", "nuit (°C)", "pluie (mm)"]


def test_what_nobody_measured_has_no_panel(qtbot: QtBot, qapp: QApplication) -> None:
    dry = DailyBars("Jours", "entrées par matin", (Day(60, 4), Day(61, 2)))
    assert labels(view_of(qtbot, qapp, dry)) == ["entrées par matin"]


def test_an_unchecked_morning_is_hatched_over_the_whole_height_and_an_empty_one_has_no_bar(
    qtbot: QtBot, qapp: QApplication
) -> None:
    found = cells(view_of(qtbot, qapp, FIGURE).panels[0])
    hatched = [cell for cell in found if cell.look is Look.HATCHED]
    assert [(cell.left, cell.left + cell.width) for cell in hatched] == [(60.5, 61.5)]
    assert hatched[0].height > 12
    assert {(round(cell.left + cell.width / 2), cell.height) for cell in found if cell.look is Look.FILLED} == {
        (60, 4), (63, 12),
    }  # fmt: skip


def test_a_night_stands_from_its_minimum_to_its_maximum_and_one_value_alone_is_still_seen(
    qtbot: QtBot, qapp: QApplication
) -> None:
    found = {round(cell.left + cell.width / 2): cell for cell in cells(view_of(qtbot, qapp, FIGURE).panels[1])}
    assert set(found) == {60, 62, 63}
    assert (found[62].low, found[62].low + found[62].height) == (-3.0, 4.0)
    assert found[63].low == 7.0
    assert found[63].height > 0


def test_nights_above_the_thresholds_are_marked_above_the_rain(qtbot: QtBot, qapp: QApplication) -> None:
    view = view_of(qtbot, qapp, FIGURE)
    above = [cell for cell in cells(view.panels[2]) if cell.low > 6.0]
    assert [round(cell.left + cell.width / 2) for cell in above] == [60]
    assert "nuit favorable" in [entry.words for entry in view.legend._entries]
    assert "seuil du minimum : 5 °C" in [entry.words for entry in view.legend._entries]
