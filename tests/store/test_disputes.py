"""What people disagree about is settled by a choice, which is an action like any other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp.core.errors import FieldappError
from fieldapp.core.ids import new_uid
from fieldapp.core.merging import DELETED
from fieldapp.core.record import Record, with_data
from fieldapp.store import changes, disputes, incoming, integrity, outbox, peers, records, steps
from fieldapp.store.connection import Author, Database, open_database
from fieldapp.store.incoming import Incoming
from tests.store.ponds import PONDS, make


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path / "ours.db", [PONDS], Author("Anne", "portable-anne")) as opened:
        yield opened


@pytest.fixture
def pond(db: Database) -> Record:
    group = make("group", name="Terrils")
    made = make("site", group, name="mare 4")
    records.save(db, [group, made], "saisie")
    return made


def theirs(db: Database, record: Record, base: tuple[str, ...], after: dict[str, object]) -> None:
    """Take in what Bruno wrote who knew the record up to `base`."""
    peer = peers.add(db, peers.FILE, project="bruno", name="Bruno")
    told = ("deed", "correction", "Bruno", "portable-bruno", records.now())
    after_json = records.encode(after).decode()
    change = Incoming(new_uid(), record.uid, record.protocol, record.entity, "1.2", base, "{}", after_json, told)
    with db.transaction() as connection:
        incoming.take(db, connection, peer.id, [change])


def stored(db: Database, uid: str) -> Record:
    found = records.get(db, uid)
    assert found is not None
    return found


def disagree(db: Database, record: Record, ours: str, other: str) -> None:
    base = steps.heads(db, [record.uid])[record.uid]
    records.save(db, [make_named(record, ours)], "correction")
    theirs(db, record, base, {"name": other})


def make_named(record: Record, name: str) -> Record:
    return Record(record.uid, record.protocol, record.entity, record.parent, {**record.data, "name": name})


def test_both_versions_are_told_with_who_and_where_and_the_earliest_shows(db: Database, pond: Record) -> None:
    disagree(db, pond, "mare quatre", "la quatre")
    [dispute] = disputes.opened(db)
    assert [(one.value, one.who, one.device) for one in dispute.versions] == [
        ("mare quatre", "Anne", "portable-anne"),
        ("la quatre", "Bruno", "portable-bruno"),
    ]
    assert stored(db, pond.uid).data["name"] == "mare quatre"


def test_a_choice_settles_it_and_undo_opens_it_again(db: Database, pond: Record) -> None:
    disagree(db, pond, "mare quatre", "la quatre")
    disputes.settle(db, pond.uid, {"name": "la quatre"})
    assert (disputes.count(db), stored(db, pond.uid).data["name"]) == (0, "la quatre")
    changes.undo(db)
    assert (disputes.count(db), stored(db, pond.uid).data["name"]) == (1, "mare quatre")


def test_choosing_what_shows_already_settles_it_too(db: Database, pond: Record) -> None:
    disagree(db, pond, "mare quatre", "la quatre")
    disputes.settle(db, pond.uid, {"name": "mare quatre"})
    assert [one.field for one in disputes.settled(db)] == ["name"]
    assert disputes.of_record(db, pond.uid) == []


def test_a_settled_one_is_chosen_otherwise_and_stays_settled(db: Database, pond: Record) -> None:
    disagree(db, pond, "mare quatre", "la quatre")
    disputes.settle(db, pond.uid, {"name": "mare quatre"})
    disputes.settle(db, pond.uid, {"name": "mare 4 et 4 bis"})
    assert (disputes.count(db), stored(db, pond.uid).data["name"]) == (0, "mare 4 et 4 bis")


def test_a_field_that_nobody_disagreed_about_is_not_settled(db: Database, pond: Record) -> None:
    with pytest.raises(FieldappError, match="rouvrez la liste"):
        disputes.settle(db, pond.uid, {"name": "x"})


def test_keeping_a_record_brings_back_what_went_with_it_and_nothing_else(db: Database, pond: Record) -> None:
    visits = [make("visit", pond, visited_on=f"2022-04-{day}") for day in (10, 11)]
    seen = make("seen", visits[1], cd_nom=1)
    records.save(db, [*visits, seen], "saisie")
    records.delete(db, visits[0].uid, "supprimé avant")
    base = steps.heads(db, [pond.uid])[pond.uid]
    records.delete(db, pond.uid, "supprimé")
    theirs(db, pond, base, {"name": "la quatre"})
    assert [one.field for one in disputes.opened(db)] == [DELETED]
    assert [one.uid for one in disputes.gone_with(db, pond.uid)] == [visits[1].uid, seen.uid]
    disputes.settle(db, pond.uid, {DELETED: False})
    assert [stored(db, one.uid).deleted for one in (pond, visits[0], visits[1], seen)] == [False, True, False, False]
    changes.undo(db)
    assert [stored(db, one.uid).deleted for one in (pond, visits[1], seen)] == [False, True, True]
    assert disputes.count(db) == 1


def test_a_deletion_that_was_chosen_can_be_taken_back_by_choosing_otherwise(db: Database, pond: Record) -> None:
    visit = make("visit", pond, visited_on="2022-04-10")
    records.save(db, [visit], "saisie")
    base = steps.heads(db, [pond.uid])[pond.uid]
    records.save(db, [make_named(pond, "mare quatre")], "correction")
    theirs(db, pond, base, {DELETED: True})
    disputes.settle(db, pond.uid, {DELETED: True})
    assert [stored(db, one.uid).deleted for one in (pond, visit)] == [True, True]
    disputes.settle(db, pond.uid, {DELETED: False})
    assert [stored(db, one.uid).deleted for one in (pond, visit)] == [False, False]
    assert disputes.count(db) == 0


def test_undo_of_one_side_leaves_the_other_as_the_other_side(db: Database, pond: Record) -> None:
    base = steps.heads(db, [pond.uid])[pond.uid]
    records.save(db, [make_named(pond, "mare quatre")], "correction")
    [ours] = steps.heads(db, [pond.uid])[pond.uid]
    hub = peers.add(db, peers.HUB, project="p", name="Asso", account="a")
    outbox.collect(db, hub)  # it was offered, so it can't be withdrawn
    theirs(db, pond, base, {"name": "la quatre"})
    changes.undo(db)
    [dispute] = disputes.opened(db)
    assert {version.value for version in dispute.versions} == {"mare 4", "la quatre"}
    assert (ours,) in [step.base for step in steps.steps(db, [pond.uid])[pond.uid]]
    changes.redo(db)
    [dispute] = disputes.opened(db)
    assert {version.value for version in dispute.versions} == {"mare quatre", "la quatre"}
    assert integrity.check(db).problems == []


def test_undo_of_a_side_that_never_left_leaves_the_other_alone(db: Database, pond: Record) -> None:
    theirs(db, pond, steps.heads(db, [pond.uid])[pond.uid], {"name": "la quatre"})
    records.save(db, [with_data(pond, PONDS.entity("site"), {"name": "mare quatre"})], "correction")
    assert disputes.count(db) == 1
    changes.undo(db)
    assert (disputes.opened(db), stored(db, pond.uid).data["name"]) == ([], "la quatre")
    assert integrity.check(db).problems == []


def test_a_choice_between_versions_of_which_one_came_since_is_refused(db: Database, pond: Record) -> None:
    base = steps.heads(db, [pond.uid])[pond.uid]
    disagree(db, pond, "mare quatre", "la quatre")
    seen = {one.field: {version.change for version in one.versions} for one in disputes.opened(db)}
    theirs(db, pond, base, {"name": "la troisième"})
    with pytest.raises(FieldappError, match="Une autre version est arrivée"):
        disputes.settle(db, pond.uid, {"name": "la quatre"}, seen=seen)
    with pytest.raises(FieldappError, match="quelqu’un a déjà tranché"):
        disputes.settle(db, pond.uid, {"name": "la quatre"}, seen={})
    seen = {one.field: {version.change for version in one.versions} for one in disputes.opened(db)}
    disputes.settle(db, pond.uid, {"name": "la quatre"}, seen=seen)
    assert (disputes.count(db), stored(db, pond.uid).data["name"]) == (0, "la quatre")
    disputes.settle(db, pond.uid, {"name": "mare quatre"}, seen={})
    assert stored(db, pond.uid).data["name"] == "mare quatre"
