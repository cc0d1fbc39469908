"""A save writes what its author altered of what they had read, and nothing of what others wrote meanwhile."""

import pytest

from fieldapp.core.errors import FieldappError
from fieldapp.core.ids import new_uid
from fieldapp.core.merging import DELETED
from fieldapp.core.record import MAX_LABEL, MAX_VALUE_BYTES, Record, with_data
from fieldapp.store import changes, disputes, incoming, integrity, peers, records, steps
from fieldapp.store.connection import Database
from fieldapp.store.incoming import Incoming
from tests.store.ponds import PONDS, make


def edited(record: Record, **data: object) -> Record:
    return with_data(record, PONDS.entity(record.entity), {**record.data, **data})


@pytest.fixture
def read(db: Database) -> Record:
    """Return a visit as a form reads it."""
    group = make("group", name="A")
    site = make("site", group, name="M")
    visit = make("visit", site, visited_on="2026-04-01", passage=1, comments="x")
    records.save(db, [group, site, visit], "saisie")
    return stored(db, visit.uid)


def stored(db: Database, uid: str) -> Record:
    found = records.get(db, uid)
    assert found is not None
    return found


def bruno_writes(db: Database, record: Record, base: tuple[str, ...], **after: object) -> str:
    """Take in what Bruno wrote who knew the record up to `base`; return his change."""
    peer = peers.add(db, peers.FILE, project="bruno", name="Bruno")
    told = (new_uid(), "correction", "Bruno", "portable-bruno", records.now())
    after_json = records.encode(after).decode()
    before = records.encode({name: record.data.get(name) for name in after}).decode()
    change = Incoming(new_uid(), record.uid, "ponds", record.entity, "1.2", base, before, after_json, told)
    with db.transaction() as connection:
        incoming.take(db, connection, peer.id, [change])
    return change.uid


def head(db: Database, uid: str) -> tuple[str, ...]:
    return steps.heads(db, [uid])[uid]


def test_what_came_into_another_field_since_a_form_was_opened_stays_when_it_is_saved(
    db: Database, read: Record
) -> None:
    base = head(db, read.uid)
    theirs = bruno_writes(db, read, base, comments="eau très haute")
    saved = records.save(db, [edited(read, passage=2)], "fiche")
    assert stored(db, read.uid).data == {"visited_on": "2026-04-01", "passage": 2, "comments": "eau très haute"}
    assert disputes.count(db) == 0
    mine = steps.steps(db, [read.uid])[read.uid][-1]
    assert (mine.base, mine.after) == (base, {"passage": 2})
    assert set(head(db, read.uid)) == {mine.uid, theirs}
    assert saved.met == {read.uid}
    assert integrity.check(db).problems == []


def test_a_field_that_both_wrote_without_seeing_the_other_is_disputed(db: Database, read: Record) -> None:
    bruno_writes(db, read, head(db, read.uid), comments="haute")
    records.save(db, [edited(read, comments="basse", passage=2)], "fiche")
    [dispute] = disputes.opened(db)
    assert {version.value for version in dispute.versions} == {"haute", "basse"}
    assert stored(db, read.uid).data["passage"] == 2


def test_a_form_that_keeps_what_it_saved_goes_on_from_there(db: Database, read: Record) -> None:
    bruno_writes(db, read, head(db, read.uid), comments="haute")
    kept = edited(read, passage=2)
    records.save(db, [kept], "fiche")
    kept = edited(kept, passage=3)
    records.save(db, [kept], "fiche")
    assert stored(db, read.uid).data == {"visited_on": "2026-04-01", "passage": 3, "comments": "haute"}
    records.save(db, [edited(kept, passage=1)], "fiche")
    assert stored(db, read.uid).data["passage"] == 1
    assert disputes.count(db) == 0
    assert integrity.check(db).problems == []


def test_what_this_laptop_wrote_itself_meanwhile_is_no_rival(db: Database, read: Record) -> None:
    records.save(db, [edited(read, passage=2)], "fiche")
    bruno_writes(db, read, head(db, read.uid), comments="haute")
    records.save(db, [edited(read, passage=3)], "fiche")
    assert disputes.count(db) == 0
    assert stored(db, read.uid).data == {"visited_on": "2026-04-01", "passage": 3, "comments": "haute"}


def test_without_anything_from_others_a_save_writes_the_record_as_it_stands(db: Database, read: Record) -> None:
    records.save(db, [edited(read, passage=2)], "fiche")
    saved = records.save(db, [edited(read, passage=1)], "fiche")
    assert (stored(db, read.uid).data["passage"], saved.met) == (1, frozenset())


def test_what_was_changed_by_another_and_deleted_here_from_an_old_reading_is_disputed(
    db: Database, read: Record
) -> None:
    bruno_writes(db, read, head(db, read.uid), comments="haute")
    records.save(db, [read.removed()], "suppression")
    [dispute] = disputes.opened(db)
    assert (dispute.field, stored(db, read.uid).deleted) == (DELETED, False)


def test_what_another_deleted_is_alive_and_disputed_when_a_form_of_it_is_saved(db: Database, read: Record) -> None:
    bruno_writes(db, read, head(db, read.uid), _deleted=True)
    assert stored(db, read.uid).deleted
    records.save(db, [edited(read, passage=2)], "fiche")
    assert [one.field for one in disputes.opened(db)] == [DELETED]
    assert not stored(db, read.uid).deleted


def test_a_record_that_was_deleted_comes_back_when_it_is_restored(db: Database, read: Record) -> None:
    records.save(db, [read.removed()], "suppression")
    gone = stored(db, read.uid)
    records.save(db, [edited(gone.restored(), passage=1)], "reprise")
    assert not stored(db, read.uid).deleted


def test_a_whole_number_written_with_a_point_is_a_change(db: Database, read: Record) -> None:
    records.save(db, [edited(read, passage=1.0, comments="y")], "fiche")
    assert steps.steps(db, [read.uid])[read.uid][-1].after == {"passage": 1.0, "comments": "y"}
    assert type(steps.steps(db, [read.uid])[read.uid][-1].after["passage"]) is float
    assert integrity.check(db).problems == []


def test_values_too_long_for_any_hub_are_refused_before_anything_is_written(db: Database, read: Record) -> None:
    long = "x" * MAX_VALUE_BYTES
    fresh = make("visit", Record(read.parent or "", "ponds", "site", None, {}), comments=long)
    for record in (edited(read, comments=long), fresh):
        with pytest.raises(FieldappError, match="trop long"):
            records.save(db, [edited(read, passage=2), record], "fiche")
    assert stored(db, read.uid) == read
    assert records.get(db, fresh.uid) is None


def test_a_label_too_long_for_any_hub_is_cut(db: Database, read: Record) -> None:
    records.save(db, [edited(read, passage=2)], "x" * (MAX_LABEL + 1))
    action = changes.to_undo(db)
    assert action is not None
    assert (len(action.label), action.label[-1]) == (MAX_LABEL, "…")
