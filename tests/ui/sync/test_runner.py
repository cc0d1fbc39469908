"""Syncing by itself: at the start, after a save, later and later without a line; never twice, never in the way."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fieldapp.store import peers, records
from fieldapp.ui.sync.runner import Pace
from fieldapp.ui.widgets import Banner
from tests.sync import hubs
from tests.sync.hubs import Call, Hub
from tests.ui.sync.hub_desk import Colleague, desk_on, invited, made_person, names

FAST = Pace(start_ms=0, saved_ms=20, every_ms=10**8, retry_ms=20, held_ms=20, look_ms=0)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with hubs.hub(tmp_path / "hub") as running:
        yield running


def joined(qtbot: QtBot, qapp: QApplication, path: Path, hub: Hub) -> None:
    with desk_on(qtbot, qapp, path) as desk:
        desk.join(hub.address, invited(hub))


def test_the_start_fetches_what_others_brought_and_pages_show_it(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, hub: Hub
) -> None:
    joined(qtbot, qapp, tmp_path / "mine.db", hub)
    other = Colleague(hub, tmp_path / "other.db")
    other.add_people("ROUX Claude")
    other.sync()
    with desk_on(qtbot, qapp, tmp_path / "mine.db", FAST) as desk:
        page = desk.window.page()
        desk.runner.start()
        qtbot.waitUntil(lambda: desk.people() == {"ROUX Claude"}, timeout=10_000)
        qtbot.waitUntil(lambda: len(getattr(page, "opened", [])) == 2)
        desk.idle()
        assert desk.status() == "à jour"


def test_what_others_bring_comes_now_and_then_though_nothing_of_ours_waits(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, hub: Hub
) -> None:
    joined(qtbot, qapp, tmp_path / "mine.db", hub)
    other = Colleague(hub, tmp_path / "other.db")
    often = Pace(start_ms=0, saved_ms=10**8, every_ms=300, retry_ms=20, held_ms=20, look_ms=0)
    with desk_on(qtbot, qapp, tmp_path / "mine.db", often) as desk:
        desk.runner.start()
        desk.idle()
        other.add_people("ROUX Claude")
        other.sync()
        qtbot.waitUntil(lambda: desk.people() == {"ROUX Claude"}, timeout=10_000)
        desk.runner.stop()
        desk.idle()


def test_a_save_is_sent_after_a_while(qtbot: QtBot, qapp: QApplication, tmp_path: Path, hub: Hub) -> None:
    other = Colleague(hub, tmp_path / "other.db")
    with desk_on(qtbot, qapp, tmp_path / "mine.db", FAST) as desk:
        desk.join(hub.address, invited(hub))
        desk.add_person("PETIT Anne")
        qtbot.waitUntil(lambda: bool(other.sync().received), timeout=10_000)
        assert names(other.db) == {"PETIT Anne"}
        desk.idle()


def test_nothing_is_taken_in_while_a_form_holds_a_record(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, hub: Hub
) -> None:
    joined(qtbot, qapp, tmp_path / "mine.db", hub)
    other = Colleague(hub, tmp_path / "other.db")
    other.add_people("ROUX Claude")
    other.sync()
    with desk_on(qtbot, qapp, tmp_path / "mine.db", FAST) as desk:
        held: list[bool] = []
        is_held = desk.runner._held

        def asked() -> bool:
            held.append(is_held())
            return held[-1]

        desk.runner._held = asked
        desk.window.navigate("sheet")
        desk.runner.start()
        qtbot.waitUntil(lambda: len(held) >= 3)
        assert desk.people() == set()
        desk.window.navigate("data")
        qtbot.waitUntil(lambda: desk.people() == {"ROUX Claude"}, timeout=10_000)
        desk.idle()


def test_without_a_line_it_tries_later_and_later_and_says_so_in_the_status_line_only(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    with hubs.hub(tmp_path / "hub") as hub:
        joined(qtbot, qapp, tmp_path / "mine.db", hub)
    with desk_on(qtbot, qapp, tmp_path / "mine.db", FAST) as desk:
        waits: list[int] = []
        desk.runner.ended.connect(lambda: waits.append(desk.runner._due.interval()))
        desk.runner.start()
        qtbot.waitUntil(lambda: len(waits) >= 3, timeout=20_000)
        assert waits[:3] == [20, 40, 80]
        assert "hors ligne" in desk.status() or desk.status() == "synchronisation…"
        assert not desk.find(Banner, "notice").isVisible()


def test_it_never_syncs_twice_at_once(qtbot: QtBot, qapp: QApplication, tmp_path: Path, hub: Hub) -> None:
    with desk_on(qtbot, qapp, tmp_path / "mine.db") as desk:
        desk.join(hub.address, invited(hub))
        before = len(peers.diary(desk.db))
        desk.runner.sync()
        desk.runner.sync()
        desk.runner._sync_by_itself()
        desk.idle()
        assert len(peers.diary(desk.db)) == before + 1


def test_closing_the_window_stops_a_sync_without_losing_anything(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, hub: Hub
) -> None:
    with desk_on(qtbot, qapp, tmp_path / "mine.db") as desk:
        desk.join(hub.address, invited(hub))
        desk.add_person("PETIT Anne")
        desk.runner.sync()
        desk.runner.stop()
        desk.window.close()
        assert not desk.window.background.busy()
    with desk_on(qtbot, qapp, tmp_path / "mine.db") as desk:
        desk.open()
        desk.press(Qt.Key.Key_F5)
        desk.idle()
        assert desk.status() == "à jour"
        assert desk.people() == {"PETIT Anne"}


def test_saving_goes_on_while_a_sync_waits_for_the_hub(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, hub: Hub
) -> None:
    with desk_on(qtbot, qapp, tmp_path / "mine.db") as desk:
        desk.join(hub.address, invited(hub))
        peer = peers.hub(desk.db)
        assert peer is not None
        asked: list[Call] = []
        with hubs.stranger(asked.append) as silent:
            peers.add(
                desk.db, peers.HUB, project=peer.project, name=peer.name, address=silent.address, account=peer.account
            )
            desk.runner.sync()
            qtbot.waitUntil(lambda: bool(asked), timeout=10_000)
            records.save(desk.db, [made_person(desk.db, "PETIT Anne")], "saved meanwhile")
            assert desk.people() == {"PETIT Anne"}
            assert desk.runner.is_running()
            desk.runner.cancel()
        desk.idle()
        assert desk.status() != "synchronisation…"


def test_the_training_mode_exchanges_with_nobody(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    with desk_on(qtbot, qapp, tmp_path / "mine.db", FAST) as desk:
        desk.services.training = True
        desk.runner.start()
        desk.runner.saved()
        assert not desk.runner._due.isActive()
        assert not desk.runner._looks.isActive()
        assert desk.status() == ""


def test_a_bug_is_shown_once_and_not_tried_again_by_itself(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk_on(qtbot, qapp, tmp_path / "mine.db") as desk:
        desk.join(hub.address, invited(hub))
        desk.add_person("PETIT Anne")
        shown: list[BaseException] = []
        desk.window.background._unhandled = shown.append

        def broken(*_anything: object, **_more: object) -> None:
            raise sqlite3.ProgrammingError

        with monkeypatch.context() as patch:
            patch.setattr("fieldapp.sync.engine.run", broken)
            desk.runner.sync()
            desk.idle()
            desk.runner._sync_by_itself()
            desk.idle()
        assert len(shown) == 1
        desk.runner.sync()
        desk.idle()
        assert desk.status() == "à jour"
