"""A main window with the start, aires, round and place pages on a real database, and the season 2020 in it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
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
from fieldapp.core.schema import Field
from fieldapp.core.settings import Settings
from fieldapp.protocols.pop_amphibiens.schema import CODE, OBSERVATION, SITE, SITES_GROUP, VISIT
from fieldapp.store import changes, records
from fieldapp.store.connection import Author, Database, open_database
from fieldapp.ui import rounds, theme, windows
from fieldapp.ui.page import Page, PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.shell import MainWindow


class Blank(PageWidget):
    """A page that others write: remembers what it was opened with."""

    def __init__(self, _context: PageContext) -> None:
        super().__init__()
        self.opened: list[dict[str, Any]] = []

    def open(self, **params: Any) -> None:
        self.opened.append(params)


OURS = ("today", "places", "round", "place", "directory", "settings")


def pages(db: Database) -> list[Page]:
    """Return the pages under test as they are, and blanks for the others."""
    listed = windows.pages(db.protocols)
    return [page if page.code in OURS else replace(page, build=Blank) for page in listed]


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path / "season.db", protocols.installed(), Author("Alex B.", "laptop")) as database:
        yield database


@pytest.fixture
def open_window(
    qtbot: QtBot, qapp: QApplication, db: Database, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., MainWindow]]:
    """Return what opens the main window on a day, at a page."""
    theme.apply(qapp)
    opened: list[MainWindow] = []

    def undo() -> str:
        return changes.undo(db).label

    def redo() -> str:
        return changes.redo(db).label

    def make(day: date, code: str = "today", **params: Any) -> MainWindow:
        monkeypatch.setattr(rounds, "today", lambda: day)
        services = Services(db, db.protocols, Settings(), lambda _at: None, lambda _settings: None)
        window = MainWindow(pages(db), services=services, undo=undo, redo=redo)
        qtbot.addWidget(window)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        window.navigate(code, **params)
        QApplication.processEvents()  # what was laid out just now is shown by the event loop
        opened.append(window)
        return window

    yield make
    for window in opened:
        window.close()


@pytest.fixture
def season_2020(db: Database, sample_pop: Path) -> Database:
    """Return the database with the sample's aires, ponds, visits, observations and people."""
    records.save(db, read_sample(sample_pop), "2020", kind="import")
    return db


def read_sample(path: Path) -> list[Record]:
    """Return the records that the SHF file speaks of, by our field names (a small reader of its own)."""
    found: dict[str, Record] = {}
    person = db_entity("directory", "person")
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            people = row["observers"].split(" ; ")
            who, *_others = watched = [name_uid("person", name) for name in people]
            site = name_uid("test-site", row["aire_etude"] + row["nom_site"])
            for uid, name in zip(watched, people, strict=True):
                found[uid] = make_record("directory", person, {"name": name}, None, uid)
            group = row["uuid_aire_etude"]
            found[group] = make_record(
                CODE,
                SITES_GROUP,
                {
                    "sites_group_name": row["aire_etude"],
                    "categories_paysageres": code(
                        SITES_GROUP.by_name["categories_paysageres"], row["habitat_principal"]
                    ),
                    "id_inventor": who,
                },
                None,
                group,
            )
            found[site] = make_record(
                CODE,
                SITE,
                {
                    "base_site_name": row["nom_site"],
                    "milieu_aquatique": code(SITE.by_name["milieu_aquatique"], row["milieu_aquatique"]),
                    "longitude": float(row["x_wgs"]),
                    "latitude": float(row["y_wgs"]),
                    "commune": row["commune"],
                },
                group,
                site,
            )
            visit = row["uuid_passage"]
            found[visit] = make_record(
                CODE,
                VISIT,
                {
                    "visit_date_min": row["date_passage"],
                    "num_passage": int(row["num_passage"]),
                    "Heure_debut": row["heure_debut"],
                    "Heure_fin": row["heure_fin"],
                    "observers": watched,
                    "accessibility": row["accessibilite"],
                    "expertise": row["expertise_operateur"],
                    "id_dataset": "the file",
                    **reached(row),
                },
                site,
                visit,
            )
            found[row["uuid_observation"]] = make_record(
                CODE,
                OBSERVATION,
                {"presence": row["presence_amphibien"], "cd_nom": int(row["cd_nom"]), **counted(row)},
                visit,
                row["uuid_observation"],
            )
    return list(found.values())


def reached(row: dict[str, str]) -> dict[str, Any]:
    """Return what a visit that reached the pond is asked for besides."""
    found: dict[str, Any] = {"methode_de_prospection": ["4"]}
    if row["num_passage"] == "1":
        found["etat_site"] = code(VISIT.by_name["etat_site"], row["etat_site"])
    return found


def counted(row: dict[str, str]) -> dict[str, Any]:
    """Return the numbers of an observation."""
    found: dict[str, Any] = {"count_min": int(row["nombre_min"]), "count_max": int(row["nombre_max"])}
    if row["presence_amphibien"] == "Oui":
        found["id_nomenclature_typ_denbr"] = code(
            OBSERVATION.by_name["id_nomenclature_typ_denbr"], row["type_denombrement"]
        )
    return found


def db_entity(protocol: str, entity: str) -> Any:
    return protocols.by_code(protocol).entity(entity)


def code(field: Field, label: str) -> str:
    return next((choice.code for choice in field.choices if choice.label == label), field.choices[0].code)
