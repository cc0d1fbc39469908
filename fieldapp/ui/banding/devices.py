"""Loggers and other devices on birds: where one was put on and taken off, and how colour marks are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fieldapp.core.exchange import Known
from fieldapp.core.parse import show_date
from fieldapp.core.text import N_, _
from fieldapp.protocols.banding.ring import show_ring
from fieldapp.protocols.banding.schema import CODE, MARK, OBSERVATION, VISIT

LEG_MARKS = frozenset({"colour_ring", "leg_code"})
"""Marks on the legs, whose combination is written in the European notation."""

NOTATION = N_("Gauche d’abord, tibia|tarse, code entre parenthèses : B|R(A12) / –|M")
"""The European notation of colour rings (source: BTO codes as given by LPO Anjou)."""

_EVENTS = {
    "added": N_("posé le {day} sur {ring}"),
    "present": N_("porté le {day} par {ring}"),
    "changed": N_("changé le {day} sur {ring}"),
    "removed": N_("récupéré le {day} sur {ring}"),
}


@dataclass(frozen=True, slots=True)
class DeviceEvent:
    """One mention of a device: the uid of the mark, the ISO date ("" if unknown), the ring, what happened."""

    uid: str
    on: str
    ring: str
    event: str


def device_key(text: str) -> str:
    """Return what devices are compared by: capitals and figures alone, for they are typed with and without signs."""
    return re.sub(r"[^0-9A-Z]", "", text.upper())


def history(known: Known, key: str) -> list[DeviceEvent]:
    """Return all mentions of a device, the oldest first; none for an empty key."""
    if not key:
        return []
    found = []
    for placed in known.by_field(CODE, MARK.code, "device_key", [key]):
        capture, session = placed.parents.get(OBSERVATION.code), placed.parents.get(VISIT.code)
        found.append(
            DeviceEvent(
                placed.uid,
                str(session.data.get("date", "")) if session else "",
                str(capture.data.get("ring", "")) if capture else "",
                str(placed.record.data.get("event", "added")),
            )
        )
    return sorted(found, key=lambda item: (item.on, item.uid))


def words(device: str, events: Sequence[DeviceEvent]) -> str:
    """Return "1234 : posé le 12/06/2025 sur 868 0017, récupéré le 04/07/2026 sur 868 0017", "" without events."""
    said = [
        _(_EVENTS.get(item.event, _EVENTS["present"])).format(
            day=show_date(item.on) if item.on else "?", ring=show_ring(item.ring) if item.ring else "?"
        )
        for item in events
    ]
    return _("{device} : {events}").format(device=device, events=", ".join(said)) if said else ""


def notation_words(kind: str) -> str:
    """Return how the code of this kind of mark is written, "" where it is written as it stands."""
    return _(NOTATION) if kind in LEG_MARKS else ""
