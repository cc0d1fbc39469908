"""Laptops with a database of the small protocol each, as they exchange files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fieldapp.core.record import Record, with_data
from fieldapp.store import records
from fieldapp.store.connection import Author, open_database
from fieldapp.sync import bundle
from tests.store.ponds import PONDS, make
from tests.sync.keepsakes import KEEPSAKES


class Laptop:
    """A laptop with a database."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder / name
        self.db = open_database(self.folder / "base.db", [PONDS, KEEPSAKES], Author(f"person-{name}", f"laptop-{name}"))
        self.name = name

    def save(self, *found: Record) -> None:
        records.save(self.db, found, "saisie")

    def edit(self, uid: str, **values: object) -> None:
        record = records.get(self.db, uid)
        assert record is not None
        entity = self.db.protocols[record.protocol].entity(record.entity)
        self.save(with_data(record, entity, {**record.data, **values}))

    def export(self, name: str = "envoi", **options: Any) -> Path:
        path = self.folder / f"{name}.fieldbatch"
        return bundle.export(self.db, path, device_name=self.name, **options).path

    def read(self, path: Path) -> bundle.Imported:
        return bundle.import_(self.db, path)

    def state(self) -> list[tuple[Any, ...]]:
        return self.db.rows("SELECT uid, parent, on_date, cd_nom, data, deleted FROM record ORDER BY uid")

    def everything(self) -> list[Any]:
        tables = [row[0] for row in self.db.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [(name, self.db.rows(f"SELECT * FROM {name}")) for name in tables]


Maker = Callable[[str], Laptop]


def evening(visits: int = 2, seen: int = 3) -> list[Record]:
    group = make("group", name="Bois")
    site = make("site", group, name="Mare")
    found = [group, site]
    for number in range(visits):
        visit = make("visit", site, visited_on=f"2026-04-{number % 28 + 1:02}", passage=1)
        found += [visit, *(make("seen", visit, cd_nom=100 + one, count=one) for one in range(seen))]
    return found
