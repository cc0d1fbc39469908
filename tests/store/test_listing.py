from array import array

import pytest

from fieldapp.core.record import Placed, Record
from fieldapp.core.schema import Taxon
from fieldapp.store import listing, records, taxa
from fieldapp.store.connection import Database
from tests.store.ponds import make


class Ponds:
    """Two aires with a pond each; the second pond was visited twice, the first once, and once without a date."""

    def __init__(self, db: Database) -> None:
        self.db = db
        taxa.install(db, "ponds", [Taxon(197, 197, "Alytes obstetricans", "", "Alyte accoucheur"), Taxon(2, 2, "Rana")])
        self.north, self.south = make("group", name="Nord"), make("group", name="Étang du Sud")
        self.a, self.b = make("site", self.north, name="Mare A"), make("site", self.south, name="Fossé B")
        self.v24 = make("visit", self.b, visited_on="2024-04-01")
        self.v26 = make("visit", self.b, visited_on="2026-04-01", comments="eau très basse")
        self.v25 = make("visit", self.a, visited_on="2025-04-01")
        self.undated = make("visit", self.a, passage=1)
        self.s24, self.s25 = make("seen", self.v24, cd_nom=197), make("seen", self.v25, cd_nom=2, note="Chorus")
        self.s26a, self.s26b = make("seen", self.v26, cd_nom=2), make("seen", self.v26, cd_nom=197)
        self.s_undated = make("seen", self.undated, cd_nom=2)
        records.save(db, [item for item in vars(self).values() if isinstance(item, Record)], "tout")

    def uids(self, entity: str = "seen", **filters: object) -> list[str]:
        found = listing.ids(self.db, "ponds", entity, **filters)  # type: ignore[arg-type]
        return [line.uid for line in listing.rows(self.db, found)]


@pytest.fixture
def ponds(db: Database) -> Ponds:
    return Ponds(db)


def uids(*items: Record) -> list[str]:
    return [item.uid for item in items]


def test_observations_come_in_the_order_of_their_visits_newest_first(ponds: Ponds) -> None:
    p = ponds
    assert p.uids() == uids(p.s26a, p.s26b, p.s25, p.s24, p.s_undated)


def test_dated_records_come_newest_first_and_the_undated_last(ponds: Ponds) -> None:
    assert ponds.uids("visit") == uids(ponds.v26, ponds.v25, ponds.v24, ponds.undated)


def test_places_come_newest_made_first(ponds: Ponds) -> None:
    assert ponds.uids("site") == uids(ponds.b, ponds.a)
    assert ponds.uids("group") == uids(ponds.south, ponds.north)


def test_a_year_leaves_out_all_others(ponds: Ponds) -> None:
    assert ponds.uids(year=2026) == uids(ponds.s26a, ponds.s26b)
    assert ponds.uids("visit", year=2025) == uids(ponds.v25)
    assert ponds.uids("site", year=2025) == []


def test_a_root_leaves_out_all_other_places(ponds: Ponds) -> None:
    assert ponds.uids(root=ponds.north.uid) == uids(ponds.s25, ponds.s_undated)
    assert ponds.uids("visit", root=ponds.south.uid, year=2024) == uids(ponds.v24)
    assert ponds.uids("group", root=ponds.south.uid) == uids(ponds.south)


def test_a_taxon_leaves_out_all_others(ponds: Ponds) -> None:
    assert ponds.uids(cd_nom=197) == uids(ponds.s26b, ponds.s24)
    assert ponds.uids(cd_nom=197, year=2024, root=ponds.south.uid) == uids(ponds.s24)


def test_a_text_is_looked_for_in_the_record_all_above_it_and_its_taxon(ponds: Ponds) -> None:
    p = ponds
    assert p.uids(text="chorus") == uids(p.s25)
    assert p.uids(text="TRES BASSE") == uids(p.s26a, p.s26b)
    assert p.uids(text="fosse") == uids(p.s26a, p.s26b, p.s24)
    assert p.uids(text="etang du") == uids(p.s26a, p.s26b, p.s24)
    assert p.uids(text="accouch") == uids(p.s26b, p.s24)
    assert p.uids(text="rana", root=p.north.uid, year=2025) == uids(p.s25)
    assert p.uids("site", text="nord") == uids(p.a)
    assert p.uids("group", text="nord") == uids(p.north)
    assert p.uids(text="%") == []
    assert p.uids(text='"*') == []


def test_deleted_records_and_all_below_them_are_left_out(ponds: Ponds) -> None:
    records.delete(ponds.db, ponds.b.uid, "supprimer")
    assert ponds.uids() == uids(ponds.s25, ponds.s_undated)
    assert ponds.uids("site") == uids(ponds.a)


def test_a_record_deleted_after_the_order_was_read_is_left_out_of_the_lines(ponds: Ponds) -> None:
    found = listing.ids(ponds.db, "ponds", "visit")
    records.delete(ponds.db, ponds.v25.uid, "supprimer")
    assert [line.uid for line in listing.rows(ponds.db, found)] == uids(ponds.v26, ponds.v24, ponds.undated)


def test_a_line_holds_the_record_and_all_above_it(ponds: Ponds) -> None:
    found = listing.ids(ponds.db, "ponds", "seen", year=2025)
    assert listing.rows(ponds.db, found) == [
        Placed(ponds.s25, {"visit": ponds.v25, "site": ponds.a, "group": ponds.north})
    ]


def test_a_window_costs_one_statement_per_level_however_many_lines_it_has(ponds: Ponds) -> None:
    def statements(numbers: "array[int]") -> int:
        seen: list[str] = []
        ponds.db.connection.set_trace_callback(seen.append)
        listing.rows(ponds.db, numbers)
        ponds.db.connection.set_trace_callback(None)
        return len(seen)

    found = listing.ids(ponds.db, "ponds", "seen")
    assert statements(found) == statements(found[:1]) == 4


def test_the_order_takes_eight_bytes_per_record(ponds: Ponds) -> None:
    found = listing.ids(ponds.db, "ponds", "seen")
    assert (found.typecode, found.itemsize, len(found)) == ("q", 8, 5)
    assert listing.ids(ponds.db, "ponds", "seen", cd_nom=5) == array("q")


def test_only_the_records_asked_for_are_left_in_their_order(ponds: Ponds) -> None:
    p = ponds
    assert p.uids("visit", among=[p.v24.uid, p.v26.uid]) == uids(p.v26, p.v24)
    assert p.uids("visit", among=[p.v24.uid, p.v26.uid], year=2024) == uids(p.v24)
    assert p.uids("visit", among=[]) == []


def test_the_numbers_of_records_come_in_the_order_asked_without_those_that_are_gone(ponds: Ponds) -> None:
    records.delete(ponds.db, ponds.s25.uid, "test")
    asked = [*uids(ponds.s26b, ponds.s25, ponds.s24), "nobody"]
    found = listing.numbers(ponds.db, asked)
    assert [line.uid for line in listing.rows(ponds.db, found)] == uids(ponds.s26b, ponds.s24)
    assert listing.numbers(ponds.db, []) == array("q")


def test_dated_records_without_a_line_stand_among_the_lines_by_their_date(ponds: Ponds) -> None:
    p = ponds
    bare = make("visit", p.a, visited_on="2025-06-01")
    gone = make("seen", bare, cd_nom=2)
    records.save(p.db, [bare, gone], "passage")
    records.delete(p.db, gone.uid, "supprimée")
    lines, visits = listing.ids(p.db, "ponds", "seen"), listing.ids(p.db, "ponds", "visit")
    found = [line.uid for line in listing.rows(p.db, listing.with_bare(p.db, lines, visits, "seen"))]
    assert found == uids(p.s26a, p.s26b, bare, p.s25, p.s24, p.s_undated)


def test_a_dated_record_whose_lines_are_filtered_out_is_not_bare(ponds: Ponds) -> None:
    p = ponds
    visits = listing.ids(p.db, "ponds", "visit")
    assert not listing.with_bare(p.db, [], visits, "seen")
    some = listing.ids(p.db, "ponds", "seen", cd_nom=197)
    found = [line.uid for line in listing.rows(p.db, listing.with_bare(p.db, some, visits, "seen"))]
    assert found == uids(p.s26b, p.s24)
