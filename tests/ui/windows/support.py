"""What the tests of the pages share: keys, tables as lists, a few records."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from fieldapp.core.record import make_record
from fieldapp.protocols.pop_amphibiens.schema import CODE, OBSERVATION, SITE, SITES_GROUP, VISIT, accessible
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.ui.page import PageWidget
from fieldapp.ui.shell import MainWindow, Place
from fieldapp.ui.tables import RecordTable


def page(window: MainWindow) -> PageWidget:
    found = window.page()
    assert found is not None
    return found


def place(window: MainWindow) -> Place:
    found = window.place()
    assert found is not None
    return found


def focus(window: MainWindow) -> QWidget:
    return QApplication.focusWidget() or window


def type_in(window: MainWindow, text: str) -> None:
    QTest.keyClicks(focus(window), text)


def rows(window: MainWindow, name: str) -> list[list[str]]:
    """Return the words of the table as it stands."""
    table = page(window).findChild(RecordTable, name)
    assert isinstance(table, RecordTable)
    model = table.model()
    return [
        [str(model.index(row, column).data() or "") for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def thing(window: MainWindow, name: str) -> Any:
    """Return the widget of this name on the page shown."""
    found = page(window).findChild(QWidget, name)
    assert found is not None
    return found


def words(window: MainWindow, name: str) -> str:
    return str(thing(window, name).text())


def press(window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(focus(window), key, modifier)
    QApplication.processEvents()


def area(db: Database, name: str, ponds: int = 2, **values: Any) -> tuple[str, list[str]]:
    group = make_record(CODE, SITES_GROUP, {"sites_group_name": name, **values}, None)
    sites = [
        make_record(
            CODE, SITE, {"base_site_name": f"mare {n:02}", "latitude": 50.45 + n / 1000, "longitude": 2.78}, group.uid
        )
        for n in range(1, ponds + 1)
    ]
    records.save(db, [group, *sites], "aire")
    return group.uid, [site.uid for site in sites]


ASKED_ALWAYS = {"observers": ["who"], "expertise": "Chevronné", "id_dataset": "what", "accessibility": "Oui"}
ASKED_WHERE_REACHED = {"Heure_debut": "21:02", "Heure_fin": "21:14", "methode_de_prospection": ["4", "5"]}


def visit(db: Database, site: str, on: str, passage: int, **values: Any) -> str:
    """Save a visit with every field that is asked for; whether its lines say enough is up to the test."""
    filled: dict[str, Any] = {**ASKED_ALWAYS, **(ASKED_WHERE_REACHED if accessible(values) else {}), **values}
    if passage == 1 and accessible(values):
        filled["etat_site"] = VISIT.by_name["etat_site"].choices[0].code
    return begin(db, site, on, passage, **filled)


def see(db: Database, visit_uid: str, cd_nom: int, presence: str = "Oui") -> None:
    """Save one observation, complete: one animal counted, or nothing seen."""
    counted = {"count_min": 1, "count_max": 1, "id_nomenclature_typ_denbr": "Co"}
    nothing = {"count_min": 0, "count_max": 0}
    values = {"presence": presence, "cd_nom": cd_nom, **(counted if presence == "Oui" else nothing)}
    records.save(db, [make_record(CODE, OBSERVATION, values, visit_uid)], "observation")


def nothing_seen(db: Database, site: str, on: str, passage: int, **values: Any) -> str:
    """Save a complete visit that saw nothing."""
    uid = visit(db, site, on, passage, **values)
    see(db, uid, 914450, "Non")
    return uid


def begin(db: Database, site: str, on: str, passage: int, **values: Any) -> str:
    """Save a visit that holds just these values."""
    record = make_record(CODE, VISIT, {"visit_date_min": on, "num_passage": passage, **values}, site)
    records.save(db, [record], "passage")
    return record.uid
