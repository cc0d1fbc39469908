"""In the red-night theme the caret is red, wherever one types."""

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.ui import caret, theme


def light_that_is_not_red(window: QWidget) -> set[str]:
    image = window.grab().toImage()
    points = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return {colour.name() for colour in points if max(colour.green(), colour.blue()) > colour.red()}


@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit])
@pytest.mark.parametrize("text", ["", "Triton", "Triton " * 60])
def test_no_white_caret_in_the_red_night_theme(
    qtbot: QtBot, qapp: QApplication, kind: type[QLineEdit] | type[QPlainTextEdit], text: str
) -> None:
    caret.install(qapp)
    theme.apply(qapp, "nuit-rouge")
    window = QWidget()
    qtbot.addWidget(window)
    editor = kind()
    QVBoxLayout(window).addWidget(editor)
    window.resize(300, 120)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    editor.setFocus()
    if isinstance(editor, QLineEdit):
        editor.setText(text)
    else:
        editor.setPlainText(text)
    assert light_that_is_not_red(window) == set()
    drawn = caret._caret
    assert drawn is not None
    assert drawn.isVisible()
    qtbot.waitUntil(lambda: editor.rect().contains(drawn.geometry().topLeft()))
    window.close()
    theme.apply(qapp, "jour")
    assert not drawn.isVisible()


def test_the_caret_outlives_the_line_it_stood_in(qtbot: QtBot, qapp: QApplication) -> None:
    caret.install(qapp)
    theme.apply(qapp, "nuit-rouge")
    window = QWidget()
    qtbot.addWidget(window)
    first, second = QLineEdit(), QLineEdit("x")
    box = QVBoxLayout(window)
    box.addWidget(first)
    box.addWidget(second)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    first.setFocus()
    box.removeWidget(first)
    first.deleteLater()
    del first
    qapp.sendPostedEvents(None, 52)
    second.setFocus()
    assert light_that_is_not_red(window) == set()
    window.close()
    theme.apply(qapp, "jour")
