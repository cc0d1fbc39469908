"""The capture line: one cell per column, the bird and its string in words below, and what the keys do."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QSizePolicy, QWidget

from fieldapp.core.forms import GridColumn
from fieldapp.core.text import _, ngettext, together
from fieldapp.protocols.banding import lists
from fieldapp.protocols.banding.desk_values import DEAD, casualty_of
from fieldapp.protocols.banding.ring import show_ring
from fieldapp.protocols.banding.schema import CONTROLLED, RINGED, WITHOUT_RING
from fieldapp.protocols.banding.stock import Stock
from fieldapp.ui import theme
from fieldapp.ui.banding.capture_cells import Cell, species_rows, unit_keys
from fieldapp.ui.banding.capture_entry import fate_words
from fieldapp.ui.banding.capture_session import CaptureSession
from fieldapp.ui.banding.capture_tail import CodeTail
from fieldapp.ui.widgets import ActionButton, Elided, KeyHint, StateBadge, Suggestion, text_label

NO_RING = "–"

_ACTIONS = {RINGED: ("neutral", "B"), CONTROLLED: ("info", "C"), WITHOUT_RING: ("neutral", NO_RING)}
_NARROW = frozenset({"sex", "age", "fat", "brood_patch", "cloacal_protuberance", "net", "moult", "sexing_method"})


class CaptureLine(QFrame):
    """The cells of `session.line`. `done`: the line is to be saved; `changed` after what was read.

    `told` carries a hint or a refusal with its role; `walked` an arrow that leaves the line.
    """

    done = Signal()
    changed = Signal()
    told = Signal(str, str)
    walked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("capture.line")
        self.setProperty("role", "card")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._session: CaptureSession | None = None
        self._is_roomy: bool | None = None
        self._tail = CodeTail()
        self.cells: dict[str, Cell] = {}
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.S)
        self._grid.setVerticalSpacing(theme.XS)
        self.action = StateBadge("neutral", "", name="capture.action")
        self.which = StateBadge("neutral", "", name="capture.which")
        self.save = ActionButton(_("Suivant"), key="", primary=True, name="capture.save", on=self.done.emit)
        self.save.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.save.show_key("Return")
        self._foot = _Foot()
        box = theme.column(self._grid, self._foot, margin=theme.L, spacing=theme.S)
        box.setContentsMargins(theme.L, theme.M, theme.L, theme.M)
        self.setLayout(box)

    # -------------------------------------------------------------------------------------------------- building

    def _build(self, columns: tuple[GridColumn, ...]) -> None:
        """Lay the cells out in the order of the programme."""
        if tuple(cell.column.code for cell in self.cells.values()) == tuple(column.code for column in columns):
            return
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None and old not in (self.action, self.which, self.save):
                old.hide()
                old.deleteLater()
        self.cells = {}
        for number, column in enumerate(columns):
            cell = Cell(column, self._search if column.code == "species" else None, self)
            label = text_label(_(column.label), "label")
            label.setBuddy(cell)
            self._grid.addWidget(label, 0, number)
            self._grid.addWidget(cell, 1, number)
            cell.show()  # a widget that waits for its layout to show it can't take the cursor
            self._grid.setColumnStretch(number, cell.chars() if column.code not in _NARROW else 2)
            self.cells[column.code] = cell
            self._connect(column.code, cell)
        self._grid.addWidget(self.action, 0, 0, Qt.AlignmentFlag.AlignRight)
        self._is_roomy = None
        self._place_button()
        for before, after in pairwise(self.cells.values()):
            QWidget.setTabOrder(before, after)

    def _place_button(self) -> None:
        """Put the button beside the cells where there is room, else below them."""
        cells = sum(cell.minimumSizeHint().width() + theme.S for cell in self.cells.values())
        side = max(self.save.sizeHint().width(), self.which.sizeHint().width()) + 2 * theme.S
        is_roomy = cells + side <= self.width() - 2 * theme.L
        if is_roomy == self._is_roomy:
            return
        self._is_roomy = is_roomy
        for number, widget in enumerate((self.which, self.save)):
            self._grid.removeWidget(widget)
            self._foot.first.removeWidget(widget)
            self._foot.is_roomy = is_roomy
            if is_roomy:
                self._grid.addWidget(widget, number, len(self.cells) + 1, Qt.AlignmentFlag.AlignRight)
            else:
                self._foot.first.addWidget(widget)
        self._grid.setColumnMinimumWidth(len(self.cells), theme.S if is_roomy else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Find the place of the button anew."""
        super().resizeEvent(event)
        self._place_button()

    def _connect(self, code: str, cell: Cell) -> None:
        cell.textEdited.connect(lambda text: self._typed(code, text))
        cell.entered.connect(lambda: self._entered(code))
        cell.filled.connect(lambda: self._filled(code))
        cell.back.connect(lambda: self._back(code))
        cell.walked.connect(self.walked)
        cell.refused.connect(lambda why: self._refused(code, why))
        cell.left.connect(lambda: self._left(code))
        cell.arrived.connect(lambda: self._arrived(code))
        cell.chosen.connect(lambda row: self._chosen(code, row))
        cell.continues = lambda typed: self._continues(cell, typed)

    # --------------------------------------------------------------------------------------------------- showing

    def show_line(self, session: CaptureSession) -> None:
        """Show the line of the session."""
        self._session = session
        self._tail.forget()
        self._build(session.columns)
        for cell in self.cells.values():
            cell.close_list()
            theme.set_role(cell, "", "problem")
        self.refresh()

    def refresh(self) -> None:
        """Show what is known of the line now."""
        session = self._session
        if session is None:
            return
        for code, cell in self.cells.items():
            text = session.text(code)
            if cell.text() != text:
                cell.setText(text)
                cell.setCursorPosition(0)
        line = session.line
        self._ghosts(session)
        state, letter = _ACTIONS.get(
            str(line.values.get("action", "")), ("neutral", str(line.values.get("action", "")))
        )
        self.action.set_state(state, letter)
        self.action.setVisible(bool(letter) and letter != NO_RING)
        number = session.number
        if session.is_editing:
            self.which.set_state("draft", _("ligne {n}, correction").format(n=number))
        else:
            self.which.set_state("neutral", _("ligne {n}").format(n=number))
        theme.set_role(self, "current" if session.is_editing else "", "state")
        self.save.set_text(_("Corriger") if session.is_editing else _("Suivant"))
        self._foot.show_line(session)
        self._place_button()

    def _ghosts(self, session: CaptureSession) -> None:
        """Show in grey what Enter in an empty cell would take; no ring where the bird gets none by itself."""
        current = session.desk.current
        is_expected = current is not None and current.is_open and not session.line.values.get("species")
        following = current.next() if current is not None and is_expected else None
        self.cells["ring"].setPlaceholderText(show_ring(following.number) if following else "")
        self.cells["species"].setPlaceholderText(session.expected_species())

    def mark(self, code: str, severity: str) -> None:
        """Mark a cell as wrong ("error", "warning"), or as fine again ("")."""
        if code in self.cells:
            theme.set_role(self.cells[code], severity, "problem")

    def mark_only(self, marks: dict[str, str]) -> None:
        """Mark these cells and no other."""
        for code in self.cells:
            self.mark(code, marks.get(code, ""))

    # -------------------------------------------------------------------------------------------------- focusing

    def focus(self, code: str = "") -> None:
        """Put the cursor into a cell: the one asked for, else where the line was left, else the first."""
        if self._session is None:
            return
        at = code or self._session.line.at
        cell = self.cells.get(at, self.cells["ring"])
        cell.setFocus(Qt.FocusReason.OtherFocusReason)
        if not code and self._session.line.texts.get(at):
            cell.end(False)  # what was begun goes on where it was left

    def type_on(self, letter: str) -> bool:
        """Take a letter into the cell where the line was left, behind what stands there.

        False, and nothing is typed, where a ring or a species that was read already would be another by it.
        """
        session = self._session
        code = session.line.at if session is not None else ""
        cell = self.cells.get(code)
        if session is None or cell is None:
            return False
        if code in ("ring", "species") and code not in session.line.texts and cell.text():
            return False
        cell.setFocus(Qt.FocusReason.OtherFocusReason)
        cell.type_on(letter)
        return True

    def at(self) -> str:
        """Return the code of the cell that has the cursor, "" where none has."""
        return next((code for code, cell in self.cells.items() if cell.hasFocus()), "")

    def go_on(self, code: str) -> None:
        """Go to the cell after this one; after the last one the line is done."""
        order = list(self.cells)
        place = order.index(code) + 1
        if place == len(order):
            self.done.emit()
            return
        cell = self.cells[order[place]]
        cell.setFocus(Qt.FocusReason.TabFocusReason)

    def _back(self, code: str) -> None:
        order = list(self.cells)
        place = order.index(code)
        if place:
            self.cells[order[place - 1]].setFocus(Qt.FocusReason.BacktabFocusReason)

    # --------------------------------------------------------------------------------------------------- reading

    def _typed(self, code: str, text: str) -> None:
        if self._session is None:
            return
        self._session.typed(code, text)
        self.mark(code, "")
        self.told.emit("", "")

    def _filled(self, code: str) -> None:
        if self.read(code):
            self._tail.begin(self.cells[code], self.cells[code].key)
            self.go_on(code)

    def _continues(self, at: Cell, typed: str) -> bool:
        """Take a letter that still belongs to a code which its first key filled in: "+" then "1", "A" is +1A."""
        whole = self._tail.takes(at, typed)
        session, cell, holder = self._session, self._tail.cell, self._tail.holder
        if not whole or session is None or cell is None:
            return whole is not None
        if holder is not None:
            session.typed(holder.column.code, self._tail.before)
            self.read(holder.column.code)
            self._tail.holder = None
        session.typed(cell.column.code, whole)
        if self.read(cell.column.code):
            self.go_on(cell.column.code)
        return True

    def _entered(self, code: str) -> None:
        session = self._session
        if session is None:
            return
        is_open = not session.line.texts.get(code) and not session.line.values.get(code)
        if code == "species" and is_open and (expected := session.expected_species()):
            session.typed(code, expected)
        self._tail.forget()
        if self.read(code):
            self.go_on(code)

    def _left(self, code: str) -> None:
        """Read what stands in a cell that the cursor has left, however it went; what is to be chosen waits."""
        session = self._session
        if session is None or code not in session.line.texts:
            self.mark(code, "")
        elif session.is_plain(code):
            self.read(code)

    def read(self, code: str) -> bool:
        """Read a cell; False when it can't be read: the reason is said, the text stays."""
        session = self._session
        if session is None or code not in session.line.texts:
            return session is not None
        try:
            session.read(code)
        except ValueError as why:
            self._refused(code, str(why))
            return False
        self.mark(code, "")
        self.refresh()
        self.changed.emit()
        return True

    def read_all(self) -> bool:
        """Read every cell; False when one can't be read, with the cursor in the first such cell."""
        wrong = [code for code in self.cells if not self.read(code)]
        if wrong:
            self.focus(wrong[0])
        return not wrong

    def _refused(self, code: str, why: str) -> None:
        self.mark(code, "error")
        self.told.emit(why, "error")

    def _arrived(self, code: str) -> None:
        session = self._session
        if session is None:
            return
        if session.line.at != code:
            session.line.at = code
            session.keep()  # whoever comes back goes on here
        column = self.cells[code].column
        if code not in session.line.texts:
            self.told.emit("", "")
        last = code == list(self.cells)[-1]
        if column.letters:
            then = _("une touche enregistre la ligne") if last else _("une touche, la suite vient seule")
        else:
            then = _("Entrée enregistre") if last else _("Entrée : case suivante")
        if code == "ring":
            hint = _("Entrée : la bague suivra l’espèce · 3 derniers chiffres · numéro entier · GBT A710715")
        elif code == "species":
            hint = _("code, français ou latin · Entrée prend la première ligne")
        else:
            hint = " · ".join(filter(None, (unit_keys(column), then)))
        self._foot.hint(hint)

    # ----------------------------------------------------------------------------------------------------- lists

    def _search(self, text: str) -> list[Suggestion]:
        if self._session is None:
            return []
        return species_rows(self._session.suggest(text), self._session.learnt.species)

    def _chosen(self, code: str, row: Suggestion) -> None:
        session = self._session
        if session is None:
            return
        if code == "species":
            session.typed(code, str(row.key))
        else:
            session.put(code, row.key)
        if self.read(code):
            self.mark(code, "")
            self.refresh()
            self.changed.emit()
            self.go_on(code)

    def open_list(self) -> None:
        """Open the list of codes of the cell that has the cursor."""
        code = self.at() or "species"
        self.cells[code].setFocus()
        if not self.cells[code].open_list():
            self.told.emit(_("Cette case n’a pas de liste : tapez ce qui est lu ou mesuré."), "small")


class _Foot(QWidget):
    """Below the cells: the bird's names, its string, what may be typed, and the keys of the line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_roomy = True
        self.name = text_label("", "strong", name="capture.species_name")
        self.latin = Elided("secondary", name="capture.latin")
        self.string = Elided("secondary", fills=True, name="capture.string")
        self.state = StateBadge("inaccessible", "", name="capture.casualty")
        self._hint = Elided("small", fills=True, name="capture.hint")
        self.first = theme.row(self.name, self.latin, self.state, self.string, spacing=theme.S)
        self.first.setStretch(3, 1)
        keys = theme.row(spacing=theme.XS)
        for key, said in (("F9", _("mort, blessé")), ("F8", _("sans bague")), ("Ctrl+Z", _("annuler la dernière"))):
            keys.addWidget(text_label(said, "small"))
            keys.addWidget(KeyHint(key))
            keys.addSpacing(theme.XS)
        second = theme.row(self._hint, keys, spacing=theme.M)
        second.setStretch(0, 1)
        self.setLayout(theme.column(self.first, second, spacing=theme.XS))

    def hint(self, text: str) -> None:
        """Say what may be typed in the cell."""
        self._hint.set_words(together(text))

    def show_line(self, session: CaptureSession) -> None:
        """Show the names and the string of the line's bird."""
        line = session.line
        bird = lists.bird(str(line.values.get("species", "")))
        name = bird.nom_vern if bird else str(line.values.get("species", ""))
        self.name.setText(name)
        self.name.setVisible(bool(name))
        self.latin.set_words(bird.lb_nom if bird else "")
        self.latin.setVisible(bird is not None and self.is_roomy)
        casualty = casualty_of(line.values)
        self.state.setVisible(casualty is not None)
        self.state.set_state("inaccessible", _("mort") if casualty == DEAD else _("blessé"))
        self.string.set_words(together(_string_words(session)))


def _string_words(session: CaptureSession) -> str:
    """Return what is to be known of the string: of the ring that was read, else the next ring of each open string."""
    told = fate_words(session.line)
    if told:
        return told
    reading = session.reading
    if reading is not None and reading.stock is not None:
        back = _("avant la bague attendue") if reading.is_backward else ""
        return " · ".join(filter(None, (back, _of_string(reading.stock))))
    if reading is not None:
        scheme = lists.schemes().get(reading.ring.scheme)
        if reading.ring.is_foreign:
            return _("bague étrangère, {scheme}").format(scheme=scheme.label if scheme else reading.ring.scheme)
        return _("d’aucune série d’ici")
    if session.line.values.get("ring") or session.line.values.get("action"):
        return ""
    following = [(stock, stock.next()) for stock in session.open_strings()]
    offered = [f"{stock.size} {show_ring(ring.number)}" for stock, ring in following if ring is not None]
    return _("prochaines bagues : {rings}").format(rings=" · ".join(offered)) if offered else ""


def _of_string(stock: Stock) -> str:
    size = lists.ring_sizes().get(stock.size)
    left = ngettext("reste {n}", "reste {n}", stock.remaining).format(n=stock.remaining)
    said = [
        _("bague {size} {mm} mm").format(size=stock.size, mm=f"{size.diameter_mm:g}".replace(".", ","))
        if size
        else stock.size,
        _("série {first}–{last}, {left}").format(first=stock.span.first.number, last=stock.span.last.number, left=left),
    ]
    if stock.is_nearly_empty:
        said.append(_("presque finie"))
    return " · ".join(filter(None, said))
