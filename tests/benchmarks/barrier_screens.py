"""A barrier on the screen: all curves of a species over twenty seasons, from its choice to the paint."""

from __future__ import annotations

import json
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from fieldapp import protocols
from fieldapp.core import paths
from fieldapp.exchange.importing import import_file, importers
from fieldapp.store.opening import open_for_use
from tests.benchmarks.measure import Figure, run_script

SEASONS = 20
EARLIER = {"2001": "2005", "2002": "2006", "2003": "2007", "2004": "2008"}
"""The seasons that the sample lacks to make twenty, and those of the sample that stand in for them."""


def curves(folder: Path) -> Iterator[Figure]:
    """Choose every species in turn, in a process of its own (see `scripts/barrier_curves.py`)."""
    found = json.loads(run_script("barrier_curves.py", str(database(folder))).splitlines()[-1])
    if found["curves"] != SEASONS:
        raise AssertionError(found)
    medians = [statistics.median(times) for times in found["times"].values()]
    yield Figure(
        f"all curves of a species over {SEASONS} seasons, chosen to painted: the slowest of {len(medians)} species",
        max(medians), 100, "ms", f"median {statistics.median(medians):.0f} ms",
        f"all seasons read in {found['read']:.0f} ms",
    )  # fmt: skip


def board(folder: Path) -> Iterator[Figure]:
    """Open mornings on the bucket board, in a process of its own (see `scripts/barrier_board.py`)."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        copy = Path(scratch) / "board.db"
        shutil.copyfile(database(folder), copy)
        found = json.loads(run_script("barrier_board.py", str(copy)).splitlines()[-1])
    opened = found["opened"]
    yield Figure(
        f"opening a morning on the bucket board of a barrier of {SEASONS} seasons, median",
        statistics.median(opened), 100, "ms",
        f"worst {max(opened):.0f} ms", f"first of the program, made ready after the start: {found['first']:.0f} ms",
    )  # fmt: skip


def database(folder: Path) -> Path:
    """Return the path of a database with one barrier of twenty seasons; made when missing."""
    path = folder / f"barrier-{SEASONS}.db"
    if not path.exists():
        building = path.with_suffix(".building")
        building.unlink(missing_ok=True)
        source = folder / f"barrier-{SEASONS}.csv"
        source.write_text(twenty_seasons(), encoding="utf-8")
        with open_for_use(building, protocols.installed()) as db:
            report = import_file(db, importers(protocols.installed())["barrier"][1], source)
            if report.refused:
                raise AssertionError(report.text())
        building.rename(path)
    return path


def twenty_seasons() -> str:
    """Return the sample with four more seasons before it, copies of its first ones."""
    text = paths.resource("demo/barrier_vimy_2005_2020.csv").read_text("utf-8-sig")
    header, *lines = text.splitlines()
    made = [
        line.replace(f";{stands_in}-", f";{year}-", 1)
        for year, stands_in in EARLIER.items()
        for line in lines
        if line.split(";")[2].startswith(stands_in)
    ]
    return "\n".join([header, *made, *lines, ""])
