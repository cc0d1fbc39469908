"""One barrier with a few mornings of two springs, saved as a person would have them."""

from __future__ import annotations

from datetime import date
from typing import Any

from fieldapp.core.record import Record, make_record
from fieldapp.protocols.pitfall_barrier.schema import BUCKET, CAMPAIGN, CODE, INDIVIDUAL, OBSERVATION, SITE, VISIT
from fieldapp.store import records
from fieldapp.store.connection import Database

TODAY = date(2026, 3, 20)
TOAD, PALMATE, CRESTED = 259, 444432, 139


def catch(visit: Record, bucket: str, cd_nom: int, count: int = 1, sex: str = "3", **values: Any) -> Record:
    told = {"stage": "2", "direction": "in", "vitality": "alive"}
    values = {**told, "bucket": bucket, "cd_nom": cd_nom, "count": count, "sex": sex, **values}
    return make_record(CODE, OBSERVATION, values, visit.uid)


class Mornings:
    """The records, by names that the tests use. On 14 and 19 March of 2026 nobody looked, and nobody said why."""

    def __init__(self, db: Database) -> None:
        self.person = make_record("directory", db.protocols["directory"].entity("person"), {"name": "BOIS Ana"}, None)
        self.site = make_record(CODE, SITE, {"site_name": "Mare Jules Ferry", "commune": "Vimy"}, None)
        self.buckets = [
            make_record(CODE, BUCKET, {"bucket": str(number), "side": "outside"}, self.site.uid)
            for number in range(1, 13)
        ]
        days = {"opened_on": "2026-03-14", "closed_on": "2026-06-15"}
        self.campaign = make_record(CODE, CAMPAIGN, days, self.site.uid)
        self.newt = self._individual("TC-013")
        self.other = self._individual("Mathilde")
        self.last_year = self._visit("2025-03-12", "checked")
        self.draft = self._visit("2026-03-15", "checked")
        self.full = self._visit("2026-03-16", "checked")
        self.empty = self._visit("2026-03-17", "empty")
        self.missed = make_record(
            CODE, VISIT, {"check_on": "2026-03-18", "state": "missed", "reason": "weather"}, self.site.uid
        )
        self.toads = catch(self.full, "3", TOAD, 2)
        self.pair = catch(self.full, "4", TOAD, 2, "5", amplexus=True)
        self.dead = catch(self.full, "7", PALMATE, 1, "2", vitality="dead", direction="out")
        self.known = catch(self.full, "6", CRESTED, individual=self.newt.uid)
        self.before = catch(self.last_year, "2", CRESTED, individual=self.newt.uid, comments="queue abîmée")
        told = [self.last_year, self.draft, self.full, self.empty, self.missed]
        caught = [self.toads, self.pair, self.dead, self.known, self.before]
        above = [self.person, self.site, *self.buckets, self.campaign, self.newt, self.other]
        records.save(db, [*above, *told, *caught], "deux printemps")

    def _individual(self, name: str) -> Record:
        return make_record(CODE, INDIVIDUAL, {"individual_name": name, "cd_nom": CRESTED}, self.site.uid)

    def _visit(self, on: str, state: str) -> Record:
        values = {"check_on": on, "state": state, "observers": [self.person.uid]}
        return make_record(CODE, VISIT, values, self.site.uid)
