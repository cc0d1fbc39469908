"""The people of a visit in one line."""

from __future__ import annotations

from fieldapp.store import records
from fieldapp.store.connection import Database
from tests.ui.forms import evening
from tests.ui.forms.conftest import OPEN, visits


def test_a_new_observer_is_made_by_typing_the_name(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("F3", ", LEROY Jeanne")
    assert hand.widget("sheet.observers").rows()[-1].title == "Ajouter « LEROY Jeanne »"
    hand.keys("Enter")
    names = [record.data["name"] for record in records.roots(db, "directory", "person")]
    assert "LEROY Jeanne" in names
    [visit] = visits(db, 2)
    found = records.get_many(db, visit.data["observers"])
    assert [found[uid].data["name"] for uid in visit.data["observers"]] == [
        "BERNARD Alex",
        "DUBOIS Camille",
        "LEROY Jeanne",
    ]


def test_a_name_that_nobody_bears_is_said_and_stays_typed(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db)
    hand = open_sheet(2)
    hand.keys("F3", ", Inconnu", "Esc", "Tab")
    assert "Inconnu" in hand.label("sheet.wrong")
    assert hand.widget("sheet.observers").text() == "BERNARD Alex, DUBOIS Camille, Inconnu"
    assert visits(db, 2) == []


def test_a_comma_takes_the_name_that_is_lit_and_goes_on_to_the_next(db: Database, open_sheet: OPEN) -> None:
    evening.fill(db, evening=False)
    hand = open_sheet(2)
    hand.keys("F3", "ale", ",", ", cam", "Enter")
    assert visits(db, 2)[0].data["observers"] == [evening.ALEX, evening.CAMILLE]
