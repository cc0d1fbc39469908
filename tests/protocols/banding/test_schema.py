"""The records of banding: what the store indexes, what a record is called, what is asked for, what stays apart."""

from collections.abc import Mapping
from typing import Any

import pytest
from euring.codes import LOOKUP_CIRCUMSTANCES, LOOKUP_CONDITION

from fieldapp.core import checking
from fieldapp.core.record import make_record
from fieldapp.core.schema import Context, Severity
from fieldapp.protocols.banding import schema
from fieldapp.protocols.banding.protocol import PROTOCOL


def codes(entity: str, values: dict[str, Any]) -> Mapping[str, Severity]:
    found = checking.problems(PROTOCOL, PROTOCOL.entity(entity), Context(values))
    return {problem.field: problem.severity for problem in found}


@pytest.mark.parametrize(
    ("entity", "values", "title"),
    [
        ("sites_group", {"place_name": "Bac à schlamms", "commune": "Dourges"}, "Bac à schlamms, Dourges"),
        ("sites_group", {"commune": "Dourges"}, "Dourges"),
        ("visit", {"theme": "PHENO", "date": "2026-09-12"}, "PHENO 2026-09-12"),
        ("observation", {"ring": "8680042", "species": "ACRSCI"}, "8680042 ACRSCI"),
        ("observation", {"species": "ACRSCI"}, "ACRSCI"),
        ("mark", {"kind": "leg_code", "code": "A12"}, "leg_code A12"),
        ("ring_string", {"size": "O", "first": "8680001", "last": "8680100"}, "O 8680001–8680100"),
        ("ring_fate", {"ring": "8680042"}, "8680042"),
        ("programme", {"theme": "VOIE", "target": "Bruant des roseaux"}, "VOIE · Bruant des roseaux"),
    ],
)
def test_a_record_is_called_what_people_call_it(entity: str, values: dict[str, Any], title: str) -> None:
    assert PROTOCOL.entity(entity).title(values) == title


def test_a_capture_is_indexed_by_its_ring_the_replaced_one_and_its_taxon() -> None:
    assert schema.OBSERVATION.indexed == ("ring_key", "replaced_ring_key")
    record = make_record("banding", schema.OBSERVATION, {"ring_key": "FRP8680042", "cd_nom": 4195}, "visit-1")
    assert record.cd_nom == 4195


def test_rings_strings_and_devices_are_found_by_an_indexed_field() -> None:
    assert schema.RING_FATE.indexed == ("ring_key",)
    assert schema.RING_STRING.indexed == ("first_key",)
    assert schema.MARK.indexed == ("device_key",)


def test_a_ring_is_text_with_its_zeros() -> None:
    for name in ("ring", "ring_key", "replaced_ring", "partner_ring"):
        assert schema.OBSERVATION.by_name[name].kind.value == "text"
    assert codes("observation", {"ring": 8680042})["ring"] is Severity.BLOCKING


def test_effort_is_asked_for_in_every_session() -> None:
    missing = codes("visit", {})
    for name in ("opened_at", "duration_min", "open_nets", "net_m", "theme", "holder"):
        assert missing[name] is Severity.INCOMPLETE, name


def test_no_measure_has_a_limit_that_refuses_it() -> None:
    for name in ("wing_mm", "mass_g", "tarsus_mm"):
        field = schema.OBSERVATION.by_name[name]
        assert (field.minimum, field.maximum) == (None, None)


def test_a_code_outside_an_open_list_is_kept_and_warned_of() -> None:
    capture = {"ring_key": "FRP8680042", "species": "ACRSCI", "hour": "07:30", "theme": "PHENO"}
    for name in ("age", "sex", "fat", "brood_patch", "moult", "health", "condition", "circumstances"):
        assert codes("observation", {**capture, name: "ZZ"})[name] is Severity.WARNING, name


def test_a_bird_without_ring_has_no_scheme() -> None:
    assert schema.has_ring({"action": "B"})
    assert schema.has_ring({})
    assert not schema.has_ring({"action": "SANS"})
    found = codes("observation", {"action": "SANS", "ring_scheme": "FRP", "species": "ACRSCI", "comments": "échappé"})
    assert found["ring_scheme"] is Severity.WARNING


@pytest.mark.parametrize(
    ("values", "is_without"), [({"no_birds": True}, True), ({"no_birds": False}, False), ({}, False)]
)
def test_a_session_says_itself_that_it_was_without_birds(values: dict[str, Any], is_without: bool) -> None:
    assert schema.is_without_birds(values) is is_without


def test_theme_programme_and_place_are_three_things() -> None:
    parents = {code: PROTOCOL.entity(code).parent for code in ("programme", "sites_group", "visit")}
    assert parents == {"programme": None, "sites_group": None, "visit": "site"}
    for entity in (schema.VISIT, schema.OBSERVATION, schema.PROGRAMME):
        assert "theme" in entity.by_name


def test_condition_and_circumstances_are_codes_of_euring() -> None:
    for name, listed in (("condition", LOOKUP_CONDITION), ("circumstances", LOOKUP_CIRCUMSTANCES)):
        codes = {choice.code for choice in schema.OBSERVATION.by_name[name].choices}
        assert codes <= listed.keys(), name
    conditions = {choice.code for choice in schema.OBSERVATION.by_name["condition"].choices}
    assert schema.DEAD_CONDITIONS | schema.INJURED_CONDITIONS | {schema.RELEASED_BY_RINGER} <= conditions
