"""The head of a sheet: one cell for each field, with its label and key above it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QSizePolicy, QWidget

from fieldapp.core import parse
from fieldapp.core.errors import FieldappError
from fieldapp.core.forms import HeaderField
from fieldapp.core.schema import Choice, Field, Kind
from fieldapp.core.text import _
from fieldapp.ui import rounds, theme
from fieldapp.ui.forms.links import ChoiceEdit, LinkEdit
from fieldapp.ui.forms.names import NamesEdit, ShortChoice
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import ChipRow, DateEdit, KeyHint, ParsedEdit, TimeEdit, live_key


class Listener(Protocol):
    """What a cell tells: each letter, each value read, and that a line was left without one."""

    def head_typed(self, name: str, text: str) -> None:
        """Hear the raw text of a line, at every key."""

    def head_chosen(self, name: str, value: Any) -> None:
        """Hear a value."""

    def head_left(self, name: str, problem: str) -> None:
        """Hear that the line was left: `problem` says why it can't be read, "" when nothing waits in it."""


class HeadCell(QWidget):
    """A field of the visit: label, key cap, editor. `line` is what is typed into, None where there is nothing to type.

    The key of a time is "now" (`on_now`), that of any other field puts the cursor there.
    """

    def __init__(
        self,
        services: Services,
        item: Field,
        header: HeaderField,
        listener: Listener,
        on_now: Callable[[str], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.item, self.header = item, header
        self._listener = listener
        self._is_number = bool(header.choices)
        self.line: QLineEdit | None = None
        self.problem = ""
        self._reads: Callable[[str], object] | None = None
        self.year: int | None = None  # of the dates that are typed without one, None: the latest that fits
        self.editor = self._make(services, f"sheet.{item.name}")
        self.label = QLabel(_(item.label) + (f" ({_(item.unit)})" if item.unit else ""), self)
        self.label.setProperty("role", "label")
        self.label.setBuddy(self.editor)
        head = theme.row(self.label, spacing=theme.XS + 2)
        cap = KeyHint(header.key or "F1", self)  # keeps its room where there is no key, so that all labels are level
        kept = cap.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        cap.setSizePolicy(kept)
        cap.setVisible(bool(header.key))
        head.addWidget(cap)
        if header.key:
            is_time = item.kind is Kind.TIME
            live_key(self, header.key, (lambda: on_now(item.name)) if is_time else self.go_in)
        head.addStretch(1)
        self.setLayout(theme.column(head, self.editor, 1, spacing=theme.XS))
        self.editor.setAccessibleName(_(item.label))
        self.setFocusProxy(self.editor)

    def go_in(self) -> None:
        """Put the cursor into the cell and select what stands there."""
        self.editor.setFocus(Qt.FocusReason.TabFocusReason)
        if isinstance(self.editor, QLineEdit) and not isinstance(self.editor, NamesEdit):
            self.editor.selectAll()  # also where the cursor stood there already

    def set_value(self, value: Any) -> None:
        """Show a value; says nothing."""
        self.problem = ""
        editor = self.editor
        if isinstance(editor, ChipRow):
            editor.set_value(value or ())
        elif isinstance(editor, QCheckBox):
            editor.blockSignals(True)
            editor.setChecked(bool(value))
            editor.blockSignals(False)
        elif isinstance(editor, ChoiceEdit):
            editor.set_value(None if value is None else str(value))
        elif isinstance(editor, NamesEdit | LinkEdit | ParsedEdit):
            editor.set_value(value)

    def set_text(self, text: str) -> None:
        """Show raw text that was typed and not read."""
        if self.line is not None:
            self.line.setText(text)

    def judge(self, text: str) -> None:
        """Find out whether raw text that was typed earlier can be read; saves nothing."""
        try:
            if self._reads is not None and text.strip():
                self._reads(text.strip())
        except (ValueError, FieldappError) as error:
            self.problem = str(error)

    def mark(self, severity: str) -> None:
        """Mark the editor as wrong ("error"), doubtful ("warning") or neither ("")."""
        theme.set_role(self.editor, severity, "problem")

    def _make(self, services: Services, name: str) -> QWidget:
        item = self.item
        if item.kind is Kind.CHOICES:
            offered = [choice for choice in item.choices if choice.offered]
            digits = len(offered) < 10
            keyed = [
                (choice.code, _(choice.short or choice.label), *([str(n)] if digits else []))
                for n, choice in enumerate(offered, 1)
            ]
            chips = ChipRow(keyed, name=name)
            chips.changed.connect(self._chosen)
            return chips
        if item.kind is Kind.BOOLEAN:
            box = QCheckBox(_("oui"))
            box.setObjectName(name)
            box.toggled.connect(lambda on: self._chosen(on or None))
            return box
        if item.kind is Kind.LINKS:
            people = NamesEdit(services, item.target, name=name)
            people.changed.connect(self._chosen)
            people.problem.connect(self._unread)
            self._listen(people)
            return people
        if item.kind in {Kind.CHOICE, Kind.LINK} or self.header.choices:
            return self._pick(services, name)
        line = self._line(name)
        line.changed.connect(self._chosen)
        line.problem.connect(self._unread)
        line.returnPressed.connect(self._go_on)
        self._listen(line)
        return line

    def _pick(self, services: Services, name: str) -> QWidget:
        item = self.item
        if self.header.choices:
            choices = tuple(Choice(str(value), words) for value, words in self.header.choices)
            return self._wired(ShortChoice(replace(item, choices=choices), name=name))
        pick = LinkEdit(services, item.target, name=name) if item.kind is Kind.LINK else ChoiceEdit(item, name=name)
        pick.setMinimumWidth(theme.text_px() * 13)
        return self._wired(pick)

    def _wired(self, pick: ChoiceEdit | LinkEdit) -> QWidget:
        pick.changed.connect(self._chosen)
        self._listen(pick)
        if self.header.choices:
            pick.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        return pick

    def _line(self, name: str) -> ParsedEdit:
        kind = self.item.kind
        readers: dict[Kind, Callable[[str], object]] = {
            Kind.DATE: self._read_date,
            Kind.TIME: parse.parse_time,
            Kind.INTEGER: parse.parse_integer,
            Kind.NUMBER: parse.parse_number,
        }
        self._reads = reads = readers.get(kind, str.strip)
        if kind is Kind.DATE:
            return DateEdit(reads, parse.show_date, name=name)
        if kind is Kind.TIME:
            return TimeEdit(reads, parse.show_time, name=name)
        return ParsedEdit(reads, parse.show_number if kind is Kind.NUMBER else str, name=name)

    def _read_date(self, text: str) -> str:
        """Read a date: "14/4" is of the year of the sheet, also where that is another one than this year."""
        now = rounds.today()
        if self.year is None or self.year == now.year or not any(char.isdigit() for char in text):
            return parse.parse_date(text)
        try:
            return parse.parse_date(text, date(self.year, 12, 31))
        except ValueError:
            return parse.parse_date(text)

    def _listen(self, line: QLineEdit) -> None:
        self.line = line
        line.textEdited.connect(lambda text: self._listener.head_typed(self.item.name, text))
        line.editingFinished.connect(self._left)

    def _chosen(self, value: Any) -> None:
        self.problem = ""
        self._listener.head_chosen(self.item.name, int(value) if self._is_number and value is not None else value)

    def _unread(self, text: str) -> None:
        self.problem = text

    def _left(self) -> None:
        self._listener.head_left(self.item.name, self.problem)

    def _go_on(self) -> None:
        """Go to the next field on Enter; what can't be read stays selected, so that typing again mends it."""
        line = self.editor
        if isinstance(line, ParsedEdit) and not line.commit():
            line.selectAll()
        else:
            self.focusNextChild()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Hand the focus to the editor."""
        self.go_in()
