"""The demonstration season: the synthetic POP season of 2020 that comes with the program."""

from __future__ import annotations

from fieldapp.core import paths
from fieldapp.exchange.importing import import_file
from fieldapp.exchange.report import ImportReport
from fieldapp.store.connection import Database

PROTOCOL, IMPORTER = "pop_amphibiens", "shf"
SAMPLE = "demo/pop_2020_standard.csv"


def fill(db: Database) -> ImportReport:
    """Bring the demonstration season into a database; a second time changes nothing."""
    importer = next(item for item in db.protocols[PROTOCOL].imports if item.code == IMPORTER)
    return import_file(db, importer, paths.resource(SAMPLE))
