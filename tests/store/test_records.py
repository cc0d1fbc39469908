import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.core.errors import FieldappError
from fieldapp.core.ids import new_uid
from fieldapp.core.merging import DELETED
from fieldapp.core.record import MAX_LABEL, MAX_VALUE_BYTES, Record, with_data
from fieldapp.store import changes, disputes, incoming, integrity, peers, records, steps
from fieldapp.store.connection import Database, open_database
from fieldapp.store.incoming import Incoming
from tests.store.ponds import PONDS, SEEN, VISIT, make


def edited(record: Record, **data: object) -> Record:
    return with_data(record, PONDS.entity(record.entity), {**record.data, **data})


def test_what_was_saved_is_there_after_reopening(db: Database) -> None:
    group = make("group", name="Terrils")
    site = make("site", group, name="Mare d’été ∅ 04")
    records.save(db, [group, site], "mare")
    db.close()
    with open_database(db.path, [PONDS]) as again:
        assert records.get(again, site.uid) == site
        assert records.get(again, group.uid) == group


def test_a_child_may_come_before_its_parent_in_one_save(db: Database) -> None:
    group = make("group", name="A")
    site = make("site", group, name="B")
    records.save(db, [site, group], "mare")
    assert [record.uid for record in records.children(db, [group.uid])] == [site.uid]


def test_a_record_below_a_parent_that_does_not_exist_is_refused_whole(db: Database) -> None:
    group = make("group", name="A")
    with pytest.raises(sqlite3.IntegrityError):
        records.save(db, [group, make("site", make("group"), name="B")], "mare")
    assert records.get(db, group.uid) is None
    assert changes.last_saved_at(db) is None


def test_records_equal_to_what_is_stored_leave_no_trace(db: Database) -> None:
    group = make("group", name="A")
    first = records.save(db, [group], "aire")
    second = records.save(db, [group], "aire")
    assert (first.created, first.changed) == (1, 0)
    assert (second.action, second.created, second.changed) == (None, 0, 0)
    assert len(changes.history(db, group.uid)) == 1


def test_a_save_says_how_many_it_made_and_how_many_it_changed(db: Database) -> None:
    group = make("group", name="A")
    records.save(db, [group], "aire")
    saved = records.save(db, [edited(group, name="B"), make("site", group, name="C")], "aire et mare")
    assert (saved.created, saved.changed) == (1, 1)


@pytest.mark.parametrize("count", [2, records.CHUNK + 3])
def test_a_record_that_comes_twice_ends_as_it_came_last(db: Database, count: int) -> None:
    group = make("group", name="A")
    others = [make("group", name=str(number)) for number in range(count)]
    saved = records.save(db, [group, *others, edited(group, name="B"), edited(group, name="C")], "aires")
    found = records.get(db, group.uid)
    assert found is not None
    assert found.data == {"name": "C"}
    assert saved.created == count + 1
    assert integrity.check(db).problems == []


def test_a_bulk_save_of_new_records_writes_the_same_as_a_careful_one(db: Database) -> None:
    group = make("group", name="A")
    records.save(db, [group, make("site", group, name="B")], "import", kind="import", all_new=True)
    assert records.count(db, "ponds", "site") == 1
    assert [change.after for change in changes.history(db, group.uid)] == [{"_parent": None, "name": "A"}]
    assert integrity.check(db).problems == []


def test_a_record_that_is_new_and_deleted_at_once_has_a_history_that_says_so(db: Database) -> None:
    group = make("group", name="A").removed()
    records.save(db, [group], "aire")
    assert changes.history(db, group.uid)[0].after["_deleted"] is True
    assert integrity.check(db).problems == []


def test_deleting_takes_all_that_lies_below_in_one_action(db: Database) -> None:
    group = make("group", name="A")
    site = make("site", group, name="B")
    visit = make("visit", site, visited_on="2026-03-01")
    records.save(db, [group, site, visit], "aire")
    saved = records.delete(db, group.uid, "supprimer")
    assert saved.changed == 3
    assert records.roots(db, "ponds", "group") == []
    stored = records.get(db, visit.uid)
    assert stored == replace(visit, deleted=True)


def test_the_tree_holds_each_level_in_order_of_date(db: Database) -> None:
    group = make("group", name="A")
    site = make("site", group, name="B")
    late, early = make("visit", site, visited_on="2026-05-01"), make("visit", site, visited_on="2026-03-01")
    old = make("visit", site, visited_on="2024-03-01")
    seen = make("seen", early, cd_nom=197)
    records.save(db, [group, site, late, early, old, seen], "aire")
    top = records.tree(db, group.uid, years=(2026, 2026))
    assert top is not None
    assert [node.record.uid for node in top.walk("visit")] == [early.uid, late.uid]
    assert [node.record.cd_nom for node in top.walk("seen")] == [197]


def test_a_season_holds_its_visits_with_what_is_above_and_below_and_nothing_else(db: Database) -> None:
    group, other = make("group", name="A"), make("group", name="Z")
    site, empty = make("site", group, name="B"), make("site", other, name="Y")
    inside, outside = make("visit", site, visited_on="2026-03-01"), make("visit", site, visited_on="2025-03-01")
    seen = make("seen", inside, cd_nom=197)
    records.save(db, [group, other, site, empty, inside, outside, seen], "aires")
    found = records.season(db, "ponds", "visit", "2026-01-01", "2026-12-31")
    assert [node.record.uid for node in found] == [group.uid]
    assert [node.record.uid for top in found for entity in ("visit", "seen") for node in top.walk(entity)] == [
        inside.uid,
        seen.uid,
    ]


def test_a_season_reaches_down_to_what_lies_below_its_lines(tmp_path: Path) -> None:
    with open_database(tmp_path / "marks.db", [protocols.by_code("banding")]) as db:
        visit = Record("v", "banding", "visit", None, {"date": "2026-03-01"}, "2026-03-01")
        bird = Record("b", "banding", "observation", "v", {"ring": "1"})
        mark = Record("m", "banding", "mark", "b", {"kind": "gps"})
        gone = replace(Record("n", "banding", "mark", "b", {"kind": "dye"}), deleted=True)
        records.save(db, [visit, bird, mark, gone], "séance")
        (found,) = records.season(db, "banding", "visit", "2026-01-01", "2026-12-31")
    assert [node.record.uid for entity in ("visit", "observation", "mark") for node in found.walk(entity)] == [
        "v", "b", "m",
    ]  # fmt: skip


def test_the_years_are_those_of_live_records_newest_first(db: Database) -> None:
    group = make("group", name="A")
    site = make("site", group, name="B")
    visits = [make("visit", site, visited_on=day) for day in ("2020-03-01", "2020-05-01", "2026-03-01", "2023-12-31")]
    records.save(db, [group, site, *visits, make("visit", site, passage=1)], "aire")
    records.delete(db, visits[2].uid, "supprimer")
    assert records.years(db, "ponds", "visit") == [2023, 2020]


def test_the_indexed_columns_follow_the_fields(db: Database) -> None:
    visit = make("visit", None, visited_on="2026-03-01")
    seen = make("seen", visit, cd_nom=197)
    records.save(db, [visit, seen], "passage")
    records.save(db, [with_data(visit, VISIT, {}), with_data(seen, SEEN, {"cd_nom": 444440})], "passage")
    assert db.rows("SELECT on_date, cd_nom FROM record ORDER BY uid") == [(None, None), (None, 444440)]


def test_an_import_that_fails_half_way_leaves_nothing(db: Database) -> None:
    def broken() -> object:
        for number in range(records.CHUNK * 2):
            yield make("group", name=str(number))
        raise RuntimeError("cable")

    with pytest.raises(RuntimeError, match="cable"):
        records.save(db, broken(), "import", kind="import")  # type: ignore[arg-type]
    assert records.count(db, "ponds", "group") == 0
    assert db.value("SELECT count(*) FROM change") == 0
    assert db.value("SELECT count(*) FROM action") == 0


@pytest.mark.parametrize("count", [1, records.CHUNK // 4, records.CHUNK, records.CHUNK * 2 + 1])
def test_many_new_records_are_written_whole_whatever_their_number(db: Database, count: int) -> None:
    group = make("group", name="A")
    sites = [make("site", group, name=str(number)) for number in range(count)]
    with db.transaction() as connection:
        writer = records.Writer(db, connection, "import", "import")
        writer.create([*sites, group])  # one piece, with a child before its parent
        saved = writer.saved()
    assert (saved.created, saved.changed) == (count + 1, 0)
    assert records.get_many(db, [site.uid for site in sites]) == {site.uid: site for site in sites}
    assert integrity.check(db).problems == []


def test_a_large_save_below_a_parent_that_does_not_exist_is_refused_whole(db: Database) -> None:
    lost = make("group", name="A")
    with pytest.raises(sqlite3.IntegrityError):
        records.save(db, [make("site", lost, name=str(number)) for number in range(records.CHUNK)], "x", all_new=True)
    assert db.value("SELECT count(*) FROM record") == 0
    assert changes.last_saved_at(db) is None


def test_an_identity_that_is_taken_is_told_of_a_large_save_too(db: Database) -> None:
    groups = [make("group", name=str(number)) for number in range(records.CHUNK)]
    records.save(db, groups[:1], "aire")
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        records.save(db, groups, "import", kind="import", all_new=True)
    assert records.roots(db, "ponds", "group") == groups[:1]


def test_values_are_counted_below_each_parent(tmp_path: Path) -> None:
    with open_database(tmp_path / "tally.db", [protocols.by_code("banding")]) as db:
        visits = [Record(uid, "banding", "visit", None, {"date": "2026-03-01"}, "2026-03-01") for uid in "vw"]
        actions: dict[str, list[str | None]] = {"v": ["B", "B", "C", None], "w": ["B"]}
        birds = [
            Record(f"{uid}{n}", "banding", "observation", uid, {"action": code} if code else {})
            for uid, codes in actions.items()
            for n, code in enumerate(codes)
        ]
        gone = replace(Record("x", "banding", "observation", "w", {"action": "C"}), deleted=True)
        records.save(db, [*visits, *birds, gone], "captures")
        found = records.child_tally(db, ["v", "w", "z"], "observation", "action")
        with pytest.raises(KeyError):
            records.child_tally(db, ["v"], "observation", "no such field")
    assert found == {"v": {"B": 2, "C": 1, None: 1}, "w": {"B": 1}}


def test_the_undated_of_some_entities_come_alone(db: Database) -> None:
    group = make("group", name="A")
    site = make("site", group, name="B")
    visit = make("visit", site, passage=1)
    records.save(db, [group, site, visit], "mare")
    parents = [group.uid, site.uid]
    assert [one.uid for one in records.undated(db, parents)] == [site.uid, visit.uid]
    assert [one.uid for one in records.undated(db, parents, ("visit",))] == [visit.uid]
    assert [one.uid for one in records.undated(db, parents, ("group", "site"))] == [site.uid]
    assert records.undated(db, parents, ()) == []


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
