"""The ring stock in a few lines: what is left of each size, by a bar and in figures, and which size is low."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.banding.overview import SizeStock

_FULL = 100
"""Rings of a full bar: those of one usual string."""


_BAR_LONG, _BAR_SHARE = 5, 0.2
"""Length of the bar in letters' heights, and the share of the line that it takes at most."""


class StockLines(QWidget):
    """One line per size: its letter, a bar of what is left in open strings, the strings, and what waits unopened."""

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._sizes: Sequence[SizeStock] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_sizes(self, sizes: Sequence[SizeStock]) -> None:
        """Show what is left."""
        self._sizes = sizes
        self.setAccessibleName(" ; ".join(f"{one.size} {words(one)}" for one in sizes) or none_words())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the room for all lines."""
        return QSize(200, max(1, len(self._sizes)) * self._line())

    def _line(self) -> int:
        return QFontMetrics(theme.font()).lineSpacing() + theme.M

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._sizes:
            painter.setPen(theme.colour("secondary"))
            painter.setFont(theme.font())
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(self.rect()), flags, none_words())
            return
        for number, one in enumerate(self._sizes):
            rect = QRectF(0, number * self._line(), self.width(), self._line())
            self._paint_line(painter, one, rect)

    def _paint_line(self, painter: QPainter, one: SizeStock, rect: QRectF) -> None:
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.font("body", theme.font().Weight.Bold))
        metrics = QFontMetrics(painter.font())
        letter = metrics.horizontalAdvance("GY") + theme.S
        painter.setPen(theme.colour("text"))
        painter.drawText(rect, flags, one.size or "?")
        bar = bar_in(rect.adjusted(letter, 0, 0, 0), min(theme.text_px() * _BAR_LONG, rect.width() * _BAR_SHARE))
        paint_bar(painter, bar, min(1.0, one.open_left / _FULL), low=one.is_low)
        painter.setFont(theme.font())
        painter.setPen(theme.colour("warning" if one.is_low else "text"))
        room = rect.adjusted(letter + bar.width() + theme.M, 0, 0, 0)
        shown = QFontMetrics(painter.font()).elidedText(words(one), Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, flags, shown)


def bar_in(rect: QRectF, length: float) -> QRectF:
    """Return where a bar of this length stands: at the left of a line, in the middle of its height."""
    return QRectF(rect.left(), rect.center().y() - theme.S / 2, length, theme.S)


def paint_bar(painter: QPainter, rect: QRectF, share: float, *, low: bool) -> None:
    """Draw what is left as a bar; it is hollow at the end that is used up."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("line"))
    painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
    if share > 0:
        painter.setBrush(theme.colour("warning" if low else "accent"))
        width = max(rect.height(), rect.width() * share)
        painter.drawRoundedRect(
            QRectF(rect.left(), rect.top(), width, rect.height()), rect.height() / 2, rect.height() / 2
        )


def words(one: SizeStock) -> str:
    """Return "59 · 8680001–100 · 200 en réserve"; a low size says so."""
    parts = [str(one.open_left)]
    if one.is_low:
        parts.append(_("bientôt fini") if one.spans else _("aucune série ouverte"))
    parts.append(", ".join(one.spans))
    if one.unopened:
        parts.append(_("{n} en réserve").format(n=one.unopened))
    return " · ".join(filter(None, parts))


def none_words() -> str:
    """Return what is said where there is no string at all."""
    return _("Aucune série de bagues.")
