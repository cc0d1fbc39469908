"""Files of weather as they come: any separator, any encoding, a preamble or no names at all."""

import gzip
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.protocols.pitfall_barrier import weather_table
from fieldapp.protocols.pitfall_barrier.weather_table import Row

LINES = [("date", "tmin", "pluie"), ("2026-03-17", "3,4", "0"), ("2026-03-18", "-1,5", "12,2")]


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_is_the_same_under_any_separator_and_end_of_line(separator: str, end: str) -> None:
    table = weather_table.read("\ufeff" + end.join(separator.join(cells) for cells in LINES) + end)
    assert table.header == LINES[0]
    assert [row.cells for row in table.rows] == LINES[1:]
    assert [row.line for row in table.rows] == [2, 3]


def test_a_comma_parts_cells_where_decimals_have_a_point_or_stand_in_quotes() -> None:
    table = weather_table.read('date,tmin\n2026-03-17,3.4\n2026-03-18,"3,5"\n')
    assert [row.cells for row in table.rows] == [("2026-03-17", "3.4"), ("2026-03-18", "3,5")]


def test_what_stands_before_the_table_is_passed_over_and_lines_keep_their_numbers() -> None:
    table = weather_table.read("# station de Lens\nRelevé automatique\n\ndate;tn\n2026-03-17;3\n;\n2026-03-18;4\n")
    assert table.header == ("date", "tn")
    assert table.rows == (Row(5, ("2026-03-17", "3")), Row(7, ("2026-03-18", "4")))


def test_a_file_without_names_has_numbered_columns_and_loses_no_row() -> None:
    table = weather_table.read("17/03/2026;3,4\n18/03/2026;4\n")
    assert table.header == ("Colonne 1", "Colonne 2")
    assert len(table.rows) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_names_with_accents_are_read_in_either_encoding(encoding: str) -> None:
    assert weather_table.decode("température ; °C".encode(encoding)) == "température ; °C"


def test_a_packed_file_is_unpacked_and_one_that_is_cut_damaged_or_too_large_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    packed = gzip.compress(b"AAAAMMJJ;TN\n20260318;3.4\n")
    assert weather_table.read(weather_table.decode(packed)).header == ("AAAAMMJJ", "TN")
    with pytest.raises(ValueError, match="coupé"):
        weather_table.decode(packed[:-9])
    with pytest.raises(ValueError, match="abîmé"):
        weather_table.decode(packed[:2] + b"xxxxxxxxxxxx")
    monkeypatch.setattr(weather_table, "LARGEST_BYTES", 10)
    with pytest.raises(ValueError, match="trop gros"):
        weather_table.decode(packed)


@pytest.mark.parametrize("data", [b"PK\x03\x04\x00\x00", b"\x81\x8d\xff"])
def test_what_is_no_text_is_refused_with_what_to_do(data: bytes) -> None:
    with pytest.raises(ValueError, match="CSV UTF-8"):
        weather_table.decode(data)


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "vide"), (" \n", "vide"), ("bonjour\n", "Pas de colonnes"), ('date;tn\n"17;3\n', "Ligne 2 : un guillemet")],
)
def test_what_is_no_table_is_refused_with_a_sentence(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        weather_table.read(text)


def test_a_cell_has_no_blanks_around_it_and_one_that_is_not_there_is_empty() -> None:
    row = Row(2, (" 3,4 ", "5"))
    assert [row.cell(column) for column in (0, 1, 2, None)] == ["3,4", "5", "", ""]


@given(st.text())
def test_any_text_is_a_table_or_a_sentence(text: str) -> None:
    try:
        table = weather_table.read(text)
    except ValueError as error:
        assert str(error).endswith(".")  # noqa: PT017 - either is fine, and this is the other one
    else:
        assert len(table.header) >= 2


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_a_day_is_read_in_every_form_that_files_have(day: date) -> None:
    forms = [f"{day:%Y-%m-%d}", f"{day:%Y%m%d}", f"{day:%d/%m/%Y}", f"{day:%d-%m-%Y}", f"{day:%Y/%m/%d}"]
    forms += [f"{day.day}/{day.month}/{day.year}", f"{day:%Y-%m-%d}T06:00:00Z", f" {day:%d/%m/%Y} 06:00"]
    assert {weather_table.day_of(form) for form in forms} == {day}
    assert weather_table.day_of(f"{day:%m/%d/%Y}", day_first=False) == day


@pytest.mark.parametrize("text", ["", "31/02/2026", "2026-13-01", "18", "3.4", "20261301", "18 mars", "2026"])
def test_what_names_no_day_is_none(text: str) -> None:
    assert weather_table.day_of(text) is None


def test_two_figures_are_a_year_of_this_century() -> None:
    assert weather_table.day_of("18/03/26") == date(2026, 3, 18)
