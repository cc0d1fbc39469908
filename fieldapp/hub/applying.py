"""Taking a request: what becomes of each change, and what the laptop is told in return; on sets, never row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from fieldapp.core.ids import is_uid
from fieldapp.core.merging import DELETED, PARENT, Merged, Step, fields, heads, merge
from fieldapp.hub import rights
from fieldapp.hub.knowing import Judge, take_all
from fieldapp.hub.sifting import NAME_LENGTH, Sieve, is_sound, is_text, read
from fieldapp.hub.storage import (
    Account,
    BatchLine,
    Reading,
    Refusal,
    Storage,
    StoredChange,
    StoredRecord,
    Work,
)
from fieldapp.sync import wire
from fieldapp.sync.wire import ACCEPTED, DISPUTED, KNOWN, MERGED, REFUSED, Answer, Change, Outcome, Request

LEASE_HOURS = 24
"""How long a name (a ring string) stays with a table that is not heard of any more."""

PAGE = 5_000
"""Most changes that one answer brings."""

PAGE_LENGTH = 16 * 1024 * 1024
"""Signs of values after which a page ends, for an answer must not be too long; one change always goes."""

MAX_CONFIRMED = 5_000
"""Most visits of which one answer gives the digest."""

_MAX_ROUNDS = 100
"""How often one change may be carried upwards; no tree is that deep, but two moves at once may have made a ring."""


def now() -> str:
    """Return the present instant in UTC, ISO 8601 with milliseconds."""
    return _text(datetime.now(UTC))


def _text(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def answer(storage: Storage, account: Account, request: Request, judge: Judge = take_all) -> Answer:
    """Apply what the request brings, in one transaction, and return what is said to it.

    The same request again changes nothing and is told the same of each change, whatever message it comes in. `judge`
    says which changes a laptop of today can read.

    Raises:
        WireError: it does not say which copy of a database speaks, or names one of another account.
        StorageError: the database can't be read or written; nothing of the request was kept.
    """
    if not is_text(request.replica, NAME_LENGTH):
        raise wire.WireError("replica")
    at = now()
    if not (request.changes or request.claims or request.releases):
        with storage.reading(account.project) as reading:
            _refuse_anothers_copy(reading, account, request.replica)
            return _reply(reading, account, request, [], at)
    with storage.working(account.project) as work:
        _refuse_anothers_copy(work, account, request.replica)
        if request.releases:
            work.release(account.uid, _named(request.releases))
        if request.claims:
            until = _text(datetime.now(UTC) + timedelta(hours=LEASE_HOURS))
            work.lease(account.uid, account.device, _named(request.claims), until, at)
        outcomes = _Batch(work, account, request, at, judge).apply()
        said = _reply(work, account, request, outcomes, at)
        if request.changes:
            work.log(_line(account, at, outcomes, len(said.changes)))
        return said


def _refuse_anothers_copy(reading: Reading, account: Account, replica: str) -> None:
    """Raise WireError for a copy that is another account's: that one would not be brought what this one sends."""
    if reading.holder(replica) not in {"", account.uid}:
        raise wire.WireError("replica")


def _named(names: Sequence[str]) -> list[str]:
    return [name for name in names if name and is_text(name, NAME_LENGTH)]


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
        # To everybody: two tables must know of each other's strings, whatever is shared with them; a uid tells nothing.
        leases=reading.leases(at),
        role=account.role,
    )
    if request.cursor is None:
        return said
    if request.cursor > said.last or (request.cursor > 0 and reading.uid_at(request.cursor) != request.mark):
        return msgspec.structs.replace(said, forked=True)
    limit = max(1, min(request.limit, PAGE))
    # One more than asked for tells whether more follow.
    lengths = reading.lengths_after(request.cursor, request.replica, scope, limit + 1)
    count = _fitting(lengths[:limit])
    page = reading.changes_after(request.cursor, request.replica, scope, count) if count else []
    more = len(lengths) > count
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
        receipts={} if more else reading.visit_digests(list(filter(is_uid, request.confirm[:MAX_CONFIRMED])), scope),
    )


def _fitting(lengths: Sequence[int]) -> int:
    """Return how many of the next changes make a page: at least one, if there is any."""
    whole = 0
    for count, length in enumerate(lengths):
        whole += length
        if count and whole > PAGE_LENGTH:
            return count
    return len(lengths)


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
    """A change that is taken, with what it sets; `is_edit` says that its record was there before."""

    change: Change
    after: dict[str, Any]
    place: int
    is_edit: bool


@dataclass
class _Batch:
    """The changes of one request on their way into the tables.

    `stored` are the records that the request touches or names as parents, as they were before it; `visits` the visits
    in which these and the new ones lie, `merged` what was put together from several changes, `owners` to whom
    belongs what each device made.
    """

    work: Work
    account: Account
    request: Request
    at: str
    judge: Judge
    outcomes: list[Outcome | None] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    stored: dict[str, StoredRecord] = field(default_factory=dict)
    visits: dict[str, str] = field(default_factory=dict)
    merged: dict[str, tuple[list[Step], Merged]] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)

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
        sound = self._sound()
        known = self.work.known([change.uid for change in changes if is_uid(change.uid)])
        values = [read(change) if change.uid not in known and sound[change.action] else None for change in changes]
        new = [(change, after) for change, after in zip(changes, values, strict=True) if after is not None]
        known |= self.work.known(list({uid for change, _after in new for uid in change.base} - known.keys()))
        self._look_up(new)
        self.owners = self._owners()
        sieve = Sieve(self.work, self.account, self.stored, known, self.owners, self.judge)
        found: list[_Taken] = []
        for place, (change, after) in enumerate(zip(changes, values, strict=True)):
            if sieve.is_there(change):
                self.outcomes[place] = Outcome(KNOWN)
            elif (reason := sieve.reason(change, after)) or after is None:
                sieve.refuse(change)
                self._refuse(place, change, reason)
            else:
                is_edit = bool(change.base) or sieve.held(change.record) is not None
                sieve.take(change, after, self.request.actions[change.action].device)
                found.append(_Taken(change, after, place, is_edit))
        return found

    def _sound(self) -> list[bool]:
        """Return which actions can be kept, and are what was said of them before."""
        actions = self.request.actions
        sound = [is_sound(action) for action in actions]
        first = {action.uid: action for action, is_sound in zip(actions, sound, strict=True) if is_sound}
        first |= self.work.actions(list(first))
        return [is_sound and first[action.uid] == action for action, is_sound in zip(actions, sound, strict=True)]

    def _owners(self) -> Mapping[str, str]:
        """Return the owner of what each device made by the word of the request."""
        devices = {action.device for action in self.request.actions}
        joined = self.work.joined([device for device in devices if is_uid(device)])
        return {device: rights.owner(self.account, device, joined) for device in devices}

    def _look_up(self, new: Sequence[tuple[Change, dict[str, Any]]]) -> None:
        """Read the records that are touched, and those named as their parents."""
        wanted = {change.record for change, _after in new} | {after[PARENT] for _c, after in new if after.get(PARENT)}
        self.stored = self.work.records(list(wanted))
        self.visits = {uid: record.visit for uid, record in self.stored.items()}

    def _refuse(self, place: int, change: Change, reason: str) -> None:
        self.outcomes[place] = Outcome(REFUSED, reason)
        # What is no text at all is kept as far as it is one.
        body = msgspec.json.encode(change).decode(errors="replace").replace("\0", "")
        uid = change.uid[:NAME_LENGTH].replace("\0", "")
        self.refusals.append(Refusal(uid, self.account.uid, reason, body, self.at))

    def _row(self, item: _Taken) -> StoredChange:
        change, action = item.change, self.request.actions[item.change.action]
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
            item.is_edit,
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

        The author may not have known that this lies elsewhere by now. What lies below nothing is in nobody's visit.
        """
        is_own = not parent or change.visit == change.record
        return change.record if is_own else self.visits.get(parent or "", change.visit)

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
            self._owner(change),
        )

    def _owner(self, change: Change) -> str:
        return self.owners[self.request.actions[change.action].device]

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
        visit = self.visits[change.record]
        if stored is None or stored.parent != state.parent:
            moves = [item.change for item in items if PARENT in item.after and item.after[PARENT] == state.parent]
            if moves:
                visit = self._visit(moves[-1], state.parent)
            elif visit != change.record:
                visit = self.visits.get(state.parent, visit) if state.parent else change.record
        return StoredRecord(
            change.record,
            change.protocol,
            stored.entity if stored else change.entity,
            state.parent,
            visit,
            state.deleted,
            wire.canonical(state.data).decode(),
            stored.owner if stored else self._owner(change),
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
