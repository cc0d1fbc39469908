from dataclasses import replace

import pytest

from fieldapp.core.record import Record, with_data
from fieldapp.store import changes, outbox, peers, records
from fieldapp.store.connection import Database
from fieldapp.store.peers import FILE, HUB, LAN, Peer
from tests.store.ponds import VISIT, make


@pytest.fixture
def peer(db: Database) -> Peer:
    return peers.add(db, HUB, project="p", name="Asso", account="a")


def again(db: Database, peer: Peer) -> Peer:
    return peers.get(db, peer.id)


def carried(db: Database, peer: Peer, size: int = 100) -> list[tuple[str, list[str]]]:
    """Return the parcels as (visit, records in order of sending)."""
    found = outbox.window(db, peer, size)
    return [(parcel.visit, [item.record for item in outbox.load(db, list(parcel.changes))]) for parcel in found]


def place(db: Database) -> tuple[Record, Record, list[Record]]:
    group = make("group", name="A")
    site = make("site", group, name="M")
    visits = [make("visit", site, visited_on=f"2026-04-0{day}") for day in (1, 2)]
    # Parents may come after what lies below them.
    records.save(db, [*visits, site, group], "aire")
    return group, site, visits


def test_parents_go_first_and_a_visit_goes_with_all_below_it(db: Database, peer: Peer) -> None:
    group, site, visits = place(db)
    seen = [make("seen", visit, cd_nom=1) for visit in visits]
    records.save(db, seen, "captures")
    outbox.collect(db, peer)
    assert carried(db, peer) == [
        (group.uid, [group.uid]),
        (site.uid, [site.uid]),
        *((visit.uid, [visit.uid, item.uid]) for visit, item in zip(visits, seen, strict=True)),
    ]


def test_a_small_window_still_holds_whole_visits_and_what_is_above(db: Database, peer: Peer) -> None:
    group, site, visits = place(db)
    for number in range(3):
        records.save(db, [make("seen", visit, count=number) for visit in visits], "captures")
    outbox.collect(db, peer)
    # The first change that waits is that of a visit.
    found = dict(carried(db, peer, 1))
    assert found.keys() == {group.uid, site.uid, visits[0].uid}
    assert len(found[visits[0].uid]) == 4


def test_visits_between_which_a_capture_was_moved_go_together_each_under_its_name(db: Database, peer: Peer) -> None:
    _group, _site, visits = place(db)
    seen = make("seen", visits[1], cd_nom=1)
    records.save(db, [seen], "capture")
    records.save(db, [replace(seen, parent=visits[0].uid)], "déplacement")
    outbox.collect(db, peer)
    parcel = outbox.window(db, peer, 1)[-1]
    sent = outbox.load(db, list(parcel.changes))
    assert [item.record for item in sent] == [visits[0].uid, visits[1].uid, seen.uid, seen.uid]
    assert list(parcel.changes.values()) == [visits[0].uid, visits[1].uid, visits[0].uid, visits[0].uid]


def test_what_is_below_a_deleted_visit_goes_with_it(db: Database, peer: Peer) -> None:
    _group, _site, visits = place(db)
    records.save(db, [make("seen", visits[0], cd_nom=1)], "capture")
    outbox.collect(db, peer)
    records.delete(db, visits[0].uid, "suppression")
    outbox.collect(db, again(db, peer))
    assert outbox.deletions(db, peer) == 2
    parcel = next(item for item in outbox.window(db, peer, 1) if item.visit == visits[0].uid)
    assert len(parcel.changes) == 4


def test_an_answer_empties_the_outbox_and_a_refusal_stays_with_its_reason(db: Database, peer: Peer) -> None:
    group, site, visits = place(db)
    outbox.collect(db, peer)
    numbers = [number for parcel in outbox.window(db, peer, 10) for number in parcel.changes]
    with db.transaction() as connection:
        outbox.answered(db, connection, peer, numbers[:2], [(numbers[2], "not_yours")], [group.uid, site.uid])
    assert outbox.waiting(db, again(db, peer)) == 2
    (refused,) = outbox.refused(db, peer)
    assert (refused.record, refused.reason) == (visits[0].uid, "not_yours")
    # Not offered again in the same go, but in the next.
    assert [visit for visit, _records in carried(db, peer)] == [visits[1].uid]
    outbox.collect(db, again(db, peer))
    assert [visit for visit, _records in carried(db, peer)] == [visit.uid for visit in visits]


@pytest.mark.parametrize(("kind", "kept"), [(HUB, 0), (LAN, 1), (FILE, 1)])
def test_what_came_from_another_hub_and_is_refused_is_let_go_of(db: Database, peer: Peer, kind: str, kept: int) -> None:
    place(db)
    other = peers.add(db, kind, project="q", name="Table", account="b")
    outbox.collect(db, peer)
    number = next(iter(outbox.window(db, peer, 10)[0].changes))
    with db.transaction() as connection:
        connection.execute("UPDATE change SET origin = ? WHERE id = ?", (other.id, number))
        outbox.answered(db, connection, peer, [], [(number, "not_yours")], [])
    assert len(outbox.refused(db, peer)) == kept


def test_what_was_withdrawn_is_not_collected_and_not_counted(db: Database, peer: Peer) -> None:
    records.save(db, [make("group", name="A")], "aire")
    changes.undo(db)
    assert outbox.waiting(db, peer) == 0
    assert outbox.is_empty(db, peer)
    outbox.collect(db, peer)
    assert outbox.window(db, peer, 10) == []


def test_nothing_is_empty_before_it_was_looked_at_or_while_it_waits(db: Database, peer: Peer) -> None:
    group, _site, visits = place(db)
    assert not outbox.is_empty(db, peer)
    assert outbox.unsent_of(db, peer, [group.uid]) == {group.uid}
    outbox.collect(db, peer)
    peer = again(db, peer)
    assert outbox.unsent_of(db, peer, [group.uid]) == {group.uid}
    numbers = [number for parcel in outbox.window(db, peer, 10) for number in parcel.changes]
    with db.transaction() as connection:
        outbox.answered(db, connection, peer, numbers, [], [])
    assert outbox.is_empty(db, peer)
    assert outbox.unsent_of(db, peer, [group.uid]) == set()
    records.save(db, [with_data(visits[0], VISIT, {**visits[0].data, "passage": 2})], "correction")
    assert not outbox.is_empty(db, peer)
    assert outbox.visits_with_own(db, peer) == {visits[0].uid}


def test_a_protocol_that_is_not_shared_is_not_collected(db: Database) -> None:
    limited = peers.add(db, HUB, project="p", name="Asso", account="a", scope=("banding",))
    place(db)
    outbox.collect(db, limited)
    assert outbox.window(db, again(db, limited), 10) == []
