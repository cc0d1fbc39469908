"""The page "batches": who got what, when; a file again as it left, what stood beside it, the register as a table."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QStackedWidget, QWidget

from fieldapp.core.text import N_, _, ngettext
from fieldapp.exchange import register
from fieldapp.exchange.batch_request import precision_words
from fieldapp.exchange.formats import formats
from fieldapp.exchange.register import Entry
from fieldapp.store import batches
from fieldapp.ui import errors, files, theme
from fieldapp.ui.batches.words import manifest_rows
from fieldapp.ui.batches.work import run_register, run_resend
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.tables import Column, RecordTable
from fieldapp.ui.widgets import ActionButton, Card, EmptyState, FlowLayout, follow_width, text_label
from fieldapp.ui.windows.fitting import ColumnFit
from fieldapp.ui.wording import day_words, number_words
from fieldapp.ui.working import Working

ANY_FILE = N_("Fichiers (*)")

FOLDER_KEY = "Ctrl+O"
"""The key that opens the folder of the file that was just written, while the notice says so."""


class BatchesPage(PageWidget):
    """The register, newest first. `open(delivery)` stands on one."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._services: Services = context.services
        self._entries: dict[str, Entry] = {}
        self._formats = formats(self._services.protocols)
        self._table = _table()
        self._fit = ColumnFit(self._table, (2,))
        self._table.current_changed.connect(self._say)
        self._table.opened.connect(lambda _key: self.show_manifest())
        self._empty = EmptyState("export_file", _("Rien n’a encore été envoyé"), " ", name="batches.empty")
        self._words = text_label("", "secondary", wrap=True, name="batches.words")
        self._stack = QStackedWidget()
        self._stack.addWidget(self._table)
        self._stack.addWidget(self._empty)
        self._list = Card(name="batches.card")
        self._list.add(self._stack, 1)
        self._list.add(self._words)
        self._manifest = RecordTable(
            [Column(_("Ce que dit le bordereau"), strong=True, chars=24), Column("", stretch=True)],
            name="batches.manifest_rows",
        )
        self._sheet = Card(_("Bordereau"), "info", " ", name="batches.manifest_card")
        self._sheet.add(self._manifest, 1)
        close = ActionButton(_("Fermer"), name="batches.manifest_close", on=self.go_back)
        close.show_key("Esc")
        self._sheet.add(theme.row(close, 1))
        self._sheet.hide()
        self._working = Working(name="batches.working")
        box = theme.column(self._list, self._sheet, self._working, self._foot())
        box.setStretch(0, 1)
        box.setStretch(1, 1)
        self.setLayout(box)
        for before, after in pairwise(self._stops):
            self.setTabOrder(before, after)

    def _foot(self) -> QWidget:
        people = ActionButton(_("Destinataires"), "observers", "D", name="batches.recipients", on=self.see_recipients)
        self._csv = ActionButton(_("Registre en CSV"), "save", "G", name="batches.csv", on=self.save_register)
        self._see = ActionButton(_("Bordereau"), "info", "B", name="batches.manifest", on=self.show_manifest)
        self._again = ActionButton(_("Renvoyer"), "redo", "R", name="batches.resend", on=self.resend)
        self._follow = ActionButton(_("Suite"), "next", "S", name="batches.follow", on=self.go_on)
        new = ActionButton(_("Nouvel envoi"), "add", "N", primary=True, name="batches.new", on=self.add)
        self._people, self._new = people, new
        self._stops = (self._table, people, self._csv, self._see, self._again, self._follow, new)
        bar = QWidget()
        flow = FlowLayout(bar, ends_right=True)
        for button in self._stops[1:]:
            flow.addWidget(button)
        follow_width(bar)
        return bar

    # ---- showing

    def open(self, delivery: str = "", **_params: Any) -> None:
        """Read the register anew."""
        found = register.entries(self._services.db)
        self._entries = {one.record.uid: one for one in found}
        self._table.show_rows([self._row(one) for one in found], keys=list(self._entries))
        if delivery in self._entries:
            self._table.select_key(delivery)
        self._stack.setCurrentWidget(self._table if found else self._empty)
        self._say_first()
        self._words.setVisible(bool(found))
        self._show_manifest(False)
        count = ngettext("{n} envoi", "{n} envois", len(found)).format(n=number_words(len(found)))
        self.set_title(_("Envois"), count if found else "")
        self._say()
        if found:
            self._table.setFocus()

    def _say_first(self) -> None:
        """Say while nothing was sent what comes first; its button is the next step then."""
        is_first = not self._entries and not batches.recipients(self._services.db)
        words = _("Ici seront les fichiers remis à d’autres : à qui, quand, à quelles conditions.")
        then = _("N prépare le premier. Les destinataires : D.")
        if is_first:
            then = _("D’abord le destinataire, avec ses conditions : D, puis N. Ensuite, ici, N prépare l’envoi.")
        self._empty.sentence.setText(f"{words} {then}")
        for button, is_next in ((self._people, is_first), (self._new, not is_first)):
            theme.set_role(button, "primary" if is_next else "")

    def _row(self, one: Entry) -> tuple[str, ...]:
        figures = ("records", "taxa", "new", "corrected", "withdrawn")
        return (
            day_words(str(one.value("made_on"))),
            one.recipient,
            str(one.value("file_name")),
            str(one.value("format")).upper(),
            *(number_words(one.value(name) or 0) for name in figures),
        )

    def _current(self) -> Entry | None:
        return self._entries.get(str(self._table.current_key()))

    def _say(self, *_row: object) -> None:
        """Say below the list what was asked for, how exactly, on which conditions."""
        one = self._current()
        for button in (self._see, self._again):
            button.setEnabled(one is not None and one.is_here)
        self._follow.setEnabled(one is not None and one.is_here and self._can_follow(one))
        self._csv.setEnabled(bool(self._entries))
        for button in (self._csv, self._see, self._again, self._follow):
            button.setVisible(bool(self._entries))
        if one is None:
            self._words.setText("")
            return
        form = self._formats.get(str(one.value("format")))
        parts = [
            str(one.value("filter")),
            _(form.label) if form else "",
            precision_words(self._services.db, str(one.value("precision"))),
            str(one.value("purpose")),
            str(one.value("conditions")),
            "" if one.is_here else _("fait sur un autre ordinateur : le fichier est là-bas"),
        ]
        self._words.setText(" · ".join(filter(None, parts)))

    def _can_follow(self, one: Entry) -> bool:
        form = self._formats.get(str(one.value("format")))
        return form is not None and not form.protocol

    # ---- acting

    def add(self) -> None:
        """Prepare a new batch."""
        self._context.navigate("batch_new")

    def go_on(self) -> None:
        """Prepare what changed since the chosen delivery, for the same recipient in the same format."""
        one = self._current()
        if one is not None and self._follow.isEnabled():
            self._context.navigate(
                "batch_new",
                recipient=str(one.record.data.get("recipient", "")),
                format=str(one.value("format")),
                since=True,
            )

    def see_recipients(self) -> None:
        """Open the list of recipients."""
        self._context.navigate("recipients")

    def show_manifest(self) -> None:
        """Show what stood beside the chosen file."""
        one = self._current()
        batch = batches.get(self._services.db, one.record.uid) if one else None
        if batch is None:
            return
        self._manifest.show_rows(manifest_rows(self._services.db, batch.manifest["manifest"]))
        self._sheet.set_title(_("Bordereau"), str(batch.manifest["manifest"]["file"]))
        self._show_manifest(True)
        self._manifest.setFocus()

    def _show_manifest(self, shown: bool) -> None:
        self._sheet.setVisible(shown)
        self._list.setVisible(not shown)

    def resend(self) -> None:
        """Ask where to write the chosen file again."""
        one = self._current()
        if one is not None and one.is_here and not self._working.is_busy():
            name = str(one.value("file_name"))
            files.ask_save(
                self, _("Renvoyer le fichier"), name, ANY_FILE, lambda path: self._resend(one.record.uid, path)
            )

    def _resend(self, delivery: str, path: Path) -> None:
        job = self._context.background.run(
            run_resend,
            self._services,
            delivery,
            path,
            done=lambda _found: self._resent(delivery, path),
            failed=self._failed,
        )
        self._working.start(_("Écriture de {name}").format(name=path.name), job)

    def _resent(self, delivery: str, path: Path) -> None:
        """Say what was written; its manifest is that of then, and so is the name in it."""
        former = str(self._entries[delivery].value("file_name")) if delivery in self._entries else path.name
        if former == path.name:
            self._written(path)
            return
        words = _("Fichier écrit : {name}. C’est {former}, tel qu’il est parti ; son bordereau dit toujours ce nom.")
        self._said(words.format(name=path.name, former=former), path)

    def save_register(self) -> None:
        """Ask where to write the register as a table."""
        if self._entries and not self._working.is_busy():
            files.ask_save(self, _("Registre des envois"), "registre_envois.csv", files.CSV, self._save_register)

    def _save_register(self, path: Path) -> None:
        job = self._context.background.run(
            run_register, self._services, path, done=lambda _count: self._written(path), failed=self._failed
        )
        self._working.start(_("Écriture de {name}").format(name=path.name), job)

    def _written(self, path: Path) -> None:
        self._said(_("Fichier écrit : {name}").format(name=path.name), path)

    def _said(self, words: str, path: Path) -> None:
        self._working.stop()
        self._context.notify(words, action=_("Ouvrir le dossier"), key=FOLDER_KEY, on=lambda: files.open_folder(path))

    def _failed(self, error: BaseException) -> None:
        self._working.stop()
        errors.show(error)

    # ---- page

    def go_back(self) -> bool:
        """Cancel the work, close the manifest: in this order, one at a time."""
        if self._working.cancel():
            return True
        if self._sheet.isHidden():
            return False
        self._show_manifest(False)
        self._table.setFocus()
        return True

    def undo_state(self) -> dict[str, Any]:
        """Return which delivery is chosen."""
        return {"delivery": str(self._table.current_key() or "")}

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        return [
            Action("N", _("préparer un envoi"), self.add, "add"),
            Action("S", _("ce qui a changé depuis l’envoi choisi"), self.go_on, "next"),
            Action("R", _("écrire de nouveau le fichier choisi"), self.resend, "redo"),
            Action("B", _("voir le bordereau de l’envoi choisi"), self.show_manifest, "info"),
            Action("G", _("enregistrer le registre en CSV"), self.save_register, "save"),
            Action("D", _("les destinataires"), self.see_recipients, "observers"),
        ]


def _table() -> RecordTable:
    return RecordTable(
        [
            Column(_("Date"), chars=10),
            Column(_("Destinataire"), strong=True, stretch=True),
            Column(_("Fichier"), chars=24),
            Column(_("Format"), chars=8),
            Column(_("Données"), number=True),
            Column(_("Taxons"), number=True),
            Column(_("Nouv."), number=True),
            Column(_("Corr."), number=True),
            Column(_("Retir."), number=True),
        ],
        name="batches.table",
    )
