"""Run all benchmarks: one table on the terminal, and the same as JSON in the file named (`make bench`)."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import sys
import tempfile
from pathlib import Path

import PySide6

from fieldapp.core import paths
from tests.benchmarks import (
    archives,
    banding_capture,
    banding_files,
    banding_life,
    barrier,
    barrier_screens,
    desk,
    exporting,
    geography,
    importing,
    saving,
    starting,
    syncing,
    taxref,
    typing_ahead,
)
from tests.benchmarks.measure import table


def main() -> int:
    """Return 0 when every figure stays within its limit, 1 when one does not."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "build/benchmarks.json")
    wanted = set(sys.argv[2:])
    folder = target.parent / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    parts = {
        "starting": starting.figures,
        "saving": saving.figures,
        "typing": typing_ahead.figures,
        "taxref": taxref.figures,
        "geography": geography.figures,
        "memory": starting.memory,
        "importing": importing.figures,
        "banding-life": banding_life.figures,
        "banding-capture": banding_capture.figures,
        "banding-files": banding_files.figures,
        "archives": archives.figures,
        "barrier-importing": barrier.importing,
        "barrier-curves": barrier_screens.curves,
        "barrier-board": barrier_screens.board,
        "exporting": exporting.figures,
        "desk": desk.figures,
        "syncing": syncing.figures,
    }
    figures = []
    with tempfile.TemporaryDirectory() as home:
        os.environ[paths.HOME_VARIABLE] = home
        for name, part in parts.items():
            if not wanted or name in wanted:
                print(f"{name}…", file=sys.stderr, flush=True)
                figures += list(part(folder))
    print(table(figures))
    machine = {
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "qt": PySide6.__version__,
        "sqlite": sqlite3.sqlite_version,
    }
    text = json.dumps({"machine": machine, "figures": [item.as_json() for item in figures]}, indent=2)
    target.write_text(text, encoding="utf-8")
    return 0 if all(item.holds for item in figures) else 1


if __name__ == "__main__":
    raise SystemExit(main())
