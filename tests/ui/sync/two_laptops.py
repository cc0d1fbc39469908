"""Two laptops of one association and its hub in the same process, so that people can really disagree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fieldapp import protocols
from fieldapp.core.ids import new_uid
from fieldapp.core.record import Record, make_record, with_data
from fieldapp.hub import applying
from fieldapp.hub.opening import open_storage
from fieldapp.hub.storage import Account, Project, Storage
from fieldapp.store import peers, records
from fieldapp.store.connection import Author, Database, open_database
from fieldapp.sync import engine, job, wire
from fieldapp.sync.wire import Answer, Request


class Line:
    """Carries a message to the hub and back through its bytes."""

    def __init__(self, storage: Storage, account: Account) -> None:
        self._storage, self._account = storage, account

    def sync(
        self,
        request: Request,
        progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Answer:
        asked = wire.unpack(wire.pack(request), Request)
        return wire.unpack(wire.pack(applying.answer(self._storage, self._account, asked)), Answer)


class Laptop:
    """One person's database and their way to the hub."""

    def __init__(
        self, path: Path, who: str, device: str, storage: Storage, project: Project, role: str = "coordinator"
    ) -> None:
        self.db: Database = open_database(path, protocols.installed(), Author(who, device))
        account = Account(project.uid, new_uid(), device, who, role, (), "x", "00", records.now())
        self.peer = peers.add(self.db, "hub", project=project.uid, name="asso", account=account.uid, role=role)
        self._line = Line(storage, account)

    def sync(self) -> job.Report:
        return engine.run(self.db, self.peer.id, self._line, wait=lambda _seconds: None)

    def make(self, protocol: str, entity: str, parent: Record | None = None, **data: object) -> Record:
        """Save a new record and return it."""
        kind = self.db.protocols[protocol].entity(entity)
        made = make_record(protocol, kind, data, parent.uid if parent else None)
        records.save(self.db, [made], "saisie")
        return made

    def edit(self, uid: str, **data: object) -> None:
        """Save other values of a record; None takes one away."""
        record = self.get(uid)
        kind = self.db.protocols[record.protocol].entity(record.entity)
        records.save(self.db, [with_data(record, kind, {**record.data, **data})], "correction")

    def get(self, uid: str) -> Record:
        found = records.get(self.db, uid)
        assert found is not None
        return found


class Association:
    """Anne at the screen under test, Bruno and Chloé elsewhere; `meet` lets all have the same."""

    def __init__(self, folder: Path, storage: Storage, project: Project, bruno: str = "coordinator") -> None:
        self.anne = Laptop(folder / "anne.db", "PETIT Anne", "portable-anne", storage, project)
        self.bruno = Laptop(folder / "bruno.db", "LEROY Bruno", "portable-bruno", storage, project, bruno)
        self.chloe = Laptop(folder / "chloe.db", "MARTIN Chloé", "portable-chloe", storage, project)

    def meet(self) -> None:
        """Sync twice round: what the last one sent comes to the first too."""
        for _round in range(2):
            for laptop in (self.anne, self.bruno, self.chloe):
                laptop.sync()

    def close(self) -> None:
        for laptop in (self.anne, self.bruno, self.chloe):
            laptop.db.close()


@contextmanager
def association(folder: Path, bruno: str = "coordinator") -> Iterator[Association]:
    """Hold an association with an empty hub in the folder, Bruno in this role."""
    storage = open_storage(str(folder / "hub.db"))
    storage.migrate()
    made = Association(folder, storage, storage.add_project("asso"), bruno)
    try:
        yield made
    finally:
        made.close()
        storage.close()
