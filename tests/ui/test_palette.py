"""Ctrl+K goes anywhere by a few letters."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.ui.palette import GoTo, Source
from fieldapp.ui.widgets import Suggestion


@pytest.fixture
def went() -> list[str]:
    return []


@pytest.fixture
def goto(qtbot: QtBot, went: list[str]) -> GoTo:
    host = QWidget()
    qtbot.addWidget(host)
    line = QLineEdit()
    QVBoxLayout(host).addWidget(line)
    host.resize(1000, 700)
    host.show()
    host.activateWindow()
    qtbot.waitUntil(host.isActiveWindow)
    line.setFocus()

    def among(*names: str) -> "Source":
        return Source(
            names[0],
            lambda text: [Suggestion(name, name) for name in names[1:] if text.lower() in name.lower()],
            lambda row: went.append(row.key),
        )

    return GoTo(host, lambda: [among("Mares", "Mare 04", "Mare 05"), among("Pages", "Mares", "Réglages")])


def test_rows_stand_in_their_sections_and_enter_goes(qtbot: QtBot, goto: GoTo, went: list[str]) -> None:
    goto.open()
    assert goto.line.hasFocus()
    qtbot.keyClicks(goto.line, "mare")
    assert [(row.section, row.title) for row in goto.list.rows()] == [
        ("Mares", "Mare 04"),
        ("Mares", "Mare 05"),
        ("Pages", "Mares"),
    ]
    qtbot.keyClick(goto.line, Qt.Key.Key_Down)
    qtbot.keyClick(goto.line, Qt.Key.Key_Down)
    qtbot.keyClick(goto.line, Qt.Key.Key_Return)
    assert went == ["Mares"]
    assert not goto.isVisible()


def test_the_step_up_from_the_first_row_is_the_last(qtbot: QtBot, goto: GoTo) -> None:
    goto.open()
    qtbot.keyClick(goto.line, Qt.Key.Key_Up)
    row = goto.list.current()
    assert row is not None
    assert row.title == "Réglages"


def test_escape_closes_and_gives_the_cursor_back(qtbot: QtBot, goto: GoTo, went: list[str]) -> None:
    before = QApplication.focusWidget()
    goto.open()
    qtbot.keyClick(goto.line, Qt.Key.Key_Escape)
    assert not goto.isVisible()
    assert before is not None
    assert before.hasFocus()
    assert went == []


def test_nothing_found_is_said_and_enter_goes_nowhere(qtbot: QtBot, goto: GoTo, went: list[str]) -> None:
    goto.open()
    qtbot.keyClicks(goto.line, "loutre")
    assert goto._nothing.isVisible()
    qtbot.keyClick(goto.line, Qt.Key.Key_Return)
    assert went == []
    assert goto.isVisible()


def test_it_opens_empty_each_time(qtbot: QtBot, goto: GoTo) -> None:
    goto.open()
    qtbot.keyClicks(goto.line, "glages")
    goto.close_panel()
    goto.open()
    assert goto.line.text() == ""
    assert len(goto.list.rows()) == 4
