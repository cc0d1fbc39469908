"""The mornings of a campaign: which there are, what became of each, and the gaps between those looked into.

A check belongs to the campaign of its barrier whose days hold its date. A morning is told by its check alone: a day
without one is a gap, whatever the days beside it say. Plain functions over records; deleted ones count for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from fieldapp.core.record import Record
from fieldapp.core.schema import Values
from fieldapp.core.telling import text
from fieldapp.core.text import fold
from fieldapp.protocols.pitfall_barrier.schema import (
    BUCKET,
    CAMPAIGN,
    CHECKED,
    EMPTY,
    MISSED,
    VISIT,
    is_looked_into,
)

NaturalKey = tuple[tuple[str | tuple[int, str], ...], str]

_FIGURES = re.compile("([0-9]+)")


class MorningState(StrEnum):
    """What is known of one morning of a campaign."""

    CHECKED = CHECKED  # looked into, animals found
    EMPTY = EMPTY  # looked into, nothing there
    MISSED = MISSED  # somebody said that nobody looked
    UNTOLD = "untold"  # in the past, and nobody said anything
    TODAY = "today"  # today, nothing said yet
    FUTURE = "future"


@dataclass(frozen=True, slots=True)
class Morning:
    """One day of a campaign (ISO date). `visit` is its check, None when there is none.

    A check that does not say its state yet (a draft) leaves the morning untold.
    """

    on: str
    state: MorningState
    visit: Record | None


@dataclass(frozen=True, slots=True)
class Gap:
    """A run of days without a look, both ends included (ISO dates); `to_come` of its `days` lie after today."""

    first_on: str
    last_on: str
    days: int
    to_come: int = 0


def campaigns(undated: Iterable[Record]) -> list[Record]:
    """Return the campaigns among the records below a barrier, the oldest first, those without a first day last."""
    found = (record for record in undated if record.entity == CAMPAIGN.code and not record.deleted)
    return sorted(found, key=_age)


def _age(campaign: Record) -> tuple[str, str, str]:
    values = campaign.data
    return text(values, "opened_on") or "~", text(values, "closed_on") or "~", campaign.uid


def holds(campaign: Values, day: str) -> bool:
    """Return whether an ISO date is one of the days of a campaign; one without its two ends holds none."""
    opened, closed = text(campaign, "opened_on"), text(campaign, "closed_on")
    return bool(opened and closed and opened <= day <= closed)


def campaign_on(undated: Iterable[Record], day: str) -> Record | None:
    """Return the campaign whose days hold the ISO date; of several that overlap, the one opened last."""
    return next((item for item in reversed(campaigns(undated)) if holds(item.data, day)), None)


def natural_key(number: str) -> NaturalKey:
    """Return what sorts the numbers on buckets as people count: "2" before "10" before "10bis" before "11"."""
    parts = _FIGURES.split(fold(number))
    return tuple(_sized(part) if place % 2 else part for place, part in enumerate(parts)), number


def _sized(figures: str) -> tuple[int, str]:
    """Return figures so that they sort by their value, however many there are."""
    plain = figures.lstrip("0")
    return len(plain), plain


def in_place(bucket: Values, day: str) -> bool:
    """Return whether a bucket stands on an ISO date; without dates it always does."""
    return (text(bucket, "from_on") or day) <= day <= (text(bucket, "until_on") or day)


def buckets(undated: Iterable[Record], day: str | None = None) -> list[Record]:
    """Return the buckets among the records below a barrier, along it; with `day` only those in place on that date.

    Those with a position come by their metres, then those without one; by number where that leaves a choice.
    """
    found = (
        record
        for record in undated
        if record.entity == BUCKET.code and not record.deleted and (day is None or in_place(record.data, day))
    )
    return sorted(found, key=_along)


def _along(bucket: Record) -> tuple[float, NaturalKey, str]:
    return bucket.data.get("position_m", float("inf")), natural_key(str(bucket.data.get("bucket", ""))), bucket.uid


def days_between(first_on: str, last_on: str) -> Iterator[str]:
    """Yield the ISO dates from the first to the last, both included; none when the last lies before the first."""
    first, last = date.fromisoformat(first_on), date.fromisoformat(last_on)
    for step in range((last - first).days + 1):
        yield (first + timedelta(days=step)).isoformat()


def mornings(campaign: Record, visits: Iterable[Record], today: date) -> list[Morning]:
    """Return every day of the campaign in order with what became of it; visits of other days are passed over.

    Of two checks on one day (two computers, merged) the one with animals speaks, then the empty one. A campaign
    without its two ends has no mornings.
    """
    opened, closed = campaign.data.get("opened_on"), campaign.data.get("closed_on")
    if not opened or not closed:
        return []
    by_day: dict[str, Record] = {}
    for visit in sorted(visits, key=_weight, reverse=True):
        if visit.entity == VISIT.code and not visit.deleted and (day := visit.data.get("check_on")):
            by_day[day] = visit
    now = today.isoformat()
    return [Morning(day, _state(day, by_day.get(day), now), by_day.get(day)) for day in days_between(opened, closed)]


def _weight(visit: Record) -> tuple[int, str]:
    """Return a small value for the check that speaks for its day."""
    states = (CHECKED, EMPTY, MISSED)
    state = visit.data.get("state")
    return states.index(state) if state in states else len(states), visit.uid


def _state(day: str, visit: Record | None, now: str) -> MorningState:
    told = visit.data.get("state") if visit else None
    if told in {CHECKED, EMPTY, MISSED}:
        return MorningState(told)
    if day == now:
        return MorningState.TODAY
    return MorningState.FUTURE if day > now else MorningState.UNTOLD


def to_explain(mornings: Iterable[Morning]) -> list[Morning]:
    """Return the days before today of which nobody said anything, the oldest first."""
    return sorted((one for one in mornings if one.state is MorningState.UNTOLD), key=lambda one: one.on)


def looked_into(visits: Iterable[Record]) -> set[str]:
    """Return the ISO dates on which somebody looked into the buckets, with or without animals."""
    return {
        visit.data["check_on"]
        for visit in visits
        if visit.entity == VISIT.code and not visit.deleted and is_looked_into(visit.data) and "check_on" in visit.data
    }


def gaps(first_on: str, last_on: str, looked_into: Collection[str], today: date) -> list[Gap]:
    """Return the runs of days without a look between two ISO dates, both included, in order.

    Days after `today` are not looked into either: they belong to a run like any other and are counted in `to_come`.
    """
    seen = looked_into if isinstance(looked_into, (set, frozenset)) else frozenset(looked_into)
    now, run, found = today.isoformat(), list[str](), list[Gap]()
    for day in days_between(first_on, last_on):
        if day not in seen:
            run.append(day)
        elif run:
            found.append(_gap(run, now))
            run = []
    if run:
        found.append(_gap(run, now))
    return found


def _gap(run: Sequence[str], now: str) -> Gap:
    return Gap(run[0], run[-1], len(run), sum(day > now for day in run))
