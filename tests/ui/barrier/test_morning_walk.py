"""The walk through the mornings that nobody told of, and what ends it."""

from __future__ import annotations

from fieldapp.protocols.pitfall_barrier.schema import CODE
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.ui.barrier.morning_walk import Walk
from fieldapp.ui.widgets import ActionButton, Banner
from tests.ui.barrier import typist
from tests.ui.barrier.barrier_window import barrier, campaign, check, people, visits
from tests.ui.barrier.typist import ON, Sit

db, open_window, sit = typist.db, typist.open_window, typist.sit


def test_the_untold_mornings_are_walked_one_by_one(db: Database, sit: Sit) -> None:
    people(db)
    site = barrier(db)
    campaign(db, site, "2019-03-10", "2019-06-15")
    for day in (10, 11, 13, 14, 16, 17):
        check(db, site, f"2019-03-{day}")
    person = sit()
    missing = person.find(Banner, "board.missing")
    assert missing.text() == "2 matins sans relevé : 12 et 15 mars"
    person.keys("F11")
    assert person.page.undo_state()["on"] == "2019-03-12"
    person.keys("n 2")
    assert person.page.undo_state()["on"] == "2019-03-15"
    person.keys("n 1")
    assert person.page.undo_state()["on"] == ON
    told = visits(db, site)
    assert [told[f"2019-03-{day}"].data.get("reason") for day in (12, 15)] == ["weather", "nobody"]
    assert not missing.isVisible()


def untold(db: Database) -> str:
    """Save a campaign of which nobody said anything of 12, 15 and 18 March, and return the uid of the barrier."""
    people(db)
    site = barrier(db)
    campaign(db, site, "2019-03-10", "2019-06-15")
    for day in (10, 11, 13, 14, 16, 17):
        check(db, site, f"2019-03-{day}")
    return site


def test_a_step_to_another_morning_ends_the_walk(db: Database, sit: Sit) -> None:
    untold(db)
    person = sit()
    person.keys("F11 PgUp PgUp")
    assert person.page.undo_state()["on"] == "2019-03-10"
    person.keys("+ c m Ctrl+Enter")
    assert person.page.undo_state()["on"] == "2019-03-10"
    assert person.find(ActionButton, "morning.end").text() == "Voir la saison"


def test_leaving_the_page_ends_the_walk(db: Database, sit: Sit) -> None:
    untold(db)
    person = sit()
    person.keys("F11")
    person.window.navigate("data")
    person.window.back()
    assert person.page.undo_state()["on"] == "2019-03-12"
    person.keys("v Ctrl+Enter")
    assert person.page.undo_state()["on"] == "2019-03-12"


def test_another_barrier_ends_the_walk(db: Database, sit: Sit) -> None:
    untold(db)
    other = barrier(db, "Mare du Bois")
    campaign(db, other, "2019-03-16", "2019-06-15")
    person = sit(site=next(one.uid for one in records.roots(db, CODE, "site") if one.uid != other))
    person.keys("F11")
    person.page.open(site=other, on=ON)
    person.keys("v Ctrl+Enter")
    assert person.page.undo_state() == {"site": other, "on": ON}


def test_taking_back_a_save_does_not_end_the_walk(db: Database, sit: Sit) -> None:
    untold(db)
    person = sit()
    person.keys("F11 n 2 Ctrl+Z")
    assert person.page.undo_state()["on"] == "2019-03-15"
    person.keys("n 1")
    assert person.page.undo_state()["on"] == "2019-03-12"
    person.keys("n 2")
    assert person.page.undo_state()["on"] == ON


def test_a_walk_goes_on_from_where_it_is_then_to_what_it_passed_by_then_back() -> None:
    walk = Walk()
    assert walk.next("site", "2019-03-18", ["2019-03-02", "2019-03-09"]) == "2019-03-02"
    walk.came("site", "2019-03-02")
    assert walk.next("site", "2019-03-02", ["2019-03-01", "2019-03-09"]) == "2019-03-09"
    walk.came("site", "2019-03-09")
    assert walk.next("site", "2019-03-09", ["2019-03-01"]) == "2019-03-01"
    assert walk.is_on
    assert walk.next("site", "2019-03-01", []) == "2019-03-18"
    assert not walk.is_on
