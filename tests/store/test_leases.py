"""Who holds which ring string: by what each hub said last, and for a day only when nothing more is heard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.core.ids import new_uid
from fieldapp.core.record import make_record
from fieldapp.store import leases, peers, records
from fieldapp.store.connection import Author, Database
from fieldapp.store.opening import open_for_use

OURS, THEIRS = new_uid(), new_uid()


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_for_use(tmp_path / "x.db", protocols.installed(), Author("", OURS)) as found:
        yield found


def say(db: Database, project: str, found: dict[str, str]) -> peers.Peer:
    peer = peers.add(db, peers.LAN, project=project, name="Table")
    with db.transaction() as connection:
        leases.replace(connection, peer.id, found)
    return peer


def last_heard(db: Database, peer: peers.Peer, hours_ago: float) -> None:
    at = (datetime.now(UTC) - timedelta(hours=hours_ago)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    with db.transaction() as connection:
        connection.execute("UPDATE peer SET joined_at = ?1, synced_at = ?1 WHERE id = ?2", (at, peer.id))


def test_what_others_hold_is_told_from_what_is_held_here(db: Database) -> None:
    say(db, "p", {"s1": THEIRS, "s2": OURS})
    assert leases.held(db) == {"s1": THEIRS, "s2": OURS}
    assert leases.held_by_others(db) == {"s1"}


def test_a_hub_that_says_something_else_is_believed_and_others_stay(db: Database) -> None:
    say(db, "p", {"s1": THEIRS})
    say(db, "q", {"s2": THEIRS})
    say(db, "p", {"s3": THEIRS})
    assert leases.held(db).keys() == {"s2", "s3"}


@pytest.mark.parametrize(("hours_ago", "names"), [(0.1, {"s1"}), (23.9, {"s1"}), (24.1, set()), (5000.0, set())])
def test_a_hub_of_which_nothing_is_heard_for_a_day_holds_nothing_back(
    db: Database, hours_ago: float, names: set[str]
) -> None:
    last_heard(db, say(db, "p", {"s1": THEIRS}), hours_ago)
    assert leases.held_by_others(db) == names


def test_what_a_hub_said_goes_with_it_when_it_is_left(db: Database) -> None:
    peers.leave(db, say(db, "p", {"s1": THEIRS}).id)
    assert leases.held(db) == {}


def test_a_laptop_is_known_by_who_saved_on_it_last(db: Database) -> None:
    person = protocols.by_code("directory").entity("person")
    for who in ("marie", "jean", ""):
        with open_for_use(db.path, protocols.installed(), Author(who, THEIRS)) as there:
            records.save(there, [make_record("directory", person, {"name": who or "x"}, None)], "essai")
    assert leases.people(db, [THEIRS, new_uid()]) == {THEIRS: "jean"}


def test_who_saved_last_on_a_laptop_is_found_by_an_index(db: Database) -> None:
    sql = "SELECT who FROM action WHERE device = ? AND who <> '' ORDER BY id DESC LIMIT 1"
    plan = " ".join(row[3] for row in db.rows(f"EXPLAIN QUERY PLAN {sql}", (THEIRS,)))
    assert plan == "SEARCH action USING INDEX action_by_device (device=?)"
