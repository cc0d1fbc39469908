"""The capture page by keyboard, in the real window, on a real database."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.core.settings import Settings
from fieldapp.exchange.known import KnownRecords
from fieldapp.protocols.banding import stock
from fieldapp.protocols.banding.schema import CODE
from fieldapp.protocols.banding.stock import RingState
from fieldapp.store import changes, drafts, records
from fieldapp.store.connection import Database
from fieldapp.ui import rounds, theme
from fieldapp.ui.banding import capture as capture_module
from tests.ui.banding.ringing_day import ON, SESSION, Blank, Hand, Open, fill, make, past, string

REED_WARBLER = ("Enter", "acrsci", "Enter", "?", "1", "66,5", "Enter", "2", "11,3", "Enter", "Enter", "7", "Enter")


def o_string(last: str = "8680100", **more: Any) -> Any:
    return string("O", "8680041", last, **more)


def known_sizes() -> list[Any]:
    """Return an old capture that says which ring the reed warbler takes: no list does."""
    return past("2025-09-01", "8670001", ring_size="O")


@pytest.fixture
def hand(ringing_db: Database, open_captures: Open) -> Hand:
    fill(ringing_db, o_string(), others=known_sizes())
    return open_captures()


def state_of(db: Database, ring: str) -> RingState:
    """Return what the stock says of a ring now, read anew."""
    known = KnownRecords(db, db.protocols[CODE])
    found = [(item, one) for item in stock.strings(known) for one in item.span.rings() if one.number == ring]
    return found[0][0].state_of(found[0][1])


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


@pytest.fixture
def control(ringing_db: Database, open_captures: Open) -> Hand:
    """Return a hand where 8680017 was ringed in 2024 and was a female in 2025 and 2026."""
    life = [
        *past("2024-08-03", "8680017"),
        *past("2025-05-19", "8680017", action="C", age="2A", sex="F"),
        *past("2026-06-21", "8680017", action="C", age="+1A", sex="F"),
    ]
    fill(ringing_db, o_string(), others=[*life, *known_sizes()])
    return open_captures()


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
    assert "ACRSCI" in control.said() or "Rousserolle effarvatte" in control.said()
    control.keys("m", "+", "Ctrl+Enter")
    assert control.lines() == []
    assert control.at() == "capture.net"  # the last cell, where Enter saves
    asides = [label.text().replace("\N{NO-BREAK SPACE}", " ") for label in control.page.alerts.findChildren(QLabel)]
    assert "Entrée : enregistrer quand même" in asides
    control.keys("Enter")
    [line] = control.lines()
    assert {"other_species", "other_sex"} & set(line.data["confirmed"])
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
    hand.keys("3")
    assert hand.question() == ""
    assert hand.cell("ring") == "NLA L514618"
    assert hand.at() == "capture.species"


def test_a_ring_of_no_string_asks_by_one_key_whether_it_was_put_on_or_read(hand: Hand) -> None:
    hand.keys("7654321", "Enter")
    assert "contrôle ou baguage" in hand.question()
    hand.keys("B")
    assert hand.page.line.action.text == "B"
    hand.keys("Back", "7654322", "Enter", "C")
    assert hand.page.line.action.text == "C"


# --------------------------------------------------------------------------------------------------- jumps


def test_a_jump_asks_why_and_the_answer_is_stored_with_the_line_and_undone_with_it(hand: Hand) -> None:
    hand.keys("8680044", "Enter")
    assert "3 bagues sont sautées, 868 0041 à 868 0043" in hand.question()
    hand.keys("P")
    assert "868 0041, 868 0042, 868 0043 : perdue" in hand.label("capture.string")
    assert state_of(hand.db, "8680042") is RingState.FREE
    hand.keys("acrsci", "Enter", "m", "1", "Ctrl+Enter")
    assert [state_of(hand.db, f"868004{n}") for n in (1, 2, 3, 4)] == [RingState.LOST] * 3 + [RingState.USED]
    hand.keys("Ctrl+Z")
    assert [state_of(hand.db, f"868004{n}") for n in (1, 4)] == [RingState.FREE] * 2


def test_a_jump_may_be_ignored_and_the_stock_shows_the_rings_as_skipped(hand: Hand) -> None:
    hand.keys("8680043", "Enter", "Enter", "acrsci", "Enter", "m", "1", "Ctrl+Enter")
    assert len(hand.lines()) == 1
    assert [state_of(hand.db, f"868004{n}") for n in (1, 2)] == [RingState.SKIPPED] * 2


def test_a_step_back_in_the_string_is_said_and_asks_nothing(hand: Hand) -> None:
    hand.keys("8680043", "Enter", "Enter", "acrsci", "Enter", "m", "1", "Ctrl+Enter")
    hand.keys("8680041", "Enter")
    assert hand.question() == ""
    assert hand.label("capture.string").startswith("avant la bague attendue · bague O 2,3 mm")


def test_a_jump_is_explained_ring_by_ring(hand: Hand) -> None:
    hand.keys("8680043", "Enter", "U", "P", "D", "acrsci", "Enter", "m", "1", "Ctrl+Enter")
    assert [state_of(hand.db, f"868004{n}") for n in (1, 2)] == [RingState.LOST, RingState.DESTROYED]


def test_escape_from_a_question_goes_back_to_the_ring(hand: Hand) -> None:
    hand.keys("8680044", "Enter", "Esc")
    assert hand.question() == ""
    assert (hand.cell("ring"), hand.at()) == ("8680044", "capture.ring")
    assert hand.page.undo_state() == {"uid": SESSION}


# ------------------------------------------------------------------------------------------------ one key


def test_f9_tells_a_dead_bird_then_a_hurt_one_then_a_sound_one(hand: Hand) -> None:
    hand.keys("Enter", "acrsci", "Enter", "F9")
    assert hand.page.line._foot.state.text == "mort"
    hand.keys("F9")
    assert hand.page.line._foot.state.text == "blessé"
    hand.keys("F9")
    assert not hand.page.line._foot.state.isVisible()
    hand.keys("F9", "m", "1", "Ctrl+Enter")
    [line] = hand.lines()
    assert (line.data["condition"], line.data["circumstances"], line.data["health"]) == ("2", "08", "M")
    assert hand.rows()[0][-1] == "mort"


def test_f8_lets_a_bird_go_without_a_ring_and_asks_why(hand: Hand) -> None:
    hand.keys("F8", "Enter")
    assert "notez pourquoi" in hand.label("capture.asked.why")
    hand.keys("envole", "Enter", "acrsci", "Enter", "Ctrl+Enter")
    [line] = hand.lines()
    assert (line.data["action"], line.data["comments"], "ring" in line.data) == ("SANS", "envole", False)
    assert hand.rows()[0][1] == "sans bague"


def test_f7_replaces_the_ring_of_a_known_bird_by_the_next_one(control: Hand) -> None:
    control.keys("8680017", "Enter", "F7", "Enter", "Enter", "f", "+", "Ctrl+Enter")
    [line] = control.lines()
    assert (line.data["ring"], line.data["replaced_ring"], line.data["replaced_ring_key"]) == (
        "8680041", "8680017", "FRP8680017",
    )  # fmt: skip
    control.keys("8680041", "Enter")
    assert "868 0017" in control.label("life.others")


def test_f5_is_now_and_its_neighbours_are_half_hours(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import date

    monkeypatch.setattr(rounds, "today", lambda: date.fromisoformat(ON))
    monkeypatch.setattr(capture_module, "clock", lambda: "07:44")
    assert hand.page.head.round.text() == "Tournée 06:30"
    hand.keys("F5")
    assert hand.page.head.round.text() == "Tournée 07:30"
    hand.keys("Ctrl+Down", "Ctrl+Down", "Ctrl+Up", "Shift+F5")
    assert hand.page.head.round.text() == "Tournée 07:30"
    hand.keys("Ctrl+Down", *REED_WARBLER)
    assert hand.lines()[0].data["hour"] == "08:00"


def test_a_session_of_another_day_goes_to_the_next_round(hand: Hand) -> None:
    hand.keys("F5")
    assert hand.page.head.round.text() == "Tournée 07:00"


@pytest.mark.parametrize(("key", "page"), [("F6", "session"), ("F10", "session")])
def test_f6_and_f10_open_the_session(hand: Hand, key: str, page: str) -> None:
    hand.keys(key)
    place = hand.window.place()
    assert place is not None
    assert (place.code, place.params) == (page, {"uid": SESSION})


def test_f12_makes_the_strongest_alerts_sound_which_they_do_not_by_themselves(
    control: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    kept: list[Settings] = []
    monkeypatch.setattr(QApplication, "beep", lambda: heard.append("beep"))
    control.page._services.change_settings = kept.append
    control.keys("8680017", "Enter", "sylatr", "Enter")
    assert heard == []
    control.keys("Ctrl+Del", "F12", "8680017", "Enter", "sylatr", "Enter")
    assert heard == ["beep"]
    assert kept[0].others["capture_sound"] is True


# ------------------------------------------------------------------------------------------- strings of rings


def test_without_an_open_string_the_page_says_how_to_get_one(ringing_db: Database, open_captures: Open) -> None:
    fill(ringing_db)
    hand = open_captures()
    assert "Aucune série de bagues n’est ouverte" in hand.page.string.text()
    assert hand.page.string.isVisible()
    hand.keys("F3")
    place = hand.window.place()
    assert place is not None
    assert place.code == "ring_stock"


def test_f3_opens_the_string_that_the_bird_needs(ringing_db: Database, open_captures: Open) -> None:
    fill(ringing_db, o_string(state="received"), others=known_sizes())
    hand = open_captures()
    hand.keys("Enter", "acrsci", "Enter")
    assert "ouvrez la série 8680041–8680100" in hand.page.string.text()
    assert hand.page.string.button.text() == "Ouvrir la série"
    hand.keys("F3")
    assert hand.cell("ring") == "868 0041"
    assert not hand.page.string.isVisible()
    [record] = records.roots(ringing_db, CODE, "ring_string")
    assert (record.data["state"], record.data["opened_on"]) == ("open", ON)


# ---------------------------------------------------------------------------------- undo, corrections, drafts


def test_undo_takes_the_last_line_back_and_its_ring_is_free_again(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, *REED_WARBLER)
    hand.keys("Ctrl+Z")
    assert [line.data["ring"] for line in hand.lines()] == ["8680041"]
    assert hand.page.head.ringed.text == "1 bagué"
    hand.keys("Enter", "acrsci", "Enter")
    assert hand.cell("ring") == "868 0042"
    hand.keys("Ctrl+Del", "Ctrl+Shift+Z")
    assert [line.data["ring"] for line in hand.lines()] == ["8680041", "8680042"]


def test_an_old_line_is_corrected_and_keeps_its_history(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, *REED_WARBLER)
    hand.keys("Down", "Down", "Enter")
    assert hand.page.line.which.text == "ligne 1, correction"
    assert hand.cell("ring") == "868 0041"
    hand.keys("Enter", "f", "Ctrl+Enter")
    one, two = hand.lines()
    assert (one.data["sex"], one.data["ring"], one.data["line"]) == ("F", "8680041", 1)
    assert two.data["line"] == 2
    history = changes.history(hand.db, one.uid)
    assert [change.after.get("sex") for change in history] == ["?", "F"]
    assert hand.page.line.which.text == "ligne 3"
    assert hand.rows()[1][4] == "F"


def test_escape_leaves_a_correction_and_nothing_of_it_is_lost(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, "Down", "Enter", "Enter", "f", "Esc")
    assert hand.page.line.which.text == "ligne 2"
    assert hand.lines()[0].data["sex"] == "?"
    hand.keys("Down", "Enter")
    assert hand.cell("sex") == "F"
    hand.keys("Ctrl+Enter")
    assert hand.lines()[0].data["sex"] == "F"


def test_a_ring_that_is_corrected_is_no_duplicate_of_itself(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, "Down", "Enter", "Backtab", "8680041", "Enter")
    assert hand.page.line.action.text == "B"
    assert hand.said() == ""


def test_a_line_is_deleted_from_the_table_and_comes_back(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, "Down", "Del")
    assert hand.lines() == []
    assert state_of(hand.db, "8680041") is RingState.FREE
    hand.keys("Ctrl+Z")
    assert len(hand.lines()) == 1
    assert len(hand.rows()) == 1


def test_the_line_that_is_typed_survives_a_crash(hand: Hand, open_captures: Open) -> None:
    hand.keys("Ctrl+Down", "Enter", "acrsci", "Enter", "m", "1", "66,")
    again = open_captures()  # nobody closed the first window: what it has not written down is not there
    assert [again.cell(code) for code in ("ring", "species", "sex", "age", "wing_mm")] == [
        "868 0041", "ACRSCI", "M", "1A", "66,",
    ]  # fmt: skip
    assert again.at() == "capture.wing_mm"
    assert again.page.head.round.text() == "Tournée 07:00"
    again.keys("5", "Ctrl+Enter")
    assert again.lines()[0].data["wing_mm"] == 66.5


def test_leaving_the_page_and_coming_back_loses_nothing(hand: Hand) -> None:
    hand.keys("04")
    hand.window.navigate("session", uid=SESSION)
    hand.window.back()
    QApplication.processEvents()
    assert hand.cell("ring") == "04"
    hand.keys("2", "Enter")
    assert hand.cell("ring") == "868 0042"


def test_an_emptied_line_can_be_taken_up_again(hand: Hand) -> None:
    hand.keys("Enter", "acrsci", "Enter", "m", "Ctrl+Del")
    assert hand.cell("species") == ""
    assert drafts.keys(hand.db) == []
    hand.keys("Ctrl+Shift+Del")
    assert (hand.cell("species"), hand.cell("sex"), hand.cell("ring")) == ("ACRSCI", "M", "868 0041")


def test_f11_opens_the_whole_record_and_h_its_history(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, "F11")
    [line] = hand.lines()
    place = hand.window.place()
    assert place is not None
    assert (place.code, place.params) == ("capture", {"uid": line.uid})
    hand.window.back()
    QApplication.processEvents()
    hand.keys("Down", "H")
    place = hand.window.place()
    assert place is not None
    assert (place.code, place.params) == ("history", {"uid": line.uid})


def test_a_session_that_is_gone_leads_to_the_sessions(hand: Hand, open_captures: Open) -> None:
    hand.window.navigate("captures", uid="nobody")
    place = hand.window.place()
    assert place is not None
    assert place.code == "banding"
    assert isinstance(hand.window.page(), Blank)


def test_the_programme_says_which_cells_there_are_and_in_which_order(ringing_db: Database, open_captures: Open) -> None:
    programme = make("programme", {"theme": "PHENO", "columns": ["age", "sex", "net", "comments"]})
    fill(ringing_db, o_string(), others=[programme, *known_sizes()])
    hand = open_captures()
    assert list(hand.page.line.cells) == ["ring", "species", "age", "sex", "net", "comments"]
    hand.keys("Enter", "acrsci", "Enter", "1", "m", "7", "Enter", "mue", "Enter")
    assert hand.lines()[0].data["comments"] == "mue"


def test_every_key_of_the_page_stands_in_f1(hand: Hand) -> None:
    listed = {action.key for action in hand.page.actions_of_page()}
    assert {*(f"F{n}" for n in range(2, 13)), "Ctrl+Return", "Ctrl+Up", "Ctrl+Down", "Ctrl+Del"} <= listed


def test_who_types_while_the_cursor_is_in_the_table_means_the_next_bird(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, "Down", "0", "4", "2", "Enter")
    assert hand.cell("ring") == "868 0042"
    assert hand.at() == "capture.species"


def test_a_click_loads_a_line(hand: Hand, qtbot: QtBot) -> None:
    hand.keys(*REED_WARBLER)
    table = hand.page.table
    model = table.lines
    assert model is not None
    where = table.visualRect(model.index(0, 1)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert hand.page.line.which.text == "ligne 1, correction"


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_nothing_of_the_line_is_cut_on_a_small_screen(
    ringing_db: Database, open_captures: Open, qapp: QApplication, scale: float
) -> None:
    theme.apply(qapp, "jour", scale)
    fill(ringing_db, o_string(), others=[*lines_of_every_kind(), *known_sizes()])
    hand = open_captures()
    hand.window.resize(1366, 768)
    hand.keys("GBT A710715", "Enter", "acrsci", "Enter", "m", "3", "166,5", "Enter", "2", "111,3", "Enter")
    QApplication.processEvents()
    page, line = hand.page, hand.page.line
    for code, cell in line.cells.items():
        room = cell.width() - 2 * theme.S
        assert cell.fontMetrics().horizontalAdvance(cell.text()) <= room, code
    for widget in (*line.cells.values(), line.save, page.head.species, page.table, page.life):
        corner = widget.mapTo(hand.window, widget.rect().bottomRight())
        assert widget.isVisible()
        assert corner.x() < 1366, widget.objectName()
        assert corner.y() < 768, widget.objectName()
    assert page.table.viewport().height() >= 2 * page.table.rowHeight(0)
    theme.apply(qapp)


def lines_of_every_kind() -> list[Any]:
    """Return thirty stored lines of today, so that the table is full."""
    return [
        make(
            "observation",
            {
                "line": number, "action": "B", "ring_scheme": "FRP", "ring": f"{8600000 + number}",
                "ring_key": f"FRP{8600000 + number}", "species": "SYLATR", "sex": "M", "age": "+1A", "hour": "06:30",
            },
            SESSION,
        )
        for number in range(1, 31)
    ]  # fmt: skip
