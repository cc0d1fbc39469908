"""Files beside a database, room on the disk, and the wait for the disk."""

import os
from pathlib import Path

import pytest

from fieldapp.core.errors import DatabaseError
from fieldapp.store import disk, instance, records
from fieldapp.store.connection import Database
from tests.store.ponds import make


def test_all_files_that_sqlite_and_the_lock_make_belong_to_the_database(db: Database) -> None:
    records.save(db, [make("group", name="A")], "aire")
    with instance.hold(db.path):
        there = {path for path in db.path.parent.iterdir() if not path.name.endswith(".lock-journal")}
    assert there <= set(disk.files_of(db.path))
    assert len(there) == 4
    assert disk.size(db.path) == db.path.stat().st_size + Path(f"{db.path}-wal").stat().st_size


def test_a_copy_that_would_fill_the_disk_is_refused(tmp_path: Path) -> None:
    disk.refuse_full(tmp_path, 0)
    with pytest.raises(DatabaseError, match="Libérez de la place"):
        disk.refuse_full(tmp_path, 1 << 60)


def test_files_and_folders_are_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda handle: waited.append(os.fstat(handle).st_ino))
    file = tmp_path / "a"
    file.touch()
    disk.to_disk(file)
    disk.to_disk(tmp_path)
    assert waited == [file.stat().st_ino, tmp_path.stat().st_ino]
