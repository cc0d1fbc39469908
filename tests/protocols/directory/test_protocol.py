from typing import Any

import pytest

from fieldapp.core import checking
from fieldapp.core.schema import PROTOCOLS, Context
from fieldapp.protocols.directory.protocol import DATASET, PRECISIONS, PROTOCOL, RECIPIENT


def codes(entity: str, values: dict[str, Any]) -> list[str]:
    return [problem.code for problem in checking.problems(PROTOCOL, PROTOCOL.entity(entity), Context(values))]


def test_a_person_and_a_dataset_need_a_name_and_nothing_more() -> None:
    assert codes("person", {}) == codes("dataset", {}) == ["missing"]
    assert codes("person", {"name": "DUPONT Anne"}) == codes("dataset", {"name": "POP"}) == []


@pytest.mark.parametrize(
    ("first", "last", "warned"), [("2026-01-01", "2025-12-31", True), ("2026-01-01", "2026-01-01", False)]
)
def test_a_derogation_that_ends_before_it_begins_is_a_warning(first: str, last: str, warned: bool) -> None:
    found = codes("dataset", {"name": "POP", "derogation_from_on": first, "derogation_to_on": last})
    assert found == (["derogation_ends_before"] if warned else [])


@pytest.mark.parametrize("name", ["unique_dataset_id", "acquisition_framework_id"])
def test_an_identifier_of_the_sinp_that_is_no_uuid_is_refused_beside_its_field(name: str) -> None:
    found = checking.problems(PROTOCOL, DATASET, Context({"name": "POP", name: "pas-un-uuid"}))
    assert [(one.field, one.code) for one in found] == [(name, "not_a_uuid")]
    assert checking.blocks(found)
    assert codes("dataset", {"name": "POP", name: "3f2504e0-4f89-41d3-9a0c-0305e82c3301"}) == []


@pytest.mark.parametrize(
    ("address", "warned"),
    [
        ("pasunmail", True),
        ("a@b", True),
        ("lou martin@cpie.fr", True),
        ("a@b.", True),
        ("lou.martin@cpie.asso.fr", False),
    ],
)
def test_an_address_that_no_message_could_reach_is_a_warning(address: str, warned: bool) -> None:
    told = ["not_an_address"] if warned else []
    assert codes("person", {"name": "MARTIN Lou", "email": address}) == told
    whom = {"name": "DREAL", "conditions": "interne", "precision": "cell", "email": address}
    assert codes("recipient", whom) == told


def test_a_new_recipient_begins_with_the_coarsest_precision() -> None:
    assert RECIPIENT.by_name["precision"].default == PRECISIONS[-1].code == "cell"


def test_a_dataset_may_be_of_any_protocol_installed_which_it_need_not_know() -> None:
    assert DATASET.by_name["protocols"].target == PROTOCOLS
    assert codes("dataset", {"name": "POP", "protocols": ["pop_amphibiens", "not_installed_here"]}) == []
