import stat
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fieldapp.core.errors import CancelledError, DatabaseError, NothingToUndoError, ReadOnlyError
from fieldapp.core.ids import new_uid
from fieldapp.core.merging import DELETED, PARENT
from fieldapp.core.record import Record, with_data
from fieldapp.store import changes, drafts, incoming, integrity, past, peers, records
from fieldapp.store.connection import Author, Database, open_database
from fieldapp.store.incoming import Incoming
from fieldapp.store.records import decode, encode
from tests.elsewhere import beginning
from tests.store.ponds import PONDS, make

START = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
NOW = past.instant(START + timedelta(days=100))


class Clock:
    """The instant of each save, one minute after the one before."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> str:
        self.at += timedelta(minutes=1)
        return past.instant(self.at)

    def wrong_by(self, days: int) -> None:
        """Set the clock of the laptop wrong, or right again."""
        self.at += timedelta(days=days)

    def before_next(self) -> str:
        """Return an instant after the last save and before the next."""
        return past.instant(self.at + timedelta(seconds=30))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("fieldapp.store.writer.now", made)
    monkeypatch.setattr(past, "now", lambda: NOW)
    return made


def everything(db: Database) -> dict[str, Record]:
    rows = db.rows("SELECT uid FROM record")
    return records.get_many(db, [row[0] for row in rows])


def with_name(record: Record, name: str) -> Record:
    return with_data(record, PONDS.entity(record.entity), {**record.data, "name": name})


def test_a_record_is_told_as_it_was_between_two_saves(db: Database, clock: Clock) -> None:
    empty = clock.before_next()
    group = make("group", name="Terril")
    records.save(db, [group], "saisie")
    first = clock.before_next()
    records.save(db, [with_name(group, "Terrils")], "correction")
    second = clock.before_next()
    records.delete(db, group.uid, "suppression")
    assert past.state_at(db, [group.uid], empty) == {}
    assert past.state_at(db, [group.uid], first)[group.uid].data == {"name": "Terril"}
    assert past.state_at(db, [group.uid], second)[group.uid].data == {"name": "Terrils"}
    assert past.state_at(db, [group.uid], clock.before_next())[group.uid].deleted


def test_what_was_typed_and_taken_back_counts_for_the_time_between(db: Database, clock: Clock) -> None:
    group = make("group", name="Terril")
    records.save(db, [group], "saisie")
    records.save(db, [with_name(group, "Terrils")], "correction")
    between = clock.before_next()
    changes.undo(db)
    assert db.value("SELECT count(*) FROM change WHERE withdrawn = 1") == 2
    assert past.state_at(db, [group.uid], between)[group.uid].data == {"name": "Terrils"}
    assert past.state_at(db, [group.uid], clock.before_next())[group.uid].data == {"name": "Terril"}


def test_a_change_from_elsewhere_counts_from_when_it_was_made(db: Database, clock: Clock) -> None:
    group = make("group", name="Terril")
    records.save(db, [group], "saisie")
    made_at = clock.before_next()
    records.save(db, [make("group", name="Autre")], "saisie")
    before_coming = clock.before_next()
    ((base,),) = db.rows("SELECT uid FROM change WHERE record = ?", (group.uid,))
    change = Incoming(
        "0190a000-0000-7000-8000-000000000077", group.uid, "ponds", "group", "1.2", (base,), '{"name":"Terril"}',
        '{"name":"Terrils"}', ("0190a000-0000-7000-8000-000000000078", "correction", "other", "laptop-2", made_at),
    )  # fmt: skip
    with db.transaction() as connection:
        incoming.take(db, connection, 1, [change])
    assert past.state_at(db, [group.uid], before_coming)[group.uid].data == {"name": "Terrils"}


def test_a_clock_that_was_behind_shows_no_correction_before_what_it_corrected(db: Database, clock: Clock) -> None:
    group, other = make("group", name="Terril"), make("group", name="Autre")
    records.save(db, [other], "saisie")
    records.save(db, [group], "saisie")
    clock.wrong_by(-1)
    records.save(db, [with_name(group, "Terrils")], "correction")
    assert past.state_at(db, [group.uid], past.instant(START)) == {}
    assert past.state_at(db, [group.uid], past.instant(START + timedelta(hours=1)))[group.uid].data == {
        "name": "Terrils"
    }


def told(path: Path, at: str) -> tuple[dict[str, tuple[bool, str | None]], list[tuple[str, str]]]:
    """Return of a copy which records it holds, deleted or not and below which, and the disputes it ever had."""
    made = past.build(path, [PONDS], at)
    try:
        with open_database(made.path, [PONDS]) as then:
            assert integrity.check(then).problems == []
            rows = then.rows("SELECT uid, deleted, parent FROM record")
            return {uid: (bool(gone), parent) for uid, gone, parent in rows}, then.rows(
                "SELECT record, field FROM dispute"
            )
    finally:
        made.remove()


def test_a_clock_that_was_ahead_for_an_evening_hides_nothing(db: Database, path: Path, clock: Clock) -> None:
    group = make("group", name="Terril")
    clock.wrong_by(800)
    records.save(db, [group], "saisie")
    clock.wrong_by(-800)
    site = make("site", group, name="Mare")
    records.save(db, [site], "saisie")
    at = clock.before_next()
    records.save(db, [make("group", name="Autre")], "saisie")
    assert told(path, at)[0] == {group.uid: (False, None), site.uid: (False, group.uid)}
    assert past.state_at(db, [group.uid], at)[group.uid].data == {"name": "Terril"}


def test_what_was_typed_with_a_clock_ahead_and_nothing_since_is_there_now(
    db: Database, path: Path, clock: Clock
) -> None:
    group = make("group", name="Terril")
    clock.wrong_by(800)
    records.save(db, [group], "saisie")
    assert set(told(path, NOW)[0]) == {group.uid}


def elsewhere(db: Database, record: Record, made_at: str, after: Mapping[str, Any], base: tuple[str, ...] = ()) -> None:
    """Take in what a colleague wrote at this instant of a record that may not be here."""
    flat = {PARENT: record.parent, DELETED: record.deleted, **record.data}
    before = encode({name: flat.get(name) for name in after}).decode() if base else None
    change = Incoming(
        new_uid(), record.uid, "ponds", record.entity, "1.2", base, before, encode(after).decode(),
        (new_uid(), "saisie", "Bruno", "portable-bruno", made_at),
    )  # fmt: skip
    peer = peers.add(db, peers.FILE, project="bruno", name="Bruno")
    with db.transaction() as connection:
        incoming.take(db, connection, peer.id, [change])


def test_a_deletion_that_a_later_record_disputes_was_one(db: Database, path: Path, clock: Clock) -> None:
    group = make("group", name="Terril")
    records.save(db, [group], "saisie")
    records.delete(db, group.uid, "suppression")
    at = clock.before_next()
    elsewhere(db, make("site", group), clock(), {PARENT: group.uid, "name": "Mare"})
    present = records.get(db, group.uid)
    assert present is not None
    assert not present.deleted
    assert told(path, at) == ({group.uid: (True, None)}, [])
    assert past.state_at(db, [group.uid], at)[group.uid].deleted


def test_a_deletion_that_was_disputed_by_what_was_moved_away_since_was_none(
    db: Database, path: Path, clock: Clock
) -> None:
    group, other = make("group", name="Terril"), make("group", name="Autre")
    site = make("site", group, name="Mare")
    records.save(db, [group, other, site], "saisie")
    elsewhere(db, group, clock(), {DELETED: True}, beginning(db, group.uid))
    at = clock.before_next()
    records.save(db, [replace(site, parent=other.uid, read=site)], "déplacement")
    present = records.get(db, group.uid)
    assert present is not None
    assert present.deleted
    state, disputes = told(path, at)
    assert (state[group.uid], disputes) == ((False, None), [(group.uid, DELETED)])
    assert not past.state_at(db, [group.uid], at)[group.uid].deleted


def test_what_came_again_later_is_not_there_between(db: Database, path: Path, clock: Clock) -> None:
    group = make("group", name="Terril")
    records.save(db, [group], "saisie")
    changes.undo(db)
    at = clock.before_next()
    changes.redo(db)
    assert told(path, at)[0].get(group.uid, (True, None))[0]
    assert past.state_at(db, [group.uid], at) == {}


def test_a_dispute_of_later_is_none_yet(db: Database, path: Path, clock: Clock) -> None:
    group = make("group", name="Terril")
    records.save(db, [group], "saisie")
    known = beginning(db, group.uid)
    at = clock.before_next()
    records.save(db, [with_name(group, "Terrils")], "correction")
    elsewhere(db, group, clock(), {"name": "Terril nord"}, known)
    assert db.value("SELECT count(*) FROM dispute") == 1
    assert told(path, at) == ({group.uid: (False, None)}, [])


def test_of_many_deleted_records_none_is_looked_for_by_walking_all(db: Database, clock: Clock) -> None:
    group = make("group", name="Terril")
    records.save(db, [group], "saisie")
    records.delete(db, group.uid, "suppression")
    said: list[str] = []
    db.connection.set_trace_callback(said.append)
    past.state_at(db, [group.uid], clock.before_next())
    db.connection.set_trace_callback(None)
    plans = [db.rows(f"EXPLAIN QUERY PLAN {sql}") for sql in said if sql.startswith("SELECT") and "FROM record" in sql]
    assert plans
    assert [row[3] for plan in plans for row in plan if row[3] == "SCAN record"] == []


def _do_elsewhere(db: Database, step: str, number: int, clock: Clock, groups: Sequence[Record]) -> None:
    """Take in what a colleague did who knew only how the first group began."""
    if not groups:
        return
    first = groups[0]
    rows = db.rows("SELECT uid, after FROM change WHERE record = ? AND base IS NULL AND withdrawn = 0", (first.uid,))
    if rows:
        after = {DELETED: True} if step == "hers deleted" else {"name": f"{step} {number}"}
        began = replace(first, data=decode(rows[0][1]), deleted=False)
        elsewhere(db, began, clock(), after, (rows[0][0],))


STEPS = st.lists(
    st.sampled_from(
        ["add", "below", "edit", "edit other", "delete", "undo", "redo", "move", "hers", "hers deleted", "late"]
    ),
    min_size=1,
    max_size=14,
)


def _do(db: Database, step: str, number: int, clock: Clock) -> None:
    """Do one step that a person might, or that comes from a colleague, on the record made last."""
    alive = [record for record in everything(db).values() if not record.deleted]
    groups = [record for record in alive if record.entity == "group"]
    last = alive[-1] if alive else None
    if step.startswith("hers"):
        _do_elsewhere(db, step, number, clock, groups)
        return
    try:
        if step == "add" or last is None:
            records.save(db, [make("group", name=f"Aire {number}")], step)
        elif step == "below" and groups:
            records.save(db, [make("site", groups[0], name=f"Mare {number}")], step)
        elif step == "edit":
            records.save(db, [with_name(last, f"{step} {number}")], step)
        elif step == "edit other":
            records.save(db, [with_name(alive[0], f"{step} {number}")], step)
        elif step == "delete":
            records.delete(db, last.uid, step)
        elif step == "move" and last.entity == "site":
            records.save(db, [replace(last, parent=groups[-1].uid, read=last)], step)
        elif step == "late":
            clock.wrong_by(30)
            records.save(db, [make("group", name=f"Aire {number}")], step)
            clock.wrong_by(-30)
            # When it was here is known from what was saved after it.
            records.save(db, [make("group", name=f"Autre {number}")], step)
        elif step == "undo":
            changes.undo(db)
        elif step == "redo":
            changes.redo(db)
    except NothingToUndoError:
        pass


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(steps=["add", "edit", "undo", "undo"])
@example(steps=["add", "undo", "redo"])
@example(steps=["add", "below", "hers deleted", "add", "move", "undo", "redo"])
@example(steps=["add", "hers", "edit", "hers", "late", "edit", "undo"])
@given(steps=STEPS)
def test_every_moment_is_told_as_it_was_seen_then(clock: Clock, steps: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "base.db"
        seen: list[tuple[str, dict[str, Record]]] = []
        with open_database(path, [PONDS], Author("person-1", "laptop-1")) as db:
            for number, step in enumerate(steps):
                _do(db, step, number, clock)
                seen.append((clock.before_next(), everything(db)))
            for at, was in seen:
                assert _alive(past.state_at(db, everything(db), at)) == _alive(was)
        for at, was in seen:
            made = past.build(path, [PONDS], at)
            try:
                with open_database(made.path, [PONDS]) as then:
                    assert _alive(everything(then)) == _alive(was)
                    assert integrity.check(then).problems == []
            finally:
                made.remove()


def _alive(found: Mapping[str, Record]) -> dict[str, Record]:
    return {uid: record for uid, record in found.items() if not record.deleted}


@pytest.fixture
def filled(db: Database, clock: Clock) -> tuple[Database, str, Record]:
    """Give a database in which a pond was added and renamed after the instant."""
    group = make("group", name="Terril")
    records.save(db, [group], "saisie")
    drafts.put(db, "form", {"name": "x"})
    at = clock.before_next()
    records.save(db, [make("site", group, name="Mare 1"), with_name(group, "Terrils")], "saisie")
    return db, at, group


def test_the_present_is_the_past_of_now(filled: tuple[Database, str, Record], path: Path) -> None:
    db, _at, _group = filled
    now = NOW
    assert past.state_at(db, everything(db), now) == everything(db)
    made = past.build(path, [PONDS], now)
    with open_database(made.path, [PONDS]) as then:
        assert everything(then) == everything(db)
    made.remove()


def test_a_copy_holds_what_was_there_and_its_history_and_nothing_half_typed(
    filled: tuple[Database, str, Record], path: Path
) -> None:
    db, at, group = filled
    before = everything(db)
    made = past.build(path, [PONDS], at)
    assert (made.records, made.without) == (1, 1)
    with open_database(made.path, [PONDS]) as then:
        assert {uid: record.data for uid, record in everything(then).items()} == {group.uid: {"name": "Terril"}}
        assert [dict(change.after) for change in changes.history(then, group.uid)] == [{PARENT: None, "name": "Terril"}]
        assert drafts.keys(then) == []
    assert everything(db) == before
    assert drafts.keys(db) == ["form"]
    made.remove()
    assert not made.folder.exists()


def test_a_copy_is_for_its_owner_alone(filled: tuple[Database, str, Record], path: Path) -> None:
    made = past.build(path, [PONDS], filled[1])
    assert stat.S_IMODE(made.folder.stat().st_mode) == 0o700
    made.remove()


def test_nothing_is_saved_into_the_past(filled: tuple[Database, str, Record], path: Path) -> None:
    made = past.build(path, [PONDS], filled[1])
    with past.open_past(made, [PONDS], Author(), "La base est en lecture seule.") as then:
        before = everything(then)
        with pytest.raises(ReadOnlyError, match="lecture seule"):
            records.save(then, [make("group", name="Neuve")], "saisie")
        drafts.put(then, "form", {"name": "x"})
        with pytest.raises(DatabaseError):
            changes.undo(then)
        assert (everything(then), drafts.keys(then)) == (before, [])
    made.remove()


def test_what_is_cancelled_or_finds_no_room_leaves_no_copy_behind(
    filled: tuple[Database, str, Record], path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))

    def cancel(_done: int, _of: int, _words: str) -> None:
        raise CancelledError("")

    with pytest.raises(CancelledError):
        past.build(path, [PONDS], filled[1], progress=cancel)
    monkeypatch.setattr("fieldapp.store.disk.SPARE_BYTES", 1 << 60)
    with pytest.raises(DatabaseError, match="Mo"):
        past.build(path, [PONDS], filled[1])
    assert list(scratch.iterdir()) == []


KILLED = """
import sys, tempfile
from pathlib import Path
from fieldapp.store import past
tempfile.tempdir = sys.argv[2]
made = past.build(Path(sys.argv[1]), [], "2099-01-01T00:00:00.000Z")
import os
os._exit(1)
"""


def test_a_copy_that_a_killed_program_left_is_deleted_and_one_that_is_looked_at_is_not(
    db: Database, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch, other = tmp_path / "scratch", tmp_path / "other"
    scratch.mkdir()
    other.mkdir()
    (scratch / f"{past.FOLDER}link").symlink_to(other, target_is_directory=True)
    (scratch / "kept.txt").write_text("x", encoding="utf-8")
    subprocess.run([sys.executable, "-c", KILLED, str(path), str(scratch)], check=False)
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    left = [item for item in scratch.glob(f"{past.FOLDER}*") if not item.is_symlink()]
    assert len(left) == 1
    made = past.build(path, [PONDS], past.instant(datetime.now(UTC)))
    assert past.drop_leftovers() == 1
    assert not left[0].exists()
    assert made.path.exists()
    made.remove()
    assert sorted(item.name for item in scratch.iterdir()) == [f"{past.FOLDER}link", "kept.txt"]
    assert list(other.iterdir()) == []
