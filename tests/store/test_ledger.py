"""What a file tells, noted while it is written."""

import errno
import os
from pathlib import Path

import pytest

from fieldapp.store.ledger import Item, Ledger, State


def item(name: str, state: State = State.NEW, record: str = "") -> Item:
    return Item(name, record or name, name.encode(), state)


def test_rows_are_known_by_their_identity_as_soon_as_they_are_noted(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        for number in range(2500):
            ledger.add(item(f"r{number:04}"))
        assert ledger.known(["r0000", "r2499", "nobody"]) == {"r0000", "r2499"}
        assert ledger.count(State.NEW) == 2500


def test_the_rows_of_a_state_come_in_order_with_their_records(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        for name, state in (("b", State.CORRECTED), ("a", State.CORRECTED), ("c", State.SAME), ("d", State.NEW)):
            ledger.add(item(name, state, "visit"))
        ledger.add(item("e", State.CORRECTED, "other")._replace(is_blurred=True))
        assert list(ledger.of_state(State.CORRECTED)) == [
            ("a", "visit", False), ("b", "visit", False), ("e", "other", True),
        ]  # fmt: skip
        assert ledger.told() == {"visit", "other"}
        assert [ledger.count(state) for state in State] == [1, 1, 3]


def test_one_record_with_several_rows_counts_once_and_what_is_not_in_the_file_not_at_all(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.add(item("a", record="one"))
        ledger.add(item("b", record="one"))
        ledger.add(item("c", State.SAME, record="two"))
        assert ledger.records() == 1


def test_a_row_that_is_noted_twice_is_refused(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.add(item("a"))
        ledger.add(item("a"))
        with pytest.raises(ValueError, match="UNIQUE"):
            ledger.flush()
        assert ledger.count(State.NEW) == 0


def test_a_full_disk_is_the_error_that_whoever_writes_the_file_knows(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger._connection.execute("PRAGMA max_page_count = 4")  # SQLite then says SQLITE_FULL, as on a full disk
        for number in range(900):
            ledger.add(item(f"r{number}" + "x" * 100))
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)) as caught:
            ledger.flush()
        assert caught.value.errno == errno.ENOSPC
