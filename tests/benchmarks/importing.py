"""(e) Importing an SHF file, against `csv` and `executemany` into one table."""

from __future__ import annotations

import csv
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from fieldapp import protocols
from fieldapp.core import paths
from fieldapp.core.ids import name_uid
from fieldapp.exchange.importing import import_file
from fieldapp.store.opening import open_for_use
from tests.benchmarks.measure import Figure, paired

SEASONS = 60
RUNS = 5


def season_file(folder: Path) -> tuple[Path, int]:
    """Return a file of the demonstration season repeated over many years with identifiers of its own, and its rows."""
    path = folder / f"shf-{SEASONS}-seasons.csv"
    with paths.resource("demo/pop_2020_standard.csv").open(encoding="utf-8", newline="") as sample:
        rows = list(csv.DictReader(sample, delimiter=";"))
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, rows[0].keys(), delimiter=";")
        writer.writeheader()
        for year in range(2026 - SEASONS, 2026):
            for row in rows:
                writer.writerow(
                    {
                        **row,
                        "uuid_observation": name_uid("observation", f"{row['uuid_observation']} {year}"),
                        "uuid_passage": name_uid("visit", f"{row['uuid_passage']} {year}"),
                        "date_passage": f"{year}{row['date_passage'][4:]}",
                        "annee_passage": str(year),
                    }
                )
    return path, SEASONS * len(rows)


def figures(folder: Path) -> Iterator[Figure]:
    """Import the same file in turn into an empty fieldapp database and into a plain table with an index on its key."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        source, rows = season_file(Path(scratch))
        made = iter(range(1_000))

        def ours() -> None:
            with open_for_use(Path(scratch) / f"ours-{next(made)}.db", protocols.installed()) as db:
                importer = next(item for item in db.protocols["pop_amphibiens"].imports if item.code == "shf")
                report = import_file(db, importer, source)
                if len(report.rows) != rows or report.refused:
                    raise AssertionError((len(report.rows), report.refused))

        def bare() -> None:
            connection = sqlite3.connect(Path(scratch) / f"raw-{next(made)}.db", isolation_level=None)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            with source.open(encoding="utf-8", newline="") as file:
                reader = csv.reader(file, delimiter=";")
                columns = next(reader)
                names = ", ".join(f'"{column}" TEXT' for column in columns[1:])
                connection.execute(f'CREATE TABLE shf ("{columns[0]}" TEXT PRIMARY KEY, {names})')
                connection.execute("BEGIN")
                marks = ", ".join("?" * len(columns))
                connection.executemany(f"INSERT INTO shf VALUES ({marks})", reader)
                connection.execute("COMMIT")
            connection.close()

        mine, other, ratio = paired(ours, bare, RUNS)
    yield Figure(
        f"import of {rows:,} rows of an SHF file / csv and executemany",
        ratio, 4.0, "x", f"{rows / mine:,.0f} rows/s", f"{rows / other:,.0f} rows/s",
    )  # fmt: skip
