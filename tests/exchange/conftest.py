"""An empty database of the installed protocols, the sample season as rows, and short ways to write and read files."""

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.core.exchange import Exporter, Importer
from fieldapp.exchange.exporting import exporters
from fieldapp.exchange.importing import importers
from fieldapp.store.connection import Author, Database
from fieldapp.store.opening import open_for_use

Rows = list[dict[str, str]]
WriteRows = Callable[[Sequence[dict[str, str]]], Path]


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_for_use(tmp_path / "base" / "fieldapp.db", protocols.installed(), Author("person", "laptop")) as opened:
        yield opened


@pytest.fixture
def shf() -> Importer:
    return importers(protocols.installed())["shf"][1]


@pytest.fixture
def shf_export() -> Exporter:
    return exporters(protocols.installed())["shf"][1]


@pytest.fixture
def rows(sample_pop: Path) -> Rows:
    """Return the rows of the sample season."""
    with sample_pop.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.fixture
def write_rows(tmp_path: Path) -> WriteRows:
    """Return a function that writes rows as an SHF file and returns its path."""
    count = 0

    def write(rows: Sequence[dict[str, str]]) -> Path:
        nonlocal count
        count += 1
        path = tmp_path / f"rows-{count}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter=";", lineterminator="\r\n")
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write
