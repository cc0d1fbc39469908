from pathlib import Path

import pytest

from fieldapp.core import paths


def test_one_variable_moves_everything_of_the_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path / "stick"))
    for place in (paths.data_folder(), paths.config_folder(), paths.cache_folder(), paths.default_database()):
        assert place.is_relative_to(tmp_path / "stick")
    assert len({paths.data_folder(), paths.config_folder(), paths.cache_folder()}) == 3


def test_without_it_the_data_lie_below_the_persons_own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(paths.HOME_VARIABLE)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert paths.data_folder().name == "fieldapp"
    assert paths.default_database().name == "fieldapp.db"
    assert paths.default_database().parent == paths.data_folder()


def test_asking_for_a_place_makes_nothing(own_folders: Path) -> None:
    paths.data_folder()
    paths.config_folder()
    paths.backup_folder(paths.default_database())
    assert not own_folders.exists()


def test_two_databases_in_one_folder_have_backups_of_their_own() -> None:
    folder = Path("/x")
    assert paths.backup_folder(folder / "a.db") != paths.backup_folder(folder / "b.db")
    assert paths.backup_folder(folder / "a.db").parent == folder


def test_what_comes_with_the_program_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert paths.resource("icons").is_dir()
    (tmp_path / "resources" / "icons").mkdir(parents=True)
    monkeypatch.setattr("sys._MEIPASS", str(tmp_path), raising=False)  # where a frozen program unpacks itself
    assert paths.resource("icons") == tmp_path / "resources" / "icons"
