"""An empty database, the barrier's kind of file, and a function that imports lines."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.core.exchange import Exporter, Importer
from fieldapp.exchange.exporting import exporters
from fieldapp.exchange.importing import import_file, importers
from fieldapp.exchange.report import ImportReport
from fieldapp.store.connection import Database
from fieldapp.store.opening import open_for_use
from tests.exchange.barrier.lines import Import, Line, write


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_for_use(tmp_path / "x.db", protocols.installed()) as found:
        yield found


@pytest.fixture
def importer() -> Importer:
    return importers(protocols.installed())["barrier"][1]


@pytest.fixture
def exporter() -> Exporter:
    return exporters(protocols.installed())["barrier"][1]


@pytest.fixture
def take(db: Database, importer: Importer, tmp_path: Path) -> Import:
    """Return a function that writes lines as a file and imports it."""
    count = 0

    def write_and_import(*lines: Line, update: bool = False) -> ImportReport:
        nonlocal count
        count += 1
        return import_file(db, importer, write(tmp_path / f"in-{count}.csv", lines), update=update)

    return write_and_import
