"""The table of the year: the published one of 2020, and what its totals say of themselves."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.core.exchange import ExportSource, Season
from fieldapp.core.record import Node
from fieldapp.protocols.banding import year_table
from fieldapp.protocols.banding.year_table import YearTable
from tests.protocols.banding import season
from tests.protocols.banding.season import bird, place, session, site

PUBLISHED = {
    ("STOC", "AVION"): (145, 39),
    ("STOC", "WINGLES"): (210, 42),
    ("VOIE", "AVION"): (23, 9),
    ("PHENO", "DOURGES"): (2126, 201),
    ("VOIE", "DOURGES"): (20, 2),
    ("VOIE", "OSTRICOURT"): (189, 17),
    ("VOIE", "COURRIERES"): (120, 14),
    ("VOIE", "HAMEL"): (141, 1),
    ("GIBIER", "DOURGES"): (341, 19),
    ("SPOL MANGEOIRE", "VIMY"): (308, 98),
    ("VOIE", "LOOS-EN-GOHELLE"): (41, 3),
}
"""Rings and controls per row (source: activity report 2020 of the CPIE Chaîne des Terrils, section on ringing)."""


@pytest.fixture(scope="module")
def year_2020() -> YearTable:
    return year_table.summary(season.trees_of(season.sample_records()), {}, 2020)


def counted(*sites: Node, year: int = 2020) -> YearTable:
    return year_table.summary([place("Marais", "AVION", *sites)], {}, year)


def test_the_rows_of_2020_are_the_published_ones(year_2020: YearTable) -> None:
    found = {(row.theme, row.commune): (row.figures.rings, row.figures.controls) for row in year_2020.rows}
    assert found == PUBLISHED
    species_sessions = {(row.theme, row.commune): (row.figures.species, row.figures.sessions) for row in year_2020.rows}
    assert species_sessions["STOC", "AVION"] == (16, 3)
    assert species_sessions["STOC", "WINGLES"] == (12, 4)
    assert species_sessions["PHENO", "DOURGES"] == (47, 15)
    assert species_sessions["VOIE", "OSTRICOURT"] == (16, 8)


def test_the_json_of_2020_says_what_the_file_says(year_2020: YearTable) -> None:
    rows = season.file_rows()
    found = json.loads(json.dumps(year_2020.as_json()))
    assert list(found) == [
        "year", "rings", "controls", "foreign_controls", "captures", "species", "sessions", "programmes",
    ]  # fmt: skip
    assert (found["year"], found["rings"], found["controls"], found["foreign_controls"]) == (2020, 3664, 445, 32)
    assert found["captures"] == len(rows) == 4109
    assert found["species"] == len({row["ESPECE"] for row in rows})
    assert found["sessions"] == len({(row["DATE"], row["LIEUDIT"], row["THEME SESSION"]) for row in rows})
    expected: list[dict[str, Any]] = []
    for theme, place_name, commune in {(row["THEME"], row["LIEUDIT"], row["LOCALITE"]) for row in rows}:
        own = [row for row in rows if (row["THEME"], row["LIEUDIT"], row["LOCALITE"]) == (theme, place_name, commune)]
        expected.append(
            {
                "theme": theme,
                "place": place_name,
                "commune": commune,
                "rings": sum(row["ACTION"] == "B" for row in own),
                "controls": sum(row["ACTION"] == "C" for row in own),
                "species": len({row["ESPECE"] for row in own}),
                "sessions": len({row["DATE"] for row in own}),
            }
        )

    def order(row: dict[str, Any]) -> tuple[str, str, str]:
        return row["theme"], row["commune"], row["place"]

    assert sorted(found["programmes"], key=order) == sorted(expected, key=order)


def test_themes_come_as_the_crbpo_lists_them_and_in_each_the_communes_by_name(year_2020: YearTable) -> None:
    themes = [row.theme for row in year_2020.rows]
    assert list(dict.fromkeys(themes)) == ["STOC", "PHENO", "VOIE", "GIBIER", "SPOL MANGEOIRE"]
    communes = [row.commune for row in year_2020.rows if row.theme == "VOIE"]
    assert communes == ["AVION", "COURRIERES", "DOURGES", "HAMEL", "LOOS-EN-GOHELLE", "OSTRICOURT"]


def test_individuals_and_effort_of_2020_are_counted_from_the_file(year_2020: YearTable) -> None:
    rows = season.file_rows()
    total = year_2020.total
    assert total.individuals == len({row["CENTRE"] + row["BAGUE"] for row in rows})
    ringed = {row["BAGUE"] for row in rows if row["ACTION"] == "B"}
    assert total.ringed_individuals == len(ringed)
    assert total.own_controls == sum(
        row["ACTION"] == "C" and row["CENTRE"] == "FRP" and row["BAGUE"] in ringed for row in rows
    )
    sessions = {(row["DATE"], row["LIEUDIT"], row["THEME SESSION"]): row for row in rows}
    effort = sum(float(row["FS"]) * season.minutes(row["DS"]) / 60 for row in sessions.values())
    assert total.metre_hours == pytest.approx(effort)
    assert (total.without_effort, total.drafts) == (0, 0)


def test_a_gap_to_a_published_total_can_be_looked_up_in_the_text(year_2020: YearTable) -> None:
    text = year_2020.as_text()
    assert "Bagues : 3664, la somme des lignes est égale." in text
    assert "Contrôles : 445, la somme des lignes est égale." in text
    assert "Espèces : 81 ; la somme des lignes fait 143, 62 de plus : une espèce prise dans plusieurs lignes" in text
    assert "oiseaux différents bagués dans l’année : 3664" in text
    assert "oiseaux nouvellement bagués : lignes dont l’action est B" in text


def test_a_ring_put_on_twice_and_birds_caught_again_are_told_apart() -> None:
    # one ring typed twice as B, its bird caught again twice, a foreign one, one ringed before this year
    found = counted(
        site("STOC", session("2020-05-18", bird("1"), bird("1"), bird("1", action="C"), bird("1", action="C"),
                             bird("7", action="C"), bird("", action="C", ring_scheme="GBT", ring_key="GBT5")))
    ).total  # fmt: skip
    assert (found.rings, found.ringed_individuals) == (2, 1)
    assert (found.controls, found.own_controls, found.foreign_controls) == (4, 2, 1)
    assert (found.captures, found.individuals) == (6, 3)


def test_a_recovery_is_apart_and_a_bird_without_ring_is_a_capture() -> None:
    found = counted(
        site("STOC", session("2020-05-18", bird("1"), bird("2", action="R", species="TURMER"),
                             bird("", action="SANS"), bird("3", action="")))
    ).total  # fmt: skip
    assert (found.rings, found.controls, found.recoveries, found.without_ring, found.unknown_action) == (1, 0, 1, 1, 1)
    assert (found.captures, found.species, found.individuals) == (3, 1, 2)


def test_a_session_without_birds_is_a_session_and_its_effort_counts() -> None:
    found = counted(
        site("STOC", session("2020-05-18", bird("1")), session("2020-06-14", no_birds=True), session("2020-07-07"))
    )
    (row,) = found.rows
    # 3 sessions of 120 m and 6 h
    assert (row.figures.sessions, row.figures.metre_hours) == (3, 3 * 120 * 6)
    assert (row.figures.sessions_without_birds, row.figures.drafts) == (1, 1)


def test_a_capture_of_another_theme_has_a_row_of_its_own_and_the_gap_in_sessions_is_explained() -> None:
    found = counted(site("GIBIER", session("2020-11-01", bird("1"), bird("2", theme="PHENO", species="TURMER"))))
    assert [(row.theme, row.figures.rings, row.figures.sessions) for row in found.rows] == [
        ("PHENO", 1, 1), ("GIBIER", 1, 1),
    ]  # fmt: skip
    assert found.total.sessions == 1
    gaps = {check.name: check.difference for check in found.checks() if not check.agrees}
    assert gaps == {"sessions": 1, "metre_hours": 720}
    assert (
        "Séances : 1 ; la somme des lignes fait 2, 1 de plus : une séance où des captures portent un autre thème "
        "compte dans chacun, une fois au total." in found.reconciliation()
    )


def test_metres_that_nobody_noted_are_a_dash_and_the_session_is_named() -> None:
    found = counted(site("STOC", session("2020-05-18", bird("1"), net_m=None)))
    assert found.cells()[-1][-1] == "–"
    assert ("séances sans mètres de filet ou sans durée", 1) in found.others()


def test_a_year_without_sessions_has_totals_of_nothing() -> None:
    found = counted(site("STOC", session("2019-05-18", bird("1"))))
    assert found.as_json()["programmes"] == []
    assert (found.total.captures, found.total.sessions) == (0, 0)


def test_captures_without_any_theme_have_their_row_last() -> None:
    found = counted(site("", session("2020-05-18", bird("1"))), site("VOIE", session("2020-05-18", bird("2"))))
    assert [cells[0] for cells in found.cells()] == ["VOIE", "sans thème", "Total"]


def read_file(seasons: list[Season]) -> list[dict[str, str]]:
    made = year_table.table(ExportSource(seasons, {}))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerows([made.columns, *made.rows])
    return list(csv.DictReader(io.StringIO(out.getvalue()), delimiter=";"))


def test_the_file_has_definitions_rows_their_sum_the_total_and_the_gap() -> None:
    trees = season.trees_of(season.sample_records())
    definition, *rows = read_file([Season(2020, trees, {})])
    assert definition["bagues"].startswith("oiseaux nouvellement bagués")
    assert [row["ligne"] for row in rows] == ["programme"] * 11 + ["somme", "total", "ecart"]
    parts, total, gap = rows[-3:]
    assert (parts["bagues"], total["bagues"], gap["bagues"]) == ("3664", "3664", "0")
    assert (parts["especes"], total["especes"], gap["especes"]) == ("143", "81", "62")
    assert sum(int(row["bagues"]) for row in rows[:11]) == 3664
    assert total["metres_heures"] == "42624.0"


def test_without_a_year_the_file_has_its_titles_only() -> None:
    assert read_file([]) == []


def test_sessions_that_tell_of_nothing_are_named_to_whoever_sends_the_file() -> None:
    tree = place("Marais", "AVION", site("STOC", session("2020-05-18"), session("2020-05-19", no_birds=True)))
    assert year_table.drafts(Season(2020, [tree], {})) == 1


LINE = st.builds(
    lambda number, action, theme: bird(str(number), action=action, theme=theme),
    st.integers(1, 6),
    st.sampled_from(["B", "C", "R", "SANS", ""]),
    st.sampled_from([None, "STOC", "PHENO"]),
)
SESSION = st.builds(
    lambda day, lines: session(f"2020-05-{day:02}", *lines), st.integers(1, 28), st.lists(LINE, max_size=5)
)
SITE = st.builds(
    lambda theme, sessions: site(theme, *sessions),
    st.sampled_from(["STOC", "GIBIER", ""]),
    st.lists(SESSION, max_size=4),
)


@settings(max_examples=60)
@given(st.lists(SITE, max_size=4))
def test_every_line_is_in_exactly_one_row_whatever_the_themes(sites: list[Node]) -> None:
    found = counted(*sites)
    checks = {check.name: check for check in found.checks()}
    for name in ("rings", "controls", "foreign_controls", "captures"):
        assert checks[name].agrees
    for name in year_table.MAY_DIFFER:
        assert checks[name].difference >= 0
    total = found.total
    assert total.captures == total.rings + total.controls + total.without_ring + total.unknown_action
