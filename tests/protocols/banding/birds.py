"""A small database of captures made by hand: one line of a test says one capture of a bird."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fieldapp import protocols
from fieldapp.core.record import Record, make_record
from fieldapp.exchange.known import KnownRecords
from fieldapp.protocols.banding.schema import CODE, OBSERVATION, SITE, SITES_GROUP, VISIT
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.store.opening import open_for_use

AVION = {"place_name": "Marais de la Couture", "commune": "AVION", "latitude": 50.404, "longitude": 2.827}
DOURGES = {"place_name": "Bac à schlamms", "commune": "DOURGES", "latitude": 50.438, "longitude": 2.985}


class Ringers:
    """What a ringing team notes; places and sessions are made when first named."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.known = KnownRecords(db, protocols.by_code(CODE))
        self._sites: dict[str, str] = {}
        self._sessions: dict[tuple[str, str], str] = {}

    def session(self, on: str | None, place: dict[str, Any] = AVION, theme: str = "STOC") -> str:
        """Return the uid of the session of a day at a place."""
        name = place["place_name"]
        if name not in self._sites:
            group = make_record(CODE, SITES_GROUP, place, None)
            site = make_record(CODE, SITE, {"site_name": "filets"}, group.uid)
            records.save(self.db, [group, site], "lieu")
            self._sites[name] = site.uid
        if (name, on or "") not in self._sessions:
            values = {"date": on, "theme": theme, "opened_at": "06:00", "duration_min": 360}
            visit = make_record(CODE, VISIT, values, self._sites[name])
            records.save(self.db, [visit], "séance")
            self._sessions[name, on or ""] = visit.uid
        return self._sessions[name, on or ""]

    def capture(self, ring: str, on: str | None, *, place: dict[str, Any] = AVION, **values: Any) -> Record:
        """Save one capture: a control of an adult reed warbler unless the values say otherwise."""
        scheme = values.get("ring_scheme", "FRP")
        filled = {"action": "C", "ring_scheme": scheme, "ring": ring, "ring_key": f"{scheme}{ring}",
                  "species": "ACRSCI", **values}  # fmt: skip
        record = make_record(CODE, OBSERVATION, filled, self.session(on, place))
        records.save(self.db, [record], "capture")
        return record


@contextmanager
def ringers(path: Path) -> Iterator[Ringers]:
    """Hold an empty database at `path` for a ringing team."""
    with open_for_use(path, protocols.installed()) as db:
        yield Ringers(db)
