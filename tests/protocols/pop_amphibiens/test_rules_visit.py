from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core import checking
from fieldapp.core.schema import Context, Problem, Severity
from fieldapp.protocols.pop_amphibiens import lists, rules_visit
from fieldapp.protocols.pop_amphibiens.protocol import PROTOCOL

TAXA = {taxon.cd_nom: taxon for taxon in lists.taxa()}
SITE = {"longitude": 2.7856, "latitude": 50.4573}
TOAD, NOTHING = {"presence": "Oui", "cd_nom": 259}, {"presence": "Non", "cd_nom": 914450}
EVENING = {
    "visit_date_min": "2026-04-14",
    "num_passage": 2,
    "Heure_debut": "21:02",
    "Heure_fin": "21:20",
    "methode_de_prospection": ["4", "5"],
    "accessibility": "Oui",
    "id_dataset": "d",
}


def problems(changes: dict[str, Any], **context: Any) -> list[Problem]:
    usual: dict[str, Any] = {
        "parents": {"site": SITE},
        "children": [TOAD],
        "today": date(2026, 11, 20),
        "taxa": TAXA,
        "links": {"d": {"name": "POP"}},
    }
    made = Context({**EVENING, **changes}, **{**usual, **context})
    return [problem for rule in rules_visit.RULES for problem in rule(made)]


def found(changes: dict[str, Any], **context: Any) -> dict[str, Severity]:
    return {problem.code: problem.severity for problem in problems(changes, **context)}


def words(changes: dict[str, Any], **context: Any) -> list[str]:
    return [checking.words(one, PROTOCOL, PROTOCOL.entity("visit")) for one in problems(changes, **context)]


def test_a_usual_evening_visit_is_not_spoken_of() -> None:
    assert found({}) == {}


def test_the_season_2020_breaks_no_rule_but_that_of_the_derogation(sample_pop: Any) -> None:
    import csv

    codes: set[str] = set()
    method = {choice.label: choice.code for choice in lists.choices("METHODE_PROSPECTION")}
    with sample_pop.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            values = {
                "visit_date_min": row["date_passage"],
                "num_passage": int(row["num_passage"]),
                "Heure_debut": row["heure_debut"],
                "Heure_fin": row["heure_fin"],
                "methode_de_prospection": [method[label] for label in row["methodes_prospection"].split(";")],
            }
            codes |= found(
                values, parents={"site": {"longitude": float(row["x_wgs"]), "latitude": float(row["y_wgs"])}}
            ).keys()
    assert codes == {"no_derogation"}


@pytest.mark.parametrize(
    ("start", "end", "codes"),
    [
        ("23:50", "00:10", set()),
        ("22:00", "02:00", set()),
        ("22:00", "02:01", {"end_before_start"}),
        ("21:20", "21:02", {"end_before_start"}),
        ("20:30", "00:31", {"end_before_start"}),
        ("19:00", "23:01", {"very_long"}),
        ("21:02", "21:02", set()),
    ],
)
def test_a_visit_may_pass_midnight_but_not_last_more_than_four_hours(start: str, end: str, codes: set[str]) -> None:
    about = {"Heure_debut": start, "Heure_fin": end, "methode_de_prospection": ["5"]}
    assert found(about) == dict.fromkeys(codes, Severity.WARNING)


@given(st.times(), st.integers(0, 240))
def test_any_visit_of_at_most_four_hours_is_accepted(start: Any, minutes: int) -> None:
    ends = (start.hour * 60 + start.minute + minutes) % 1440
    hours = {"Heure_debut": f"{start:%H:%M}", "Heure_fin": f"{ends // 60:02}:{ends % 60:02}"}
    assert found({**hours, "methode_de_prospection": ["5"]}) == {}


def test_a_date_in_the_future_blocks_and_today_does_not() -> None:
    assert found({}, today=date(2026, 4, 13)) == {"in_the_future": Severity.BLOCKING}
    assert found({}, today=date(2026, 4, 14)) == {}


def test_a_date_before_the_programme_is_a_warning() -> None:
    assert found({"visit_date_min": "2006-04-14"}) == {"before_programme": Severity.WARNING}
    assert found({"visit_date_min": "2007-04-14"}) == {}


@pytest.mark.parametrize("day", ["2026-01-31", "2026-07-11", "2025-12-24"])
def test_a_date_out_of_the_season_is_a_warning_that_names_the_season(day: str) -> None:
    about = {"visit_date_min": day, "methode_de_prospection": ["5"]}
    assert found(about) == {"out_of_season": Severity.WARNING}
    assert words(about) == ["Hors de la saison du suivi (du 1er février au 10 juillet) : vérifiez la date."]


def test_a_passage_in_the_window_of_another_is_a_warning_that_names_its_own() -> None:
    assert found({"num_passage": 1}) == {"other_window": Severity.WARNING}
    assert words({"num_passage": 3}) == [
        "Le passage 3 se fait d’habitude du 16 mai au 10 juillet : vérifiez le numéro ou la date."
    ]
    assert found({"num_passage": 4}) == {}


def test_two_visits_of_a_pond_on_one_day_are_a_warning() -> None:
    other = {"visit_date_min": "2026-04-14", "num_passage": 3}
    assert found({}, siblings=[other]) == {"same_day": Severity.WARNING}


def test_a_passage_number_is_used_once_a_year() -> None:
    assert found({}, siblings=[{"visit_date_min": "2026-04-02", "num_passage": 2}]) == {
        "passage_twice": Severity.WARNING
    }
    assert found({}, siblings=[{"visit_date_min": "2024-04-02", "num_passage": 2}]) == {}
    assert found({}, siblings=[{"year": 2026, "num_passage": 2, "observers": ["u"]}]) == {}


@pytest.mark.parametrize(
    ("day", "number", "crossed"),
    [("2026-05-20", 1, True), ("2026-03-02", 3, True), ("2026-03-02", 1, False), ("2026-05-20", 3, False)],
)
def test_passage_numbers_follow_the_dates(day: str, number: int, crossed: bool) -> None:
    codes = found({}, siblings=[{"visit_date_min": day, "num_passage": number}])
    assert codes == ({"passages_crossed": Severity.WARNING} if crossed else {})


@pytest.mark.parametrize(
    ("start", "methods", "code"),
    [
        ("14:00", ["4"], "night_method_by_day"),
        ("14:00", ["4", "5"], "night_method_by_day"),
        ("14:00", ["1", "4"], None),
        ("20:20", ["4"], None),  # the sun sets at about 20:40 in mid April
        ("23:30", ["4"], None),
        ("22:00", ["1"], "day_method_by_night"),
        ("04:00", ["1"], "day_method_by_night"),
        ("14:00", ["1"], None),
        ("22:00", ["5"], None),
    ],
)
def test_the_methods_fit_the_light(start: str, methods: list[str], code: str | None) -> None:
    hours = {"Heure_debut": start, "Heure_fin": start}
    codes = found({**hours, "methode_de_prospection": methods})
    assert codes == ({code: Severity.WARNING} if code else {})
    assert found({**hours, "methode_de_prospection": methods}, parents={}) == {}


@pytest.mark.parametrize("method", ["2", "3"])
def test_capture_asks_for_the_derogation_until_the_dataset_has_it(method: str) -> None:
    capture = {"methode_de_prospection": ["5", method]}
    assert found(capture) == {"no_derogation": Severity.WARNING}
    assert found(capture, links={}) == {"no_derogation": Severity.WARNING}
    assert found(capture, links={"d": {"derogation_reference": "2026-62-001"}}) == {}


@pytest.mark.parametrize(
    ("first", "last", "covered"),
    [
        ("2026-01-01", "2026-12-31", True),
        ("2026-04-14", "2026-04-14", True),
        ("2026-04-15", "2026-12-31", False),
        ("2025-01-01", "2026-04-13", False),
    ],
)
def test_a_derogation_covers_the_day_of_the_visit_or_is_a_warning(first: str, last: str, covered: bool) -> None:
    dataset = {"derogation_reference": "R", "derogation_from_on": first, "derogation_to_on": last}
    codes = found({"methode_de_prospection": ["5", "2"]}, links={"d": dataset})
    assert codes == ({} if covered else {"derogation_out_of_date": Severity.WARNING})


def test_an_inaccessible_pond_holds_no_observation() -> None:
    closed = {"accessibility": "Non"}
    assert found(closed, children=[]) == {}
    assert found(closed, children=[TOAD]) == {"inaccessible_with_lines": Severity.BLOCKING}
    assert found(closed, children=[NOTHING]) == {"inaccessible_with_lines": Severity.BLOCKING}


def test_a_sheet_without_lines_is_a_draft_that_asks_which() -> None:
    assert found({}, children=[]) == {"nothing_or_species": Severity.INCOMPLETE}
    assert found({}, children=[NOTHING]) == {}


def test_nothing_and_something_on_one_sheet_block() -> None:
    assert found({}, children=[TOAD, NOTHING]) == {"absence_and_presence": Severity.BLOCKING}


def test_animals_in_a_destroyed_or_dry_pond_are_a_warning() -> None:
    destroyed = {"etat_site": "Site détruit (travaux, pollution de l'eau, etc.)"}
    assert found(destroyed) == {"destroyed_with_animals": Severity.WARNING}
    assert found({"dry": True}) == {"dry_with_animals": Severity.WARNING}
    assert found({**destroyed, "dry": True}, children=[NOTHING]) == {}


def test_works_after_the_visit_that_notes_them_are_a_warning() -> None:
    assert found({"date_changement_etat_site": "2026-04-15"}) == {"works_after_visit": Severity.WARNING}
    assert found({"date_changement_etat_site": "2026-04-14"}) == {}


def test_species_that_were_here_and_are_not_noted_are_recalled_the_latest_first() -> None:
    history = {252: 2018, 259: 2024, 459628: 2024, 914450: 2024}
    assert words({}, history=history) == [
        "Crapaud calamite : vu ici en 2024, pas noté cette fois.",
        "Pélodyte ponctué : vu ici en 2018, pas noté cette fois.",
    ]
    assert found({}, history=history, children=[]) == {"nothing_or_species": Severity.INCOMPLETE}


def test_any_green_frog_stands_for_the_green_frogs_seen_before() -> None:
    assert found({}, history={444440: 2024, 444443: 2022}, children=[{"presence": "Oui", "cd_nom": 444436}]) == {}
    assert len(problems({}, history={444440: 2024, 444443: 2022})) == 1
