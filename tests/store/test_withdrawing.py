"""What a hub refuses never stands in the way of what is typed after it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp.core.errors import FieldappError, NothingToUndoError
from fieldapp.core.record import Record, with_data
from fieldapp.store import changes, integrity, outbox, parcels, peers, records, steps, withdrawing
from fieldapp.store.connection import Author, Database, open_database
from fieldapp.store.peers import HUB, LAN, Peer
from tests.store.ponds import PONDS, make


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path / "ours.db", [PONDS], Author("Anne", "portable-anne")) as opened:
        yield opened
        assert integrity.check(opened).problems == []


@pytest.fixture
def hub(db: Database) -> Peer:
    return peers.add(db, HUB, project="p", name="Asso", account="a")


@pytest.fixture
def visit(db: Database, hub: Peer) -> Record:
    group = make("group", name="Terrils")
    site = make("site", group, name="mare 4")
    made = make("visit", site, passage=1, comments="x")
    records.save(db, [group, site, made, make("seen", made, cd_nom=5, count=1)], "saisie")
    answered(db, hub)
    return made


def answered(db: Database, hub: Peer, refused: str = "") -> None:
    """Let the peer take all that waits, or refuse it with this reason."""
    outbox.collect(db, peers.get(db, hub.id))
    waiting = [number for parcel in outbox.window(db, hub, 100) for number in parcel.changes]
    with db.transaction() as connection:
        told = [(number, refused) for number in waiting]
        outbox.answered(db, connection, hub, [] if refused else waiting, told if refused else [], [])


def change(db: Database, uid: str, **values: object) -> None:
    known = stored(db, uid)
    entity = PONDS.entity(known.entity)
    records.save(db, [with_data(known, entity, {**known.data, **values})], "correction")


def stored(db: Database, uid: str) -> Record:
    found = records.get(db, uid)
    assert found is not None
    return found


def heads(db: Database, uid: str) -> tuple[str, ...]:
    return steps.heads(db, [uid])[uid]


def test_undo_withdraws_what_all_have_refused_so_that_what_is_typed_next_follows_the_common_version(
    db: Database, hub: Peer, visit: Record
) -> None:
    common = heads(db, visit.uid)
    records.delete(db, visit.uid, "suppression")
    answered(db, hub, "not_yours")
    changes.undo(db)
    assert outbox.refused(db, hub) == []
    change(db, visit.uid, comments="haute")
    outbox.collect(db, peers.get(db, hub.id))
    [parcel] = outbox.window(db, hub, 100)
    [sent] = outbox.load(db, list(parcel.changes))
    assert (sent.base, sent.after) == (common, '{"comments":"haute"}')


def test_undo_withdraws_nothing_that_one_peer_has_taken_or_a_file_holds(db: Database, hub: Peer, visit: Record) -> None:
    other = peers.add(db, LAN, project="t", name="Table", account="b")
    change(db, visit.uid, comments="haute")
    answered(db, hub, "not_yours")
    answered(db, other)
    changes.undo(db)
    assert len(changes.history(db, visit.uid)) == len(steps.steps(db, [visit.uid])[visit.uid]) == 3
    change(db, visit.uid, comments="basse")
    parcels.begin(db, "f", None)
    answered(db, hub, "not_yours")
    answered(db, other, "not_yours")
    changes.undo(db)
    assert len(steps.steps(db, [visit.uid])[visit.uid]) == 5


def test_the_common_version_gives_up_what_was_refused_and_what_followed_it(
    db: Database, hub: Peer, visit: Record
) -> None:
    common = heads(db, visit.uid)
    change(db, visit.uid, comments="validé")
    answered(db, hub, "coordinators_only")
    change(db, visit.uid, passage=2)
    answered(db, hub, "after_refused")
    withdrawing.take_common(db, visit.uid)
    assert stored(db, visit.uid).data == {"passage": 1, "comments": "x"}
    assert (heads(db, visit.uid), outbox.refused(db, hub)) == (common, [])
    assert [one.action.label for one in changes.history(db, visit.uid)][-1] == "Version commune reprise"
    assert outbox.waiting(db, peers.get(db, hub.id)) == 0


def test_the_common_version_of_a_deleted_visit_brings_back_what_went_with_it(
    db: Database, hub: Peer, visit: Record
) -> None:
    records.delete(db, visit.uid, "suppression")
    answered(db, hub, "not_yours")
    withdrawing.take_common(db, visit.uid)
    assert len(records.descendants(db, visit.uid)) == 2
    assert outbox.refused(db, hub) == []


def test_the_common_version_of_a_visit_that_was_refused_whole_is_none_and_nothing_of_it_is_offered(
    db: Database, hub: Peer, visit: Record
) -> None:
    fresh = make("visit", Record(visit.parent or "", "ponds", "site", None, {}), passage=2)
    records.save(db, [fresh, make("seen", fresh, cd_nom=7)], "saisie")
    answered(db, hub, "malformed")
    records.save(db, [make("seen", fresh, cd_nom=8)], "saisie")
    withdrawing.take_common(db, fresh.uid)
    assert stored(db, fresh.uid).deleted
    assert records.descendants(db, fresh.uid) == []
    assert (outbox.refused(db, hub), outbox.waiting(db, peers.get(db, hub.id))) == ([], 0)
    with pytest.raises(NothingToUndoError):
        changes.redo(db)


def test_sent_again_the_present_values_go_as_one_change_upon_what_was_not_refused(
    db: Database, hub: Peer, visit: Record
) -> None:
    common = heads(db, visit.uid)
    change(db, visit.uid, comments="trop long")
    answered(db, hub, "malformed")
    change(db, visit.uid, comments="court")
    change(db, visit.uid, passage=2)
    withdrawing.send_again(db, visit.uid)
    assert stored(db, visit.uid).data == {"passage": 2, "comments": "court"}
    outbox.collect(db, peers.get(db, hub.id))
    [parcel] = outbox.window(db, hub, 100)
    [sent] = outbox.load(db, list(parcel.changes))
    assert sent.base == common
    assert records.decode(sent.after) == {"comments": "court", "passage": 2}


def test_sent_again_a_record_that_was_refused_whole_is_made_anew(db: Database, hub: Peer, visit: Record) -> None:
    fresh = make("visit", Record(visit.parent or "", "ponds", "site", None, {}), comments="trop long")
    records.save(db, [fresh], "saisie")
    answered(db, hub, "malformed")
    change(db, fresh.uid, comments="court")
    withdrawing.send_again(db, fresh.uid)
    [step] = steps.steps(db, [fresh.uid])[fresh.uid]
    assert (step.base, step.after["comments"], stored(db, fresh.uid).data) == ((), "court", {"comments": "court"})


def test_what_another_has_taken_or_nobody_refused_is_not_given_up(db: Database, hub: Peer, visit: Record) -> None:
    with pytest.raises(FieldappError, match="plus rien n’est refusé"):
        withdrawing.take_common(db, visit.uid)
    other = peers.add(db, LAN, project="t", name="Table", account="b")
    change(db, visit.uid, comments="haute")
    answered(db, hub, "not_yours")
    answered(db, other)
    for deed in (withdrawing.take_common, withdrawing.send_again):
        with pytest.raises(FieldappError, match="Un autre ordinateur"):
            deed(db, visit.uid)
    assert stored(db, visit.uid).data["comments"] == "haute"
