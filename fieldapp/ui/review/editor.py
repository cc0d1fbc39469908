"""The line in which a question, an answer, a reason is written: it appears where it is wanted, and goes with Esc."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from fieldapp.core.errors import FieldappError
from fieldapp.core.text import _
from fieldapp.store.reviewing import MAX_TEXT
from fieldapp.ui import theme
from fieldapp.ui.widgets import ERROR, ActionButton, LabeledField


class Editor(QWidget):
    """Hidden until `ask`. Enter keeps what was written, Esc (the page's own key) gives it up with `give_up`.

    `opened` says whether something is being written: Enter then belongs to it alone.
    """

    opened = Signal(bool)

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.line = QLineEdit()
        self.line.setObjectName(f"{name}.line")
        self.line.setMaxLength(MAX_TEXT)
        self.line.returnPressed.connect(self._keep)
        self._field = LabeledField("", self.line, wraps=True)
        self._button = ActionButton(_("Garder"), "check", primary=True, name=f"{name}.keep", on=self._keep)
        self._button.show_key("Return")
        self._leave = ActionButton(_("Renoncer"), name=f"{name}.leave", on=self.give_up)
        self._leave.show_key("Esc")
        self.setLayout(theme.column(self._field, theme.row(1, self._leave, self._button), spacing=theme.S))
        self._keep_it: Callable[[str], object] | None = None
        self._back: QWidget | None = None
        self.hide()

    def ask(self, label: str, text: str, on: Callable[[str], object], back: QWidget | None) -> None:
        """Ask for a text; `on` takes it, and `back` has the cursor afterwards."""
        self._keep_it, self._back = on, back
        self._field.set_label(label)
        self._field.clear_problem()
        self.line.setAccessibleName(label)
        self.line.setText(text)
        self.show()
        self.opened.emit(True)
        self.line.setFocus()
        self.line.selectAll()

    def is_open(self) -> bool:
        """Return whether something is being written."""
        return self._keep_it is not None

    def give_up(self) -> bool:
        """Write nothing; return whether something was being written."""
        if self._keep_it is None:
            return False
        self._close()
        return True

    def _keep(self) -> None:
        if self._keep_it is None:
            return
        try:
            self._keep_it(self.line.text().strip())
        except FieldappError as error:
            self._field.set_problem(str(error), ERROR)
            return
        self._close()

    def _close(self) -> None:
        back, self._keep_it, self._back = self._back, None, None
        self.hide()
        self.opened.emit(False)
        if back is not None and back.isVisible():
            back.setFocus()
