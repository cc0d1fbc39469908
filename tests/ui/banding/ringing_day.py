"""A ringing table for the tests of the capture page: a place with its past, strings, a session, a hand on the keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from fieldapp import protocols
from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record, make_record
from fieldapp.core.settings import Settings
from fieldapp.exchange.known import KnownRecords
from fieldapp.protocols.banding import stock
from fieldapp.protocols.banding.schema import CODE
from fieldapp.protocols.banding.stock import RingState
from fieldapp.store import changes, records
from fieldapp.store.connection import Database
from fieldapp.ui import windows
from fieldapp.ui.banding.capture import CapturePage
from fieldapp.ui.page import PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.shell import MainWindow
from fieldapp.ui.widgets import Banner

ON = "2026-09-12"
PLACE, SITE, SESSION = (name_uid("test-banding", name) for name in ("place", "site", "session"))
HOLDER = name_uid("person", "BAGUEUR Un")
OURS = {"captures"}

KEYS = {
    "Enter": Qt.Key.Key_Return, "Tab": Qt.Key.Key_Tab, "Backtab": Qt.Key.Key_Backtab, "Esc": Qt.Key.Key_Escape,
    "Up": Qt.Key.Key_Up, "Down": Qt.Key.Key_Down, "Del": Qt.Key.Key_Delete, "Back": Qt.Key.Key_Backspace,
    **{f"F{n}": Qt.Key(Qt.Key.Key_F1 + n - 1) for n in range(1, 13)},
}  # fmt: skip


def make(entity: str, values: dict[str, Any], parent: str | None = None, uid: str | None = None) -> Record:
    return make_record(CODE, protocols.by_code(CODE).entity(entity), values, parent, uid)


def string(size: str, first: str, last: str, state: str = "open", **more: Any) -> Record:
    return make(
        "ring_string", {**stock.new_string({"size": size, "first": first, "last": last, **more}), "state": state}
    )


def past(on: str, ring: str, uid: str = "", **values: Any) -> list[Record]:
    """Return an earlier session of the place with one capture of this ring."""
    session = make("visit", {"date": on, "theme": "PHENO", "opened_at": "06:00", "net_m": 240}, SITE)
    scheme = values.pop("ring_scheme", "FRP")
    bird = {
        "line": 1, "action": "B", "ring_scheme": scheme, "ring": ring, "ring_key": f"{scheme}{ring}", "hour": "07:00",
        "species": "ACRSCI", "sex": "?", "age": "1A", "wing_mm": 66.0, "mass_g": 11.2, **values,
    }  # fmt: skip
    return [session, make("observation", bird, session.uid, uid or None)]


def fill(db: Database, *strings: Record, others: list[Record] | None = None, **session: Any) -> None:
    """Put the place, its net set, today's session and the strings into the database."""
    place = {
        "place_name": "Bac à schlamms", "commune": "Dourges", "department": "62", "country": "FR",
        "longitude": 2.9863, "latitude": 50.4393,
    }  # fmt: skip
    visit = {
        "date": ON, "theme": "PHENO", "opened_at": "06:10", "duration_min": 360, "net_m": 240.0, "holder": HOLDER,
        "open_nets": [str(number) for number in range(1, 21)], **session,
    }  # fmt: skip
    found = [
        make("sites_group", place, None, PLACE),
        make("site", {"site_name": "PHENO", "theme": "PHENO", "usual_net_m": 240.0}, PLACE, SITE),
        *(make("net", {"net": str(number), "length_m": 12.0}, SITE) for number in range(1, 21)),
        make("visit", visit, SITE, SESSION),
        make_record("directory", protocols.by_code("directory").entity("person"), {"name": "BAGUEUR Un"}, None, HOLDER),
    ]
    records.save(db, [*found, *strings, *(others or [])], "avant", kind="import")


class Blank(PageWidget):
    """A page that others write: remembers what it was opened with."""

    def __init__(self, _context: PageContext) -> None:
        super().__init__()
        self.opened: list[dict[str, Any]] = []

    def open(self, **params: Any) -> None:
        self.opened.append(params)


@dataclass
class Hand:
    """A hand on the keyboard: presses keys where the cursor is, and counts them."""

    window: MainWindow
    db: Database
    pressed: int = 0
    saved: list[str] = field(default_factory=list)

    @property
    def page(self) -> CapturePage:
        found = self.window.page()
        assert isinstance(found, CapturePage)
        return found

    def keys(self, *script: str) -> None:
        """Press each key: "F5", "Ctrl+Enter", or the letters of a text one by one."""
        for item in script:
            *modifiers, name = item.split("+") if len(item) > 1 and not item.startswith("+") else [item]
            if name in KEYS and (modifiers or item == name):
                self._press(KEYS[name], modifiers)
            elif modifiers and len(name) == 1:
                self._press(Qt.Key(ord(name.upper())), modifiers)
            else:
                for letter in item:
                    self.pressed += 1
                    QTest.keyClicks(self.focus(), letter)
            QApplication.processEvents()

    def _press(self, key: Qt.Key, modifiers: list[str]) -> None:
        self.pressed += 1
        held = Qt.KeyboardModifier.NoModifier
        for name in modifiers:
            held |= getattr(
                Qt.KeyboardModifier, {"Ctrl": "ControlModifier", "Shift": "ShiftModifier", "Alt": "AltModifier"}[name]
            )
        QTest.keyClick(self.focus(), key, held)

    def focus(self) -> QWidget:
        return QApplication.focusWidget() or self.window

    def at(self) -> str:
        """Return the name of what has the cursor."""
        return self.focus().objectName()

    def cell(self, code: str) -> str:
        return self.page.line.cells[code].text()

    def said(self) -> str:
        """Return what stands under the line and beside the bird, without the fine print."""
        notes = [
            banner.text()
            for number in range(4)
            if (banner := self.window.findChild(Banner, f"life.note{number}")) is not None and banner.isVisible()
        ]
        return " | ".join([*self.page.alerts.sentences(), *notes])

    def label(self, name: str) -> str:
        found = self.window.findChild(QLabel, name)
        assert found is not None, name
        words = found.words() if hasattr(found, "words") else found.text()
        return str(words).replace("\N{NO-BREAK SPACE}", " ") if found.isVisible() else ""

    def question(self) -> str:
        asked = self.page.question
        return asked.words.text().replace("\N{NO-BREAK SPACE}", " ") if asked.isVisible() else ""

    def lines(self) -> list[Record]:
        """Return the captures of the session in the order of their numbers."""
        found = [one for one in records.children(self.db, [SESSION]) if one.entity == "observation"]
        return sorted(found, key=lambda one: one.data["line"])

    def rows(self) -> list[tuple[str, ...]]:
        """Return the words of the table, the newest line first."""
        model = self.page.table.lines
        assert model is not None
        return [model.words(model.line(row)) for row in range(model.rowCount())]

    def dialogs(self) -> list[QWidget]:
        """Return what lies over the window: there must never be anything."""
        modal = QApplication.activeModalWidget()
        found = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QDialog)]
        return [*found, *([modal] if modal is not None else [])]


Open = Callable[..., Hand]


@contextmanager
def opened(qtbot: QtBot, db: Database, uid: str = SESSION) -> Iterator[Open]:
    """Hold what opens the main window at the captures of a session, as often as it is asked."""
    windows_open: list[MainWindow] = []

    def make_hand(session: str = uid) -> Hand:
        saved: list[str] = []
        services = Services(db, db.protocols, Settings(), saved.append, lambda _settings: None)
        pages = [page if page.code in OURS else replace(page, build=Blank) for page in windows.pages(db.protocols)]
        window = MainWindow(
            pages, services=services, undo=lambda: changes.undo(db).label, redo=lambda: changes.redo(db).label
        )
        qtbot.addWidget(window)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        windows_open.append(window)
        window.navigate("captures", uid=session)
        qtbot.waitUntil(lambda: not window.background.busy(), timeout=30_000)
        QApplication.processEvents()
        return Hand(window, db, saved=saved)

    yield make_hand
    for window in windows_open:
        window.close()


REED_WARBLER = ("Enter", "acrsci", "Enter", "?", "1", "66,5", "Enter", "2", "11,3", "Enter", "Enter", "7", "Enter")


def o_string(last: str = "8680100", **more: Any) -> Any:
    return string("O", "8680041", last, **more)


def known_sizes() -> list[Any]:
    """Return an old capture that says which ring the reed warbler takes: no list does."""
    return past("2025-09-01", "8670001", ring_size="O")


def state_of(db: Database, ring: str) -> RingState:
    """Return what the stock says of a ring now, read anew."""
    known = KnownRecords(db, db.protocols[CODE])
    found = [(item, one) for item in stock.strings(known) for one in item.span.rings() if one.number == ring]
    return found[0][0].state_of(found[0][1])
