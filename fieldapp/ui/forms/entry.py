"""The line that is being typed: the species by type-ahead, then a cell for each column."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from fieldapp.core.forms import GridColumn
from fieldapp.core.schema import Taxon
from fieldapp.core.text import _, fold
from fieldapp.ui import theme
from fieldapp.ui.forms.columns import places
from fieldapp.ui.forms.lines import draw_rule
from fieldapp.ui.forms.session import SheetSession
from fieldapp.ui.forms.waiting import Entry
from fieldapp.ui.widgets import Suggest, Suggestion
from fieldapp.ui.wording import latin_of

_OVER = -6
"""How far a cell reaches over its column, so that the text in it stands below the head."""

SURE = 3
"""Letters from which a species without a rank in the region is proposed for Enter (a choice of the program)."""

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class SpeciesEdit(Suggest):
    """The species of a line. With the list closed the arrows walk between lines; Down in an empty one opens it."""

    walk = Signal(int)
    refused = Signal(str)

    def __init__(self, search: Callable[[str], Sequence[Suggestion]], *, parent: QWidget) -> None:
        super().__init__(search, placeholder=_("espèce"), minimum=0, name="sheet.species", parent=parent)
        self.setAccessibleName(_("Espèce"))

    def event(self, event: QEvent) -> bool:
        """Leave every key with Ctrl to the page, also while the list is open."""
        if isinstance(event, QKeyEvent):
            with_ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            if event.type() == QEvent.Type.ShortcutOverride and with_ctrl and event.key() in _ENTER:
                return False
            tab = event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab
            if tab and not self.text().strip():
                self.close_list()
        return super().event(event)

    def refresh(self) -> None:
        """Search again; a line that was emptied closes its list."""
        if self.text().strip() or not self.is_open():
            super().refresh()
            row = self.current()
            if row is not None and row.faint and len(self.text().strip()) < SURE and self._list is not None:
                self._list.setCurrentIndex(QModelIndex())  # too little was typed for a species that nobody expects
        else:
            self.close_list()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk between lines while the list is closed; say when nothing fits."""
        key = event.key()
        if self.is_open() and key in _ENTER and self.current() is None:
            self.refused.emit(self.text().strip())
            return
        if not self.is_open() and not event.modifiers():
            if key == Qt.Key.Key_Up:
                self.walk.emit(-1)
                return
            if key == Qt.Key.Key_Down and self.text().strip():
                self.walk.emit(1)
                return
            if key in _ENTER:
                self._enter()
                return
        super().keyPressEvent(event)

    def _enter(self) -> None:
        text = self.text().strip()
        if not text:
            return
        self.refresh()
        row = self.current()
        if row is not None:
            self.take(row)
        else:
            self.refused.emit(text)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Take the cursor without opening the list: the next letter does."""
        QLineEdit.focusInEvent(self, event)


class CellEdit(QLineEdit):
    """One cell of a line. A column of letters is filled by one letter; Enter ends the cell, the arrows walk."""

    entered = Signal()
    walk = Signal(int)
    arrived = Signal()

    def __init__(self, column: GridColumn, parent: QWidget) -> None:
        super().__init__(parent)
        self.column = column
        self.setObjectName(f"sheet.cell.{column.code}")
        self.setAccessibleName(_(column.label))
        self.setProperty("role", "cell")
        if column.is_number:
            self.setAlignment(Qt.AlignmentFlag.AlignRight)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Read letters, end the cell, walk."""
        key = event.key()
        if key in _ENTER and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.entered.emit()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.walk.emit(-1 if key == Qt.Key.Key_Up else 1)
        elif self.column.letters and self._letter(event):
            return
        else:
            super().keyPressEvent(event)

    def _letter(self, event: QKeyEvent) -> bool:
        """Fill the cell by a letter, empty it by Backspace; return whether the key was one of these."""
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            return False
        typed = fold(event.text())
        if event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self.setText("")
        elif typed in self.column.letters:
            self.setText(_(self.column.letters[typed]))
        else:
            return typed != "" and typed.isprintable()
        self.textEdited.emit(self.text())
        self.selectAll()
        return True

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select everything, so that typing replaces it, and say what may be typed."""
        super().focusInEvent(event)
        self.selectAll()
        self.arrived.emit()


class EntryRow(QWidget):
    """The cells of one Entry. `done`: Enter ended the line; `walked`: an arrow; `told`: a hint or a problem."""

    done = Signal()
    walked = Signal(int)
    told = Signal(str, str)
    typed = Signal()
    left = Signal()

    def __init__(self, columns: Sequence[GridColumn], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sheet.entry")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._columns = tuple(columns)
        self._session: SheetSession | None = None
        self.entry = Entry("", {})
        self.species = SpeciesEdit(self._search, parent=self)
        self.species.chosen.connect(lambda row: self.choose(row.key))
        self.species.textEdited.connect(self._species_typed)
        self.species.walk.connect(self.walked)
        self.species.refused.connect(self._nothing_fits)
        self.cells = {column.code: CellEdit(column, self) for column in columns}
        for code, cell in self.cells.items():
            cell.textEdited.connect(lambda text, code=code: self._cell_typed(code, text))
            cell.entered.connect(lambda code=code: self._cell_entered(code))
            cell.editingFinished.connect(lambda code=code: self.read(code))
            cell.walk.connect(self.walked)
            cell.arrived.connect(lambda code=code: self._hint(code))

    # --------------------------------------------------------------------------------------------- showing

    def show_entry(self, session: SheetSession, entry: Entry) -> None:
        """Show a line: its species and cells, raw text where it was not read yet."""
        self._session, self.entry = session, entry
        taxon = session.taxa.get(entry.values.get(session.sheet.taxon_field, 0))
        self.species.close_list()
        self.species.setText(entry.texts.get(session.sheet.taxon_field, _name(taxon)))
        self._show_cells()

    def focus(self, code: str = "") -> None:
        """Put the cursor where the line goes on: the column asked for, else where it was, else the first open one."""
        if self._session is None:
            return
        code = code or self.entry.at
        has_taxon = self._session.sheet.taxon_field in self.entry.values
        if code in self.cells and has_taxon:
            self.cells[code].setFocus()
        else:
            self.species.setFocus()
            if code != "":
                self.species.end(False)

    def is_empty(self) -> bool:
        """Return whether nothing was typed into the line."""
        return self._session is None or not self._session.is_begun(self.entry)

    def _show_cells(self) -> None:
        if self._session is None:
            return
        has_taxon = self._session.sheet.taxon_field in self.entry.values
        for code, cell in self.cells.items():
            text = self.entry.texts.get(code, cell.column.show(self.entry.values))
            if cell.text() != text:
                cell.setText(text)
                cell.setCursorPosition(0)
            cell.setVisible(has_taxon)

    # ---------------------------------------------------------------------------------------------- species

    def _search(self, text: str) -> list[Suggestion]:
        if self._session is None:
            return []
        seen = self._session.past.seen
        found = self._session.suggestions(text)
        latin = latin_of(self._session.db, found)
        return [
            Suggestion(
                taxon.cd_nom,
                _name(taxon),
                latin[taxon.cd_nom],
                hint=_("vu ici en {year}").format(year=seen[taxon.cd_nom]) if taxon.cd_nom in seen else "",
                faint=taxon.regional_rank is None,
            )
            for taxon in found
        ]

    def choose(self, cd_nom: int) -> None:
        """Take a species and go on to the first cell."""
        if self._session is None:
            return
        self._session.know([cd_nom])
        field = self._session.sheet.taxon_field
        self.entry.values[field] = cd_nom
        self.entry.texts.pop(field, None)
        self.species.setText(_name(self._session.taxa.get(cd_nom)))
        self.species.setCursorPosition(0)
        self.species.close_list()
        self.entry.at = self._columns[0].code
        self._show_cells()
        self._session.keep()
        self.typed.emit()
        self.cells[self._columns[0].code].setFocus()
        self._judge()

    def _species_typed(self, text: str) -> None:
        if self._session is None:
            return
        field = self._session.sheet.taxon_field
        self.entry.texts[field] = text
        self.entry.at = field
        if not text:
            self.entry.texts.pop(field)
            self.entry.values.pop(field, None)
        self.told.emit("", "")
        self._session.keep()
        self.typed.emit()

    def _nothing_fits(self, text: str) -> None:
        if self.species.rows():
            words = _("« {text} » : rare ici. Tapez encore une lettre, ou choisissez avec ↓.")
            self.told.emit(words.format(text=text), "small")
            return
        words = _("« {text} » : aucune espèce ne correspond. Essayez une autre partie du nom, le latin ou le cd_nom.")
        self.told.emit(words.format(text=text), "error")

    # ------------------------------------------------------------------------------------------------- cells

    def _cell_typed(self, code: str, text: str) -> None:
        if self._session is None:
            return
        self.entry.texts[code] = text
        self.entry.at = code
        self._session.keep()
        self.typed.emit()
        self._judge()

    def read(self, code: str) -> bool:
        """Read the text of a cell into the line's values; False when it can't be read (the reason is said)."""
        if self._session is None or code not in self.entry.texts:
            return True
        column = self.cells[code].column
        try:
            found = column.read(self.entry.texts[code])
        except ValueError as error:
            self.told.emit(str(error), "error")
            theme.set_role(self.cells[code], "error", "problem")
            return False
        theme.set_role(self.cells[code], "", "problem")
        del self.entry.texts[code]
        for name, value in found.items():
            self.entry.values.pop(name, None)
            if value is not None:
                self.entry.values[name] = value
        self._show_cells()
        self._session.keep()
        return True

    def read_all(self) -> bool:
        """Read every cell; False when one can't be read or the species is not chosen."""
        if self._session is None:
            return False
        fine = [self.read(code) for code in self.cells]
        field = self._session.sheet.taxon_field
        return all(fine) and field in self.entry.values and field not in self.entry.texts

    def _cell_entered(self, code: str) -> None:
        if self._session is None:
            return
        self.entry.at = code
        if not self.read(code):
            return
        if self._ends_line(code):
            self.done.emit()
        else:
            order = [column.code for column in self._columns]
            self.cells[order[order.index(code) + 1]].setFocus()

    def _ends_line(self, code: str) -> bool:
        """Return whether Enter in this column ends the line: the last one that is required, and the last one of all."""
        required = self._session.sheet.last_required if self._session is not None else ""
        return code in (required, self._columns[-1].code)

    def _judge(self) -> None:
        """Say what is to be said about the line as it stands: the rules run while typing."""
        if self._session is None:
            return
        tentative = Entry(self.entry.uid, dict(self.entry.values))
        for code, text in self.entry.texts.items():
            if code not in self.cells:
                continue
            try:
                found = self.cells[code].column.read(text)
            except ValueError:
                continue
            tentative.values.update(found)
            tentative.values = {name: value for name, value in tentative.values.items() if value is not None}
        for severity in ("blocking", "warning", "notice"):
            for finding in self._session.entry_problems(tentative):
                if finding.problem.severity == severity:
                    role = {"blocking": "error", "warning": "warning"}.get(severity, "small")
                    self.told.emit(finding.words, role)
                    return
        self._hint(self.entry.at)

    def _hint(self, code: str) -> None:
        self.entry.at = code
        column = self.cells[code].column if code in self.cells else None
        if column is None:
            words = ""
        else:
            then = _("Entrée enregistre la ligne") if self._ends_line(code) else _("Entrée : colonne suivante")
            letters = [f"{letter} {_(label)}" for letter, label in column.letters.items()]
            usual = _(column.hint) if column.hint else _("12 compté · 12-22 ou ~12 estimé")
            counts = [usual] if column.is_number else []
            words = " · ".join((*letters, *counts, then))
        self.told.emit(words, "small")

    # ------------------------------------------------------------------------------------------------ layout

    def sizeHint(self) -> QSize:
        """Return the height of the line."""
        return QSize(400, theme.target() + 2 * theme.S)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the cells below their heads."""
        super().resizeEvent(event)
        at = places(self._columns, self.width())
        height = theme.target()
        top = (self.height() - height) // 2
        for number, widget in enumerate((self.species, *self.cells.values()), start=-1):
            rect = at.rect(number, height)
            widget.setGeometry(rect.adjusted(_OVER, 0, -_OVER, 0).translated(0, top))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the soft ground of the line that is typed into."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("soft"))
        draw_rule(painter, self.rect())


def _name(taxon: Taxon | None) -> str:
    return (taxon.nom_vern or taxon.lb_nom) if taxon else ""
