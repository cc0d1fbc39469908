"""All observations in one table: filtered by keys, quick with a million of them."""

from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.store import records
from fieldapp.ui.season import SeasonStepper
from fieldapp.ui.tables import KEPT_WINDOWS, WINDOW, RecordTable
from fieldapp.ui.windows.history import HistoryPage
from tests.ui.windows.desk import Blank, Desk, desk_on


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Desk]:
    with desk_on(qtbot, qapp, tmp_path / "season.db", filled=True) as opened:
        yield opened


def count(desk: Desk) -> str:
    desk.idle()
    return desk.label("data.count")


def settled(desk: Desk, words: str) -> None:
    desk.qtbot.waitUntil(lambda: desk.find(QLabel, "data.count").text() == words)


def test_the_newest_season_is_there_at_once(desk: Desk) -> None:
    desk.go("data")
    assert count(desk) == "389 lignes"
    assert desk.window.page() is not None
    rows = desk.cells("data.table")
    assert len(rows) == 389
    species = {row[3] for row in rows}
    assert "Triton ponctué|Lissotriton vulgaris" in species
    assert "aucun amphibien" in species


def test_species_area_and_letters_narrow_the_table_and_one_key_widens_it(desk: Desk) -> None:
    desk.go("data")
    desk.press(Qt.Key.Key_F3)
    desk.qtbot.keyClicks(desk.find(QLineEdit, "data.taxon"), "calam")
    desk.press(Qt.Key.Key_Return)
    desk.idle()
    narrowed = desk.cells("data.table")
    assert {row[3].partition("|")[0] for row in narrowed} == {"Crapaud calamite"}
    desk.press(Qt.Key.Key_F2)
    desk.qtbot.keyClicks(desk.find(QLineEdit, "data.area"), "leforest")
    desk.press(Qt.Key.Key_Return)
    desk.idle()
    assert 0 < len(desk.cells("data.table")) < len(narrowed)
    assert {row[1].partition("|")[2] for row in desk.cells("data.table")} == {"Territoire communal de Leforest"}
    desk.press(Qt.Key.Key_Backspace, Qt.KeyboardModifier.ControlModifier)
    settled(desk, "389 lignes")
    desk.press(Qt.Key.Key_F4)
    desk.qtbot.keyClicks(desk.find(QLineEdit, "data.search"), "leforest")
    desk.qtbot.waitUntil(lambda: desk.label("data.count") not in {"389 lignes", "recherche…"})
    assert all("Leforest" in row[1] for row in desk.cells("data.table"))


def test_nothing_found_says_so_and_offers_the_way_out(desk: Desk) -> None:
    desk.go("data", text="zzzz")
    assert desk.find(QWidget, "data.nothing").isVisible()
    desk.qtbot.mouseClick(desk.find(QWidget, "data.clear_all"), Qt.MouseButton.LeftButton)
    desk.idle()
    assert desk.find(RecordTable, "data.table").isVisible()


def test_all_seasons_are_one_key_away(desk: Desk) -> None:
    desk.go("data")
    desk.press(Qt.Key.Key_T)
    desk.idle()
    assert desk.find(SeasonStepper, "data.season").year() is None
    assert desk.cells("data.table")[0][0].endswith("/2020")


def test_enter_opens_the_sheet_and_h_the_history_of_the_row(desk: Desk) -> None:
    desk.go("data")
    desk.press(Qt.Key.Key_Down)
    desk.press(Qt.Key.Key_Return)
    sheet = desk.window.page()
    assert isinstance(sheet, Blank)
    visit = records.get(desk.services.db, sheet.opened[0]["visit"])
    assert visit is not None
    assert visit.parent == sheet.opened[0]["site"]
    desk.window.back()
    desk.idle()
    desk.press(Qt.Key.Key_H)
    assert isinstance(desk.window.page(), HistoryPage)


def test_an_empty_database_says_what_will_be_here(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    with desk_on(qtbot, qapp, tmp_path / "new.db", filled=False) as desk:
        desk.go("data")
        assert desk.find(QWidget, "data.empty").isVisible()


def test_scrolling_through_a_million_rows_fetches_windows_only(desk: Desk) -> None:
    desk.go("data")
    table = desk.find(RecordTable, "data.table")
    asked: list[int] = []

    def fetch(ids: Sequence[int]) -> list[tuple[str, ...]]:
        asked.append(len(ids))
        return [(str(number),) * 10 for number in ids]

    table.show_ids(array("q", range(1_000_000)), fetch)
    bar = table.verticalScrollBar()
    for step in range(0, bar.maximum() + 1, bar.maximum() // 20):
        bar.setValue(step)
        table.grab()
    assert max(asked) <= WINDOW
    assert len(asked) <= 2 * 21 + 2  # a screen lies in at most two windows
    assert len(table.model()._windows) <= KEPT_WINDOWS  # type: ignore[attr-defined]
