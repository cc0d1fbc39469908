"""What the values of a capture line follow from each other: condition, casualty, replaced ring, repeats left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fieldapp.core.schema import Values
from fieldapp.protocols.banding.ring import PARIS, read_ring
from fieldapp.protocols.banding.schema import (
    CONTROLLED,
    RECOVERED,
    RELEASED_BY_RINGER,
    RINGED,
    TAKEN_ON_PURPOSE,
    WITHOUT_RING,
)

DEAD, INJURED = "dead", "injured"
"""What may have happened to a bird in net or hand."""

CASUALTIES: Mapping[str, Mapping[str, str]] = {
    DEAD: {"condition": "2", "circumstances": "08", "health": "M"},
    INJURED: {"condition": "4", "circumstances": "08", "health": "B"},
}
"""What the capture of such a bird says.

Source: EURING 2020, fields 27 (2 freshly dead, 4 hurt and released) and 28 (08 ringing casualty); CRBPO ES.
"""

RING_FIELDS = ("ring", "ring_scheme", "ring_key", "ring_size")
"""The fields of a capture that a bird without ring has not."""

_AFTER = {None: DEAD, DEAD: INJURED, INJURED: None}


def casualty_of(values: Values) -> str | None:
    """Return DEAD or INJURED where the values say that net or hand did it, else None."""
    for kind, parts in CASUALTIES.items():
        if all(values.get(name) == value for name, value in parts.items()):
            return kind
    return None


def next_casualty(values: Values) -> str | None:
    """Return what one more press of the key makes of the bird: sound, DEAD, INJURED, sound."""
    return _AFTER[casualty_of(values)]


def with_casualty(values: Values, kind: str | None) -> Values:
    """Return the values of a bird that is DEAD or INJURED, or of a sound one again (None)."""
    before = CASUALTIES.get(casualty_of(values) or "", {})
    kept = {name: value for name, value in values.items() if before.get(name) != value}
    return {**kept, **CASUALTIES[kind]} if kind is not None else filled({**kept, **condition(kept)})


def condition(values: Values) -> dict[str, Any]:
    """Return condition and circumstances as the action asks for them; None for what is to be cleared.

    A control has 8 and 20 unless it says otherwise; a healthy bird newly ringed has none (source: CRBPO extracts), nor
    has a recovery that was a control before: its bird is dead.
    """
    action = values.get("action")
    told = values.get("condition"), values.get("circumstances")
    if action == CONTROLLED:
        return {"condition": told[0] or RELEASED_BY_RINGER, "circumstances": told[1] or TAKEN_ON_PURPOSE}
    if action in {RINGED, WITHOUT_RING, RECOVERED} and told == (RELEASED_BY_RINGER, TAKEN_ON_PURPOSE):
        return {"condition": None, "circumstances": None}
    return {}


def replaced(values: Values) -> dict[str, Any]:
    """Return the parts of the replaced ring that a line names; ValueError when it is no ring number."""
    text = str(values.get("replaced_ring") or "")
    if not text:
        return {"replaced_ring_scheme": None, "replaced_ring_key": None}
    ring = read_ring(text, str(values.get("replaced_ring_scheme") or PARIS))
    return {"replaced_ring": ring.number, "replaced_ring_scheme": ring.scheme, "replaced_ring_key": ring.key}


def repeats(values: Values, session: Values) -> dict[str, None]:
    """Return the fields that say no more than the session does, to be cleared: its theme, its operator."""
    usual = {"theme": session.get("theme"), "ringer": session.get("ringer") or session.get("holder")}
    return {name: None for name, value in usual.items() if value is not None and values.get(name) == value}


def filled(values: Values) -> dict[str, Any]:
    """Return the values without those that are empty."""
    return {name: value for name, value in values.items() if value not in (None, "", [])}
