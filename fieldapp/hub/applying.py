"""Taking a request: what becomes of each change, and what the laptop is told in return; on sets, never row by row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec

from fieldapp.core.merging import DELETED, PARENT, Merged, Step, fields, heads, merge
from fieldapp.hub import rights
from fieldapp.hub.storage import Account, BatchLine, Reading, Refusal, Storage, StoredChange, StoredRecord, Work
from fieldapp.sync import wire
from fieldapp.sync.wire import ACCEPTED, DISPUTED, KNOWN, MERGED, REFUSED, Answer, Change, Outcome, Request

MALFORMED, MISSING_BASE, MISSING_PARENT, AFTER_REFUSED = "malformed", "missing_base", "missing_parent", "after_refused"
"""Reasons for which a change is put into quarantine, beside those of `hub.rights`."""

LEASE_HOURS = 24
"""How long a name (a ring string) stays with a table that is not heard of any more."""

PAGE = 5_000
"""Most changes that one answer brings."""

MAX_CONFIRMED = 5_000
"""Most visits of which one answer gives the digest."""

_CODE_LENGTH = 100
"""Longest protocol, entity, version or name; longer ones are nobody's."""

_LABEL_LENGTH = 10_000
"""Longest label of an action."""

_MAX_ROUNDS = 100
"""How often one change may be carried upwards; no tree is that deep, but two moves at once may have made a ring."""

# As `core.ids.is_uid`, ten times as fast: a request has five of them for each change.
_UID = r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
_UID_LENGTH = 36
_is_uid = re.compile(_UID).fullmatch
_are_uids = re.compile(f"{_UID}(?: {_UID})*").fullmatch

_decode = msgspec.json.Decoder(dict[str, Any]).decode


def now() -> str:
    """Return the present instant in UTC, ISO 8601 with milliseconds."""
    return _text(datetime.now(UTC))


def _text(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def answer(storage: Storage, account: Account, request: Request) -> Answer:
    """Apply what the request brings, in one transaction, and return what is said to it.

    The same request again changes nothing and is told the same of each change, whatever message it comes in.

    Raises:
        WireError: it does not say which copy of a database speaks.
        StorageError: the database can't be read or written; nothing of the request was kept.
    """
    if not _is_text(request.replica, _CODE_LENGTH):
        raise wire.WireError("replica")
    at = now()
    if not (request.changes or request.claims or request.releases):
        with storage.reading(account.project) as reading:
            return _reply(reading, account, request, [], at)
    with storage.working(account.project) as work:
        if request.releases:
            work.release(account.device, _named(request.releases))
        if request.claims:
            until = _text(datetime.now(UTC) + timedelta(hours=LEASE_HOURS))
            work.lease(account.device, _named(request.claims), until, at)
        outcomes = _Batch(work, account, request, at).apply()
        said = _reply(work, account, request, outcomes, at)
        if request.changes:
            work.log(_line(account, at, outcomes, len(said.changes)))
        return said


def _is_text(text: str, length: int) -> bool:
    """Return whether a text can be kept: not too long, and without the one sign that PostgreSQL has no room for."""
    return len(text) <= length and "\0" not in text


def _named(names: Sequence[str]) -> list[str]:
    return [name for name in names if name and _is_text(name, _CODE_LENGTH)]


def _line(account: Account, at: str, outcomes: Sequence[Outcome], sent: int) -> BatchLine:
    kinds = [outcome.kind for outcome in outcomes]
    merged, disputed, refused = (kinds.count(kind) for kind in (MERGED, DISPUTED, REFUSED))
    return BatchLine(account.uid, at, len(kinds) - kinds.count(KNOWN), merged, disputed, refused, sent)


def _reply(reading: Reading, account: Account, request: Request, outcomes: list[Outcome], at: str) -> Answer:
    """Return the answer: outcomes, and a page of the changes of others where it was asked for."""
    scope = rights.shown(account)
    said = Answer(
        project=account.project,
        outcomes=outcomes,
        cursor=request.cursor or 0,
        last=reading.last(),
        taken=reading.taken(request.replica),
        leases=reading.leases(at),
        role=account.role,
    )
    if request.cursor is None:
        return said
    if request.cursor > said.last or (request.cursor > 0 and reading.uid_at(request.cursor) != request.mark):
        return msgspec.structs.replace(said, forked=True)
    limit = max(1, min(request.limit, PAGE))
    # One more than asked for tells whether more follow.
    found = reading.changes_after(request.cursor, request.replica, scope, limit + 1)
    page, more = found[:limit], len(found) > limit
    actions, changes = _travelling(page)
    cursor = page[-1].number if more else said.last
    return msgspec.structs.replace(
        said,
        actions=actions,
        changes=changes,
        cursor=cursor,
        mark=page[-1].uid if more else reading.uid_at(cursor),
        more=more,
        ahead=reading.ahead(request.cursor, request.replica, scope) if more else _ahead(page),
        receipts={} if more else reading.visit_digests(list(filter(_is_uid, request.confirm[:MAX_CONFIRMED])), scope),
    )


def _ahead(page: Sequence[StoredChange]) -> wire.Ahead:
    edits = sum(change.is_edit for change in page)
    return wire.Ahead(len(page), edits, sum(change.is_deletion for change in page))


def _travelling(page: Sequence[StoredChange]) -> tuple[list[wire.Action], list[Change]]:
    """Return stored changes as they travel, with the actions that they belong to, each once where they stand together.

    An action comes again when changes of another one lie between.
    """
    actions: list[wire.Action] = []
    changes: list[Change] = []
    raw = msgspec.Raw
    last = ""
    for item in page:
        if item.action.uid != last:
            actions.append(item.action)
            last = item.action.uid
        before = wire.NOTHING if item.before is None else raw(item.before.encode())
        changes.append(
            Change(
                item.uid,
                item.record,
                item.protocol,
                item.entity,
                item.version,
                len(actions) - 1,
                item.visit,
                item.base,
                before,
                raw(item.after.encode()),
            )
        )
    return actions, changes


@dataclass(slots=True)
class _Taken:
    """A change that is taken, with what it sets."""

    change: Change
    after: dict[str, Any]
    place: int


@dataclass
class _Batch:
    """The changes of one request on their way into the tables.

    `stored` are the records that the request touches or names as parents, as they were before it; `visits` the visits
    in which these and the new ones lie, `merged` what was put together from several changes.
    """

    work: Work
    account: Account
    request: Request
    at: str
    outcomes: list[Outcome | None] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    stored: dict[str, StoredRecord] = field(default_factory=dict)
    visits: dict[str, str] = field(default_factory=dict)
    merged: dict[str, tuple[list[Step], Merged]] = field(default_factory=dict)

    def apply(self) -> list[Outcome]:
        """Store what can be taken and return what became of each change, in their order."""
        changes = self.request.changes
        if not changes:
            return []
        self.outcomes = [None] * len(changes)
        taken = self._sift(changes)
        self.work.add_changes([self._row(item) for item in taken])
        self._put(taken)
        if self.refusals:
            self.work.refuse(self.refusals)
        self.work.taken_after_all(self.account.uid, [item.change.uid for item in taken])
        accepted = Outcome(ACCEPTED)
        return [outcome or accepted for outcome in self.outcomes]

    # ------------------------------------------------------------------------------------------- sifting

    def _sift(self, changes: Sequence[Change]) -> list[_Taken]:
        """Return the changes that are taken; the others get their outcome."""
        sound = [_is_text(action.label, _LABEL_LENGTH) and _is_named(action) for action in self.request.actions]
        known = self.work.known([change.uid for change in changes if _is_uid(change.uid)])
        read = [_read(change) if change.uid not in known and sound[change.action] else None for change in changes]
        new = [(change, after) for change, after in zip(changes, read, strict=True) if after is not None]
        bases = {uid for change, _after in new for uid in change.base} - known
        self._look_up(new)
        sieve = _Sieve(self.account, self.stored, known | self.work.known(list(bases)))
        found: list[_Taken] = []
        for place, (change, after) in enumerate(zip(changes, read, strict=True)):
            if change.uid in known:
                self.outcomes[place] = Outcome(KNOWN)
            elif (reason := sieve.reason(change, after)) or after is None:
                sieve.bad.add(change.record)
                self._refuse(place, change, reason)
            else:
                known.add(change.uid)
                sieve.take(change)
                found.append(_Taken(change, after, place))
        return found

    def _look_up(self, new: Sequence[tuple[Change, dict[str, Any]]]) -> None:
        """Read the records that are touched, and those named as their parents."""
        wanted = {change.record for change, _after in new} | {after[PARENT] for _c, after in new if after.get(PARENT)}
        self.stored = self.work.records(list(wanted))
        self.visits = {uid: record.visit for uid, record in self.stored.items()}

    def _refuse(self, place: int, change: Change, reason: str) -> None:
        self.outcomes[place] = Outcome(REFUSED, reason)
        # What is no text at all is kept as far as it is one.
        body = msgspec.json.encode(change).decode(errors="replace").replace("\0", "")
        uid = change.uid[:_CODE_LENGTH].replace("\0", "")
        self.refusals.append(Refusal(uid, self.account.uid, reason, body, self.at))

    def _row(self, item: _Taken) -> StoredChange:
        change, action = item.change, self.request.actions[item.change.action]
        is_edit = bool(change.base)
        return StoredChange(
            0,
            change.uid,
            change.record,
            change.protocol,
            change.entity,
            change.version,
            change.visit,
            change.base,
            change.before_text(),
            change.after_text(),
            action,
            self.account.uid,
            self.request.replica,
            is_edit,
            bool(item.after.get(DELETED)),
        )

    # ------------------------------------------------------------------------------------------- merging

    def _put(self, taken: Sequence[_Taken]) -> None:
        """Bring the records up to date with the changes that were just stored."""
        by_record: dict[str, list[_Taken]] = {}
        for item in taken:
            by_record.setdefault(item.change.record, []).append(item)
        rest = {uid: items for uid, items in by_record.items() if uid in self.stored or len(items) > 1}
        for item in taken:
            if item.change.record not in self.visits:
                self.visits[item.change.record] = self._visit(item.change, item.after.get(PARENT))
        self.work.add_records([self._made(items[0]) for uid, items in by_record.items() if uid not in rest])
        concerned = {item.after.get(PARENT) for item in taken}
        if rest:
            concerned |= self._merge(rest)
        self._settle({uid for uid in concerned if uid})
        for uid, (steps, state) in self.merged.items():
            self._tell(by_record.get(uid, ()), steps, state)

    def _visit(self, change: Change, parent: str | None) -> str:
        """Return the visit in which a change puts its record: its own, or that of what it lies below.

        The author may not have known that this lies elsewhere by now.
        """
        return change.record if change.visit == change.record else self.visits.get(parent or "", change.visit)

    def _made(self, item: _Taken) -> StoredRecord:
        change, values = item.change, item.after
        data = dict(fields(values))
        return StoredRecord(
            change.record,
            change.protocol,
            change.entity,
            values.get(PARENT),
            self.visits[change.record],
            bool(values.get(DELETED)),
            wire.canonical(data).decode(),
            self.request.actions[change.action].device,
        )

    def _merge(self, rest: Mapping[str, Sequence[_Taken]]) -> set[str | None]:
        """Put records together from all of their changes, whatever lies below them.

        Return those that are deleted or disputed, and what all lay below before and lie below now.
        """
        uids = list(rest)
        merged = self._merged(uids, set())
        parents = {state.parent for state in merged.values() if state.parent} - self.visits.keys()
        # A parent that an earlier change named, and that shows again now.
        self.visits |= {uid: record.visit for uid, record in self.work.records(list(parents)).items()}
        rows = [self._row_of(rest[uid], state) for uid, state in merged.items()]
        self.work.put_records(rows)
        for row in rows:
            if row.visit != self.visits[row.uid]:
                self.work.visit_below(row.uid)
        before = {self.stored[uid].parent for uid in uids if uid in self.stored}
        now = {state.parent for state in merged.values()}
        return before | now | {uid for uid, state in merged.items() if state.deleted or state.disputes}

    def _row_of(self, items: Sequence[_Taken], state: Merged) -> StoredRecord:
        change = items[0].change
        stored = self.stored.get(change.record)
        made = self.request.actions[change.action].device
        visit = self.visits[change.record]
        if stored is None or stored.parent != state.parent:
            moves = [item.change for item in items if PARENT in item.after and item.after[PARENT] == state.parent]
            if moves:
                visit = self._visit(moves[-1], state.parent)
            elif visit != change.record:
                visit = self.visits.get(state.parent or "", visit)
        return StoredRecord(
            change.record,
            change.protocol,
            stored.entity if stored else change.entity,
            state.parent,
            visit,
            state.deleted,
            wire.canonical(state.data).decode(),
            stored.owner if stored else made,
        )

    def _tell(self, items: Sequence[_Taken], steps: Sequence[Step], state: Merged) -> None:
        """Say of each change whether it met others that its author had not seen, and whether they agree."""
        if len(heads(steps)) == 1 and not state.disputes:
            return
        rivals = {rival.change for found in state.disputes.values() for rival in found}
        for item in items:
            fields = state.disputes.keys() & item.after.keys()
            is_disputed = item.change.uid in rivals or bool(fields)
            self.outcomes[item.place] = Outcome(DISPUTED if is_disputed else MERGED)

    def _settle(self, uids: set[str]) -> None:
        """Ask again whether records are deleted below which something came to life, or lives no more; then upwards."""
        for _round in range(_MAX_ROUNDS):
            if not uids:
                return
            found = self.work.records(list(uids))
            contested = self.work.disputed(list(found), DELETED)
            living = self.work.parents_of_living([uid for uid in found if found[uid].deleted or uid in contested])
            asked = [uid for uid in found if uid in contested or (found[uid].deleted and uid in living)]
            state = self._merged(asked, living)
            turned = [found[uid] for uid in asked if state[uid].deleted != found[uid].deleted]
            self.work.put_records([record._replace(deleted=not record.deleted) for record in turned])
            uids = {record.parent for record in turned if record.parent}

    def _merged(self, uids: Sequence[str], living: set[str]) -> dict[str, Merged]:
        """Put records together from all of their changes and keep what is disputed; `living` have others below them."""
        steps = self.work.steps(uids)
        found = {uid: merge(steps[uid], has_live_children=uid in living) for uid in uids}
        self.work.put_disputes({uid: state.disputes for uid, state in found.items()})
        self.merged |= {uid: (steps[uid], state) for uid, state in found.items()}
        return found


@dataclass
class _Sieve:
    """What was taken and refused so far of one request; `there` are the changes that are stored or just taken."""

    account: Account
    stored: Mapping[str, StoredRecord]
    there: set[str]
    bad: set[str] = field(default_factory=set)
    protocols: dict[str, str] = field(default_factory=dict)

    def take(self, change: Change) -> None:
        """Note a change that is taken."""
        self.there.add(change.uid)
        self.protocols.setdefault(change.record, change.protocol)

    def reason(self, change: Change, after: dict[str, Any] | None) -> str:
        """Return why a change is not taken, "" when it is."""
        if after is None:
            return MALFORMED
        if change.record in self.bad:
            return AFTER_REFUSED
        if self.protocols.get(change.record, change.protocol) != change.protocol:
            return rights.NOT_SHARED
        if not self.there.issuperset(change.base):
            return MISSING_BASE
        if reason := rights.refusal(self.account, change.protocol, after, self.stored.get(change.record)):
            return reason
        parent = after.get(PARENT)
        return MISSING_PARENT if parent and parent not in self.stored and parent not in self.protocols else ""


@lru_cache(maxsize=1024)
def _are_codes(*names: str) -> bool:
    """Return whether these can be a protocol, an entity and a version; a request has few different ones."""
    return all(name and _is_text(name, _CODE_LENGTH) for name in names)


def _is_named(action: wire.Action) -> bool:
    return all(_is_text(text, _CODE_LENGTH) for text in (action.uid, action.who, action.device, action.made_at))


def _read(change: Change) -> dict[str, Any] | None:
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
    sound = parent is None or (isinstance(parent, str) and _is_uid(parent) and parent != change.record)
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
    return None if b"\\u0000" in text and any("\0" in name for name in values) else values
