"""The keys of the board on French and other keyboards."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

from fieldapp.ui.barrier import board_keys

NONE, SHIFT, PAD = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.KeypadModifier
SIX_ON_X11, MINUS_ON_X11 = 15, 20


def pressed(
    text: str, key: int = 0, modifiers: Qt.KeyboardModifier = NONE, *, scan: int = 0, virtual: int = 0
) -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, key, modifiers, scan, virtual, 0, text)


@pytest.mark.parametrize(("sign", "digit"), list(zip("&é\"'(è_çà", "123457890", strict=True)))
def test_the_digit_keys_of_a_french_keyboard_need_no_shift(sign: str, digit: str) -> None:
    assert board_keys.name_of(pressed(sign)) == digit


@pytest.mark.parametrize(("sign", "digit"), [("É", "2"), ("È", "7"), ("Ç", "9"), ("À", "0")])
def test_caps_lock_on_a_french_keyboard_makes_no_difference(sign: str, digit: str) -> None:
    assert board_keys.name_of(pressed(sign)) == digit


def test_the_minus_on_the_key_of_the_six_is_the_six() -> None:
    assert board_keys._digit_key(pressed("-", scan=SIX_ON_X11), "linux") == "6"
    assert board_keys._digit_key(pressed("-", scan=7), "win32") == "6"
    assert board_keys._digit_key(pressed("-", virtual=22), "darwin") == "6"


def test_the_minus_of_another_key_takes_away() -> None:
    assert board_keys._digit_key(pressed("-", scan=MINUS_ON_X11), "linux") == ""
    assert board_keys._digit_key(pressed("-", scan=12), "win32") == ""


def test_the_minus_of_a_keyboard_that_tells_no_key_follows_its_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_keys, "_is_french", lambda: True)
    assert board_keys.name_of(pressed("-")) == "6"
    monkeypatch.setattr(board_keys, "_is_french", lambda: False)
    assert board_keys.name_of(pressed("-")) == "-"


def test_the_minus_of_a_key_that_is_told_takes_away_on_a_french_system_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_keys, "_is_french", lambda: True)
    for scan in (MINUS_ON_X11, 61):  # the key beside the 0 of other keyboards, the one beside the right Shift
        assert board_keys.name_of(pressed("-", Qt.Key.Key_Minus, scan=scan)) == "-"


def test_the_number_pad_gives_its_own_digits_and_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_keys, "_is_french", lambda: True)
    assert [board_keys.name_of(pressed(sign, modifiers=PAD)) for sign in "70-+"] == ["7", "0", "-", "+"]


def test_letters_lose_their_capital_and_their_accent() -> None:
    assert [board_keys.name_of(pressed(text)) for text in ("c", "C", "ù")] == ["c", "c", "u"]
    assert board_keys.name_of(pressed("C", modifiers=SHIFT)) == "c"


def test_the_upper_row_gives_digits_with_and_without_shift() -> None:
    for modifiers in (NONE, SHIFT):
        event = pressed("&", modifiers=modifiers, scan=16)
        assert board_keys._digit_key(event, "linux") == "7"


def test_what_is_held_with_control_is_not_the_boards() -> None:
    assert board_keys.name_of(pressed("c", modifiers=Qt.KeyboardModifier.ControlModifier)) == ""
    assert board_keys.name_of(pressed("1", modifiers=Qt.KeyboardModifier.AltModifier)) == ""


def test_arrows_and_backspace_have_names() -> None:
    keys = (Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_End, Qt.Key.Key_Backspace)
    assert [board_keys.name_of(pressed("", key)) for key in keys] == ["left", "down", "end", "back"]
