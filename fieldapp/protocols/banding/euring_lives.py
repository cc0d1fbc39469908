"""What EURING wants to know of a bird's past: the first ring that it bore, and where and when it was ringed.

A bird keeps the number of its first ring in all its records, whatever ring it bears later (source: EURING Exchange
Code, field 3, as in the notes of the Belarusian scheme).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fieldapp.core.exchange import Known
from fieldapp.core.record import Placed
from fieldapp.core.schema import Values
from fieldapp.protocols.banding.euring_places import rhumb
from fieldapp.protocols.banding.exported import Caught
from fieldapp.protocols.banding.life import Point, position_of
from fieldapp.protocols.banding.schema import CODE, OBSERVATION, RINGED, SITES_GROUP, VISIT

UNKNOWN = ("-----", "---", "-----")
"""Distance, direction and elapsed time of a record at the ringing, and wherever the ringing is not known."""


@dataclass(frozen=True, slots=True)
class Ringing:
    """When (ISO date) and where the first ring was put on; the position is None where it is not known."""

    on: str
    position: Point | None


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of birds: by the key of a ring, the first ring of that bird; by the first ring, its ringing."""

    first: Mapping[str, str]
    ringings: Mapping[str, Ringing]

    def first_key(self, key: str) -> str:
        """Return the key of the first ring of the bird that bears this one: itself unless a ring was replaced."""
        return self.first.get(key, key)


NOTHING = Past({}, {})


def past(found: Sequence[Caught], known: Known | None) -> Past:
    """Return the past of the birds that had a ring already, however many: a few look-ups in all."""
    if known is None:
        return NOTHING
    wanted = {str(item.record.data.get("ring_key", "")) for item in found if not _is_first(item.record.data)}
    wanted |= {str(item.record.data.get("replaced_ring_key", "")) for item in found}
    wanted -= {""}
    events: dict[str, Placed] = {}
    asked: set[str] = set()
    while wanted:
        asked |= wanted
        fresh = known.by_field(CODE, OBSERVATION.code, "ring_key", sorted(wanted))
        events.update((item.uid, item) for item in fresh)
        wanted = {str(item.record.data.get("replaced_ring_key", "")) for item in fresh} - asked - {""}
    before = {
        str(item.record.data["ring_key"]): str(item.record.data["replaced_ring_key"])
        for item in events.values()
        if item.record.data.get("replaced_ring_key") and item.record.data.get("ring_key")
    }
    return Past({key: _origin(key, before) for key in before}, _ringings(list(events.values())))


def _is_first(values: Values) -> bool:
    return values.get("action") == RINGED and not values.get("replaced_ring_key")


def _origin(key: str, before: Mapping[str, str]) -> str:
    """Return the oldest ring that leads to this one; rings that replace each other in a circle end where it closes."""
    seen = {key}
    while (older := before.get(key)) and older not in seen:
        seen.add(older)
        key = older
    return key


def _ringings(events: Sequence[Placed]) -> dict[str, Ringing]:
    found: dict[str, Ringing] = {}
    for item in events:
        session, place = item.parents.get(VISIT.code), item.parents.get(SITES_GROUP.code)
        if not _is_first(item.record.data) or session is None or session.on_date is None:
            continue
        key = str(item.record.data["ring_key"])
        if key not in found or session.on_date < found[key].on:
            found[key] = Ringing(session.on_date, position_of(session.data, place.data if place else {}))
    return found


def derived(ringing: Ringing | None, on: str, position: Point | None) -> tuple[str, str, str]:
    """Return distance in km, direction in degrees and elapsed days since the ringing, padded with zeros.

    Hyphens stand for what is not known, for the direction within one place, and for all of it where the ringing is
    later than the capture: one of the two dates is wrong.
    """
    if ringing is None or not _is_date(ringing.on) or not _is_date(on) or on < ringing.on:
        return UNKNOWN
    days = f"{(date.fromisoformat(on) - date.fromisoformat(ringing.on)).days:05}"
    if len(days) > len(UNKNOWN[2]):
        return UNKNOWN
    if ringing.position is None or position is None:
        return UNKNOWN[0], UNKNOWN[1], days
    km, direction = rhumb(ringing.position, position)
    degrees = UNKNOWN[1] if direction is None else f"{round(direction) % 360:03}"
    return f"{round(km):05}", degrees, days


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
