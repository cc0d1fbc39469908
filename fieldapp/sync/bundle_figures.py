"""What a file of changes holds, counted, and compared with what is here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fieldapp.store import receipts
from fieldapp.store.connection import Database
from fieldapp.sync import wire
from fieldapp.sync.bundle_file import Manifest, Share
from fieldapp.sync.wire import Change

COMPARED = 250
"""Visits whose digests are made together."""


@dataclass
class Tally:
    """What a file holds, counted while it is written, and again when it is read."""

    changes: dict[str, int] = field(default_factory=dict)
    records: dict[str, set[str]] = field(default_factory=dict)
    visits: dict[str, set[str]] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def add(self, changes: Sequence[Change]) -> None:
        """Count these changes."""
        for change in changes:
            code = change.protocol
            self.changes[code] = self.changes.get(code, 0) + 1
            self.records.setdefault(code, set()).add(change.record)
            self.visits.setdefault(code, set()).add(change.visit)
            known = self.versions.setdefault(code, change.version)
            if change.version != known and wire.is_newer(change.version, known):
                self.versions[code] = change.version

    def shares(self) -> dict[str, Share]:
        """Return the figures by protocol."""
        return {
            code: Share(self.versions[code], count, len(self.records[code]), len(self.visits[code]))
            for code, count in self.changes.items()
        }

    def total(self) -> int:
        """Return the number of changes."""
        return sum(self.changes.values())

    def all_visits(self) -> set[str]:
        """Return the visits of all protocols."""
        return set().union(*self.visits.values())


def digests_of(db: Database, visits: Sequence[str]) -> dict[str, str]:
    """Return what the database holds of these visits, as `wire.visit_digest` tells it."""
    nothing = wire.visit_digest(())
    found = dict.fromkeys(visits, nothing)
    for start in range(0, len(visits), COMPARED):
        lines = receipts.lines(db, visits[start : start + COMPARED], wire.content_line)
        found.update((visit, wire.visit_digest(rows)) for visit, rows in lines)
    return found


def device_words(manifest: Manifest) -> str:
    """Return how people call the laptop that wrote a file."""
    return manifest.device_name or manifest.device[:8] or "?"


def instant_words(instant: str) -> str:
    """Return an instant (UTC) as people here read it; as it stands where it is none."""
    try:
        return datetime.fromisoformat(instant).astimezone().strftime("%d/%m/%Y %H:%M")
    except (ValueError, OverflowError, OSError):
        return instant[:40]
