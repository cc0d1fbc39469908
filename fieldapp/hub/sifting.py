"""Which changes of a request are taken: those that make sense, follow what is there, and are the account's to make."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec

from fieldapp.core import review
from fieldapp.core.ids import is_uid
from fieldapp.core.merging import DELETED, PARENT, Step, merge
from fieldapp.hub import rights
from fieldapp.hub.knowing import MALFORMED, Judge
from fieldapp.hub.rights import Held
from fieldapp.hub.storage import COORDINATOR, Account, Known, StoredRecord, Work, content_digest
from fieldapp.sync import wire
from fieldapp.sync.wire import Change

MISSING_BASE, MISSING_PARENT, AFTER_REFUSED = "missing_base", "missing_parent", "after_refused"
OTHER_CONTENT, VALIDATED = "other_content", "validated"
"""Reasons for which a change is put into quarantine, beside those of `hub.rights` and `hub.knowing`."""

NAME_LENGTH = 100
"""Longest protocol, entity, version, name or field; longer ones are nobody's."""

_LABEL_LENGTH = 10_000
"""Longest label of an action."""

# Many at once: a request has five of them for each change.
_UID = r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
_UID_LENGTH = 36
_are_uids = re.compile(f"{_UID}(?: {_UID})*").fullmatch

_decode = msgspec.json.Decoder(dict[str, Any]).decode


def is_text(text: str, length: int) -> bool:
    """Return whether a text can be kept: not too long, and without the one sign that PostgreSQL has no room for."""
    return len(text) <= length and "\0" not in text


@dataclass
class Sieve:
    """What was taken and refused so far of one request; `known` are the changes that are stored, `made` new records.

    `bad` are the changes that were refused, `entities` those of the new records, `above` what a record was ever put
    below: by what was stored of the records in `asked`, and by what was taken just now. `reviewed` are all changes, so
    far, of records of which it was asked whether they are validated; of one that was not, only those of this request.
    """

    work: Work
    account: Account
    stored: Mapping[str, StoredRecord]
    known: Mapping[str, Known]
    owners: Mapping[str, str]
    judge: Judge
    bad: set[str] = field(default_factory=set)
    taken: dict[str, Change] = field(default_factory=dict)
    made: dict[str, Held] = field(default_factory=dict)
    entities: dict[str, str] = field(default_factory=dict)
    above: dict[str, set[str]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    reviewed: dict[str, list[Step]] = field(default_factory=dict)

    def take(self, change: Change, after: Mapping[str, Any], device: str) -> None:
        """Note a change that is taken, and the record that it makes."""
        self.taken[change.uid] = change
        if parent := after.get(PARENT):
            self.above.setdefault(change.record, set()).add(parent)
        if change.record in self.reviewed:
            self.reviewed[change.record].append(Step(change.uid, change.base, after))
        if change.record not in self.stored:
            self.entities.setdefault(change.record, change.entity)
            self.made.setdefault(change.record, Held(change.protocol, after.get(PARENT), self.owners[device]))

    def refuse(self, change: Change) -> None:
        """Note a change that is refused; not one that bears the uid of another that is there."""
        if change.uid not in self.known and change.uid not in self.taken:
            self.bad.add(change.uid)

    def held(self, uid: str) -> Held | None:
        """Return a record that is stored, or was made by a change before; None when there is none."""
        stored = self.stored.get(uid)
        return self.made.get(uid) if stored is None else Held(stored.protocol, stored.parent, stored.owner)

    def is_there(self, change: Change) -> bool:
        """Return whether this very change is stored or just taken; one that only bears its uid is another."""
        if twin := self.taken.get(change.uid):
            return _digest(twin) == _digest(change)
        known = self.known.get(change.uid)
        return known is not None and known.digest == _digest(change)

    def reason(self, change: Change, after: dict[str, Any] | None) -> str:
        """Return why a change is not taken, "" when it is."""
        if known := self.taken.get(change.uid) or self.known.get(change.uid):
            scope = rights.shown(self.account)
            return rights.NOT_SHARED if scope and known.protocol not in scope else OTHER_CONTENT
        if after is None:
            return MALFORMED
        if reason := self.judge(change, after):
            return reason
        # Only what follows a refused change: another one of the same record may be innocent.
        if not self.bad.isdisjoint(change.base):
            return AFTER_REFUSED
        if not all(self._is_of(uid, change.record) for uid in change.base):
            return MISSING_BASE
        held = self.held(change.record)
        if reason := rights.refusal(self.account, change, after, held):
            return reason
        if self._alters_validated(change, after) or self._alters_below_validated(change, after, held):
            return VALIDATED
        parent = after.get(PARENT)
        if parent and not self._bears(parent, change.protocol):
            return MISSING_PARENT
        is_crooked = self._entity(change) != change.entity or (parent and held and self._lies_below(parent, change))
        return MALFORMED if is_crooked else ""

    def _alters_validated(self, change: Change, after: Mapping[str, Any]) -> bool:
        """Return whether who is no coordinator alters a record that is validated, and was so as far as they knew it.

        Who did not know is no intruder: what they wrote is taken, and the record is validated no more. A deleted record
        that was validated is not brought back by anybody else either.
        """
        if self.account.role == COORDINATOR or not any(map(review.is_content, after)):
            return False
        if change.record not in self.stored:
            return False
        return self._is_validated(change.record) and _holds(_ancestors(self.reviewed[change.record], change.base))

    def _alters_below_validated(self, change: Change, after: Mapping[str, Any], held: Held | None) -> bool:
        """Return whether who is no coordinator lets something come or go right below what is validated in a visit.

        Nothing tells whether they knew; what they wrote waits in quarantine until a coordinator reopens it.
        """
        if self.account.role == COORDINATOR or not (held is None or PARENT in after or DELETED in after):
            return False
        stored = self.stored.get(change.record)
        if (change.visit if stored is None else stored.visit) == change.record:
            return False  # a visit, or what lies in none: what is above it is a place
        above = {after.get(PARENT), None if held is None else held.parent} - {None}
        return any(self._is_validated(uid) for uid in above if uid)

    def _is_validated(self, uid: str) -> bool:
        """Return whether a record that was there before the request is validated, by all that is here of it now."""
        if uid not in self.reviewed:
            stored = self.stored.get(uid) or self.work.records([uid]).get(uid)
            is_asked = stored is not None and f'"{review.VALIDATED}"' in stored.data
            self.reviewed[uid] = list(self.work.steps([uid])[uid]) if is_asked else []
        return _holds(self.reviewed[uid])

    def _entity(self, change: Change) -> str:
        """Return the entity that the record of a change was made as; that of the change when it makes it."""
        stored = self.stored.get(change.record)
        return stored.entity if stored else self.entities.get(change.record, change.entity)

    def _lies_below(self, uid: str, change: Change) -> bool:
        """Return whether a record was ever put below that of the change, at any depth.

        Not only where it lies now: of two places that are disputed another one may show tomorrow.
        """
        seen: set[str] = set()
        level = {uid}
        while level and change.record not in level:
            seen |= level
            self._ask(level)
            level = {parent for item in level for parent in self.above.get(item, ())} - seen
        return bool(level)

    def _ask(self, records: set[str]) -> None:
        """Look up what these records were ever put below, of each once."""
        wanted = list(records - self.asked)
        self.asked.update(wanted)
        for record, steps in self.work.steps(wanted).items():
            parents = {parent for step in steps if isinstance(parent := step.after.get(PARENT), str)}
            self.above.setdefault(record, set()).update(parents)

    def _is_of(self, uid: str, record: str) -> bool:
        """Return whether a change is there, and of this record."""
        known = self.taken.get(uid) or self.known.get(uid)
        return known is not None and known.record == record

    def _bears(self, parent: str, protocol: str) -> bool:
        """Return whether a record is there below which one of this protocol may lie; who asks is not told which."""
        held = self.held(parent)
        return held is not None and rights.may_lie_below(protocol, held.protocol)


def _ancestors(steps: Sequence[Step], base: Sequence[str]) -> list[Step]:
    """Return those of these changes that who wrote upon this base knew."""
    by_uid = {step.uid: step for step in steps}
    known: dict[str, Step] = {}
    waiting = list(base)
    while waiting:
        step = by_uid.get(waiting.pop())
        if step is not None and step.uid not in known:
            known[step.uid] = step
            waiting += step.base
    return list(known.values())


def _holds(steps: Sequence[Step]) -> bool:
    """Return whether a record is validated by these changes of it."""
    state = merge(steps) if steps else None
    return state is not None and review.holding(state.parent, state.data) is not None


def _digest(change: Change) -> str:
    before = bytes(change.before)
    known = None if before == b"null" else before
    return content_digest(change.record, change.protocol, change.entity, change.base, known, bytes(change.after))


@lru_cache(maxsize=1024)
def _are_codes(*names: str) -> bool:
    """Return whether these can be a protocol, an entity and a version; a request has few different ones."""
    return all(name and is_text(name, NAME_LENGTH) for name in names)


def is_sound(action: wire.Action) -> bool:
    """Return whether an action can be kept."""
    names = (action.uid, action.who, action.device, action.made_at)
    return is_text(action.label, _LABEL_LENGTH) and all(is_text(name, NAME_LENGTH) for name in names)


def read(change: Change) -> dict[str, Any] | None:
    """Return the values that a change sets; None when it makes no sense."""
    names = (change.uid, change.record, change.visit, *change.base)
    joined = " ".join(names)
    # As many as there are names: none of them is two, with a blank between.
    if not (_are_uids(joined) and len(joined) == (_UID_LENGTH + 1) * len(names) - 1):
        return None
    if not _are_codes(change.protocol, change.entity, change.version):
        return None
    # Compared as bytes: they need not be a text yet.
    made = bytes(change.before) == b"null"
    if made == bool(change.base):
        return None
    after = _values(change.after)
    if after is None or (not made and _values(change.before) is None):
        return None
    parent = after.get(PARENT)
    sound = parent is None or (isinstance(parent, str) and is_uid(parent) and parent != change.record)
    return after if sound and isinstance(after.get(DELETED, False), bool | None) else None


def _values(raw: msgspec.Raw) -> dict[str, Any] | None:
    """Return what a change says in JSON; None when it is none, is too long, or names what can't be kept as a name."""
    text = bytes(raw)
    if len(text) > wire.MAX_VALUE_BYTES:
        return None
    try:
        values = _decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return values if all(is_text(name, NAME_LENGTH) for name in values) else None
