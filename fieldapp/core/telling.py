"""What protocols share in telling their records in common terms: measurements, and values of which one can be sure.

Stored values may be of any kind, whatever their field says: they came from elsewhere. Who tells them takes those that
are what they should be and passes over the others. Words are those of the field, in French: files are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from math import isfinite
from typing import Any

import msgspec

from fieldapp.core.ids import name_uid
from fieldapp.core.occurrence import Event, Measurement, Occurrence, Telling
from fieldapp.core.schema import Entity, Field, Values

YES_OR_NO = {True: "Oui", False: "Non"}

BETWEEN = " ; "
"""What stands between several values of one field."""

PEOPLE_BETWEEN = " | "
"""What stands between several people: a name may hold a comma."""

MOST = 2**31 - 1
"""The largest whole number that recipients can hold (source: int4 of PostgreSQL, in which GeoNature keeps them)."""

_LARGEST = 1e15

_DAY_MIN = 24 * 60


def measuring(entity: Entity, names: Iterable[str]) -> Callable[[Values], tuple[Measurement, ...]]:
    """Return what makes measurements of these fields of a record, in this order; a field without a value has none."""
    plans = [(name, _plan(entity.by_name[name])) for name in names]

    def measured(values: Values) -> tuple[Measurement, ...]:
        # A list first: it costs half of what a generator does, and this is asked for every record of an export.
        found = [plan(values[name]) for name, plan in plans if name in values]
        return tuple(found)

    return measured


def _plan(item: Field) -> Callable[[Any], Measurement]:
    known = {
        choice.code: Measurement(item.name, item.label, choice.label, item.unit, choice.code) for choice in item.choices
    }
    codes = {choice.code: choice.label for choice in item.choices}

    def of(value: Any) -> Measurement:
        if isinstance(value, str):
            return known.get(value) or Measurement(item.name, item.label, value, item.unit, value if codes else "")
        if isinstance(value, list):
            parts = [str(one) for one in value]
            shown = BETWEEN.join(codes.get(one, one) for one in parts)
            return Measurement(item.name, item.label, shown, item.unit, BETWEEN.join(parts) if codes else "")
        return Measurement(item.name, item.label, shown_number(value), item.unit)

    return of


def shown_number(value: Any) -> str:
    """Return a number as files hold it: a decimal point, none where it is whole; yes or no in words."""
    if isinstance(value, bool):
        return YES_OR_NO[value]
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def text(values: Values, name: str) -> str:
    """Return a text, "" where there is none."""
    value = values.get(name)
    return value if isinstance(value, str) else ""


def whole(values: Values, name: str) -> int | None:
    """Return a count, None where there is none, or one that no recipient could hold."""
    value = values.get(name)
    return value if type(value) is int and 0 <= value <= MOST else None


def counts_seen(least: int | None, most: int | None) -> tuple[int | None, int | None]:
    """Return the counts of something that was seen: a nought then says that nobody counted, and is None.

    A greatest number of nought below a least one is a contradiction, and stays as it is.

    >>> counts_seen(0, 0), counts_seen(0, 5), counts_seen(5, 0)
    ((None, None), (None, 5), (5, 0))
    """
    return least or None, most if least else most or None


def number(values: Values, name: str) -> float | None:
    """Return a number, None where there is none."""
    value = values.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # The size first: a whole number that no float can hold can't be asked whether it is finite.
    return value if abs(value) < _LARGEST and isfinite(value) else None


def position(values: Values) -> tuple[float | None, float | None]:
    """Return longitude and latitude in degrees, None for both where one is missing or no place on earth."""
    longitude, latitude = number(values, "longitude"), number(values, "latitude")
    if longitude is None or latitude is None or abs(longitude) > 180 or abs(latitude) > 90:
        return None, None
    return longitude, latitude


@lru_cache(maxsize=2048)
def minutes(hour: str) -> int | None:
    """Return the minutes after midnight of an hour ("21:02"), None for what is none."""
    hours, _colon, rest = hour.partition(":")
    if not (hour.isascii() and hours.isdigit() and rest.isdigit() and len(hours) == len(rest) == len("00")):
        return None
    found = int(hours) * 60 + int(rest)
    return found if int(rest) < 60 and found < _DAY_MIN else None


def minutes_between(first: str, last: str) -> int | None:
    """Return how long it is from one hour to the next time that it is the other, None where one is missing."""
    begun, ended = minutes(first), minutes(last)
    return None if begun is None or ended is None else (ended - begun) % _DAY_MIN


@lru_cache(maxsize=1024)
def season_uid(place: str, year: str) -> str:
    """Return the uid of a season: a place in a year, the same on every laptop."""
    return name_uid("season", f"{place}:{year}")


def absence_uid(visit: str) -> str:
    """Return the uid of the absence that a visit tells of by itself, the same on every laptop."""
    return name_uid("absence", visit)


def unclaimed(event: Event) -> Event:
    """Return the event, and those above it, without the claim that all that was looked for is told."""
    parent = None if event.parent is None else unclaimed(event.parent)
    if parent is event.parent and not (event.is_scope_complete or event.reports_absence):
        return event
    return msgspec.structs.replace(event, is_scope_complete=False, reports_absence=False, parent=parent)


def in_part(telling: Telling, kept: Sequence[Occurrence], *, lacks_lines: bool = False) -> Telling:
    """Return the telling with these of its occurrences, as one of a season of which not all is told.

    The season claims nothing then, and neither does a visit that lost an occurrence, or has lines that tell of none
    (`lacks_lines`): what is not there was not looked for in vain.
    """
    event = telling.event
    if lacks_lines or len(kept) < len(telling.occurrences):
        event = unclaimed(event)
    elif event.parent is not None:
        parent = unclaimed(event.parent)
        event = event if parent is event.parent else msgspec.structs.replace(event, parent=parent)
    if event is not telling.event:
        kept = [msgspec.structs.replace(one, event=event) for one in kept]
    return msgspec.structs.replace(telling, event=event, occurrences=tuple(kept))


def hour(values: Values, name: str) -> str:
    """Return an hour ("21:02"), "" where there is none."""
    found = text(values, name)
    return found if minutes(found) is not None else ""


def degrees(value: float) -> str:
    """Return degrees with at most seven decimals (a centimetre), never as a power of ten.

    >>> degrees(1e-05), degrees(-0.0), degrees(2.0)
    ('0.00001', '0', '2')
    """
    return f"{round(value, 7) + 0.0:.7f}".rstrip("0").rstrip(".")  # a nought has no sign
