"""All that a sheet asks about the visit itself: two lines of cells, the details, and what is wrong in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from fieldapp.core.forms import HeaderField, SheetForm
from fieldapp.core.schema import Entity, Kind, Severity
from fieldapp.core.text import _, together
from fieldapp.ui import theme
from fieldapp.ui.forms.head import HeadCell, Listener
from fieldapp.ui.forms.session import SheetSession
from fieldapp.ui.forms.waiting import Finding
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import ActionButton, FlowLayout, text_label
from fieldapp.ui.widgets.elided import Elided
from fieldapp.ui.wording import Words

DETAILS_KEY = "F4"
DISCARD_KEY = "Ctrl+Shift+Del"
"""Works wherever the cursor is on the sheet: the button in the details has no key of its own."""


class HeadPanel(QWidget):
    """The cells of one form; `fill` shows a session, `say` what is wrong. `closed`: the details were closed."""

    closed = Signal()

    def __init__(
        self,
        services: Services,
        sheet: SheetForm,
        entity: Entity,
        listener: Listener,
        on_now: Callable[[str], object],
        parent: QWidget | None = None,
        details_key: str = DETAILS_KEY,
    ) -> None:
        super().__init__(parent)
        self._services, self._sheet, self._entity = services, sheet, entity
        self.cells: dict[str, HeadCell] = {}
        self._details: dict[str, HeadCell] = {}
        self._is_open = False
        self._session: SheetSession | None = None
        lines = [self._line(fields, listener, on_now) for fields in (sheet.header, sheet.second)]
        self._box = QWidget(self)
        flow = FlowLayout(self._box, theme.M)
        named = {header.name for header in (*sheet.header, *sheet.second)}
        optional = [HeaderField(item.name) for item in entity.fields if item.optional and not item.hidden]
        for header in (*sheet.details, *(item for item in optional if item.name not in named)):
            cell = HeadCell(services, entity.by_name[header.name], header, listener, on_now, self._box)
            self.cells[header.name] = self._details[header.name] = cell
            flow.addWidget(cell)
        self.discard = ActionButton(
            _("Effacer cette fiche"), "delete", role="quiet", name="sheet.discard", parent=self._box
        )
        self.discard.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        flow.addWidget(self.discard)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self._box.setSizePolicy(policy)
        self.summary = Elided("small", name="sheet.details.summary")
        self.toggle = ActionButton(
            _("Détails"), key=details_key, role="quiet", name="sheet.details", on=self.toggle_details, parent=self
        )
        self.toggle.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.wrong = text_label("", "error", wrap=True, name="sheet.wrong")
        self.wrong.hide()
        self.asks = text_label("", "strong", wrap=True, name="sheet.asks")
        self.asks.hide()
        self._asked_now: tuple[str, str] = ("", "")
        foot = theme.row(self.toggle, self.summary, spacing=theme.S)
        foot.setStretch(1, 1)
        self.foot = foot
        self.setLayout(theme.column(*lines, self._box, self.asks, self.wrong, spacing=theme.S))

    def _line(
        self, fields: tuple[HeaderField, ...], listener: Listener, on_now: Callable[[str], object]
    ) -> QHBoxLayout:
        line = theme.row(spacing=theme.M)
        for header in fields:
            cell = HeadCell(self._services, self._entity.by_name[header.name], header, listener, on_now, self)
            self.cells[header.name] = cell
            line.addWidget(cell, header.width, Qt.AlignmentFlag.AlignTop)
        if not any(header.width for header in fields):
            line.addStretch(1)
        return line

    # ---------------------------------------------------------------------------------------------- showing

    def fill(self, session: SheetSession) -> None:
        """Show the values of a session, and the raw text where something was typed and not read."""
        for name, cell in self.cells.items():
            cell.year = session.year
            cell.set_value(session.value(name))
            if name in session.texts:
                cell.set_text(session.texts[name])
                cell.judge(session.texts[name])
        asked = session.details()
        optional = any(self._entity.by_name[one.name].optional and session.value(one.name) is None for one in asked)
        self._is_open = optional or bool(self._lacking(session))
        self._is_open = self._is_open or any(name in session.texts for name in self._details)
        self.arrange(session)

    def refill(self, session: SheetSession) -> None:
        """Show values that changed by another way (a quick key), without touching what is being typed."""
        for name, cell in self.cells.items():
            if name not in session.texts and not (cell.line is not None and cell.line.hasFocus()):
                cell.set_value(session.value(name))
        self.arrange(session)

    def arrange(self, session: SheetSession) -> None:
        """Show the cells that are asked now, the details open or in words."""
        self._session = session
        asked = {header.name for header in session.details()}
        for name, cell in self.cells.items():
            if name in self._details:
                cell.setVisible(name in asked)
            else:
                cell.editor.setEnabled(session.is_on_form(cell.item))
        self._box.setVisible(self._is_open and bool(asked))
        self.toggle.setVisible(bool(asked))
        self.toggle.set_text(_("Moins") if self._is_open else _("Détails"))
        self.summary.set_words("" if self._is_open else self._summary(session))
        self.updateGeometry()

    def _summary(self, session: SheetSession) -> str:
        words = Words(self._services.db, session.taxa)
        found = []
        for header in session.details():
            value = session.value(header.name)
            item = self._entity.by_name[header.name]
            if value is None:
                continue
            choice = item.choice(value) if item.kind is Kind.CHOICE else None
            found.append(_(choice.short or choice.label) if choice else words.value(item, value))
        return " · ".join(found)

    def _lacking(self, session: SheetSession) -> list[HeadCell]:
        """Return the cells of the details that are to be filled in and are empty."""
        asked = [self._details[header.name] for header in session.details()]
        return [
            cell for cell in asked
            if session.value(cell.item.name) is None and cell.item.is_required(session.visit.data)
        ]  # fmt: skip

    def toggle_details(self) -> None:
        """Open the details or close them; while something in them is missing they stay, and the cursor goes there."""
        session = self._session
        if session is None:
            return
        lacking = self._lacking(session)
        self._is_open = bool(lacking) or not self._is_open
        self.arrange(session)
        if not self._is_open:
            self.closed.emit()
            return
        visible = [cell for cell in self._details.values() if not cell.isHidden()]
        empty = [cell for cell in visible if cell.line is not None and not cell.line.text()]
        for cell in (lacking or empty or visible)[:1]:
            cell.go_in()

    def say(self, session: SheetSession, found: list[Finding]) -> None:
        """Mark the cells that are wrong and say why, beside the head."""
        marks: dict[str, str] = {}
        sentences: dict[str, None] = {}
        for name, cell in self.cells.items():
            if cell.problem and name in session.texts:
                marks[name] = "error"
                sentences[cell.problem] = None
        for finding in found:
            problem = finding.problem
            if finding.line is not None:
                continue
            if problem.severity is Severity.BLOCKING:
                marks[problem.field] = "error"
                sentences[finding.words] = None
            elif problem.severity is Severity.WARNING:
                marks.setdefault(problem.field, "warning")
        for name, cell in self.cells.items():
            cell.mark(marks.get(name, ""))
        self.wrong.setText(together("\n".join(sentences)))
        self.wrong.setVisible(bool(sentences))

    def may_replace(self, name: str, noted: str, now: str) -> str:
        """Return the time to put into a field, "" while a noted one stands there: then it asks for a second press."""
        asked, offered = self._asked_now
        if not noted or noted == now or asked == name:
            self.ask_nothing()
            return offered if asked == name else now
        self._asked_now = (name, now)
        cell = self.cells[name]
        words = _("{label} déjà noté {noted} · {key} encore pour {now}")
        self.asks.setText(together(words.format(label=_(cell.item.label), noted=noted, key=cell.header.key, now=now)))
        self.asks.show()
        return ""

    def offer_now(self, name: str, now: str) -> None:
        """Say which key notes the present time, the cursor being in its field."""
        self.asks.setText(_("{key} encore pour {now}").format(key=self.cells[name].header.key, now=now))
        self.asks.show()

    def ask_nothing(self) -> None:
        """Forget the question of a second press: something else was done since."""
        self._asked_now = ("", "")
        self.asks.hide()

    def wrong_cells(self, session: SheetSession, found: list[Finding]) -> list[HeadCell]:
        """Return the cells whose text can't be read or whose value is refused, in order."""
        refused = {
            item.problem.field for item in found if item.line is None and item.problem.severity is Severity.BLOCKING
        }
        return [
            cell for name, cell in self.cells.items() if name in refused or (cell.problem and name in session.texts)
        ]

    def stops(self) -> Iterator[QWidget]:
        """Yield where Tab stops, in order."""
        for cell in self.cells.values():
            yield cell.line if cell.line is not None else cell.editor

    def cell(self, name: str) -> HeadCell:
        """Return the cell of a field."""
        return self.cells[name]
