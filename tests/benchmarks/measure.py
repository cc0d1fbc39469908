"""Measuring side by side: pairs of runs in turn, so that a machine that slows down slows both."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `value` is what is compared with `limit`; `ours` and `other` are what it was made of."""

    name: str
    value: float
    limit: float
    unit: str
    ours: str
    other: str

    @property
    def holds(self) -> bool:
        """Whether the figure stays within its limit."""
        return self.value <= self.limit

    def as_json(self) -> dict[str, Any]:
        """Return the figure as plain data."""
        return {**asdict(self), "holds": self.holds}


def paired(ours: Callable[[], object], other: Callable[[], object], runs: int) -> tuple[float, float, float]:
    """Return the median seconds of ours and of the other, and the median of the ratios pair by pair; one warm-up."""
    ours()
    other()
    times = [(_seconds(ours), _seconds(other)) for _run in range(runs)]
    return (
        statistics.median(a for a, _b in times),
        statistics.median(b for _a, b in times),
        statistics.median(a / b for a, b in times),
    )


def _seconds(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which this share of the values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def run_script(name: str, *arguments: str) -> str:
    """Run a script of this folder in a process of its own and return what it printed; a failure is an error.

    Compiled modules are kept, as they are on a person's machine.
    """
    script = Path(__file__).parent / "scripts" / name
    done = subprocess.run(
        [sys.executable, str(script), *arguments],
        check=True,
        capture_output=True,
        text=True,
        timeout=600,
        env={name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
    )
    return done.stdout


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a table for the terminal."""
    rows = [("what", "figure", "limit", "ours", "other", "")]
    for item in figures:
        rows.append(
            (
                item.name,
                f"{item.value:.2f} {item.unit}",
                f"{item.limit:g} {item.unit}",
                item.ours,
                item.other,
                "ok" if item.holds else "OVER",
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
