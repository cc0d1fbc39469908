"""Small upright bars with their counts: how many birds each net caught, how many each hour brought."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from fieldapp.ui import theme

_WIDEST = 44
_HEIGHT = 44


class CountBars(QWidget):
    """One bar per name, side by side, the count above and the name below; a long row runs on in a second one."""

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._counts: Sequence[tuple[str, int]] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_counts(self, counts: Sequence[tuple[str, int]]) -> None:
        """Show these bars, in this order."""
        self._counts = counts
        self.setAccessibleName(" ; ".join(f"{name} : {count}" for name, count in counts))
        self.updateGeometry()
        self.update()

    def _line(self) -> int:
        return QFontMetrics(theme.font("small")).lineSpacing()

    def _step(self) -> int:
        metrics = QFontMetrics(theme.font("small"))
        widest = max(
            (metrics.horizontalAdvance(text) for name, n in self._counts for text in (name, str(n))), default=0
        )
        return widest + theme.S

    def _in_row(self, width: int) -> int:
        return max(1, width // max(1, self._step()))

    def _row_height(self) -> int:
        return _HEIGHT + 2 * self._line() + theme.S

    def sizeHint(self) -> QSize:
        """Return the room for one row."""
        return QSize(240, self.heightForWidth(max(240, self.width())))

    def hasHeightForWidth(self) -> bool:
        """Return that a narrow widget is higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the room for all rows at this width."""
        return -(-max(1, len(self._counts)) // self._in_row(width)) * self._row_height()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bars."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("small"))
        in_row = self._in_row(self.width())
        step = min(_WIDEST, self.width() / min(in_row, max(1, len(self._counts))))
        most = max((count for _name, count in self._counts), default=1) or 1
        for number, (name, count) in enumerate(self._counts):
            row, column = divmod(number, in_row)
            cell = QRectF(column * step, row * self._row_height(), step, self._row_height() - theme.S)
            self._paint_bar(painter, cell, name, count, count / most)

    def _paint_bar(self, painter: QPainter, cell: QRectF, name: str, count: int, share: float) -> None:
        line, centre = self._line(), Qt.AlignmentFlag.AlignCenter
        high = max(2.0, _HEIGHT * share)
        foot = cell.bottom() - line
        width = min(cell.width() - theme.XS, 18.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent"))
        painter.drawRoundedRect(QRectF(cell.center().x() - width / 2, foot - high, width, high), 2, 2)
        painter.setPen(theme.colour("text"))
        painter.drawText(QRectF(cell.left(), foot - high - line, cell.width(), line), centre, str(count))
        painter.setPen(theme.colour("secondary"))
        painter.drawText(QRectF(cell.left(), foot, cell.width(), line), centre, name)
