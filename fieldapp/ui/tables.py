"""The table of all pages: calm, by keyboard, and as quick with a million rows as with ten."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QHelpEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.widgets.cards import STATES, badge_size, paint_badge

Index = QModelIndex | QPersistentModelIndex
Row = tuple[str, ...]
Fetch = Callable[["array[int]"], Sequence[Row]]

WINDOW = 200
"""Rows that are fetched at once; a screen shows about twenty."""
KEPT_WINDOWS = 16
"""Windows that stay in memory; the rows of a million so never take more than 3,200 rows' room."""

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `number` aligns right, `badge` draws "state|words" as a state, `strong` and `latin` set the letters.

    `stretch` takes the room that is left; `chars` is the width in figures where the title alone says too little. In a
    `strong` column a second part after "|" is written behind in small italics (the Latin name).
    """

    title: str
    number: bool = False
    badge: bool = False
    stretch: bool = False
    strong: bool = False
    latin: bool = False
    chars: int = 0


class WindowedModel(QAbstractTableModel):
    """Rows by their ids, fetched a window at a time and forgotten again: flat memory for any number of rows.

    `fetch(ids)` returns one tuple of words per id, in the order of the ids, at most `WINDOW` at a time.
    """

    def __init__(self, columns: Sequence[Column], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._ids = array("q")
        self._fetch: Fetch = lambda _ids: ()
        self._windows: OrderedDict[int, Sequence[Row]] = OrderedDict()

    def show(self, ids: array[int], fetch: Fetch) -> None:
        """Show these rows."""
        self.beginResetModel()
        self._ids, self._fetch = ids, fetch
        self._windows.clear()
        self.endResetModel()

    def forget(self) -> None:
        """Fetch again what is on the screen, after the records have changed."""
        self._windows.clear()
        if self._ids:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._ids) - 1, len(self.columns) - 1))

    def row(self, number: int) -> Row:
        """Return the words of this row."""
        at, offset = divmod(number, WINDOW)
        found = self._windows.get(at)
        if found is None:
            found = self._fetch(self._ids[at * WINDOW : (at + 1) * WINDOW])
            self._windows[at] = found
            while len(self._windows) > KEPT_WINDOWS:
                self._windows.popitem(last=False)
        else:
            self._windows.move_to_end(at)
        return found[offset] if offset < len(found) else ()

    def id_at(self, number: int) -> int:
        """Return the id of this row."""
        return self._ids[number]

    def row_of(self, key: int) -> int | None:
        """Return the row of this id, None where it is not among those shown."""
        try:
            return self._ids.index(key)
        except ValueError:
            return None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the words of a cell, or on which side they stand."""
        if role == Qt.ItemDataRole.DisplayRole:
            row = self.row(index.row())
            return row[index.column()] if index.column() < len(row) else ""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if self.columns[index.column()].number else LEFT
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.columns[index.column()].title} : {_spoken(self, index)}"
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the title of a column."""
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return self.columns[section].title
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return RIGHT if self.columns[section].number else LEFT
        return None


def _spoken(model: WindowedModel, index: Index) -> str:
    words = str(model.data(index))
    if model.columns[index.column()].badge:
        state, _bar, text = words.partition("|")
        return text or (_(STATES[state].word) if state in STATES else "")
    return words.replace("|", " ")


class RecordDelegate(QStyledItemDelegate):
    """Draws a cell: words, figures, a name with its Latin name, or the badge of a state; a line below each row."""

    def __init__(self, columns: Sequence[Column], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self.has_totals = False

    def is_total(self, index: Index) -> bool:
        """Return whether the cell belongs to the row of the totals: the last one, where there is such a row."""
        return self.has_totals and index.row() == index.model().rowCount() - 1

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the ground, the line and the content."""
        rect = QRectF(option.rect)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected:
            painter.fillRect(rect, theme.colour("soft"))
        painter.setPen(theme.colour("line"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if self.is_total(index):
            painter.fillRect(QRectF(rect.left(), rect.top(), rect.width(), 2), theme.colour("text"))
        if selected and index.column() == 0 and option.widget.hasFocus():
            painter.fillRect(QRectF(rect.left(), rect.top(), 3, rect.height()), theme.colour("accent"))
        column = self._columns[index.column()]
        inner = rect.adjusted(theme.S + 2, 0, -theme.S - 2, 0)
        words = str(index.data() or "")
        if column.badge:
            state, _bar, text = words.partition("|")
            if state in STATES:
                paint_badge(painter, state, text or _(STATES[state].word), inner, selected)
        else:
            self._words(painter, column, words, inner, bold=column.strong or self.is_total(index))
        painter.restore()

    def _words(self, painter: QPainter, column: Column, words: str, rect: QRectF, *, bold: bool) -> None:
        title, _bar, latin = words.partition("|") if column.strong else (words, "", "")
        weight = QFont.Weight.DemiBold if bold else QFont.Weight.Normal
        font = theme.font("small" if column.latin else "body", weight, column.latin)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(theme.colour("secondary" if column.latin else "text"))
        shown = metrics.elidedText(title, Qt.TextElideMode.ElideRight, round(rect.width()) + 1)
        painter.drawText(rect, RIGHT if column.number else LEFT, shown)
        room = rect.width() - metrics.horizontalAdvance(shown) - theme.S
        if latin and room > theme.XXL:
            font = theme.font("small", italic=True)
            painter.setFont(font)
            painter.setPen(theme.colour("secondary"))
            shown = QFontMetrics(font).elidedText(latin, Qt.TextElideMode.ElideRight, round(room))
            painter.drawText(rect.adjusted(rect.width() - room, 1, 0, 1), LEFT, shown)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the room that the whole content needs."""
        return QSize(self.width(str(index.data() or ""), index.column()), theme.target())

    def width(self, words: str, number: int) -> int:
        """Return the width of these words in this column."""
        column = self._columns[number]
        pad = 2 * (theme.S + 2)
        if column.badge:
            state, _bar, text = words.partition("|")
            return badge_size(state, text or _(STATES[state].word)).width() + pad if state in STATES else 0
        title, _bar, latin = words.partition("|") if column.strong else (words, "", "")
        font = theme.font("body", QFont.Weight.DemiBold if column.strong or self.has_totals else QFont.Weight.Normal)
        more = QFontMetrics(theme.font("small", italic=True)).horizontalAdvance(latin) + theme.S if latin else 0
        return QFontMetrics(font).horizontalAdvance(title) + more + pad

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Show the whole text of a cell that is cut."""
        words = str(index.data() or "") if index.isValid() else ""
        if words and self.width(words, index.column()) > option.rect.width():
            QToolTip.showText(event.globalPos(), words.partition("|")[2] if "|" in words else words, view)
        else:
            QToolTip.hideText()
        return True


class RecordTable(QTableView):
    """A table of records: arrows, Home, End, PgUp and PgDn walk, Enter or a double click opens.

    `opened` and `current_changed` carry the key of the row: what was given with `show_rows`, or the id of `show_ids`.
    Set `opens_rows` to False where Enter belongs to the page. With `has_totals` the last row is written as the sum of
    those above it.
    """

    opened = Signal(object)
    current_changed = Signal(object)

    def __init__(
        self, columns: Sequence[Column], *, has_totals: bool = False, name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._columns = tuple(columns)
        self._keys: Sequence[object] | None = None
        self.opens_rows = True
        self._model = WindowedModel(columns, self)
        self._delegate = RecordDelegate(columns, self)
        self._delegate.has_totals = has_totals
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(_("tableau"))
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(theme.XXL)
        header.setSectionsClickable(False)
        for number, column in enumerate(self._columns):
            mode = QHeaderView.ResizeMode.Stretch if column.stretch else QHeaderView.ResizeMode.Interactive
            header.setSectionResizeMode(number, mode)
        self.doubleClicked.connect(lambda index: self._open(index.row()))
        self.selectionModel().currentRowChanged.connect(lambda now, _old: self._moved(now.row()))
        theme.on_change().changed.connect(self._measure)
        self._measure()

    def show_rows(self, rows: Sequence[Row], keys: Sequence[object] | None = None) -> None:
        """Show a short list; the key of a row is its number when no keys are given. The current row keeps its key."""
        kept = self.current_key()
        self._keys = keys if keys is not None else range(len(rows))
        listed = list(rows)
        self._model.show(array("q", range(len(listed))), lambda ids: [listed[number] for number in ids])
        self._measure()
        self.select_key(kept)

    def show_ids(self, ids: array[int], fetch: Fetch) -> None:
        """Show a long list by ids; `fetch(ids)` gives the words of at most 200 of them. The current row stays so."""
        kept = self.current_key() if self._keys is None else None
        self._keys = None
        self._model.show(ids, fetch)
        self._measure()
        at = self._model.row_of(kept) if isinstance(kept, int) else None
        if at is None:
            self._first()
        else:
            self.selectRow(at)

    def refresh(self) -> None:
        """Fetch again what is on the screen, after the records have changed."""
        self._model.forget()

    def current_key(self) -> object | None:
        """Return the key of the current row, None when there is none."""
        return self._key(self.currentIndex().row())

    def select_key(self, key: object) -> None:
        """Stand on the row with this key, on the first when there is none."""
        if self._keys is not None and key is not None and key in self._keys:
            self.selectRow(list(self._keys).index(key))
        else:
            self._first()

    def _first(self) -> None:
        if self._model.rowCount():
            self.selectRow(0)

    def _key(self, number: int) -> object | None:
        if not 0 <= number < self._model.rowCount():
            return None
        return self._keys[number] if self._keys is not None else self._model.id_at(number)

    def _open(self, number: int) -> None:
        key = self._key(number)
        if key is not None:
            self.opened.emit(key)

    def _moved(self, number: int) -> None:
        key = self._key(number)
        if key is not None:
            self.current_changed.emit(key)

    def _measure(self) -> None:
        """Set row height and column widths by the text size and the first rows."""
        self.verticalHeader().setDefaultSectionSize(theme.target() + theme.XS)
        bold = QFontMetrics(theme.font("small", QFont.Weight.Bold))
        figure = QFontMetrics(theme.font()).horizontalAdvance("0")
        sample = [self._model.row(number) for number in range(min(50, self._model.rowCount()))]
        for number, column in enumerate(self._columns):
            if column.stretch:
                continue
            widths = [bold.horizontalAdvance(column.title) + 2 * (theme.S + 2) + 2, column.chars * figure + theme.L]
            widths += [self._delegate.width(row[number], number) for row in sample if number < len(row)]
            self.setColumnWidth(number, min(max(widths), theme.text_px() * 28))

    def event(self, event: QEvent) -> bool:
        """Keep Enter for the row while the table has the cursor: the page's Enter button comes second."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if plain and self.opens_rows and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the row on Enter; Home and End go to the first and last row; Esc belongs to the page."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self._open(self.currentIndex().row())
        elif key == Qt.Key.Key_Home:
            self._first()
        elif key == Qt.Key.Key_End and self._model.rowCount():
            self.selectRow(self._model.rowCount() - 1)
        else:
            super().keyPressEvent(event)
