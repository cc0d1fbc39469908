"""The page of one bird, in the real window and by keyboard: its captures, its curve, and the search for another."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.core.settings import Settings
from fieldapp.ui import theme, windows
from fieldapp.ui.banding.ring import RingPage
from fieldapp.ui.banding.ring_curve import RingCurve
from fieldapp.ui.services import Services
from fieldapp.ui.shell import MainWindow
from fieldapp.ui.tables import RecordTable
from fieldapp.ui.widgets import Elided, EmptyState, Suggest
from tests.protocols.banding.birds import DOURGES, Ringers, ringers
from tests.ui.windows.desk import Blank


class Window:
    """The main window with the page "ring" as it is, worked by keys and names."""

    def __init__(self, qtbot: QtBot, team: Ringers) -> None:
        self.qtbot = qtbot
        services = Services(team.db, team.db.protocols, Settings(), lambda _at: None, lambda _settings: None)
        listed = [
            page if page.code == "ring" else replace(page, build=Blank) for page in windows.pages(services.protocols)
        ]
        self.main = MainWindow(listed, services=services)
        self.main.show()
        self.main.activateWindow()
        qtbot.waitUntil(self.main.isActiveWindow)

    def open(self, key: str = "") -> RingPage:
        self.main.navigate("ring", **({"key": key} if key else {}))
        QApplication.processEvents()
        page = self.main.page()
        assert isinstance(page, RingPage)
        return page

    def press(self, key: Qt.Key) -> None:
        self.qtbot.keyClick(QApplication.focusWidget() or self.main, key)
        QApplication.processEvents()

    def type(self, text: str) -> None:
        self.qtbot.keyClicks(QApplication.focusWidget() or self.main, text)

    def label(self, name: str) -> str:
        found = self.main.findChild(QLabel, name)
        assert found is not None, name
        return found.words() if isinstance(found, Elided) else found.text()

    def visible(self, name: str) -> bool:
        found = self.main.findChild(QWidget, name)
        assert found is not None, name
        return found.isVisible()

    def table(self) -> RecordTable:
        found = self.main.findChild(RecordTable, "ring.table")
        assert found is not None
        return found

    def rows(self) -> list[list[str]]:
        """Return the words of the columns that are shown."""
        model, table = self.table().model(), self.table()
        columns = [column for column in range(model.columnCount()) if not table.isColumnHidden(column)]
        return [[str(model.index(row, column).data() or "") for column in columns] for row in range(model.rowCount())]

    def place(self) -> tuple[str, dict[str, object]]:
        """Return the page that is shown and what it was opened with."""
        found, page = self.main.place(), self.main.page()
        assert found is not None
        assert isinstance(page, Blank)
        return found.code, page.opened[-1]


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Ringers]:
    with ringers(tmp_path / "x.db") as found:
        found.capture("8680017", "2024-08-03", action="B", place=DOURGES, age="1A", wing_mm=66.0, mass_g=11.2)
        found.capture("8680017", "2025-05-19", sex="F", age="2A", wing_mm=66.5, mass_g=12.6, hour="06:30")
        found.capture("8680017", "2026-06-21", sex="F", age="+1A", wing_mm=66.5, mass_g=12.1)
        found.capture("SC126903", "2020-05-01", action="B", species="CARCHL", sex="M")
        found.capture("SC126904", "2022-05-01", species="CARCHL", sex="F", replaced_ring_key="FRPSC126903")
        found.capture("AB1234", "2026-05-01", ring_scheme="NLA", condition="2")
        yield found


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, team: Ringers) -> Iterator[Window]:
    theme.apply(qapp)
    found = Window(qtbot, team)
    yield found
    found.main.close()
    found.main.deleteLater()


def test_a_bird_is_shown_whole(window: Window) -> None:
    page = window.open("FRP8680017")
    assert (page.page_title, page.page_context) == ("Vie d’un oiseau", "Rousserolle effarvatte")
    assert window.label("ring.number") == "868 0017"
    assert window.label("ring.since") == "1 an 10 mois · 3 captures"
    assert window.label("ring.others") == "12 km entre la première et la dernière capture"
    assert window.rows() == [
        ["03/08/2024", "neutral|B", "STOC, Bac à schlamms, DOURGES", "1A", "66,0", "11,2", ""],
        [
            "19/05/2025 06:30", "info|C", "STOC, Marais de la Couture, AVION", "F 2A", "66,5", "12,6", "9 mois · 12 km",
        ],
        ["21/06/2026", "info|C", "STOC, Marais de la Couture, AVION", "F +1A", "66,5", "12,1", "1 an 1 mois"],
    ]  # fmt: skip
    assert not window.visible("ring.doubt")


def test_the_curve_has_mass_and_wing_and_says_them(window: Window) -> None:
    window.open("FRP8680017")
    curve = window.main.findChild(RingCurve, "ring.curve")
    assert curve is not None
    assert curve.isVisible()
    assert curve.labels() == ["Masse (g)", "Aile (mm)"]
    assert "Masse (g) : 03/08/2024 11,2, 19/05/2025 12,6, 21/06/2026 12,1" in curve.accessibleDescription()
    window.open("FRPSC126903")
    assert not curve.isVisible()


def test_enter_opens_the_capture_where_the_cursor_stands(window: Window, team: Ringers) -> None:
    page = window.open("FRP8680017")
    window.press(Qt.Key.Key_Down)
    uid = team.known.by_field("banding", "observation", "ring_key", ["FRP8680017"])[1].uid
    window.press(Qt.Key.Key_Return)
    assert window.place() == ("capture", {"uid": uid})
    assert page.undo_state() == {"key": "FRP8680017"}


def test_replaced_rings_and_contradictions_are_told(window: Window) -> None:
    window.open("FRPSC126904")
    assert window.label("ring.number") == "SC 126904"
    assert window.label("ring.others") == "Autre bague de cet oiseau : SC 126903"
    assert [row[2] for row in window.rows()] == ["SC 126903", "SC 126904"]
    assert [row[-1] for row in window.rows()] == ["sexe", "sexe"]
    assert window.label("ring.doubt") == "Femelle en 2022, mâle le 01/05/2020 : vérifiez le sexe et la bague."
    window.press(Qt.Key.Key_Down)
    assert window.label("ring.doubt") == "Mâle en 2020, femelle le 01/05/2022 : vérifiez le sexe et la bague."


def test_f3_takes_another_ring_by_its_beginning(window: Window) -> None:
    window.open("FRP8680017")
    window.press(Qt.Key.Key_F3)
    window.type("SC1269")
    search = window.main.findChild(Suggest, "ring.search")
    assert search is not None
    assert [row.title for row in search.rows()] == ["SC 126903", "SC 126904"]
    window.press(Qt.Key.Key_Down)
    window.press(Qt.Key.Key_Return)
    assert window.label("ring.number") == "SC 126904"
    assert window.table().hasFocus()


def test_a_foreign_ring_is_found_whole_and_its_death_is_told(window: Window) -> None:
    window.open()
    assert window.visible("ring.empty")
    line = window.main.findChild(QLineEdit, "ring.search")
    assert line is not None
    assert line.hasFocus()
    window.type("NLA AB1234")
    window.press(Qt.Key.Key_Return)
    assert window.label("ring.number") == "AB 1234"
    assert "Trouvé mort le 01/05/2026" in window.label("ring.others")


def test_a_ring_that_nobody_knows_and_what_is_no_ring_are_answered_with_a_sentence(window: Window) -> None:
    window.open()
    window.type("5555555")
    window.press(Qt.Key.Key_Return)
    unknown = window.main.findChild(EmptyState, "ring.unknown")
    assert unknown is not None
    assert unknown.isVisible()
    assert (unknown.title.text(), unknown.sentence.text()) == ("555 5555", "Bague jamais vue ici.")
    window.press(Qt.Key.Key_F3)
    window.type("8,68E+06")
    window.press(Qt.Key.Key_Return)
    assert "abîmé par un tableur" in window.label("ring.said")
    window.open("FRP8680017")
    assert window.label("ring.said") == ""


def test_the_page_keeps_its_bird_and_follows_the_theme(window: Window, qapp: QApplication) -> None:
    page = window.open("FRP8680017")
    window.main.navigate("data")
    window.open()
    assert window.label("ring.number") == "868 0017"
    theme.apply(qapp, "nuit-rouge", 1.5)
    QApplication.processEvents()
    curve = window.main.findChild(RingCurve, "ring.curve")
    assert curve is not None
    assert curve.labels() == ["Masse (g)", "Aile (mm)"]
    theme.apply(qapp)
    assert [action.key for action in page.actions_of_page()] == ["F3", "Return"]
