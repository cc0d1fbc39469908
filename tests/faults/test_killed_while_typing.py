"""The program is killed at any moment while somebody types: every visit that the screen called saved is there."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import time
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from fieldapp import protocols
from fieldapp.store import changes, integrity, records
from fieldapp.store.connection import Database, open_database
from tests.faults import typing_hand

KILLS = int(os.environ.get("FIELDAPP_KILLS", "20"))
"""How often the program is killed; the promise is made for 200 (FIELDAPP_KILLS=200)."""


START = multiprocessing.get_context("forkserver")
"""Each program is a process of its own, forked from one that has loaded the libraries and opened nothing."""


def typed_until_killed(path: Path, seed: int) -> list[dict[str, Any]]:
    """Start the typing program, kill it at a random moment, and return what its screen had called saved."""
    START.set_forkserver_preload([typing_hand.__name__])
    heard, told = START.Pipe(duplex=False)
    process = START.Process(target=typing_hand.type_on, args=(path, seed, told))
    with heard:
        process.start()
        told.close()
        assert heard.recv_bytes() == b"ready"
        time.sleep(random.Random(seed).uniform(0.0, 0.6))
        process.kill()
        said = []
        # What the kill cut short does not count.
        with suppress(EOFError, OSError):
            while True:
                said.append(json.loads(heard.recv_bytes()))
    process.join(timeout=30)
    assert process.exitcode == -signal.SIGKILL
    return said


def states_of(db: Database, uid: str) -> list[dict[str, Any]]:
    """Return the values that a record has had, oldest first, told by its history; the last are those it has."""
    values: dict[str, Any] = {}
    states = []
    for change in changes.history(db, uid):
        values = {name: value for name, value in {**values, **change.after}.items() if value is not None}
        states.append({name: value for name, value in values.items() if not name.startswith("_")})
    record = records.get(db, uid)
    assert record is not None
    assert record.data == states[-1]
    return states


def test_every_visit_that_was_called_saved_is_there_after_each_kill(tmp_path: Path) -> None:
    path = tmp_path / "typed.db"
    kept: dict[str, dict[str, Any]] = {}
    for seed in count():
        if seed >= KILLS <= len(kept):  # a slow machine is killed before it saves: then it is killed more often
            break
        assert seed < 5 * KILLS
        last = ""
        for said in typed_until_killed(path, seed):
            last = str(said["visit"])
            kept[last] = said
        with open_database(path, protocols.installed()) as db:
            found = records.get_many(db, kept)
            assert [uid for uid in kept if uid not in found or found[uid].deleted] == [], seed
            lines = records.get_many(db, [uid for said in kept.values() for uid in said["lines"]])
            assert all(uid in lines for said in kept.values() for uid in said["lines"]), seed
            for uid, said in kept.items():
                for record, data in ((uid, said["data"]), *said["lines"].items()):
                    # What was typed at last may have been saved once more before the kill, without a word of it yet.
                    states = states_of(db, record)
                    assert data in (states if uid == last else states[-1:]), seed
            if last:
                kept[last] |= {
                    "data": found[last].data,
                    "lines": {line: lines[line].data for line in kept[last]["lines"]},
                }
            assert integrity.check(db).problems == [], seed
