"""Folders and files without the right to write or read, by a user who is no administrator."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp.store import backup, instance, records
from fieldapp.store.connection import open_database
from tests.faults.conftest import without_rights
from tests.store.ponds import PONDS, make


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """Return a folder with a database in which another user may look and not write, reachable from the root."""
    for parent in (tmp_path, *tmp_path.parents):
        if parent.stat().st_uid == os.getuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o055)
    folder = tmp_path / "base"
    with open_database(folder / "fieldapp.db", [PONDS]) as db:
        records.save(db, [make("group", name="A")], "aire")
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)


def test_a_database_in_a_folder_without_rights_is_refused_with_what_to_do(locked: Path) -> None:
    before = (locked / "fieldapp.db").read_bytes()
    said = without_rights(lambda: open_database(locked / "fieldapp.db", [PONDS]))
    assert said.startswith(f"DatabaseError: Impossible d’écrire la base {locked / 'fieldapp.db'}.")
    assert "choisissez un autre dossier" in said
    assert (locked / "fieldapp.db").read_bytes() == before


def test_a_new_database_in_a_folder_without_rights_is_refused_with_what_to_do(locked: Path) -> None:
    for name in ("new.db", "deeper/new.db"):
        said = without_rights(lambda name=name: open_database(locked / name, [PONDS]))  # type: ignore[misc]
        assert said.startswith(f"DatabaseError: Impossible d’écrire la base {locked / name}.")


def test_a_database_that_may_not_be_read_is_refused_with_what_to_do(locked: Path) -> None:
    (locked / "fieldapp.db").chmod(0o000)
    said = without_rights(lambda: open_database(locked / "fieldapp.db", [PONDS]))
    assert said.startswith(f"DatabaseError: Impossible d’écrire la base {locked / 'fieldapp.db'}.")


def test_a_folder_without_rights_cannot_be_held_and_says_so(locked: Path) -> None:
    said = without_rights(lambda: instance.hold(locked / "fieldapp.db"))
    assert said.startswith(f"DatabaseError: Impossible de réserver la base {locked / 'fieldapp.db'}")
    assert f"le dossier {locked} n’accepte pas d’écriture" in said


def test_a_backup_into_a_folder_without_rights_says_so_and_names_it(locked: Path, tmp_path: Path) -> None:
    with open_database(tmp_path / "own" / "fieldapp.db", [PONDS]) as db:
        records.save(db, [make("group", name="A")], "aire")
    for item in (tmp_path / "own", *(tmp_path / "own").iterdir()):
        item.chmod(0o777)
    said = without_rights(lambda: backup.copy_to(tmp_path / "own" / "fieldapp.db", locked / "copy.db"))
    assert said.startswith(f"DatabaseError: La sauvegarde {locked / 'copy.db'} n’a pas pu être écrite")


def test_a_restore_into_a_folder_without_rights_changes_nothing(locked: Path, tmp_path: Path) -> None:
    good = backup.make(locked / "fieldapp.db", tmp_path / "copies")
    good.chmod(0o444)
    before = (locked / "fieldapp.db").read_bytes()
    said = without_rights(lambda: backup.restore(good, locked / "fieldapp.db"))
    assert said.startswith("DatabaseError: ")
    assert str(locked) in said
    assert (locked / "fieldapp.db").read_bytes() == before
