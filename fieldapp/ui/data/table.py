"""The table of the desk: several rows at a time, in the order of the column that is clicked."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import islice

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QItemSelectionRange, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from fieldapp.ui.tables import Column, Fetch, RecordTable


class DeskTable(RecordTable):
    """A RecordTable of which several rows may be chosen (Shift, Ctrl), and whose header puts it in order.

    `sort_wanted` carries the number of the column whose title was clicked. `chosen_changed` says that other rows are
    chosen.
    """

    sort_wanted = Signal(int)
    chosen_changed = Signal()

    def __init__(self, columns: Sequence[Column], *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(columns, name=name, parent=parent)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        header = self.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.sectionClicked.connect(self.sort_wanted)
        self._watch()

    def show_ids(self, ids: array[int], fetch: Fetch, *, keeps_chosen: bool = False) -> None:
        """Show a long list; the row that was current stays so where it is still there, all chosen ones on demand."""
        chosen = frozenset(self.chosen(self._model.rowCount())) if keeps_chosen and self.chosen_count() > 1 else None
        super().show_ids(ids, fetch)
        if chosen:
            self._choose([number for number, one in enumerate(ids) if one in chosen])

    def _choose(self, numbers: Sequence[int]) -> None:
        """Choose the rows with these numbers, which rise; the current one stays."""
        spans = QItemSelection()
        begin = last = -1
        for number in [*numbers, -1]:
            if number != last + 1 or begin < 0:
                if begin >= 0:
                    spans.select(self._model.index(begin, 0), self._model.index(last, 0))
                begin = number
            last = number
        command = QItemSelectionModel.SelectionFlag
        self.selectionModel().select(spans, command.ClearAndSelect | command.Rows)

    def selectRow(self, row: int) -> None:
        """Stand on a row and choose it alone, whatever key of the keyboard is down meanwhile."""
        command = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(self._model.index(row, 0), command.ClearAndSelect | command.Rows)

    def show_order(self, column: int, *, is_rising: bool) -> None:
        """Mark the column that the rows are in the order of."""
        # Qt draws the arrow of a rising order downwards; everywhere else it points up
        order = Qt.SortOrder.DescendingOrder if is_rising else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicator(column, order)

    def chosen(self, most: int) -> list[int]:
        """Return the ids of the rows chosen, from the top down, at most so many."""
        spans = sorted((part.top(), part.bottom()) for part in self._parts())
        rows = (number for top, bottom in spans for number in range(top, bottom + 1))
        return list(dict.fromkeys(self._model.id_at(number) for number in islice(rows, most)))

    def chosen_count(self) -> int:
        """Return how many rows are chosen."""
        return sum(part.height() for part in self._parts())

    def _parts(self) -> list[QItemSelectionRange]:
        selection = self.selectionModel().selection()
        return [selection.at(number) for number in range(selection.count())]

    def _choose_next(self) -> None:
        """Choose the next row as well, and stand on it."""
        number = self.currentIndex().row() + 1
        if 0 < number < self._model.rowCount():
            command = QItemSelectionModel.SelectionFlag
            index = self._model.index(number, 0)
            self.selectionModel().select(index, command.Select | command.Rows)
            self.selectionModel().setCurrentIndex(index, command.NoUpdate)

    def _watch(self) -> None:
        self.selectionModel().selectionChanged.connect(lambda *_parts: self.chosen_changed.emit())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Shift carry the choice to the first and last row as well, and Space to the next one."""
        model, choice = self._model, self.selectionModel()
        if event.key() == Qt.Key.Key_Space and not event.modifiers():
            self._choose_next()
            return
        is_end = event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End)
        if not is_end or not event.modifiers() & Qt.KeyboardModifier.ShiftModifier or not model.rowCount():
            super().keyPressEvent(event)
            return
        here = self.currentIndex().row()
        there = 0 if event.key() == Qt.Key.Key_Home else model.rowCount() - 1
        span = QItemSelection(model.index(min(here, there), 0), model.index(max(here, there), 0))
        command = choice.SelectionFlag
        choice.select(span, command.ClearAndSelect | command.Rows)
        choice.setCurrentIndex(model.index(there, 0), command.NoUpdate)
