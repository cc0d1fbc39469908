import csv
import io
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core.forms import PlaceState
from fieldapp.core.record import Node, Record
from fieldapp.core.schema import Taxon
from fieldapp.protocols.pop_amphibiens import analysis, lists

Rows = list[dict[str, str]]
TAXA = {taxon.cd_nom: taxon for taxon in lists.taxa()}
GREEN_FROGS = {"444436", "444440", "444443", "444441"}
YES, NO = {"presence": "Oui", "cd_nom": 259}, {"presence": "Non", "cd_nom": 914450}


def visit(day: str, number: int, *lines: dict[str, Any], access: str = "Oui") -> Node:
    values = {"visit_date_min": day, "num_passage": number, "accessibility": access}
    return Node(Record(f"v{day}{number}", "p", "visit", None, values), [_node("observation", line) for line in lines])


def _node(entity: str, data: dict[str, Any], *children: Node) -> Node:
    return Node(Record(f"{entity}{data}", "p", entity, None, data), list(children))


def tree(*visits: Node, name: str = "Aire") -> Node:
    return _node("sites_group", {"sites_group_name": name}, _node("site", {"base_site_name": "mare"}, *visits))


# ------------------------------------------------------------------------------------- one visit, one pond


@pytest.mark.parametrize(
    ("values", "lines", "state"),
    [
        ({"accessibility": "Non"}, [], PlaceState.INACCESSIBLE),
        ({"accessibility": "Non"}, [YES], PlaceState.INACCESSIBLE),
        ({"dry": True}, [], PlaceState.DRY),
        ({"dry": True}, [NO], PlaceState.DRY),
        ({"dry": True}, [YES], PlaceState.OCCUPIED),
        ({}, [NO], PlaceState.NOTHING_SEEN),
        ({}, [YES, YES], PlaceState.OCCUPIED),
        ({}, [{"presence": "Oui", "cd_nom": 914450}], PlaceState.OCCUPIED),
        ({}, [], PlaceState.DRAFT),
    ],
)
def test_the_kinds_of_nothing_stay_apart(
    values: dict[str, Any], lines: list[dict[str, Any]], state: PlaceState
) -> None:
    assert analysis.visit_state(values, lines) is state


def made(*days: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"visit_date_min": day, "num_passage": number} for day, number in days]


@pytest.mark.parametrize(
    ("visits", "on", "number"),
    [
        ([], date(2026, 2, 1), 1),
        ([], date(2026, 3, 31), 1),
        ([], date(2026, 4, 1), 2),
        ([], date(2026, 5, 15), 2),
        ([], date(2026, 5, 16), 3),
        ([], date(2026, 7, 10), 3),
        (made(("2026-04-02", 2)), date(2026, 4, 14), 3),
        (made(("2026-04-14", 2)), date(2026, 4, 14), 2),
        (made(("2026-03-02", 2), ("2026-03-03", 3)), date(2026, 4, 14), 4),
        (made(("2024-04-02", 2)), date(2026, 4, 14), 2),
        ([], date(2026, 9, 1), 1),
        (made(("2026-03-02", 1), ("2026-04-02", 2)), date(2026, 9, 1), 3),
        (made(("2026-04-02", 2)), date(2026, 9, 1), 3),
    ],
)
def test_the_passage_number_follows_the_window_and_never_repeats(
    visits: list[dict[str, Any]], on: date, number: int
) -> None:
    assert analysis.passage_for(visits, on) == number


@given(st.lists(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=12, unique=True))
def test_days_that_come_one_after_the_other_get_numbers_that_a_visit_may_have(days: list[date]) -> None:
    visits: list[dict[str, Any]] = []
    for day in days:
        number = analysis.passage_for(visits, day)
        assert 1 <= number <= 10
        assert number == 10 or number not in {known["num_passage"] for known in visits}
        visits.append({"visit_date_min": day.isoformat(), "num_passage": number})


@pytest.mark.parametrize(
    ("group", "years", "is_due", "last_year"),
    [
        ({}, [], True, None),
        ({}, [2024], True, 2024),
        ({}, [2025], False, 2025),
        ({}, [2020, 2022], True, 2022),
        ({}, [2025, 2026], True, 2025),
        ({}, [2026], True, None),
        ({"years_between": 3}, [2024], False, 2024),
        ({"years_between": 1}, [2025], True, 2025),
    ],
)
def test_an_aire_is_due_every_second_year_unless_it_says_otherwise(
    group: dict[str, Any], years: list[int], is_due: bool, last_year: int | None
) -> None:
    found = analysis.due(group, years, date(2026, 4, 14))
    assert (found.is_due, found.last_year) == (is_due, last_year)
    assert (found.passage, found.until) == (2, date(2026, 5, 15))


def test_outside_the_season_no_passage_is_open() -> None:
    found = analysis.due({}, [], date(2026, 11, 20))
    assert (found.passage, found.until) == (None, None)


def test_the_passages_that_no_visit_reached_are_missing_with_their_window() -> None:
    visits = [*made(("2026-03-02", 1)), {"visit_date_min": "2026-04-02", "num_passage": 2, "accessibility": "Non"}]
    found = analysis.missing_passages(visits, 2026, date(2026, 4, 14))
    assert [(one.passage, one.status, one.tried) for one in found] == [(2, "open", True), (3, "upcoming", False)]
    assert (found[0].first, found[0].last) == (date(2026, 4, 1), date(2026, 5, 15))
    late = analysis.missing_passages(visits, 2026, date(2026, 7, 11))
    assert [one.status for one in late] == ["past", "past"]
    assert [one.passage for one in analysis.missing_passages(visits, 2027, date(2026, 4, 14))] == [1, 2, 3]


def test_in_2020_each_pond_lacks_the_passages_that_the_file_does_not_hold(season: list[Node], rows: Rows) -> None:
    done = defaultdict(set)
    for row in rows:
        done[f"{row['aire_etude']}/{row['nom_site']}"].add(int(row["num_passage"]))
    for group in season:
        for site, missing in analysis.missing_by_site(group, 2020, date(2020, 8, 1)):
            assert {one.passage for one in missing} == {1, 2, 3} - done[site.record.uid]


# ------------------------------------------------------------------------------------------- the season


def test_the_season_2020_adds_up_to_the_published_totals(season: list[Node], taxa: Mapping[int, Taxon]) -> None:
    # Source: activity report 2020 of the CPIE Chaîne des Terrils (8, 137, 51, 389, 237, 11, 2 to 7).
    found = analysis.summary(season, taxa, 2020).as_json()
    by_group = found.pop("species_by_sites_group")
    assert found == {
        "year": 2020,
        "sites_groups": 8,
        "sites": 137,
        "visits": 261,
        "occupied_sites": 51,
        "observations": 389,
        "positive": 237,
        "species": 11,
    }
    assert (len(by_group), min(by_group.values()), max(by_group.values())) == (8, 2, 7)


def test_every_aire_has_the_figures_that_its_rows_give(
    season: list[Node], rows: Rows, taxa: Mapping[int, Taxon]
) -> None:
    found = analysis.summary(season, taxa, 2020)
    assert [group.name for group in found.groups] == sorted({row["aire_etude"] for row in rows})
    for group in found.groups:
        own = [row for row in rows if row["aire_etude"] == group.name]
        seen = [row for row in own if row["presence_amphibien"] == "Oui"]
        assert group.sites == group.sites_known == len({row["nom_site"] for row in own})
        assert group.visits == len({row["uuid_passage"] for row in own})
        assert group.inaccessible == 0
        assert group.occupied_sites == len({row["nom_site"] for row in seen})
        assert (group.observations, group.positive) == (len(own), len(seen))
        assert group.species == {int(row["cd_nom"]) for row in seen}
        assert group.occupancy == len({row["nom_site"] for row in seen}) / len({row["nom_site"] for row in own})
        for number in {int(row["num_passage"]) for row in own}:
            assert group.passages[number] == len({r["nom_site"] for r in own if r["num_passage"] == str(number)})
    assert found.occupancy == 51 / 137


def test_a_year_without_visits_is_empty(season: list[Node], taxa: Mapping[int, Taxon]) -> None:
    found = analysis.summary(season, taxa, 2021)
    assert found.as_json()["sites_groups"] == found.as_json()["sites"] == found.as_json()["visits"] == 0
    assert found.occupancy is None


def test_a_pond_that_was_never_reached_is_not_a_visited_one() -> None:
    found = analysis.summary([tree(visit("2026-04-14", 2, access="Non"))], TAXA, 2026)
    assert (found.total("sites"), found.total("visits"), found.total("inaccessible")) == (0, 1, 1)
    assert found.groups[0].occupancy is None
    assert found.groups[0].passages == {}


def test_an_undetermined_amphibian_is_a_presence_and_counts_as_a_taxon() -> None:
    found = analysis.summary([tree(visit("2026-04-14", 2, {"presence": "Oui", "cd_nom": 914450}))], TAXA, 2026)
    assert found.as_json()["positive"] == found.as_json()["species"] == found.as_json()["occupied_sites"] == 1


def test_a_line_without_a_taxon_yet_is_no_species() -> None:
    found = analysis.summary([tree(visit("2026-04-14", 2, {"presence": "Oui"}))], TAXA, 2026)
    assert found.total("occupied_sites") == 1
    assert found.species == frozenset()


def test_synonyms_are_one_species() -> None:
    taxa = {1: Taxon(1, 1, "Bufo calamita"), 2: Taxon(2, 1, "Epidalea calamita")}
    lines = [{"presence": "Oui", "cd_nom": cd_nom} for cd_nom in (1, 2)]
    assert analysis.summary([tree(visit("2026-04-14", 2, *lines))], taxa, 2026).species == {1}


# ------------------------------------------------------------------------------------ detection histories


@pytest.mark.parametrize(
    ("cd_nom", "counted"),
    [(197, {"197"}), (459628, {"459628"}), (139, {"139"}), (444440, {"444440", "444443"}), (444436, GREEN_FROGS)],
)
def test_the_matrix_of_2020_holds_what_the_rows_say(
    season: list[Node], rows: Rows, taxa: Mapping[int, Taxon], cd_nom: int, counted: set[str]
) -> None:
    expected: dict[tuple[str, str], list[int | None]] = defaultdict(lambda: [None, None, None])
    for row in rows:
        history, place = expected[row["aire_etude"], row["nom_site"]], int(row["num_passage"]) - 1
        seen = int(row["presence_amphibien"] == "Oui" and row["cd_nom"] in counted)
        history[place] = max(history[place] or 0, seen)
    found = analysis.detection_matrix(season, taxa, cd_nom)
    assert {(row.sites_group, row.site): [*row.occasions] for row in found} == expected
    assert len(found) == 137
    positive = {key for key, history in expected.items() if 1 in history}
    by_ref = {one.cd_ref: one for one in analysis.naive_occupancy(season, taxa, 2020)}
    share = by_ref[analysis.counted_as(cd_nom, taxa)]
    assert (share.occupied_sites, share.sites, share.share) == (len(positive), 137, len(positive) / 137)


def test_the_green_frogs_are_one_taxon_of_the_matrix_and_two_species_of_the_summary(
    season: list[Node], taxa: Mapping[int, Taxon]
) -> None:
    assert len(analysis.summary(season, taxa, 2020).species) == 11
    found = analysis.detected(season, taxa, 2020)
    assert (len(found), 444436 in found) == (10, True)
    assert {444440, 444443}.isdisjoint(found)
    assert sorted(one.cd_ref for one in analysis.naive_occupancy(season, taxa, 2020)) == found


def seen(*cd_noms: int) -> list[dict[str, Any]]:
    return [{"presence": "Oui", "cd_nom": cd_nom} for cd_nom in cd_noms]


BUFO, BUFO_BUFO, RANA, TEMPORARIA, TRITURUS, CRISTATUS, BLASIUS = 699157, 259, 197040, 351, 198682, 139, 150
AMPHIBIA, PELOPHYLAX, ESCULENTUS, RIDIBUNDUS = 914450, 444436, 444440, 444443


@pytest.mark.parametrize(
    ("noted", "asked", "cell"),
    [
        ([BUFO_BUFO], BUFO_BUFO, 1),
        ([TEMPORARIA], BUFO_BUFO, 0),
        ([BUFO], BUFO_BUFO, None),
        ([BUFO, BUFO_BUFO], BUFO_BUFO, 1),
        ([RANA], BUFO_BUFO, 0),
        ([AMPHIBIA], BUFO_BUFO, None),
        ([AMPHIBIA], PELOPHYLAX, None),
        ([PELOPHYLAX], ESCULENTUS, 1),
        ([RIDIBUNDUS], ESCULENTUS, 1),
        ([PELOPHYLAX], TEMPORARIA, 0),
        ([BUFO_BUFO], BUFO, 1),
        ([TEMPORARIA], AMPHIBIA, 1),
        ([TRITURUS], CRISTATUS, None),
        ([BLASIUS], CRISTATUS, 0),
        ([BLASIUS], TRITURUS, 1),
        ([999_999], BUFO_BUFO, 0),
        ([999_999], 999_999, 1),
    ],
)
def test_an_undetermined_record_is_no_zero(noted: list[int], asked: int, cell: int | None) -> None:
    trees = [tree(visit("2026-04-14", 2, *seen(*noted)))]
    assert analysis.detection_matrix(trees, TAXA, asked)[0].occasions == (None, cell, None)


def test_a_line_that_has_no_species_yet_is_no_zero() -> None:
    trees = [tree(visit("2026-04-14", 2, {"presence": "Oui"}))]
    assert analysis.detection_matrix(trees, TAXA, BUFO_BUFO)[0].occasions == (None, None, None)


def test_a_doubt_of_one_visit_is_not_lifted_by_another_visit_of_the_same_number() -> None:
    doubt, unseen, sure = ("2026-04-14", seen(BUFO)), ("2026-04-15", [NO]), ("2026-04-16", seen(BUFO_BUFO))
    for days, cell in (([doubt, unseen], None), ([doubt, unseen, sure], 1)):
        trees = [tree(*(visit(day, 2, *lines) for day, lines in days))]
        assert analysis.detection_matrix(trees, TAXA, BUFO_BUFO)[0].occasions == (None, cell, None)


def test_a_site_of_which_nothing_can_be_said_is_not_in_the_occupancy_of_the_species() -> None:
    trees = [
        tree(visit("2026-04-14", 2, *seen(*noted)), name=name)
        for name, noted in (("A", [BUFO_BUFO]), ("B", [BUFO]), ("C", [TEMPORARIA]))
    ]
    found = {one.cd_ref: (one.occupied_sites, one.sites) for one in analysis.naive_occupancy(trees, TAXA, 2026)}
    assert found == {BUFO_BUFO: (1, 2), BUFO: (2, 3), TEMPORARIA: (1, 3)}


def test_a_sheet_that_is_not_finished_is_no_absence() -> None:
    draft, away = visit("2026-04-14", 2), visit("2026-06-01", 3, access="Non")
    assert analysis.detection_matrix([tree(draft, away)], TAXA, BUFO_BUFO)[0].occasions == (None, None, None)
    found = analysis.summary([tree(draft, away)], TAXA, 2026)
    assert (found.total("sites"), found.total("visits"), found.occupancy) == (0, 2, None)
    assert analysis.drafts([tree(draft, away, visit("2026-03-02", 1, NO))], 2026) == 1
    assert analysis.drafts([tree(draft)], 2025) == 0


def test_what_is_not_filled_in_is_neither_a_presence_nor_access() -> None:
    unsaid = visit("2026-04-14", 2, {"cd_nom": BUFO_BUFO})
    nowhere = _node("visit", {"visit_date_min": "2026-06-01", "num_passage": 3}, _node("observation", YES))
    found = analysis.summary([tree(unsaid, nowhere)], TAXA, 2026).as_json()
    assert (found["sites"], found["occupied_sites"]) == (0, 0)
    assert analysis.detection_matrix([tree(unsaid, nowhere)], TAXA, BUFO_BUFO)[0].occasions == (None, None, None)


def test_a_cell_is_seen_not_seen_or_not_reached() -> None:
    visits = [visit("2026-03-02", 1, NO), visit("2026-04-14", 2, access="Non"), visit("2026-06-01", 3, YES)]
    assert analysis.detection_matrix([tree(*visits)], TAXA, 259)[0].occasions == (0, None, 1)


def test_an_absence_row_is_no_detection_of_any_taxon() -> None:
    assert analysis.detection_matrix([tree(visit("2026-04-14", 2, NO))], TAXA, 914450)[0].occasions == (None, 0, None)


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_visits_with_one_number_the_better_news_wins(order: int) -> None:
    seen, unseen = visit("2026-04-14", 2, YES), visit("2026-04-15", 2, NO)
    unreached = visit("2026-04-16", 2, access="Non")
    for visits, cell in (([seen, unseen, unreached], 1), ([unseen, unreached], 0), ([unreached], None)):
        assert analysis.detection_matrix([tree(*visits[::order])], TAXA, 259)[0].occasions == (None, cell, None)


def test_a_fourth_passage_widens_every_row_and_other_years_are_left_out() -> None:
    one = tree(visit("2026-08-01", 4, YES), name="A")
    other = tree(visit("2024-04-14", 2, YES), name="B")
    found = analysis.detection_matrix([other, one], TAXA, 259, 2026)
    assert [row.occasions for row in found] == [(None, None, None, 1), (None, None, None, None)]


def test_the_matrix_as_a_file_has_a_header_and_na() -> None:
    visits = [visit("2026-03-02", 1, NO), visit("2026-06-01", 3, YES)]
    text = analysis.matrix_csv(analysis.detection_matrix([tree(*visits, name="L’aire; nord")], TAXA, 259))
    assert list(csv.reader(io.StringIO(text), delimiter=";")) == [
        ["aire", "site", "P1", "P2", "P3"],
        ["L’aire; nord", "mare", "0", "NA", "1"],
    ]
    assert analysis.matrix_csv([]) == "aire;site;P1;P2;P3\n"


def test_the_season_is_told_in_words_with_the_species_of_each_area_below() -> None:
    text = analysis.summary([tree(visit("2020-04-01", 1, YES), name="Terril")], TAXA, 2020).as_text()
    assert "Mares visitées : 1" in text.splitlines()
    assert text.splitlines()[-2:] == ["Espèces par aire :", "  Terril : 1"]
