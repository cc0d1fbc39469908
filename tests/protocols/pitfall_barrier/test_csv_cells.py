from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core.exchange import RowNote, RowRefusedError
from fieldapp.core.text import fold
from fieldapp.protocols.pitfall_barrier import csv_cells as cells
from fieldapp.protocols.pitfall_barrier import csv_layout as layout

TODAY = "2026-03-18"


@pytest.mark.parametrize("text", ["2024-03-02", "02/03/2024", "2/3/2024", " 2024-03-02 ", "2024-03-02 00:00:00"])
def test_a_day_is_read_in_the_forms_of_files_and_spreadsheets(text: str) -> None:
    assert cells.read_day(text, TODAY) == "2024-03-02"


@pytest.mark.parametrize(
    "text", ["", "hier", "2024-02-30", "32/01/2024", "2026-03-19", "2102-03-02", "1899-12-31", "24-3-2"]
)
def test_another_day_is_refused(text: str) -> None:
    with pytest.raises(RowRefusedError) as error:
        cells.read_day(text, TODAY)
    assert error.value.column == "check_on"


@given(st.dates(date(1900, 1, 1), date(2026, 3, 18)))
def test_every_day_is_read_in_both_forms(day: date) -> None:
    assert cells.read_day(day.isoformat(), TODAY) == cells.read_day(f"{day:%d/%m/%Y}", TODAY) == day.isoformat()


def test_words_are_shown_where_one_is_wrong() -> None:
    with pytest.raises(RowRefusedError, match="faut-il écrire « entrée »"):
        cells.read_needed_code({"direction": "entré"}, "direction")
    with pytest.raises(RowRefusedError, match="écrivez entrée ou sortie"):
        cells.read_needed_code({"direction": "x"}, "direction")
    with pytest.raises(RowRefusedError, match="La case est vide"):
        cells.read_needed_code({"direction": " "}, "direction")
    assert cells.read_code({"stage": ""}, "stage") is None


@pytest.mark.parametrize(("text", "found"), [("1", 1), (" 12 ", 12), ("3.0", 3), ("4,0", 4), ("999", 999)])
def test_a_count_is_a_whole_number(text: str, found: int) -> None:
    assert cells.read_count({"count": text}) == found


@pytest.mark.parametrize("text", ["", "0", "1000", "-1", "1.5", "trois", "3+", "9" * 12])
def test_another_count_is_refused(text: str) -> None:
    with pytest.raises(RowRefusedError) as error:
        cells.read_count({"count": text})
    assert error.value.column == "count"


@pytest.mark.parametrize(("count", "advised"), [(1, "Écrivez 2"), (3, "Écrivez 2"), (7, "Écrivez 6")])
def test_half_a_pair_is_refused(count: int, advised: str) -> None:
    cells.refuse_half_pairs(count, is_pair=False)
    cells.refuse_half_pairs(count + 1, is_pair=True)
    with pytest.raises(RowRefusedError, match=advised):
        cells.refuse_half_pairs(count, is_pair=True)


@pytest.mark.parametrize(
    ("text", "found"), [("", None), ("3.3", 3.3), ("-1", -1), ("−1.5", -1.5), ("+2", 2), ("0", 0), ("45", 45)]
)
def test_a_temperature_is_a_number(text: str, found: float | None) -> None:
    notes: list[RowNote] = []
    assert cells.read_number({"night_min_c": text}, "night_min_c", notes) == found
    assert notes == []


def test_a_zero_without_decimals_stays_one() -> None:
    assert isinstance(cells.read_number({"rain_mm": "0"}, "rain_mm", []), int)
    assert isinstance(cells.read_number({"rain_mm": "0.0"}, "rain_mm", []), float)


@pytest.mark.parametrize(("text", "written"), [("3,5", "3.5"), ("12,0", "12.0")])
def test_a_decimal_comma_is_read_and_noted(text: str, written: str) -> None:
    notes: list[RowNote] = []
    assert cells.read_number({"rain_mm": text}, "rain_mm", notes) == float(written)
    assert [note.sentence for note in notes] == [f"« {text} » a été lu {written}, et sera écrit ainsi."]


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("night_min_c", "71"),
        ("night_max_c", "-41"),
        ("rain_mm", "-0.1"),
        ("rain_mm", "901"),
        ("rain_mm", "nan"),
        ("rain_mm", "1e2"),
    ],
)
def test_an_impossible_number_is_refused(column: str, text: str) -> None:
    with pytest.raises(RowRefusedError) as error:
        cells.read_number({column: text}, column, [])
    assert error.value.column == column


@given(st.text(max_size=200))
def test_a_cell_in_a_sentence_is_short_and_one_line(text: str) -> None:
    assert len(cells.short(text)) <= 61
    assert "\n" not in cells.short(text)


@given(st.sampled_from(["stage", "sex", "side", "direction", "state", "checked"]), st.text(max_size=12))
def test_whatever_stands_in_a_cell_is_a_code_or_a_sentence(column: str, text: str) -> None:
    known = not text.strip() or fold(text) in layout.CODES[column]
    if known:
        assert (cells.read_code({column: text}, column) is None) == (not text.strip())
        return
    with pytest.raises(RowRefusedError) as error:
        cells.read_code({column: text}, column)
    assert error.value.column == column
    assert error.value.sentence
