"""What the store knows around one morning: its barrier, campaign, buckets, itself and the one before. No Qt.

Only the mornings of one campaign are read, the catches of two of them, and the individuals that these name: the cost
does not grow with the years.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fieldapp.core.record import Record
from fieldapp.core.schema import StudyProtocol
from fieldapp.protocols.pitfall_barrier import campaign as calendar
from fieldapp.protocols.pitfall_barrier.board import Board
from fieldapp.protocols.pitfall_barrier.board_records import board_of
from fieldapp.protocols.pitfall_barrier.campaign import Morning
from fieldapp.protocols.pitfall_barrier.schema import (
    BUCKET,
    CAMPAIGN,
    CODE,
    INDIVIDUAL,
    OBSERVATION,
    PHOTO,
    SITE,
    VISIT,
    is_looked_into,
)
from fieldapp.store import changes, records
from fieldapp.store.connection import Database

LOOK_BACK_DAYS = 7
"""How far back "the morning before" may lie when nobody looked yesterday (a choice of the program)."""


class BarrierGoneError(Exception):
    """The barrier of a morning is not there any more: somebody deleted it, or took back that it was made."""


@dataclass(frozen=True)
class Around:
    """The surroundings of a morning. `day` are the checks of that day (more than one only after a merge).

    `catches` and `photos` are those of the check that speaks for the day, by uid; `before` the board of the last
    morning that was looked into, `before_on` its ISO date ("": none within a week), `closed_before` and `people_before`
    its closed buckets and who looked. `undated` are the buckets and campaigns, `individuals` those that are there still
    among the ones that the catches name, by uid.
    """

    site: Record
    undated: Sequence[Record]
    on: str
    today: date
    campaign: Record | None
    buckets: Sequence[Record]
    mornings: Sequence[Morning]
    day: Sequence[Record]
    catches: Mapping[str, Record]
    photos: Mapping[str, Sequence[Record]]
    before: Board
    before_on: str
    closed_before: Sequence[str]
    people_before: Sequence[str]
    individuals: Mapping[str, Record]

    @property
    def name(self) -> str:
        """The name of the pond."""
        return str(self.site.data.get("site_name", ""))

    @property
    def visit(self) -> Record | None:
        """The check of this morning, None while there is none."""
        return self.day[0] if self.day else None

    @property
    def number(self) -> int:
        """Which morning of its campaign it is, the first is 1; 0 outside any."""
        opened = self.campaign.data.get("opened_on") if self.campaign else None
        return (date.fromisoformat(self.on) - date.fromisoformat(opened)).days + 1 if opened else 0

    @property
    def known(self) -> Mapping[str, Any]:
        """What the rules ask about the barrier (see `rules`)."""
        return {
            "campaigns": [record.data for record in calendar.campaigns(self.undated)],
            "buckets": [record.data for record in calendar.buckets(self.undated)],
            "visits_of_day": [record.data for record in self.day[1:]],
        }

    @property
    def to_explain(self) -> list[str]:
        """The other mornings before today of which nobody said anything (ISO dates), the oldest first."""
        return [one.on for one in calendar.to_explain(self.mornings) if one.on != self.on]

    def individual(self, uid: str | None) -> str:
        """Return the name of an individual, "" where it is not known."""
        found = self.individuals.get(uid) if uid else None
        return str(found.data.get("individual_name", "")) if found else ""


def read_around(db: Database, site: str, on: str, today: date, *, prefer: str = "") -> Around:
    """Return what lies around a morning; BarrierGoneError where the barrier is not there any more.

    Of two checks on the day the one with the uid `prefer` is the morning, else the one that speaks for the day.
    """
    place = records.get(db, site)
    if place is None or place.deleted or place.entity != SITE.code:
        raise BarrierGoneError(site)
    undated = records.undated(db, [site], (BUCKET.code, CAMPAIGN.code))
    campaign = calendar.campaign_on(undated, on)
    first = min(campaign.data["opened_on"] if campaign else on, _days_before(on, LOOK_BACK_DAYS))
    last = max(on, min(campaign.data["closed_on"], today.isoformat()) if campaign else on)
    visits = [record for record in records.below_on(db, site, first, last) if record.entity == VISIT.code]
    day = [record for record in visits if record.on_date == on]
    day.sort(key=lambda record: record.uid)
    if len(day) > 1 and campaign is not None:
        told = next(one.visit for one in calendar.mornings(campaign, day, today) if one.on == on)
        day.sort(key=lambda record: told is None or record.uid != told.uid)
    day.sort(key=lambda record: record.uid != prefer)
    before = next((one for one in reversed(visits) if _is_before(one, on)), None)
    below = records.children(db, [record.uid for record in (*day[:1], before) if record is not None])
    catches = {one.uid: one for one in below if one.entity == OBSERVATION.code and day and one.parent == day[0].uid}
    earlier = [one for one in below if before is not None and one.parent == before.uid]
    return Around(
        place,
        undated,
        on,
        today,
        campaign,
        calendar.buckets(undated, on),
        calendar.mornings(campaign, visits, today) if campaign else (),
        day,
        catches,
        _photos_of(db, catches),
        board_of(calendar.buckets(undated, before.on_date or on) if before else (), before, earlier),
        (before.on_date or "") if before else "",
        before.data.get("closed_buckets", ()) if before else (),
        before.data.get("observers", ()) if before else (),
        individuals(db, (str(one.data.get("individual") or "") for one in catches.values())),
    )


def individuals(db: Database, uids: Iterable[str]) -> dict[str, Record]:
    """Return the individuals of these uids that are there still; "" is passed over."""
    found = records.get_many(db, {uid for uid in uids if uid})
    return {uid: one for uid, one in found.items() if one.entity == INDIVIDUAL.code and not one.deleted}


def _photos_of(db: Database, catches: Mapping[str, Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for photo in records.children(db, catches) if catches else ():
        if photo.entity == PHOTO.code:
            found.setdefault(photo.parent or "", []).append(photo)
    return found


def _is_before(visit: Record, on: str) -> bool:
    day = visit.on_date or ""
    return is_looked_into(visit.data) and _days_before(on, LOOK_BACK_DAYS) <= day < on


def _days_before(on: str, days: int) -> str:
    return (date.fromisoformat(on) - timedelta(days=days)).isoformat()


def usual_observers(db: Database, around: Around, newcomer: Record | None) -> list[str]:
    """Return who is likely to have looked.

    Who looked on the last morning that this person saved here; where nobody did, the person, where they are known;
    else those of the morning before.
    """
    uid = changes.last_saved_by(db, CODE, VISIT.code)
    last = records.get(db, uid) if uid else None
    if last is not None and last.data.get("observers"):
        return list(last.data["observers"])
    if newcomer is not None:
        return [newcomer.uid]
    person = records.get(db, db.author.who)
    if person is not None and not person.deleted and person.entity == "person":
        return [person.uid]
    return list(around.people_before)


def barrier_for(db: Database, on: str) -> str | None:
    """Return the barrier whose campaign holds the day, or the only one there is; None where it has to be chosen."""
    sites = records.roots(db, CODE, SITE.code)
    if len(sites) == 1:
        return sites[0].uid
    below: dict[str, list[Record]] = {}
    for record in records.undated(db, [site.uid for site in sites], (CAMPAIGN.code,)):
        below.setdefault(record.parent or "", []).append(record)
    running = [site.uid for site in sites if calendar.campaign_on(below.get(site.uid, ()), on)]
    return running[0] if len(running) == 1 else None


def has_barriers(db: Database, protocol: StudyProtocol) -> bool:
    """Return whether there is any barrier."""
    return bool(records.roots(db, protocol.code, SITE.code))
