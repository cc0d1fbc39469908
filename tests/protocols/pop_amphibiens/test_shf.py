import csv
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core.record import Record
from fieldapp.core.schema import Entity
from fieldapp.protocols.pop_amphibiens import schema, shf

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def visit(uid: str, on_date: str, **data: int | str) -> Record:
    return Record(uid, schema.CODE, "visit", "site", dict(data), on_date)


def test_the_columns_are_those_of_the_sample_in_its_order(sample_pop: Path) -> None:
    with sample_pop.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file, delimiter=";"))
    assert list(shf.STANDARD) == header
    assert len(shf.STANDARD) == 45


def test_the_columns_of_analyses_follow_the_protocols_export() -> None:
    # Source: export_csv.sql, view `analyses`: the comment of the aire after its description, totals at the end.
    assert shf.ANALYSES[:6] == (
        "aire_etude", "uuid_aire_etude", "habitat_principal", "description_aire", "commentaire_aire", "nom_site"
    )  # fmt: skip
    assert shf.ANALYSES[6:36] == (*shf.STANDARD[6:35], "diversite")
    assert shf.ANALYSES[-4:] == ("taxons_latin", "taxons_fr", "abondance_total_min", "abondance_total_max")


def test_every_field_that_is_compared_has_a_column_of_the_file() -> None:
    assert set(shf.FIELDS.values()) <= set(shf.STANDARD)
    names = {(entity.code, item.name) for entity in schema.ENTITIES for item in entity.fields}
    assert {key for key in shf.FIELDS if key[0] not in {"person", "dataset"}} <= names


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Vallée Carreau", "Vallee_Carreau"),
        ("  L’Étang du Cœur ", "L'Etang_du_Coeur"),
        ("Terrils_du 11/19", "Terrils_du_11/19"),
    ],
)
def test_names_are_written_without_accents_and_blanks(name: str, text: str) -> None:
    assert shf.written_name(name) == text


@given(TEXTS)
def test_a_name_that_is_read_is_written_as_the_same_text(name: str) -> None:
    text = shf.written_name(name)
    assert shf.written_name(shf.read_name(text)) == text


def test_a_name_of_the_field_keeps_its_accents() -> None:
    assert shf.read_name("Vallee_Carreau", "Vallée Carreau") == "Vallée Carreau"
    assert shf.read_name("Vallee_Carreau", "Autre") == "Vallee Carreau"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_that_is_written_reads_back_equal(value: float) -> None:
    text = shf.written_number(value)
    assert float(text) == value
    assert math.copysign(1, float(text)) == math.copysign(1, value)
    assert "e" not in text


@pytest.mark.parametrize(("value", "text"), [(30, "30"), (30.0, "30"), (2.5, "2.5"), (None, ""), (1e-5, "0.00001")])
def test_numbers_are_written_as_short_as_they_are(value: float | None, text: str) -> None:
    assert shf.written_number(value) == text


def test_ranks_count_the_visits_of_each_calendar_year_by_date() -> None:
    visits = [visit("c", "2020-06-01"), visit("a", "2020-03-01"), visit("b", "2021-03-01"), visit("d", "2020-04-01")]
    assert shf.ranks(visits) == {"a": 1, "d": 2, "c": 3, "b": 1}


def test_visits_of_one_day_follow_their_passage_numbers() -> None:
    visits = [visit("a", "2020-03-01", num_passage=2), visit("b", "2020-03-01", num_passage=1)]
    assert shf.ranks(visits) == {"b": 1, "a": 2}


def test_a_rank_that_a_file_told_is_kept_and_counting_goes_on_from_it() -> None:
    told = visit("a", "2020-03-01", num_passage_calc=2, num_passage_calc_for="site 2020")
    visits = [told, visit("b", "2020-04-01"), visit("c", "2020-05-01")]
    assert shf.ranks(visits) == {"a": 2, "b": 3, "c": 4}


@pytest.mark.parametrize("place", ["site 2019", "other 2020", None])
def test_a_rank_that_was_told_of_another_site_or_year_is_not_followed(place: str | None) -> None:
    told = visit("a", "2020-03-01", num_passage_calc=2, **({"num_passage_calc_for": place} if place else {}))
    assert shf.ranks([told]) == {"a": 1}


def test_a_told_rank_never_puts_two_visits_in_one_place() -> None:
    visits = [
        visit("a", "2020-03-01"),
        visit("b", "2020-03-02"),
        visit("c", "2020-04-01", num_passage_calc=2, num_passage_calc_for="site 2020"),
    ]
    assert shf.ranks(visits) == {"a": 1, "b": 2, "c": 3}


def test_labels_are_read_whatever_their_accents_capitals_and_apostrophes() -> None:
    codes = shf.codes(schema.VISIT, "methode_de_prospection")
    label = "Capture à l’épuisette (dérogation préfectorale obligatoire)"
    assert codes[label] == "2"
    assert codes["capture a l'epuisette (derogation prefectorale obligatoire)"] == "2"
    assert shf.labels(schema.VISIT, "methode_de_prospection")["2"] == label


@pytest.mark.parametrize(
    ("entity", "name"),
    [(e, f.name) for e in schema.ENTITIES for f in e.fields if f.choices and (e.code, f.name) in shf.FIELDS],
    ids=lambda value: value if isinstance(value, str) else value.code,
)
def test_every_code_comes_back_from_its_label(entity: Entity, name: str) -> None:
    codes = shf.codes(entity, name)
    for code, label in shf.labels(entity, name).items():
        assert codes[label] == code
