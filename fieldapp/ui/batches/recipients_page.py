"""The page "recipients": who may be handed something, how exactly, on which conditions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from PySide6.QtWidgets import QStackedWidget

from fieldapp.core.record import Record
from fieldapp.core.text import _, fold, ngettext, together
from fieldapp.exchange.batch_request import precision_words
from fieldapp.store import batches, records
from fieldapp.ui import theme
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, RecordTable
from fieldapp.ui.widgets import ActionButton, Card, EmptyState, text_label
from fieldapp.ui.windows.fitting import ColumnFit


class RecipientsPage(PageWidget):
    """The recipients by name; their sheets are those of the directory."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._listed: frozenset[str] | None = None
        self._table = RecordTable(
            [
                Column(_("Nom"), strong=True, chars=20),
                Column(_("Personne à contacter"), chars=20),
                Column(_("Précision"), chars=16),
                Column(_("Espèces sensibles"), chars=14),
                Column(_("Conditions d’utilisation"), stretch=True),
            ],
            name="recipients.table",
        )
        self._fit = ColumnFit(self._table, (1, 3))
        self._table.opened.connect(lambda _key: self.edit())
        self._empty = EmptyState(
            "observers",
            _("Aucun destinataire"),
            _("N en ajoute un : son nom, ce à quoi il s’engage, et la précision qu’il reçoit."),
            name="recipients.empty",
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self._table)
        self._stack.addWidget(self._empty)
        card = Card(name="recipients.card")
        card.add(text_label(_("Rien ne part à un destinataire sans conditions d’utilisation."), "secondary", wrap=True))
        card.add(self._stack, 1)
        self._words = text_label("", "secondary", wrap=True, name="recipients.words")
        card.add(self._words)
        self._table.current_changed.connect(self._say)
        self._edit = ActionButton(_("Modifier"), "edit", "E", name="recipients.edit", on=self.edit)
        new = ActionButton(_("Nouveau destinataire"), "add", "N", primary=True, name="recipients.new", on=self.add)
        box = theme.column(card, theme.row(1, self._edit, new))
        box.setStretch(0, 1)
        self.setLayout(box)
        for before, after in pairwise((self._table, self._edit, new)):
            self.setTabOrder(before, after)

    def open(self, **_params: Any) -> None:
        """Read the list anew."""
        found = sorted(batches.recipients(self._services.db), key=lambda record: fold(str(record.data.get("name", ""))))
        self._table.show_rows([self._row(one) for one in found], keys=[one.uid for one in found])
        added = [one.uid for one in found if self._listed is not None and one.uid not in self._listed]
        if len(added) == 1:
            self._table.select_key(added[0])
        self._listed = frozenset(one.uid for one in found)
        self._stack.setCurrentWidget(self._table if found else self._empty)
        self._edit.setEnabled(bool(found))
        count = ngettext("{n} destinataire", "{n} destinataires", len(found)).format(n=len(found))
        self.set_title(_("Destinataires"), count if found else "")
        self._say(self._table.current_key())
        if found:
            self._table.setFocus()

    def _say(self, key: object) -> None:
        """Say below the list all that was agreed with the chosen recipient: the table may have no room for it."""
        one = records.get(self._services.db, key) if isinstance(key, str) else None
        self._words.setVisible(one is not None)
        if one is not None:
            _name, contact, precision, sensitive, conditions = self._row(one)
            told = _("Espèces sensibles : {words}").format(words=sensitive)
            self._words.setText(together(" · ".join(filter(None, (contact, precision, told, conditions)))))

    def _row(self, one: Record) -> tuple[str, ...]:
        values = one.data
        return (
            str(values.get("name", "")),
            str(values.get("contact", "")),
            precision_words(self._services.db, str(values.get("precision", ""))),
            _("exactes") if values.get("sees_sensitive") else _("selon la règle"),
            " ".join(str(values.get("conditions", "")).split()) or _("aucune : rien ne part"),
        )

    def add(self) -> None:
        """Open an empty sheet."""
        self._context.navigate("place", protocol=batches.DIRECTORY, entity=batches.RECIPIENT)

    def edit(self) -> None:
        """Open the sheet of the chosen recipient."""
        key = self._table.current_key()
        if isinstance(key, str) and self._edit.isEnabled():
            self._context.navigate("place", protocol=batches.DIRECTORY, entity=batches.RECIPIENT, uid=key)

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        return [
            Action("Return", _("ouvrir la fiche"), self.edit, "edit"),
            Action("E", _("modifier la fiche"), self.edit, "edit"),
            Action("N", _("nouveau destinataire"), self.add, "add"),
        ]
