from dataclasses import replace

import pytest

from fieldapp.store import changes, outbox, peers, records
from fieldapp.store.connection import Database
from fieldapp.store.peers import FILE, HUB, LAN
from tests.store.ponds import make, reopen


def test_a_peer_that_is_joined_again_goes_on_where_it_was(db: Database) -> None:
    first = peers.add(db, HUB, project="p", name="Asso", account="a", role="volunteer", scope=("ponds",))
    with db.transaction() as connection:
        connection.execute("UPDATE peer SET cursor = 7, mark = 'm', taken = 3")
    peers.leave(db, first.id)
    assert peers.hub(db) is None
    again = peers.add(db, HUB, project="p", name="Association", account="a", role="leader", address="https://x")
    assert again == replace(
        first, name="Association", role="leader", address="https://x", scope=(), cursor=7, mark="m", taken=3
    )
    assert peers.hub(reopen(db)) == again


def test_peers_are_told_apart_by_kind(db: Database) -> None:
    found = [peers.add(db, kind, project="p", name=kind, account="a") for kind in (LAN, HUB, FILE)]
    assert peers.all_of(db) == found
    assert peers.all_of(db, LAN) == found[:1]
    assert peers.hub(db) == found[1]
    assert len({peer.replica for peer in found}) == 3


def test_a_peer_that_is_not_there_is_a_key_error(db: Database) -> None:
    with pytest.raises(KeyError):
        peers.get(db, 1)


def test_leaving_empties_what_waited_for_the_peer_but_nothing_else(db: Database) -> None:
    peer = peers.add(db, HUB, project="p", name="Asso", account="a")
    records.save(db, [make("group", name="A")], "aire")
    outbox.collect(db, peer)
    peers.leave(db, peer.id)
    assert db.value("SELECT count(*) FROM outbox") == 0
    assert records.count(db, "ponds", "group") == 1
    # What it was offered may have reached others.
    assert peers.offered(db) == 1


def test_beginning_again_asks_for_all_and_offers_all_also_what_came_from_there(db: Database) -> None:
    peer = peers.add(db, HUB, project="p", name="Asso", account="a")
    records.save(db, [make("group", name="A"), make("group", name="B")], "aires")
    outbox.collect(db, peer)
    with db.transaction() as connection:
        connection.execute("UPDATE change SET origin = ? WHERE id = 1", (peer.id,))
        connection.execute("UPDATE peer SET cursor = 9, mark = 'm', taken = 2")
        connection.execute("DELETE FROM outbox")
    begun = peers.begin_again(db, peers.get(db, peer.id))
    assert (begun.cursor, begun.mark, begun.taken) == (0, "", 0)
    assert begun.replica != peer.replica
    outbox.collect(db, begun)
    assert sum(len(parcel.changes) for parcel in outbox.window(db, begun, 10)) == 2


def test_what_nobody_was_offered_is_known_by_its_number(db: Database) -> None:
    assert peers.offered(db) == 0
    records.save(db, [make("group", name="A")], "aire")
    peer = peers.add(db, HUB, project="p", name="Asso", account="a")
    outbox.collect(db, peer)
    records.save(db, [make("group", name="B")], "aire")
    assert peers.offered(db) == 1
    changes.undo(db)
    changes.undo(db)
    # The one that was offered travels with its undo, the other never leaves.
    assert outbox.waiting(db, peers.get(db, peer.id)) == 2


def test_the_diary_keeps_the_newest_five_hundred(db: Database) -> None:
    peer = peers.add(db, HUB, project="p", name="Asso", account="a")
    for number in range(501):
        peers.log(db, peer.id, {"sent": number})
    assert db.value("SELECT count(*) FROM sync_log") == 500
    assert [figures["sent"] for _peer, _at, figures in peers.diary(db, 2)] == [500, 499]


def test_a_sync_leaves_its_moment_and_the_role_that_the_hub_told(db: Database) -> None:
    peer = peers.add(db, HUB, project="p", name="Asso", account="a", role="volunteer")
    peers.synced(db, peer, {"sent": 1}, role="leader")
    found = peers.get(db, peer.id)
    assert found.role == "leader"
    assert found.synced_at == peers.diary(db)[0][1]
    peers.synced(db, found, {}, role="")
    assert peers.get(db, peer.id).role == "leader"


def test_all_can_be_asked_for_again_without_offering_anything_again(db: Database) -> None:
    peer = peers.add(db, HUB, project="p", name="Asso", account="a")
    with db.transaction() as connection:
        connection.execute("UPDATE peer SET through = 7, taken = 5")
        peers.move_on(connection, peer, 9, "mark")
    found = peers.ask_for_all(db, peer)
    assert (found.cursor, found.mark, found.through, found.taken) == (0, "", 7, 0)
    assert found.replica != peer.replica
