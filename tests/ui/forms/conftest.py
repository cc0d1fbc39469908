"""The sheet in the real main window, on a real database, driven by keys that are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from fieldapp import protocols
from fieldapp.core.record import Record
from fieldapp.core.settings import Settings
from fieldapp.protocols.pop_amphibiens.schema import CODE
from fieldapp.store import changes, records
from fieldapp.store.connection import Author, Database, open_database
from fieldapp.ui import rounds, theme, windows
from fieldapp.ui.forms import sheet as sheet_module
from fieldapp.ui.forms.sheet import SheetPage
from fieldapp.ui.services import Services
from fieldapp.ui.shell import MainWindow
from tests.ui.forms import evening

KEYS = {
    "Enter": Qt.Key.Key_Return, "Tab": Qt.Key.Key_Tab, "Esc": Qt.Key.Key_Escape, "Up": Qt.Key.Key_Up,
    "Down": Qt.Key.Key_Down, "Del": Qt.Key.Key_Delete, "Back": Qt.Key.Key_Backspace, "PgUp": Qt.Key.Key_PageUp,
    **{f"F{n}": Qt.Key(Qt.Key.Key_F1 + n - 1) for n in range(1, 13)},
}  # fmt: skip


@dataclass
class Hand:
    """A hand on the keyboard: presses keys where the cursor is, and counts them."""

    window: MainWindow
    services: Services
    pressed: list[str] = field(default_factory=list)
    saved: list[str] = field(default_factory=list)

    @property
    def page(self) -> SheetPage:
        found = self.window.page()
        assert isinstance(found, SheetPage)
        return found

    def keys(self, *script: str) -> None:
        """Press each key: "F5", "Ctrl+Enter", or the letters of a text one by one."""
        for item in script:
            *modifiers, name = item.split("+") if item not in {"+"} else [item]
            if name in KEYS:
                self._press(item, KEYS[name], "Ctrl" in modifiers)
            elif modifiers == ["Ctrl"]:
                self._press(item, Qt.Key(ord(name.upper())), True)
            else:
                for letter in item:
                    self.pressed.append(letter)
                    QTest.keyClicks(self.focus(), letter)
            QApplication.processEvents()

    def _press(self, item: str, key: Qt.Key, ctrl: bool) -> None:
        self.pressed.append(item)
        modifier = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
        QTest.keyClick(self.focus(), key, modifier)

    def focus(self) -> QWidget:
        return QApplication.focusWidget() or self.window

    def label(self, name: str) -> str:
        """Return the words of a label, "" when it is hidden."""
        found = self.window.findChild(QLabel, name)
        assert found is not None, name
        return found.text().replace("\N{NO-BREAK SPACE}", " ") if found.isVisible() else ""

    def widget(self, name: str) -> Any:
        found = self.window.findChild(QWidget, name)
        assert found is not None, name
        return found


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path / "sheet.db", protocols.installed(), Author("Alex B.", "laptop")) as database:
        yield database


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return what sets the clock of the sheet."""
    monkeypatch.setattr(rounds, "today", lambda: evening.TODAY)

    def set_clock(time: str) -> None:
        monkeypatch.setattr(sheet_module, "clock", lambda: time)

    set_clock("21:50")
    return set_clock


@pytest.fixture
def open_sheet(
    qtbot: QtBot, qapp: QApplication, db: Database, at: Callable[[str], None]
) -> Iterator[Callable[..., Hand]]:
    """Return what opens the main window at a sheet: `open_sheet(number of the pond, passage=…, on=a database)`."""
    theme.apply(qapp)
    opened: list[MainWindow] = []

    def make(
        number: int = 1,
        passage: int | None = 2,
        visit: str | None = None,
        on: Database | None = None,
        year: int | None = None,
        settings: Settings | None = None,
    ) -> Hand:
        saved: list[str] = []
        base = on or db
        services = Services(base, base.protocols, settings or Settings(), saved.append, lambda _settings: None)
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
        place = evening.site_uid(number)
        window.navigate("sheet", protocol=CODE, site=place, passage=passage, visit=visit, year=year)
        QApplication.processEvents()
        return Hand(window, services, saved=saved)

    yield make
    for window in opened:
        window.close()


def visits(db: Database, number: int) -> list[Record]:
    """Return this season's visits of a pond."""
    found = records.children(db, [evening.site_uid(number)])
    return [visit for visit in found if visit.entity == "visit" and (visit.on_date or "")[:4] == "2026"]


def lines(db: Database, visit: Record) -> list[dict[str, Any]]:
    """Return the values of the lines of a visit in the order of making."""
    return [line.data for line in records.children(db, [visit.uid])]


OPEN = Callable[..., Hand]
AT = Callable[[str], None]
SEEN = {"presence": "Oui", "id_nomenclature_stade": "1", "id_nomenclature_sex": "1"}
TWO_SPECIES = ("cal", "Enter", "12-22", "Enter", "palm", "Enter", "3", "Enter")


def counted(cd_nom: int, least: int, most: int | None = None, **others: Any) -> dict[str, Any]:
    """Return a line as it is stored: counted, or estimated when there is an upper end."""
    kind = "Co" if most is None else "Es"
    return {
        **SEEN, "cd_nom": cd_nom, "count_min": least, "count_max": most or least,
        "id_nomenclature_typ_denbr": kind, **others,
    }  # fmt: skip
