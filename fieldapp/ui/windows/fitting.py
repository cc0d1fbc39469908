"""What gives way when large letters need the room: the end of a sentence, the least important columns."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QLabel, QSizePolicy, QWidget

from fieldapp.ui import theme
from fieldapp.ui.tables import RecordTable


class ElidedLabel(QLabel):
    """Secondary words at the right of their room; the whole of them is the tool tip when they are cut."""

    def __init__(self, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("role", "secondary")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._words = ""

    def set_words(self, words: str) -> None:
        """Show these words."""
        self._words = words
        self.setAccessibleName(words)
        self._cut()

    def words(self) -> str:
        """Return the words, cut or not."""
        return self._words

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut anew."""
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        cut = QFontMetrics(theme.font()).elidedText(self._words, Qt.TextElideMode.ElideLeft, self.width())
        if cut != self._words and self.width() < theme.text_px() * 6:
            cut = ""
        self.setText(cut)
        self.setToolTip(self._words if cut != self._words else "")


class ColumnFit(QObject):
    """Hides columns of a table, in the order given, while they leave no readable room for the one that stretches."""

    def __init__(self, table: RecordTable, droppable: Sequence[int]) -> None:
        super().__init__(table)
        self._table, self._droppable = table, tuple(droppable)
        table.viewport().installEventFilter(self)
        table.model().modelReset.connect(self.fit, Qt.ConnectionType.QueuedConnection)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fit again when the table has another width."""
        if event.type() == QEvent.Type.Resize:
            self.fit()
        return False

    def fit(self) -> None:
        """Show the columns that there is room for."""
        header, room = self._table.horizontalHeader(), self._table.viewport().width()
        hidden = {column for column in range(header.count()) if header.isSectionHidden(column)}
        for column in hidden:
            header.setSectionHidden(column, False)
        widths = {}
        for column in range(header.count()):
            stretches = header.sectionResizeMode(column) == QHeaderView.ResizeMode.Stretch
            widths[column] = theme.text_px() * 12 if stretches else header.sectionSize(column)
        for column in self._droppable:
            if sum(widths.values()) <= room:
                return
            header.setSectionHidden(column, True)
            widths[column] = 0
