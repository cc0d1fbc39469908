"""The analyses count what the file says, worked out a second time from the file itself."""

import csv
import uuid
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.exchange.importing import import_file
from fieldapp.ui import theme
from fieldapp.ui.plots import Bars, Curves, Plot
from fieldapp.ui.wording import number_words
from tests.ui.windows.desk import Desk, desk_on

Rows = list[dict[str, str]]
ABSENCE = "Non"


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Desk]:
    with desk_on(qtbot, qapp, tmp_path / "season.db", filled=True) as opened:
        yield opened
    theme.apply(qapp)


@pytest.fixture
def rows(sample_pop: Path) -> Rows:
    with sample_pop.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def site(row: dict[str, str]) -> tuple[str, str]:
    return row["uuid_aire_etude"], row["nom_site"]


def seen(row: dict[str, str]) -> bool:
    return row["presence_amphibien"] != ABSENCE


def percent(part: int, whole: int) -> str:
    return f"{number_words(100 * part / whole, 1)} %"


def expected(name: str, rows: Rows) -> tuple[str, ...]:
    visited = {site(row) for row in rows if row["accessibilite"] == "Oui"}
    occupied = {site(row) for row in rows if seen(row)}
    figures = (
        len(visited),
        len({row["uuid_passage"] for row in rows}),
        len(occupied),
        len(rows),
        sum(map(seen, rows)),
        len({row["cd_nom"] for row in rows if seen(row)}),
    )
    return (name, *map(str, figures), percent(len(occupied), len(visited)))


def test_the_table_says_what_the_file_says(desk: Desk, rows: Rows) -> None:
    desk.go("analyses")
    by_area: dict[str, Rows] = defaultdict(list)
    for row in rows:
        by_area[row["aire_etude"].replace("_", " ")].append(row)
    found = desk.cells("analyses.table")
    assert sorted(found[:-1]) == sorted(expected(name, listed) for name, listed in by_area.items())
    assert found[-1] == expected("Toutes les aires", rows)
    assert found[-1] == ("Toutes les aires", "137", "261", "51", "389", "237", "11", "37,2 %")


GREEN_FROGS = {"444440", "444443"}


def test_the_bars_are_the_ponds_where_each_species_was_seen_the_green_frogs_as_one(desk: Desk, rows: Rows) -> None:
    desk.go("analyses")
    figure = desk.find(Plot, "analyses.plot").figure
    assert isinstance(figure, Bars)
    sites: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in rows:
        if seen(row):
            name = "Grenouilles vertes (complexe)" if row["cd_nom"] in GREEN_FROGS else row["nom_francais"]
            sites[name].add(site(row))
    assert {bar.label: bar.text for bar in figure.bars} == {name: f"{len(at)} / 137" for name, at in sites.items()}


def test_the_key_a_shows_visited_and_occupied_ponds_of_each_area(desk: Desk) -> None:
    desk.go("analyses")
    desk.press(Qt.Key.Key_A)
    figure = desk.find(Plot, "analyses.plot").figure
    assert isinstance(figure, Bars)
    table = {row[0]: (float(row[3]), float(row[1])) for row in desk.cells("analyses.table")[:-1]}
    assert {bar.label: (bar.value, bar.behind) for bar in figure.bars} == table


def test_the_matrix_of_a_species_is_the_detections_of_the_file(desk: Desk, rows: Rows, tmp_path: Path) -> None:
    desk.go("analyses")
    desk.press(Qt.Key.Key_F3)
    line = desk.find(QLineEdit, "analyses.species")
    desk.type("analyses.species", "crapaud cal")
    desk.press(Qt.Key.Key_Return)
    assert line.text() == "Crapaud calamite"
    desk.find(QWidget, "analyses.table").setFocus()
    target = tmp_path / "matrice.csv"
    desk.press(Qt.Key.Key_M)
    desk.answer(target)
    desk.idle()

    history: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    for row in rows:
        name = (row["aire_etude"].replace("_", " "), row["nom_site"].replace("_", " "))
        cells = history[name]
        if row["accessibilite"] == "Oui":
            number = int(row["num_passage"])
            cells[number] = max(cells.get(number, 0), int(seen(row) and row["cd_nom"] == "459628"))
    with target.open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file, delimiter=";")
    assert header == ["aire", "site", "P1", "P2", "P3"]
    found = {(area.replace("_", " "), pond.replace("_", " ")): cells for area, pond, *cells in lines}
    assert found == {name: [str(cells.get(n, "NA")) for n in (1, 2, 3)] for name, cells in history.items()}


def test_table_and_figure_can_be_written_to_files(desk: Desk, tmp_path: Path) -> None:
    desk.go("analyses")
    table, svg, png = tmp_path / "t.csv", tmp_path / "g.svg", tmp_path / "g.png"
    desk.press(Qt.Key.Key_C)
    desk.answer(table)
    for path in (svg, png):
        desk.press(Qt.Key.Key_P)
        desk.answer(path)
    with table.open(encoding="utf-8-sig", newline="") as file:
        written = [tuple(row) for row in csv.reader(file, delimiter=";")]
    assert written[1:] == desk.cells("analyses.table")
    assert b"<svg" in svg.read_bytes()
    assert png.read_bytes().startswith(b"\x89PNG")


def test_definitions_are_one_key_away_and_esc_leaves_them(desk: Desk) -> None:
    page = desk.go("analyses")
    desk.press(Qt.Key.Key_D)
    panel = desk.find(QWidget, "definitions")
    assert panel.isVisible()
    desk.press(Qt.Key.Key_Escape)
    assert not panel.isVisible()
    assert desk.window.page() is page


def test_a_database_without_visits_says_what_will_be_here(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    with desk_on(qtbot, qapp, tmp_path / "new.db", filled=False) as desk:
        desk.go("analyses")
        assert desk.find(QWidget, "analyses.empty").isVisible()
        assert not desk.find(QWidget, "analyses.table").isVisible()


def two_years_later(rows: Rows, target: Path) -> Path:
    """Write the season once more as that of 2022, under other identifiers, without the sightings of one aire."""
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        for row in rows:
            if row["aire_etude"] == "Bassins_VNF" and seen(row):
                continue
            fresh = {
                name: str(uuid.uuid5(uuid.NAMESPACE_OID, row[name])) for name in ("uuid_observation", "uuid_passage")
            }
            writer.writerow({**row, **fresh, "date_passage": f"2022{row['date_passage'][4:]}", "annee_passage": "2022"})
    return target


def test_several_seasons_are_walked_by_arrows_and_drawn_as_curves(desk: Desk, rows: Rows, tmp_path: Path) -> None:
    later = two_years_later(rows, tmp_path / "2022.csv")
    db = desk.services.db
    report = import_file(db, db.protocols["pop_amphibiens"].imports[0], later)
    assert report.refused == 0
    desk.go("analyses")
    visited = {site(row) for row in rows if row["aire_etude"] != "Bassins_VNF" or not seen(row)}
    occupied = {site(row) for row in rows if seen(row) and row["aire_etude"] != "Bassins_VNF"}
    assert desk.cells("analyses.table")[-1][1:4:2] == (str(len(visited)), str(len(occupied)))
    desk.press(Qt.Key.Key_Left)
    desk.idle()
    assert desk.cells("analyses.table")[-1][1:4:2] == ("137", "51")
    desk.press(Qt.Key.Key_S)
    desk.idle()
    figure = desk.find(Plot, "analyses.plot").figure
    assert isinstance(figure, Curves)
    shares = {2020: 100 * 51 / 137, 2022: 100 * len(occupied) / len(visited)}
    assert figure.curves[0].label == "toutes espèces"
    assert dict(figure.curves[0].points) == pytest.approx(shares)


def test_with_large_letters_the_table_is_seen_first_and_the_figure_when_it_is_asked_for(
    desk: Desk, qapp: QApplication
) -> None:
    theme.apply(qapp, "jour", 1.5)
    desk.go("analyses")
    assert desk.find(QWidget, "analyses.table").hasFocus()
    assert not desk.find(QWidget, "analyses.plot").isVisible()
    desk.press(Qt.Key.Key_E)
    assert desk.find(QWidget, "analyses.plot").isVisible()
    assert not desk.find(QWidget, "analyses.table").isVisible()
