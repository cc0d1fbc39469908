"""What the hub keeps, as a promise that SQLite and PostgreSQL both hold; one class of tests runs on both.

The project (an association) is the first key of every table and of every question: two projects never see each other,
and PostgreSQL can part or spread the tables by it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from fieldapp.core.merging import Rival, Step
from fieldapp.sync.wire import Action, Ahead

VOLUNTEER, LEADER, COORDINATOR = "volunteer", "leader", "coordinator"
ROLES = (VOLUNTEER, LEADER, COORDINATOR)
"""What an account may do, the least first (see `hub.rights`)."""

LAPTOP, BROWSER = "laptop", "browser"
"""Through which door an account comes in: the messages of laptops, or the page of coordinators."""

MAX_PART_BYTES = 200 * 1024 * 1024
"""Most bytes of unfinished files that one account has; the files begun first are forgotten for the next."""

PART_DAYS = 30
"""How long the pieces of an unfinished file are kept."""

MAX_REFUSALS = 500
"""Most changes of one account that are kept in quarantine, the newest."""

MAX_LEASES = 200
"""Most names that one account holds at once: a table of ringers has some ten strings of rings."""


class StoredChange(NamedTuple):
    """One change as the hub keeps it: `wire.Change` with its action, and who brought it.

    `number` is 0 until it is stored; numbers of a project have no gap and rise in the order of commits. `scope` is the
    protocol by which accounts are shown it. `is_edit` and `is_deletion` tell what it does to a record that is there.
    """

    number: int
    uid: str
    record: str
    protocol: str
    entity: str
    version: str
    visit: str
    base: tuple[str, ...]
    before: str | None
    after: str
    action: Action
    account: str
    replica: str
    is_edit: bool
    is_deletion: bool


class Known(NamedTuple):
    """What tells a stored change from another one that bears its uid; `digest` is `content_digest` of it."""

    record: str
    protocol: str
    digest: str


class StoredRecord(NamedTuple):
    """The present state of one record; `data` is as `wire.canonical` writes it.

    `owner` is the device of the account whose own it is (see `hub.rights`).
    """

    uid: str
    protocol: str
    entity: str
    parent: str | None
    visit: str
    deleted: bool
    data: str
    owner: str


class Refusal(NamedTuple):
    """A change that was not taken: why (a code), in full for whoever looks into it, from which account, when (UTC)."""

    uid: str
    account: str
    reason: str
    body: str
    at: str


class BatchLine(NamedTuple):
    """One line of the hub's diary: what an account sent and got in one message; `at` is UTC."""

    account: str
    at: str
    received: int
    merged: int
    disputed: int
    refused: int
    sent: int


@dataclass(frozen=True, slots=True)
class Project:
    """An association on this hub."""

    uid: str
    name: str


@dataclass(frozen=True, slots=True)
class Account:
    """A laptop or a browser (`access`) that may come in; instants are UTC, "" while something has not happened.

    `device` is the uid that the laptop writes into its changes. An empty `scope` means all protocols.
    """

    project: str
    uid: str
    device: str
    name: str
    role: str
    scope: tuple[str, ...]
    token_hash: str
    answer_key: str
    created_at: str
    last_seen_at: str = ""
    revoked_at: str = ""
    access: str = LAPTOP


@dataclass(frozen=True, slots=True)
class Invite:
    """A one-time code, of which the hub keeps the hash; `account` is the one that it was exchanged for, "" so far."""

    project: str
    code_hash: str
    role: str
    scope: tuple[str, ...]
    created_at: str
    expires_at: str
    account: str = ""


class Reading(Protocol):
    """One moment of one project."""

    def last(self) -> int:
        """Return the number of the newest change, 0 without any."""

    def uid_at(self, number: int) -> str:
        """Return the uid of the change with this number, "" when there is none."""

    def taken(self, replica: str) -> int:
        """Return how many changes this copy of a database has ever brought."""

    def ahead(self, cursor: int, replica: str, scope: Sequence[str]) -> Ahead:
        """Count the changes after a number that others brought, of these protocols (empty: of all)."""

    def changes_after(self, cursor: int, replica: str, scope: Sequence[str], limit: int) -> list[StoredChange]:
        """Return at most `limit` of the changes that `ahead` counts, in order of their number."""

    def lengths_after(self, cursor: int, replica: str, scope: Sequence[str], limit: int) -> list[int]:
        """Return of the changes that `changes_after` returns how many signs their values have, in the same order."""

    def visit_digests(self, visits: Sequence[str], scope: Sequence[str]) -> dict[str, str]:
        """Return `wire.visit_digest` of what is stored of each visit, read back from the tables.

        A visit of which nothing is (any more) has the digest of nothing.
        """

    def holder(self, replica: str) -> str:
        """Return the account that brought changes as this copy of a database, "" when nobody has."""

    def leases(self, now: str) -> dict[str, str]:
        """Return which device holds which name.

        What has run out by `now` (UTC) is nobody's, nor what an account holds that was revoked since.
        """

    def disputes(self) -> list[tuple[str, str, tuple[Rival, ...]]]:
        """Return the open disputes: record, field, rivals; in that order."""

    def refusals(self, limit: int) -> list[Refusal]:
        """Return the newest changes that were not taken."""

    def refusal_reasons(self) -> dict[str, int]:
        """Return how many changes were not taken for which reason."""

    def batches(self, since: str) -> list[BatchLine]:
        """Return the diary from an instant (UTC) on, oldest first."""

    def counts(self) -> dict[str, int]:
        """Return how many "changes", "records" (not deleted), "disputes", "refusals", "media" there are."""


class Work(Reading, Protocol):
    """One write transaction of one project, which it holds for itself: nobody else's numbers come in between."""

    def known(self, uids: Sequence[str]) -> dict[str, Known]:
        """Return what is known of those of these changes that are stored, by uid; never their contents."""

    def actions(self, uids: Sequence[str]) -> dict[str, Action]:
        """Return those of these actions that are stored, by uid."""

    def joined(self, devices: Sequence[str]) -> set[str]:
        """Return those of these devices that have, or had, an account."""

    def records(self, uids: Sequence[str]) -> dict[str, StoredRecord]:
        """Return the records among these that are stored, by uid."""

    def steps(self, records: Sequence[str]) -> dict[str, list[Step]]:
        """Return all changes of each of these records."""

    def parents_of_living(self, uids: Sequence[str]) -> set[str]:
        """Return those of these records right below which one lies that is not deleted."""

    def visit_below(self, record: str) -> None:
        """Let what lies below a record lie in the visit that this one lies in, at any depth.

        What is a visit of its own stays one, and so does what lies below that.
        """

    def add_changes(self, changes: Sequence[StoredChange]) -> None:
        """Store new changes and give them the next numbers, in this order.

        A copy of a database belongs to the account that first brought changes as it.
        """

    def add_records(self, records: Sequence[StoredRecord]) -> None:
        """Store records that are not there."""

    def put_records(self, records: Sequence[StoredRecord]) -> None:
        """Store these states of records, whether they are there or not; the owner of one that is there stays."""

    def put_disputes(self, disputes: Mapping[str, Mapping[str, Sequence[Rival]]]) -> None:
        """Make these the open disputes of each of these records (by uid, then field); none closes all of it."""

    def disputed(self, records: Sequence[str], field: str) -> set[str]:
        """Return those of these records of which this field is disputed."""

    def refuse(self, refusals: Sequence[Refusal]) -> None:
        """Keep what was not taken; the same change of the same account replaces what was kept of it."""

    def taken_after_all(self, account: str, uids: Sequence[str]) -> None:
        """Forget the refusals of changes that were taken now."""

    def lease(self, account: str, device: str, names: Sequence[str], until: str, now: str) -> None:
        """Let an account hold, with its device, the names that nobody holds at `now`, up to MAX_LEASES in all.

        Those that it holds already it holds until later. What has run out is forgotten, whoever held it.
        """

    def release(self, account: str, names: Sequence[str]) -> None:
        """Let go of the names that this account holds."""

    def log(self, line: BatchLine) -> None:
        """Add a line to the diary."""


class Storage(Protocol):
    """A hub's database, for many threads at once; every method may raise StorageError (see `hub.errors`)."""

    def migrate(self) -> None:
        """Bring the tables up to date, making them where there are none; several hubs may do so at once."""

    def close(self) -> None:
        """Let go of the database."""

    def check(self) -> None:
        """Ask the database something small; raises when it does not answer."""

    def reading(self, project: str) -> AbstractContextManager[Reading]:
        """Look at one moment of a project."""

    def working(self, project: str) -> AbstractContextManager[Work]:
        """Hold a project for one write transaction: all of it is kept when the block ends well, else nothing.

        A project that is not there is a StorageError; who looks at one (`reading`) sees nothing.
        """

    # ------------------------------------------------------------------------------- projects and accounts

    def projects(self) -> list[Project]:
        """Return all projects, by name."""

    def add_project(self, name: str) -> Project:
        """Return the project with this name, made when there is none."""

    def add_invite(self, invite: Invite) -> None:
        """Keep a one-time code."""

    def join(self, code_hash: str, account: Account, now: str, former: Callable[[str], bool] = ...) -> Account | None:
        """Exchange a code for an account, as one step; None for a code that is unknown, used or has run out by `now`.

        Project, role and scope are those of the invite. The same code with the same token hash is answered again with
        the account made for it, however late, unless it was revoked: the first answer may have been lost.

        A device that has an account in the project takes its place where `former` knows the hash of that account's
        token: the former account is revoked. Else, and without it, DeviceHeldError.
        """

    def account(self, project: str, uid: str) -> Account | None:
        """Return an account, revoked or not; None when there is none."""

    def accounts(self, project: str) -> list[Account]:
        """Return all accounts of a project, the one seen last first."""

    def seen(self, project: str, uid: str, at: str) -> None:
        """Note when an account was last heard of."""

    def revoke(self, project: str, uid: str, at: str) -> bool:
        """Shut an account out from now on; return whether there was one that was not."""

    def failed(self, address_hash: str, at: str) -> None:
        """Note an attempt with a wrong code; what is older than thirty days is forgotten."""

    def failures(self, address_hash: str, since: str) -> tuple[int, int]:
        """Return how many attempts with a wrong code there were since an instant: from this address, and in all."""

    # ---------------------------------------------------------------------------------------------- photos

    def media_pieces(self, project: str, account: str, sha256: str, kind: str) -> tuple[int, bool]:
        """Return how many pieces of a file are there, from the first on, and whether it is whole and verified.

        While it is not, the pieces are those that this account brought: nobody meddles with those of others.
        `kind` is "photo" or "thumbnail"; a thumbnail bears the SHA-256 of its photo.
        """

    def add_piece(self, project: str, account: str, sha256: str, kind: str, number: int, data: bytes, at: str) -> None:
        """Keep one piece (numbered from 0); the same one again replaces it, unless the file is whole already.

        What is older than PART_DAYS at this instant (UTC) is forgotten, and of this account what is above
        MAX_PART_BYTES.
        """

    def part(self, project: str, account: str, sha256: str, kind: str, number: int) -> bytes | None:
        """Return one piece of a file that this account has not finished, None when it is not there."""

    def finish_media(self, project: str, account: str, sha256: str, kind: str, info: Mapping[str, Any]) -> None:
        """Declare a file whole with the pieces of this account; the first one to do so is believed.

        `info` is size, mime, file_name… as the laptop told it.
        """

    def drop_media(self, project: str, account: str, sha256: str, kind: str) -> None:
        """Forget the pieces of this account of a file that turned out to be another."""

    def forget_thumbnail(self, project: str, sha256: str) -> None:
        """Forget the thumbnail of a photo, so that another can come in its place."""

    def media_account(self, project: str, sha256: str, kind: str) -> str:
        """Return the account that finished a file, "" when nobody has."""

    def media_info(self, project: str, sha256: str, kind: str) -> Mapping[str, Any] | None:
        """Return what was told of a file that is whole, None when it is not there."""

    def piece(self, project: str, sha256: str, kind: str, number: int) -> bytes | None:
        """Return one piece of a file that is whole, None when it is not there."""

    def media_after(self, project: str, cursor: int, limit: int) -> list[tuple[int, str, str, Mapping[str, Any]]]:
        """Return whole files in the order in which they were finished: number, SHA-256, kind, info."""


def content_digest(
    record: str, protocol: str, entity: str, base: Iterable[str], before: bytes | None, after: bytes
) -> str:
    """Return by what a change is known again: two with one uid and different digests are not the same change."""
    # No name and no JSON holds the sign between them; `before` is an object where it is something.
    head = "\0".join((record, protocol, entity, " ".join(sorted(base)))).encode()
    return hashlib.blake2b(b"\0".join((head, before or b"", after)), digest_size=16).hexdigest()


def chunks(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Yield the items in lists of at most `size`."""
    part: list[Any] = []
    for item in items:
        part.append(item)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part
