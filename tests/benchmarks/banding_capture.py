"""The capture page over a million captures: a ring's history, the five hundredth line, opening a long session."""

from __future__ import annotations

import json
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import banding_data
from tests.benchmarks.measure import Figure, percentile, run_script


def figures(folder: Path) -> Iterator[Figure]:
    """Type on a copy of the database in a process of its own (see `scripts/banding_capture.py`)."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        copy = Path(scratch) / "banding.db"
        shutil.copyfile(banding_data.database(folder), copy)
        found = json.loads(run_script("banding_capture.py", str(copy)).splitlines()[-1])
    painted, opened, saved = found["painted"], found["opened"], found["saved"]
    yield Figure(
        f"ring typed to its history painted, 99th percentile of {len(painted)} rings among a million captures",
        percentile(painted, 0.99), 50, "ms",
        f"median {percentile(painted, 0.5):.1f} ms", f"worst {max(painted):.1f} ms",
    )  # fmt: skip
    yield Figure(
        "saving line 500 of a session / line 10, through the page",
        statistics.median(late / early for early, late in saved), 1.2, "x",
        f"{statistics.median(late for _early, late in saved):.1f} ms",
        f"{statistics.median(early for early, _late in saved):.1f} ms",
    )  # fmt: skip
    yield Figure(
        "opening a session of 500 lines, median",
        statistics.median(opened), 150, "ms", f"best {min(opened):.0f} ms", f"worst {max(opened):.0f} ms",
    )  # fmt: skip
