"""Lines that choose: one thing of a list that anybody may leave empty, or several, a chip each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from fieldapp.core.text import _, fold
from fieldapp.ui import theme
from fieldapp.ui.forms.links import ValuePick
from fieldapp.ui.widgets import Chip, FlowLayout, Suggest, Suggestion, follow_width

Listing = Callable[[], Sequence[Suggestion]]


class ListPick(ValuePick):
    """One of a list, its rows found by any beginning of a word; `changed` carries its key or None.

    What was typed and not taken is no empty line: it stays, `is_settled` says no, `commit` takes what it can only mean.
    `touched` says that what stands in the line may mean something else now, `problem` carries what is wrong with it.
    With `create` ("Ajouter « {name} »") a name that nothing is called can be `wanted`.
    """

    touched = Signal()
    problem = Signal(str)
    wanted = Signal(str)

    def __init__(
        self,
        rows: Listing,
        placeholder: str,
        *,
        required: bool = False,
        create: str = "",
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(self._with_new, placeholder, name=name, parent=parent)
        self._all = rows
        self._required = required
        self._create = create
        self._typed = ""
        self.textEdited.connect(lambda _text: self._edited())
        self.returnPressed.connect(self.commit)

    def is_settled(self) -> bool:
        """Return whether the line shows its value and nothing else."""
        return self.text().strip() == (self._shown(self._value) if self._value else "").strip()

    def words(self) -> str:
        """Return what stands in the line."""
        return self.text().strip()

    def commit(self) -> bool:
        """Take what stands in the line where it can mean only one thing; return whether the line is settled then."""
        text = self.words()
        if self.is_settled():
            self.set_value(self._value)
        elif not text:
            self._take(self._value if self._required else None)
        elif (row := meant(text, self._matching(text))) is not None:
            self._take(row.key)
        else:
            self.problem.emit(untaken_words(text, self._matching(text)))
            return False
        self.close_list()
        return True

    def set_value(self, key: str | None) -> None:
        """Show what a key stands for; nothing is wrong with the line then."""
        super().set_value(key)
        self.problem.emit("")

    def _take(self, key: str | None) -> None:
        super()._take(key)
        self.touched.emit()

    def _taken(self, row: Suggestion) -> None:
        if row.key == _NEW:
            self.setText(self._typed)
            self.wanted.emit(self._typed)
        else:
            super()._taken(row)

    def _edited(self) -> None:
        self._typed = self.words()
        self.problem.emit("")
        self.touched.emit()

    def event(self, event: QEvent) -> bool:
        """Let Tab pass the row that makes something new: it only goes on to the next line."""
        is_tab = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab
        if is_tab and event.type() == QEvent.Type.KeyPress and (row := self.current()) is not None and row.key == _NEW:
            self.close_list()
        return super().event(event)

    def _shown(self, key: str) -> str:
        return next((row.title for row in self._all() if row.key == key), "")

    def _matching(self, text: str) -> list[Suggestion]:
        typed = "" if self._value and text == self._shown(self._value) else fold(text)
        return [
            row
            for row in self._all()
            if all(part in fold(f"{row.title} {row.subtitle} {row.key}") for part in typed.split())
        ]

    def _with_new(self, text: str) -> list[Suggestion]:
        """Return the rows that match, then the one that makes what is called so where nothing is."""
        found = self._matching(text)
        name = " ".join(text.split())
        if not self._create or not name or any(fold(row.title) == fold(name) for row in self._all()):
            return found
        return [*found, Suggestion(_NEW, self._create.format(name=name), italic=False, icon="add", faint=True)]

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Read what was typed and not taken; what can't be read stays, and says so."""
        super().focusOutEvent(event)
        self.commit()


_NEW = "new:"
"""The key of the row that makes what nothing is called yet."""


def meant(text: str, found: Sequence[Suggestion]) -> Suggestion | None:
    """Return the row that what was typed can only mean: the only one, or the only one that is called so."""
    exact = [row for row in found if fold(row.title) == fold(text)]
    return next((rows[0] for rows in (found, exact) if len(rows) == 1), None)


def untaken_words(text: str, found: Sequence[Suggestion]) -> str:
    """Return what to do with words that mean nothing, or several things."""
    if found:
        return _("« {text} » n’est pas choisi : prenez une ligne de la liste (Entrée), ou effacez.").format(text=text)
    return _("« {text} » n’est pas dans la liste : corrigez, ou effacez.").format(text=text)


class _AddLine(Suggest):
    """The line above the chips: Backspace in it takes the last chip away; leaving it reads it."""

    def __init__(
        self,
        search: Callable[[str], Sequence[Suggestion]],
        take_last: Callable[[], object],
        leave: Callable[[], object],
        **more: Any,
    ) -> None:
        super().__init__(search, **more)
        self._take_last = take_last
        self._leave = leave

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the last chip away with Backspace where nothing is typed."""
        if event.key() == Qt.Key.Key_Backspace and not self.text():
            self._take_last()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Read what was typed and not taken."""
        super().focusOutEvent(event)
        self._leave()


class Picks(QFrame):
    """Several things found by a search: a chip each and a line to add one; `changed` carries their keys.

    What was typed and not taken stays, as in a `ListPick`: `is_settled`, `commit`, `touched`, `problem` are the same.
    """

    changed = Signal(list)
    touched = Signal()
    problem = Signal(str)

    def __init__(
        self,
        search: Callable[[str], Sequence[Suggestion]],
        placeholder: str,
        *,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._search = search
        self._chosen: dict[Any, str] = {}
        self._chips: list[Chip] = []
        self._box = QWidget(self)
        self._flow = FlowLayout(self._box)
        follow_width(self._box)
        self._box.hide()
        self.line = _AddLine(
            self._rows, self.take_last, self.commit, placeholder=placeholder, name=f"{name}.line", parent=self
        )
        self.line.chosen.connect(self._add)
        self.line.textEdited.connect(lambda _text: self._edited())
        self.line.returnPressed.connect(self.commit)
        self.setLayout(theme.column(self.line, self._box, spacing=theme.XS))
        self.setFocusProxy(self.line)

    def is_settled(self) -> bool:
        """Return whether nothing stands in the line that was not taken."""
        return not self.words()

    def words(self) -> str:
        """Return what stands in the line."""
        return self.line.text().strip()

    def commit(self) -> bool:
        """Take what stands in the line where it can mean only one thing; return whether the line is settled then."""
        text = self.words()
        if not text:
            return True
        found = self._rows(text)
        if len(found) != 1:  # "triton" is also the name of one genus of several
            self.problem.emit(untaken_words(text, found))
            return False
        self.line.close_list()
        self._add(found[0])
        return True

    def clear(self) -> None:
        """Hold nothing, and nothing half typed; says nothing."""
        self.line.clear()
        self.problem.emit("")
        self.set_value({})

    def _edited(self) -> None:
        self.problem.emit("")
        self.touched.emit()

    def value(self) -> list[Any]:
        """Return the keys in the order of choosing."""
        return list(self._chosen)

    def titles(self) -> list[str]:
        """Return what was chosen, in words."""
        return list(self._chosen.values())

    def set_value(self, chosen: dict[Any, str]) -> None:
        """Show these keys with their words; says nothing."""
        self._chosen = dict(chosen)
        for chip in self._chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips = []
        for key, words in self._chosen.items():
            chip = Chip(words, True, name=f"{self.objectName()}.{key}", parent=self._box)
            chip.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            chip.setToolTip(_("cliquer pour retirer"))
            chip.clicked.connect(lambda _on=False, key=key: self._remove(key))
            chip.show()
            self._flow.addWidget(chip)
            self._chips.append(chip)
        self._box.setVisible(bool(self._chosen))
        self.updateGeometry()

    def take_last(self) -> None:
        """Take the last one away."""
        if self._chosen:
            self._remove(next(reversed(self._chosen)))

    def _rows(self, text: str) -> list[Suggestion]:
        return [row for row in self._search(text) if row.key not in self._chosen]

    def _add(self, row: Suggestion) -> None:
        self.line.clear()
        self.problem.emit("")
        self.set_value({**self._chosen, row.key: row.title})
        self.changed.emit(self.value())

    def _remove(self, key: Any) -> None:
        self.set_value({other: words for other, words in self._chosen.items() if other != key})
        self.line.setFocus()
        self.changed.emit(self.value())
