"""A full disk: what was saved stays saved, and the sentence says what to do."""

from pathlib import Path

import pytest

from fieldapp.core.errors import DatabaseError
from fieldapp.store import backup, drafts, integrity, records
from fieldapp.store.connection import Database, open_database
from tests.faults.conftest import child
from tests.store.ponds import PONDS, make


def test_a_full_disk_loses_nothing_that_was_saved(db: Database) -> None:
    saved = [make("group", name="avant")]
    records.save(db, saved, "aire")
    pages = db.value("PRAGMA page_count")
    db.connection.execute(f"PRAGMA max_page_count = {pages + 5}")  # SQLite then says SQLITE_FULL, as on a full disk

    def save_until_full() -> None:
        for number in range(10_000):
            group = make("group", name=f"{number}" + "x" * 100)
            records.save(db, [group], "aire")
            saved.append(group)

    with pytest.raises(DatabaseError, match=r"Le disque est plein .* tout ce qui était enregistré l’est toujours"):
        save_until_full()
    with pytest.raises(DatabaseError, match="Le disque est plein"):
        records.save(db, [make("group", name="y" * 9_999) for _number in range(50)], "import", kind="import")
    assert {record.uid for record in records.roots(db, "ponds", "group")} == {record.uid for record in saved}
    assert integrity.check(db).problems == []
    db.connection.execute("PRAGMA max_page_count = 1000000")
    assert records.save(db, [make("group", name="après")], "aire").created == 1


def test_a_draft_on_a_full_disk_says_so_and_the_one_before_stays(db: Database) -> None:
    drafts.put(db, "visit", {"n": "1"})
    db.connection.execute(f"PRAGMA max_page_count = {db.value('PRAGMA page_count')}")
    with pytest.raises(DatabaseError, match="Le disque est plein"):
        drafts.put(db, "visit", {"n": "x" * 100_000})
    assert drafts.get(db, "visit") == {"n": "1"}
    assert db.value("PRAGMA synchronous") == 2


FILL = """
import resource, sys
from pathlib import Path
from fieldapp.store import records, backup
from fieldapp.store.connection import open_database
from fieldapp.core.errors import FieldappError
from tests.store.ponds import PONDS, make
path, limit, work = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
db = open_database(path, [PONDS]) if work == "save" else None
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    if work == "save":
        while True:
            group = make("group", name="x" * 500)
            records.save(db, [group], "aire")
            print(group.uid, flush=True)
    elif work == "backup":
        backup.make(path)
    else:
        backup.restore(Path(sys.argv[4]), path)
except FieldappError as error:
    print(type(error).__name__, error, flush=True)
    import os
    os._exit(3)
"""


def test_a_disk_that_stops_taking_bytes_keeps_every_save_that_returned(path: Path) -> None:
    """The operating system itself refuses the bytes (RLIMIT_FSIZE): no courtesy of SQLite's is involved."""
    open_database(path, [PONDS]).close()
    process = child(FILL, path, 1_500_000, "save")
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 3, errors
    *uids, said = out.splitlines()
    assert said.startswith("DatabaseError Le disque ")
    assert len(uids) > 10
    with open_database(path, [PONDS]) as db:
        assert {record.uid for record in records.roots(db, "ponds", "group")} >= set(uids)
        assert integrity.check(db).problems == []


def large(path: Path, name: str) -> None:
    with open_database(path, [PONDS]) as db:
        records.save(db, [make("group", name=name + "x" * 900) for _number in range(3000)], "aires")


def test_a_backup_that_does_not_fit_leaves_nothing_behind_and_the_old_ones_in_place(path: Path) -> None:
    large(path, "")
    good = backup.make(path)
    before = path.read_bytes()
    process = child(FILL, path, 1_000_000, "backup")
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 3, errors
    assert "La sauvegarde" in out
    assert "La base elle-même est intacte" in out
    assert [file.name for file in good.parent.iterdir()] == [good.name]
    assert path.read_bytes() == before


def test_a_disk_full_half_way_through_a_restore_leaves_the_present_database_untouched(path: Path) -> None:
    large(path, "")
    good = backup.make(path)
    with open_database(path, [PONDS]) as db:
        records.save(db, [make("group", name="après")], "aire")
    before = path.read_bytes()
    process = child(FILL, path, 1_000_000, "restore", good)
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 3, errors
    assert "Elle est intacte et à sa place" in out
    assert path.read_bytes() == before
    assert {file.name for file in path.parent.iterdir()} <= {path.name, f"{path.name}.lock", good.parent.name}
