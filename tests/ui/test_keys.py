"""F1 lists the keys of the page and those that work everywhere."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.ui import theme
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


@pytest.mark.parametrize(("scale", "moves"), [(1.0, False), (1.25, False), (1.5, True)])
def test_no_words_are_cut_and_the_arrows_reach_what_the_window_has_no_room_for(
    qtbot: QtBot, scale: float, moves: bool
) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    host = QWidget()
    qtbot.addWidget(host)
    try:
        theme.apply(app, "jour", scale)
        host.resize(1366, 768)
        host.show()
        host.activateWindow()
        qtbot.waitUntil(host.isActiveWindow)
        panel = KeysPanel(host)
        page = [Action(f"F{n}", f"aller au seau ; 0 le seau 10, 1 puis 2 le seau {n}") for n in range(1, 21)]
        panel.open("Mare 04", page, [Action(f"Alt+{n}", f"page {n}") for n in range(1, 9)])
        body = panel.findChild(QScrollArea, "keys.body")
        assert body is not None
        bar, inner = body.verticalScrollBar(), body.widget()
        assert inner is not None
        qtbot.waitUntil(lambda: (bar.maximum() > 0) is moves)
        for words in inner.findChildren(QLabel):
            assert words.height() >= words.heightForWidth(words.width()), words.text()
            assert inner.rect().contains(words.geometry()), words.text()
        more = panel.findChild(QWidget, "keys.more")
        assert more is not None
        assert more.isVisible() is moves
        for _press in range(60):
            qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
        assert bar.value() == bar.maximum()
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
        assert not panel.isVisible()
    finally:
        theme.apply(app)


@pytest.mark.parametrize(("digit", "sign"), [("1", "&"), ("2", "é"), ("3", '"'), ("4", "'"), ("5", "("), ("6", "-")])
def test_a_digit_is_reached_without_shift_on_a_french_keyboard(digit: str, sign: str) -> None:
    assert QKeySequence(f"Alt+{sign.upper()}") in sequences(f"Alt+{digit}")
    assert QKeySequence(sign.upper()) in sequences(digit)
    assert digit_of(sign) == digit


def test_function_keys_have_no_other_key() -> None:
    assert sequences("F1") == [QKeySequence("F1")]
    assert sequences("F12") == [QKeySequence("F12")]
