"""Captures from a laptop to a hub and on to a second laptop: real processes, over HTTP on loopback, with receipts."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import psycopg

from fieldapp import protocols
from fieldapp.core.record import Record, make_record
from fieldapp.protocols.banding.schema import SITE
from fieldapp.protocols.directory.protocol import CODE as DIRECTORY
from fieldapp.protocols.directory.protocol import PERSON
from fieldapp.store import records
from fieldapp.store.connection import Author
from fieldapp.store.opening import open_for_use
from tests.benchmarks import banding_data
from tests.benchmarks.measure import Figure, percentile
from tests.benchmarks.syncing_processes import Peaks, hub, laptop, pause, postgresql, sqlite, watched

SMALL, LARGE = 10_000, 100_000
RUNS = 3
PRESSES = 200
PRESS_EVERY_S = 0.025
CAPTURES_PER_SESSION = 400

COPIED = "SELECT uid, record, base, before, after, protocol_version FROM change ORDER BY id"
COPY_TABLE = (
    "CREATE TABLE copied (uid text PRIMARY KEY, record text NOT NULL, base text, before text, after text NOT NULL, "
    "version text NOT NULL)"
)

Engine = Callable[[], str]


@dataclass
class Times:
    """Seconds of one hub's runs: from the first laptop, to the second one, and of syncs with nothing to do."""

    up: list[float] = field(default_factory=list)
    down: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)


def figures(folder: Path) -> Iterator[Figure]:
    """Measure both engines, `COPY` and Anki in turn, run by run; then a hundred thousand once on each engine."""
    anki = _anki(folder)
    seeds = {captures: _seed(folder, captures) for captures in (0, SMALL, LARGE)}
    with sqlite(folder) as on_sqlite, postgresql() as on_postgresql:
        engines = {"SQLite": on_sqlite, "PostgreSQL": on_postgresql}
        times = {name: Times() for name in engines}
        copies: list[float] = []
        others: list[dict[str, float]] = []
        for _run in range(RUNS):
            for name, engine in engines.items():
                _both_ways(engine, seeds[SMALL], seeds[0], times[name], presses=PRESSES // RUNS)
            copies.append(_copied(on_postgresql, seeds[SMALL]))
            if anki is not None:
                others.append(_anki_seconds(anki))
        for name, found in times.items():
            yield from _small(name, found)
        yield _against_copy(times["PostgreSQL"].up, copies)
        yield from _against_anki(times["SQLite"], others)
        for name, engine in engines.items():
            yield from _large(name, engine, seeds[LARGE], seeds[0])


# ---------------------------------------------------------------------------------------------- data


def _seed(folder: Path, captures: int) -> Path:
    """Return a laptop's database with so many captures, made when missing; it has not joined anything."""
    path = folder / f"laptop-{captures}.db"
    if not path.exists():
        building = path.with_suffix(".building")
        for leftover in folder.glob(f"{building.name}*"):
            leftover.unlink()
        with open_for_use(building, protocols.installed(), Author("somebody", "laptop")) as db:
            for part in _season(captures) if captures else ():
                records.save(db, part, "benchmark", kind="import", all_new=True)
            db.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        building.rename(path)
    return path


def _season(captures: int) -> Iterator[list[Record]]:
    """Yield the places, then session by session what is caught in it: each is saved in one go."""
    season = banding_data.Season()
    person = make_record(DIRECTORY, PERSON, {"name": "BAGUEUR, Un"}, None)
    places = [item for place in range(banding_data.PLACES) for item in banding_data.place(place, season.chance)]
    yield [person, *places]
    sites = [record for record in places if record.entity == SITE.code]
    for number in range(captures // CAPTURES_PER_SESSION):
        on = date(2024, 1, 1) + timedelta(days=number)
        visit = banding_data.session(sites[number % len(sites)], person, on)
        yield [visit, *(season.capture(visit, line) for line in range(1, CAPTURES_PER_SESSION + 1))]


# --------------------------------------------------------------------------------------------- syncing


def _both_ways(engine: Engine, full: Path, empty: Path, times: Times, presses: int) -> dict[str, Peaks]:
    """Send everything from one laptop to an empty hub and take it on a second; return the memory used on the way."""
    with hub(engine()) as server:
        with laptop(full, server) as first:
            with watched(laptop=first.process, hub=server.process) as up:
                sent = first.sync()
            for _press in range(presses):
                times.idle.append(first.sync()["seconds"])
                pause(PRESS_EVERY_S)
        with laptop(empty, server) as second, watched(laptop=second.process, hub=server.process) as down:
            received = second.sync()
    whole = (sent["sent"], sent["receipts"], 0, 0) == (received["received"], received["receipts"], *_wrong(received))
    if not whole or any(_wrong(sent)):
        raise AssertionError((sent, received))
    times.up.append(sent["seconds"])
    times.down.append(received["seconds"])
    return {"up": up, "down": down}


def _wrong(report: dict[str, int]) -> tuple[int, int]:
    return report["different"], report["refused"]


def _small(engine: str, times: Times) -> Iterator[Figure]:
    for way, found in (("to an empty hub", times.up), ("to a second laptop", times.down)):
        yield Figure(
            f"{SMALL:,} captures {way} on {engine}, with receipts",
            statistics.median(found), 0.5, "s", f"{SMALL / statistics.median(found):,.0f}/s",
            f"worst {max(found):.2f} s",
        )  # fmt: skip
    for what, share in (("median", 0.5), ("99th percentile", 0.99)):
        yield Figure(
            f"a sync with nothing to do on {engine}, {what} of {len(times.idle)}",
            percentile(times.idle, share) * 1000, 5, "ms", f"best {min(times.idle) * 1000:.1f} ms",
            f"worst {max(times.idle) * 1000:.1f} ms",
        )  # fmt: skip


def _large(name: str, engine: Engine, full: Path, empty: Path) -> Iterator[Figure]:
    times = Times()
    memory = _both_ways(engine, full, empty, times, presses=0)
    for way, (seconds,) in (("to an empty hub", times.up), ("to a second laptop", times.down)):
        yield Figure(
            f"{LARGE:,} captures {way} on {name}, with receipts",
            seconds, 4, "s", f"{LARGE / seconds:,.0f}/s", "",
        )  # fmt: skip
    for who in ("laptop", "hub"):
        up, down = memory["up"].most[who], memory["down"].most[who]
        idle = memory["up"].before[who]
        yield Figure(
            f"memory of the {who} while {LARGE:,} captures go through on {name}, above idle",
            max(up, down), 100, "MB", f"sent {up:.0f} MB, received {down:.0f} MB", f"idle {idle:.0f} MB",
        )  # fmt: skip


# ------------------------------------------------------------------------------------------------ COPY


def _copied(engine: Engine, seed: Path) -> float:
    """Return the seconds in which psycopg copies the changes of a laptop into one table with its key."""
    with sqlite3.connect(f"{seed.as_uri()}?mode=ro", uri=True) as source, psycopg.connect(engine()) as target:
        target.execute(COPY_TABLE)
        target.commit()
        start = time.perf_counter()
        with target.cursor().copy("COPY copied FROM STDIN") as copy:
            for row in source.execute(COPIED):
                copy.write_row(row)
        target.commit()
        seconds = time.perf_counter() - start
    source.close()
    return seconds


def _against_copy(ours: list[float], copies: list[float]) -> Figure:
    ratios = [mine / other for mine, other in zip(ours, copies, strict=True)]
    return Figure(
        f"{SMALL:,} captures to an empty hub on PostgreSQL / psycopg COPY of the same rows into one table",
        statistics.median(ratios), 4, "x", f"{statistics.median(ours):.2f} s", f"{statistics.median(copies):.2f} s",
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ Anki


def _anki(folder: Path) -> Path | None:
    """Return a Python with the package `anki`, installed from the package index when it is not there; else None."""
    home = folder / "anki"
    python = home / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not (home / "installed").exists():
        shutil.rmtree(home, ignore_errors=True)
        steps = ([sys.executable, "-m", "venv", str(home)], [str(python), "-m", "pip", "install", "--quiet", "anki"])
        if any(subprocess.run(step, check=False, env=_alone(), capture_output=True).returncode for step in steps):
            return None
        (home / "installed").touch()
    return python


def _alone() -> dict[str, str]:
    """Return the environment without what makes Python look into another one's packages."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def _anki_seconds(python: Path) -> dict[str, float]:
    script = Path(__file__).parent / "scripts" / "anki_sync.py"
    done = subprocess.run(
        [str(python), str(script), str(SMALL)], env=_alone(), check=True, capture_output=True, text=True, timeout=600
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _against_anki(ours: Times, others: list[dict[str, float]]) -> Iterator[Figure]:
    for way, words, mine in (("up", "to an empty hub", ours.up), ("down", "to a second laptop", ours.down)):
        name = f"{SMALL:,} captures {words} on SQLite / {SMALL:,} notes by Anki's sync server"
        if not others:
            yield Figure(name, 0, 1.5, "x", f"{statistics.median(mine):.2f} s", "anki can't be installed here")
            continue
        theirs = [seconds[way] for seconds in others]
        ratios = [a / b for a, b in zip(mine, theirs, strict=True)]
        yield Figure(
            name, statistics.median(ratios), 1.5, "x", f"{statistics.median(mine):.2f} s",
            f"{statistics.median(theirs):.2f} s",
        )  # fmt: skip
