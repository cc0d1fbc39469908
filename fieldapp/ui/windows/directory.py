"""The page of the people and datasets that visits name: who they are, and the derogation of a dataset."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import Any

from PySide6.QtWidgets import QStackedWidget

from fieldapp.core.record import Record
from fieldapp.core.schema import Values
from fieldapp.core.text import N_, _, fold, ngettext
from fieldapp.store import records
from fieldapp.ui import rounds, theme
from fieldapp.ui.forms.links import DIRECTORY
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, RecordTable
from fieldapp.ui.widgets import ActionButton, Card, ChipRow, EmptyState, live_key, text_label
from fieldapp.ui.windows.fitting import ColumnFit

PERSON, DATASET = "person", "dataset"
SECTIONS = {PERSON: (N_("Personnes"), "1"), DATASET: (N_("Jeux de données"), "2")}
"""The two lists of the page with their keys."""

SENTENCES = {
    PERSON: N_("Le nom s’écrit « NOM Prénom », comme dans les fichiers de la SHF."),
    DATASET: N_("La dérogation préfectorale pour les captures se note ici, une fois par jeu de données."),
}


class DirectoryPage(PageWidget):
    """People and datasets, one list at a time. `open(section)`: "person" or "dataset"."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._section = PERSON
        self._sections = ChipRow([], multiple=False, required=True, framed=False, name="directory.sections")
        self._sections.changed.connect(lambda codes: self._to(codes[0]))
        self._words = text_label("", "secondary", wrap=True, name="directory.words")
        self._tables = {
            PERSON: _table(
                PERSON, _("Nom"), Column(_("Organisme"), chars=20), Column(_("Adresse électronique"), chars=24)
            ),
            DATASET: _table(
                DATASET,
                _("Nom"),
                Column(_("Numéro GeoNature"), number=True),
                Column(_("Dérogation"), chars=20),
                Column(_("Valable"), chars=20),
            ),
        }
        self._empty = EmptyState("observer", _("Personne ici"), _("N ajoute une fiche."), name="directory.empty")
        self._stack = QStackedWidget()
        for widget in (*self._tables.values(), self._empty):
            self._stack.addWidget(widget)
        self._fits = (ColumnFit(self._tables[PERSON], (2,)), ColumnFit(self._tables[DATASET], (1,)))
        for table in self._tables.values():
            table.opened.connect(self._edit_it)
        card = Card(name="directory.card")
        card.add(self._stack, 1)
        self._new = ActionButton("", "add", "N", name="directory.new", on=self._add)
        self._edit = ActionButton(
            _("Modifier"), "edit", "E", primary=True, name="directory.edit", on=self._edit_current
        )
        box = theme.column(self._sections, self._words, card, theme.row(self._new, 1, self._edit))
        box.setStretch(2, 1)
        self.setLayout(box)
        for before, after in pairwise((self._sections, *self._tables.values(), self._new, self._edit)):
            self.setTabOrder(before, after)
        for section, (_label, key) in SECTIONS.items():
            live_key(self, key, partial(self._to, section))

    def open(self, section: str = "", **_params: Any) -> None:
        """Read both lists anew and show one of them."""
        if section in SECTIONS:
            self._section = section
        self._show()

    def _to(self, section: str) -> None:
        self._section = section
        self._show()

    def _show(self) -> None:
        counts = {}
        for section, table in self._tables.items():
            found = sorted(
                records.roots(self._services.db, DIRECTORY, section),
                key=lambda record: fold(str(record.data.get("name", ""))),
            )
            table.show_rows([_row(section, record) for record in found], keys=[record.uid for record in found])
            counts[section] = len(found)
        self._sections.set_choices(
            [(code, f"{_(label)} · {counts[code]}", key) for code, (label, key) in SECTIONS.items()]
        )
        self._sections.set_value([self._section])
        self._words.setText(_(SENTENCES[self._section]))
        is_person = self._section == PERSON
        self._new.set_text(_("Nouvelle personne") if is_person else _("Nouveau jeu de données"))
        self._empty.title.setText(_("Personne ici") if is_person else _("Aucun jeu de données"))
        filled = bool(counts[self._section])
        self._edit.setEnabled(filled)
        self._stack.setCurrentWidget(self._table() if filled else self._empty)
        people, datasets = counts[PERSON], counts[DATASET]
        self.set_title(
            _("Annuaire"),
            " · ".join(
                (
                    ngettext("{n} personne", "{n} personnes", people).format(n=people),
                    ngettext("{n} jeu de données", "{n} jeux de données", datasets).format(n=datasets),
                )
            ),
        )
        (self._table() if filled else self._new).setFocus()

    def _table(self) -> RecordTable:
        return self._tables[self._section]

    def _add(self) -> None:
        self._context.navigate("place", protocol=DIRECTORY, entity=self._section)

    def _edit_current(self) -> None:
        self._edit_it(self._table().current_key() if self._edit.isEnabled() else None)

    def _edit_it(self, key: object) -> None:
        if isinstance(key, str):
            self._context.navigate("place", protocol=DIRECTORY, entity=self._section, uid=key)

    def undo_state(self) -> dict[str, Any]:
        """Return which of the two lists is shown."""
        return {"section": self._section}

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        return [
            Action("Return", _("ouvrir la fiche"), self._edit_current, "edit"),
            Action("E", _("modifier la fiche"), self._edit_current, "edit"),
            Action("N", _("nouvelle fiche"), self._add, "add"),
            Action("1", _("les personnes"), partial(self._to, PERSON), "observer"),
            Action("2", _("les jeux de données"), partial(self._to, DATASET), "data"),
        ]


def _table(name: str, first: str, *columns: Column) -> RecordTable:
    return RecordTable([Column(first, stretch=True, strong=True), *columns], name=f"directory.{name}")


def _row(section: str, record: Record) -> tuple[str, ...]:
    values = record.data
    if section == PERSON:
        return tuple(str(values.get(name, "")) for name in ("name", "organisation", "email"))
    number, reference = (str(values.get(name, "")) for name in ("id_dataset", "derogation_reference"))
    return str(values.get("name", "")), number, reference, _validity(values)


def _validity(values: Values) -> str:
    first, last = (rounds.short_date(str(values.get(name, ""))) for name in ("derogation_from_on", "derogation_to_on"))
    if first and last:
        return _("du {first} au {last}").format(first=first, last=last)
    if last:
        return _("jusqu’au {day}").format(day=last)
    return _("dès le {day}").format(day=first) if first else ""
