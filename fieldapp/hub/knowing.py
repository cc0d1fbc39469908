"""Which changes the laptops of an association can read, as far as the program tells that runs the hub.

The hub knows no protocols: it keeps and merges whatever has a sound shape. But a laptop stops at the first change that
a newer program than its own wrote, since what it can't read it can't put together; one change of a version that
nobody will ever have would stop them all, for good. So whoever starts the hub hands in the protocols of the installed
program, which are those of the laptops too: they come in one package. What is above them waits in quarantine, and is
taken when its author offers it again after the hub was updated; the hub is updated first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fieldapp.core.schema import Entity, StudyProtocol
from fieldapp.sync.wire import Change, is_newer

MALFORMED, NEWER = "malformed", "newer"
"""The reasons for which a change can't be read: by nobody; by nobody whose program is not newer."""

_MAX_SQLITE_INTEGER = 2**63 - 1

Judge = Callable[[Change, Mapping[str, Any]], str]
"""Says why a change that sets these values can't be read, "" when it can."""


def take_all(_change: Change, _after: Mapping[str, Any]) -> str:
    """Find nothing wrong with any change."""
    return ""


def judge(protocols: Iterable[StudyProtocol]) -> Judge:
    """Return what knows these protocols, and what a laptop with them keeps in columns of their own."""
    known = {(item.code, entity.code): (item.version, entity) for item in protocols for entity in item.entities}

    def why_not(change: Change, after: Mapping[str, Any]) -> str:
        found = known.get((change.protocol, change.entity))
        if found is None or (change.version != found[0] and is_newer(change.version, found[0])):
            return NEWER
        return "" if _fits(after, found[1]) else MALFORMED

    return why_not


def _fits(after: Mapping[str, Any], entity: Entity) -> bool:
    """Return whether a laptop can keep the day and the taxon; all else it keeps as it came."""
    day = after.get(entity.date_field) if entity.date_field else None
    taxon = after.get(entity.taxon_field) if entity.taxon_field else None
    is_taxon = taxon is None or (type(taxon) is int and abs(taxon) <= _MAX_SQLITE_INTEGER)
    return is_taxon and (day is None or isinstance(day, str))
