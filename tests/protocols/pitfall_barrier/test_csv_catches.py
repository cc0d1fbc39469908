from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core.record import Record, make_record
from fieldapp.protocols.pitfall_barrier import schema
from fieldapp.protocols.pitfall_barrier.csv_catches import Fate, as_told, catch_key, catch_uid, match
from fieldapp.protocols.pitfall_barrier.schema import CODE

VISIT = "visit"
TOAD: dict[str, Any] = {
    "bucket": "4", "cd_nom": 259, "sex": "3", "count": 1, "direction": "in", "vitality": "alive"
}  # fmt: skip
PAIR = TOAD | {"sex": "5", "amplexus": True, "count": 2}
FEMALE = TOAD | {"sex": "2"}
NEWT = TOAD | {"cd_nom": 139}


def here(*values: dict[str, Any]) -> list[Record]:
    """Return catches as a person typed them."""
    return [make_record(CODE, schema.OBSERVATION, one, VISIT) for one in values]


def from_file(*values: dict[str, Any]) -> list[Record]:
    """Return catches as a file brought them."""
    places = match(VISIT, values, []).places
    return [
        make_record(CODE, schema.OBSERVATION, one, VISIT, place.uid) for one, place in zip(values, places, strict=True)
    ]


def fates(lines: list[dict[str, Any]], stored: list[Record]) -> list[str]:
    return [place.fate.name for place in match(VISIT, lines, stored).places]


def test_count_and_remark_do_not_make_another_catch() -> None:
    assert catch_key(TOAD) == catch_key(TOAD | {"count": 2, "comments": "x"})
    assert catch_key(PAIR) != catch_key(PAIR | {"amplexus": None})


def test_a_catch_of_a_file_is_matched_by_its_identity_even_if_it_was_corrected_here() -> None:
    five = TOAD | {"bucket": "5"}
    moved, other = from_file(TOAD, five)
    moved = make_record(CODE, schema.OBSERVATION, five, VISIT, moved.uid)
    found = match(VISIT, [TOAD, five], [moved, other])
    assert [place.uid for place in found.places] == [moved.uid, other.uid]


def test_a_corrected_line_is_the_same_catch() -> None:
    for corrected in (FEMALE, TOAD | {"count": 3}, TOAD | {"vitality": "dead"}, NEWT):
        (stored,) = from_file(TOAD)
        (place,) = match(VISIT, [corrected], [stored]).places
        assert (place.fate, place.uid) == (Fate.PAIRED, stored.uid)


def test_another_taxon_in_the_bucket_of_a_typed_catch_is_another_animal() -> None:
    found = match(VISIT, [NEWT], here(TOAD))
    assert [place.fate for place in found.places] == [Fate.NEW]
    assert [record.data for record in found.untold] == [TOAD]


def test_groups_with_as_many_animals_are_told_already() -> None:
    assert fates([TOAD, TOAD, TOAD], here(TOAD | {"count": 3})) == ["TOLD"] * 3
    assert fates([TOAD, FEMALE], here(PAIR)) == ["TOLD"] * 2
    assert fates([TOAD | {"count": 3}], here(TOAD, TOAD, TOAD)) == ["TOLD"]


def test_groups_with_other_numbers_are_contested_with_both_numbers() -> None:
    found = match(VISIT, [TOAD, TOAD], here(TOAD | {"count": 3}))
    assert [(place.fate, place.here, place.given) for place in found.places] == [(Fate.CONTESTED, 3, 2)] * 2
    assert len({place.uid for place in found.places}) == 2
    assert fates([TOAD, TOAD | {"bucket": "5"}], here(TOAD)) == ["PAIRED", "NEW"]


def test_an_empty_cell_says_nothing() -> None:
    plain = {name: value for name, value in TOAD.items() if name != "sex"}
    for line, stored in (
        (TOAD, TOAD | {"stage": "2"}), (plain, TOAD | {"sex": "1"}), (plain, TOAD),
        (NEWT | {"individual": "tc"}, NEWT), (NEWT, NEWT | {"individual": "tc"}),
    ):  # fmt: skip
        assert fates([line], here(stored)) == ["PAIRED"]
        assert as_told(line, stored) == {**stored, **line}
    assert as_told({"count": 2}, PAIR) == {"count": 2, "sex": "5", "amplexus": True}


def test_what_no_line_tells_is_left() -> None:
    stored = here(TOAD, FEMALE, TOAD | {"bucket": "5"})
    found = match(VISIT, [FEMALE], stored)
    assert [place.uid for place in found.places] == [stored[1].uid]
    assert found.untold == [stored[0], stored[2]]


def test_an_identity_that_another_line_has_taken_is_not_given_again() -> None:
    (stored,) = from_file(TOAD)
    corrected = make_record(CODE, schema.OBSERVATION, FEMALE, VISIT, stored.uid)
    first, second = match(VISIT, [FEMALE, TOAD], [corrected]).places
    assert (first.uid, second.uid) == (stored.uid, catch_uid(VISIT, catch_key(TOAD), 2))


_CATCHES = st.lists(
    st.builds(
        lambda bucket, cd_nom, sex, count: TOAD | {"bucket": bucket, "cd_nom": cd_nom, "sex": sex, "count": count},
        st.sampled_from("12"), st.sampled_from([259, 139]), st.sampled_from("23"), st.integers(1, 3),
    ),
    max_size=6,
)  # fmt: skip


@given(_CATCHES, st.randoms())
def test_the_same_lines_again_are_the_same_catches_in_whatever_order(lines: list[dict[str, Any]], chance: Any) -> None:
    stored = from_file(*lines)
    mixed = list(lines)
    chance.shuffle(mixed)
    found = match(VISIT, mixed, stored)
    assert sorted(place.uid for place in found.places) == sorted(record.uid for record in stored)
    by_uid = {record.uid: record.data for record in stored}
    assert [by_uid[place.uid] for place in found.places] == mixed
    assert not found.untold


@given(_CATCHES, _CATCHES)
def test_taking_the_file_never_gives_two_lines_one_catch(
    lines: list[dict[str, Any]], typed: list[dict[str, Any]]
) -> None:
    found = match(VISIT, lines, here(*typed))
    own = [place.uid for place in found.places if place.fate is not Fate.TOLD]
    assert len(set(own)) == len(own)
    assert all(place.uid for place in found.places)
