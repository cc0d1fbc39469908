"""The lists of the day in the real main window, on a real database, driven by keys that are counted."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from fieldapp import protocols
from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record, make_record
from fieldapp.core.settings import Settings
from fieldapp.protocols.occasional.schema import CODE
from fieldapp.store import changes, records, taxa
from fieldapp.store.connection import Author, Database, open_database
from fieldapp.ui import rounds, theme, windows
from fieldapp.ui.occasional import list_sheet
from fieldapp.ui.services import Services
from fieldapp.ui.shell import MainWindow

TODAY = date(2026, 4, 14)
ALEX = name_uid("person", "BERNARD Alex")
MERLE, VULCAIN, ORVET, BELLIS = 4117, 53741, 77490, 85740

KEYS = {
    "Enter": Qt.Key.Key_Return, "Tab": Qt.Key.Key_Tab, "Esc": Qt.Key.Key_Escape, "Up": Qt.Key.Key_Up,
    "Down": Qt.Key.Key_Down, "Del": Qt.Key.Key_Delete, "Back": Qt.Key.Key_Backspace,
    **{f"F{n}": Qt.Key(Qt.Key.Key_F1 + n - 1) for n in range(1, 13)},
}  # fmt: skip


class Hand:
    """A hand on the keyboard: presses keys where the cursor is, and counts them."""

    def __init__(self, window: MainWindow, services: Services) -> None:
        self.window, self.services = window, services
        self.pressed: list[str] = []

    def keys(self, *script: str) -> None:
        """Press each key: "F5", "Ctrl+Enter", or the letters of a text one by one."""
        for item in script:
            *modifiers, name = item.split("+") if item not in {"+"} else [item]
            ctrl = Qt.KeyboardModifier.ControlModifier if "Ctrl" in modifiers else Qt.KeyboardModifier.NoModifier
            if name in KEYS:
                self.pressed.append(item)
                QTest.keyClick(self.focus(), KEYS[name], ctrl)
            elif modifiers:
                self.pressed.append(item)
                QTest.keyClick(self.focus(), Qt.Key(ord(name.upper())), ctrl)
            else:
                for letter in item:
                    self.pressed.append(letter)
                    QTest.keyClicks(self.focus(), letter)
            QApplication.processEvents()

    def focus(self) -> QWidget:
        return QApplication.focusWidget() or self.window

    def widget(self, name: str) -> Any:
        found = self.window.findChild(QWidget, name)
        assert found is not None, name
        return found

    def label(self, name: str) -> str:
        found = self.window.findChild(QLabel, name)
        assert found is not None, name
        return found.text().replace("\N{NO-BREAK SPACE}", " ") if found.isVisible() else ""


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path / "lists.db", protocols.installed(), Author(ALEX, "laptop")) as database:
        fill(database)
        yield database


def fill(db: Database) -> None:
    """Put the taxa, the observer and a pond with a position into the database."""
    for protocol in db.protocols.values():
        taxa.install(db, protocol.code, protocol.taxa())
    ponds = protocols.by_code("pop_amphibiens")
    group = make_record(ponds.code, ponds.entity("sites_group"), {"sites_group_name": "Terrils du 11/19"}, None)
    pond = {"base_site_name": "Mare aux joncs", "longitude": 2.781, "latitude": 50.451}
    person = make_record(
        "directory", protocols.by_code("directory").entity("person"), {"name": "BERNARD Alex"}, None, ALEX
    )
    records.save(db, [person, group, make_record(ponds.code, ponds.entity("site"), pond, group.uid)], "avant")


@pytest.fixture
def go(
    qtbot: QtBot, qapp: QApplication, db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Hand]]:
    """Return what opens the main window at a page: `go("list", uid=…)`, with `killed` after a kill at this moment."""
    theme.apply(qapp)
    monkeypatch.setattr(rounds, "today", lambda: TODAY)
    monkeypatch.setattr(list_sheet, "clock", lambda: "17:40")
    opened: list[MainWindow] = []
    copies: list[Database] = []

    def copy() -> Database:
        """Return the database as a kill leaves it: nobody is told, nothing is read or saved."""
        path = tmp_path / f"after-{len(copies)}.db"
        with contextlib.closing(sqlite3.connect(path)) as target:
            db.connection.backup(target)
        copies.append(open_database(path, tuple(db.protocols.values()), db.author))
        return copies[-1]

    def make(page: str = "list", *, killed: bool = False, **params: Any) -> Hand:
        base = copy() if killed else db
        services = Services(base, base.protocols, Settings(), lambda _at: None, lambda _settings: None)
        window = MainWindow(
            windows.pages(base.protocols),
            services=services,
            undo=lambda: changes.undo(base).label,
            redo=lambda: changes.redo(base).label,
        )
        qtbot.addWidget(window)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        opened.append(window)
        window.navigate(page, **params)
        QApplication.processEvents()
        return Hand(window, services)

    yield make
    for window in opened:
        window.close()
    for database in copies:
        database.close()


def lists(db: Database) -> list[Record]:
    """Return the lists that are saved."""
    return records.roots(db, CODE, "visit")


def lines(db: Database, visit: Record) -> list[dict[str, Any]]:
    """Return the values of the lines of a list in the order of making."""
    return [line.data for line in records.children(db, [visit.uid])]
