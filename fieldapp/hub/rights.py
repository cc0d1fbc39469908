"""Who may do what, on the hub, where it can't be talked round."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from fieldapp.core.merging import DELETED, PARENT
from fieldapp.hub.storage import COORDINATOR, VOLUNTEER, Account
from fieldapp.sync.wire import Change

NOT_YOURS = "not_yours"
NOT_SHARED = "not_shared"
COORDINATORS_ONLY = "coordinators_only"
"""The reasons for which a change is refused here."""

_OF_ALL = frozenset({PARENT, DELETED})


class Held(NamedTuple):
    """What rights ask about a record that is there: stored, or made earlier in the same request."""

    protocol: str
    parent: str | None
    owner: str


def refusal(account: Account, change: Change, after: Mapping[str, Any], held: Held | None) -> str:
    """Return why this account may not make this change, "" when it may; `held` is the record as it is so far.

    Nobody writes into a protocol that is not shared with them. What begins with an underscore, beside the two columns
    of every record, is the coordinator's word (validation). A volunteer deletes, brings back and moves only their own.

    Any other field of anybody's record may be edited, even emptied: that is how people correct each other, the history
    keeps what stood there, and two who did not know of each other's edit get a dispute. What is validated is asked of
    the record itself (`hub.sifting`).
    """
    if account.scope and change.protocol not in shown(account):
        return NOT_SHARED
    if held is not None and held.protocol != change.protocol:
        return NOT_SHARED
    if account.role != COORDINATOR and [name for name in after if name[:1] == "_" and name not in _OF_ALL]:
        return COORDINATORS_ONLY
    if held is None or account.role != VOLUNTEER or held.owner == account.device:
        return ""
    return NOT_YOURS if DELETED in after or _moves(change, after, held) else ""


def _moves(change: Change, after: Mapping[str, Any], held: Held) -> bool:
    """Return whether a change says where its record lies.

    Two who read the same file make the same record, each of them at the same place: that is no move.
    """
    return PARENT in after and (bool(change.base) or after[PARENT] != held.parent)


def owner(account: Account, device: str, joined: Collection[str]) -> str:
    """Return whose a record is, as a device, that this account brings and this device made by its own word.

    `joined` are the devices that have an account: who carries a record of one of them does not come to own it. What a
    device without account made is the volunteer's own (they went on with their database on another laptop); what a
    leader carries for it waits for whoever joins with it.
    """
    return account.device if account.role == VOLUNTEER and device not in joined else device


def may_lie_below(protocol: str, parent: str) -> bool:
    """Return whether a record of a protocol may lie below one of another: else who is shown the one learns of both."""
    return parent in {protocol, SHARED_BY_ALL}


def shown(account: Account) -> tuple[str, ...]:
    """Return the protocols whose changes this account is shown; empty means all.

    People and datasets belong to every protocol, so they are always among them.
    """
    return (*account.scope, SHARED_BY_ALL) if account.scope else ()


SHARED_BY_ALL = "directory"
"""The protocol of people and datasets."""
