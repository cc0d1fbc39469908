"""The form of a barrier, a bucket or a campaign, kept as a draft while it is typed, saved as one action."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from fieldapp.core import clock
from fieldapp.core.ids import new_uid
from fieldapp.core.parse import parse_date, show_date
from fieldapp.core.record import Record, make_record, with_data
from fieldapp.core.schema import Context, Entity, Field, Kind, Problem, Severity, Values
from fieldapp.core.text import _
from fieldapp.protocols.pitfall_barrier.schema import CODE
from fieldapp.store import changes, drafts, records
from fieldapp.store.records import Saved
from fieldapp.ui import theme
from fieldapp.ui.forms.record_form import Editor, RecordForm, editor_of
from fieldapp.ui.forms_begun import draft_key
from fieldapp.ui.page import PageContext
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import ERROR, NOTICE, Banner, DateEdit, LabeledField
from fieldapp.ui.windows.place_sheet import FormScroll

ROOMY = 26
"""Below so many letters' heights a form has one column."""

_WIDE = frozenset({"site_name", "position_m"})

Refusal = tuple[str, str]
"""The field that keeps a record from being saved, and the sentence that says why."""


def read_day(text: str) -> str:
    """Return the ISO date that was typed, which may lie ahead: up to the end of next year.

    Without a year it is this year's day. Raises ValueError with a sentence.
    """
    this_year = clock.today().year
    try:
        return parse_date(text, date(this_year, 12, 31))
    except ValueError:
        return parse_date(text, date(this_year + 1, 12, 31))


class BarrierForm(RecordForm):
    """The form of a record of the barrier: its days may lie ahead, for a campaign is opened before it begins."""

    _columns = 0

    def _position(self) -> tuple[Editor, LabeledField]:
        """Ask for the position as everywhere, but not as something that must be filled in."""
        editor, label = super()._position()
        for mark in label.findChildren(QLabel):
            mark.setVisible(mark.property("role") != "small")
        return editor, label

    def _build(self) -> None:
        super()._build()
        self._arrange(2)

    def _arrange(self, columns: int) -> None:
        """Put the lines into so many columns; a name, a list and a remark take the whole width."""
        grid = self.layout()
        if columns == self._columns or not isinstance(grid, QGridLayout):
            return
        self._columns = columns
        row = column = 0
        for editor in self._editors:
            label, item = self._fields[editor.names[0]], self._entity.by_name[editor.names[0]]
            wide = item.name in _WIDE or item.kind in {Kind.LONG_TEXT, Kind.LINKS, Kind.CHOICES}
            if column and (wide or columns == 1):
                row, column = row + 1, 0
            grid.removeWidget(label)
            grid.addWidget(label, row, column, 1, 2 if wide or columns == 1 else 1)
            row, column = (row + 1, 0) if wide or column else (row, 1)
        for number in range(grid.rowCount()):
            grid.setRowStretch(number, 0)
        grid.removeWidget(self._whole)
        grid.addWidget(self._whole, row + 1, 0, 1, 2)
        grid.setRowStretch(row + 2, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give each line the whole width where the letters are large."""
        super().resizeEvent(event)
        self._arrange(2 if event.size().width() >= theme.text_px() * ROOMY else 1)

    def minimumSizeHint(self) -> QSize:
        """Return the size of one column: the form gives way before it is cut."""
        return QSize(theme.text_px() * 14, super().minimumSizeHint().height())

    def _make(self, item: Field) -> Editor:
        if item.kind is not Kind.DATE:
            return super()._make(item)
        line = DateEdit(read_day, show_date, name=f"{self.objectName()}.{item.name}")
        line.changed.connect(self._edited)
        line.textEdited.connect(self._edited)
        line.editingFinished.connect(self.show_problems)
        return editor_of(item, line, line.value, line.set_value, line, show_date)


class RecordEditor(QWidget):
    """One record at a time in its form. What is typed is kept as a draft until it is saved.

    `refuse(stored, values)` returns what this page knows against saving, beside what the rules say; `saved` carries the
    record, what was done, whether it is new, and the warnings in words; `finished` that Enter left the last line.
    """

    saved = Signal(object, object, bool, list)
    finished = Signal()

    def __init__(
        self,
        context: PageContext,
        entity: Entity,
        refuse: Callable[[Record | None, Values], Refusal | None],
        *,
        name: str,
    ) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._entity = entity
        self._refuse = refuse
        self._stored: Record | None = None
        self._parent: str | None = None
        self._start: Values = {}
        self._read: Values = {}
        self._is_shown = False
        self.form = BarrierForm(self._services, self._services.protocols[CODE], entity, name=name)
        self.form.changed.connect(self._edited)
        self.form.finished.connect(self.finished)
        self._restored = Banner("info", "", name=f"{name}.restored")
        self._restored.hide()
        self._scroll = FormScroll(self.form)
        box = theme.column(self._restored, self._scroll, spacing=theme.S)
        box.setStretch(1, 1)
        self.setLayout(box)

    # ------------------------------------------------------------------------------------------ showing

    def show_record(self, record: Record | None, start: Values, parent: str | None, around: Context) -> None:
        """Show this record, or a new one below `parent` that begins with `start`; a draft of it is taken up again."""
        self._stored, self._parent, self._is_shown = record, parent, True
        self._around = around
        draft = drafts.get(self._services.db, self._key())
        self._uid = record.uid if record else str((draft or {}).get("uid") or new_uid())
        begin = record.data if record else start
        values, texts = (draft["values"], draft["texts"]) if draft else (begin, {})
        self.form.uid = self._uid
        self.form.load(values, replace(around, values=values), texts, is_new=record is None)
        self._start = begin if draft else self.form.values()
        self._read = dict((draft or {}).get("read") or begin)
        self._restored.setVisible(draft is not None)
        if draft is not None:
            self._restored.set(
                "info",
                _("Fiche reprise là où vous l’aviez laissée."),
                action=_("Tout effacer") if record is None else _("Revenir à l’enregistré"),
                on=self.forget,
            )

    def begin(self) -> None:
        """Put the cursor into the first line, what stands there selected, so that typing replaces it."""
        self.form.first().setFocus(Qt.FocusReason.TabFocusReason)

    def drop(self) -> None:
        """Drop the draft: the record is gone."""
        drafts.drop(self._services.db, self._key())
        self._is_shown = False

    def forget(self) -> None:
        """Drop the draft and show what is stored, or an empty form."""
        drafts.drop(self._services.db, self._key())
        self.show_record(self._stored, self._start, self._parent, self._around)
        self.begin()

    @property
    def stored(self) -> Record | None:
        """The record that is shown as it is stored, None for a new one."""
        return self._stored

    @property
    def is_begun(self) -> bool:
        """Whether something was typed that is not saved."""
        return self._is_shown and drafts.get(self._services.db, self._key()) is not None

    def _key(self) -> str:
        return draft_key([CODE, self._entity.code, self._stored.uid if self._stored else "", self._parent or ""])

    def _edited(self) -> None:
        """Keep the draft; where everything stands again as it is stored there is none."""
        if not self._is_shown:
            return
        db = self._services.db
        draft = {"uid": self._uid, "values": self.form.values(), "texts": self.form.texts(), "read": self._read}
        if draft["texts"] or draft["values"] != self._start:
            drafts.put(db, self._key(), draft)
            self._context.status.unsaved()
        elif drafts.get(db, self._key()) is not None:
            drafts.drop(db, self._key())
            if last := changes.last_saved_at(db):
                self._context.status.saved(datetime.fromisoformat(last).astimezone())

    # ------------------------------------------------------------------------------------------- saving

    def save(self) -> bool:
        """Save the record and drop its draft in one transaction; what can't be saved says so beside its field."""
        unread = self.form.unread()
        found = self.form.check_for_saving()
        values = self.form.values()
        refused = None if unread or not self._is_sayable(found) else self._refuse(self._stored, values)
        for item in self._entity.fields:
            if not item.hidden and self._is_asked(item.name):
                is_it = refused is not None and refused[0] == item.name
                self.form.set_note(item.name, refused[1] if refused and is_it else "", ERROR if is_it else NOTICE)
        if unread or refused or not self._is_sayable(found):
            self._stop_at([*unread, *([refused[0]] if refused else []), *_stopping(found)])
            return False
        db, is_new = self._services.db, self._stored is None
        record = (
            make_record(CODE, self._entity, values, self._parent, self._uid)
            if self._stored is None
            else with_data(self._stored.read_as(self._read), self._entity, values)
        )
        label = _("{what} {name}").format(what=_(self._entity.label), name=self._entity.title(record.data))
        with db.transaction():
            done: Saved = records.save(db, [record], label)
            drafts.drop(db, self._key())
        self._services.on_saved(done.made_at)
        self.saved.emit(record, done, is_new, self.form.words_of(found, Severity.WARNING))
        return True

    def _is_asked(self, name: str) -> bool:
        try:
            self.form.field(name)
        except KeyError:
            return False
        return True

    def _is_sayable(self, found: Sequence[Problem]) -> bool:
        """Return whether the record may be stored: nothing that can't be, and nothing lacking but a position."""
        return not _stopping(found)

    def _stop_at(self, names: Sequence[str]) -> None:
        for name in names:
            if self._is_asked(name):
                line = self.form.field(name)
                line.editor.setFocus()
                self._scroll.ensureWidgetVisible(line)
                return


def _stopping(found: Sequence[Problem]) -> list[str]:
    """Return the fields that keep a barrier, a bucket or a campaign from being saved: wrong, or lacking.

    They have few fields that must be filled, and nothing else makes sense without those.
    """
    stops = {Severity.BLOCKING, Severity.INCOMPLETE}
    return [problem.field for problem in found if problem.severity in stops]


def around(undated: Sequence[Record], entity: Entity, uid: str, parents: Mapping[str, Values]) -> Context:
    """Return what the checks of a record below a barrier may look at: the barrier, and others of its kind.

    Checks that a campaign would leave out are not among it: the page refuses that itself and names them.
    """
    siblings = [one.data for one in undated if one.entity == entity.code and one.uid != uid]
    return Context({}, parents, siblings)
