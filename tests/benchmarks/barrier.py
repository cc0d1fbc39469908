"""A barrier: sixteen seasons of its file imported, against `csv` and `executemany` into one table."""

from __future__ import annotations

import csv
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from fieldapp import protocols
from fieldapp.core import paths
from fieldapp.exchange.importing import import_file, importers
from fieldapp.store.opening import open_for_use
from tests.benchmarks.measure import Figure, paired

ROWS = 8_428
RUNS = 7


def importing(folder: Path) -> Iterator[Figure]:
    """Import the sample in turn into an empty fieldapp database and into a plain table with an index on its morning."""
    source = paths.resource("demo/barrier_vimy_2005_2020.csv")
    importer = importers(protocols.installed())["barrier"][1]
    made = iter(range(1_000))
    with tempfile.TemporaryDirectory(dir=folder) as scratch:

        def ours() -> None:
            with open_for_use(Path(scratch) / f"ours-{next(made)}.db", protocols.installed()) as db:
                report = import_file(db, importer, source)
                if len(report.rows) != ROWS or report.refused:
                    raise AssertionError((len(report.rows), report.refused, report.text()))

        def bare() -> None:
            connection = sqlite3.connect(Path(scratch) / f"raw-{next(made)}.db", isolation_level=None)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            with source.open(encoding="utf-8", newline="") as file:
                reader = csv.reader(file, delimiter=";")
                columns = next(reader)
                names = ", ".join(f'"{column}" TEXT' for column in columns)
                connection.execute(f"CREATE TABLE barrier ({names})")
                connection.execute("CREATE INDEX barrier_morning ON barrier (pond, commune, check_on)")
                connection.execute("BEGIN")
                connection.executemany(f"INSERT INTO barrier VALUES ({', '.join('?' * len(columns))})", reader)
                connection.execute("COMMIT")
            connection.close()

        mine, other, ratio = paired(ours, bare, RUNS)
    yield Figure(
        f"import of {ROWS:,} rows of a barrier's file / csv and executemany",
        ratio, 5.0, "x", f"{ROWS / mine:,.0f} rows/s", f"{ROWS / other:,.0f} rows/s",
    )  # fmt: skip
