"""All observations in one table: filtered by keys, quick with a million of them."""

from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.core.record import Record, with_data
from fieldapp.exchange.preview import incomplete
from fieldapp.store import records
from fieldapp.ui import theme
from fieldapp.ui.season import SeasonStepper
from fieldapp.ui.tables import KEPT_WINDOWS, WINDOW, RecordTable
from fieldapp.ui.windows.history import HistoryPage
from tests.ui.windows.desk import Blank, Desk, desk_on

STATE = 7
"""The place of the column of the state."""


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Desk]:
    with desk_on(qtbot, qapp, tmp_path / "season.db", filled=True) as opened:
        yield opened
    theme.apply(qapp)


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
    desk.press(Qt.Key.Key_F4)
    desk.qtbot.keyClicks(desk.find(QLineEdit, "data.taxon"), "calam")
    desk.press(Qt.Key.Key_Return)
    desk.idle()
    narrowed = desk.cells("data.table")
    assert {row[3].partition("|")[0] for row in narrowed} == {"Crapaud calamite"}
    desk.press(Qt.Key.Key_F3)
    desk.qtbot.keyClicks(desk.find(QLineEdit, "data.area"), "leforest")
    desk.press(Qt.Key.Key_Return)
    desk.idle()
    assert 0 < len(desk.cells("data.table")) < len(narrowed)
    assert {row[1].partition("|")[2] for row in desk.cells("data.table")} == {"Territoire communal de Leforest"}
    desk.press(Qt.Key.Key_Backspace, Qt.KeyboardModifier.ControlModifier)
    settled(desk, "389 lignes")
    desk.press(Qt.Key.Key_F5)
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


def without_end(desk: Desk) -> Record:
    """Take the end of one visit away and return the visit."""
    db = desk.services.db
    seen = records.get(db, "97a6205d-b58b-47c5-a672-2f5baec24d6e")
    assert seen is not None
    visit = records.get(db, seen.parent or "")
    assert visit is not None
    values = {name: value for name, value in visit.data.items() if name != "Heure_fin"}
    entity = db.protocols[visit.protocol].entity(visit.entity)
    records.save(db, [with_data(visit, entity, values)], "heure effacée")
    return visit


def test_every_line_of_a_visit_that_lacks_something_is_a_draft_as_in_the_round(desk: Desk) -> None:
    desk.go("data", year=2020)
    assert not [row for row in desk.cells("data.table") if row[STATE] == "draft|"]
    visit = without_end(desk)
    desk.go("data", year=2020)
    drafts = [row for row in desk.cells("data.table") if row[STATE] == "draft|"]
    assert len(drafts) == len(records.children(desk.services.db, [visit.uid])) > 0


@pytest.mark.parametrize("year", [2020, None])
def test_the_state_is_in_sight_with_large_letters_too(desk: Desk, qapp: QApplication, year: int | None) -> None:
    desk.window.resize(1366, 768)
    desk.go("data", year=year)
    table = desk.find(RecordTable, "data.table")
    desk.qtbot.waitUntil(lambda: not table.horizontalScrollBar().isVisible())
    theme.apply(qapp, "jour", 1.5)
    desk.go("data", year=year)
    table = desk.find(RecordTable, "data.table")  # large letters take another list
    right = table.columnViewportPosition(STATE) + table.columnWidth(STATE)
    desk.qtbot.waitUntil(lambda: 0 < right <= table.viewport().width())
    assert [column.title for column in table.model().columns][STATE:] == [  # type: ignore[attr-defined]
        "État",
        "Dénombrement",
        "Observateurs",
    ]


def test_one_key_lists_the_visits_that_lack_something_and_enter_opens_their_sheet(desk: Desk) -> None:
    visit = without_end(desk)
    wanted = incomplete(desk.services.db, desk.services.protocols["pop_amphibiens"], "visit", 2020)
    desk.go("data")
    desk.press(Qt.Key.Key_C)
    desk.idle()
    rows = desk.cells("data.todo")
    assert len(rows) == len(wanted)
    assert {row[3] for row in rows} == {" ".join(sentences) for sentences in wanted.values()}
    assert desk.label("data.count") in {f"{len(rows)} passage à compléter", f"{len(rows)} passages à compléter"}
    todo = desk.find(RecordTable, "data.todo")
    assert todo.hasFocus()
    place = next(number for number, row in enumerate(rows) if "Fin : à remplir." in row[3])
    todo.selectRow(place)
    assert desk.label("data.lacks") == rows[place][3]
    desk.press(Qt.Key.Key_Return)
    sheet = desk.window.page()
    assert isinstance(sheet, Blank)
    assert sheet.opened == [{"protocol": "pop_amphibiens", "site": visit.parent, "visit": visit.uid}]
    desk.window.back()
    desk.idle()
    assert desk.cells("data.todo") == rows
    desk.press(Qt.Key.Key_C)
    settled(desk, "389 lignes")
    assert desk.find(RecordTable, "data.table").hasFocus()


def test_the_incomplete_visits_of_one_area_only(desk: Desk) -> None:
    without_end(desk)
    desk.go("data", year=2020, incomplete=True)
    everywhere = desk.cells("data.todo")
    area = everywhere[-1][1].partition("|")[2]
    desk.press(Qt.Key.Key_F3)
    desk.qtbot.keyClicks(desk.find(QLineEdit, "data.area"), area[:12])
    desk.press(Qt.Key.Key_Return)
    desk.idle()
    assert desk.cells("data.todo") == [row for row in everywhere if row[1].partition("|")[2] == area]


def test_a_season_without_gaps_says_so(desk: Desk) -> None:
    db = desk.services.db
    protocol = db.protocols["pop_amphibiens"]
    for uid in incomplete(db, protocol, "visit", 2020):
        records.delete(db, uid, "supprimé")
    desk.go("data", year=2020, incomplete=True)
    assert desk.find(QWidget, "data.complete").isVisible()


def test_opening_the_page_checks_no_visit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr("fieldapp.ui.windows.data_list.found_incomplete", lambda *given: asked.append(given))
    desk.go("data")
    assert asked == []


def test_a_check_that_is_cancelled_goes_back_to_the_rows(desk: Desk) -> None:
    page = desk.go("data")
    desk.press(Qt.Key.Key_C)
    desk.press(Qt.Key.Key_Escape)
    settled(desk, "389 lignes")
    assert desk.window.page() is page
    assert not desk.find(QWidget, "data.incomplete").property("checked")
