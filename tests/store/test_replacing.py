"""A restore cut short at any of its steps leaves the old database or the new one, whole."""

import os
import sqlite3
import sys
import warnings
from pathlib import Path

import pytest

from fieldapp.core.errors import AlreadyOpenError
from fieldapp.store import backup, integrity, records, replacing
from fieldapp.store.connection import Database, open_database
from tests.store.ponds import PONDS, make

STEPS = {"open", "os.link", "os.rename", "os.remove", "sqlite3.connect"}
"""What Python tells an audit hook of before it is done (source: docs.python.org/3/library/audit_events.html)."""

CUT = 9


def names(path: Path) -> list[str]:
    with open_database(path, [PONDS]) as db:
        assert integrity.check(db).problems == []
        return [str(record.data["name"]) for record in records.roots(db, "ponds", "group")]


def with_a_log(folder: Path, db: Database) -> Path:
    """Return a database as a killed program leaves it: what was saved last is only in its log."""
    path = folder / "killed.db"
    for ending in ("", "-wal"):
        Path(f"{path}{ending}").write_bytes(Path(f"{db.path}{ending}").read_bytes())
    assert Path(f"{path}-wal").stat().st_size > 0
    return path


def restored_until(step: int, good: Path, path: Path) -> int:
    """Restore in a child that ends without a word before its step-th act on a file; return its exit code."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads: the child only restores and ends
        pid = os.fork()
    if pid == 0:
        left = step

        def cut(event: str, _arguments: object) -> None:
            nonlocal left
            left -= event in STEPS
            if left < 0:
                os._exit(CUT)

        code = 1
        try:
            sys.addaudithook(cut)
            backup.restore(good, path)
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@pytest.mark.faults
def test_a_restore_cut_short_at_any_step_leaves_all_of_the_old_or_all_of_the_new(db: Database, tmp_path: Path) -> None:
    records.save(db, [make("group", name="A")], "aire")
    good = backup.make(db.path, tmp_path / "copies")
    records.save(db, [make("group", name="B")], "aire")
    seen = []
    for step in range(500):
        folder = tmp_path / str(step)
        folder.mkdir()
        path = with_a_log(folder, db)
        code = restored_until(step, good, path)
        replacing.drop_leftovers(path)
        seen.append(names(path))
        assert seen[-1] in (["A", "B"], ["A"]), step
        assert not list(folder.glob(f"*{replacing.FRESH}*"))
        if seen[-1] == ["A"]:
            (kept,) = folder.glob(f"*{replacing.KEPT}*.db")
            assert names(kept) == ["A", "B"]
        if code == 0:
            break
        assert code == CUT
    assert code == 0
    assert len(seen) > 10
    assert seen[0] == ["A", "B"]
    # Once the new one stands there, it stays.
    assert seen == sorted(seen, key=len, reverse=True)


def test_a_second_name_of_the_database_goes_and_a_kept_former_one_stays(db: Database) -> None:
    second = db.path.with_name(f"{db.path.stem}{replacing.KEPT}2026-11-20T204000.db")
    kept = db.path.with_name(f"{db.path.stem}{replacing.KEPT}2026-11-19T204000.db")
    fresh = db.path.with_name(f"{db.path.name}{replacing.FRESH}.77.partiel")
    second.hardlink_to(db.path)
    kept.touch()
    fresh.touch()
    assert set(replacing.drop_leftovers(db.path)) == {second, fresh}
    assert {path.exists() for path in (second, fresh)} == {False}
    assert kept.exists()
    assert replacing.drop_leftovers(db.path) == []


def test_a_log_that_another_program_still_reads_is_not_taken_away(db: Database, tmp_path: Path) -> None:
    records.save(db, [make("group", name="A")], "aire")
    reader = sqlite3.connect(db.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM record").fetchone()
    fresh = tmp_path / "fresh.db"
    fresh.touch()
    with pytest.raises(AlreadyOpenError, match="ouverte dans un autre programme"):
        replacing.exchange(fresh, db.path, tmp_path / "aside.db")
    reader.close()
    assert [str(record.data["name"]) for record in records.roots(db, "ponds", "group")] == ["A"]
