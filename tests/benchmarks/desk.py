"""A million observations at the coordinator's desk: read for the first time, kept in step, filtered, scrolled."""

from __future__ import annotations

import dataclasses
import math
import shutil
import sqlite3
import tempfile
import time
from array import array
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from fieldapp import protocols
from fieldapp.core.record import Record, with_data
from fieldapp.core.settings import Settings
from fieldapp.desk import columns, filters, findings, index, words, zones
from fieldapp.desk.columns import Columns
from fieldapp.desk.filters import Wanted
from fieldapp.desk.index import Index
from fieldapp.desk.lines import Flag
from fieldapp.store import records
from fieldapp.store.connection import Database, open_database
from fieldapp.ui.data.rows import AllRows
from fieldapp.ui.services import Services
from fieldapp.ui.tables import WINDOW
from tests.benchmarks import data
from tests.benchmarks.measure import Figure, percentile

OBSERVATIONS = 1_000_000
RUNS = 7
A_FILTER_MS, A_WINDOW_MS = 200.0, 16.0
FIRST_READING_S, A_STEP_MS, MEGABYTES, CHECKS_S = 300.0, 500.0, 100.0, 5.0

SQUARE = "POLYGON((2.5 50.35, 2.9 50.35, 2.8 50.55, 2.6 50.5, 2.5 50.35))"


def figures(folder: Path) -> Iterator[Figure]:
    """Yield the figures of a million lines; the database is copied, for some of it is altered."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        path = Path(scratch) / "desk.db"
        shutil.copyfile(data.database(folder, OBSERVATIONS), path)
        with open_database(path, protocols.installed()) as db:
            start = time.perf_counter()
            with index.followed(db) as kept:
                seconds = time.perf_counter() - start
                size = kept.path.stat().st_size / 1e6
                yield Figure(
                    "first reading of a million lines, in the background",
                    seconds, FIRST_READING_S, "s", f"{OBSERVATIONS / seconds:,.0f} lines/s", f"{size:.0f} MB kept",
                )  # fmt: skip
                yield from _figures(db, kept)
            index.forget(path)


def _figures(db: Database, kept: Index) -> Iterator[Figure]:
    start = time.perf_counter()
    lines = columns.load(db, kept)
    loaded = time.perf_counter() - start
    each = f"{lines.nbytes / len(lines):.1f} bytes a line"
    yield Figure("memory of all lines", lines.nbytes / 1e6, MEGABYTES, "MB", each, f"loaded in {loaded:.1f} s")
    yield from _filters(db, kept, lines, "cold")
    yield from _scrolling(db, kept, lines)
    start = time.perf_counter()
    hits = findings.hits(db, lines)
    seconds = time.perf_counter() - start
    yield Figure("the desk's own checks over all lines", seconds, CHECKS_S, "s", f"{len(hits):,} to look at", "")
    yield _words(db, kept, lines)
    yield from _steps(db, kept, lines)


def _filters(db: Database, kept: Index, lines: Columns, when: str) -> Iterator[Figure]:
    """Measure each filter and order as the first one that is asked of columns: nothing of it has been kept."""
    group = records.roots(db, "pop_amphibiens", "sites_group")[0]
    person = records.roots(db, "directory", "person")[0]
    asked = {
        "a season": Wanted(first_on="2020-01-01", last_on="2020-12-31"),
        "a protocol": Wanted(protocols=frozenset({"pop_amphibiens"})),
        "an area": Wanted(places=frozenset({group.uid})),
        "a polygon of 4 corners": Wanted(within=SQUARE),
        "a polygon of 100 corners": Wanted(within=_star(100)),
        "three taxa": Wanted(taxa=frozenset({259, 444432, 459628})),
        "an observer": Wanted(observers=frozenset({person.uid})),
        "a state": Wanted(states=frozenset({"complete"})),
        "warnings": Wanted(flags=Flag.WARNING),
        "a place's name": Wanted(text="mare 0012"),
        "a person's name": Wanted(text="observateur"),
        "one letter": Wanted(text="m"),
    }
    for name, wanted in asked.items():
        times, found = _times(partial(_first, db, kept, lines, wanted))
        yield Figure(f"lines of {name} among a million, {when}", times, A_FILTER_MS, "ms", f"{len(found):,} lines", "")
    keys: tuple[filters.Key, ...] = ("date", "taxon", "place", "count", "state")
    for key in keys:
        times, _found = _times(partial(_first, db, kept, lines, Wanted(), order=key))
        yield Figure(f"a million lines in the order of {key}, {when}", times, A_FILTER_MS, "ms", "", "")


def _first(db: Database, kept: Index, lines: Columns, wanted: Wanted, **asked: Any) -> Any:
    zones.area_of.cache_clear()
    return filters.found(db, kept, dataclasses.replace(lines, cached={}), wanted, **asked)


def _star(corners: int) -> str:
    """Return a polygon with as many corners, wavy as a commune is."""
    angles = [2 * math.pi * at / corners for at in range(corners)]
    points = [
        (2.75 + (0.2 + 0.02 * math.sin(20 * a)) * math.cos(a), 50.45 + (0.12 + 0.01 * math.sin(20 * a)) * math.sin(a))
        for a in angles
    ]
    return f"POLYGON(({', '.join(f'{x:.7f} {y:.7f}' for x, y in [*points, points[0]])}))"


def _words(db: Database, kept: Index, lines: Columns) -> Figure:
    """Look for a word that every line holds."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for statement in words.SCHEMA:
        connection.execute(statement)
    numbers = lines.line.tolist()
    for at in range(0, len(numbers), len(numbers) // 20 + 1):
        words.keep(connection, [(number, "vu au bord") for number in numbers[at : at + len(numbers) // 20 + 1]])
    everywhere = Index(kept.path, connection)
    times, found = _times(partial(_first, db, everywhere, lines, Wanted(text="vu bord")))
    connection.close()
    return Figure(
        "lines of two words that all hold, among a million", times, A_FILTER_MS, "ms", f"{len(found):,} lines", ""
    )


def _times(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the median milliseconds, and what the work returned."""
    found, times = None, []
    for _run in range(RUNS):
        start = time.perf_counter()
        found = work()
        times.append(time.perf_counter() - start)
    return percentile(times, 0.5) * 1000, found


def _scrolling(db: Database, kept: Index, lines: Columns) -> Iterator[Figure]:
    """Fetch windows all over the list, each for the first time, as a bar that is dragged does."""
    services = Services(db, db.protocols, Settings(), lambda _at: None, lambda _settings: None)
    rows = AllRows.of(services)
    ids = array("q", filters.found(db, kept, lines, Wanted()).tolist())
    rows.fetch(ids[:WINDOW], lines)
    times = []
    for at in range(0, len(ids), len(ids) // 200):
        start = time.perf_counter()
        rows.fetch(ids[at : at + WINDOW], lines)
        times.append((time.perf_counter() - start) * 1000)
    yield Figure(
        f"a window of {WINDOW} lines while scrolling, 95 of 100",
        percentile(times, 0.95), A_WINDOW_MS, "ms", f"median {percentile(times, 0.5):.1f} ms", "",
    )  # fmt: skip


def _steps(db: Database, kept: Index, lines: Columns) -> Iterator[Figure]:
    """Save one line, bring file and columns up to date, and ask for an order that was known before."""
    times, afterwards = [], []
    for at in range(RUNS):
        line = _line(db, int(lines.line[at * 1000]))
        entity = db.protocols[line.protocol].entity(line.entity)
        records.save(db, [with_data(line, entity, {**line.data, "count_max": 500 + at})], "un nombre")
        start = time.perf_counter()
        kept.follow(db)
        lines = columns.refreshed(db, kept, lines)
        times.append((time.perf_counter() - start) * 1000)
        start = time.perf_counter()
        filters.found(db, kept, lines, Wanted(), order="place")
        afterwards.append((time.perf_counter() - start) * 1000)
    worst = f"slowest {max(times):.0f} ms"
    yield Figure("one line saved, and the desk knows it", percentile(times, 0.5), A_STEP_MS, "ms", worst, "")
    worst = f"slowest {max(afterwards):.0f} ms"
    yield Figure(
        "a million lines by place, right after a save", percentile(afterwards, 0.5), A_FILTER_MS, "ms", worst, ""
    )


def _line(db: Database, number: int) -> Record:
    (uid,) = db.rows("SELECT uid FROM record WHERE id = ?", (number,))[0]
    found = records.get(db, uid)
    assert found is not None
    return found
