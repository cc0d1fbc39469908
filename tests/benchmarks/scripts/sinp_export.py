"""Writes the SINP file of a database; prints its rows, and by how many MB the memory has grown at its peak."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from fieldapp import protocols
from fieldapp.exchange import sinp
from fieldapp.exchange.selecting import Selection, tellings
from fieldapp.exchange.written import Options
from fieldapp.store.connection import open_database
from tests.memory import peak_bytes

with (
    open_database(Path(sys.argv[1]), protocols.installed()) as db,
    Path(os.devnull).open("w", encoding="utf-8") as file,
):
    for protocol in db.protocols.values():
        protocol.taxa()
    before = peak_bytes()
    options = Options(dataset_uuid="0a8ad0c7-1d1c-4c2a-9a3b-7e2a4f1f2a11")
    count = sinp.write(tellings(db, Selection()), file, note=lambda _one: None, options=options)
print(count, (peak_bytes() - before) / 1e6)
