import pytest

from fieldapp.core.schema import (
    Choice,
    Context,
    Entity,
    Field,
    Kind,
    StudyProtocol,
    Taxon,
    advice,
    blocks_alone,
    may_block_for_children,
)

SIZE = Field("size", Kind.INTEGER, "Taille", required=lambda values: values.get("kind") == "big", relevant=False)
ENTITY = Entity("visit", "Passage", "Passages", None, (SIZE,), str)
PROTOCOL = StudyProtocol("p", "1", "P", (ENTITY,), {}, {}, tuple)


def test_a_condition_may_depend_on_the_other_values() -> None:
    assert SIZE.is_required({"kind": "big"})
    assert not SIZE.is_required({"kind": "small"})
    assert not SIZE.is_relevant({})
    assert Field("x", Kind.TEXT, "X").is_relevant({})


def test_a_choice_is_found_by_its_code_only() -> None:
    field = Field("c", Kind.CHOICE, "C", choices=(Choice("1", "Un"), Choice("2", "Deux", offered=False)))
    found = field.choice("2")
    assert found is not None
    assert found.label == "Deux"
    assert field.choice("Un") is None
    assert field.choice(1) is None


def test_an_entity_knows_its_fields_by_name() -> None:
    assert ENTITY.by_name == {"size": SIZE}


def test_a_protocol_knows_its_entities_by_code_and_no_others() -> None:
    assert PROTOCOL.entity("visit") is ENTITY
    with pytest.raises(KeyError):
        PROTOCOL.entity("nest")


def test_a_latin_name_without_author_has_no_blank_at_its_end() -> None:
    assert Taxon(1, 1, "Bufo bufo").nom_complet == "Bufo bufo"
    assert Taxon(1, 1, "Bufo bufo", "(Linnaeus, 1758)").nom_complet == "Bufo bufo (Linnaeus, 1758)"


def test_local_fields_are_those_that_the_sites_group_has_switched_on() -> None:
    assert Context({}).local_fields == frozenset()
    assert Context({}, parents={"sites_group": {"local_fields": ["hygiene"]}}).local_fields == {"hygiene"}


def test_only_a_rule_that_is_not_marked_may_block_for_what_lies_below() -> None:
    assert may_block_for_children(lambda _context: ())
    assert not may_block_for_children(blocks_alone(lambda _context: ()))
    assert not may_block_for_children(advice(lambda _context: ()))
