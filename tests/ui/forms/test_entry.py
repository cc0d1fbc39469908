"""The line that is typed: species, counts, letters."""

from __future__ import annotations

import pytest

from fieldapp.store.connection import Database
from tests.ui.forms import evening
from tests.ui.forms.conftest import OPEN, counted, lines, visits


def test_further_columns_are_filled_by_tab_and_one_letter(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("palm", "Enter", "3", "Tab", "Tab", "a", "Tab", "f", "Tab", "sous la berge", "Enter")
    assert lines(db, visits(db, 2)[0]) == [
        counted(
            evening.PALME, 3, id_nomenclature_stade="2", id_nomenclature_sex="2", comments="sous la berge"
        )
    ]  # fmt: skip


def test_enter_goes_from_column_to_column_and_ends_the_line_in_the_last(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("palm", "Enter", "3", "Tab")
    assert hand.label("sheet.hint").endswith("Entrée : colonne suivante")
    hand.keys("Enter", "a", "Enter", "f", "Enter")
    assert hand.label("sheet.hint") == "Entrée enregistre la ligne"
    hand.keys("sous la berge", "Enter")
    [line] = lines(db, visits(db, 2)[0])
    assert (line["id_nomenclature_stade"], line["id_nomenclature_sex"]) == ("2", "2")
    assert hand.focus() is hand.widget("sheet.species")


@pytest.mark.parametrize(
    ("typed", "least", "most", "kind"), [("12", 12, 12, "Co"), ("12-22", 12, 22, "Es"), ("~12", 12, 12, "Es")]
)
def test_a_count_is_read_as_it_is_written(
    db: Database, open_sheet: OPEN, typed: str, least: int, most: int, kind: str
) -> None:
    evening.fill(db)
    open_sheet(2).keys("palm", "Enter", typed, "Enter")
    [line] = lines(db, visits(db, 2)[0])
    assert (line["count_min"], line["count_max"], line["id_nomenclature_typ_denbr"]) == (least, most, kind)


@pytest.mark.parametrize("typed", ["crapaud cal", "epidalea", "calam", "459628", "jonc"])
def test_a_species_is_found_by_french_latin_alias_and_number(db: Database, open_sheet: OPEN, typed: str) -> None:
    evening.fill(db)
    open_sheet(3).keys(typed, "Enter", "1", "Enter")
    assert lines(db, visits(db, 3)[0]) == [counted(evening.CALAMITE, 1)]


def test_of_the_green_frogs_the_complex_comes_first(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("gren", "Enter", "~20", "Enter")
    assert lines(db, visits(db, 2)[0])[0]["cd_nom"] == evening.GREEN


def test_a_count_without_end_is_refused_in_words_and_stays_typed(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("cal", "Enter", "3", "+", "Enter")
    assert "3+" in hand.label("sheet.hint")
    assert visits(db, 2) == []
    hand.keys("Back", "Enter")
    assert lines(db, visits(db, 2)[0]) == [counted(evening.CALAMITE, 3)]


def test_two_letters_take_no_species_that_nobody_expects_here(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("ca", "Enter")
    assert hand.widget("sheet.cell.count").isVisible()  # the natterjack, seen here
    hand = open_sheet(3)
    hand.keys("fu", "Enter")  # only the spadefoot, which has no rank in the region
    assert not hand.widget("sheet.cell.count").isVisible()
    assert hand.label("sheet.hint") == "« fu » : rare ici. Tapez encore une lettre, ou choisissez avec ↓."
    hand.keys("s", "Enter")
    assert hand.widget("sheet.cell.count").isVisible()
