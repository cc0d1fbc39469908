"""The lines of a sheet: those that are saved, the one that is typed, and what stands there when nothing was seen."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from fieldapp.core.forms import GridColumn, QuickKey, SheetForm
from fieldapp.core.schema import Severity, Values
from fieldapp.core.text import _, together
from fieldapp.ui import theme
from fieldapp.ui.forms.entry import EntryRow
from fieldapp.ui.forms.lines import Heads, LineRow, LineWords
from fieldapp.ui.forms.session import SheetSession
from fieldapp.ui.forms.waiting import Finding
from fieldapp.ui.widgets import IconLabel, key_words, text_label
from fieldapp.ui.wording import latin_beside

LINES_KEY = "Ctrl+Down"
_SAID = {Severity.WARNING, Severity.BLOCKING, Severity.INCOMPLETE}


class LinesGrid(QFrame):
    """The lines of the session that is shown. `saved` after each save, `typed` after each key, `told` with a hint.

    `deleted` carries the uid of a stored line that was taken away.
    """

    saved = Signal()
    deleted = Signal(str)
    typed = Signal()
    told = Signal()

    def __init__(self, sheet: SheetForm, species_label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sheet.grid")
        self.setProperty("role", "card")
        self._sheet = sheet
        self._session: SheetSession | None = None
        self._shown: list[LineWords] = []
        self._rows: dict[str, LineRow] = {}
        self.entry = EntryRow(sheet.columns)
        self.entry.done.connect(self._line_done)
        self.entry.walked.connect(self._walk_from_entry)
        self.entry.told.connect(self._tell)
        self.entry.typed.connect(self.typed)
        self.hint = text_label("", "small", wrap=True, name="sheet.hint")
        self.hint.setContentsMargins(theme.M, theme.XS, theme.M, theme.XS)
        self._lines = QVBoxLayout()
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(0)
        self._lines.addWidget(self.entry)
        self._lines.addWidget(self.hint)
        self._lines.addStretch(1)
        inside = QWidget()
        inside.setLayout(self._lines)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(inside)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._scroll)
        self._quick = QuickView()
        self._stack.addWidget(self._quick)
        self.heads = Heads(species_label, sheet.columns, LINES_KEY)
        box = theme.column(self.heads, self._stack, spacing=0)
        box.setContentsMargins(theme.XS, theme.XS, theme.XS, theme.XS)
        box.setStretch(1, 1)
        self.setLayout(box)

    def sizeHint(self) -> QSize:
        """Return the least that is of use: the heads and a line; it takes all the room that is left."""
        return QSize(400, theme.target() * 3)

    # ---------------------------------------------------------------------------------------------- showing

    def show_session(self, session: SheetSession) -> None:
        """Show the lines of another visit, with the line that was begun."""
        self._session = session
        self._shown = []
        stored = {line.uid for line in session.lines}
        begun = next((entry for entry in session.entries.values() if entry.uid in stored), None)
        entry = begun or session.new_entry()
        self._place_entry(entry.uid if begun else "")
        self.entry.show_entry(session, entry)
        self._tell("", "small")

    def show_lines(self, found: list[Finding]) -> None:
        """Draw the saved lines anew where they differ."""
        session = self._session
        if session is None:
            return
        quick = None if session.sightings() else session.quick_on()
        self.heads.setVisible(quick is None)
        self._stack.setCurrentIndex(0 if quick is None else 1)
        hidden = QSizePolicy.Policy.Ignored if quick is None else QSizePolicy.Policy.Preferred
        self._quick.setSizePolicy(hidden, hidden)  # takes no room from the head while it is not shown
        if quick is not None:
            self._quick.show_key(quick)
        said: dict[str, list[str]] = {}
        for finding in found:
            if finding.line and finding.problem.severity in _SAID:
                said.setdefault(finding.line, []).append(finding.words)
        lines = [self._words(uid, " ".join(said.get(uid, ()))) for uid in (line.uid for line in session.lines)]
        if lines != self._shown or set(self._rows) != {line.uid for line in lines}:
            self._shown = lines
            self._rebuild()

    def _words(self, uid: str, said: str) -> LineWords:
        assert self._session is not None
        line = next(line for line in self._session.lines if line.uid == uid)
        taxon = self._session.taxa.get(line.cd_nom or 0)
        name = (taxon.nom_vern or taxon.lb_nom) if taxon else str(line.cd_nom or "")
        if not self._sheet.is_sighting(line.data):
            name = _("Rien vu")
        cells = tuple(self._cell(column, line.data) for column in self._sheet.columns)
        return LineWords(uid, name, latin_beside(taxon), cells, said)

    def _cell(self, column: GridColumn, values: Values) -> str:
        """Return the words of a cell; what every line has by default ("indéterminé") is left open."""
        default = self._sheet.new_observation.get(column.code)
        return "" if default is not None and values.get(column.code) == default else column.show(values)

    def _rebuild(self) -> None:
        for row in self._rows.values():
            self._lines.removeWidget(row)
            row.setObjectName("")
            row.hide()
            row.deleteLater()
        self._rows = {}
        editing = self.entry.entry.uid
        at = 0
        for words in self._shown:
            row = LineRow(words, self._sheet.columns, self._scroll.widget())
            row.edit.connect(self.edit)
            row.delete.connect(self.delete)
            row.walk.connect(self._walk)
            self._rows[words.uid] = row
            if words.uid == editing:
                row.hide()
                self._lines.removeWidget(self.entry)
                self._lines.insertWidget(at, self.entry)
                at += 1
            self._lines.insertWidget(at, row)
            row.setVisible(words.uid != editing)
            at += 1
        if editing not in self._rows:
            self._place_entry("")

    def _place_entry(self, uid: str) -> None:
        """Put the line that is typed in the place of the saved line, "" after the last one."""
        self._lines.removeWidget(self.entry)
        self._lines.removeWidget(self.hint)
        at = list(self._rows).index(uid) if uid in self._rows else len(self._rows)
        self._lines.insertWidget(at, self.entry)
        self._lines.insertWidget(at + 1, self.hint)
        for other, row in self._rows.items():
            row.setVisible(other != uid)

    def _tell(self, words: str, role: str) -> None:
        theme.set_role(self.hint, role or "small")
        self.hint.setText(together(words))
        self.hint.setVisible(bool(words))
        self._show_entry_soon()
        self.told.emit()

    # ---------------------------------------------------------------------------------------------- editing

    def focus(self) -> None:
        """Put the cursor where typing goes on."""
        if self._stack.currentIndex() == 0:
            self.entry.focus()

    def stand_on(self, uid: str) -> bool:
        """Put the cursor on a saved line; return whether it is there."""
        if uid not in self._rows or self._stack.currentIndex() != 0:
            return False
        self._go(list(self._rows).index(uid))
        return True

    def commit(self) -> bool:
        """Save the line that is typed when it can be; False when something of it waits in the draft."""
        session, entry = self._session, self.entry.entry
        if session is None or self.entry.is_empty():
            return True
        if not self.entry.read_all():
            return False
        blocking = session.save_line(entry)
        if blocking:
            self._tell(blocking[0].words, "error")
            return False
        self.saved.emit()
        return True

    def _line_done(self) -> None:
        if self.commit():
            self.to_new()
        elif not self.hint.text():
            self.entry.focus()

    def to_new(self) -> None:
        """Go to the new line."""
        session = self._session
        if session is None:
            return
        entry = session.new_entry()
        self._place_entry("")
        self.entry.show_entry(session, entry)
        self._tell("", "small")
        self.entry.focus()
        self._show_entry_soon()

    def edit(self, uid: str, code: str = "") -> None:
        """Change a saved line, at a column (the first one that is asked for when none is named)."""
        session = self._session
        if session is None or not self._put_aside():
            return
        entry = session.edit_entry(uid)
        self._place_entry(uid)
        self.entry.show_entry(session, entry)
        self.entry.focus(code or self._sheet.columns[0].code)
        self._show_entry_soon()

    def _show_entry_soon(self) -> None:
        """Scroll to the line that is typed once the lines around it have found their places."""
        QTimer.singleShot(0, self, self._show_entry)

    def _show_entry(self) -> None:
        for widget in (self.hint, self.entry):
            if widget.isVisible():
                self._scroll.ensureWidgetVisible(widget, 0, 0)

    def delete(self, uid: str) -> None:
        """Delete a saved line and go to the one after it."""
        session = self._session
        if session is None:
            return
        order = list(self._rows)
        after = order[order.index(uid) + 1 :][:1]
        session.delete_line(uid)
        if self.entry.entry.uid == uid:
            self.entry.show_entry(session, session.new_entry())
        self.saved.emit()
        if after and after[0] in self._rows:
            self._rows[after[0]].setFocus()
        else:
            self.to_new()
        self.deleted.emit(uid)

    def delete_current(self) -> None:
        """Delete the line that has the cursor; a new line is emptied."""
        row = next((uid for uid, row in self._rows.items() if row.hasFocus()), None)
        if row is not None:
            self.delete(row)
        elif self.entry.entry.uid in self._rows:
            self.delete(self.entry.entry.uid)
        elif self._session is not None:
            self._session.forget_entry(self.entry.entry.uid)
            self._session.keep()
            self.to_new()
            self.typed.emit()

    def current(self) -> str:
        """Return the uid of the saved line that has the cursor or is being changed, else of the last one, "" for none.

        What is typed into it is saved first, as far as it can be.
        """
        row = next((uid for uid, row in self._rows.items() if row.hasFocus()), "")
        editing = self.entry.entry.uid
        self.commit()
        return row or (editing if editing in self._rows else next(reversed(self._rows), ""))

    def repeat(self) -> None:
        """Take the next species that was seen here before and is not noted yet; pressed again, the one after it."""
        session = self._session
        if session is None or self._stack.currentIndex() != 0:
            return
        noted = {line.cd_nom for line in session.lines}
        offered = [taxon.cd_nom for taxon, _year in session.seen_here() if taxon.cd_nom not in noted]
        if not offered:
            self._tell(_("Toutes les espèces déjà vues ici sont notées."), "small")
            return
        now = self.entry.entry.values.get(self._sheet.taxon_field)
        following = offered[(offered.index(now) + 1) % len(offered)] if now in offered else offered[0]
        self.entry.choose(following)

    def step_out(self) -> bool:
        """Leave the line that is being changed, keeping what was changed; False when there is none."""
        if self.entry.entry.uid not in self._rows:
            return False
        uid = self.entry.entry.uid
        if self._put_aside():
            self.to_new()
            if uid in self._rows:
                self._rows[uid].setFocus()
        return True

    def _put_aside(self) -> bool:
        """Save the line that is typed, else leave it in the draft; a changed line that can't be saved stays open."""
        session, uid = self._session, self.entry.entry.uid
        if session is None:
            return False
        if self.commit():
            session.forget_entry(uid)
            return True
        return uid not in self._rows

    # ---------------------------------------------------------------------------------------------- walking

    def _walk_from_entry(self, step: int) -> None:
        uid = self.entry.entry.uid
        stored = uid in self._rows
        order = list(self._rows)
        at = order.index(uid) if stored else len(order)
        if not self._put_aside():
            return
        self._go(at + step)

    def _walk(self, uid: str, step: int) -> None:
        self._go(list(self._rows).index(uid) + step)

    def _go(self, at: int) -> None:
        order = list(self._rows)
        if 0 <= at < len(order):
            if self.entry.entry.uid in self._rows:
                self.to_new()
            self._rows[order[at]].setFocus()
            self._scroll.ensureWidgetVisible(self._rows[order[at]])
        elif at >= len(order):
            self.to_new()
        elif not order:
            self.entry.focus()

    def stops(self) -> list[QWidget]:
        """Return where Tab stops, in order."""
        return [self.entry.species, *self.entry.cells.values()]


class QuickView(QWidget):
    """What stands in the place of the lines while a quick key is on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = IconLabel("nothing_seen", "secondary", 2.0, self)
        self._title = text_label("", "section", name="sheet.quick.title")
        self._sentence = text_label("", "secondary", wrap=True, name="sheet.quick.sentence")
        self._back = text_label("", "small", name="sheet.quick.back")
        box = theme.column(1, spacing=theme.S)
        box.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        for label in (self._title, self._sentence, self._back):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            box.addWidget(label)
        box.addStretch(2)
        box.setContentsMargins(theme.XL, theme.M, theme.XL, theme.M)
        self.setLayout(box)

    def show_key(self, quick: QuickKey) -> None:
        """Say what the key means and how to come back."""
        self._icon.set_icon(quick.icon, "accent")
        self._title.setText(_(quick.label))
        self._sentence.setText(together(_(quick.sentence)))
        self._back.setText(_("{key} pour revenir à la saisie").format(key=key_words(quick.key)))
