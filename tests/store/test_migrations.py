import sqlite3
from pathlib import Path

from fieldapp.core.record import Record
from fieldapp.store import changes, drafts, integrity, media, migrations, records, taxa
from fieldapp.store.connection import open_database
from tests.store.ponds import PONDS

V1 = Path(__file__).parent / "fieldapp-v1.sql"
"""A database of the first release as SQL text, with rows: what every later program must open."""


def test_a_database_of_the_first_release_opens_with_everything_in_it(path: Path) -> None:
    path.parent.mkdir()
    old = sqlite3.connect(path)
    old.executescript(V1.read_text(encoding="utf-8"))
    old.close()
    with open_database(path, [PONDS]) as db:
        assert db.value("PRAGMA user_version") == migrations.VERSION
        assert records.roots(db, "ponds", "group") == [
            Record("0190a000-0000-7000-8000-000000000001", "ponds", "group", None, {"name": "Terrils"})
        ]
        assert [change.after for change in changes.history(db, "0190a000-0000-7000-8000-000000000001")] == [
            {"_parent": None, "name": "Terril"},
            {"name": "Terrils"},
        ]
        assert drafts.get(db, "visit:1") == {"passage": "2"}
        assert [taxon.nom_vern for taxon in taxa.search(db, "crete")] == ["Triton crêté"]
        lost = media.get(db, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        assert lost is not None
        assert (lost.file_name, lost.taken_at) == ("IMG_0042.JPG", "2026-03-18T07:41:00")
        assert media.missing(db) == [lost.sha256]
        assert len(integrity.check(db).problems) == 1  # the SQL text has no files with it
        assert changes.undo(db).label == "renommer"


def test_a_new_database_has_the_schema_of_the_first_release_and_all_migrations_since(path: Path) -> None:
    path.parent.mkdir()
    old = sqlite3.connect(":memory:")
    old.executescript(V1.read_text(encoding="utf-8"))
    query = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE '\\_sqlite%' ESCAPE '\\' ORDER BY name"
    with open_database(path) as new:
        migrations.apply(old)
        assert old.execute(query).fetchall() == new.rows(query)
    old.close()


def test_migrations_run_once(path: Path) -> None:
    with open_database(path) as db:
        migrations.apply(db.connection)
        assert db.rows("SELECT name FROM _sqlite_migrations") == [("m001_records",)]


def test_in_a_table_without_rowid_the_columns_of_the_key_come_first(path: Path) -> None:
    # SQLite 3.40.1 finds "NULL value in ..." in every other such table, and the program would call it damaged.
    with open_database(path) as db:
        tables = [name for name, without_rowid in db.rows("SELECT name, wr FROM pragma_table_list") if without_rowid]
        for table in tables:
            keys = [row[0] for row in db.rows("SELECT pk FROM pragma_table_info(?) ORDER BY cid", (table,))]
            found = [key for key in keys if key]
            assert sorted(keys[: len(found)]) == sorted(found), table
        assert "sensitivity" in tables
