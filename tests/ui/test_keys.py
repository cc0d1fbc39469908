"""F1 lists the keys of the page and those that work everywhere."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.ui.keys import KeysPanel
from fieldapp.ui.page import Action
from fieldapp.ui.widgets import KeyHint


def test_every_key_of_the_page_and_the_common_ones_are_named(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(1200, 700)
    host.show()
    panel = KeysPanel(host)
    panel.open("Mare 04", [Action("F8", "rien vu"), Action("", "sans touche")], [Action("Ctrl+K", "aller à")])
    assert panel.shown == [("F8", "rien vu"), ("Ctrl+K", "aller à")]
    caps = {hint.text() for hint in panel.panel.findChildren(KeyHint) if hint.isVisible()}
    assert caps == {"F8", "Ctrl K"}
    panel.open("Aujourd’hui", [Action("B", "expliquer")], [])
    caps = {hint.text() for hint in panel.panel.findChildren(KeyHint) if hint.isVisible()}
    assert caps == {"B"}


def test_f1_and_escape_close_it(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(1200, 700)
    host.show()
    host.activateWindow()
    qtbot.waitUntil(host.isActiveWindow)
    panel = KeysPanel(host)
    for key in (Qt.Key.Key_F1, Qt.Key.Key_Escape):
        panel.open("Mare 04", [], [Action("Ctrl+K", "aller à")])
        focus = QApplication.focusWidget()
        assert focus is not None
        qtbot.keyClick(focus, key)
        assert not panel.isVisible()
