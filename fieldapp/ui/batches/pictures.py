"""What the pictures of batches show: recipients of three kinds, and what they got."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record, make_record
from fieldapp.exchange import batch
from fieldapp.exchange.batch_request import Request
from fieldapp.exchange.selecting import Selection
from fieldapp.store import batches, records
from fieldapp.store.connection import Database
from fieldapp.ui.services import Services
from fieldapp.ui.shell import MainWindow

SHF, DREAL, OFFICE = "Société herpétologique de France", "DREAL Hauts-de-France", "Bureau d’études Alauda"

RECIPIENTS = (
    {"name": SHF, "contact": "Coordination POP", "conditions": "Programme POP Amphibiens, sans rediffusion",
     "precision": "exact", "sees_sensitive": True},
    {"name": DREAL, "contact": "Service biodiversité", "conditions": "Usage interne, pas de rediffusion",
     "precision": "exact"},
    {"name": OFFICE, "conditions": "Pour le dossier d’août 2022 seulement, données détruites ensuite",
     "precision": "commune"},
)  # fmt: skip

SENSITIVE = 139
"""cd_nom of Triton crêté, sensitive in the pictures."""


def fill(db: Database) -> str:
    """Save recipients, a sensitive species and two batches, once; return the uid of the second recipient."""
    uids = {str(values["name"]): name_uid(batches.RECIPIENT, str(values["name"])) for values in RECIPIENTS}
    if records.get(db, uids[SHF]) is not None:
        return uids[DREAL]
    entity = db.protocols[batches.DIRECTORY].entity
    made: list[Record] = [
        make_record(batches.DIRECTORY, entity(batches.RECIPIENT), values, None, uids[str(values["name"])])
        for values in RECIPIENTS
    ]
    rule = {"cd_nom": SENSITIVE, "level": "2", "comments": "Stations connues de peu de gens"}
    made.append(make_record(batches.DIRECTORY, entity("sensitivity"), rule, None))
    records.save(db, made, "Destinataires")
    season = Selection(frozenset({"pop_amphibiens"}), "2020-01-01", "2020-12-31")
    with tempfile.TemporaryDirectory(prefix="fieldapp-pictures-") as folder:
        for form, name, purpose in (("shf", SHF, "Saison 2020"), ("csv", DREAL, "Porter à connaissance")):
            request = Request(form, season, uids[name], purpose)
            batch.make(db, request, Path(folder) / f"pop_2020_{form}.csv")
    return uids[DREAL]


def scenes(window: MainWindow, services: Services, *, every: bool) -> Iterator[str]:
    """Yield the names of the pictures, the window brought there each time."""
    if every:
        window.navigate("batches")
        yield "envois-vide"
    dreal = fill(services.db)
    window.navigate("batches")
    yield "envois"
    window.navigate("batch_new", recipient=dreal, format="csv")
    yield "envoi-nouveau"
    if every:
        window.navigate("batch_new", recipient=dreal, format="csv", since=True)
        yield "envoi-suite"
        window.navigate("recipients")
        yield "destinataires"
        window.navigate("place", protocol=batches.DIRECTORY, entity=batches.RECIPIENT, uid=dreal)
        yield "fiche-destinataire"
        window.escape()
