"""(b) One durable save of an observation, against one raw SQLite insert with synchronous=FULL."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from fieldapp import protocols
from fieldapp.core.ids import new_uid
from fieldapp.core.record import make_record
from fieldapp.protocols.pop_amphibiens.schema import CODE, OBSERVATION, VISIT
from fieldapp.store import records
from fieldapp.store.connection import Author
from fieldapp.store.opening import open_for_use
from tests.benchmarks.measure import Figure, paired

SAVES = 50
RUNS = 21
OBSERVED = {
    "presence": "Oui",
    "cd_nom": 459628,
    "id_nomenclature_typ_denbr": "Co",
    "count_min": 3,
    "count_max": 3,
    "id_nomenclature_stade": "2",
    "id_nomenclature_sex": "1",
}


def figures(folder: Path) -> Iterator[Figure]:
    """Save in turn through the store and through sqlite3 alone, both in WAL mode on the same disk."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        raw = sqlite3.connect(Path(scratch) / "raw.db", isolation_level=None)
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("PRAGMA synchronous = FULL")
        raw.execute("CREATE TABLE observation (uid TEXT PRIMARY KEY, parent TEXT, cd_nom INTEGER, data TEXT)")
        with open_for_use(Path(scratch) / "ours.db", protocols.installed(), Author("me", "laptop")) as db:
            visit = make_record(CODE, VISIT, {"visit_date_min": "2026-04-14"}, None)
            records.save(db, [visit], "visit")

            def ours() -> None:
                for _save in range(SAVES):
                    records.save(db, [make_record(CODE, OBSERVATION, OBSERVED, visit.uid)], "line")

            def bare() -> None:
                for _save in range(SAVES):
                    text = records.encode(OBSERVED).decode()
                    raw.execute("INSERT INTO observation VALUES (?, ?, ?, ?)", (new_uid(), visit.uid, 459628, text))

            mine, other, ratio = paired(ours, bare, RUNS)
        raw.close()
    yield Figure(
        "durable save of an observation and its change / raw insert",
        ratio, 2.0, "x", f"{mine / SAVES * 1e6:.0f} µs", f"{other / SAVES * 1e6:.0f} µs",
    )  # fmt: skip
