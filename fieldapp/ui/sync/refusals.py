"""What a hub has refused and nobody has seen to yet: a record that is again as it was before needs no word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fieldapp.core.merging import DELETED
from fieldapp.store import changes, outbox
from fieldapp.store.changes import Action, Change
from fieldapp.store.connection import Database
from fieldapp.store.outbox import Refused
from fieldapp.store.peers import Peer


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused change, and the action in which it was saved."""

    refused: Refused
    action: Action


def unsettled(db: Database, hub: Peer, limit: int = 500) -> list[Refusal]:
    """Return the first refused change of each record that has not been taken back since, oldest first."""
    first: dict[str, Refused] = {}
    for item in outbox.refused(db, hub, limit):
        first.setdefault(item.record, item)
    since = [(item, _since(db, item)) for item in first.values()]
    return [Refusal(item, found[0].action) for item, found in since if found and not _came_to_nothing(found)]


def _since(db: Database, item: Refused) -> list[Change]:
    """Return the changes of the record from the refused one on."""
    (sent,) = outbox.load(db, [item.change])
    wanted = sent.action[1:]
    history = changes.history(db, item.record)
    made = [(one.action.label, one.action.who, one.action.device, one.action.made_at) for one in history]
    return history[made.index(wanted) :] if wanted in made else []


def _came_to_nothing(since: Sequence[Change]) -> bool:
    """Return whether the record is as it was before all these: a value is what it was, what was made is gone."""
    first: dict[str, Any] = {}
    last: dict[str, Any] = {}
    for change in since:
        for name, value in change.after.items():
            first.setdefault(name, (change.before or {}).get(name))
            last[name] = value
    if since[0].before is None:
        return bool(last.get(DELETED))
    first[DELETED], last[DELETED] = bool(first.get(DELETED)), bool(last.get(DELETED))
    return first == last
