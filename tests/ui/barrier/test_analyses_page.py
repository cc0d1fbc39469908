"""What the page of the analyses does around its figures: words, themes, the way back, a season that still runs."""

import statistics
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.core import clock
from fieldapp.core.record import Record
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.ui import theme
from fieldapp.ui.plots import DailyBars, DayCurves, Plot
from fieldapp.ui.tables import RecordTable
from fieldapp.ui.widgets import ChipRow
from tests.ui.barrier.barrier_window import catch
from tests.ui.barrier.sixteen_seasons import Rows, choose, dates, desk, figure, filled, notes, rows, see, to_year
from tests.ui.windows.desk import Desk, desk_on

__all__ = ["desk", "filled", "rows"]


def test_every_figure_is_told_in_words(desk: Desk) -> None:
    plot = desk.find(Plot, "barrier.analyses.plot")
    said = set()
    for key in (Qt.Key.Key_U, Qt.Key.Key_J, Qt.Key.Key_K, Qt.Key.Key_T):
        see(desk, key)
        assert plot.accessibleName()
        said.add(plot.accessibleDescription())
    assert "" not in said
    assert len(said) == 4


@pytest.mark.parametrize("key", ["U", "K"])
def test_where_no_animal_went_that_way_a_sentence_says_so_and_there_is_no_picture(desk: Desk, key: str) -> None:
    see(desk, getattr(Qt.Key, f"Key_{key}"))
    desk.press(Qt.Key.Key_I)
    assert not desk.find(Plot, "barrier.analyses.plot").isVisible()
    assert desk.find(QWidget, "barrier.analyses.nothing").isVisible()
    said = [label.text() for label in desk.find(QWidget, "barrier.analyses.nothing").findChildren(QLabel)]
    assert "Aucune des saisons n’a de tels animaux (sorties) : choisissez une autre espèce avec F3." in said
    assert not desk.find(QWidget, "barrier.analyses.picture").isEnabled()
    assert not desk.find(QWidget, "barrier.analyses.csv").isEnabled()


def test_animals_on_their_way_out_are_counted_apart_and_together(desk: Desk, rows: Rows) -> None:
    (visit,) = [one for one in _visits(desk.services.db) if one.on_date == "2020-03-01"]
    catch(desk.services.db, visit.uid, count=7, direction="out")
    desk.go("analyses", protocol="pitfall_barrier", view="daily", year=2020)
    totals = {}
    for way in ("entrées", "sorties", "prises"):
        shown = figure(desk)
        assert isinstance(shown, DailyBars)
        totals[way] = sum(day.count or 0 for day in shown.days)
        assert shown.axis == f"{way} par matin"
        desk.press(Qt.Key.Key_I)
    inward = len(dates(rows, 2020))
    assert totals == {"entrées": inward, "sorties": 7, "prises": inward + 7}


def test_what_was_shown_is_shown_again_on_the_way_back(desk: Desk) -> None:
    choose(desk, "alpestre")
    desk.press(Qt.Key.Key_S)
    to_year(desk, 2015)
    see(desk, Qt.Key.Key_J)
    page = desk.window.page()
    assert page is not None
    state = page.undo_state()
    desk.go("data")
    desk.go("analyses", **state)
    assert desk.find(QLineEdit, "barrier.analyses.species").text() == "Triton alpestre"
    assert desk.find(ChipRow, "barrier.analyses.sex").value() == ["M"]
    assert desk.label("barrier.analyses.season.year") == "2015"
    assert isinstance(figure(desk), DailyBars)


def test_definitions_are_one_key_away_and_every_key_of_the_page_is_told(desk: Desk) -> None:
    desk.press(Qt.Key.Key_D)
    assert desk.find(QWidget, "barrier.definitions").isVisible()
    desk.press(Qt.Key.Key_Escape)
    page = desk.window.page()
    assert page is not None
    told = {action.key for action in page.actions_of_page()}
    assert told == {"Left", "Right", *"UJKTBE", "F3", "S", "I", "R", "D", "L", "C", "P", "F6"}


@pytest.mark.parametrize("key", ["U", "J", "K", "T", "B", "E"])
def test_every_view_is_drawn_in_every_theme_and_with_large_letters(desk: Desk, qapp: QApplication, key: str) -> None:
    see(desk, getattr(Qt.Key, f"Key_{key}"))
    desk.window.resize(1366, 768)
    card = desk.find(QWidget, "barrier.analyses.card")
    (area,) = (area for area in desk.window.findChildren(QScrollArea) if area.widget() is card)
    for name in theme.THEMES:
        theme.apply(qapp, name, 1.5)
        desk.idle()
        image = card.grab().toImage()
        assert image.pixelColor(image.width() - 8, 8).name() == theme.THEMES[name].surface.lower()
        assert area.horizontalScrollBar().maximum() == 0


def test_a_database_without_a_barrier_says_what_will_be_here(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    with desk_on(qtbot, qapp, tmp_path / "new.db", filled=False) as desk:
        desk.go("analyses", protocol="pitfall_barrier")
        assert desk.find(QWidget, "barrier.analyses.empty").isVisible()
        desk.find(QWidget, "barrier.analyses.import").setFocus()
        desk.press(Qt.Key.Key_Space)
        desk.idle()
        page = desk.window.page()
        assert page is not None
        assert page.page_title == "Échanges"


def test_a_season_that_still_runs_is_measured_by_the_median_total_of_the_others(
    desk: Desk, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(clock.TODAY_VARIABLE, "2020-03-10")
    cut = [record for record in _visits(desk.services.db) if (record.on_date or "") > "2020-03-10"]
    for record in cut:
        records.delete(desk.services.db, record.uid, "plus tard")
    desk.go("analyses", protocol="pitfall_barrier", view="curves", year=2020)
    usual = statistics.median(len(dates(rows, year)) for year in range(2005, 2020))
    assert f"total médian des autres ({usual} animaux)" in notes(desk)
    curves = figure(desk)
    assert isinstance(curves, DayCurves)
    (own,) = [curve for curve in curves.curves if curve.doubtful]
    sofar = sum(on <= "2020-03-10" for on in dates(rows, 2020))
    assert (own.label, curves.doubtful) == ("2020", "2020 : saison en cours")
    assert own.points[-1][1] == pytest.approx(100 * sofar / usual)
    see(desk, Qt.Key.Key_J)
    shown = figure(desk)
    assert isinstance(shown, DailyBars)
    assert max(day.place for day in shown.days) == date(2000, 3, 10).timetuple().tm_yday


def _visits(db: Database) -> list[Record]:
    site = records.roots(db, "pitfall_barrier", "site")[0]
    return records.below_on(db, site.uid, "2020-01-01", "2020-12-31")


def test_with_large_letters_a_table_is_moved_sideways_within_sight_and_another_view_begins_at_its_top(
    desk: Desk, qapp: QApplication
) -> None:
    desk.window.resize(1366, 768)
    theme.apply(qapp, "jour", 1.5)
    see(desk, Qt.Key.Key_J)
    card = desk.find(QWidget, "barrier.analyses.card")
    (area,) = (area for area in desk.window.findChildren(QScrollArea) if area.widget() is card)
    desk.qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
    desk.press(Qt.Key.Key_L)
    assert area.verticalScrollBar().value() > 0
    for key in (Qt.Key.Key_B, Qt.Key.Key_E):
        see(desk, key)
        table = desk.find(RecordTable, "barrier.analyses.table")
        desk.qtbot.waitUntil(table.horizontalScrollBar().isVisible)
        desk.qtbot.waitUntil(lambda: _foot(desk) <= area.viewport().height())
        assert area.verticalScrollBar().value() == 0


def _foot(desk: Desk) -> int:
    return desk.find(RecordTable, "barrier.analyses.table").geometry().bottom()
