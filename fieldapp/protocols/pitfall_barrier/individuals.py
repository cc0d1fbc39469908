"""Animals that are told apart: the captures of one, when it was seen, and the name of the next."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from fieldapp.core.exchange import Known
from fieldapp.core.record import Record
from fieldapp.core.schema import Taxon
from fieldapp.core.text import fold, unaccent
from fieldapp.protocols.pitfall_barrier.campaign import natural_key
from fieldapp.protocols.pitfall_barrier.lists import name_of
from fieldapp.protocols.pitfall_barrier.schema import CODE, DEAD, OBSERVATION, VISIT

FEWEST_FIGURES = 3
"""Figures of the number in a name that starts a series: "TC-001" (source: column individual of the Vimy file)."""

_NAME = re.compile(r"(?P<letters>.*?)(?P<between>[ ._/-]*)(?P<figures>[0-9]{1,12})")


@dataclass(frozen=True, slots=True)
class Capture:
    """One catch of an individual with the check of its morning."""

    observation: Record
    visit: Record

    @property
    def on(self) -> str:
        """The ISO date of the morning, "" where the check has none yet."""
        return str(self.visit.data.get("check_on", ""))


@dataclass(frozen=True, slots=True)
class Spans:
    """When an individual was seen: years in order, each once; days from each morning to the next.

    `first_on` and `last_on` are ISO dates, None for an individual that was never caught. A morning counts once, however
    many catches of it were noted.
    """

    years: tuple[int, ...]
    days_between: tuple[int, ...]
    first_on: str | None
    last_on: str | None


def life_of(known: Known, individual: Record) -> list[Capture]:
    """Return the captures of an individual, the oldest first, by bucket within a morning.

    Costs as much as what it returns: the catches are found by their index.
    """
    placed = known.by_field(CODE, OBSERVATION.code, "individual", [individual.uid])
    found = [Capture(item.record, item.parents[VISIT.code]) for item in placed if VISIT.code in item.parents]
    return sorted(found, key=_order)


def _order(capture: Capture) -> tuple[str, object, str]:
    return capture.on, natural_key(str(capture.observation.data.get("bucket", ""))), capture.observation.uid


def spans(captures: Iterable[Capture]) -> Spans:
    """Return the years and the days between captures of one individual, in whatever order they come."""
    days = sorted({capture.on for capture in captures if capture.on})
    if not days:
        return Spans((), (), None, None)
    steps = tuple((date.fromisoformat(after) - date.fromisoformat(before)).days for before, after in pairwise(days))
    return Spans(tuple(sorted({int(day[:4]) for day in days})), steps, days[0], days[-1])


def died_on(captures: Iterable[Capture]) -> str | None:
    """Return the ISO date on which the individual was first noted dead, None while it lives."""
    days = (one.on for one in captures if one.observation.data.get("vitality") == DEAD and one.on)
    return min(days, default=None)


def prefix_of(taxon: Taxon) -> str:
    """Return the letters with which the names of a taxon's individuals begin: "TC" for Triton crêté.

    Initials of the French name, of the Latin one where there is none; words without capitals or figures in front
    (brackets) give none.
    """
    words = re.findall(r"[^\W\d_]+", unaccent(name_of(taxon, taxon.cd_nom).split("(")[0]))
    return "".join(word[0].upper() for word in words)


def next_name(names: Iterable[str], prefix: str = "") -> str:
    """Return the name of the next individual: "TC-094" after "TC-093", written as the highest number of its series.

    The series is that of `prefix`, whatever its capitals; without one, that to which most of the names belong (of
    several, the first by its letters). A gap in the numbers stays one: its animal may be in somebody's notebook. A new
    series starts with "TC-001".
    """
    series = [found for name in names if (found := _NAME.fullmatch(name.strip()))]
    letters = fold(prefix) if prefix else _usual_letters(series)
    own = [found for found in series if fold(found["letters"]) == letters]
    if not own:
        return f"{prefix}-{1:0{FEWEST_FIGURES}}" if prefix else f"{1:0{FEWEST_FIGURES}}"
    last = max(own, key=lambda found: (int(found["figures"]), found[0]))
    figures = last["figures"]
    return f"{last['letters']}{last['between']}{int(figures) + 1:0{len(figures)}}"


def _usual_letters(series: Sequence[re.Match[str]]) -> str:
    tally = Counter(fold(found["letters"]) for found in series)
    return min(tally, key=lambda letters: (-tally[letters], letters), default="")
