"""The versions of one record side by side: a line per field, a column per person, and the rest to judge by."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QGridLayout, QLayout, QPlainTextEdit, QScrollArea, QWidget

from fieldapp.core.schema import Kind
from fieldapp.core.text import _
from fieldapp.ui import theme
from fieldapp.ui.sync.disputes_words import Case, Line, Person
from fieldapp.ui.sync.version_cell import VersionCell, shown_word
from fieldapp.ui.widgets import ActionButton, Banner, Card, Elided, text_label

LABEL = 6
"""Least width of the column of the fields, in heights of body text."""

HEAD = 3
"""Rows of the grid above the first field."""

LINES = 4
"""Lines of the text that is being written out of several."""

ROOM = 40
"""People times the height of the text, up to which all words about each of them stand beside those about the others."""


class DisputeCard(Card):
    """A case to be settled.

    `chosen(line, column)`, `taken_all(column)` and `merged(line, text)` say what the person wants, `left` that the
    cursor wants to go back to the list, `came(line)` where it stands now, `merging` whether a text is being written.
    """

    chosen = Signal(int, int)
    taken_all = Signal(int)
    merged = Signal(int, str)
    left = Signal()
    came = Signal(int)
    merging = Signal(bool)

    def __init__(self, *, name: str) -> None:
        super().__init__(name=name)
        self.case: Case | None = None
        self._settled = False
        self._at = (0, 0)
        self._cells: dict[tuple[int, int], VersionCell] = {}
        self._editor: _Merging | None = None
        self._name = text_label("", "section", wrap=True, name="dispute.title")
        self._place = Elided("secondary", name="dispute.place")
        self._refusal = Banner("error", "", name="dispute.refusal")
        self._scroll = QScrollArea()
        self._scroll.setObjectName("dispute.scroll")
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.viewport().installEventFilter(self)
        self.add(theme.column(self._name, self._place, spacing=theme.XS))
        self.add(self._refusal)
        self.add(self._scroll, 1)
        self._refusal.hide()

    # ------------------------------------------------------------------------------------------------- showing

    def show_case(self, case: Case, *, settled: bool) -> None:
        """Show the versions of a record; the cursor stays on its line and column as far as these exist."""
        self._at = self._place_in(case)
        self.case, self._settled, self._editor = case, settled, None
        self._name.setText(case.title)
        self._place.set_words(case.place)
        self.refuse("")
        body = QWidget()
        body.setObjectName("dispute.body")
        self._cells = {}
        grid = self._grid(case)
        around = [text_label(line, "secondary", wrap=True, name="dispute.around") for line in case.around]
        rest = theme.column(
            *([text_label(_("Le reste de la fiche"), "label"), *around] if around else []), spacing=theme.XS
        )
        body.setLayout(theme.column(grid, rest, 1, spacing=theme.L))
        self._replace(body)
        self._fit()
        self.merging.emit(False)

    def _place_in(self, case: Case) -> tuple[int, int]:
        """Return where the cursor stands among other lines: on its field, else where that was, else at the start."""
        if self.case is None or self.case.record.uid != case.record.uid:
            return 0, _column_shown(case.lines[0])
        row, column = self._at
        fields = [line.field for line in case.lines]
        before = self.case.lines[row].field
        return (fields.index(before) if before in fields else min(row, len(fields) - 1)), column

    def _replace(self, body: QWidget) -> None:
        """Show another body; the old one may hold the button whose press is being dealt with."""
        old = self._scroll.takeWidget()
        self._scroll.setWidget(body)
        if old is not None:
            old.deleteLater()

    def _grid(self, case: Case) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.M)
        grid.setVerticalSpacing(theme.S)
        grid.setContentsMargins(0, theme.S, theme.S, 0)
        grid.setColumnMinimumWidth(0, theme.text_px() * LABEL)
        grid.setColumnStretch(0, 1)
        for column, person in enumerate(case.people):
            self._head(grid, column, person, is_alone=len(case.lines) == 1)
            grid.setColumnStretch(column + 1, 2)
        for row, line in enumerate(case.lines):
            grid.addLayout(_named(line, settled=self._settled), row + HEAD, 0)
            for column, cell in enumerate(line.cells):
                if cell is None:
                    grid.addLayout(_beside(text_label(_("pas touché"), "small")), row + HEAD, column + 1)
                else:
                    grid.addWidget(self._cell(row, column, line), row + HEAD, column + 1)
        self._grid_of = grid
        return grid

    def _head(self, grid: QGridLayout, column: int, person: Person, *, is_alone: bool) -> None:
        """Head a column: who; when and on which laptop; all of them at once, where there are several lines."""
        assert self.case is not None
        number = column + 1
        crowded = len(self.case.people) * theme.text_px() > ROOM
        told = (person.when, person.device) if crowded else (" · ".join(filter(None, (person.when, person.device))),)
        made = theme.column(spacing=0)
        for words in filter(None, told):
            line = Elided("small", fills=True, name=f"dispute.when.{number}")
            line.set_words(words)
            made.addWidget(line)
        grid.addWidget(text_label(person.name, "strong", wrap=True, name=f"dispute.who.{number}"), 0, number)
        grid.addLayout(made, 1, number)
        if is_alone:
            return
        words = _("Tout") if crowded else _("Tout prendre")
        on = partial(self.taken_all.emit, column)
        button = ActionButton(words, key=f"Ctrl+{number}", name=f"dispute.all.{number}", on=on)
        button.setAccessibleName(_("Tout prendre de {who}").format(who=person.name))
        grid.addWidget(button, 2, number, Qt.AlignmentFlag.AlignLeft)

    def _cell(self, row: int, column: int, line: Line) -> VersionCell:
        assert self.case is not None
        cell = line.cells[column]
        assert cell is not None
        made = VersionCell(
            cell.words,
            str(column + 1),
            shown_word(settled=self._settled) if cell.is_present else "",
            spoken=f"{line.label}, {self.case.people[column].name}",
            name=f"dispute.cell.{row + 1}.{column + 1}",
        )
        made.taken.connect(partial(self.chosen.emit, row, column))
        made.walked.connect(self._walk)
        made.came.connect(partial(self._stand, row, column))
        self._cells[row, column] = made
        return made

    def refuse(self, sentence: str) -> None:
        """Say why a version can't be chosen; "" takes it away."""
        self._refusal.set("error", sentence)
        self._refusal.setVisible(bool(sentence))

    # ------------------------------------------------------------------------------------------------- walking

    def focus(self) -> None:
        """Put the cursor on the version where it was, or beside it."""
        cell = self._cells.get(self._at) or next(
            (cell for (row, _column), cell in self._cells.items() if row == self._at[0]), None
        )
        if cell is not None:
            cell.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def line(self) -> int:
        """The line on which the cursor stands, or stood last."""
        return self._at[0]

    def take(self, column: int) -> None:
        """Choose the version of this column on the line of the cursor."""
        if (self._at[0], column) in self._cells:
            self.chosen.emit(self._at[0], column)

    def take_current(self) -> None:
        """Choose the version on which the cursor stands."""
        self.take(self._at[1])

    def _stand(self, row: int, column: int) -> None:
        self._at = (row, column)
        self._scroll.ensureWidgetVisible(self._cells[row, column], 0, theme.XL)
        self.came.emit(row)

    def _walk(self, down: int, right: int) -> None:
        row, column = self._at
        if down:
            rows = sorted({one for one, _column in self._cells})
            row = rows[min(max(rows.index(row) + down, 0), len(rows) - 1)]
            self._at = (row, column)
            self.focus()
            return
        column += right
        while 0 <= column < self._columns() and (row, column) not in self._cells:
            column += right
        if (row, column) in self._cells:
            self._cells[row, column].setFocus()
        elif right < 0:
            self.left.emit()

    def _columns(self) -> int:
        return len(self.case.people) if self.case is not None else 0

    # ------------------------------------------------------------------------------------------------- merging

    def merge(self) -> None:
        """Open the line of the cursor to write one text out of all versions."""
        if self.case is None or self._editor is not None or not self.case.lines[self._at[0]].is_mergeable:
            return
        line = self.case.lines[self._at[0]]
        editor = self._editor = _Merging(line)
        editor.kept.connect(partial(self.merged.emit, self._at[0]))
        editor.given_up.connect(self.give_up)
        self._grid_of.addWidget(editor, self._at[0] + HEAD, 1, 1, self._columns())
        editor.show()
        editor.text.setFocus()  # before the cells go: the cursor would walk to the next of them
        for (row, _column), cell in self._cells.items():
            if row == self._at[0]:
                cell.hide()
        self._fit()
        self.merging.emit(True)

    def give_up(self) -> bool:
        """Close the text that is being written; return whether there was one."""
        if self._editor is None or self.case is None:
            return False
        self.show_case(self.case, settled=self._settled)
        self.focus()
        return True

    # ------------------------------------------------------------------------------------------------ measures

    def _fit(self) -> None:
        """Give the body the height at which no word is cut; a scroll area asks for none by itself."""
        body = self._scroll.widget()
        layout = body.layout() if body is not None else None
        if body is not None and layout is not None:
            layout.invalidate()
            body.setMinimumHeight(layout.totalHeightForWidth(self._scroll.viewport().width()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Measure again at another width."""
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return super().eventFilter(watched, event)


def _column_shown(line: Line) -> int:
    return next((column for column, cell in enumerate(line.cells) if cell is not None and cell.is_present), 0)


def _named(line: Line, *, settled: bool) -> QLayout:
    """Return the name of a field, with what the record holds where that is none of the versions."""
    box = theme.column(text_label(line.label, wrap=True, name="dispute.field"), spacing=theme.XS)
    if line.present:
        words = _("retenu : {value}") if settled else _("affiché : {value}")
        box.addWidget(text_label(words.format(value=line.present), "small", wrap=True, name="dispute.present"))
    return _beside(box)


def _beside(item: QWidget | QLayout) -> QLayout:
    """Return what stands beside a cell, level with its first line."""
    box = theme.column(item, 1)
    box.setContentsMargins(0, theme.S, 0, 0)
    return box


class _Merging(QFrame):
    """One text out of several: Enter keeps it, Esc gives it up, Shift+Enter begins a new line in a long text."""

    kept = Signal(str)
    given_up = Signal()

    def __init__(self, line: Line) -> None:
        super().__init__()
        self._is_long = line.kind is Kind.LONG_TEXT
        self.text = QPlainTextEdit(line.merged())
        self.text.setObjectName("dispute.merge")
        self.text.setAccessibleName(line.label)
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(LINES * QFontMetrics(theme.font()).lineSpacing() + 2 * theme.M)
        self.text.moveCursor(QTextCursor.MoveOperation.End)
        self.text.installEventFilter(self)
        keep = ActionButton(_("Garder"), "check", primary=True, name="dispute.merge_keep", on=self._keep)
        keep.show_key("Return")
        leave = ActionButton(_("Renoncer"), role="quiet", name="dispute.merge_leave", on=self.given_up.emit)
        leave.show_key("Esc")
        self.setLayout(theme.column(self.text, theme.row(keep, leave, 1), spacing=theme.S))

    def _keep(self) -> None:
        text = self.text.toPlainText().strip()
        self.kept.emit(text if self._is_long else " ".join(text.split()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the text on Enter."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
                self._keep()
                return True
        return super().eventFilter(watched, event)
