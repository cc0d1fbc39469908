"""The work behind the page "exchanges": import, export, count, take back, each with a connection of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fieldapp.core.exchange import Exporter, Importer
from fieldapp.exchange.exporting import ExportReport, export_file
from fieldapp.exchange.importing import import_file
from fieldapp.exchange.preview import Preview, preview
from fieldapp.exchange.report import ImportReport
from fieldapp.store import changes
from fieldapp.store.changes import Action as SavedAction
from fieldapp.store.records import Saved
from fieldapp.ui.background import Progress
from fieldapp.ui.services import Services

UTF8, EXCEL = "utf-8", "cp1252"
"""What our files are written in, and what spreadsheets on Windows write instead."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an import was asked for: the file, whether its values replace ours, the encoding of its text.

    `mend` is the consent to have put right what is evident.
    """

    path: Path
    update: bool = False
    encoding: str = UTF8
    mend: bool = False


def run_import(services: Services, importer: Importer, wanted: Wanted, progress: Progress) -> ImportReport:
    """Import a file with a connection of its own; cancelling leaves nothing of it."""
    with services.open_own() as db:
        return import_file(
            db,
            importer,
            wanted.path,
            update=wanted.update,
            mend=wanted.mend,
            encoding=wanted.encoding,
            progress=progress.report,
            cancelled=progress.cancelled,
        )


def run_export(services: Services, exporter: Exporter, path: Path, year: int | None) -> ExportReport:
    """Write a file with a connection of its own."""
    with services.open_own() as db:
        return export_file(db, exporter, path, year=year)


def run_preview(services: Services, exporter: Exporter, year: int | None, progress: Progress) -> Preview:
    """Count what a file would hold, with a connection of its own."""
    with services.open_own() as db:
        return preview(db, exporter, year, check=progress.check)


def run_undo(services: Services, action: SavedAction) -> Saved:
    """Take an import back with a connection of its own."""
    with services.open_own() as db:
        return changes.undo_action(db, action)
