"""What is typed in the cells of a capture line, and how stored values are shown there."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core.schema import Kind
from fieldapp.protocols.banding.line import COLUMNS, USUAL, columns_of
from fieldapp.protocols.banding.schema import OBSERVATION


def typed(code: str, text: str) -> dict[str, Any]:
    return dict(COLUMNS[code].read(text))


@pytest.mark.parametrize("code", ["wing_mm", "mass_g", "tarsus_mm"])
@pytest.mark.parametrize(("text", "value"), [("66,5", 66.5), ("66.5", 66.5), (" 11 ", 11), ("-", None), ("", None)])
def test_a_measure_takes_a_comma_or_a_point(code: str, text: str, value: float | None) -> None:
    assert typed(code, text) == {code: value}


@pytest.mark.parametrize("text", ["66,5,2", "1E3", "12 g", "~11", "onze"])
def test_a_measure_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="n’est pas un nombre"):
        typed("mass_g", text)


@given(st.integers(0, 99_999).map(lambda tenths: tenths / 10))
def test_a_measure_that_is_shown_reads_back_equal(value: float) -> None:
    column = COLUMNS["wing_mm"]
    assert column.read(column.show({"wing_mm": value})) == {"wing_mm": value}


@pytest.mark.parametrize(
    ("code", "text", "value"),
    [
        ("sex", "m", "M"),
        ("sex", "F", "F"),
        ("sex", "?", "?"),
        ("sex", "i", "?"),
        ("sex", "m?", "M?"),
        ("age", "1", "1A"),
        ("age", "+", "+1A"),
        ("age", "2", "2A"),
        ("age", "3", "+2A"),
        ("age", "v", "VOL"),
        ("age", "P", "PUL"),
        ("age", "+1a", "+1A"),
        ("age", "3a", "3A"),
        ("fat", "0", "0"),
        ("brood_patch", "p", "P"),
        ("moult", "x", "X"),
        ("sexing_method", "dc", "DC"),
        ("fat", "9", "9"),  # not in the list: kept, a check warns
        ("sex", "—", None),
        ("age", "", None),
    ],
)
def test_one_letter_is_enough_for_a_code(code: str, text: str, value: str | None) -> None:
    assert typed(code, text) == {code: value}


def test_each_letter_stands_for_a_code_of_the_list_and_has_words() -> None:
    for column in COLUMNS.values():
        for letter, words in column.letters.items():
            assert words
            value = dict(column.read(letter))[column.code]
            assert value in {choice.code for choice in OBSERVATION.by_name[column.code].choices}, column.code


@pytest.mark.parametrize(
    ("text", "species", "cd_nom"),
    [
        ("acrsci", "ACRSCI", 4195),
        ("effarv", "ACRSCI", 4195),
        ("Rousserolle eff", "ACRSCI", 4195),
        ("acrocephalus sci", "ACRSCI", 4195),
        ("embschsch", "EMBSCHSCH", 4669),
        ("xxxyyy", "XXXYYY", None),  # a code that the list does not have
    ],
)
def test_a_species_is_read_from_a_code_or_from_letters_of_a_name(text: str, species: str, cd_nom: int | None) -> None:
    assert typed("species", text) == {"species": species, "cd_nom": cd_nom}


def test_six_letters_of_a_name_are_no_code() -> None:
    assert typed("species", "mesang")["cd_nom"] is not None


def test_an_empty_species_clears_its_taxon_too() -> None:
    assert typed("species", " ") == {"species": None, "cd_nom": None}


def test_letters_of_no_species_are_refused() -> None:
    with pytest.raises(ValueError, match="« zzz » : aucune espèce"):
        typed("species", "zzz")


@pytest.mark.parametrize(("text", "value"), [("0630", "06:30"), ("6h", "06:00"), ("", None)])
def test_an_hour_is_typed_as_figures(text: str, value: str | None) -> None:
    assert typed("hour", text) == {"hour": value}


def test_the_ring_is_shown_in_groups_and_left_to_the_desk() -> None:
    assert COLUMNS["ring"].show({"ring": "8680042"}) == "868 0042"
    assert typed("ring", " 042 ") == {"ring": "042"}


def test_a_net_is_text_and_a_dash_is_nothing() -> None:
    assert typed("net", "7b") == {"net": "7b"}
    assert typed("net", "-") == {"net": None}


@pytest.mark.parametrize("code", COLUMNS)
def test_an_absent_value_is_an_empty_cell(code: str) -> None:
    assert COLUMNS[code].show({}) == ""


@pytest.mark.parametrize("code", COLUMNS)
def test_a_column_is_a_field_of_the_capture(code: str) -> None:
    field = OBSERVATION.by_name[code]
    assert COLUMNS[code].code == code
    assert COLUMNS[code].label
    assert COLUMNS[code].is_number == (field.kind is Kind.NUMBER)


def test_the_usual_line_goes_from_the_ring_to_the_net() -> None:
    assert [column.code for column in columns_of(None)] == list(USUAL)
    assert [column.code for column in columns_of({})] == list(USUAL)


def test_a_programme_orders_its_line_and_ring_and_species_stay_first() -> None:
    found = columns_of({"columns": ["net", "species", "mass_g", "no_such_column", "net"]})
    assert [column.code for column in found] == ["ring", "species", "net", "mass_g"]


@pytest.mark.parametrize(("typed", "net"), [("7", "7"), ("A3", "A3"), (" 12 ", "12"), ("10/2", "10/2"), ("-", None)])
def test_a_net_is_a_short_number_or_name(typed: str, net: str | None) -> None:
    assert COLUMNS["net"].read(typed) == {"net": net}


@pytest.mark.parametrize("typed", ["11,2", "11.2", "NLA AB12345", "1234567"])
def test_what_slipped_in_from_another_cell_is_no_net(typed: str) -> None:
    with pytest.raises(ValueError, match="filet"):
        COLUMNS["net"].read(typed)
