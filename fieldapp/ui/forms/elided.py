"""A label that gives way: what does not fit ends in "…", all of it stands in the tool tip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget


class Elided(QLabel):
    """One line of words of the given role."""

    def __init__(self, role: str, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", role)
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._words = ""

    def words(self) -> str:
        """Return all of the words."""
        return self._words

    def set_words(self, words: str) -> None:
        """Show other words."""
        self._words = words
        self.setAccessibleName(words)
        self._fit()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return the room for all of the words."""
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self._words) + 2 if self._words else 0, metrics.height())

    def minimumSizeHint(self) -> QSize:
        """Return nothing: it gives way to everything else."""
        return QSize(0, QFontMetrics(self.font()).height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the words into the new width."""
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fit the words once more: the font of the role is known for certain only now."""
        self._fit()
        super().paintEvent(event)

    def _fit(self) -> None:
        shown = QFontMetrics(self.font()).elidedText(self._words, Qt.TextElideMode.ElideRight, self.width())
        shown = shown if len(shown) > 3 or shown == self._words else ""
        if shown != self.text():
            self.setText(shown)
            self.setToolTip(self._words if shown != self._words else "")
