"""When the animals came: dates, curves and trends of a choice of animals, from the rows of its seasons.

The date at which p % is reached is the first morning on which the running total is at least p % of the season's total:
a morning on which somebody looked, never one in between. Dates are those of the morning; the animals came in the night
before. The duration is the number of days from the 5 % date to the 95 % date, 0 on the same morning.

Nothing is interpolated. The number of mornings of the campaign without a look stands beside every date, and where long
runs of them hide too many animals for a date to have a meaning (see `unseen`), there is none and `reason` says why. A
season that still runs is treated alike: the mornings to come are mornings without a look.

Entries only, unless told otherwise: animals that leave the pond are another movement. Dead animals came too and count.
All stages count; `adults_only` leaves juveniles, sub-adults and larvae out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, chain, repeat
from typing import Literal

from fieldapp.core.text import N_, _
from fieldapp.protocols.pitfall_barrier import lists, unseen
from fieldapp.protocols.pitfall_barrier.season import Night, Row, Season, place_of
from fieldapp.protocols.pitfall_barrier.statistics import Share, line, share
from fieldapp.protocols.pitfall_barrier.unseen import Counted, Hidden

Settings = Mapping[str, float]

Direction = Literal["in", "out"] | None

EARLY, MIDDLE, LATE = 5, 50, 95
"""The shares of a season's total, in per cent, whose dates are told (source: usual summaries of such operations)."""

_TOLD = (0, EARLY, MIDDLE, LATE, 100)
"""The first animal, the shares, the last animal."""

ANIMALS: Mapping[Direction, str] = {"in": N_("entrées"), "out": N_("sorties"), None: N_("prises")}
NOTHING: Mapping[Direction, str] = {"in": N_("Aucune entrée."), "out": N_("Aucune sortie."), None: N_("Aucune prise.")}


@dataclass(frozen=True, slots=True)
class Selection:
    """Which animals: None for all taxa, for males, females and those without a sex together, for both directions."""

    cd_nom: int | None = None
    sex: Literal["M", "F"] | None = None
    direction: Direction = "in"
    adults_only: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """The dates of one season (ISO, None where there is none) and why one is missing, "" when none is.

    `missed` is the number of mornings of the campaign, up to today, without a look.
    """

    year: int
    total: int
    first_on: str | None
    p05_on: str | None
    p50_on: str | None
    p95_on: str | None
    last_on: str | None
    duration_days: int | None
    missed: int
    reason: str


@dataclass(frozen=True, slots=True)
class Trend:
    """The median date against the year as a straight line, in places of the calendar (`season.place_of`).

    `slope` is in days per year, negative for earlier and earlier, `low` and `high` the ends of its interval.
    """

    slope: float
    low: float
    high: float
    intercept: float
    count: int
    first_year: int
    last_year: int

    @property
    def per_decade(self) -> float:
        """Days in ten years."""
        return self.slope * 10

    def place_in(self, year: float) -> float:
        """Return where the line stands in the calendar of a year."""
        return self.intercept + self.slope * year


@dataclass(frozen=True, slots=True)
class ThresholdNights:
    """The nights of a season up to today that were mild and wet enough, by the date of the morning after.

    `known` and `unknown` count the nights whose weather decides it or does not; a cold night is known to be none
    whatever the rain. A night before a morning that nobody looked into is a night of the season too. `animals` came on
    nights of the threshold, `animals_known` on nights of known weather: both only of the mornings looked into.
    """

    nights: tuple[str, ...]
    known: int
    unknown: int
    animals: int
    animals_known: int

    @property
    def share(self) -> float | None:
        """The share of such nights among those of known weather; None where the weather of none is known."""
        return len(self.nights) / self.known if self.known else None

    @property
    def animals_share(self) -> float | None:
        """The share of the animals that came on such nights; None where no animal came on a night of known weather."""
        return self.animals / self.animals_known if self.animals_known else None


# ------------------------------------------------------------------------------------------------ counting


def counts(season: Season, selection: Selection) -> list[int]:
    """Return the animals of each morning looked into, in the order of `season.days`."""
    found = [0] * len(season.days)
    wanted = None if selection.direction is None else selection.direction == "in"
    for row in _rows(season, selection.cd_nom):
        if (wanted is None or row.inward is wanted) and not (selection.adults_only and row.young):
            if selection.sex is None:
                found[row.day] += row.males + row.females + row.unsexed
            else:
                found[row.day] += row.males if selection.sex == "M" else row.females
    return found


def _rows(season: Season, cd_nom: int | None) -> Iterable[Row]:
    return chain.from_iterable(season.rows.values()) if cd_nom is None else season.rows.get(cd_nom, ())


def daily(season: Season, selection: Selection) -> tuple[tuple[str, int | None], ...]:
    """Return every day of the season with its animals; None on a day without a look."""
    found = dict(zip(season.days, counts(season, selection), strict=True))
    return tuple((on, found.get(on)) for on in season.calendar)


def cumulative(season: Season, selection: Selection) -> tuple[tuple[str, int], ...]:
    """Return the mornings looked into with the running total of animals."""
    return tuple(zip(season.days, accumulate(counts(season, selection)), strict=True))


# ------------------------------------------------------------------------------------------------ dates


def arrivals(seasons: Sequence[Season], selection: Selection, settings: Settings | None = None) -> tuple[Arrival, ...]:
    """Return the dates of every season, each weighed against the others; settings are those of the protocol if None."""
    chosen = lists.settings() if settings is None else settings
    counted = [Counted(season, counts(season, selection)) for season in seasons]
    known = unseen.complete(counted, chosen)
    return tuple(_arrival(one, known, selection, chosen) for one in counted)


def _arrival(own: Counted, known: Sequence[Counted], selection: Selection, settings: Settings) -> Arrival:
    season, total = own.season, own.total
    runs = unseen.hidden(season, known, settings)
    dated = _dates(own, runs, settings) if total else [None] * len(_TOLD)
    first, early, middle, late, last = dated
    return Arrival(
        year=season.year,
        total=total,
        first_on=first,
        p05_on=early,
        p50_on=middle,
        p95_on=late,
        last_on=last,
        duration_days=(date.fromisoformat(late) - date.fromisoformat(early)).days if early and late else None,
        missed=len(season.missed),
        reason=_reason(runs, season, total, selection.direction, settings) if None in dated else "",
    )


def _dates(own: Counted, runs: Sequence[Hidden], settings: Settings) -> list[str | None]:
    """Return the dates of _TOLD, None for one that the runs leave without a meaning; the total is not 0."""
    running, total = list(accumulate(own.counts)), own.total
    found: list[str | None] = []
    for percent in _TOLD:
        # In whole numbers, so that a share is reached exactly; the first animal is the first 1 of the total.
        on = own.season.days[bisect_left(running, max(1, -(-percent * total // 100)))]
        found.append(None if runs and unseen.is_doubtful(on, percent / 100, runs, settings) else on)
    return found


def _reason(runs: Sequence[Hidden], season: Season, total: int, direction: Direction, settings: Settings) -> str:
    animals = _(ANIMALS[direction])
    sentences = [] if total else [_(NOTHING[direction])]
    return " ".join([*sentences, *(unseen.words(run, season, animals, settings) for run in runs)])


def comparable(seasons: Sequence[Season], selection: Selection, year: int) -> tuple[Season, ...]:
    """Return the seasons that share days of the calendar with that of a year; () for a year without one.

    Of several in the year the one with the most of the chosen animals counts, the first of those with as many.
    """
    own = [season for season in seasons if season.year == year]
    if not own:
        return ()
    front = max(own, key=lambda season: sum(counts(season, selection)))
    return tuple(season for season in seasons if unseen.overlap(season, front))


def trend(found: Iterable[Arrival], settings: Settings | None = None) -> Trend | None:
    """Return the line through the median dates of the seasons that have one; None below three of them.

    Ordinary least squares, each season of the same weight, whatever its number of animals. The seasons are those of one
    time of the year (see `comparable`): a line through the medians of spring and autumn says nothing of either.
    """
    chosen = lists.settings() if settings is None else settings
    dated = [(one.year, place_of(one.p50_on, one.year)) for one in found if one.p50_on]
    years = [year for year, _place in dated]
    fitted = line(years, [place for _year, place in dated], chosen["confidence"])
    if fitted is None:
        return None
    return Trend(fitted.slope, fitted.low, fitted.high, fitted.intercept, fitted.points, min(years), max(years))


# ------------------------------------------------------------------------------------------------ shares and effort


def sex_ratio(
    seasons: Season | Iterable[Season],
    cd_nom: int | None,
    settings: Settings | None = None,
    *,
    direction: Direction = "in",
) -> Share:
    """Return the males among the animals whose sex is known, of one season or of several added up.

    Those without a sex are left out. The interval takes the animals for independent of each other.
    """
    chosen = lists.settings() if settings is None else settings
    several = [seasons] if isinstance(seasons, Season) else list(seasons)
    males, females = (
        sum(sum(counts(season, Selection(cd_nom, sex, direction))) for season in several) for sex in ("M", "F")
    )
    return share(males, males + females, chosen["confidence"])


def catch_per_bucket_night(seasons: Season | Iterable[Season], selection: Selection) -> float | None:
    """Return the animals per open bucket and night looked into, of one season or of several added up.

    None where no bucket is known or nobody looked.
    """
    several = [seasons] if isinstance(seasons, Season) else list(seasons)
    nights = sum(season.bucket_nights for season in several)
    return sum(sum(counts(season, selection)) for season in several) / nights if nights else None


def threshold_nights(
    season: Season, settings: Settings | None = None, selection: Selection | None = None
) -> ThresholdNights:
    """Return the nights of at least `threshold_night_min_c` °C and `threshold_rain_mm` mm, and who came on them."""
    chosen = lists.settings() if settings is None else settings
    nights, animals, animals_known, unknown = list[str](), 0, 0, 0
    found = counts(season, selection or Selection())
    days, weather = (*season.days, *season.missed), (*season.nights, *season.missed_nights)
    for on, night, count in zip(days, weather, chain(found, repeat(0, len(season.missed))), strict=True):
        fits = _fits(night, chosen)
        if fits is None:
            unknown += 1
            continue
        animals_known += count
        if fits:
            nights.append(on)
            animals += count
    return ThresholdNights(tuple(sorted(nights)), len(days) - unknown, unknown, animals, animals_known)


def _fits(night: Night, settings: Settings) -> bool | None:
    """Return whether a night was mild and wet enough; None where what is known does not decide it."""
    mild = None if night.night_min_c is None else night.night_min_c >= settings["threshold_night_min_c"]
    wet = None if night.rain_mm is None else night.rain_mm >= settings["threshold_rain_mm"]
    if mild is False or wet is False:
        return False
    return None if mild is None or wet is None else True
