"""Files of banding: a CRBPO import against `csv` and `executemany`, and a year's EURING export."""

from __future__ import annotations

import csv
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from fieldapp import protocols
from fieldapp.core import paths
from fieldapp.core.record import Record, make_record
from fieldapp.exchange.exporting import export_file, exporters
from fieldapp.exchange.importing import import_file, importers
from fieldapp.protocols.banding.schema import CODE, MARK, OBSERVATION, SITE
from fieldapp.protocols.directory.protocol import CODE as DIRECTORY
from fieldapp.protocols.directory.protocol import PERSON
from fieldapp.store import records
from fieldapp.store.opening import open_for_use
from tests.benchmarks import banding_data
from tests.benchmarks.measure import Figure, paired

YEARS = 10
RUNS = 5
BIRDS, PER_SESSION = 4000, 160
EXPORTS = 7


def crbpo_file(path: Path) -> int:
    """Write the sample repeated over ten years, each with rings of its own; return its rows."""
    with paths.resource("demo/banding_2020_crbpo.csv").open(encoding="utf-8", newline="") as sample:
        rows = list(csv.DictReader(sample, delimiter=";"))
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, rows[0].keys(), delimiter=";")
        writer.writeheader()
        for number in range(YEARS):
            for row in rows:
                day = row["DATE"][:6].replace("29/02", "28/02")
                ring = "ABCDEFGHIJ"[number] + row["BAGUE"]
                writer.writerow({**row, "BAGUE": ring, "DATE": f"{day}{2011 + number}"})
    return YEARS * len(rows)


def figures(folder: Path) -> Iterator[Figure]:
    """Import into empty databases in turn; then write one year that lies among others."""
    yield _importing(folder)
    yield from _exporting(folder)


def _importing(folder: Path) -> Figure:
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        source = Path(scratch) / "crbpo.csv"
        rows = crbpo_file(source)
        importer = importers(protocols.installed())["crbpo"][1]
        made = iter(range(1_000))

        def ours() -> None:
            with open_for_use(Path(scratch) / f"ours-{next(made)}.db", protocols.installed()) as db:
                report = import_file(db, importer, source)
                if len(report.rows) != rows or report.refused:
                    raise AssertionError((len(report.rows), report.refused, report.text()))

        def bare() -> None:
            connection = sqlite3.connect(Path(scratch) / f"raw-{next(made)}.db", isolation_level=None)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            with source.open(encoding="utf-8", newline="") as file:
                reader = csv.reader(file, delimiter=";")
                columns = next(reader)
                names = ", ".join(f'"{column}" TEXT' for column in columns)
                connection.execute(f"CREATE TABLE crbpo ({names})")
                connection.execute('CREATE INDEX crbpo_ring ON crbpo ("CENTRE", "BAGUE")')
                connection.execute("BEGIN")
                connection.executemany(f"INSERT INTO crbpo VALUES ({', '.join('?' * len(columns))})", reader)
                connection.execute("COMMIT")
            connection.close()

        mine, other, ratio = paired(ours, bare, RUNS)
    return Figure(
        f"import of {rows:,} rows of a CRBPO file / csv and executemany",
        ratio, 5.0, "x", f"{rows / mine:,.0f} rows/s", f"{rows / other:,.0f} rows/s",
    )  # fmt: skip


def _year(chance: random.Random) -> Iterator[Record]:
    """Yield two years of four thousand birds, 8 % of them controls of earlier birds, one in a hundred marked."""
    person = make_record(DIRECTORY, PERSON, {"name": "BAGUEUR, Un"}, None)
    group, site, *nets = banding_data.place(0, chance)
    assert site.entity == SITE.code
    yield from (person, group, site, *nets)
    season = banding_data.Season(chance)
    for year in (2023, 2024):
        for number in range(BIRDS // PER_SESSION):
            visit = banding_data.session(site, person, banding_data.DAY.replace(year=year, day=number + 1))
            yield visit
            for line in range(1, PER_SESSION + 1):
                capture = season.capture(visit, line)
                yield capture
                if line % 100 == 0:
                    yield make_record(CODE, MARK, {"kind": "colour_ring", "event": "added", "code": "RW"}, capture.uid)


def _exporting(folder: Path) -> Iterator[Figure]:
    with (
        tempfile.TemporaryDirectory(dir=folder) as scratch,
        open_for_use(Path(scratch) / "year.db", protocols.installed()) as db,
    ):
        records.save(db, _year(random.Random(9)), "benchmark", kind="import", all_new=True)
        if records.count(db, CODE, OBSERVATION.code) != 2 * BIRDS:
            raise AssertionError(records.count(db, CODE, OBSERVATION.code))
        for code in ("euring", "euring2000plus"):
            exporter = exporters(protocols.installed())[code][1]
            times = []
            for _run in range(EXPORTS):
                start = time.perf_counter()
                done = export_file(db, exporter, Path(scratch) / "out.txt", year=2024)
                times.append(time.perf_counter() - start)
                if done.rows != BIRDS or done.left_out:
                    raise AssertionError(done.text())
            yield Figure(
                f"export of a year of {BIRDS:,} birds, {exporter.code}, slowest of {EXPORTS}",
                max(times), 1.0, "s", f"median {sorted(times)[EXPORTS // 2]:.2f} s", f"best {min(times):.2f} s",
            )  # fmt: skip
