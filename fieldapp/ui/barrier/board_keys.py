"""What a key means on the bucket board, whatever the keyboard.

On a French keyboard the digits take Shift, and without it their keys give & é " ' ( - è _ ç à: the minus sign is the
key of the 6. What counts is therefore which key was pressed, where the system tells it: the ten keys of the upper row
are the digits, with or without Shift and Caps Lock, and a minus sign of any other key is one. The language of the
keyboard is asked only where no key is told. The number pad gives its own digits and signs.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent

from fieldapp.core.text import fold
from fieldapp.ui.widgets.keyhint import AZERTY, digit_of

_NAMED: Mapping[int, str] = MappingProxyType(
    {
        Qt.Key.Key_Left: "left",
        Qt.Key.Key_Right: "right",
        Qt.Key.Key_Up: "up",
        Qt.Key.Key_Down: "down",
        Qt.Key.Key_Home: "home",
        Qt.Key.Key_End: "end",
        Qt.Key.Key_Backspace: "back",
        Qt.Key.Key_Delete: "back",
        Qt.Key.Key_Space: "right",
    }
)

_DIGITS = "1234567890"

_FIRST_CODE = {"linux": 10, "win32": 2}
"""The scan code of the key of the 1; the others follow in a row (source: X11 evdev keycodes, PC scan code set 1)."""

_MAC_CODES = dict(zip((18, 19, 20, 21, 23, 22, 26, 28, 25, 29), _DIGITS, strict=True))
"""The virtual key codes of the digits (source: Apple HIToolbox, kVK_ANSI_1 … kVK_ANSI_0)."""

_OTHERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


def name_of(event: QKeyEvent) -> str:
    """Return the name that the board knows the key by: a digit, a letter, a sign, an arrow; "" when it is not its."""
    if event.modifiers() & _OTHERS:
        return ""
    if event.key() in _NAMED:
        return _NAMED[event.key()]
    text = event.text()
    if event.modifiers() & Qt.KeyboardModifier.KeypadModifier:
        return text if text in {*_DIGITS, "+", "-"} else ""
    if digit := _digit_key(event):
        return digit
    if text == "-":
        is_told = event.nativeScanCode() != 0  # and is another key than those of the digits
        return AZERTY_MINUS if not is_told and _is_french() else "-"
    if text in {"+", ",", "…", "−"}:
        return {"…": ",", "−": "-"}.get(text, text)
    digit = digit_of(text.lower()) if text else ""
    if digit in set(_DIGITS):
        return digit
    letter = fold(text)
    return letter if len(letter) == 1 and letter.isalpha() else ""


AZERTY_MINUS = next(digit for digit, sign in AZERTY.items() if sign == "-")
"""The digit of the key that gives the minus sign on a French keyboard."""


def _digit_key(event: QKeyEvent, platform: str = sys.platform) -> str:
    """Return the digit of the key where the system tells which key it was, else ""."""
    if platform == "darwin":
        return _MAC_CODES.get(event.nativeVirtualKey(), "")
    place = event.nativeScanCode() - _FIRST_CODE.get(platform, 0)
    return _DIGITS[place] if event.nativeScanCode() and 0 <= place < len(_DIGITS) else ""


def _is_french() -> bool:
    """Return whether the keyboard in use is French, as far as the system tells."""
    return QGuiApplication.inputMethod().locale().language() == QLocale.Language.French
