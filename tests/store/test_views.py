import sqlite3

from fieldapp.core.record import Record
from fieldapp.core.schema import Entity, Field, Kind, StudyProtocol
from fieldapp.store import records, views
from fieldapp.store.connection import Database, open_database
from tests.store.ponds import PONDS, make, no_taxa


def plain(db: Database, sql: str) -> list[tuple[object, ...]]:
    """Return rows as any other program would read them from the file."""
    connection = sqlite3.connect(db.path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def columns(db: Database, view: str) -> list[object]:
    return [row[1] for row in plain(db, f'PRAGMA table_info("{view}")')]


def test_another_program_reads_one_column_per_field(db: Database) -> None:
    visit = make("visit", None, visited_on="2026-03-01", passage=2, methods=["4", "5"], dry=True)
    seen = make("seen", visit, cd_nom=197, count=12)
    records.save(db, [visit, seen], "passage")
    assert views.refresh(db) is True
    assert columns(db, "ponds_visit") == [
        "uid", "parent", "on_date", "cd_nom", "visited_on", "passage", "methods", "dry", "comments",
    ]  # fmt: skip
    assert plain(db, "SELECT * FROM ponds_visit") == [
        (visit.uid, None, "2026-03-01", None, "2026-03-01", 2, '["4","5"]', 1, None)
    ]
    assert plain(db, "SELECT uid, parent, on_date, cd_nom, count, note FROM ponds_seen") == [
        (seen.uid, visit.uid, None, 197, 12, None)
    ]


def test_a_field_that_repeats_the_taxon_column_is_not_doubled(db: Database) -> None:
    views.refresh(db)
    assert columns(db, "ponds_seen") == ["uid", "parent", "on_date", "cd_nom", "count", "note"]


def test_deleted_records_are_left_out(db: Database) -> None:
    group = make("group", name="A")
    records.save(db, [group], "aire")
    views.refresh(db)
    assert plain(db, "SELECT name FROM ponds_group") == [("A",)]
    records.delete(db, group.uid, "supprimer")
    assert plain(db, "SELECT name FROM ponds_group") == []


def test_views_are_made_again_only_when_the_fields_changed(db: Database) -> None:
    assert [views.refresh(db), views.refresh(db)] == [True, False]
    longer = Entity("group", "Aire", "Aires", None, (*PONDS.entity("group").fields, Field("code", Kind.TEXT, "C")), str)
    other = StudyProtocol("ponds", "1.3", "Mares", (longer,), {}, {}, no_taxa)
    db.close()
    with open_database(db.path, [other]) as again:
        assert views.refresh(again) is True
        assert columns(again, "ponds_group") == ["uid", "parent", "on_date", "cd_nom", "name", "code"]
        assert plain(again, "SELECT name FROM sqlite_master WHERE type = 'view'") == [("ponds_group",)]


def test_names_from_outside_are_only_names(db: Database) -> None:
    hostile = ['a"b', "c'd", "e;DROP TABLE record;--", "f g", "é", "UID", "select", "$.x", "a]b", "[0]"]
    entity = Entity("o'b\"s", "O", "O", None, tuple(Field(name, Kind.TEXT, name) for name in hostile), str)
    protocol = StudyProtocol("p'r\"o;--", "1", "P", (entity,), {}, {}, no_taxa)
    db.close()
    with open_database(db.path, [protocol]) as again:
        views.refresh(again)
        data = {name: f"value of {name}" for name in hostile}
        record = Record("0190a000-0000-7000-8000-000000000001", protocol.code, entity.code, None, data)
        records.save(again, [record], "essai")
        name = views.view_name(protocol.code, entity).replace('"', '""')
        assert plain(again, f'SELECT * FROM "{name}"') == [(record.uid, None, None, None, *data.values())]
        assert columns(again, name) == ["uid", "parent", "on_date", "cd_nom", *(
            "UID_" if field == "UID" else field for field in hostile
        )]  # fmt: skip
        assert again.value("SELECT count(*) FROM record") == 1
