"""The window with the pages of a barrier as they are, and seasons of the sample at one barrier."""

from __future__ import annotations

import csv
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fieldapp import protocols
from fieldapp.core import clock, paths
from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record, make_record
from fieldapp.core.settings import Settings
from fieldapp.protocols.pitfall_barrier.schema import BUCKET, CAMPAIGN, CODE, OBSERVATION, SITE, VISIT
from fieldapp.store import changes, records
from fieldapp.store.connection import Author, Database
from fieldapp.store.opening import open_for_use
from fieldapp.ui import theme, windows
from fieldapp.ui.services import Services
from fieldapp.ui.shell import MainWindow
from tests.ui.windows.conftest import Blank

Open = Callable[..., MainWindow]

TODAY = date(2019, 3, 18)

REAL = {"barrier", "barrier_sheet", "weather", "today"}
"""The pages under test; all others remember what they were opened with."""

LOU = name_uid("person", "MARTIN Lou")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_for_use(tmp_path / "barrier.db", protocols.installed(), Author("Lou", "laptop")) as database:
        yield database


@pytest.fixture
def open_window(qtbot: QtBot, qapp: QApplication, db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Return what opens the main window at a page; `on` says which day it is, else 18 March 2019."""
    theme.apply(qapp)
    opened: list[MainWindow] = []

    def make(code: str, *, on: date = TODAY, who: str = "", **params: Any) -> MainWindow:
        monkeypatch.setenv(clock.TODAY_VARIABLE, on.isoformat())
        window = window_of(db, who)
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


def window_of(db: Database, who: str = "") -> MainWindow:
    """Return a main window on the database, not shown yet."""
    services = Services(db, db.protocols, Settings(who=who), lambda _at: None, lambda _settings: None)

    def change(settings: Settings) -> None:
        services.settings = settings

    services.change_settings = change
    pages = [page if page.code in REAL else replace(page, build=Blank) for page in windows.pages(db.protocols)]
    return MainWindow(
        pages, services=services, undo=lambda: changes.undo(db).label, redo=lambda: changes.redo(db).label
    )


def rows_read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that gets the number of rows of each reading on the main thread from now on."""
    main, read, found = threading.get_ident(), Database.rows, list[int]()

    def rows(self: Database, sql: str, *args: Any) -> Any:
        result = read(self, sql, *args)
        if threading.get_ident() == main:
            found.append(len(result))
        return result

    monkeypatch.setattr(Database, "rows", rows)
    return found


def people(db: Database) -> None:
    entity = db.protocols["directory"].entity("person")
    records.save(db, [make_record("directory", entity, {"name": "MARTIN Lou"}, None, LOU)], "annuaire")


def barrier(db: Database, name: str = "Mare Jules Ferry", buckets: int = 12, **values: Any) -> str:
    """Save a barrier with numbered buckets outside it, and return its uid."""
    site = make_record(CODE, SITE, {"site_name": name, "commune": "Vimy", **values}, None)
    below = [make_record(CODE, BUCKET, {"bucket": str(n), "side": "outside"}, site.uid) for n in range(1, buckets + 1)]
    records.save(db, [site, *below], "barrière")
    return site.uid


def campaign(db: Database, site: str, opened_on: str, closed_on: str, **values: Any) -> str:
    made = make_record(CODE, CAMPAIGN, {"opened_on": opened_on, "closed_on": closed_on, **values}, site)
    records.save(db, [made], "campagne")
    return made.uid


def check(db: Database, site: str, on: str, state: str = "empty", **values: Any) -> str:
    observers = {} if state == "missed" else {"observers": [LOU]}
    made = make_record(CODE, VISIT, {"check_on": on, "state": state, **observers, **values}, site)
    records.save(db, [made], "relevé")
    return made.uid


def catch(db: Database, visit: str, cd_nom: int = 259, count: int = 1, bucket: str = "1", **values: Any) -> str:
    told = {"bucket": bucket, "cd_nom": cd_nom, "count": count, "direction": "in", "vitality": "alive", "stage": "2"}
    made = make_record(CODE, OBSERVATION, {**told, **values}, visit)
    records.save(db, [made], "prise")
    return made.uid


def visits(db: Database, site: str) -> dict[str, Record]:
    """Return the checks of a barrier by their day."""
    return {one.on_date or "": one for one in records.children(db, [site]) if one.entity == VISIT.code}


def sample_rows(years: Iterable[int], until: str = "9999") -> list[dict[str, str]]:
    """Return the lines of the sample of these years, up to a day."""
    wanted = {str(year) for year in years}
    with paths.resource("demo/barrier_vimy_2005_2020.csv").open(encoding="utf-8-sig", newline="") as file:
        return [
            row
            for row in csv.DictReader(file, delimiter=";")
            if row["check_on"][:4] in wanted and row["check_on"] <= until
        ]


def sample(db: Database, years: Iterable[int], until: str = "9999") -> str:
    """Save seasons of the sample, each a campaign from 1 February to 15 June, and return the uid of the barrier."""
    listed = tuple(years)
    people(db)
    site = barrier(db)
    for year in listed:
        campaign(db, site, f"{year}-02-01", f"{year}-06-15")
    sexes, stages = {"M": "3", "F": "2"}, {"adulte": "2", "juvénile": "3"}
    made: dict[str, Record] = {}
    below: list[Record] = []
    for row in sample_rows(listed, until):
        on, caught = row["check_on"], bool(row["cd_nom"])
        state = "checked" if caught else "empty" if row["checked"] == "oui" else "missed"
        weather = {name: float(row[name]) for name in ("night_min_c", "night_max_c", "rain_mm") if row[name]}
        looked = {"observers": [LOU]} if state != "missed" else {}
        if on not in made:
            values = {"check_on": on, "state": state, **looked, **weather, "comments": row["remark"]}
            made[on] = make_record(CODE, VISIT, values, site)
        if caught:
            told: dict[str, Any] = {
                "bucket": row["bucket"],
                "cd_nom": int(row["cd_nom"]),
                "count": int(row["count"]),
                "sex": sexes.get(row["sex"]),
                "stage": stages.get(row["stage"], "2"),
                "direction": "in" if row["direction"].startswith("e") else "out",
                "vitality": "dead" if "mort" in row["state"] else "alive",
            }
            below.append(make_record(CODE, OBSERVATION, told, made[on].uid))
    records.save(db, [*made.values(), *below], "saisons")
    return site
