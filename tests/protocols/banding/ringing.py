"""A ringing table in a real database: a place, a session, strings of rings, and birds saved line by line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fieldapp import protocols
from fieldapp.core.record import Placed, Record, make_record
from fieldapp.exchange.known import KnownRecords
from fieldapp.protocols.banding import stock
from fieldapp.protocols.banding.desk import Desk
from fieldapp.protocols.banding.protocol import PROTOCOL
from fieldapp.protocols.banding.schema import CODE
from fieldapp.store import records
from fieldapp.store.opening import open_for_use


def make(entity: str, values: dict[str, Any], parent: str | None = None) -> Record:
    return make_record(CODE, PROTOCOL.entity(entity), values, parent)


def string(size: str, first: str, last: str, state: str = "open", **more: Any) -> Record:
    return make(
        "ring_string", {**stock.new_string({"size": size, "first": first, "last": last, **more}), "state": state}
    )


class Table:
    """One session of the place in Dourges on 12 September 2026, in a database of its own."""

    def __init__(self, path: Path) -> None:
        self.db = open_for_use(path, protocols.installed())
        self.known = KnownRecords(self.db, PROTOCOL)
        self.place = make(
            "sites_group",
            {
                "place_name": "Bac à schlamms",
                "commune": "Dourges",
                "longitude": 2.98,
                "latitude": 50.43,
                "country": "FR",
            },
        )
        self.site = make("site", {"site_name": "PHENO"}, self.place.uid)
        self.session = self.new_session("2026-09-12")
        self.keep(self.place, self.site, self.session)
        self.desk = self.reopened()

    def new_session(self, on: str) -> Record:
        values = {"date": on, "theme": "PHENO", "opened_at": "06:30", "duration_min": 360, "holder": "person-1"}
        return make("visit", values, self.site.uid)

    def reopened(self, session: Record | None = None, person: str = "") -> Desk:
        """Return a new desk on what the database holds now."""
        session = session or self.session
        parents = {"site": self.site, "sites_group": self.place}
        return Desk(self.known, Placed(session, parents), self.known.children(session.uid), person=person)

    def keep(self, *found: Record) -> None:
        records.save(self.db, list(found), "essai")

    def with_strings(self, *strings: Record) -> Desk:
        self.keep(*strings)
        self.desk = self.reopened()
        return self.desk

    def store(self, record: Record) -> Record:
        self.keep(record)
        self.desk.saved(record)
        return record

    def put(self, text: str, species: str = "ACRSCI", **more: Any) -> Record:
        """Type a ring, complete the line, store it and tell the desk, as the capture page does."""
        reading = self.desk.read_ring(text, {"species": species, **more})
        values = self.desk.complete({"species": species, **more, **reading.values}, "07:30")
        return self.store(make("observation", dict(values), self.desk.session.uid))

    def take_back(self, record: Record) -> None:
        self.keep(record.removed())
        self.desk.removed(record.uid)
