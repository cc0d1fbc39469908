"""STOC capture: which sessions of a station are the main ones of a year, whether they are valid, what differs.

A station is a net set. Sources: STOC_reporting 2023-12-01 for the choice of sessions and all thresholds, which stand in
`reference/stoc.csv`; a programme's own fields come before them. The reference days are days of a year of 365 days, so
that 138 is 18 May in a leap year too.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from fieldapp.core.schema import Values
from fieldapp.core.text import N_, _
from fieldapp.protocols.banding import lists
from fieldapp.protocols.banding.analysis import Session

STOC = "STOC"

COMMON_YEAR = 2001
"""Any year of 365 days: the reference days are counted in one."""

NO_MAIN = "none"
"""The leader's choice that a session is none of the main ones."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The thresholds of STOC; `reference_days` are days of a year of 365 days, one per main session."""

    min_session_h: float
    min_captures: float
    max_days_off: float
    min_days_between: float
    reference_days: tuple[int, ...]
    metres_per_index: float
    min_adults_abundance: float
    min_birds_productivity: float
    min_birds_return: float


@dataclass(frozen=True, slots=True)
class Finding:
    """Something worth knowing about a session, as a code with its figures; the words are in FINDINGS."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def words(self) -> str:
        """Return the finding as a sentence."""
        return _(FINDINGS[self.code]).format(**self.params)


FINDINGS: Mapping[str, str] = {
    "short": N_("séance de {hours} : il en faut {limit}"),
    "no_duration": N_("durée de la séance pas notée"),
    "few_captures": N_("{count} captures : il en faut {limit}"),
    "no_nets": N_("mètres de filet pas notés"),
    "other_metres": N_("{metres} m de filet, d’habitude {usual} m"),
    "other_nets": N_("filets {nets}, d’habitude {usual}"),
    "far": N_("à {days} jours de la date de référence : il en faut moins de {limit}"),
    "close": N_("à {days} jours d’une autre séance principale : il en faut plus de {limit}"),
    "not_chosen": N_("une autre séance est plus proche de la date de référence"),
    "left_out": N_("écartée par le responsable"),
    "twice": N_("une autre séance de l’année est déjà la {number}e"),
    "by_leader": N_("choisie par le responsable"),
}
"""The French words of the findings."""


@dataclass(frozen=True, slots=True)
class Main:
    """One of the main sessions of a year: its number from 1, its reference date, and the session, None: missing.

    `findings` tell what is wrong with a session that the leader chose, and what differs from the station's usual nets.
    """

    number: int
    reference: date
    session: Session | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def days_off(self) -> int | None:
        """Days between the session and its reference date, negative before it; None where the session is missing."""
        return None if self.session is None else (self.session.on - self.reference).days


@dataclass(frozen=True, slots=True)
class Other:
    """A session that is none of the main ones, and why."""

    session: Session
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The sessions of a station in one year: the main ones, whole or with gaps, and the others in order of date."""

    year: int
    main: tuple[Main, ...]
    others: tuple[Other, ...]

    @property
    def sessions(self) -> tuple[Session, ...]:
        """The main sessions that are there."""
        return tuple(item.session for item in self.main if item.session is not None)

    @property
    def missing(self) -> tuple[int, ...]:
        """The numbers of the main sessions that are missing."""
        return tuple(item.number for item in self.main if item.session is None)


@dataclass(frozen=True, slots=True)
class Usual:
    """What a station usually opens: metres (None: never noted) and the numbers of the nets (empty: never noted)."""

    net_m: float | None
    nets: frozenset[str]


# ------------------------------------------------------------------------------------------ thresholds


def is_stoc(theme: str) -> bool:
    """Return whether the theme is STOC or one of its variants (STOC-ROZO)."""
    return theme == STOC or theme.startswith((f"{STOC}-", f"{STOC} "))


def limits_for(theme: str, programmes: Iterable[Values] = ()) -> Limits:
    """Return the thresholds: those of the programme's record with this theme and no target, else those of the list."""
    known = lists.thresholds()
    days = (known[f"reference_day_{number}"] for number in (1, 2, 3))
    usual = Limits(
        min_session_h=known["min_session_h"],
        min_captures=known["min_captures"],
        max_days_off=known["max_days_off"],
        min_days_between=known["min_days_between"],
        reference_days=tuple(int(day) for day in days),
        metres_per_index=known["metres_per_index"],
        min_adults_abundance=known["min_adults_abundance"],
        min_birds_productivity=known["min_birds_productivity"],
        min_birds_return=known["min_birds_return"],
    )
    own = [values for values in programmes if values.get("theme") == theme]
    chosen = next((values for values in own if not values.get("target")), own[0] if own else None)
    return usual if chosen is None else _with_own(usual, chosen)


_OWN = (
    "min_session_h", "min_captures", "max_days_off", "min_adults_abundance", "min_birds_productivity",
    "min_birds_return",
)  # fmt: skip


def _with_own(usual: Limits, programme: Values) -> Limits:
    own: dict[str, Any] = {name: programme[name] for name in _OWN if isinstance(programme.get(name), int | float)}
    days = sorted(
        int(day) for day in programme.get("reference_days", ()) if str(day).isdecimal() and 0 < int(day) < 366
    )
    if days:
        own["reference_days"] = tuple(days)
    return replace(usual, **own)


def reference_dates(year: int, limits: Limits) -> tuple[date, ...]:
    """Return the reference dates of a year, in order."""
    first = date(COMMON_YEAR, 1, 1)
    return tuple((first + timedelta(day - 1)).replace(year=year) for day in limits.reference_days)


# -------------------------------------------------------------------------------------------- validity


def duration_h(session: Session) -> float | None:
    """Return how long the session lasted: as noted, or the time between its captures where that is more.

    None when no duration was noted and its captures don't tell one. Source: STOC_reporting 2023-12-01.
    """
    longest = max(session.minutes or 0, session.spread_min)
    return longest / 60 if longest else None


def faults(session: Session, limits: Limits) -> tuple[Finding, ...]:
    """Return why a session is not valid; nothing where it is."""
    found = []
    hours, count = duration_h(session), len(session.captures)
    if hours is None:
        found.append(Finding("no_duration"))
    elif hours < limits.min_session_h:
        found.append(Finding("short", {"hours": _hours(hours), "limit": _hours(limits.min_session_h)}))
    if count < limits.min_captures:
        found.append(Finding("few_captures", {"count": count, "limit": _figure(limits.min_captures)}))
    return tuple(found)


def usual_of(sessions: Sequence[Session]) -> Usual:
    """Return what a station usually opens: what it says of itself, else what most of its sessions had.

    Of what was had equally often, the most is usual.
    """
    said = next((session.usual_net_m for session in sessions if session.usual_net_m is not None), None)
    metres = Counter(session.net_m for session in sessions if session.net_m is not None)
    nets = Counter(frozenset(session.nets) for session in sessions if session.nets)
    often = max(metres, key=lambda item: (metres[item], item), default=None)
    return Usual(
        said if said is not None else often,
        max(nets, key=lambda item: (nets[item], len(item), sorted(item)), default=frozenset()),
    )


def effort_findings(session: Session, usual: Usual) -> tuple[Finding, ...]:
    """Return how metres and nets of a session differ from what the station usually opens."""
    found = []
    if session.net_m is None:
        found.append(Finding("no_nets"))
    elif usual.net_m is not None and not math.isclose(session.net_m, usual.net_m):
        found.append(Finding("other_metres", {"metres": _figure(session.net_m), "usual": _figure(usual.net_m)}))
    if session.nets and usual.nets and frozenset(session.nets) != usual.nets:
        found.append(Finding("other_nets", {"nets": _nets(session.nets), "usual": _nets(usual.nets)}))
    return tuple(found)


def _figure(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".").replace(".", ",")


def _hours(hours: float) -> str:
    whole, minutes = divmod(round(hours * 60), 60)
    return f"{whole} h {minutes:02}" if minutes else f"{whole} h"


def _nets(nets: Iterable[str]) -> str:
    return " ".join(sorted(nets, key=lambda net: (not net.isdecimal(), int(net) if net.isdecimal() else 0, net)))


# -------------------------------------------------------------------------------------- main sessions


def plan(sessions: Sequence[Session], year: int, limits: Limits, usual: Usual | None = None) -> Plan:
    """Return the main sessions of a station in a year, and why the others are none.

    What the leader chose stands, valid or not. For the rest, valid sessions less than `max_days_off` from their
    reference date and more than `min_days_between` from the main session before and after: of all such choices, in
    order of date, the one with most main sessions, then with the fewest days off in all, then the earliest.
    """
    of_year = sorted((item for item in sessions if item.on.year == year), key=lambda item: (item.on, item.uid))
    found = usual_of(sessions) if usual is None else usual
    dates = reference_dates(year, limits)
    fixed = _fixed(of_year, len(dates))
    free = [item for item in of_year if not item.main and not faults(item, limits)]
    options = [
        [fixed[number]] if number in fixed else [None, *(item for item in free if _is_near(item, day, limits))]
        for number, day in enumerate(dates)
    ]
    best = _best(options, dates, fixed, limits)
    main = tuple(
        Main(number + 1, day, item, () if item is None else _of_main(item, day, limits, found))
        for number, (day, item) in enumerate(zip(dates, best, strict=True))
    )
    chosen = {item.uid for item in best if item is not None}
    others = tuple(Other(item, _why_not(item, dates, best, limits)) for item in of_year if item.uid not in chosen)
    return Plan(year, main, others)


Chosen = tuple[Session | None, ...]


def _fixed(sessions: Iterable[Session], count: int) -> dict[int, Session]:
    """Return the sessions that the leader chose by their place; of two for one place the first."""
    found: dict[int, Session] = {}
    for session in sessions:
        if session.main.isdecimal() and 1 <= int(session.main) <= count:
            found.setdefault(int(session.main) - 1, session)
    return found


def _is_near(session: Session, reference: date, limits: Limits) -> bool:
    return abs((session.on - reference).days) < limits.max_days_off


def _best(
    options: Sequence[Sequence[Session | None]], dates: Sequence[date], fixed: Mapping[int, Session], limits: Limits
) -> Chosen:
    """Return the best choice; of the ways to one last session only the best is gone on with."""
    by_leader = {item.uid for item in fixed.values()}
    reached: dict[str, Chosen] = {"": ()}
    for offered in options:
        following: dict[str, Chosen] = {}
        for last, chosen in reached.items():
            before = next((item for item in reversed(chosen) if item is not None), None)
            for item in offered:
                if item is None or before is None or _fits(before, item, by_leader, limits):
                    made, end = (*chosen, item), last if item is None else item.uid
                    if end not in following or _cost(made, dates) < _cost(following[end], dates):
                        following[end] = made
        reached = following
    return min(reached.values(), key=lambda chosen: _cost(chosen, dates))


def _fits(before: Session, after: Session, by_leader: set[str], limits: Limits) -> bool:
    """Return whether enough days lie between; two that the leader chose may be as close as he likes."""
    return {before.uid, after.uid} <= by_leader or (after.on - before.on).days > limits.min_days_between


def _cost(chosen: Chosen, dates: Sequence[date]) -> tuple[int, int, tuple[date, ...]]:
    there = [(item.on, day) for item, day in zip(chosen, dates, strict=False) if item is not None]
    return -len(there), sum(abs((on - day).days) for on, day in there), tuple(on for on, _day in there)


def _of_main(session: Session, reference: date, limits: Limits, usual: Usual) -> tuple[Finding, ...]:
    found: tuple[Finding, ...] = ()
    if session.main:
        found = (Finding("by_leader"), *faults(session, limits))
        if not _is_near(session, reference, limits):
            found = (*found, _far(session, reference, limits))
    return (*found, *effort_findings(session, usual))


def _far(session: Session, reference: date, limits: Limits) -> Finding:
    days = abs((session.on - reference).days)
    return Finding("far", {"days": days, "limit": _figure(limits.max_days_off)})


def _why_not(session: Session, dates: Sequence[date], best: Chosen, limits: Limits) -> tuple[Finding, ...]:
    """Return why a session is none of the main ones."""
    if session.main == NO_MAIN:
        return (Finding("left_out"),)
    if session.main:
        return (Finding("twice", {"number": session.main}),)
    if found := faults(session, limits):
        return found
    nearest = min(dates, key=lambda day: abs((session.on - day).days))
    if not _is_near(session, nearest, limits):
        return (_far(session, nearest, limits),)
    gaps = [abs((session.on - item.on).days) for item in best if item is not None]
    is_wanted = any(item is None and _is_near(session, day, limits) for item, day in zip(best, dates, strict=True))
    if is_wanted and gaps and min(gaps) <= limits.min_days_between:
        return (Finding("close", {"days": min(gaps), "limit": _figure(limits.min_days_between)}),)
    return (Finding("not_chosen"),)
