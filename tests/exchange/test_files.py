import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from fieldapp.core.errors import FileRefusedError, StrangeColumnsError
from fieldapp.core.exchange import Importer
from fieldapp.exchange import files
from fieldapp.exchange.files import TextTable, likeliest, of_no_kind, open_for
from fieldapp.protocols.pop_amphibiens.shf_reading import ShfParser

WANTED = ("a", "b", "c")


def kind_of_file(wanted: tuple[str, ...] = WANTED, separator: str = ";") -> Importer:
    """Return a kind of file with these columns; its rows are only opened here, never parsed."""
    return Importer("kind", "", wanted, separator, ShfParser, {})


def open_table(path: Path, wanted: tuple[str, ...], separator: str, encoding: str = "utf-8") -> TextTable:
    return open_for(kind_of_file(wanted, separator), path, encoding)


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    return path


def refusal(path: Path, encoding: str = "utf-8") -> str:
    with pytest.raises(FileRefusedError) as refused:
        list(open_table(path, WANTED, ";", encoding).lines())
    assert str(path) in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["without BOM", "with BOM"])
def test_utf8_is_read_with_or_without_a_mark(tmp_path: Path, mark: bytes) -> None:
    table = open_table(written(tmp_path, mark + "a;b;c\r\né;2;3\r\n".encode()), WANTED, ";")
    assert [(line.number, line.cells) for line in table.lines()] == [(2, ["é", "2", "3"])]
    assert table.notes == ()


def test_line_numbers_are_those_of_the_file(tmp_path: Path) -> None:
    table = open_table(written(tmp_path, b'a;b;c\n1;"x\ny";3\n\n4;5;6\n'), WANTED, ";")
    assert [line.number for line in table.lines()] == [2, 5]


def test_the_rows_can_be_walked_twice(tmp_path: Path) -> None:
    table = open_table(written(tmp_path, b"a;b;c\n1;2;3\n"), WANTED, ";")
    assert list(table.lines()) == list(table.lines())


def test_reordered_columns_are_read_by_name_and_said(tmp_path: Path) -> None:
    table = open_table(written(tmp_path, b"c;a;b\n3;1;2\n"), WANTED, ";")
    assert [list(line.cells or ()) for line in table.lines()] == [["1", "2", "3"]]
    assert "ordre habituel" in table.notes[0]


def test_unknown_columns_are_left_aside_and_named(tmp_path: Path) -> None:
    table = open_table(written(tmp_path, b"a;b;extra;c\n1;2;x;3\n"), WANTED, ";")
    assert [list(line.cells or ()) for line in table.lines()] == [["1", "2", "3"]]
    assert "extra" in table.notes[0]


def test_names_of_columns_may_have_capitals_and_blanks(tmp_path: Path) -> None:
    table = open_table(written(tmp_path, b"A; b ;C\n1;2;3\n"), WANTED, ";")
    assert [list(line.cells or ()) for line in table.lines()] == [["1", "2", "3"]]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    sentence = refusal(written(tmp_path, b"a;c\n1;3\n"))
    assert "colonne b" in sentence
    assert "ajoutez-la" in sentence


def test_a_doubled_column_is_named(tmp_path: Path) -> None:
    assert "deux fois la colonne b" in refusal(written(tmp_path, b"a;b;c;b\n1;2;3;4\n"))


@pytest.mark.parametrize(("separator", "name"), [(",", "virgule"), ("\t", "tabulation"), ("|", "barre")])
def test_another_separator_is_named(tmp_path: Path, separator: str, name: str) -> None:
    sentence = refusal(written(tmp_path, separator.join("abc").encode() + b"\n1\n"))
    assert name in sentence
    assert "« ; »" in sentence


def test_a_file_of_another_kind_is_told_what_its_header_should_be(tmp_path: Path) -> None:
    assert "a, b, c" in refusal(written(tmp_path, b"x;y\n1;2\n"))


@pytest.mark.parametrize(("cells", "word"), [(b"1;2", "manque"), (b"1;2;3;4", "guillemets")])
def test_a_row_with_too_few_or_too_many_cells_is_refused_alone(tmp_path: Path, cells: bytes, word: str) -> None:
    lines = list(open_table(written(tmp_path, b"a;b;c\n" + cells + b"\n4;5;6\n"), WANTED, ";").lines())
    assert lines[0].cells is None
    assert word in lines[0].fault
    assert lines[1].cells == ["4", "5", "6"]


def test_text_that_is_not_utf8_is_refused_with_its_line_and_the_way_out(tmp_path: Path) -> None:
    path = written(tmp_path, b"a;b;c\n1;2;3\nv\xe9lo;2;3\n")
    sentence = refusal(path)
    assert "ligne 3" in sentence
    assert "(cp1252)" in sentence
    assert "--encoding" not in sentence  # the window has no options
    assert [line.cells for line in open_table(path, WANTED, ";", "cp1252").lines()][1] == ["vélo", "2", "3"]


def test_text_that_is_not_in_the_encoding_asked_for_is_refused(tmp_path: Path) -> None:
    assert "cp1252" in refusal(written(tmp_path, b"a;b;c\n\x81;2;3\n"), "cp1252")


def test_a_character_cut_at_the_end_is_refused(tmp_path: Path) -> None:
    assert "ligne 2" in refusal(written(tmp_path, b"a;b;c\n1;2;\xc3"))


def test_a_bad_character_is_found_beyond_the_first_block(tmp_path: Path) -> None:
    rows = b"1;2;3\n" * 300_000
    assert "ligne 300002" in refusal(written(tmp_path, b"a;b;c\n" + rows + b"\xff;2;3\n"))


def test_ten_megabytes_of_zeros_are_refused(tmp_path: Path) -> None:
    sentence = refusal(written(tmp_path, bytes(10_000_000)))
    assert "ligne 1" in sentence
    assert "octets nuls" in sentence


def test_utf16_is_refused_by_its_name(tmp_path: Path) -> None:
    assert "UTF-16" in refusal(written(tmp_path, "a;b;c\n1;2;3\n".encode("utf-16")))


def test_an_open_quotation_mark_is_refused_with_the_line_where_it_opens(tmp_path: Path) -> None:
    sentence = refusal(written(tmp_path, b'a;b;c\n1;2;3\n4;"5;6\n7;8;9\n'))
    assert "ligne 3" in sentence
    assert "guillemet" in sentence


def test_a_cell_of_half_a_million_characters_is_read(tmp_path: Path) -> None:
    table = open_table(written(tmp_path, b"a;b;c\n1;2;" + b"x" * 500_000 + b"\n"), WANTED, ";")
    assert [len(line.cells[2]) for line in table.lines() if line.cells] == [500_000]


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert "vide" in refusal(written(tmp_path, b""))


def test_a_file_of_empty_lines_is_refused(tmp_path: Path) -> None:
    assert "vide" in refusal(written(tmp_path, b"\n\n"))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "n’existe pas" in refusal(tmp_path / "nowhere.csv")


def test_a_directory_is_refused(tmp_path: Path) -> None:
    assert "dossier" in refusal(tmp_path)


def test_a_device_is_refused() -> None:
    assert "ordinaire" in refusal(Path("/dev/zero"))


def test_a_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_BYTES", 10)
    assert "trop gros" in refusal(written(tmp_path, b"a;b;c\n1;2;3\n"))


def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, b"a;b;c\n1;2;3\n")
    path.chmod(0)
    code = f"""
import os, sys
from pathlib import Path
from fieldapp.core.errors import FileRefusedError
from fieldapp.core.exchange import Importer
from fieldapp.exchange.files import open_for
if os.getuid() == 0:
    os.setuid(65534)
try:
    open_for(Importer("kind", "", {WANTED!r}, ";", lambda known: None, {{}}), Path({str(path)!r}))
except FileRefusedError as error:
    print(error)
"""
    # The folders of a test belong to whoever runs it; the file itself is what can't be read.
    for folder in path.parents:
        if folder.stat().st_uid == os.getuid() and folder.is_relative_to(tempfile.gettempdir()):
            folder.chmod(folder.stat().st_mode | 0o055)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert str(path) in done.stdout
    assert "droits" in done.stdout


# ----------------------------------------------------------------------- kinds of file from many hands

LENIENT = Importer(
    "lenient", "", WANTED, ";", ShfParser, {},
    required=("a",), aliases={"É": "b"}, separators=(",", "\t"), fallbacks=("cp1252", "iso-8859-15"),
    sheets=("Extrait",),
)  # fmt: skip


def cells_of(path: Path, importer: Importer = LENIENT) -> list[list[str]]:
    return [list(line.cells or ()) for line in open_for(importer, path).lines()]


def test_columns_that_are_not_required_may_be_missing_and_have_other_names(tmp_path: Path) -> None:
    assert cells_of(written(tmp_path, "é;A\n2;1\n".encode())) == [["1", "2", ""]]
    assert cells_of(written(tmp_path, b"a\n1\n")) == [["1", "", ""]]


def test_the_required_ones_may_not(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match="colonnes a"):
        open_for(LENIENT, written(tmp_path, b"b;c;d\n1;2;3\n"))


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_the_separator_is_found_by_the_header_and_said(tmp_path: Path, separator: str) -> None:
    path = written(tmp_path, "\n".join([separator.join("abc"), separator.join("123")]).encode())
    table = open_for(LENIENT, path)
    assert [list(line.cells or ()) for line in table.lines()] == [["1", "2", "3"]]
    assert bool(table.notes) is (separator != ";")


@pytest.mark.parametrize(
    ("content", "text", "encoding"),
    [("é".encode(), "é", ""), (b"\xe9", "é", "cp1252"), (b"\xe9\x81", "é\x81", "iso-8859-15")],
)
def test_text_that_is_not_in_utf8_is_read_in_the_first_encoding_that_fits_and_said(
    tmp_path: Path, content: bytes, text: str, encoding: str
) -> None:
    table = open_for(LENIENT, written(tmp_path, b"a;b;c\n" + content + b";2;3\n"))
    assert [list(line.cells or ()) for line in table.lines()] == [[text, "2", "3"]]
    assert [note for note in table.notes if encoding in note] == list(table.notes)
    assert bool(table.notes) is bool(encoding)


def test_an_encoding_that_the_person_names_is_not_doubted(tmp_path: Path) -> None:
    table = open_for(LENIENT, written(tmp_path, "a;b;c\né;2;3\n".encode()), "cp1252")
    assert [list(line.cells or ()) for line in table.lines()] == [["Ã©", "2", "3"]]


def test_lines_of_nothing_but_separators_are_left_out_of_such_files_only(tmp_path: Path) -> None:
    path = written(tmp_path, b"a;b;c\n;;\n1;2;3\n; ;\n")
    assert cells_of(path) == [["1", "2", "3"]]
    assert len(cells_of(path, kind_of_file())) == 3


def test_a_spreadsheet_is_read_where_the_kind_has_sheets_and_refused_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    book = openpyxl.Workbook()
    book.active.append(["Notice"])
    sheet = book.create_sheet("extrait")
    sheet.append(["c", "a"])
    sheet.append([3, 8680001])
    book.save(path)
    table = open_for(LENIENT, path)
    assert [(line.number, list(line.cells or ())) for line in table.lines()] == [(2, ["8680001", "", "3"])]
    assert table.notes == ("Feuille lue : « extrait ».",)
    with pytest.raises(FileRefusedError, match="octets nuls"):
        open_for(kind_of_file(), path)


OTHER = Importer("other", "", ("x", "y", "z"), ",", ShfParser, {})


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"x;y;z\n", "other"),  # with another separator than its own it is still that kind
        (b"a,b\n", "lenient"),
        (b"\xef\xbb\xbfx,y,z\n", "other"),
        (b"\x00\xff", "lenient"),
        (b"", "lenient"),
        (b'"open', "lenient"),
    ],
)
def test_the_likeliest_kind_of_file_has_most_of_the_columns(tmp_path: Path, content: bytes, code: str) -> None:
    assert likeliest([LENIENT, OTHER], written(tmp_path, content)).code == code


def test_a_file_of_no_kind_is_refused_in_the_terms_of_all_of_them(tmp_path: Path) -> None:
    path = written(tmp_path, b"x,y\n1,2\n")
    with pytest.raises(StrangeColumnsError) as one:
        open_for(kind_of_file(tuple("abcdefgh")), path)
    assert str(one.value) == (
        f"{path} n’est pas un fichier de cette sorte : sa première ligne devrait nommer les colonnes a, b, c, d, e, f…"
    )
    kinds = [replace(LENIENT, label="Carnet (une ligne par jour)"), replace(OTHER, label="Cahier")]
    first, second = (", ".join((kind.required or kind.columns)[:3]) for kind in kinds)
    assert str(of_no_kind(kinds, path)) == (
        f"{path} n’est d’aucune sorte connue. Sa première ligne devrait nommer les colonnes d’un de ces fichiers : "
        f"Carnet ({first}…) ; Cahier ({second}…)."
    )


def test_a_file_that_is_not_there_is_of_the_first_kind(tmp_path: Path) -> None:
    assert likeliest([LENIENT, OTHER], tmp_path / "absent.csv") is LENIENT
