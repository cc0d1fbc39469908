"""Type-ahead: a line edit with a list of rich rows below it, that never takes the cursor away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetrics, QHideEvent, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QGraphicsDropShadowEffect,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from fieldapp.core.text import _
from fieldapp.ui import icons, theme
from fieldapp.ui.widgets.banner import IconLabel
from fieldapp.ui.widgets.keyhint import cap_width, paint_cap

_ROWS = 8
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One row of a type-ahead list: what it stands for, its words, and the section it belongs to.

    `italic` writes the subtitle as a Latin name; `faint` marks what is unlikely to be meant.
    """

    key: Any
    title: str
    subtitle: str = ""
    hint: str = ""
    icon: str = ""
    section: str = ""
    italic: bool = True
    faint: bool = False


Search = Callable[[str], Sequence[Suggestion]]


@dataclass(frozen=True, slots=True)
class _Heading:
    title: str


class _Rows(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: list[Suggestion | _Heading] = []

    def show(self, found: Sequence[Suggestion]) -> None:
        self.beginResetModel()
        self.rows = []
        section = ""
        for item in found:
            if item.section != section:
                section = item.section
                self.rows.append(_Heading(section))
            self.rows.append(item)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        item = self.rows[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return item
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return item.title
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if isinstance(self.rows[index.row()], _Heading):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class _RowPainter(QStyledItemDelegate):
    """Draws "**Triton alpestre** *Ichthyosaura alpestris* [Entrée]"."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        heading = isinstance(index.data(Qt.ItemDataRole.UserRole), _Heading)
        return QSize(100, theme.target() - theme.S if heading else theme.target())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item = index.data(Qt.ItemDataRole.UserRole)
        rect = QRectF(option.rect)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(item, _Heading):
            painter.setFont(theme.font("small", QFont.Weight.Bold))
            painter.setPen(theme.colour("secondary"))
            painter.drawText(rect.adjusted(10, 4, -10, 0), middle, item.title)
        else:
            self._paint_row(painter, item, rect, bool(option.state & QStyle.StateFlag.State_Selected))
        painter.restore()

    def _paint_row(self, painter: QPainter, item: Suggestion, rect: QRectF, current: bool) -> None:
        if current:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("soft"))
            painter.drawRoundedRect(rect, 4, 4)
        middle = Qt.AlignmentFlag.AlignVCenter
        left, right = rect.left() + 10, rect.right() - 10
        if item.icon:
            side = theme.icon_px()
            box = QRectF(left, rect.center().y() - side / 2, side, side)
            icons.paint(painter, item.icon, "accent" if current else "secondary", box)
            left += side + theme.S + 2
        if current:
            paint_cap(painter, "Return", right, rect.center().y())
            right -= cap_width("Return") + theme.S
        small = theme.font("small")
        if item.hint:
            width = QFontMetrics(small).horizontalAdvance(item.hint)
            painter.setFont(small)
            painter.setPen(theme.colour("secondary"))
            painter.drawText(QRectF(right - width, rect.top(), width + 2, rect.height()), middle, item.hint)
            right -= width + theme.S
        font = theme.font("body", QFont.Weight.DemiBold if current else QFont.Weight.Normal)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(theme.colour("secondary" if item.faint and not current else "text"))
        title = metrics.elidedText(item.title, Qt.TextElideMode.ElideRight, round(right - left))
        painter.drawText(QRectF(left, rect.top(), right - left, rect.height()), middle, title)
        left += metrics.horizontalAdvance(title) + theme.S
        if item.subtitle and right - left > theme.XL:
            font = theme.font("small", italic=item.italic)
            painter.setFont(font)
            painter.setPen(theme.colour("secondary"))
            words = QFontMetrics(font).elidedText(item.subtitle, Qt.TextElideMode.ElideRight, round(right - left))
            painter.drawText(QRectF(left, rect.top() + 1, right - left, rect.height()), middle, words)


class SuggestionList(QListView):
    """The rows of a search, the first preselected; driven by the line edit that owns the cursor."""

    picked = Signal(object)

    def __init__(self, parent: QWidget | None = None, name: str = "") -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("role", "suggestions")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.setAccessibleName(_("propositions"))
        self._rows = _Rows(self)
        self.setModel(self._rows)
        self.setItemDelegate(_RowPainter(self))
        self.clicked.connect(self._pick)
        self.entered.connect(self.setCurrentIndex)

    def show_rows(self, found: Sequence[Suggestion]) -> None:
        """Show what was found and stand on the first row."""
        self._rows.show(found)
        self._stand(0, 1)

    def rows(self) -> list[Suggestion]:
        """Return the rows without the headings of the sections."""
        return [item for item in self._rows.rows if isinstance(item, Suggestion)]

    def current(self) -> Suggestion | None:
        """Return the row that Enter takes, None when nothing was found."""
        item = self.currentIndex().data(Qt.ItemDataRole.UserRole)
        return item if isinstance(item, Suggestion) else None

    def step(self, by: int) -> None:
        """Go some rows down (or up); from the last to the first and back when it is a single step."""
        count = len(self._rows.rows)
        at = self.currentIndex().row() + by
        if abs(by) == 1:
            at %= max(1, count)
        self._stand(min(max(at, 0), count - 1), 1 if by > 0 else -1)

    def _stand(self, at: int, direction: int) -> None:
        count = len(self._rows.rows)
        for distance in range(count):
            row = (at + direction * distance) % count
            if isinstance(self._rows.rows[row], Suggestion):
                self.setCurrentIndex(self._rows.index(row))
                if row <= 1:
                    self.scrollToTop()
                return

    def _pick(self, index: QModelIndex) -> None:
        item = index.data(Qt.ItemDataRole.UserRole)
        if isinstance(item, Suggestion):
            self.picked.emit(item)

    def full_height(self, most: int = _ROWS) -> int:
        """Return the height of the rows found, at most so many."""
        heights = [self.sizeHintForRow(row) for row in range(min(most, len(self._rows.rows)))]
        return sum(heights) + 2


class Suggest(QLineEdit):
    """A line edit with type-ahead. `search(text)` gives the rows; `chosen` carries the Suggestion that was taken.

    Down, Up, PgUp, PgDn walk; Enter and Tab take the row; Tab then goes on to the next field, and leaves a line empty
    where nobody typed or walked. Esc closes the list, then belongs to the page again. `minimum` letters open the list;
    0 opens it as soon as the cursor arrives. What is typed and not taken stays as plain text. The list is part of the
    window, opens upward when there is more room there.
    """

    chosen = Signal(object)

    def __init__(
        self, search: Search, *, placeholder: str = "", minimum: int = 1, name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._search, self._minimum = search, minimum
        self.setObjectName(name)
        self.setPlaceholderText(placeholder)
        self._popup: QFrame | None = None
        self._watched: list[QWidget] = []
        self._list: SuggestionList | None = None
        self._walked = False
        self.textEdited.connect(lambda _text: self.refresh())

    def refresh(self) -> None:
        """Search again for what stands in the line, and open or close the list."""
        text = self.text().strip()
        found = self._search(text) if len(text) >= self._minimum else ()
        if not found:
            self.close_list()
            return
        rows = self._open()
        rows.show_rows(found)
        self._walked = False
        if not self.is_open():
            self._follow(True)
        self._place()
        self._describe()

    def is_open(self) -> bool:
        """Return whether the list is shown."""
        return self._popup is not None and self._popup.isVisible()

    def rows(self) -> list[Suggestion]:
        """Return the rows shown, none when the list is closed."""
        return self._list.rows() if self._list is not None and self.is_open() else []

    def current(self) -> Suggestion | None:
        """Return the row that Enter would take."""
        return self._list.current() if self._list is not None and self.is_open() else None

    def close_list(self) -> None:
        """Close the list."""
        if self._popup is not None and self._popup.isVisible():
            self._popup.hide()
            self._follow(False)
            self.setAccessibleDescription("")

    def take(self, item: Suggestion) -> None:
        """Take a row: show its title and say so."""
        self.close_list()
        self.setText(item.title)
        self.chosen.emit(item)

    def _open(self) -> SuggestionList:
        window = self.window()
        if self._popup is not None and self._popup.parentWidget() is not window:
            self._popup.deleteLater()
            self._popup = None
        if self._popup is None or self._list is None:
            self._popup = QFrame(window)
            self._popup.setProperty("role", "popup")
            self._popup.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._popup.setGraphicsEffect(_shadow(self._popup))
            self._list = SuggestionList(self._popup, f"{self.objectName()}.list")
            self._popup.setLayout(theme.column(self._list, margin=6, spacing=0))
            self._list.picked.connect(self.take)
            self.destroyed.connect(self._popup.deleteLater)
        return self._list

    def _place(self) -> None:
        popup, rows = self._popup, self._list
        if popup is None or rows is None:
            return
        window = self.window()
        top_left = self.mapTo(window, QPoint(0, 0))
        below = window.height() - top_left.y() - self.height() - theme.S
        above = top_left.y() - theme.S
        wanted = rows.full_height() + 14
        upward = wanted > below and above > below
        height = min(wanted, above if upward else below)
        width = min(max(self.width(), theme.text_px() * 31), window.width() - 2 * theme.S)
        left = min(top_left.x(), window.width() - width - theme.S)
        top = top_left.y() - height - 2 if upward else top_left.y() + self.height() + 2
        popup.setGeometry(left, top, width, height)
        popup.show()
        popup.raise_()

    def _describe(self) -> None:
        row = self.current()
        self.setAccessibleDescription(f"{row.title} {row.subtitle}" if row else "")

    def event(self, event: QEvent) -> bool:
        """Keep Enter, Esc and Tab for the list while it is open."""
        if self.is_open() and isinstance(event, QKeyEvent):
            is_plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier  # Ctrl+Enter is the page's
            if event.type() == QEvent.Type.ShortcutOverride and event.key() in _LIST_KEYS and is_plain:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab:
                row = self.current()
                if row is not None and (self._walked or self.text().strip()):
                    self.take(row)
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk in the list, take, close."""
        key = event.key()
        if self._list is None or not self.is_open() or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if key == Qt.Key.Key_Down and not self.is_open():
                self.refresh()
                return
            super().keyPressEvent(event)
            return
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _ROWS - 1, Qt.Key.Key_PageUp: 1 - _ROWS}
        if key in steps:
            self._list.step(steps[Qt.Key(key)])
            self._walked = True
            self._describe()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            row = self._list.current()
            if row is not None:
                self.take(row)
        elif key == Qt.Key.Key_Escape:
            self.close_list()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Open at once when no letter is needed."""
        super().focusInEvent(event)
        if self._minimum == 0 and not self.text():
            self.refresh()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Close when the cursor goes elsewhere."""
        super().focusOutEvent(event)
        self.close_list()

    def hideEvent(self, event: QHideEvent) -> None:
        """Close with the page."""
        super().hideEvent(event)
        self.close_list()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the list beside the line when anything around it moves."""
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize) and self.is_open():
            self._place()
        return False

    def _follow(self, on: bool) -> None:
        """Watch the line and what it lies in, only while the list is open."""
        for watched in self._watched:
            watched.removeEventFilter(self)
        self._watched = []
        widget: QWidget | None = self if on else None
        while widget is not None:
            widget.installEventFilter(self)
            self._watched.append(widget)
            widget = None if widget.isWindow() else widget.parentWidget()


_LIST_KEYS = frozenset(
    {
        Qt.Key.Key_Return,
        Qt.Key.Key_Enter,
        Qt.Key.Key_Escape,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
    }
)


def _shadow(parent: QWidget) -> QGraphicsDropShadowEffect:
    """Return the shadow that lifts the list off the page; black, so that it is no light in the dark themes."""
    effect = QGraphicsDropShadowEffect(parent)
    effect.setBlurRadius(theme.XL)
    effect.setOffset(0, theme.S)
    effect.setColor(QColor(0, 0, 0, 60))
    return effect


class SearchBox(QLineEdit):
    """A plain filter line with a magnifier; `searched` follows each letter. Esc empties it first."""

    searched = Signal(str)

    def __init__(self, placeholder: str = "", *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setPlaceholderText(placeholder or _("chercher"))
        self.setAccessibleName(self.placeholderText())
        self._glass = IconLabel("search", "secondary", parent=self)
        self._glass.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.textChanged.connect(self.searched)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the magnifier in the middle of the line's height, and the text clear of it."""
        super().resizeEvent(event)
        size = self._glass.sizeHint()
        self._glass.setGeometry(theme.M, (self.height() - size.height()) // 2, size.width(), size.height())
        self.setTextMargins(size.width() + theme.S, 0, 0, 0)

    def event(self, event: QEvent) -> bool:
        """Keep Esc while there is something to empty."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape and self.text():
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self.clear()
                return True
        return super().event(event)
