"""Questions, alerts and codes of the capture line that typing must never answer by accident; closed sessions."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QLabel

from fieldapp.protocols.banding.stock import RingState
from fieldapp.store import drafts, records
from fieldapp.store.connection import Database
from fieldapp.ui import theme
from tests.ui.banding.ringing_day import (
    REED_WARBLER,
    SESSION,
    Hand,
    Open,
    fill,
    known_sizes,
    o_string,
    state_of,
)  # fmt: skip


def aside(hand: Hand) -> list[str]:
    return [label.text().replace("\N{NO-BREAK SPACE}", " ") for label in hand.page.alerts.findChildren(QLabel)]


def test_letters_of_a_species_never_answer_a_question_about_the_ring(hand: Hand) -> None:
    hand.keys("8680044", "Enter", "parmaj")
    assert "3 bagues sont sautées" in hand.question()
    assert (hand.cell("species"), hand.at()) == ("parmaj", "capture.species")
    hand.keys("Enter", "Alt+D")
    assert (hand.question(), hand.at(), hand.cell("species")) == ("", "capture.sex", "PARMAJ")
    hand.keys("m", "1", "Ctrl+Enter")
    if not hand.lines():
        hand.keys("Ctrl+Enter")
    assert [state_of(hand.db, f"868004{n}") for n in (1, 2, 3)] == [RingState.DESTROYED] * 3


def test_an_answer_of_put_on_or_read_leaves_the_cursor_in_the_line(hand: Hand) -> None:
    hand.keys("7654321", "Enter", "cb")
    assert "contrôle ou baguage" in hand.question()
    hand.keys("Alt+C")
    assert (hand.question(), hand.cell("species"), hand.at()) == ("", "cb", "capture.species")
    assert hand.page.line.action.text == "C"


def test_a_key_of_a_question_that_is_answered_types_nothing(hand: Hand) -> None:
    hand.keys("8680043", "Enter", "Alt+P", "Alt+P")
    assert hand.cell("species") == ""


@pytest.mark.parametrize(
    ("typed", "age"),
    [("+1A", "+1A"), ("+2A", "+2A"), ("1A", "1A"), ("2A", "2A"), ("+", "+1A"), ("1A?", "1A?"), ("+2A?", "+2A?")],
)
def test_an_age_typed_as_its_code_is_that_age_and_no_wing(hand: Hand, typed: str, age: str) -> None:
    codes = {choice.code for choice in hand.db.protocols["banding"].entity("observation").by_name["age"].choices}
    hand.keys("Enter", "acrsci", "Enter", "m", typed)
    expected = age if age in codes else age.rstrip("?")
    assert (hand.cell("age"), hand.cell("wing_mm"), hand.at()) == (expected, "", "capture.wing_mm")
    hand.keys("66,5")
    assert hand.cell("wing_mm") == "66,5"
    assert hand.said() == ""


def test_a_wing_after_a_one_key_age_stays_a_wing(hand: Hand) -> None:
    hand.keys("Enter", "acrsci", "Enter", "m", "+", "17", "Back", "8")
    assert (hand.cell("age"), hand.cell("wing_mm")) == ("+1A", "18")
    hand.keys("a")
    assert (hand.cell("age"), hand.cell("wing_mm")) == ("+1A", "18")
    assert "« a » ne va pas dans la case Aile" in hand.said()


def test_a_cell_of_one_key_says_that_it_goes_on_by_itself(hand: Hand) -> None:
    hand.keys("Enter", "acrsci", "Enter")
    assert "une touche, la suite vient seule" in hand.label("capture.hint")
    assert "Entrée" not in hand.label("capture.hint")


def test_the_strongest_alert_is_not_confirmed_by_the_key_that_ends_every_line(control: Hand) -> None:
    control.keys("8680017", "Enter", "sylatr", "Enter", "m", "+", "Ctrl+Enter")
    assert "Ctrl Entrée : c’est bien cela" in aside(control)
    control.keys("Enter", "Enter", "Enter")
    assert control.lines() == []
    control.keys("Ctrl+Enter")
    assert [line.data["species"] for line in control.lines()] == ["SYLATR"]


def test_no_ring_is_shown_in_grey_that_enter_would_not_give_and_it_is_said_once(hand: Hand) -> None:
    ring = hand.page.line.cells["ring"]
    assert ring.placeholderText() == "868 0041"
    hand.keys("Enter", "luscinia svecica", "Enter")
    assert ring.placeholderText() == ""
    hand.keys("m", "1", "Ctrl+Enter")
    said = hand.page.string.text()
    assert "aucune taille de bague habituelle" in said
    assert hand.page.string.kind == "error"
    assert said not in hand.page.alerts.sentences()
    assert hand.at() == "capture.ring"


def test_an_alert_of_the_string_comes_back_with_the_line_after_a_crash(hand: Hand, open_captures: Open) -> None:
    hand.keys("Enter", "luscinia svecica", "Enter", "m")
    again = open_captures()
    assert again.cell("species") == "LUSSVE"
    assert again.page.string.isVisible()
    assert "aucune taille de bague habituelle" in again.page.string.text()


def test_esc_leaves_the_words_of_f7_even_under_a_notice_and_the_arrows_go_to_the_lines(hand: Hand) -> None:
    hand.keys(*REED_WARBLER, *REED_WARBLER, *REED_WARBLER)
    hand.page._context.notify("Enregistré.", "info")
    hand.keys("F7", "Esc")
    assert hand.at() == "capture.ring"
    hand.keys("Down", "Down", "Down", "Enter")
    assert hand.page.line.which.text == "ligne 1, correction"


def test_a_closed_session_takes_nothing_before_f10_opens_it_again(ringing_db: Database, open_captures: Open) -> None:
    fill(ringing_db, o_string(), others=known_sizes(), closed=True)
    hand = open_captures()
    assert hand.page.closed.isVisible()
    assert "Séance close" in hand.page.closed.text()
    hand.keys("Enter", "acrsci", "Enter", "F9", "Ctrl+Enter")
    assert (hand.cell("species"), hand.lines(), drafts.keys(hand.db)) == ("", [], [])
    hand.keys("F10")
    assert not hand.page.closed.isVisible()
    assert "closed" not in records.get(hand.db, SESSION).data  # type: ignore[union-attr]
    hand.keys(*REED_WARBLER)
    assert len(hand.lines()) == 1


def test_a_long_foreign_ring_is_whole_in_the_table(hand: Hand) -> None:
    hand.keys("NLA AB123456", "Enter", "acrsci", "Enter", "m", "1", "Ctrl+Enter")
    if not hand.lines():
        hand.keys("Ctrl+Enter")
    ring = hand.rows()[0][1]
    assert ring.startswith("NLA AB")
    room = hand.page.table.columnWidth(1) - 2 * (theme.S + 2)
    assert QFontMetrics(theme.font()).horizontalAdvance(ring) <= room


def test_columns_without_room_are_said_with_the_key_of_the_whole_line(
    ringing_db: Database, open_captures: Open, qapp: QApplication
) -> None:
    theme.apply(qapp, "jour", 1.5)
    fill(ringing_db, o_string(), others=known_sizes())
    hand = open_captures()
    hand.window.resize(1366, 768)
    hand.keys(*REED_WARBLER)
    table = hand.page.table
    assert any(table.isColumnHidden(number) for number in range(table.model().columnCount() - 1))
    shown = [label.text() for label in hand.page._lines.keys.findChildren(QLabel) if label.isVisible()]
    assert shown[0].startswith("toute la ligne (")
    theme.apply(qapp)


@pytest.mark.parametrize("old", [{"values": {"species": "ACRSCI"}}, {"hour": "07:00", "lines": [{"id": 3}], "at": ""}])
def test_a_draft_of_an_older_format_is_told_and_kept_and_the_session_opens(
    ringing_db: Database, open_captures: Open, old: dict[str, object]
) -> None:
    fill(ringing_db, o_string(), others=known_sizes())
    drafts.put(ringing_db, f"captures:{SESSION}", old)
    hand = open_captures()
    assert "ne peut plus être lue" in hand.window.notices.banner.text()
    assert drafts.get(ringing_db, f"captures-unread:{SESSION}") == old
    hand.keys(*REED_WARBLER)
    assert len(hand.lines()) == 1
