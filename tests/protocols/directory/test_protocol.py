from typing import Any

import pytest

from fieldapp.core import checking
from fieldapp.core.schema import Context
from fieldapp.protocols.directory.protocol import PROTOCOL


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
