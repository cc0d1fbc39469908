"""CRBPO tables for tests: rows made by hand, files in every form, and short ways to read and write them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import openpyxl

from fieldapp.core import paths
from fieldapp.core.record import Record
from fieldapp.exchange.exporting import export_file, exporters
from fieldapp.exchange.importing import import_file, importers
from fieldapp.exchange.report import ImportReport, RowReport
from fieldapp.store import records
from fieldapp.store.connection import Database

SAMPLE = paths.resource("demo/banding_2020_crbpo.csv")
ACCIDENTS = Path(__file__).parent / "data" / "accidents.csv"
BANDING = "banding"

Row = dict[str, str]


def read_rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def write_rows(path: Path, rows: Sequence[Row], separator: str = ";", encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=separator, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_workbook(path: Path, rows: Sequence[Row], sheet: str = "Extrait") -> Path:
    """Write the rows as a spreadsheet of which the first sheet is another; what looks like a number is one."""
    book = openpyxl.Workbook()
    book.active.append(["Notice"])
    wanted = book.create_sheet(sheet)
    wanted.append(list(rows[0]))
    for row in rows:
        wanted.append([_cell(text) for text in row.values()])
    book.save(path)
    return path


def _cell(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text or None


def capture(number: int, **cells: str) -> Row:
    """Return a good row of a STOC session, with other cells as given; `_` stands for a blank in a column's name."""
    row = dict.fromkeys(read_header(), "")
    row |= {
        "ACTION": "B", "CENTRE": "FRP", "BAGUE": f"{8690000 + number}", "DATE": "18/05/2020", "HEURE": "06:30",
        "ESPECE": "ACRSCI", "SEXE": "?", "AGE": "+1A", "LP": "65.5", "MA": "11.3", "AD": "2", "NF": "3", "FS": "120",
        "HS": "06:00", "DS": "06:00", "THEME SESSION": "STOC", "THEME": "STOC", "PAYS": "FR", "DEPT": "62",
        "LOCALITE": "AVION", "LIEUDIT": "Marais de la Couture", "LAT": "50.404", "LON": "2.827",
        "BAGUEUR": "BAGUEUR, Un", "BG": "BAGUEUR, Un", "ID_PROG": "501",
    }  # fmt: skip
    return row | {name if name == "ID_PROG" else name.replace("_", " "): text for name, text in cells.items()}


@cache
def read_header() -> tuple[str, ...]:
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        return tuple(next(csv.reader(file, delimiter=";")))


@dataclass(frozen=True)
class Desk:
    """A database into which tables are read and from which they are written."""

    db: Database
    folder: Path

    def take(self, rows: Sequence[Row], *, mend: bool = False, update: bool = False) -> ImportReport:
        return self.read(write_rows(self.folder / "rows.csv", rows), mend=mend, update=update)

    def read(self, path: Path, *, mend: bool = False, update: bool = False) -> ImportReport:
        return import_file(self.db, importers(self.db.protocols.values())["crbpo"][1], path, mend=mend, update=update)

    def write(self, name: str = "out.csv", **asked: str) -> Path:
        path = self.folder / name
        export_file(self.db, exporters(self.db.protocols.values())["crbpo"][1], path, **asked)  # type: ignore[arg-type]
        return path

    def all(self, entity: str) -> list[Record]:
        """Return the live records of an entity, captures in the order of their lines."""
        rows = self.db.rows(
            "SELECT uid FROM record WHERE protocol IN ('banding', 'directory') AND entity = ? AND deleted = 0",
            (entity,),
        )
        found = records.get_many(self.db, [row[0] for row in rows]).values()
        return sorted(found, key=lambda one: (one.on_date or "", one.data.get("line", 0), str(one.data), one.uid))

    def values(self, entity: str, name: str) -> list[object]:
        return [record.data.get(name) for record in self.all(entity)]


def only(report: ImportReport) -> RowReport:
    """Return what became of the one row of a file."""
    (row,) = report.rows
    return row
