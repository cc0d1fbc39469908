"""(a) From the start of the process to a usable window, and (d) the memory of a million observations."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import data
from tests.benchmarks.measure import Figure, paired, run_script

RUNS = 9
MEMORY_RUNS = 3
MILLION = 1_000_000


def figures(folder: Path) -> Iterator[Figure]:
    """Measure whole processes in turn: the program, and a bare PySide6 window."""
    for observations in (0, MILLION):
        path = data.database(folder, observations)
        ours, other, ratio = paired(
            lambda path=path: run_script("fieldapp_window.py", str(path)),  # type: ignore[misc]
            lambda: run_script("bare_window.py"),
            RUNS,
        )
        yield Figure(
            f"start to window, {observations:,} observations / bare window",
            ratio, 2.0, "x", f"{ours * 1000:.0f} ms", f"{other * 1000:.0f} ms",
        )  # fmt: skip


def memory(folder: Path) -> Iterator[Figure]:
    """Measure the resident memory with the million open and scrolled, above that of the bare window."""
    path = data.database(folder, MILLION)
    bare = statistics.median(float(run_script("bare_window.py", "--memory")) for _ in range(MEMORY_RUNS))
    rows, ours = 0, []
    for _run in range(MEMORY_RUNS):
        shown, used = run_script("fieldapp_window.py", str(path), "--memory").split()
        rows = int(shown)
        ours.append(float(used))
    used_mb = statistics.median(ours)
    yield Figure(
        f"memory, {rows:,} observations open and scrolled, above a bare window",
        used_mb - bare, 80, "MB", f"{used_mb:.0f} MB", f"{bare:.0f} MB",
    )  # fmt: skip
