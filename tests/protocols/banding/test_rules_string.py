"""The rules of ring strings and of rings that were not put on."""

from typing import Any

import pytest

from fieldapp import protocols
from fieldapp.core import checking
from fieldapp.core.schema import Context, Problem, Severity, Values
from fieldapp.protocols.banding.schema import CODE

STRING = {"scheme": "FRP", "size": "O", "first": "8680001", "last": "8680100", "state": "open"}


def found(entity: str, values: Values, **about: Any) -> list[Problem]:
    protocol = protocols.by_code(CODE)
    return checking.problems(protocol, protocol.entity(entity), Context(values, **about))


def codes(values: Values, **about: Any) -> list[str]:
    return [problem.code for problem in found("ring_string", {**STRING, **values}, **about)]


def test_a_string_that_can_be_read_has_nothing_to_say() -> None:
    assert codes({}) == codes({"last": "100"}) == codes({"first": "SC126901", "last": "SC126999", "size": "S"}) == []


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        ("1,23E+07", "8680100", "first_unreadable"),
        ("huit", "8680100", "first_unreadable"),
        ("8680001", "*", "last_unreadable"),
        ("8680100", "8680001", "not_a_string"),
        ("SC126901", "SD126999", "not_a_string"),
        ("0000001", "9999999", "not_a_string"),
    ],
)
def test_numbers_that_make_no_string_leave_it_a_draft(first: str, last: str, code: str) -> None:
    problems = found("ring_string", {**STRING, "first": first, "last": last})
    assert [(problem.code, problem.severity) for problem in problems] == [(code, Severity.INCOMPLETE)]


def test_missing_numbers_are_asked_for_once() -> None:
    assert codes({"first": None, "last": None}) == ["missing", "missing"]


def test_a_size_outside_the_list_is_kept_and_warned_of() -> None:
    assert codes({"size": "Q"}) == ["unlisted_choice"]


def test_strings_that_share_rings_are_said() -> None:
    shared = [{**STRING, "first": "8680100", "last": "8680200"}, {**STRING, "first": "8680050", "last": "8680060"}]
    for other in shared:
        assert codes({}, siblings=[other]) == ["strings_overlap"]
    apart = [
        {**STRING, "first": "8680101", "last": "8680200"},
        {**STRING, "scheme": "BLB"},
        {**STRING, "first": "not", "last": "read"},
    ]
    assert codes({}, siblings=apart) == []


def test_days_that_go_backwards_are_said() -> None:
    assert codes({"received_on": "2026-01-01", "opened_on": "2026-03-01", "finished_on": "2026-09-01"}) == []
    assert codes({"received_on": "2026-01-02", "opened_on": "2026-01-01"}) == ["string_days"]
    assert codes({"opened_on": "2026-03-01", "finished_on": "2026-02-01"}) == ["string_days"]
    assert codes({"received_on": "2026-03-01", "finished_on": "2026-02-01"}) == ["string_days"]


def test_a_ring_noted_lost_belongs_to_its_string() -> None:
    def said(ring: str) -> list[str]:
        parents = {"ring_string": STRING}
        return [problem.code for problem in found("ring_fate", {"ring": ring, "fate": "lost"}, parents=parents)]

    assert said("8680042") == said("868 0042") == []
    assert said("8680101") == said("???") == ["ring_not_of_string"]
