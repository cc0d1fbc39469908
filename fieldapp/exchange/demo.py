"""The demonstration: the synthetic seasons that come with the program, and ring strings to go on with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fieldapp.core import paths
from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record, make_record
from fieldapp.core.text import _
from fieldapp.exchange.importing import import_file
from fieldapp.exchange.report import ImportReport
from fieldapp.protocols.banding import schema, stock
from fieldapp.store import records
from fieldapp.store.connection import Database


@dataclass(frozen=True, slots=True)
class Sample:
    """A file that comes with the program, and the protocol and importer that read it."""

    protocol: str
    importer: str
    resource: str


PONDS = Sample("pop_amphibiens", "shf", "demo/pop_2020_standard.csv")
BIRDS = Sample("banding", "crbpo", "demo/banding_2020_crbpo.csv")
BARRIER = Sample("pitfall_barrier", "barrier", "demo/barrier_vimy_2005_2020.csv")
LISTS = Sample("occasional", "list", "demo/lists_2020.csv")

PROTOCOL, IMPORTER, SAMPLE = PONDS.protocol, PONDS.importer, PONDS.resource

STRINGS = (
    ("R", "RK7133", "RK7200", "open"),
    ("O", "8683516", "8683600", "open"),
    ("O", "8683601", "8683700", "received"),
    ("V", "8690001", "8690050", "open"),
    ("S", "SC120138", "SC120200", "open"),
    ("J", "JC120025", "JC120030", "open"),
)
"""Size, first and last ring, and state of the strings of the demonstration: they begin where its season ended."""


def fill(db: Database) -> Sequence[ImportReport]:
    """Bring the seasons of all protocols and the ring strings into a database; a second time changes nothing."""
    reports = [take(db, sample) for sample in (PONDS, BIRDS, BARRIER, LISTS)]
    fresh = [record for record in strings() if records.get(db, record.uid) is None]
    records.save(db, fresh, _("Séries de bagues de la démonstration"), kind="import")
    return reports


def take(db: Database, sample: Sample) -> ImportReport:
    """Bring one season into a database; a second time changes nothing."""
    importer = next(item for item in db.protocols[sample.protocol].imports if item.code == sample.importer)
    return import_file(db, importer, paths.resource(sample.resource))


def strings() -> list[Record]:
    """Return the ring strings, with the same identity on every computer."""
    return [
        make_record(
            schema.CODE,
            schema.RING_STRING,
            stock.new_string({"size": size, "first": first, "last": last, "state": state}),
            None,
            name_uid("ring_string", first),
        )
        for size, first, last, state in STRINGS
    ]
