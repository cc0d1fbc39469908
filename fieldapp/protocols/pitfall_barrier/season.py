"""The seasons of a barrier, read once into compact rows that every figure walks.

A season is a campaign with the mornings on which somebody looked into the buckets. What a campaign does not hold is not
lost: a check on a day of no campaign joins the nearest season of its year, which then reaches to it: the days between
are days without a look like any other, though not of the campaign. Where a year has no campaign its checks make a
season without one, from the first to the last of them. Nothing is interpolated: a morning without a look has
no figure, whether somebody said why or not.

How animals are counted: a pair in amplexus is half males and half females; "mixte" without amplexus, and every catch
without a sex, is of no sex and counts in totals only. A catch without a count or a taxon (a draft) counts for nothing,
and so does one that hangs on a morning told as not looked into, which the rules refuse.
"""

from __future__ import annotations

from calendar import isleap
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from fieldapp.core.record import Node, Record
from fieldapp.core.schema import Values
from fieldapp.protocols.pitfall_barrier.campaign import Gap, buckets, campaigns, days_between, gaps, in_place
from fieldapp.protocols.pitfall_barrier.schema import (
    DEAD,
    EMPTY,
    FEMALE,
    INWARD,
    JUVENILE,
    LARVA,
    MALE,
    OBSERVATION,
    SUB_ADULT,
    VISIT,
    is_looked_into,
    is_missed,
    is_pair,
)

YOUNG = frozenset({JUVENILE, SUB_ADULT, LARVA})
"""The stages that do not come to breed."""

_ANY_LEAP_YEAR = 2000
_YEAR_DAYS = 366


class Night(NamedTuple):
    """The weather of a night: °C, °C and mm; None where it was not noted."""

    night_min_c: float | None = None
    night_max_c: float | None = None
    rain_mm: float | None = None


class Row(NamedTuple):
    """One catch: `day` is the place of its morning in `Season.days`; animals by sex."""

    day: int
    males: int
    females: int
    unsexed: int
    inward: bool
    dead: bool
    young: bool


@dataclass(frozen=True, slots=True)
class Check:
    """One visit that looked into the buckets, with its catches."""

    on: str
    visit: Record
    catches: tuple[Record, ...]


@dataclass(frozen=True, eq=False)
class Season:
    """One season; compared by identity, for it is read from the records and never changed.

    `first_on` and `last_on` are the days of the campaign (ISO dates, both included), widened to hold its checks.
    `checks` are in order of date, `days` the distinct mornings looked into, `places` those mornings in the calendar
    (see `place_of`), `nights` the weather before them. `missed` are the campaign's days before today without a look,
    and today when somebody said so, `missed_nights` the weather before them; `gaps` the runs of days without a look
    from the first day to the last, those to come and those outside the campaign included. `empty` counts the
    mornings told as empty. `bucket_nights` adds up, over the mornings looked into, the buckets in place that were not
    closed. `rows` are the catches by cd_nom.
    """

    year: int
    first_on: str
    last_on: str
    campaign: Record | None
    checks: tuple[Check, ...]
    missed: tuple[str, ...]
    gaps: tuple[Gap, ...]
    empty: int
    bucket_nights: float
    is_over: bool = True
    days: tuple[str, ...] = ()
    places: tuple[int, ...] = ()
    nights: tuple[Night, ...] = ()
    missed_nights: tuple[Night, ...] = ()
    rows: Mapping[int, Sequence[Row]] = field(default_factory=dict, repr=False)

    @cached_property
    def calendar(self) -> tuple[str, ...]:
        """Every day from the first to the last (ISO dates)."""
        return tuple(days_between(self.first_on, self.last_on))

    @cached_property
    def first_place(self) -> int:
        """Where the first day stands in the calendar."""
        return place_of(self.first_on, self.year)

    @cached_property
    def last_place(self) -> int:
        """Where the last day stands in the calendar."""
        return place_of(self.last_on, self.year)


def place_of(on: str, year: int) -> int:
    """Return where an ISO date stands in the calendar of a season: 1 on 1 January, 61 on 1 March of every year.

    Counted in a leap year, so that a date of one season is compared with the same date of the others; 366 more for each
    year after that of the season (campaigns over the new year).
    """
    found = date.fromisoformat(on)
    place = (found.replace(year=_ANY_LEAP_YEAR) - date(_ANY_LEAP_YEAR, 1, 1)).days + 1
    return place + (found.year - year) * _YEAR_DAYS


def day_at(place: int, year: int) -> str:
    """Return the ISO date at a place in the calendar of a season; 28 February where its year has no 29th."""
    years, rest = divmod(place - 1, _YEAR_DAYS)
    found = date(_ANY_LEAP_YEAR, 1, 1) + timedelta(days=rest)
    is_leap_day = (found.month, found.day) == (2, 29) and not isleap(year + years)
    return found.replace(year=year + years, day=28 if is_leap_day else found.day).isoformat()


def seasons(site: Node, today: date) -> tuple[Season, ...]:
    """Return the seasons of a barrier from its whole tree, the oldest first.

    A campaign that has not opened yet is no season, nor is one all of whose days belong to another. Days of two
    campaigns belong to the one that opened last.
    """
    undated = [child.record for child in site.children if child.record.entity != VISIT.code]
    visits = _visits(site)
    looked = {node.record.data["check_on"] for node in visits if is_looked_into(node.record.data)}
    boxes = [record.data for record in buckets(undated)]
    spans, strays = _by_campaign(campaigns(undated), visits)
    spans = [item for item in spans if item.first_on <= today.isoformat()]
    rest = _join(spans, strays)
    found = [_season(item, looked, boxes, today) for item in spans + rest]
    return tuple(sorted((one for one in found if one.checks or one.gaps), key=lambda one: one.first_on))


@dataclass(slots=True)
class _Span:
    """What a season is made of: its days as told, and the visits that belong to it."""

    first_on: str
    last_on: str
    campaign: Record | None
    visits: list[Node]

    @property
    def year(self) -> str:
        return self.first_on[:4]


def _visits(site: Node) -> list[Node]:
    found = [
        child for child in site.children if child.record.entity == VISIT.code and child.record.data.get("check_on")
    ]
    return sorted(found, key=lambda node: (node.record.data["check_on"], node.record.uid))


def _by_campaign(known: Sequence[Record], visits: Iterable[Node]) -> tuple[list[_Span], list[Node]]:
    """Return a span for each campaign with two ends, and the visits that none of them holds."""
    ends = ((item, item.data.get("opened_on"), item.data.get("closed_on")) for item in reversed(known))
    spans = [_Span(opened, closed, item, []) for item, opened, closed in ends if opened and closed and opened <= closed]
    strays = []
    for node in visits:
        on = node.record.data["check_on"]
        for span in spans:
            if span.first_on <= on <= span.last_on:
                span.visits.append(node)
                break
        else:
            strays.append(node)
    return spans, strays


def _join(spans: Sequence[_Span], strays: Iterable[Node]) -> list[_Span]:
    """Add each stray visit to the nearest span of its year; return spans for the years that have none."""
    made: dict[str, _Span] = {}
    for node in strays:
        on = node.record.data["check_on"]
        if own_year := [span for span in spans if span.year == on[:4]]:
            min(own_year, key=lambda span: _days_off(span, on)).visits.append(node)
            continue
        own = made.setdefault(on[:4], _Span(on, on, None, []))
        own.last_on = on
        own.visits.append(node)
    return list(made.values())


def _days_off(span: _Span, on: str) -> int:
    """Return how many days an ISO date lies before the span or after it."""
    first, last, day = map(date.fromisoformat, (span.first_on, span.last_on, on))
    return max((first - day).days, (day - last).days)


def _season(span: _Span, looked: Collection[str], boxes: Sequence[Values], today: date) -> Season:
    checks = _checks(span.visits)
    days = tuple(dict.fromkeys(check.on for check in checks))
    # A check outside the campaign widens the season: the days up to it are a gap that its dates have to answer for.
    first_on, last_on = min((span.first_on, *days[:1])), max((span.last_on, *days[-1:]))
    missed, year = _missed(span, looked, today), int(span.year)
    return Season(
        year=year,
        first_on=first_on,
        last_on=last_on,
        campaign=span.campaign,
        checks=checks,
        missed=missed,
        gaps=tuple(gaps(first_on, last_on, looked, today)),
        empty=len(_empty_days(checks)),
        bucket_nights=_bucket_nights(checks, boxes),
        is_over=span.last_on <= today.isoformat(),
        days=days,
        places=tuple(place_of(day, year) for day in days),
        nights=_nights((check.visit for check in checks), days),
        missed_nights=_nights((node.record for node in span.visits), missed),
        rows=_rows(checks, days),
    )


def _missed(span: _Span, looked: Collection[str], today: date) -> tuple[str, ...]:
    """Return the days of the campaign before today without a look, and today when somebody said that there was none."""
    told = {node.record.data["check_on"] for node in span.visits if is_missed(node.record.data)}
    now = today.isoformat()
    days = (day for day in days_between(span.first_on, span.last_on) if day not in looked)
    return tuple(day for day in days if day < now or (day == now and day in told))


def _checks(visits: Iterable[Node]) -> tuple[Check, ...]:
    found = (
        Check(
            node.record.data["check_on"],
            node.record,
            tuple(child.record for child in node.children if child.record.entity == OBSERVATION.code),
        )
        for node in visits
        if is_looked_into(node.record.data)
    )
    return tuple(sorted(found, key=lambda check: check.on))


def _empty_days(checks: Iterable[Check]) -> set[str]:
    """Return the mornings told as empty, unless another check of the same morning found animals."""
    told: dict[str, bool] = {}
    for check in checks:
        empty = check.visit.data.get("state") == EMPTY and not check.catches
        told[check.on] = told.get(check.on, True) and empty
    return {on for on, empty in told.items() if empty}


def _bucket_nights(checks: Iterable[Check], boxes: Sequence[Values]) -> float:
    """Return the open buckets in place, added up over the mornings; a closed one is named by its number."""
    closed: dict[str, set[str]] = defaultdict(set)
    for check in checks:
        closed[check.on].update(check.visit.data.get("closed_buckets", ()))
    always = all("from_on" not in box and "until_on" not in box for box in boxes)
    total = 0
    for on, names in closed.items():
        standing = boxes if always else [box for box in boxes if in_place(box, on)]
        total += len(standing)
        if names:
            total -= sum(box.get("bucket") in names for box in standing)
    return total


def _nights(visits: Iterable[Record], days: Iterable[str]) -> tuple[Night, ...]:
    """Return the weather before each day; of two checks on one morning the first that knows a value tells it."""
    found: dict[str, Night] = {}
    for visit in visits:
        before = found.get(visit.data["check_on"], Night())
        told = (visit.data.get(name) if value is None else value for name, value in before._asdict().items())
        found[visit.data["check_on"]] = Night(*told)
    return tuple(found.get(day, Night()) for day in days)


def _rows(checks: Iterable[Check], days: Iterable[str]) -> Mapping[int, Sequence[Row]]:
    place = {on: number for number, on in enumerate(days)}
    found: dict[int, list[Row]] = defaultdict(list)
    for check in checks:
        day = place[check.on]
        for catch in check.catches:
            data = catch.data
            if (cd_nom := data.get("cd_nom")) and (count := data.get("count")):
                found[cd_nom].append(_row(day, data, count))
    return dict(found)


def _row(day: int, data: Values, count: int) -> Row:
    males = females = unsexed = 0
    if is_pair(data):
        males = females = count // 2
        unsexed = count % 2
    elif data.get("sex") == MALE:
        males = count
    elif data.get("sex") == FEMALE:
        females = count
    else:
        unsexed = count
    inward = data.get("direction", INWARD) == INWARD
    return Row(day, males, females, unsexed, inward, data.get("vitality") == DEAD, data.get("stage") in YOUNG)
