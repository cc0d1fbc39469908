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
