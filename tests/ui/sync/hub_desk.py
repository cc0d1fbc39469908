"""A window with the page of syncing on a database of its own, worked by keys, and a real hub on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from fieldapp import protocols
from fieldapp.core.ids import new_uid
from fieldapp.core.record import Record, make_record
from fieldapp.core.settings import Settings
from fieldapp.hub import accounts
from fieldapp.store import peers, records
from fieldapp.store.connection import Author, Database
from fieldapp.store.opening import open_for_use
from fieldapp.sync import engine, job, joining
from fieldapp.ui import theme, windows
from fieldapp.ui.services import Services
from fieldapp.ui.shell import MainWindow
from fieldapp.ui.sync.runner import Pace, SyncRunner
from fieldapp.ui.sync.standing import status_words
from fieldapp.ui.sync.sync_page import SyncPage
from fieldapp.ui.tables import RecordTable
from fieldapp.ui.widgets import ActionButton
from tests.sync.hubs import Hub
from tests.ui.windows.desk import Blank

NEVER = Pace(start_ms=10**8, saved_ms=10**8, every_ms=10**8, retry_ms=10**8, look_ms=0)
"""Nothing is synced by itself."""

Kind = TypeVar("Kind", bound=QWidget)


class HubDesk:
    """The window, its runner, and what a person does with them."""

    def __init__(self, qtbot: QtBot, services: Services, pace: Pace) -> None:
        self.qtbot, self.services = qtbot, services
        listed = windows.pages(services.protocols)
        pages = [page if page.code in {"sync", "disputes"} else replace(page, build=Blank) for page in listed]
        self.window = MainWindow(pages, services=services)
        held = self.window.holds_record
        self.runner = SyncRunner(services, self.window.background, pace=pace, held=held, parent=self.window)
        services.sync = self.runner
        services.on_saved = lambda _at: self.runner.saved()
        self.runner.changed.connect(
            lambda: self.window.status.exchange(*status_words(self.runner.standing, self.runner.line))
        )
        self.runner.came.connect(self.window.renew)
        self.window.navigate("today")
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)

    @property
    def db(self) -> Database:
        return self.services.db

    def open(self) -> SyncPage:
        """Go to the page by its key."""
        self.press(Qt.Key.Key_0, Qt.KeyboardModifier.AltModifier)
        self.idle()
        page = self.window.page()
        assert isinstance(page, SyncPage)
        return page

    def idle(self) -> None:
        """Wait until nothing is under way."""
        self.qtbot.waitUntil(lambda: not self.window.background.busy(), timeout=30_000)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the cursor is."""
        self.qtbot.keyClick(QApplication.focusWidget() or self.window, key, modifier)

    def write(self, text: str) -> None:
        """Type where the cursor is, in the place of what stands there."""
        line = QApplication.focusWidget()
        assert isinstance(line, QLineEdit)
        line.selectAll()
        self.qtbot.keyClicks(line, text)

    def join(self, address: str, code: str) -> None:
        """Join a hub as a person does, by keys."""
        self.open()
        self.write(address)
        self.press(Qt.Key.Key_Return)
        self.write(code)
        self.press(Qt.Key.Key_Return)
        self.write("Portable de Camille")
        self.press(Qt.Key.Key_Return)
        self.idle()

    def find(self, kind: type[Kind], name: str) -> Kind:
        found = self.window.findChild(kind, name)
        assert found is not None, name
        return found

    def shows(self, name: str) -> bool:
        return self.find(QWidget, name).isVisible()

    def said(self, name: str) -> str:
        return self.find(QLabel, name).text()

    def status(self) -> str:
        """Return what the status line says of the exchange, "" when it says nothing."""
        button = self.find(ActionButton, "status.exchange")
        return button.accessibleName() if button.isVisible() else ""

    def cells(self, name: str) -> list[tuple[str, ...]]:
        model = self.find(RecordTable, name).model()
        return [
            tuple(str(model.index(row, column).data() or "") for column in range(model.columnCount()))
            for row in range(model.rowCount())
        ]

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
        self.idle()

    def add_person(self, name: str) -> Record:
        """Save somebody as a page does."""
        person = made_person(self.db, name)
        self.services.on_saved(records.save(self.db, [person], name).made_at)
        return person

    def people(self) -> set[str]:
        return names(self.db)


def made_person(db: Database, name: str) -> Record:
    return make_record("directory", db.protocols["directory"].entity("person"), {"name": name}, None)


def names(db: Database) -> set[str]:
    return {str(record.data["name"]) for record in records.roots(db, "directory", "person")}


@contextmanager
def desk_on(qtbot: QtBot, qapp: QApplication, path: Path, pace: Pace = NEVER) -> Iterator[HubDesk]:
    """Hold a window on a new database."""
    theme.apply(qapp)
    db = open_for_use(path, protocols.installed(), Author("Alex B.", new_uid()))
    services = Services(db, db.protocols, Settings(), lambda _at: None, lambda _settings: None)
    desk = HubDesk(qtbot, services, pace)
    try:
        yield desk
    finally:
        desk.runner.stop()
        desk.window.close()
        desk.window.deleteLater()
        services.db.close()


def invited(hub: Hub, role: str = "coordinator") -> str:
    return accounts.invite(hub.storage, role).code


class Colleague:
    """Another laptop, without a window."""

    def __init__(self, hub: Hub, path: Path, role: str = "coordinator") -> None:
        self.db = open_for_use(path, protocols.installed(), Author("Dominique C.", new_uid()))
        self.peer = joining.join(self.db, hub.address, invited(hub, role), "Portable de Dominique")

    def sync(self) -> job.Report:
        with joining.open_client(peers.get(self.db, self.peer.id)) as client:
            return engine.run(self.db, self.peer.id, client)

    def add_people(self, *added: str) -> list[Record]:
        made = [made_person(self.db, name) for name in added]
        records.save(self.db, made, "colleague")
        return made
