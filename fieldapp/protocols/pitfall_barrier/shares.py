"""What the animals of a season may be a share of, or why a share of them would say nothing.

A curve of shares climbs to 100 % at the last animal that was counted. Of a season with a hole at the wrong time it so
looks like the earliest ever, and of one that has just begun it stands at 100 % every morning. So:

- a season whose median date has a meaning (see `phenology.arrivals`) is drawn against its own total;
- one that still runs against the median total of the other complete seasons of the same time of the year: what they
  caught is the best guess of what this one will;
- where a season runs and fewer than `min_other_seasons` of those are there, or where mornings without a look hide too
  much of the part that is past, there is no share: the count alone is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from statistics import median
from typing import NamedTuple

from fieldapp.protocols.pitfall_barrier import lists, unseen
from fieldapp.protocols.pitfall_barrier.phenology import Selection, arrivals, counts
from fieldapp.protocols.pitfall_barrier.season import Season
from fieldapp.protocols.pitfall_barrier.unseen import Counted, Hidden

Settings = Mapping[str, float]


class Whole(StrEnum):
    """What the animals of a season are a share of; FEW, HIDDEN and NOTHING: there is no share."""

    OWN = "own"
    USUAL = "usual"
    FEW = "few"  # it runs, and too few other seasons can tell what is to come
    HIDDEN = "hidden"  # too much may have come on mornings without a look
    NOTHING = "nothing"  # no animal


class Basis(NamedTuple):
    """What a season is measured against and how many animals that is; 0 where there is no share."""

    whole: Whole
    total: float = 0


def bases(seasons: Sequence[Season], selection: Selection, settings: Settings | None = None) -> tuple[Basis, ...]:
    """Return for each season what its animals are a share of; settings are those of the protocol if None."""
    chosen = lists.settings() if settings is None else settings
    counted = [Counted(season, counts(season, selection)) for season in seasons]
    known = unseen.complete(counted, chosen)
    dated = (found.p50_on is not None for found in arrivals(seasons, selection, chosen))
    return tuple(_basis(one, has_date, known, chosen) for one, has_date in zip(counted, dated, strict=True))


def _basis(own: Counted, has_date: bool, known: Sequence[Counted], settings: Settings) -> Basis:
    if not own.total:
        return Basis(Whole.NOTHING)
    if has_date:
        return Basis(Whole.OWN, own.total)
    if own.season.is_over:
        return Basis(Whole.HIDDEN)
    others = [one.total for one in known if one.season is not own.season and unseen.overlap(one.season, own.season)]
    if len(others) < settings["min_other_seasons"]:
        return Basis(Whole.FEW)
    if _hides_past(unseen.hidden(own.season, known, settings), own.season, settings):
        return Basis(Whole.HIDDEN)
    return Basis(Whole.USUAL, median(others))


def _hides_past(runs: Sequence[Hidden], season: Season, settings: Settings) -> bool:
    """Return whether the days that are past leave a season that runs without a share."""
    told = 0.0
    for run in runs:
        if run.outside and run.first_on > season.last_on:
            continue
        if run.to_come:
            if run.days - run.to_come > settings["max_gap_days"]:
                return True
        elif run.share is None:
            return True
        else:
            told += run.share
    return told > settings["max_missed_share"]
