"""The window with the pages of sessions, stock, places and captures as they are, and a season at two places."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fieldapp import protocols
from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record, make_record
from fieldapp.core.settings import Settings
from fieldapp.protocols.banding.schema import CODE, NET, OBSERVATION, RING_STRING, SITE, SITES_GROUP, VISIT
from fieldapp.protocols.banding.stock import new_string
from fieldapp.store import changes, records
from fieldapp.store.connection import Author, Database
from fieldapp.store.opening import open_for_use
from fieldapp.ui import rounds, theme, windows
from fieldapp.ui.banding import now
from fieldapp.ui.services import Services
from fieldapp.ui.shell import MainWindow
from tests.ui.windows.conftest import Blank

Open = Callable[..., MainWindow]

TODAY = date(2026, 9, 12)
NOW = "11:45"

REAL = {"banding", "session", "ring_stock", "ringing_places", "capture", "place"}
"""The pages under test; all others remember what they were opened with."""

LOU, ALEX = name_uid("person", "MARTIN Lou"), name_uid("person", "BOIS Alex")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_for_use(tmp_path / "nets.db", protocols.installed(), Author("Lou", "laptop")) as database:
        yield database


@pytest.fixture
def open_window(qtbot: QtBot, qapp: QApplication, db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Return what opens the main window at a page on the morning of 12 September 2026."""
    theme.apply(qapp)
    monkeypatch.setattr(rounds, "today", lambda: TODAY)
    monkeypatch.setattr(now, "clock", lambda: NOW)
    opened: list[MainWindow] = []

    def make(code: str, **params: Any) -> MainWindow:
        services = Services(db, db.protocols, Settings(), lambda _at: None, lambda _settings: None)
        pages = [page if page.code in REAL else replace(page, build=Blank) for page in windows.pages(db.protocols)]
        window = MainWindow(
            pages, services=services, undo=lambda: changes.undo(db).label, redo=lambda: changes.redo(db).label
        )
        qtbot.addWidget(window)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        window.navigate(code, **params)
        QApplication.processEvents()
        opened.append(window)
        return window

    yield make
    for window in opened:
        window.close()


def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the statements that read records from now on, drafts left out: the list grows as they come."""
    asked: list[str] = []
    read = Database.rows

    def rows(self: Database, sql: str, *args: Any) -> Any:
        if "draft" not in sql:
            asked.append(sql)
        return read(self, sql, *args)

    monkeypatch.setattr(Database, "rows", rows)
    return asked


def people(db: Database) -> None:
    entity = db.protocols["directory"].entity("person")
    named = (("MARTIN Lou", LOU), ("BOIS Alex", ALEX))
    records.save(db, [make_record("directory", entity, {"name": n}, None, uid) for n, uid in named], "annuaire")


def net_set(db: Database, place: str, commune: str, name: str, nets: int = 5, **values: Any) -> str:
    """Save a place with one net set of so many nets of 12 m, and return the uid of the set."""
    where = {"place_name": place, "commune": commune, "department": "62", "longitude": 2.98, "latitude": 50.44}
    group = make_record(CODE, SITES_GROUP, where, None)
    site = make_record(CODE, SITE, {"site_name": name, **values}, group.uid)
    below = [
        make_record(CODE, NET, {"net": str(n), "length_m": 12.0, "mesh_mm": 16}, site.uid) for n in range(1, nets + 1)
    ]
    records.save(db, [group, site, *below], "lieu")
    return site.uid


WHOLE: dict[str, Any] = {
    "theme": "PHENO",
    "opened_at": "06:15",
    "duration_min": 330,
    "open_nets": ["1", "2", "3"],
    "net_m": 36.0,
    "holder": LOU,
}
"""What a session must have besides its day."""


def session(db: Database, site: str, on: str, **values: Any) -> str:
    """Save a session; a value of None takes one away that a whole session has."""
    filled = {name: value for name, value in {**WHOLE, "date": on, **values}.items() if value is not None}
    record = make_record(CODE, VISIT, filled, site)
    records.save(db, [record], "séance")
    return record.uid


def bird(ring: str, species: str = "ACRSCI", action: str = "B", **values: Any) -> dict[str, Any]:
    told = {"action": action, "ring_scheme": "FRP", "ring": ring, "ring_key": f"FRP{ring}", "species": species}
    return {**told, "sex": "?", "age": "1A", "hour": "07:30", "net": "1", **values}


def captures(db: Database, visit: str, birds: Sequence[dict[str, Any]]) -> list[Record]:
    made = [make_record(CODE, OBSERVATION, {**one, "line": n + 1}, visit) for n, one in enumerate(birds)]
    records.save(db, made, "captures")
    return made


def string(db: Database, first: str, last: str, size: str = "O", **values: Any) -> str:
    told = {"scheme": "FRP", "size": size, "first": first, "last": last, "state": "open", **values}
    record = make_record(CODE, RING_STRING, new_string(told), None)
    records.save(db, [record], "série")
    return record.uid


def stored(db: Database, uid: str) -> dict[str, Any]:
    """Return the values of a record that is there."""
    record = records.get(db, uid)
    assert record is not None
    assert not record.deleted
    return record.data


def sessions_at(db: Database, site: str) -> list[Record]:
    return [record for record in records.children(db, [site]) if record.entity == VISIT.code]
