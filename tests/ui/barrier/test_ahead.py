"""The board made ready after the start: in small steps, once, and only where a campaign holds this day."""

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fieldapp.store.connection import Database
from fieldapp.ui.barrier import ahead
from tests.ui.barrier.barrier_window import Open, barrier, campaign, db, open_window, people
from tests.ui.windows.support import page, place, press

__all__ = ["db", "open_window"]


def spring(db: Database, first: str, last: str) -> str:
    people(db)
    site = barrier(db)
    campaign(db, site, first, last)
    return site


def test_the_page_is_built_behind_the_start_page_and_opens_as_ever(
    open_window: Open, db: Database, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "AFTER_MS", 10)
    site = spring(db, "2019-03-01", "2019-04-30")
    window = open_window("today")
    assert "morning" not in window._built
    qtbot.waitUntil(lambda: "morning" in window._built)
    made = window._built["morning"]
    assert (place(window).code, made.isVisible()) == ("today", False)
    press(window, Qt.Key.Key_Return)
    assert (place(window).code, place(window).params) == ("morning", {"site": site})
    assert page(window) is made
    assert made.isVisible()


def test_it_is_begun_once(qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "AFTER_MS", 0)
    built: list[str] = []
    parent = QObject()
    made = ahead.BoardAhead(built.append, parent)
    made.begin()
    made.begin()
    qtbot.waitUntil(lambda: not made._timer.isActive())
    made.begin()
    assert not made._timer.isActive()
    assert built == ["morning"]


def test_outside_a_campaign_nothing_is_made_ready(
    open_window: Open, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[ahead.BoardAhead] = []

    def note(self: ahead.BoardAhead) -> None:
        begun.append(self)

    monkeypatch.setattr(ahead.BoardAhead, "begin", note)
    site = spring(db, "2018-03-01", "2018-04-30")
    window = open_window("today")
    assert begun == []
    campaign(db, site, "2019-03-01", "2019-04-30")
    window.navigate("today")
    assert len(begun) == 1
