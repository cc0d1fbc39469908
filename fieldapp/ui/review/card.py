"""One visit on the screen: where and when, what was found, its fields, and the line that is written."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QWidget

from fieldapp.core.text import _, together
from fieldapp.ui import theme
from fieldapp.ui.review import lines
from fieldapp.ui.review.editor import Editor
from fieldapp.ui.review.lines import Key, Lines
from fieldapp.ui.review.work import GROUPS, Task
from fieldapp.ui.tables import RecordTable
from fieldapp.ui.widgets import Card, Elided, StateBadge, is_grown, is_large, text_label
from fieldapp.ui.wording import Words, day_words

REVIEW = 2
"""The column with what was said of each field: very large letters leave it out where nothing was."""


def place_words(task: Task, words: Words) -> list[str]:
    """Return the names of what lies above a visit, the nearest first; of a list of the day its own place."""
    own = [task.place] if task.place else []
    return own + [words.title(record) for record in task.visit.above.values()]


def _first_of(task: Task) -> Key | None:
    """Return what is to be looked at first in a visit: an answer, a question, a finding; None for its beginning."""
    asked = sorted(task.visit.questions, key=lambda pair: not pair[1].is_answered)
    if asked:
        return asked[0][0].uid, asked[0][1].field
    return next(((doubt.record, "") for doubt in task.doubts if doubt.is_open), None)


class VisitCard(Card):
    """The visit that is looked at. `came` carries the record and field on which the cursor stands."""

    came = Signal(object)

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name=name, parent=parent)
        self.task: Task | None = None
        self._lines = Lines((), (), ())
        self._title = text_label("", "section", name=f"{name}.title")
        self._place = Elided("secondary", fills=True, name=f"{name}.place")
        self._badge = StateBadge("todo")
        head = theme.row(self._title, self._place, self._badge)
        head.setStretch(1, 1)
        self.fields = RecordTable(lines.columns(), name=f"{name}.fields")
        self.fields.opens_rows = False
        self.fields.current_changed.connect(self._say)
        self._edge = QFrame()
        self._edge.setProperty("role", "line")
        self._said = text_label("", wrap=True, name=f"{name}.said")
        self.editor = Editor(name=f"{name}.editor")
        self.editor.opened.connect(lambda _is_open: self._keep_in_sight())
        self.add(head)
        self.add(self.fields, 1)
        self.add(self._edge)
        self.add(self._said)
        self.add(self.editor)

    def show_task(self, task: Task, words: Words) -> None:
        """Show a visit; the cursor stays on its record and field as far as these are there."""
        at = self.at() if self.task is not None and self.task.uid == task.uid else _first_of(task)
        self.task, self._lines = task, lines.lines_of(task, words)
        record = task.visit.item.record
        day = day_words(record.on_date)[: 5 if is_grown() else None]  # the season stands above: its year gives way
        self._title.setText(day or words.title(record))
        self._place.set_words(" · ".join(place_words(task, words)))
        state, says = GROUPS[task.group]
        self._badge.set_state(state, _(says))
        self.fields.show_rows(self._lines.rows, self._lines.keys)
        self.fields.setColumnHidden(REVIEW, is_large() and not any(row[REVIEW] for row in self._lines.rows))
        self.look_at(at)
        self._say(self.at())

    def look_at(self, key: Key | None) -> None:
        """Stand on a record and field, where they are there."""
        self.fields.select_key(key)

    def at(self) -> Key | None:
        """Return the record and the field on which the cursor stands."""
        key = self.fields.current_key()
        return key if isinstance(key, tuple) else None

    def _say(self, key: object) -> None:
        told = dict(zip(self._lines.keys, self._lines.said, strict=True))
        said = told.get(key, "") if isinstance(key, tuple) else ""
        self._said.setText(together(said))
        for widget in (self._said, self._edge):
            widget.setVisible(bool(said))
        self._keep_in_sight()
        self.came.emit(key)

    def _keep_in_sight(self) -> None:
        """Show the line under the cursor: once the words or the editor have found their room, it may lie behind."""
        QTimer.singleShot(0, self, lambda: self.fields.scrollTo(self.fields.currentIndex()))

    def write(self, label: str, text: str, on: Callable[[str], object], back: QWidget | None) -> None:
        """Let the person write a line."""
        self.editor.ask(label, text, on, back)
