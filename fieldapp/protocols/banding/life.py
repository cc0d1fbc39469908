"""The life of a bird as its captures tell it: found by ring, both numbers where a ring was replaced, oldest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fieldapp.core import parse, positions
from fieldapp.core.exchange import Known
from fieldapp.core.record import Placed, Record
from fieldapp.core.schema import Values
from fieldapp.core.text import _, ngettext
from fieldapp.protocols.banding import lists
from fieldapp.protocols.banding.ring import PARIS, Ring, from_key, read_ring, show_ring
from fieldapp.protocols.banding.schema import (
    CODE,
    DEAD_CONDITIONS,
    OBSERVATION,
    RECOVERED,
    SITES_GROUP,
    place_title,
)

Point = tuple[float, float]
"""A position as (latitude, longitude) in degrees, WGS 84."""

DAYS_A_YEAR = 365.2425
"""Mean length of a year of our calendar (source: the Gregorian reform, 97 leap years in 400)."""

_IN_DAYS = 60

DEAD = "M"
"""The code of a dead bird among those of its health (CRBPO ES)."""

_MEASURES = ("wing_mm", "tarsus_mm", "mass_g", "fat", "brood_patch", "cloacal_protuberance", "moult", "net")


@dataclass(frozen=True, slots=True)
class Event:
    """One capture of a bird: `values` are those of the capture; session, net set and place are None where unknown.

    `on` is the ISO date of the session, None where it has none; `hour` is "" where none was noted.
    """

    uid: str
    on: str | None
    hour: str
    values: Values
    session: Record | None = None
    site: Record | None = None
    place: Record | None = None

    @property
    def ring(self) -> Ring:
        """The ring that was put on or read, as its stored key has it."""
        return from_key(str(self.values.get("ring_key", "")))

    @property
    def action(self) -> str:
        """The code of the action, "" where none was noted."""
        return str(self.values.get("action", ""))

    @property
    def place_name(self) -> str:
        """The place as "Bac à schlamms, Dourges", "" where it is not known."""
        return place_title(self.place.data) if self.place else ""

    @property
    def theme(self) -> str:
        """The theme of the capture, else that of its session, else ""."""
        return str(self.values.get("theme") or (self.session.data.get("theme", "") if self.session else ""))

    @property
    def position(self) -> Point | None:
        """Where it was, as (latitude, longitude): the session's own position, else that of the place."""
        return position_of(self.session.data if self.session else {}, self.place.data if self.place else {})

    @property
    def is_dead(self) -> bool:
        """Whether the bird was dead: by its condition, else because it is a recovery or its health says so."""
        condition = self.values.get("condition")
        if condition:
            return condition in DEAD_CONDITIONS
        return self.action == RECOVERED or self.values.get("health") == DEAD


@dataclass(frozen=True, slots=True)
class Life:
    """All captures of one individual, oldest first; captures without a date come before all others.

    `ring` is the one that was asked for, `rings` are all numbers that the bird has borne, oldest first: one, or more
    where a ring was replaced.
    """

    ring: Ring
    rings: tuple[Ring, ...]
    events: tuple[Event, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether the ring was ever captured here."""
        return bool(self.events)

    @property
    def first(self) -> Event | None:
        """The oldest capture with a date, else any, None where there is none."""
        return next((event for event in self.events if event.on), self.events[0] if self.events else None)

    @property
    def last(self) -> Event | None:
        """The newest capture, None where there is none."""
        return self.events[-1] if self.events else None

    @property
    def species(self) -> str:
        """The species code of the newest capture that has one, "" where none has."""
        return next(
            (str(event.values["species"]) for event in reversed(self.events) if event.values.get("species")), ""
        )

    @property
    def is_replaced(self) -> bool:
        """Whether the bird has borne several numbers."""
        return len(self.rings) > 1

    @property
    def distance_km(self) -> float | None:
        """How far the newest place is from the first, in km; None where one of them is not known."""
        first, last = self.first, self.last
        return distance_km(first.position if first else None, last.position if last else None)

    def days_since(self, on: str | None) -> int | None:
        """Return the days from the first capture to a day (ISO date); None where one of the two has no date."""
        first = self.first
        if first is None or not first.on or not on:
            return None
        return (date.fromisoformat(on) - date.fromisoformat(first.on)).days


def of(known: Known, ring: Ring, *, without: str = "", replaced: Ring | None = None) -> Life:
    """Return the life of the bird that bears the ring: its captures, followed through replaced rings both ways.

    `without` is the uid of the capture that is being edited: it is no history of itself. `replaced` is the old ring
    that this capture, not yet stored, says came off.
    """
    found: dict[str, Placed] = {}
    asked: set[str] = set()
    wanted = {ring.key, replaced.key} if replaced else {ring.key}
    while wanted:
        asked |= wanted
        fresh = [
            item
            for name in OBSERVATION.indexed
            for item in known.by_field(CODE, OBSERVATION.code, name, sorted(wanted))
            if item.uid not in found and item.uid != without
        ]
        found.update((item.uid, item) for item in fresh)
        wanted = {key for item in fresh for key in _keys(item.record.data)} - asked
    events = sorted(map(_event, found.values()), key=_moment)
    return Life(ring, _rings(ring, replaced, events), tuple(events))


def find(known: Known, text: str) -> Life:
    """Return the life of the ring that was typed: "8680001", "FRP 8680001", "NLA AB1234", "DEW.12345".

    The scheme may stand first; without one it is Paris, or the scheme under which this number is known here. Raises
    ValueError with a sentence where the text is no ring, or its number is known under several other schemes.
    """
    typed = text.strip().upper()
    scheme = lists.scheme_code(typed[:3])
    if scheme in lists.schemes() and any(char.isdigit() for char in typed[3:]):
        return of(known, read_ring(typed[3:], scheme))
    ring = read_ring(typed)
    life = of(known, ring)
    if life.is_known:
        return life
    keys = [f"{code}{ring.number}" for code in lists.schemes() if code != PARIS]
    others = known.by_field(CODE, OBSERVATION.code, "ring_key", keys)
    found = sorted({str(item.record.data["ring_key"]) for item in others})
    if len(found) > 1:
        schemes = ", ".join(from_key(key).scheme for key in found)
        raise ValueError(
            _("{ring} est connue sous plusieurs centres ({schemes}) : écrivez le centre devant, {example}.").format(
                ring=ring.number, schemes=schemes, example=f"{from_key(found[0]).scheme} {ring.number}"
            )
        )
    return of(known, from_key(found[0])) if found else life


def _keys(values: Values) -> list[str]:
    """Return the ring of a capture, the replaced one first."""
    return [str(values[name]) for name in reversed(OBSERVATION.indexed) if values.get(name)]


def _event(item: Placed) -> Event:
    session = item.parents.get("visit")
    return Event(
        item.uid,
        session.on_date if session else None,
        str(item.record.data.get("hour", "")),
        item.record.data,
        session,
        item.parents.get("site"),
        item.parents.get(SITES_GROUP.code),
    )


def _moment(event: Event) -> tuple[str, str, int, str]:
    return event.on or "", event.hour, int(event.values.get("line") or 0), event.uid


def _rings(ring: Ring, replaced: Ring | None, events: Sequence[Event]) -> tuple[Ring, ...]:
    keys = dict.fromkeys(key for event in events for key in _keys(event.values))
    rings = [from_key(key) for key in keys]
    return tuple(dict.fromkeys([*rings, *([replaced] if replaced else []), ring]))


def position_of(session: Values, place: Values) -> Point | None:
    """Return (latitude, longitude) of a session: its own, else that of its place; None where neither has one."""
    for values in (session, place):
        latitude, longitude = values.get("latitude"), values.get("longitude")
        if latitude is not None and longitude is not None:
            return float(latitude), float(longitude)
    return None


def distance_km(first: Point | None, second: Point | None) -> float | None:
    """Return the great-circle distance of two (latitude, longitude) in km; None where one is not known."""
    if first is None or second is None:
        return None
    return positions.distance_km(first[::-1], second[::-1])


def elapsed_words(days: int) -> str:
    """Return "2 ans 1 mois", "3 mois", "12 jours" or "aujourd’hui" for a number of days, negative ones as positive.

    Days up to two months, then whole months and years of mean length (`DAYS_A_YEAR`), rounded down; two days are
    forgiven, so that a year of 365 days is one.
    """
    count = abs(days)
    if count < _IN_DAYS:
        return ngettext("{count} jour", "{count} jours", count).format(count=count) if count else _("aujourd’hui")
    years, months = divmod(int((count + 2) / DAYS_A_YEAR * 12), 12)
    words = [ngettext("{count} an", "{count} ans", years).format(count=years)] if years else []
    if months:
        words.append(ngettext("{count} mois", "{count} mois", months).format(count=months))
    return " ".join(words)


def ring_words(ring: Ring) -> str:
    """Return a ring as it is read aloud: "868 0042"; a foreign one after its scheme, "NLA AB 1234"."""
    return f"{ring.scheme} {show_ring(ring.number)}" if ring.scheme != PARIS else show_ring(ring.number)


def species_name(code: str) -> str:
    """Return the French name of a species code, the code itself where the list has no such species."""
    found = lists.bird(code)
    return found.nom_vern if found else code


def on_words(on: str | None) -> str:
    """Return "03/08/2024" for an ISO date, "sans date" where there is none."""
    return parse.show_date(on) if on else _("sans date")


def as_json(life: Life) -> dict[str, Any]:
    """Return the life as plain data for JSON: what is not known is null, dates are ISO, kilometres have one decimal.

    `days` and `distance_km` go from the first capture to the newest.
    """
    first, last = life.first, life.last
    distance = life.distance_km
    return {
        "ring": life.ring.number,
        "scheme": life.ring.scheme,
        "rings": [{"scheme": ring.scheme, "ring": ring.number} for ring in life.rings],
        "species": life.species or None,
        "events": [_event_json(event) for event in life.events],
        "first": first.on if first else None,
        "last": last.on if last else None,
        "days": life.days_since(last.on if last else None),
        "distance_km": None if distance is None else round(distance, 1),
    }


def _event_json(event: Event) -> dict[str, Any]:
    place: Mapping[str, Any] = event.place.data if event.place else {}
    values = event.values
    return {
        "on": event.on,
        "hour": event.hour or None,
        "action": event.action or None,
        "scheme": event.ring.scheme,
        "ring": event.ring.number,
        "place": place.get("place_name"),
        "commune": place.get("commune"),
        "theme": event.theme or None,
        **{name: values.get(name) for name in ("species", "sex", "age", *_MEASURES, "condition", "circumstances")},
        "comments": values.get("comments"),
    }


def as_text(life: Life) -> str:
    """Return the life as lines of text: the bird, its captures oldest first, time and distance at the end."""
    lines = [" · ".join(filter(None, (ring_words(life.ring), species_name(life.species))))]
    if life.is_replaced:
        lines.append(_("Bagues de cet oiseau : {rings}").format(rings=", ".join(map(ring_words, life.rings))))
    lines += _columns([_cells(event) for event in life.events])
    first, last = life.first, life.last
    days = life.days_since(last.on if last else None)
    words = [ngettext("{count} capture", "{count} captures", len(life.events)).format(count=len(life.events))]
    if days:
        words.append(elapsed_words(days))
    distance = life.distance_km
    if distance is not None and distance >= 0.1 and first is not last:
        words.append(_("{distance} km").format(distance=parse.show_number(distance, 1)))
    return "\n".join([*lines, " · ".join(words)])


def _cells(event: Event) -> list[str]:
    values = event.values
    measures = (("wing_mm", _("{value} mm")), ("mass_g", _("{value} g")))
    return [
        " ".join(filter(None, (on_words(event.on), event.hour))),
        event.action,
        " ".join(str(values[name]) for name in ("species", "sex", "age") if values.get(name)),
        *(words.format(value=parse.show_number(values[name])) if name in values else "" for name, words in measures),
        ", ".join(filter(None, (event.theme, event.place_name))),
    ]


def _columns(rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the rows as lines whose columns stand below each other."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
