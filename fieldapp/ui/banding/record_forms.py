"""The forms of banding's own records: lines for themes, nets, columns and days, and the numbers of a ring string."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout

from fieldapp.core import parse
from fieldapp.core.schema import Context, Entity, Field, Problem, Severity, StudyProtocol, Values
from fieldapp.core.text import _, fold
from fieldapp.protocols.banding import line, lists, stock
from fieldapp.protocols.banding.schema import MARK, RING_STRING
from fieldapp.ui import rounds, theme
from fieldapp.ui.banding import devices
from fieldapp.ui.banding.code_edits import SpeciesEdit, ThemeEdit
from fieldapp.ui.banding.nets import read_nets, show_nets
from fieldapp.ui.banding.overview import known_of
from fieldapp.ui.forms.record_form import Editor, RecordForm, TextEdit, editor_of
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import NOTICE, LabeledField, ParsedEdit, text_label

_NOT_A_LEAP_YEAR = date(2025, 1, 1)
"""Days of the year are those of a year without 29 February, as in the reference dates of STOC."""

_COLUMNS = 12
"""Columns of the grid of a form that is laid out closely."""

_ROOMY = 40
"""Width of such a form in letters' heights below which each line takes twice as many columns."""

SAID = "said"
"""The code of a problem whose words are in its params: what a function of the protocol raised."""

_SAID_HERE = frozenset({"first_unreadable", "last_unreadable", "not_a_string", "strings_overlap"})
"""What the rules only warn of, for files hold it; a form refuses it in its own words."""


def read_columns(text: str) -> list[str]:
    """Return the codes of the cells that were typed as "sexe, âge, aile": by label, short name or code, in that order.

    Raises ValueError with a sentence that lists the cells there are.
    """
    names = {fold(key): code for code, cell in line.COLUMNS.items() for key in (code, _(cell.label), cell.label)}
    found = []
    for part in re.split(r"[,;>]+", text):
        typed = fold(part.strip()).rstrip(".")
        near = [code for name, code in names.items() if name.rstrip(".") == typed] or list(
            dict.fromkeys(code for name, code in names.items() if typed and name.startswith(typed))
        )
        if typed and len(set(near)) != 1:
            cells = ", ".join(_(cell.label) for cell in line.COLUMNS.values())
            raise ValueError(_("« {text} » : écrivez parmi {cells}.").format(text=part.strip()[:40], cells=cells))
        found += near[:1]
    return list(dict.fromkeys(found))


def show_columns(codes: Sequence[str]) -> str:
    """Return the labels of cells, in their order."""
    return ", ".join(_(line.COLUMNS[code].label) if code in line.COLUMNS else code for code in codes)


def read_days(text: str) -> list[str]:
    """Return the days of the year ("138") that were typed as "18/05, 14/06" or as such numbers, in their order.

    Raises ValueError with a sentence for what is no day.
    """
    found = []
    for part in filter(None, (part.strip() for part in re.split(r"[,;]+|\s+", text))):
        if part.isdigit() and 1 <= int(part) <= 365:
            found.append(int(part))
            continue
        day, _slash, month = part.partition("/")
        try:
            found.append(date(_NOT_A_LEAP_YEAR.year, int(month), int(day)).timetuple().tm_yday)
        except ValueError:
            raise ValueError(
                _("« {text} » n’est pas un jour de l’année : écrivez 18/05 ou 138.").format(text=part[:40])
            ) from None
    return [str(day) for day in sorted(set(found))]


def show_days(days: Sequence[str]) -> str:
    """Return "18/05, 14/06" for days of the year; what is no such day comes back as it is stored."""
    known = [day.isdigit() and 1 <= int(day) <= 365 for day in days]
    return ", ".join(
        f"{_NOT_A_LEAP_YEAR + timedelta(days=int(day) - 1):%d/%m}" if fine else day
        for day, fine in zip(days, known, strict=True)
    )


def list_line(item: Field, name: str) -> ParsedEdit | None:
    """Return the line for a list that has no fixed choices: nets, cells, days; None for any other field."""
    if item.name == "open_nets":
        return ParsedEdit(read_nets, show_nets, name=name)
    if item.name == "columns":
        made = ParsedEdit(read_columns, show_columns, name=name)
        made.setPlaceholderText(show_columns(line.USUAL))
        return made
    if item.name == "reference_days":
        made = ParsedEdit(read_days, show_days, name=name)
        known = lists.thresholds()
        made.setPlaceholderText(show_days([f"{known[f'reference_day_{number}']:.0f}" for number in (1, 2, 3)]))
        return made
    return None


class RingingForm(RecordForm):
    """The form of any record of banding: its themes are proposed, its lists typed.

    `SPANS` gives a form its own grid: how many of twelve columns a line takes, `SPAN` for those that it does not name.
    """

    SPANS: Mapping[str, int] = {}
    SPAN = 6
    _grid: QGridLayout | None = None
    _times = 0

    def _build(self) -> None:
        """Lay the lines out closely where the form says how, else two in a row."""
        if not self.SPANS:
            super()._build()
            return
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, theme.S, 0)
        grid.setHorizontalSpacing(theme.M)
        grid.setVerticalSpacing(theme.S)
        for number in range(_COLUMNS):
            grid.setColumnStretch(number, 1)
        for editor, label, _wide in self._lines():
            self._editors.append(editor)
            self._fields.update(dict.fromkeys(editor.names, label))
        self._whole = text_label("", "warning", wrap=True, name=f"{self.objectName()}.whole")
        self._whole.hide()
        self._grid = grid
        self._arrange(1)
        self.setLayout(grid)

    def _arrange(self, times: int) -> None:
        """Put the lines into the grid as they ask for, or (`times` 2) at most two in a row."""
        grid = self._grid
        if grid is None or times == self._times:
            return
        self._times = times
        row, column = 0, 0
        for editor in self._editors:
            label = self._fields[editor.names[0]]
            span = self.SPANS.get(editor.names[0], self.SPAN)
            if times > 1:
                span = _COLUMNS // 2 if span < _COLUMNS // 2 else _COLUMNS
            if column + span > _COLUMNS:
                row, column = row + 1, 0
            grid.removeWidget(label)
            grid.addWidget(label, row, column, 1, span)
            column += span
        for number in range(grid.rowCount()):
            grid.setRowStretch(number, 0)
        grid.removeWidget(self._whole)
        grid.addWidget(self._whole, row + 1, 0, 1, _COLUMNS)
        grid.setRowStretch(row + 2, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give each line more of the width where the letters are large."""
        super().resizeEvent(event)
        self._arrange(1 if event.size().width() >= theme.text_px() * _ROOMY else 2)

    def _make(self, item: Field) -> Editor:
        name = f"{self.objectName()}.{item.name}"
        if item.name == "theme":
            pick = ThemeEdit(self._services, name=name)
            pick.changed.connect(self._edited)
            pick.textEdited.connect(self._edited)
            pick.picked.connect(lambda _theme, target: self._targeted(target))
            return editor_of(item, pick, pick.value, pick.set_value)
        if item.name == "species":
            bird = SpeciesEdit(name=name)
            bird.changed.connect(self._edited)
            return editor_of(item, bird, bird.value, bird.set_value)
        made = list_line(item, name)
        if made is None:
            plain = super()._make(item)
            if item.name in lists.thresholds() and plain.line is not None:
                usual = parse.show_number(lists.thresholds()[item.name])
                plain.line.setPlaceholderText(_("{value} si rien n’est écrit").format(value=usual))
            return plain
        made.changed.connect(self._edited)
        made.textEdited.connect(self._edited)
        made.editingFinished.connect(self.show_problems)
        shows = {"open_nets": show_nets, "columns": show_columns, "reference_days": show_days}
        return editor_of(item, made, made.value, made.set_value, made, shows[item.name])

    def put(self, **values: Any) -> None:
        """Write some lines anew, the others stay; None empties a line."""
        for editor in self._editors:
            if not set(editor.names).isdisjoint(values):
                editor.write(values)

    def _say(self, problem: Problem) -> str:
        return str(problem.params["words"]) if problem.code == SAID else super()._say(problem)

    def _targeted(self, target: str) -> None:
        """Take the target of the programme that was chosen."""
        if "target" in self._fields:
            aim = self._fields["target"].editor
            if isinstance(aim, TextEdit):
                aim.set_value(target)
                self._edited()


class StringForm(RingingForm):
    """The form of a ring string: its last number may be typed as its final digits; no ring is in two strings."""

    _strings: Sequence[stock.Stock] = ()
    _proposed = ""  # the state that a new string is given by its size, "" once another was chosen

    def _lines(self) -> list[tuple[Editor, LabeledField, bool]]:
        """Ask for size and numbers first: the scheme is nearly always ours."""
        found = {line[0].names[0]: line for line in super()._lines()}
        order = ("size", "first", "last", "state", "received_on", "opened_on", "leased_to", "finished_on", "scheme")
        rest = [line for name, line in found.items() if name not in order]
        last = found["last"][0].line
        if last is not None:
            last.setPlaceholderText(_("8680100, ou seulement 100"))
        return [*((found[name][0], found[name][1], False) for name in order), *rest]

    def load(
        self, values: Values, context: Context, texts: Mapping[str, str] | None = None, *, is_new: bool = False
    ) -> None:
        """Show a string, and know the others."""
        every = stock.records(known_of(self._services))
        self._strings = [made for record in every if (made := _bare(record)) is not None]
        state, usual = str(values.get("state", "")), self._usual_state(values)
        self._proposed = state if is_new and state == usual else ""
        super().load(values, context, texts, is_new=is_new)

    def _usual_state(self, values: Values) -> str:
        """Return the state that a new string has: in use at once where none of its size is, else kept for later."""
        size = values.get("size")
        used = any(held.is_open and held.size == size for held in self._strings)
        return stock.OPEN if size and not used else stock.RECEIVED

    def _edited(self, *what: object) -> None:
        """Let the proposed state follow the size, until another was chosen."""
        if not self._filling and self._proposed:
            values = super().values()
            usual = self._usual_state(values)
            if values.get("state") != self._proposed:
                self._proposed = ""
            elif usual != self._proposed:
                self._proposed = usual
                today = rounds.today().isoformat()
                self.put(state=usual, opened_on=today if usual == stock.OPEN else None)
        super()._edited(*what)

    def values(self) -> dict[str, Any]:
        """Return the values with both numbers in full; those that can't be read stand as they were typed."""
        found = super().values()
        found.pop("first_key", None)
        try:
            return {**stock.new_string(found)}
        except ValueError:
            return found

    def problems(self) -> list[Problem]:
        """Return what is to be said, an unreadable number and an overlap among it: both keep it from being saved."""
        found = [problem for problem in super().problems() if problem.code not in _SAID_HERE]
        values = self.values()
        if not values.get("first") or not values.get("last"):
            return found
        try:
            shared = stock.overlapping(self._strings, values, self.uid)
        except ValueError as error:
            return [*found, Problem("last", SAID, Severity.BLOCKING, {"words": str(error)})]
        for other in shared[:1]:
            words = _("Ces bagues sont déjà dans la série {size} {first}–{last} : vérifiez les deux numéros.").format(
                size=other.size, first=other.span.first.number, last=other.span.last.number
            )
            found.append(Problem("last", SAID, Severity.BLOCKING, {"words": words}))
        return found


def _bare(record: Any) -> stock.Stock | None:
    """Return the string with its numbers alone; None when they can't be read."""
    try:
        return stock.Stock(record, stock.span_of(record.data))
    except ValueError:
        return None


class MarkForm(RingingForm):
    """The form of a colour ring, a collar or a logger: says how a code is written, and where the device was before."""

    _known: Mapping[str, Sequence[devices.DeviceEvent]] = {}  # what was read of one device, by its key

    def load(
        self, values: Values, context: Context, texts: Mapping[str, str] | None = None, *, is_new: bool = False
    ) -> None:
        """Show a mark; what is known of its device is read anew."""
        self._known = {}
        super().load(values, context, texts, is_new=is_new)
        self._tell()

    def values(self) -> dict[str, Any]:
        """Return the values with the key that a device is found by."""
        found = super().values()
        found.pop("device_key", None)
        key = devices.device_key(str(found.get("device", "")))
        return {**found, "device_key": key} if key else found

    def _edited(self, *what: object) -> None:
        super()._edited(*what)
        if not self._filling:
            self._tell()

    def _tell(self) -> None:
        """Say beside the lines what is worth knowing of this kind of mark and of this device."""
        values = self.values()
        self.set_note("code", devices.notation_words(str(values.get("kind", ""))), NOTICE)
        key = str(values.get("device_key", ""))
        if key not in self._known:
            self._known = {key: devices.history(known_of(self._services), key)}
        self.set_note("device", devices.words(str(values.get("device", "")), self._known[key]), NOTICE)


def form_for(services: Services, protocol: StudyProtocol, entity: Entity, name: str) -> RecordForm:
    """Return the form of an entity of banding."""
    kinds: Mapping[str, type[RingingForm]] = {RING_STRING.code: StringForm, MARK.code: MarkForm}
    return kinds.get(entity.code, RingingForm)(services, protocol, entity, name=name)
