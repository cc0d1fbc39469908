"""Records by their numbers, visits by place and year, and what changes have touched."""

import dataclasses

from fieldapp.core.record import Record, with_data
from fieldapp.store import records, walking
from fieldapp.store.connection import Database
from tests.store.ponds import PONDS, make


def season(db: Database) -> dict[str, Record]:
    group = make("group", name="Terrils")
    site, other = make("site", group, name="Mare 1"), make("site", group, name="Mare 2")
    first, second = make("visit", site, visited_on="2020-04-20"), make("visit", site, visited_on="2021-04-20")
    undated = make("visit", other)
    line = make("seen", second, cd_nom=259, count=3)
    found = {
        "group": group,
        "site": site,
        "other": other,
        "first": first,
        "second": second,
        "undated": undated,
        "line": line,
    }
    records.save(db, found.values(), "season")
    return found


def test_records_are_found_by_uid_and_by_number(db: Database) -> None:
    made = season(db)
    found = walking.by_uid(db, [made["site"].uid, made["line"].uid, "nobody"])
    assert {uid: record for uid, (_id, record) in found.items()} == {
        one.uid: one for one in (made["site"], made["line"])
    }
    numbers = walking.numbers(db, found)
    assert numbers == {uid: id_ for uid, (id_, _record) in found.items()}
    assert walking.by_number(db, numbers.values()) == dict(found.values())
    assert walking.uids(db, numbers.values()) == {id_: uid for uid, id_ in numbers.items()}


def test_a_deleted_record_keeps_its_number_and_has_no_uid_to_hand_on(db: Database) -> None:
    made = season(db)
    number = walking.numbers(db, [made["line"].uid])[made["line"].uid]
    records.delete(db, made["line"].uid, "ligne")
    assert walking.by_number(db, [number])[number].deleted
    assert walking.uids(db, [number]) == {}
    assert walking.below(db, [made["second"].uid], "seen") == []


def test_years_count_their_visits_newest_first_and_those_without_a_date_last(db: Database) -> None:
    season(db)
    assert walking.years(db, "ponds", "visit") == {"2021": 1, "2020": 1, "": 1}
    assert list(walking.years(db, "ponds", "visit")) == ["2021", "2020", ""]


def test_visits_lie_at_the_place_right_above_them(db: Database) -> None:
    made = season(db)
    assert walking.places(db, "ponds", "visit", "2021") == [(made["site"].uid, 1)]
    assert walking.places(db, "ponds", "visit", "") == [(made["other"].uid, 1)]
    of_year = walking.visits(db, "ponds", "visit", "2020", [made["site"].uid, made["other"].uid])
    assert [record for _id, record in of_year] == [made["first"]]
    without = walking.visits(db, "ponds", "visit", "", [made["other"].uid])
    assert [record for _id, record in without] == [made["undated"]]


def test_a_visit_below_nothing_is_its_own_place(db: Database) -> None:
    alone = dataclasses.replace(make("visit", visited_on="2021-04-20"), parent=None)
    records.save(db, [alone], "seul")
    assert walking.places(db, "ponds", "visit", "2021") == [(alone.uid, 1)]
    assert [record for _id, record in walking.visits(db, "ponds", "visit", "2021", [alone.uid])] == [alone]
    assert walking.dated_below(db, [alone.uid], {"ponds": "visit"}) == [("ponds", alone.uid, "2021")]


def test_the_walk_down_stops_at_the_visits(db: Database) -> None:
    made = season(db)
    entities = {"ponds": "visit"}
    site, other = made["site"].uid, made["other"].uid
    assert set(walking.dated_below(db, [made["group"].uid], entities)) == {
        ("ponds", site, "2020"), ("ponds", site, "2021"), ("ponds", other, ""),
    }  # fmt: skip
    assert walking.dated_below(db, [made["second"].uid], entities) == [("ponds", site, "2021")]
    assert walking.dated_below(db, [made["line"].uid], entities) == []


def test_a_change_touches_its_record_and_the_one_that_it_left(db: Database) -> None:
    made = season(db)
    number, uid = walking.newest(db)
    assert walking.is_change(db, number, uid)
    assert not walking.is_change(db, number, "another")
    assert not walking.is_change(db, number + 1, uid)
    assert walking.touched(db, number) == set()
    records.save(db, [dataclasses.replace(made["line"], parent=made["first"].uid)], "déplacée")
    assert walking.touched(db, number) == {made["line"].uid, made["second"].uid}


def test_an_empty_database_has_no_newest_change(db: Database) -> None:
    assert walking.newest(db) == (0, "")
    assert walking.is_change(db, 0, "")


def test_only_changes_of_a_position_are_moves(db: Database) -> None:
    made = season(db)
    site = with_data(made["site"], PONDS.entity("site"), {"name": "Mare 1", "longitude": 2.8, "latitude": 50.4})
    records.save(db, [site], "position")
    records.save(db, [with_data(site, PONDS.entity("site"), {**site.data, "name": "Mare un"})], "nom")
    records.save(db, [with_data(site, PONDS.entity("site"), {**site.data, "longitude": 2.9, "name": "Mare un"})], "est")
    found = walking.moved(db, "ponds", "site")
    assert [before for _id, _at, before in found] == [{"longitude": None, "latitude": None}, {"longitude": 2.8}]
    assert {id_ for id_, _at, _before in found} == set(walking.numbers(db, [site.uid]).values())


def test_an_open_dispute_marks_its_record(db: Database) -> None:
    made = season(db)
    assert walking.disputed(db) == []
    with db.transaction() as connection:
        connection.executemany(
            "INSERT INTO dispute (record, field, rivals, found_at, settled_at) VALUES (?, 'count', '[]', '2021', ?)",
            [(made["line"].uid, None), (made["second"].uid, "2021")],
        )
    assert walking.disputed(db) == list(walking.numbers(db, [made["line"].uid]).values())


def test_a_text_without_a_word_names_no_taxon(db: Database) -> None:
    assert walking.cd_nom_of(db, " ?! ") == []
    assert walking.cd_nom_of(db, "triton") == []
