import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from fieldapp.core.errors import DamagedDatabaseError, DatabaseError, FileRefusedError, NewerDatabaseError
from fieldapp.store import connection as connection_module
from fieldapp.store import integrity, migrations, records
from fieldapp.store.connection import Database, open_database
from tests.store.ponds import PONDS, make


def test_a_new_database_is_made_with_its_folder(path: Path) -> None:
    with open_database(path) as db:
        assert db.value("PRAGMA journal_mode") == "wal"
        assert db.value("PRAGMA synchronous") == 2  # FULL (source: sqlite.org/pragma.html#pragma_synchronous)
        assert db.value("PRAGMA foreign_keys") == 1
        assert db.value("PRAGMA user_version") == migrations.VERSION
        assert db.value("PRAGMA application_id") == migrations.APPLICATION_ID


def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    path.touch()
    with open_database(path) as db:
        assert integrity.check(db).problems == []


def test_a_folder_as_database_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match=f"{tmp_path} est un dossier"):
        open_database(tmp_path)


def test_a_database_of_a_newer_program_is_refused_untouched(path: Path) -> None:
    open_database(path).close()
    raw = sqlite3.connect(path)
    raw.execute(f"PRAGMA user_version = {migrations.VERSION + 1}")
    raw.close()
    before = path.read_bytes()
    with pytest.raises(NewerDatabaseError, match="Mettez le programme à jour"):
        open_database(path)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_the_database_of_another_program_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "carte.gpkg"
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA application_id = 1196444487")  # "GPKG"
    raw.execute("CREATE TABLE gpkg_contents (table_name TEXT)")
    raw.close()
    before = path.read_bytes()
    with pytest.raises(FileRefusedError, match="la base d’un autre programme"):
        open_database(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [b"\0" * 10_000_000, b"uid;name\n1;A\n" * 1000, b"SQLite format 3\0" + b"\xff" * 9000],
    ids=["zeros", "text", "header"],
)
def test_a_file_that_is_no_database_is_refused_untouched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "fieldapp.db"
    path.write_bytes(content)
    with pytest.raises(DamagedDatabaseError, match=r"restaurez la dernière bonne sauvegarde"):
        open_database(path)
    assert path.read_bytes() == content


def test_all_of_a_transaction_is_kept_or_none_of_it(db: Database) -> None:
    group = make("group", name="A")

    def interrupted() -> None:
        with db.transaction():
            records.save(db, [group], "aire")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        interrupted()
    assert records.get(db, group.uid) is None
    with db.transaction():
        records.save(db, [group], "aire")
    assert records.get(db, group.uid) == group


def test_two_connections_take_turns(db: Database) -> None:
    one, two = make("group", name="1"), make("group", name="2")
    inside, waiting = threading.Event(), threading.Event()

    def other() -> None:
        with open_database(db.path, [PONDS]) as second:
            inside.wait(10)
            waiting.set()
            records.save(second, [two], "aire")

    thread = threading.Thread(target=other)
    thread.start()
    with db.transaction():
        inside.set()
        assert waiting.wait(10)
        records.save(db, [one], "aire")
    thread.join(20)
    assert {record.uid for record in records.roots(db, "ponds", "group")} == {one.uid, two.uid}
    assert integrity.check(db).problems == []


def test_a_database_that_stays_busy_says_so_and_loses_nothing(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "BUSY_SECONDS", 0.05)
    first = make("group", name="1")
    with open_database(db.path, [PONDS]) as second:
        with db.transaction():
            records.save(db, [first], "aire")
            with pytest.raises(DatabaseError, match="occupée par un autre travail"):
                records.save(second, [make("group", name="2")], "aire")
        assert [record.uid for record in records.roots(second, "ponds", "group")] == [first.uid]


def test_reading_goes_on_while_another_connection_writes(db: Database) -> None:
    records.save(db, [make("group", name="1")], "aire")
    with open_database(db.path, [PONDS]) as second, db.transaction():
        records.save(db, [make("group", name="2")], "aire")
        assert records.count(second, "ponds", "group") == 1


def test_the_safety_copy_is_asked_for_before_an_old_database_changes(path: Path) -> None:
    with open_database(path, [PONDS]) as db:
        records.save(db, [make("group", name="A")], "aire")
        db.connection.execute("PRAGMA user_version = 0")
    seen: list[int] = []

    def copy(asked: Path) -> None:
        with sqlite3.connect(asked) as raw:
            seen.append(raw.execute("PRAGMA user_version").fetchone()[0])
        raw.close()

    open_database(path, [PONDS], before_migration=copy).close()
    assert seen == [0]
    open_database(path, [PONDS], before_migration=copy).close()
    open_database(path.with_name("new.db"), [PONDS], before_migration=copy).close()


@pytest.mark.skipif(os.name == "nt", reason="locks of POSIX systems")
def test_opening_a_second_time_keeps_the_locks_of_the_first(db: Database) -> None:
    """A program that closes a file by itself would lose SQLite's locks: another program then deletes the log in use."""
    open_database(db.path, [PONDS]).close()
    group = make("group", name="A")
    records.save(db, [group], "aire")
    code = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT count(*) FROM record'); c.close()"
    subprocess.run([sys.executable, "-c", code, str(db.path)], check=True)
    assert Path(f"{db.path}-wal").exists()
    late = make("group", name="B")
    records.save(db, [late], "aire")
    db.close()
    with open_database(db.path, [PONDS]) as again:
        assert {record.uid for record in records.roots(again, "ponds", "group")} == {group.uid, late.uid}
