"""Keys: their names as they stand on a French keyboard, and the small cap that shows them."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QKeySequence, QPainter, QPaintEvent, QPen, QShortcut
from PySide6.QtWidgets import QSizePolicy, QWidget

from fieldapp.core.text import N_, _
from fieldapp.ui import theme

_NAMES = MappingProxyType(
    {
        "Return": N_("Entrée"),
        "Enter": N_("Entrée"),
        "Esc": N_("Échap"),
        "Escape": N_("Échap"),
        "Space": N_("Espace"),
        "Del": N_("Suppr"),
        "Delete": N_("Suppr"),
        "Backspace": N_("Retour arr."),
        "Tab": N_("Tab"),
        "Ins": N_("Inser"),
        "Home": N_("Début"),
        "End": N_("Fin"),
        "PgUp": N_("Page ↑"),
        "PgDown": N_("Page ↓"),
        "Up": "↑",
        "Down": "↓",
        "Left": "←",
        "Right": "→",
        "Shift": N_("Maj"),
        "Ctrl": N_("Ctrl"),
        "Alt": N_("Alt"),
    }
)
CAP_PADDING = 5


def key_words(key: str) -> str:
    """Return a key sequence as it is printed on the keys: "Ctrl+Return" gives "Ctrl Entrée"."""
    if not key:
        return ""
    parts = key.split("+") if key != "+" and not key.endswith("++") else [*filter(None, key[:-1].split("+")), "+"]
    return " ".join(_(_NAMES[part]) if part in _NAMES else part for part in parts)


AZERTY = dict(zip("1234567890", "&é\"'(-è_çà", strict=True))
"""What the keys of the digits give on a French keyboard when Shift is not held (source: AFNOR NF Z71-300, AZERTY)."""


def digit_of(text: str) -> str:
    """Return the digit of the key that gave this text, whatever the keyboard; any other text as it is."""
    return next((digit for digit, sign in AZERTY.items() if sign == text), text)


def sequences(key: str) -> list[QKeySequence]:
    """Return the Qt sequences of a key.

    Return stands for the Enter of the number pad too, and a digit for its key on a French keyboard, where it takes
    Shift to get the digit itself.
    """
    found = [QKeySequence(key)]
    if "Return" in key:
        found.append(QKeySequence(key.replace("Return", "Enter")))
    if key[-1:] in AZERTY and not key[-2:-1].isalnum():
        found.append(QKeySequence(key[:-1] + AZERTY[key[-1]].upper()))
    return found


def live_key(owner: QWidget, key: str, action: Callable[[], object]) -> QShortcut:
    """Make the key do the action while the owner is on the screen and enabled."""
    shortcut = QShortcut(owner)
    shortcut.setKeys(sequences(key))
    shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
    shortcut.activated.connect(lambda *_nothing: action())
    return shortcut


class KeyHint(QWidget):
    """A small key cap that stands beside an action."""

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_key(key)

    def set_key(self, key: str) -> None:
        """Show another key."""
        self.key = key
        self.setAccessibleName(_("touche {key}").format(key=key_words(key)))
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """Return what is printed on the cap."""
        return key_words(self.key)

    def sizeHint(self) -> QSize:
        """Return the size of the cap."""
        return QSize(cap_width(self.key), cap_height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cap."""
        paint_cap(QPainter(self), self.key, self.width(), self.height() / 2)


def cap_font() -> QFont:
    """Return the font of a key cap."""
    return theme.font("key", QFont.Weight.DemiBold)


def cap_width(key: str) -> int:
    """Return the width that `paint_cap` needs for this key, 0 for no key."""
    if not key:
        return 0
    return max(QFontMetrics(cap_font()).horizontalAdvance(key_words(key)) + 2 * CAP_PADDING + 2, cap_height())


def cap_height() -> int:
    """Return the height of a key cap."""
    return QFontMetrics(cap_font()).height() + 3


def paint_cap(painter: QPainter, key: str, right: float, middle: float, on_accent: bool = False) -> None:
    """Draw the cap so that it ends at `right`, centred on `middle`."""
    width, height = cap_width(key), cap_height()
    rect = QRectF(right - width + 0.5, round(middle - height / 2) + 0.5, width - 1, height - 1)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour("on_accent" if on_accent else "line"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush if on_accent else theme.colour("raised"))
    painter.drawRoundedRect(rect, 4, 4)
    painter.setFont(cap_font())
    painter.setPen(theme.colour("on_accent" if on_accent else "secondary"))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, key_words(key))
    painter.restore()
