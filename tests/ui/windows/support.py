"""What the tests of the pages share: keys, tables as lists, a few records."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from fieldapp.core.record import make_record
from fieldapp.protocols.pop_amphibiens.schema import CODE, SITE, SITES_GROUP, VISIT
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


def visit(db: Database, site: str, on: str, passage: int, **values: Any) -> str:
    record = make_record(CODE, VISIT, {"visit_date_min": on, "num_passage": passage, **values}, site)
    records.save(db, [record], "passage")
    return record.uid
