"""The season of the ponds in a window with the pages of the review as they are, worked by keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from fieldapp import protocols
from fieldapp.core import review
from fieldapp.core.record import Record
from fieldapp.core.settings import Settings
from fieldapp.exchange import demo
from fieldapp.store import records
from fieldapp.store.connection import Author
from fieldapp.store.opening import open_for_use
from fieldapp.ui import theme
from fieldapp.ui.services import Services
from tests.ui.windows.desk import Desk

OURS = {"today", "review", "review_ask", "questions", "sheet"}
POP = "pop_amphibiens"
ANNE = Author("PETIT Anne", "coordination")
"""A coordinator elsewhere; at the screen sits Alex B."""


class Bench(Desk):
    """Short ways to the records of the season, and to what the window says."""

    def label(self, name: str) -> str:
        """Return the words of a label, with plain blanks."""
        return super().label(name).replace("\xa0", " ")

    def visits(self) -> list[Record]:
        """Return the visits of the season in which something was seen, by date."""
        found = records.dated(self.services.db, POP, "visit", "2020-01-01", "2020-12-31")
        return [one for one in found if self.lines_of(one)]

    def lines_of(self, visit: Record) -> list[Record]:
        """Return what was seen at a visit."""
        found = records.children(self.services.db, [visit.uid])
        return [one for one in found if one.data.get("presence") == "Oui"]

    def stored(self, uid: str) -> Record:
        found = records.get(self.services.db, uid)
        assert found is not None
        return found

    def level(self, uid: str) -> str:
        return review.level(self.stored(uid))

    def key(self, letter: str) -> None:
        """Press the key of a letter or figure where the cursor is, and wait for what it does."""
        self.qtbot.keyClick(QApplication.focusWidget() or self.window, letter)
        self.idle()

    def enter(self) -> None:
        self.press(Qt.Key.Key_Return)
        self.idle()

    def write(self, text: str) -> None:
        """Type into the line that has the cursor, and keep it."""
        line = QApplication.focusWidget()
        assert isinstance(line, QLineEdit)
        self.qtbot.keyClicks(line, text)
        self.enter()

    def undo(self) -> None:
        self.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        self.idle()

    def said(self) -> str:
        """Return the notice that is shown."""
        banner = self.window.notices.banner
        return banner.text() if banner.isVisible() else ""

    def focused(self) -> str:
        widget = QApplication.focusWidget()
        return widget.objectName() if widget is not None else ""


def season_file(path: Path) -> Path:
    """Make a database with the season of the ponds."""
    with open_for_use(path, protocols.installed(), Author("Alex B.", "laptop")) as db:
        demo.take(db, demo.PONDS)
    return path


@contextmanager
def bench_on(qtbot: QtBot, qapp: QApplication, path: Path) -> Iterator[Bench]:
    """Hold a window on this database."""
    theme.apply(qapp)
    db = open_for_use(path, protocols.installed(), Author("Alex B.", "laptop"))
    services = Services(db, db.protocols, Settings(), lambda _at: None, lambda _settings: None)
    bench = Bench(qtbot, services, OURS)
    try:
        yield bench
    finally:
        bench.window.close()
        bench.window.deleteLater()
        services.db.close()
