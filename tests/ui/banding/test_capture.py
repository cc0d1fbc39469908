"""The capture page by keyboard, in the real window, on a real database: a bird, its ring, its life, the jumps."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from fieldapp.protocols.banding.stock import RingState
from fieldapp.store import drafts
from fieldapp.store.connection import Database
from fieldapp.ui import theme
from tests.ui.banding.ringing_day import (
    REED_WARBLER,
    SESSION,
    Blank,
    Hand,
    Open,
    fill,
    known_sizes,
    o_string,
    state_of,
    string,
)  # fmt: skip

# ------------------------------------------------------------------------------------------------ one bird


def test_a_bird_is_typed_ring_offered_hour_and_action_filled_in(hand: Hand) -> None:
    hand.keys(*REED_WARBLER)
    [line] = hand.lines()
    assert line.data == {
        "line": 1, "action": "B", "ring_scheme": "FRP", "ring": "8680041", "ring_key": "FRP8680041", "ring_size": "O",
        "species": "ACRSCI", "cd_nom": 4195, "sex": "?", "age": "1A", "wing_mm": 66.5, "fat": "2", "mass_g": 11.3,
        "net": "7", "hour": "06:30",
    }  # fmt: skip
    assert hand.at() == "capture.ring"
    assert len(hand.saved) == 1
    assert drafts.keys(hand.db) == []
    assert hand.rows()[0][:4] == ("1", "868 0041", "neutral|B", "ACRSCI")


def test_the_ring_is_read_back_large_once_the_species_is_known(hand: Hand) -> None:
    hand.keys("Enter")
    assert hand.label("life.number") == ""
    hand.keys("acrsci", "Enter")
    assert hand.label("life.number") == "868 0041"
    number = hand.window.findChild(QWidget, "life.number")
    assert number is not None
    assert number.font().pixelSize() == theme.text_px("display")
    assert "8680041–8680100, reste 60" in hand.label("capture.string")


def test_an_unknown_species_never_fills_a_ring(hand: Hand) -> None:
    hand.keys("Enter", "zzzzz", "Enter")
    assert "aucune espèce" in hand.said()
    assert hand.cell("ring") == ""
    hand.keys("Back", "Back", "Back", "Back", "Back", "spespe", "Enter", "m")
    assert hand.cell("ring") == ""
    assert hand.page.line.cells["species"].text() == "SPESPE"


def test_a_species_whose_size_nobody_knows_asks_for_the_number(hand: Hand) -> None:
    hand.keys("Enter", "luscinia svecica", "Enter")
    assert hand.cell("species") == "LUSSVE"
    assert hand.cell("ring") == ""
    assert "aucune taille de bague habituelle" in hand.page.string.text()
    hand.keys("Shift+Backtab", "Shift+Backtab", "041", "Enter")
    assert hand.cell("ring") == "868 0041"


def test_the_size_that_a_species_got_today_is_offered_for_the_next_one(hand: Hand) -> None:
    hand.keys("041", "Enter", "lussve", "Enter", "m", "1", "Ctrl+Enter")
    hand.keys("Enter", "lussve", "Enter")
    assert hand.cell("ring") == "868 0042"


def test_another_species_takes_the_ring_of_its_own_string(ringing_db: Database, open_captures: Open) -> None:
    fill(ringing_db, o_string(), string("R", "RK7001", "RK7050"), others=known_sizes())
    hand = open_captures()
    hand.keys("Enter", "acrsci", "Enter")
    assert hand.cell("ring") == "868 0041"
    hand.keys("Back", "troglo", "Enter")
    assert hand.cell("ring") == "RK 7001"


def test_unit_keys_fill_and_go_on_and_a_wrong_letter_is_refused_in_words(hand: Hand) -> None:
    hand.keys("Enter", "acrsci", "Enter", "x")
    assert "« x » ne va pas dans la case Sexe" in hand.said()
    assert hand.page.line.cells["sex"].property("problem") == "error"
    hand.keys("f", "2", "w")
    assert (hand.cell("sex"), hand.cell("age"), hand.cell("wing_mm")) == ("F", "2A", "")
    assert "« w » ne va pas dans la case Aile" in hand.said()
    hand.keys("6", "6")
    assert hand.said() == ""
    assert hand.page.line.cells["wing_mm"].property("problem") == ""


def test_who_types_an_age_in_full_is_not_scolded(hand: Hand) -> None:
    hand.keys("Enter", "acrsci", "Enter", "m", "1A", "66")
    assert (hand.cell("age"), hand.cell("wing_mm")) == ("1A", "66")
    assert hand.said() == ""


def test_backspace_in_an_empty_cell_and_shift_tab_go_back(hand: Hand) -> None:
    hand.keys("Enter", "acrsci", "Enter", "m", "1")
    assert hand.at() == "capture.wing_mm"
    hand.keys("Back")
    assert hand.at() == "capture.age"
    hand.keys("Shift+Backtab")
    assert hand.at() == "capture.sex"
    hand.keys("f")
    assert (hand.cell("sex"), hand.at()) == ("F", "capture.age")


def test_ctrl_enter_saves_from_anywhere(hand: Hand) -> None:
    hand.keys("Enter", "acrsci", "Enter", "m", "1", "66", "Ctrl+Enter")
    [line] = hand.lines()
    assert (line.data["wing_mm"], line.data["sex"], "net" in line.data) == (66.0, "M", False)
    assert hand.at() == "capture.ring"


def test_a_line_without_species_or_ring_is_not_stored_and_says_what_is_missing(hand: Hand) -> None:
    hand.keys("Enter", "Enter", "m", "Ctrl+Enter")
    assert hand.lines() == []
    assert "Espèce : à taper" in hand.said()
    assert "Bague : à lire" in hand.said()
    assert hand.at() == "capture.ring"


def test_the_usual_species_of_the_session_comes_first_and_the_french_name_is_enough(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, "Enter", "ac", "Enter")
    assert hand.cell("species") == "ACRSCI"
    hand.keys("Back", "rousserolle t", "Enter")
    assert hand.cell("species") == "ACRARU"
    assert hand.page.line._foot.name.text() == "Rousserolle turdoïde"


def test_letters_of_a_species_that_nobody_chose_wait_and_are_no_species(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, "Enter", "acr", "F6")
    hand.window.back()
    QApplication.processEvents()
    assert (hand.cell("species"), hand.cell("ring"), hand.at()) == ("acr", "", "capture.species")
    hand.keys("Ctrl+Enter")  # the first row of the list, as Enter takes it: the species of today
    assert [line.data["species"] for line in hand.lines()] == ["ACRSCI", "ACRSCI"]


def test_the_list_of_codes_gives_an_age_that_has_no_key(hand: Hand) -> None:
    hand.keys("Enter", "acrsci", "Enter", "m", "F4", "4a", "Enter")
    assert (hand.cell("age"), hand.at()) == ("4A", "capture.wing_mm")


# ---------------------------------------------------------------------------------------------- known birds


def test_a_control_is_inferred_and_shows_its_life(control: Hand) -> None:
    control.keys("8680017", "Enter")
    assert control.page.line.action.text == "C"
    assert control.label("life.since").startswith("2 ans 1 mois")
    assert control.page.line.cells["species"].placeholderText() == "ACRSCI"


def test_enter_takes_the_species_that_the_ring_is_known_on_and_a_control_gets_8_and_20(control: Hand) -> None:
    control.keys("8680017", "Enter", "Enter", "f", "+", "66,5", "Ctrl+Enter")
    [line] = control.lines()
    assert (line.data["species"], line.data["action"]) == ("ACRSCI", "C")
    assert (line.data["condition"], line.data["circumstances"]) == ("8", "20")
    assert control.page.head.controls.text == "1 contrôle"


def test_contradictions_stand_in_words_and_a_second_enter_confirms_them(control: Hand) -> None:
    control.keys("8680017", "Enter", "sylatr", "Enter")
    assert "Rousserolle effarvatte le 21/06/2026, Fauvette à tête noire le 12/09/2026" in control.said()
    control.keys("m", "+", "Ctrl+Enter")
    assert control.lines() == []
    assert control.at() == "capture.net"  # the last cell, where Enter saves
    asides = [label.text().replace("\N{NO-BREAK SPACE}", " ") for label in control.page.alerts.findChildren(QLabel)]
    assert "Ctrl Entrée : c’est bien cela" in asides
    control.keys("Enter")
    assert control.lines() == []
    assert control.at() == "capture.net"
    control.keys("Ctrl+Enter")
    [line] = control.lines()
    assert {"other_species", "sex_differs"} <= set(line.data["confirmed"])
    assert control.dialogs() == []


def test_f2_takes_over_the_sex_that_was_noted_before(control: Hand) -> None:
    control.keys("8680017", "Enter", "Enter", "?", "F2")
    assert control.cell("sex") == "F"


def test_after_a_control_the_series_goes_on(control: Hand) -> None:
    control.keys(*REED_WARBLER)
    control.keys("8680017", "Enter", "Enter", "f", "+", "Ctrl+Enter")
    control.keys(*REED_WARBLER)
    assert [line.data["ring"] for line in control.lines()] == ["8680041", "8680017", "8680042"]


def test_a_ring_put_on_twice_gets_the_strongest_alert(hand: Hand) -> None:
    hand.keys(*REED_WARBLER)
    hand.keys("8680041", "Enter", "sylatr", "Enter", "m", "1", "Ctrl+Enter")
    assert hand.page.line.action.text == "C"
    banner = hand.page.alerts.findChild(QWidget, "capture.alert.0")
    assert banner is not None
    assert banner.property("kind") == "error"
    assert len(hand.lines()) == 1


def test_a_foreign_ring_with_its_scheme(hand: Hand) -> None:
    hand.keys("GBT A710715", "Enter", "acrsci", "Enter", "?", "1", "Ctrl+Enter")
    if not hand.lines():
        hand.keys("Ctrl+Enter")
    [line] = hand.lines()
    assert (line.data["ring_scheme"], line.data["ring"], line.data["action"]) == ("GBT", "A710715", "C")
    assert hand.page.head.foreign.text == "1 étranger"
    assert hand.rows()[0][1] == "GBT A 710715"


def test_a_foreign_looking_ring_proposes_schemes_by_one_key(hand: Hand) -> None:
    hand.keys("L514618", "Enter")
    assert "tapez le centre d’abord" in hand.question()
    hand.keys("Alt+N")
    assert hand.question() == ""
    assert hand.cell("ring") == "NLA L514618"
    assert hand.at() == "capture.species"


def test_a_ring_of_no_string_asks_by_one_key_whether_it_was_put_on_or_read(hand: Hand) -> None:
    hand.keys("7654321", "Enter")
    assert "contrôle ou baguage" in hand.question()
    hand.keys("Alt+B")
    assert hand.page.line.action.text == "B"
    hand.keys("Back", "7654322", "Enter", "Alt+C")
    assert hand.page.line.action.text == "C"


# --------------------------------------------------------------------------------------------------- jumps


def test_a_jump_asks_why_and_the_answer_is_stored_with_the_line_and_undone_with_it(hand: Hand) -> None:
    hand.keys("8680044", "Enter")
    assert "3 bagues sont sautées, 868 0041 à 868 0043" in hand.question()
    hand.keys("Alt+P")
    assert "868 0041, 868 0042, 868 0043 : perdue" in hand.label("capture.string")
    assert state_of(hand.db, "8680042") is RingState.FREE
    hand.keys("acrsci", "Enter", "m", "1", "Ctrl+Enter")
    assert [state_of(hand.db, f"868004{n}") for n in (1, 2, 3, 4)] == [RingState.LOST] * 3 + [RingState.USED]
    hand.keys("Ctrl+Z")
    assert [state_of(hand.db, f"868004{n}") for n in (1, 4)] == [RingState.FREE] * 2


def test_a_jump_may_be_ignored_and_the_stock_shows_the_rings_as_skipped(hand: Hand) -> None:
    hand.keys("8680043", "Enter", "acrsci", "Enter", "m", "1", "Ctrl+Enter")
    assert len(hand.lines()) == 1
    assert [state_of(hand.db, f"868004{n}") for n in (1, 2)] == [RingState.SKIPPED] * 2


def test_a_step_back_in_the_string_is_said_and_asks_nothing(hand: Hand) -> None:
    hand.keys("8680043", "Enter", "acrsci", "Enter", "m", "1", "Ctrl+Enter")
    hand.keys("8680041", "Enter")
    assert hand.question() == ""
    assert hand.label("capture.string").startswith("avant la bague attendue · bague O 2,3 mm")


def test_a_jump_is_explained_ring_by_ring(hand: Hand) -> None:
    hand.keys("8680043", "Enter", "Alt+U", "Alt+P", "Alt+D", "acrsci", "Enter", "m", "1", "Ctrl+Enter")
    assert [state_of(hand.db, f"868004{n}") for n in (1, 2)] == [RingState.LOST, RingState.DESTROYED]


def test_escape_from_a_question_goes_back_to_the_ring(hand: Hand) -> None:
    hand.keys("8680044", "Enter", "Esc")
    assert hand.question() == ""
    assert (hand.cell("ring"), hand.at()) == ("8680044", "capture.ring")
    assert hand.page.undo_state() == {"uid": SESSION}


# ---------------------------------------------------------------------------------- questions without an answer


def away_and_back(hand: Hand, key: str) -> None:
    """Leave the page by a key and come back by Esc's way; a row that is clicked is left by Esc."""
    if key == "click":
        assert hand.page.table.lines is not None
        hand.page.table.loaded.emit(hand.page.table.lines.line(0).uid)
        hand.keys("Esc")
        return
    hand.keys(key)
    assert isinstance(hand.window.page(), Blank)
    hand.window.back()
    QApplication.processEvents()


@pytest.mark.parametrize("way", ["F3", "F6", "F10", "F11", "click"])
def test_a_question_without_an_answer_is_asked_again_and_never_answered_by_itself(hand: Hand, way: str) -> None:
    hand.keys(*REED_WARBLER, "7654321", "Enter")
    assert "contrôle ou baguage" in hand.question()
    away_and_back(hand, way)
    assert "contrôle ou baguage" in hand.question()
    assert (hand.cell("ring"), hand.at()) == ("765 4321", "capture.ring" if way == "click" else "capture.species")
    assert not hand.page.line.action.isVisible()
    hand.keys("Ctrl+Enter")
    assert "contrôle ou baguage" in hand.question()
    assert "Dites d’abord ce qu’est cette bague : Alt" in hand.said()
    hand.page.line.focus("species")
    hand.keys("Alt+B", "acrsci", "Enter", "m", "1", "Ctrl+Enter", "Ctrl+Enter")
    assert [line.data["action"] for line in hand.lines()] == ["B", "B"]


@pytest.mark.parametrize("way", ["F3", "F6", "F10", "F11", "click"])
def test_a_jump_without_an_answer_is_asked_again(hand: Hand, way: str) -> None:
    hand.keys(*REED_WARBLER, "8680045", "Enter")
    away_and_back(hand, way)
    assert hand.cell("ring") == "868 0045"
    hand.page.line.focus("species")
    assert "3 bagues sont sautées, 868 0042 à 868 0044" in hand.question()
    hand.keys("Alt+P", "acrsci", "Enter", "m", "1", "Ctrl+Enter")
    assert state_of(hand.db, "8680043") is RingState.LOST


def test_a_question_without_an_answer_is_asked_again_after_a_crash(hand: Hand, open_captures: Open) -> None:
    hand.keys("L514618", "Enter")
    assert "tapez le centre d’abord" in hand.question()
    again = open_captures()
    assert (again.cell("ring"), again.at()) == ("L 514618", "capture.species")
    assert "tapez le centre d’abord" in again.question()


def test_an_answer_is_not_asked_for_again(hand: Hand, open_captures: Open) -> None:
    hand.keys("7654321", "Enter", "Alt+B")
    again = open_captures()
    assert (again.cell("ring"), again.page.line.action.text, again.question()) == ("765 4321", "B", "")
    again.keys("acrsci", "Enter", "m", "1", "Ctrl+Enter", "Ctrl+Enter")
    assert [line.data["action"] for line in again.lines()] == ["B"]


def test_f8_takes_the_question_of_the_ring_away_with_the_ring(hand: Hand) -> None:
    hand.keys("7654321", "Enter", "F8")
    assert hand.question() == ""
    assert hand.at() == "capture.answer"
    hand.keys("envole", "Enter", "acrsci", "Enter", "Ctrl+Enter")
    [line] = hand.lines()
    assert (line.data["action"], "ring" in line.data) == ("SANS", False)


def test_f7_puts_the_question_of_the_ring_off_until_the_old_ring_is_told(hand: Hand) -> None:
    hand.keys("8680044", "Enter", "F7")
    assert (hand.question(), hand.at()) == ("", "capture.answer")
    hand.keys("5631847", "Enter")
    assert "3 bagues sont sautées" in hand.question()
    hand.keys("Alt+P", "acrsci", "Enter", "m", "1", "Ctrl+Enter", "Ctrl+Enter")
    [line] = hand.lines()
    assert (line.data["ring"], line.data["replaced_ring"], line.data["action"]) == ("8680044", "5631847", "B")
    assert state_of(hand.db, "8680042") is RingState.LOST


def test_f8_from_a_ring_that_is_not_read_yet_asks_one_thing_only(hand: Hand) -> None:
    hand.keys("8680044", "F8")
    assert (hand.question(), hand.at()) == ("", "capture.answer")
