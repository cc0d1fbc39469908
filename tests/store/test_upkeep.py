"""What the program does for a database while it is in use."""

from pathlib import Path

import pytest

from fieldapp.core.errors import DamagedDatabaseError
from fieldapp.store import backup, disk, media, records, upkeep
from fieldapp.store.connection import Database, open_database
from tests.store.photographs import photograph
from tests.store.ponds import PONDS, make


def test_a_whole_file_passes_and_a_damaged_one_is_named(path: Path) -> None:
    with open_database(path, [PONDS]) as db:
        records.save(db, [make("group", name="x" * 2000) for _ in range(100)], "aires")
    upkeep.check_file(path)
    content = bytearray(path.read_bytes())
    content[20_000:60_000] = bytes(40_000)
    path.write_bytes(content)
    with pytest.raises(DamagedDatabaseError, match="restaurez"):
        upkeep.check_file(path)


def test_a_backup_is_made_and_old_ones_go(path: Path, db: Database) -> None:
    made = [upkeep.back_up(path) for _ in range(13)]
    kept = [item.path for item in backup.list_backups(path)]
    assert made[-1] in kept
    assert len(kept) < len(made)


def test_what_was_saved_since_the_newest_backup_is_copied_at_closing_and_only_then(path: Path, db: Database) -> None:
    upkeep.back_up_at_closing(path)
    assert backup.list_backups(path) == []
    records.save(db, [make("group", name="une")], "aire")
    for _time in range(2):
        upkeep.back_up_at_closing(path)
        assert len(backup.list_backups(path)) == 1


def test_a_backup_takes_up_photos_that_a_crash_left_without_a_row(path: Path, db: Database, tmp_path: Path) -> None:
    kept = media.keep(db, photograph(tmp_path / "a.jpg"))
    with db.transaction() as connection:
        connection.execute("DELETE FROM media")
    upkeep.back_up(path)
    assert media.get(db, kept.sha256) is not None


def test_closing_never_waits_for_a_large_database_nor_fails_on_a_full_disk(
    path: Path, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    records.save(db, [make("group", name="une")], "aire")
    monkeypatch.setattr(disk, "SPARE_BYTES", 1 << 60)
    upkeep.back_up_at_closing(path)
    monkeypatch.undo()
    monkeypatch.setattr(upkeep, "CLOSING_BACKUP_BYTES", 100)
    upkeep.back_up_at_closing(path)
    assert backup.list_backups(path) == []


def test_records_are_counted_with_those_deleted(db: Database) -> None:
    kept, gone = make("group", name="une"), make("group", name="deux")
    records.save(db, [kept, gone], "aires")
    records.delete(db, gone.uid, "supprimer")
    assert upkeep.counts(db) == {"ponds.group": {"all": 2, "deleted": 1}}
