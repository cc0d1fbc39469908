"""The page "maps": which maps are loaded, and how exactly the places of sensitive species may be told."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QStackedWidget

from fieldapp.core.errors import CancelledError, FieldappError
from fieldapp.core.text import N_, _, ngettext
from fieldapp.exchange.layer_files import KINDS_OF_FILES
from fieldapp.exchange.layers import Loaded
from fieldapp.exchange.sensitivity_list import Loaded as LoadedList
from fieldapp.store import areas, records, sensitivities, taxa
from fieldapp.ui import errors, files, theme
from fieldapp.ui.background import Latest
from fieldapp.ui.forms.links import DIRECTORY
from fieldapp.ui.maps import work
from fieldapp.ui.maps.layer_form import LayerForm
from fieldapp.ui.maps.lists import MapsFace, SpeciesFace
from fieldapp.ui.maps.rule_form import ENTITY, RuleForm
from fieldapp.ui.maps.work import Looked
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.sync.question import Question
from fieldapp.ui.widgets import Banner, ChipRow, live_key
from fieldapp.ui.wording import Words, number_words
from fieldapp.ui.working import Working

MAPS, SPECIES = "maps", "species"
SECTIONS = {MAPS: (N_("Cartes"), "1"), SPECIES: (N_("Espèces sensibles"), "2")}
"""The two lists of the page with their keys."""

TABLES = N_("Listes (*.csv *.txt *.xlsx *.xls *.ods)")

_REFUSED_SHOWN = 3


class MapsPage(PageWidget):
    """Maps and sensitive species, one list at a time. `open(section)`: "maps" or "species"."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._section = MAPS
        self._latest = Latest(context.background)
        self._sections = ChipRow([], multiple=False, required=True, framed=False, name="maps.sections")
        self._sections.changed.connect(lambda codes: self._to(codes[0]))
        self._maps = MapsFace(self.choose_map, self.ask_remove_map)
        self._species = SpeciesFace(
            self.new_rule, self.edit_rule, self.remove_rule, self.choose_list, self.ask_remove_list
        )
        self._layer_form = LayerForm(self.load_map, self.go_back)
        self._rule_form = RuleForm(self._services, self.save_rule, self.go_back)
        self._layer_form.changed.connect(lambda _wanted: self._show_sample())
        self._layer_form.part_changed.connect(self._look_at_part)
        self._species.rules.opened.connect(lambda _key: self.edit_rule())
        self._stack = QStackedWidget()
        for widget in (self._maps, self._species, self._layer_form, self._rule_form):
            self._stack.addWidget(widget)
        self._working = Working(name="maps.working")
        self._question = Question(name="maps.question", on_no=self.go_back)
        self._refused = Banner("warning", "", closable=True, name="maps.refused")
        self._refused.hide()
        box = theme.column(self._sections, self._working, self._question, self._refused, self._stack)
        box.setStretch(4, 1)
        self.setLayout(box)
        for section, (_label, key) in SECTIONS.items():
            live_key(self._sections, key, partial(self._to, section))

    # ---------------------------------------------------------------------------------------- showing

    def open(self, section: str = "", path: str = "", **_params: Any) -> None:
        """Read both lists anew and show one of them; `path` is a file to be loaded as a map."""
        if section in SECTIONS:
            self._section = section
        self._show()
        if path:
            self._look(Path(path))

    def _to(self, section: str) -> None:
        self._section = section
        self._show()

    def _show(self) -> None:
        db = self._services.db
        layers = areas.layers(db)
        rules = records.roots(db, DIRECTORY, ENTITY)
        lists = sensitivities.lists(db)
        self._maps.show_layers(layers)
        self._species.show_rules(rules, lists, Words(db, {}))
        listed = sum(count for _source, count in lists) + len(rules)
        counts = {MAPS: len(layers), SPECIES: listed}
        self._sections.set_choices(
            [(code, f"{_(label)} · {number_words(counts[code])}", key) for code, (label, key) in SECTIONS.items()]
        )
        self._sections.set_value([self._section])
        self._sections.show()
        self._question.drop()
        maps = ngettext("{n} carte", "{n} cartes", len(layers)).format(n=len(layers))
        held = ngettext("{n} règle de sensibilité", "{n} règles de sensibilité", listed).format(n=number_words(listed))
        self.set_title(_("Cartes et espèces sensibles"), f"{maps} · {held}")
        self._stack.setCurrentWidget(self._maps if self._section == MAPS else self._species)
        self._rest()

    def _rest(self) -> None:
        """Put the cursor where the letters of the page are keys, not text."""
        face = self._maps if self._section == MAPS else self._species
        face.first().setFocus()

    def _begin(self) -> None:
        """Take away what was said of the step before: it is not about this one."""
        self._question.drop()
        self._refused.hide()
        self._context.hush()

    def _show_form(self, form: LayerForm | RuleForm) -> None:
        self._begin()
        self._sections.hide()
        self._stack.setCurrentWidget(form)

    # ------------------------------------------------------------------------------------------- maps

    def choose_map(self) -> None:
        """Ask for the file of a map."""
        files.ask_open(self, _("Charger une carte"), _(KINDS_OF_FILES), self._look)

    def _look(self, path: Path, part: str = "", title: str = "") -> None:
        if self._working.is_busy():
            return
        self._begin()

        def done(looked: Looked) -> None:
            self._working.stop()
            self.show_looked(looked, title)

        job = self._context.background.run(work.run_look, path, part, done=done, failed=self._failed)
        self._working.start(_("Lecture de {name}").format(name=path.name), job)

    def show_looked(self, looked: Looked, title: str = "") -> None:
        """Show what a file holds, to be loaded; `title` is what was typed for another part of it."""
        self._layer_form.show_file(looked, title)
        self._show_form(self._layer_form)
        self._layer_form.called.setFocus()
        self._layer_form.called.selectAll()

    def _look_at_part(self, part: str) -> None:
        wanted = self._layer_form.wanted()
        if wanted is not None and part and part != wanted.part:
            self._look(wanted.path, part, "" if wanted.title == wanted.path.stem else wanted.title)

    def _show_sample(self) -> None:
        wanted = self._layer_form.wanted()
        if wanted is not None:
            self._latest.run(work.run_sample, wanted, done=self._layer_form.show_sample)

    def load_map(self) -> None:
        """Load the file that the form shows."""
        if self._working.is_busy() or self._layer_form.lacking():
            return
        wanted = self._layer_form.wanted()
        if wanted is None:
            return
        self._latest.drop()
        self._begin()
        job = self._context.background.run(
            work.run_load,
            self._services,
            wanted,
            done=self._loaded,
            failed=self._failed,
            progress=self._working.tell,
        )
        self._layer_form.show_busy(True)
        self._working.start(_("Chargement de {name}").format(name=wanted.path.name), job, at_once=True)

    def _loaded(self, loaded: Loaded) -> None:
        self._end_work()
        self._section = MAPS
        self._show()
        self._maps.table.select_key(loaded.layer)
        words = ngettext("Carte chargée : {n} zone.", "Carte chargée : {n} zones.", loaded.count)
        self._context.notify(words.format(n=number_words(loaded.count)), "done")

    def ask_remove_map(self) -> None:
        """Ask whether the current map is to go: it is no record, so no undo brings it back."""
        layer = next((one for one in areas.layers(self._services.db) if one.id == self._maps.table.current_key()), None)
        if layer is None:
            return
        self._begin()
        sentence = _(
            "Retirer la carte « {name} » ? Les envois n’en diront plus rien. Elle se recharge depuis {file}."
        ).format(name=layer.name, file=layer.file_name)
        self._question.ask(sentence, _("Retirer"), _("La garder"), partial(self._remove_map, layer.id))
        self._question.yes.setFocus()

    def _remove_map(self, layer: int) -> None:
        areas.remove_layer(self._services.db, layer)
        self._show()
        self._context.notify(_("Carte retirée."), "done")

    # ---------------------------------------------------------------------------------------- species

    def new_rule(self) -> None:
        """Show an empty rule."""
        self._show_form(self._rule_form)
        self._rule_form.show_rule(None)

    def edit_rule(self) -> None:
        """Show the current rule."""
        record = records.get(self._services.db, str(self._species.rules.current_key() or ""))
        if record is not None:
            self._show_form(self._rule_form)
            self._rule_form.show_rule(record)

    def save_rule(self) -> None:
        """Save the rule of the form, as one action that can be undone."""
        found = self._rule_form.changes()
        if not found:
            return
        label = _("Espèce sensible : {name}").format(name=self._rule_form.species.text())
        self._services.on_saved(records.save(self._services.db, found, label).made_at)
        self._show()
        self._species.rules.select_key(found[-1].uid)

    def remove_rule(self) -> None:
        """Remove the current rule; Ctrl+Z brings it back."""
        self._begin()
        record = records.get(self._services.db, str(self._species.rules.current_key() or ""))
        if record is None:
            return
        saved = records.save(self._services.db, [record.removed()], _("Espèce sensible retirée"))
        self._services.on_saved(saved.made_at)
        self._show()
        self._context.notify(_("Règle retirée."), "undo", action=_("Annuler"), key="Ctrl+Z", on=self._context.undo)

    def choose_list(self) -> None:
        """Ask for the file of a list."""
        files.ask_open(self, _("Charger une liste d’espèces sensibles"), _(TABLES), self._load_list)

    def _load_list(self, path: Path) -> None:
        if self._working.is_busy():
            return
        self._begin()
        job = self._context.background.run(
            work.run_list, self._services, path, done=self._list_loaded, failed=self._failed
        )
        self._working.start(_("Lecture de {name}").format(name=path.name), job)

    def _list_loaded(self, loaded: LoadedList) -> None:
        self._end_work()
        self._section = SPECIES
        self._show()
        words = ngettext("Liste chargée : {n} règle.", "Liste chargée : {n} règles.", loaded.count)
        self._context.notify(words.format(n=number_words(loaded.count)), "done")
        has_reference = taxa.reference(self._services.db) is not None
        said = [*_refused_words(loaded), *_unknown_words(loaded, has_reference=has_reference)]
        self._refused.setVisible(bool(said))
        if said:
            self._refused.set("warning" if loaded.refused else "info", " ".join(said))

    def ask_remove_list(self) -> None:
        """Ask whether the current list is to go: it is no record, so no undo brings it back."""
        source = self._species.lists.current_key()
        if not isinstance(source, str):
            return
        self._begin()
        sentence = _("Retirer la liste « {name} » ? Ses espèces ne seront plus protégées dans les envois.").format(
            name=source
        )
        self._question.ask(sentence, _("Retirer"), _("La garder"), partial(self._remove_list, source))
        self._question.yes.setFocus()

    def _remove_list(self, source: str) -> None:
        sensitivities.remove_list(self._services.db, source)
        self._show()
        self._context.notify(_("Liste retirée."), "done")

    # ------------------------------------------------------------------------------------------- page

    def _failed(self, error: BaseException) -> None:
        self._end_work()
        if isinstance(error, CancelledError):
            self._context.notify(_("Arrêté : rien n’a changé."), "info")
        elif isinstance(error, FieldappError):
            self._refused.set("error", str(error))  # beside what it is about: over the header it would cover its keys
            self._refused.show()
        else:
            errors.show(error)

    def _end_work(self) -> None:
        self._working.stop()
        self._layer_form.show_busy(False)

    def go_back(self) -> bool:
        """Stop the work, take back the question or close the form, whichever is there."""
        if self._working.cancel():
            return True
        is_form = self._stack.currentWidget() in (self._layer_form, self._rule_form)
        if not self._question.isHidden() or is_form:
            self._show()
            return True
        return False

    def undo_state(self) -> dict[str, Any]:
        """Return which of the two lists is shown."""
        return {"section": self._section}

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        sections = [
            Action("1", _("les cartes"), partial(self._to, MAPS), "area"),
            Action("2", _("les espèces sensibles"), partial(self._to, SPECIES), "protected"),
        ]
        if self._section == MAPS:
            return [
                Action("N", _("charger une carte"), self.choose_map, "import_file"),
                Action("R", _("retirer la carte choisie"), self.ask_remove_map, "delete"),
                *sections,
            ]
        return [
            Action("N", _("nouvelle règle"), self.new_rule, "add"),
            Action("E", _("modifier la règle choisie"), self.edit_rule, "edit"),
            Action("R", _("retirer la règle choisie"), self.remove_rule, "delete"),
            Action("I", _("charger une liste"), self.choose_list, "import_file"),
            Action("L", _("retirer la liste choisie"), self.ask_remove_list, "delete"),
            *sections,
        ]


def _refused_words(loaded: LoadedList) -> list[str]:
    """Return what to say of the rows that are no rules, the first of them one by one."""
    count = len(loaded.refused)
    if not count:
        return []
    first = ngettext(
        "{n} ligne n’est pas une règle, et ne protège rien.",
        "{n} lignes ne sont pas des règles, et ne protègent rien.",
        count,
    ).format(n=number_words(count))
    return [first, *loaded.refused[:_REFUSED_SHOWN]]


def _unknown_words(loaded: LoadedList, *, has_reference: bool) -> list[str]:
    """Return what to say of the taxa of a list that no list of names here knows."""
    if not loaded.unknown:
        return []
    words = ngettext(
        "{n} code inconnu de fieldapp : sa règle ne sert que si une donnée le porte.",
        "{n} codes inconnus de fieldapp : leurs règles ne servent que si une donnée les porte.",
        loaded.unknown,
    ).format(n=number_words(loaded.unknown))
    return [words if has_reference else f"{words} {_('Chargez TAXREF (Réglages) : il en connaît d’autres.')}"]
