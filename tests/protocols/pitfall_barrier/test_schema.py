"""The records of a barrier: three kinds of morning, pairs, which way an animal went."""

import pytest

from fieldapp.core import checking
from fieldapp.core.schema import Context, Severity
from fieldapp.protocols.pitfall_barrier import schema
from fieldapp.protocols.pitfall_barrier.protocol import PROTOCOL


def test_checked_empty_and_missed_are_three_things() -> None:
    assert schema.is_looked_into({"state": "checked"})
    assert schema.is_looked_into({"state": "empty"})
    assert not schema.is_looked_into({"state": "missed"})
    assert schema.is_missed({"state": "missed"})
    assert not schema.is_missed({})


def test_a_bucket_on_the_inside_takes_animals_on_their_way_out() -> None:
    assert schema.direction_of("inside") == schema.OUTWARD
    assert schema.direction_of("outside") == schema.INWARD
    assert schema.direction_of(None) == schema.INWARD


def test_titles_are_what_people_say() -> None:
    assert schema.barrier_title({"site_name": "Mare Jules Ferry", "commune": "Vimy"}) == "Mare Jules Ferry, Vimy"
    assert schema.campaign_title({"opened_on": "2026-02-01"}) == "2026"


@pytest.mark.parametrize(
    ("entity", "values", "field"),
    [
        ("observation", {"count": 0}, "count"),
        ("observation", {"count": 1000}, "count"),
        ("visit", {"night_min_c": 71.0}, "night_min_c"),
        ("visit", {"rain_mm": -1.0}, "rain_mm"),
    ],
)
def test_what_can_never_be_right_is_refused(entity: str, values: dict[str, object], field: str) -> None:
    found = checking.problems(PROTOCOL, PROTOCOL.entity(entity), Context(values))
    assert [problem.severity for problem in found if problem.field == field] == [Severity.BLOCKING]


def test_nobody_is_asked_who_looked_where_nobody_looked() -> None:
    found = checking.problems(PROTOCOL, schema.VISIT, Context({"check_on": "2026-03-18", "state": "missed"}))
    assert not [problem for problem in found if problem.field == "observers"]


def test_two_writings_of_a_pond_are_one_place_and_two_communes_are_two() -> None:
    here = schema.place_key({"site_name": "Étang du Bois", "commune": "VIMY"})
    assert here == schema.place_key({"site_name": "etang du bois", "commune": "Vimy"})
    assert here != schema.place_key({"site_name": "Étang du Bois", "commune": "Thélus"})
    assert schema.place_key({}) == ("", "")
