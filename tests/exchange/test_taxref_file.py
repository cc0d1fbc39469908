"""What a TAXREF file is known by, and how its companion table is read."""

import tracemalloc
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from fieldapp.core.errors import FileRefusedError
from fieldapp.exchange.taxref_file import HEADERS, companion_rows, look_into, picked
from tests.exchange.test_taxref import FROGS, release, text_of, withdrawn, zipped


@pytest.mark.parametrize(
    ("name", "columns", "version"),
    [
        ("TAXREFv17.txt", "17", "17"),
        ("taxref.txt", "18", "18"),  # no other version has its columns
        ("taxref.txt", "17", ""),  # 16 has the same
    ],
)
def test_the_version_is_told_by_the_name_else_by_the_columns(
    tmp_path: Path, name: str, columns: str, version: str
) -> None:
    path = tmp_path / name
    path.write_text(text_of(FROGS, HEADERS[columns]), encoding="utf-8")
    assert look_into(path).version == version


def test_the_layouts_are_those_of_the_releases() -> None:
    # TAXREF 18 has 44 columns, three more than 15 to 17 (TaxHub's import tables).
    assert {version: len(columns) for version, columns in HEADERS.items()} == {"16": 41, "17": 41, "18": 44}
    assert set(HEADERS["18"]) - set(HEADERS["17"]) == {"CD_BA", "NOMENCLATURAL_COMMENT", "URL_INPN"}


def test_the_mark_of_utf_8_and_quoted_cells_are_no_part_of_the_names(tmp_path: Path) -> None:
    path = tmp_path / "TAXREFv18.txt"
    quoted = "\t".join(f'"{name}"' for name in HEADERS["18"])
    cells = "\t".join('"Rana ""muta"""' if name == "LB_NOM" else "" for name in HEADERS["18"])
    path.write_text(f"\ufeff{quoted}\r\n{cells}\r\n", encoding="utf-8", newline="")
    found = look_into(path)
    assert [row[found.columns.index("LB_NOM")] for row in found.rows()] == ['Rana "muta"']


def test_a_zip_is_read_from_whichever_folder_holds_the_text(tmp_path: Path) -> None:
    found = look_into(zipped(tmp_path, release(tmp_path)))
    assert (found.version, sum(1 for _row in found.rows()), found.count_lines()) == ("18", 5, 6)
    assert found.companion is None


def test_a_companion_table_is_read_as_text_in_any_form(tmp_path: Path) -> None:
    path = withdrawn(tmp_path, (777, "TAXREFv16", "351", "retiré"))
    wanted = ["777", "TAXREFv16", "351", "1", "retiré"]
    assert companion_rows(path)[1] == wanted
    tabbed = path.read_text(encoding="utf-8").replace(",", "\t")
    path.write_bytes(tabbed.encode("cp1252"))
    assert companion_rows(path)[1] == wanted
    book = xlsxwriter.Workbook(str(tmp_path / "CDNOM_DISPARUS.xlsx"))
    sheet = book.add_worksheet("CDNOM_DISPARUS")
    for number, row in enumerate(line.split("\t") for line in tabbed.splitlines()):
        sheet.write_row(number, 0, row)
    book.close()
    assert companion_rows(tmp_path / "CDNOM_DISPARUS.xlsx")[1] == wanted
    assert look_into(_zip_with_sheet(tmp_path)).companion is not None


def _zip_with_sheet(folder: Path) -> Path:
    return zipped(folder, release(folder), folder / "CDNOM_DISPARUS.xlsx")


def test_a_spreadsheet_within_the_zip_is_read_too(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "CDNOM_DISPARUS.xlsx"))
    book.add_worksheet("x").write_row(0, 0, ["CD_NOM", "CD_NOM_REMPLACEMENT"])
    book.close()
    companion = look_into(_zip_with_sheet(tmp_path)).companion
    assert companion is not None
    assert companion() == [["CD_NOM", "CD_NOM_REMPLACEMENT"]]


def test_a_zip_of_too_many_files_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(1_001):
            archive.writestr(f"{number}", "")
    with pytest.raises(FileRefusedError, match="plus gros"):
        look_into(path)


def test_a_small_zip_of_one_endless_line_is_refused_and_not_held_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "TAXREF_v18.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("TAXREFv18.txt", b"A" * 50_000_000)
    tracemalloc.start()
    with pytest.raises(FileRefusedError, match=r"ligne 1 .*trop longue"):
        look_into(path)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_a_line_that_is_too_long_is_refused_with_its_number(tmp_path: Path) -> None:
    path = release(tmp_path)
    with path.open("a", encoding="utf-8") as file:
        file.write("x" * 100_001)
    with pytest.raises(FileRefusedError, match="ligne 7 "):
        list(look_into(path).rows())


def test_a_damaged_zip_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, release(tmp_path))
    data = bytearray(path.read_bytes())
    at = data.index(b"TAXREFv18.txt") + 40
    data[at : at + 20] = bytes(20)
    path.write_bytes(bytes(data))
    with pytest.raises(FileRefusedError, match="abîmée"):
        list(look_into(path).rows())


def test_what_is_called_a_zip_and_is_none_is_a_damaged_archive(tmp_path: Path) -> None:
    path = tmp_path / "TAXREF_v18.zip"
    path.write_bytes(b"n importe quoi")
    with pytest.raises(FileRefusedError, match="archive abîmée"):
        look_into(path)


def test_a_table_that_lacks_most_columns_is_no_taxref_and_they_are_not_all_named(tmp_path: Path) -> None:
    path = tmp_path / "TAXREF_petit.txt"
    path.write_text("CD_NOM\tLB_NOM\n197\tAlytes obstetricans\n", encoding="utf-8")
    with pytest.raises(FileRefusedError, match="n’est pas un fichier TAXREF") as refused:
        look_into(path)
    assert "GROUP2_INPN" not in str(refused.value)
    without = [name for name in HEADERS["18"] if name not in ("FR", "RANG")]
    path.write_text("\t".join(without) + "\n", encoding="utf-8")
    with pytest.raises(FileRefusedError, match="n’a pas les colonnes RANG, FR"):
        look_into(path)


def test_wanted_columns_are_found_whatever_stands_between() -> None:
    assert picked(["B", " a ", "C"], ["C", "A"]) == [2, 1]
