"""Two ringing places, four sessions and eight captures, saved as a person would have them."""

from __future__ import annotations

from typing import Any

from fieldapp.core.record import Record, make_record
from fieldapp.protocols.banding.lists import bird
from fieldapp.protocols.banding.schema import CODE, OBSERVATION, RING_STRING, SITE, SITES_GROUP, VISIT
from fieldapp.protocols.banding.stock import new_string
from fieldapp.store import records
from fieldapp.store.connection import Database

PERSON = "0b0f6f0e-9a51-4d0c-8d0b-3d9a4f0d6a01"

EFFORT = {"opened_at": "06:00", "duration_min": 360, "open_nets": ["1", "2"], "net_m": 24, "holder": PERSON}
"""What a session must have besides its day and theme."""


def place(name: str, commune: str) -> tuple[Record, Record]:
    """Return a ringing place with its net set."""
    values = {"place_name": name, "commune": commune, "department": "62", "longitude": 2.9, "latitude": 50.4}
    group = make_record(CODE, SITES_GROUP, values, None)
    return group, make_record(CODE, SITE, {"site_name": f"Filets {name}"}, group.uid)


def session(site: Record, on: str, theme: str, **values: Any) -> Record:
    return make_record(CODE, VISIT, {"date": on, "theme": theme, **EFFORT, **values}, site.uid)


def capture(visit: Record, ring: str, species: str, action: str = "B", scheme: str = "FRP", **values: Any) -> Record:
    known = bird(species)
    told = {
        "ring_scheme": scheme,
        "ring": ring,
        "ring_key": f"{scheme}{ring}",
        "species": species,
        "cd_nom": known.cd_nom if known else None,
        "action": action,
        "sex": "?",
        "age": "1A",
        "hour": "07:30",
        "net": "1",
    }
    return make_record(CODE, OBSERVATION, {**told, **values}, visit.uid)


def string(first: str, last: str, size: str = "O", **values: Any) -> Record:
    return make_record(
        CODE, RING_STRING, new_string({"size": size, "first": first, "last": last, "state": "open", **values}), None
    )


class Season:
    """The records, by names that the tests use."""

    def __init__(self, db: Database) -> None:
        self.person = make_record("directory", db.protocols["directory"].entity("person"), {"name": "BOIS Ana"}, None)
        self.person = Record(PERSON, "directory", "person", None, self.person.data)
        self.dourges, self.nets = place("Bac à schlamms", "Dourges")
        self.vimy, self.garden = place("Jardin", "Vimy")
        self.s25 = session(self.nets, "2025-08-03", "PHENO", closed=True)
        self.s26 = session(self.nets, "2026-09-12", "PHENO", closed=True)
        self.left_open = session(self.garden, "2026-11-07", "SPOL", duration_min=None)
        self.no_metres = session(self.garden, "2026-11-14", "SPOL", net_m=None, closed=True)
        self.first = capture(self.s25, "8680017", "ACRSCI", wing_mm=66.5, mass_g=11.3, fat="2")
        self.again = capture(self.s26, "8680017", "ACRSCI", "C", age="+1A", wing_mm=67)
        self.others = [
            capture(self.s25, "8680018", "SYLATR", sex="M"),
            capture(self.s26, "8680041", "SYLATR", sex="F", comments="net déchiré"),
            capture(self.s26, "A710715", "ACRSCI", "C", "GBT"),
            capture(self.left_open, "SC126903", "CARCHL"),
            capture(self.no_metres, "8680117", "PARMAJ", hour="09:00"),
            capture(self.no_metres, "8680118", "PARMAJ", replaced_ring="5631847", replaced_ring_key="FRP5631847"),
        ]
        records.save(
            db,
            [
                self.person, self.dourges, self.nets, self.vimy, self.garden, self.s25, self.s26, self.left_open,
                self.no_metres, self.first, self.again, *self.others,
            ],
            "saison",
        )  # fmt: skip
