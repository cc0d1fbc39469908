"""A morning that stands open over midnight."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QLineEdit

from fieldapp.core import clock
from fieldapp.store.connection import Database
from fieldapp.ui.widgets import Banner
from tests.ui.barrier import typist
from tests.ui.barrier.typist import ON, Sit, seated

db, open_window, sit = typist.db, typist.open_window, typist.sit


NEXT_DAY = "2019-03-19"


def at_midnight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(clock.TODAY_VARIABLE, NEXT_DAY)


def test_the_first_key_after_midnight_is_of_the_morning_that_has_come(
    db: Database, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = seated(db, sit)
    at_midnight(monkeypatch)
    person.keys("v Ctrl+Enter")
    assert person.visit() is None
    visit = person.visit(NEXT_DAY)
    assert visit is not None
    assert visit.data["state"] == "empty"


def test_coming_back_to_the_window_shows_the_morning_that_has_come(
    db: Database, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = seated(db, sit)
    at_midnight(monkeypatch)
    QApplication.sendEvent(person.page, QEvent(QEvent.Type.WindowActivate))
    assert person.page.undo_state()["on"] == NEXT_DAY
    person.keys("PgUp")
    assert person.page.undo_state()["on"] == ON


def test_a_morning_that_is_begun_is_not_left_at_midnight_but_the_new_one_is_offered(
    db: Database, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = seated(db, sit)
    person.keys("c m")
    at_midnight(monkeypatch)
    person.keys("f")
    assert person.page.undo_state()["on"] == ON
    assert person.tile("1") == "Seau 1 : 1 ♂, 1 ♀ Crapaud commun"
    assert any("n’est pas terminé" in one.text() for one in person.window.findChildren(Banner) if one.isVisible())
    person.keys("PgDown")
    assert person.page.undo_state()["on"] == NEXT_DAY


def test_an_earlier_morning_that_was_opened_on_purpose_stays(
    db: Database, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = seated(db, sit, on="2019-03-16")
    at_midnight(monkeypatch)
    person.keys("v")
    assert person.page.undo_state()["on"] == "2019-03-16"


def test_weather_typed_after_midnight_stays_with_its_morning_and_the_new_one_is_offered(
    db: Database, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = seated(db, sit)
    person.keys("F5")
    at_midnight(monkeypatch)
    person.write("6,5")
    assert person.page.undo_state()["on"] == ON
    assert person.find(QLineEdit, "morning.night_min_c").text() == "6,5"
    assert any("n’est pas terminé" in one.text() for one in person.window.findChildren(Banner) if one.isVisible())
