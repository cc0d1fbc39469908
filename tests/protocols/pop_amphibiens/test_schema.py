from typing import Any

import pytest

from fieldapp.core import checking
from fieldapp.core.schema import Context, Kind
from fieldapp.protocols.pop_amphibiens import schema
from fieldapp.protocols.pop_amphibiens.protocol import PROTOCOL

# Source: PnX-SI/protocoles_suivi, POPAmphibien 2.2.0 (sites_group, site, visit and observation JSON), required and
# shown fields; the geometry is a point.
ASKED = {
    "sites_group": {"sites_group_name", "categories_paysageres", "id_inventor", "comments"},
    "site": {"base_site_name", "milieu_aquatique", "base_site_description", "first_use_date"},
    "visit": {
        *("visit_date_min", "num_passage", "Heure_debut", "Heure_fin", "methode_de_prospection", "observers"),
        *("expertise", "id_dataset", "accessibility", "etat_site", "date_changement_etat_site", "comments"),
    },
    "observation": {
        *("presence", "cd_nom", "id_nomenclature_typ_denbr", "count_min", "count_max"),
        *("id_nomenclature_stade", "id_nomenclature_sex", "comments"),
    },
}
KEPT = {"methode_de_prospection", "observers", "expertise", "id_dataset"}


def required(entity: str, **values: Any) -> set[str]:
    problems = checking.problems(PROTOCOL, PROTOCOL.entity(entity), Context(values))
    return {problem.field for problem in problems if problem.code == "missing"}


@pytest.mark.parametrize("entity", ASKED)
def test_every_field_of_the_module_is_there_under_its_own_name(entity: str) -> None:
    assert PROTOCOL.entity(entity).by_name.keys() >= ASKED[entity]


def test_an_accessible_first_passage_asks_for_the_state_of_the_site() -> None:
    asked = {"Heure_debut", "Heure_fin", "methode_de_prospection", "etat_site"}
    assert required("visit", num_passage=1, accessibility="Oui") >= asked
    assert required("visit", num_passage=2, accessibility="Oui") & asked == asked - {"etat_site"}
    assert required("visit", num_passage=1, accessibility="Non") & asked == set()


def test_the_date_of_works_is_asked_only_where_the_site_changed() -> None:
    field = schema.VISIT.by_name["date_changement_etat_site"]
    changed = {"num_passage": 1, "etat_site": "Site nouvellement créé (travaux, etc.)"}
    assert field.is_relevant(changed)
    assert not field.is_relevant({**changed, "etat_site": "Site existant"})
    assert not field.is_relevant({**changed, "num_passage": 2})
    assert not field.is_relevant({"num_passage": 1})


def test_a_sighting_needs_its_numbers_and_an_absence_does_not() -> None:
    assert required("observation", presence="Oui", cd_nom=259) == {"id_nomenclature_typ_denbr", "count_min"}
    assert required("observation", presence="Oui", cd_nom=259, count_min=3) == {
        "id_nomenclature_typ_denbr",
        "count_max",
    }
    assert required("observation", presence="Non", cd_nom=914450) == set()


def test_what_carries_over_to_the_next_pond_is_what_the_module_keeps() -> None:
    assert {field.name for field in schema.VISIT.fields if field.keep} == KEPT


def test_defaults_are_those_of_the_module() -> None:
    defaults = {field.name: field.default for field in schema.VISIT.fields if field.default is not None}
    assert defaults == {"num_passage": 1, "accessibility": "Oui", "methode_de_prospection": ["1"]}
    defaults = {field.name: field.default for field in schema.OBSERVATION.fields if field.default is not None}
    assert defaults == {"presence": "Oui", "id_nomenclature_stade": "1", "id_nomenclature_sex": "1"}


def test_forms_offer_the_codes_that_the_module_offers() -> None:
    def offered(name: str) -> set[str]:
        return {choice.code for choice in schema.OBSERVATION.by_name[name].choices if choice.offered}

    assert offered("id_nomenclature_typ_denbr") == {"Co", "Es"}
    assert offered("id_nomenclature_stade") == {"1", "2", "3", "5", "8", "9"}
    assert offered("id_nomenclature_sex") == {"1", "2", "3", "5"}


def test_the_fields_of_version_one_and_the_hygiene_box_are_off_until_switched_on() -> None:
    # Source: the fields that version 2 removed, DonovanMaillard/popamphibien v1.
    assert set(schema.LOCAL_FIELDS) == {
        *("vent", "pluviosite", "couverture_nuageuse", "turbidite", "vegetation_aquatique_principale", "rives"),
        *("habitat_terrestre_environnant", "activite_humaine", "variation_eau", "courant", "hygiene"),
    }
    every = [field for entity in schema.ENTITIES for field in entity.fields if field.optional]
    assert not any(field.required is True for field in every)


def test_dates_and_taxa_are_indexed_where_they_are() -> None:
    assert schema.VISIT.by_name[schema.VISIT.date_field or ""].kind is Kind.DATE
    assert schema.OBSERVATION.by_name[schema.OBSERVATION.taxon_field or ""].kind is Kind.TAXON
