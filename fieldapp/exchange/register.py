"""The register of what was handed to whom: for the command line, for a screen, and as a table."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fieldapp.core.record import Record
from fieldapp.core.text import N_, _, ngettext
from fieldapp.exchange.writing import written_whole
from fieldapp.store import batches, disk, records
from fieldapp.store.connection import Database

COLUMNS: Mapping[str, str] = {
    "made_on": N_("Date"),
    "recipient": N_("Destinataire"),
    "purpose": N_("Objet"),
    "format": N_("Format"),
    "filter": N_("Demande"),
    "precision": N_("Précision"),
    "conditions": N_("Conditions d’utilisation"),
    "file_name": N_("Fichier"),
    "rows": N_("Lignes"),
    "records": N_("Données"),
    "taxa": N_("Taxons"),
    "new": N_("Nouvelles"),
    "corrected": N_("Corrigées"),
    "withdrawn": N_("Retirées"),
    "sha256": N_("Empreinte SHA-256"),
    "program_version": N_("Version du programme"),
    "uid": N_("Identifiant"),
}
"""The columns of the table, by the names of the values."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One delivery; `recipient` is the name of whoever got it, `is_here`: its file is frozen in this database."""

    record: Record
    recipient: str
    is_here: bool

    def value(self, name: str) -> Any:
        """Return a value by the name of its column, "" for none."""
        if name == "recipient":
            return self.recipient
        if name == "uid":
            return self.record.uid
        return self.record.data.get("digest" if name == "sha256" else name, "")

    def as_json(self) -> dict[str, Any]:
        """Return the delivery by the names of the columns."""
        return {**{name: self.value(name) for name in COLUMNS}, "resendable": self.is_here}

    def words(self) -> str:
        """Return the delivery as one line of text."""
        figures = _("{records} données, {taxa} taxons").format(records=self.value("records"), taxa=self.value("taxa"))
        parts = (self.value("made_on"), self.recipient, self.value("format"), self.value("file_name"), figures)
        return " · ".join(map(str, (*parts, self.record.uid)))


def entries(db: Database) -> list[Entry]:
    """Return the register, newest first."""
    found = batches.deliveries(db)
    named = records.get_many(db, {str(one.data.get("recipient", "")) for one in found})
    here = batches.frozen_here(db)
    return [
        Entry(
            one,
            str(known.data.get("name", "")) if (known := named.get(one.data.get("recipient", ""))) else "",
            one.uid in here,
        )
        for one in found
    ]


def difference_words(new: int, corrected: int, withdrawn: int, shown: Callable[[int], str] = str) -> str:
    """Return "2 nouvelles, 1 corrigée, 0 retirée": a batch against the one before; `shown` writes a figure."""
    parts = (
        ngettext("{n} nouvelle", "{n} nouvelles", new).format(n=shown(new)),
        ngettext("{n} corrigée", "{n} corrigées", corrected).format(n=shown(corrected)),
        ngettext("{n} retirée", "{n} retirées", withdrawn).format(n=shown(withdrawn)),
    )
    return ", ".join(parts)


def write(db: Database, path: Path) -> int:
    """Write the register as CSV (";", UTF-8 with its mark for spreadsheets) and return how many deliveries it has."""
    found = entries(db)
    with written_whole(path, disk.files_of(db.path)) as file:
        file.write("\ufeff")
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow([_(label) for label in COLUMNS.values()])
        writer.writerows([_plain(one.value(name)) for name in COLUMNS] for one in found)
    return len(found)


def _plain(value: Any) -> str:
    """Return a value as text that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
