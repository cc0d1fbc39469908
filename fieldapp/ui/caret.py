"""A red caret for the red-night theme, where Qt's own is switched off (it inverts the ground: white light on black)."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from fieldapp.ui import theme

_BEFORE, _AROUND = 5, 9
"""What a line edit adds to the left of its caret, and to its width, in the rectangle that it gives."""


_caret: Caret | None = None


def install(app: QApplication) -> None:
    """Let the caret follow the theme from now on; one for the whole program."""
    global _caret
    if _caret is None:
        _caret = Caret(app)


class Caret(QWidget):
    """The caret of the line that is typed into, in the colour of the theme; steady, not blinking."""

    def __init__(self, app: QApplication) -> None:
        super().__init__()
        self._editor: QLineEdit | QPlainTextEdit | QTextEdit | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        app.focusChanged.connect(lambda _old, now: self._go_to(now))
        theme.on_change().changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self._go_to(QApplication.focusWidget())

    def _go_to(self, widget: QWidget | None) -> None:
        if not shiboken6.isValid(self):  # the program is ending
            return
        self._leave()
        red = theme.current().name == "nuit-rouge"
        if not red or not isinstance(widget, QLineEdit | QPlainTextEdit | QTextEdit):
            return
        self._editor = widget
        self.setParent(widget if isinstance(widget, QLineEdit) else widget.viewport())
        widget.cursorPositionChanged.connect(self._follow)
        widget.selectionChanged.connect(self._follow)
        widget.textChanged.connect(self._follow)
        widget.installEventFilter(self)
        widget.destroyed.connect(self._lost)
        self._follow()

    def _leave(self) -> None:
        editor, self._editor = self._editor, None
        self.hide()
        self.setParent(None)
        if editor is not None and shiboken6.isValid(editor):
            editor.removeEventFilter(self)
            editor.cursorPositionChanged.disconnect(self._follow)
            editor.selectionChanged.disconnect(self._follow)
            editor.textChanged.disconnect(self._follow)
            editor.destroyed.disconnect(self._lost)

    def _lost(self) -> None:
        """Leave an editor that goes away, before it takes its children with it."""
        self._editor = None
        self.hide()
        self.setParent(None)

    def _follow(self) -> None:
        editor = self._editor
        if isinstance(editor, QLineEdit):
            found: QRect = editor.inputMethodQuery(Qt.InputMethodQuery.ImCursorRectangle)
            rect = QRect(found.x() + _BEFORE, found.y(), max(2, found.width() - _AROUND), found.height())
        elif editor is not None:
            rect = editor.cursorRect().adjusted(0, 0, 1, 0)
        else:
            return
        if rect != self.geometry():
            self.setGeometry(rect)
        if self.isHidden() != editor.isReadOnly():
            self.setVisible(not editor.isReadOnly())
            self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow whenever the editor is drawn: dressed, scrolled, resized, whatever the reason."""
        if event.type() == QEvent.Type.Paint:
            self._follow()
            QTimer.singleShot(0, self, self._follow)  # a line edit scrolls while it draws
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the caret."""
        QPainter(self).fillRect(self.rect(), theme.colour("accent"))
