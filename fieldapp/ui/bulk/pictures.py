"""What the pictures of TAXREF, of a past day and of a correction of many lines show."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtWidgets import QPlainTextEdit

from fieldapp.protocols.pop_amphibiens.schema import CODE, VISIT
from fieldapp.store import records, reviewing, taxa
from fieldapp.store.connection import Database
from fieldapp.store.taxa import Reference
from fieldapp.ui.services import Services
from fieldapp.ui.shell import MainWindow
from fieldapp.ui.widgets import ActionButton

LINES = 12
"""Lines that are corrected in the picture."""

_ABOUT = Reference("18", "TAXREF_v18_2025.zip", 391_204, 214_377, 317_481, 12_891, False, "2022-04-02T09:12:00.000Z")


def prepare(db: Database) -> None:
    """Note a reference as if its file had been read, and validate some of the lines that are corrected."""
    taxa.note_reference(db, _ABOUT)
    reviewing.validate(db, lines(db)[:3], "1")


def lines(db: Database) -> list[str]:
    """Return the first lines of the season 2020 of the ponds."""
    visits = records.dated(db, CODE, VISIT.code, "2020-01-01", "2020-12-31")
    return [record.uid for record in records.children(db, [visit.uid for visit in visits])][:LINES]


def scenes(window: MainWindow, services: Services, *, every: bool) -> Iterator[str]:
    """Bring the window to each picture and yield its name; none where not every page is wanted."""
    if not every:
        return
    window.navigate("taxref")
    yield "taxref"
    window.navigate("past", at="2022-03-03T22:59:00.000Z")
    yield "base-a-une-date"
    window.navigate("bulk", lines=lines(services.db), field="comments")
    page = window.page()
    text = page.findChild(QPlainTextEdit, "bulk.value.comments") if page is not None else None
    button = page.findChild(ActionButton, "bulk.try") if page is not None else None
    if text is not None and button is not None:
        text.setPlainText("relu avec les photos")
        button.click()
    yield "correction-en-lot"
