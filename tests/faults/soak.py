"""The long run of the fault tests of sync: `python -m tests.faults.soak REPORT` writes what it found, as JSON.

`FIELDAPP_SOAK_SEEDS` (numbers with commas) and `FIELDAPP_SOAK_CASES` make it longer or shorter.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SEEDS = os.environ.get("FIELDAPP_SOAK_SEEDS", "101,102,103")
CASES = int(os.environ.get("FIELDAPP_SOAK_CASES", "170"))
PARTS = (
    ("tests/faults/test_sync_faults.py", "sqlite"),
    ("tests/faults/test_sync_model.py", "sqlite"),
    ("tests/faults/test_sync_model.py", "postgresql"),
)
"""What is run for each seed; the first runs on both databases by itself."""


def main() -> int:
    """Run all, write the report, and return how many runs failed."""
    report = Path(sys.argv[1])
    report.parent.mkdir(parents=True, exist_ok=True)
    figures = report.with_suffix(".jsonl")
    figures.unlink(missing_ok=True)
    began = time.monotonic()
    failed = [
        f"{path} {engine} seed {seed}"
        for seed in SEEDS.split(",")
        for path, engine in PARTS
        if not _run(path, engine, seed, figures)
    ]
    cases = [json.loads(line) for line in figures.read_text().splitlines()]
    told = _told(cases) | {"failed": failed, "minutes": round((time.monotonic() - began) / 60, 1)}
    report.write_text(json.dumps(told, indent=2) + "\n")
    print(json.dumps(told, indent=2))
    return len(failed)


def _run(path: str, engine: str, seed: str, figures: Path) -> bool:
    told = {
        "FIELDAPP_FAULT_SEED": seed,
        "FIELDAPP_FAULT_CASES": str(CASES),
        "FIELDAPP_FAULT_ENGINE": engine,
        "FIELDAPP_FAULT_FIGURES": str(figures.resolve()),
        "QT_QPA_PLATFORM": "offscreen",
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", path]
    print(f"{path}, {engine}, seed {seed}…", flush=True)
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **told}, check=False).returncode == 0


def _told(cases: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "cases": len(cases),
        "seeds": SEEDS,
        "lost": sum(case["lost"] for case in cases),
        "doubled": sum(case["doubled"] for case in cases),
        "kinds": dict(sorted(Counter(case["kind"] for case in cases).items())),
    }


if __name__ == "__main__":
    sys.exit(main())
