"""The cards of a new batch: for whom and how, which data, and what the file would hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QCheckBox, QLineEdit

from fieldapp.core.errors import FieldappError, SheetError
from fieldapp.core.record import Record
from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import _, ngettext
from fieldapp.exchange import selecting
from fieldapp.exchange.batch import Preview
from fieldapp.exchange.batch_request import PRECISIONS, precision_words
from fieldapp.exchange.formats import Format
from fieldapp.exchange.selecting import Selection
from fieldapp.store import batches, records, taxa
from fieldapp.store.connection import Database
from fieldapp.ui import theme
from fieldapp.ui.batches.picks import ListPick, Picks
from fieldapp.ui.batches.words import blurred_words, holds_words, left_out_words, since_words
from fieldapp.ui.season import SeasonStepper
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import (
    ActionButton,
    Card,
    ChipRow,
    IconLabel,
    KeyHint,
    LabeledField,
    Suggestion,
    is_large,
    live_key,
    text_label,
)
from fieldapp.ui.windows.listed import name_of
from fieldapp.ui.wording import day_words, number_words

if TYPE_CHECKING:
    from fieldapp.desk.geography import Geography

Pick = ListPick | Picks
"""A line in which words may stand that nobody has taken."""

_MOST = 12
"""Rows that a search proposes."""


class TermsCard(Card):
    """For whom, in which format, how exactly; whether only what changed."""

    def __init__(self, services: Services, formats: Sequence[Format]) -> None:
        super().__init__(_("Pour qui, comment"), "observers", name="batch_new.terms")
        self._services = services
        self._formats = formats
        self.recipient = ListPick(
            self._recipients,
            _("vous-même, hors registre"),
            create=_("Ajouter « {name} » aux destinataires"),
            name="batch_new.recipient",
        )
        self._conditions = text_label("", "secondary", wrap=True, name="batch_new.conditions")
        self.purpose = QLineEdit()
        self.purpose.setObjectName("batch_new.purpose")
        self.purpose.setPlaceholderText(_("étude, atlas, dossier…"))
        self.form = ListPick(self._rows, _("format"), required=True, name="batch_new.format")
        codes = [(code, precision_words(services.db, code)) for code in PRECISIONS]
        self.precision = ChipRow(
            codes, multiple=False, required=True, framed=False, keeps_arrows=True, name="batch_new.precision"
        )
        self.since = QCheckBox(_("Seulement ce qui a changé"))
        self.since.setObjectName("batch_new.since")
        self.since.toggled.connect(lambda _on: self._take_purpose())
        live_key(self, "F5", self.since.toggle)
        self._first = theme.row(
            _picked(_("Destinataire"), self.recipient, "F2"), LabeledField(_("Objet"), self.purpose)
        )
        self.add(self._first)
        theme.on_change().changed.connect(self._arrange)
        self._arrange()
        self.add(self._conditions)
        self.add(_picked(_("Format"), self.form, "F3"))
        self.add(LabeledField(_("Précision des lieux"), self.precision, key="F4", on_key=self.next_precision))
        self.add(theme.row(KeyHint("F5"), self.since, 1, spacing=theme.S))
        self.body.addStretch(1)

    def _arrange(self) -> None:
        """Lay recipient and purpose one above the other where large letters would cut the name."""
        way = QBoxLayout.Direction
        self._first.setDirection(way.TopToBottom if is_large() else way.LeftToRight)
        for place in range(2):
            self._first.setStretch(place, 0 if is_large() else 1)

    def next_precision(self) -> None:
        """Choose the next precision; what changed is told as the batch before was."""
        if self.since.isChecked():
            return
        at = PRECISIONS.index(self.precision_code())
        self.precision.toggle(PRECISIONS[(at + 1) % len(PRECISIONS)])

    def precision_code(self) -> str:
        """Return the code of the precision."""
        return next(iter(self.precision.value()), PRECISIONS[0])

    def wanted_precision(self) -> str:
        """Return the code of the precision to ask for, "" for that of the batch before."""
        return "" if self.since.isChecked() else self.precision_code()

    def picks(self) -> list[Pick]:
        """Return the lines in which words may stand that nobody has taken."""
        return [self.recipient, self.form]

    def chosen_format(self) -> Format:
        """Return the kind of file."""
        return next(one for one in self._formats if one.code == self.form.value())

    def follow(self) -> None:
        """Bring what depends on the recipient and the format in step: conditions, precision, the last batch."""
        db, uid = self._services.db, self.recipient.value() if self.recipient.is_settled() else None
        record = records.get(db, uid) if uid else None
        self._conditions.setVisible(record is not None)
        if record is not None:
            conditions = " ".join(str(record.data.get("conditions", "")).split())
            words = _("Conditions : {words}").format(words=conditions)
            missing = _("Sans conditions d’utilisation : complétez sa fiche (Destinataires).")
            self._conditions.setText(words if conditions else missing)
            theme.set_role(self._conditions, "secondary" if conditions else "warning")
        last = self._last()
        can = last is not None and not self.chosen_format().protocol and batches.get(db, last.uid) is not None
        self.since.setEnabled(can)
        if not can:
            self.since.setChecked(False)
        self.precision.setEnabled(not self.since.isChecked())

    def _last(self) -> Record | None:
        """Return the newest delivery of this format to this recipient."""
        uid = self.recipient.value()
        return batches.last_to(self._services.db, uid, self.form.value() or "") if uid else None

    def goes_on_from(self) -> Record | None:
        """Return the delivery of which only what changed is asked for, None for a batch that is whole."""
        return self._last() if self.since.isChecked() else None

    def _take_purpose(self) -> None:
        """Show the purpose of the delivery before where none was typed."""
        last = self.goes_on_from()
        if last is not None and not self.purpose.text().strip():
            self.purpose.setText(str(last.data.get("purpose", "")))

    def take_precision(self) -> None:
        """Show the precision that the recipient has agreed to."""
        uid = self.recipient.value()
        record = records.get(self._services.db, uid) if uid else None
        code = str(record.data.get("precision", "")) if record else PRECISIONS[0]
        self.precision.set_value([code if code in PRECISIONS else PRECISIONS[-1]])

    def _recipients(self) -> list[Suggestion]:
        db = self._services.db
        return [
            Suggestion(
                one.uid,
                str(one.data.get("name", "")),
                precision_words(db, str(one.data.get("precision", ""))),
                italic=False,
                icon="observers",
            )
            for one in sorted(batches.recipients(db), key=lambda one: str(one.data.get("name", "")).casefold())
        ]

    def _rows(self) -> list[Suggestion]:
        protocols = self._services.protocols
        return [
            Suggestion(
                one.code,
                _(one.label),
                _(protocols[one.protocol].label) if one.protocol else "",
                section=_("Formats d’un suivi") if one.protocol else _("Formats communs"),
                italic=False,
            )
            for one in self._formats
        ]


class DataCard(Card):
    """Which data: protocols, season, places, areas, taxa; or lines that were chosen elsewhere."""

    def __init__(self, services: Services, protocols: Sequence[StudyProtocol]) -> None:
        super().__init__(_("Quelles données"), "data", name="batch_new.data")
        self._services = services
        self._lines: frozenset[str] = frozenset()
        self._followed: Record | None = None
        choices = [(item.code, _(name_of(item))) for item in protocols]
        self.protocols = ChipRow(choices, framed=False, keeps_arrows=True, name="batch_new.protocols")
        self.season = SeasonStepper(with_all=True, name="batch_new.season")
        self.places = Picks(self._places, _("tous les lieux"), name="batch_new.places")
        self.areas = Picks(self._areas, _("partout"), name="batch_new.areas")
        self.taxa = Picks(self._taxa, _("toutes, avec leurs sous-taxons"), name="batch_new.taxa")
        season = LabeledField(_("Saison"), self.season)
        protocols_ = LabeledField(_("Suivis"), self.protocols, key="F6")
        first = theme.row(season, protocols_)
        first.setStretch(1, 1)
        self._fields = [
            _picked(_("Lieux"), self.places, "F7"),
            _picked(_("Zones des cartes chargées"), self.areas, "F8"),
            _picked(_("Espèces ou groupes"), self.taxa, "F9"),
        ]
        self.add(first)
        for field in self._fields:
            self.add(field)
        self._chosen = text_label("", "strong", wrap=True, name="batch_new.lines")
        self._chosen.hide()
        self.add(self._chosen)
        self.body.addStretch(1)
        self._fields += [season, protocols_]

    def show_lines(self, lines: frozenset[str]) -> None:
        """Hold to these lines, as they were chosen in the data; none: to what the fields say."""
        self._lines = lines
        self._say()

    def follow(self, last: Record | None) -> None:
        """Ask for the data of this delivery, where there is one: the fields have no say then."""
        self._followed = last
        self._say()

    def picks(self) -> list[Pick]:
        """Return the lines in which words may stand that nobody has taken; none where the fields have no say."""
        return [] if self._is_told() else [self.places, self.areas, self.taxa]

    def _is_told(self) -> bool:
        return bool(self._lines) or self._followed is not None

    def _say(self) -> None:
        is_told = self._is_told()
        for field in self._fields:
            field.setVisible(not is_told)
        words = ngettext(
            "La ligne choisie dans les données", "Les {n} lignes choisies dans les données", len(self._lines)
        ).format(n=number_words(len(self._lines)))
        if (last := self._followed) is not None:
            words = _("Les mêmes que dans l’envoi du {day} : {filter}.").format(
                day=day_words(str(last.data.get("made_on", ""))), filter=last.data.get("filter", "")
            )
        self._chosen.setText(words)
        self._chosen.setVisible(is_told)

    def clear(self, years: Sequence[int]) -> None:
        """Ask for everything of the newest season."""
        self.season.set_years(years)
        self.protocols.set_value([])
        for picks in (self.places, self.areas, self.taxa):
            picks.clear()

    def selection(self) -> Selection:
        """Return what is asked for."""
        if self._lines:
            return Selection(lines=self._lines)
        year = self.season.year()
        cds = frozenset(one for cd in self.taxa.value() for one in selecting.taxa_below(self._services.db, cd))
        return Selection(
            protocols=frozenset(self.protocols.value()),
            first_on=f"{year:04}-01-01" if year else "",
            last_on=f"{year:04}-12-31" if year else "",
            places=frozenset(self.places.value()),
            taxa=cds,
            within=self._within(),
        )

    def area_words(self) -> str:
        """Return what the areas are called."""
        return ", ".join(self.areas.titles())

    def _within(self) -> str:
        """Return the areas as one outline, "" for none."""
        if not self.areas.value():
            return ""
        import shapely

        shapes = [shapely.from_wkb(self._geography.area(number).wkb) for number in self.areas.value()]
        return str(shapely.union_all(shapes).wkt)

    @cached_property
    def _geography(self) -> Geography:
        from fieldapp.desk.geography import Geography

        return Geography.load(self._services.db)

    def forget_maps(self) -> None:
        """Read the maps anew when they are asked for next."""
        vars(self).pop("_geography", None)

    def _places(self, text: str) -> list[Suggestion]:
        db = self._services.db
        return [_place(db, one.uid) for one in selecting.places_named(db, text)[:_MOST]]

    def _areas(self, text: str) -> list[Suggestion]:
        found = self._geography.named(text)[:_MOST]
        return [Suggestion(one.id, one.name, one.code, one.layer, "area", italic=False) for one in found]

    def _taxa(self, text: str) -> list[Suggestion]:
        return [
            Suggestion(one.cd_nom, one.nom_vern or one.lb_nom, one.lb_nom if one.nom_vern else "")
            for one in taxa.search(self._services.db, text, _MOST)
        ]


def _picked(label: str, pick: Pick, key: str) -> LabeledField:
    """Return a line that chooses with its label; what was typed and can't be taken is said below it."""
    field = LabeledField(label, pick, key=key)
    pick.problem.connect(field.set_problem)
    return field


def _place(db: Database, uid: str) -> Suggestion:
    record = records.get(db, uid)
    if record is None:
        return Suggestion(uid, uid)
    entity = db.protocols[record.protocol].entity(record.entity)
    return Suggestion(uid, entity.title(record.data), _(entity.label), icon="area", italic=False)


class SummaryCard(Card):
    """What the file would hold, before it is written; `on_sheet` opens the sheet that a refusal is about."""

    def __init__(self, on_sheet: Callable[[], object]) -> None:
        super().__init__(name="batch_new.summary")
        title = text_label(_("Ce qui partira"), "section")
        self.holds = text_label("", "strong", wrap=True, name="batch_new.holds")
        self.details = text_label("", "secondary", wrap=True, name="batch_new.details")
        self.warning = text_label("", "warning", wrap=True, name="batch_new.warning")
        head = theme.row(IconLabel("export_file", "accent"), title, self.holds, spacing=theme.M)
        head.setStretch(2, 1)
        head.setAlignment(self.holds, Qt.AlignmentFlag.AlignVCenter)
        self.add(head)
        self.add(self.details)
        self.sheet = ActionButton(_("Ouvrir la fiche"), "edit", "F12", name="batch_new.sheet", on=on_sheet)
        self.sheet.hide()
        refused = theme.row(self.warning, self.sheet, spacing=theme.M)
        refused.setStretch(0, 1)
        self.add(refused)

    def show_preview(self, found: Preview, own: str, *, is_empty: bool) -> None:
        """Show what was worked out; `own` says what a file of one's own tells, `is_empty`: nothing is recorded yet."""
        self._say(
            _("Aucune donnée n’est encore enregistrée : il n’y a rien à envoyer.") if is_empty else holds_words(found),
            [own[:1].upper() + own[1:], since_words(found), *blurred_words(found)],
            left_out_words(found),
        )

    def show_counting(self) -> None:
        """Say that it is being worked out."""
        self._say(_("comptage…"), [], [])

    def show_untaken(self, typed: str) -> None:
        """Say that nothing is counted while these words stand for nothing."""
        self._say(_("rien n’est compté tant que « {text} » n’est pas choisi").format(text=typed), [], [])

    def show_refusal(self, error: FieldappError) -> None:
        """Say why no file can be written, and offer the sheet that is to be completed."""
        self._say("", [], [str(error)])
        self.sheet.setVisible(isinstance(error, SheetError))

    def _say(self, holds: str, details: Sequence[str], warnings: Sequence[str]) -> None:
        self.sheet.hide()
        for label, text in (
            (self.holds, holds),
            (self.details, "\n".join(filter(None, details))),
            (self.warning, "\n".join(warnings)),
        ):
            label.setText(text)
            label.setVisible(bool(text))
