from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.core.record import Record
from fieldapp.store import records, visits
from fieldapp.store.connection import Database
from fieldapp.store.opening import open_for_use

POP = "pop_amphibiens"


def visit(uid: str, on: str | None, parent: str = "s") -> Record:
    return Record(uid, POP, "visit", parent, {"visit_date_min": on} if on else {}, on)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_for_use(tmp_path / "base.db", protocols.installed()) as opened:
        records.save(
            opened,
            [Record("g", POP, "sites_group", None, {"n": 1}), Record("s", POP, "site", "g", {"base_site_name": "M"})],
            "test",
        )
        yield opened


def test_visits_come_in_order_of_date_then_uid_whatever_the_size_of_a_piece(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [f"2020-03-{1 + number % 3:02}" for number in range(10)]
    records.save(db, [visit(f"v{number}", day) for number, day in enumerate(days)], "test")
    expected = [uid for _day, uid in sorted((day, f"v{number}") for number, day in enumerate(days))]
    for size in (1, 3, 10, 100):
        monkeypatch.setattr(visits, "PIECE", size)
        found = [[one.uid for one in piece] for piece in visits.pieces(db, POP, "visit")]
        assert [uid for piece in found for uid in piece] == expected
        assert max(map(len, found)) <= size


def test_both_ends_are_included_and_what_has_no_day_or_was_deleted_is_not_there(db: Database) -> None:
    records.save(db, [visit(f"v{day}", f"2020-03-0{day}") for day in range(1, 6)] + [visit("none", None)], "test")
    records.delete(db, "v3", "test")
    found = [one.uid for piece in visits.pieces(db, POP, "visit", "2020-03-02", "2020-03-04") for one in piece]
    assert found == ["v2", "v4"]


def test_a_visit_without_anything_below_it_has_no_lines(db: Database) -> None:
    lines = [Record(f"o{number}", POP, "observation", "v1", {"cd_nom": 259}, None, 259) for number in (2, 1)]
    records.save(db, [visit("v1", "2020-03-01"), visit("v2", "2020-03-02"), *lines], "test")
    found = visits.lines(db, ["v1", "v2"])
    assert {uid: [line.uid for line in below] for uid, below in found.items()} == {"v1": ["o1", "o2"]}


def test_what_lies_below_the_lines_of_a_visit_is_found_by_its_line(db: Database) -> None:
    banding = "banding"
    records.save(
        db,
        [
            Record("c", banding, "visit", None, {"date": "2020-03-01"}, "2020-03-01"),
            Record("other", banding, "visit", None, {"date": "2020-03-01"}, "2020-03-01"),
            Record("b1", banding, "observation", "c", {"ring": "1"}),
            Record("b2", banding, "observation", "c", {"ring": "2"}),
            Record("b3", banding, "observation", "other", {"ring": "3"}),
            Record("m1", banding, "mark", "b1", {"kind": "dye"}),
            Record("m2", banding, "mark", "b2", {"kind": "dye"}),
            Record("m3", banding, "mark", "b3", {"kind": "dye"}),
        ],
        "test",
    )
    records.delete(db, "b2", "test")
    found = visits.below_lines(db, ["c"])
    assert {uid: [one.uid for one in below] for uid, below in found.items()} == {"b1": ["m1"]}


def test_the_first_day_of_a_place_is_that_of_its_first_live_visit(db: Database) -> None:
    records.save(
        db,
        [
            Record("s2", POP, "site", "g", {"base_site_name": "N"}),
            Record("s3", POP, "site", "g", {"base_site_name": "O"}),
            *(visit(f"v{day}", f"2020-03-0{day}") for day in (3, 1, 2)),
            visit("w", "2019-05-01", "s2"),
        ],
        "test",
    )
    records.delete(db, "v1", "test")
    assert visits.first_days(db, ["s", "s2", "s3", "unknown"]) == {"s": "2020-03-02", "s2": "2019-05-01"}


def test_the_parents_of_records_are_known_by_their_uids(db: Database) -> None:
    records.save(db, [visit("v1", "2020-03-01"), visit("v2", "2020-03-02")], "test")
    assert visits.parents(db, ["v1", "v2", "g", "unknown"]) == {"s"}


def test_visits_without_a_date_come_apart_whatever_the_size_of_a_piece(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    records.save(db, [visit("v1", "2020-03-01"), *(visit(f"u{number}", None) for number in range(5))], "test")
    records.delete(db, "u3", "test")
    for size in (1, 2, 100):
        monkeypatch.setattr(visits, "PIECE", size)
        found = [[one.uid for one in piece] for piece in visits.undated(db, POP, "visit")]
        assert [uid for piece in found for uid in piece] == ["u0", "u1", "u2", "u4"]
        assert max(map(len, found)) <= size
