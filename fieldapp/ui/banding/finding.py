"""Captures and rings by what a person types: a whole number, its beginning, with its scheme or without."""

from __future__ import annotations

from collections.abc import Iterator

from fieldapp.core.record import Placed
from fieldapp.protocols.banding.lists import scheme_code, schemes
from fieldapp.protocols.banding.ring import PARIS, Ring, from_key, read_ring
from fieldapp.protocols.banding.schema import CODE, OBSERVATION
from fieldapp.store import records
from fieldapp.store.connection import Database

LEAST = 4
"""Characters of a number below which its beginning would mean too many rings."""

MOST = 500
"""Rings whose captures are shown for the beginning of a number: more than anyone reads."""

_DIGITS, _LETTERS = 3, 3
"""A ring has at least so many digits and at most so many letters: "Delta 3" or "mare 1204" is none."""


def read(text: str) -> list[Ring]:
    """Return the rings that the text may mean, that of Paris first, one for each scheme; [] when it is no number.

    With the scheme before it ("GBT A710715", "FRP8680001") there is one.
    """
    named, number = _scheme_of(text.strip())
    letters, digits = sum(char.isalpha() for char in number), sum(char.isdigit() for char in number)
    if digits < _DIGITS or letters > _LETTERS or letters + digits < LEAST:
        return []
    try:
        ring = read_ring(number, named or PARIS)
    except ValueError:
        return []
    if named:
        return [ring]
    return [ring, *(Ring(other, ring.number) for other in schemes() if other != PARIS)]


def _scheme_of(text: str) -> tuple[str, str]:
    """Return the scheme that stands before a number and the number; "" and the text where there is none."""
    head, rest = text[:3].upper(), text[3:]
    is_apart = rest.startswith(" ") and head.isalpha()
    if is_apart or scheme_code(head) in schemes():
        return scheme_code(head), rest
    return "", text


def rings(db: Database, text: str, limit: int) -> list[Ring]:
    """Return the rings of captures whose number is, or begins as, what was typed; those of Paris first."""
    found: dict[Ring, None] = {}
    for key in _keys(db, text, limit):
        found[from_key(key)] = None
        if len(found) == limit:
            break
    return list(found)


def _keys(db: Database, text: str, limit: int) -> Iterator[str]:
    for ring in read(text):
        yield from records.beginning(db, CODE, OBSERVATION.code, "ring_key", ring.key, limit)


def captures(db: Database, text: str) -> list[Placed]:
    """Return the captures of the ring that was typed, newest first; without one, those of rings that begin so.

    A capture where the ring was taken off counts as well.
    """
    wanted = [ring.key for ring in read(text)]
    found = _of(db, wanted)
    return found or _of(db, [ring.key for ring in rings(db, text, MOST)])


def _of(db: Database, keys: list[str]) -> list[Placed]:
    by_uid = {
        record.uid: record
        for name in ("ring_key", "replaced_ring_key")
        for record in records.by_field(db, CODE, OBSERVATION.code, name, keys)
    }
    return sorted(records.placed(db, list(by_uid.values())), key=_when, reverse=True)


def _when(line: Placed) -> tuple[str, str, str]:
    session = line.parents.get("visit")
    return (session.on_date or "" if session else "", str(line.record.data.get("hour", "")), line.uid)
