"""What the captures of banding are counted by: sessions, lines, adults and young, individuals.

Pure functions over trees sites_group -> site -> visit -> observation (`core.record.Node`). Definitions:

- a *session* is a dated visit of a net set, one without birds (BREDOUILLE) included;
- the *theme* of a line is that of the capture, else that of its session, else the usual one of the net set (source:
  CRBPO, THEME and THEME SESSION are two things);
- a *ring* is a line with action B, a *control* one with C, a *foreign control* a control whose ring is of another
  scheme than Paris, a *recovery* one with R (a dead bird that was found: no capture), *without ring* one with SANS;
- a *capture* is any line but a recovery: B, C, SANS and lines whose action is not filled in;
- an *individual* is a bird whose ring was read or put on: a ring and the one that it replaced are one individual, a
  bird without a ring can't be told from the next and is none;
- *species* are told apart by what subspecies and older codes share (`lists.group_of`); SPESPE and no code are none;
- *adult* and *young* after the age as written: a "+" or a number from 2 on is an adult, 1A and PUL are young, the rest
  (VOL, ???) is neither (source: STOC_reporting 2023-12-01).
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from fieldapp.core.record import Node
from fieldapp.core.schema import Values
from fieldapp.core.text import fold
from fieldapp.protocols.banding import lists
from fieldapp.protocols.banding.ages import PULLUS
from fieldapp.protocols.banding.ring import PARIS
from fieldapp.protocols.banding.schema import (
    CONTROLLED,
    OBSERVATION,
    RECOVERED,
    RELEASED_BY_RINGER,
    RINGED,
    SITE,
    SITES_GROUP,
    TAKEN_ON_PURPOSE,
    VISIT,
    WITHOUT_RING,
    is_without_birds,
)

ADULT, YOUNG = "AD", "JUV"

_DAY_H = 24
_NUMBER = re.compile("[0-9]+")


@lru_cache(maxsize=256)
def age_class(code: str) -> str:
    """Return ADULT, YOUNG or "" for an age as the CRBPO writes it ("+1A", "2A?", "PUL"); "" where it says neither."""
    written = code.strip().upper()
    found = _NUMBER.search(written)
    years = int(found[0]) if found else 0
    if years >= 2 or (years and "+" in written):
        return ADULT
    return YOUNG if years == 1 or written == PULLUS else ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a session, reduced to what is counted; "" where it was not filled in, `hour` -1.

    `ring` is the key of the ring, `replaced` that of the ring that came off. `species` is the code by which lists are
    compared, `code` the one that was written. `is_usual` says that condition and circumstances are empty or those of a
    healthy bird in the hand.
    """

    action: str
    theme: str
    ring: str
    replaced: str
    scheme: str
    species: str
    code: str
    age: str
    net: str
    hour: int
    is_usual: bool

    @property
    def is_ringing(self) -> bool:
        """Whether a new ring was put on."""
        return self.action == RINGED

    @property
    def is_control(self) -> bool:
        """Whether a bird that bore a ring was caught alive."""
        return self.action == CONTROLLED

    @property
    def is_foreign_control(self) -> bool:
        """Whether it is a control of a ring of another scheme than Paris; a ring without a scheme is not."""
        return self.is_control and self.scheme not in {"", PARIS}

    @property
    def is_recovery(self) -> bool:
        """Whether a dead bird was found: no capture."""
        return self.action == RECOVERED

    @property
    def is_without_ring(self) -> bool:
        """Whether the bird was let go without a ring."""
        return self.action == WITHOUT_RING

    @property
    def is_indexed(self) -> bool:
        """Whether the indices of STOC count the line: B or C with a ring and a species, a healthy bird in the hand.

        Source: STOC_reporting 2023-12-01, which drops R, SPESPE, and other conditions or circumstances than 8 and 20.
        """
        return self.action in {RINGED, CONTROLLED} and bool(self.ring and self.species) and self.is_usual


@dataclass(frozen=True, slots=True)
class Session:
    """One session with its lines; what was not filled in is "" or None.

    `place_key` is what places are compared by: name and commune without accents and capitals. `minutes` is the duration
    as noted, `spread_min` the time between the first and the last capture. `main` is the leader's choice: "1", "2",
    "3", "none" or "".
    """

    uid: str
    on: date
    theme: str
    site: str
    site_name: str
    place_key: tuple[str, str]
    place: str
    commune: str
    net_m: float | None
    minutes: float | None
    spread_min: int
    nets: tuple[str, ...]
    usual_net_m: float | None
    main: str
    is_without_birds: bool
    lines: tuple[Line, ...]

    @property
    def captures(self) -> tuple[Line, ...]:
        """The lines but recoveries."""
        return tuple(line for line in self.lines if not line.is_recovery)

    @property
    def metre_hours(self) -> float | None:
        """Metres of net times hours of the session; None when one of them was not noted."""
        if self.net_m is None or self.minutes is None:
            return None
        return self.net_m * self.minutes / 60

    @property
    def is_draft(self) -> bool:
        """Whether the session tells of nothing yet: no line, and not said to be without birds."""
        return not self.lines and not self.is_without_birds


def sessions_of(trees: Iterable[Node], year: int | None = None) -> list[Session]:
    """Return the dated sessions of the trees (of one year when it is given), in order of date, then of making."""
    found = [
        made
        for tree in trees
        for place in tree.walk(SITES_GROUP.code)
        for site in place.walk(SITE.code)
        for visit in site.walk(VISIT.code)
        if (made := _session(place, site, visit)) is not None and (year is None or made.on.year == year)
    ]
    return sorted(found, key=lambda session: (session.on, session.uid))


def _session(place: Node, site: Node, visit: Node) -> Session | None:
    values, site_values, place_values = visit.record.data, site.record.data, place.record.data
    on = _day(values)
    if on is None:
        return None
    theme = _text(values, "theme") or _text(site_values, "theme")
    lines = tuple(_line(node.record.data, theme) for node in visit.walk(OBSERVATION.code))
    name, commune = _text(place_values, "place_name"), _text(place_values, "commune")
    return Session(
        uid=visit.record.uid,
        on=on,
        theme=theme,
        site=site.record.uid,
        site_name=_text(site_values, "site_name"),
        place_key=(fold(commune), fold(name)) if name or commune else ("", place.record.uid),
        place=name,
        commune=commune,
        net_m=_number(values, "net_m"),
        minutes=_number(values, "duration_min"),
        spread_min=_spread_min(node.record.data for node in visit.walk(OBSERVATION.code)),
        nets=tuple(str(net) for net in values.get("open_nets", ())),
        usual_net_m=_number(site_values, "usual_net_m"),
        main=_text(values, "main_session"),
        is_without_birds=is_without_birds(values),
        lines=lines,
    )


def _line(values: Values, theme: str) -> Line:
    key, code = _text(values, "ring_key"), _text(values, "species").upper()
    is_unknown = code in {"", lists.UNKNOWN_SPECIES}
    hour = _minutes(values.get("hour"))
    return Line(
        action=sys.intern(_text(values, "action")),
        theme=sys.intern(_text(values, "theme") or theme),
        ring=key,
        replaced=_text(values, "replaced_ring_key"),
        scheme=sys.intern(_text(values, "ring_scheme") or key[:3]),
        species="" if is_unknown else sys.intern(_group_of(code)),
        code=sys.intern(code),
        age=age_class(_text(values, "age")),
        net=sys.intern(_text(values, "net")),
        hour=-1 if hour is None else hour // 60,
        is_usual=_text(values, "condition") in {"", RELEASED_BY_RINGER}
        and _text(values, "circumstances") in {"", TAKEN_ON_PURPOSE},
    )


@lru_cache(maxsize=4096)
def _group_of(code: str) -> str:
    return lists.group_of(code)


def _text(values: Values, name: str) -> str:
    return str(values.get(name, "")).strip()


def _number(values: Values, name: str) -> float | None:
    value = values.get(name)
    return float(value) if isinstance(value, int | float) else None


def _day(values: Values) -> date | None:
    try:
        return date.fromisoformat(_text(values, "date"))
    except ValueError:
        return None


def _minutes(hour: object) -> int | None:
    """Return the minutes since midnight of "06:30"; None where it is no time of a day."""
    hours, colon, minutes = str(hour or "").partition(":")
    if not (colon and hours.isdecimal() and minutes.isdecimal() and int(hours) < _DAY_H):
        return None
    return int(hours) * 60 + int(minutes)


def _spread_min(captures: Iterable[Values]) -> int:
    times = [at for values in captures if (at := _minutes(values.get("hour"))) is not None]
    return max(times) - min(times) if times else 0


# ------------------------------------------------------------------------------------------- choosing


def is_of(session: Session, theme: str) -> bool:
    """Return whether the session counts for a theme: its own, or that of one of its lines."""
    return session.theme == theme or any(line.theme == theme for line in session.lines)


def narrowed(sessions: Iterable[Session], theme: str | None = None, site: str = "") -> list[Session]:
    """Return the sessions of a theme ("": those without one, None: all) and of a net set ("": all).

    Of the lines of a session only those of the theme are left.
    """
    kept = [session for session in sessions if not site or session.site == site]
    if theme is None:
        return kept
    return [
        replace(session, lines=tuple(line for line in session.lines if line.theme == theme))
        for session in kept
        if is_of(session, theme)
    ]


def themes_of(sessions: Iterable[Session]) -> list[str]:
    """Return the themes of sessions and captures: those of the CRBPO in the order of its list, then others by name."""
    seen = {session.theme for session in sessions} | {line.theme for session in sessions for line in session.lines}
    return sorted(seen, key=theme_order)


def theme_order(theme: str) -> tuple[int, str]:
    """Return what themes are ordered by: their place in the list of the CRBPO, then their name; none comes last."""
    listed = _theme_places()
    return (listed.get(theme, len(listed) + (not theme)), fold(theme))


@lru_cache(maxsize=1)
def _theme_places() -> Mapping[str, int]:
    return {theme: place for place, theme in enumerate(lists.themes())}


def drafts(trees: Iterable[Node], year: int) -> int:
    """Return how many sessions of the year tell of nothing yet."""
    return sum(session.is_draft for session in sessions_of(trees, year))


# ----------------------------------------------------------------------------------------- individuals


def first_rings(sessions: Iterable[Session]) -> Mapping[str, str]:
    """Return for each ring that replaced another one the first ring of its individual, by their keys."""
    before = {
        line.ring: line.replaced
        for session in sessions
        for line in session.lines
        if line.ring and line.replaced and line.ring != line.replaced
    }
    return {ring: _first(ring, before) for ring in before}


def _first(ring: str, before: Mapping[str, str]) -> str:
    seen = {ring}
    while (older := before.get(ring)) is not None:
        ring = older
        if ring in seen:
            return min(_circle(ring, before))
        seen.add(ring)
    return ring


def _circle(ring: str, before: Mapping[str, str]) -> list[str]:
    """Return the rings that are said to have replaced each other, from one of them all the way round."""
    found = [ring]
    while (older := before[found[-1]]) != ring:
        found.append(older)
    return found


def individuals(lines: Iterable[Line], first: Mapping[str, str]) -> set[str]:
    """Return the individuals among the captures of these lines, by the key of their first ring."""
    return {first.get(line.ring, line.ring) for line in lines if line.ring and not line.is_recovery}


def species_of(lines: Iterable[Line]) -> set[str]:
    """Return the species among the captures of these lines."""
    return {line.species for line in lines if line.species and not line.is_recovery}


# ------------------------------------------------------------------------------------- tables and counts


@dataclass(frozen=True, slots=True)
class SpeciesYears:
    """One species: its code and French name ("" where no list has it), and per year individuals and captures."""

    species: str
    code: str
    name: str
    individuals: Mapping[int, int]
    captures: Mapping[int, int]


def species_by_year(sessions: Sequence[Session]) -> list[SpeciesYears]:
    """Return the species that were caught, the one with most captures first; a year without it is absent."""
    first = first_rings(sessions)
    birds: dict[str, dict[int, set[str]]] = {}
    captures: dict[str, dict[int, int]] = {}
    codes: dict[str, str] = {}
    for session, line in lines_of(sessions):
        if line.is_recovery or not line.species:
            continue
        year = session.on.year
        codes.setdefault(line.species, line.code)
        counts = captures.setdefault(line.species, {})
        counts[year] = counts.get(year, 0) + 1
        of_species = birds.setdefault(line.species, {}).setdefault(year, set())
        of_species |= individuals([line], first)
    rows = [_species_years(codes[item], item, birds[item], captures[item]) for item in captures]
    return sorted(rows, key=lambda row: (-sum(row.captures.values()), row.code))


def _species_years(
    written: str, species: str, birds: Mapping[int, set[str]], captures: Mapping[int, int]
) -> SpeciesYears:
    found = lists.bird(written)
    counts = {year: len(seen) for year, seen in sorted(birds.items())}
    code, name = (found.code, found.nom_vern) if found else (written, "")
    return SpeciesYears(species, code, name, counts, dict(sorted(captures.items())))


def lines_of(sessions: Iterable[Session]) -> Iterator[tuple[Session, Line]]:
    """Yield every line with its session."""
    for session in sessions:
        for line in session.lines:
            yield session, line


def by_net(sessions: Iterable[Session]) -> dict[str, int]:
    """Return the captures of each net in the order of their numbers; "" are those whose net was not noted."""
    counts = Counter(line.net for _session, line in lines_of(sessions) if not line.is_recovery)
    return dict(sorted(counts.items(), key=lambda item: (not item[0], _net_order(item[0]))))


def _net_order(net: str) -> tuple[int, int, str]:
    return (0, int(net), "") if net.isdecimal() else (1, 0, net)


def by_hour(sessions: Iterable[Session]) -> dict[int, int]:
    """Return the captures of each hour of the day from the first to the last, 0 between; -1: hour not noted, last."""
    counts = Counter(line.hour for _session, line in lines_of(sessions) if not line.is_recovery)
    known = [hour for hour in counts if hour >= 0]
    found = {hour: counts.get(hour, 0) for hour in range(min(known), max(known) + 1)} if known else {}
    return {**found, -1: counts[-1]} if -1 in counts else found


def captures_by_year(sessions: Iterable[Session]) -> dict[int, int]:
    """Return the captures of each year that has a session, in order; 0 where all its sessions were without birds."""
    found: dict[int, int] = {}
    for session in sessions:
        found[session.on.year] = found.get(session.on.year, 0) + len(session.captures)
    return dict(sorted(found.items()))
