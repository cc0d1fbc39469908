"""Small files are written whole, with accents that a spreadsheet reads."""

from pathlib import Path

import pytest

from fieldapp.core.errors import FileRefusedError
from fieldapp.ui import files


def test_a_table_is_read_back_with_its_accents(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    files.write_table(path, ["Espèce", "n"], [["Grenouille à; point", 3]])
    assert path.read_bytes().decode("utf-8-sig") == 'Espèce;n\r\n"Grenouille à; point";3\r\n'


def test_a_folder_that_is_not_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match="n’existe pas"):
        files.write_text(tmp_path / "absent" / "a.csv", "x")


def test_any_text_makes_a_harmless_file_name() -> None:
    assert files.safe_name("../Crapaud / calamite") == "Crapaud___calamite"
    assert files.safe_name("///") == "fieldapp"


def test_the_own_folder_is_written_as_a_tilde_and_read_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    path = tmp_path / "Documents" / "a.csv"
    assert files.home_words(path) == str(Path("~/Documents/a.csv"))
    assert Path(files.home_words(path)).expanduser() == path
    assert files.home_words(tmp_path.parent / "b.csv") == str(tmp_path.parent / "b.csv")


def test_files_are_proposed_in_a_folder_that_is_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    documents = tmp_path / "Documents"
    monkeypatch.setattr(files._Memory, "folder", str(tmp_path / "stick taken out"))
    monkeypatch.setattr("fieldapp.ui.files.QStandardPaths.writableLocation", lambda _kind: str(documents))
    monkeypatch.setattr("fieldapp.ui.files.QDir.homePath", lambda: str(tmp_path))
    assert files.start_folder() == tmp_path
    assert not documents.exists()
    documents.mkdir()
    assert files.start_folder() == documents
    files._Memory.folder = str(tmp_path)
    assert files.start_folder() == tmp_path
