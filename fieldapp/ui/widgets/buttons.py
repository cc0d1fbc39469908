"""Buttons that carry their key: the action of a page, and the chip that is ticked."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QShortcut
from PySide6.QtWidgets import QAbstractButton, QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QWidget

from fieldapp.core.text import _
from fieldapp.ui import icons, theme
from fieldapp.ui.widgets.keyhint import cap_width, key_words, live_key, paint_cap

_SIDE = 14
"""Distance of the content of a button from its left and right edge."""


class ActionButton(QPushButton):
    """A button with its words, an icon and the cap of its key, which works while the button is on the screen.

    `role` is "" (plain), "primary" (the one next step of the page) or "quiet" (no outline).
    """

    def __init__(
        self,
        text: str,
        icon: str = "",
        key: str = "",
        primary: bool = False,
        *,
        name: str = "",
        role: str = "",
        on: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._icon_name = icon
        self._key = ""
        self._shortcut: QShortcut | None = None
        self.setProperty("role", "primary" if primary else role)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setObjectName(name)
        self.set_text(text)
        self.set_key(key)
        if on is not None:
            self.clicked.connect(lambda _checked=False: on())

    def set_text(self, text: str) -> None:
        """Show other words."""
        self._words = text
        self.setText(text.replace("&", "&&"))
        self.setAccessibleName(text)
        self.updateGeometry()

    def set_icon(self, name: str) -> None:
        """Show another icon, none for ""."""
        self._icon_name = name
        self.updateGeometry()
        self.update()

    def set_key(self, key: str) -> None:
        """Put the action on another key, none for ""."""
        if self._shortcut is not None:
            self._shortcut.setEnabled(False)
            self._shortcut.deleteLater()
            self._shortcut = None
        self._key = key
        if key:
            self._shortcut = live_key(self, key, self.click)
            self.setToolTip("")
            self.setAccessibleDescription(_("touche {key}").format(key=key_words(key)))
        self.updateGeometry()
        self.update()

    def show_key(self, key: str) -> None:
        """Show the cap of a key that somebody else answers to (a key of the whole window)."""
        self.set_key("")
        self._key = key
        self.updateGeometry()
        self.update()

    @property
    def key(self) -> str:
        """The key of the action, "" when it has none."""
        return self._key

    def _word_font(self) -> QFont:
        role = self.property("role")
        if role == "status":
            return theme.font("small")
        return theme.font("body", QFont.Weight.Normal if role in ("quiet", "goto") else QFont.Weight.DemiBold)

    def _margin(self) -> int:
        return {"quiet": theme.S, "status": 2, "goto": theme.M}.get(self.property("role"), _SIDE)

    def sizeHint(self) -> QSize:
        """Return the room for the icon, the words and the cap."""
        width = 2 * self._margin() + QFontMetrics(self._word_font()).horizontalAdvance(self._words)
        if self._icon_name:
            width += theme.icon_px() + (theme.S if self._words else 0)
        if self._key:
            width += cap_width(self._key) + theme.S + 2
        return QSize(width, theme.text_px() + theme.S if self.property("role") == "status" else theme.target())

    def minimumSizeHint(self) -> QSize:
        """Return the same: a button is never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground by the style sheet, then the content."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter = QPainter(self)
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        primary = self.property("role") == "primary"
        if not self.isEnabled():
            colour = "disabled"
        elif primary:
            colour = "on_accent"
        else:
            colour = "secondary" if self.property("role") in ("quiet", "goto", "status") else "text"
        if primary and self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.colour("on_accent"), theme.RING))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(4, 4, -4, -4), 3, 3)
        self._paint_content(painter, colour, primary and self.isEnabled())

    def _paint_content(self, painter: QPainter, token: str, on_accent: bool) -> None:
        middle = self.height() / 2
        spare = max(0, self.width() - self.sizeHint().width())
        left = self._margin() + (spare / 2 if not self._key else 0)
        if self._icon_name:
            side = theme.icon_px()
            icons.paint(painter, self._icon_name, token, QRectF(left, middle - side / 2, side, side))
            left += side + theme.S
        painter.setFont(self._word_font())
        painter.setPen(theme.colour(token))
        painter.drawText(
            QRectF(left, 0, self.width() - left, self.height()),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
            self._words,
        )
        if self._key:
            paint_cap(painter, self._key, self.width() - self._margin(), middle, on_accent)


class Chip(QAbstractButton):
    """A word that is on or off: check mark, ground and weight say which."""

    def __init__(
        self, text: str, checked: bool = False, *, key: str = "", name: str = "", parent: QWidget | None = None
    ):
        super().__init__(parent)
        self.quick_key = key
        self.setText(text)
        self.setCheckable(True)
        self.setChecked(checked)
        self.setObjectName(name)
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def _height(self) -> int:
        return theme.target() - 10

    def sizeHint(self) -> QSize:
        """Return the room for the words, the check mark (always kept free) and the quick key."""
        metrics = QFontMetrics(theme.font("small", QFont.Weight.DemiBold))
        width = metrics.horizontalAdvance(self.text()) + self._height() + self._mark()
        if self.quick_key:
            width += cap_width(self.quick_key) + theme.XS + 2
        return QSize(width, theme.target() - 4)

    def minimumSizeHint(self) -> QSize:
        """Return the same: a chip is never cut."""
        return self.sizeHint()

    def _mark(self) -> int:
        return round(theme.text_px("small") * 1.2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press with the space bar; every other key belongs to the row or the page."""
        if event.key() not in (Qt.Key.Key_Space, Qt.Key.Key_Select):
            event.ignore()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the pill, the mark, the word and the key."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on, height = self.isChecked(), self._height()
        rect = QRectF(1, (self.height() - height) / 2, self.width() - 2, height)
        token = "disabled" if not self.isEnabled() else ("accent" if on else "secondary")
        ring = self.hasFocus()
        painter.setPen(QPen(theme.colour("accent"), theme.RING) if ring else Qt.PenStyle.NoPen)
        ground = "soft" if on else ("line" if self.underMouse() else "raised")
        painter.setBrush(theme.colour(ground))
        painter.drawRoundedRect(rect, height / 2, height / 2)
        left = rect.left() + height / 2 - (0 if on else -self._mark() / 2)
        if on:
            side = self._mark()
            icons.paint(painter, "check", token, QRectF(left - 2, rect.center().y() - side / 2, side, side))
            left += side
        painter.setFont(theme.font("small", QFont.Weight.DemiBold if on else QFont.Weight.Normal))
        painter.setPen(theme.colour("text" if ground == "line" else token))
        painter.drawText(
            QRectF(left, 0, self.width(), self.height()),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
            self.text(),
        )
        if self.quick_key:
            paint_cap(painter, self.quick_key, rect.right() - theme.S, rect.center().y())

    def event(self, event: QEvent) -> bool:
        """Redraw when the mouse comes and goes."""
        if event.type() in (QEvent.Type.Enter, QEvent.Type.Leave):
            self.update()
        return super().event(event)
