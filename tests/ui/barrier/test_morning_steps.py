"""What Ctrl+Z takes back on the page of a morning."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit

from fieldapp.core.record import Record, with_data
from fieldapp.protocols.pitfall_barrier.schema import VISIT
from fieldapp.store import drafts, records
from fieldapp.store.connection import Database
from fieldapp.ui.widgets import ActionButton
from tests.ui.barrier import typist
from tests.ui.barrier.barrier_window import LOU, barrier, campaign, check, people
from tests.ui.barrier.typist import ON, TOAD, Sit, seated

db, open_window, sit = typist.db, typist.open_window, typist.sit


def test_undo_goes_step_by_step_and_takes_a_stored_morning_back_at_once(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("c m m Right f Ctrl+Z Ctrl+Z")
    assert person.tile("1") == "Seau 1 : 1 ♂ Crapaud commun"
    assert "Crapaud" not in person.tile("2")
    person.keys("Ctrl+Enter")
    assert person.told() == [("1", TOAD, "3", 1, False)]
    person.keys("Ctrl+Z")
    assert person.visit() is None


def test_a_step_taken_back_leaves_no_draft(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("c m Ctrl+Z")
    assert not drafts.keys(db, "morning:")


def test_a_key_in_the_head_takes_back_what_is_not_stored_before_the_stored_morning(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("c m Ctrl+Enter Right f F5 Ctrl+Z")
    assert person.visit() is not None
    assert person.told() == [("1", TOAD, "3", 1, False)]
    assert "Crapaud" not in person.tile("2")
    assert person.find(QLineEdit, "morning.night_min_c").hasFocus()


def test_values_of_the_head_and_steps_of_the_board_are_taken_back_in_their_order(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    low = person.find(QLineEdit, "morning.night_min_c")
    person.keys("c m F5")
    person.write("6")
    person.keys("Enter Esc Right f")
    person.keys("Ctrl+Z")
    assert ("Crapaud" not in person.tile("2"), low.text()) == (True, "6")
    person.keys("Ctrl+Z")
    assert (person.tile("1"), low.text()) == ("Seau 1 : 1 ♂ Crapaud commun", "")
    person.keys("Ctrl+Z")
    assert "Crapaud" not in person.tile("1")
    assert not drafts.keys(db, "morning:")


def test_a_temperature_taken_back_is_the_files_again(db: Database, sit: Sit) -> None:
    people(db)
    site = barrier(db)
    campaign(db, site, "2019-02-01", "2019-06-15")
    check(db, site, ON, night_min_c=1.0, weather_fields=["night_min_c"], weather_file="x.csv")
    person = sit()
    person.keys("F5")
    person.write("2")
    person.keys("Enter Esc Ctrl+Z")
    assert person.find(QLineEdit, "morning.night_min_c").text() == "1"
    assert not drafts.keys(db, "morning:")
    visit = person.visit()
    assert visit is not None
    assert (visit.data["night_min_c"], visit.data["weather_file"]) == (1.0, "x.csv")


def test_an_observer_taken_away_comes_back(db: Database, sit: Sit) -> None:
    person = seated(db, sit)
    person.keys("c m F7 Back Esc")
    assert "Qui a relevé" in person.find(ActionButton, "morning.people").text()
    person.keys("Ctrl+Z Ctrl+Enter")
    visit = person.visit()
    assert visit is not None
    assert visit.data["observers"] == [LOU]


def test_undo_takes_nothing_back_that_belongs_to_another_page(db: Database, sit: Sit) -> None:
    people(db)
    site = barrier(db)
    campaign(db, site, "2019-02-01", "2019-06-15")
    here, there = check(db, site, ON), check(db, site, "2019-03-10")
    filled = [with_data(found, VISIT, {**found.data, "rain_mm": 2.0}) for found in map(db_get(db), (here, there))]
    records.save(db, filled, "Météo de 2 matins")
    person = sit(on="2019-03-17")
    for keys in ("n Esc Ctrl+Z", "PgDown Ctrl+Z"):
        person.keys(keys)
        assert "« Météo de 2 matins »" in person.window.notices.banner.text()
        assert [db_get(db)(uid).data.get("rain_mm") for uid in (here, there)] == [2.0, 2.0]
    person.window.navigate("data")
    person.keys("Ctrl+Z")
    assert [db_get(db)(uid).data.get("rain_mm") for uid in (here, there)] == [None, None]


def db_get(db: Database) -> Callable[[str], Record]:
    def get(uid: str) -> Record:
        found = records.get(db, uid)
        assert found is not None
        return found

    return get
