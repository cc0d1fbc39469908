"""The bar above the board when a morning was changed elsewhere, worked through the real window by its keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.core.record import Record
from fieldapp.protocols.pitfall_barrier.schema import CODE
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.ui.shell import MainWindow
from tests.ui.barrier import barrier_window
from tests.ui.barrier.barrier_window import LOU, Open, barrier, campaign, catch, check, people, visits
from tests.ui.windows.support import words

db, open_window = barrier_window.db, barrier_window.open_window

ON, YESTERDAY = "2019-03-18", "2019-03-17"
FROG = 351
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(db: Database, open_window: Open, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """Return the board of a barrier that was looked into the day before, with nothing typed."""
    monkeypatch.setattr(barrier_window, "REAL", {"morning"})
    people(db)
    site = barrier(db)
    campaign(db, site, "2019-02-01", "2019-06-15")
    check(db, site, YESTERDAY, observers=[LOU])
    return open_window("morning", who=LOU)


def site_of(db: Database) -> str:
    return records.roots(db, CODE, "site")[0].uid


def stored(db: Database) -> tuple[Record, list[int]]:
    """Return the check of the morning and the numbers of its catches."""
    visit = visits(db, site_of(db))[ON]
    return visit, sorted(one.data["count"] for one in records.children(db, [visit.uid]))


def press(qtbot: QtBot, window: MainWindow, *keys: Any) -> None:
    for key in keys:
        held = CTRL if key is Qt.Key.Key_Return else Qt.KeyboardModifier.NoModifier
        qtbot.keyClick(QApplication.focusWidget() or window, key, held)


def bar(window: MainWindow) -> tuple[str, bool]:
    """Return what the bar says, "" while it is not there, and whether it asks."""
    found = window.findChild(QWidget, "morning.meanwhile")
    label = window.findChild(QLabel, "morning.meanwhile.words")
    button = window.findChild(QWidget, "morning.meanwhile.mine")
    assert found is not None
    assert label is not None
    assert button is not None
    return label.text() if found.isVisible() else "", button.isVisible()


def back_after(window: MainWindow, db: Database, change: Callable[[str], object]) -> None:
    """Leave the board, let something change, and come back."""
    window.navigate("data")
    change(site_of(db))
    window.navigate("morning")
    QApplication.processEvents()


def test_both_sides_are_told_and_f4_keeps_what_is_stored(qtbot: QtBot, db: Database, window: MainWindow) -> None:
    press(qtbot, window, "v")
    back_after(window, db, lambda site: catch(db, check(db, site, ON, "checked"), count=9))
    said, asks = bar(window)
    assert "ici « tout vide » ; enregistré 9 animaux" in said
    assert asks
    press(qtbot, window, Qt.Key.Key_Return)
    assert stored(db)[1] == [9]
    press(qtbot, window, Qt.Key.Key_F4)
    assert bar(window) == ("", False)
    assert words(window, "morning.totals") == "9 animaux portés à la mare · 0 mort"
    assert words(window, "morning.saved").startswith("● Enregistré")


def test_f2_keeps_what_was_typed_and_it_is_stored(qtbot: QtBot, db: Database, window: MainWindow) -> None:
    press(qtbot, window, "c", "2", "m")
    back_after(window, db, lambda site: catch(db, check(db, site, ON, "checked"), count=5, sex="3"))
    assert "Seau 1 : ici 2 ♂ Crapaud commun ; enregistré 5 ♂ Crapaud commun." in bar(window)[0]
    press(qtbot, window, Qt.Key.Key_F2)
    assert not bar(window)[1]
    press(qtbot, window, Qt.Key.Key_Return)
    assert stored(db)[1] == [2]


def test_a_field_of_the_head_is_told_with_both_values(qtbot: QtBot, db: Database, window: MainWindow) -> None:
    press(qtbot, window, "c", "m", Qt.Key.Key_F5)
    qtbot.keyClicks(QApplication.focusWidget(), "-2,5")
    press(qtbot, window, Qt.Key.Key_Escape)
    back_after(window, db, lambda site: check(db, site, ON, "checked", night_min_c=4.0))
    assert "Minimum de la nuit : ici -2,5 °C ; enregistré 4 °C." in bar(window)[0]


def test_what_came_while_the_board_is_open_is_stored_with_it_and_said(
    qtbot: QtBot, db: Database, window: MainWindow
) -> None:
    press(qtbot, window, "c", "m")
    imported = check(db, site_of(db), ON, "checked", night_min_c=4.0)
    catch(db, imported, cd_nom=FROG, count=7, bucket="5")
    press(qtbot, window, Qt.Key.Key_Return)
    visit, counts = stored(db)
    assert (visit.uid, visit.data["night_min_c"], counts) == (imported, 4.0, [1, 7])
    said, asks = bar(window)
    assert "réunies" in said
    assert not asks
    assert words(window, "morning.totals") == "8 animaux portés à la mare · 0 mort"


def test_ctrl_z_after_a_choice_takes_back_what_was_typed_since_and_no_more(
    qtbot: QtBot, db: Database, window: MainWindow
) -> None:
    press(qtbot, window, "c", "2", "m", Qt.Key.Key_F5)
    qtbot.keyClicks(QApplication.focusWidget(), "6")
    press(qtbot, window, Qt.Key.Key_Escape)
    catch(db, check(db, site_of(db), ON, "checked", rain_mm=3.0), count=5, sex="3")
    press(qtbot, window, Qt.Key.Key_Return)
    assert bar(window)[1]
    press(qtbot, window, Qt.Key.Key_F2, "4", "r", "m")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Z, CTRL)
    press(qtbot, window, Qt.Key.Key_Return)
    visit, counts = stored(db)
    assert (visit.data["rain_mm"], visit.data["night_min_c"], counts) == (3.0, 6.0, [2])
