"""What the pictures of banding show: the demonstration season, and a spring morning two years later that has begun."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fieldapp.core.record import Record, make_record
from fieldapp.protocols.banding.lists import bird
from fieldapp.protocols.banding.ring import PARIS
from fieldapp.protocols.banding.schema import CODE, NET, OBSERVATION, SITE, SITES_GROUP, VISIT
from fieldapp.store import records
from fieldapp.store.connection import Database

KNOWN_RING = "8680381"
"""The ring of a Bluethroat of the demonstration that was ringed and controlled at the place of the pictures."""

OTHER_SPECIES = "SYLATR"
"""A species that this bird is not."""

ENTER = "\r"
"""What stands for the key Enter in what is typed."""

NETS = 20
"""Nets of the place (source: the sample's NF of PHENO)."""

NET_LENGTH_M = 12

_BIRDS = (
    ("06:30", "8683516", "O", "ERIRUB", "?", "+1A", 71.5, 16.2, "2", "3"),
    ("06:30", "RK7133", "R", "PHYCOL", "?", "2A", 58, 7.4, "1", "7"),
    ("06:30", "8683517", "O", "SYLATR", "M", "+1A", 74, 19.2, "3", "7"),
    ("07:00", "JC120025", "J", "TURMER", "M", "2A", 128, 92.5, "2", "12"),
    ("07:00", "8683518", "O", "SYLATR", "F", "+1A", 73.5, 18.4, "2", "5"),
    ("07:00", "RK7134", "R", "TROTRO", "?", "+1A", 48.5, 9.1, "1", "2"),
    ("07:30", "8683519", "O", "ERIRUB", "?", "2A", 70, 15.8, "1", "14"),
)
"""Hour, ring, size, species, sex, age, wing, mass, fat and net of what was caught so far."""


@dataclass(frozen=True, slots=True)
class Morning:
    """The sessions of the pictures: one with birds, one that has just begun."""

    begun: Record
    fresh: Record


def morning_of(db: Database, on: str) -> Morning | None:
    """Return the sessions of the day; in another database its newest session is both, None where there is none."""
    found = records.dated(db, CODE, VISIT.code, on, on) or records.dated(db, CODE, VISIT.code, "", "9999")
    return Morning(found[-1], found[0]) if found else None


def begin_morning(db: Database, on: str) -> Morning:
    """Save the nets of two places, and a session at each: one fresh, one with a few birds. Return them."""
    pheno, stoc = _site(db, "PHENO"), _site(db, "STOC")
    who = _people(db, pheno)
    fresh, begun = _session(stoc, on, "STOC", 10, who), _session(pheno, on, "PHENO", NETS, who)
    nets = [*_nets(stoc, 10), *_nets(pheno, NETS)]
    captures = [_capture(begun, line, *told) for line, told in enumerate(_BIRDS, start=1)]
    records.save(db, [*nets, fresh, begun, *captures], f"PHENO {on}")
    return Morning(begun, fresh)


def _site(db: Database, theme: str) -> Record:
    places = [record.uid for record in records.roots(db, CODE, SITES_GROUP.code)]
    return next(
        record
        for record in records.children(db, places)
        if record.entity == SITE.code and record.data.get("theme") == theme
    )


def _nets(site: Record, count: int) -> list[Record]:
    return [
        make_record(CODE, NET, {"net": str(number), "length_m": NET_LENGTH_M, "mesh_mm": 16}, site.uid)
        for number in range(1, count + 1)
    ]


def _people(db: Database, site: Record) -> dict[str, Any]:
    """Return those who were at the nets of this place the last time."""
    before = [record for record in records.children(db, [site.uid]) if record.entity == VISIT.code]
    return {name: before[-1].data[name] for name in ("holder", "ringer") if before and name in before[-1].data}


def _session(site: Record, on: str, theme: str, nets: int, who: dict[str, Any]) -> Record:
    values = {
        **who,
        "date": on,
        "theme": theme,
        "opened_at": "06:00",
        "open_nets": [str(number) for number in range(1, nets + 1)],
        "net_m": float(nets * NET_LENGTH_M),
        "weather": "Couvert, vent faible",
    }
    return make_record(CODE, VISIT, values, site.uid)


def _capture(
    session: Record, line: int, hour: str, ring: str, size: str, species: str, sex: str, age: str, *rest: Any
) -> Record:
    wing, mass, fat, net = rest
    known = bird(species)
    values = {
        "line": line,
        "action": "B",
        "ring_scheme": PARIS,
        "ring": ring,
        "ring_key": f"{PARIS}{ring}",
        "ring_size": size,
        "species": species,
        "cd_nom": known.cd_nom if known else None,
        "sex": sex,
        "age": age,
        "hour": hour,
        "net": net,
        "wing_mm": float(wing),
        "mass_g": float(mass),
        "fat": fat,
    }
    return make_record(CODE, OBSERVATION, values, session.uid)


def scenes(morning: Morning, *, every: bool) -> Iterator[tuple[str, str, dict[str, object], str]]:
    """Yield the name of each picture, its page with parameters, and what is typed there (with ENTER).

    Without a page the picture goes on from the one before.
    """
    here: dict[str, object] = {"uid": morning.begun.uid}
    yield "baguage", "banding", {}, ""
    yield "captures", "captures", here, f"{KNOWN_RING}{ENTER}"
    if every:
        yield "captures-alerte", "", {}, f"{OTHER_SPECIES}{ENTER}"
        yield "captures-vide", "captures", {"uid": morning.fresh.uid}, ""
        yield "seance", "session", here, ""
        yield "stock-de-bagues", "ring_stock", {}, ""
        yield "bague", "ring", {"key": f"{PARIS}{KNOWN_RING}"}, ""
        yield "lieux-de-baguage", "ringing_places", {}, ""
        yield "analyses-baguage", "analyses", {"protocol": CODE, "year": 2020}, ""
    yield "donnees-baguage", "data", {"protocol": CODE, "year": 2020}, ""
    if every:
        yield "a-finir-baguage", "data", {"protocol": CODE, "incomplete": True}, ""


def pages(db: Database) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield every page of banding with parameters that fill it from the demonstration."""
    [found] = records.by_field(db, CODE, OBSERVATION.code, "ring_key", [f"{PARIS}{KNOWN_RING}"])[:1]
    string = records.roots(db, CODE, "ring_string")[0]
    session: dict[str, object] = {"uid": found.parent}
    yield "banding", {}
    yield "session", {}
    yield "session", session
    yield "captures", session
    yield "capture", {"uid": found.uid}
    yield "ring", {"key": found.data["ring_key"]}
    yield "ring_stock", {}
    yield "ring_stock", {"uid": string.uid}
    yield "ringing_places", {}
    yield "data", {"protocol": CODE}
    yield "history", {"uid": found.uid}
    yield "history", session
    yield "history", {"uid": string.uid}
