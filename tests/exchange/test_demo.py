from fieldapp.exchange import demo
from fieldapp.exchange.known import KnownRecords
from fieldapp.protocols.banding import stock
from fieldapp.store import records
from fieldapp.store.connection import Database


def test_all_seasons_are_taken_in_whole_and_once(db: Database) -> None:
    assert [report.refused for report in demo.fill(db)] == [0, 0, 0, 0]
    assert records.count(db, demo.PONDS.protocol, "observation") == 389
    assert records.count(db, demo.BIRDS.protocol, "observation") == 3664 + 445  # rings and controls of the report
    assert records.count(db, demo.BIRDS.protocol, "ring_string") == len(demo.STRINGS)
    assert records.count(db, demo.BARRIER.protocol, "campaign") == 16  # the springs of 2005 to 2020
    assert records.count(db, demo.BARRIER.protocol, "individual") == 93
    assert records.count(db, demo.LISTS.protocol, "observation") == 40
    assert [report.action for report in demo.fill(db)] == [None, None, None, None]
    assert records.count(db, demo.BIRDS.protocol, "ring_string") == len(demo.STRINGS)


def test_the_strings_of_the_demonstration_go_on_where_its_season_ended(db: Database) -> None:
    demo.fill(db)
    found = stock.strings(KnownRecords(db, db.protocols[demo.BIRDS.protocol]))
    assert len(found) == len(demo.STRINGS)
    assert all(not item.used and item.remaining == item.span.size for item in found)
    numbers = {ring for item in found for ring in item.span.rings()}
    assert len(numbers) == sum(item.span.size for item in found)  # no ring twice


def test_the_ponds_can_be_had_alone(db: Database) -> None:
    demo.take(db, demo.PONDS)
    assert records.count(db, demo.BIRDS.protocol, "observation") == 0
