"""Changes between the store and a message, and what must be right about them before they are taken."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from fieldapp.core.merging import DELETED, PARENT
from fieldapp.core.schema import Entity
from fieldapp.store.connection import Database
from fieldapp.store.incoming import Incoming
from fieldapp.store.outbox import Outgoing
from fieldapp.sync import wire
from fieldapp.sync.wire import Action, Change

_decode = msgspec.json.Decoder(dict[str, Any]).decode

# As `core.ids.is_uid`, ten times as fast: a change has five of them.
_is_uid = re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}").fullmatch

_MAX_SQLITE_INTEGER = 2**63 - 1


def outgoing(changes: Sequence[Outgoing], visits: Mapping[int, str]) -> tuple[list[Action], list[Change]]:
    """Return the changes as they travel, with their actions; `visits` gives by their number the visit they lie in."""
    places: dict[tuple[str, str, str, str, str], int] = {}
    packed = [
        Change(
            change.uid,
            change.record,
            change.protocol,
            change.entity,
            change.version,
            places.setdefault(change.action, len(places)),
            visits[change.id],
            change.base,
            wire.NOTHING if change.before is None else msgspec.Raw(change.before.encode()),
            msgspec.Raw(change.after.encode()),
        )
        for change in changes
    ]
    return [Action(*action) for action in places], packed


def incoming(actions: Sequence[Action], changes: Sequence[Change]) -> list[Incoming]:
    """Return the changes of a message as the store takes them."""
    made = [(item.uid, item.label, item.who, item.device, item.made_at) for item in actions]
    return [
        Incoming(
            change.uid,
            change.record,
            change.protocol,
            change.entity,
            change.version,
            change.base,
            change.before_text(),
            change.after_text(),
            made[change.action],
        )
        for change in changes
    ]


def first_newer(db: Database, changes: Sequence[Change]) -> int | None:
    """Return the place of the first change that a newer program wrote, None when all can be understood."""
    known: dict[tuple[str, str, str], bool] = {}
    for place, change in enumerate(changes):
        key = (change.protocol, change.entity, change.version)
        if key not in known:
            protocol = db.protocols.get(change.protocol)
            known[key] = (
                protocol is not None
                and any(entity.code == change.entity for entity in protocol.entities)
                and not wire.is_newer(change.version, protocol.version)
            )
        if not known[key]:
            return place
    return None


def is_sensible(change: Change, entity: Entity) -> bool:
    """Return whether the store can hold a change of this entity: its identities, its JSON, its indexed values."""
    if not all(map(_is_uid, (change.uid, change.record, change.visit, *change.base))):
        return False
    if max(len(bytes(change.before)), len(bytes(change.after))) > wire.MAX_VALUE_BYTES:
        return False
    try:
        before = None if bytes(change.before) == b"null" else _decode(change.before)
        after = _decode(change.after)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return (before is None or bool(change.base)) and _fits(after, entity)


def _fits(after: Mapping[str, Any], entity: Entity) -> bool:
    parent, deleted = after.get(PARENT), after.get(DELETED)
    if not (parent is None or (isinstance(parent, str) and _is_uid(parent))):
        return False
    if not (deleted is None or isinstance(deleted, bool)):
        return False
    day = after.get(entity.date_field) if entity.date_field else None
    taxon = after.get(entity.taxon_field) if entity.taxon_field else None
    is_taxon = taxon is None or (type(taxon) is int and abs(taxon) <= _MAX_SQLITE_INTEGER)
    return is_taxon and (day is None or isinstance(day, str))
