import warnings
import zipfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.occurrence import Occurrence, Telling
from fieldapp.exchange import workbook
from fieldapp.exchange.flat_columns import COLUMNS, codes
from tests.exchange.frogs import DATASET, event, ignore, missed, options, seen, telling

NAMES = [column.name for column in COLUMNS]


def written(path: Path, told: Iterable[Telling], **given: Any) -> list[Occurrence]:
    noted: list[Occurrence] = []
    assert workbook.write(told, path, note=noted.append, options=options(**given)) == len(noted)
    return noted


def opened(path: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import openpyxl

        return openpyxl.load_workbook(path)


def cells(path: Path, number: int = 2) -> dict[str, Any]:
    """Return the cells of a row of the data by the names of the columns, the first one below these unless told."""
    sheet = opened(path)["Données"]
    return dict(zip(NAMES, sheet[number], strict=True))


def test_the_sheets_are_data_dictionary_codes_and_what_was_sent(tmp_path: Path) -> None:
    path = tmp_path / "mares.xlsx"
    written(path, [telling(seen(), missed())])
    book = opened(path)
    assert book.sheetnames == ["Données", "Dictionnaire", "Codes", "Envoi"]
    assert [cell.value for cell in book["Données"][1]] == NAMES
    assert [row[0].value for row in book["Dictionnaire"].iter_rows(min_row=2)] == NAMES
    assert [tuple(cell.value for cell in row) for row in book["Codes"].iter_rows(min_row=2)] == list(codes())


def test_a_row_for_each_occurrence_and_each_is_noted(tmp_path: Path) -> None:
    path = tmp_path / "mares.xlsx"
    noted = written(path, [telling(seen(), seen(number=2)), telling(missed(event(uid="autre")))])
    rows = opened(path)["Données"].iter_rows(min_row=2, max_col=1, values_only=True)
    assert [row[0] for row in rows] == [one.uid for one in noted]


def test_days_are_days_numbers_are_numbers_and_the_unknown_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "mares.xlsx"
    written(path, [telling(seen(count_max=None))])
    row = cells(path)
    assert row["date_debut"].value == datetime(2024, 3, 9)  # noqa: DTZ001
    assert row["date_debut"].is_date
    assert row["date_validation"].value == datetime(2024, 5, 2)  # noqa: DTZ001
    assert (row["longitude"].value, row["latitude"].value, row["cd_nom"].value) == (2.5, -50.25, 351)
    assert (row["nombre_min"].value, row["nombre_max"].value) == (3, None)
    assert (row["commune_insee"].value, row["sexe"].value) == ("62861", "3")


@pytest.mark.parametrize("on", ["1900-03-01", "1999-12-31", "2024-02-29", "9999-12-31"])
def test_any_day_since_march_1900_is_that_day(tmp_path: Path, on: str) -> None:
    path = tmp_path / "mares.xlsx"
    written(path, [telling(seen(event(date_min=on, date_max=on)))])
    assert cells(path)["date_debut"].value == datetime.fromisoformat(on)


@pytest.mark.parametrize("on", ["1887-05-02", "1899-12-31", "hier"])
def test_a_day_that_a_workbook_does_not_know_stays_a_text(tmp_path: Path, on: str) -> None:
    path = tmp_path / "mares.xlsx"
    written(path, [telling(seen(event(date_min=on, date_max=on)))])
    assert cells(path)["date_debut"].value == on


@pytest.mark.parametrize(
    "comment",
    [
        "=1+1",
        "+33",
        "-2 mâles",
        "@A1",
        "http://exemple.fr",
        "internal:Codes!A1",
        "123",
        "1e5",
        "a & b < c",
        " bord ",
    ],
)
def test_a_text_stays_the_text_that_it_was(tmp_path: Path, comment: str) -> None:
    path = tmp_path / "mares.xlsx"
    written(path, [telling(seen(comment=comment))])
    cell = cells(path)["commentaire"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (
        comment,
        "s" if cell.data_type == "s" else "inlineStr",
        None,
    )


@pytest.mark.parametrize("comment", ["_x0041_", "_x005F_", "a_x000A_b"])
def test_what_looks_like_the_number_of_a_sign_is_no_sign(tmp_path: Path, comment: str) -> None:
    from openpyxl.utils.escape import unescape

    path = tmp_path / "mares.xlsx"
    written(path, [telling(seen(comment=comment))])
    # The library that reads leaves to its caller what a spreadsheet does by itself.
    assert unescape(cells(path)["commentaire"].value) == comment


def test_the_library_knows_how_far_the_rows_go(tmp_path: Path) -> None:
    path = tmp_path / "mares.xlsx"
    for told, last in (([telling(seen(), seen(number=2), missed())], 4), ([], 1)):
        written(path, told)
        with zipfile.ZipFile(path) as archive:
            head = archive.read("xl/worksheets/sheet1.xml")[:2000].decode()
        area = opened(path)["Données"].auto_filter.ref
        assert f'<dimension ref="{area}"/>' in head
        assert area.endswith(str(last))


def test_a_number_that_the_format_cannot_hold_is_a_text(tmp_path: Path) -> None:
    path = tmp_path / "mares.xlsx"
    written(path, [telling(seen(event(sample_size=float("nan")), count_min=10**15, count_max=10**15 - 1))])
    row = cells(path)
    assert (row["nombre_min"].value, row["nombre_max"].value) == ("1000000000000000", 999999999999999)
    assert row["echantillon"].value == "nan"


def test_marks_of_the_format_in_a_comment_are_no_marks(tmp_path: Path) -> None:
    path = tmp_path / "mares.xlsx"
    written(path, [telling(seen(comment='<r><t>a</t></r></is></c><c r="A9"><f>1</f></c><r></r>'))])
    sheet = opened(path)["Données"]
    assert sheet.max_row == 2
    assert cells(path)["commentaire"].value.startswith("<r><t>a</t></r></is>")


def test_a_text_too_long_for_a_cell_is_cut_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "mares.xlsx"
    written(path, [telling(seen(comment="é" * 40_000), seen(number=2, comment="\N{FROG FACE}" * 16_383))])
    cut, kept = cells(path)["commentaire"].value, cells(path, 3)["commentaire"].value
    assert len(cut) == workbook.MAX_TEXT
    assert cut.endswith(" […] (texte coupé : 40000 signes)")
    assert kept == "\N{FROG FACE}" * 16_383


def test_what_was_sent_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "mares.xlsx"
    other = event(uid="autre", protocol="birds", date_min="2023-01-02", date_max="2023-01-02")
    written(path, [telling(seen(), missed()), telling(seen(other, 5, cd_nom=2543))], dataset_uuid=DATASET)
    told = {row[0].value: row[1].value for row in opened(path)["Envoi"].iter_rows()}
    assert told["Envoi"] == "Mares de 2024"
    assert told["Jeu de données (UUID)"] == DATASET
    assert (told["Lignes"], told["dont « non observé »"], told["Taxons (cd_nom)"]) == (3, 1, 3)
    assert (told["Du"], told["Au"]) == ("2023-01-02", "2024-03-09")
    assert (told["Lignes de « birds »"], told["Lignes de « ponds »"]) == (1, 2)


def test_more_rows_than_a_sheet_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 4)
    written(tmp_path / "full.xlsx", [telling(seen(), seen(number=2), seen(number=3))])
    with pytest.raises(FileRefusedError, match="CSV"):
        written(tmp_path / "more.xlsx", [telling(*(seen(number=number) for number in range(4)))])


def test_nothing_lies_beside_it_afterwards_even_when_it_was_refused(tmp_path: Path) -> None:
    def broken() -> Iterable[Telling]:
        yield telling(seen())
        raise FileRefusedError("plus de place")

    written(tmp_path / "good.xlsx", [telling(seen())])
    with pytest.raises(FileRefusedError, match="place"):
        workbook.write(broken(), tmp_path / "bad.xlsx", note=ignore, options=options())
    assert {path.name for path in tmp_path.iterdir()} <= {"good.xlsx", "bad.xlsx", "home"}


def test_a_file_that_cannot_be_written_is_the_systems_own_error(tmp_path: Path) -> None:
    path = tmp_path / "folder.xlsx"
    path.mkdir()
    with pytest.raises(OSError, match=r"folder\.xlsx"):
        workbook.write([telling(seen())], path, note=ignore, options=options())


def test_the_same_data_are_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    for path in (first, second):
        written(path, [telling(seen(), missed())])
    assert first.read_bytes() == second.read_bytes()
