"""The page "to be looked at again": what people wrote without knowing of each other, side by side, to choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QWidget

from fieldapp.core.errors import FieldappError
from fieldapp.core.merging import DELETED
from fieldapp.core.text import _, ngettext
from fieldapp.store import disputes, peers, records, reviewing
from fieldapp.store.guard import ValidatedError
from fieldapp.ui import errors, theme
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.review.editor import Editor
from fieldapp.ui.services import Services
from fieldapp.ui.sync.dispute_card import DisputeCard
from fieldapp.ui.sync.dispute_list import DisputeList
from fieldapp.ui.sync.disputes_check import refusals
from fieldapp.ui.sync.disputes_words import Case, Entry, by_record, case, entries
from fieldapp.ui.widgets import ActionButton, Card, ChipRow, EmptyState, live_key, text_label
from fieldapp.ui.windows.history import page_of, visit_of
from fieldapp.ui.wording import Words

OPEN, SETTLED = "open", "settled"

MOST = 9
"""Versions that have a key of their own."""


class DisputesPage(PageWidget):
    """The records with their versions. Each choice is saved at once, as an action that Ctrl+Z takes back."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._found: dict[str, list[disputes.Dispute]] = {}
        self._last = ""
        self._tabs = ChipRow(
            [(OPEN, _("À relire")), (SETTLED, _("Tranchés"))],
            multiple=False,
            required=True,
            framed=False,
            name="disputes.tab",
        )
        self._tabs.changed.connect(lambda codes: self._show(codes[0]))
        self._about = text_label("", "secondary", wrap=True, name="disputes.about")
        self._about.setAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        self._list = DisputeList(name="disputes.list")
        self._list.moved.connect(self._show_case)
        self._card = DisputeCard(name="disputes.card")
        self._list.entered_record.connect(self._card.focus)
        self._card.left.connect(self._list.setFocus)
        self._card.chosen.connect(self._choose)
        self._card.taken_all.connect(self._take_all)
        self._card.merged.connect(self._merge)
        self._card.came.connect(lambda _line: self._show_foot())
        self._card.merging.connect(self._show_steps)
        self._editor = Editor(name="disputes.why")
        self._editor.opened.connect(self._show_steps)
        self._build()
        self._set_keys()

    def _build(self) -> None:
        head = theme.row(self._tabs, self._about, spacing=theme.L)
        head.setStretch(1, 1)
        listed = Card(name="disputes.listed")
        listed.body.setContentsMargins(theme.XS, theme.XS, theme.XS, theme.XS)
        listed.add(self._list, 1)
        beside = QWidget()
        columns = theme.row(listed, self._card)
        columns.setStretch(1, 1)
        beside.setLayout(columns)
        self._nothing = EmptyState("done", "", " ", name="disputes.empty")
        empty = Card()
        empty.add(self._nothing, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(beside)
        self._stack.addWidget(empty)
        self._take = ActionButton(_("Prendre"), "check", primary=True, name="disputes.take", on=self._card.take_current)
        self._take.setAccessibleName(_("Prendre cette version"))
        self._take.show_key("Return")
        self._both = ActionButton(_("Réunir"), key="M", name="disputes.merge", on=self._card.merge)
        self._both.setAccessibleName(_("Réunir les textes"))
        self._history = ActionButton(_("Historique"), "history", "H", name="disputes.history", on=self._open_history)
        self._sheet = ActionButton(_("Ouvrir la fiche"), "edit", "F", name="disputes.sheet", on=self._open_sheet)
        foot = theme.row(self._history, self._sheet, 1, self._both, self._take)
        page = theme.column(head, self._stack, self._editor, foot)
        page.setStretch(1, 1)
        self.setLayout(page)

    def _set_keys(self) -> None:
        for number in range(1, MOST + 1):
            live_key(self, str(number), partial(self._card.take, number - 1))
        live_key(self, "T", self._turn)
        live_key(self, "PgDown", lambda: self._step(1))
        live_key(self, "PgUp", lambda: self._step(-1))

    # ------------------------------------------------------------------------------------------------- showing

    def open(self, uid: str = "", tab: str = "", **_params: Any) -> None:
        """Show the records to be settled, standing on this one; those that are settled with `tab` "settled".

        What was settled last and is open again (it was undone) is stood on.
        """
        open_ones = by_record(disputes.opened(self._services.db))
        if not tab:
            tab = SETTLED if uid and uid not in open_ones and self._was_settled(uid) else OPEN
        self._editor.give_up()
        uid = self._last if tab == OPEN and self._last in open_ones else uid
        self._last = ""
        self._show(tab, uid)

    @property
    def _services(self) -> Services:
        found: Services = self._context.services
        return found

    def _was_settled(self, uid: str) -> bool:
        return uid in by_record(disputes.settled(self._services.db))

    @property
    def _tab(self) -> str:
        return next(iter(self._tabs.value()), OPEN)

    def _show(self, tab: str, uid: str = "") -> None:
        self._tabs.set_value([tab])
        db = self._services.db
        self._found = by_record(disputes.opened(db) if tab == OPEN else disputes.settled(db))
        listed = entries(db, [one for group in self._found.values() for one in group], self._words())
        self._stack.setCurrentIndex(0 if listed else 1)
        self._say(tab, listed)
        self._list.show_entries(listed, uid)
        for button in (self._history, self._sheet, self._take, self._both):
            button.setVisible(bool(listed))
        if listed:
            self._show_case(self._list.current())
            self._card.focus()
        else:
            self._tabs.setFocus()

    def _words(self, uid: str = "") -> Words:
        group = self._found.get(uid)
        return Words(self._services.db, self._services.taxa(group[0].record.protocol) if group else {})

    def _say(self, tab: str, listed: Sequence[Entry]) -> None:
        fields = sum(len(group) for group in self._found.values())
        counted = [
            ngettext("{n} fiche", "{n} fiches", len(listed)).format(n=len(listed)),
            ngettext("{n} champ", "{n} champs", fields).format(n=fields),
        ]
        self.set_title(_("À relire"), " · ".join(counted) if tab == OPEN and listed else "")
        if tab == OPEN:
            self._about.setText(
                _(
                    "Plusieurs personnes ont écrit ici sans se voir ; rien n’est perdu. D’habitude le coordinateur "
                    "tranche, mais chacun le peut."
                )
            )
            self._nothing.title.setText(_("Rien à relire"))
            self._nothing.sentence.setText(
                _("Quand deux personnes écrivent le même champ sans se voir, leurs versions viennent ici, côte à côte.")
            )
        else:
            self._about.setText(_("Ce qui a été choisi, le plus récent d’abord. On peut encore choisir autrement."))
            self._nothing.title.setText(_("Rien de tranché pour l’instant"))
            self._nothing.sentence.setText(_("Les versions entre lesquelles on aura choisi resteront visibles ici."))
        self._about.setVisible(tab == SETTLED or bool(listed))

    def _show_case(self, uid: str) -> None:
        group = self._found.get(uid)
        if group:
            self._card.show_case(case(self._services.db, group, self._words(uid)), settled=self._tab == SETTLED)
            self._show_foot()

    def _show_foot(self) -> None:
        shown = self._card.case
        if shown is None:
            return
        self._both.setEnabled(shown.lines[self._card.line].is_mergeable)
        self._sheet.setEnabled(self._page_of(shown) is not None)

    def _show_steps(self, merging: bool) -> None:
        """Leave Enter to the text while one is being written."""
        self._take.setVisible(not merging and bool(self._found))
        self._both.setVisible(not merging and bool(self._found))

    # ------------------------------------------------------------------------------------------------ choosing

    def _choose(self, line: int, column: int) -> None:
        shown = self._card.case
        cell = shown.lines[line].cells[column] if shown is not None else None
        if shown is not None and cell is not None:
            self._settle(shown, cell.takes, f"{shown.lines[line].label} : {cell.words}")

    def _take_all(self, column: int) -> None:
        shown = self._card.case
        if shown is None:
            return
        takes = {
            name: value
            for line in shown.lines
            if (cell := line.cells[column]) is not None
            for name, value in cell.takes.items()
        }
        self._settle(shown, takes, _("tout de {who}").format(who=shown.people[column].name))

    def _merge(self, line: int, text: str) -> None:
        shown = self._card.case
        if shown is not None:
            told = shown.lines[line]
            self._settle(shown, {told.field: text or None}, f"{told.label} : {text or _('vide')}")

    def _settle(self, shown: Case, choices: Mapping[str, Any], words: str) -> None:
        """Save these values, or say why they can't be; what was validated asks a coordinator for a reason first."""
        record = records.get(self._services.db, shown.record.uid) or shown.record
        reasons = refusals(self._services, record, choices)
        if reasons:
            rest = _("Rien n’a été changé.")
            if len(shown.lines) > 1 and len(choices) == 1:
                rest += " " + _("Tranchez d’abord un autre champ, ou prenez tout de la même personne.")
            self._card.refuse(" ".join((*reasons, rest)))
            return
        try:
            self._save(shown, choices, words)
        except ValidatedError as error:
            if peers.is_coordinator(self._services.db):
                self._ask_why(shown, choices, words)
            else:
                self._refused(record.uid, error)
        except FieldappError as error:
            self._refused(record.uid, error)

    def _refused(self, uid: str, error: FieldappError) -> None:
        self._show(self._tab, uid)
        if uid in self._found:
            self._card.refuse(str(error))
        else:
            errors.show(error)

    def _ask_why(self, shown: Case, choices: Mapping[str, Any], words: str) -> None:
        """Ask the coordinator for the reason for which a validated record changes."""

        def keep(why: str) -> None:
            reviewing.refuse_without_reason(why)
            self._save(shown, choices, words, why)

        self._editor.ask(_("Cette fiche est validée : pourquoi la changer ?"), "", keep, self._list)

    def _save(self, shown: Case, choices: Mapping[str, Any], words: str, why: str = "") -> None:
        """Settle, and go on with what is left of the record, or the next."""
        record = shown.record
        saved = disputes.settle(self._services.db, record.uid, choices, seen=self._seen(record.uid), why=why)
        self._services.on_saved(saved.made_at)
        self._last = record.uid
        self._show(self._tab, record.uid)
        said = _("Fiche supprimée : {what}") if choices.get(DELETED) else _("Tranché : {what}")
        told = shown.title if choices.get(DELETED) else words
        self._context.notify(
            said.format(what=_cut(told)), "done", action=_("Annuler"), key="Ctrl+Z", on=self._context.undo, live=False
        )

    def _seen(self, uid: str) -> dict[str, set[str]]:
        """Return the changes between which the person chooses, by field; none of a record that is settled."""
        group = self._found.get(uid, ()) if self._tab == OPEN else ()
        return {one.field: {version.change for version in one.versions} for one in group}

    # -------------------------------------------------------------------------------------------------- moving

    def _turn(self) -> None:
        self._show(SETTLED if self._tab == OPEN else OPEN)

    def _step(self, by: int) -> None:
        if self._editor.is_open():
            return
        self._list.step(by)
        self._card.focus()

    def _page_of(self, shown: Case) -> tuple[str, dict[str, Any]] | None:
        """Return the page that shows the record, or the visit that it lies in."""
        db = self._services.db
        record = records.get(db, shown.record.uid)
        visit = visit_of(db, shown.record.uid)
        return next((page for one in (record, visit) if one is not None and (page := page_of(db, one))), None)

    def _open_sheet(self) -> None:
        page = self._page_of(self._card.case) if self._card.case is not None else None
        if page is not None:
            self._context.navigate(page[0], **page[1])

    def _open_history(self) -> None:
        if self._card.case is not None and self._found:
            self._context.navigate("history", uid=self._card.case.record.uid)

    def go_back(self) -> bool:
        """Give up the text that is being written."""
        return self._editor.give_up() or self._card.give_up()

    def undo_state(self) -> dict[str, Any]:
        """Return the record and the tab, so that Back shows the same."""
        return {"uid": self._list.current(), "tab": self._tab}

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        return [
            Action("Return", _("prendre la version sous le curseur"), self._card.take_current, "check"),
            Action("1", _("prendre la 1re version ; 2, 3… les autres")),
            Action("Ctrl+1", _("tout prendre de la 1re personne ; Ctrl 2, 3… des autres")),
            Action("M", _("réunir des textes en un seul"), self._card.merge, "edit"),
            Action("Up", _("champ d’avant, champ d’après avec ↓")),
            Action("Right", _("version suivante ; ← celle d’avant, puis la liste")),
            Action("PgDown", _("fiche suivante"), lambda: self._step(1), "next"),
            Action("PgUp", _("fiche d’avant"), lambda: self._step(-1), "previous"),
            Action("T", _("ce qui est tranché, ou à relire"), self._turn, "filter"),
            Action("H", _("historique de la fiche, champ par champ"), self._open_history, "history"),
            Action("F", _("ouvrir la fiche"), self._open_sheet, "edit"),
        ]


def _cut(text: str, most: int = 80) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
