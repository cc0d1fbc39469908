"""Lines of the capture page that are taken back, corrected, deleted, begun and left: nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fieldapp.protocols.banding.stock import RingState
from fieldapp.store import changes, drafts, records
from tests.ui.banding.ringing_day import (
    REED_WARBLER,
    SESSION,
    Blank,
    Hand,
    Open,
    state_of,
)  # fmt: skip

# ---------------------------------------------------------------------------------- undo, corrections, drafts


def test_undo_takes_the_last_line_back_and_its_ring_is_free_again(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, *REED_WARBLER)
    hand.keys("Ctrl+Z")
    assert [line.data["ring"] for line in hand.lines()] == ["8680041"]
    assert hand.page.head.ringed.text == "1 bagué"
    hand.keys("Enter", "acrsci", "Enter")
    assert hand.cell("ring") == "868 0042"
    hand.keys("Ctrl+Del", "Ctrl+Shift+Z")
    assert [line.data["ring"] for line in hand.lines()] == ["8680041", "8680042"]


def test_an_old_line_is_corrected_and_keeps_its_history(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, *REED_WARBLER)
    hand.keys("Down", "Down", "Enter")
    assert hand.page.line.which.text == "ligne 1, correction"
    assert hand.cell("ring") == "868 0041"
    hand.keys("Enter", "f", "Ctrl+Enter")
    one, two = hand.lines()
    assert (one.data["sex"], one.data["ring"], one.data["line"]) == ("F", "8680041", 1)
    assert two.data["line"] == 2
    history = changes.history(hand.db, one.uid)
    assert [change.after.get("sex") for change in history] == ["?", "F"]
    assert hand.page.line.which.text == "ligne 3"
    assert hand.rows()[1][4] == "F"


def test_escape_leaves_a_correction_and_nothing_of_it_is_lost(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, "Down", "Enter", "Enter", "f", "Esc")
    assert hand.page.line.which.text == "ligne 2"
    assert hand.lines()[0].data["sex"] == "?"
    hand.keys("Down", "Enter")
    assert hand.cell("sex") == "F"
    hand.keys("Ctrl+Enter")
    assert hand.lines()[0].data["sex"] == "F"


def test_a_ring_that_is_corrected_is_no_duplicate_of_itself(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, "Down", "Enter", "Backtab", "8680041", "Enter")
    assert hand.page.line.action.text == "B"
    assert hand.said() == ""


def test_a_line_is_deleted_from_the_table_and_comes_back(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, "Down", "Del")
    assert hand.lines() == []
    assert state_of(hand.db, "8680041") is RingState.FREE
    hand.keys("Ctrl+Z")
    assert len(hand.lines()) == 1
    assert len(hand.rows()) == 1


def test_the_line_that_is_typed_survives_a_crash(hand: Hand, open_captures: Open) -> None:
    hand.keys("Ctrl+Down", "Enter", "acrsci", "Enter", "m", "1", "66,")
    again = open_captures()  # nobody closed the first window: what it has not written down is not there
    assert [again.cell(code) for code in ("ring", "species", "sex", "age", "wing_mm")] == [
        "868 0041", "ACRSCI", "M", "1A", "66,",
    ]  # fmt: skip
    assert again.at() == "capture.wing_mm"
    assert again.page.head.round.text() == "Tournée 07:00"
    again.keys("5", "Ctrl+Enter")
    assert again.lines()[0].data["wing_mm"] == 66.5


def test_leaving_the_page_and_coming_back_loses_nothing(hand: Hand) -> None:
    hand.keys("04")
    hand.window.navigate("session", uid=SESSION)
    hand.window.back()
    QApplication.processEvents()
    assert hand.cell("ring") == "04"
    hand.keys("2", "Enter")
    assert hand.cell("ring") == "868 0042"


def test_an_emptied_line_can_be_taken_up_again(hand: Hand) -> None:
    hand.keys("Enter", "acrsci", "Enter", "m", "Ctrl+Del")
    assert hand.cell("species") == ""
    assert drafts.keys(hand.db) == []
    assert hand.page.alerts.sentences() == ["Ligne vidée. Ctrl Maj Suppr la reprend."]
    assert notice(hand) == ""
    hand.keys("Ctrl+Shift+Del")
    assert (hand.cell("species"), hand.cell("sex"), hand.cell("ring")) == ("ACRSCI", "M", "868 0041")


def test_f11_opens_the_whole_record_and_h_its_history(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, "F11")
    [line] = hand.lines()
    place = hand.window.place()
    assert place is not None
    assert (place.code, place.params) == ("capture", {"uid": line.uid})
    hand.window.back()
    QApplication.processEvents()
    hand.keys("Down", "H")
    place = hand.window.place()
    assert place is not None
    assert (place.code, place.params) == ("history", {"uid": line.uid})


def test_a_session_that_is_gone_leads_to_the_sessions(hand: Hand, open_captures: Open) -> None:
    hand.window.navigate("captures", uid="nobody")
    place = hand.window.place()
    assert place is not None
    assert place.code == "banding"
    assert isinstance(hand.window.page(), Blank)


def test_who_types_while_the_cursor_is_in_the_table_means_the_next_bird(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, "Down", "0", "4", "2", "Enter")
    assert hand.cell("ring") == "868 0042"
    assert hand.at() == "capture.species"


def test_a_click_loads_a_line(hand: Hand, qtbot: QtBot) -> None:
    hand.keys(*REED_WARBLER)
    table = hand.page.table
    model = table.lines
    assert model is not None
    where = table.visualRect(model.index(0, 1)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert hand.page.line.which.text == "ligne 1, correction"


# ------------------------------------------------------------------------------------ several lines that wait


def notice(hand: Hand) -> str:
    """Return what the window says over the page."""
    banner = hand.window.notices.banner
    return banner.text().replace("\N{NO-BREAK SPACE}", " ") if banner.isVisible() else ""


def change(hand: Hand, **values: object) -> None:
    """Store other values of the first line, as the whole sheet of the capture or a synchronisation does."""
    line = hand.lines()[0]
    records.save(hand.db, [replace(line, data={**line.data, **values})], "ailleurs")


def come_back(hand: Hand, meanwhile: Callable[[], None] = lambda: None) -> None:
    hand.window.navigate("session", uid=SESSION)
    meanwhile()
    hand.window.back()
    QApplication.processEvents()


def test_undo_of_a_line_whose_correction_waits_keeps_the_bird_that_is_begun(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, "Down", "Enter", "Enter", "f", "Esc")
    hand.keys("Enter", "sylatr", "Enter", "m", "1")
    hand.keys("Ctrl+Z")
    assert hand.lines() == []
    assert (hand.cell("species"), hand.cell("sex"), hand.page.line.which.text) == ("SYLATR", "M", "ligne 1")
    hand.keys("Ctrl+Shift+Z")
    assert (hand.cell("species"), hand.cell("sex"), hand.page.line.which.text) == ("SYLATR", "M", "ligne 2")
    hand.keys("Down", "Enter")  # the correction waited for its line
    assert (hand.cell("species"), hand.cell("sex")) == ("ACRSCI", "F")


def test_a_correction_of_a_line_that_undo_took_for_good_is_forgotten(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, "Down", "Enter", "Enter", "f", "Esc", "Ctrl+Z", *REED_WARBLER)
    assert [line.data["sex"] for line in hand.lines()] == ["?"]
    assert drafts.keys(hand.db) == []


def test_a_correction_leaves_alone_what_was_stored_meanwhile_in_other_fields(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, "Down", "Enter", "Enter", "Tab", "Tab", "70")
    come_back(hand, lambda: change(hand, tarsus_mm=22.5, fat="5"))
    assert (hand.cell("wing_mm"), hand.cell("fat")) == ("70", "5")
    assert notice(hand) == ""
    hand.keys("Ctrl+Enter", "Ctrl+Enter")
    [line] = hand.lines()
    assert (line.data["wing_mm"], line.data["tarsus_mm"], line.data["fat"]) == (70.0, 22.5, "5")


def test_a_field_that_was_stored_otherwise_meanwhile_is_said(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, "Down", "Enter", "Enter", "Tab", "Tab", "70", "Tab")
    come_back(hand, lambda: change(hand, wing_mm=71.0))
    assert hand.cell("wing_mm") == "70"
    assert notice(hand) == "Enregistré entre-temps, autrement que dans votre correction : Aile 71."
    hand.keys("Ctrl+Del")
    assert hand.lines()[0].data["wing_mm"] == 71.0


def test_f11_stores_the_correction_first_so_that_the_whole_sheet_has_it(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, "Down", "Enter", "Enter", "f", "F11")
    [line] = hand.lines()
    place = hand.window.place()
    assert line.data["sex"] == "F"
    assert place is not None
    assert (place.code, place.params) == ("capture", {"uid": line.uid})
    assert drafts.keys(hand.db) == []


def test_f11_in_the_table_stores_the_correction_that_waits_for_that_line(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, "Down", "Enter", "Enter", "f", "Esc", "Down", "F11")
    place = hand.window.place()
    assert place is not None
    assert place.code == "capture"
    assert hand.lines()[0].data["sex"] == "F"


def test_f11_stays_and_says_why_when_the_correction_cannot_be_read(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, "Down", "Enter", "Backtab", "999", "F11")
    place = hand.window.place()
    assert place is not None
    assert place.code == "captures"
    assert hand.page.alerts.sentences() != []
    assert (hand.at(), hand.cell("ring")) == ("capture.ring", "999")


def test_a_bird_typed_after_an_emptied_line_is_not_lost_when_that_is_taken_up(hand: Hand, open_captures: Open) -> None:
    hand.keys("Enter", "acrsci", "Enter", "m", "1", "66", "Ctrl+Del")
    hand.keys("8680050", "Enter", "sylatr", "Enter", "f", "Ctrl+Shift+Del")
    assert (hand.cell("species"), hand.cell("wing_mm")) == ("ACRSCI", "66")
    assert "revient après elle" in notice(hand)
    again = open_captures()  # both are in the draft
    assert (again.cell("species"), again.cell("wing_mm")) == ("ACRSCI", "66")
    again.keys("Ctrl+Enter")
    assert (again.cell("species"), again.cell("sex"), again.cell("ring")) == ("SYLATR", "F", "868 0050")
    assert "de nouveau dans la ligne" in notice(again)
    again.keys("Enter", "Enter", "Enter", "1", "Ctrl+Enter", "Ctrl+Enter")
    assert [line.data["species"] for line in again.lines()] == ["ACRSCI", "SYLATR"]
    assert drafts.keys(again.db) == []


def test_an_emptied_correction_of_a_line_that_is_gone_is_not_taken_up(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, "Down", "Enter", "Enter", "f", "Ctrl+Del")
    [line] = hand.lines()
    records.delete(hand.db, line.uid, "ailleurs")
    hand.page.open(uid=SESSION)
    hand.keys("Ctrl+Shift+Del")
    assert "n’est plus dans la séance" in notice(hand)
    assert (hand.lines(), hand.cell("species")) == ([], "")


def test_a_key_in_the_table_goes_on_where_the_line_was_left(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, "Enter", "acrsci", "Enter", "m", "1", "66", "Down")
    assert hand.at() == "capture.table"
    hand.keys(",5")
    assert (hand.at(), hand.cell("wing_mm")) == ("capture.wing_mm", "66,5")


def test_a_key_in_the_table_never_changes_a_ring_that_was_read(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, "Enter", "acrsci", "Enter", "Shift+Backtab", "Shift+Backtab", "Down", "7")
    assert (hand.at(), hand.cell("ring")) == ("capture.table", "868 0042")
    assert hand.page.alerts.sentences() == ["Une ligne est commencée : Échap y retourne, puis tapez."]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (("8680041", "Enter", "acrsci", "Enter", "m", "1"), "Ligne 1 supprimée : sa bague est de nouveau libre."),
        (("GBT A710715", "Enter", "acrsci", "Enter", "m", "1"), "Ligne 1 supprimée."),
        (
            ("8680044", "Enter", "Alt+P", "acrsci", "Enter", "m", "1"),
            "Ligne 1 supprimée : sa bague est de nouveau libre. Restent notées au stock : 868 0041–868 0043.",
        ),
        (
            ("8680042", "Enter", "Alt+D", "acrsci", "Enter", "m", "1"),
            "Ligne 1 supprimée : sa bague est de nouveau libre. Reste notée au stock : 868 0041.",
        ),
    ],
)
def test_what_is_said_of_a_deleted_line_is_true_of_its_rings(hand: Hand, script: tuple[str, ...], said: str) -> None:
    hand.keys(*script, "Ctrl+Enter")
    if not hand.lines():  # a control asks once more
        hand.keys("Enter")
    before = [state_of(hand.db, f"868004{n}") for n in (1, 2, 3)]
    hand.keys("Down", "Del")
    assert hand.lines() == []
    assert notice(hand) == said
    noted = [state in (RingState.LOST, RingState.DESTROYED) for state in before]
    assert [state_of(hand.db, f"868004{n}") in (RingState.LOST, RingState.DESTROYED) for n in (1, 2, 3)] == noted
    hand.window.notices.banner.button.click()
    assert len(hand.lines()) == 1
