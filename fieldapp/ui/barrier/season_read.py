"""What the page of a barrier shows of one campaign, and what the campaigns before it make on average.

One campaign is read at a time: its mornings and their catches, at most some hundreds of records. What needs all of
them is for work in the background.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta

from fieldapp.core.record import Record, make_record, with_data
from fieldapp.core.text import fold
from fieldapp.protocols.pitfall_barrier import campaign as calendar
from fieldapp.protocols.pitfall_barrier import lists
from fieldapp.protocols.pitfall_barrier.campaign import Morning, MorningState
from fieldapp.protocols.pitfall_barrier.schema import (
    BUCKET,
    CAMPAIGN,
    CODE,
    DEAD,
    INWARD,
    MISSED,
    OBSERVATION,
    SITE,
    VISIT,
)
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.store.records import Saved
from fieldapp.ui.barrier.board_draft import mornings_begun

SEASONS_APART_DAYS = 60
"""So many days before the proposed first morning of the next campaign, opening it becomes the next step (a choice)."""


@dataclass(frozen=True, slots=True)
class Barrier:
    """A barrier with its buckets and campaigns."""

    site: Record
    undated: tuple[Record, ...]

    @property
    def uid(self) -> str:
        """The uid of the barrier."""
        return self.site.uid

    @property
    def name(self) -> str:
        """The name of the pond."""
        return str(self.site.data.get("site_name", ""))

    @property
    def commune(self) -> str:
        """The commune of the pond."""
        return str(self.site.data.get("commune", ""))

    @property
    def campaigns(self) -> list[Record]:
        """The campaigns that have their two ends, the oldest first."""
        return [one for one in calendar.campaigns(self.undated) if {"opened_on", "closed_on"} <= one.data.keys()]


@dataclass(frozen=True, slots=True)
class Day:
    """One morning of a campaign with its catch: animals, those dead among them, and animals by cd_nom.

    `entries` are those on their way in, by cd_nom. All of it is what is stored; `waits`: its board waits as a draft
    that says more.
    """

    morning: Morning
    animals: int = 0
    dead: int = 0
    taxa: Mapping[int, int] = field(default_factory=dict)
    waits: bool = False
    entries: Mapping[int, int] = field(default_factory=dict)

    @property
    def on(self) -> str:
        """The ISO date of the morning."""
        return self.morning.on

    @property
    def state(self) -> MorningState:
        """What is known of the morning."""
        return self.morning.state


@dataclass(frozen=True, slots=True)
class Run:
    """Mornings in a row of which nobody said anything, both ends included (ISO dates)."""

    first_on: str
    last_on: str
    days: int


@dataclass(frozen=True)
class Overview:
    """One campaign, day by day."""

    campaign: Record
    today: str
    days: Sequence[Day]

    def count(self, *states: MorningState) -> int:
        """Return how many mornings are in one of these states."""
        return sum(day.state in states for day in self.days)

    @property
    def looked_into(self) -> int:
        """The mornings on which somebody looked."""
        return self.count(MorningState.CHECKED, MorningState.EMPTY)

    @property
    def animals(self) -> int:
        """All animals of the campaign."""
        return sum(day.animals for day in self.days)

    @property
    def dead(self) -> int:
        """The dead among them."""
        return sum(day.dead for day in self.days)

    @property
    def entries(self) -> Counter[int]:
        """Animals on their way in, by cd_nom: what the board and the analyses count too."""
        found: Counter[int] = Counter()
        for day in self.days:
            found.update(day.entries)
        return found

    @property
    def gone_by(self) -> int:
        """The mornings without a look so far."""
        return self.count(MorningState.MISSED, MorningState.UNTOLD)

    @property
    def has_long_gap(self) -> bool:
        """Whether more mornings in a row than the setting `max_gap_days` went by without a look."""
        past = [day for day in self.days if day.state not in {MorningState.TODAY, MorningState.FUTURE}]
        return _longest_gap(past) > lists.settings()["max_gap_days"]

    @property
    def number_today(self) -> int:
        """The place of today among the mornings, 1 for the first; 0 when the campaign does not hold it."""
        return next((number for number, day in enumerate(self.days, start=1) if day.on == self.today), 0)

    def day(self, on: str) -> Day | None:
        """Return the morning of an ISO date."""
        return next((day for day in self.days if day.on == on), None)

    def to_explain(self) -> list[Run]:
        """Return the mornings of which nobody said anything, those in a row together, the oldest first."""
        found: list[Run] = []
        for morning in calendar.to_explain(day.morning for day in self.days):
            last = found[-1] if found else None
            if last is not None and _after(last.last_on) == morning.on:
                found[-1] = Run(last.first_on, morning.on, last.days + 1)
            else:
                found.append(Run(morning.on, morning.on, 1))
        return found


def _after(on: str) -> str:
    return (date.fromisoformat(on) + timedelta(days=1)).isoformat()


def barriers(db: Database) -> list[Barrier]:
    """Return the barriers by name, each with its buckets and campaigns: its individuals may be many."""
    sites = sorted(records.roots(db, CODE, SITE.code), key=lambda one: fold(SITE.title(one.data)))
    below: dict[str, list[Record]] = {}
    for record in records.undated(db, [site.uid for site in sites], (BUCKET.code, CAMPAIGN.code)):
        below.setdefault(record.parent or "", []).append(record)
    return [Barrier(site, tuple(below.get(site.uid, ()))) for site in sites]


def overview(db: Database, campaign: Record, today: date) -> Overview:
    """Return the mornings of a campaign with their catches."""
    opened, closed = campaign.data["opened_on"], campaign.data["closed_on"]
    visits = [one for one in records.below_on(db, campaign.parent or "", opened, closed) if one.entity == VISIT.code]
    mornings = calendar.mornings(campaign, visits, today)
    catches: dict[str, list[Record]] = {}
    for catch in records.children(db, [visit.uid for visit in visits]):
        if catch.entity == OBSERVATION.code:
            catches.setdefault(catch.parent or "", []).append(catch)
    waiting = mornings_begun(db, campaign.parent or "")
    days = [_day(one, catches.get(one.visit.uid, ()) if one.visit else (), waits=one.on in waiting) for one in mornings]
    return Overview(campaign, today.isoformat(), days)


def _day(morning: Morning, catches: Iterable[Record], *, waits: bool) -> Day:
    taxa: Counter[int] = Counter()
    entries: Counter[int] = Counter()
    dead = 0
    for catch in catches:
        count = int(catch.data.get("count", 0))
        taxa[catch.cd_nom or 0] += count
        if catch.data.get("direction", INWARD) == INWARD:
            entries[catch.cd_nom or 0] += count
        dead += count if catch.data.get("vitality") == DEAD else 0
    return Day(morning, taxa.total(), dead, taxa, waits, entries)


# ---------------------------------------------------------------------------------------------- the next step


def next_opening(campaigns: Sequence[Record], today: date) -> date | None:
    """Return the first morning that the next campaign is likely to have: a year after the last; None without any.

    Years without a campaign are passed over: it is the first such day that has no campaign behind it and whose
    season is not over.
    """
    if not campaigns:
        return None
    first, last = (date.fromisoformat(campaigns[-1].data[name]) for name in ("opened_on", "closed_on"))
    years = 1
    while in_year(last, last.year + years) < today:
        years += 1
    return in_year(first, first.year + years)


def in_year(day: date, year: int) -> date:
    """Return the same day of another year, 28 February for the 29th where there is none."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


# --------------------------------------------------------------------------------------------- explaining days


@dataclass(frozen=True, slots=True)
class Explained:
    """The checks to be saved for mornings that were not looked into: `told` of them; `kept` had something to say."""

    records: Sequence[Record]
    told: int
    kept: int


def explain(shown: Overview, first_on: str, last_on: str, reason: str, remark: str = "") -> Explained:
    """Return the checks that say "not looked into" for the days from `first_on` to `last_on` (ISO dates).

    Only days up to today without a check get one; one that says "not looked into" without a reason gets the reason.
    What was looked into, or has its reason already, stays as it is and is counted in `kept`.
    """
    found: list[Record] = []
    kept = 0
    for day in shown.days:
        if not first_on <= day.on <= min(last_on, shown.today):
            continue
        said = {"state": MISSED, "reason": reason, **({"comments": remark} if remark else {})}
        visit = day.morning.visit
        if visit is None:
            found.append(make_record(CODE, VISIT, {"check_on": day.on, **said}, shown.campaign.parent))
        elif day.state is MorningState.UNTOLD or (day.state is MorningState.MISSED and not visit.data.get("reason")):
            found.append(with_data(visit, VISIT, {**visit.data, **said}))
        else:
            kept += 1
    return Explained(found, len(found), kept)


def save_explained(
    db: Database, shown: Overview, first_on: str, last_on: str, reason: str, remark: str, label: str
) -> tuple[Explained, Saved | None]:
    """Save what `explain` makes of the days as they are stored now, and return it with its save; None: nothing to tell.

    The mornings are read again inside the transaction: a check that came since they were shown stays as it is.
    """
    with db.transaction():
        campaign = records.get(db, shown.campaign.uid)
        if campaign is None or campaign.deleted or not {"opened_on", "closed_on"} <= campaign.data.keys():
            return Explained((), 0, 0), None
        made = explain(overview(db, campaign, date.fromisoformat(shown.today)), first_on, last_on, reason, remark)
        return made, records.save(db, made.records, label) if made.told else None


# ------------------------------------------------------------------------------------------------ the average


@dataclass(frozen=True, slots=True)
class Means:
    """What the campaigns before make on average, per campaign, up to the same day of the year.

    `entries` are animals on their way in by cd_nom. `years` are those counted; `left_out` those with a run of mornings
    without a look longer than the setting `max_gap_days`, whose totals say less than they should.
    """

    years: tuple[int, ...] = ()
    left_out: tuple[int, ...] = ()
    looked_into: float = 0.0
    animals: float = 0.0
    entries: Mapping[int, float] = field(default_factory=dict)


def means(open_own: Callable[[], Database], site: str, before: str, until: str) -> Means:
    """Return the average of the campaigns that closed before the ISO date `before`; for the background.

    `until` is the last day that is counted, moved to the year of each campaign: while a campaign goes on the others
    are counted up to the same day. Nothing is counted where the barrier was removed meanwhile.
    """
    with closing(open_own()) as db:
        place = records.get(db, site)
        if place is None or place.deleted:
            return Means()
        every = Barrier(place, tuple(records.undated(db, [site], (CAMPAIGN.code,)))).campaigns
        earlier = [one for one in every if one.data["closed_on"] < before]
        seasons, left_out = [], []
        for campaign in earlier:
            year = int(campaign.data["opened_on"][:4])
            cut = f"{year + int(until[:4]) - int(before[:4]):04}{until[4:]}"
            shown = overview(db, campaign, date.fromisoformat(campaign.data["closed_on"]) + timedelta(days=1))
            days = [day for day in shown.days if day.on <= cut]
            if not days or _longest_gap(days) > lists.settings()["max_gap_days"]:
                left_out.append(year)
            else:
                seasons.append((year, days))
    return _mean(seasons, left_out)


def _longest_gap(days: Sequence[Day]) -> int:
    longest = run = 0
    for day in days:
        run = 0 if day.state in {MorningState.CHECKED, MorningState.EMPTY} else run + 1
        longest = max(longest, run)
    return longest


def _mean(seasons: Sequence[tuple[int, Sequence[Day]]], left_out: Sequence[int]) -> Means:
    if not seasons:
        return Means(left_out=tuple(left_out))
    count = len(seasons)
    entries: Counter[int] = Counter()
    for _year, days in seasons:
        for day in days:
            entries.update(day.entries)
    looked = sum(day.state in {MorningState.CHECKED, MorningState.EMPTY} for _year, days in seasons for day in days)
    return Means(
        tuple(year for year, _days in seasons),
        tuple(left_out),
        looked / count,
        sum(day.animals for _year, days in seasons for day in days) / count,
        {cd_nom: total / count for cd_nom, total in entries.items()},
    )
