from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.store.placing import Placing
from tests.store.ponds import make


def test_a_record_lies_in_the_topmost_dated_one_above_it_or_in_itself(db: Database) -> None:
    group = make("group", name="A")
    site = make("site", group, name="M")
    visit = make("visit", site, visited_on="2026-04-01")
    seen = make("seen", visit, cd_nom=1)
    records.save(db, [group, site, visit, seen], "passage")
    placing = Placing(db, [(seen.uid, visit.uid, "ponds", "seen")], also=[group.uid])
    assert placing.visit(seen.uid) == placing.visit(visit.uid) == visit.uid
    assert placing.visit(site.uid) == site.uid
    assert [placing.depth(record.uid) for record in (group, site, visit, seen)] == [0, 1, 2, 3]
    assert list(placing.above(seen.uid)) == [visit.uid, site.uid, group.uid]
    assert placing.holds(visit.uid)
    assert not placing.holds(site.uid)


def test_a_protocol_that_is_not_known_has_no_visits(db: Database) -> None:
    placing = Placing(db, [("a", None, "elsewhere", "visit"), ("b", "a", "elsewhere", "thing")])
    assert placing.visit("b") == "b"
    assert placing.depth("b") == 1


def test_records_that_lie_below_themselves_do_not_go_round_for_ever(db: Database) -> None:
    placing = Placing(db, [("a", "b", "ponds", "site"), ("b", "a", "ponds", "site"), ("c", "a", "ponds", "visit")])
    assert list(placing.above("c")) == ["a", "b"]
    assert placing.visit("c") == "c"
    assert {placing.visit(uid) for uid in "ab"} <= {"a", "b"}
    assert placing.depth("c") > placing.depth("a")
