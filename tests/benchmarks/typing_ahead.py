"""(c) Type-ahead over 700,000 names: the time of every keystroke."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

from fieldapp import protocols
from fieldapp.protocols.pop_amphibiens.schema import CODE
from fieldapp.store import taxa
from fieldapp.store.opening import open_for_use
from tests.benchmarks import data
from tests.benchmarks.measure import Figure, percentile

NAMES = 700_000
WORDS = (
    "triton alpestre",
    "grenouille ver",
    "crapaud calam",
    "bufo bufo",
    "mel",
    "phyto",
    "noctuelle a tete",
    "459628",
)


def figures(folder: Path) -> Iterator[Figure]:
    """Type the words letter by letter, each as the form asks for it, and take the 99th percentile."""
    path = folder / f"taxa-{NAMES}.db"
    if not path.exists():
        building = path.with_suffix(".building")
        building.unlink(missing_ok=True)
        with open_for_use(building, protocols.installed()) as db:
            taxa.install_many(db, "taxref", data.names(NAMES))
        building.rename(path)
    chance = random.Random(7)
    drawn = [taxon.lb_nom for taxon in data.names(NAMES) if chance.random() < 60 / NAMES]
    times = []
    with open_for_use(path, protocols.installed()) as db:
        for word in (*WORDS, *drawn):
            for length in range(1, len(word) + 1):
                start = time.perf_counter()
                taxa.search(db, word[:length], preferred=CODE)
                times.append((time.perf_counter() - start) * 1000)
    yield Figure(
        f"type-ahead over {NAMES:,} names, 99th percentile of {len(times):,} keystrokes",
        percentile(times, 0.99), 16, "ms", f"median {percentile(times, 0.5):.1f} ms", f"worst {max(times):.1f} ms",
    )  # fmt: skip
