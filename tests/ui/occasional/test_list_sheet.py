"""A list of the day by keyboard, in the real window, on a real database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from fieldapp.core.checking import CONFIRMED
from fieldapp.store import drafts
from fieldapp.store.connection import Database
from fieldapp.ui.forms.lines import LineRow
from tests.ui.occasional.conftest import ALEX, MERLE, VULCAIN, Hand, lines, lists

MERLE_A_PLASTRON = 4112
GO = Callable[..., Hand]
PRESENT = {"id_nomenclature_observation_status": "Pr"}


def test_a_blackbird_takes_six_keys_once_the_place_is_known(db: Database, go: GO) -> None:
    hand = go()
    hand.keys("jonc", "Enter")
    before = len(hand.pressed)
    hand.keys("mer", "Enter", "3", "Enter")
    assert len(hand.pressed) - before == 6
    [visit] = lists(db)
    assert visit.data == {
        "visit_date_min": "2026-04-14", "place_name": "Mare aux joncs", "longitude": 2.781, "latitude": 50.451,
        "observers": [ALEX],
    }  # fmt: skip
    assert lines(db, visit) == [
        {
            **PRESENT, "cd_nom": MERLE, "count_min": 3, "count_max": 3, "id_nomenclature_type_count": "Co",
            "id_nomenclature_obj_count": "IND",
        }
    ]  # fmt: skip
    assert drafts.keys(db) == []
    assert hand.label("list.missing") == "● Liste complète"


# ------------------------------------------------------------------------------------------- place and head


def test_a_new_list_begins_with_its_place_and_a_known_one_brings_its_position(db: Database, go: GO) -> None:
    hand = go()
    assert hand.focus().objectName() == "list.place"
    hand.keys("jonc", "Enter")
    assert hand.widget("list.position").text() == "50.45100, 2.78100"
    assert hand.focus().objectName() == "sheet.species"


def test_a_place_that_nobody_knows_is_noted_as_it_is_typed_and_asks_for_its_position(db: Database, go: GO) -> None:
    hand = go()
    hand.keys("Jardin", "Enter")
    assert hand.focus().objectName() == "list.position"
    hand.keys("50,4237 2,7731", "Enter", "vul", "Enter", "Enter")
    [visit] = lists(db)
    assert (visit.data["place_name"], visit.data["longitude"], visit.data["latitude"]) == ("Jardin", 2.7731, 50.4237)
    assert lines(db, visit) == [{**PRESENT, "cd_nom": VULCAIN}]
    assert hand.label("list.missing") == "● Liste complète"


def test_the_link_of_a_map_is_a_position(db: Database, go: GO) -> None:
    go().keys("F8", "https://www.openstreetmap.org/?mlat=50.3757&mlon=2.8043", "Enter")
    [visit] = lists(db)
    assert (visit.data["longitude"], visit.data["latitude"]) == (2.8043, 50.3757)


def test_what_is_no_position_waits_beside_its_sentence(db: Database, go: GO) -> None:
    hand = go()
    hand.keys("F8", "derriere chez moi", "Enter")
    assert lists(db) == []
    again = go("list", uid=hand.window.page().undo_state()["uid"])  # type: ignore[union-attr]
    assert again.widget("list.position").text() == "derriere chez moi"


def test_a_list_without_a_position_or_a_species_says_so(db: Database, go: GO) -> None:
    hand = go()
    hand.keys("Jardin", "Enter")
    assert hand.label("list.missing") == "◐ Il manque : position, espèces"


def test_the_hours_take_the_present_time_and_the_date_may_be_another(db: Database, go: GO) -> None:
    hand = go()
    hand.keys("F5", "F5", "Ctrl+Up", "12/4", "Enter")
    [visit] = lists(db)
    assert (visit.data["hour_min"], visit.data["visit_date_min"]) == ("17:40", "2026-04-12")


def test_the_key_of_a_time_goes_into_its_field_and_says_what_a_second_press_does(db: Database, go: GO) -> None:
    hand = go()
    hand.keys("F5")
    assert hand.label("sheet.asks") == "F5 encore pour 17:40"
    hand.keys("8h30", "Enter")
    [visit] = lists(db)
    assert visit.data["hour_min"] == "08:30"
    assert hand.label("sheet.asks") == ""


def test_a_time_that_is_noted_is_replaced_by_the_third_press_only(db: Database, go: GO) -> None:
    hand = go()
    hand.keys("F5", "8h30", "Enter", "F5", "F5")
    assert [visit.data["hour_min"] for visit in lists(db)] == ["08:30"]
    hand.keys("F5")
    assert [visit.data["hour_min"] for visit in lists(db)] == ["17:40"]


def test_a_date_in_the_future_is_refused_and_stays_on_the_sheet(db: Database, go: GO) -> None:
    hand = go()
    hand.keys("jonc", "Enter", "Ctrl+Up", "15/4", "Enter")
    assert [visit.data["visit_date_min"] for visit in lists(db)] == ["2026-04-14"]
    assert "à corriger : date" in hand.label("list.missing").lower()


# ------------------------------------------------------------------------------------------------- lines


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (["12-22", "Enter"], {"count_min": 12, "count_max": 22, "id_nomenclature_type_count": "Es"}),
        (["x", "Enter"], {}),
        (["2 nids", "Enter"], {"count_min": 2, "id_nomenclature_obj_count": "NID"}),
        (
            ["3", "Tab", "j", "Tab", "f", "Enter"],
            {"count_min": 3, "id_nomenclature_life_stage": "3", "id_nomenclature_sex": "2"},
        ),
    ],
)
def test_numbers_objects_and_letters_are_typed_in_one_line(
    db: Database, go: GO, typed: list[str], stored: dict[str, Any]
) -> None:
    hand = go()
    hand.keys("jonc", "Enter", "mer", "Enter", *typed)
    if "Tab" in typed:
        hand.keys("Ctrl+Down")
        hand.window.page().leaving()  # type: ignore[union-attr]
    [visit] = lists(db)
    [line] = lines(db, visit)
    assert {name: line.get(name) for name in stored} == stored
    assert ("count_min" in line) == ("count_min" in stored)


def test_what_was_noted_here_is_proposed_first_and_repeated_by_one_key(db: Database, go: GO) -> None:
    hand = go()
    hand.keys("jonc", "Enter", "merle a", "Enter", "1", "Enter", "Ctrl+Enter")
    hand.keys("jonc", "Enter", "mer", "Enter", "2", "Enter")
    assert [line["cd_nom"] for line in lines(db, lists(db)[1])] == [MERLE_A_PLASTRON]
    hand.keys("Ctrl+Enter", "jonc", "Enter", "F2", "1", "Enter")
    assert [line["cd_nom"] for line in lines(db, lists(db)[2])] == [MERLE_A_PLASTRON]


def test_a_warning_is_said_below_and_confirmed_for_good(db: Database, go: GO) -> None:
    hand = go()
    hand.keys("jonc", "Enter", "vul", "Enter", "1", "Tab", "f", "Enter", "Ctrl+Down")
    hand.window.page().leaving()  # type: ignore[union-attr]
    assert "Vulcain" in hand.widget("list.banner").text()
    assert "1 point à vérifier" in hand.label("list.missing")
    hand.keys("F12")
    assert hand.label("list.missing") == "● Liste complète"
    [visit] = lists(db)
    assert lines(db, visit)[0][CONFIRMED] == ["code_of_others"]


def test_a_line_is_changed_and_deleted_by_keys(db: Database, go: GO) -> None:
    hand = go()
    hand.keys("jonc", "Enter", "mer", "Enter", "3", "Enter", "vul", "Enter", "1", "Enter", "Up", "Enter", "2", "Enter")
    [visit] = lists(db)
    assert [line["count_min"] for line in lines(db, visit)] == [3, 2]
    hand.keys("Up", "Del")
    assert [line["count_min"] for line in lines(db, visit)] == [3]


# ---------------------------------------------------------------------------------- from list to list, undo


def test_the_next_list_keeps_the_observers_and_is_of_another_place(db: Database, go: GO) -> None:
    hand = go()
    hand.keys("F3", ",DUBOIS Camille", "Enter", "F7", "jonc", "Enter", "mer", "Enter", "3", "Enter", "Ctrl+Enter")
    assert "1 ligne gardée" in hand.window.notices.banner.text()
    assert hand.widget("list.place").text() == ""
    hand.keys("Jardin", "Enter")
    first, second = lists(db)
    assert len(first.data["observers"]) == 2
    assert second.data["observers"] == first.data["observers"]


def test_opening_a_list_and_leaving_it_stores_nothing(db: Database, go: GO) -> None:
    hand = go()
    hand.keys("Ctrl+Enter")
    assert lists(db) == []
    assert drafts.keys(db) == []
    place = hand.window.place()
    assert place is not None
    assert place.code == "lists"


def test_undo_takes_the_last_save_back_and_redo_repeats_it(db: Database, go: GO) -> None:
    hand = go()
    hand.keys("jonc", "Enter", "mer", "Enter", "3", "Enter", "Ctrl+z")
    [visit] = lists(db)
    assert lines(db, visit) == []
    hand.keys("Ctrl+z")
    assert lists(db) == []
    hand.keys("Ctrl+y", "Ctrl+y")
    assert [len(lines(db, one)) for one in lists(db)] == [1]
    assert hand.widget("list.place").text() == "Mare aux joncs"


def test_each_save_has_a_name_that_undo_says(db: Database, go: GO) -> None:
    go().keys("jonc", "Enter", "mer", "Enter", "3", "Enter")
    labels = [row[0] for row in db.rows("SELECT label FROM action ORDER BY id")][1:]
    assert labels[-1] == "Mare aux joncs : Merle noir 3"


def test_a_list_that_is_thrown_away_can_be_brought_back(db: Database, go: GO) -> None:
    hand = go()
    hand.keys("jonc", "Enter", "mer", "Enter", "3", "Enter")
    QTest.keyClick(
        hand.focus(), Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    assert lists(db) == []
    hand.keys("Ctrl+z")
    assert len(lists(db)) == 1
    assert hand.widget("list.place").text() == "Mare aux joncs"


def test_after_a_list_is_thrown_away_the_next_keeps_its_observers_and_the_notice_undoes_it(
    db: Database, go: GO
) -> None:
    hand = go()
    hand.keys("jonc", "Enter", "F3", "alex", "Enter", "Ctrl+Down", "mer", "Enter", "3", "Enter")
    before = lists(db)
    QTest.keyClick(
        hand.focus(), Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    assert hand.widget("list.place").text() == ""
    hand.keys("jonc", "Enter")
    assert [visit.data["observers"] for visit in lists(db)] == [before[0].data["observers"]]
    hand.keys("Ctrl+z")
    hand.keys("Ctrl+z")
    assert [visit.data for visit in lists(db)] == [visit.data for visit in before]


def test_a_hyphen_in_a_name_does_not_count(db: Database, go: GO) -> None:
    hand = go()
    hand.keys("jonc", "Enter", "rouge-g", "Enter", "x", "Enter")
    [visit] = lists(db)
    assert [line["cd_nom"] for line in lines(db, visit)] == [4001]


def test_what_nobody_counted_is_shown_as_a_cross_not_as_empty(db: Database, go: GO) -> None:
    hand = go()
    hand.keys("jonc", "Enter", "mer", "Enter", "x", "Enter")
    [row] = [one for one in hand.window.findChildren(LineRow) if one.isVisible()]
    assert row.words.cells[0] == "×"


# ------------------------------------------------------------------------------------------------ drafts

TYPED = ("jon", "Enter", "F5", "mer", "Enter", "12-22", "Enter", "vul", "Enter", "x", "Tab", "m", "F8", "50.4")


@pytest.mark.parametrize("count", [1, 2, 4, 6, 8, 10, 12, 13, 14])
def test_after_a_kill_the_list_is_as_it_was_at_the_last_key(go: GO, count: int) -> None:
    hand = go()
    hand.keys(*TYPED[:count])
    before = seen_on_screen(hand)
    uid = hand.window.page().undo_state()["uid"]  # type: ignore[union-attr]
    assert seen_on_screen(go("list", killed=True, uid=uid)) == before


def seen_on_screen(hand: Hand) -> dict[str, Any]:
    names = ("list.place", "list.position", "sheet.species", "sheet.hour_min", "sheet.cell.count")
    texts = {name: hand.widget(name).text() for name in names}
    shown = {row.accessibleName() for row in hand.window.findChildren(QWidget) if "sheet.line." in row.objectName()}
    return {**texts, "lines": sorted(shown)}
