"""A barrier with crested newts that are told apart: their captures over some springs, with photos of their bellies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from fieldapp import protocols
from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record, make_record
from fieldapp.core.settings import Settings
from fieldapp.protocols.pitfall_barrier.schema import CODE, INDIVIDUAL, OBSERVATION, PHOTO, SITE, VISIT
from fieldapp.store import changes, media, records
from fieldapp.store.connection import Author, Database
from fieldapp.store.opening import open_for_use
from fieldapp.ui import theme, windows
from fieldapp.ui.page import PageContext, PageWidget
from fieldapp.ui.services import Services
from fieldapp.ui.shell import MainWindow
from fieldapp.ui.tables import RecordTable
from tests.store.photographs import photograph
from tests.ui.windows.desk import Blank

CRESTED, TOAD = 139, 259
LOU = name_uid("person", "MARTIN Lou")
Kind = TypeVar("Kind", bound=QWidget)


@dataclass
class Pond:
    """The barrier and what is known of it."""

    db: Database
    folder: Path
    site: Record
    mornings: dict[str, Record] = field(default_factory=dict)

    def morning(self, on: str) -> Record:
        if on not in self.mornings:
            values = {"check_on": on, "state": "checked", "observers": [LOU]}
            self.mornings[on] = make_record(CODE, VISIT, values, self.site.uid)
            records.save(self.db, [self.mornings[on]], "relevé")
        return self.mornings[on]

    def individual(self, name: str, **values: object) -> Record:
        made = make_record(CODE, INDIVIDUAL, {"individual_name": name, "cd_nom": CRESTED, **values}, self.site.uid)
        records.save(self.db, [made], "individu")
        return made

    def caught(self, on: str, who: Record | None = None, bucket: str = "6", **values: object) -> Record:
        told = {"bucket": bucket, "cd_nom": CRESTED, "stage": "2", "sex": "3", "count": 1}
        link = {} if who is None else {"individual": who.uid}
        values = {"direction": "in", "vitality": "alive", **told, **link, **values}
        made = make_record(CODE, OBSERVATION, values, self.morning(on).uid)
        records.save(self.db, [made], "prise")
        return made

    def photo(self, caught: Record, seed: int, view: str = "belly", *, taken: str = "") -> str:
        on = next(day for day, visit in self.mornings.items() if visit.uid == caught.parent)
        file = photograph(
            self.folder / f"IMG_{seed:04}.JPG",
            seed,
            taken=taken or f"{on.replace('-', ':')} 07:41:00",
            size=(1200, 900),
        )
        kept = media.keep(self.db, file)
        values = {"sha256": kept.sha256, "file_name": kept.file_name, "taken_at": kept.taken_at, "view": view}
        records.save(self.db, [make_record(CODE, PHOTO, values, caught.uid)], "photo")
        return kept.sha256


def pond_of(db: Database, folder: Path) -> Pond:
    """Save a barrier without any newt yet."""
    person = make_record("directory", db.protocols["directory"].entity("person"), {"name": "MARTIN Lou"}, None, LOU)
    site = make_record(CODE, SITE, {"site_name": "Mare Jules Ferry", "commune": "Vimy"}, None)
    records.save(db, [person, site], "barrière")
    return Pond(db, folder, site)


def newts(pond: Pond) -> dict[str, Record]:
    """Save three newts: TC-001 of three springs, TC-002 of one, TC-003 that was never caught since."""
    one = pond.individual("TC-001", sex="3", comments="tache en forme de V sous la gorge")
    two = pond.individual("TC-002", sex="2")
    three = pond.individual("TC-003")
    for seed, on in ((1, "2024-03-12"), (101, "2025-03-20"), (201, "2026-03-18")):
        pond.photo(pond.caught(on, one, bucket=str(seed % 7 + 1)), seed)
    pond.photo(pond.caught("2026-03-18", two, bucket="9", sex="2"), 2)
    pond.photo(pond.caught("2026-03-22", two, bucket="2", sex="2", direction="out"), 3, "back")
    return {"TC-001": one, "TC-002": two, "TC-003": three}


class Barrier:
    """The main window, worked by keys and by the names of its widgets."""

    def __init__(
        self, qtbot: QtBot, db: Database, real: Mapping[str, Callable[[PageContext], PageWidget] | None]
    ) -> None:
        self.qtbot, self.db = qtbot, db
        self.saved: list[str] = []
        services = Services(db, db.protocols, Settings(), self.saved.append, lambda _settings: None)
        pages = [
            replace(page, build=real.get(page.code) or page.build) if page.code in real else replace(page, build=Blank)
            for page in windows.pages(db.protocols)
        ]
        self.window = MainWindow(
            pages, services=services, undo=lambda: changes.undo(db).label, redo=lambda: changes.redo(db).label
        )
        self.window.resize(1366, 768)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)

    def go(self, code: str, **params: object) -> PageWidget:
        self.window.navigate(code, **params)
        self.idle()
        page = self.window.page()
        assert page is not None
        return page

    def idle(self) -> None:
        """Wait until nothing is under way, and what came is painted."""
        QApplication.processEvents()
        self.qtbot.waitUntil(lambda: not self.window.background.busy(), timeout=30_000)
        QApplication.processEvents()

    def find(self, kind: type[Kind], name: str) -> Kind:
        found = self.window.findChild(kind, name)
        assert found is not None, name
        return found

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.keyClick(QApplication.focusWidget() or self.window, key, modifier)
        self.idle()

    def type(self, text: str) -> None:
        self.qtbot.keyClicks(QApplication.focusWidget() or self.window, text)
        self.idle()

    def words(self, name: str) -> str:
        label = self.find(QLabel, name)
        told = getattr(label, "words", None)
        return str(told()) if told is not None else label.text()

    def rows(self, name: str) -> list[list[str]]:
        model = self.find(RecordTable, name).model()
        return [
            [str(model.index(row, column).data() or "") for column in range(model.columnCount())]
            for row in range(model.rowCount())
        ]

    def current(self) -> str:
        """Return the name of what has the cursor."""
        focus = QApplication.focusWidget()
        return focus.objectName() if focus is not None else ""


@contextmanager
def barrier_on(
    qtbot: QtBot,
    qapp: QApplication,
    tmp_path: Path,
    real: Mapping[str, Callable[[PageContext], PageWidget] | None],
) -> Iterator[tuple[Barrier, Pond]]:
    """Hold a window on a database of its own with a barrier in it; `real` are the pages that are not blank."""
    theme.apply(qapp)
    with open_for_use(tmp_path / "vimy.db", protocols.installed(), Author(LOU, "laptop")) as db:
        pond = pond_of(db, tmp_path / "carte")
        shown = Barrier(qtbot, db, real)
        try:
            yield shown, pond
        finally:
            shown.window.close()
            shown.window.deleteLater()
            theme.apply(qapp)
