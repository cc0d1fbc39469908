from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core.text import fold
from fieldapp.protocols.pitfall_barrier import csv_layout as layout
from fieldapp.protocols.pitfall_barrier import lists, schema

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp")), max_size=40)
REASONS = st.sampled_from([None, *(choice.code for choice in lists.choices("REASON"))])


def test_the_columns_are_those_of_the_sample() -> None:
    assert ";".join(layout.COLUMNS) == (
        "pond;commune;check_on;checked;bucket;side;cd_nom;french_name;stage;sex;count;direction;state;individual;"
        "night_min_c;night_max_c;rain_mm;observer;remark"
    )


def test_each_field_stands_in_a_column_of_the_layout_and_is_one_of_its_entity() -> None:
    entities = {entity.code: entity for entity in schema.ENTITIES}
    for (entity, name), column in layout.FIELDS.items():
        assert name in entities[entity].by_name
        assert column in layout.COLUMNS


@pytest.mark.parametrize("column", layout.CODES)
def test_what_is_written_in_a_column_is_read_as_the_same_code(column: str) -> None:
    for word in layout.words(column):
        code = layout.CODES[column][fold(word)]
        assert layout.written(column, code) == word


@pytest.mark.parametrize(
    ("column", "entity", "name"),
    [
        ("side", schema.BUCKET, "side"),
        ("stage", schema.OBSERVATION, "stage"),
        ("sex", schema.OBSERVATION, "sex"),
        ("direction", schema.OBSERVATION, "direction"),
        ("state", schema.OBSERVATION, "vitality"),
    ],
)
def test_each_code_of_a_list_has_its_word(column: str, entity: Any, name: str) -> None:
    codes = {choice.code for choice in entity.by_name[name].choices}
    assert set(layout.CODES[column].values()) == codes


def test_a_missing_code_is_an_empty_cell() -> None:
    assert layout.written("stage", None) == ""
    assert layout.written("stage", "other") == "other"


@pytest.mark.parametrize(
    ("catch", "word"),
    [
        ({"sex": "3"}, "M"),
        ({"sex": "2"}, "F"),
        ({}, ""),
        ({"sex": "5"}, "mixte"),
        ({"sex": "5", "amplexus": True}, "couple"),
    ],
)
def test_pairs_are_a_sex_of_their_own(catch: dict[str, Any], word: str) -> None:
    assert layout.written_sex(catch) == word


@pytest.mark.parametrize(
    ("value", "number", "rain"),
    [
        (None, "", ""), (0, "0.0", "0"), (0.0, "0.0", "0.0"), (8, "8.0", "8.0"), (3.3, "3.3", "3.3"),
        (-1.25, "-1.25", "-1.25"), (12.125, "12.125", "12.125"),
    ],
)  # fmt: skip
def test_numbers_have_at_least_one_decimal_and_as_many_as_were_typed(value: Any, number: str, rain: str) -> None:
    assert (layout.written_number(value), layout.written_rain(value)) == (number, rain)


@given(st.floats(-40, 900).map(lambda value: round(value, 4)))
def test_a_written_number_reads_back_equal(value: float) -> None:
    assert float(layout.written_number(value)) == value
    assert float(layout.written_rain(value)) == value


@pytest.mark.parametrize("choice", lists.choices("REASON"), ids=lambda choice: str(choice.code))
def test_a_reason_stands_by_its_label(choice: Any) -> None:
    text = layout.written_missed_remark(choice.code, "")
    assert text == f"non relevé : {choice.label}"
    assert layout.read_missed_remark(text) == (choice.code, "")
    assert layout.read_missed_remark(f"{text} : deux mots") == (choice.code, "deux mots")


@given(REASONS, TEXT)
def test_a_remark_of_a_missed_morning_is_written_the_same_once_it_was_read(reason: str | None, remark: str) -> None:
    text = layout.written_missed_remark(reason, remark)
    again = layout.read_missed_remark(text)
    assert layout.written_missed_remark(*again) == text
    if reason is not None:
        assert again[0] == reason


@given(TEXT, TEXT)
def test_a_remark_of_a_catch_is_written_the_same_once_it_was_read(morning: str, catch: str) -> None:
    text = layout.written_remark(morning, catch)
    assert layout.written_remark(*layout.read_remark(text)) == text


def test_the_remark_of_a_catch_comes_after_that_of_the_morning() -> None:
    assert layout.read_remark("barrière réparée // femelle blessée") == ("barrière réparée", "femelle blessée")
    assert layout.read_remark("barrière réparée") == ("barrière réparée", "")
    assert layout.written_remark("", "femelle blessée") == "// femelle blessée"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        ("Un", ["Un"]),
        ("Un, Deux", ["Un", "Deux"]),
        ("Un ; Deux;", ["Un", "Deux"]),
        ("DUPONT, Jean ;", ["DUPONT, Jean"]),
    ],
)
def test_names_are_parted(text: str, names: list[str]) -> None:
    assert layout.read_people(text) == names


@given(st.lists(TEXT.map(lambda text: " ".join(text.split())).filter(bool), max_size=3, unique=True))
def test_names_are_written_the_same_once_they_were_read(names: list[str]) -> None:
    text = layout.written_people(names)
    assert layout.written_people(layout.read_people(text)) == text
