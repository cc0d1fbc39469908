"""A season is one step of the arrow keys away, all seasons one step behind the newest."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow
from pytestqt.qtbot import QtBot

from fieldapp.ui import theme
from fieldapp.ui.season import SeasonStepper


@pytest.fixture
def stepper(qtbot: QtBot, qapp: QApplication) -> Iterator[SeasonStepper]:
    theme.apply(qapp)
    window = QMainWindow()
    made = SeasonStepper(with_all=True)
    window.setCentralWidget(made)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    made.set_years([2022, 2020, 2018])
    yield made
    window.close()


def test_the_newest_season_is_shown_first_and_the_arrows_walk(qtbot: QtBot, stepper: SeasonStepper) -> None:
    said: list[object] = []
    stepper.changed.connect(said.append)
    assert stepper.year() == 2022
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Right):
        qtbot.keyClick(stepper.window(), key)
    assert said == [2020, 2018, 2020]
    assert stepper.year() == 2020


def test_behind_the_newest_come_all_of_them(qtbot: QtBot, stepper: SeasonStepper) -> None:
    qtbot.keyClick(stepper.window(), Qt.Key.Key_Right)
    assert stepper.year() is None
    label = stepper.findChild(QLabel, "season.year")
    assert label is not None
    assert label.text() == "toutes"
    qtbot.keyClick(stepper.window(), Qt.Key.Key_T)
    assert stepper.year() == 2022


def test_the_season_shown_stays_when_another_comes(stepper: SeasonStepper) -> None:
    stepper.set_year(2020)
    stepper.set_years([2026, 2022, 2020, 2018])
    assert stepper.year() == 2020
    stepper.set_years([])
    assert stepper.year() is None
