"""One photo of a strip: the small picture, what is seen on it, when it was taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from fieldapp.core.text import _
from fieldapp.ui import icons, theme
from fieldapp.ui.barrier.photo_words import VIEW_KEYS, taken_words, view_words
from fieldapp.ui.barrier.shades import Thumbnails

_CHARS = 8
"""Width of the picture in letters' heights."""

_HEIGHT = 0.75
"""Height of the picture in its widths: that of most cameras."""

_REMOVING = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_OPENING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}


class PhotoTile(QAbstractButton):
    """A photo that is opened by Enter or two clicks, named by a letter, taken away by Del."""

    stood_on = Signal()
    opened = Signal()
    removed = Signal()
    view_chosen = Signal(str)
    walked = Signal(int)

    def __init__(self, thumbnails: Thumbnails, *, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._thumbnails = thumbnails
        self._values: Mapping[str, Any] = {}
        self._taken, self._view, self._other_day = "", "", False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def sha256(self) -> str:
        """The photo shown."""
        return str(self._values.get("sha256", ""))

    def words(self) -> list[str]:
        """Return the lines below the picture: what is seen on it, when it was taken."""
        return [self._view or _("vue ?"), self._taken or _("heure inconnue")]

    def show_photo(self, values: Mapping[str, Any], *, near: str = "", other_day: bool = False) -> None:
        """Show this photo; `near` is the ISO date of its morning, `other_day` says that it is of another one."""
        self._values, self._other_day = values, other_day
        self._view, self._taken = view_words(values), taken_words(values, near=near)
        told = [str(values.get("file_name", "")), *self.words()]
        if other_day:
            told.append(_("pas de ce matin-là ni de la veille : vérifiez la photo, ou l’heure de l’appareil"))
        self.setAccessibleName(", ".join(told))
        self.setToolTip("\n".join(told))
        self.update()

    @property
    def is_of_another_day(self) -> bool:
        """Whether the photo is marked as one of another day than its morning."""
        return self._other_day

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Say that the buttons of the strip are about this photo now."""
        super().focusInEvent(event)
        self.stood_on.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the photo."""
        self.opened.emit()

    def event(self, event: QEvent) -> bool:
        """Keep the letters of the views from the shortcuts of the page."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._means(event):
            event.accept()
            return True
        return super().event(event)

    def _means(self, event: QKeyEvent) -> bool:
        if event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier):
            return False
        return event.key() in (*_REMOVING, *_OPENING, *_STEPS) or event.text().upper() in VIEW_KEYS.values()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open, take away, name, walk; every other key belongs to the page."""
        if not self._means(event):
            event.ignore()
        elif event.key() in _OPENING:
            self.opened.emit()
        elif event.key() in _REMOVING:
            self.removed.emit()
        elif event.key() in _STEPS:
            self.walked.emit(_STEPS[Qt.Key(event.key())])
        else:
            letter = event.text().upper()
            self.view_chosen.emit(next(view for view, key in VIEW_KEYS.items() if key == letter))

    def _side(self) -> int:
        return theme.text_px() * _CHARS

    def _high(self) -> int:
        return round(self._side() * _HEIGHT)

    def sizeHint(self) -> QSize:
        """Return the room for the picture and two lines below it."""
        return QSize(self._side(), self._high() + 2 * QFontMetrics(theme.font("small")).height() + theme.XS)

    def minimumSizeHint(self) -> QSize:
        """Return the same: a photo is never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the picture and its words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        square = QRectF(0, 0, self.width(), self._high())
        picture = self._thumbnails.get(self.sha256, round(self._side() * self.devicePixelRatio()))
        paint_photo(painter, picture, square)
        if self.hasFocus():
            painter.setPen(QPen(theme.colour("accent"), theme.RING))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(square.adjusted(1, 1, -1, -1), theme.RADIUS, theme.RADIUS)
        view, taken = self.words()
        if picture is not None and picture.isNull():
            taken = _("fichier absent")
        font = theme.font("small", QFont.Weight.DemiBold if self._view else QFont.Weight.Normal)
        line = QFontMetrics(font).height()
        below = QRectF(0, square.bottom() + theme.XS, self.width(), line)
        painter.setFont(font)
        painter.setPen(theme.colour("text" if self._view else "secondary"))
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, view)
        below.translate(0, line)
        if self._other_day:
            icons.paint(painter, "warning", "warning", QRectF(0, below.top(), line, line))
            below.setLeft(line + theme.XS)
        font = theme.font("small")
        painter.setFont(font)
        painter.setPen(theme.colour("warning" if self._other_day else "secondary"))
        cut = QFontMetrics(font).elidedText(taken, Qt.TextElideMode.ElideRight, round(below.width()))
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, cut)


def paint_photo(painter: QPainter, picture: QPixmap | None, square: QRectF) -> None:
    """Draw a small picture so that it fills the square; its icon while it is on its way (None) or missing (null)."""
    painter.save()
    outline = QPainterPath()
    outline.addRoundedRect(square, theme.RADIUS, theme.RADIUS)
    painter.fillPath(outline, theme.colour("raised"))
    if picture is None or picture.isNull():
        side = min(theme.icon_px() * 1.5, square.height() * 0.6)
        name = "photo" if picture is None else "inaccessible"
        icons.paint(
            painter,
            name,
            "secondary",
            QRectF(square.center() - QPointF(side, side) / 2, QSize(round(side), round(side))),
        )
    else:
        painter.setClipPath(outline)
        scale = max(square.width() / picture.width(), square.height() / picture.height())
        wide, high = picture.width() * scale, picture.height() * scale
        target = QRectF(square.center().x() - wide / 2, square.center().y() - high / 2, wide, high)
        painter.drawPixmap(target, picture, QRectF(picture.rect()))
    painter.restore()
