"""A small season of ponds to hand on, recipients, and short ways to make batches and read what they wrote."""

import csv
import json
from pathlib import Path
from typing import Any

from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record, make_record, with_data
from fieldapp.exchange import batch
from fieldapp.exchange.batch import Made
from fieldapp.exchange.batch_request import Request
from fieldapp.exchange.selecting import Selection
from fieldapp.protocols.pop_amphibiens import schema
from fieldapp.store import records
from fieldapp.store.connection import Database

CRESTED, ALYTES, PALMATE = 139, 197, 444432
"""cd_nom of Triton crêté, Alyte accoucheur and Triton palmé (source: the curated list of the protocol)."""

POND, SECRET_POND = "Mare du Gour Noir", "Fontaine aux Loups"
POSITION, SECRET_POSITION = (2.7513862, 50.3942178), (2.8371947, 50.4391736)
"""Places with figures that occur nowhere else."""

DATASET = "aaaaaaaa-1111-4222-8333-bbbbbbbbbbbb"


def season(db: Database) -> dict[str, Record]:
    """Save an aire with two ponds, a visit of each, five rows in all; return the records by a short name."""
    who = make_record("directory", _directory(db, "person"), {"name": "MARTIN Claire"}, None)
    dataset = make_record(
        "directory", _directory(db, "dataset"), {"name": "POP", "unique_dataset_id": DATASET, "id_dataset": 7}, None
    )
    group = _pop(schema.SITES_GROUP, None, sites_group_name="Marais", id_inventor=who.uid)
    pond, secret = _pond(group, POND, POSITION), _pond(group, SECRET_POND, SECRET_POSITION)
    made = {
        "who": who,
        "dataset": dataset,
        "group": group,
        "pond": pond,
        "secret": secret,
        "visit": visit(pond, who, dataset, "2026-03-14"),
        "secret_visit": visit(secret, who, dataset, "2026-03-15", comments=f"au bord de {SECRET_POND}"),
    }
    made |= {
        "toads": seen(made["visit"], ALYTES, 12, comments="sous la berge"),
        "palmate": seen(made["visit"], PALMATE, 3),
        "more": seen(made["visit"], PALMATE, 2, sex="2"),
        "crested": seen(made["secret_visit"], CRESTED, 4, comments=f"{SECRET_POND}, rive nord"),
        "others": seen(made["secret_visit"], ALYTES, 1),
    }
    records.save(db, made.values(), "saison")
    return made


def visit(pond: Record, who: Record, dataset: Record, on: str, **values: Any) -> Record:
    """Return a visit of a pond that is finished."""
    told = {
        "visit_date_min": on,
        "num_passage": 1,
        "Heure_debut": "21:02",
        "Heure_fin": "21:32",
        "observers": [who.uid],
        "expertise": "Chevronné",
        "id_dataset": dataset.uid,
        "accessibility": "Oui",
        "etat_site": "Site existant",
        "methode_de_prospection": ["4"],
    }
    return _pop(schema.VISIT, pond, **told, **values)


def seen(at: Record, cd_nom: int, count: int, sex: str = "1", **values: Any) -> Record:
    """Return a row of a visit."""
    told = {
        "presence": "Oui",
        "cd_nom": cd_nom,
        "count_min": count,
        "count_max": count,
        "id_nomenclature_typ_denbr": "Co",
        "id_nomenclature_stade": "2",
        "id_nomenclature_sex": sex,
    }
    return _pop(schema.OBSERVATION, at, **told, **values)


def _pond(group: Record, name: str, position: tuple[float, float]) -> Record:
    return _pop(
        schema.SITE, group, base_site_name=name, longitude=position[0], latitude=position[1], milieu_aquatique="Mare"
    )


def _pop(entity: Any, above: Record | None, **values: Any) -> Record:
    return make_record(schema.CODE, entity, values, above.uid if above else None)


def _directory(db: Database, code: str) -> Any:
    return db.protocols["directory"].entity(code)


def recipient(db: Database, name: str = "DREAL", **values: Any) -> str:
    """Save a recipient and return its uid."""
    told = {"name": name, "conditions": "Usage interne, pas de rediffusion", "precision": "exact"} | values
    made = make_record("directory", _directory(db, "recipient"), told, None, name_uid("recipient", name))
    records.save(db, [made], f"Destinataire {name}")
    return made.uid


def sensitive(db: Database, cd_nom: int, level: str) -> None:
    """Save a rule that a species is sensitive everywhere."""
    made = make_record("directory", _directory(db, "sensitivity"), {"cd_nom": cd_nom, "level": level}, None)
    records.save(db, [made], "Espèce sensible")


def edit(db: Database, record: Record, **values: Any) -> None:
    """Save a record with other values, as a form does."""
    stored = records.get(db, record.uid)
    assert stored is not None
    entity = db.protocols[stored.protocol].entity(stored.entity)
    records.save(db, [with_data(stored, entity, {**stored.data, **values})], "correction")


def ponds(**more: Any) -> Selection:
    """Return the selection of all ponds."""
    return Selection(protocols=frozenset({schema.CODE}), **more)


def hand_on(db: Database, form: str, to: str, path: Path, selection: Selection | None = None, **more: Any) -> Made:
    """Make a batch of the ponds."""
    return batch.make(db, Request(form, selection or ponds(), to, **more), path)


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file by its columns."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def manifest_of(path: Path) -> dict[str, Any]:
    """Return the manifest beside a file."""
    found: dict[str, Any] = json.loads(path.with_name(f"{path.name}.manifest.json").read_text("utf-8"))
    return found
