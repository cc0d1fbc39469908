"""The indices of a STOC station, each with the birds it rests on; below its threshold, or with a gap, no value but why.

Definitions (source: STOC_reporting 2023-12-01 where nothing else is said):

- what is counted are individuals of the lines that `Line.is_indexed` lets through, never captures; the effort index is
  the only one of captures;
- an individual is adult in a year when it was caught in an earlier one, else what its ages of the year say; ages that
  contradict each other, VOL and ??? are of no class;
- *adult abundance*: adults of the main sessions ÷ metres of net of all of them × 360, so for 120 m in three sessions;
- *productivity*: young ÷ adults, as the CRBPO draws it, and young ÷ (young + adults), as CES does elsewhere;
- *return rate* from year t: of the individuals of a class in the main sessions of t those caught in those of t + 1;
- *captures per 100 m·h*: captures ÷ (metres ÷ 100 × hours), sessions without metres or duration left out (the common
  form; the CRBPO only divides by metres).

Where a main session is missing the year has no value. Thresholds come from `stoc.Limits`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from fieldapp.core.text import N_, _
from fieldapp.protocols.banding import stoc
from fieldapp.protocols.banding.analysis import ADULT, YOUNG, Session, first_rings, lines_of
from fieldapp.protocols.banding.stoc import Limits, Plan

METRES_PER_EFFORT = 100
"""Captures are given per 100 m of net and hour (source: common form, see the text above)."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why there is no value, as a code with its figures; the words are in REASONS."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def words(self) -> str:
        """Return the reason as a sentence."""
        return _(REASONS[self.code]).format(**self.params)


REASONS: Mapping[str, str] = {
    "missing_sessions": N_("il manque la séance principale {numbers}"),
    "missing_next": N_("en {year}, il manque la séance principale {numbers}"),
    "no_nets": N_("mètres de filet pas notés"),
    "no_adult": N_("aucun adulte"),
    "no_bird": N_("aucun oiseau"),
    "few_adults": N_("{count} adultes sur toutes les années : il en faut {limit}"),
    "few_birds": N_("médiane de {count} oiseaux par année : il en faut {limit}"),
    "no_effort": N_("aucune séance avec mètres et durée"),
}
"""The French words of the reasons."""


@dataclass(frozen=True, slots=True)
class Index:
    """One value, or None and the reason; `count` of `base` birds (captures of metre-hours for the effort index)."""

    value: float | None
    count: float
    base: float
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class StationYear:
    """One year of a station: its plan, and the individuals of its main sessions by class of age."""

    plan: Plan
    adults: frozenset[str]
    young: frozenset[str]
    unaged: frozenset[str]

    @property
    def year(self) -> int:
        """The year."""
        return self.plan.year

    @property
    def net_m(self) -> float | None:
        """The metres of net of the main sessions together; None when one of them did not note its own."""
        metres = [session.net_m for session in self.plan.sessions]
        return None if None in metres else sum(item for item in metres if item is not None)

    @property
    def gap(self) -> Reason | None:
        """Why no index of this year can be computed, None when one can."""
        return _gap(self.plan, "missing_sessions")


def _gap(plan: Plan, code: str) -> Reason | None:
    if not plan.missing:
        return None
    return Reason(code, {"numbers": ", ".join(map(str, plan.missing)), "year": plan.year})


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of individuals beyond one year: the first ring of each, and the first year it was caught in."""

    first: Mapping[str, str]
    seen: Mapping[str, int]


def past_of(sessions: Sequence[Session]) -> Past:
    """Return what these sessions, best all that there are, tell of their individuals."""
    first = first_rings(sessions)
    seen: dict[str, int] = {}
    for session, line in lines_of(sessions):
        if line.is_indexed:
            bird = first.get(line.ring, line.ring)
            seen[bird] = min(session.on.year, seen.get(bird, session.on.year))
    return Past(first, seen)


def station_years(
    sessions: Sequence[Session], limits: Limits, past: Past | None = None, species: str | None = None
) -> list[StationYear]:
    """Return the years of one station that have a session, in order; of one species where it is given (its group).

    `past` is that of the station alone when None.
    """
    known = past_of(sessions) if past is None else past
    usual = stoc.usual_of(sessions)
    found = []
    for year in sorted({session.on.year for session in sessions}):
        chosen = stoc.plan(sessions, year, limits, usual)
        classes = classes_of(chosen.sessions, known, species)
        found.append(
            StationYear(chosen, *(frozenset(bird for bird, of in classes.items() if of == one) for one in _CLASSES))
        )
    return found


_CLASSES = (ADULT, YOUNG, "")


def classes_of(sessions: Sequence[Session], past: Past, species: str | None = None) -> dict[str, str]:
    """Return the class of each individual of these sessions of one year: ADULT, YOUNG, "" where it can't be said."""
    year = min((session.on.year for session in sessions), default=0)
    return {
        bird: ADULT if past.seen.get(bird, year) < year else next(iter(ages)) if len(ages) == 1 else ""
        for bird, ages in _ages_of(sessions, past.first, species).items()
    }


def _ages_of(sessions: Iterable[Session], first: Mapping[str, str], species: str | None) -> dict[str, set[str]]:
    """Return the classes of age that were noted of each individual, without those that say nothing."""
    found: dict[str, set[str]] = {}
    for _session, line in lines_of(sessions):
        if line.is_indexed and species in {None, line.species}:
            ages = found.setdefault(first.get(line.ring, line.ring), set())
            ages |= {line.age} - {""}
    return found


# --------------------------------------------------------------------------------------------- indices


def adult_abundance(years: Sequence[StationYear], limits: Limits) -> dict[int, Index]:
    """Return the adults per 360 m of net (120 m in three sessions) of each year.

    No value below `min_adults_abundance` adults over all years that have their main sessions.
    """
    whole = [item for item in years if item.gap is None]
    adults = len(frozenset().union(*(item.adults for item in whole)))
    few = None
    if adults < limits.min_adults_abundance:
        few = Reason("few_adults", {"count": adults, "limit": f"{limits.min_adults_abundance:g}"})
    return {item.year: _abundance(item, few, limits) for item in years}


def _abundance(item: StationYear, few: Reason | None, limits: Limits) -> Index:
    metres = item.net_m
    count = len(item.adults)
    reason = item.gap or (None if metres else Reason("no_nets")) or few
    if reason is not None or not metres:
        return Index(None, count, metres or 0, reason)
    return Index(count / metres * limits.metres_per_index, count, metres)


@dataclass(frozen=True, slots=True)
class Productivity:
    """Both productivities of a year: young per adult, and the share of young among the aged."""

    per_adult: Index
    share: Index


def productivity(years: Sequence[StationYear], limits: Limits) -> dict[int, Productivity]:
    """Return both productivities of each year.

    No value where the median over the years that have their main sessions is below `min_birds_productivity` aged birds.
    """
    few = _few(
        [len(item.adults) + len(item.young) for item in years if item.gap is None], limits.min_birds_productivity
    )
    return {item.year: _productivity(item, few) for item in years}


def _few(counts: Sequence[int], limit: float) -> Reason | None:
    middle = median(counts) if counts else 0
    return Reason("few_birds", {"count": f"{middle:g}", "limit": f"{limit:g}"}) if middle < limit else None


def _productivity(item: StationYear, few: Reason | None) -> Productivity:
    young, adults = len(item.young), len(item.adults)
    reason = item.gap or few
    return Productivity(
        _ratio(young, adults, reason or (None if adults else Reason("no_adult"))),
        _ratio(young, young + adults, reason or (None if young + adults else Reason("no_bird"))),
    )


def _ratio(count: float, base: float, reason: Reason | None) -> Index:
    return Index(None if reason else count / base, count, base, reason)


def return_rates(years: Sequence[StationYear], limits: Limits) -> dict[int, dict[str, Index]]:
    """Return for each year but the last the share of its adults and of its young that were caught a year later.

    Both years need their main sessions. No value for a class where the median over the years that have theirs is below
    `min_birds_return` birds of it.
    """
    by_year = {item.year: item for item in years}
    few = {
        of: _few([len(_birds(item, of)) for item in years if item.gap is None], limits.min_birds_return)
        for of in (ADULT, YOUNG)
    }
    return {
        item.year: {of: _returned(item, by_year[item.year + 1], of, few[of]) for of in (ADULT, YOUNG)}
        for item in years
        if item.year + 1 in by_year
    }


def _birds(item: StationYear, of: str) -> frozenset[str]:
    return item.adults if of == ADULT else item.young


def _returned(item: StationYear, following: StationYear, of: str, few: Reason | None) -> Index:
    birds = _birds(item, of)
    again = birds & (following.adults | following.young | following.unaged)
    reason = item.gap or _gap(following.plan, "missing_next") or few or (None if birds else Reason("no_bird"))
    return _ratio(len(again), len(birds), reason)


def captures_per_effort(sessions: Iterable[Session]) -> dict[int, Index]:
    """Return the captures per 100 m·h of each year, of the sessions that noted metres and duration."""
    counts: dict[int, tuple[int, float]] = {}
    for session in sessions:
        captures, effort = counts.get(session.on.year, (0, 0.0))
        hours = session.metre_hours
        if hours:
            captures, effort = captures + len(session.captures), effort + hours
        counts[session.on.year] = captures, effort
    return {year: _per_effort(*counts[year]) for year in sorted(counts)}


def _per_effort(captures: int, effort: float) -> Index:
    if not effort:
        return Index(None, captures, effort, Reason("no_effort"))
    return Index(captures / (effort / METRES_PER_EFFORT), captures, effort)


@dataclass(frozen=True, slots=True)
class Ages:
    """The individuals of a year by class; `share` is that of young among the aged, None where none is."""

    adults: int
    young: int
    unaged: int

    @property
    def share(self) -> float | None:
        """Young ÷ (young + adults)."""
        aged = self.adults + self.young
        return self.young / aged if aged else None


def age_ratio(sessions: Sequence[Session], past: Past | None = None) -> dict[int, Ages]:
    """Return the individuals of each year by class of age, of all its sessions, whatever the programme.

    `past` as in `station_years`.
    """
    known = past_of(sessions) if past is None else past
    found = {}
    for year in sorted({session.on.year for session in sessions}):
        classes = classes_of([session for session in sessions if session.on.year == year], known)
        found[year] = Ages(*(sum(of == one for of in classes.values()) for one in _CLASSES))
    return found
