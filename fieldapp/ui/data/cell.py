"""A line altered in the list: its count and its remark, with a reason where it is validated."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit

from fieldapp.core import checking, review
from fieldapp.core.errors import FieldappError
from fieldapp.core.forms import GridColumn
from fieldapp.core.record import Record, with_data
from fieldapp.core.schema import Context
from fieldapp.core.text import _
from fieldapp.desk.lines import Layout
from fieldapp.store import records, reviewing
from fieldapp.store.connection import Database
from fieldapp.store.records import Saved
from fieldapp.ui import theme
from fieldapp.ui.widgets import LabeledField, text_label

REMARK = "comments"
"""The field of the remark, as every protocol's lines call it (source: GeoNature, comments)."""


class CellEdit(QFrame):
    """The fields below the table for the line that F2 opened; Enter saves, Esc gives up, Tab goes on.

    `saved` carries what the save did. A validated line is asked for a reason, and keeps its level.
    """

    saved = Signal(object)
    closed = Signal()

    def __init__(self, db: Database) -> None:
        super().__init__()
        self._db = db
        self._record: Record | None = None
        self._column: GridColumn | None = None
        self._where: Layout | None = None
        self.setObjectName("cell")
        self.setProperty("role", "card")
        self.line = QLineEdit()
        self.line.setObjectName("cell.value")
        self.why = QLineEdit()
        self.why.setObjectName("cell.why")
        self._remark_before = ""
        self.remark = QLineEdit()
        self.remark.setObjectName("cell.remark")
        self._value = LabeledField("", self.line)
        self._remark = LabeledField(_("Remarque"), self.remark)
        self._reason = LabeledField(_("Pourquoi (la donnée est validée)"), self.why)
        self._hint = text_label(_("Entrée enregistre, Échap renonce."), "secondary", name="cell.hint")
        box = theme.row(self._value, self._remark, self._reason, self._hint)
        box.setStretch(1, 1)
        box.setStretch(2, 1)
        box.setContentsMargins(theme.M, theme.S, theme.M, theme.S)
        self.setLayout(box)
        for line in (self.line, self.remark, self.why):
            line.installEventFilter(self)
        self.hide()

    def begin(self, record: Record, column: GridColumn | None, where: Layout, words: str) -> None:
        """Open the fields on this record, without a count where `column` is None; `words` say of which line."""
        self._record, self._column, self._where = record, column, where
        first = self._value if column is not None else self._remark
        self._value.set_label(_(column.label) if column is not None else "")
        self._remark.set_label(_("Remarque"))
        first.set_label(_("{what} – {line}").format(what=first.label.text(), line=words))
        for field in (self._value, self._remark, self._reason):
            field.clear_problem()
        self.line.setText(column.show(record.data) if column is not None else "")
        self.line.selectAll()
        self.remark.setText(str(record.data.get(REMARK, "")))
        self._remark_before = self.remark.text()
        self.why.clear()
        self._value.setVisible(column is not None)
        self._remark.setVisible(REMARK in where.line.by_name)
        self._reason.setVisible(review.validation(record) is not None)
        self.show()
        first.editor.setFocus()

    def give_up(self) -> bool:
        """Close the field without saving; return whether it was open."""
        if self._record is None:
            return False
        self._record = None
        self.hide()
        self.closed.emit()
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take Enter and Esc in both lines."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.save()
                return True
            if event.key() == Qt.Key.Key_Escape:
                return self.give_up()
        return super().eventFilter(watched, event)

    def save(self) -> None:
        """Save what was typed; what can't be stored is said beside the field, and stays there."""
        if self._record is None or self._where is None:
            return
        try:
            done = self._saved(self._record, self._column, self._where)
        except (ValueError, FieldappError) as error:
            is_about_reason = self._reason.isVisible() and not self.why.text().strip()
            (self._reason if is_about_reason else self._value).set_problem(str(error))
            return
        self._record = None
        self.hide()
        self.closed.emit()
        if done.action is not None:
            self.saved.emit(done)

    def _saved(self, record: Record, column: GridColumn | None, where: Layout) -> Saved:
        changes = dict(column.read(self.line.text())) if column is not None else {}
        if self.remark.text() != self._remark_before:  # a remark of several lines stays so if left alone
            changes[REMARK] = self.remark.text().strip() or None
        data = {name: value for name, value in {**record.data, **changes}.items() if value is not None}
        fresh = with_data(record, where.line, data)
        visit = records.get(self._db, record.parent or "")
        parents = {visit.entity: visit.data} if visit is not None else {}
        for problem in checking.problems(where.protocol, where.line, Context(fresh.data, parents)):
            if checking.blocks([problem]) and problem.field in {*changes, column.code if column is not None else ""}:
                raise ValueError(checking.words(problem, where.protocol, where.line))
        if review.validation(record) is not None:
            return reviewing.changed_with_reason(self._db, [fresh], self.why.text())
        return records.save(self._db, [fresh], _("Ligne corrigée dans la liste"))
