"""Sentences that stand on the page instead of a dialog: warning, error, information, done, undo."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from fieldapp.core.text import N_, _, together
from fieldapp.ui import icons, theme
from fieldapp.ui.widgets.buttons import ActionButton

_ICONS = MappingProxyType(
    {
        "warning": ("warning", "warning"),
        "error": ("error", "error"),
        "info": ("info", "info"),
        "done": ("check", "accent"),
        "undo": ("undo", "text"),
    }
)
_SPOKEN = MappingProxyType(
    {
        "warning": N_("Attention"),
        "error": N_("Erreur"),
        "info": N_("Information"),
        "done": N_("Fait"),
        "undo": N_("Annulation"),
    }
)


class IconLabel(QWidget):
    """An icon of the size of the text, in the colour of a token."""

    def __init__(self, name: str, role: str = "text", factor: float = 1.0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._role, self._factor = name, role, factor
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_icon(self, name: str, role: str = "text") -> None:
        """Show another icon."""
        self._name, self._role = name, role
        self.update()

    def sizeHint(self) -> QSize:
        """Return a square of the size of an icon."""
        side = round(theme.icon_px() * self._factor)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the icon."""
        icons.paint(QPainter(self), self._name, self._role, QRectF(self.rect()))


class Banner(QFrame):
    """One sentence with its icon, what else is known on the right, and at most one action with its key.

    `kind` is "warning", "error", "info", "done" or "undo". It never takes the focus.
    """

    closed = Signal()

    def __init__(
        self,
        kind: str,
        text: str,
        *,
        aside: str = "",
        action: str = "",
        key: str = "",
        on: Callable[[], object] | None = None,
        closable: bool = False,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("role", "banner")
        self._icon = IconLabel("info", parent=self)
        self._text = QLabel(self)
        self._words = ""
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._aside = QLabel(self)
        self.button = ActionButton("", key="", role="quiet", name=f"{name}.action", parent=self)
        self._on: Callable[[], object] | None = None
        self.button.clicked.connect(self._act)
        self._close = ActionButton("", "close", role="quiet", name=f"{name}.close", on=self._closed, parent=self)
        self._close.setAccessibleName(_("fermer"))
        self._close.setVisible(closable)
        box = theme.row(self._icon, self._text, self._aside, self.button, self._close, spacing=theme.S)
        box.setStretch(1, 1)
        box.setContentsMargins(theme.M, 2, theme.S, 2)
        self.setLayout(box)
        self.set(kind, text, aside=aside, action=action, key=key, on=on)

    def set(
        self,
        kind: str,
        text: str,
        *,
        aside: str = "",
        action: str = "",
        key: str = "",
        on: Callable[[], object] | None = None,
        live: bool = True,
    ) -> None:
        """Say something else. With `live` false the key is only shown: the window answers to it already."""
        self.kind, self._on, self._words = kind, on, text
        theme.set_role(self, kind, "kind")
        self._icon.set_icon(*_ICONS[kind])
        for label, words in ((self._text, text), (self._aside, aside)):
            label.setText(together(words))
            theme.set_role(label, kind, "kind")
        self._aside.setVisible(bool(aside))
        self.button.set_text(action)
        (self.button.set_key if live else self.button.show_key)(key if action else "")
        self.button.setVisible(bool(action))
        self.setAccessibleName(f"{_(_SPOKEN[kind])} : {text}")

    def width_in_one_line(self) -> int:
        """Return the width at which the sentence needs no second line."""
        self._text.ensurePolished()
        words = QFontMetrics(self._text.font()).horizontalAdvance(self._text.text())
        parts = [self._icon.sizeHint().width(), words + theme.S]
        rest = (self._aside, self.button, self._close)
        parts += [widget.sizeHint().width() for widget in rest if not widget.isHidden()]
        return sum(parts) + theme.S * (len(parts) - 1) + theme.M + theme.S

    def text(self) -> str:
        """Return the sentence."""
        return self._words

    def _act(self) -> None:
        if self._on is not None:
            self._on()

    def _closed(self) -> None:
        self.hide()
        self.closed.emit()
