"""The analyses of banding in the window, by keyboard; expected figures are counted from the sample's file."""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.store import records
from fieldapp.ui import theme
from fieldapp.ui.plots import Bars, Curves, Figure, Plot
from tests.protocols.banding import season
from tests.ui.banding import later
from tests.ui.windows.desk import Desk, desk_on

THIN = "\u202f"


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Desk]:
    """Return a window on the season 2020 of banding, and nothing else."""
    with desk_on(qtbot, qapp, tmp_path / "season.db", filled=False) as opened:
        records.save(opened.services.db, season.sample_records(), "2020", kind="import")
        yield opened
    theme.apply(qapp)


@pytest.fixture
def years(desk: Desk) -> Desk:
    """Return the window with two more years of one station."""
    records.save(desk.services.db, later.records(), "2021", kind="import")
    return desk


def see(desk: Desk, key: Qt.Key) -> None:
    desk.press(key)
    desk.idle()


def figure(desk: Desk) -> Figure:
    plot = desk.find(Plot, "banding.analyses.plot")
    assert plot.isVisible()
    assert plot.figure is not None
    return plot.figure


def words(desk: Desk) -> str:
    return desk.find(QLabel, "banding.analyses.words").text()


def notes(desk: Desk) -> str:
    return desk.find(QLabel, "banding.analyses.notes").text()


def table(desk: Desk) -> list[tuple[str, ...]]:
    return [tuple(cell.replace(THIN, "") for cell in row) for row in desk.cells("banding.analyses.table")]


def choose(desk: Desk, letters: str) -> None:
    desk.press(Qt.Key.Key_F3)
    desk.type("banding.analyses.place", letters)
    desk.press(Qt.Key.Key_Return)
    desk.idle()


def test_where_only_banding_has_records_its_year_is_shown_with_the_published_rows_and_their_sum(desk: Desk) -> None:
    desk.go("analyses")
    assert desk.find(QWidget, "banding.analyses.table").hasFocus()
    found = table(desk)
    rows = season.file_rows()
    parts = Counter((row["THEME"], f"{row['LIEUDIT']}, {row['LOCALITE']}", row["ACTION"]) for row in rows)
    for theme_code, place, rings, controls, *_others in found[:-2]:
        assert (int(rings), int(controls)) == (parts[theme_code, place, "B"], parts[theme_code, place, "C"])
    assert len(found) == 11 + 2
    assert found[-2][:5] == ("Somme des lignes", "", "3664", "445", "32")
    assert found[-1][:5] == ("Total de l’année", "", "3664", "445", "32")
    assert "Espèces : 81 ; la somme des lignes fait 143, 62 de plus" in notes(desk)


def test_f6_goes_from_banding_to_the_barrier_and_the_ponds_and_back(desk: Desk) -> None:
    desk.go("analyses")
    for empty in ("barrier.analyses.empty", "analyses.empty"):
        desk.press(Qt.Key.Key_F6)
        desk.idle()
        assert desk.find(QWidget, empty).isVisible()
        assert not desk.find(QWidget, "banding.analyses.card").isVisible()
    desk.press(Qt.Key.Key_F6)
    desk.idle()
    assert desk.find(QWidget, "banding.analyses.table").isVisible()


def test_the_protocol_that_was_shown_is_shown_again(desk: Desk) -> None:
    desk.go("analyses", protocol="pop_amphibiens")
    desk.go("data")
    desk.go("analyses")
    assert desk.find(QWidget, "analyses.empty").isVisible()


def test_species_by_year_are_those_of_the_file_and_the_csv_has_captures_too(desk: Desk, tmp_path: Path) -> None:
    desk.go("analyses")
    see(desk, Qt.Key.Key_E)
    rows = season.file_rows()
    counts = Counter(row["ESPECE"] for row in rows)
    birds = {code: len({row["BAGUE"] for row in rows if row["ESPECE"] == code}) for code in counts}
    found = {row[1]: (int(row[2]), int(row[3])) for row in table(desk)[:-1]}
    assert found == {code: (birds[code], counts[code]) for code in counts}
    target = tmp_path / "especes.csv"
    desk.press(Qt.Key.Key_C)
    desk.answer(target)
    with target.open(encoding="utf-8-sig", newline="") as file:
        written = list(csv.DictReader(file, delimiter=";"))
    assert {row["espece"]: int(row["captures_2020"]) for row in written} == counts


def test_nets_and_hours_are_those_of_the_place_that_was_chosen(desk: Desk) -> None:
    desk.go("analyses")
    choose(desk, "stoc · marais de w")
    assert desk.find(QLineEdit, "banding.analyses.place").text() == "STOC · Marais de Wingles, WINGLES"
    own = [row for row in season.file_rows() if (row["THEME"], row["LOCALITE"]) == ("STOC", "WINGLES")]
    desk.find(QWidget, "banding.analyses.csv").setFocus()
    see(desk, Qt.Key.Key_F)
    nets = figure(desk)
    assert isinstance(nets, Bars)
    assert {bar.label.removeprefix("filet "): bar.value for bar in nets.bars} == Counter(row["NF"] for row in own)
    see(desk, Qt.Key.Key_H)
    hours = figure(desk)
    assert isinstance(hours, Bars)
    assert {int(bar.label[:2]): bar.value for bar in hours.bars} == Counter(int(row["HEURE"][:2]) for row in own)


def test_abundance_has_its_definition_and_its_threshold_below_it(desk: Desk) -> None:
    desk.go("analyses")
    see(desk, Qt.Key.Key_A)
    shown = figure(desk)
    assert isinstance(shown, Bars)
    assert {bar.label for bar in shown.bars} == {"Marais de la Couture, 2020", "Marais de Wingles, 2020"}
    assert "÷ mètres de filet des trois × 360" in words(desk)
    assert "Seuil : 5 adultes sur toutes les années" in words(desk)


def test_both_productivities_are_named_and_a_year_with_a_gap_breaks_the_curve_and_says_why(years: Desk) -> None:
    years.go("analyses")
    choose(years, "STOC · Marais de la")
    years.find(QWidget, "banding.analyses.csv").setFocus()
    see(years, Qt.Key.Key_J)
    shown = figure(years)
    assert isinstance(shown, Curves)
    per_adult, share = shown.curves
    assert (per_adult.label, share.label) == ("jeunes par adulte", "part des jeunes")
    # 2021: 40 adults of before, 12 new young; 2022 lacks its second main session
    assert dict(per_adult.points)[2021] == pytest.approx(12 / 40)
    assert dict(share.points)[2021] == pytest.approx(12 / 52)
    assert dict(per_adult.points)[2022] is None
    assert "jeunes par adulte, 2022, pas de valeur : il manque la séance principale 2." in notes(years)


def test_the_return_rate_is_shown_with_the_birds_it_rests_on(years: Desk) -> None:
    years.go("analyses")
    see(years, Qt.Key.Key_R)
    shown = figure(years)
    assert isinstance(shown, Bars)
    adults = next(bar for bar in shown.bars if "adultes" in bar.label)
    caught, of = map(int, adults.text.split(" · ")[1].split(" sur "))
    again = {record.data["ring_key"] for record in later.avion()[1][: later.RETURNED[2021]]}
    ages: dict[str, set[str]] = {}
    for row in season.file_rows():
        if (row["THEME"], row["LOCALITE"]) == ("STOC", "AVION"):
            ages.setdefault(row["CENTRE"] + row["BAGUE"], set()).add("young" if row["AGE"] == "1A" else row["AGE"])
    grown = {ring for ring, found in ages.items() if found - {"VOL"} and "young" not in found}
    assert (caught, of) == (len(again & grown), len(grown))
    assert adults.value == pytest.approx(100 * caught / of)


def test_without_a_second_year_the_return_rate_says_what_it_needs(desk: Desk) -> None:
    desk.go("analyses")
    see(desk, Qt.Key.Key_R)
    assert desk.find(QWidget, "banding.analyses.nothing").isVisible()
    assert not desk.find(QWidget, "banding.analyses.picture").isEnabled()
    assert not desk.find(QWidget, "banding.analyses.csv").isEnabled()


def test_the_sessions_say_which_are_main_and_what_is_missing_or_differs(years: Desk) -> None:
    years.go("analyses", year=2022, view="sessions")
    found = {row[1]: (row[2], row[-1]) for row in table(years)}
    assert found == {
        "1re": ("18/05/2022", ""),
        "2e": ("–", "elle manque : référence 14/06/2022"),
        "3e": ("07/07/2022", "96 m de filet, d’habitude 120 m"),
    }


def test_the_arrows_go_from_year_to_year(years: Desk) -> None:
    years.go("analyses")
    assert table(years)[-1][2] == str(later.YOUNG[2022])
    desk_rows = []
    for _step in range(2):
        years.press(Qt.Key.Key_Left)
        years.idle()
        desk_rows.append(table(years)[-1][2])
    assert desk_rows == [str(later.YOUNG[2021]), "3664"]


def test_captures_effort_and_ages_are_drawn_year_by_year(years: Desk) -> None:
    years.go("analyses")
    choose(years, "STOC · Marais de la")
    years.find(QWidget, "banding.analyses.csv").setFocus()
    own = [row for row in season.file_rows() if (row["THEME"], row["LOCALITE"]) == ("STOC", "AVION")]
    see(years, Qt.Key.Key_N)
    captures = figure(years)
    assert isinstance(captures, Bars)
    assert (captures.bars[0].value, captures.bars[0].behind) == (len({row["BAGUE"] for row in own}), len(own))
    see(years, Qt.Key.Key_M)
    effort = figure(years)
    assert isinstance(effort, Curves)
    # 2021: 40 + 5 + (5 + 12) captures in (120 + 96 + 96) m × 6 h = 1872 m·h
    assert dict(effort.curves[0].points)[2021] == pytest.approx(62 / 18.72)
    see(years, Qt.Key.Key_G)
    ages = figure(years)
    assert isinstance(ages, Bars)
    assert ages.bars[1].text == "12 jeunes, 40 adultes, 0 sans âge"


def test_a_figure_can_be_written_as_picture_and_as_table_and_the_year_as_a_report(desk: Desk, tmp_path: Path) -> None:
    desk.go("analyses", view="abundance")
    png, svg, table_file, report = (tmp_path / name for name in ("a.png", "a.svg", "a.csv", "a.txt"))
    for path in (png, svg):
        desk.press(Qt.Key.Key_P)
        desk.answer(path)
    desk.press(Qt.Key.Key_C)
    desk.answer(table_file)
    desk.press(Qt.Key.Key_T)
    desk.answer(report)
    assert png.read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in svg.read_bytes()
    with table_file.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert {row["station"] for row in rows} == {"Marais de la Couture", "Marais de Wingles"}
    in_file = {row["ESPECE"] for row in season.file_rows() if row["THEME"] == "STOC"}
    assert {row["espece"] for row in rows} == {"toutes", *in_file}
    for row in rows:  # a species with fewer than 5 adults has no value but its reason
        assert bool(row["adultes_pour_360_m"]) == (int(row["adultes"]) >= 5) != bool(row["pas_de_valeur"])
    assert "Bagues : 3664, la somme des lignes est égale." in report.read_text("utf-8")


def test_definitions_are_one_key_away(desk: Desk) -> None:
    desk.go("analyses")
    desk.press(Qt.Key.Key_D)
    assert desk.find(QWidget, "banding.definitions").isVisible()
    desk.press(Qt.Key.Key_Escape)
    assert not desk.find(QWidget, "banding.definitions").isVisible()


def test_where_there_is_no_station_the_indices_say_so(desk: Desk) -> None:
    desk.go("analyses")
    choose(desk, "PHENO, tous")
    desk.find(QWidget, "banding.analyses.csv").setFocus()
    see(desk, Qt.Key.Key_A)
    assert desk.find(QWidget, "banding.analyses.nothing").isVisible()


def test_a_database_without_sessions_says_what_will_be_here(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    with desk_on(qtbot, qapp, tmp_path / "new.db", filled=False) as desk:
        desk.go("analyses", protocol="banding")
        assert desk.find(QWidget, "banding.analyses.empty").isVisible()
        assert not desk.find(QWidget, "banding.analyses.card").isVisible()


def test_every_key_of_the_page_is_told_by_f1_and_opens_its_view(desk: Desk) -> None:
    page = desk.go("analyses")
    titles = set()
    for action in page.actions_of_page():
        if action.words.startswith("voir : ") and action.run is not None:
            action.run()
            desk.idle()
            titles.add(desk.find(QWidget, "banding.analyses.card").findChildren(QLabel)[0].text())
    assert len(titles) == 11
    assert "F6" in {action.key for action in page.actions_of_page()}


def test_with_large_letters_the_key_l_shows_the_definition_that_stands_below(desk: Desk, qapp: QApplication) -> None:
    theme.apply(qapp, "jour", 1.5)
    desk.go("analyses", view="productivity")
    desk.window.resize(1366, 768)
    more = desk.find(QWidget, "banding.analyses.more")
    desk.qtbot.waitUntil(more.isVisible)
    card = desk.find(QWidget, "banding.analyses.card")
    (area,) = (area for area in desk.window.findChildren(QScrollArea) if area.widget() is card)
    bar = area.verticalScrollBar()
    desk.press(Qt.Key.Key_L)
    assert bar.value() == bar.maximum() > 0
    desk.press(Qt.Key.Key_L)
    assert bar.value() == 0
