"""A number of animals by touch: ten large digits in the place of the species, while a number is given."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from fieldapp.core.text import _
from fieldapp.protocols.pitfall_barrier.board import Board
from fieldapp.ui.barrier.board_tile import LARGE_PX, LargeButton
from fieldapp.ui.widgets import FlowLayout, follow_width

BACK = "back"


class NumberPad(QWidget):
    """The digits, and one that takes the last away; `key` carries the key of the board that a button stands for."""

    key = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("board.pad")
        flow = FlowLayout(self)
        follow_width(self)
        self._need_number: list[LargeButton] = []
        for key, words in (*((digit, digit) for digit in "1234567890"), (BACK, "⌫")):
            button = LargeButton(words, name=f"board.pad.{key}", parent=self)
            button.setMinimumWidth(LARGE_PX)
            button.clicked.connect(partial(self._clicked, key))
            if key in ("0", BACK):
                self._need_number.append(button)
            if key == BACK:
                button.setAccessibleName(_("effacer un chiffre"))
            flow.addWidget(button)
        self.hide()

    def show_board(self, board: Board) -> None:
        """Let a nought and the eraser work once a digit was given; else a nought leads to another bucket."""
        for button in self._need_number:
            button.setEnabled(bool(board.number))

    def _clicked(self, key: str, *_checked: bool) -> None:
        self.key.emit(key)


def ready(board: Board) -> Board:
    """Return the board on which the next digits are the number of animals of the species in hand."""
    return board if board.fresh or board.species is None else board.choose(board.species)
