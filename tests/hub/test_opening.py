import sqlite3
from pathlib import Path

from fieldapp.hub.opening import open_storage
from tests.hub.storage_contract import refused


def test_a_new_file_becomes_a_hub(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    for _time in range(2):
        storage = open_storage(str(path))
        storage.migrate()
        storage.add_project("LPO")
        assert len(storage.projects()) == 1
        storage.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_what_was_opened_and_not_used_is_opened_again(storage_url: str) -> None:
    storage = open_storage(storage_url)
    storage.close()
    storage = open_storage(storage_url)
    storage.migrate()
    assert storage.projects() == []
    storage.close()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert str(tmp_path / "no") in refused(str(tmp_path / "no" / "hub.db"), "n’existe pas")
    refused(str(tmp_path), "est un dossier")


def test_a_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    path.write_bytes(b"Le journal de la mare\n" * 100)
    refused(str(path), "n’est pas une base de données")
    other = tmp_path / "laptop.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE record (uid TEXT)")
    connection.close()
    before = other.read_bytes()
    refused(str(other), "autre programme")
    assert other.read_bytes() == before
