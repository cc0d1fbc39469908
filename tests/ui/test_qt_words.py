"""Qt's own dialogs speak the language of the interface."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication

from fieldapp.ui import qt_words


@pytest.fixture(autouse=True)
def english_afterwards(qapp: QApplication) -> Iterator[None]:
    yield
    qt_words.speak(qapp, "none")


def test_the_file_dialog_speaks_french(qapp: QApplication) -> None:
    assert qt_words.speak(qapp, "fr")
    assert QCoreApplication.translate("QFileDialog", "Look in:") != "Look in:"
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Annuler"


def test_going_back_to_english_lets_go_of_the_french(qapp: QApplication) -> None:
    qt_words.speak(qapp, "fr")
    qt_words.speak(qapp, "en")
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"
