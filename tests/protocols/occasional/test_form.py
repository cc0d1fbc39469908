"""What is typed into a line of a list, and how it is shown again."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp import protocols
from fieldapp.core.forms import GridColumn, Start
from fieldapp.core.schema import Taxon
from fieldapp.core.text import SOURCE_LANGUAGE, set_language
from fieldapp.protocols.occasional import form

PRESENT = {"id_nomenclature_observation_status": "Pr"}
COLUMNS = {column.code: column for column in form.COLUMNS}
STAGE, CONTACT, ACTIVITY = (COLUMNS[f"id_nomenclature_{name}"] for name in ("life_stage", "obs_technique", "behaviour"))


def filled(found: Any) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value is not None}


def counted(least: int, most: int, kind: str, what: str = "IND") -> dict[str, Any]:
    return {
        **PRESENT, "count_min": least, "count_max": most, "id_nomenclature_type_count": kind,
        "id_nomenclature_obj_count": what,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "stored", "shown"),
    [
        ("12", counted(12, 12, "Co"), "12"),
        ("12-22", counted(12, 22, "Es"), "12–22"),
        ("~12", counted(12, 12, "Es"), "~12"),
        ("x", PRESENT, ""),
        ("", PRESENT, ""),
        ("0", {"id_nomenclature_observation_status": "No", "count_min": 0, "count_max": 0}, "0"),
        ("12 tiges", counted(12, 12, "Co", "TIGE"), "12 tiges"),
        ("1 nid", counted(1, 1, "Co", "NID"), "1 nid"),
        ("~20 m2", counted(20, 20, "Es", "SURF"), "~20 m²"),
        ("3touffes", counted(3, 3, "Co", "TOUF"), "3 touffes"),
    ],
)
def test_a_number_is_read_with_what_was_counted_and_shown_as_it_is_typed(
    typed: str, stored: dict[str, Any], shown: str
) -> None:
    assert filled(form.read_count(typed)) == stored
    assert form.show_count(stored) == shown


@pytest.mark.parametrize(
    ("typed", "word"), [("3 mers", "nids, couples"), ("beaucoup", "pas un nombre"), ("3+", "fin"), ("9 12", "nombre")]
)
def test_what_is_no_number_is_refused_with_what_may_be_typed(typed: str, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        form.read_count(typed)


@given(st.integers(1, 999), st.integers(0, 999), st.sampled_from(sorted({*form._OBJECTS.values()})))
def test_a_stored_number_reads_back_as_it_is_shown(least: int, more: int, what: str) -> None:
    stored = counted(least, least + more, "Es", what)
    assert filled(form.read_count(form.show_count(stored))) == stored


@pytest.mark.parametrize("code", ["CPL", "COL", "NID", "PON", "HAM", "TIGE", "TOUF", "SURF"])
def test_a_number_that_is_shown_in_english_can_be_typed_again(code: str) -> None:
    stored = counted(3, 3, "Co", code)
    set_language("en")
    try:
        assert filled(form.read_count(form.show_count(stored))) == stored
    finally:
        set_language(SOURCE_LANGUAGE)


def test_a_species_that_nobody_counted_is_told_from_a_line_without_one() -> None:
    shown = form.show_count({**PRESENT, "cd_nom": 4117})
    assert shown == "×"
    assert filled(form.read_count(shown)) == PRESENT


def test_one_letter_fills_a_column_and_words_are_read_too() -> None:
    assert STAGE.read("t") == {"id_nomenclature_life_stage": "8"}
    assert STAGE.read("Chrysalide") == {"id_nomenclature_life_stage": "12"}
    assert filled(CONTACT.read("e")) == {"id_nomenclature_obs_technique": "1"}
    assert filled(ACTIVITY.read("c")) == {"id_nomenclature_behaviour": "18"}
    with pytest.raises(ValueError, match="v = vu"):
        CONTACT.read("zz")


def test_found_dead_and_breeding_are_letters_of_the_same_columns() -> None:
    assert filled(CONTACT.read("m")) == {"id_nomenclature_bio_condition": "3"}
    assert filled(ACTIVITY.read("r")) == {"id_nomenclature_bio_status": "3"}
    both = {"id_nomenclature_obs_technique": "0", "id_nomenclature_bio_condition": "3"}
    assert CONTACT.show(both) == "vu, mort"
    assert CONTACT.read("") == dict.fromkeys(both)


@pytest.mark.parametrize("column", [column for column in form.COLUMNS if column.letters], ids=lambda one: one.code)
def test_what_a_letter_gives_is_shown_in_its_words(column: GridColumn) -> None:
    for letter, words in column.letters.items():
        assert column.show(filled(column.read(letter))) == words


def test_what_was_seen_here_comes_first_and_without_letters_alone() -> None:
    taxa = {taxon.cd_nom: taxon for taxon in protocols.by_code("occasional").taxa()}
    assert [taxon.nom_vern for taxon in form.suggest("", taxa, {53741: 2024})] == ["Vulcain"]
    assert next(taxon.nom_vern for taxon in form.suggest("ar", taxa, {84112: 2024})) == "Arum tacheté"
    merle = Taxon(4117, 4117, "Turdus merula", nom_vern="Merle noir")
    assert form.suggest("mer", {4117: merle}, {}) == [merle]


def test_a_new_list_is_of_the_day_on_which_it_is_opened() -> None:
    assert form.SHEET.new_visit(Start({}, (), 2026, date(2026, 4, 14))) == {"visit_date_min": "2026-04-14"}
    assert form.SHEET.new_visit(Start({}, (), 2020)) == {}
