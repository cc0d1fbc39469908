"""Visits read place by place, and which of them a change may concern."""

from fieldapp.core.record import make_record
from fieldapp.desk import reading
from fieldapp.desk.lines import Layout, layout
from fieldapp.protocols.pop_amphibiens.schema import ASSIGNMENT, CODE
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.store.known_taxa import Taxa
from tests.desk.seasons import POP, TOAD, area, number, person, pond, save, seen, visit

WHERE = layout(POP)
assert WHERE is not None
LAYOUTS: dict[str, Layout] = {CODE: WHERE}


def read(db: Database, year: str, *places: str) -> list[reading.Place]:
    return list(reading.read(db, LAYOUTS[CODE], 1, year, places, Taxa(db, POP)))


def test_each_place_comes_with_its_visits_of_the_year_by_date(db: Database) -> None:
    group = area(db, "Terrils")
    one, two = pond(db, group, "Mare 1"), pond(db, group, "Mare 2")
    late, early = visit(db, one, "2021-06-20", 3), visit(db, one, "2021-03-10", 1)
    visit(db, one, "2020-06-20", 3)
    found = read(db, "2021", one.uid, two.uid)
    assert [place.number for place in found] == [number(db, one), number(db, two)]
    assert [told.visit for told in found[0].visits] == [number(db, early), number(db, late)]
    assert not found[1].visits


def test_a_place_below_a_deleted_one_is_empty_and_an_unknown_one_is_left_out(db: Database) -> None:
    group = area(db, "Terrils")
    site = pond(db, group, "Mare 1")
    visit(db, site, "2021-04-20")
    records.delete(db, site.uid, "mare")
    assert [place.visits for place in read(db, "2021", site.uid, "nobody")] == [()]


def test_the_words_of_places_and_people_come_with_the_visits(db: Database) -> None:
    who = person(db, "DUPONT Anne")
    site = pond(db, group := area(db, "Terrils"), "Mare à l’Œil")
    visit(db, site, "2021-04-20", who=(who,))
    (place,) = read(db, "2021", site.uid)
    words = dict(place.words)
    assert words[number(db, who)].startswith("dupont anne")
    assert "mare a l'oeil" in words[number(db, site)]
    assert words[number(db, group)].startswith("terrils")


def test_a_change_concerns_the_season_of_its_place(db: Database) -> None:
    group = area(db, "Terrils")
    one, two = pond(db, group, "Mare 1"), pond(db, group, "Mare 2")
    at = visit(db, one, "2021-04-20")
    line = seen(db, at, TOAD)
    visit(db, one, "2020-04-20")
    visit(db, two, "2021-04-20")
    of_one, of_two = {(CODE, year, one.uid) for year in ("2020", "2021")}, {(CODE, "2021", two.uid)}
    groups = {uid: reading.touched_groups(db, LAYOUTS, [uid])[0] for uid in (line.uid, at.uid, one.uid, group.uid)}
    assert groups == {
        line.uid: {(CODE, "2021", one.uid)}, at.uid: {(CODE, "2021", one.uid)}, one.uid: of_one,
        group.uid: of_one | of_two,
    }  # fmt: skip


def test_what_lies_beside_the_visits_concerns_those_of_its_place(db: Database) -> None:
    site = pond(db, area(db, "Terrils"), "Mare 1")
    visit(db, site, "2021-04-20")
    beside = save(db, make_record(CODE, ASSIGNMENT, {"year": 2021, "num_passage": 2, "observers": ["who"]}, site.uid))
    assert reading.touched_groups(db, LAYOUTS, [beside.uid]) == ({(CODE, "2021", site.uid)}, {number(db, beside)})


def test_a_person_concerns_no_visit(db: Database) -> None:
    who = person(db, "DUPONT Anne")
    assert reading.touched_groups(db, LAYOUTS, [who.uid]) == (set(), {number(db, who)})
