"""The lines of a sheet that are saved: the heads of the columns, and one drawn line for each species."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from fieldapp.core.forms import GridColumn
from fieldapp.core.text import _
from fieldapp.ui import icons, theme
from fieldapp.ui.forms.columns import places
from fieldapp.ui.widgets.keyhint import cap_width, paint_cap

_MIDDLE = Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class LineWords:
    """What a line shows: the names, the text of each column, and the sentences of what is to be said about it."""

    uid: str
    name: str
    latin: str
    cells: tuple[str, ...]
    said: str = ""


class Heads(QWidget):
    """The heads of the columns; `key` goes to the line of the species."""

    def __init__(self, species: str, columns: Sequence[GridColumn], key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._species, self._columns, self._key = species, columns, key
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return the height of a head."""
        return QSize(400, theme.target())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the words and the line below them."""
        painter = QPainter(self)
        painter.setFont(theme.font("small", QFont.Weight.Bold))
        painter.setPen(theme.colour("secondary"))
        at = places(self._columns, self.width())
        painter.drawText(at.rect(-1, self.height()), _MIDDLE, self._species)
        left = at.species[0] + QFontMetrics(painter.font()).horizontalAdvance(self._species) + theme.S
        paint_cap(painter, self._key, left + cap_width(self._key), self.height() / 2)
        for number, column in enumerate(self._columns):
            side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
            painter.drawText(at.rect(number, self.height()), _MIDDLE | side, _(column.label))
        draw_rule(painter, self.rect())


class LineRow(QWidget):
    """One saved line. Enter edits it, Delete takes it away, the arrows walk."""

    edit = Signal(str, str)
    delete = Signal(str)
    walk = Signal(str, int)

    def __init__(self, words: LineWords, columns: Sequence[GridColumn], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words, self._columns = words, columns
        self.setObjectName(f"sheet.line.{words.uid}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(" ".join(filter(None, (words.name, *words.cells, words.said))))
        self.setToolTip(words.said)

    def sizeHint(self) -> QSize:
        """Return the height of a line."""
        return QSize(400, theme.target() + 3)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw names and cells; the line that has the cursor stands on the soft ground."""
        painter = QPainter(self)
        if self.hasFocus():
            painter.fillRect(self.rect(), theme.colour("soft"))
            painter.setPen(QPen(theme.colour("accent"), theme.RING))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -2))
        at = places(self._columns, self.width())
        self._paint_names(painter, at.rect(-1, self.height()))
        for number, column in enumerate(self._columns):
            self._paint_cell(painter, at.rect(number, self.height()), self.words.cells[number], column)
        if not self.hasFocus():
            draw_rule(painter, self.rect())

    def _paint_names(self, painter: QPainter, rect: QRect) -> None:
        left, right = rect.left(), rect.right()
        if self.words.said:
            side = theme.icon_px()
            box = QRectF(right - side, rect.center().y() - side / 2, side, side)
            icons.paint(painter, "warning", "warning", box)
            right -= side + theme.S
        font = theme.font("body", QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(theme.colour("text"))
        name = QFontMetrics(font).elidedText(self.words.name, Qt.TextElideMode.ElideRight, right - left)
        painter.drawText(QRect(left, 0, right - left, rect.height()), _MIDDLE, name)
        left += QFontMetrics(font).horizontalAdvance(name) + theme.S
        if right - left > theme.XXL:
            small = theme.font("small", italic=True)
            painter.setFont(small)
            painter.setPen(theme.colour("secondary"))
            latin = QFontMetrics(small).elidedText(self.words.latin, Qt.TextElideMode.ElideRight, right - left)
            painter.drawText(QRect(left, 1, right - left, rect.height()), _MIDDLE, latin)

    def _paint_cell(self, painter: QPainter, rect: QRect, text: str, column: GridColumn) -> None:
        weight = QFont.Weight.DemiBold if column.is_number else QFont.Weight.Normal
        font = theme.font("body", weight)
        painter.setFont(font)
        painter.setPen(theme.colour("text" if text else "secondary"))
        side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
        words = QFontMetrics(font).elidedText(text or "–", Qt.TextElideMode.ElideRight, rect.width() + 2)
        painter.drawText(rect, _MIDDLE | side, words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Edit, delete, walk."""
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.key() in steps:
            self.walk.emit(self.words.uid, steps[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self.edit.emit(self.words.uid, "")
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete.emit(self.words.uid)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Edit the cell that was pressed."""
        at = places(self._columns, self.width())
        x = event.position().toPoint().x()
        hit = next(
            (c.code for n, c in enumerate(self._columns) if at.rect(n, 1).left() <= x <= at.rect(n, 1).right()), ""
        )
        self.edit.emit(self.words.uid, hit)


def draw_rule(painter: QPainter, rect: QRect) -> None:
    """Draw the thin line below a row."""
    painter.fillRect(QRect(rect.left() + theme.XS, rect.bottom(), rect.width() - theme.S, 1), theme.colour("line"))
