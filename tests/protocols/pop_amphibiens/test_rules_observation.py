from typing import Any

import pytest

from fieldapp.core.schema import Context, Severity
from fieldapp.protocols.pop_amphibiens import lists, rules_observation

TAXA = {taxon.cd_nom: taxon for taxon in lists.taxa()}
SEEN = {
    "presence": "Oui",
    "cd_nom": 459628,
    "id_nomenclature_typ_denbr": "Co",
    "count_min": 3,
    "count_max": 3,
    "id_nomenclature_stade": "2",
    "id_nomenclature_sex": "1",
}
NOTHING = {"presence": "Non", "cd_nom": 914450, "count_min": 0, "count_max": 0}


def found(values: dict[str, Any], **context: Any) -> dict[str, Severity]:
    made = Context(values, taxa=TAXA, **context)
    return {problem.code: problem.severity for rule in rules_observation.RULES for problem in rule(made)}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"id_nomenclature_typ_denbr": "Es", "count_min": 1, "count_max": 1},
        {"id_nomenclature_typ_denbr": "Es", "count_min": 12, "count_max": 22},
        {"count_min": 10_000, "count_max": 10_000},
        {"id_nomenclature_stade": "9"},
        {"cd_nom": 444436},
        {"cd_nom": 259},
    ],
)
def test_a_usual_sighting_is_not_spoken_of(changes: dict[str, Any]) -> None:
    assert found({**SEEN, **changes}) == {}


@pytest.mark.parametrize(
    ("changes", "code", "severity"),
    [
        ({"count_min": 22, "count_max": 12}, "max_below_min", Severity.BLOCKING),
        ({"count_min": 12, "count_max": 22}, "counted_range", Severity.BLOCKING),
        ({"count_min": 0, "count_max": 0}, "seen_zero_times", Severity.BLOCKING),
        ({"id_nomenclature_stade": "9", "id_nomenclature_sex": "2"}, "sex_of_young", Severity.WARNING),
        ({"id_nomenclature_stade": "8", "id_nomenclature_sex": "5"}, "sex_of_young", Severity.WARNING),
        ({"count_min": 10_001, "count_max": 10_001}, "very_many", Severity.WARNING),
        ({"cd_nom": 79265}, "invasive", Severity.WARNING),
        ({"cd_nom": 459618}, "invasive", Severity.WARNING),
        ({"cd_nom": 163}, "not_in_region", Severity.WARNING),
        ({"cd_nom": 914450}, "undetermined", Severity.NOTICE),
        ({"cd_nom": 444440}, "green_frog_form", Severity.NOTICE),
        ({"cd_nom": 444441}, "green_frog_form", Severity.NOTICE),
        ({"cd_nom": 444443}, "green_frog_form", Severity.NOTICE),
    ],
)
def test_what_is_wrong_or_unlikely_in_a_sighting_is_said_once(
    changes: dict[str, Any], code: str, severity: Severity
) -> None:
    assert found({**SEEN, **changes}) == {code: severity}


def test_the_spiny_toad_is_doubted_in_the_north() -> None:
    assert found({**SEEN, "cd_nom": 774678}) == {
        "not_in_region": Severity.WARNING,
        "bufo_spinosus": Severity.NOTICE,
    }


def test_nothing_seen_is_the_bare_row_of_amphibia() -> None:
    assert found(NOTHING) == {}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"cd_nom": 259}, "absence_of_species"),
        ({"count_min": 1}, "absence_with_count"),
        ({"count_max": 1}, "absence_with_count"),
        ({"id_nomenclature_typ_denbr": "Co"}, "absence_with_details"),
        ({"id_nomenclature_stade": "1"}, "absence_with_details"),
        ({"id_nomenclature_sex": "1"}, "absence_with_details"),
    ],
)
def test_an_absence_that_holds_anything_else_blocks(changes: dict[str, Any], code: str) -> None:
    assert found({**NOTHING, **changes})[code] is Severity.BLOCKING


def test_the_same_taxon_stage_and_sex_twice_is_a_warning() -> None:
    assert found(SEEN, siblings=[SEEN]) == {"line_twice": Severity.WARNING}
    assert found(SEEN, siblings=[{**SEEN, "id_nomenclature_sex": "2"}, {**SEEN, "cd_nom": 259}]) == {}
    assert found({"cd_nom": 259}, siblings=[{"cd_nom": 259, "id_nomenclature_stade": "1"}]) == {
        "line_twice": Severity.WARNING
    }


def test_a_taxon_outside_the_list_has_no_rule_to_break() -> None:
    assert found({**SEEN, "cd_nom": 1}) == {}
    assert found({}) == {}


def test_every_alert_species_of_the_list_is_announced() -> None:
    invasive = {taxon.cd_nom for taxon in lists.taxa() if taxon.status == "invasive"}
    assert invasive == {79265, 459618}  # source: PnX-SI/protocoles_suivi, popa_liste_taxons_FR.csv
    assert {cd_nom for cd_nom in TAXA if "invasive" in found({**SEEN, "cd_nom": cd_nom})} == invasive
