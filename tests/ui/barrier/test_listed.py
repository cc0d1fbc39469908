"""The page of the data shows catches and mornings without one: filtered by keys, an individual at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.core.record import make_record
from fieldapp.store import records
from fieldapp.ui import rounds, theme
from fieldapp.ui.season import SeasonStepper
from fieldapp.ui.widgets import Chip
from tests.ui.barrier.few_mornings import TODAY, Mornings, catch
from tests.ui.windows.desk import Blank, Desk, desk_on


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(rounds, "today", lambda: TODAY)
    with desk_on(qtbot, qapp, tmp_path / "barrier.db", filled=False) as opened:
        yield opened
    theme.apply(qapp)


@pytest.fixture
def mornings(desk: Desk) -> Mornings:
    return Mornings(desk.services.db)


def told(desk: Desk) -> list[tuple[str, ...]]:
    """Return day, species, number and state of each row."""
    return [(row[0], row[1].partition("|")[0], row[2], row[6].partition("|")[2]) for row in desk.cells("data.table")]


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


def test_catches_and_mornings_without_one_stand_in_the_order_of_the_days(desk: Desk, mornings: Mornings) -> None:
    desk.go("data")
    chips = desk.find(QWidget, "data.protocol").findChildren(Chip)
    assert {chip.text() for chip in chips} == {"Tous", "Barrière"}  # the only protocol in use
    rows = told(desk)
    assert rows[:2] == [("18/03", "Intempéries", "", "non relevé"), ("17/03", "aucun animal", "", "vide")]
    assert sorted(rows[2:6]) == sorted(
        [
            ("16/03", "Crapaud commun", "2", ""),
            ("16/03", "Crapaud commun", "2", ""),
            ("16/03", "Triton palmé", "1", "mort"),
            ("16/03", "Triton crêté", "1", ""),
        ]
    )
    assert rows[6:] == [("15/03", "aucune prise notée", "", "à finir")]


def test_a_row_says_the_animal_its_bucket_its_way_who_looked_and_where(desk: Desk, mornings: Mornings) -> None:
    desk.go("data", text="TC-013", year=2026)
    assert desk.cells("data.table") == [
        ("16/03", "Triton crêté|Triturus cristatus", "1", "mâle", "6", "entrée", "", "TC-013", "BOIS Ana",
         "Mare Jules Ferry"),
    ]  # fmt: skip
    desk.go("data", cd_nom=444432)
    assert desk.cells("data.table")[0][2:7] == ("1", "femelle", "7", "sortie", "inaccessible|mort")


def test_a_pair_is_called_a_pair(desk: Desk, mornings: Mornings) -> None:
    desk.go("data", cd_nom=259)
    assert {(row[2], row[3]) for row in desk.cells("data.table")} == {("2", "mâle"), ("2", "couple")}


def test_a_young_one_says_its_stage_and_an_unknown_sex_nothing(desk: Desk, mornings: Mornings) -> None:
    young = catch(mornings.full, "1", 351, 3, "1", stage="3")
    records.save(desk.services.db, [young], "jeunes")
    desk.go("data", cd_nom=351)
    assert [row[2:4] for row in desk.cells("data.table")] == [("3", "juvénile")]


def test_with_a_species_only_its_catches_are_shown(desk: Desk, mornings: Mornings) -> None:
    desk.go("data")
    desk.press(Qt.Key.Key_F4)
    desk.qtbot.keyClicks(desk.find(QLineEdit, "data.taxon"), "crapaud c")
    desk.press(Qt.Key.Key_Return)
    desk.idle()
    assert {row[1] for row in told(desk)} == {"Crapaud commun"}


@pytest.mark.parametrize("text", ["TC-013", "tc-0"])
def test_an_individual_typed_is_found_in_all_seasons_and_clearing_it_goes_back(
    desk: Desk, mornings: Mornings, text: str
) -> None:
    desk.go("data")
    look_for(desk, text)
    desk.qtbot.waitUntil(lambda: [row[0] for row in told(desk)] == ["16/03/2026", "12/03/2025"])
    assert desk.find(SeasonStepper, "data.season").year() is None
    look_for(desk, "")
    desk.qtbot.waitUntil(lambda: len(told(desk)) == 7)
    assert desk.find(SeasonStepper, "data.season").year() == 2026


def test_clearing_the_filters_goes_back_to_the_season_that_an_individual_had_opened(
    desk: Desk, mornings: Mornings
) -> None:
    desk.go("data")
    look_for(desk, "TC-013")
    desk.qtbot.waitUntil(lambda: len(told(desk)) == 2)
    desk.press(Qt.Key.Key_Backspace, Qt.KeyboardModifier.ControlModifier)
    desk.qtbot.waitUntil(lambda: len(told(desk)) == 7)
    assert desk.find(SeasonStepper, "data.season").year() == 2026


def test_clearing_letters_that_were_brought_along_leaves_the_newest_season(desk: Desk, mornings: Mornings) -> None:
    desk.go("data", text="TC-013")
    assert desk.find(SeasonStepper, "data.season").year() is None
    desk.press(Qt.Key.Key_Backspace, Qt.KeyboardModifier.ControlModifier)
    desk.qtbot.waitUntil(lambda: len(told(desk)) == 7)
    assert desk.find(SeasonStepper, "data.season").year() == 2026


def test_clearing_keeps_all_seasons_where_they_were_chosen(desk: Desk, mornings: Mornings) -> None:
    desk.go("data", year=None, text="TC-013")
    desk.press(Qt.Key.Key_Backspace, Qt.KeyboardModifier.ControlModifier)
    desk.qtbot.waitUntil(lambda: len(told(desk)) > 7)
    assert desk.find(SeasonStepper, "data.season").year() is None


def test_other_letters_are_looked_for_in_what_was_noted(desk: Desk, mornings: Mornings) -> None:
    desk.go("data", text="queue abimee")
    assert [row[0] for row in told(desk)] == ["12/03/2025"]


@pytest.mark.parametrize(("text", "day"), [("vide", "17/03/2026"), ("non rel", "18/03/2026")])
def test_empty_and_missed_mornings_are_found_by_their_words(
    desk: Desk, mornings: Mornings, text: str, day: str
) -> None:
    desk.go("data", text=text)
    assert [row[0] for row in told(desk)] == [day]


def test_mornings_of_another_barrier_are_left_out_when_one_is_chosen(desk: Desk, mornings: Mornings) -> None:
    entity = desk.services.protocols["pitfall_barrier"].entity
    other = make_record("pitfall_barrier", entity("site"), {"site_name": "Étang", "commune": "Lens"}, None)
    there = make_record("pitfall_barrier", entity("visit"), {"check_on": "2026-03-02", "state": "empty"}, other.uid)
    records.save(desk.services.db, [other, there], "autre barrière")
    desk.go("data", root=other.uid)
    assert told(desk) == [("02/03/2026", "aucun animal", "", "vide")]
    desk.go("data", root=mornings.site.uid)
    assert len(told(desk)) == 8


@pytest.mark.parametrize(
    ("key", "code"), [(Qt.Key.Key_Return, "morning"), (Qt.Key.Key_I, "individual"), (Qt.Key.Key_B, "barrier")]
)
def test_enter_opens_the_morning_and_a_letter_the_individual_or_the_barrier(
    desk: Desk, mornings: Mornings, key: Qt.Key, code: str
) -> None:
    desk.go("data", text="TC-013", year=2026)
    desk.press(key)
    wanted = {
        "morning": {"site": mornings.site.uid, "on": "2026-03-16"},
        "individual": {"uid": mornings.newt.uid},
        "barrier": {"site": mornings.site.uid},
    }
    assert opened(desk) == (code, wanted[code])


def test_an_empty_morning_opens_as_well(desk: Desk, mornings: Mornings) -> None:
    desk.go("data", text="vide")
    desk.press(Qt.Key.Key_Return)
    assert opened(desk) == ("morning", {"site": mornings.site.uid, "on": "2026-03-17"})


def test_what_is_to_finish_names_the_mornings_nobody_explained_and_leads_to_the_first(
    desk: Desk, mornings: Mornings
) -> None:
    desk.go("data", incomplete=True)
    rows = desk.cells("data.todo")
    assert rows[0] == (
        "2026", "Mare Jules Ferry, Vimy", "Campagne", "2 matins sans relevé ni raison : 14 et 19 mars.", "–",
    )  # fmt: skip
    assert not any("12/03/2025" in row for row in rows)
    desk.press(Qt.Key.Key_Return)
    assert opened(desk) == ("morning", {"site": mornings.site.uid, "on": "2026-03-14"})


def test_a_campaign_whose_mornings_are_all_told_is_not_to_finish(desk: Desk, mornings: Mornings) -> None:
    visit = desk.services.protocols["pitfall_barrier"].entity("visit")
    said = [
        make_record("pitfall_barrier", visit, {"check_on": day, "state": "missed"}, mornings.site.uid)
        for day in ("2026-03-14", "2026-03-19")
    ]
    records.save(desk.services.db, said, "dits")
    desk.go("data", incomplete=True)
    assert not any(row[2] == "Campagne" for row in desk.cells("data.todo"))
