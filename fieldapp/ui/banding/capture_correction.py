"""A correction of a stored line as its draft keeps it: what differs, and from what. No Qt.

The draft of a correction may be older than the record: the whole sheet of the capture, an undo or a synchronisation may
have changed it meanwhile. So that nothing newer is lost only the fields that were corrected go over what is stored now.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fieldapp.core.schema import Values
from fieldapp.ui.banding.capture_entry import Line

RING = ("ring", "ring_scheme", "ring_key", "ring_size", "action")
"""The fields of the ring on the bird: they are read from one typed text."""

REPLACED = ("replaced_ring", "replaced_ring_scheme", "replaced_ring_key")
"""The fields of the ring that came off."""

_TOGETHER = (RING, REPLACED, ("condition", "circumstances", "health"), ("species", "cd_nom"))
"""Fields that mean something together only: a correction of one of them is one of all."""


def corrected(line: Line) -> frozenset[str]:
    """Return the fields in which a correction differs from what was stored when it began, with those they go with."""
    base = line.base or {}
    found = {name for name in {*line.values, *base} if line.values.get(name) != base.get(name)}
    return frozenset(found.union(*(group for group in _TOGETHER if found.intersection(group))))


def kept(line: Line) -> dict[str, Any]:
    """Return what the draft keeps of a correction; `resumed` makes the line of it again."""
    names, base = sorted(corrected(line)), line.base or {}
    return {
        "uid": line.uid,
        "changes": {name: line.values.get(name) for name in names},
        "base": {name: base.get(name) for name in names},
        "texts": line.texts,
        "at": line.at,
        "is_offered": line.is_offered,
        "fates": line.fates,
    }


def resumed(item: Mapping[str, Any], stored: Values) -> Line:
    """Return the correction that `kept` wrote, over what is stored now: fields that were not corrected are as stored.

    Of a field that was corrected here and changed in the store too, `base` keeps the old value: see `clashes`.
    """
    line = Line(item["uid"], dict(stored), item["texts"], item["at"], item["is_offered"], item["fates"], dict(stored))
    for into, values in ((line.values, item["changes"]), (line.base, item["base"])):
        for name, value in values.items():
            if into is not None and value is None:
                into.pop(name, None)
            elif into is not None:
                into[name] = value
    return line


def clashes(line: Line, stored: Values) -> list[str]:
    """Return the fields that were corrected here, and otherwise in the store since the correction began."""
    base = line.base or {}
    return sorted(
        name
        for name in corrected(line)
        if base.get(name) != stored.get(name) and line.values.get(name) != stored.get(name)
    )
