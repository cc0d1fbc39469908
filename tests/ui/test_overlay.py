"""An overlay holds the keyboard; opening it leaves the widgets of the pages below alone."""

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.ui import theme
from fieldapp.ui.overlay import Overlay
from fieldapp.ui.widgets import FlowLayout


class Panel(Overlay):
    """An overlay with a line, a button that is off, one that is hidden and one that works."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, name="panel")
        self.line = QLineEdit()
        self.off, self.hidden, self.button = QPushButton("off"), QPushButton("hidden"), QPushButton("on")
        self.panel.setLayout(theme.column(theme.row(self.line, self.off), self.hidden, self.button))
        self.off.setEnabled(False)
        self.hidden.hide()


class Host(QWidget):
    """A window with a button that can go, then a box in which two more stand in a flow."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.box = QPushButton("first", self), QWidget(self)
        self.flow = FlowLayout()
        self.buttons = [QPushButton(words, self.box) for words in ("second", "third")]
        for button in self.buttons:
            self.flow.addWidget(button)
        body = theme.column()
        self.box.setLayout(body)
        body.addLayout(self.flow)
        self.setLayout(theme.column(self.first, self.box))


@pytest.fixture
def host(qtbot: QtBot) -> Host:
    """Return the window, on the screen and active."""
    host = Host()
    qtbot.addWidget(host)
    host.resize(900, 600)
    host.show()
    host.activateWindow()
    qtbot.waitUntil(host.isActiveWindow)
    return host


def test_tab_goes_round_what_is_shown_and_works_in_the_panel(qtbot: QtBot, host: Host) -> None:
    panel = Panel(host)
    panel.open_panel()
    assert QApplication.focusWidget() is panel.line
    for key, reached in (
        (Qt.Key.Key_Tab, panel.button),
        (Qt.Key.Key_Tab, panel.line),
        (Qt.Key.Key_Backtab, panel.button),
        (Qt.Key.Key_Backtab, panel.line),
    ):
        qtbot.keyClick(QApplication.focusWidget(), key)
        assert QApplication.focusWidget() is reached


def test_a_button_deleted_after_an_overlay_was_open_takes_nothing_else_with_it(qtbot: QtBot, host: Host) -> None:
    panel = Panel(host)
    panel.open_panel()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    panel.close_panel()
    items = [host.flow.itemAt(place) for place in range(host.flow.count())]
    first = host.first
    first.hide()
    first.deleteLater()
    QCoreApplication.sendPostedEvents(first, QEvent.Type.DeferredDelete.value)
    assert not shiboken6.isValid(first)
    assert [shiboken6.isValid(item) for item in items] == [True, True]
    host.resize(700, 500)  # a layout that raises while it is asked for its size ends the program
    assert not host.grab().isNull()
    assert host.buttons[1].geometry().left() > host.buttons[0].geometry().right()
