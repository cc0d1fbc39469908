"""The cards of the page "exchanges": the file to read, the file to write, the report of an import, the imports done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLineEdit, QSizePolicy, QWidget

from fieldapp.core.exchange import Exporter, Importer
from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import N_, _, ngettext
from fieldapp.exchange.preview import Preview
from fieldapp.exchange.report import ImportReport, Outcome, RowReport
from fieldapp.store.changes import Action as SavedAction
from fieldapp.store.changes import Past
from fieldapp.ui import theme
from fieldapp.ui.season import SeasonStepper
from fieldapp.ui.tables import Column, RecordTable
from fieldapp.ui.widgets import (
    ActionButton,
    Card,
    ChipRow,
    EmptyState,
    FlowLayout,
    KeyHint,
    LabeledField,
    StateBadge,
    live_key,
    text_label,
)
from fieldapp.ui.windows.dated_words import PASSAGES, DatedWords
from fieldapp.ui.windows.fitting import ColumnFit
from fieldapp.ui.wording import Words, instant_words, number_words

BADGES = {
    Outcome.CREATED: "good",
    Outcome.UPDATED: "good",
    Outcome.IDENTICAL: "neutral",
    Outcome.DIFFERENT: "review",
    Outcome.DELETED_HERE: "neutral",
    Outcome.REFUSED: "inaccessible",
}
COUNTED: Mapping[Outcome, Callable[[int], str]] = {
    Outcome.CREATED: lambda n: ngettext("{n} créée", "{n} créées", n),
    Outcome.UPDATED: lambda n: ngettext("{n} mise à jour", "{n} mises à jour", n),
    Outcome.IDENTICAL: lambda n: ngettext("{n} identique", "{n} identiques", n),
    Outcome.DIFFERENT: lambda n: ngettext("{n} différente", "{n} différentes", n),
    Outcome.DELETED_HERE: lambda n: ngettext("{n} supprimée ici", "{n} supprimées ici", n),
    Outcome.REFUSED: lambda n: ngettext("{n} refusée", "{n} refusées", n),
}
"""How many rows had an outcome, in words (`n` is to be filled in)."""

SHOWN = 2000
"""Lines of a report that the table shows; the saved report has them all."""


def preview_words(found: Preview, dated: DatedWords = PASSAGES) -> str:
    """Return what will be in the file, and what will be missing or incomplete, as sentences."""
    rows = ngettext("{n} ligne", "{n} lignes", found.rows).format(n=number_words(found.rows))
    words = _("{rows} à écrire, pour {visits}.").format(rows=rows, visits=dated.count(found.visits))
    if found.without_row and dated.without_row is not None:
        words += " " + dated.without_row(found.without_row)
    if not found.incomplete:
        return f"{words} {_(dated.complete)}"
    lacking = ngettext("◐ {n} incomplet : {reason}", "◐ {n} incomplets, surtout : {reason}", found.incomplete)
    return words + " " + lacking.format(n=number_words(found.incomplete), reason=found.reasons[0][0])


class Deck(Protocol):
    """What the cards ask of their page."""

    def choose_import(self) -> None:
        """Ask for the file to read."""
        ...

    def start_import(self) -> None:
        """Read the file that is named."""
        ...

    def next_kind(self) -> None:
        """Choose the next kind of file."""
        ...

    def next_protocol(self) -> None:
        """Choose the next protocol to write from."""
        ...

    def start_mending(self) -> None:
        """Read the file again, what is evident put right."""
        ...

    def see_incomplete(self) -> None:
        """Show the visits that lack something."""
        ...

    def choose_target(self) -> None:
        """Ask for the file to write."""
        ...

    def start_export(self) -> None:
        """Write the file."""
        ...

    def start_another(self) -> None:
        """Close the report for another file."""
        ...

    def start_update(self) -> None:
        """Read the file again, its values taking the place of ours."""
        ...

    def save_report(self) -> None:
        """Write the report into a file."""
        ...

    def ask_undo(self) -> None:
        """Ask whether the import is to be taken back."""
        ...

    def see_barrier(self) -> None:
        """Open the barrier that came in."""
        ...

    def see_batches(self) -> None:
        """Open what is handed to recipients."""
        ...

    def go_back(self) -> bool:
        """Take one step back."""
        ...


def _chooser(key: str, name: str, on: Callable[[], object]) -> ActionButton:
    """Return the small button that opens a file dialog."""
    button = ActionButton("", "open_folder", key, name=name, on=on)
    button.setAccessibleName(_("choisir le fichier"))
    return button


class ImportCard(Card):
    """Which file to read; a file may be typed, chosen or dropped."""

    def __init__(self, page: Deck) -> None:
        super().__init__(_("Importer un fichier"), "import_file", name="exchanges.import_card")
        self.path = QLineEdit()
        self.path.setObjectName("exchanges.path")
        self.path.setPlaceholderText(_("déposez un fichier ici, ou tapez son chemin"))
        self.path.returnPressed.connect(page.start_import)
        choose = _chooser("F3", "exchanges.choose", page.choose_import)
        field = theme.row(LabeledField(_("Fichier"), self.path, key="F2"), choose, spacing=theme.S)
        field.setStretch(0, 1)
        field.setAlignment(choose, Qt.AlignmentFlag.AlignBottom)
        self.add(field)
        self.mend = QCheckBox(_("Corriger ce qui est évident"))
        self.mend.setObjectName("exchanges.mend")
        tick = KeyHint("M")
        live_key(self, "M", self.mend.toggle)
        self.add(theme.row(tick, self.mend, 1, spacing=theme.S))
        words = _(
            "Rien de ce qui est déjà là n’est remplacé, chaque correction est dite. Un import s’annule en entier."
        )
        self.add(text_label(words, "secondary", wrap=True), 1)
        self.button = ActionButton(
            _("Importer"), "import_file", "I", primary=True, name="exchanges.import", on=page.start_import
        )
        self.add(theme.row(self.button, 1))


class ExportCard(Card):
    """Which file to write: its kind, its season, its place, and what will be in it."""

    def __init__(self, page: Deck, protocols: Sequence[StudyProtocol]) -> None:
        super().__init__(_("Exporter"), "export_file", name="exchanges.export_card")
        self.protocol = ChipRow(
            [(item.code, _(item.label)) for item in protocols],
            multiple=False,
            required=True,
            framed=False,
            name="exchanges.protocol",
        )
        self.kind = ChipRow([], multiple=False, required=True, framed=False, name="exchanges.kind")
        self.season = SeasonStepper(with_all=True, name="exchanges.season")
        season = LabeledField(_("Saison"), self.season)
        of = theme.row(season, LabeledField(_("Suivi"), self.protocol, key="P", on_key=page.next_protocol))
        of.setStretch(1, 1)
        self.add(of)
        self.add(LabeledField(_("Format"), self.kind, key="K", on_key=page.next_kind))
        self.path = QLineEdit()
        self.path.setObjectName("exchanges.target")
        self.path.setAccessibleName(_("fichier à écrire"))
        self.path.returnPressed.connect(page.start_export)
        choose = _chooser("F5", "exchanges.choose_target", page.choose_target)
        field = theme.row(KeyHint("F4"), self.path, choose, spacing=theme.S)
        field.setStretch(1, 1)
        live_key(self, "F4", self.path.setFocus)
        self.add(field)
        self.words = text_label("", "secondary", wrap=True, name="exchanges.preview")
        self.add(self.words, 1)
        self.button = ActionButton(
            _("Écrire le fichier"), "export_file", "E", primary=True, name="exchanges.export", on=page.start_export
        )
        self.incomplete = ActionButton(
            _("À compléter"), "filter", "C", name="exchanges.incomplete", on=page.see_incomplete
        )
        self.incomplete.hide()
        batches = ActionButton(_("Envois"), "archive", "D", name="exchanges.batches", on=page.see_batches)
        self.add(theme.row(self.button, self.incomplete, 1, batches))

    def show_kinds(self, protocol: StudyProtocol, exporters: Sequence[Exporter]) -> None:
        """Offer the kinds of file of a protocol, its first one chosen."""
        self.protocol.set_value([protocol.code])
        self.kind.set_choices([(item.code, kind_words(item)) for item in exporters])
        self.kind.set_value([exporters[0].code])


_KINDS = {
    "shf": N_("standard, par observation"),
    "shf-analyses": N_("analyses, par passage"),
    "crbpo": N_("CRBPO"),
    "banding-year": N_("bilan"),
    "barrier": N_("barrière, par prise et par matin"),
    "euring": N_("EURING"),
    "euring2000plus": N_("EURING 2000+"),
}


def kind_words(exporter: Exporter) -> str:
    """Return the one name that a kind of file has on the page: on its chip and among the keys."""
    return _(_KINDS.get(exporter.code, exporter.label))


class ReportCard(Card):
    """What an import did, line by line, and what can be done about it."""

    def __init__(self, page: Deck) -> None:
        super().__init__(_("Import"), name="exchanges.report")
        self.report: ImportReport | None = None
        self.importer: Importer | None = None
        self._badges = QWidget()
        self._flow = FlowLayout(self._badges)
        self.add(self._badges)
        self._notes = text_label("", "secondary", wrap=True, name="exchanges.notes")
        self.mend_button = ActionButton(
            _("Corriger l’évident"), "check", "R", name="exchanges.mend_rows", on=page.start_mending
        )
        said = theme.row(self._notes, self.mend_button, spacing=theme.S)
        said.setStretch(0, 1)
        self.add(said)
        self.table = RecordTable(
            [
                Column(_("Ligne"), number=True, chars=6),
                Column(_("et aussi"), chars=12),
                Column(_("Résultat"), badge=True, chars=10),
                Column(_("Colonne"), chars=16),
                Column(_("Explication"), stretch=True),
            ],
            name="exchanges.rows",
        )
        ColumnFit(self.table, (1, 3))
        self.add(self.table, 1)
        self._whole = text_label("", wrap=True, name="exchanges.sentence")
        self.add(self._whole)
        self._sentences: list[str] = []
        self.table.current_changed.connect(self._say_whole)
        self._fine = EmptyState("check", _("Rien à signaler"), _("Toutes les lignes ont été comprises."))
        self.add(self._fine, 1)
        self.update_button = ActionButton(
            _("Reprendre les valeurs du fichier"), "redo", "V", name="exchanges.update", on=page.start_update
        )
        self.save_button = ActionButton(
            _("Enregistrer le rapport"), "save", "G", name="exchanges.save_report", on=page.save_report
        )
        self.undo_button = ActionButton(_("Annuler cet import"), "undo", "A", name="exchanges.undo", on=page.ask_undo)
        self.barrier_button = ActionButton(
            _("Voir la barrière"), "barrier", "B", name="exchanges.barrier", on=page.see_barrier
        )
        another = ActionButton(_("Autre fichier"), "import_file", "F2", name="exchanges.another", on=page.start_another)
        close = ActionButton(_("Fermer"), name="exchanges.close", on=page.go_back)
        close.show_key("Esc")
        bar = QWidget()
        flow = FlowLayout(bar)
        for button in (self.barrier_button, self.undo_button, self.save_button, another, self.update_button, close):
            flow.addWidget(button)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        bar.setSizePolicy(policy)
        self.add(bar)

    def show_report(
        self, report: ImportReport, importer: Importer, labels: Mapping[str, str], *, of_barrier: bool = False
    ) -> None:
        """Show what the import did; `labels` are the names of the columns where nothing has to be put right in them.

        With `of_barrier` the way to the barrier is offered, as long as the report stands.
        """
        self.report, self.importer = report, importer
        lines = ngettext("{n} ligne lue", "{n} lignes lues", len(report.rows)).format(n=number_words(len(report.rows)))
        self.set_title(report.path.name, lines)
        while (item := self._flow.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for outcome, count in report.counts.items():
            if count:
                words = COUNTED[outcome](count).format(n=number_words(count))
                self._flow.addWidget(StateBadge(BADGES[outcome], words, name=f"exchanges.count.{outcome}"))
        remarks = alike(report)
        notes = list(report.notes)
        if report.mendable:
            words = ngettext(
                "{n} ligne refusée se corrige d’elle-même, comme c’est dit.",
                "{n} lignes refusées se corrigent d’elles-mêmes, comme c’est dit.",
                report.mendable,
            )
            notes.append(words.format(n=number_words(report.mendable)))
        if len(remarks) > SHOWN:
            notes.append(_("Les {n} premières remarques sont montrées ; le rapport les a toutes.").format(n=SHOWN))
        self._notes.setText(" ".join(notes))
        self._notes.setVisible(bool(notes))
        self._sentences = [rows[0].sentence for rows in remarks[:SHOWN]]
        self.table.show_rows([_remark_row(rows, labels) for rows in remarks[:SHOWN]])
        self._say_whole(self.table.current_key())
        self.table.setVisible(bool(remarks))
        self._whole.setVisible(bool(remarks))
        self._fine.setVisible(not remarks)
        self.update_button.setVisible(bool(report.counts[Outcome.DIFFERENT]))
        self.mend_button.setVisible(bool(report.mendable))
        self.undo_button.setEnabled(report.action is not None)
        self.barrier_button.setVisible(of_barrier)

    def _say_whole(self, key: object) -> None:
        """Write the whole explanation of the current row below the table, which cuts it."""
        self._whole.setText(self._sentences[key] if isinstance(key, int) and key < len(self._sentences) else "")


def alike(report: ImportReport) -> list[list[RowReport]]:
    """Return the rows about which there is something to say, those that say the same together, refused ones first."""
    found: dict[tuple[Outcome, str, str], list[RowReport]] = {}
    for row in sorted(report.remarks, key=lambda row: row.outcome is not Outcome.REFUSED):
        found.setdefault((row.outcome, row.column, row.sentence), []).append(row)
    return list(found.values())


def _remark_row(rows: Sequence[RowReport], labels: Mapping[str, str]) -> tuple[str, ...]:
    first, more = rows[0], len(rows) - 1
    count = ngettext("{n} autre ligne", "{n} autres lignes", more).format(n=number_words(more)) if more else ""
    words = f"{BADGES[first.outcome]}|{_SAID[first.outcome]()}"
    is_wrong = first.outcome is Outcome.REFUSED  # there the column is to be found in the file
    column = first.column if is_wrong else labels.get(first.column, first.column)
    return (str(first.line), count, words, column, first.sentence)


_SAID = {
    Outcome.CREATED: lambda: _("créée"),
    Outcome.UPDATED: lambda: _("mise à jour"),
    Outcome.IDENTICAL: lambda: _("identique"),
    Outcome.DIFFERENT: lambda: _("différente"),
    Outcome.DELETED_HERE: lambda: _("supprimée ici"),
    Outcome.REFUSED: lambda: _("refusée"),
}


class PastCard(Card):
    """The imports done; the one chosen can be taken back."""

    def __init__(self, page: Deck) -> None:
        super().__init__(name="exchanges.past_card")
        self.by_id: dict[int, Past] = {}
        self.table = RecordTable(
            [
                Column(_("Quand"), chars=16),
                Column(_("Qui"), chars=12),
                Column(_("Import"), stretch=True),
                Column(_("Fiches"), number=True, chars=9),
                Column(_("État"), badge=True, chars=10),
            ],
            name="exchanges.past",
        )
        self.empty = EmptyState(
            "exchanges",
            _("Aucun import pour l’instant"),
            _("Les fichiers repris ici seront listés, avec de quoi annuler chacun en entier."),
            name="exchanges.empty",
        )
        self.undo_button = ActionButton(
            _("Annuler cet import"), "undo", "A", name="exchanges.undo_past", on=page.ask_undo
        )
        self.add(theme.row(text_label(_("Imports faits"), "section"), 1, self.undo_button))
        self.add(self.table, 1)
        self.add(self.empty, 1)

    def show_past(self, past: Sequence[Past], words: Words) -> None:
        """List these imports."""
        self.by_id = {item.action.id: item for item in past}
        self.table.show_rows([self._row(item, words) for item in past], keys=list(self.by_id))
        self.table.setVisible(bool(past))
        self.empty.setVisible(not past)
        self.undo_button.setVisible(bool(past))

    def select_newest(self) -> None:
        """Stand on the import done last."""
        self.table.select_key(next(iter(self.by_id), None))

    def _row(self, past: Past, words: Words) -> tuple[str, ...]:
        action = past.action
        kind, word = ("neutral", _("annulé")) if past.is_undone else ("good", _("en place"))
        state = f"{kind}|{word}"
        return (instant_words(action.made_at), words.who(action.who), action.label, number_words(past.records), state)

    def chosen(self) -> SavedAction | None:
        """Return the import of the current row, None when there is none or it was taken back already."""
        key = self.table.current_key()
        past = self.by_id.get(key) if isinstance(key, int) else None
        return past.action if past and not past.is_undone else None
