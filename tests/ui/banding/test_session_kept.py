"""Nothing that is typed into a session is lost or stored as something else: reopened, closed, deleted meanwhile."""

from typing import Any

import pytest
from PySide6.QtCore import Qt

from fieldapp.core.record import make_record
from fieldapp.protocols.banding.schema import CODE, RING_FATE
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.ui.shell import MainWindow
from tests.ui.banding.nets_window import (
    Open,
    bird,
    captures,
    db,
    net_set,
    open_window,
    people,
    session,
    sessions_at,
    statements,
    stored,
    string,
)
from tests.ui.windows.support import focus, page, place, press, rows, thing, type_in, words

__all__ = ["db", "open_window"]

CTRL = Qt.KeyboardModifier.ControlModifier
HERE = ("Bac à schlamms", "Dourges", "Roselière")


def write(window: MainWindow, name: str, text: str) -> Any:
    """Type a text into a line in place of what stands there."""
    line = thing(window, name)
    line.setFocus()
    line.selectAll()
    type_in(window, text)
    return line


def closed_session(db: Database) -> str:
    people(db)
    uid = session(db, net_set(db, *HERE), "2026-09-12", closed=True)
    captures(db, uid, [bird("8680001")])
    return uid


def test_reopening_keeps_an_edit_that_was_not_saved_and_stays_open(open_window: Open, db: Database) -> None:
    uid = closed_session(db)
    window = open_window("session", uid=uid)
    write(window, "session.temperature_c", "12")
    press(window, Qt.Key.Key_F7)
    assert {"closed", "duration_min"}.isdisjoint(stored(db, uid))
    assert words(window, "session.temperature_c") == "12"
    press(window, Qt.Key.Key_Return, CTRL)
    found = stored(db, uid)
    assert {"closed", "duration_min", "no_birds"}.isdisjoint(found)
    assert found["temperature_c"] == 12
    assert place(window).code == "captures"


def test_reopening_takes_a_closing_that_was_begun_away(open_window: Open, db: Database) -> None:
    uid = closed_session(db)
    window = open_window("session", uid=uid, closing=True)
    write(window, "closing.duration", "2:00")
    press(window, Qt.Key.Key_Tab)
    press(window, Qt.Key.Key_F7)
    assert not thing(window, "session.restored").isVisible()
    press(window, Qt.Key.Key_F8)
    assert words(window, "closing.duration") == "5 h 30"  # from 06:15 until 11:45: now


def test_a_duration_that_cannot_be_read_keeps_the_session_open(open_window: Open, db: Database) -> None:
    people(db)
    uid = session(db, net_set(db, *HERE), "2026-09-12", duration_min=None)
    captures(db, uid, [bird("8680001")])
    window = open_window("session", uid=uid, closing=True)
    lasts = write(window, "closing.duration", "cinq heures")
    press(window, Qt.Key.Key_Return, CTRL)
    assert place(window).code == "session"
    assert {"closed", "duration_min"}.isdisjoint(stored(db, uid))
    assert (focus(window), lasts.text()) == (lasts, "cinq heures")
    assert lasts.accessibleDescription().startswith("« cinq heures » n’est pas une durée")
    assert words(window, "session.state") == "pas encore enregistré : voyez les lignes marquées"
    lasts.selectAll()
    type_in(window, "5:10")
    press(window, Qt.Key.Key_Return, CTRL)
    assert (stored(db, uid)["closed"], stored(db, uid)["duration_min"]) == (True, 310)


def test_an_end_that_cannot_be_read_keeps_a_day_without_birds_open(open_window: Open, db: Database) -> None:
    people(db)
    uid = session(db, net_set(db, *HERE), "2026-09-12", duration_min=None)
    window = open_window("session", uid=uid, closing=True)
    end = write(window, "closing.end", "midi pile")
    press(window, Qt.Key.Key_F9)
    assert focus(window) is end
    assert {"closed", "no_birds", "duration_min"}.isdisjoint(stored(db, uid))


def test_a_deleted_session_is_not_shown_as_a_new_one(open_window: Open, db: Database) -> None:
    people(db)
    site = net_set(db, *HERE)
    uid = session(db, site, "2026-09-12")
    window = open_window("banding")
    window.navigate("session", uid=uid)
    thing(window, "session.delete").click()
    for closing in (False, True):
        window.navigate("session", uid=uid, closing=closing)
        assert thing(window, "session.gone").isVisible()
        assert page(window).page_title == "Séance"
        for name in ("next", "end", "blank", "reopen", "delete"):
            assert not thing(window, f"session.{name}").isVisible()
        for key in (Qt.Key.Key_Return, Qt.Key.Key_F8, Qt.Key.Key_F9, Qt.Key.Key_F7):
            press(window, key, CTRL if key == Qt.Key.Key_Return else Qt.KeyboardModifier.NoModifier)
    assert sessions_at(db, site) == []


def test_a_session_deleted_while_it_is_typed_into_does_not_come_back(open_window: Open, db: Database) -> None:
    people(db)
    site = net_set(db, *HERE)
    uid = session(db, site, "2026-09-12")
    window = open_window("session", uid=uid)
    write(window, "session.weather", "vent")
    records.delete(db, uid, "ailleurs")
    press(window, Qt.Key.Key_Return, CTRL)
    assert thing(window, "session.gone").isVisible()
    assert sessions_at(db, site) == []


def test_the_main_session_follows_the_day_and_the_theme(open_window: Open, db: Database) -> None:
    """Reference days 138, 165 and 188 (STOC_reporting): 18 May, 14 June, 7 July."""
    people(db)
    site = net_set(db, "Parc", "Avion", "Station 152", theme="STOC")
    session(db, site, "2026-06-14", theme="STOC")
    window = open_window("session", site=site)
    row = thing(window, "session.main_session")
    assert row.accessibleDescription().startswith("loin des dates de référence")  # 12 September
    write(window, "session.date", "18/05/2026")
    press(window, Qt.Key.Key_Tab)
    assert row.accessibleDescription().startswith("proche de la 1re (référence 18 mai, à 0 j)")
    write(window, "session.theme", "PHENO")
    press(window, Qt.Key.Key_Return)
    assert row.accessibleDescription() == ""


def test_closing_reads_no_string_that_was_finished_before(
    open_window: Open, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(db)
    uid = session(db, net_set(db, *HERE), "2026-09-12", duration_min=None)
    captures(db, uid, [bird("8680001")])
    string(db, "8680001", "20")
    window = open_window("banding")

    def cost() -> int:
        with monkeypatch.context() as patched:
            asked = statements(patched)
            window.navigate("session", uid=uid, closing=True)
        window.navigate("banding")
        return len(asked)

    window.navigate("session", uid=uid, closing=True)
    few = cost()
    for number in range(20):
        string(db, f"8{number:02}0001", f"8{number:02}0100", state="finished", finished_on="2026-08-01")
    assert cost() <= few + 1


def test_a_string_finished_on_the_day_is_accounted_for(open_window: Open, db: Database) -> None:
    people(db)
    uid = session(db, net_set(db, *HERE), "2026-09-12", duration_min=None)
    used = string(db, "8680001", "02", state="finished", finished_on="2026-09-12")
    noted = string(db, "8670001", "02", state="finished", finished_on="2026-09-12")
    string(db, "8660001", "02", state="finished", finished_on="2026-09-12")
    for of_string, ring in ((used, "8680002"), (noted, "8670001")):
        told = {"ring": ring, "ring_key": f"FRP{ring}", "fate": "lost", "on": "2026-09-12"}
        records.save(db, [make_record(CODE, RING_FATE, told, of_string)], "bague")
    captures(db, uid, [bird("8680001")])
    window = open_window("session", uid=uid, closing=True)
    assert rows(window, "closing.strings") == [
        ["O 8670001–002", "–", "1 perdue", "–", "1"],
        ["O 8680001–002", "1", "1 perdue", "–", "0"],
    ]
