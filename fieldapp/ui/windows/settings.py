"""The page "settings": who records, how it looks, the training mode, backups and the diagnostic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from fieldapp import __version__
from fieldapp.core.text import LANGUAGES, _
from fieldapp.store import records
from fieldapp.ui import rounds, theme
from fieldapp.ui.diagnostics import write_bundle
from fieldapp.ui.files import ask_save, home_words
from fieldapp.ui.forms.links import Directory
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.widgets import ActionButton, Card, ChipRow, LabeledField, Suggest, scrolled, text_label


class SettingsPage(PageWidget):
    """Everything takes effect at once; there is nothing to confirm."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._people = Directory(self._services, "person")
        self._who = Suggest(self._people.search, placeholder=_("votre nom, puis Entrée"), name="settings.who")
        self._who.chosen.connect(lambda row: self._choose_person(row.key))
        self._theme = ChipRow(
            [(code, _(label)) for code, label in theme.THEME_LABELS.items()],
            multiple=False, required=True, framed=False, name="settings.theme",
        )  # fmt: skip
        self._scale = ChipRow(
            [(f"{factor:g}", _(label)) for label, factor in theme.SCALES.items()],
            multiple=False, required=True, framed=False, name="settings.scale",
        )  # fmt: skip
        self._language = ChipRow(
            list(LANGUAGES.items()), multiple=False, required=True, framed=False, name="settings.language"
        )
        self._theme.changed.connect(lambda codes: self._change(theme=codes[0]))
        self._scale.changed.connect(lambda codes: self._change(text_scale=float(codes[0])))
        self._language.changed.connect(lambda codes: self._change(language=codes[0]))
        self._training = ActionButton(icon="training", key="Ctrl+T", name="settings.training", on=self._switch, text="")
        cards = QWidget()
        cards.setLayout(theme.column(theme.row(self._person_card(), self._look_card()), self._data_card(), 1))
        self.setLayout(theme.column(scrolled(cards)))

    def open(self, section: str = "", **_params: Any) -> None:
        """Show the settings as they are; `section` "training" stands on the way into the training mode."""
        chosen = self._services.settings
        self.set_title(_("Réglages"), _("fieldapp {version}").format(version=__version__))
        self._who.setText(chosen.who_name)
        self._theme.set_value([chosen.theme])
        self._scale.set_value([f"{chosen.text_scale:g}"])
        self._language.set_value([chosen.language])
        self._training.set_text(
            _("Quitter l’entraînement") if self._services.training else _("Passer en mode entraînement")
        )
        self._training.setEnabled(not self._services.past)
        (self._training if section == "training" else self._who).setFocus()

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        return (
            Action("Ctrl+T", _("entrer dans le mode entraînement, ou en sortir"), self._switch, "training"),
            Action("Ctrl+P", _("l’annuaire : personnes et jeux de données"), self._directory, "observers"),
            Action("Ctrl+E", _("les cartes et les espèces sensibles"), self._maps, "area"),
            Action("Ctrl+B", _("les sauvegardes"), self._backups, "backup"),
            Action("Ctrl+N", _("les noms de TAXREF"), self._taxref, "search"),
            Action("Ctrl+D", _("enregistrer un diagnostic sans données personnelles"), self._diagnostic, "copy_report"),
        )

    def _person_card(self) -> Card:
        card = Card(_("Qui saisit"), "observer", name="settings.person")
        card.add(LabeledField(_("Nom Prénom"), self._who))
        card.add(
            text_label(
                _("Votre nom accompagne chaque saisie dans l’historique. Écrivez-le comme la SHF le connaît."),
                "secondary",
                wrap=True,
            )
        )
        card.add(LabeledField(_("Langue"), self._language))
        return card

    def _look_card(self) -> Card:
        card = Card(_("Apparence"), "theme", name="settings.look")
        card.add(LabeledField(_("Thème"), self._theme))
        card.add(LabeledField(_("Taille du texte"), self._scale))
        card.add(
            text_label(
                _("« Nuit rouge » n’éclaire qu’en rouge : les yeux restent faits à la nuit."), "secondary", wrap=True
            )
        )
        return card

    def _data_card(self) -> Card:
        card = Card(_("Données"), "data", name="settings.data")
        path = text_label(home_words(self._services.path), "secondary", wrap=True, name="settings.path")
        path.setTextInteractionFlags(path.textInteractionFlags().TextSelectableByMouse)
        card.add(theme.column(text_label(_("Vos relevés sont dans ce fichier :"), "small"), path, spacing=theme.XS))
        open_folder = ActionButton(_("Ouvrir le dossier"), "open_folder", name="settings.folder", on=self._open_folder)
        backups = ActionButton(_("Sauvegardes"), "backup", "Ctrl+B", name="settings.backups", on=self._backups)
        report = ActionButton(_("Diagnostic"), "copy_report", "Ctrl+D", name="settings.diagnostic", on=self._diagnostic)
        people = ActionButton(_("Annuaire"), "observers", "Ctrl+P", name="settings.directory", on=self._directory)
        maps = ActionButton(_("Cartes"), "area", "Ctrl+E", name="settings.maps", on=self._maps)
        card.add(theme.row(people, maps, backups, open_folder, 1, spacing=theme.S))
        card.add(
            text_label(
                _("L’entraînement ouvre une base jetable avec la saison de démonstration : rien n’y compte."),
                "secondary",
                wrap=True,
            )
        )
        names = ActionButton(_("TAXREF"), "search", "Ctrl+N", name="settings.taxref", on=self._taxref)
        card.add(theme.row(self._training, names, report, 1, spacing=theme.S))
        return card

    def _choose_person(self, key: str) -> None:
        uid = self._people.settle(key)
        name = self._people.name(uid)
        self._services.change_settings(replace(self._services.settings, who=uid, who_name=name))
        self._who.setText(name)
        words = _("Bonjour {name} : vos saisies porteront votre nom.").format(name=name)
        offer: dict[str, Any] = {}
        if self._is_empty():
            go_on = partial(self._context.navigate, "today")
            offer = {"action": _("Continuer"), "key": "Alt+1", "on": go_on, "live": False}
        self._context.notify(words, "done", **offer)

    def _is_empty(self) -> bool:
        """Return whether the database has no aire yet: this is a first start, and its steps wait on the start page."""
        db, protocols = self._services.db, rounds.with_rounds(self._services.protocols)
        return not any(records.count(db, one.code, rounds.form_of(one).group) for one in protocols)

    def _change(self, **values: Any) -> None:
        self._services.change_settings(replace(self._services.settings, **values))

    def _switch(self) -> None:
        self._services.switch_training(not self._services.training)

    def _directory(self) -> None:
        self._context.navigate("directory")

    def _maps(self) -> None:
        self._context.navigate("maps")

    def _backups(self) -> None:
        self._context.navigate("backups")

    def _taxref(self) -> None:
        self._context.navigate("taxref")

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._services.path.parent)))

    def _diagnostic(self) -> None:
        ask_save(self, _("Enregistrer un diagnostic"), "fieldapp-diagnostic.zip", "ZIP (*.zip)", self._write)

    def _write(self, target: Path) -> None:
        names = [str(row.title) for row in self._people.search("")]
        write_bundle(target, self._services, [self._services.settings.who_name, *names])
        self._context.notify(_("Diagnostic enregistré : {path}").format(path=target), "done")
