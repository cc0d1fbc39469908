"""The card of one rule of the association: a species, where, how exactly its places may be told, and why."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record, make_record, with_data
from fieldapp.core.schema import Values
from fieldapp.core.text import _, fold
from fieldapp.store import records, taxa
from fieldapp.ui import theme
from fieldapp.ui.forms.links import DIRECTORY, ValuePick
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import ActionButton, Card, ChipRow, LabeledField, Suggestion, text_label
from fieldapp.ui.wording import latin_beside

ENTITY = "sensitivity"
SAVE_KEY = "Ctrl+Return"

_DEPARTMENT = re.compile(r"\d{2}|2[AB]|97\d")
_SHOWN = 12


class TaxonEdit(ValuePick):
    """A species by a few letters of its name; the value is its cd_nom as text."""

    def __init__(self, services: Services, *, name: str) -> None:
        super().__init__(self._matching, _("nom français ou latin"), name=name)
        self._services = services

    def _shown(self, key: str) -> str:
        found = taxa.by_cd_nom(self._services.db, [int(key)]).get(int(key))
        return (found.nom_vern or found.lb_nom) if found else key

    def _matching(self, text: str) -> list[Suggestion]:
        key = self.value()
        if not text.strip() or (key and text == self._shown(key)):
            return []
        return [
            Suggestion(str(taxon.cd_nom), taxon.nom_vern or taxon.lb_nom, latin_beside(taxon))
            for taxon in taxa.search(self._services.db, text, _SHOWN)
        ]

    def commit(self) -> bool:
        """Take the only species that what stands in the line can mean; return whether it shows its value then.

        An empty line is no species. What can mean none, or several, stays as it was typed.
        """
        text, key = self.text().strip(), self.value()
        if text == (self._shown(key) if key else ""):
            return True
        found = self._matching(text)
        if len(found) > 1:  # "triton" is what one genus of several is called; a Latin name is one taxon's
            found = [row for row in found if fold(row.subtitle) == fold(text)]
        if text and len(found) != 1:
            return False
        self._take(found[0].key if text else None)
        return True

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Read what was typed and not taken."""
        super().focusOutEvent(event)
        self.commit()


class RuleForm(Card):
    """A new rule or a stored one."""

    def __init__(self, services: Services, on_save: Callable[[], object], on_no: Callable[[], object]) -> None:
        super().__init__(_("Règle de l’association"), "protected", name="maps.rule")
        self._services = services
        self._entity = services.protocols[DIRECTORY].entity(ENTITY)
        self._stored: Record | None = None
        levels = self._entity.by_name["level"].choices
        self.species = TaxonEdit(services, name="maps.rule.species")
        self.department = QLineEdit()
        self.department.setObjectName("maps.rule.department")
        self.level = ChipRow(
            [(one.code, _(one.label).partition(" : ")[2] or _(one.label), one.code) for one in levels],
            multiple=False, required=True, framed=False, name="maps.rule.level",
        )  # fmt: skip
        self.reason = QLineEdit()
        self.reason.setObjectName("maps.rule.reason")
        self._species_field = LabeledField(_("Espèce"), self.species, key="F2")
        self._department_field = LabeledField(
            _("Département"), self.department, key="F3", hint=_("62, 2A… ; vide : partout")
        )
        self.add(
            text_label(
                _("De cette règle et des listes chargées, la plus stricte l’emporte toujours."), "secondary", wrap=True
            )
        )
        first = QWidget()
        box = theme.row(self._species_field, self._department_field)
        box.setStretch(0, 2)
        box.setStretch(1, 1)
        first.setLayout(box)
        self.add(first)
        self.add(LabeledField(_("Jusqu’où dire où elle est"), self.level, key="F4"))
        self.add(LabeledField(_("Raison"), self.reason, key="F5"))
        self.body.addStretch(1)
        no = ActionButton(_("Ne rien changer"), name="maps.rule.no", on=on_no)
        no.show_key("Esc")
        save = ActionButton(_("Enregistrer"), "check", SAVE_KEY, primary=True, name="maps.rule.save", on=on_save)
        self.add(theme.row(no, 1, save))
        self.species.returnPressed.connect(self.department.setFocus)
        self.department.returnPressed.connect(self.level.setFocus)
        self.reason.returnPressed.connect(save.setFocus)

    def show_rule(self, record: Record | None) -> None:
        """Show a stored rule, or an empty form for None."""
        self._stored = record
        values: Values = record.data if record else {}
        cd_nom = values.get("cd_nom")
        self.species.set_value(str(cd_nom) if isinstance(cd_nom, int) else None)
        self.department.setText(str(values.get("department", "")))
        self.level.set_value([str(values.get("level", "2"))])
        self.reason.setText(str(values.get("comments", "")))
        self._clear()
        self.species.setFocus()

    def _clear(self) -> None:
        for field in (self._species_field, self._department_field):
            field.clear_problem()

    def changes(self) -> list[Record]:
        """Return the records to be saved, none where something is missing: that is said beside its line.

        A rule is known by its species and department, so that two laptops that make the same one make one.
        """
        self._clear()
        values = self._values()
        if values is None:
            return []
        uid = name_uid(ENTITY, f"{values['cd_nom']}/{values['department']}")
        known = records.get(self._services.db, uid)
        is_other = known is not None and not known.deleted and (self._stored is None or self._stored.uid != uid)
        if is_other:
            self._species_field.set_problem(_("Cette espèce a déjà sa règle pour ce département : modifiez celle-là."))
            self.species.setFocus()
            return []
        found = [self._stored.removed()] if self._stored is not None and self._stored.uid != uid else []
        if known is None:
            return [*found, make_record(DIRECTORY, self._entity, values, None, uid)]
        return [*found, with_data(known.restored() if known.deleted else known, self._entity, values)]

    def _values(self) -> dict[str, Any] | None:
        department = self.department.text().strip().upper()
        if not self.species.commit() or not self.species.value():
            self._species_field.set_problem(_("Choisissez une espèce : quelques lettres, puis Entrée."))
            self.species.setFocus()
            return None
        if department and not _DEPARTMENT.fullmatch(department):
            self._department_field.set_problem(_("Un département s’écrit 62, 2A ou 974."))
            self.department.setFocus()
            return None
        return {
            "cd_nom": int(self.species.value() or 0),
            "department": department,
            "level": self.level.value()[0],
            "comments": self.reason.text().strip(),
        }
