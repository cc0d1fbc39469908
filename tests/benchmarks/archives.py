"""Files for everybody else from the same tellings: Darwin Core against the SINP file, the flat table, their memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from fieldapp import protocols
from fieldapp.exchange import dwca, flat_csv, sinp
from fieldapp.exchange.known import Taxa
from fieldapp.exchange.selecting import Selection, tellings
from fieldapp.exchange.written import Options
from fieldapp.store.connection import open_database
from tests.benchmarks import data
from tests.benchmarks.measure import Figure, paired, run_script

OBSERVATIONS, FEWER = 100_000, 10_000
RUNS = 3
DATASET = "0a8ad0c7-1d1c-4c2a-9a3b-7e2a4f1f2a11"


def figures(folder: Path) -> Iterator[Figure]:
    """Write the same tellings as one kind of file and the other in turn; then some and many, each in a process."""
    path = data.database(folder, OBSERVATIONS)
    yield from _writing(path, folder)
    yield _memory(data.database(folder, FEWER), path)


def _writing(path: Path, folder: Path) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(dir=folder) as scratch, open_database(path, protocols.installed()) as db:
        told = list(tellings(db, Selection()))
        rows = sum(len(one.occurrences) for one in told)
        options = Options(
            dataset_uuid=DATASET, protocols=db.protocols, taxa=Taxa(db, protocols.by_code("pop_amphibiens"))
        )

        def darwin_core() -> None:
            _expect(rows, dwca.write(told, Path(scratch) / "dwca.zip", note=lambda _one: None, options=options))

        def table() -> None:
            with (Path(scratch) / "table.csv").open("w", encoding="utf-8", newline="") as file:
                _expect(rows, flat_csv.write(told, file, note=lambda _one: None, options=options))

        def sinp_file() -> None:
            with (Path(scratch) / "sinp.csv").open("w", encoding="utf-8", newline="") as file:
                _expect(rows, sinp.write(told, file, note=lambda _one: None, options=options))

        for name, other in (("SINP file", sinp_file), ("flat table", table)):
            mine, others, ratio = paired(darwin_core, other, RUNS)
            yield Figure(
                f"Darwin Core archive of {rows:,} observations / {name} of the same",
                ratio, 3.0, "x", f"{rows / mine:,.0f} rows/s", f"{rows / others:,.0f} rows/s",
            )  # fmt: skip


def _expect(wanted: int, found: int) -> None:
    if wanted != found:
        raise AssertionError((wanted, found))


def _memory(fewer: Path, path: Path) -> Figure:
    few, few_mb = run_script("archive_export.py", str(fewer)).split()
    many, many_mb = run_script("archive_export.py", str(path)).split()
    return Figure(
        f"memory of a Darwin Core archive, {int(many):,} observations above {int(few):,}",
        float(many_mb) - float(few_mb), 20.0, "MB", f"{float(many_mb):.0f} MB", f"{float(few_mb):.0f} MB",
    )  # fmt: skip
