"""A label that gives way: what does not fit ends in "…", all of it stands in the tool tip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

_LEAST = 3
"""Letters that say something beside the "…"; with fewer of them the label stays empty."""


class Elided(QLabel):
    """One line of words of the given role.

    `fills`: the label asks for no room and takes what the others of its row leave. `at_end`: it stands at the right of
    its room, and its beginning is cut.
    """

    def __init__(
        self, role: str, *, fills: bool = False, at_end: bool = False, name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", role)
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._cut = Qt.TextElideMode.ElideLeft if at_end else Qt.TextElideMode.ElideRight
        if fills:
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        if at_end:
            self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
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
        shown = QFontMetrics(self.font()).elidedText(self._words, self._cut, self.width())
        shown = shown if len(shown) > _LEAST or shown == self._words else ""
        if shown != self.text():
            self.setText(shown)
            self.setToolTip(self._words if shown != self._words else "")
