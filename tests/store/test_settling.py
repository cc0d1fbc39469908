from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp.core.merging import DELETED, Merged, Rival
from fieldapp.core.record import Record
from fieldapp.store import disputes, records, settling, steps
from fieldapp.store.connection import Author, Database, open_database
from fieldapp.store.incoming import Incoming, take
from tests.store.ponds import PONDS, make, reopen


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path / "fieldapp.db", [PONDS], Author("person-1", "laptop-1")) as opened:
        yield opened


def deleted_elsewhere(db: Database, *found: Record) -> None:
    """Let a colleague delete records of which they have just what is here."""
    action = ("0190a5d6-0000-7000-8000-000000000000", "suppression", "person-2", "laptop-2", "2026-04-01T08:00:00.000Z")
    bases = steps.heads(db, [record.uid for record in found])
    came = [
        Incoming(
            f"ffffffff-0000-7000-8000-{number:012}",
            *(record.uid, "ponds", record.entity, "1.2", bases[record.uid]),
            *('{"_deleted":false}', '{"_deleted":true}', action),
        )
        for number, record in enumerate(found)
    ]
    with db.transaction() as connection:
        take(db, connection, 1, came)


def place(db: Database) -> tuple[Record, Record, Record]:
    group = make("group", name="A")
    site = make("site", group, name="M")
    visit = make("visit", site, visited_on="2026-04-01")
    records.save(db, [group, site, visit], "aire")
    return group, site, visit


def is_deleted(db: Database, record: Record) -> bool:
    found = records.get(db, record.uid)
    assert found is not None
    return found.deleted


def test_what_comes_to_life_at_the_bottom_brings_back_all_above_it(db: Database) -> None:
    group, site, visit = place(db)
    deleted_elsewhere(db, group, site, visit)
    assert all(is_deleted(db, record) for record in (group, site, visit))
    records.save(db, [make("seen", visit, cd_nom=1)], "saisie")
    assert not any(is_deleted(db, record) for record in (group, site, visit))
    assert {(item.record.uid, item.field) for item in disputes.opened(db)} == {
        (record.uid, DELETED) for record in (group, site, visit)
    }


def test_when_it_goes_again_all_above_it_is_deleted_and_nothing_is_open(db: Database) -> None:
    group, site, visit = place(db)
    deleted_elsewhere(db, group, site, visit)
    seen = make("seen", visit, cd_nom=1)
    records.save(db, [seen], "saisie")
    records.save(db, [seen.removed()], "suppression")
    assert all(is_deleted(db, record) for record in (group, site, visit, seen))
    assert disputes.count(db) == 0


def test_what_stays_alive_beside_it_keeps_what_is_above(db: Database) -> None:
    group, site, visit = place(db)
    other = make("visit", site, visited_on="2026-05-01")
    records.save(db, [other], "saisie")
    deleted_elsewhere(db, site, visit)
    assert is_deleted(db, visit)
    assert not is_deleted(db, site)
    assert [(item.record.uid, item.field) for item in disputes.opened(db)] == [(site.uid, DELETED)]
    assert not is_deleted(db, group)


def test_a_dispute_that_is_found_again_keeps_the_moment_when_it_was_found(db: Database) -> None:
    group, _site, _visit = place(db)
    rivals = (Rival("a", "x"), Rival("b", "y"))
    state = Merged(None, False, {"name": "x"}, {"name": rivals})
    with db.transaction() as connection:
        settling.put(db, connection, {group.uid: state}, {})
        connection.execute("UPDATE dispute SET found_at = '2026-01-01T00:00:00.000Z'")
        settling.put(db, connection, {group.uid: Merged(None, False, {"name": "x"})}, {})
        settling.put(db, connection, {group.uid: state}, {group.uid: ("ponds", "group")})
    ((found_at, settled_at),) = db.rows("SELECT found_at, settled_at FROM dispute")
    assert (found_at, settled_at) == ("2026-01-01T00:00:00.000Z", None)


def test_what_is_put_moves_the_indexed_columns_with_the_values(db: Database) -> None:
    _group, site, visit = place(db)
    with db.transaction() as connection:
        settling.put(db, connection, {visit.uid: Merged(site.uid, False, {"visited_on": "2026-06-01"})}, {})
    found = records.get(reopen(db), visit.uid)
    assert found is not None
    assert found.on_date == "2026-06-01"
