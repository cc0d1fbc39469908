"""A damaged database is detected at opening, and the way back from a backup works and keeps the damaged file."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fieldapp.core.errors import DamagedDatabaseError
from fieldapp.store import backup, integrity, records
from fieldapp.store.connection import Database, open_database
from tests.store.ponds import PONDS, make


def fill(db: Database, count: int) -> list[str]:
    groups = [make("group", name=f"aire {number} " + "x" * 300) for number in range(count)]
    records.save(db, groups, "aires")
    return [group.uid for group in groups]


def flip_middle(content: bytearray) -> None:
    middle = len(content) // 2
    for place in range(middle, middle + 4096):
        content[place] ^= 0xFF


def truncate(content: bytearray) -> None:
    del content[len(content) // 2 :]


def zero_header(content: bytearray) -> None:
    content[:100] = b"\0" * 100


def zero_a_page(content: bytearray) -> None:
    content[8192:12288] = b"\0" * 4096


@pytest.mark.parametrize("damage", [flip_middle, truncate, zero_header, zero_a_page])
def test_damage_is_seen_at_opening_and_the_newest_good_backup_brings_back(
    path: Path, damage: Callable[[bytearray], None]
) -> None:
    now = datetime(2026, 11, 20, 20, 40, tzinfo=UTC)
    with open_database(path, [PONDS]) as db:
        early = fill(db, 300)
        good = backup.make(path, now=now)
        fill(db, 300)
        broken_backup = backup.make(path, now=now + timedelta(days=1))
    for file in (path, broken_backup):
        content = bytearray(file.read_bytes())
        damage(content)
        file.write_bytes(content)
    damaged = path.read_bytes()

    with pytest.raises(DamagedDatabaseError, match="restaurez la dernière bonne sauvegarde"):
        open_database(path, [PONDS])
    assert path.read_bytes() == damaged

    found = backup.newest_good(path, now + timedelta(days=2))
    assert found is not None
    assert found.path == good
    done = backup.restore(found.path, path, now=now)
    assert done.kept[0].read_bytes() == damaged
    with open_database(path, [PONDS]) as again:
        assert {record.uid for record in records.roots(again, "ponds", "group")} == set(early)
        assert integrity.check(again).problems == []


@pytest.mark.parametrize("seed", range(20))
def test_bytes_changed_anywhere_never_give_other_values_without_a_word(path: Path, seed: int) -> None:
    """Either the file is refused, or the check finds it, or every record still reads as it was saved."""
    chance = random.Random(seed)
    with open_database(path, [PONDS]) as db:
        saved = [make("group", name=f"aire {number} " + "x" * 100) for number in range(200)]
        records.save(db, saved, "aires")
    content = bytearray(path.read_bytes())
    for _flip in range(3):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    try:
        again = open_database(path, [PONDS])
    except DamagedDatabaseError:
        return
    with again:
        found = integrity.check(again).problems
        assert found or records.get_many(again, [record.uid for record in saved]) == {
            record.uid: record for record in saved
        }


def test_a_check_of_a_large_damaged_file_names_the_damage_and_goes_on(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fieldapp.store.connection.CHECKED_AT_OPENING_BYTES", 0)
    with open_database(path, [PONDS]) as db:
        fill(db, 500)
    content = bytearray(path.read_bytes())
    flip_middle(content)
    path.write_bytes(content)
    with open_database(path, [PONDS]) as again:
        found = integrity.check(again).problems
    assert found
    assert all("abîmé" in sentence or "illisible" in sentence for sentence in found)
