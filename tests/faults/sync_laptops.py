"""Laptops and hubs for the tests of sync: real files, a hub in this process, and a line that can be cut."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from fieldapp.core import ids
from fieldapp.core.ids import new_uid
from fieldapp.core.record import Record, with_data
from fieldapp.core.schema import StudyProtocol
from fieldapp.hub import applying
from fieldapp.hub.opening import open_storage
from fieldapp.hub.storage import Account, Storage
from fieldapp.store import peers, records
from fieldapp.store.connection import Author, Database, open_database
from fieldapp.store.peers import Peer
from fieldapp.store.records import Saved
from fieldapp.sync import engine, wire
from fieldapp.sync.errors import HubUnreachableError
from fieldapp.sync.job import Report
from fieldapp.sync.wire import Answer, Request
from tests.store.ponds import PONDS

NEVER, MEANWHILE, AFTERWARDS = "never", "meanwhile", "afterwards"
"""Where the line is cut: the request does not arrive; while it is applied; it is kept, and its answer gets lost."""


class KilledError(BaseException):
    """The program ended in the middle, without a word."""


@dataclass
class Hub:
    """A hub in this process, for one association."""

    storage: Storage
    name: str = "association"

    def __post_init__(self) -> None:
        self.project = self.storage.add_project(self.name).uid

    @classmethod
    def at(cls, url: str) -> Hub:
        """Return a hub on the database at this address."""
        storage = open_storage(url)
        storage.migrate()
        return cls(storage)

    def account(self, device: str, role: str = "coordinator", scope: tuple[str, ...] = ()) -> Account:
        """Return an account for a laptop, as it is when its token was looked at."""
        return Account(self.project, new_uid(), device, device, role, scope, "", "", records.now())

    def close(self) -> None:
        """Let go of the database."""
        self.storage.close()


class _Failing:
    """What is left of a unit of work when the hub's disk fails: all goes well up to the last step."""

    def __init__(self, work: Any) -> None:
        self._work = work

    def __getattr__(self, name: str) -> Any:
        if name == "log":
            raise HubUnreachableError("the hub fell over", code="cut")
        return getattr(self._work, name)


class _FailingStorage:
    """A storage whose transactions all fail at their end."""

    def __init__(self, storage: Any) -> None:
        self._storage = storage

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)

    @contextmanager
    def working(self, project: str) -> Iterator[Any]:
        with self._storage.working(project) as work:
            yield _Failing(work)


@dataclass
class Line:
    """What takes requests to a hub, through the same bytes as everywhere.

    `cuts` says of each of the next messages where it is cut ("" not at all). `heard` is called between a request and
    what comes of it: a person types meanwhile. `alter` may change an answer on its way.
    """

    hub: Hub
    account: Account
    cuts: deque[str] = field(default_factory=deque)
    kills: bool = False
    heard: Callable[[Request], object] = id
    alter: Callable[[Answer], Answer] | None = None
    requests: list[Request] = field(default_factory=list)

    def sync(self, request: Request, _progress: object = None, _cancelled: object = None) -> Answer:
        """Return the hub's answer, or raise what a cut line raises."""
        self.requests.append(request)
        cut = self.cuts.popleft() if self.cuts else ""
        if cut == NEVER:
            self._break()
        arrived = wire.unpack(wire.pack(request), Request)
        storage = self.hub.storage
        if cut == MEANWHILE:
            with suppress(HubUnreachableError), patch.object(self.hub, "storage", _FailingStorage(storage)):
                self._answer(arrived)
            self._break()
        answer = self._answer(arrived)
        self.heard(request)
        if cut:
            self._break()
        return self.alter(answer) if self.alter else answer

    def _answer(self, request: Request) -> Answer:
        answer = applying.answer(self.hub.storage, self.account, request)
        return wire.unpack(wire.pack(answer), Answer)

    def _break(self) -> None:
        if self.kills:
            raise KilledError
        raise HubUnreachableError("cut", code="cut")


class Laptop:
    """A laptop with a database of its own; `offset` is by how much its clock is wrong."""

    def __init__(self, path: Path, protocols: Sequence[StudyProtocol] = (PONDS,), *, hurried: bool = True) -> None:
        self.path = path
        self.name = path.stem
        self.protocols = tuple(protocols)
        self.offset = timedelta()
        self.lines: dict[int, Line] = {}
        self._hurried = hurried
        self._open()

    def __enter__(self) -> Laptop:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.db.close()

    def _open(self) -> None:
        self.db: Database = open_database(self.path, self.protocols, Author(f"person-{self.name}", self.name))
        if self._hurried:
            # What a crash of the machine leaves is not looked at here, and to wait for the disk would take most time.
            self.db.connection.execute("PRAGMA synchronous = OFF")

    def reopen(self, protocols: Sequence[StudyProtocol] | None = None) -> None:
        """Close the database and open it again, with a newer program when protocols are given."""
        self.db.close()
        self.protocols = self.protocols if protocols is None else tuple(protocols)
        self._open()

    def join(self, hub: Hub, role: str = "coordinator", *, kind: str = peers.HUB, scope: tuple[str, ...] = ()) -> int:
        """Join a hub and return the number of the peer."""
        account = hub.account(self.name, role, scope)
        peer = peers.add(
            self.db, kind, project=hub.project, name=hub.name, account=account.uid, role=role, scope=scope
        ).id
        self.lines[peer] = Line(hub, account)
        return peer

    @property
    def peer(self) -> Peer:
        """The first peer as it stands now."""
        return peers.get(self.db, next(iter(self.lines)))

    @property
    def line(self) -> Line:
        """The line to the first peer."""
        return next(iter(self.lines.values()))

    def sync(self, peer: int | None = None, **options: Any) -> Report:
        """Exchange with a peer (the first one), without waiting between tries."""
        peer = next(iter(self.lines)) if peer is None else peer
        with self.clock():
            return engine.run(self.db, peer, self.lines[peer], wait=_at_once, **options)

    def clock(self) -> AbstractContextManager[object]:
        """Let this laptop's clock count inside the block."""
        return wrong_clock(self.offset)

    def save(self, *found: Record, label: str = "saisie") -> Saved:
        """Save records by the laptop's clock."""
        with self.clock():
            return records.save(self.db, found, label)

    def edit(self, uid: str, **values: Any) -> Saved:
        """Give fields of a record other values."""
        record = self.get(uid)
        entity = self.db.protocols[record.protocol].entity(record.entity)
        return self.save(with_data(record, entity, {**record.data, **values}), label="correction")

    def get(self, uid: str) -> Record:
        """Return a record that is there."""
        found = records.get(self.db, uid)
        assert found is not None, uid
        return found

    def back_up(self, path: Path) -> None:
        """Copy the database as it is."""
        self.db.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(self.path, path)

    def restore(self, path: Path) -> None:
        """Go back to a copy."""
        self.db.close()
        for ending in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
        shutil.copyfile(path, self.path)
        self._open()

    def change_uids(self) -> set[str]:
        """Return the uids of all changes that were not taken back before they left."""
        return {row[0] for row in self.db.rows("SELECT uid FROM change WHERE withdrawn = 0")}

    def is_sound(self) -> bool:
        """Return whether SQLite finds the file in order."""
        rows = sqlite3.connect(self.path).execute("PRAGMA quick_check").fetchall()
        return rows == [("ok",)]


def _at_once(_seconds: float) -> None:
    """Wait not at all."""


@contextmanager
def wrong_clock(offset: timedelta) -> Iterator[None]:
    """Let the clock of whoever saves inside the block be wrong by so much."""
    if not offset:
        yield
        return
    shift_ns = int(offset.total_seconds()) * 1_000_000_000

    def now() -> str:
        return (datetime.now(UTC) + offset).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    clock = SimpleNamespace(time_ns=lambda: time.time_ns() + shift_ns)
    with patch.object(ids, "time", clock), patch.object(ids, "_last", 0), patch.object(records, "now", now):
        yield
