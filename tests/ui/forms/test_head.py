"""The cells of the head."""

from __future__ import annotations

import pytest

from fieldapp.store.connection import Database
from tests.ui.forms import evening
from tests.ui.forms.conftest import AT, OPEN, visits


def test_methods_are_toggled_by_digits(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("F7", "1", "5")
    assert visits(db, 2)[0].data["methode_de_prospection"] == ["1", "4"]


def test_the_passage_is_deduced_shown_in_words_and_can_be_changed(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2, passage=None)
    assert hand.widget("sheet.num_passage").text() == "2e passage"
    hand.widget("sheet.num_passage").setFocus()
    hand.keys("3", "Enter")
    assert visits(db, 2)[0].data["num_passage"] == 3


def test_tab_through_an_empty_choice_chooses_nothing(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db, evening=False)
    hand = open_sheet(2)
    hand.widget("sheet.expertise").setFocus()
    hand.keys("Tab")
    assert visits(db, 2) == []
    assert hand.widget("sheet.expertise").text() == ""


def test_a_letter_and_enter_choose(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db, evening=False)
    hand = open_sheet(2)
    hand.keys("F4", "che", "Enter")
    assert visits(db, 2)[0].data["expertise"] == "Chevronné"


def test_a_time_that_is_noted_is_replaced_by_the_second_press_alone(db: Database, open_sheet: OPEN, at: AT) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("F5")
    at("22:42")
    hand.keys("F5")
    assert visits(db, 2)[0].data["Heure_debut"] == "21:50"
    assert hand.label("sheet.asks") == "Début déjà noté 21:50 · F5 encore pour 22:42"
    hand.keys("F5")
    assert visits(db, 2)[0].data["Heure_debut"] == "22:42"
    assert hand.label("sheet.asks") == ""


def test_anything_else_between_takes_the_question_back(db: Database, open_sheet: OPEN, at: AT) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("F5")
    at("22:42")
    hand.keys("F5", "c", "F5")
    assert visits(db, 2)[0].data["Heure_debut"] == "21:50"


@pytest.mark.parametrize("key", ["F7", "F3", "F11"])
def test_esc_in_the_head_goes_to_the_species_first(db: Database, open_sheet: OPEN, key: str) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys(key)
    hand.window.escape()
    assert hand.page.page_title == "Mare 02"
    assert hand.focus() is hand.widget("sheet.species")
    assert hand.page.go_back() is False
