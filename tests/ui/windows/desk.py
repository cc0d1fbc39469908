"""The main window with the pages of data, analyses, exchanges and backups as they are, and blanks for the others."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from fieldapp import protocols
from fieldapp.core.settings import Settings
from fieldapp.exchange import demo
from fieldapp.store import changes
from fieldapp.store.connection import Author
from fieldapp.store.opening import open_for_use
from fieldapp.ui import errors, theme, windows
from fieldapp.ui.page import PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.shell import MainWindow
from fieldapp.ui.tables import RecordTable

OURS = {"data", "history", "analyses", "exchanges", "backups", "maps"}
Kind = TypeVar("Kind", bound=QWidget)


class Blank(PageWidget):
    """A page that others write: remembers what it was opened with."""

    def __init__(self, _context: PageContext) -> None:
        super().__init__()
        self.opened: list[dict[str, Any]] = []

    def open(self, **params: Any) -> None:
        self.opened.append(params)


class Desk:
    """A window on a database of its own, worked by keys and by the names of its widgets."""

    def __init__(self, qtbot: QtBot, services: Services, ours: Collection[str] = OURS) -> None:
        self.qtbot, self.services = qtbot, services
        self.saved: list[str] = []
        services.on_saved = self.saved.append
        pages = windows.pages(services.protocols)
        listed = [page if page.code in ours else replace(page, build=Blank) for page in pages]
        self.window = MainWindow(listed, services=services, undo=lambda: changes.undo(services.db).label)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)

    def go(self, code: str, **params: Any) -> PageWidget:
        """Open a page and wait for its work."""
        self.window.navigate(code, **params)
        self.idle()
        page = self.window.page()
        assert page is not None
        return page

    def idle(self) -> None:
        """Wait until nothing is under way."""
        self.qtbot.waitUntil(lambda: not self.window.background.busy(), timeout=30_000)

    def find(self, kind: type[Kind], name: str) -> Kind:
        found = self.window.findChild(kind, name)
        assert found is not None, name
        return found

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the cursor is."""
        self.qtbot.keyClick(QApplication.focusWidget() or self.window, key, modifier)

    def type(self, name: str, text: str) -> None:
        """Type into the line of this name, in the place of what stands there."""
        line = self.find(QLineEdit, name)
        line.setFocus()
        line.selectAll()
        self.qtbot.keyClicks(line, text)

    def label(self, name: str) -> str:
        return self.find(QLabel, name).text()

    def cells(self, name: str) -> list[tuple[str, ...]]:
        """Return the words of all rows of a table."""
        model = self.find(RecordTable, name).model()
        return [
            tuple(str(model.index(row, column).data() or "") for column in range(model.columnCount()))
            for row in range(model.rowCount())
        ]

    @contextmanager
    def errors(self) -> Iterator[list[BaseException]]:
        """Collect what goes through the door of errors inside the block."""
        shown: list[BaseException] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(errors, "show", shown.append)
            yield shown

    def answer(self, path: Path) -> None:
        """Type a path into the file dialog that is open, and accept it."""
        self.qtbot.waitUntil(lambda: self.window.findChild(QFileDialog, "file") is not None)
        dialog = self.find(QFileDialog, "file")
        self.qtbot.waitUntil(dialog.isVisible)
        line = dialog.findChild(QLineEdit, "fileNameEdit")
        assert line is not None
        line.setText(str(path))
        self.qtbot.keyClick(line, Qt.Key.Key_Return)
        self.qtbot.waitUntil(lambda: self.window.findChild(QFileDialog, "file") is None)
        self.window.activateWindow()
        self.qtbot.waitUntil(self.window.isActiveWindow)


@contextmanager
def desk_on(
    qtbot: QtBot, qapp: QApplication, path: Path, *, filled: bool, ours: Collection[str] = OURS
) -> Iterator[Desk]:
    """Hold a window on a new database at `path`, with the demonstration season of the ponds in it when `filled`."""
    theme.apply(qapp)
    db = open_for_use(path, protocols.installed(), Author("Alex B.", "laptop"))
    if filled:
        demo.take(db, demo.PONDS)
    services = Services(db, db.protocols, Settings(), lambda _at: None, lambda _settings: None)
    desk = Desk(qtbot, services, ours)
    try:
        yield desk
    finally:
        desk.window.close()
        desk.window.deleteLater()
        services.db.close()
