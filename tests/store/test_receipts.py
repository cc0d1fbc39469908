import hashlib
from collections.abc import Iterable

import pytest

from fieldapp.store import peers, receipts, records
from fieldapp.store.connection import Database
from fieldapp.store.peers import HUB
from tests.store.ponds import make


@pytest.fixture
def peer(db: Database) -> int:
    return peers.add(db, HUB, project="p", name="Asso", account="a").id


def line(uid: str, _protocol: str, entity: str, parent: str | None, data: bytes) -> bytes:
    return f"{uid} {entity} {parent} ".encode() + data


def digest(lines: Iterable[bytes]) -> str:
    return hashlib.sha256(b"\n".join(lines)).hexdigest()


def test_a_receipt_waits_until_it_was_compared_and_again_after_the_next_change(db: Database, peer: int) -> None:
    with db.transaction() as connection:
        receipts.expect(connection, peer, ["a", "b", "c"])
        receipts.note(connection, peer, {"a": "identical", "b": "different"})
    assert receipts.counts(db, peer) == {"identical": 1, "different": 1, "waiting": 1}
    assert receipts.waiting(db, peer, 10) == ["c"]
    assert receipts.different(db, peer) == ["b"]
    with db.transaction() as connection:
        receipts.expect(connection, peer, ["a"])
    assert set(receipts.waiting(db, peer, 10)) == {"a", "c"}


def test_the_lines_of_a_visit_are_its_living_records_in_order_of_their_uid(db: Database) -> None:
    group = make("group", name="A")
    site = make("site", group, name="M")
    visit = make("visit", site, visited_on="2026-04-01", comments="é", passage=1)
    seen = [make("seen", visit, count=number) for number in (3, 2, 1)]
    records.save(db, [group, site, visit, *seen, make("seen", visit).removed()], "passage")
    found = {uid: list(lines) for uid, lines in receipts.lines(db, [visit.uid, group.uid], line)}
    assert found[group.uid] == [f'{group.uid} group None {{"name":"A"}}'.encode()]
    assert [row.split()[0].decode() for row in found[visit.uid]] == [visit.uid, *sorted(item.uid for item in seen)]
    assert found[visit.uid][0].endswith('{"comments":"é","passage":1,"visited_on":"2026-04-01"}'.encode())


def test_a_visit_of_which_nothing_is_left_has_no_lines(db: Database) -> None:
    visit = make("visit", visited_on="2026-04-01")
    records.save(db, [visit.removed()], "passage")
    assert list(receipts.lines(db, [visit.uid, "unknown"], line)) == []


def test_only_receipts_of_an_earlier_season_that_were_identical_are_forgotten(db: Database, peer: int) -> None:
    with db.transaction() as connection:
        receipts.expect(connection, peer, ["old", "other", "new"])
        receipts.note(connection, peer, {"old": "identical", "other": "different", "new": "identical"})
        connection.execute("UPDATE receipt SET at = '2025-01-01T00:00:00.000Z' WHERE visit <> 'new'")
    receipts.forget_before(db, "2026-01-01T00:00:00.000Z")
    assert receipts.counts(db, peer) == {"different": 1, "identical": 1}


def test_only_the_visits_that_are_open_are_counted_and_looked_up_by_an_index(db: Database, peer: int) -> None:
    with db.transaction() as connection:
        receipts.expect(connection, peer, ["a", "b", "c", "d"])
        receipts.note(connection, peer, {"a": "identical", "b": "different", "c": "different"})
    assert receipts.open_counts(db, peer) == (1, 2)
    for where in (receipts._WAITING, receipts._DIFFERENT):
        plan = " ".join(row[3] for row in db.rows(f"EXPLAIN QUERY PLAN SELECT visit FROM {where}", (peer,)))
        assert "USING INDEX receipt_" in plan


def test_a_visit_that_stays_different_is_asked_for_again_a_few_times_only(db: Database, peer: int) -> None:
    found = []
    with db.transaction() as connection:
        receipts.expect(connection, peer, ["a", "b"])
        for _time in range(5):
            receipts.note(connection, peer, {"a": "different", "b": "identical"})
            found.append(receipts.stay_different(db, peer))
            receipts.ask_again(connection, peer)
            found.append(bool(receipts.waiting(db, peer, 9)))
    assert found == [False, True, True, True, False, False, False, False, False, False]
    with db.transaction() as connection:
        receipts.note(connection, peer, {"a": "identical"})
        receipts.note(connection, peer, {"a": "different"})
        receipts.ask_again(connection, peer)
    assert receipts.waiting(db, peer, 9) == ["a"]
