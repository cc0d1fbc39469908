"""A line of the filter that takes one of a list: what stands in it is what is filtered by, nothing else."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent

from fieldapp.ui.widgets import Suggest, Suggestion
from fieldapp.ui.widgets.suggest import Search

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_COMES_BACK = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)


class FilterLine(Suggest):
    """A line whose words are those of the row that was taken; others go back when the cursor leaves it.

    `refused` carries words that were typed and not taken, "" once others are typed or a row is taken.
    """

    refused = Signal(str)

    def __init__(self, search: Search, *, placeholder: str, name: str) -> None:
        super().__init__(search, placeholder=placeholder, minimum=0, name=name)
        self._words = ""
        self.textEdited.connect(lambda _text: self.refused.emit(""))
        self.textChanged.connect(lambda text: None if text else self._keep(""))

    def words(self) -> str:
        """Return the words of what is filtered by, "" for nothing."""
        return self._words

    def show_words(self, words: str) -> None:
        """Show what is filtered by, without saying so."""
        self._keep(words)
        self.blockSignals(True)
        self.setText(words)
        self.setCursorPosition(0)
        self.blockSignals(False)

    def _keep(self, words: str) -> None:
        self._words = words

    def take(self, item: Suggestion) -> None:
        """Take a row: it is what is filtered by."""
        self._keep(item.title)
        self.refused.emit("")
        super().take(item)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Say with Enter that nothing answers to the words, where nothing does."""
        typed = self.text().strip()
        if event.key() in _ENTER and self.current() is None and typed not in ("", self._words):
            self.refused.emit(typed)
            self.selectAll()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Go back to what is filtered by, and say so."""
        super().focusOutEvent(event)
        typed = self.text().strip()
        if typed != self._words and self.isVisible() and event.reason() not in _COMES_BACK:
            self.show_words(self._words)
            self.refused.emit(typed)
