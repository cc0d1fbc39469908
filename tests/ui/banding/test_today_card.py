"""The start page says what there is to do at the nets, in words and by a key."""

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Qt

from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.ui.banding.today_card import left_words, low_words
from fieldapp.ui.shell import MainWindow
from tests.ui.banding.small_season import Season, capture, place, session, string
from tests.ui.windows.conftest import db, open_window
from tests.ui.windows.support import area, focus, page, press, rows, thing, words
from tests.ui.windows.support import place as at

__all__ = ["db", "open_window"]

Open = Callable[..., MainWindow]
TODAY = date(2026, 11, 20)


def keys(window: MainWindow) -> list[str]:
    return [action.key for action in page(window).actions_of_page()]


def test_where_only_birds_are_followed_enter_begins_a_session(open_window: Open, db: Database) -> None:
    records.save(db, place("Bac à schlamms", "Dourges"), "lieu")
    window = open_window(TODAY)
    assert words(window, "today.banding.words") == "Pas de séance ouverte aujourd’hui."
    assert words(window, "today.banding.go") == "Nouvelle séance de baguage"
    assert focus(window) is thing(window, "today.banding.go")
    assert not thing(window, "today.season").isVisible()
    assert keys(window) == ["I", "B"]  # I: nobody has said their name yet
    press(window, Qt.Key.Key_Return)
    assert at(window).code == "session"
    assert at(window).params == {}


def test_the_open_session_of_today_is_gone_on_with(open_window: Open, db: Database) -> None:
    season = Season(db)
    opened = session(season.nets, TODAY.isoformat(), "PHENO", duration_min=None)
    birds = [capture(opened, "8680120", "ERIRUB"), capture(opened, "8680017", "ACRSCI", "C")]
    records.save(db, [opened, *birds], "séance")
    window = open_window(TODAY)
    assert words(window, "today.banding.words").startswith("PHENO, Bac à schlamms, Dourges")
    assert words(window, "today.banding.words").endswith(" : 1 bagué, 1 contrôle.")
    assert words(window, "today.banding.go") == "Reprendre la séance"
    press(window, Qt.Key.Key_B)
    assert (at(window).code, at(window).params) == ("captures", {"uid": opened.uid})


def test_a_session_left_open_is_named_and_closed_by_a_key(open_window: Open, db: Database) -> None:
    season = Season(db)
    window = open_window(TODAY)
    assert words(window, "today.banding.left").startswith("À clore : 07/11/2026 SPOL, Jardin, Vimy")
    press(window, Qt.Key.Key_L)
    assert (at(window).code, at(window).params) == ("session", {"uid": season.left_open.uid, "closing": True})


def test_rings_that_run_out_are_said_and_lead_to_the_stock(open_window: Open, db: Database) -> None:
    Season(db)
    records.save(db, [string("8680117", "8680120"), string("RK7001", "RK7100", "R")], "séries")
    window = open_window(TODAY)
    assert words(window, "today.banding.low") == "Bagues bientôt finies : O, reste 2."
    press(window, Qt.Key.Key_S)
    assert at(window).code == "ring_stock"


def test_beside_ponds_the_round_stays_the_next_step(open_window: Open, db: Database) -> None:
    Season(db)
    area(db, "Terrils")
    window = open_window(date(2026, 4, 14))
    assert thing(window, "today.season").isVisible()
    assert thing(window, "today.banding").isVisible()
    assert not thing(window, "today.recent").isVisible()
    assert thing(window, "today.banding.go").property("role") == ""
    press(window, Qt.Key.Key_Return)
    assert at(window).code == "round"


def test_the_last_sessions_are_listed_where_only_birds_are_followed(open_window: Open, db: Database) -> None:
    season = Season(db)
    window = open_window(TODAY)
    found = rows(window, "today.sessions")
    assert [row[0] for row in found] == ["14/11/2026", "07/11/2026", "12/09/2026", "03/08/2025"]
    assert [row[3:5] for row in found] == [["2", "0"], ["1", "0"], ["1", "2"], ["2", "0"]]
    table = thing(window, "today.sessions")
    table.setFocus()
    table.selectRow(2)
    press(window, Qt.Key.Key_Return)
    assert (at(window).code, at(window).params) == ("captures", {"uid": season.s26.uid})


def test_nothing_to_say_is_no_sentence() -> None:
    assert left_words(()) == low_words(()) == ""
