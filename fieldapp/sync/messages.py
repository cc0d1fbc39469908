"""Changes between the store and a message, and what must be right about them before they are taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from fieldapp.core.ids import is_uid
from fieldapp.core.merging import DELETED, PARENT
from fieldapp.core.schema import Entity
from fieldapp.store import incoming as taking
from fieldapp.store import parcels
from fieldapp.store.connection import Database
from fieldapp.store.incoming import Aside, Incoming
from fieldapp.store.outbox import Outgoing
from fieldapp.sync import wire
from fieldapp.sync.wire import Action, Change

_decode = msgspec.json.Decoder(dict[str, Any]).decode


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
            known[key] = is_understood(db, *key)
        if not known[key]:
            return place
    return None


def is_understood(db: Database, protocol: str, entity: str, version: str) -> bool:
    """Return whether this program is new enough for what was written of an entity under a version of a protocol."""
    known = db.protocols.get(protocol)
    return (
        known is not None
        and any(item.code == entity for item in known.entities)
        and not wire.is_newer(version, known.version)
    )


@dataclass
class Sifted:
    """The changes of a page that can be taken, and those that are passed over.

    `is_lacking` says that a record of the former is put below one that is neither here nor in the page.
    """

    kept: list[Change] = field(default_factory=list)
    aside: list[Aside] = field(default_factory=list)
    is_lacking: bool = False


def sift(db: Database, peer: int, changes: Sequence[Change], *, is_all: bool) -> Sifted:
    """Return which of the changes of a peer the store can hold: one that it can't stops nobody.

    What a newer program wrote, what makes no sense, what is of another kind than its record, or lies below one of a
    kind that it can't lie below (a record below itself among these), and what follows such a change. `is_all` says
    that nothing is left to come which a change might lack: then one that lacks something is passed over, too.
    """
    sieve = _Sieve(db, peer, changes, is_all)
    found = Sifted()
    for change in changes:
        if reason := sieve.reason(change):
            found.aside.append(
                Aside(
                    *(change.uid, change.record, change.visit, change.protocol, change.entity, change.version, reason)
                )
            )
        else:
            found.kept.append(change)
    found.is_lacking = sieve.is_lacking(found.kept)
    return found


class _Sieve:
    """What is known of the changes and records that a page names, from the store and from the page so far."""

    def __init__(self, db: Database, peer: int, changes: Sequence[Change], is_all: bool) -> None:
        self._db = db
        self._is_all = is_all
        self._parents = {change.uid: _parent(change) for change in changes}
        bases = {uid for change in changes for uid in change.base}
        records = {change.record for change in changes} | {uid for uid in self._parents.values() if uid}
        self._here = taking.known(db, {change.uid for change in changes} | bases)
        self._kinds = dict(parcels.kinds(db, records))
        self._passed, self._touched = taking.aside(db, peer, bases, records)

    def reason(self, change: Change) -> str:
        """Return why a change is passed over, "" when it can be taken; each is asked for once, in their order."""
        if change.uid in self._here:
            return ""
        reason = self._reason(change)
        if reason:
            self._passed.add(change.uid)
            self._touched.add(change.record)
        else:
            self._here.add(change.uid)
            self._kinds.setdefault(change.record, (change.protocol, change.entity))
        return reason

    def is_lacking(self, kept: Sequence[Change]) -> bool:
        """Return whether one of these puts its record below one that is not there."""
        parents = {self._parents[change.uid] for change in kept} - {None}
        return not parents.issubset(self._kinds)

    def _reason(self, change: Change) -> str:
        kind = (change.protocol, change.entity)
        if not is_understood(self._db, *kind, change.version):
            return "newer"
        entity = self._db.protocols[change.protocol].entity(change.entity)
        if not is_sensible(change, entity) or self._kinds.get(change.record, kind) != kind:
            return "strange"
        if not self._passed.isdisjoint(set(change.base) - self._here):
            return "follows"
        parent = self._parents[change.uid]
        above = self._kinds.get(parent) if parent else (change.protocol, entity.parent)
        if above is None and parent in self._touched:
            return "follows"
        if above is not None and above != (change.protocol, entity.parent):
            return "strange"
        is_lacking = above is None or not self._here.issuperset(change.base)
        return "strange" if is_lacking and self._is_all else ""


def _parent(change: Change) -> str | None:
    """Return the record below which a change puts its own, None where it names none."""
    if b'"_parent"' not in bytes(change.after):
        return None
    try:
        found = _decode(change.after).get(PARENT)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return found if isinstance(found, str) else None


def is_sensible(change: Change, entity: Entity) -> bool:
    """Return whether the store can hold a change of this entity: its identities, its JSON, its indexed values."""
    if not all(map(is_uid, (change.uid, change.record, change.visit, *change.base))):
        return False
    if max(len(bytes(change.before)), len(bytes(change.after))) > wire.MAX_VALUE_BYTES:
        return False
    try:
        before = None if bytes(change.before) == b"null" else _decode(change.before)
        after = _decode(change.after)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return (before is None or bool(change.base)) and _fits(after, entity)


def deletes(change: Change) -> bool:
    """Return whether a change deletes a record that is there."""
    return bool(change.base) and b'"_deleted":true' in bytes(change.after).replace(b" ", b"")


def _fits(after: Mapping[str, Any], entity: Entity) -> bool:
    parent, deleted = after.get(PARENT), after.get(DELETED)
    if not (parent is None or (isinstance(parent, str) and is_uid(parent))):
        return False
    if not (deleted is None or isinstance(deleted, bool)):
        return False
    day = after.get(entity.date_field) if entity.date_field else None
    taxon = after.get(entity.taxon_field) if entity.taxon_field else None
    is_taxon = taxon is None or (type(taxon) is int and abs(taxon) <= _MAX_SQLITE_INTEGER)
    return is_taxon and (day is None or isinstance(day, str))
