"""The lines of a sheet: walking, changing, deleting, repeating."""

from __future__ import annotations

import pytest

from fieldapp.store import records
from fieldapp.store.connection import Database
from tests.ui.forms import evening
from tests.ui.forms.conftest import OPEN, TWO_SPECIES, counted, lines, visits


def test_the_species_seen_here_are_named_and_come_first(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    assert hand.widget("sheet.seen").words() == "Vu ici : Crapaud calamite 2024 · Pélodyte ponctué 2018"
    hand.keys("p")
    assert hand.widget("sheet.species").rows()[0].title == "Pélodyte ponctué"


def test_one_key_repeats_a_species_seen_here(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("F2", "3", "Enter", "F2", "1", "Enter")
    assert lines(db, visits(db, 2)[0]) == [counted(evening.CALAMITE, 3), counted(evening.PELODYTE, 1)]


def test_arrows_walk_and_enter_changes_a_line(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys(*TWO_SPECIES, "Up", "Up", "Enter", "7", "Enter")
    assert lines(db, visits(db, 2)[0]) == [counted(evening.CALAMITE, 7), counted(evening.PALME, 3)]
    assert hand.focus() is hand.widget("sheet.species")
    assert hand.widget("sheet.species").text() == ""


@pytest.mark.parametrize("key", ["Del", "Ctrl+Del"])
def test_a_line_is_deleted_by_one_key_and_comes_back_by_undo(db: Database, open_sheet: OPEN, key: str) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys(*TWO_SPECIES, "Up", "Up", key)
    assert lines(db, visits(db, 2)[0]) == [counted(evening.PALME, 3)]
    hand.keys("Ctrl+Z")
    assert lines(db, visits(db, 2)[0]) == [counted(evening.CALAMITE, 12, 22), counted(evening.PALME, 3)]
    [first, second] = [record.uid for record in records.children(db, [visits(db, 2)[0].uid])]
    assert hand.widget(f"sheet.line.{first}").isVisible()
    assert hand.widget(f"sheet.line.{second}").isVisible()


def test_undo_of_the_first_save_leaves_an_empty_sheet(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("cal", "Enter", "3", "Enter", "Ctrl+Z")
    assert visits(db, 2) == []
    hand.keys("palm", "Enter", "3", "Enter")
    assert lines(db, visits(db, 2)[0]) == [counted(evening.PALME, 3)]
