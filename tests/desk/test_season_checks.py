"""Passages of a season: those out of every window, and those that are missing once their window is over."""

from datetime import date

import pytest

from fieldapp.core import clock
from fieldapp.desk import season_checks
from fieldapp.desk.checks import Hit
from fieldapp.store.connection import Database
from tests.desk.seasons import POP, area, number, pond, visit


@pytest.fixture(autouse=True)
def summer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: date(2021, 5, 20))


def hits(db: Database, code: str, year: int = 2021) -> list[Hit]:
    return [hit for hit in season_checks.of_protocol(db, POP, year) if hit.code == code]


def test_a_visit_that_no_window_holds_is_pointed_at(db: Database) -> None:
    site = pond(db, area(db, "Terrils"), "Mare 1")
    visit(db, site, "2021-03-10", 1)
    winter = visit(db, site, "2021-01-10", 2)
    (hit,) = hits(db, season_checks.OUTSIDE_WINDOW)
    assert hit.record == number(db, winter)
    assert hit.params["passage"] == 2


def test_a_passage_is_missing_once_its_window_is_over(db: Database) -> None:
    group = area(db, "Terrils")
    walked, forgotten = pond(db, group, "Mare 1"), pond(db, group, "Mare 2")
    visit(db, walked, "2021-03-10", 1)
    visit(db, walked, "2021-04-20", 2)
    (hit,) = hits(db, season_checks.MISSING_PASSAGE)
    assert hit.record == number(db, forgotten)
    assert 1 in hit.params["passages"]
    assert 3 not in hit.params["passages"]  # its window is still to come


def test_the_next_year_every_passage_is_over(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    visit(db, pond(db, area(db, "Terrils"), "Mare 1"), "2021-03-10", 1)
    monkeypatch.setattr(clock, "today", lambda: date(2022, 1, 1))
    (hit,) = hits(db, season_checks.MISSING_PASSAGE)
    assert hit.params["passages"] == [2, 3]


def test_an_area_that_nobody_walked_this_year_lacks_nothing(db: Database) -> None:
    pond(db, area(db, "Terrils"), "Mare 1")
    assert season_checks.of_protocol(db, POP, 2021) == []


def test_a_protocol_without_rounds_has_no_passages(db: Database) -> None:
    assert season_checks.of_protocol(db, db.protocols["banding"], 2021) == []
