from collections.abc import Sequence

import pytest

from fieldapp.core.ids import new_uid
from fieldapp.core.record import Record, with_data
from fieldapp.store import changes, incoming, integrity, outbox, peers, records, steps
from fieldapp.store.connection import Database
from fieldapp.store.incoming import Aside, Incoming, IncompleteError, Took, take
from fieldapp.store.peers import HUB, LAN, Peer
from fieldapp.store.records import encode
from tests.store.ponds import GROUP, make

ACTION = ("0190a5d6-0000-7000-8000-000000000000", "saisie", "person-2", "laptop-2", "2026-04-01T08:00:00.000Z")


@pytest.fixture
def peer(db: Database) -> Peer:
    return peers.add(db, HUB, project="p", name="Asso", account="a")


def made(record: Record, action: tuple[str, str, str, str, str] = ACTION) -> Incoming:
    after = encode({"_parent": record.parent, **record.data}).decode()
    return Incoming(new_uid(), record.uid, "ponds", record.entity, "1.2", (), None, after, action)


def edited(record: Record, base: Sequence[str], before: str, after: str) -> Incoming:
    return Incoming(new_uid(), record.uid, "ponds", record.entity, "1.2", tuple(base), before, after, ACTION)


def taken(db: Database, peer: Peer, *came: Incoming) -> Took:
    with db.transaction() as connection:
        return take(db, connection, peer.id, came)


def test_what_comes_is_kept_as_it_was_written_with_who_did_it(db: Database, peer: Peer) -> None:
    group = make("group", name="A")
    site = make("site", group, name="M")
    took = taken(db, peer, made(group), made(site))
    assert took == Took(2, 2, 0, frozenset({"person-2"}))
    assert records.get(db, site.uid) == site
    (change,) = changes.history(db, group.uid)
    assert (change.action.kind, change.action.who, change.action.device) == ("sync", "person-2", "laptop-2")
    assert changes.to_undo(db) is None
    assert integrity.check(db).problems == []


def test_what_is_here_already_is_not_taken_again(db: Database, peer: Peer) -> None:
    came = made(make("group", name="A"))
    taken(db, peer, came)
    assert taken(db, peer, came, came) == Took()
    assert db.value("SELECT count(*) FROM change") == 1


def test_twice_in_one_page_counts_once(db: Database, peer: Peer) -> None:
    came = made(make("group", name="A"))
    assert taken(db, peer, came, came).changes == 1


def test_a_change_whose_forerunner_is_missing_is_refused_with_all_that_came_with_it(db: Database, peer: Peer) -> None:
    group = make("group", name="A")
    with pytest.raises(IncompleteError, match="rien n’en a été gardé"):
        taken(db, peer, made(make("group")), edited(group, [new_uid()], "{}", '{"name":"B"}'))
    assert db.value("SELECT count(*) FROM change") == 0
    assert records.roots(db, "ponds", "group") == []


def test_a_record_below_one_that_is_missing_is_refused(db: Database, peer: Peer) -> None:
    with pytest.raises(IncompleteError, match="dépend de relevés qui ne sont pas ici"):
        taken(db, peer, made(make("site", make("group"), name="M")))


def test_each_action_keeps_its_own_changes_where_they_come_in_turns(db: Database, peer: Peer) -> None:
    other = ("0190a5d6-0000-7000-8000-000000000001", "autre", "person-3", "laptop-3", "2026-04-01T08:00:00.000Z")
    groups = [make("group", name=str(number)) for number in range(4)]
    taken(db, peer, *(made(group, (ACTION, other)[number % 2]) for number, group in enumerate(groups)))
    assert [changes.history(db, group.uid)[0].action.label for group in groups] == ["saisie", "autre"] * 2
    assert [past.records for past in changes.of_kind(db, "sync")] == [1, 1, 1, 1]


def test_what_came_from_a_peer_is_not_offered_to_it_but_to_the_others(db: Database, peer: Peer) -> None:
    table = peers.add(db, LAN, project="q", name="Table", account="b")
    taken(db, peer, made(make("group", name="A")))
    outbox.collect(db, peer)
    outbox.collect(db, table)
    assert outbox.window(db, peer, 10) == []
    assert len(outbox.window(db, table, 10)) == 1


def test_a_dispute_is_counted_once(db: Database, peer: Peer) -> None:
    group = make("group", name="A")
    records.save(db, [group], "aire")
    base = steps.heads(db, [group.uid])[group.uid]
    records.save(db, [with_data(group, GROUP, {"name": "ici"})], "renommer")
    assert taken(db, peer, edited(group, base, '{"name":"A"}', '{"name":"ailleurs"}')).disputed == 1
    assert taken(db, peer, edited(group, base, '{"name":"A"}', '{"name":"encore"}')).disputed == 0


def test_what_was_withdrawn_here_and_is_known_elsewhere_is_let_out_with_its_undo(db: Database, peer: Peer) -> None:
    group = make("group", name="A")
    records.save(db, [group], "aire")
    records.save(db, [with_data(group, GROUP, {"name": "B"})], "renommer")
    changes.undo(db)
    outbox.collect(db, peer)
    ((uid, base),) = db.rows("SELECT uid, base FROM change WHERE withdrawn = 1 ORDER BY id LIMIT 1")
    came = edited(group, [base], '{"name":"A"}', '{"name":"B"}')._replace(uid=uid)
    assert taken(db, peer, came).changes == 0
    assert db.value("SELECT count(*) FROM change WHERE withdrawn = 1") == 0
    (parcel,) = outbox.window(db, peers.get(db, peer.id), 10)
    assert len(parcel.changes) == 3
    found = records.get(db, group.uid)
    assert found is not None
    assert found.data == {"name": "A"}
    assert integrity.check(db).problems == []


def test_what_was_passed_over_is_remembered_of_each_peer(db: Database, peer: Peer) -> None:
    table = peers.add(db, LAN, project="q", name="Table", account="b")
    newer = Aside("c1", "r1", "v1", "bats", "roost", "9.0", "newer")
    with db.transaction() as connection:
        incoming.set_aside(connection, peer.id, [newer, newer._replace(change="c2", visit="v2", reason="follows")])
        incoming.set_aside(connection, peer.id, [newer])
    assert incoming.aside(db, peer.id, ["c1", "c3"], ["r1", "r2"]) == ({"c1"}, {"r1"})
    assert incoming.newer(db, peer.id) == [("bats", "roost", "9.0")]
    assert incoming.visits_aside(db, peer.id) == {"v1", "v2"}
    assert incoming.visits_aside(db, table.id) == set()
    assert peers.ask_for_all(db, peer).replica != peer.replica
    assert incoming.newer(db, peer.id) == []
