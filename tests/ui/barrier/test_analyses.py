"""The analyses of a barrier in the window, by keyboard; expected figures are counted from the sample's file."""

import csv
import statistics
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from fieldapp.ui.barrier.thresholds import KEPT
from fieldapp.ui.plots import DailyBars, DayCurves, HeatMap, Plot, YearTrend
from fieldapp.ui.plots_days import day_of, place_words
from tests.ui.barrier.barrier_window import barrier
from tests.ui.barrier.sixteen_seasons import (
    CRESTED,
    TOAD,
    Rows,
    choose,
    dates,
    desk,
    figure,
    filled,
    mild,
    notes,
    reached,
    rows,
    see,
    to_year,
    unchecked,
)
from tests.ui.windows.desk import Desk

__all__ = ["desk", "filled", "rows"]

# ------------------------------------------------------------------------------------------------ curves


def test_all_seasons_are_drawn_as_shares_of_their_own_total_but_2020_whose_shares_say_nothing(
    desk: Desk, rows: Rows
) -> None:
    shown = figure(desk)
    assert isinstance(shown, DayCurves)
    assert [curve.label for curve in shown.curves] == [str(year) for year in range(2005, 2020)]
    assert not [curve.label for curve in shown.curves if curve.doubtful]
    assert "Pas de courbe pour 2020 : trop de matins non relevés." in notes(desk)
    for curve in shown.curves:
        caught = dates(rows, int(curve.label))
        for place, value in curve.points:
            if value is not None:
                on = f"{curve.label}-{day_of(place):%m-%d}"
                assert value == pytest.approx(100 * sum(day <= on for day in caught) / len(caught))


def test_a_curve_breaks_exactly_where_mornings_were_not_looked_into(desk: Desk, rows: Rows) -> None:
    shown = figure(desk)
    assert isinstance(shown, DayCurves)
    for curve in shown.curves:
        gaps = {day_of(place).strftime("%m-%d") for place, value in curve.points if value is None}
        missed = unchecked(rows, int(curve.label))
        assert {f"{curve.label}-{gap}" for gap in gaps} <= missed
        known = {f"{curve.label}-{day_of(place):%m-%d}" for place, value in curve.points if value is not None}
        inside = {day for day in missed if min(known) < day < max(known)}
        runs = {day for day in inside if _next(day) not in missed}
        assert {f"{curve.label}-{gap}" for gap in gaps} == runs


def _next(on: str) -> str:
    return date.fromordinal(date.fromisoformat(on).toordinal() + 1).isoformat()


def test_the_arrow_keys_bring_another_season_to_the_front(desk: Desk) -> None:
    shown = figure(desk)
    assert isinstance(shown, DayCurves)
    assert (shown.front, shown.behind) == ("2020", "15 autres saisons")
    desk.press(Qt.Key.Key_Left)
    again = figure(desk)
    assert isinstance(again, DayCurves)
    assert again.front == "2019"


def test_the_dates_of_the_season_in_front_stand_below_the_curves(desk: Desk, rows: Rows) -> None:
    to_year(desk, 2012)
    caught = dates(rows, 2012)
    day = place_words(date.fromisoformat(f"2000{reached(caught, 50)[4:]}").timetuple().tm_yday)
    assert f"2012 : {len(caught)} animaux" in notes(desk)
    assert f"50 % le {day}" in notes(desk)
    assert f"{len(unchecked(rows, 2012))} matins non relevés" in notes(desk)


# ----------------------------------------------------------------------------------------------- choices


def test_another_species_and_sex_are_shown_at_once_without_reading_again(desk: Desk, rows: Rows) -> None:
    to_year(desk, 2010)
    see(desk, Qt.Key.Key_J)
    for keys, cd_nom, sex, way in (
        ("", TOAD, "", "entrée"),
        ("crete", CRESTED, "", "entrée"),
        ("S", CRESTED, "M", "entrée"),
        ("S", CRESTED, "F", "entrée"),
        ("S", CRESTED, "", "entrée"),
    ):
        if len(keys) > 1:
            choose(desk, keys)
        elif keys:
            desk.press(getattr(Qt.Key, f"Key_{keys}"))
        assert not desk.window.background.busy()
        expected = Counter(dates(rows, 2010, cd_nom, sex, way))
        shown = desk.find(Plot, "barrier.analyses.plot").figure
        assert isinstance(shown, DailyBars)
        found = {f"2010-{day_of(day.place):%m-%d}": day.count for day in shown.days if day.count}
        assert found == expected, keys


def test_all_species_together_are_one_of_the_choices(desk: Desk, rows: Rows) -> None:
    choose(desk, "toutes")
    see(desk, Qt.Key.Key_B)
    counts = Counter(row["check_on"][:4] for row in rows for _n in range(int(row["count"] or 0)) if _inward(row))
    assert {row[0]: int(row[1]) for row in desk.cells("barrier.analyses.table")} == counts


def _inward(row: dict[str, str]) -> bool:
    return row["direction"] == "entrée"


def test_where_there_are_several_barriers_f4_chooses_one(desk: Desk) -> None:
    assert not desk.find(QWidget, "barrier.analyses.barrier").isVisible()
    barrier(desk.services.db, "Étang d’Avion")
    desk.go("analyses", protocol="pitfall_barrier")
    assert desk.find(QWidget, "barrier.analyses.barrier").isVisible()
    desk.press(Qt.Key.Key_F4)
    desk.type("barrier.analyses.barrier", "etang")
    desk.press(Qt.Key.Key_Return)
    desk.idle()
    assert desk.find(QWidget, "barrier.analyses.empty").isVisible()


# ----------------------------------------------------------------------------------------- days and weather


def test_days_show_the_weather_of_the_file_and_hatch_what_nobody_looked_into(desk: Desk, rows: Rows) -> None:
    to_year(desk, 2019)
    see(desk, Qt.Key.Key_J)
    shown = figure(desk)
    assert isinstance(shown, DailyBars)
    of_file = {row["check_on"]: row for row in rows if row["check_on"].startswith("2019")}
    assert len(shown.days) == len(of_file)
    for day in shown.days:
        on = f"2019-{day_of(day.place):%m-%d}"
        row = of_file[on]
        assert (day.count is None) == (row["checked"] == "non")
        if day.count is not None:
            weather = (day.night_min_c, day.night_max_c, day.rain_mm)
            assert weather == tuple(float(row[name]) for name in ("night_min_c", "night_max_c", "rain_mm"))


def test_the_thresholds_are_changed_by_r_kept_in_the_settings_and_counted_anew(desk: Desk, rows: Rows) -> None:
    to_year(desk, 2019)
    see(desk, Qt.Key.Key_J)
    assert (
        f"{len(mild(rows, 2019, 5, 0.1))} nuits favorables (minimum d’au moins 5 °C et pluie d’au moins 0,1 mm)"
        in notes(desk)
    )
    desk.press(Qt.Key.Key_R)
    assert desk.find(QWidget, "barrier.thresholds").isVisible()
    desk.type("barrier.thresholds.threshold_night_min_c", "8,5")
    desk.press(Qt.Key.Key_Escape)
    assert not desk.find(QWidget, "barrier.thresholds").isVisible()
    found = mild(rows, 2019, 8.5, 0.1)
    assert f"{len(found)} nuits favorables (minimum d’au moins 8,5 °C et pluie d’au moins 0,1 mm)" in notes(desk)
    assert desk.services.settings.others[KEPT] == {"threshold_night_min_c": 8.5}
    shown = figure(desk)
    assert isinstance(shown, DailyBars)
    assert shown.threshold_c == 8.5
    assert {f"2019-{day_of(day.place):%m-%d}" for day in shown.days if day.marked} == found


def test_a_threshold_out_of_reason_is_said_beside_its_line_and_changes_nothing(desk: Desk) -> None:
    desk.press(Qt.Key.Key_R)
    desk.type("barrier.thresholds.confidence", "120")
    desk.press(Qt.Key.Key_Tab)
    said = [label.text() for label in desk.find(QWidget, "barrier.thresholds").findChildren(QLabel)]
    assert "Un nombre de 50 à 99,9." in said
    assert KEPT not in desk.services.settings.others
    desk.find(QWidget, "barrier.thresholds.proposed").setFocus()
    desk.press(Qt.Key.Key_Space)
    assert desk.find(QLineEdit, "barrier.thresholds.confidence").text() == "95"
    desk.press(Qt.Key.Key_Escape)


# -------------------------------------------------------------------------------------------- heat, trend


def test_the_map_has_every_morning_of_every_season_and_no_figure_where_nobody_looked(desk: Desk, rows: Rows) -> None:
    see(desk, Qt.Key.Key_K)
    shown = figure(desk)
    assert isinstance(shown, HeatMap)
    for row in shown.rows:
        counts = Counter(dates(rows, row.year))
        missed = unchecked(rows, row.year)
        days = {f"{row.year}-{day_of(place):%m-%d}": count for place, count in row.days}
        assert {on for on, count in days.items() if count is None} == missed
        assert {on: count for on, count in days.items() if count} == counts
        assert len(days) == len({line["check_on"] for line in rows if line["check_on"].startswith(str(row.year))})
    assert "154 matins non relevés" in notes(desk)


def test_the_trend_is_the_line_through_the_median_dates_and_2020_has_none(desk: Desk, rows: Rows) -> None:
    see(desk, Qt.Key.Key_T)
    shown = figure(desk)
    assert isinstance(shown, YearTrend)
    places = {point.year: point.place for point in shown.points}
    assert places.pop(2020) is None
    expected = {
        year: date.fromisoformat(f"2000{reached(dates(rows, year), 50)[4:]}").timetuple().tm_yday
        for year in range(2005, 2020)
    }
    assert places == expected
    slope, start = statistics.linear_regression(list(expected), list(expected.values()))
    for point in (shown.line[0], shown.line[-1]):
        assert point.place == pytest.approx(start + slope * point.year)
        assert point.low < point.place < point.high
    told = desk.find(QLabel, "barrier.analyses.words").text()
    assert f"{abs(10 * slope):.1f}".replace(".", ",") + " jours par décennie [" in told
    assert "15 saisons" in told
    assert notes(desk).startswith("2020 : Personne n’a relevé du 18 mars")


def test_the_band_is_the_interval_of_the_mean_date(desk: Desk, rows: Rows) -> None:
    see(desk, Qt.Key.Key_T)
    shown = figure(desk)
    assert isinstance(shown, YearTrend)
    years = list(range(2005, 2020))
    days = [float(place) for point in shown.points if (place := point.place) is not None]
    slope, start = statistics.linear_regression(years, days)
    rest = sum((day - start - slope * year) ** 2 for year, day in zip(years, days, strict=True))
    middle = statistics.fmean(years)
    spread = sum((year - middle) ** 2 for year in years)
    t = 2.160368656  # 97.5 % of Student's distribution with 13 degrees of freedom (NIST tables: 2.160)
    for point in shown.line:
        half = t * (rest / 13) ** 0.5 * (1 / 15 + (point.year - middle) ** 2 / spread) ** 0.5
        assert point.high - point.place == pytest.approx(half, rel=1e-6)
        assert point.place - point.low == pytest.approx(half, rel=1e-6)


# ------------------------------------------------------------------------------------------------ tables


def test_the_table_has_the_dates_of_every_season_the_newest_first(desk: Desk, rows: Rows) -> None:
    see(desk, Qt.Key.Key_B)
    assert desk.find(QWidget, "barrier.analyses.table").hasFocus()
    found = desk.cells("barrier.analyses.table")
    assert [row[0] for row in found] == [str(year) for year in range(2020, 2004, -1)]
    for row in found:
        year = int(row[0])
        caught = dates(rows, year)
        assert (row[1], row[8]) == (str(len(caught)), str(len(unchecked(rows, year))))
        if year == 2020:
            assert row[3:6] == ("–", "–", "–")
            assert "Personne n’a relevé" in row[9]
        else:
            days = [caught[0], *(reached(caught, percent) for percent in (5, 50, 95)), caught[-1]]
            words = [place_words(date.fromisoformat(f"2000{on[4:]}").timetuple().tm_yday) for on in days]
            assert list(row[2:7]) == words
            length = date.fromisoformat(days[3]) - date.fromisoformat(days[1])
            assert (row[7], row[9]) == (str(length.days), "")


def test_sexes_effort_and_nights_are_those_of_the_file(desk: Desk, rows: Rows, tmp_path: Path) -> None:
    see(desk, Qt.Key.Key_E)
    desk.press(Qt.Key.Key_C)
    desk.answer(tmp_path / "effort.csv")
    with (tmp_path / "effort.csv").open(encoding="utf-8-sig", newline="") as file:
        written = {row["saison"]: row for row in csv.DictReader(file, delimiter=";")}
    assert list(written)[-1] == "Toutes"
    totals: dict[str, int] = defaultdict(int)
    for year in range(2005, 2021):
        row, nights = written[str(year)], mild(rows, year, 5, 0.1)
        males, females = len(dates(rows, year, sex="M")), len(dates(rows, year, sex="F"))
        assert (int(row["males"]), int(row["femelles"])) == (males, females)
        assert float(row["part_males"].replace(",", ".")) == pytest.approx(males / (males + females), abs=1e-4)
        assert int(row["nuits_favorables"]) == len(nights)
        assert int(row["prises_nuits_favorables"]) == sum(on in nights for on in dates(rows, year))
        per_night = float(row["par_seau_nuit"].replace(",", "."))
        assert per_night == pytest.approx(int(row["total"]) / float(row["seaux_nuits"]), abs=1e-4)
        totals["males"] += males
    assert int(written["Toutes"]["males"]) == totals["males"]


# ------------------------------------------------------------------------------------------------- files


@pytest.mark.parametrize("key", ["U", "J", "K", "T"])
def test_every_figure_is_written_as_png_and_svg_and_its_values_as_csv(desk: Desk, key: str, tmp_path: Path) -> None:
    see(desk, getattr(Qt.Key, f"Key_{key}"))
    png, svg, table = (tmp_path / name for name in ("a.png", "a.svg", "a.csv"))
    for path in (png, svg):
        desk.press(Qt.Key.Key_P)
        desk.answer(path)
    desk.press(Qt.Key.Key_C)
    desk.answer(table)
    assert QImage(str(png)).width() == 2400
    assert b"<svg" in svg.read_bytes()
    with table.open(encoding="utf-8-sig", newline="") as file:
        written = list(csv.reader(file, delimiter=";"))
    assert len(written) > 16
    assert {len(row) for row in written} == {len(written[0])}


def test_the_written_map_tells_a_morning_without_a_look_from_an_empty_one(
    desk: Desk, rows: Rows, tmp_path: Path
) -> None:
    see(desk, Qt.Key.Key_K)
    desk.press(Qt.Key.Key_C)
    desk.answer(tmp_path / "carte.csv")
    with (tmp_path / "carte.csv").open(encoding="utf-8-sig", newline="") as file:
        written = {row["matin"]: row for row in csv.DictReader(file, delimiter=";")}
    missed = {row["check_on"] for row in rows if row["checked"] == "non"}
    assert {on for on, row in written.items() if row["non_releve"] == "1"} == missed
    assert {on for on, row in written.items() if row["entrées"] == ""} == missed
    assert sum(int(row["entrées"] or 0) for row in written.values()) == sum(
        len(dates(rows, year)) for year in range(2005, 2021)
    )
