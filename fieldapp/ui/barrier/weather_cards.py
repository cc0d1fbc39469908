"""What stands on the page of a weather file: what its columns are, its first lines, and what it would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from fieldapp.core.lazy import LazyPattern
from fieldapp.core.parse import show_number
from fieldapp.core.schema import Choice, Field, Kind
from fieldapp.core.text import N_, _, ngettext
from fieldapp.protocols.pitfall_barrier import weather
from fieldapp.protocols.pitfall_barrier.schema import VISIT, WEATHER
from fieldapp.protocols.pitfall_barrier.weather import Item, What
from fieldapp.ui import theme
from fieldapp.ui.barrier.weather_work import Joined, Loaded
from fieldapp.ui.forms.links import ChoiceEdit
from fieldapp.ui.tables import Column, RecordTable
from fieldapp.ui.widgets import Card, ChipRow, LabeledField, text_label
from fieldapp.ui.windows.place_sheet import FormScroll
from fieldapp.ui.wording import ABSENT, day_words, number_words

COLUMNS = (
    ("date", N_("Jour")),
    ("night_min_c", N_("Minimum (°C)")),
    ("night_max_c", N_("Maximum (°C)")),
    ("rain_mm", N_("Pluie (mm)")),
    ("station", N_("Station")),
)
"""What a column may be, with its label; the station only counts where a file has several."""

_ORDERED = LazyPattern(r"[0-9]{1,2}[^0-9][0-9]{1,2}[^0-9]")

FIRST_LINES = 3
LARGE = 1.2
"""Above this factor of the text one line less is shown."""

LISTED = 500
"""Differences and lines that the table shows; the sentence counts them all."""

FATES = {
    What.TYPED: ("neutral", N_("gardé : déjà noté")),
    What.OTHER_FILE: ("review", N_("autre fichier")),
}


class ColumnsCard(Card):
    """Which column of the file is what; `changed` carries the mapping that was put right by hand."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__(_("Colonnes du fichier"), name="weather.columns")
        self._loaded: Loaded | None = None
        self._mapping = weather.Mapping()
        self._scroll = FormScroll(QWidget())
        self.add(self._scroll, 1)
        self.edits: dict[str, ChoiceEdit] = {}

    def show_file(self, loaded: Loaded) -> None:
        """Show what the columns of the file seem to be."""
        self._loaded, self._mapping = loaded, loaded.mapping
        self._build()

    def _build(self) -> None:
        loaded, mapping = self._loaded, self._mapping
        if loaded is None:
            return
        self.edits = {}
        box = theme.column(spacing=theme.S)
        box.setContentsMargins(0, 0, theme.S, 0)
        doubts = [_("Reconnu d’un fichier d’avant.")] if loaded.is_known and not mapping.doubts else mapping.doubts
        if doubts:
            role = "warning" if mapping.doubts else "secondary"
            box.addWidget(text_label("\n".join(doubts), role, wrap=True, name="weather.doubts"))
        for name, label in COLUMNS:
            edit = self._pick(name, loaded.table.header, getattr(mapping, name))
            box.addWidget(LabeledField(_(label), edit))
            if name == "date" and _needs_order(loaded, mapping):
                box.addWidget(self._order(mapping))
            if name == "rain_mm" and mapping.rain_mm is not None:
                box.addWidget(self._shift(mapping))
        if mapping.station is not None:
            box.addWidget(LabeledField(_("Ne prendre que"), self._station(loaded, mapping)))
        box.addStretch(1)
        body = QWidget()
        body.setLayout(box)
        before = self._scroll.takeWidget()
        if before is not None:
            before.deleteLater()
        self._scroll.setWidget(body)
        body.show()

    def _pick(self, name: str, header: Sequence[str], column: int | None) -> ChoiceEdit:
        choices = tuple(Choice(str(place), words) for place, words in enumerate(header))
        edit = ChoiceEdit(Field(name, Kind.CHOICE, name, choices=choices), name=f"weather.column.{name}")
        edit.in_form = True
        edit.set_value(None if column is None else str(column))
        edit.changed.connect(partial(self._chosen, name))
        self.edits[name] = edit
        return edit

    def _order(self, mapping: weather.Mapping) -> ChipRow:
        chips = ChipRow(
            [("day", _("jour/mois")), ("month", _("mois/jour"))],
            multiple=False, required=True, framed=False, name="weather.order",
        )  # fmt: skip
        chips.set_value(["day" if mapping.day_first else "month"])
        chips.changed.connect(lambda codes: self._set(day_first=codes == ["day"]))
        return chips

    def _shift(self, mapping: weather.Mapping) -> ChipRow:
        chips = ChipRow(
            [("0", _("pluie du matin même")), ("1", _("pluie de la veille"))],
            multiple=False, required=True, framed=False, name="weather.shift",
        )  # fmt: skip
        chips.set_value([str(mapping.rain_shift_days)])
        chips.changed.connect(lambda codes: self._set(rain_shift_days=int(codes[0])))
        return chips

    def _station(self, loaded: Loaded, mapping: weather.Mapping) -> ChoiceEdit:
        names = weather.stations(loaded.table.rows, mapping.station)
        choices = tuple(Choice(name, name) for name in names)
        edit = ChoiceEdit(Field("only", Kind.CHOICE, "only", choices=choices), name="weather.only_station")
        edit.in_form = True
        edit.set_value(mapping.only_station or None)
        edit.changed.connect(lambda name: self._set(only_station=name or ""))
        self.edits["only_station"] = edit
        return edit

    def _chosen(self, name: str, code: object) -> None:
        column = int(code) if isinstance(code, str) else None
        others: dict[str, Any] = {"only_station": ""} if name == "station" else {}
        self._set(**{name: column}, **others)
        if name in {"station", "rain_mm"}:
            self._build()
            self.edits[name].setFocus()

    def _set(self, **values: Any) -> None:
        changed = replace(self._mapping, **values, doubts=())
        if changed != self._mapping:
            self._mapping = changed
            self.changed.emit(changed)


class LinesCard(Card):
    """The first lines of the file under the names of its columns."""

    def __init__(self) -> None:
        super().__init__(" ", name="weather.lines")
        self.table: RecordTable | None = None

    def show_file(self, loaded: Loaded) -> None:
        """Show the first lines."""
        if self.table is not None:
            self.body.removeWidget(self.table)
            self.table.hide()
            self.table.deleteLater()
        count = len(loaded.table.rows)
        lines = ngettext("{n} ligne", "{n} lignes", count).format(n=number_words(count))
        self.set_title(loaded.path.name, lines)
        self.table = RecordTable([Column(name) for name in loaded.table.header], name="weather.first_lines")
        self.table.opens_rows = False
        width = len(loaded.table.header)
        shown = FIRST_LINES if theme.current().scale <= LARGE else FIRST_LINES - 1
        self.table.show_rows([tuple(row.cell(place) for place in range(width)) for row in loaded.table.rows[:shown]])
        self.table.setFixedHeight((shown + 1) * (theme.target() + theme.XS) + theme.L)
        self.add(self.table)


class PlanCard(Card):
    """What the file would do to the checks: the counts in a sentence, then what differs and what was refused."""

    def __init__(self) -> None:
        super().__init__(_("Ce qui changera"), name="weather.plan")
        self._words = text_label("", wrap=True, name="weather.words")
        self.table = RecordTable(
            [
                Column(_("Matin"), strong=True),
                Column(_("Valeur"), stretch=True),
                Column(_("Au relevé"), number=True),
                Column(_("Fichier"), number=True),
                Column("", badge=True),
            ],
            name="weather.differences",
        )
        self.table.opens_rows = False
        self.add(self._words)
        self.add(self.table, 1)
        self.body.addStretch(0)

    def say(self, words: str) -> None:
        """Say something in the place of the plan."""
        self._words.setText(words)
        self.table.hide()

    def show_plan(self, found: Joined) -> None:
        """Show the counts, and each value that is not taken with the reason."""
        self._words.setText(plan_words(found))
        rows = [_difference(item) for fate in FATES for item in found.plan.of(fate)]
        rows += [
            (_("ligne {n}").format(n=note.line), note.sentence, "", "", f"inaccessible|{_('refusé')}")
            for note in found.reading.notes
        ]
        self.table.show_rows(rows[:LISTED])
        self.table.setVisible(bool(rows))


def _needs_order(loaded: Loaded, mapping: weather.Mapping) -> bool:
    """Return whether the days are written so that day and month have an order: 04/03/2026, not 2026-03-04."""
    cells = (row.cell(mapping.date) for row in loaded.table.rows[:FIRST_LINES])
    return any(_ORDERED.match(cell) for cell in cells)


def _difference(item: Item) -> tuple[str, ...]:
    state, words = FATES[item.what]
    unit = VISIT.by_name[item.field].unit
    stored = f"{show_number(item.stored)} {unit}" if item.stored is not None else ABSENT
    label = _(VISIT.by_name[item.field].label)
    return (
        day_words(item.visit.on_date), label, stored, f"{show_number(item.given)} {unit}", f"{state}|{_(words)}",
    )  # fmt: skip


def plan_words(found: Joined) -> str:
    """Return "132 matins à compléter, 3 déjà notés, 4 jours du fichier sans relevé, 2 lignes refusées."."""
    fill = found.mornings(What.FILL)
    parts = [ngettext("{n} matin à compléter", "{n} matins à compléter", fill).format(n=number_words(fill))]
    if typed := found.mornings(What.TYPED):
        parts.append(ngettext("{n} déjà noté", "{n} déjà notés", typed).format(n=number_words(typed)))
    if other := found.mornings(What.OTHER_FILE):
        words = ngettext("{n} déjà rempli par un autre fichier", "{n} déjà remplis par un autre fichier", other)
        parts.append(words.format(n=number_words(other)))
    same = found.mornings(What.SAME)
    if same and not fill:
        parts.append(ngettext("{n} déjà pareil", "{n} déjà pareils", same).format(n=number_words(same)))
    if lacking := len(found.lacking):
        words = ngettext("{n} jour du fichier sans relevé", "{n} jours du fichier sans relevé", lacking)
        parts.append(words.format(n=number_words(lacking)))
    if refused := len(found.reading.notes):
        words = ngettext("{n} valeur refusée", "{n} valeurs refusées", refused)
        parts.append(words.format(n=number_words(refused)))
    return ", ".join(parts) + "."


def needs_words(mapping: weather.Mapping) -> str:
    """Return what has still to be said about the columns before the file can be joined, "" for nothing."""
    if mapping.date is None:
        return _("Dites quelle colonne est le jour.")
    if not any(mapping.column(name) is not None for name in WEATHER):
        return _("Dites quelle colonne est le minimum, le maximum ou la pluie.")
    return ""
