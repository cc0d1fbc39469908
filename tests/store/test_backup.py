import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fieldapp.core.errors import (
    AlreadyOpenError,
    DamagedDatabaseError,
    DatabaseError,
    FileRefusedError,
    NewerDatabaseError,
)
from fieldapp.store import backup, disk, instance, integrity, migrations, records
from fieldapp.store.connection import Database, open_database
from tests.store.ponds import PONDS, make

EVENING = datetime(2026, 11, 20, 20, 40, tzinfo=UTC)


def names(path: Path) -> list[str]:
    with open_database(path, [PONDS]) as db:
        return [str(record.data["name"]) for record in records.roots(db, "ponds", "group")]


def add(db: Database, name: str) -> None:
    records.save(db, [make("group", name=name)], "aire")


def folder(db: Database) -> Path:
    return db.path.parent / "fieldapp-sauvegardes"


def test_a_backup_is_one_file_with_everything_named_by_its_moment(db: Database) -> None:
    add(db, "A")
    made = backup.make(db.path, now=EVENING)
    assert made == folder(db) / "fieldapp-2026-11-20T204000.db"
    assert [file.name for file in made.parent.iterdir()] == [made.name]
    content = backup.verify(made)
    assert (content.version, content.records, content.changes) == (migrations.VERSION, 1, 1)
    assert backup.list_backups(db.path) == [backup.Backup(made, EVENING, made.stat().st_size)]


def test_a_backup_holds_what_is_still_in_the_log(db: Database) -> None:
    add(db, "A")
    assert Path(f"{db.path}-wal").stat().st_size > 0
    copy = backup.make(db.path)
    assert names(copy) == ["A"]


def test_a_backup_may_be_read_where_nothing_may_be_written(db: Database) -> None:
    add(db, "A")
    made = backup.make(db.path)
    made.chmod(0o444)
    raw = sqlite3.connect(f"{made.as_uri()}?mode=ro", uri=True)
    assert raw.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert raw.execute("SELECT count(*) FROM record").fetchone() == (1,)
    raw.close()


def test_two_backups_of_the_same_second_are_two_files(db: Database) -> None:
    add(db, "A")
    made = [backup.make(db.path, now=EVENING) for _number in range(3)]
    assert [item.path for item in backup.list_backups(db.path)] == made[::-1]


def test_a_backup_is_refused_without_a_database(path: Path) -> None:
    with pytest.raises(FileRefusedError, match="rien à sauvegarder"):
        backup.make(path)
    assert not path.exists()


@pytest.mark.parametrize("target", ["folder", "same"])
def test_a_backup_never_writes_over_the_database_or_a_folder(db: Database, target: str) -> None:
    with pytest.raises(FileRefusedError, match="donnez un autre nom"):
        backup.copy_to(db.path, db.path if target == "same" else db.path.parent)
    assert integrity.check(db).problems == []


def test_other_files_beside_the_backups_are_not_taken_for_backups(db: Database) -> None:
    folder(db).mkdir()
    for name in ("fieldapp-2026-13-41T204000.db", "fieldapp-x.db", "other-2026-11-20T204000.db", "notes.txt"):
        (folder(db) / name).touch()
    (folder(db) / "fieldapp-2026-11-20T204000.db").mkdir()
    (folder(db) / f"fieldapp-2026-11-20T204000.db.77{backup.PARTIAL}").touch()
    assert backup.list_backups(db.path) == []
    assert backup.newest_good(db.path) is None


def test_a_backup_is_due_when_something_was_saved_since_one_that_is_two_hours_old(db: Database) -> None:
    assert not backup.due(db.path, EVENING)
    add(db, "A")
    assert backup.due(db.path, EVENING)
    backup.make(db.path, now=EVENING)
    assert not backup.is_behind(db.path, EVENING)
    add(db, "B")
    assert backup.is_behind(db.path, EVENING)
    assert not backup.due(db.path, EVENING + backup.AGAIN_AFTER - timedelta(minutes=1))
    assert backup.due(db.path, EVENING + backup.AGAIN_AFTER)
    backup.make(db.path, now=EVENING + timedelta(days=1))
    assert not backup.due(db.path, EVENING + timedelta(days=2))
    assert not backup.due(db.path.with_name("none.db"), EVENING)


def test_a_copy_replaces_an_older_backup_and_nothing_else(db: Database, tmp_path: Path) -> None:
    add(db, "A")
    target = tmp_path / "copy.db"
    backup.copy_to(db.path, target)
    add(db, "B")
    assert names(backup.copy_to(db.path, target)) == ["A", "B"]
    # From here on the copy has been opened as a database.
    before = target.read_bytes()
    with pytest.raises(FileRefusedError, match="n’est pas une simple sauvegarde"):
        backup.copy_to(db.path, target)
    assert target.read_bytes() == before


@pytest.mark.parametrize("beside", ["-wal", "-journal", ".lock"])
@pytest.mark.parametrize("there", [True, False])
def test_a_copy_is_refused_where_a_log_or_a_lock_lies(db: Database, tmp_path: Path, beside: str, there: bool) -> None:
    """SQLite would play the log of another database into the copy."""
    target = tmp_path / "copy.db"
    if there:
        backup.copy_to(db.path, target)
    Path(f"{target}{beside}").write_bytes(b"x")
    with pytest.raises(FileRefusedError, match="rien n’a été écrit"):
        backup.copy_to(db.path, target)
    assert target.exists() == there


def test_a_copy_never_replaces_a_file_of_another_kind(db: Database, tmp_path: Path) -> None:
    photo, other = tmp_path / "photo.jpg", tmp_path / "other.db"
    photo.write_bytes(b"light" * 99)
    another_programs_file(other)
    for target in (photo, other):
        before = target.read_bytes()
        with pytest.raises(FileRefusedError, match="n’est pas une simple sauvegarde"):
            backup.copy_to(db.path, target)
        assert target.read_bytes() == before


def test_a_backup_is_on_the_disk_before_it_has_its_name_and_its_name_after(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(db, "A")
    steps: list[tuple[str, int]] = []
    replace = os.replace
    monkeypatch.setattr(os, "fsync", lambda handle: steps.append(("fsync", os.fstat(handle).st_ino)))

    def renamed(old: Path, new: Path) -> None:
        steps.append(("replace", old.stat().st_ino))
        replace(old, new)

    monkeypatch.setattr(os, "replace", renamed)
    made = backup.make(db.path)
    file = made.stat().st_ino
    assert steps == [("fsync", file), ("replace", file), ("fsync", made.parent.stat().st_ino)]


def test_the_newest_good_backup_passes_over_damaged_ones(db: Database) -> None:
    made = []
    for day in range(3):
        add(db, str(day))
        made.append(backup.make(db.path, now=EVENING + timedelta(days=day)))
    made[2].write_bytes(made[2].read_bytes()[:5000])
    found = backup.newest_good(db.path, EVENING + timedelta(days=3))
    assert found is not None
    assert found.path == made[1]


def test_after_a_wrong_clock_the_backup_with_the_later_change_is_the_newest(db: Database) -> None:
    add(db, "A")
    backup.make(db.path, now=EVENING)
    add(db, "B")
    wrong = backup.make(db.path, now=EVENING + timedelta(days=4000))
    found = backup.newest_good(db.path, EVENING)
    assert found is not None
    assert found.path == wrong
    add(db, "C")
    right = backup.make(db.path, now=EVENING + timedelta(hours=1))
    found = backup.newest_good(db.path, EVENING + timedelta(hours=1))
    assert found is not None
    assert found.path == right


def fake(db: Database, moments: list[datetime]) -> None:
    """Give one good backup many names."""
    add(db, "A")
    made = backup.make(db.path, now=moments[0])
    for moment in moments[1:]:
        (folder(db) / f"fieldapp-{moment.strftime('%Y-%m-%dT%H%M%S')}.db").hardlink_to(made)


def kept(db: Database) -> list[datetime]:
    return [item.made_at for item in backup.list_backups(db.path)]


def test_rotation_keeps_the_last_ones_one_a_day_and_one_a_month(db: Database) -> None:
    three_years = [EVENING - timedelta(hours=12 * number) for number in range(2 * 365 * 3)]
    fake(db, three_years)
    deleted = backup.rotate(db.path, EVENING)
    left = kept(db)
    assert left[:10] == three_years[:10]
    assert [moment for moment in left if EVENING - moment < timedelta(days=14)] == sorted(
        {*three_years[:10], *three_years[0:28:2]}, reverse=True
    )
    older = [moment for moment in left if EVENING - moment >= timedelta(days=14)]
    # Of the 24 months up to November 2026, November's newest is among the last ones.
    months = (
        [(2026, month) for month in range(10, 0, -1)] + [(2025, month) for month in range(12, 0, -1)] + [(2024, 12)]
    )
    assert [(moment.year, moment.month) for moment in older] == months
    assert {moment.day for moment in older} == {28, 30, 31}
    assert len(deleted) == len(three_years) - len(left)
    assert backup.rotate(db.path, EVENING) == []


def test_rotation_with_a_clock_gone_back_deletes_neither_the_new_nor_the_newest_good_one(db: Database) -> None:
    fake(db, [EVENING + timedelta(days=400 + number) for number in range(30)])
    add(db, "B")
    new = backup.make(db.path, now=EVENING)
    backup.rotate(db.path, EVENING)
    left = backup.list_backups(db.path)
    assert new in [item.path for item in left]
    assert len(left) == 11
    found = backup.newest_good(db.path, EVENING)
    assert found is not None
    assert found.path == new


def test_rotation_never_deletes_the_only_good_one(db: Database) -> None:
    fake(db, [EVENING - timedelta(minutes=number) for number in range(40)])
    only = backup.list_backups(db.path)[30]
    for item in backup.list_backups(db.path):
        if item != only:
            item.path.unlink()
            item.path.write_bytes(b"damaged")
    backup.rotate(db.path, EVENING)
    assert only.path.exists()


def test_rotation_takes_away_what_a_crash_left_long_ago_and_nothing_else(db: Database) -> None:
    fake(db, [EVENING])
    old, young = (folder(db) / f"fieldapp-x.db.{number}{backup.PARTIAL}" for number in (1, 2))
    old.touch()
    young.touch()
    now = datetime.now(UTC)
    backup.rotate(db.path, now)
    assert old.exists()
    backup.rotate(db.path, now + timedelta(days=3))
    assert not old.exists()
    assert not young.exists()
    assert len(kept(db)) == 1


def test_restoring_gives_back_the_backup_and_keeps_the_former_database(db: Database) -> None:
    add(db, "A")
    made = backup.make(db.path, now=EVENING)
    add(db, "B")
    db.close()
    done = backup.restore(made, db.path, now=EVENING)
    assert (done.backup, done.content.records) == (made, 1)
    assert [file.name for file in done.kept] == ["fieldapp-avant-restauration-2026-11-20T204000.db"]
    assert names(db.path) == ["A"]
    assert names(done.kept[0]) == ["A", "B"]
    assert names(made) == ["A"]


def test_what_was_still_in_the_log_is_kept_with_the_former_database(db: Database, tmp_path: Path) -> None:
    """A program that was killed leaves its last saves in the log: they stay readable, and out of the new database."""
    add(db, "A")
    made = backup.make(db.path, now=EVENING)
    add(db, "B")
    killed = tmp_path / "killed.db"
    for ending in ("", "-wal", "-shm"):
        Path(f"{killed}{ending}").write_bytes(Path(f"{db.path}{ending}").read_bytes())
    done = backup.restore(made, killed, now=EVENING)
    assert len(done.kept) == 1
    assert names(killed) == ["A"]
    assert names(done.kept[0]) == ["A", "B"]


def test_restoring_where_there_is_no_database_makes_one(db: Database, tmp_path: Path) -> None:
    add(db, "A")
    done = backup.restore(backup.make(db.path), tmp_path / "new" / "fieldapp.db")
    assert done.kept == ()
    assert names(tmp_path / "new" / "fieldapp.db") == ["A"]


def test_two_restores_of_the_same_second_keep_both_former_databases(db: Database) -> None:
    add(db, "A")
    made = backup.make(db.path, now=EVENING)
    db.close()
    first, second = (backup.restore(made, db.path, now=EVENING).kept[0] for _number in range(2))
    assert first != second
    assert first.exists()
    assert second.exists()


def test_restoring_is_refused_while_the_program_holds_the_database(db: Database) -> None:
    add(db, "A")
    made = backup.make(db.path)
    db.close()
    before = db.path.read_bytes()
    with instance.hold(db.path) as held:
        with pytest.raises(AlreadyOpenError, match="déjà ouverte"):
            backup.restore(made, db.path)
        assert db.path.read_bytes() == before
        assert names(backup.restore(made, db.path, held=held).kept[0]) == ["A"]
        with pytest.raises(AlreadyOpenError):
            instance.hold(db.path)


def another_programs_file(path: Path) -> None:
    raw = sqlite3.connect(path)
    raw.execute("CREATE TABLE other (x)")
    raw.close()


def newer_file(path: Path) -> None:
    open_database(path).close()
    raw = sqlite3.connect(path)
    raw.execute(f"PRAGMA user_version = {migrations.VERSION + 1}")
    raw.close()


@pytest.mark.parametrize(
    ("spoil", "error", "words"),
    [
        (lambda path: None, FileRefusedError, "n’est pas un fichier"),
        (lambda path: path.mkdir(), FileRefusedError, "n’est pas un fichier"),
        (lambda path: path.touch(), FileRefusedError, "n’est pas une base de fieldapp"),
        (lambda path: path.write_bytes(b"uid;name\n" * 999), DamagedDatabaseError, "abîmée"),
        (lambda path: path.write_bytes(b"\0" * 10_000_000), DamagedDatabaseError, "abîmée"),
        (another_programs_file, FileRefusedError, "n’est pas une base de fieldapp"),
        (newer_file, NewerDatabaseError, "Mettez le programme à jour"),
    ],
)
def test_a_file_that_is_no_good_backup_changes_nothing(
    db: Database, tmp_path: Path, spoil: object, error: type[Exception], words: str
) -> None:
    add(db, "A")
    db.close()
    before = db.path.read_bytes()
    file = tmp_path / "file.db"
    assert callable(spoil)
    spoil(file)
    with pytest.raises(error, match=words):
        backup.restore(file, db.path)
    assert db.path.read_bytes() == before
    assert [item.suffix for item in db.path.parent.iterdir() if item.suffix != ".lock"] == [".db"]


def test_the_database_is_not_its_own_backup(db: Database) -> None:
    db.close()
    with pytest.raises(FileRefusedError, match="choisissez une autre sauvegarde"):
        backup.restore(db.path, db.path)


def test_a_restore_or_a_backup_is_refused_before_it_starts_when_the_disk_is_too_full(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(db, "A")
    made = backup.make(db.path)
    db.close()
    before = db.path.read_bytes()
    monkeypatch.setattr(disk, "SPARE_BYTES", 1 << 60)
    for work in (lambda: backup.make(db.path), lambda: backup.restore(made, db.path)):
        with pytest.raises(DatabaseError, match=r"Il reste \d+ Mo"):
            work()
    assert db.path.read_bytes() == before
    assert [item.path for item in backup.list_backups(db.path)] == [made]


def test_a_copy_of_a_damaged_database_is_not_kept(db: Database) -> None:
    records.save(db, [make("group", name="x" * 500) for _number in range(500)], "aires")
    good = backup.make(db.path, now=EVENING)
    db.close()
    content = bytearray(db.path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 8192] = b"\xff" * 8192
    db.path.write_bytes(content)
    with pytest.raises(DamagedDatabaseError):
        backup.make(db.path, now=EVENING + timedelta(days=1))
    assert [item.path for item in backup.list_backups(db.path)] == [good]
    assert [item.name for item in good.parent.iterdir()] == [good.name]


def test_a_backup_made_before_the_last_saves_lacks_just_these(db: Database) -> None:
    add(db, "A")
    made = backup.make(db.path)
    assert backup.compare(made, db.path) == backup.Difference(lost=0, gained=0, shared=1)
    add(db, "B")
    add(db, "C")
    assert backup.compare(made, db.path) == backup.Difference(lost=2, gained=0, shared=1)


def test_a_backup_of_another_database_is_not_taken_for_the_same_by_its_numbers(db: Database, tmp_path: Path) -> None:
    add(db, "A")
    with open_database(tmp_path / "autre" / "fieldapp.db", [PONDS]) as other:
        add(other, "Z")
        made = backup.make(other.path)
    found = backup.compare(made, db.path)
    assert found == backup.Difference(lost=1, gained=1, shared=0)
    assert found.is_foreign


def test_a_copy_that_went_on_elsewhere_shares_what_was_before(db: Database, tmp_path: Path) -> None:
    add(db, "A")
    elsewhere = backup.copy_to(db.path, tmp_path / "cle.db")
    add(db, "B")
    with open_database(elsewhere, [PONDS]) as other:
        add(other, "C")
        add(other, "D")
        made = backup.make(other.path)
    found = backup.compare(made, db.path)
    assert found == backup.Difference(lost=1, gained=2, shared=1)
    assert not found.is_foreign


def test_a_backup_of_another_database_does_not_count_as_todays_copy(db: Database, tmp_path: Path) -> None:
    add(db, "A")
    with open_database(tmp_path / "autre" / "fieldapp.db", [PONDS]) as other:
        add(other, "Z")
        backup.make(other.path, folder(db), now=EVENING - timedelta(days=1))
    assert backup.due(db.path, EVENING)
