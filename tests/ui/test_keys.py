"""F1 lists the keys of the page and those that work everywhere."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.ui.keys import KeysPanel
from fieldapp.ui.page import Action
from fieldapp.ui.widgets import KeyHint
from fieldapp.ui.widgets.keyhint import digit_of, sequences


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


@pytest.mark.parametrize(("digit", "sign"), [("1", "&"), ("2", "é"), ("3", '"'), ("4", "'"), ("5", "("), ("6", "-")])
def test_a_digit_is_reached_without_shift_on_a_french_keyboard(digit: str, sign: str) -> None:
    assert QKeySequence(f"Alt+{sign.upper()}") in sequences(f"Alt+{digit}")
    assert QKeySequence(sign.upper()) in sequences(digit)
    assert digit_of(sign) == digit


def test_function_keys_have_no_other_key() -> None:
    assert sequences("F1") == [QKeySequence("F1")]
    assert sequences("F12") == [QKeySequence("F12")]
