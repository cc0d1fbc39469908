"""The sheet in the hands of somebody who uses it for the first time: other years, slips, the way back to the lines."""

from __future__ import annotations

import pytest

from fieldapp.core.settings import Settings
from fieldapp.protocols.pop_amphibiens.schema import CODE
from fieldapp.store import changes, drafts, records
from fieldapp.store.connection import Author, Database
from tests.ui.forms import evening
from tests.ui.forms.conftest import OPEN, TWO_SPECIES, counted, lines, visits

# --------------------------------------------------------------------------------------------- another year


def of_year(db: Database, number: int, year: int) -> list[dict[str, object]]:
    """Return the values of a pond's visits of a year."""
    found = records.children(db, [evening.site_uid(number)])
    return [one.data for one in found if one.entity == "visit" and (one.on_date or "")[:4] == str(year)]


def test_a_sheet_of_another_year_asks_for_its_date_and_keeps_year_and_passage(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(1, passage=2, year=2024)
    assert hand.widget("sheet.visit_date_min").text() == ""
    assert hand.focus() is hand.widget("sheet.visit_date_min")
    assert hand.widget("sheet.num_passage").text() == "2e passage"
    hand.keys("14/4", "Enter", "Ctrl+Down", *TWO_SPECIES)
    [visit] = of_year(db, 1, 2024)
    assert (visit["visit_date_min"], visit["num_passage"]) == ("2024-04-14", 2)
    hand.keys("Ctrl+Enter")
    assert hand.page.page_title == "Mare 03"  # the second pond was visited at this passage of 2024
    assert hand.widget("sheet.visit_date_min").text() == ""
    assert hand.page.undo_state()["year"] == 2024


def test_without_its_date_nothing_of_another_year_is_saved_and_nothing_is_lost(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(1, year=2024)
    hand.keys("F7", "1", "Ctrl+Down", "cal", "Enter", "3", "Enter")
    assert "date du passage, en 2024" in hand.label("sheet.hint")
    assert of_year(db, 1, 2024) == []
    assert records.count(db, CODE, "visit") == 3
    hand.keys("Ctrl+Up", "14/4", "Enter", "Ctrl+Down", "Enter")
    [visit] = of_year(db, 1, 2024)
    assert visit["methode_de_prospection"] == ["1", "4"]
    assert [line.cd_nom for line in records.children(db, [str(hand.page.undo_state()["visit"])])] == [evening.CALAMITE]
    assert drafts.keys(db) == []


def test_a_draft_of_another_year_without_a_date_is_there_again(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    open_sheet(1, year=2024).keys("F7", "1", "Ctrl+Down", "cal")
    again = open_sheet(1, year=2024)
    assert again.widget("sheet.methode_de_prospection").value() == ["1", "4"]
    assert again.widget("sheet.species").text() == "cal"


def test_a_date_of_another_year_than_the_one_asked_is_doubted_in_words(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(1, year=2024)
    hand.keys("14/4/2025", "Enter")
    assert "de 2025, la tournée de 2024" in hand.widget("sheet.banner").text()
    hand.keys("F12")
    assert not hand.widget("sheet.banner").isVisible() or "2024" not in hand.widget("sheet.banner").text()


# -------------------------------------------------------------------------------------------------- the keys


def test_what_is_typed_after_an_unreadable_date_stays_in_the_date(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("Ctrl+Up", "32/4", "Enter")
    assert "32/4" in hand.label("sheet.wrong")
    assert hand.focus() is hand.widget("sheet.visit_date_min")
    hand.keys("12/4", "Enter")
    assert visits(db, 2)[0].data["visit_date_min"] == "2026-04-12"
    assert visits(db, 2)[0].data["num_passage"] == 2


@pytest.mark.parametrize("key", ["F8", "F9", "F10"])
def test_enter_goes_on_after_a_quick_key(db: Database, open_sheet: OPEN, key: str) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("F5", key, "Enter")
    assert hand.page.page_title == "Mare 03"


@pytest.mark.parametrize("key", ["F3", "F7", "F11", "Ctrl+Up", "Ctrl+P"])
def test_one_key_leads_back_from_the_head_to_the_species(db: Database, open_sheet: OPEN, key: str) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys(key)
    assert hand.focus() is not hand.widget("sheet.species")
    hand.keys("Ctrl+Down")
    assert hand.focus() is hand.widget("sheet.species")


def test_the_details_stay_open_while_something_in_them_is_missing(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(3, passage=1)  # never visited: the state of the site is asked
    hand.keys("F4")
    assert hand.focus() is hand.widget("sheet.etat_site")
    hand.keys("F4")
    assert hand.widget("sheet.etat_site").isVisible()
    assert hand.focus() is hand.widget("sheet.etat_site")
    hand.keys("ex", "Enter", "F4")
    assert not hand.widget("sheet.etat_site").isVisible()
    assert hand.focus() is hand.widget("sheet.species")
    hand.keys("F4")
    assert hand.widget("sheet.etat_site").isVisible()


def test_one_confirmation_answers_the_same_warning_on_two_lines(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("cal", "Enter", "3", "Enter", "cal", "Enter", "5", "Enter")
    first = hand.widget("sheet.banner").text()
    assert hand.widget("sheet.banner").kind == "warning"
    hand.keys("F12")
    assert [len(line["confirmed"]) for line in lines(db, visits(db, 2)[0])] == [1, 1]
    assert hand.widget("sheet.banner").text() != first or not hand.widget("sheet.banner").isVisible()


def test_what_is_missing_reads_as_one_short_line(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("F11", "x", "Enter")
    assert hand.label("sheet.missing") == "◐ Il manque : début, fin, espèces ou « rien vu »"


def test_the_ponds_that_are_left_are_counted(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    assert hand_far(open_sheet(1)) == "encore 2 mares · Mare 02 à 70 m"
    assert hand_far(open_sheet(2)) == "encore 1 mare · Mare 03 à 70 m"


def hand_far(hand: object) -> str:
    return str(hand.widget("sheet.far").words())  # type: ignore[attr-defined]


# ------------------------------------------------------------------------------------- what carries over, who


def test_expertise_and_dataset_carry_over_from_the_last_visit_of_the_same_person(
    db: Database, open_sheet: OPEN
) -> None:
    evening.fill(db, evening=False)
    visit = evening.of(CODE, "visit", {**evening.head("2026-03-10"), "num_passage": 1}, evening.site_uid(1))
    records.save(db, [visit], "passage 1")
    hand = open_sheet(2)
    assert hand.widget("sheet.expertise").text() == "Chevronné"
    assert hand.widget("sheet.id_dataset").text() == "POP Amphibiens 2026"
    assert hand.widget("sheet.observers").text() == ""
    assert hand.widget("sheet.methode_de_prospection").value() == [evening.NIGHT]
    db.author = Author("somebody else", "laptop")
    assert open_sheet(2).widget("sheet.expertise").text() == ""


def test_undone_and_deleted_visits_are_not_the_last_ones(db: Database) -> None:
    evening.fill(db, evening=False)
    assert changes.last_saved_by(db, CODE, "visit") is None  # an import is nobody's own visit
    visit = evening.of(CODE, "visit", {**evening.head("2026-03-10"), "num_passage": 1}, evening.site_uid(1))
    records.save(db, [visit], "passage 1")
    assert changes.last_saved_by(db, CODE, "visit") == visit.uid
    changes.undo(db)
    assert changes.last_saved_by(db, CODE, "visit") is None


def test_who_records_is_the_observer_also_where_the_database_does_not_know_them(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db, evening=False)
    db.author = Author("somebody-new", "laptop")
    hand = open_sheet(2, settings=Settings(who="somebody-new", who_name="NOUVEAU Sam"))
    assert hand.widget("sheet.observers").text() == "NOUVEAU Sam"
    assert records.get(db, "somebody-new") is None
    hand.keys("cal", "Enter", "3", "Enter")
    person = records.get(db, "somebody-new")
    assert person is not None
    assert person.data == {"name": "NOUVEAU Sam"}
    assert visits(db, 2)[0].data["observers"] == ["somebody-new"]
    assert lines(db, visits(db, 2)[0]) == [counted(evening.CALAMITE, 3)]


def test_a_state_that_is_not_asked_any_more_comes_back_with_the_first_passage(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2, passage=1)
    hand.keys("F5", "Ctrl+P", "2", "Enter")
    assert "etat_site" not in visits(db, 2)[0].data
    hand.keys("Ctrl+P", "1", "Enter")
    assert visits(db, 2)[0].data["etat_site"] == "Site existant"
