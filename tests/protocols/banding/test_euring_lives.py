"""What a record says of the bird's past, from a real database."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fieldapp import protocols
from fieldapp.core.record import Record
from fieldapp.exchange.known import KnownRecords
from fieldapp.protocols.banding.euring_lives import NOTHING, UNKNOWN, Ringing, derived, past
from fieldapp.protocols.banding.exported import Caught
from fieldapp.protocols.banding.schema import CODE
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.store.opening import open_for_use
from tests.protocols.banding.euring_sample import one, rows_of

AVION = (50.404, 2.827)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_for_use(tmp_path / "x.db", protocols.installed()) as found:
        yield found


def known(db: Database) -> KnownRecords:
    return KnownRecords(db, protocols.by_code(CODE))


def caught(made: list[Record]) -> Caught:
    return Caught(made[3], made[2], {}, made[0].data)


def ringed(number: str, on: str, **capture: Any) -> list[Record]:
    return one(session={"date": on}, ring=number, ring_key=f"FRP{number}", **capture)


def test_a_control_tells_distance_direction_and_days_since_the_ringing(db: Database) -> None:
    there = {"latitude": AVION[0] + 1, "longitude": AVION[1]}
    first, again = ringed("8680001", "2018-05-18"), one(action="C", place=there)
    records.save(db, [*first, *again], "test")
    rows, _left_out = rows_of(again, known=known(db))
    assert rows[0][30:33] == ("00111", "000", "00731")
    assert rows_of(first, known=known(db))[0][0][30:33] == UNKNOWN


def test_at_the_same_place_there_is_no_direction(db: Database) -> None:
    again = one(action="C", session={"date": "2018-05-19"})
    records.save(db, [*ringed("8680001", "2018-05-18"), *again], "test")
    assert rows_of(again, known=known(db))[0][0][30:33] == ("00000", "---", "00001")


def test_a_bird_ringed_elsewhere_has_hyphens(db: Database) -> None:
    again = one(action="C")
    records.save(db, [*again, *ringed("8680001", "2019-05-18", action="C")], "test")
    assert rows_of(again, known=known(db))[0][0][30:33] == UNKNOWN


def test_the_number_of_the_first_ring_runs_through_all_records(db: Database) -> None:
    first = ringed("8670001", "2018-05-18")
    second = ringed("8680001", "2019-05-18", action="C", replaced_ring="8670001", replaced_ring_key="FRP8670001")
    third = ringed("8690001", "2020-05-18", replaced_ring="8680001", replaced_ring_key="FRP8680001")
    fourth = ringed("8690001", "2020-05-20", action="C")
    for made in (first, second, third, fourth):
        records.save(db, made, "test")
    found = [rows_of(made, known=known(db))[0][0] for made in (first, second, third, fourth)]
    assert {row[2] for row in found} == {"...8670001"}
    assert [row[4] for row in found] == ["1", "5", "5", "4"]
    assert [row[32] for row in found] == ["-----", "00365", "00731", "00733"]


def test_rings_that_replace_each_other_in_a_circle_do_not_hang(db: Database) -> None:
    one_way = ringed("8670001", "2018-05-18", action="C", replaced_ring="8680001", replaced_ring_key="FRP8680001")
    other = ringed("8680001", "2019-05-18", action="C", replaced_ring="8670001", replaced_ring_key="FRP8670001")
    records.save(db, [*one_way, *other], "test")
    found = past([caught(one_way), caught(other)], known(db))
    assert found.first_key("FRP8670001") == "FRP8680001"
    assert found.ringings == {}


def test_the_earliest_ringing_counts_when_a_ring_was_entered_twice(db: Database) -> None:
    again = one(action="C")
    records.save(db, [*ringed("8680001", "2019-05-18"), *ringed("8680001", "2018-05-18"), *again], "test")
    assert past([caught(again)], known(db)).ringings == {"FRP8680001": Ringing("2018-05-18", AVION)}


def test_without_a_database_nothing_is_known_of_the_past() -> None:
    again = one(action="C")
    assert past([caught(again)], None) == NOTHING
    assert NOTHING.first_key("FRP1") == "FRP1"


@pytest.mark.parametrize(
    ("ringing", "on", "position", "text"),
    [
        (None, "2020-05-18", AVION, UNKNOWN),
        (Ringing("2020-05-19", AVION), "2020-05-18", AVION, UNKNOWN),
        (Ringing("1020-05-19", AVION), "2020-05-18", AVION, UNKNOWN),
        (Ringing("hier", AVION), "2020-05-18", AVION, UNKNOWN),
        (Ringing("2020-05-18", None), "2020-05-18", AVION, ("-----", "---", "00000")),
        (Ringing("2020-02-28", AVION), "2020-03-01", None, ("-----", "---", "00002")),
        (Ringing("2020-05-18", AVION), "2020-05-18", (AVION[0] - 1, AVION[1]), ("00111", "180", "00000")),
        (Ringing("2020-05-18", (50.0, 3.0)), "2020-05-18", (50.5, 2.999), ("00056", "000", "00000")),
    ],
)
def test_hyphens_where_something_is_not_known(
    ringing: Ringing | None, on: str, position: tuple[float, float] | None, text: tuple[str, ...]
) -> None:
    assert derived(ringing, on, position) == text
