"""The page of the data shows captures as it shows observations: filtered by keys, a ring at once."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.exchange import demo
from fieldapp.store import records
from fieldapp.ui import rounds, theme
from fieldapp.ui.season import SeasonStepper
from fieldapp.ui.widgets import Chip
from fieldapp.ui.windows.history import HistoryPage
from tests.ui.banding.small_season import Season
from tests.ui.windows.desk import Blank, Desk, desk_on


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(rounds, "today", lambda: date(2026, 11, 20))
    with desk_on(qtbot, qapp, tmp_path / "birds.db", filled=False) as opened:
        yield opened
    theme.apply(qapp)


@pytest.fixture
def season(desk: Desk) -> Season:
    return Season(desk.services.db)


def rings(desk: Desk) -> list[str]:
    return [row[1] for row in desk.cells("data.table")]


def look_for(desk: Desk, text: str) -> None:
    desk.press(Qt.Key.Key_F5)
    line = desk.find(QLineEdit, "data.search")
    line.selectAll()
    if text:
        desk.qtbot.keyClicks(line, text)
    else:
        desk.press(Qt.Key.Key_Delete)


def opened(desk: Desk) -> tuple[str, dict[str, object]]:
    page, place = desk.window.page(), desk.window.place()
    assert isinstance(page, Blank)
    assert place is not None
    return place.code, page.opened[-1]


def test_an_association_with_birds_only_has_no_other_protocol_to_choose(desk: Desk, season: Season) -> None:
    desk.go("data")
    assert {chip.text() for chip in desk.find(QWidget, "data.protocol").findChildren(Chip)} == {"Tous", "Baguage"}
    assert len(rings(desk)) == 6  # the season 2026


def test_a_row_says_the_bird_its_measures_and_where(desk: Desk, season: Season) -> None:
    desk.go("data", year=2025)
    assert desk.cells("data.table")[0] == (
        "03/08", "868 0017", "B", "Rousserolle effarvatte|ACRSCI", "?", "1A", "66,5", "2", "11,3", "1", "07:30",
        "Bac à schlamms, Dourges · Filets Bac à schlamms", "PHENO",
    )  # fmt: skip


def test_a_ring_typed_is_found_in_all_seasons_and_clearing_it_goes_back(desk: Desk, season: Season) -> None:
    desk.go("data")
    look_for(desk, "8680017")
    desk.qtbot.waitUntil(lambda: rings(desk) == ["868 0017", "868 0017"])
    assert desk.find(SeasonStepper, "data.season").year() is None
    assert [row[0] for row in desk.cells("data.table")] == ["12/09/2026", "03/08/2025"]
    look_for(desk, "")
    desk.qtbot.waitUntil(lambda: len(rings(desk)) == 6)
    assert desk.find(SeasonStepper, "data.season").year() == 2026


def test_a_foreign_ring_is_found_without_its_scheme_and_shown_with_it(desk: Desk, season: Season) -> None:
    desk.go("data", text="A710715")
    assert rings(desk) == ["GBT A 710715"]


def test_other_letters_are_looked_for_in_what_was_noted_and_in_the_places(desk: Desk, season: Season) -> None:
    desk.go("data", text="dechire")
    assert rings(desk) == ["868 0041"]
    desk.go("data", text="vimy")
    assert len(rings(desk)) == 3


def test_species_and_place_narrow_the_rows(desk: Desk, season: Season) -> None:
    desk.go("data")
    desk.press(Qt.Key.Key_F4)
    desk.qtbot.keyClicks(desk.find(QLineEdit, "data.taxon"), "charbonn")
    desk.press(Qt.Key.Key_Return)
    desk.idle()
    assert {row[3] for row in desk.cells("data.table")} == {"Mésange charbonnière|PARMAJ"}
    desk.press(Qt.Key.Key_F3)
    desk.qtbot.keyClicks(desk.find(QLineEdit, "data.area"), "dourges")
    desk.press(Qt.Key.Key_Return)
    desk.idle()
    assert desk.find(QWidget, "data.nothing").isVisible()


@pytest.mark.parametrize(
    ("key", "code"), [(Qt.Key.Key_Return, "capture"), (Qt.Key.Key_O, "captures"), (Qt.Key.Key_B, "ring")]
)
def test_enter_opens_the_capture_and_a_letter_its_session_or_its_ring(
    desk: Desk, season: Season, key: Qt.Key, code: str
) -> None:
    desk.go("data", text="8680041")
    desk.press(key)
    wanted = {
        "capture": {"uid": season.others[1].uid},
        "captures": {"uid": season.s26.uid},
        "ring": {"key": "FRP8680041"},
    }
    assert opened(desk) == (code, wanted[code])


def test_the_history_is_that_of_the_capture(desk: Desk, season: Season) -> None:
    desk.go("data", text="8680041")
    desk.press(Qt.Key.Key_H)
    assert isinstance(desk.window.page(), HistoryPage)
    assert {row[3].partition("|")[2] for row in desk.cells("history.table")} == {"868 0041 Fauvette à tête noire"}


def test_sessions_that_are_open_or_lack_their_effort_are_to_be_finished(desk: Desk, season: Season) -> None:
    desk.go("data")
    desk.press(Qt.Key.Key_C)
    desk.idle()
    assert [(row[0], row[2], row[3]) for row in desk.cells("data.todo")] == [
        ("14/11/2026", "SPOL", "Mètres de filet : à remplir."),
        ("07/11/2026", "SPOL", "À clore. Durée : à remplir."),
    ]
    assert desk.label("data.count") == "2 séances à finir"
    desk.press(Qt.Key.Key_Return)
    assert opened(desk) == ("session", {"uid": season.no_metres.uid})


def test_an_imported_session_with_its_metres_is_finished_though_no_file_says_which_nets_were_open(desk: Desk) -> None:
    demo.take(desk.services.db, demo.BIRDS)
    desk.go("data", protocol="banding", year=2020, incomplete=True)
    assert desk.find(QWidget, "data.complete").isVisible()


def test_a_season_whose_sessions_are_closed_says_so(desk: Desk, season: Season) -> None:
    desk.go("data", year=2025, incomplete=True)
    assert desk.find(QWidget, "data.complete").isVisible()


def test_with_ponds_too_a_figure_changes_the_protocol_and_back_shows_it_again(desk: Desk, season: Season) -> None:
    from tests.ui.windows.support import area

    area(desk.services.db, "Terrils")
    desk.go("data")
    assert desk.find(QWidget, "data.empty").isVisible()  # the ponds come first, and nothing was seen there yet
    desk.press(Qt.Key.Key_2)
    desk.idle()
    assert len(rings(desk)) == 6
    desk.press(Qt.Key.Key_Return)
    desk.window.back()
    desk.idle()
    assert len(rings(desk)) == 6
    desk.press(Qt.Key.Key_1)
    desk.idle()
    assert desk.find(QWidget, "data.empty").isVisible()


def test_a_capture_deleted_elsewhere_leaves_an_empty_row_and_no_failure(desk: Desk, season: Season) -> None:
    desk.go("data", text="8680041")
    records.delete(desk.services.db, season.others[1].uid, "supprimée")
    desk.press(Qt.Key.Key_Return)
    assert not isinstance(desk.window.page(), Blank)
