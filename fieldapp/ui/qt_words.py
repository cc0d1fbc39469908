"""Qt's own words (file dialogs, the menu of a text field) in the language of the interface."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QTranslator
from PySide6.QtWidgets import QApplication

_translators: list[QTranslator] = []


def speak(application: QApplication, language: str) -> bool:
    """Load Qt's translation for the language, letting go of the one before; False when Qt has none (English)."""
    while _translators:
        application.removeTranslator(_translators.pop())
    translator = QTranslator(application)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if not translator.load(f"qtbase_{language}", folder):
        return False
    application.installTranslator(translator)
    _translators.append(translator)
    return True
