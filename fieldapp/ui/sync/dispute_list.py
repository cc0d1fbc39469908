"""The list of the records that people disagree about: name, place, number of fields."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.sync.disputes_words import Entry

Index = QModelIndex | QPersistentModelIndex

WIDTH, LEAST_PX = 11, 105
"""Width of the list: heights of body text, and pixels besides: large letters leave room for the versions."""


class DisputeList(QListView):
    """The records, the current one on the soft ground; `moved` carries the uid, `entered` says Enter or →."""

    moved = Signal(str)
    entered_record = Signal()

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(_("fiches à relire"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._rows = _Entries(self)
        self.setModel(self._rows)
        self.setItemDelegate(_EntryPainter(self))
        self.selectionModel().currentChanged.connect(lambda now, _old: self._tell(now))
        self.clicked.connect(lambda _index: self.entered_record.emit())
        theme.on_change().changed.connect(self._measure)
        self._measure()

    def show_entries(self, entries: Sequence[Entry], uid: str) -> None:
        """Show these records and stand on the one asked for, else where the cursor was, else on the first."""
        row = max(0, self.currentIndex().row())
        self.selectionModel().blockSignals(True)
        self._rows.show(entries)
        self.selectionModel().blockSignals(False)
        uids = [entry.uid for entry in entries]
        at = uids.index(uid) if uid in uids else min(row, len(uids) - 1)
        if uids:
            self.setCurrentIndex(self._rows.index(at))

    def current(self) -> str:
        """Return the uid of the current record, "" where there is none."""
        entry = self.currentIndex().data(Qt.ItemDataRole.UserRole)
        return entry.uid if isinstance(entry, Entry) else ""

    def entries(self) -> list[Entry]:
        """Return what is listed."""
        return list(self._rows.entries)

    def step(self, by: int) -> None:
        """Go to the record that lies so many further, as far as there are any."""
        count = self._rows.rowCount()
        if count:
            self.setCurrentIndex(self._rows.index(min(max(self.currentIndex().row() + by, 0), count - 1)))

    def _tell(self, now: QModelIndex) -> None:
        entry = now.data(Qt.ItemDataRole.UserRole)
        if isinstance(entry, Entry):
            self.moved.emit(entry.uid)

    def _measure(self) -> None:
        self.setFixedWidth(theme.text_px() * WIDTH + LEAST_PX)
        self._rows.layoutChanged.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go over to the versions on Enter and →; letters belong to the page."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Right):
            self.entered_record.emit()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End):
            super().keyPressEvent(event)
        else:
            event.ignore()


class _Entries(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.entries: tuple[Entry, ...] = ()

    def show(self, entries: Sequence[Entry]) -> None:
        self.beginResetModel()
        self.entries = tuple(entries)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self.entries[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return f"{entry.title}\n{entry.place}\n{entry.fields}"
        return None


class _EntryPainter(QStyledItemDelegate):
    """Draws three lines: the name, the place, the number of fields."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        body, small = QFontMetrics(theme.font("body", QFont.Weight.DemiBold)), QFontMetrics(theme.font("small"))
        return QSize(100, body.height() + 2 * small.height() + 2 * theme.S)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry: Entry = index.data(Qt.ItemDataRole.UserRole)
        rect = QRectF(option.rect)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected:
            painter.fillRect(rect, theme.colour("soft"))
        painter.setPen(theme.colour("line"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if selected:
            wide = 3 if option.widget.hasFocus() else 1
            painter.fillRect(QRectF(rect.left(), rect.top(), wide, rect.height()), theme.colour("accent"))
        inner = rect.adjusted(theme.M, theme.S, -theme.S, -theme.S)
        top = self._line(painter, inner, inner.top(), entry.title, "text", theme.font("body", QFont.Weight.DemiBold))
        top = self._line(painter, inner, top, entry.place, "secondary", theme.font("small"))
        self._line(painter, inner, top, entry.fields, "secondary", theme.font("small"))
        painter.restore()

    def _line(self, painter: QPainter, rect: QRectF, top: float, words: str, token: str, font: QFont) -> float:
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(theme.colour(token))
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, round(rect.width()))
        painter.drawText(QRectF(rect.left(), top, rect.width(), metrics.height()), Qt.AlignmentFlag.AlignLeft, shown)
        return top + metrics.height()
