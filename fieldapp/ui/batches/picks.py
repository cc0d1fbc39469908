"""Lines that choose: one thing of a list that anybody may leave empty, or several, a chip each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from fieldapp.core.text import _, fold
from fieldapp.ui import theme
from fieldapp.ui.forms.links import ValuePick
from fieldapp.ui.widgets import Chip, FlowLayout, Suggest, Suggestion, follow_width

Listing = Callable[[], Sequence[Suggestion]]


class ListPick(ValuePick):
    """One of a list, its rows found by any beginning of a word; `changed` carries its key or None."""

    def __init__(
        self, rows: Listing, placeholder: str, *, required: bool = False, name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(self._matching, placeholder, name=name, parent=parent)
        self._all = rows
        self._required = required

    def _shown(self, key: str) -> str:
        return next((row.title for row in self._all() if row.key == key), "")

    def _matching(self, text: str) -> list[Suggestion]:
        typed = "" if self._value and text == self._shown(self._value) else fold(text)
        return [
            row
            for row in self._all()
            if all(part in fold(f"{row.title} {row.subtitle} {row.key}") for part in typed.split())
        ]

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Read what was typed and not taken: an only match is taken, an empty line is nothing, the rest goes back."""
        super().focusOutEvent(event)
        text = self.text().strip()
        found = self._matching(text) if text else []
        if len(found) == 1:
            self._take(found[0].key)
        elif not text and not self._required:
            self._take(None)
        else:
            self.set_value(self._value)


class _AddLine(Suggest):
    """The line above the chips: Backspace in it takes the last chip away."""

    def __init__(
        self, search: Callable[[str], Sequence[Suggestion]], take_last: Callable[[], object], **more: Any
    ) -> None:
        super().__init__(search, **more)
        self._take_last = take_last

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the last chip away with Backspace where nothing is typed."""
        if event.key() == Qt.Key.Key_Backspace and not self.text():
            self._take_last()
            return
        super().keyPressEvent(event)


class Picks(QFrame):
    """Several things found by a search: a chip each and a line to add one; `changed` carries their keys."""

    changed = Signal(list)

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
        self.line = _AddLine(self._rows, self.take_last, placeholder=placeholder, name=f"{name}.line", parent=self)
        self.line.chosen.connect(self._add)
        self.setLayout(theme.column(self.line, self._box, spacing=theme.XS))
        self.setFocusProxy(self.line)

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
        self.set_value({**self._chosen, row.key: row.title})
        self.changed.emit(self.value())

    def _remove(self, key: Any) -> None:
        self.set_value({other: words for other, words in self._chosen.items() if other != key})
        self.line.setFocus()
        self.changed.emit(self.value())
