"""The page of the sessions: the next step, the season, the stock, and how to begin."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from fieldapp.store.connection import Database
from tests.ui.banding.nets_window import Open, bird, captures, db, net_set, open_window, people, session, string
from tests.ui.windows.support import focus, page, place, press, rows, thing, type_in, words

__all__ = ["db", "open_window"]


def test_an_empty_database_says_how_to_begin_and_enter_begins(open_window: Open) -> None:
    window = open_window("banding")
    assert thing(window, "banding.steps").isVisible()
    assert thing(window, "banding.empty").title.text() == "Aucune séance pour l’instant"
    assert thing(window, "banding.empty").sentence.text().endswith("Il faut un lieu et ses filets : L les crée.")
    assert focus(window).objectName() == "banding.places"
    press(window, Qt.Key.Key_Return)
    assert place(window).code == "ringing_places"


def test_the_first_step_says_who_records(open_window: Open) -> None:
    window = open_window("banding")
    steps = [label.text() for label in thing(window, "banding.steps").findChildren(QLabel)]
    assert "Dire qui je suis : touche Q" in steps
    press(window, Qt.Key.Key_Q)
    assert place(window).code == "settings"


def test_a_closed_session_that_left_rings_unexplained_is_marked(open_window: Open, db: Database) -> None:
    """Ring 4 was put on after 2 in the second session: it left 3; the first session left none."""
    site = net_set(db, "Bac à schlamms", "Dourges", "Roselière")
    string(db, "8680001", "100")
    captures(db, session(db, site, "2026-09-02", closed=True), [bird("8680001"), bird("8680002")])
    captures(db, session(db, site, "2026-09-05", closed=True), [bird("8680004"), bird("8680005")])
    window = open_window("banding")
    assert [row[-1] for row in rows(window, "banding.table")] == ["review|à expliquer", "done|close"]


def test_with_a_net_set_the_next_step_is_the_first_session(open_window: Open, db: Database) -> None:
    net_set(db, "Bac à schlamms", "Dourges", "Roselière")
    window = open_window("banding")
    assert focus(window).objectName() == "banding.new"
    assert not thing(window, "banding.resume").isVisible()
    press(window, Qt.Key.Key_Return)
    assert place(window).code == "session"


def test_sessions_are_listed_with_their_birds_and_how_far_they_are(open_window: Open, db: Database) -> None:
    people(db)
    site = net_set(db, "Bac à schlamms", "Dourges", "Roselière")
    closed = session(db, site, "2026-09-05", closed=True)
    captures(db, closed, [bird("8680001"), bird("8680002"), bird("8680001", action="C")])
    session(db, site, "2026-09-02", no_birds=True, closed=True)
    session(db, site, "2026-08-30", closed=True, net_m=None)
    session(db, site, "2026-08-29", duration_min=None)
    session(db, site, "2026-09-12", duration_min=None, theme="VOIE", target="Bruant des roseaux")
    window = open_window("banding")
    here = "Bac à schlamms, Dourges · Roselière"
    assert rows(window, "banding.table") == [
        ["12/09/2026", "VOIE", f"Bruant des roseaux · {here}", "–", "–", "doing|ouverte"],
        ["05/09/2026", "PHENO", here, "2", "1", "done|close"],
        ["02/09/2026", "PHENO", here, "–", "–", "nothing_seen|bredouille"],
        ["30/08/2026", "PHENO", here, "–", "–", "draft|à finir"],
        ["29/08/2026", "PHENO", here, "–", "–", "review|à clore"],
    ]
    assert words(window, "banding.words") == "5 séances · 2 bagués · 1 contrôle"


def test_the_open_session_is_one_key_away(open_window: Open, db: Database) -> None:
    site = net_set(db, "Bac à schlamms", "Dourges", "Roselière")
    session(db, site, "2026-09-05", closed=True)
    today = session(db, site, "2026-09-12", duration_min=None)
    window = open_window("banding")
    assert thing(window, "banding.resume").isVisible()
    press(window, Qt.Key.Key_R)
    assert (place(window).code, place(window).params) == ("captures", {"uid": today})


def test_enter_on_a_session_shows_its_captures_or_its_form(open_window: Open, db: Database) -> None:
    site = net_set(db, "Bac à schlamms", "Dourges", "Roselière")
    full = session(db, site, "2026-09-05", closed=True)
    captures(db, full, [bird("8680001")])
    blank = session(db, site, "2026-09-02", no_birds=True, closed=True)
    window = open_window("banding")
    press(window, Qt.Key.Key_Return)
    assert (place(window).code, place(window).params) == ("captures", {"uid": full})
    press(window, Qt.Key.Key_Escape)
    press(window, Qt.Key.Key_Down)
    press(window, Qt.Key.Key_Return)
    assert (place(window).code, place(window).params["uid"]) == ("session", blank)


def test_the_arrows_go_from_season_to_season(open_window: Open, db: Database) -> None:
    site = net_set(db, "Bac à schlamms", "Dourges", "Roselière")
    session(db, site, "2025-09-05", closed=True)
    window = open_window("banding")
    assert thing(window, "banding.empty").title.text() == "Aucune séance en 2026"
    press(window, Qt.Key.Key_Left)
    assert page(window).page_context == "saison 2025"
    assert [row[0] for row in rows(window, "banding.table")] == ["05/09/2025"]
    press(window, Qt.Key.Key_Right)
    assert page(window).page_context == "saison 2026"


def test_each_ring_size_says_what_is_left_and_whether_that_is_little(open_window: Open, db: Database) -> None:
    site = net_set(db, "Bac à schlamms", "Dourges", "Roselière")
    string(db, "8680001", "100")
    string(db, "8680101", "200", state="received")
    string(db, "SC126901", "910", size="S")
    visit = session(db, site, "2026-09-05", closed=True)
    captures(db, visit, [bird("8680001"), *(bird(f"SC1269{n:02}", "TURMER") for n in range(1, 9))])
    window = open_window("banding")
    assert thing(window, "banding.rings").accessibleName() == (
        "O 99 · 8680001–100 · 100 en réserve ; S 2 · bientôt fini · SC126901–910"
    )


def test_stock_places_and_programmes_have_their_keys(open_window: Open) -> None:
    window = open_window("banding")
    for key, code, params in (
        (Qt.Key.Key_S, "ring_stock", {}),
        (Qt.Key.Key_L, "ringing_places", {}),
        (Qt.Key.Key_P, "ringing_places", {"section": "programmes"}),
        (Qt.Key.Key_N, "session", {}),
    ):
        press(window, key)
        assert (place(window).code, place(window).params) == (code, params)
        press(window, Qt.Key.Key_Escape)
        assert place(window).code == "banding"


def test_a_session_that_was_begun_is_offered_again(open_window: Open, db: Database) -> None:
    net_set(db, "Bac à schlamms", "Dourges", "Roselière")
    window = open_window("session")
    thing(window, "session.weather").setFocus()
    type_in(window, "brume")
    window.navigate("banding")
    assert thing(window, "banding.begun").isVisible()
    press(window, Qt.Key.Key_N)
    assert words(window, "session.weather") == "brume"
