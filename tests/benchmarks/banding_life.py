"""A ring's captures among a million, against one raw indexed SQLite look-up of the same keys."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from fieldapp import protocols
from fieldapp.exchange.known import KnownRecords
from fieldapp.protocols.banding import life
from fieldapp.protocols.banding.ring import from_key
from fieldapp.protocols.banding.schema import CODE, OBSERVATION
from fieldapp.store import records
from fieldapp.store.opening import open_for_use
from tests.benchmarks import banding_data
from tests.benchmarks.measure import Figure, percentile

KEYS = 3000
COLUMNS = (
    "action", "ring_scheme", "ring", "ring_key", "species", "cd_nom", "sex", "age", "hour", "net", "wing_mm", "mass_g",
    "fat", "line",
)  # fmt: skip


def raw_database(folder: Path, ours: Path) -> Path:
    """Return the path of the same captures as a plain table with an index on the ring; made when missing."""
    path = folder / f"{ours.stem}-raw.db"
    if not path.exists():
        building = path.with_suffix(".building")
        building.unlink(missing_ok=True)
        connection = sqlite3.connect(building, isolation_level=None)
        connection.execute("ATTACH ? AS ours", (str(ours),))
        values = ", ".join(f"json_extract(data, '$.{name}')" for name in COLUMNS)
        connection.execute(f"CREATE TABLE capture (uid TEXT PRIMARY KEY, visit TEXT, {', '.join(COLUMNS)})")
        connection.execute(
            f"INSERT INTO capture SELECT uid, parent, {values} FROM ours.record WHERE protocol = ? AND entity = ?",
            (CODE, OBSERVATION.code),
        )
        connection.execute("CREATE INDEX capture_ring ON capture (ring_key)")
        connection.close()
        building.rename(path)
    return path


def figures(folder: Path) -> Iterator[Figure]:
    """Look the same rings up in turn in both databases; then read their whole lives."""
    path = banding_data.database(folder)
    raw = sqlite3.connect(raw_database(folder, path))
    chance = random.Random(5)
    keys = [f"FRP{banding_data.FIRST_RING + chance.randrange(900_000)}" for _key in range(KEYS)]
    with open_for_use(path, protocols.installed()) as db:
        known = KnownRecords(db, db.protocols[CODE])

        def ours(key: str) -> Sequence[object]:
            return records.by_field(db, CODE, OBSERVATION.code, "ring_key", [key])

        def other(key: str) -> Sequence[object]:
            return raw.execute("SELECT * FROM capture WHERE ring_key = ?", (key,)).fetchall()

        for key in keys:
            if len(ours(key)) != len(other(key)) or not other(key):
                raise AssertionError(key)
        pairs = [(_microseconds(ours, key), _microseconds(other, key)) for key in keys]
        lives = [_microseconds(lambda key: life.of(known, from_key(key)).events, key) for key in keys]
    raw.close()
    mine, bare = percentile([pair[0] for pair in pairs], 0.5), percentile([pair[1] for pair in pairs], 0.5)
    yield Figure(
        f"captures of a ring among {len(keys)} of a million / raw indexed look-up, median",
        mine / bare, 3.0, "x", f"{mine:.0f} µs", f"{bare:.0f} µs",
    )  # fmt: skip
    yield Figure(
        "whole life of a ring: replaced rings, sessions, places; 99th percentile",
        percentile(lives, 0.99) / 1000, 25, "ms", f"median {percentile(lives, 0.5):.0f} µs",
        f"worst {max(lives):.0f} µs",
    )  # fmt: skip


def _microseconds(work: Callable[[str], object], key: str) -> float:
    start = time.perf_counter_ns()
    found = work(key)
    took = (time.perf_counter_ns() - start) / 1000
    if not found:
        raise AssertionError(key)
    return took
