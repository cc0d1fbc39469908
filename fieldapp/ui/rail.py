"""The rail on the left: the pages, each with its icon, its name and its key."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QSizePolicy, QWidget

from fieldapp.core.text import _
from fieldapp.ui import icons, theme
from fieldapp.ui.page import Page
from fieldapp.ui.widgets import text_label
from fieldapp.ui.widgets.keyhint import cap_width, key_words, live_key, paint_cap

_HEIGHT = 42


class RailButton(QAbstractButton):
    """One entry of the rail."""

    def __init__(self, page: Page, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name, self.key = page.icon, key
        self.setText(_(page.label))
        self.setCheckable(True)
        self.setObjectName(f"rail.{page.code}")
        self.setAccessibleName(self.text())
        self.setAccessibleDescription(_("touche {key}").format(key=key_words(key)) if key else "")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if key:
            live_key(self, key, self.click)

    def _font(self) -> QFont:
        return theme.font("body", QFont.Weight.Bold if self.isChecked() else QFont.Weight.Normal)

    def sizeHint(self) -> QSize:
        """Return the room for icon, name and key, the name in bold so that nothing moves."""
        words = QFontMetrics(theme.font("body", QFont.Weight.Bold)).horizontalAdvance(self.text())
        return QSize(10 + theme.icon_px() + theme.M + words + theme.M + cap_width(self.key) + 10, theme.target() + 6)

    def minimumSizeHint(self) -> QSize:
        """Return the same: a page's name is never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the entry, on the soft ground when its page is shown."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect, on = QRectF(self.rect()), self.isChecked()
        painter.setPen(QPen(theme.colour("accent"), theme.RING) if self.hasFocus() else Qt.PenStyle.NoPen)
        ground = "soft" if on else ("raised" if self.underMouse() else "surface")
        painter.setBrush(theme.colour(ground))
        painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), theme.RADIUS, theme.RADIUS)
        side = theme.icon_px()
        box = QRectF(10, rect.center().y() - side / 2, side, side)
        icons.paint(painter, self._icon_name, "accent" if on else "secondary", box)
        painter.setFont(self._font())
        painter.setPen(theme.colour("accent" if on else "secondary"))
        words = QRectF(box.right() + theme.M, 0, rect.width(), rect.height())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.text())
        if self.key:
            paint_cap(painter, self.key, rect.right() - 10, rect.center().y())


class Rail(QFrame):
    """The pages of the rail; `chosen` carries the code of the one that was pressed."""

    chosen = Signal(str)

    def __init__(self, pages: Sequence[Page], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setProperty("role", "rail")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._group = QButtonGroup(self)
        self.buttons: dict[str, RailButton] = {}
        brand = text_label("fieldapp", "brand")
        brand.setContentsMargins(10, theme.S, 0, theme.M)
        box = theme.column(brand, spacing=theme.XS)
        for number, page in enumerate(pages, start=1):
            button = RailButton(page, f"Alt+{number % 10}" if number <= 10 else "", self)
            button.clicked.connect(lambda _on=False, code=page.code: self.chosen.emit(code))
            self._group.addButton(button)
            self.buttons[page.code] = button
            box.addWidget(button)
        box.addStretch(1)
        box.setContentsMargins(10, theme.S, 10, theme.S)
        self.setLayout(box)

    def light(self, code: str) -> None:
        """Show which page is open; none for a code that is not in the rail."""
        button = self.buttons.get(code)
        if button is not None:
            button.setChecked(True)
            return
        self._group.setExclusive(False)
        for button in self.buttons.values():
            button.setChecked(False)
        self._group.setExclusive(True)
