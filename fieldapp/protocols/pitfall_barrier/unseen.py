"""Which days without a look make the dates of a season meaningless.

A date at which 50 % of the animals have come is a date among those that were counted. Where nobody looked, animals may
have come unseen, and the share is of something else. How many, nobody knows; what the other years say of the same days
of the calendar is the best there is:

- a run of mornings without a look of at most `max_gap_days` is passed over: the number of unchecked mornings stands
  beside the date, and nothing is interpolated;
- a longer run hides what the other complete seasons caught on its days of the calendar, as a share of their animals:
  day by day, the seasons that were open on that day added up. One that was not open saw nothing there and says nothing
  of it. Mornings still to come in a season that runs are such a run like any other, and so are the days by which a
  barrier opened after, or closed before, those of the other seasons;
- where the runs hide more than `max_missed_share` together, no share of the season has a date;
- where they hide less, a date goes when they move it too far. Of a season of which a share h is hidden, b of it before
  the date, the date at which p of the counted animals had come is that of b + p (1 - h) of all: moved by b - p h. That
  may be `max_missed_share` of the smaller side of the date: of a half for the median, of 5 % for the 5 and 95 % dates.
  The tail of a season is short, so a few animals missed there move the 95 % date by weeks and the median hardly at all;
- the first and the last date are held to be as sensitive as the 5 and 95 % dates: the first goes for what is hidden
  before it, the last for what is hidden after it;
- where fewer than `min_other_seasons` complete seasons that caught such animals were open on more than `max_gap_days`
  of its days, nobody can say what a longer run of the season's own days hides: it counts as hiding too much. A run
  before the barrier opened or after it closed then does so only where those few caught more than `max_missed_share` of
  their animals in it: one barrier that stood for long weeks before anything moved takes no dates from the others.

A season is complete when it is over and none of its runs is longer than `max_gap_days`. Only seasons that share days of
the calendar are compared: spring says nothing of autumn. The thresholds are choices of this program, in
`reference/settings.csv`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from fieldapp.core import dates
from fieldapp.core.parse import show_number
from fieldapp.core.text import _, ngettext
from fieldapp.protocols.pitfall_barrier.season import Season, day_at, place_of

EDGE = 0.05
"""The smaller side of the 5 and 95 % dates."""


class Counted(NamedTuple):
    """A season with the animals that are asked about: one number for each of its `days`."""

    season: Season
    counts: Sequence[int]

    @property
    def total(self) -> int:
        """The animals of the season."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Hidden:
    """A run of days (ISO dates, both included) without a look on which animals may have come.

    `share` is what the other complete seasons caught on these days, from 0 to 1; None where too few of them can tell.
    `others` is how many of them were open on all of the days, or on the day on which the fewest were. `to_come` of the
    days lie in the future. `outside` tells a run before the barrier opened or after it closed from one between.
    """

    first_on: str
    last_on: str
    days: int
    share: float | None
    others: int
    to_come: int = 0
    outside: bool = False


def is_complete(season: Season, settings: Mapping[str, float]) -> bool:
    """Return whether the season is over without a long run of mornings that nobody looked into."""
    return season.is_over and all(gap.days <= settings["max_gap_days"] for gap in season.gaps)


def complete(counted: Sequence[Counted], settings: Mapping[str, float]) -> list[Counted]:
    """Return the complete seasons that caught such animals."""
    return [one for one in counted if is_complete(one.season, settings) and one.total]


def hidden(season: Season, known: Sequence[Counted], settings: Mapping[str, float]) -> tuple[Hidden, ...]:
    """Return the long runs that hide animals of a season, in order, given the complete seasons (it may be among them).

    A run on whose days the others caught nothing hides nothing.
    """
    others = [one for one in known if one.season is not season and overlap(one.season, season)]
    own = [Hidden(gap.first_on, gap.last_on, gap.days, None, 0, gap.to_come) for gap in season.gaps]
    runs = [run for run in (*own, *_outside(season, others)) if run.days > settings["max_gap_days"]]
    weighed = (_weighed(run, season.year, others, settings) for run in runs)
    return tuple(sorted((run for run in weighed if run.share != 0), key=lambda run: run.first_on))


def is_doubtful(on: str, part: float, runs: Sequence[Hidden], settings: Mapping[str, float]) -> bool:
    """Return whether the runs leave the date at which a part of the season had come without a meaning.

    `part` is from 0 (the first animal) to 1 (the last).
    """
    is_extreme = part in {0, 1}
    if any(run.share is None for run in runs):
        return not is_extreme or any((run.first_on < on) == (part == 0) for run in runs)
    total = sum(run.share or 0 for run in runs)
    before = sum(run.share or 0 for run in runs if run.first_on < on)
    limit = settings["max_missed_share"]
    if total > limit and not is_extreme:
        return True
    return abs(before - part * total) > limit * max(EDGE, min(part, 1 - part))


def overlap(one: Season, other: Season) -> bool:
    """Return whether two seasons share a day of the calendar: only such ones are compared."""
    return one.first_place <= other.last_place and other.first_place <= one.last_place


def _outside(season: Season, others: Sequence[Counted]) -> Iterator[Hidden]:
    """Yield the days on which others were open, before the season opened and after it closed."""
    if not others:
        return
    opened, closed = (min(one.season.first_place for one in others), max(one.season.last_place for one in others))
    for first, last in (
        (day_at(opened, season.year), _moved(season.first_on, -1)),
        (_moved(season.last_on, 1), day_at(closed, season.year)),
    ):
        days = (date.fromisoformat(last) - date.fromisoformat(first)).days + 1
        if days > 0:
            yield Hidden(first, last, days, None, 0, outside=True)


def _moved(on: str, days: int) -> str:
    return (date.fromisoformat(on) + timedelta(days=days)).isoformat()


def _weighed(run: Hidden, year: int, others: Sequence[Counted], settings: Mapping[str, float]) -> Hidden:
    """Return the run with the share that it hides, None where too few of the other seasons were open to tell."""
    told = _told(run, year, others)
    least = settings["min_other_seasons"]
    unsure = [one for one in told if one.seasons < least]
    fewest = min(one.seasons for one in told)
    if sum(one.days for one in unsure) > settings["max_gap_days"] and (
        not run.outside or sum(one.share for one in unsure) > settings["max_missed_share"]
    ):
        return replace(run, others=fewest)
    return replace(run, others=fewest, share=sum(one.share for one in told if one.seasons >= least))


class _Told(NamedTuple):
    """Days of a run on which the same of the other seasons were open, and the share of their animals that came then."""

    days: int
    seasons: int
    share: float


def _told(run: Hidden, year: int, others: Sequence[Counted]) -> list[_Told]:
    """Return what the other seasons tell of the days of a run, by which of them were open."""
    days: dict[tuple[int, ...], set[int]] = defaultdict(set)
    for place in range(place_of(run.first_on, year), place_of(run.last_on, year) + 1):
        is_open = (one.season.first_place <= place <= one.season.last_place for one in others)
        days[tuple(number for number, here in enumerate(is_open) if here)].add(place)
    return [
        _Told(len(places), len(numbers), _share(places, [others[n] for n in numbers]))
        for numbers, places in days.items()
    ]


def _share(places: Container[int], seasons: Sequence[Counted]) -> float:
    """Return which share of the animals of the seasons, added up, came on these days; 0 of no season."""
    inside = sum(
        count for one in seasons for place, count in zip(one.season.places, one.counts, strict=True) if place in places
    )
    return inside / sum(one.total for one in seasons) if seasons else 0


def words(run: Hidden, season: Season, animals: str, settings: Mapping[str, float]) -> str:
    """Return why a run leaves dates without a meaning, as a sentence; `animals` is what they are called: "entrées"."""
    first, last = date.fromisoformat(run.first_on), date.fromisoformat(run.last_on)
    if run.share is None:
        text = _unknown(run, season)
    elif run.outside and run.first_on > season.last_on:
        text = _("Barrière fermée dès le {closed} : d’ordinaire, {share} % des {animals} viennent après.")
    elif run.outside:
        text = _("Barrière ouverte le {opened} seulement : d’ordinaire, {share} % des {animals} viennent avant.")
    elif run.to_come:
        text = _("La saison n’est pas finie : d’ordinaire, {share} % des {animals} viennent {period}.")
    else:
        text = ngettext(
            "Personne n’a relevé {period} ({days} matin) : d’ordinaire, {share} % des {animals} viennent ces jours-là.",
            "Personne n’a relevé {period} ({days} matins) : d’ordinaire, {share} % des {animals} viennent ces "
            "jours-là.",
            run.days,
        )
    return text.format(
        period=dates.period((first.month, first.day), (last.month, last.day)),
        days=run.days,
        share=_percent(run.share or 0),
        animals=animals,
        opened=_day(season.first_on),
        closed=_day(season.last_on),
        others=run.others,
        least=round(settings["min_other_seasons"]),
    )


def _unknown(run: Hidden, season: Season) -> str:
    """Return the sentence of a run on whose days too few other seasons were open."""
    if run.outside and run.first_on > season.last_on:
        return _(
            "Barrière fermée dès le {closed}, et il faut {least} autres saisons complètes, ouvertes {period}, pour "
            "savoir ce qui vient après : il y en a {others}."
        )
    if run.outside:
        return _(
            "Barrière ouverte le {opened} seulement, et il faut {least} autres saisons complètes, ouvertes {period}, "
            "pour savoir ce qui vient avant : il y en a {others}."
        )
    if run.to_come:
        return _(
            "La saison n’est pas finie, et il faut {least} autres saisons complètes, ouvertes ces jours-là, pour "
            "savoir ce qui vient {period} : il y en a {others}."
        )
    return ngettext(
        "Personne n’a relevé {period} ({days} matin), et il faut {least} autres saisons complètes, ouvertes ces "
        "jours-là, pour savoir ce qui a manqué : il y en a {others}.",
        "Personne n’a relevé {period} ({days} matins), et il faut {least} autres saisons complètes, ouvertes ces "
        "jours-là, pour savoir ce qui a manqué : il y en a {others}.",
        run.days,
    )


def _percent(share: float) -> str:
    """Return a share in per cent, "21"; below 1 % with a decimal, "0,6"."""
    return show_number(100 * share, 0) if share >= 0.01 else show_number(max(0.1, 100 * share), 1)


def _day(on: str) -> str:
    day = date.fromisoformat(on)
    return f"{dates.day_number(day.day)} {dates.month_name(day.month)}"
