"""What is to be corrected: the field, how, and the new value with the field's own editor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from fieldapp.core.parse import parse_number, show_number
from fieldapp.core.schema import Choice, Context, Entity, Field, Kind, StudyProtocol, Values
from fieldapp.core.text import N_, _
from fieldapp.store import taxa
from fieldapp.store.bulk import WAYS, Correction, Way, fields_of
from fieldapp.ui import theme
from fieldapp.ui.forms.links import ChoiceEdit, ValuePick
from fieldapp.ui.forms.record_form import RecordForm
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import ChipRow, LabeledField, ParsedEdit, Suggestion, is_large
from fieldapp.ui.wording import Words, latin_of

WAY_WORDS = {
    Way.SET: N_("Mettre la même valeur"),
    Way.REPLACE: N_("Remplacer un texte"),
    Way.SHIFT: N_("Décaler"),
}

_SHIFTS = {
    Kind.DATE: N_("Décaler de (jours, − pour avant)"),
    Kind.TIME: N_("Décaler de (minutes, − pour avant)"),
}


class TaxonEdit(ValuePick):
    """A taxon, by a few letters of any of its names; its key is the cd_nom as text."""

    def __init__(self, services: Services, protocol: str, *, name: str = "") -> None:
        super().__init__(self._found, _("nom ou cd_nom"), name=name)
        self._services, self._protocol = services, protocol
        self._words = Words(services.db, services.taxa(protocol))

    def cd_nom(self) -> int | None:
        """Return the taxon chosen, None for none."""
        key = self.value()
        return int(key) if key else None

    def _shown(self, key: str) -> str:
        return self._words.taxon_name(int(key))

    def _found(self, text: str) -> Sequence[Suggestion]:
        found = taxa.search(self._services.db, text, preferred=self._protocol)
        latin = latin_of(self._services.db, found)
        return [Suggestion(str(one.cd_nom), one.nom_vern or one.lb_nom, latin[one.cd_nom]) for one in found]


class ValueEditor(QWidget):
    """The editor of one field as the record's own form has it, alone; `changed` follows what is typed."""

    changed = Signal()

    def __init__(self, services: Services, protocol: StudyProtocol, item: Field) -> None:
        super().__init__()
        self._item = item
        self._taxon: TaxonEdit | None = None
        self._form: RecordForm | None = None
        if item.kind is Kind.TAXON:
            self._taxon = TaxonEdit(services, protocol.code, name="bulk.taxon")
            self._taxon.changed.connect(lambda _key: self.changed.emit())
            self.setLayout(theme.column(LabeledField(_("Nouvelle valeur"), self._taxon)))
            return
        alone = replace(item, label=N_("Nouvelle valeur"), required=False, relevant=True, optional=False, default=None)
        # No rule looks at an entity of this name: what is missing around the field is not asked here.
        entity = Entity("bulk", "", "", None, (alone,), lambda _values: "")
        self._form = RecordForm(services, protocol, entity, name="bulk.value")
        self._form.load({}, Context({}))
        self._form.changed.connect(self.changed)
        self.setLayout(theme.column(self._form))

    def first(self) -> QWidget:
        """Return where the cursor begins."""
        return self._taxon or self._form.first()  # type: ignore[union-attr]

    def read(self) -> tuple[bool, Any]:
        """Return whether what stands there can be read, and the value: None empties the field."""
        if self._taxon is not None:
            return True, self._taxon.cd_nom()
        assert self._form is not None
        values: Values = self._form.values()
        return not self._form.unread(), values.get(self._item.name)


class BulkForm(QWidget):
    """Field, way and value for the records of one entity; `changed` says that the correction is another one."""

    changed = Signal()

    def __init__(self, services: Services, protocol: StudyProtocol, entity: Entity) -> None:
        super().__init__()
        self._services, self._protocol, self._entity = services, protocol, entity
        offered = fields_of(entity)
        choices = tuple(Choice(item.name, item.label) for item in offered)
        self._pick = ChoiceEdit(Field("field", Kind.CHOICE, N_("Champ"), choices=choices), name="bulk.field")
        self._pick.changed.connect(self._field_chosen)
        self._pick.chosen.connect(lambda _row: QTimer.singleShot(0, self, self._into_value))
        self._ways = ChipRow([(way, _(words)) for way, words in WAY_WORDS.items()], multiple=False, required=True,
                             framed=False, name="bulk.way")  # fmt: skip
        self._ways.changed.connect(lambda _codes: self._way_chosen())
        self._way_field = LabeledField(_("Comment"), self._ways)
        self._value: ValueEditor | None = None
        self._find = QLineEdit()
        self._find.setObjectName("bulk.find")
        self._instead = QLineEdit()
        self._instead.setObjectName("bulk.instead")
        self._by = ParsedEdit(parse_number, show_number, name="bulk.by")
        self._find_field = LabeledField(_("Texte à remplacer"), self._find)
        self._instead_field = LabeledField(_("Par"), self._instead)
        self._by_field = LabeledField(_("Décaler de"), self._by)
        for line in (self._find, self._instead, self._by):
            line.textEdited.connect(lambda _text: self.changed.emit())
        self._place = theme.column()
        told = theme.column(self._place, theme.row(self._find_field, self._instead_field), self._by_field)
        box = theme.row(LabeledField(_("Champ à corriger"), self._pick), self._way_field, told)
        box.setStretch(0, 2)
        box.setStretch(1, 3 if is_large() else 0)  # the chips take what they need where there is room for it
        box.setStretch(2, 4)
        self.setLayout(box)
        self._ways.set_value([Way.SET])
        self._show_way()

    def first(self) -> QWidget:
        """Return where the cursor begins: at the field, or at its value once that is chosen."""
        return self._pick if self._value is None else self._value.first()

    def _into_value(self) -> None:
        """Go to the value of the field that was taken."""
        if self._value is not None:
            self._value.first().setFocus()

    def set_field(self, name: str) -> None:
        """Choose a field from outside."""
        if name in self._entity.by_name:
            self._pick.set_value(name)
            self._field_chosen(name)

    def correction(self) -> Correction | None:
        """Return what is to be done, None while that is not told or can't be read."""
        name, way = self._pick.value(), self._way()
        if not name:
            return None
        if way is Way.REPLACE:
            find = self._find.text()
            return Correction(name, way, find=find, instead=self._instead.text()) if find else None
        if way is Way.SHIFT:
            by = self._by.value() if self._by.commit() else None
            return Correction(name, way, by=by) if by else None
        if self._value is None:
            return None
        is_read, value = self._value.read()
        if value is None and self._entity.by_name[name].required is True:  # nothing typed yet: it can't be emptied
            return None
        return Correction(name, way, value) if is_read else None

    def _way(self) -> Way:
        chosen = self._ways.value()
        return Way(chosen[0]) if chosen else Way.SET

    def _item(self) -> Field | None:
        name = self._pick.value()
        return self._entity.by_name.get(name) if name else None

    def _offered(self) -> tuple[Way, ...]:
        item = self._item()
        return (Way.SET,) if item is None else WAYS.get(item.kind, (Way.SET,))

    def _field_chosen(self, _name: object) -> None:
        item = self._item()
        if self._value is not None:
            self._place.removeWidget(self._value)
            self._value.deleteLater()
            self._value = None
        if item is not None:
            self._value = ValueEditor(self._services, self._protocol, item)
            self._value.changed.connect(self.changed)
            self._place.addWidget(self._value)
            self.setTabOrder(self._ways, self._value)
            self.setTabOrder(self._value, self._find)
        self._ways.set_choices([(way, _(WAY_WORDS[way])) for way in self._offered()])
        self._ways.set_value([Way.SET])
        self._show_way()
        self.changed.emit()

    def _way_chosen(self) -> None:
        self._show_way()
        self.changed.emit()

    def _show_way(self) -> None:
        item, way = self._item(), self._way()
        self._way_field.setVisible(len(self._offered()) > 1)
        if self._value is not None:
            self._value.setVisible(way is Way.SET)
        self._find_field.setVisible(way is Way.REPLACE)
        self._instead_field.setVisible(way is Way.REPLACE)
        self._by_field.setVisible(way is Way.SHIFT)
        if item is not None:
            words = _SHIFTS.get(item.kind)
            unit = f" ({_(item.unit)})" if item.unit else ""
            self._by_field.set_label(_(words) if words else _("Décaler de") + unit)
