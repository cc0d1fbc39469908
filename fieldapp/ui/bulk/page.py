"""The page "bulk": one correction of all the lines that were chosen, seen record by record before it is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QLineEdit

from fieldapp.core.errors import CancelledError
from fieldapp.core.record import Placed
from fieldapp.core.text import _, ngettext
from fieldapp.store import bulk, peers, records
from fieldapp.store.bulk import Applied, Correction, Line, Preview
from fieldapp.ui import errors, theme
from fieldapp.ui.background import Latest, Progress
from fieldapp.ui.bulk.form import BulkForm
from fieldapp.ui.field_words import value_words
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, RecordTable
from fieldapp.ui.widgets import ActionButton, Card, ChipRow, EmptyState, LabeledField, text_label
from fieldapp.ui.wording import ABSENT, Words, number_words
from fieldapp.ui.working import Working

SHOWN = 500
"""Lines of the preview: enough to see whether it is right, at once for any number of records."""


NEAREST = 2
"""Levels above a line that tell which one it is: the visit and its place."""


def try_out(services: Services, uids: Sequence[str], correction: Correction, *, progress: Progress) -> Preview:
    """Return what the correction would do, on a connection of its own."""
    with services.open_own() as db:
        return bulk.preview(db, uids, correction, limit=SHOWN, progress=progress.report)


def carry_out(
    services: Services, uids: Sequence[str], correction: Correction, why: str, *, progress: Progress
) -> Applied:
    """Make the correction, on a connection of its own."""
    with services.open_own() as db:
        return bulk.apply(db, uids, correction, why=why, progress=progress.report)


class BulkPage(PageWidget):
    """Field, value, F5 to see, Ctrl+Enter to correct; Ctrl+Z takes all of it back."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._latest = Latest(context.background)
        self._uids: Sequence[str] = ()
        self._asked: Sequence[str] = ()
        self._form: BulkForm | None = None
        self._seen: tuple[Correction, Preview] | None = None
        self._kinds = ChipRow([], multiple=False, required=True, framed=False, name="bulk.kinds")
        self._kinds.changed.connect(lambda codes: self._ask_of(codes[0]))
        self._kinds_field = LabeledField(_("Fiches"), self._kinds)
        self._why = QLineEdit()
        self._why.setObjectName("bulk.why")
        self._why.textEdited.connect(lambda _text: self._renew_buttons())
        self._why_field = LabeledField(_("Raison, pour corriger aussi les fiches validées"), self._why)
        self._said = text_label("", "strong", wrap=True, name="bulk.said")
        self._left = text_label("", "warning", wrap=True, name="bulk.left")
        self._build_seen()
        self._working = Working(name="bulk.working")
        self._try = ActionButton(_("Aperçu"), "search", "F5", name="bulk.try", on=self._preview)
        self._do = ActionButton(_("Corriger"), "check", "Ctrl+Return", primary=True, name="bulk.do", on=self._apply)
        self._lay_out()

    def _build_seen(self) -> None:
        """Make the table of what would change, and what stands in its place while there is nothing in it."""
        self._table = RecordTable(
            [
                Column(_("Fiche"), strong=True, stretch=True),
                Column(_("Avant"), chars=14),
                Column(_("Après"), chars=14),
                Column(_("Ce qui en sera fait"), stretch=True),
            ],
            name="bulk.table",
        )
        self._empty = EmptyState(
            "edit",
            _("Rien n’est encore changé"),
            _("Choisissez le champ et sa nouvelle valeur, puis F5 : chaque fiche apparaît ici, avant et après."),
            name="bulk.empty",
        )
        self._none = EmptyState(
            "data",
            _("Aucune ligne choisie"),
            _("Choisissez des lignes dans Données, puis L : c’est ici qu’elles se corrigent ensemble."),
            name="bulk.none",
        )

    def _lay_out(self) -> None:
        self._card = Card(name="bulk.card")
        self._card.add(self._kinds_field)
        self._place = theme.column()
        self._card.add(self._place)
        self._card.add(self._why_field)
        self._card.add(theme.row(self._try, self._do, 1))
        seen = Card(name="bulk.seen")
        seen.add(self._said)
        seen.add(self._left)
        seen.add(self._table, 1)
        seen.add(self._empty, 1)
        seen.add(self._none, 1)
        box = theme.column(self._card, self._working, seen)
        box.setStretch(2, 1)
        self.setLayout(box)

    def open(self, lines: Sequence[str] = (), field: str = "", **_params: Any) -> None:
        """Ask what is to be corrected in these records; `field` proposes one."""
        self._uids, self._asked = list(lines), ()
        kinds = bulk.kinds_of(self._services.db, self._uids)
        total = sum(kinds.values())
        count = ngettext("{n} fiche choisie", "{n} fiches choisies", total).format(n=number_words(total))
        self.set_title(_("Correction en lot"), count)
        self._kinds.set_choices(
            [
                (f"{code}/{entity}", f"{_(self._services.protocols[code].entity(entity).label)} · {number_words(n)}")
                for (code, entity), n in kinds.items()
            ]
        )
        self._kinds_field.setVisible(len(kinds) > 1)
        self._card.setVisible(bool(kinds))
        self._none.setVisible(not kinds)
        self._why.clear()
        self._changed()
        if kinds:
            first = "/".join(next(iter(kinds)))
            self._kinds.set_value([first])
            self._ask_of(first)
            if field and self._form is not None:
                self._form.set_field(field)
            if self._form is not None:
                self._form.first().setFocus()

    def _ask_of(self, kind: str) -> None:
        """Ask for the fields of the records of this protocol and entity."""
        code, entity = kind.split("/")
        if self._form is not None:
            self._place.removeWidget(self._form)
            self._form.deleteLater()
        protocol = self._services.protocols[code]
        self._asked = bulk.of_kind(self._services.db, self._uids, code, entity)
        self._form = BulkForm(self._services, protocol, protocol.entity(entity))
        self._form.changed.connect(self._changed)
        self._place.addWidget(self._form)
        self._changed()

    def _changed(self) -> None:
        """Forget what was seen: it was of another correction."""
        self._latest.drop()
        self._working.stop()
        self._seen = None
        self._show(None)

    def _renew_buttons(self) -> None:
        can = self._seen is not None
        if self._seen is not None:
            found = self._seen[1]
            can = bool(found.changed or (found.validated and self._why.text().strip()))
        self._do.setEnabled(can and not self._working.is_busy())

    def _preview(self) -> None:
        correction = self._form.correction() if self._form is not None else None
        if correction is None or self._working.is_busy():
            self._said.setText(_("Dites d’abord quel champ corriger, et la nouvelle valeur."))
            self._said.show()
            return
        job = self._latest.run(
            try_out,
            self._services,
            self._asked,
            correction,
            done=lambda found: self._tried(correction, found),
            failed=self._failed,
            progress=self._working.tell,
        )
        self._working.start(_("Essai de la correction"), job)

    def _tried(self, correction: Correction, found: Preview) -> None:
        self._working.stop()
        self._seen = correction, found
        self._show(found)

    def _apply(self) -> None:
        if self._seen is None or not self._do.isEnabled() or self._working.is_busy():
            return
        job = self._context.background.run(
            carry_out,
            self._services,
            self._asked,
            self._seen[0],
            self._why.text().strip(),
            done=self._applied,
            failed=self._failed,
            progress=self._working.tell,
        )
        self._do.setEnabled(False)
        self._working.start(_("Correction"), job)

    def _applied(self, done: Applied) -> None:
        self._working.stop()
        self._services.on_saved(done.saved.made_at)
        words = ngettext("{n} fiche corrigée", "{n} fiches corrigées", done.changed)
        self._context.notify(
            words.format(n=number_words(done.changed)), "done", action=_("Annuler"), key="Ctrl+Z",
            on=self._context.undo, live=False,
        )  # fmt: skip
        self._seen = None
        self._preview()
        self._try.setFocus()  # in a line, Ctrl+Z would take back what was typed there first

    def _failed(self, error: BaseException) -> None:
        self._working.stop()
        self._renew_buttons()
        if isinstance(error, CancelledError):
            self._context.notify(_("Annulé : rien n’a été changé."))
        else:
            errors.show(error)

    def _show(self, found: Preview | None) -> None:
        """Show what was found, or what is to be done first."""
        lines = found.lines if found is not None else ()
        self._said.setVisible(found is not None)
        self._left.hide()
        may = peers.is_coordinator(self._services.db)
        self._why_field.setVisible(found is not None and bool(found.validated) and may)
        if found is not None:
            self._said.setText(_totals(found, len(lines)))
            self._left.setText(" ".join(f"{sentence} ({number_words(n)})" for sentence, n in _few(found)))
            self._left.setVisible(bool(found.refused))
        words = Words(self._services.db, {})
        above = records.placed(self._services.db, [line.record for line in lines])
        rows = [self._row(line, placed, words) for line, placed in zip(lines, above, strict=True)]
        self._table.show_rows(rows)
        self._table.setVisible(bool(rows))
        self._empty.setVisible(found is None and self._form is not None and not self._none.isVisibleTo(self))
        self._renew_buttons()

    def _row(self, line: Line, placed: Placed, words: Words) -> tuple[str, ...]:
        name = self._seen[0].name if self._seen is not None else ""
        old, new = (value_words(line.record, name, value, words) for value in (line.old, line.new))
        around = " · ".join(words.title(one) for one in reversed(list(placed.parents.values())[:NEAREST]))
        title = f"{words.title(line.record)}|{around}"
        if line.refusal:
            return title, old, ABSENT, _("laissée : {why}").format(why=line.refusal)
        what = _("validée : dites pourquoi") if line.is_validated else _("sera corrigée")
        return title, old, new, what

    def go_back(self) -> bool:
        """Cancel the work that goes on."""
        return self._working.cancel()

    def undo_state(self) -> dict[str, Any]:
        """Return what `open` needs to show the same records."""
        return {"lines": self._uids}

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        return [
            Action("F5", _("voir ce que la correction ferait"), self._preview, "search"),
            Action("Ctrl+Return", _("corriger toutes ces fiches"), self._apply, "check"),
        ]


def _few(found: Preview) -> list[tuple[str, int]]:
    """Return the sentences of what would be refused, the most frequent first."""
    return found.refused.most_common(3)


def _totals(found: Preview, shown: int) -> str:
    """Return what the correction would do, in figures."""
    parts = [
        ngettext("{n} fiche sera corrigée", "{n} fiches seront corrigées", found.changed).format(
            n=number_words(found.changed)
        )
    ]
    if found.validated:
        words = ngettext("{n} validée, laissée sans raison", "{n} validées, laissées sans raison", found.validated)
        parts.append(words.format(n=number_words(found.validated)))
    if refused := sum(found.refused.values()):
        parts.append(ngettext("{n} refusée", "{n} refusées", refused).format(n=number_words(refused)))
    if found.same:
        parts.append(
            ngettext("{n} sans changement", "{n} sans changement", found.same).format(n=number_words(found.same))
        )
    total = found.changed + found.validated + sum(found.refused.values())
    if total > shown:
        parts.append(_("les {n} premières sont montrées").format(n=number_words(shown)))
    return " · ".join(parts)
