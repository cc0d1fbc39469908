"""A form for any record, built from the fields of its entity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QGridLayout, QPlainTextEdit, QWidget

from fieldapp.core import checking, parse
from fieldapp.core.positions import Position
from fieldapp.core.schema import PROTOCOLS, Context, Entity, Field, Kind, Problem, Severity, StudyProtocol, Values
from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.forms.links import ChoiceEdit, LinkEdit, LinksEdit
from fieldapp.ui.forms.local_fields import LocalFields
from fieldapp.ui.forms.position import Locator, PositionEdit, written
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import (
    ERROR,
    NOTICE,
    WARNING,
    ChipRow,
    DateEdit,
    LabeledField,
    ParsedEdit,
    TimeEdit,
    text_label,
)

LOCAL_FIELDS = "local_fields"
"""The field of an aire that lists the optional fields which its sheets ask for (see `core.schema.Context`)."""

POSITION = ("longitude", "latitude")
"""Two fields that people know as one: the form asks for the position in one line."""

_KEYPAD = Qt.KeyboardModifier.KeypadModifier

_MARKS = {Severity.BLOCKING: ERROR, Severity.INCOMPLETE: WARNING, Severity.WARNING: WARNING, Severity.NOTICE: NOTICE}
_WORST_FIRST = (Severity.BLOCKING, Severity.INCOMPLETE, Severity.WARNING, Severity.NOTICE)
_MARKS_WORST_FIRST = (ERROR, WARNING, NOTICE)


@dataclass(frozen=True, slots=True)
class Editor:
    """How one line of the form is read and written; `names` are the fields that it stands for.

    `line` is set where what is typed may not be readable; `show` then writes its value.
    """

    names: tuple[str, ...]
    widget: QWidget
    read: Callable[[], Mapping[str, Any]]
    write: Callable[[Values], None]
    line: ParsedEdit | None = None
    show: Callable[[Any], str] = str

    def is_unread(self) -> bool:
        """Return whether something stands in the line that is not its value."""
        if self.line is None:
            return False
        value = self.line.value()
        return self.line.text().strip() != ("" if value is None else self.show(value))


class RecordForm(QWidget):
    """The fields of an entity as a form: labels, units, what must be filled in, and what is wrong, beside the field.

    `changed` follows every key. `values()` are those that could be read; fields that the form does not ask (hidden, or
    optional and not switched on) keep what they held. Enter goes on to the next line, from the last one `finished`.
    """

    changed = Signal()
    finished = Signal()

    def __init__(self, services: Services, protocol: StudyProtocol, entity: Entity, *, name: str = "form") -> None:
        super().__init__()
        self.setObjectName(name)
        self.uid = ""  # of the record that is shown, new or not: told before `load`
        self._services, self._protocol, self._entity = services, protocol, entity
        self._kept: dict[str, Any] = {}
        self._filling = False
        self._asked_to_save = False
        self._fields: dict[str, LabeledField] = {}
        self._editors: list[Editor] = []
        self._context = Context({})
        self._is_new = False
        self._notes: dict[str, tuple[str, str]] = {}
        self._checklist: LocalFields | None = None
        self._beside: Editor | None = None
        self._locator: Locator | None = None
        self._build()

    # -------------------------------------------------------------------------------------------- values

    def load(
        self, values: Values, context: Context, texts: Mapping[str, str] | None = None, *, is_new: bool = False
    ) -> None:
        """Show the values of a record, `context` with all around it, `texts` that a draft held and that can't be read.

        What concerns a record as a whole (too few ponds) is not said of one that is just being made.
        """
        self._is_new = is_new
        self._filling = True
        self._asked_to_save = False
        self._notes = {}
        self._kept = dict(values)
        self._context = context
        for editor in self._editors:
            editor.write(values)
            typed = (texts or {}).get(editor.names[0])
            if typed and editor.line is not None:
                editor.line.setText(typed)
                editor.line.commit()
        for item in self._entity.fields:
            if item.optional and item.name in self._fields:
                self._fields[item.name].setVisible(item.name in context.local_fields)
            if item.kind is Kind.CHOICE and item.name in self._fields:
                self._prefer(item.name, self._fields[item.name].editor)
        self._filling = False
        self.show_problems()

    def _prefer(self, name: str, editor: QWidget) -> None:
        """List first the codes that the places beside this one have, the most frequent first."""
        if isinstance(editor, ChoiceEdit) and self._entity.parent is not None:
            used = Counter(str(values[name]) for values in self._context.siblings if name in values)
            editor.set_first([code for code, _count in used.most_common()])

    def values(self) -> dict[str, Any]:
        """Return the values of the record as they stand, empty ones left out."""
        found = dict(self._kept)
        for editor in self._editors:
            found.update(editor.read())
        return {name: value for name, value in found.items() if value not in (None, "", [])}

    def texts(self) -> dict[str, str]:
        """Return what stands in lines that can't be read, by field: a draft keeps it as it was typed."""
        return {
            editor.names[0]: editor.line.text()
            for editor in self._editors
            if editor.line is not None and editor.is_unread()
        }

    def unread(self) -> list[str]:
        """Read every line; return the fields whose line can't be read (each says why)."""
        return [editor.names[0] for editor in self._editors if editor.line is not None and not editor.line.commit()]

    def field(self, name: str) -> LabeledField:
        """Return the line that asks for the field."""
        return self._fields[name]

    def first(self) -> QWidget:
        """Return where the cursor begins."""
        return self._editors[0].widget

    def order(self) -> list[QWidget]:
        """Return the editors in the order of the form."""
        return [editor.widget for editor in self._editors if editor is not self._beside]

    def checklist(self) -> LocalFields | None:
        """Return the list of optional fields that an aire chooses from, None where the entity has none."""
        return self._checklist

    # ------------------------------------------------------------------------------------------ problems

    def problems(self) -> list[Problem]:
        """Return what is to be said about the values as they stand."""
        context = replace(self._context, values=self.values())
        return checking.problems(self._protocol, self._entity, context)

    def set_note(self, name: str, text: str, severity: str = WARNING) -> None:
        """Say something beside a field that no check knows ("" takes it away)."""
        self._notes[name] = (text, severity)
        self.show_problems()

    def check_for_saving(self) -> list[Problem]:
        """Read every line, from now on say what is missing too, and return the problems."""
        self._asked_to_save = True
        return self.show_problems()

    def show_problems(self) -> list[Problem]:
        """Say beside each field what is wrong with it, the worst only; what is missing waits for the first saving."""
        found = self.problems()
        said: dict[str, tuple[str, str]] = {name: note for name, note in self._notes.items() if note[0]}
        for severity in reversed(_WORST_FIRST):
            for problem in found:
                if problem.severity is severity and (severity is not Severity.INCOMPLETE or self._asked_to_save):
                    words = self._say(problem)
                    said[problem.field] = (words, _MARKS[severity])
        for editor in self._editors:
            field = self._fields[editor.names[0]]
            if editor.is_unread():
                continue  # being typed: it says itself what can't be read
            here = [said[name] for name in editor.names if name in said]
            text, mark = min(here, key=lambda note: _MARKS_WORST_FIRST.index(note[1]), default=("", NOTICE))
            field.set_problem(text, mark)
        self._say_of_all(found)
        return found

    def _say_of_all(self, found: Sequence[Problem]) -> None:
        """Say at the foot of the form what concerns the record as a whole."""
        words = [self._say(problem) for problem in found if not problem.field and not self._is_new]
        self._whole.setText("\n".join(words))
        self._whole.setVisible(bool(words))

    def words_of(self, found: Sequence[Problem], severity: Severity) -> list[str]:
        """Return the sentences of the problems of this severity, each once."""
        return list(dict.fromkeys(self._say(problem) for problem in found if problem.severity is severity))

    def lacking(self, found: Sequence[Problem]) -> list[LabeledField]:
        """Return the lines of the form that wait to be filled in, in its order (a position is one line)."""
        names = {problem.field for problem in found if problem.severity is Severity.INCOMPLETE}
        return [self._fields[item.names[0]] for item in self._editors if not names.isdisjoint(item.names)]

    def name_of(self, line: LabeledField) -> str:
        """Return what a line asks for, as it stands in a sentence: "milieu aquatique"."""
        names = {name for name, field in self._fields.items() if field is line}
        label = _("Position") if not names.isdisjoint(POSITION) else _(self._entity.by_name[names.pop()].label)
        return label[:1].lower() + label[1:]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go on with Enter: to the next line, or out of the form; a line that can't be read keeps the cursor."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or event.modifiers() & ~_KEYPAD:
            super().keyPressEvent(event)
            return
        focused = QApplication.focusWidget() or self
        shown = [item for item in self._editors if item is not self._beside and item.widget.isVisible()]
        at = next((n for n, one in enumerate(shown) if _holds(one.widget, focused)), None)
        if at is None:
            super().keyPressEvent(event)
            return
        line = shown[at].line
        if line is not None and not line.commit():
            line.selectAll()
        elif at + 1 < len(shown):
            shown[at + 1].widget.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.finished.emit()

    def _say(self, problem: Problem) -> str:
        if problem.field in POSITION and problem.code == "missing":
            return _(checking.MESSAGES["missing"]).format(label=_("Position"))
        return checking.words(problem, self._protocol, self._entity)

    # ------------------------------------------------------------------------------------------ building

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, theme.S, 0)
        grid.setHorizontalSpacing(theme.L)
        grid.setVerticalSpacing(theme.M)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        row, column = 0, 0
        for editor, label, wide in self._lines():
            if wide and column:
                row, column = row + 1, 0
            grid.addWidget(label, row, column, 1, 2 if wide else 1)
            row, column = (row + 1, 0) if wide or column else (row, 1)
            self._editors.append(editor)
            self._fields.update(dict.fromkeys(editor.names, label))
        self._whole = text_label("", "warning", wrap=True, name=f"{self.objectName()}.whole")
        self._whole.hide()
        grid.addWidget(self._whole, row + 1, 0, 1, 2)
        grid.setRowStretch(row + 2, 1)
        self.setLayout(grid)
        if self._beside is not None:
            self._editors.append(self._beside)

    def _lines(self) -> list[tuple[Editor, LabeledField, bool]]:
        found = []
        for number, item in enumerate(self._entity.fields):
            if item.hidden or (item.name == POSITION[1] and POSITION[0] in self._entity.by_name):
                continue
            if item.name == LOCAL_FIELDS:
                self._checklist = LocalFields(self._protocol, name=f"{self.objectName()}.{item.name}")
                self._checklist.changed.connect(self._edited)
                editor = editor_of(item, self._checklist, self._checklist.value, self._checklist.set_value)
                self._beside = editor
                self._fields[item.name] = LabeledField(_(item.label), QWidget())
                continue
            if item.name == POSITION[0] and POSITION[1] in self._entity.by_name:
                found.append((*self._position(), False))
                continue
            editor = self._make(item)
            label = _(item.label) + (f" ({_(item.unit)})" if item.unit else "")
            field = LabeledField(label, editor.widget, required=item.required is True)
            found.append((editor, field, number == 0 or item.kind in {Kind.LONG_TEXT, Kind.LINKS, Kind.CHOICES}))
        return found

    def _position(self) -> tuple[Editor, LabeledField]:
        line = PositionEdit(name=f"{self.objectName()}.position")
        line.changed.connect(self._edited)
        line.textEdited.connect(self._edited)

        def read() -> dict[str, Any]:
            at = line.value()
            return {"longitude": at.longitude if at else None, "latitude": at.latitude if at else None}

        def write(values: Values) -> None:
            both = all(isinstance(values.get(name), int | float) for name in POSITION)
            line.set_value(Position(values["longitude"], values["latitude"]) if both else None)

        is_required = self._entity.by_name[POSITION[0]].required is True
        label = LabeledField(_("Position"), line, key="F4", on_key=self.ask_position, required=is_required)
        line.changed.connect(lambda at: self.set_note(POSITION[0], at.note if at else "", NOTICE))
        return Editor(POSITION, line, read, write, line, written), label

    def ask_position(self) -> None:
        """Ask this computer where it is, and say what came of it beside the field."""
        if self._locator is None:
            self._locator = Locator(self)
            self._locator.found.connect(self._located)
            self._locator.failed.connect(lambda words: self.set_note(POSITION[0], words, WARNING))
        if self._locator.ask():
            self.set_note(POSITION[0], _("Recherche de la position…"), NOTICE)
        self._fields[POSITION[0]].editor.setFocus()

    def _located(self, at: Position) -> None:
        line = self._fields[POSITION[0]].editor
        if isinstance(line, PositionEdit):
            line.set_value(at)
            self.set_note(POSITION[0], "")
            self._edited()

    def _make(self, item: Field) -> Editor:
        name = f"{self.objectName()}.{item.name}"
        edited = self._edited
        if item.kind is Kind.LONG_TEXT:
            area = _Area(name)
            area.textChanged.connect(edited)
            return editor_of(item, area, area.toPlainText, lambda value: area.setPlainText(value or ""))
        if item.kind is Kind.BOOLEAN:
            box = QCheckBox(_("oui"))
            box.setObjectName(name)
            box.toggled.connect(edited)
            return editor_of(item, box, lambda: box.isChecked() or None, lambda value: box.setChecked(bool(value)))
        if item.kind in {Kind.CHOICE, Kind.LINK}:
            pick = (
                ChoiceEdit(item, name=name)
                if item.kind is Kind.CHOICE
                else LinkEdit(self._services, item.target, name=name)
            )
            pick.in_form = True
            pick.changed.connect(edited)
            return editor_of(item, pick, pick.value, pick.set_value)
        if item.kind is Kind.LINKS:
            many = LinksEdit(self._services, item.target, name=name)
            many.changed.connect(edited)
            return editor_of(item, many, many.value, many.set_value)
        if item.kind is Kind.CHOICES:
            return self._chips(item, name)
        line = _line(item, name)
        line.changed.connect(edited)
        line.textEdited.connect(edited)
        line.editingFinished.connect(self.show_problems)  # reading the line anew took away what is said beside it
        shows: dict[Kind, Callable[[Any], str]] = {Kind.DATE: parse.show_date, Kind.NUMBER: parse.show_number}
        show = shows.get(item.kind, str)
        if item.default is not None:
            line.setPlaceholderText(_("{value} si rien n’est écrit").format(value=show(item.default)))
        if isinstance(line, TextEdit):
            return editor_of(item, line, line.value, line.set_value)
        return editor_of(item, line, line.value, line.set_value, line, show)

    def _chips(self, item: Field, name: str) -> Editor:
        """Return the chips of a list; codes of an open one that it has not stay as they are."""
        listed = [(choice.code, _(choice.short or choice.label)) for choice in item.choices]
        if item.target == PROTOCOLS:
            listed = [(one.code, _(one.label)) for one in self._services.protocols.values() if one.standard]
        codes = [code for code, _words in listed]
        chips = ChipRow(listed, name=name)
        chips.changed.connect(self._edited)
        held: list[str] = []

        def read() -> list[str]:
            found = [*chips.value(), *(code for code in held if item.is_open and code not in codes)]
            return list(held) if set(found) == set(held) else found

        def write(value: Sequence[str] | None) -> None:
            held[:] = value or ()
            chips.set_value(held)

        return editor_of(item, chips, read, write)

    def _edited(self, *_what: object) -> None:
        if not self._filling:
            self.show_problems()
            self.changed.emit()


def _holds(widget: QWidget, focused: QWidget) -> bool:
    return widget is focused or widget.isAncestorOf(focused)


def editor_of(
    item: Field,
    widget: QWidget,
    read: Callable[[], Any],
    write: Callable[[Any], None],
    line: ParsedEdit | None = None,
    show: Callable[[Any], str] = str,
) -> Editor:
    """Return how a widget that holds the value of one field is read and written."""

    def read_named() -> dict[str, Any]:
        return {item.name: read()}

    return Editor((item.name,), widget, read_named, lambda values: write(values.get(item.name)), line, show)


def _line(item: Field, name: str) -> ParsedEdit:
    if item.kind is Kind.DATE:
        return DateEdit(parse.parse_date, parse.show_date, name=name)
    if item.kind is Kind.TIME:
        return TimeEdit(parse.parse_time, parse.show_time, name=name)
    if item.kind is Kind.INTEGER or item.kind is Kind.TAXON:
        return ParsedEdit(parse.parse_integer, str, name=name)
    if item.kind is Kind.NUMBER:
        return ParsedEdit(parse.parse_number, parse.show_number, name=name)
    return TextEdit(name=name)


class TextEdit(ParsedEdit):
    """A line of plain text whose value follows every key."""

    def __init__(self, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(lambda text: " ".join(text.split()), str, name=name, parent=parent)
        self.setMaxLength(500)

    def value(self) -> Any:
        """Return the text as it stands, None when there is none."""
        return " ".join(self.text().split()) or None

    def commit(self) -> bool:
        """Tidy the text up; it was told with each key, so that leaving the line says nothing new."""
        self._value = self.value()
        return super().commit()


class _Area(QPlainTextEdit):
    """Several lines of text, two high, growing no further; Tab goes on."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setTabChangesFocus(True)
        theme.on_change().changed.connect(self._measure)
        self._measure()

    def _measure(self) -> None:
        self.setFixedHeight(2 * QFontMetrics(theme.font()).lineSpacing() + theme.L + theme.S)
