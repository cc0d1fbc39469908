"""The layouts of the CRBPO's table as data, and how numbers, dates and people are written in it."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core import paths
from fieldapp.core.schema import Kind
from fieldapp.protocols.banding import crbpo, schema

ORDER_OF_2008 = [
    "CENTRE", "BAGUEUR", "BAGUE", "ACTION", "ESPECE", "DATE", "HEURE", "PAYS", "DEPT", "LOCALITE", "SEXE", "AGE",
    "THEME", "COND REPR", "CIRC REPR", "CS", "LP", "AD", "MA", "PC", "PI", "LIEUDIT", "HS", "FS",
]  # fmt: skip
"""The order of the file of 2008 (source: PDB script_R/baguage.sql)."""


def names(version: str) -> list[str]:
    return [column.name for column in crbpo.layouts()[version]]


def test_the_usual_layout_is_the_header_of_the_sample() -> None:
    with paths.resource("demo/banding_2020_crbpo.csv").open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file, delimiter=";"))
    assert names(crbpo.USUAL_LAYOUT) == header
    assert next(iter(crbpo.labels())) == crbpo.USUAL_LAYOUT


def test_the_layout_of_2008_has_its_order() -> None:
    assert names("2008") == ORDER_OF_2008


def test_the_widest_layout_has_every_column() -> None:
    assert set(names(crbpo.WIDEST_LAYOUT)) == set(crbpo.columns())
    assert len(names(crbpo.WIDEST_LAYOUT)) == len(crbpo.columns())


def test_every_layout_has_a_label() -> None:
    assert set(crbpo.layouts()) == set(crbpo.LABELS)


def test_every_column_stands_for_a_field_that_exists() -> None:
    entities = {entity.code: entity for entity in schema.ENTITIES}
    for columns in crbpo.layouts().values():
        for column in columns:
            assert column.field in entities[column.entity].by_name, column
            assert not column.decimals or entities[column.entity].by_name[column.field].kind is Kind.NUMBER


def test_the_same_column_means_the_same_field_in_every_layout() -> None:
    meant = {(column.name, column.entity, column.field) for every in crbpo.layouts().values() for column in every}
    assert len(meant) == len(crbpo.columns())


def test_what_a_file_must_have_and_its_other_names_are_columns() -> None:
    assert set(crbpo.REQUIRED) <= set(crbpo.columns())
    assert set(crbpo.ALIASES.values()) <= set(crbpo.columns())
    assert not set(crbpo.ALIASES) & set(crbpo.columns())
    assert set(crbpo.fields().values()) <= set(crbpo.columns())


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (84.0, 0, "84"),
        (85.5, 0, "85.5"),
        (17.0, 1, "17.0"),
        (18.25, 1, "18.25"),
        (0.00001, 0, "0.00001"),
        (None, 1, ""),
    ],
)
def test_numbers_are_as_short_as_they_may_be_with_the_decimals_of_the_column(
    value: float | None, decimals: int, text: str
) -> None:
    assert crbpo.written_number(value, decimals) == text


@given(st.floats(-1e9, 1e9), st.integers(0, 2))
def test_a_written_number_reads_back_equal(value: float, decimals: int) -> None:
    text = crbpo.written_number(value, decimals)
    assert float(text) == value
    assert "e" not in text.lower()


def test_dates_and_durations_are_written_as_in_the_sample() -> None:
    assert crbpo.written_date("2020-05-18") == "18/05/2020"
    assert crbpo.written_duration(390) == "06:30"
    assert crbpo.written_duration(None) == ""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("BAGUEUR, Un", "BAGUEUR Un"),
        ("DE LA TOUR, Jean-Luc", "DE LA TOUR Jean-Luc"),
        ("Le Gall, Yann", "Le Gall, Yann"),  # without capitals nobody could tell where the comma goes
        ("DUPONT", "DUPONT"),
        ("DUPONT, A", "DUPONT A"),
        ("DUPONT, JEAN", "DUPONT, JEAN"),
        ("DUPONT Jean", "DUPONT Jean"),
    ],
)
def test_a_person_is_called_as_in_the_directory(text: str, name: str) -> None:
    assert crbpo.read_person(text) == name


@given(st.lists(st.text("ABÉab -'", min_size=1, max_size=8), min_size=2, max_size=3).map(", ".join))
def test_a_name_with_its_comma_comes_back_exactly(text: str) -> None:
    assert crbpo.written_person(crbpo.read_person(text)) == text


def test_the_layouts_lie_beside_the_other_lists() -> None:
    with (Path(crbpo.__file__).parent / "reference" / "crbpo_layouts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    for version in crbpo.layouts():
        places = [int(row["position"]) for row in rows if row["version"] == version]
        assert places == list(range(1, len(places) + 1))
