import os
from pathlib import Path

import pytest

from fieldapp.hub import sqlite_storage
from fieldapp.hub.errors import StorageError
from fieldapp.hub.opening import open_storage
from tests.hub.storage_contract import add, make_change


def test_a_full_disk_is_told_and_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(tmp_path / "hub.db")
    storage = open_storage(path)
    storage.migrate()
    project = storage.add_project("LPO").uid
    add(storage, project, make_change())
    storage.close()
    monkeypatch.setattr(sqlite_storage, "_OPTIONS", (*sqlite_storage._OPTIONS, "max_page_count = 120"))
    small = open_storage(path)
    many = [make_change(after='{"note":"%s"}' % ("x" * 500)) for _change in range(2000)]
    with pytest.raises(StorageError, match="est plein") as raised:
        add(small, project, *many)
    assert raised.value.again
    add(small, project, make_change())
    with small.reading(project) as reading:
        assert [item.number for item in reading.changes_after(0, "", (), 10)] == [1, 2]
    small.close()


def test_a_write_that_waits_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_storage, "BUSY_SECONDS", 0.01)
    one, other = (open_storage(str(tmp_path / "hub.db")) for _storage in range(2))
    one.migrate()
    project = one.add_project("LPO").uid
    with one.working(project):
        for storage in (one, other):
            with pytest.raises(StorageError, match="occupée") as raised, storage.working(project):
                pass
            assert raised.value.again
    with other.working(project) as work:
        assert work.last() == 0
    one.close()
    other.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows guards files by their folder")
def test_the_file_and_those_beside_it_are_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    before = os.umask(0o022)
    try:
        storage = open_storage(str(path))
        storage.migrate()
        modes = {found.name: found.stat().st_mode & 0o777 for found in tmp_path.iterdir()}
        storage.close()
    finally:
        os.umask(before)
    assert modes.keys() >= {"hub.db", "hub.db-wal", "hub.db-shm"}
    assert set(modes.values()) == {0o600}
