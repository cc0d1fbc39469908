"""One version of a field, to be chosen: its key, its words over as many lines as they need, a mark where it shows."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.widgets import badge_size, paint_badge
from fieldapp.ui.widgets.keyhint import cap_width, paint_cap

LEAST = 6
"""Least width of a cell, in heights of body text."""

_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
_SIGN = "good"


class VersionCell(QAbstractButton):
    """A button with a version; `taken` by Enter, the space bar or the mouse, `walked` (down, right) by the arrows.

    `mark` is the word on the version that the record holds, "" for the others.
    """

    taken = Signal()
    walked = Signal(int, int)
    came = Signal()

    def __init__(
        self, words: str, key: str, mark: str, *, spoken: str, name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._key, self.mark = key, mark
        self.setText(words)
        self.setObjectName(name)
        self.setAccessibleName(f"{spoken} : {words}")
        self.setAccessibleDescription(mark)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.clicked.connect(lambda _checked=False: self.taken.emit())

    # ------------------------------------------------------------------------------------------------ measures

    def _font(self) -> QFont:
        return theme.font("body", QFont.Weight.DemiBold if self.mark else QFont.Weight.Normal)

    def _left(self) -> int:
        return theme.S + cap_width(self._key) + theme.S

    def _badge(self) -> QSize:
        return badge_size(_SIGN, self.mark) if self.mark else QSize(0, 0)

    def _is_beside(self, width: int) -> bool:
        """Return whether the mark stands beside the words, where these need one line only."""
        words = QFontMetrics(self._font()).horizontalAdvance(self.text())
        return self._left() + words + theme.S + self._badge().width() + theme.S <= width

    def _words_height(self, width: int) -> int:
        room = QRect(0, 0, max(1, width - self._left() - theme.M), 100_000)
        return QFontMetrics(self._font()).boundingRect(room, int(_WRAP), self.text()).height()

    def hasHeightForWidth(self) -> bool:
        """The height follows from the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of all words, and of the mark where that stands below them."""
        below = 0 if not self.mark or self._is_beside(width) else self._badge().height() + theme.XS
        return max(theme.target(), self._words_height(width) + below + 2 * theme.S)

    def sizeHint(self) -> QSize:
        """Return a cell of usual width."""
        width = theme.text_px() * 3 * LEAST
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Return the least cell."""
        return QSize(theme.text_px() * LEAST, theme.target())

    # ------------------------------------------------------------------------------------------------- drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, key, words and mark."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focus = self.hasFocus()
        painter.setPen(QPen(theme.colour("accent" if focus else "edge"), theme.RING if focus else 1))
        ground = "soft" if self.mark else ("raised" if self.underMouse() else "surface")
        painter.setBrush(theme.colour(ground))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), theme.RADIUS, theme.RADIUS)
        metrics = QFontMetrics(self._font())
        top = theme.S if self.height() > theme.target() else (self.height() - metrics.height()) // 2
        paint_cap(painter, self._key, theme.S + cap_width(self._key), top + metrics.height() / 2)
        painter.setFont(self._font())
        painter.setPen(theme.colour("text"))
        room = QRect(self._left(), top, self.width() - self._left() - theme.M, self.height() - top)
        painter.drawText(room, int(_WRAP), self.text())
        if self.mark:
            self._paint_mark(painter, top, metrics.height())

    def _paint_mark(self, painter: QPainter, top: int, line: int) -> None:
        size = self._badge()
        if self._is_beside(self.width()):
            where = QRectF(self.width() - size.width() - theme.S, top, size.width(), line)
        else:
            below = top + self._words_height(self.width()) + theme.XS
            where = QRectF(self._left(), below, min(size.width(), self.width() - self._left()), size.height())
        paint_badge(painter, _SIGN, self.mark, where, on_soft=True)

    # ---------------------------------------------------------------------------------------------------- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take it on Enter, walk with the arrows; everything else belongs to the page."""
        key = event.key()
        steps = {
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
        }
        if key in steps:
            self.walked.emit(*steps[Qt.Key(key)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif key == Qt.Key.Key_Space:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell that the cursor stands here."""
        super().focusInEvent(event)
        self.came.emit()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Draw without the ring."""
        super().focusOutEvent(event)
        self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Redraw under the mouse."""
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Redraw without the mouse."""
        super().leaveEvent(event)
        self.update()


def shown_word(*, settled: bool) -> str:
    """Return the word on the version that the record holds."""
    return _("retenue") if settled else _("affichée")
