"""The lines of a session, the newest first: adding one costs the same with five hundred as with ten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from fieldapp.core import checking
from fieldapp.core.forms import GridColumn
from fieldapp.core.record import Record
from fieldapp.core.schema import Values
from fieldapp.core.text import _
from fieldapp.protocols.banding.desk_values import DEAD, casualty_of
from fieldapp.protocols.banding.schema import CONTROLLED, RECOVERED, WITHOUT_RING
from fieldapp.ui import theme
from fieldapp.ui.banding import words
from fieldapp.ui.tables import LEFT, RIGHT, Column, RecordDelegate, Row
from fieldapp.ui.widgets import badge_size

Index = QModelIndex | QPersistentModelIndex

_BADGES = {CONTROLLED: "info|C", RECOVERED: "review|R", WITHOUT_RING: "neutral|–"}
_LEFT_OUT = frozenset({"ring", "comments", "hour"})
_CHARS = {"species": 7, "ring": 9}

RING = 1
"""The place of the ring's column."""

_SPARE = ("brood_patch", "cloacal_protuberance", "moult", "sexing_method", "tarsus_mm", "fat", "net", "mass_g")
"""Columns that are left out one by one, the first first, where the table is too narrow for all of them."""


def marks(values: Values) -> str:
    """Return in a few words what is special about a line: dead, ring replaced, warnings confirmed, remark."""
    casualty = casualty_of(values)
    said = [
        (_("mort") if casualty == DEAD else _("blessé")) if casualty else "",
        _("bague remplacée") if values.get("replaced_ring") else "",
        _("confirmé") if values.get(checking.CONFIRMED) else "",
        _("mémo") if values.get("comments") else "",
    ]
    return ", ".join(filter(None, said))


class CaptureModel(QAbstractTableModel):
    """The stored lines in the order of their numbers; row 0 is the newest. `ring_grew`: a longer ring is among them."""

    ring_grew = Signal()

    def __init__(self, columns: Sequence[GridColumn], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cells = [column for column in columns if column.code not in _LEFT_OUT]
        self._lines: list[Record] = []
        self._place: dict[str, int] = {}  # uid -> place in _lines, the oldest first
        self._words: dict[str, Row] = {}  # of the lines that were shown
        self.widest_ring = ""
        """The longest ring of the lines: a foreign one with its scheme needs more room."""
        self.columns = (
            Column(_("n°"), number=True, chars=3),
            Column(_("Bague"), chars=_CHARS["ring"]),
            Column("", badge=True, chars=2),
            *(
                Column(_(item.label), number=item.is_number, chars=_CHARS.get(item.code, item.width - 2))
                for item in self._cells
            ),
            Column(_("Heure"), chars=5),
            Column("", stretch=True),
        )

    def show(self, captures: Iterable[Record]) -> None:
        """Show these lines."""
        self.beginResetModel()
        self._lines = sorted(captures, key=lambda one: (int(one.data.get("line") or 0), one.uid))
        self._place = {one.uid: place for place, one in enumerate(self._lines)}
        self._words.clear()
        self.widest_ring = max((words.ring_words(one.data) for one in self._lines), key=len, default="")
        self.endResetModel()
        self.ring_grew.emit()

    def put(self, capture: Record) -> None:
        """Add a line at the top, or show a changed one anew; flat cost."""
        place = self._place.get(capture.uid)
        self._words.pop(capture.uid, None)
        ring = words.ring_words(capture.data)
        if len(ring) > len(self.widest_ring):
            self.widest_ring = ring
            self.ring_grew.emit()
        if place is not None:
            self._lines[place] = capture
            row = len(self._lines) - 1 - place
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(self.columns) - 1))
            return
        self.beginInsertRows(QModelIndex(), 0, 0)
        self._place[capture.uid] = len(self._lines)
        self._lines.append(capture)
        self.endInsertRows()

    def take_out(self, uid: str) -> None:
        """Take a line out."""
        place = self._place.pop(uid, None)
        if place is None:
            return
        row = len(self._lines) - 1 - place
        self.beginRemoveRows(QModelIndex(), row, row)
        del self._lines[place]
        for later in self._lines[place:]:
            self._place[later.uid] -= 1
        self.endRemoveRows()

    def line(self, row: int) -> Record:
        """Return the line of a row."""
        return self._lines[len(self._lines) - 1 - row]

    def row_of(self, uid: str) -> int:
        """Return the row of a line, -1 where it is not shown."""
        place = self._place.get(uid)
        return -1 if place is None else len(self._lines) - 1 - place

    def spare_columns(self) -> list[int]:
        """Return the columns that may be left out, the first first: marks, hour, then those of `_SPARE`."""
        codes = [item.code for item in self._cells]
        last = len(self.columns) - 1
        return [last, last - 1, *(3 + codes.index(code) for code in _SPARE if code in codes)]

    def words(self, capture: Record) -> Row:
        """Return the words of a line's cells."""
        known = self._words.get(capture.uid)
        if known is None:
            known = self._words[capture.uid] = self._written(capture)
        return known

    def _written(self, capture: Record) -> Row:
        values = capture.data
        action = str(values.get("action", ""))
        return (
            str(values.get("line", "")),
            words.ring_words(values),
            _BADGES.get(action, f"neutral|{action}") if action else "",
            *(item.show(values) for item in self._cells),
            str(values.get("hour", "")),
            marks(values),
        )

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of lines."""
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the words of a cell, or on which side they stand."""
        if role == Qt.ItemDataRole.DisplayRole:
            return self.words(self.line(index.row()))[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if self.columns[index.column()].number else LEFT
        if role == Qt.ItemDataRole.AccessibleTextRole:
            said = self.words(self.line(index.row()))[index.column()].partition("|")
            return f"{self.columns[index.column()].title} : {said[2] or said[0]}"
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the title of a column."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if self.columns[section].number else LEFT
        return None


class CaptureTable(QTableView):
    """The table below the line. Enter or a click loads a line, Delete takes it out, Up on the first goes back.

    `loaded`, `remove` and `story` (H) carry the uid of the line; `typed` carries a letter that is meant for the line.
    `fitted`: so many columns have no room; the one of remarks, which may be empty, does not count.
    """

    loaded = Signal(str)
    remove = Signal(str)
    story = Signal(str)
    typed = Signal(str)
    left = Signal()
    fitted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("capture.table")
        self.lines: CaptureModel | None = None
        self._widths: dict[int, int] = {}
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(_("lignes de la séance"))
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(theme.XL)
        header.setStretchLastSection(True)
        self.clicked.connect(lambda index: self._emit(self.loaded, index.row()))
        theme.on_change().changed.connect(self._measure)

    def set_columns(self, columns: Sequence[GridColumn]) -> CaptureModel:
        """Show these columns, without lines."""
        self.lines = CaptureModel(columns, self)
        self.setModel(self.lines)
        self.lines.ring_grew.connect(self._measure)
        self.setItemDelegate(RecordDelegate(self.lines.columns, self))
        self._measure()
        return self.lines

    def select_line(self, uid: str) -> None:
        """Light a line up, none where it is not shown."""
        row = self.lines.row_of(uid) if self.lines is not None else -1
        if row >= 0:
            self.selectRow(row)
        else:
            self.clearSelection()

    def go_in(self) -> bool:
        """Take the cursor, standing on the line that is lit, else on the newest; False without lines."""
        if self.lines is None or not self.lines.rowCount():
            return False
        if not self.selectionModel().hasSelection():
            self.selectRow(0)
        self.setFocus()
        return True

    def current_uid(self) -> str:
        """Return the uid of the line that the cursor stands on, "" where there is none."""
        row = self.currentIndex().row()
        return self.lines.line(row).uid if self.lines is not None and 0 <= row < self.lines.rowCount() else ""

    def _emit(self, signal: Any, row: int) -> None:
        if self.lines is not None and 0 <= row < self.lines.rowCount():
            signal.emit(self.lines.line(row).uid)

    def _measure(self) -> None:
        """Set row height and column widths by the text size."""
        if self.lines is None:
            return
        self.verticalHeader().setDefaultSectionSize(theme.target() + theme.XS)
        figure = QFontMetrics(theme.font()).horizontalAdvance("0")
        bold = QFontMetrics(theme.font("small", QFont.Weight.Bold))
        header = self.horizontalHeader()
        for number, column in enumerate(self.lines.columns):
            if column.stretch:
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Stretch)
                self._widths[number] = theme.text_px() * 5
                continue
            pad = 2 * (theme.S + 2)
            least = bold.horizontalAdvance(column.title) + pad + 2
            if column.badge:
                least = badge_size("neutral", "C").width() + pad
            self._widths[number] = max(least, column.chars * figure + pad)
            if number == RING:
                widest = QFontMetrics(theme.font()).horizontalAdvance(self.lines.widest_ring) + pad
                self._widths[number] = max(self._widths[number], widest)
            self.setColumnWidth(number, self._widths[number])
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what there is no room for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self.lines is None:
            return
        spare = self.lines.spare_columns()
        for number in spare:
            self.setColumnHidden(number, False)
        widths = dict(self._widths)
        for number in spare:
            if sum(widths.values()) <= self.viewport().width():
                break
            del widths[number]
            self.setColumnHidden(number, True)
        self.fitted.emit(sum(self.isColumnHidden(number) for number in spare[1:]))

    def event(self, event: QEvent) -> bool:
        """Keep Enter and the letters of the lines from the page's own keys while the cursor is here."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_H, Qt.Key.Key_Delete):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Load, take out, show the story; Up on the newest line goes back to the line above."""
        row = self.currentIndex().row()
        signals = {
            Qt.Key.Key_Return: self.loaded,
            Qt.Key.Key_Enter: self.loaded,
            Qt.Key.Key_Delete: self.remove,
            Qt.Key.Key_H: self.story,
        }
        key = Qt.Key(event.key())
        if key in signals and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self._emit(signals[key], row)
        elif key == Qt.Key.Key_Up and row <= 0:
            self.left.emit()
        elif event.text() and event.text().isprintable():
            self.typed.emit(event.text())  # no search by letters here: whoever types means the line
        else:
            super().keyPressEvent(event)
