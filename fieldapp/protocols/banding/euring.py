"""Writes captures as EURING records: one line each, fields between "|", no line of titles.

Sources: EURING Exchange Code 2020 v202 for both formats: 2020 has 64 fields with decimal coordinates, 2000+ the first
60 with degrees, minutes and seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from fieldapp.core.exchange import ExportSource, LeftOut, Table
from fieldapp.core.record import Record
from fieldapp.core.schema import Values
from fieldapp.core.text import N_, _
from fieldapp.protocols.banding import euring_fields as fields
from fieldapp.protocols.banding.euring_fields import NoRecordError
from fieldapp.protocols.banding.euring_lives import UNKNOWN, Past, derived, past
from fieldapp.protocols.banding.euring_places import (
    NO_COORDINATES,
    decimal_degrees,
    degrees_minutes_seconds,
    place_code,
)
from fieldapp.protocols.banding.exported import Caught, caught
from fieldapp.protocols.banding.life import Point, position_of
from fieldapp.protocols.banding.ring import Ring, from_key
from fieldapp.protocols.banding.schema import RINGED, capture_title, place_title

SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class Version:
    """One of the two formats: its identifier (field 30), how many fields it has, where its coordinates stand."""

    identifier: str
    fields: int
    accuracy: str
    nowhere: str
    is_decimal: bool


EURING_2020 = Version("6", 64, "accuracy_2020", "Z", is_decimal=True)
EURING_2000_PLUS = Version("4", 60, "accuracy_2000plus", "9", is_decimal=False)


@dataclass(frozen=True, slots=True)
class _Place:
    """Fields 21, 24 to 26, 58 and 61 to 62 of a session, the same for all its captures."""

    date: str
    code: str
    coordinates: str
    accuracy: str
    name: str
    latitude: str
    longitude: str
    position: Point | None


def euring_2020(source: ExportSource) -> Table:
    """Return one row of 64 fields per capture, by date, place and line; what has no record is in `left_out`."""
    return _table(source, EURING_2020)


def euring_2000_plus(source: ExportSource) -> Table:
    """Return one row of 60 fields per capture, by date, place and line; what has no record is in `left_out`."""
    return _table(source, EURING_2000_PLUS)


def _table(source: ExportSource, version: Version) -> Table:
    left_out: list[LeftOut] = []
    return Table(fields.FIELDS[: version.fields], _rows(source, version, left_out), left_out)


def _rows(source: ExportSource, version: Version, left_out: list[LeftOut]) -> Iterator[tuple[str, ...]]:
    for season in source.seasons:
        found = caught(season, source.theme)
        lives = past(found, source.known)
        places: dict[str, _Place | NoRecordError] = {}
        for item in found:
            uid = item.session.uid
            if uid not in places:
                places[uid] = _place_or_refusal(item, version)
            try:
                row = _record(item, places[uid], lives, version)
            except NoRecordError as refusal:
                left_out.append(LeftOut(item.record.uid, _title(item), _(str(refusal))))
            else:
                yield row


def _title(item: Caught) -> str:
    line = item.record.data.get("line")
    where = _("{on}, ligne {line}").format(on=item.session.on_date, line=line) if line else str(item.session.on_date)
    return f"{where}, {capture_title(item.record.data)}"


def _place_or_refusal(item: Caught, version: Version) -> _Place | NoRecordError:
    """Return what the records of a session share, or why it has none: looked at once for all its captures."""
    try:
        return _place(item.session, item.place, version)
    except NoRecordError as refusal:
        return refusal


def _place(session: Record, place: Values, version: Version) -> _Place:
    code = place_code(place)
    if code is None:
        raise NoRecordError(N_("lieu sans code EURING : donnez au lieu de baguage son code EURING, ou corrigez-le."))
    position, date_ = position_of(session.data, place), _date(session.on_date)
    name = fields.clean(place_title(place))
    if position is None:
        return _Place(date_, code, NO_COORDINATES, version.nowhere, name, "", "", None)
    accuracy = fields.coded("DEFAULT", version.accuracy)
    try:
        if version.is_decimal:
            return _Place(date_, code, NO_COORDINATES, accuracy, name, *decimal_degrees(position), position)
        return _Place(date_, code, degrees_minutes_seconds(position), accuracy, name, "", "", position)
    except ValueError as error:
        raise NoRecordError(
            N_("position hors du globe : corrigez la longitude et la latitude du lieu ou de la séance.")
        ) from error


def _record(item: Caught, place: _Place | NoRecordError, lives: Past, version: Version) -> tuple[str, ...]:
    if isinstance(place, NoRecordError):
        raise place
    values = item.record.data
    theme = str(values.get("theme") or item.session.data.get("theme", ""))
    ring, first = _rings(values, lives)
    measured = fields.measures(values)
    row = (
        *(first.scheme, "A0", first.padded(), "0"),
        *(fields.metal_ring(values, item.marks), fields.other_marks(item.marks)),
        *_bird(item, theme),
        *(place.date, "0", fields.time(values)),
        *(place.code, place.coordinates, place.accuracy),
        *(fields.condition(values), fields.circumstances(values), "0", version.identifier),
        *_derived(item, place, lives, first),
        *measured.values(),
        *(place.name, fields.remarks(values, measured, theme, item.marks, ring, first), item.record.uid),
        *(place.latitude, place.longitude, "", ""),
    )
    return row[: version.fields]


def _rings(values: Values, lives: Past) -> tuple[Ring, Ring]:
    """Return the ring of a capture, and the first that the bird bore: the number of all its records."""
    ring = fields.ring_of(values)
    key = str(values.get("ring_key") or ring.key)
    first = lives.first_key(key)
    if first == key and values.get("replaced_ring_key"):
        first = str(values["replaced_ring_key"])
    return ring, ring if first == key else fields.checked_ring(from_key(first))


def _bird(item: Caught, theme: str) -> tuple[str, ...]:
    """Return fields 7 to 20."""
    values = item.record.data
    code = fields.species(values)
    age, concluded = fields.ages(values)
    is_pullus = concluded == fields.PULLUS
    brood = ("-", "00", "99", "U") if is_pullus else ("U", "--", "--", "-")
    return (
        *(code, code, fields.manipulated(values, item.marks), "0"),
        *fields.catching(values, theme, is_pullus=is_pullus),
        *fields.sexes(values),
        *(age, concluded),
        *brood,
    )


def _date(on: str | None) -> str:
    try:
        return date.fromisoformat(on or "").strftime("%d%m%Y").zfill(8)
    except ValueError as error:
        raise NoRecordError(N_("séance sans date : donnez-lui sa date.")) from error


def _derived(item: Caught, place: _Place, lives: Past, first: Ring) -> tuple[str, str, str]:
    """Return fields 31 to 33: hyphens at the ringing itself."""
    values = item.record.data
    if values.get("action") == RINGED and not values.get("replaced_ring_key"):
        return UNKNOWN
    key = lives.first_key(str(values.get("replaced_ring_key") or values.get("ring_key") or first.key))
    return derived(lives.ringings.get(key), item.session.on_date or "", place.position)
