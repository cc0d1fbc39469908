"""The keys of the capture page besides the cells: dead, no ring, ring replaced, rounds, strings; and its layout."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from fieldapp.core.settings import Settings
from fieldapp.protocols.banding.schema import CODE
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.ui import rounds, theme
from fieldapp.ui.banding import now
from tests.ui.banding.ringing_day import (
    ON,
    REED_WARBLER,
    SESSION,
    Hand,
    Open,
    fill,
    known_sizes,
    make,
    o_string,
)  # fmt: skip

# ------------------------------------------------------------------------------------------------ one key


def test_f9_tells_a_dead_bird_then_a_hurt_one_then_a_sound_one(hand: Hand) -> None:
    hand.keys("Enter", "acrsci", "Enter", "F9")
    assert hand.page.line._foot.state.text == "mort"
    hand.keys("F9")
    assert hand.page.line._foot.state.text == "blessé"
    hand.keys("F9")
    assert not hand.page.line._foot.state.isVisible()
    hand.keys("F9", "m", "1", "Ctrl+Enter")
    [line] = hand.lines()
    assert (line.data["condition"], line.data["circumstances"], line.data["health"]) == ("2", "08", "M")
    assert hand.rows()[0][-1] == "mort"


def test_f8_lets_a_bird_go_without_a_ring_and_asks_why(hand: Hand) -> None:
    hand.keys("F8", "Enter")
    assert "notez pourquoi" in hand.label("capture.asked.why")
    hand.keys("envole", "Enter", "acrsci", "Enter", "Ctrl+Enter")
    [line] = hand.lines()
    assert (line.data["action"], line.data["comments"], "ring" in line.data) == ("SANS", "envole", False)
    assert hand.rows()[0][1] == "sans bague"


def test_f7_replaces_the_ring_of_a_known_bird_by_the_next_one(control: Hand) -> None:
    control.keys("8680017", "Enter", "F7", "Enter", "Enter", "f", "+", "Ctrl+Enter")
    [line] = control.lines()
    assert (line.data["ring"], line.data["replaced_ring"], line.data["replaced_ring_key"]) == (
        "8680041", "8680017", "FRP8680017",
    )  # fmt: skip
    control.keys("8680041", "Enter")
    assert "868 0017" in control.label("life.others")


def test_f7_says_of_a_stored_line_which_ring_came_off(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, "Down", "Enter", "F7", "5631847", "Enter")
    assert hand.label("capture.asked.why") == ""
    hand.keys("Ctrl+Enter", "Ctrl+Enter")
    [line] = hand.lines()
    assert (line.data["ring"], line.data["action"], line.data["replaced_ring_key"]) == ("8680041", "B", "FRP5631847")


def test_f7_refuses_a_new_ring_that_is_on_another_bird(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, "8680041", "Enter", "F7", "5631847", "Enter")
    assert "déjà posée sur un oiseau" in hand.label("capture.asked.why")
    assert "replaced_ring" not in hand.page._session.line.values  # type: ignore[union-attr]


def test_another_theme_reads_no_record(hand: Hand, qapp: QApplication) -> None:
    hand.keys("Enter", "acrsci", "Enter", "m", "F7", "5631847", "Enter")
    heard: list[str] = []
    hand.db.connection.set_trace_callback(heard.append)
    try:
        theme.apply(qapp, "sombre")
    finally:
        hand.db.connection.set_trace_callback(None)
        theme.apply(qapp)
    assert heard == []
    assert hand.label("life.number") == "868 0041"


def test_f5_is_now_and_its_neighbours_are_half_hours(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import date

    monkeypatch.setattr(rounds, "today", lambda: date.fromisoformat(ON))
    monkeypatch.setattr(now, "clock", lambda: "07:44")
    assert hand.page.head.round.text() == "Tournée 06:30"
    hand.keys("F5")
    assert hand.page.head.round.text() == "Tournée 07:30"
    hand.keys("Ctrl+Down", "Ctrl+Down", "Ctrl+Up", "Shift+F5")
    assert hand.page.head.round.text() == "Tournée 07:30"
    hand.keys("Ctrl+Down", *REED_WARBLER)
    assert hand.lines()[0].data["hour"] == "08:00"


def test_a_session_of_another_day_goes_to_the_next_round(hand: Hand) -> None:
    hand.keys("F5")
    assert hand.page.head.round.text() == "Tournée 07:00"


@pytest.mark.parametrize(("key", "more"), [("F6", {}), ("F10", {"closing": True})])
def test_f6_opens_the_session_and_f10_its_closing(hand: Hand, key: str, more: dict[str, bool]) -> None:
    hand.keys(key)
    place = hand.window.place()
    assert place is not None
    assert (place.code, place.params) == ("session", {"uid": SESSION, **more})


def test_f12_makes_the_strongest_alerts_sound_which_they_do_not_by_themselves(
    control: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    kept: list[Settings] = []
    monkeypatch.setattr(QApplication, "beep", lambda: heard.append("beep"))
    control.page._services.change_settings = kept.append
    control.keys("8680017", "Enter", "sylatr", "Enter")
    assert heard == []
    control.keys("Ctrl+Del", "F12", "8680017", "Enter", "sylatr", "Enter")
    assert heard == ["beep"]
    assert kept[0].others["capture_sound"] is True


# ------------------------------------------------------------------------------------------- strings of rings


def test_without_an_open_string_the_page_says_how_to_get_one(ringing_db: Database, open_captures: Open) -> None:
    fill(ringing_db)
    hand = open_captures()
    assert "Aucune série de bagues n’est ouverte" in hand.page.string.text()
    assert hand.page.string.isVisible()
    hand.keys("F3")
    place = hand.window.place()
    assert place is not None
    assert place.code == "ring_stock"


def test_f3_opens_the_string_that_the_bird_needs(ringing_db: Database, open_captures: Open) -> None:
    fill(ringing_db, o_string(state="received"), others=known_sizes())
    hand = open_captures()
    hand.keys("Enter", "acrsci", "Enter")
    assert "ouvrez la série 8680041–8680100" in hand.page.string.text()
    assert hand.page.string.button.text() == "Ouvrir la série"
    hand.keys("F3")
    assert hand.cell("ring") == "868 0041"
    assert not hand.page.string.isVisible()
    [record] = records.roots(ringing_db, CODE, "ring_string")
    assert (record.data["state"], record.data["opened_on"]) == ("open", ON)


def test_the_programme_says_which_cells_there_are_and_in_which_order(ringing_db: Database, open_captures: Open) -> None:
    programme = make("programme", {"theme": "PHENO", "columns": ["age", "sex", "net", "comments"]})
    fill(ringing_db, o_string(), others=[programme, *known_sizes()])
    hand = open_captures()
    assert list(hand.page.line.cells) == ["ring", "species", "age", "sex", "net", "comments"]
    hand.keys("Enter", "acrsci", "Enter", "1", "m", "7", "Enter", "mue", "Enter")
    assert hand.lines()[0].data["comments"] == "mue"


def test_every_key_of_the_page_stands_in_f1(hand: Hand) -> None:
    listed = {action.key for action in hand.page.actions_of_page()}
    assert {*(f"F{n}" for n in range(2, 13)), "Ctrl+Return", "Ctrl+Up", "Ctrl+Down", "Ctrl+Del"} <= listed


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_nothing_of_the_line_is_cut_on_a_small_screen(
    ringing_db: Database, open_captures: Open, qapp: QApplication, scale: float
) -> None:
    theme.apply(qapp, "jour", scale)
    fill(ringing_db, o_string(), others=[*lines_of_every_kind(), *known_sizes()])
    hand = open_captures()
    hand.window.resize(1366, 768)
    hand.keys("GBT A710715", "Enter", "acrsci", "Enter", "m", "3", "166,5", "Enter", "2", "111,3", "Enter")
    QApplication.processEvents()
    page, line = hand.page, hand.page.line
    for code, cell in line.cells.items():
        room = cell.width() - 2 * theme.S
        assert cell.fontMetrics().horizontalAdvance(cell.text()) <= room, code
    for widget in (*line.cells.values(), line.save, page.head.species, page.table, page.life):
        corner = widget.mapTo(hand.window, widget.rect().bottomRight())
        assert widget.isVisible()
        assert corner.x() < 1366, widget.objectName()
        assert corner.y() < 768, widget.objectName()
    assert page.table.viewport().height() >= 2 * page.table.rowHeight(0)
    theme.apply(qapp)


def lines_of_every_kind() -> list[Any]:
    """Return thirty stored lines of today, so that the table is full."""
    return [
        make(
            "observation",
            {
                "line": number, "action": "B", "ring_scheme": "FRP", "ring": f"{8600000 + number}",
                "ring_key": f"FRP{8600000 + number}", "species": "SYLATR", "sex": "M", "age": "+1A", "hour": "06:30",
            },
            SESSION,
        )
        for number in range(1, 31)
    ]  # fmt: skip
