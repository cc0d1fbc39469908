"""Two windows on one session, with a real hub between them: captures pass over, and no ring is offered twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fieldapp import protocols
from fieldapp.core.ids import new_uid
from fieldapp.store import leases, peers
from fieldapp.store.connection import Author, Database
from fieldapp.store.opening import open_for_use
from fieldapp.sync import announcing, table
from fieldapp.ui import theme
from fieldapp.ui.sync.table_runner import TableRunner
from tests.ui.banding import ringing_day
from tests.ui.banding.ringing_day import Hand, fill, known_sizes, o_string, string

LONG_MS = 60_000
BIRD = ("sylatr", "Enter", "Ctrl+Enter", "Ctrl+Enter")


@dataclass
class Two:
    """The windows of both tables."""

    marie: Hand
    jean: Hand

    def runner(self, hand: Hand) -> TableRunner:
        return hand.page.others.runner


def _database(path: Path) -> Database:
    return open_for_use(path, protocols.installed(), Author("", new_uid()))


@pytest.fixture
def two(qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Two]:
    """Return two tables that share one session, each with the page of captures open."""
    monkeypatch.setattr(announcing, "addresses", lambda: ["127.0.0.1"])
    theme.apply(qapp)
    with ExitStack() as stack:
        marie_db, jean_db = (stack.enter_context(_database(tmp_path / f"{name}.db")) for name in ("marie", "jean"))
        fill(marie_db, o_string(), string("O", "8690001", "8690100"), others=known_sizes())
        marie = stack.enter_context(ringing_day.opened(qtbot, marie_db))()
        runner = marie.page.others.runner
        runner.share("Bac à schlamms 12/09")
        qtbot.waitUntil(lambda: runner.state.mode == "sharing" and bool(runner.state.last_at), timeout=LONG_MS)
        seat, _check = table.join(jean_db, runner.state.address, runner.state.code, "PC de Jean")
        table.sync(jean_db, seat)
        jean_db_open = stack.enter_context(ringing_day.opened(qtbot, jean_db))
        jean = jean_db_open()
        qtbot.waitUntil(lambda: jean.page.others.runner.state.mode == "joined", timeout=LONG_MS)
        yield Two(marie, jean)


def come_forward(qtbot: QtBot, hand: Hand) -> None:
    hand.window.activateWindow()
    qtbot.waitUntil(hand.window.isActiveWindow)
    hand.page.line.focus()


def rows(hand: Hand) -> list[str]:
    return [row[1].replace(" ", "") for row in hand.rows()]


def test_a_capture_of_one_table_stands_in_the_list_of_the_other(qtbot: QtBot, two: Two) -> None:
    come_forward(qtbot, two.marie)
    two.marie.keys("8680041", "Enter", *BIRD)
    assert rows(two.marie) == ["8680041"]
    qtbot.waitUntil(lambda: rows(two.jean) == ["8680041"], timeout=LONG_MS)
    come_forward(qtbot, two.jean)
    two.jean.keys("8690001", "Enter", *BIRD)
    assert rows(two.jean)[0] == "8690001"
    qtbot.waitUntil(lambda: sorted(rows(two.marie)) == ["8680041", "8690001"], timeout=LONG_MS)


def test_two_tables_are_offered_rings_of_different_strings(qtbot: QtBot, two: Two) -> None:
    come_forward(qtbot, two.marie)
    two.marie.keys("Enter", "acrsci", "Enter")
    assert two.marie.cell("ring").endswith("0041")
    qtbot.waitUntil(lambda: bool(leases.held_by_others(two.jean.db)), timeout=LONG_MS)
    come_forward(qtbot, two.jean)
    two.jean.keys("Enter", "acrsci", "Enter")
    qtbot.waitUntil(lambda: two.jean.cell("ring").replace(" ", "") == "8690001", timeout=LONG_MS)
    held = leases.held
    qtbot.waitUntil(lambda: len(held(two.marie.db)) == 2 and held(two.marie.db) == held(two.jean.db), timeout=LONG_MS)
    assert set(held(two.jean.db).values()) == {two.marie.db.author.device, two.jean.db.author.device}


def test_a_ring_of_the_other_tables_string_is_asked_about_and_never_taken_silently(qtbot: QtBot, two: Two) -> None:
    come_forward(qtbot, two.marie)
    two.marie.keys("Enter", "acrsci", "Enter")
    qtbot.waitUntil(lambda: bool(leases.held_by_others(two.jean.db)), timeout=LONG_MS)
    come_forward(qtbot, two.jean)
    two.jean.keys("8680042", "Enter", "acrsci", "Enter", "Ctrl+Enter")
    qtbot.waitUntil(lambda: "tenue par l’autre table" in two.jean.said(), timeout=LONG_MS)
    assert rows(two.jean) == []


def test_closing_the_window_ends_the_hub_and_keeps_the_place(qtbot: QtBot, two: Two) -> None:
    runner = two.runner(two.marie)
    opened = runner._opened
    assert opened is not None
    process = opened.hub._process
    assert process is not None
    assert process.poll() is None
    two.marie.window.close()
    assert process.poll() == 0
    assert len(peers.all_of(two.marie.db, peers.LAN)) == 1
    jean = two.runner(two.jean)
    qtbot.waitUntil(lambda: jean.state.is_cut, timeout=LONG_MS)
    come_forward(qtbot, two.jean)
    two.jean.keys("8690001", "Enter", *BIRD)
    two.jean.keys("Ctrl+Enter")
    assert rows(two.jean) == ["8690001"]
