"""The page "taxref": which names are known beside the protocols' own, a newer file, what it means for the records."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QWidget

from fieldapp.core.errors import CancelledError, FieldappError
from fieldapp.core.text import N_, _, ngettext
from fieldapp.exchange import taxref
from fieldapp.exchange.taxref import Loaded
from fieldapp.store import taxa
from fieldapp.store.taxa import Reference
from fieldapp.ui import errors, theme
from fieldapp.ui.background import Progress
from fieldapp.ui.files import ask_open
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, RecordTable
from fieldapp.ui.widgets import (
    ActionButton,
    Banner,
    Card,
    ChipRow,
    EmptyState,
    LabeledField,
    follow_width,
    text_label,
)
from fieldapp.ui.wording import ABSENT, instant_words, number_words
from fieldapp.ui.working import Working

FILES = N_("TAXREF (TAXREF*.zip TAXREF*.txt CDNOM_DISPARUS*)")

FRANCE, EVERYWHERE = "france", "everywhere"


def load(services: Services, path: Path, *, everywhere: bool, progress: Progress) -> Loaded:
    """Read a TAXREF file, or its table of withdrawn numbers, on a connection of its own."""
    with services.open_own() as db:
        if taxref.is_companion(path):
            return taxref.load_withdrawn(db, path)
        return taxref.load(db, path, everywhere=everywhere, progress=progress.report)


def standing(services: Services, about: Reference) -> Loaded:
    """Return what the loaded reference means for the records, on a connection of its own."""
    with services.open_own() as db:
        return taxref.standing(db, about)


class TaxrefPage(PageWidget):
    """O asks for a file; the names before stay until the new ones are whole."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._about = text_label("", "secondary", wrap=True, name="taxref.about")
        self._scope = ChipRow(
            [(FRANCE, _("France métropolitaine")), (EVERYWHERE, _("Toute la France, outre-mer compris"))],
            multiple=False, required=True, framed=False, name="taxref.scope",
        )  # fmt: skip
        self._scope.set_value([FRANCE])
        self._choose = ActionButton(
            _("Choisir un fichier…"), "import_file", "O", primary=True, name="taxref.choose", on=self._ask
        )
        self._working = Working(name="taxref.working")
        self._refused = Banner("error", "", closable=True, name="taxref.refused")
        self._refused.hide()
        self._table = RecordTable(
            [
                Column("cd_nom", number=True, strong=True, chars=10),
                Column(_("Remplacé par"), chars=28),
                Column(_("Raison"), stretch=True),
                Column(_("Données"), number=True, chars=9),
            ],
            name="taxref.table",
        )
        self._fine = EmptyState(
            "check",
            _("Rien à revoir"),
            _("Tous les taxons de vos données sont connus, aucun n’a été retiré de TAXREF."),
            name="taxref.fine",
        )
        self._effect = Card(_("Ce que cela change pour vos données"), "data", name="taxref.effect")
        self._effect.add(self._table, 1)
        self._effect.add(self._fine, 1)
        below = QWidget()  # keeps the room while there is nothing to say in it
        below.setLayout(theme.column(self._effect))
        box = theme.column(self._file_card(), self._working, self._refused, below)
        box.setStretch(3, 1)
        self.setLayout(box)

    def _file_card(self) -> Card:
        card = Card(_("Noms chargés"), "search", name="taxref.card")
        card.add(self._about)
        card.add(LabeledField(_("Noms à prendre"), self._scope, key="F2", on_key=self._next_scope))
        card.add(
            text_label(
                _(
                    "Prenez l’archive TAXREF sur le site de l’INPN (TAXREF_v18_2025.zip), ou le fichier .txt qu’elle "
                    "contient. La lecture prend une demi-minute environ, pendant laquelle vous pouvez saisir : les "
                    "noms d’avant servent jusqu’au bout. Vos fiches gardent le nom et le cd_nom saisis."
                ),
                "secondary",
                wrap=True,
            )
        )
        card.add(theme.row(self._choose, 1))
        follow_width(card)  # never less high than its words
        return card

    def _next_scope(self) -> None:
        """Take the names of the other scope with the next file."""
        self._scope.set_value([FRANCE if self._scope.value() == [EVERYWHERE] else EVERYWHERE])

    def open(self, **_params: Any) -> None:
        """Show what is loaded, and what it means for the records."""
        about = taxa.reference(self._services.db)
        self._say(about)
        if about is None:
            self._effect.hide()
        elif not self._working.is_busy():
            self._context.background.run(standing, self._services, about, done=self._show)
        self._choose.setFocus()

    def _say(self, about: Reference | None) -> None:
        if about is None:
            self.set_title(_("Référentiel TAXREF"), _("pas encore chargé"))
            self._about.setText(
                _("Seules les listes des suivis sont connues. Avec TAXREF, tout nom de France se trouve à la frappe.")
            )
            return
        version = _("version {version}").format(version=about.version or "?")
        self.set_title(_("Référentiel TAXREF"), f"{version} · {instant_words(about.loaded_at)}")
        self._scope.set_value([EVERYWHERE if about.everywhere else FRANCE])
        names = ngettext("{n} nom", "{n} noms", about.names).format(n=number_words(about.names))
        synonyms = ngettext("dont {n} synonyme", "dont {n} synonymes", about.synonyms)
        withdrawn = ngettext("{n} cd_nom retiré connu", "{n} cd_nom retirés connus", about.withdrawn)
        self._about.setText(
            _("{file} : {names}, {synonyms} ; {withdrawn}.").format(
                file=about.file_name,
                names=names,
                synonyms=synonyms.format(n=number_words(about.synonyms)),
                withdrawn=withdrawn.format(n=number_words(about.withdrawn)),
            )
        )

    def _ask(self) -> None:
        if not self._working.is_busy():
            ask_open(self, _("Fichier TAXREF"), FILES, self._load)

    def _load(self, path: Path) -> None:
        self._choose.setEnabled(False)
        self._refused.hide()
        job = self._context.background.run(
            load,
            self._services,
            path,
            everywhere=self._scope.value() == [EVERYWHERE],
            done=self._loaded,
            failed=self._failed,
            progress=self._working.tell,
        )
        self._working.start(_("Lecture de {path}").format(path=path.name), job, at_once=True)

    def _loaded(self, loaded: Loaded) -> None:
        self._end()
        self._say(loaded.reference if loaded.reference.names else None)
        self._show(loaded)
        self._context.notify(_("TAXREF est chargé : ses noms se trouvent dès maintenant à la frappe."), "done")

    def _failed(self, error: BaseException) -> None:
        self._end()
        if isinstance(error, CancelledError):
            self._context.notify(_("Annulé : les noms d’avant sont toujours là."))
        elif isinstance(error, FieldappError):
            self._refused.set("error", str(error))  # beside what it is about: over the header it would cover its keys
            self._refused.show()
        else:
            errors.show(error)

    def _end(self) -> None:
        self._working.stop()
        self._choose.setEnabled(True)
        self._choose.setFocus()

    def _show(self, loaded: Loaded) -> None:
        """List the numbers of our records that the reference does not know any more, or never knew."""
        known = taxa.by_cd_nom(self._services.db, [item.replacement for item, _times in loaded.withdrawn])
        rows = []
        for item, times in loaded.withdrawn:
            taxon = known.get(item.replacement)
            instead = f"{item.replacement} {taxon.lb_nom}" if taxon else str(item.replacement or ABSENT)
            rows.append((str(item.cd_nom), instead, item.reason or ABSENT, number_words(times)))
        rows += [
            (str(cd_nom), ABSENT, _("inconnu de toutes les listes"), number_words(times))
            for cd_nom, times in loaded.unknown.items()
        ]
        self._table.show_rows(rows)
        self._table.setVisible(bool(rows))
        self._fine.setVisible(not rows)
        self._effect.show()

    def go_back(self) -> bool:
        """Cancel the reading that goes on."""
        return self._working.cancel()

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        return [
            Action("O", _("choisir un fichier TAXREF"), self._ask, "import_file"),
            Action("F2", _("noms à prendre : France métropolitaine, ou toute la France"), self._next_scope),
        ]
