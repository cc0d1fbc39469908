from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp.core import checking
from fieldapp.core.schema import Choice, Context, Entity, Field, Kind, Problem, Severity, StudyProtocol, Taxon, advice
from fieldapp.core.text import set_language

LIST = (Choice("a", "A"), Choice("b", "B"))
FIELDS = (
    Field("name", Kind.TEXT, "Nom", required=True),
    Field("count", Kind.INTEGER, "Nombre", minimum=0, maximum=10),
    Field("ratio", Kind.NUMBER, "Rapport"),
    Field("dry", Kind.BOOLEAN, "À sec"),
    Field("day", Kind.DATE, "Date"),
    Field("hour", Kind.TIME, "Heure"),
    Field("one", Kind.CHOICE, "Un", choices=LIST),
    Field("many", Kind.CHOICES, "Plusieurs", choices=LIST),
    Field("taxon", Kind.TAXON, "Espèce"),
    Field("people", Kind.LINKS, "Qui", target="person"),
    Field("works", Kind.DATE, "Travaux", relevant=lambda values: values.get("dry") is True),
    Field("wind", Kind.TEXT, "Vent", optional=True, required=True),
)


def not_ten(context: Context) -> Iterator[Problem]:
    if context.values.get("count") == 10:
        yield Problem("count", "ten", Severity.WARNING, {"n": 10})
    if context.values.get("works") == "2026-01-01":
        yield Problem("works", "holiday", Severity.BLOCKING)


VISIT = Entity("visit", "Passage", "Passages", None, FIELDS, str)
PROTOCOL = StudyProtocol(
    "p", "1", "P", (VISIT,), {"visit": (not_ten,)}, {"ten": "Dix fois {n}.", "holiday": "Férié."}, tuple
)


def found(values: dict[str, Any], **context: Any) -> list[tuple[str, str, Severity]]:
    problems = checking.problems(PROTOCOL, VISIT, Context({"name": "x", **values}, **context))
    return [(problem.field, problem.code, problem.severity) for problem in problems]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"count": 0},
        {"ratio": 1},
        {"ratio": 1.5},
        {"dry": False},
        {"day": "2026-04-14"},
        {"hour": "21:02"},
        {"one": "a"},
        {"many": ["a", "b"]},
        {"many": []},
        {"taxon": 259},
        {"people": ["u"]},
    ],
)
def test_a_right_value_is_not_spoken_of(values: dict[str, Any]) -> None:
    assert found(values) == []


@pytest.mark.parametrize(
    "values",
    [
        {"count": "3"},
        {"count": 1.5},
        {"count": True},
        {"ratio": float("nan")},
        {"dry": 1},
        {"one": ["a"]},
        {"many": "a"},
        {"many": [1]},
        {"taxon": "259"},
        {"people": "u"},
        {"name": 3},
        {"day": "14/04/2026"},
        {"day": "2026-02-30"},
        {"day": "2026-W16-2"},
        {"day": "20260414"},
        {"hour": "24:00"},
        {"hour": "T2102"},
        {"hour": "9:05"},
        {"hour": "21:02:00"},
    ],
)
def test_a_value_of_the_wrong_form_blocks(values: dict[str, Any]) -> None:
    assert found(values) == [(next(iter(values)), "wrong_type", Severity.BLOCKING)]


def test_a_missing_value_leaves_the_record_a_draft() -> None:
    problems = checking.problems(PROTOCOL, VISIT, Context({}))
    assert [(p.field, p.code) for p in problems] == [("name", "missing")]
    assert not checking.is_complete(problems)
    assert not checking.blocks(problems)


@pytest.mark.parametrize(("count", "code"), [(-1, "too_small"), (11, "too_large")])
def test_a_value_out_of_its_limits_blocks(count: int, code: str) -> None:
    assert found({"count": count}) == [("count", code, Severity.BLOCKING)]


def test_a_code_that_is_not_in_the_list_blocks() -> None:
    assert found({"one": "z"}) == [("one", "unknown_choice", Severity.BLOCKING)]
    assert found({"many": ["a", "z"]}) == [("many", "unknown_choice", Severity.BLOCKING)]


def test_a_taxon_is_looked_up_only_where_the_taxa_are_given() -> None:
    taxa = {259: Taxon(259, 259, "Bufo bufo")}
    assert found({"taxon": 1}) == []
    assert found({"taxon": 1}, taxa=taxa) == [("taxon", "unknown_taxon", Severity.BLOCKING)]
    assert found({"taxon": 259}, taxa=taxa) == []


def test_a_value_that_the_sheet_does_not_ask_for_is_a_warning() -> None:
    assert found({"works": "2026-03-01"}) == [("works", "not_relevant", Severity.WARNING)]
    assert found({"works": "2026-03-01", "dry": True}) == []


def test_a_rule_that_blocks_a_field_speaks_for_it_alone() -> None:
    assert found({"works": "2026-01-01"}) == [("works", "holiday", Severity.BLOCKING)]


def test_an_optional_field_is_asked_only_where_the_sites_group_switched_it_on() -> None:
    assert found({}) == []
    asked = {"parents": {"sites_group": {"local_fields": ["wind"]}}}
    assert found({}, **asked) == [("wind", "missing", Severity.INCOMPLETE)]


def test_a_field_of_another_version_is_kept_and_mentioned() -> None:
    assert found({"later": 1}) == [("later", "unknown_field", Severity.NOTICE)]
    assert found({checking.CONFIRMED: ["ten"]}) == []


def test_rules_wait_until_every_value_has_its_form() -> None:
    assert found({"count": 10}) == [("count", "ten", Severity.WARNING)]
    assert found({"count": 10, "day": "?"}) == [("day", "wrong_type", Severity.BLOCKING)]


def test_a_confirmed_warning_is_not_asked_again_and_an_error_always_is() -> None:
    problems = [Problem("a", "ten", Severity.WARNING), Problem("a", "missing", Severity.INCOMPLETE)]
    assert checking.unconfirmed(problems, {}) == problems
    assert checking.unconfirmed(problems, {checking.CONFIRMED: ["missing", "ten"]}) == problems[1:]


@pytest.mark.parametrize(
    ("severity", "complete", "blocked"),
    [
        (Severity.BLOCKING, False, True),
        (Severity.INCOMPLETE, False, False),
        (Severity.WARNING, True, False),
        (Severity.NOTICE, True, False),
    ],
)
def test_only_what_is_missing_or_impossible_keeps_a_record_from_being_done(
    severity: Severity, complete: bool, blocked: bool
) -> None:
    problems = [Problem("", "x", severity)]
    assert checking.is_complete(problems) is complete
    assert checking.blocks(problems) is blocked


def test_the_words_name_the_field_and_the_figures() -> None:
    problem = checking.problems(PROTOCOL, VISIT, Context({"name": "x", "count": 11}))[0]
    assert checking.words(problem, PROTOCOL, VISIT) == "Nombre : 11 est trop grand, au plus 10."
    assert checking.words(Problem("count", "ten", Severity.WARNING, {"n": 10}), PROTOCOL, VISIT) == "Dix fois 10."


@pytest.mark.parametrize(
    ("language", "value", "limit", "shown"),
    [
        ("fr", 71.0, 60.0, " 71 est trop grand, au plus 60."),
        ("fr", 71.25, 60, " 71,25 est trop grand, au plus 60."),
        ("fr", 1e16, 0.5, " 10000000000000000 est trop grand, au plus 0,5."),
        ("en", 71.25, 60.5, " 71.25 is too large, at most 60.5."),
    ],
)
def test_the_numbers_of_a_sentence_are_written_as_the_language_writes_them(
    language: str, value: float, limit: float, shown: str
) -> None:
    problem = Problem("ratio", "too_large", Severity.BLOCKING, {"value": value, "limit": limit})
    set_language(language)
    try:
        words = checking.words(problem, PROTOCOL, VISIT)
    finally:
        set_language("fr")
    assert words.endswith(shown)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3),
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from([field.name for field in FIELDS]), JSON))
def test_whatever_is_stored_gets_problems_with_words_and_never_a_crash(values: dict[str, Any]) -> None:
    for problem in checking.problems(PROTOCOL, VISIT, Context(values)):
        assert checking.words(problem, PROTOCOL, VISIT)


@advice
def only_advises(_context: Context) -> Iterator[Problem]:
    yield Problem("name", "unlikely", Severity.WARNING)


def test_in_bulk_advice_is_left_out_and_what_blocks_or_is_missing_is_all_there() -> None:
    protocol = replace(PROTOCOL, rules={"visit": (only_advises, not_ten)})
    bulk = checking.Bulk()
    for values in ({"count": 11}, {"name": "x", "count": 12}, {"name": "x", "dry": True, "works": "2026-01-01"}):
        context = Context(values)
        strict = [item for item in checking.problems(protocol, VISIT, context) if item.code != "unlikely"]
        assert strict
        assert [checking.problems(protocol, VISIT, context, bulk=bulk) for _time in range(2)] == [strict, strict]


def test_in_bulk_the_same_values_are_judged_by_the_local_fields_of_their_own_group() -> None:
    values, bulk = {"name": "x"}, checking.Bulk()
    asking = Context(values, {"sites_group": {"local_fields": ["wind"]}})
    assert checking.problems(PROTOCOL, VISIT, Context(values), bulk=bulk) == []
    assert [item.field for item in checking.problems(PROTOCOL, VISIT, asking, bulk=bulk)] == ["wind"]


def test_at_a_glance_a_record_is_filled_when_nothing_required_is_missing() -> None:
    asked = Field("why", Kind.TEXT, "Pourquoi", required=lambda values: bool(values.get("state") == "missed"))
    seen = Field(
        "seen", Kind.BOOLEAN, "Vu", required=True, relevant=lambda values: bool(values.get("state") != "missed")
    )
    fields = (Field("state", Kind.TEXT, "État", required=True), asked, seen, Field("note", Kind.TEXT, "Note"))
    entity = Entity("sheet", "Fiche", "Fiches", None, fields, str)
    assert checking.is_filled(entity, {"state": "checked", "seen": False})
    assert checking.is_filled(entity, {"state": "missed", "why": "gel"})
    assert not checking.is_filled(entity, {"seen": True})
    assert not checking.is_filled(entity, {"state": "checked"})
    assert not checking.is_filled(entity, {"state": "missed"})
