"""What is typed into: a field with its label, key and message, and the line edits for dates and times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics
from PySide6.QtWidgets import QLabel, QLineEdit, QSizePolicy, QWidget

from fieldapp.core.errors import FieldappError
from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.widgets.keyhint import KeyHint, live_key

ERROR, WARNING, NOTICE = "error", "warning", "notice"


class LabeledField(QWidget):
    """An editor with its label and key cap above it and what is wrong in words below it.

    The key does `on_key` when given, else it puts the cursor into the editor.
    """

    def __init__(
        self,
        label: str,
        editor: QWidget,
        *,
        key: str = "",
        on_key: Callable[[], object] | None = None,
        hint: str = "",
        required: bool = False,
        wraps: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.editor = editor
        self.label = QLabel(label, self)
        self.label.setProperty("role", "label")
        self.label.setBuddy(editor)
        self._hint = hint
        head = theme.row(self.label, spacing=theme.XS + 2)
        if required:
            mark = QLabel(_("obligatoire"), self)
            mark.setProperty("role", "small")
            head.addWidget(mark)
        head.addWidget(KeyHint(key, self))  # without a key it only keeps the labels of a row at one height
        if key:
            live_key(self, key, on_key or editor.setFocus)
        if wraps:  # a label with the names of things, which may be long
            self.label.setWordWrap(True)
            head.setStretch(0, 1)
        else:
            head.addStretch(1)
        self.message = QLabel(hint, self)
        self.message.setProperty("role", NOTICE)
        self.message.setWordWrap(True)
        self.message.setVisible(bool(hint))
        self.message.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        box = theme.column(head, editor, self.message, 1, spacing=theme.XS)
        self.setLayout(box)
        self.setFocusProxy(editor)
        self.set_label(label)
        if isinstance(editor, ParsedEdit):
            editor.problem.connect(self.set_problem)

    def set_label(self, label: str) -> None:
        """Show another label; it is also what a screen reader says."""
        self.label.setText(label)
        if not self.editor.accessibleName():
            self.editor.setAccessibleName(label)

    def set_problem(self, text: str, severity: str = ERROR) -> None:
        """Say what is wrong below the field and mark the field; "" takes both away."""
        theme.set_role(self.message, severity if text else NOTICE)
        self.message.setText(text or self._hint)
        self.message.setVisible(bool(text or self._hint))
        theme.set_role(self.editor, severity if text else "", "problem")
        self.editor.setAccessibleDescription(text)

    def clear_problem(self) -> None:
        """Take the message and the mark away."""
        self.set_problem("")


class ParsedEdit(QLineEdit):
    """A line that takes free typing and reads it with `parse` when it is left or Enter is pressed.

    `parse(text)` returns the stored value or raises ValueError or FieldappError with a sentence for the person;
    `show(value)` writes a value. An empty line is the value None. What can't be read stays as it was typed.
    """

    changed = Signal(object)
    problem = Signal(str)

    def __init__(
        self,
        parse: Callable[[str], Any],
        show: Callable[[Any], str],
        *,
        example: str = "",
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._parse, self._show = parse, show
        self._value: Any = None
        self.setObjectName(name)
        self.setPlaceholderText("–")
        self._example = example
        self.editingFinished.connect(self.commit)
        self.textEdited.connect(lambda _text: self.problem.emit(""))

    def value(self) -> Any:
        """Return the value last read, None when the line is empty."""
        return self._value

    def set_value(self, value: Any) -> None:
        """Show a value; says nothing."""
        self._value = value
        self.setText("" if value is None else self._show(value))
        self.problem.emit("")

    def reads_as(self) -> Any:
        """Return the value of what stands in the line, None for nothing; changes nothing and says nothing.

        Raises ValueError or FieldappError, with a sentence for the person, where it can't be read.
        """
        text = self.text().strip()
        return self._parse(text) if text else None

    def commit(self) -> bool:
        """Read what is typed; return whether it could be read."""
        try:
            value = self.reads_as()
        except (ValueError, FieldappError) as error:
            self.problem.emit(str(error))
            return False
        changed = value != self._value
        self.set_value(value)
        if changed:
            self.changed.emit(value)
        return True

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select everything, so that typing replaces it."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.selectAll()

    def sizeHint(self) -> QSize:
        """Return the room for the example."""
        hint = super().sizeHint()
        if self._example:
            hint.setWidth(QFontMetrics(theme.font()).horizontalAdvance(self._example) + 2 * theme.M + 2)
        return hint


class DateEdit(ParsedEdit):
    """A date, typed as "14/04/2026", "14/4", "14 avril", "hier"… as far as `parse` understands it."""

    def __init__(self, parse: Callable[[str], Any], show: Callable[[Any], str], **options: Any) -> None:
        super().__init__(parse, show, example=options.pop("example", "00/00/0000 "), **options)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)


class TimeEdit(ParsedEdit):
    """A time of day, typed as "21:02", "2102", "21h02", "21.02"… as far as `parse` understands it."""

    def __init__(self, parse: Callable[[str], Any], show: Callable[[Any], str], **options: Any) -> None:
        super().__init__(parse, show, example=options.pop("example", "00:00 00"), **options)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
