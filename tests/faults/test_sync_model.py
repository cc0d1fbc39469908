"""Laptops and hubs do whatever comes to a random mind; after quiet all have the same, and nothing was lost.

`FIELDAPP_FAULT_SEED` and `FIELDAPP_FAULT_CASES` say which cases are run, and how many.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from fieldapp.core.errors import NothingToUndoError
from fieldapp.core.ids import name_uid, new_uid
from fieldapp.core.record import Record, make_record, with_data
from fieldapp.hub import applying
from fieldapp.hub.opening import open_storage
from fieldapp.hub.storage import Storage
from fieldapp.store import changes, disputes, integrity, outbox, peers, receipts, records
from fieldapp.store.incoming import IncompleteError
from fieldapp.store.records import COLUMNS, from_row
from fieldapp.sync import bundle, bundle_file, bundle_reading, engine, job, receiving, sending
from fieldapp.sync.bundle import NothingNewError
from fieldapp.sync.bundle_file import ParcelRefusedError
from fieldapp.sync.errors import HubError
from fieldapp.sync.job import NewerProtocolError
from tests.faults.sync_laptops import AFTERWARDS, MEANWHILE, NEVER, Hub, KilledError, Laptop
from tests.faults.sync_ledger import Ledger, as_text, disputes_of, note_case, state_of
from tests.hub.conftest import postgresql_database, postgresql_server, postgresql_url
from tests.store.ponds import PONDS, make

__all__ = ["postgresql_database", "postgresql_server", "postgresql_url"]

SEED = int(os.environ.get("FIELDAPP_FAULT_SEED", "1"))
CASES = int(os.environ.get("FIELDAPP_FAULT_CASES", "40"))
SHRINK = bool(os.environ.get("FIELDAPP_FAULT_SHRINK"))
STEPS = int(os.environ.get("FIELDAPP_FAULT_STEPS", "40"))

NEWER = replace(PONDS, version="1.3")
FIELDS = {
    "group": ("name",),
    "site": ("name",),
    "visit": ("passage", "comments", "dry"),
    "seen": ("count", "note"),
}
BELOW = {"group": "site", "site": "visit", "visit": "seen"}
DEEDS = (
    *("edit",) * 5,
    *("below", "move") * 3,
    *("delete", "undo", "settle", "name") * 2,
    "late",
    "late",
    "redo",
    "tree",
)
ROUNDS = 30

who = st.integers(0, 4)
which = st.integers(0, 10_000)
value = st.integers(0, 2)
cut = st.lists(st.sampled_from(("", NEVER, MEANWHILE, AFTERWARDS)), max_size=6)


class Laptops(RuleBasedStateMachine):
    """Three to five laptops, a hub, and now and then the hub of a table."""

    storage: Storage

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="fieldapp-model-"))
        self.stack = contextlib.ExitStack()
        self.ledger = Ledger()
        self.laptops: list[Laptop] = []
        self.copies: dict[str, Path] = {}
        self.files: list[Path] = []
        self.hubs: list[Hub] = []

    # ------------------------------------------------------------------------------------------ beginning

    @initialize(count=st.integers(3, 5), tables=st.integers(0, 1), small=st.booleans())
    def begin(self, count: int, tables: int, small: bool) -> None:
        # What people are asked before many records change is looked at elsewhere.
        for module in (sending, receiving):
            self.stack.enter_context(patch.object(module, "FEW", 10**6))
        if small:
            for target, name, amount in (
                (sending, "WINDOW", 5),
                (receiving, "CONFIRMED", 2),
                (sending, "GOOD_S", 0.0),
                (job, "GOOD_S", 0.0),
                (applying, "PAGE", 3),
            ):
                self.stack.enter_context(patch.object(target, name, amount))
            self.stack.enter_context(patch.object(engine, "Job", partial(job.Job, size=2)))
        self.hubs = [Hub(self.storage, new_uid()) for _hub in range(1 + tables)]
        for number in range(count):
            laptop = self.stack.enter_context(Laptop(self.folder / f"laptop{number}.db"))
            for place, hub in enumerate(self.hubs):
                laptop.join(hub, kind=peers.LAN if place else peers.HUB)
            self.laptops.append(laptop)
        self.share_a_place()

    def share_a_place(self) -> None:
        """Give all of them the same place and visits, about which they can disagree."""
        group = make("group", name="A")
        sites = [make("site", group, name=name) for name in "MN"]
        visits = [make("visit", sites[0], visited_on=f"2026-04-0{day}") for day in (1, 2)]
        self.laptops[0].save(group, *sites, *visits, *(make("seen", visit, count=1) for visit in visits))
        self.ledger.note(self.laptops[0].db)
        for laptop in self.laptops:
            laptop.sync()

    def laptop(self, number: int) -> Laptop:
        return self.laptops[number % len(self.laptops)]

    def one_of(self, laptop: Laptop, number: int, *entities: str) -> Record | None:
        """Return one of the live records of a laptop."""
        marks = ", ".join("?" * len(entities))
        sql = f"SELECT {COLUMNS} FROM record WHERE deleted = 0 AND entity IN ({marks}) ORDER BY uid"
        rows = laptop.db.rows(sql, entities)
        return from_row(rows[number % len(rows)]) if rows else None

    # -------------------------------------------------------------------------------------------- typing

    @rule(deeds=st.lists(st.tuples(st.sampled_from(DEEDS), who, which, which, value), min_size=1, max_size=8))
    def people_type(self, deeds: list[tuple[str, int, int, int, int]]) -> None:
        for deed, who, which, other, value in deeds:
            laptop = self.laptop(who)
            with laptop.clock(), contextlib.suppress(NothingToUndoError):
                getattr(self, f"_{deed}")(laptop, which, other, value)
            self.ledger.note(laptop.db)

    def _tree(self, laptop: Laptop, _which: int, _other: int, _value: int) -> None:
        group = make("group", name="A")
        site = make("site", group, name="M")
        visit = make("visit", site, visited_on="2026-04-01", passage=1)
        laptop.save(group, site, visit, make("seen", visit, cd_nom=1, count=1), make("seen", visit, cd_nom=2))

    def _below(self, laptop: Laptop, which: int, _other: int, value: int) -> None:
        parent = self.one_of(laptop, which, "group", "site", "visit", "visit")
        if parent is not None:
            given = {"visited_on": f"2026-05-0{value + 1}"} if parent.entity == "site" else {}
            laptop.save(make(BELOW[parent.entity], parent, **given))

    def _late(self, laptop: Laptop, which: int, _other: int, _value: int) -> None:
        """Save from a form that was open while its visit may have been deleted."""
        rows = laptop.db.rows(f"SELECT {COLUMNS} FROM record WHERE entity = 'visit' ORDER BY deleted DESC, uid")
        if rows:
            laptop.save(make("seen", from_row(rows[which % len(rows[:2])])))

    def _edit(self, laptop: Laptop, which: int, other: int, value: int) -> None:
        record = self.one_of(laptop, which, *FIELDS)
        if record is not None:
            names = FIELDS[record.entity]
            name = names[other % len(names)]
            laptop.edit(record.uid, **{name: (None, f"{value}", "x")[value] if name != "count" else value})

    def _move(self, laptop: Laptop, which: int, other: int, value: int) -> None:
        below, above = ("visit", "site") if value == 0 else ("seen", "visit")
        record, parent = self.one_of(laptop, which, below), self.one_of(laptop, other, above)
        if record is not None and parent is not None:
            laptop.save(replace(record, parent=parent.uid), label="déplacement")

    def _delete(self, laptop: Laptop, which: int, _other: int, value: int) -> None:
        record = self.one_of(laptop, which, *("seen", "visit") if value else tuple(FIELDS))
        if record is not None:
            records.delete(laptop.db, record.uid, "suppression")

    def _name(self, laptop: Laptop, which: int, _other: int, value: int) -> None:
        """Make, or edit, what every laptop knows by its name."""
        name = "AB"[which % 2]
        uid = name_uid("group", name)
        known = records.get(laptop.db, uid)
        if known is None:
            entity = PONDS.entity("group")
            laptop.save(make_record("ponds", entity, {"name": f"{name}{value}"}, None, uid))
        elif not known.deleted:
            laptop.save(with_data(known, PONDS.entity("group"), {"name": f"{name}{value}"}))

    def _undo(self, laptop: Laptop, _which: int, _other: int, _value: int) -> None:
        changes.undo(laptop.db)

    def _redo(self, laptop: Laptop, _which: int, _other: int, _value: int) -> None:
        changes.redo(laptop.db)

    def _settle(self, laptop: Laptop, which: int, other: int, _value: int) -> None:
        found = disputes.opened(laptop.db)
        if found:
            dispute = found[which % len(found)]
            chosen = dispute.versions[other % len(dispute.versions)]
            disputes.settle(laptop.db, dispute.record.uid, {dispute.field: chosen.value})

    # --------------------------------------------------------------------------------- what laptops go through

    @rule(who=who, years=st.integers(-20, 20))
    def has_a_wrong_clock(self, who: int, years: int) -> None:
        self.laptop(who).offset = timedelta(days=365 * years)

    @rule(who=who)
    def gets_a_newer_program(self, who: int) -> None:
        self.laptop(who).reopen([NEWER])

    @rule(who=who)
    def is_copied(self, who: int) -> None:
        laptop = self.laptop(who)
        self.copies[laptop.name] = laptop.path.with_suffix(".copy")
        laptop.back_up(self.copies[laptop.name])

    @rule(who=who, hub=st.integers(0, 1), value=value)
    def loses_a_day(self, who: int, hub: int, value: int) -> None:
        """Type and sync, and then go back to what was copied before."""
        self.is_copied(who)
        self._below(self.laptop(who), value, 0, value)
        self.ledger.note(self.laptop(who).db)
        self.syncs(who, hub, [], False, None)
        self.is_restored(sorted(self.copies).index(self.laptop(who).name))

    @precondition(lambda self: self.copies)
    @rule(which=which)
    def is_restored(self, which: int) -> None:
        name = sorted(self.copies)[which % len(self.copies)]
        laptop = next(item for item in self.laptops if item.name == name)
        before = laptop.change_uids() | _withdrawn(laptop)
        laptop.restore(self.copies[name])
        elsewhere = set().union(*(item.change_uids() for item in self.laptops))
        for hub in self.hubs:
            elsewhere |= _changes_of(hub)
        self.ledger.vanished |= before - elsewhere

    # ------------------------------------------------------------------------------------------- exchanging

    @rule(who=who, hub=st.integers(0, 1), cuts=cut, kills=st.booleans(), meanwhile=st.none() | which)
    def syncs(self, who: int, hub: int, cuts: list[str], kills: bool, meanwhile: int | None) -> None:
        laptop = self.laptop(who)
        peer = list(laptop.lines)[hub % len(self.hubs)]
        line = laptop.lines[peer]
        line.cuts, line.kills = deque(cuts), kills

        def types(_request: object) -> None:
            line.heard = id
            if meanwhile is not None:
                self._edit(laptop, meanwhile, meanwhile, meanwhile % 3)
                self.ledger.note(laptop.db)

        line.heard = types
        try:
            laptop.sync(peer)
            assert outbox.refused(laptop.db, peers.get(laptop.db, peer)) == []
        except (HubError, NewerProtocolError):
            pass
        except KilledError:
            laptop.reopen()
        finally:
            line.cuts, line.kills, line.heard = deque(), False, id
        self.refuse_cursors_ahead(laptop)

    @rule(who=who, since_last=st.booleans())
    def writes_a_file(self, who: int, since_last: bool) -> None:
        laptop = self.laptop(who)
        path = self.folder / f"{len(self.files)}{bundle_file.SUFFIX}"
        with laptop.clock(), contextlib.suppress(NothingNewError):
            bundle.export(laptop.db, path, since_last=since_last)
            self.files.append(path)

    @precondition(lambda self: self.files)
    @rule(who=who, which=st.integers(0, 3))
    def reads_a_file(self, who: int, which: int) -> None:
        """One of the last, be it its own, read before, or one that others must come before."""
        laptop = self.laptop(who)
        path = self.files[-1 - which % len(self.files)]
        with laptop.clock(), contextlib.suppress(ParcelRefusedError, IncompleteError):
            bundle_reading.import_(laptop.db, path)

    def refuse_cursors_ahead(self, laptop: Laptop) -> None:
        """All that a hub has up to the cursor is here, or was made here, or waits for a newer program."""
        here = {row[0] for row in laptop.db.rows("SELECT uid FROM change")}
        for number, line in laptop.lines.items():
            peer = peers.get(laptop.db, number)
            with line.hub.storage.reading(line.hub.project) as reading:
                passed = {item.uid for item in reading.changes_after(0, "", (), 10**6) if item.number <= peer.cursor}
                own = {item.uid for item in reading.changes_after(0, "", (), 10**6) if item.replica == peer.replica}
            aside = {row[0] for row in laptop.db.rows("SELECT change FROM aside WHERE peer = ?", (number,))}
            assert passed <= here | own | aside, "the cursor is ahead of the rows"

    # ------------------------------------------------------------------------------------------------ the end

    def teardown(self) -> None:
        try:
            if self.laptops:
                self.come_to_rest()
                self.compare()
        finally:
            self.stack.close()
            shutil.rmtree(self.folder)

    def come_to_rest(self) -> None:
        """Let everybody exchange with every hub until nothing moves."""
        for laptop in self.laptops:
            laptop.reopen([NEWER])
        for _round in range(ROUNDS):
            moved = 0
            for laptop in self.laptops:
                for peer in laptop.lines:
                    report = laptop.sync(peer)
                    assert outbox.refused(laptop.db, peers.get(laptop.db, peer)) == []
                    moved += report.sent + report.received
            if not moved:
                return
        raise AssertionError("it never comes to rest")

    def compare(self) -> None:
        """Everybody has the same, and it is what the ledger says."""
        first = self.laptops[0]
        state, disputed, stored = state_of(first.db), disputes_of(first.db), first.change_uids()
        for laptop in self.laptops:
            assert state_of(laptop.db) == state
            assert disputes_of(laptop.db) == disputed
            assert laptop.change_uids() == stored
            assert integrity.check(laptop.db).problems == []
            self.refuse_cursors_ahead(laptop)
            for peer in laptop.lines:
                assert receipts.counts(laptop.db, peer).keys() <= {"identical"}
                assert outbox.waiting(laptop.db, peers.get(laptop.db, peer)) == 0
        for hub in self.hubs:
            _compare_hub(hub, state, disputed, stored)
        withdrawn = set().union(*(_withdrawn(laptop) for laptop in self.laptops))
        faults = self.ledger.faults(stored, withdrawn, state, disputed)
        note_case("model", SEED, len(faults), 0)
        assert faults == []


def _withdrawn(laptop: Laptop) -> set[str]:
    return {row[0] for row in laptop.db.rows("SELECT uid FROM change WHERE withdrawn = 1")}


def _changes_of(hub: Hub) -> set[str]:
    with hub.storage.reading(hub.project) as reading:
        return {item.uid for item in reading.changes_after(0, "", (), 10**6)}


def _compare_hub(hub: Hub, state: Any, disputed: Any, stored: set[str]) -> None:
    with hub.storage.working(hub.project) as work:
        held = [item.uid for item in work.changes_after(0, "", (), 10**6)]
        assert sorted(held) == sorted(stored)
        found = work.records(list(state))
        told = {(record, name): frozenset(as_text(r.value) for r in rivals) for record, name, rivals in work.disputes()}
    assert told == disputed
    assert {
        uid: (row.protocol, row.entity, row.parent, row.deleted, records.decode(row.data)) for uid, row in found.items()
    } == state


@pytest.fixture
def storage(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Storage]:
    """Return the database of the hubs: a file, or PostgreSQL where `FIELDAPP_FAULT_ENGINE` says so."""
    is_file = os.environ.get("FIELDAPP_FAULT_ENGINE", "sqlite") == "sqlite"
    found = open_storage(str(tmp_path / "hub.db") if is_file else request.getfixturevalue("postgresql_url"))
    found.migrate()
    yield found
    found.close()


def test_whatever_laptops_go_through_all_end_with_the_same_and_nothing_is_lost(storage: Storage) -> None:
    machine = type("LaptopsHere", (Laptops,), {"storage": storage})
    run_state_machine_as_test(
        seed(SEED)(machine),
        settings=settings(
            max_examples=CASES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            phases=[Phase.generate, Phase.shrink] if SHRINK else [Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
