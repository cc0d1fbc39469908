import sqlite3

import psycopg
import pytest

from fieldapp.hub import tables
from fieldapp.hub.errors import StorageError
from fieldapp.hub.opening import open_storage
from tests.hub.storage_contract import refused


@pytest.mark.postgresql
def test_every_table_can_be_parted_by_project(postgresql_url: str) -> None:
    storage = open_storage(postgresql_url)
    storage.migrate()
    storage.close()
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        names = {row[0] for row in connection.execute("SELECT relname FROM pg_class WHERE relkind = 'r' "
                 "AND relnamespace = 'public'::regnamespace")}  # fmt: skip
        assert len(names) > 10
        for name in names - tables.ACROSS_PROJECTS:
            connection.execute(f"CREATE TABLE parted_{name} (LIKE {name} INCLUDING ALL) PARTITION BY HASH (project)")
        first = connection.execute(
            "SELECT indrelid::regclass::text, attname FROM pg_index JOIN pg_attribute "
            "ON attrelid = indrelid AND attnum = indkey[0] WHERE indrelid::regclass::text = ANY(%s)",
            [list(names - tables.ACROSS_PROJECTS)],
        ).fetchall()
        assert {column for _table, column in first} == {"project"}
        assert connection.execute("SELECT count(*) FROM pg_constraint WHERE contype = 'f'").fetchone() == (0,)
        texts = connection.execute(
            "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'text' "
            "AND collation_name IS DISTINCT FROM 'C'"
        )
        assert texts.fetchone() == (0,)


def test_a_newer_hub_is_refused(storage_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = open_storage(storage_url)
    storage.migrate()
    monkeypatch.setattr(tables, "_MIGRATIONS", ())
    with pytest.raises(StorageError, match="version plus récente") as raised:
        storage.migrate()
    assert not raised.value.again
    storage.close()
    refused(storage_url, "version plus récente")


def test_a_migration_that_fails_leaves_the_version_before(storage_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = open_storage(storage_url)
    storage.migrate()
    storage.add_project("LPO")
    first = tables._MIGRATIONS
    monkeypatch.setattr(
        tables, "_MIGRATIONS", (*first, "CREATE TABLE extra (uid {text}); CREATE TABLE project (x {text})")
    )
    with pytest.raises((sqlite3.OperationalError, psycopg.errors.DuplicateTable)):
        storage.migrate()
    monkeypatch.setattr(tables, "_MIGRATIONS", (*first, "CREATE TABLE extra (uid {text})"))
    storage.migrate()
    assert [project.name for project in storage.projects()] == ["LPO"]
    storage.close()
