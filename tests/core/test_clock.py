"""What day it is for the person."""

from datetime import datetime

import pytest

from fieldapp.core import clock


def test_today_is_the_day_of_the_laptop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(clock.TODAY_VARIABLE, raising=False)
    before = datetime.now().astimezone().date()
    found = clock.today()
    assert before <= found <= datetime.now().astimezone().date()


def test_a_day_that_was_asked_for_stands_for_today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(clock.TODAY_VARIABLE, "2022-04-14")
    assert clock.today().isoformat() == "2022-04-14"


def test_a_day_that_cannot_be_read_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(clock.TODAY_VARIABLE, "14 avril")
    assert clock.today() == datetime.now().astimezone().date()
