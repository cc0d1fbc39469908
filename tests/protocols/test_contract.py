"""What every protocol that comes with the program promises, whoever wrote it."""

import re
import string
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp import protocols
from fieldapp.core import checking
from fieldapp.core.schema import Choice, Context, Entity, Field, Kind, Problem, Severity, StudyProtocol

LINK_KINDS = {Kind.LINK, Kind.LINKS}
CHOICE_KINDS = {Kind.CHOICE, Kind.CHOICES}
ANYTHING = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors])


def every_entity() -> list[Any]:
    return [
        pytest.param(protocol, entity, id=f"{protocol.code}-{entity.code}")
        for protocol in protocols.installed()
        for entity in protocol.entities
    ]


each_protocol = pytest.mark.parametrize("protocol", protocols.installed(), ids=lambda protocol: protocol.code)
each_entity = pytest.mark.parametrize(("protocol", "entity"), every_entity())


def test_the_folders_are_the_protocols() -> None:
    folder = Path(protocols.__file__).parent
    assert {protocol.code for protocol in protocols.installed()} == {
        path.parent.name for path in folder.glob("*/protocol.py")
    }
    assert [protocols.by_code(protocol.code) for protocol in protocols.installed()] == [*protocols.installed()]


@each_protocol
def test_codes_versions_and_labels_are_filled_in(protocol: StudyProtocol) -> None:
    assert re.fullmatch("[a-z][a-z_]*", protocol.code)
    assert protocol.version
    assert protocol.label


@each_protocol
def test_entities_form_trees_from_the_top_down(protocol: StudyProtocol) -> None:
    seen: set[str | None] = {None}
    for entity in protocol.entities:
        assert entity.parent in seen, entity.code
        assert entity.code not in seen
        seen.add(entity.code)
        assert entity.label
        assert entity.label_plural


@each_protocol
def test_what_tells_a_protocol_in_common_terms_names_its_own_entities(protocol: StudyProtocol) -> None:
    standard = protocol.standard() if protocol.standard else None
    assert (standard is None) == (protocol.code == "directory")
    if standard is not None:
        assert protocol.entity(standard.visit).date_field
        assert protocol.entity(standard.line).taxon_field
        assert protocol.entity(standard.line).parent == standard.visit
        beside = {protocol.entity(code).parent for code in standard.siblings}
        assert beside <= {protocol.entity(standard.visit).parent}
        assert standard.title


@each_entity
def test_indexed_fields_exist_and_have_the_right_kind(protocol: StudyProtocol, entity: Entity) -> None:
    assert entity.date_field is None or entity.by_name[entity.date_field].kind is Kind.DATE
    assert entity.taxon_field is None or entity.by_name[entity.taxon_field].kind is Kind.TAXON


@each_entity
def test_the_title_of_a_record_without_values_is_a_text(protocol: StudyProtocol, entity: Entity) -> None:
    assert isinstance(entity.title({}), str)


@each_entity
def test_fields_have_names_labels_and_limits_of_their_kind(protocol: StudyProtocol, entity: Entity) -> None:
    assert len(entity.by_name) == len(entity.fields)
    known = {other.code for installed in protocols.installed() for other in installed.entities}
    for field in entity.fields:
        assert re.fullmatch("[A-Za-z][A-Za-z0-9_]*", field.name), field.name
        assert field.name != checking.CONFIRMED
        assert field.label, field.name
        assert (field.target in known) == (field.kind in LINK_KINDS), field.name
        assert not field.choices or field.kind in CHOICE_KINDS, field.name
        assert field.kind is not Kind.CHOICE or field.choices, field.name
        assert field.minimum is None or field.maximum is None or field.minimum <= field.maximum, field.name
        codes = [choice.code for choice in field.choices]
        assert len(codes) == len(set(codes)), field.name
        assert all(code and isinstance(code, str) for code in codes), field.name
        assert all(choice.label for choice in field.choices), field.name


@each_entity
def test_a_default_passes_the_check_of_its_own_field(protocol: StudyProtocol, entity: Entity) -> None:
    for field in entity.fields:
        if field.default is not None:
            values = {field.name: field.default}
            problems = checking.problems(protocol, entity, Context(values))
            wrong = {"wrong_type", "too_small", "too_large", "unknown_choice", "unknown_taxon"}
            assert not [one for one in problems if one.field == field.name and one.code in wrong], field.name


@each_protocol
def test_rules_belong_to_entities_that_exist(protocol: StudyProtocol) -> None:
    assert protocol.rules.keys() <= {entity.code for entity in protocol.entities}
    for rules in protocol.rules.values():
        assert all(rule.__doc__ for rule in rules)


@each_protocol
def test_messages_are_sentences_and_do_not_hide_those_of_the_core(protocol: StudyProtocol) -> None:
    assert not protocol.messages.keys() & checking.MESSAGES.keys()
    for code, sentence in protocol.messages.items():
        assert re.fullmatch(r"[A-ZÀ-Ü«{].*[.?!]", sentence), code
        assert len(sentence) <= 130, f"{code}: too long to stand beside a field"


@each_protocol
def test_taxa_have_numbers_and_names_of_their_own(protocol: StudyProtocol) -> None:
    taxa = protocol.taxa()
    assert len({taxon.cd_nom for taxon in taxa}) == len(taxa)
    numbers = {taxon.cd_nom for taxon in taxa}
    assert all(taxon.cd_nom > 0 and taxon.lb_nom for taxon in taxa)
    assert all(taxon.cd_ref in numbers for taxon in taxa)


GROUPS = {
    "Amphibiens": ("Animalia", "Chordata", "Amphibia"),
    "Reptiles": ("Animalia", "Chordata", ""),  # TAXREF has no class of reptiles that all its versions share
    "Oiseaux": ("Animalia", "Chordata", "Aves"),
    "Insectes": ("Animalia", "Arthropoda", ""),
    "Angiospermes": ("Plantae", "", ""),
}


@each_protocol
def test_each_taxon_says_which_group_it_is_of(protocol: StudyProtocol) -> None:
    assert all(taxon.lineage[:3] == GROUPS[taxon.group] for taxon in protocol.taxa())
    assert all(len(taxon.lineage) == 5 for taxon in protocol.taxa())


# ------------------------------------------------------------------------------- whatever a record may hold


def value_of(field: Field, taxa: list[int]) -> st.SearchStrategy[Any]:
    """Draw values of the right form, impossible ones among them."""
    codes = [choice.code for choice in field.choices] or ["x"]
    texts = st.text(string.printable + "éÈ’ ", max_size=20)
    by_kind: dict[Kind, st.SearchStrategy[Any]] = {
        Kind.TEXT: texts,
        Kind.LONG_TEXT: texts,
        Kind.INTEGER: st.integers(-3, 12) | st.integers(-(10**7), 10**7),
        Kind.NUMBER: st.floats(-200, 200),
        Kind.BOOLEAN: st.booleans(),
        Kind.DATE: st.dates(date(1899, 1, 1), date(2100, 12, 31)).map(date.isoformat),
        Kind.TIME: st.times().map(lambda time: f"{time:%H:%M}"),
        Kind.CHOICE: st.sampled_from([*codes, "?"]),
        Kind.CHOICES: st.lists(st.sampled_from(codes), max_size=3, unique=True),
        Kind.TAXON: st.sampled_from([*taxa, 1]),
        Kind.LINK: st.sampled_from(["u", "v"]),
        Kind.LINKS: st.lists(st.sampled_from(["u", "v"]), max_size=2),
    }
    return by_kind[field.kind]


MOST_FILLED = 14
"""Fields filled at once in one record: an entity has up to fifty, and Hypothesis draws at most some thousand values."""


@st.composite
def values_of(draw: st.DrawFn, entity: Entity, taxa: list[int]) -> dict[str, Any]:
    names = draw(st.lists(st.sampled_from([field.name for field in entity.fields]), max_size=MOST_FILLED, unique=True))
    return {name: draw(value_of(entity.by_name[name], taxa)) for name in names}


@st.composite
def contexts(draw: st.DrawFn, protocol: StudyProtocol, entity: Entity) -> Context:
    taxa = [taxon.cd_nom for taxon in protocol.taxa()]
    below = [other for other in protocol.entities if other.parent == entity.code]
    beside = [other for other in protocol.entities if other.parent == entity.parent]
    dataset = protocols.by_code("directory").entity("dataset")

    def some(entities: list[Entity]) -> list[dict[str, Any]]:
        return [
            draw(values_of(draw(st.sampled_from(entities)), taxa))
            for _ in range(draw(st.integers(0, 3)) if entities else 0)
        ]

    parents: dict[str, dict[str, Any]] = {}
    above = entity.parent
    while above is not None:
        parents[above] = draw(values_of(protocol.entity(above), taxa))
        above = protocol.entity(above).parent
    return Context(
        draw(values_of(entity, taxa)),
        parents=parents,
        siblings=some(beside),
        children=some(below),
        today=draw(st.dates(date(2000, 1, 1), date(2060, 12, 31))),
        taxa={taxon.cd_nom: taxon for taxon in protocol.taxa()},
        links={"u": draw(values_of(dataset, taxa))},
        history=draw(st.dictionaries(st.sampled_from([*taxa, 1]), st.integers(2000, 2060), max_size=3)),
    )


@each_entity
@ANYTHING
@given(data=st.data())
def test_whatever_a_record_holds_its_problems_have_words_and_checking_changes_nothing(
    protocol: StudyProtocol, entity: Entity, data: st.DataObject
) -> None:
    context = data.draw(contexts(protocol, entity))
    before = repr(context)
    problems = checking.problems(protocol, entity, context)
    assert checking.problems(protocol, entity, context) == problems
    assert repr(context) == before
    for problem in problems:
        assert isinstance(problem.severity, Severity)
        assert problem.field == "" or problem.field in entity.by_name, problem
        sentence = checking.words(problem, protocol, entity)
        assert sentence
        assert "None" not in sentence


def codes_in(protocol: StudyProtocol) -> Iterator[str]:
    folder = Path(protocols.__file__).parent / protocol.code
    for path in folder.glob("*.py"):
        yield from re.findall(r'"([a-z_]+)"', path.read_text(encoding="utf-8"))


@each_protocol
def test_every_message_has_a_rule_that_gives_its_code(protocol: StudyProtocol) -> None:
    written = [*codes_in(protocol)]
    assert [code for code in protocol.messages if written.count(code) < 2] == []


def test_a_choice_is_offered_unless_it_says_otherwise() -> None:
    assert Choice("1", "Un").offered
    assert Problem("", "x", Severity.NOTICE).params == {}
