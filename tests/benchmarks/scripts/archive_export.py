"""Writes the Darwin Core archive of a database; prints its rows, and by how many MB memory has grown at its peak."""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from fieldapp import protocols
from fieldapp.exchange import dwca
from fieldapp.exchange.known import Taxa
from fieldapp.exchange.selecting import Selection, tellings
from fieldapp.exchange.written import Options
from fieldapp.store.connection import open_database
from tests.memory import peak_bytes

with open_database(Path(sys.argv[1]), protocols.installed()) as db, tempfile.TemporaryDirectory() as scratch:
    options = Options(
        dataset_uuid="0a8ad0c7-1d1c-4c2a-9a3b-7e2a4f1f2a11",
        protocols=db.protocols,
        taxa=Taxa(db, protocols.by_code("pop_amphibiens")),
    )
    before = peak_bytes()
    count = dwca.write(
        tellings(db, Selection()), Path(scratch) / "archive.zip", note=lambda _one: None, options=options
    )
print(count, (peak_bytes() - before) / 1e6)
