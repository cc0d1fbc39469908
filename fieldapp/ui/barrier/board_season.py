"""What the panel beside the board tells of each species: this season and the ones before. For the background; no Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import repeat
from typing import TYPE_CHECKING

from fieldapp.store import records
from fieldapp.store.connection import Database

if TYPE_CHECKING:  # the board is there before the figures are loaded
    from fieldapp.protocols.pitfall_barrier.phenology import Arrival, Selection
    from fieldapp.protocols.pitfall_barrier.season import Season
    from fieldapp.protocols.pitfall_barrier.shares import Basis

Points = tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class SpeciesSeason:
    """One species over the seasons of a barrier, animals on their way in.

    `days` are the animals of this season by ISO date, mornings without any left out. `arrival` are the dates of this
    season, None without one. `median_on` is the median of the other years' median dates, put into this year
    (ISO date), from `first_year` to `last_year`. Curves are (place in the calendar, share); `front` is this season's,
    `behind` are those of the others. Where a share of this season would say nothing (`shares.Whole`) both are empty:
    `running` is then the running count instead, in runs of mornings without one left out between them, `span` the first
    and last place of the season, and `lacks` says why: "few" or "hidden", else "".
    """

    days: Mapping[str, int] = field(default_factory=dict)
    arrival: Arrival | None = None
    median_on: str | None = None
    first_year: int = 0
    last_year: int = 0
    front: Points = ()
    behind: tuple[Points, ...] = ()
    running: tuple[Points, ...] = ()
    span: tuple[int, int] = (0, 0)
    lacks: str = ""

    def before(self, on: str) -> int:
        """Return the animals of this season on the mornings before one (ISO date)."""
        return sum(count for day, count in self.days.items() if day < on)


@dataclass(frozen=True, slots=True)
class BarrierSeasons:
    """What is told of a barrier in one of its seasons: by cd_nom, and every taxon ever caught there."""

    year: int
    species: Mapping[int, SpeciesSeason]
    caught: tuple[int, ...] = ()


def read_seasons(open_own: Callable[[], Database], site: str, on: str, today: date) -> BarrierSeasons:
    """Read the whole barrier and return what is told of each species in the season of a morning (ISO date)."""
    from fieldapp.protocols.pitfall_barrier import season

    with closing(open_own()) as db:
        tree = records.tree(db, site)
    found = season.seasons(tree, today) if tree is not None else ()
    current = next((one for one in reversed(found) if one.first_on <= on <= one.last_on), None)
    others = [one for one in found if one is not current]
    caught = sorted({cd for one in found for cd in one.rows})
    year = current.year if current is not None else int(on[:4])
    told = {cd: _species(cd, current, others, year) for cd in caught}
    return BarrierSeasons(year, told, tuple(caught))


def _species(cd_nom: int, current: Season | None, others: Sequence[Season], year: int) -> SpeciesSeason:
    from statistics import median

    from fieldapp.protocols.pitfall_barrier import phenology, season, shares

    selection = phenology.Selection(cd_nom)
    every = [*others, current] if current is not None else list(others)
    bases = shares.bases(every, selection)
    arrivals = dict(zip((id(one) for one in every), phenology.arrivals(every, selection), strict=True))
    medians = [(one.year, arrivals[id(one)].p50_on) for one in others]
    dated = [(number, season.place_of(day, number)) for number, day in medians if day is not None]
    days = phenology.daily(current, selection) if current is not None else ()
    years = [number for number, _place in dated]
    own = bases[-1] if current is not None else None
    has_share = own is None or own.whole not in {shares.Whole.FEW, shares.Whole.HIDDEN}
    return SpeciesSeason(
        {day: count for day, count in days if count},
        arrivals[id(current)] if current is not None else None,
        _day_at(round(median(place for _number, place in dated)), year) if dated else None,
        min(years, default=0),
        max(years, default=0),
        _curve(current, selection, own) if current is not None and own is not None else (),
        tuple(filter(None, map(_curve, others, repeat(selection), bases))) if has_share else (),
        () if current is None or has_share else _running(current, selection),
        (current.first_place, current.last_place) if current is not None else (0, 0),
        "" if own is None or has_share else own.whole.value,
    )


def _curve(one: Season, selection: Selection, basis: Basis) -> Points:
    """Return the running share of a season by place in the calendar, () where it has none."""
    from fieldapp.protocols.pitfall_barrier import phenology

    if not basis.total:
        return ()
    found = phenology.cumulative(one, selection)
    return tuple((place, count / basis.total) for place, (_on, count) in zip(one.places, found, strict=True))


def _running(one: Season, selection: Selection) -> tuple[Points, ...]:
    """Return the running count of a season by place in the calendar, in runs of mornings looked into."""
    from fieldapp.protocols.pitfall_barrier import phenology

    runs: list[list[tuple[int, float]]] = []
    gaps = {day for gap in one.gaps for day in (gap.first_on, gap.last_on)}
    for place, (on, count) in zip(one.places, phenology.cumulative(one, selection), strict=True):
        if not runs or _day_before(on) in gaps:
            runs.append([])
        runs[-1].append((place, float(count)))
    return tuple(map(tuple, runs))


def _day_before(on: str) -> str:
    return (date.fromisoformat(on) - timedelta(days=1)).isoformat()


def _day_at(place: int, year: int) -> str:
    """Return the ISO date at a place of the calendar, in this year; 29 February is the 28th where there is none."""
    years, day = divmod(place - 1, 366)
    moment = date.fromordinal(date(2000, 1, 1).toordinal() + day)
    in_year = year + years
    try:
        return moment.replace(year=in_year).isoformat()
    except ValueError:
        return date(in_year, 2, 28).isoformat()
