"""A panel over the window that holds the keyboard until it is closed; part of the window, never a dialog of its own."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QKeyCombination, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from fieldapp.ui import theme
from fieldapp.ui.widgets import ActionButton
from fieldapp.ui.widgets.keyhint import sequences


class Overlay(QWidget):
    """Covers its host with a veil and shows `panel` in the middle (or near the top).

    While it is open the keys of the page below do nothing; Esc or a press on the veil closes it and gives the cursor
    back to where it was.
    """

    closed = Signal()

    def __init__(self, host: QWidget, *, width: int = 40, high: bool = False, name: str = "") -> None:
        super().__init__(host)
        self._host, self._width, self._high = host, width, high
        self._before: QWidget | None = None
        self.setObjectName(name)
        self.setProperty("role", "veil")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.panel = QFrame(self)
        self.panel.setProperty("role", "overlay")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hide()
        host.installEventFilter(self)

    def open_panel(self, focus: QWidget | None = None) -> None:
        """Show the panel and put the cursor into it."""
        if not self.isVisible():
            self._before = QApplication.focusWidget()
        self.place()
        self.show()
        self.raise_()
        self.place()
        (focus or self._stops()[0]).setFocus()

    def close_panel(self) -> None:
        """Hide the panel and give the cursor back."""
        if not self.isVisible():
            return
        before, self._before = self._before, None
        self.hide()
        if before is not None and before.isVisible():
            before.setFocus()
        self.closed.emit()

    def place(self) -> None:
        """Put the panel in its place; it is as high as its content, at most as high as the window."""
        self.setGeometry(self._host.rect())
        width = self.panel_width()
        self.panel.setFixedWidth(width)
        layout = self.panel.layout()
        wanted = 0
        if layout is not None:
            layout.invalidate()
            height_follows = layout.hasHeightForWidth()
            wanted = layout.totalHeightForWidth(width) if height_follows else layout.totalSizeHint().height()
        height = min(wanted, self.height() - 2 * theme.XL)
        top = min(theme.XXL * 2, (self.height() - height) // 2) if self._high else (self.height() - height) // 2
        self.panel.setFixedHeight(height)
        self.panel.move((self.width() - width) // 2, max(theme.L, top))

    def panel_width(self) -> int:
        """Return how wide the panel stands in the host, in pixels."""
        return min(theme.text_px() * self._width, self._host.width() - 2 * theme.XL)

    def _stops(self) -> list[QWidget]:
        """Return what Tab reaches in the panel, in the order it was put there; else the overlay itself.

        Never by `nextInFocusChain` or `focusProxy`: PySide takes the widget that they return for a child of the one
        asked, so that deleting a button of any page would make every widget after it in the chain unusable to Python.
        """
        return [
            widget
            for widget in self.panel.findChildren(QWidget)
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisibleTo(self) and widget.isEnabled()
        ] or [self]

    def focusNextPrevChild(self, next_one: bool) -> bool:
        """Keep Tab within the panel."""
        stops = self._stops()
        now = QApplication.focusWidget()
        at = stops.index(now) if now in stops else -1
        stops[(at + (1 if next_one else -1)) % len(stops)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def event(self, event: QEvent) -> bool:
        """Keep every key from the shortcuts of the page below."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Esc; press the button of the panel whose key it is."""
        event.accept()
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
            return
        pressed = QKeySequence(
            QKeyCombination(event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier, Qt.Key(event.key()))
        )
        for button in self.panel.findChildren(ActionButton):
            if button.key and button.isVisible() and pressed in sequences(button.key):
                button.click()
                return

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Close on a press beside the panel."""
        if not self.panel.geometry().contains(event.position().toPoint()):
            self.close_panel()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cover the host when it changes its size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.place()
        return False
