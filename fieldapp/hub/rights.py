"""Who may do what, on the hub, where it can't be talked round."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fieldapp.core.merging import DELETED, PARENT
from fieldapp.hub.storage import COORDINATOR, VOLUNTEER, Account, StoredRecord

NOT_YOURS = "not_yours"
NOT_SHARED = "not_shared"
COORDINATORS_ONLY = "coordinators_only"
"""The reasons for which a change is refused here."""

_OF_ALL = frozenset({PARENT, DELETED})


def refusal(account: Account, protocol: str, after: Mapping[str, Any], stored: StoredRecord | None) -> str:
    """Return why this account may not make this change, "" when it may.

    Nobody writes into a protocol that is not shared with them. What begins with an underscore, beside the two columns
    of every record, is the coordinator's word (validation). A volunteer deletes only what their own laptop made.
    """
    if account.scope and protocol not in shown(account):
        return NOT_SHARED
    if stored is not None and stored.protocol != protocol:
        return NOT_SHARED
    if account.role != COORDINATOR and [name for name in after if name[:1] == "_" and name not in _OF_ALL]:
        return COORDINATORS_ONLY
    deletes = bool(after.get(DELETED))
    if deletes and account.role == VOLUNTEER and stored is not None and stored.owner != account.device:
        return NOT_YOURS
    return ""


def shown(account: Account) -> tuple[str, ...]:
    """Return the protocols whose changes this account is shown; empty means all.

    People and datasets belong to every protocol, so they are always among them.
    """
    return (*account.scope, SHARED_BY_ALL) if account.scope else ()


SHARED_BY_ALL = "directory"
"""The protocol of people and datasets."""
