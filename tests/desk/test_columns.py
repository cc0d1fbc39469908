"""The columns in memory: small, and brought up to date without touching those that somebody still reads."""

import numpy as np

from fieldapp.desk import columns, index
from fieldapp.desk.lines import Flag
from fieldapp.store import records
from fieldapp.store.connection import Database
from tests.desk.seasons import PALMATE, TOAD, altered, area, number, pond, seen, visit


def test_a_line_takes_45_bytes_and_its_people_8(db: Database) -> None:
    site = pond(db, area(db, "Terrils"), "Mare 1")
    for day in range(10, 20):
        seen(db, visit(db, site, f"2021-04-{day}"), TOAD)
    with index.followed(db) as kept:
        found = columns.load(db, kept)
    assert found.nbytes == 10 * 45 + found.people.nbytes
    assert found.years == [2021]


def test_columns_that_are_read_by_somebody_stay_as_they_were(db: Database) -> None:
    line = seen(db, visit(db, pond(db, area(db, "Terrils"), "Mare 1"), "2021-04-20"), TOAD, 3)
    with index.followed(db) as kept:
        before = columns.load(db, kept)
    altered(db, line, count_min=8, count_max=8)
    with index.followed(db) as kept:
        after = columns.refreshed(db, kept, before)
        assert columns.refreshed(db, kept, after) is after
    assert before.count_min.tolist() == [3]
    assert after.count_min.tolist() == [8]


def test_what_is_deleted_leaves_no_line_no_people_and_no_doubt(db: Database) -> None:
    site = pond(db, area(db, "Terrils"), "Mare 1")
    gone, stays = visit(db, site, "2021-12-20"), visit(db, site, "2021-04-20")
    seen(db, gone, TOAD)
    with index.followed(db) as kept:
        before = columns.load(db, kept)
    assert before.doubts
    records.delete(db, gone.uid, "fiche")
    with index.followed(db) as kept:
        after = columns.refreshed(db, kept, before)
    assert after.line.tolist() == [number(db, stays)]
    assert sum(map(len, after.doubts.values())) == 0


def test_columns_of_a_file_that_was_made_anew_are_read_anew(db: Database) -> None:
    site = pond(db, area(db, "Terrils"), "Mare 1")
    gone, stays = visit(db, site, "2021-04-20"), visit(db, site, "2021-06-20", 3)
    with index.followed(db) as kept:
        before = columns.load(db, kept)
    index.forget(db.path)
    records.delete(db, gone.uid, "fiche")
    with index.followed(db) as kept:
        assert columns.refreshed(db, kept, before).line.tolist() == [number(db, stays)]


def test_a_line_is_found_by_its_number_and_one_that_is_not_there_left_out(db: Database) -> None:
    at = visit(db, pond(db, area(db, "Terrils"), "Mare 1"), "2021-04-20")
    lines = [number(db, seen(db, at, TOAD, count)) for count in range(1, 6)]
    with index.followed(db) as kept:
        found = columns.load(db, kept)
    places = found.places_of([*reversed(lines), 10_000_000, 0])
    assert {line: int(found.count_min[place]) for line, place in places.items()} == dict(
        zip(lines, range(1, 6), strict=True)
    )


def test_what_people_disagree_about_is_marked_without_reading_it_again(db: Database) -> None:
    line = seen(db, visit(db, pond(db, area(db, "Terrils"), "Mare 1"), "2021-04-20"), TOAD)
    with db.transaction() as connection:
        connection.execute(
            "INSERT INTO dispute (record, field, rivals, found_at) VALUES (?, 'count_min', '[]', '2021')", (line.uid,)
        )
    with index.followed(db) as kept:
        assert np.all(columns.load(db, kept).has(Flag.DISPUTED))


def test_lines_stand_in_the_order_of_days_after_every_change(db: Database) -> None:
    sites = [pond(db, area(db, "Terrils"), f"Mare {n}") for n in range(3)]
    visits = [visit(db, sites[day % 3], f"2021-04-{day}") for day in (20, 11, 25, 17, 12, 29)]
    for at in visits:
        seen(db, at, TOAD)
        seen(db, at, PALMATE)
    with index.followed(db) as kept:
        found = columns.load(db, kept)
    for at, day in ((visits[0], "2021-04-28"), (visits[3], "2019-05-01"), (visits[5], "2021-04-11")):
        altered(db, at, visit_date_min=day)
        seen(db, at, TOAD, 9)
        with index.followed(db) as kept:
            found = columns.refreshed(db, kept, found)
        order = list(zip(found.day.tolist(), found.visit.tolist(), found.line.tolist(), strict=True))
        assert order == sorted(order)
        assert found.places_of(found.line.tolist()) == {line: n for n, line in enumerate(found.line.tolist())}
