import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.core.record import Record, with_data
from fieldapp.store import changes, integrity, records
from fieldapp.store.connection import Database, open_database
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
