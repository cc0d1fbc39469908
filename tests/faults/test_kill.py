"""The program is killed at any moment: what it called saved is there."""

import os
import random
import signal
import time
from pathlib import Path

import pytest

from fieldapp.core.errors import AlreadyOpenError
from fieldapp.store import backup, drafts, integrity, records
from fieldapp.store.connection import open_database
from tests.faults.conftest import child
from tests.store.ponds import PONDS, make

SAVES = """
import sys
from pathlib import Path
from fieldapp.core.record import with_data
from fieldapp.store import changes, drafts, records
from fieldapp.store.connection import open_database
from tests.store.ponds import GROUP, PONDS, make
db = open_database(Path(sys.argv[1]), [PONDS])
print("ready", flush=True)
number = 0
while True:
    number += 1
    drafts.put(db, "typed", {"n": str(number)})
    group = make("group", name=f"aire {number}")
    records.save(db, [group, make("site", group, name="mare")], "aire")
    print("saved", group.uid, flush=True)
    records.save(db, [with_data(group, GROUP, {"name": "autre"})], "renommer")
    changes.undo(db)
"""


@pytest.mark.parametrize("seed", range(20))
def test_every_save_that_was_reported_is_there_after_a_kill(path: Path, seed: int) -> None:
    process = child(SAVES, path)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(random.Random(seed).uniform(0.0, 0.15))
    os.kill(process.pid, signal.SIGKILL)
    said = process.stdout.read()
    process.communicate(timeout=30)
    # A line that the kill cut short does not count.
    saved = [line.split()[1] for line in said.splitlines(keepends=True) if line.endswith("\n")]
    with open_database(path, [PONDS]) as db:
        there = {record.uid for record in records.roots(db, "ponds", "group")}
        assert there >= set(saved)
        assert len(there) - len(saved) in {0, 1}
        assert records.count(db, "ponds", "site") == len(there)
        assert integrity.check(db).problems == []
        draft = drafts.get(db, "typed")
        assert (int(draft["n"]) if draft else 0) >= len(saved)


RESTORES = """
import sys
from pathlib import Path
from fieldapp.store import backup
print("ready", flush=True)
while True:
    backup.restore(Path(sys.argv[2]), Path(sys.argv[1]))
    backup.make(Path(sys.argv[1]))
    print("done", flush=True)
"""


@pytest.mark.parametrize("seed", range(5))
def test_a_kill_during_backups_and_restores_always_leaves_a_whole_database_and_good_backups(
    path: Path, tmp_path: Path, seed: int
) -> None:
    with open_database(path, [PONDS]) as db:
        records.save(db, [make("group", name=f"aire {number}") for number in range(300)], "aires")
    good = backup.make(path, tmp_path / "copies")
    process = child(RESTORES, path, good)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(random.Random(seed).uniform(0.0, 0.3))
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    with open_database(path, [PONDS]) as db:
        assert records.count(db, "ponds", "group") == 300
        assert integrity.check(db).problems == []
    for item in backup.list_backups(path):
        assert backup.verify(item.path).records == 300


def test_a_restore_is_refused_while_another_program_has_the_database_open(path: Path, tmp_path: Path) -> None:
    """A program that knows nothing of our lock, as QGIS."""
    open_database(path, [PONDS]).close()
    good = backup.make(path, tmp_path / "copies")
    process = child(
        "import sqlite3, sys, time; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM record').fetchall();"
        "print('open', flush=True); time.sleep(60)",
        path,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    before = path.read_bytes()
    with pytest.raises(AlreadyOpenError, match="ouverte dans un autre programme"):
        backup.restore(good, path)
    assert path.read_bytes() == before
    process.kill()
    process.communicate(timeout=30)
    backup.restore(good, path)
