"""A few ponds, visits and observations for the tests of the desk, each saved as a person would save it."""

from __future__ import annotations

from typing import Any

from fieldapp import protocols
from fieldapp.core.record import Record, make_record, with_data, with_review
from fieldapp.core.schema import StudyProtocol
from fieldapp.protocols.directory.protocol import PERSON
from fieldapp.protocols.pop_amphibiens.schema import CODE, OBSERVATION, SITE, SITES_GROUP, VISIT
from fieldapp.store import records
from fieldapp.store.connection import Database

POP: StudyProtocol = protocols.by_code(CODE)
TOAD, PALMATE = 459628, 444432  # Epidalea calamita, Lissotriton helveticus

ASKED = {
    "Heure_debut": "21:32", "Heure_fin": "21:44", "methode_de_prospection": ["4", "5"], "expertise": "Chevronné",
    "id_dataset": "what", "accessibility": "Oui",
}  # fmt: skip
COUNTED = {
    "presence": "Oui", "id_nomenclature_typ_denbr": "Co", "id_nomenclature_stade": "2", "id_nomenclature_sex": "1"
}  # fmt: skip


def save(db: Database, *made: Record) -> Record:
    records.save(db, made, "test")
    return made[-1]


def person(db: Database, name: str) -> Record:
    return save(db, make_record("directory", PERSON, {"name": name}, None))


def area(db: Database, name: str, **values: Any) -> Record:
    return save(db, make_record(CODE, SITES_GROUP, {"sites_group_name": name, **values}, None))


def pond(
    db: Database, group: Record, name: str, longitude: float = 2.8, latitude: float = 50.4, **values: Any
) -> Record:
    where = {
        "base_site_name": name,
        "longitude": longitude,
        "latitude": latitude,
        "milieu_aquatique": "MILIEU_AQUATIQUE_7",
    }
    return save(db, make_record(CODE, SITE, {**where, **values}, group.uid))


def visit(db: Database, site: Record, on: str, passage: int = 2, who: tuple[Record, ...] = (), **values: Any) -> Record:
    own = {"visit_date_min": on, "num_passage": passage, "observers": [one.uid for one in who] or ["who"]}
    first = {"etat_site": "Site existant"} if passage == 1 else {}
    return save(db, make_record(CODE, VISIT, {**ASKED, **own, **first, **values}, site.uid))


def seen(db: Database, at: Record, cd_nom: int, count: int = 3, **values: Any) -> Record:
    counted = {**COUNTED, "cd_nom": cd_nom, "count_min": count, "count_max": count}
    return save(db, make_record(CODE, OBSERVATION, {**counted, **values}, at.uid))


def nothing(db: Database, at: Record) -> Record:
    values = {"presence": "Non", "cd_nom": 914450, "count_min": 0, "count_max": 0}
    return save(db, make_record(CODE, OBSERVATION, values, at.uid))


def fresh(db: Database, record: Record) -> Record:
    found = records.get(db, record.uid)
    assert found is not None
    return found


def altered(db: Database, record: Record, **values: Any) -> Record:
    """Save a record with other values; None takes one away."""
    now = fresh(db, record)
    data = {name: value for name, value in {**now.data, **values}.items() if value is not None}
    return save(db, with_data(now, db.protocols[now.protocol].entity(now.entity), data))


def said(db: Database, record: Record, **values: Any) -> Record:
    """Save what the review says of a record, by its reserved names."""
    now = fresh(db, record)
    return save(db, with_review(now, db.protocols[now.protocol].entity(now.entity), values))


def number(db: Database, record: Record) -> int:
    found = db.value("SELECT id FROM record WHERE uid = ?", (record.uid,))
    return int(found)
