"""The page "exchanges": files that come in and go out, what an import did, and taking one back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from fieldapp.core.errors import CancelledError, StrangeColumnsError, WrongEncodingError
from fieldapp.core.exchange import Exporter, Importer
from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import N_, _, ngettext
from fieldapp.exchange.exporting import ExportReport
from fieldapp.exchange.files import likeliest, of_no_kind
from fieldapp.exchange.preview import Preview
from fieldapp.exchange.report import ImportReport, Outcome, column_labels
from fieldapp.store import changes, records
from fieldapp.store.changes import Action as SavedAction
from fieldapp.ui import errors, files, theme
from fieldapp.ui.page import Action, PageContext, PageWidget
from fieldapp.ui.widgets import Banner
from fieldapp.ui.windows.dated_words import dated_words
from fieldapp.ui.windows.exchange_cards import ExportCard, ImportCard, PastCard, ReportCard, kind_words, preview_words
from fieldapp.ui.windows.exchange_work import EXCEL, UTF8, Wanted, run_export, run_import, run_preview, run_undo
from fieldapp.ui.wording import Words
from fieldapp.ui.working import Working

TABLES = N_("Tables (*.csv *.txt *.tsv *.xlsx *.xls *.ods)")


class ExchangesPage(PageWidget):
    """Two cards for the two ways, and below them the report of the import, or the list of those done."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self._protocols = [item for item in context.services.protocols.values() if item.exports]
        self._importers = [one for item in context.services.protocols.values() for one in item.imports]
        self._protocol = self._protocols[-1]
        self._exporters: dict[str, Exporter] = {}
        self._asked = 0
        self._reported: Wanted | None = None
        self._is_own_target = False
        self._to_undo: SavedAction | None = None
        self._import = ImportCard(self)
        self._export = ExportCard(self, self._protocols)
        self._report = ReportCard(self)
        self._past = PastCard(self)
        self._working = Working(name="exchanges.working")
        self._ask = Banner("warning", "", name="exchanges.ask")
        self._ask.hide()
        self._report.hide()
        theme.on_change().changed.connect(self._arrange)
        self._cards = QWidget()
        cards = theme.row(self._import, self._export)
        cards.setStretch(0, 1)
        cards.setStretch(1, 2)
        self._cards.setLayout(cards)
        box = theme.column(self._cards, self._working, self._ask, self._past, self._report)
        box.setStretch(3, 1)
        box.setStretch(4, 1)
        self.setLayout(box)
        self.setAcceptDrops(True)
        self._export.protocol.changed.connect(lambda codes: self._choose_protocol(codes[0]))
        self._export.kind.changed.connect(lambda _codes: self._count())
        self._export.season.changed.connect(lambda _year: self._count())
        self._export.path.textEdited.connect(lambda text: self._own_target(bool(text.strip())))

    # ---- showing

    def open(self, path: str = "", protocol: str = "", **_params: Any) -> None:
        """Show the imports done and what an export would hold; `path` is a file to import, `protocol` what to export.

        Without a protocol that writes files that of before stays, at first the one with the latest season.
        """
        db = self._context.services.db
        if path:
            self._import.path.setText(path)
            self._report.hide()
        self._past.show_past(changes.of_kind(db, "import"), Words(db, {}))
        self.set_title(_("Échanges"))
        writes = any(item.code == protocol for item in self._protocols)
        self._choose_protocol(protocol if writes else self._protocol.code if self._exporters else self._latest().code)
        self._arrange()
        self._rest()

    def _latest(self) -> StudyProtocol:
        """Return the protocol with the latest season here; with nothing here the last of the list."""
        db = self._context.services.db

        def season(protocol: StudyProtocol) -> int:
            return max(records.years(db, protocol.code, protocol.exports[0].dated_entity), default=0)

        latest: StudyProtocol = max(reversed(self._protocols), key=season)
        return latest

    def _choose_protocol(self, code: str) -> None:
        """Offer the files of a protocol, of the seasons that it has."""
        self._protocol = next(item for item in self._protocols if item.code == code)
        offered = [item for item in self._protocol.exports if "taxon" not in item.options]
        if self._exporters.keys() != {item.code for item in offered}:
            self._exporters = {item.code: item for item in offered}
            self._export.show_kinds(self._protocol, offered)
        years = records.years(self._context.services.db, code, self._exporter().dated_entity)
        self._export.season.set_years(years)
        self._count()

    def next_protocol(self) -> None:
        """Choose the next protocol to write from."""
        codes = [item.code for item in self._protocols]
        code = codes[(codes.index(self._protocol.code) + 1) % len(codes)]
        self._choose_protocol(code)

    def _rest(self) -> None:
        """Put the cursor where the letters of the page are keys, not text."""
        if self._is_report() and not self._report.table.isHidden():
            self._report.table.setFocus()
        elif not self._is_report() and not self._past.table.isHidden():
            self._past.table.setFocus()
        else:
            self._import.button.setFocus()

    def _exporter(self) -> Exporter:
        return self._exporters[self._export.kind.value()[0]]

    def next_kind(self) -> None:
        """Choose the next kind of file."""
        self._export.kind.toggle(self._other().code)

    def _other(self) -> Exporter:
        codes = list(self._exporters)
        return self._exporters[codes[(codes.index(self._exporter().code) + 1) % len(codes)]]

    def _own_target(self, is_own: bool) -> None:
        self._is_own_target = is_own

    def _count(self) -> None:
        """Say in words what the file would hold."""
        exporter, year = self._exporter(), self._export.season.year()
        if not self._is_own_target:
            name = Path(exporter.filename)
            season = str(year) if year else _("toutes_saisons")
            target = files.start_folder() / f"{name.stem}_{season}{name.suffix}"
            self._export.path.setText(files.home_words(target))
        self._asked += 1
        number = self._asked
        self._export.words.setText(_("comptage…"))
        self._export.incomplete.hide()
        self._context.background.run(
            run_preview,
            self._context.services,
            exporter,
            year,
            done=lambda found: self._show_preview(found) if number == self._asked else None,
        )

    def _show_preview(self, found: Preview) -> None:
        words = preview_words(found, dated_words(self._protocol))
        self._export.words.setText(words if found.rows or found.visits else _("Rien à exporter encore."))
        self._export.button.setEnabled(bool(found.rows))
        self._export.incomplete.setVisible(bool(found.incomplete))

    def see_incomplete(self) -> None:
        """Open the page of the data on the visits that lack something."""
        year = self._export.season.year()
        self._context.navigate("data", protocol=self._protocol.code, year=year, incomplete=True)

    # ---- import

    def choose_import(self) -> None:
        """Ask for the file to read."""
        files.ask_open(self, _("Importer un fichier"), TABLES, self._name_file)

    def _name_file(self, path: Path) -> None:
        self._import.path.setText(files.home_words(path))
        self._import.button.setFocus()

    def start_import(self) -> None:
        """Read the file that is named."""
        text = self._import.path.text().strip().strip('"')
        if not text:  # the cursor stays where the letters of the page are keys
            words = _("Donnez d’abord le fichier : F2 pour taper son chemin, F3 pour le choisir, ou déposez-le.")
            self._context.notify(words, "info")
            return
        self._run_import(Wanted(Path(text).expanduser(), mend=self._import.mend.isChecked()))

    def start_update(self) -> None:
        """Read the same file again, its values taking the place of ours."""
        if self._reported is not None:
            self._run_import(replace(self._reported, update=True))

    def start_mending(self) -> None:
        """Read the same file again, what is evident put right."""
        if self._reported is not None:
            self._run_import(replace(self._reported, mend=True))

    def _run_import(self, wanted: Wanted) -> None:
        if self._working.is_busy():
            return
        importer = likeliest(self._importers, wanted.path)
        self._hide_ask()
        job = self._context.background.run(
            run_import,
            self._context.services,
            importer,
            wanted,
            done=lambda report: self._imported(report, importer, wanted),
            failed=lambda error: self._not_imported(error, wanted),
            progress=self._working.tell,
        )
        self._busy(True)
        self._working.start(_("Import de {name}").format(name=wanted.path.name), job, at_once=True)

    def _not_imported(self, error: BaseException, wanted: Wanted) -> None:
        """Say why the file was refused; where its encoding may be the one of Excel, offer to read it so."""
        if isinstance(error, StrangeColumnsError) and len(self._importers) > 1:
            error = of_no_kind(self._importers, wanted.path)
        if not isinstance(error, WrongEncodingError) or wanted.encoding != UTF8:
            self._failed(error)
            return
        self._done_working()
        self._ask.set(
            "error",
            str(error),
            action=_("Lire en Latin-1 (cp1252)"),
            key="L",
            on=lambda: self._run_import(replace(wanted, encoding=EXCEL)),
        )
        self._ask.show()
        self._rest()

    def _busy(self, busy: bool) -> None:
        for button in (self._import.button, self._export.button, self._report.update_button, self._report.undo_button):
            button.setEnabled(not busy)

    def _imported(self, report: ImportReport, importer: Importer, wanted: Wanted) -> None:
        self._done_working()
        self._reported = wanted
        if report.action is not None:
            self._tell_saved()
        labels = column_labels(importer, self._context.services.db.protocols.values())
        protocol = next(item for item in self._context.services.protocols.values() if importer in item.imports)
        self._report.show_report(report, importer, labels, of_barrier=protocol.board is not None)
        self._show_report(True)
        counts = report.counts
        new = ngettext("{n} ligne créée", "{n} lignes créées", counts[Outcome.CREATED]).format(
            n=counts[Outcome.CREATED]
        )
        refused = ngettext("{n} refusée", "{n} refusées", report.refused).format(n=report.refused)
        self._context.notify(
            _("Import fini : {new}, {refused}.").format(new=new, refused=refused),
            "warning" if report.refused else "done",
        )
        if protocol in self._protocols:
            self._choose_protocol(protocol.code)
        self._refresh()
        self._rest()

    def see_barrier(self) -> None:
        """Open the barrier that came in, the list of them where there are several."""
        if self._report.barrier_button.isHidden() or self._protocol.board is None:
            return
        sites = records.roots(self._context.services.db, self._protocol.code, self._protocol.board.site)
        self._context.navigate("barrier", **({"site": sites[0].uid} if len(sites) == 1 else {}))

    def see_batches(self) -> None:
        """Open the register of what is handed to recipients, where the other formats are."""
        self._context.navigate("batches")

    def _way_on(self) -> list[Action]:
        shown = not self._report.barrier_button.isHidden()
        return [Action("B", _("voir la barrière"), self.see_barrier, "barrier")] if shown else []

    def _arrange(self) -> None:
        """Lay the page out anew for another size of the text."""
        self._show_report(self._is_report())

    def _is_report(self) -> bool:
        return not self._report.isHidden()

    def _show_report(self, shown: bool) -> None:
        """Show the report of the import, which has the page for itself, or the imports done.

        With large text the cards need the room of what is empty: that no import was done is not worth a card.
        """
        is_large = theme.current().scale > 1.0
        self._report.setVisible(shown)
        self._past.setVisible(not shown and not (is_large and not self._past.by_id))
        self._cards.setVisible(not shown)

    def _failed(self, error: BaseException) -> None:
        self._done_working()
        if isinstance(error, CancelledError):
            self._context.notify(_("Arrêté : rien du fichier n’a été gardé."), "info")
        else:
            errors.show(error)
        self._rest()

    def _done_working(self) -> None:
        self._working.stop()
        self._busy(False)

    def _tell_saved(self) -> None:
        made_at = changes.last_saved_at(self._context.services.db)
        if made_at:
            self._context.services.on_saved(made_at)

    def _refresh(self) -> None:
        """Read the list of imports and the seasons anew, and leave what is shown."""
        db = self._context.services.db
        self._past.show_past(changes.of_kind(db, "import"), Words(db, {}))
        self._export.season.set_years(records.years(db, self._protocol.code, self._exporter().dated_entity))
        self._count()

    def save_report(self) -> None:
        """Ask for a file and write the report of each line into it."""
        report = self._report.report
        if report is not None:
            name = f"rapport_{files.safe_name(report.path.stem)}.csv"
            files.ask_save(self, _("Rapport d’import"), name, files.CSV, lambda path: self._write_report(report, path))

    def _write_report(self, report: ImportReport, path: Path) -> None:
        report.write_csv(path)
        self._tell_written(_("Rapport écrit : {path}").format(path=path), path)

    # ---- taking back

    def _chosen_action(self) -> SavedAction | None:
        if self._is_report():
            report = self._report.report
            number = report.action if report else None
            return changes.by_id(self._context.services.db, number) if number is not None else None
        return self._past.chosen()

    def ask_undo(self) -> None:
        """Say what taking back the import will do, and wait for the word."""
        action = self._chosen_action()
        if action is None:
            self._context.notify(_("Il n’y a rien à retirer : cet import n’a rien ajouté, ou est déjà annulé."), "info")
            return
        self._to_undo = action
        self._ask.set(
            "warning",
            _(
                "« {label} » sera retiré en entier, sauf si une fiche a changé depuis. Le fichier peut être réimporté."
            ).format(label=action.label),
            action=_("Retirer cet import"),
            key="Ctrl+Return",
            on=self._undo,
        )
        self._ask.show()

    def _undo(self) -> None:
        action, self._to_undo = self._to_undo, None
        self._hide_ask()
        if action is None:
            return
        job = self._context.background.run(
            run_undo, self._context.services, action, done=lambda _saved: self._undone(action), failed=self._failed
        )
        self._busy(True)
        self._working.start(_("Annulation de « {label} »").format(label=action.label), job)

    def _undone(self, action: SavedAction) -> None:
        self._done_working()
        self._tell_saved()
        self._show_report(False)
        self._context.notify(_("Import annulé : {label}").format(label=action.label), "undo")
        self._refresh()
        self._rest()

    def _hide_ask(self) -> None:
        self._ask.hide()
        self._ask.button.set_key("")

    # ---- export

    def choose_target(self) -> None:
        """Ask for the file to write."""
        name = Path(self._export.path.text()).name or self._exporter().filename
        files.ask_save(self, _("Exporter"), name, files.CSV, self._targeted)

    def _targeted(self, path: Path) -> None:
        self._export.path.setText(files.home_words(path))
        self._own_target(True)
        self._export.button.setFocus()

    def start_export(self) -> None:
        """Write the file."""
        text = self._export.path.text().strip().strip('"')
        if not text or self._working.is_busy():
            self._export.path.setFocus()
            return
        job = self._context.background.run(
            run_export,
            self._context.services,
            self._exporter(),
            Path(text).expanduser(),
            self._export.season.year(),
            done=self._exported,
            failed=self._not_exported,
        )
        self._busy(True)
        self._working.start(_("Écriture de {name}").format(name=Path(text).name), job)

    def _exported(self, report: ExportReport) -> None:
        self._done_working()
        self._rest()
        self._export.words.setText(report.text())  # too long for a notice, which would cover what it is about
        self._tell_written(_("Fichier écrit : {name}").format(name=report.path.name), report.path)

    def _not_exported(self, error: BaseException) -> None:
        """Say why the file was not written; its name is what has to be changed."""
        self._failed(error)
        self._export.path.setFocus()

    def _tell_written(self, words: str, path: Path) -> None:
        self._context.notify(words, action=_("Ouvrir le dossier"), on=lambda: files.open_folder(path))

    # ---- page

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take one file."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Put the dropped file's path into the line."""
        for url in event.mimeData().urls():
            if url.isLocalFile():
                self._name_file(Path(url.toLocalFile()))
                break

    def start_another(self) -> None:
        """Close the report, and put the cursor into the line for the next file."""
        self._show_report(False)
        self._import.path.setFocus()
        self._import.path.selectAll()

    def go_back(self) -> bool:
        """Cancel the work, leave the question, close the report: in this order, one at a time."""
        if self._working.cancel():
            return True
        if self._ask.isVisible():
            self._hide_ask()
            return True
        if self._is_report():
            self._show_report(False)
            self._past.select_newest()
            self._rest()
            return True
        return False

    def actions_of_page(self) -> Sequence[Action]:
        """Return the keys of the page."""
        undo = Action("A", _("annuler l’import montré ou choisi"), self.ask_undo, "undo")
        if self._is_report():
            return [
                Action("F2", _("importer un autre fichier"), self.start_another, "import_file"),
                Action("G", _("enregistrer le rapport"), self.save_report, "save"),
                Action("R", _("corriger ce qui est évident"), self.start_mending, "check"),
                Action("V", _("reprendre les valeurs du fichier"), self.start_update, "redo"),
                *self._way_on(),
                undo,
            ]
        return [
            Action("F2", _("taper le chemin du fichier à importer"), self._import.path.setFocus),
            Action("F3", _("le choisir"), self.choose_import, "open_folder"),
            Action("I", _("importer"), self.start_import, "import_file"),
            *self._export.season.keys(),
            Action("P", _("exporter un autre suivi"), self.next_protocol),
            Action("M", _("corriger en important ce qui est évident, ou non"), self._import.mend.toggle, "check"),
            Action("K", _("exporter : {kind}").format(kind=kind_words(self._other())), self.next_kind),
            Action("C", _(dated_words(self._protocol).see), self.see_incomplete, "filter"),
            Action("F4", _("taper le fichier à écrire"), self._export.path.setFocus),
            Action("F5", _("le choisir"), self.choose_target, "open_folder"),
            Action("E", _("écrire le fichier"), self.start_export, "export_file"),
            Action("D", _("les envois : autres formats, destinataires, registre"), self.see_batches, "archive"),
            undo,
        ]
