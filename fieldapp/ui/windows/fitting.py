"""What gives way when large letters need the room: the least important columns of a table."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QHeaderView

from fieldapp.ui import theme
from fieldapp.ui.tables import RecordTable


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
