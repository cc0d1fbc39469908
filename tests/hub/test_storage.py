from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from fieldapp.hub import sqlite_storage, tables
from fieldapp.hub.errors import StorageError
from fieldapp.hub.opening import open_storage
from fieldapp.hub.storage import chunks
from tests.hub.storage_contract import StorageContract, add, make_change


class TestStorage(StorageContract):
    """The contract, on SQLite and on PostgreSQL."""


# ------------------------------------------------------------------------------------------------ SQLite


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


# -------------------------------------------------------------------------------------------- PostgreSQL


@pytest.mark.postgresql
def test_a_server_that_starts_anew_costs_one_batch_and_no_number(
    postgresql_url: str, restart_postgresql: Callable[[], None]
) -> None:
    storage = open_storage(postgresql_url)
    storage.migrate()
    project = storage.add_project("LPO").uid
    add(storage, project, make_change())

    def add_across_a_restart() -> None:
        with storage.working(project) as work:
            work.add_changes([make_change()])
            restart_postgresql()
            work.add_changes([make_change()])

    with pytest.raises(StorageError) as raised:
        add_across_a_restart()
    assert raised.value.again
    with storage.reading(project) as reading:
        assert reading.last() == 1
    restart_postgresql()
    add(storage, project, make_change())
    with storage.reading(project) as reading:
        assert [item.number for item in reading.changes_after(0, "", (), 10)] == [1, 2]
    storage.close()


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


def test_things_are_parted_into_lists_of_a_size() -> None:
    assert list(chunks(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(chunks((), 2)) == []
