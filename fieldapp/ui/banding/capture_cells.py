"""The cells of the capture line: unit keys that fill and go on, figures, letters, and lists of codes and species."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from fieldapp.core.forms import GridColumn
from fieldapp.core.text import _, fold
from fieldapp.protocols.banding import lists
from fieldapp.protocols.banding.schema import OBSERVATION
from fieldapp.ui import theme
from fieldapp.ui.widgets import Suggest, Suggestion
from fieldapp.ui.widgets.keyhint import digit_of

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)

SHOWN_SPECIES = 7
"""Birds in the list below the cell: more are not read while a bird is in the hand (a choice of the program)."""

_CHARS = {"ring": 10, "species": 7, "sex": 3, "age": 4, "comments": 8}
"""Characters that a cell has room for where it is not what its column says."""

_WITH_CTRL = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class Cell(Suggest):
    """One cell. `entered`: Enter goes on; `filled`: one key filled it; `back`: Backspace in an empty one.

    `refused` carries the sentence for a key that has no meaning here; `walked` an arrow; `left` that the cursor went.
    """

    entered = Signal()
    filled = Signal()
    back = Signal()
    walked = Signal(int)
    refused = Signal(str)
    left = Signal()
    arrived = Signal()

    def __init__(
        self,
        column: GridColumn,
        search: Callable[[str], Sequence[Suggestion]] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(search or self._codes, minimum=1, name=f"capture.{column.code}", parent=parent)
        self.column = column
        self._lists_species = search is not None
        self._is_listing = False
        self.key = ""
        """The key that filled the cell, as the column names it."""
        self.continues: Callable[[str], bool] = lambda _typed: False
        """Takes a letter that still belongs to the code of the cell before."""
        self.setProperty("role", "large")
        self.setAccessibleName(_(column.label))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    # --------------------------------------------------------------------------------------------------- lists

    def _codes(self, text: str) -> list[Suggestion]:
        """Return the codes of the column's list while it is open; the letters narrow it."""
        if not self._is_listing:
            return []
        field = OBSERVATION.by_name.get(self.column.code)
        typed = fold(text)
        return [
            Suggestion(choice.code, choice.code, _(choice.label), italic=False)
            for choice in (field.choices if field else ())
            if choice.offered and (fold(choice.code).startswith(typed) or typed in fold(_(choice.label)))
        ]

    def open_list(self) -> bool:
        """Open the list of the codes; False where the column has none."""
        if self._lists_species:
            self._minimum = 0
            self.refresh()
            self._minimum = 1
            return self.is_open()
        self._is_listing = True
        self._minimum = 0
        shown, self_text = self._codes(""), self.text()
        if shown:
            self.clear()
            self.refresh()
            self.setText(self_text)
            self.selectAll()
        return self.is_open()

    def close_list(self) -> None:
        """Close the list; the next key fills the cell again."""
        self._is_listing = False
        self._minimum = 1
        super().close_list()

    # ---------------------------------------------------------------------------------------------------- keys

    def event(self, event: QEvent) -> bool:
        """Leave every key with Ctrl to the page, also while the list is open; Tab in an empty cell only goes on."""
        if isinstance(event, QKeyEvent):
            with_ctrl = bool(event.modifiers() & _WITH_CTRL)
            if event.type() == QEvent.Type.ShortcutOverride and with_ctrl and event.key() in ENTER:
                return False
            tab = event.type() == QEvent.Type.KeyPress and event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
            if tab and (not self.text().strip() or event.key() == Qt.Key.Key_Backtab):
                self.close_list()
            elif tab and (row := self.current()) is not None:
                self.take(row)  # whoever listens goes on to the next cell
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go on, go back, fill by one key; say what has no meaning here."""
        key = event.key()
        held = event.modifiers() & _WITH_CTRL
        if held == Qt.KeyboardModifier.AltModifier:
            event.ignore()  # the key of a question that is answered already types nothing
        elif self.is_open():
            if key in ENTER and self.current() is None:
                self.close_list()
                self.entered.emit()
                return
            super().keyPressEvent(event)
        elif event.modifiers() & _WITH_CTRL and not (event.text().isprintable() and event.text()):
            QLineEdit.keyPressEvent(self, event)
        elif key in ENTER:
            self.entered.emit()
        elif key == Qt.Key.Key_Backspace and not self.text():
            self.back.emit()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.walked.emit(-1 if key == Qt.Key.Key_Up else 1)
        elif event.text() and event.text().isprintable():
            self._typed(event)
        else:
            QLineEdit.keyPressEvent(self, event)
            if key in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete) and self._lists_species:
                self.refresh()

    def type_on(self, letter: str) -> None:
        """Take a letter that was typed elsewhere, behind what stands here."""
        self.end(False)
        self._typed(QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_unknown, Qt.KeyboardModifier.NoModifier, letter))

    def _typed(self, event: QKeyEvent) -> None:
        typed = event.text()
        if self.continues(typed):
            return
        if self.column.letters:
            self._unit(typed)
        elif self.accepts(typed):
            QLineEdit.keyPressEvent(self, event)
        elif self.column.is_number:
            self._refuse(typed, _("un nombre, comme 66,5"))
        else:
            self._refuse(typed, _("un code ou un nom d’oiseau"))

    def accepts(self, typed: str) -> bool:
        """Return whether a letter has a meaning in this cell."""
        if self.column.letters:
            return self._letter(typed) in self.column.letters or typed in "-–"
        if self.column.is_number:
            return typed.isdigit() or typed in ",.-–"
        return not self._lists_species or typed.isalpha() or typed in " -'’."

    def _letter(self, typed: str) -> str:
        """Return the key of the column that was meant: digits of a French keyboard need Shift, which nobody holds."""
        key = fold(typed) or typed
        return key if key in self.column.letters or typed == "-" else digit_of(typed)

    def _unit(self, typed: str) -> None:
        """Fill the cell by one key and go on."""
        key = self._letter(typed)
        if not self.accepts(typed):
            self._refuse(typed, unit_keys(self.column))
            return
        text = self.column.show(
            {k: v for k, v in self.column.read(key if key in self.column.letters else "").items() if v is not None}
        )
        self.key = key
        self.selectAll()
        self.insert(text)
        self.textEdited.emit(text)
        self.filled.emit()

    def _refuse(self, typed: str, wanted: str) -> None:
        words = _("« {typed} » ne va pas dans la case {cell} : {wanted}.")
        self.refused.emit(words.format(typed=typed, cell=_(self.column.label), wanted=wanted))

    # --------------------------------------------------------------------------------------------------- focus

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select everything, so that typing replaces it."""
        QLineEdit.focusInEvent(self, event)
        self.selectAll()
        self.arrived.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Say that the cell was left."""
        super().focusOutEvent(event)
        self.deselect()
        self.left.emit()

    def chars(self) -> int:
        """Return for how many characters the cell has room."""
        return _CHARS.get(self.column.code, max(self.column.width - 2, 2))

    def sizeHint(self) -> QSize:
        """Return the room for the widest usual content."""
        figures = QFontMetrics(theme.font("section", QFont.Weight.DemiBold)).horizontalAdvance("0")
        return QSize(figures * self.chars() + 2 * theme.S + theme.XS, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Return the same: a cell is never narrower than its content."""
        return self.sizeHint()


def unit_keys(column: GridColumn) -> str:
    """Return "1 = 1A · + = +1A" for the keys that fill a cell; a second key for the same code is left out.

    Where each key is its own code: "0 à 8".
    """
    if all(letter.isdigit() and letter == words for letter, words in column.letters.items()) and column.letters:
        return _("{first} à {last}").format(first=min(column.letters), last=max(column.letters))
    by_words = {words: letter for letter, words in reversed(list(column.letters.items()))}
    return " · ".join(
        f"{letter} = {_(words)}" if letter != _(words) else letter
        for letter, words in column.letters.items()
        if by_words[words] == letter
    )


def species_rows(birds: Sequence[lists.Bird], usual: Sequence[str]) -> list[Suggestion]:
    """Return the rows of the species list: code and French name, the Latin name beside it."""
    return [
        Suggestion(
            bird.code,
            f"{bird.code}   {bird.nom_vern}",
            bird.lb_nom,
            hint=_("aujourd’hui") if bird.code in usual else "",
        )
        for bird in birds[:SHOWN_SPECIES]
    ]
