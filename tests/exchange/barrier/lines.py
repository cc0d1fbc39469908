"""Lines of a barrier's file, a barrier typed by hand, and short ways to write, read and count."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from fieldapp.core import paths
from fieldapp.core.exchange import Exporter
from fieldapp.core.record import Record, make_record
from fieldapp.exchange.exporting import ExportReport, export_file
from fieldapp.exchange.report import ImportReport, Outcome, RowReport
from fieldapp.protocols.directory.protocol import CODE as DIRECTORY
from fieldapp.protocols.directory.protocol import PERSON
from fieldapp.protocols.pitfall_barrier import csv_layout, schema
from fieldapp.protocols.pitfall_barrier.schema import CODE
from fieldapp.store import records
from fieldapp.store.connection import Database

Line = dict[str, str]
Import = Callable[..., ImportReport]

CATCH: Line = dict.fromkeys(csv_layout.COLUMNS, "") | {
    "pond": "Mare du Bois", "commune": "Thélus", "check_on": "2024-03-02", "checked": "oui", "bucket": "4",
    "side": "extérieur", "cd_nom": "259", "french_name": "Crapaud commun", "stage": "Adulte", "sex": "M", "count": "1",
    "direction": "entrée", "state": "vivant", "night_min_c": "3.3", "night_max_c": "8.0", "rain_mm": "0",
    "observer": "Observateur Un",
}  # fmt: skip
EMPTY: Line = CATCH | dict.fromkeys(csv_layout.CATCH, "")
MISSED: Line = EMPTY | dict.fromkeys(csv_layout.CONDITIONS, "") | {"checked": "non", "remark": "non relevé"}


def sample_lines() -> list[Line]:
    """Return the lines of the sample, read with nothing but the csv module."""
    with sample().open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def sample() -> Path:
    return paths.resource("demo/barrier_vimy_2005_2020.csv")


def write(path: Path, lines: Sequence[Line]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, csv_layout.COLUMNS, delimiter=";", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(lines)
    return path


def written(db: Database, exporter: Exporter, path: Path, year: int | None = None) -> tuple[bytes, ExportReport]:
    report = export_file(db, exporter, path, year=year)
    return path.read_bytes(), report


def lines_of(content: bytes) -> list[Line]:
    return list(csv.DictReader(content.decode("utf-8").splitlines(), delimiter=";"))


def of(db: Database, entity: str) -> list[Record]:
    """Return the live records of an entity, whatever they hang under."""
    rows = db.rows("SELECT uid FROM record WHERE protocol = ? AND entity = ? AND deleted = 0", (CODE, entity))
    return list(records.get_many(db, [row[0] for row in rows]).values())


def refused(report: ImportReport) -> list[RowReport]:
    return [row for row in report.rows if row.outcome is Outcome.REFUSED]


def by_hand(db: Database, *catches: dict[str, Any], state: str = "checked") -> tuple[Record, Record, list[Record]]:
    """Store a barrier with two buckets, a campaign, and the morning of 2 March 2024, as the board makes them."""
    person = make_record(DIRECTORY, PERSON, {"name": "Observateur Un"}, None)
    site = make_record(CODE, schema.SITE, {"site_name": "mare du bois", "commune": "Thelus"}, None)
    buckets = [make_record(CODE, schema.BUCKET, {"bucket": n, "side": "outside"}, site.uid) for n in ("4", "5")]
    days = {"opened_on": "2024-02-01", "closed_on": "2024-05-31"}
    campaign = make_record(CODE, schema.CAMPAIGN, days, site.uid)
    values = {"check_on": "2024-03-02", "state": state, "observers": [person.uid], "night_min_c": 3.3,
              "night_max_c": 8.0, "rain_mm": 0}  # fmt: skip
    visit = make_record(CODE, schema.VISIT, values, site.uid)
    usual = {"bucket": "4", "cd_nom": 259, "stage": "2", "sex": "3", "count": 1, "direction": "in", "vitality": "alive"}
    made = [make_record(CODE, schema.OBSERVATION, usual | catch, visit.uid) for catch in catches]
    records.save(db, [person, site, *buckets, campaign, visit, *made], "test", all_new=True)
    return site, visit, made
