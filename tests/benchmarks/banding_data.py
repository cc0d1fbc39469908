"""A banding database of many years for the benchmarks, made once and kept under build/: the same from run to run."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from fieldapp import protocols
from fieldapp.core.record import Record, make_record
from fieldapp.protocols.banding import lists
from fieldapp.protocols.banding.schema import CODE, NET, OBSERVATION, RING_STRING, SITE, SITES_GROUP, VISIT
from fieldapp.protocols.directory.protocol import CODE as DIRECTORY
from fieldapp.protocols.directory.protocol import PERSON
from fieldapp.store import records
from fieldapp.store.connection import Database, open_database
from tests.benchmarks.data import prepare

YEARS = range(2000, 2025)
SESSIONS_PER_YEAR = 100
CAPTURES_PER_SESSION = 400
CONTROLS = 0.08
PLACES = 12
RINGS_PER_STRING = 1000
FIRST_RING = 1_000_001
REMEMBERED = 60_000
"""Birds that may still be controlled: those of about the last two years."""

DAY = date(2025, 5, 4)
"""The day of the sessions that the benchmarks themselves open."""


def database(folder: Path) -> Path:
    """Return the path of a database with a million captures over twenty-five years; made when missing."""
    captures = len(YEARS) * SESSIONS_PER_YEAR * CAPTURES_PER_SESSION
    path = folder / f"banding-{captures}.db"
    if not path.exists():
        building = path.with_suffix(".building")
        for leftover in folder.glob(f"{building.name}*"):
            leftover.unlink()
        with open_database(building, protocols.installed()) as db:
            prepare(db)
            records.save(db, Season().records(), "benchmark", kind="import", all_new=True)
            db.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            db.connection.execute("PRAGMA optimize")
        building.rename(path)
    return path


@dataclass(slots=True)
class Season:
    """Makes the records: rings in order from strings of a thousand, 8 % of the captures controls of earlier birds."""

    chance: random.Random = field(default_factory=lambda: random.Random(2020))
    ring: int = FIRST_RING
    alive: list[tuple[int, str]] = field(default_factory=list)

    def records(self) -> Iterator[Record]:
        """Yield everything, parents first; the strings at the end, when it is known how many there were."""
        person = make_record(DIRECTORY, PERSON, {"name": "BAGUEUR, Un"}, None)
        yield person
        sites = []
        for number in range(PLACES):
            for record in place(number, self.chance):
                if record.entity == SITE.code:
                    sites.append(record)
                yield record
        for year in YEARS:
            for number in range(SESSIONS_PER_YEAR):
                on = date(year, 1, 1) + timedelta(days=round(number * 3.6))
                visit = session(sites[number % PLACES], person, on)
                yield visit
                for line in range(1, CAPTURES_PER_SESSION + 1):
                    yield self.capture(visit, line)
        yield from self.strings()

    def capture(self, visit: Record, line: int) -> Record:
        """Return a new bird, or one of the last sixty thousand again."""
        is_control = bool(self.alive) and self.chance.random() < CONTROLS
        if is_control:
            number, code = self.chance.choice(self.alive)
        else:
            number, code = self.ring, self.chance.choice(tuple(lists.birds()))
            self.ring += 1
            self.alive.append((number, code))
            if len(self.alive) > 2 * REMEMBERED:
                del self.alive[:REMEMBERED]
        values = {"action": "C", "condition": "8", "circumstances": "20"} if is_control else {"action": "B"}
        return make_record(CODE, OBSERVATION, {**values, **bird(self.chance, number, code, line)}, visit.uid)

    def strings(self) -> Iterator[Record]:
        """Yield the strings that all these rings came from, finished but for the last, and two that were not begun."""
        for first in range(FIRST_RING, self.ring + 2 * RINGS_PER_STRING, RINGS_PER_STRING):
            last = first + RINGS_PER_STRING - 1
            state = "finished" if last < self.ring else "open" if first <= self.ring else "received"
            yield string(first, last, state)


def string(first: int, last: int, state: str, size: str = "O") -> Record:
    """Return a string of rings of Paris."""
    values = {
        "scheme": "FRP",
        "size": size,
        "first": str(first),
        "last": str(last),
        "first_key": f"FRP{first}",
        "state": state,
    }
    return make_record(CODE, RING_STRING, values, None)


def place(number: int, chance: random.Random) -> Iterator[Record]:
    """Yield a ringing place, its net set and ten nets."""
    group = make_record(
        CODE,
        SITES_GROUP,
        {
            "place_name": f"Marais {number + 1}",
            "commune": f"COMMUNE {number + 1}",
            "department": "62",
            "country": "FR",
            "longitude": round(2.4 + chance.random() * 0.7, 5),
            "latitude": round(50.3 + chance.random() * 0.3, 5),
        },
        None,
    )
    yield group
    site = make_record(CODE, SITE, {"site_name": "filets", "theme": "PHENO", "usual_net_m": 120}, group.uid)
    yield site
    for net in range(1, 11):
        yield make_record(CODE, NET, {"net": str(net), "length_m": 12, "mesh_mm": 16}, site.uid)


def session(site: Record, person: Record, on: date, **more: Any) -> Record:
    """Return a session of six hours with ten nets."""
    values = {
        "date": on.isoformat(),
        "theme": "PHENO",
        "opened_at": "06:00",
        "duration_min": 360,
        "open_nets": [str(net) for net in range(1, 11)],
        "net_m": 120,
        "holder": person.uid,
        "ringer": person.uid,
    }
    return make_record(CODE, VISIT, {**values, **more}, site.uid)


def bird(chance: random.Random, number: int, code: str, line: int) -> dict[str, Any]:
    """Return what is noted of a bird: all nine cells of the usual line, within the limits of its species."""
    found = lists.birds()[code]
    return {
        "line": line,
        "ring_scheme": "FRP",
        "ring": str(number),
        "ring_key": f"FRP{number}",
        "ring_size": "O",
        "species": code,
        "cd_nom": found.cd_nom,
        "sex": chance.choice("MF?"),
        "age": chance.choice(("1A", "+1A", "2A", "VOL")),
        "hour": f"{6 + line // 80:02}:{30 * (line // 40 % 2):02}",
        "net": str(chance.randrange(1, 11)),
        "wing_mm": round(chance.uniform(*found.wing_mm) * 2) / 2,
        "mass_g": round(chance.uniform(*found.mass_g), 1),
        "fat": chance.choice("012345"),
    }


def site_and_person(db: Database) -> tuple[Record, Record]:
    """Return a net set and a ringer of the database, for a session of one's own."""
    group = records.roots(db, CODE, SITES_GROUP.code)[0]
    site = next(record for record in records.children(db, [group.uid]) if record.entity == SITE.code)
    return site, records.roots(db, DIRECTORY, PERSON.code)[0]
