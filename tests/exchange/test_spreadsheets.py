"""Spreadsheets read as tables of text: nothing in scientific notation, no date as a number."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core.errors import FileRefusedError
from fieldapp.exchange.spreadsheets import as_text, is_spreadsheet, read_sheet


def workbook(path: Path, **sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_cells_come_as_a_table_of_text_would_hold_them(tmp_path: Path) -> None:
    row = [
        "B", 8680001, date(2020, 5, 18), time(6, 30), timedelta(hours=6), 18.1, 1.2e7, None, datetime(2020, 5, 18, 6),  # noqa: DTZ001 - a spreadsheet knows no time zone
    ]  # fmt: skip
    _name, rows = read_sheet(workbook(tmp_path / "x.xlsx", Extrait=[row]), ())
    assert rows == [(1, ["B", "8680001", "18/05/2020", "06:30", "06:00", "18.1", "12000000", "", "18/05/2020 06:00"])]


def test_empty_rows_are_left_out_and_the_numbers_are_those_of_the_sheet(tmp_path: Path) -> None:
    _name, rows = read_sheet(workbook(tmp_path / "x.xlsx", A=[["a"], [None], ["b"]]), ())
    assert rows == [(1, ["a"]), (3, ["b"])]


@pytest.mark.parametrize(
    ("sheets", "name"), [(("Extrait", "SAISIE"), "saisie"), (("Extrait",), "Notice"), ((), "Notice")]
)
def test_the_wanted_sheet_is_read_else_the_first(tmp_path: Path, sheets: tuple[str, ...], name: str) -> None:
    path = workbook(tmp_path / "x.xlsx", Notice=[["Notice"]], saisie=[["saisie"]])
    assert read_sheet(path, sheets) == (name, [(1, [name])])


@pytest.mark.parametrize("content", [b"PK\x03\x04 no zip", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 no workbook"])
def test_a_damaged_spreadsheet_is_refused_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    assert is_spreadsheet(path)
    with pytest.raises(FileRefusedError, match="enregistrez-le en XLSX"):
        read_sheet(path, ())


def test_a_table_of_text_is_no_spreadsheet_whatever_it_is_called(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_text("ACTION;BAGUE\n")
    assert not is_spreadsheet(path)


@given(st.floats(-1e15, 1e15))
def test_a_number_never_has_an_exponent(value: float) -> None:
    text = as_text(value)
    assert float(text) == value
    assert "e" not in text.lower()


def test_truth_values_and_what_is_unknown_are_written_somehow() -> None:
    assert [as_text(True), as_text(7), as_text(" x ")] == ["1", "7", "x"]
