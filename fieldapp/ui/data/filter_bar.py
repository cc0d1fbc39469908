"""The filters of the list of all protocols: the usual ones in sight, the others one key away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from fieldapp.core import parse, review
from fieldapp.core.text import _, fold
from fieldapp.desk import finding_words
from fieldapp.desk.lines import Flag
from fieldapp.exchange import selecting
from fieldapp.store import records, taxa
from fieldapp.ui import theme
from fieldapp.ui.data import choice
from fieldapp.ui.data.asked import Asked
from fieldapp.ui.data.filter_line import FilterLine
from fieldapp.ui.data.rows import FLAG_NAMES, STATE_WORDS
from fieldapp.ui.data.zone import ZoneField
from fieldapp.ui.page import Action, PageContext
from fieldapp.ui.season import SeasonStepper
from fieldapp.ui.widgets import (
    ActionButton,
    ChipRow,
    DateEdit,
    LabeledField,
    SearchBox,
    Suggestion,
    live_key,
)
from fieldapp.ui.windows.data_list import SEARCH_PAUSE_MS
from fieldapp.ui.wording import latin_beside

MOST = 40
"""Suggestions shown at once."""

_LONGEST_TOLD = 40

MORE_KEY = "F6"
PEOPLE_KEY, DOUBT_KEY, ZONE_KEY, STATE_KEY, LEVEL_KEY = "F7", "F8", "F9", "F10", "F11"


class FilterBar(QWidget):
    """The fields of the filter; `changed` carries what is asked for now, `settled` says that Enter ended a field.

    With `is_folding` the others take the place of the usual ones while they are shown: large letters need the room.
    """

    changed = Signal(object)
    settled = Signal()

    def __init__(self, context: PageContext, *, is_folding: bool = False) -> None:
        super().__init__()
        self.setObjectName("all.filters")
        self._context = context
        self._is_folding = is_folding
        self._db = context.services.db
        self.asked = Asked()
        self._codes: Sequence[str] = ()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(SEARCH_PAUSE_MS)
        self._pause.timeout.connect(lambda: self._narrow(text=self._search.text().strip()))
        self._more = QWidget()
        self._more.setLayout(theme.column(self._build_who(), self._build_review()))
        self._more.hide()
        self._ways_in = [
            live_key(self, key, partial(self._go_into, field)) for key, field, _words in self._hidden_fields()
        ]
        for part in (self, self._more):
            part.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._usual = QWidget()
        self._usual.setLayout(self._build_usual())
        self.setLayout(theme.column(self._usual, self._more))
        for line in (self._place, self._taxon, self._observer, self._doubt, self._levels):
            choice.on_enter(line, self.settled.emit)
        self._search.returnPressed.connect(self.settled)
        for day in (self._first, self._last):
            day.returnPressed.connect(lambda line=day: self.settled.emit() if line.commit() else None)

    # ------------------------------------------------------------------------------------------- building

    def _build_usual(self) -> Any:
        self._season = SeasonStepper(with_all=True, name="all.season")
        self._season.changed.connect(lambda year: self._narrow(year=year, first_on="", last_on=""))
        self._place = self._suggest("place", self._suggest_places, _("tous"))
        self._taxon = self._suggest("cd_nom", self._suggest_taxa, _("toutes"), "all.taxon")
        self._search = SearchBox(_("lieu, personne, bague, remarque…"), name="all.search")
        self._search.searched.connect(lambda _text: self._pause.start())
        self._button = ActionButton(_("Plus de filtres"), "filter", MORE_KEY, name="all.more", on=self.toggle)
        fields = [
            LabeledField(_("Saison"), self._season),
            self._labelled(_("Lieu"), self._place, "F3"),
            self._labelled(_("Espèce ou groupe"), self._taxon, "F4"),
            LabeledField(_("Contient"), self._search, key="F5"),
            LabeledField("", self._button),
        ]
        row = theme.row(*fields)
        for number in (1, 2, 3):
            row.setStretch(number, 1)
        return row

    def _build_who(self) -> Any:
        self._first = DateEdit(parse.parse_date, parse.show_date, name="all.first")
        self._last = DateEdit(parse.parse_date, parse.show_date, name="all.last")
        self._first.changed.connect(lambda day: self._narrow(first_on=day or "", year=None))
        self._last.changed.connect(lambda day: self._narrow(last_on=day or "", year=None))
        self._observer = self._suggest("observer", self._suggest_people, _("tous"))
        self._doubt = self._suggest("doubt", self._suggest_doubts, _("rien de particulier"))
        self.zone = ZoneField(self._context, name="all.zone")
        self.zone.chosen.connect(lambda wkt, name: self._narrow(zone=wkt, zone_name=name))
        row = theme.row(
            LabeledField(_("Du"), self._first),
            LabeledField(_("Au"), self._last),
            self._labelled(_("Observateur"), self._observer, PEOPLE_KEY),
            self._labelled(_("À vérifier"), self._doubt, DOUBT_KEY),
            self._labelled(_("Dans la zone"), self.zone, ZONE_KEY),
        )
        for number in (2, 3, 4):
            row.setStretch(number, 1)
        return row

    def _build_review(self) -> Any:
        states = [(state.value, _(words)) for state, (_mark, words) in STATE_WORDS.items()]
        self._states = ChipRow(states, framed=False, name="all.states")
        self._states.changed.connect(lambda codes: self._narrow(states=tuple(codes)))
        levels = [(level.code, f"{level.code} {_(level.label)}") for level in review.LEVELS]
        self._levels = FilterLine(
            lambda text: [Suggestion(code, label) for code, label in levels if fold(text) in fold(label)],
            placeholder=_("tous"), name="all.level",
        )  # fmt: skip
        self._levels.chosen.connect(lambda row: self._narrow(levels=(row.key,)))
        self._levels.textChanged.connect(lambda text: None if text else self._narrow(levels=()))
        parts: list[QWidget] = [LabeledField(_("État"), self._states, key=STATE_KEY)]
        parts.append(self._labelled(_("Niveau de validation"), self._levels, LEVEL_KEY))
        if self._is_folding:
            less = ActionButton(_("Moins"), "filter", MORE_KEY, name="all.less", on=self.toggle)
            parts.append(LabeledField("", less))
        row = theme.row(*parts)
        row.setStretch(1, 1)  # the chips take what they need
        return row

    def _labelled(self, label: str, editor: FilterLine | ZoneField, key: str) -> LabeledField:
        """Return a line with its label; what was typed and not taken is said below it.

        Where large letters leave no room below the lines, a notice says it.
        """
        field = LabeledField(label, editor, key=key)
        words = _("« {text} » n’est pas dans la liste : le filtre n’a pas changé.")
        if isinstance(editor, ZoneField):
            words = _("Aucune zone « {text} » : le filtre n’a pas changé.")

        def tell(typed: str) -> None:
            said = words.format(text=typed[:_LONGEST_TOLD]) if typed else ""
            if not self._is_folding:
                field.set_problem(said)
            elif said:
                self._context.notify(said, "info")

        line = editor.line if isinstance(editor, ZoneField) else editor
        line.refused.connect(tell)
        return field

    def _suggest(self, field: str, search: Any, placeholder: str, name: str = "") -> FilterLine:
        line = FilterLine(search, placeholder=placeholder, name=name or f"all.{field}")
        empty = None if field == "cd_nom" else ""
        line.chosen.connect(lambda row: self._narrow(**{field: row.key}))
        line.textChanged.connect(lambda text: None if text else self._narrow(**{field: empty}))
        return line

    # -------------------------------------------------------------------------------------------- showing

    def show_asked(self, asked: Asked, years: Sequence[int], codes: Sequence[str]) -> None:
        """Write a filter into the fields without saying so; `codes` are the kinds of findings that there are."""
        if asked != self.asked:
            for line in (self._place, self._taxon, self._observer, self._doubt, self._levels, self.zone.line):
                line.refused.emit("")
        self.asked, self._codes = asked, codes
        self._season.set_years(years)
        self._season.set_year(asked.year)
        taxon = taxa.by_cd_nom(self._db, [asked.cd_nom]).get(asked.cd_nom) if asked.cd_nom is not None else None
        texts: tuple[tuple[FilterLine, str], ...] = (
            (self._place, self._title(asked.place)),
            (self._taxon, (taxon.nom_vern or taxon.lb_nom) if taxon else str(asked.cd_nom or "")),
            (self._observer, self._title(asked.observer)),
            (self._doubt, self._doubt_words(asked.doubt) if asked.doubt else ""),
            (self._levels, next((f"{c.code} {_(c.label)}" for c in review.LEVELS if c.code in asked.levels), "")),
        )
        for line, words in texts:
            line.show_words(words)
        self._search.blockSignals(True)
        self._search.setText(asked.text)
        self._search.setCursorPosition(0)
        self._search.blockSignals(False)
        self.zone.show_name(asked.zone_name)
        self._first.set_value(asked.first_on or None)
        self._last.set_value(asked.last_on or None)
        self._states.set_value(asked.states)
        hidden = replace(asked, place="", cd_nom=None, text="", year=None)
        if hidden.is_narrow and not self._more.isVisibleTo(self):
            self._unfold(True)

    def toggle(self) -> None:
        """Show the other filters, or put them away; what they say stays."""
        is_shown = not self._more.isVisibleTo(self)
        self._unfold(is_shown)
        (self._first if is_shown else self._button).setFocus()

    def _unfold(self, is_shown: bool) -> None:
        self._more.setVisible(is_shown)
        for shortcut in self._ways_in:  # the fields have these keys themselves while they are shown
            shortcut.setEnabled(not is_shown)
        self._usual.setVisible(not (is_shown and self._is_folding))

    def _hidden_fields(self) -> tuple[tuple[str, QWidget, str], ...]:
        """Return those of the other filters that have a key, with it and what it does."""
        return (
            (PEOPLE_KEY, self._observer, _("choisir un observateur")),
            (DOUBT_KEY, self._doubt, _("choisir ce qui est à vérifier")),
            (ZONE_KEY, self.zone, _("choisir une zone")),
            (STATE_KEY, self._states, _("choisir un état de validation")),
            (LEVEL_KEY, self._levels, _("choisir un niveau de validation")),
        )

    def _go_into(self, field: QWidget) -> None:
        """Put the cursor into one of the other filters."""
        if not self._more.isVisibleTo(self):
            self._unfold(True)
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keys(self) -> list[Action]:
        """Return the keys of the filters."""
        return [
            *self._season.keys(),
            Action("F3", _("choisir un lieu"), self._place.setFocus, "area"),
            Action("F4", _("choisir une espèce ou un groupe"), self._taxon.setFocus, "pond"),
            Action("F5", _("chercher des lettres"), self._search.setFocus, "search"),
            Action(MORE_KEY, _("plus de filtres : jours, zone, observateur, état"), self.toggle, "filter"),
            *(Action(key, words, partial(self._go_into, field)) for key, field, words in self._hidden_fields()),
        ]

    def _narrow(self, **changed: Any) -> None:
        asked = replace(self.asked, **changed)
        if asked != self.asked:
            self.asked = asked
            if "first_on" in changed or "last_on" in changed:
                self._season.set_year(asked.year)
                self._first.set_value(asked.first_on or None)
                self._last.set_value(asked.last_on or None)
            self.changed.emit(asked)

    def _title(self, uid: str) -> str:
        record = records.get(self._db, uid) if uid else None
        return self._db.protocols[record.protocol].entity(record.entity).title(record.data) if record else ""

    # ----------------------------------------------------------------------------------------- suggesting

    def _suggest_places(self, text: str) -> list[Suggestion]:
        found = selecting.places_named(self._db, text)[:MOST]
        protocols = self._db.protocols
        return [
            Suggestion(
                one.uid,
                protocols[one.protocol].entity(one.entity).title(one.data),
                _(protocols[one.protocol].entity(one.entity).label),
                icon="area",
                italic=False,
            )
            for one in found
        ]

    def _suggest_taxa(self, text: str) -> list[Suggestion]:
        return [
            Suggestion(taxon.cd_nom, taxon.nom_vern or taxon.lb_nom, latin_beside(taxon))
            for taxon in taxa.search(self._db, text, MOST)
        ]

    def _suggest_people(self, text: str) -> list[Suggestion]:
        people = records.roots(self._db, "directory", "person")
        named = [(str(person.data.get("name", "")), person.uid) for person in people]
        return [Suggestion(uid, name) for name, uid in sorted(named) if fold(text) in fold(name)][:MOST]

    def _suggest_doubts(self, text: str) -> list[Suggestion]:
        flags = [Flag.QUESTION, Flag.ANSWERED, Flag.STALE, Flag.DISPUTED, Flag.WARNING, Flag.REMARKABLE, Flag.ABSENCE]
        listed = [(flag.name or "", _(FLAG_NAMES[flag])) for flag in flags]
        listed += [(code, _small(self._doubt_words(code))) for code in self._codes]
        return [Suggestion(code, words) for code, words in listed if fold(text) in fold(words)]

    def _doubt_words(self, code: str) -> str:
        if code in Flag.__members__:
            return _(FLAG_NAMES[Flag[code]])
        owner = next((one for one in self._db.protocols.values() if code in one.messages), None)
        return finding_words.name(code, owner)


def _small(words: str) -> str:
    """Return a name as it stands among others in a list, without a capital."""
    return words[:1].lower() + words[1:]
