"""An evening at the ponds: an aire of three ponds with its past, its people, and the pond before already done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from fieldapp import protocols
from fieldapp.core.ids import name_uid
from fieldapp.core.record import Record, make_record
from fieldapp.protocols.pop_amphibiens.schema import CODE
from fieldapp.store import records, taxa
from fieldapp.store.connection import Database

TODAY = date(2026, 4, 14)
"""In the window of passage 2, an even year."""

ALEX, CAMILLE = name_uid("person", "BERNARD Alex"), name_uid("person", "DUBOIS Camille")
DATASET = name_uid("dataset", "POP Amphibiens 2026")
CALAMITE, PELODYTE, PALME, ESCULENTUS, GREEN = 459628, 252, 444432, 444440, 444436
NIGHT, LISTENING, NET, DAY = "4", "5", "2", "1"


def site_uid(number: int) -> str:
    """Return the uid of "Mare 01" to "Mare 03"."""
    return name_uid("test-site", f"Mare {number:02}")


GROUP = name_uid("test-group", "Terrils du 11/19")


def of(protocol: str, entity: str, data: Mapping[str, Any], parent: str | None, uid: str | None = None) -> Record:
    return make_record(protocol, protocols.by_code(protocol).entity(entity), data, parent, uid)


def fill(db: Database, *, local_fields: tuple[str, ...] = (), evening: bool = True) -> None:
    """Put the aire, its past and, with `evening`, tonight's visit of the first pond into the database."""
    for protocol in db.protocols.values():
        taxa.install(db, protocol.code, protocol.taxa())
    group = {
        "sites_group_name": "Terrils du 11/19",
        "categories_paysageres": "CATEGORIE_PAYSAGERE_4",
        "id_inventor": ALEX,
        "local_fields": list(local_fields),
    }
    made = [
        of("directory", "person", {"name": "BERNARD Alex"}, None, ALEX),
        of("directory", "person", {"name": "DUBOIS Camille"}, None, CAMILLE),
        of("directory", "dataset", {"name": "POP Amphibiens 2026"}, None, DATASET),
        of(CODE, "sites_group", group, None, GROUP),
    ]
    for number in (1, 2, 3):
        place = {
            "base_site_name": f"Mare {number:02}",
            "milieu_aquatique": "MILIEU_AQUATIQUE_7",
            "longitude": 2.78 + number / 1000,
            "latitude": 50.45,
        }
        made.append(of(CODE, "site", place, GROUP, site_uid(number)))
    for year, cd_nom in ((2024, CALAMITE), (2018, PELODYTE)):
        visit = of(CODE, "visit", {**head(f"{year}-04-20"), "num_passage": 2}, site_uid(2))
        line = {"presence": "Oui", "cd_nom": cd_nom, "count_min": 3, "count_max": 3, "id_nomenclature_typ_denbr": "Co"}
        made += [visit, of(CODE, "observation", line, visit.uid)]
    if evening:
        visit = of(CODE, "visit", {**head(TODAY.isoformat()), "num_passage": 2}, site_uid(1))
        made += [visit, of(CODE, "observation", ABSENCE, visit.uid)]
    records.save(db, made, "avant", kind="import")


ABSENCE = {"presence": "Non", "cd_nom": 914450, "count_min": 0, "count_max": 0}


def head(day: str) -> dict[str, Any]:
    """Return a complete visit by night."""
    return {
        "visit_date_min": day,
        "Heure_debut": "21:30",
        "Heure_fin": "21:45",
        "methode_de_prospection": [NIGHT, LISTENING],
        "observers": [ALEX, CAMILLE],
        "expertise": "Chevronné",
        "id_dataset": DATASET,
        "accessibility": "Oui",
    }
