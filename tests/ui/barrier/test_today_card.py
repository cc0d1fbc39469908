"""The barrier on the start page: this morning, what is not explained, and the first steps."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from fieldapp.store import drafts
from fieldapp.store.connection import Database
from fieldapp.ui.barrier.board_draft import draft_key
from fieldapp.ui.shell import MainWindow
from tests.ui.barrier.barrier_window import (
    Open,
    barrier,
    campaign,
    check,
    db,
    open_window,
    people,
    rows_read,
    sample,
    sample_rows,
)
from tests.ui.windows.support import area, focus, page, place, press, thing, words

__all__ = ["db", "open_window"]


def season(db: Database, *missing: int) -> str:
    people(db)
    site = barrier(db)
    campaign(db, site, "2019-03-01", "2019-04-30")
    for day in range(1, 18):
        if day not in missing:
            check(db, site, f"2019-03-{day:02}")
    return site


def card(window: MainWindow) -> QWidget | None:
    found: QWidget | None = page(window).findChild(QWidget, "today.barrier")
    return found


def test_the_relevé_of_this_morning_is_the_next_step_where_nothing_else_is_followed(
    open_window: Open, db: Database
) -> None:
    site = season(db)
    window = open_window("today")
    assert words(window, "today.barrier.words.0") == "Mare Jules Ferry, Vimy : matin 18 sur 61, à relever."
    assert thing(window, "today.barrier.go.0").property("role") == "primary"
    assert focus(window).objectName() == "today.barrier.go.0"
    assert not thing(window, "today.barrier.explain.0").isVisible()
    press(window, Qt.Key.Key_Return)
    assert (place(window).code, place(window).params) == ("morning", {"site": site})


def test_beside_a_round_the_barrier_has_its_own_key(open_window: Open, db: Database) -> None:
    season(db)
    area(db, "Terrils")
    window = open_window("today")
    assert thing(window, "today.barrier.go.0").property("role") == ""
    press(window, Qt.Key.Key_M)
    assert place(window).code == "morning"


@pytest.mark.parametrize(
    ("state", "said", "step"),
    [
        ("empty", "relevé, vide", "Revoir ce matin"),
        ("checked", "relevé", "Revoir ce matin"),
        ("missed", "non relevé", "Revoir ce matin"),
    ],
)
def test_a_morning_that_is_done_says_so(open_window: Open, db: Database, state: str, said: str, step: str) -> None:
    check(db, season(db), "2019-03-18", state)
    window = open_window("today")
    assert words(window, "today.barrier.words.0") == f"Mare Jules Ferry, Vimy : matin 18 sur 61, {said}."
    assert words(window, "today.barrier.go.0") == step


def test_a_morning_that_was_begun_is_taken_up_again(open_window: Open, db: Database) -> None:
    site = season(db)
    drafts.put(db, draft_key(site, "2019-03-18"), {})
    window = open_window("today")
    assert words(window, "today.barrier.words.0").endswith("matin 18 sur 61, commencé.")
    assert words(window, "today.barrier.go.0") == "Reprendre le relevé"


@pytest.mark.parametrize(("state", "said"), [("empty", "relevé, vide"), ("checked", "relevé")])
def test_a_stored_morning_with_changes_that_wait_says_that_they_are_not_stored(
    open_window: Open, db: Database, state: str, said: str
) -> None:
    site = season(db)
    check(db, site, "2019-03-18", state)
    drafts.put(db, draft_key(site, "2019-03-18"), {})
    window = open_window("today")
    told = f"Mare Jules Ferry, Vimy : matin 18 sur 61, {said}, modifié, pas encore enregistré."
    assert words(window, "today.barrier.words.0") == told
    assert words(window, "today.barrier.go.0") == "Reprendre le relevé"


def test_mornings_to_explain_are_counted_and_one_key_away(open_window: Open, db: Database) -> None:
    site = season(db, 4, 5, 12)
    window = open_window("today")
    assert words(window, "today.barrier.explain.0") == "3 à expliquer"
    press(window, Qt.Key.Key_X)
    assert (place(window).code, place(window).params) == ("barrier", {"site": site})


def test_after_the_campaign_only_what_is_not_explained_is_said(open_window: Open, db: Database) -> None:
    people(db)
    site = barrier(db)
    campaign(db, site, "2019-03-01", "2019-03-10")
    for day in range(1, 11):
        if day != 4:
            check(db, site, f"2019-03-{day:02}")
    area(db, "Terrils")
    window = open_window("today")
    assert words(window, "today.barrier.words.0") == "Mare Jules Ferry, Vimy : 1 matin à expliquer."
    check(db, site, "2019-03-04", "missed", reason="weather")
    window.navigate("today")
    found = card(window)
    assert found is not None
    assert not found.isVisible()


def test_a_barrier_alone_is_shown_all_year(open_window: Open, db: Database) -> None:
    season(db)
    window = open_window("today", on=date(2020, 11, 21))
    assert words(window, "today.barrier.words.0") == "Mare Jules Ferry, Vimy : pas de campagne en cours."
    press(window, Qt.Key.Key_Return)
    assert place(window).code == "barrier"


def test_without_a_barrier_there_is_no_card(open_window: Open, db: Database) -> None:
    area(db, "Terrils")
    assert card(open_window("today")) is None


def test_the_first_steps_offer_a_barrier(open_window: Open) -> None:
    window = open_window("today")
    press(window, Qt.Key.Key_4)
    assert (place(window).code, place(window).params) == ("barrier_sheet", {"new": True})


def test_the_keys_of_the_card_are_listed(open_window: Open, db: Database) -> None:
    season(db, 4)
    window = open_window("today")
    assert [(one.key, one.words) for one in page(window).actions_of_page()] == [
        ("I", "dire qui je suis"),
        ("M", "relevé de ce matin"),
        ("X", "les matins à expliquer de la barrière"),
    ]


def test_the_start_reads_the_checks_of_one_campaign(
    open_window: Open, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample(db, range(2014, 2020), "2019-03-17")
    window = open_window("settings")
    found = rows_read(monkeypatch)
    window.navigate("today")
    mornings = len({row["check_on"] for row in sample_rows([2019], "2019-03-17")})
    assert sum(found) < 2 * mornings + 60  # and none of the catches
