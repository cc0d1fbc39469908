"""A real hub, a real line, and all that can happen to either: 0 changes lost, 0 doubled.

`FIELDAPP_FAULT_SEED` and `FIELDAPP_FAULT_CASES` say which cases are run, and how many of each kind on each database.
"""

from __future__ import annotations

import contextlib
import os
import random
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from fieldapp.core.errors import DatabaseError, FieldappError
from fieldapp.core.ids import new_uid
from fieldapp.store import integrity, outbox, peers, receipts, records
from fieldapp.sync import engine, wire
from fieldapp.sync.errors import HubError
from fieldapp.sync.hub_client import Credentials, HubClient
from tests.faults.conftest import child
from tests.faults.fault_proxy import FAULTS, GOOD, Proxy, proxy
from tests.faults.sync_hubs import LONG, SHORT, HubProcess, Speaker, hub_process
from tests.faults.sync_ledger import note_case, state_of
from tests.hub.calling import made
from tests.hub.conftest import (
    postgresql_database,
    postgresql_server,
    postgresql_url,
    restart_postgresql,
    storage_url,
)

__all__ = ["postgresql_database", "postgresql_server", "postgresql_url", "restart_postgresql", "storage_url"]

SEED = int(os.environ.get("FIELDAPP_FAULT_SEED", "1"))
CASES = int(os.environ.get("FIELDAPP_FAULT_CASES", "17"))
KILLS = max(2, CASES // 12)


@pytest.fixture
def hub(storage_url: str) -> Iterator[HubProcess]:
    with hub_process(storage_url) as found:
        yield found


@dataclass
class Scene:
    """Two laptops of one association and the bad line between the first and the hub."""

    hub: HubProcess
    line: Proxy
    chance: random.Random
    first: Speaker
    second: Speaker
    project: str
    cases: int = 0

    def end_well(self, *, kind: str) -> None:
        """Let both exchange over a good line, and compare what each was told is saved with what is there."""
        self.cases += 1
        self.line.plan.clear()
        for laptop in (self.first, self.second, self.first):
            laptop.sync(self.hub.address)
        held = self.hub.changes(self.project)
        lost = (self.first.typed | self.second.typed) - set(held)
        doubled = len(held) - len(set(held))
        note_case(kind, SEED, len(lost), doubled)
        assert (len(lost), doubled) == (0, 0)
        states = []
        for laptop in (self.first, self.second):
            with laptop.open() as db:
                states.append(state_of(db))
                assert integrity.check(db).problems == []
                assert receipts.counts(db, laptop.peer).keys() <= {"identical"}
                assert outbox.waiting(db, peers.get(db, laptop.peer)) == 0
        assert states[0] == states[1]
        names = [data["name"] for _p, entity, _up, _gone, data in states[0].values() if entity == "group"]
        assert len(names) == len(set(names))


@pytest.fixture
def scene(hub: HubProcess, tmp_path: Path) -> Iterator[Scene]:
    chance = random.Random(SEED)
    project = new_uid()
    speakers = [Speaker(tmp_path / f"{name}.db", hub.join(project, name)) for name in ("anna", "bert")]
    with proxy(hub.port, chance) as line:
        yield Scene(hub, line, chance, speakers[0], speakers[1], speakers[0].credentials.project)


def try_to_sync(laptop: Speaker, address: str) -> str:
    """Exchange as far as the line lets; return the sentence when it did not."""
    try:
        laptop.sync(address, SHORT)
    except FieldappError as error:
        return str(error)
    return ""


def test_whatever_the_line_does_nothing_is_lost_or_doubled(scene: Scene) -> None:
    for case in range(CASES):
        # Each fault in turn, alone and as one of several.
        fault = FAULTS[case % len(FAULTS)]
        others = scene.chance.choices((GOOD, *FAULTS), k=scene.chance.randrange(4))
        scene.line.plan.extend([GOOD] * scene.chance.randrange(2) + [fault] + others)
        scene.first.type(scene.chance.randrange(1, 4))
        scene.second.type()
        scene.second.sync(scene.hub.address)
        try_to_sync(scene.first, scene.line.address)
        assert fault in scene.line.happened
        scene.line.happened.clear()
        scene.end_well(kind=fault)


def test_a_line_that_does_the_same_to_every_request_is_told_and_does_no_harm(scene: Scene) -> None:
    for fault in FAULTS:
        scene.first.type()
        scene.line.plan.extend([fault] * 100)
        said = try_to_sync(scene.first, scene.line.address)
        harmless = {"duplicate", "duplicate_at_once", "delay", "slow_upwards", "slow_downwards"}
        assert bool(said) is (fault not in harmless), (fault, said)
        scene.end_well(kind=f"always {fault}")


def test_a_hub_that_is_killed_at_any_moment_has_what_it_said_it_has(scene: Scene) -> None:
    for _case in range(KILLS):
        scene.first.type(30)
        worker = threading.Thread(target=try_to_sync, args=(scene.first, scene.line.address))
        worker.start()
        time.sleep(scene.chance.uniform(0.0, 0.15))
        scene.hub.kill()
        worker.join()
        scene.hub.start()
        scene.line.target = scene.hub.port
        scene.end_well(kind="hub killed")


SYNCS = """
import sys
from pathlib import Path
from fieldapp.core.errors import FieldappError
from fieldapp.sync.hub_client import Credentials
from tests.faults.sync_hubs import LONG, Speaker
laptop = Speaker(Path(sys.argv[1]), Credentials(*sys.argv[3:6]))
print("ready", flush=True)
while True:
    laptop.type(3)
    for uid in laptop.typed:
        print(uid, flush=True)
    laptop.typed.clear()
    try:
        laptop.sync(sys.argv[2], LONG)
    except FieldappError:
        pass
"""


def test_a_laptop_that_is_killed_at_any_moment_has_what_it_said_is_saved(scene: Scene) -> None:
    laptop = scene.first
    for _case in range(KILLS):
        scene.line.plan.extend(scene.chance.choices((GOOD, "delay", "cut_after_the_commit", "duplicate"), k=6))
        names = (laptop.credentials.project, laptop.credentials.account, laptop.credentials.token)
        process = child(SYNCS, laptop.path, scene.line.address, *names)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(scene.chance.uniform(0.0, 0.4))
        os.kill(process.pid, signal.SIGKILL)
        said, _errors = process.communicate(timeout=30)
        laptop.typed |= {line.strip() for line in said.splitlines(keepends=True) if line.endswith("\n")}
        scene.end_well(kind="laptop killed")


def test_a_laptop_whose_disk_is_full_takes_the_rest_later(scene: Scene) -> None:
    scene.second.type(40)
    scene.second.sync(scene.hub.address)
    with scene.first.open() as db, HubClient(scene.hub.address, scene.first.credentials, LONG) as client:
        db.connection.execute(f"PRAGMA max_page_count = {db.value('PRAGMA page_count') + 5}")
        with pytest.raises(DatabaseError, match="Le disque est plein"):
            engine.run(db, scene.first.peer, client)
        assert peers.get(db, scene.first.peer).cursor == 0
        assert records.count(db, "ponds", "group") == 0
    scene.end_well(kind="laptop full")


def test_a_hub_whose_disk_is_full_says_so_keeps_what_it_has_and_takes_the_rest_later(
    tmp_path: Path,
) -> None:
    with hub_process(str(tmp_path / "hub.db")) as hub:
        project = new_uid()
        first, second = (Speaker(tmp_path / f"{name}.db", hub.join(project, name)) for name in ("anna", "bert"))
        first.type(3)
        first.sync(hub.address)
        first.type(200)
        assert hub.process is not None
        infinite = resource.prlimit(hub.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(hub.process.pid, resource.RLIMIT_FSIZE, (200_000, infinite[1]))
        # Linux says of this limit "file too large", which is no full disk: what counts is that it is told and undone.
        assert try_to_sync(first, hub.address)
        resource.prlimit(hub.process.pid, resource.RLIMIT_FSIZE, infinite)
        with proxy(hub.port, random.Random(SEED)) as line:
            scene = Scene(hub, line, random.Random(SEED), first, second, first.credentials.project)
            scene.end_well(kind="hub full")


@pytest.mark.postgresql
def test_a_postgresql_that_is_restarted_in_the_middle_of_a_batch_loses_nothing(
    postgresql_url: str, restart_postgresql: Callable[[], None], tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    with hub_process(postgresql_url) as hub, proxy(hub.port, chance) as line:
        project = new_uid()
        first, second = (Speaker(tmp_path / f"{name}.db", hub.join(project, name)) for name in ("anna", "bert"))
        scene = Scene(hub, line, chance, first, second, first.credentials.project)
        for _case in range(KILLS):
            first.type(60)
            worker = threading.Thread(target=try_to_sync, args=(first, line.address))
            worker.start()
            time.sleep(chance.uniform(0.0, 0.1))
            restart_postgresql()
            worker.join()
            until_it_answers(hub)
            scene.end_well(kind="postgresql restarted")


def until_it_answers(hub: HubProcess) -> None:
    """Return when the hub, and we, have found the database again."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with contextlib.suppress(FieldappError, HubError, OSError):
            hub.storage.check()
            return
    raise AssertionError("the database never came back")


def test_two_hubs_that_are_given_the_same_batch_at_once_take_it_once(hub: HubProcess) -> None:
    credentials = hub.join(new_uid(), "anna")
    with hub_process(hub.url) as other:
        for _case in range(KILLS):
            changes = [made("ponds", name="x" * 100) for _change in range(200)]
            action = wire.Action(new_uid(), "saisie", "", "anna", "2026-04-12T20:00:00.000Z")
            request = wire.Request(replica="r", actions=[action], changes=changes)
            answers = at_once([hub.address, other.address] * 2, credentials, request)
            kinds = [{outcome.kind for outcome in answer.outcomes} for answer in answers]
            assert kinds.count({wire.KNOWN}) == 3
            assert kinds.count({wire.ACCEPTED}) == 1
            held = hub.changes(credentials.project)
            lost = {item.uid for item in changes} - set(held)
            note_case("two hubs", SEED, len(lost), len(held) - len(set(held)))
            assert held[-200:] == [item.uid for item in changes]
            assert len(held) == len(set(held))


def at_once(addresses: Sequence[str], credentials: Credentials, request: wire.Request) -> list[wire.Answer]:
    """Send the same request to all of these addresses at the same moment and return the answers."""
    together = threading.Barrier(len(addresses))

    def ask(address: str) -> wire.Answer:
        with HubClient(address, credentials, LONG) as client:
            together.wait()
            return client.sync(request)

    with ThreadPoolExecutor(len(addresses)) as pool:
        return list(pool.map(ask, addresses))
