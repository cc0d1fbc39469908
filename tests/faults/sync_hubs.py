"""Hubs as programs of their own, which can be killed; and the laptops that really speak to them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from fieldapp.core.ids import new_uid
from fieldapp.hub import accounts
from fieldapp.hub.opening import open_storage
from fieldapp.hub.storage import Storage
from fieldapp.store import peers, records
from fieldapp.store.connection import Author, Database, open_database
from fieldapp.sync import engine, hub_client, wire
from fieldapp.sync.hub_client import Credentials, HubClient
from fieldapp.sync.job import Report
from fieldapp.sync.line import Patience
from tests.faults.conftest import ROOT
from tests.store.ponds import PONDS, make

SHORT = Patience(connect_s=2.0, stall_s=0.4)
LONG = Patience(connect_s=30.0, stall_s=30.0)

_SERVE = """
import sys
from fieldapp import __main__, protocols
from tests.store.ponds import PONDS
known = (*protocols.installed(), PONDS)
protocols.installed = lambda: known
sys.exit(__main__.main(sys.argv[1:]))
"""
"""The program as it is, with one protocol more: that of the tests."""


@dataclass
class HubProcess:
    """A hub that is served by a process of its own; `storage` is another look at its database."""

    url: str
    storage: Storage
    process: subprocess.Popen[str] | None = None
    address: str = ""

    @property
    def port(self) -> int:
        """Where it listens now."""
        return urlsplit(self.address).port or 0

    def start(self) -> None:
        """Start it; return when it listens."""
        command = [sys.executable, "-c", _SERVE, "hub", "serve", "--database", self.url, "--port", "0"]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        assert "http://" in said, said
        self.address = said[said.index("http://") :].strip()

    def kill(self) -> None:
        """End it without a word."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.communicate(timeout=30)
            self.process = None

    def join(self, project: str, name: str) -> Credentials:
        """Let a laptop in and return its credentials."""
        token = wire.new_token()
        code = accounts.invite(self.storage, "coordinator", project=project).code
        joined = hub_client.join(self.address, code, new_uid(), name, token, LONG)
        return Credentials(joined.project, joined.account, token)

    def changes(self, project: str) -> list[str]:
        """Return the uids of all changes that it holds, in order of their numbers."""
        with self.storage.reading(project) as reading:
            return [change.uid for change in reading.changes_after(0, "", (), 10**6)]


@contextmanager
def hub_process(url: str) -> Iterator[HubProcess]:
    """Hold a hub on the database at an address."""
    storage = open_storage(url)
    storage.migrate()
    found = HubProcess(url, storage)
    found.start()
    try:
        yield found
    finally:
        found.kill()
        storage.close()


@dataclass
class Speaker:
    """A laptop that speaks HTTP to a hub; `typed` are the changes that were called saved on it."""

    path: Path
    credentials: Credentials
    typed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        with self.open() as db:
            project, account = self.credentials.project, self.credentials.account
            self.peer = peers.add(db, peers.HUB, project=project, name="Asso", account=account).id

    def open(self) -> Database:
        """Open the laptop's database."""
        return open_database(self.path, [PONDS], Author(f"person-{self.path.stem}", self.path.stem))

    def type(self, number: int = 1) -> None:
        """Save so many trees, each with a name of its own."""
        with self.open() as db:
            for _tree in range(number):
                group = make("group", name=new_uid())
                site = make("site", group, name="Mare")
                visit = make("visit", site, visited_on="2026-04-01")
                records.save(db, [group, site, visit, make("seen", visit, cd_nom=259, note="x" * 2000)], "saisie")
            self.typed |= {uid for (uid,) in db.rows("SELECT uid FROM change WHERE origin IS NULL")}

    def sync(self, address: str, patience: Patience = LONG) -> Report:
        """Exchange with the hub at this address, without pauses between the tries."""
        with self.open() as db, HubClient(address, self.credentials, patience) as client:
            return engine.run(db, self.peer, client, wait=lambda _seconds: None)
