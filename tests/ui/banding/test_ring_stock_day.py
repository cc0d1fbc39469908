"""A day that uses up a string of thirty rings: at its end every ring of the string is accounted for."""

from __future__ import annotations

from fieldapp.exchange.known import KnownRecords
from fieldapp.protocols.banding import stock
from fieldapp.protocols.banding.schema import CODE
from fieldapp.protocols.banding.stock import RingState, Stock
from fieldapp.store.connection import Database
from tests.ui.banding.ringing_day import Hand, Open, fill, past, string

FIRST, LAST = "8680001", "8680030"
BIRD = ("acrsci", "Enter", "?", "1", "66,5", "Ctrl+Enter")


def the_string(db: Database) -> Stock:
    """Return the string as it is stored, read anew."""
    [found] = stock.strings(KnownRecords(db, db.protocols[CODE]))
    return found


def number(place: int) -> str:
    return f"868{place:04}"


def next_birds(hand: Hand, count: int) -> None:
    """Type birds that take the next ring."""
    for _each in range(count):
        hand.keys("Enter", *BIRD)


def type_the_day(hand: Hand) -> None:
    """Type 17 birds: 3 rings are lost, 1 is destroyed, 2 are put on out of order, 1 takes the place of an older one."""
    next_birds(hand, 4)  # 1 to 4
    hand.keys(number(8), "Enter")  # 5, 6 and 7 fell into the reed
    assert "3 bagues sont sautées, 868 0005 à 868 0007" in hand.question()
    hand.keys("Alt+P", *BIRD)
    next_birds(hand, 2)  # 9, 10
    hand.keys(number(12), "Enter")  # 11 was crushed by the pliers
    assert "868 0011" in hand.question()
    hand.keys("Alt+D", *BIRD)
    next_birds(hand, 3)  # 13, 14, 15
    hand.keys(number(18), "Enter")  # 16 and 17 lie on the other side of the table
    hand.keys("Alt+T", *BIRD)
    next_birds(hand, 2)  # 19, 20: what is kept for later is not offered
    hand.keys("017", "Enter")  # … and is put on out of order
    assert hand.question() == ""
    hand.keys(*BIRD)
    hand.keys("016", "Enter", *BIRD)
    hand.keys(number(9), "Enter", "F7", "Enter")  # the ring of a bird of this morning is too tight: it gets another
    hand.keys("Enter", "?", "1", "66,5", "Ctrl+Enter")
    if len(hand.lines()) == 16:  # the same bird twice in a day: that is so
        hand.keys("Enter")


def state(place: int) -> RingState:
    """Return what became of the ring at a place of the string, 1 for the first, by hand from the day above."""
    if place in (5, 6, 7):
        return RingState.LOST
    if place == 11:
        return RingState.DESTROYED
    if place == 9:
        return RingState.REPLACED
    return RingState.USED if place <= 21 else RingState.FREE


def test_every_ring_of_a_string_is_accounted_for_at_the_end_of_the_day(
    ringing_db: Database, open_captures: Open
) -> None:
    fill(ringing_db, string("O", FIRST, LAST), others=past("2025-09-01", "8670001", ring_size="O"))
    hand = open_captures()
    type_the_day(hand)

    found = the_string(ringing_db)
    places = range(1, 31)
    assert {place: found.state_of(found.at(place - 1)) for place in places} == {place: state(place) for place in places}
    counts = found.counts()
    assert {state: count for state, count in counts.items() if count} == {
        RingState.USED: 16, RingState.LOST: 3, RingState.DESTROYED: 1, RingState.REPLACED: 1, RingState.FREE: 9,
    }  # fmt: skip
    assert sum(counts.values()) == found.span.size == 30
    assert found.skipped() == []
    assert found.remaining == 9
    assert hand.dialogs() == []


def test_the_lines_of_the_day_bear_the_rings_in_the_order_of_the_hand(
    ringing_db: Database, open_captures: Open
) -> None:
    fill(ringing_db, string("O", FIRST, LAST), others=past("2025-09-01", "8670001", ring_size="O"))
    hand = open_captures()
    type_the_day(hand)
    lines = hand.lines()
    assert [line.data["ring"] for line in lines] == [
        number(place) for place in (1, 2, 3, 4, 8, 9, 10, 12, 13, 14, 15, 18, 19, 20, 17, 16, 21)
    ]
    assert lines[-1].data["replaced_ring"] == number(9)
    assert hand.page.head.ringed.text == "17 bagués"


def test_a_ring_kept_for_later_and_never_put_on_stays_for_later(ringing_db: Database, open_captures: Open) -> None:
    fill(ringing_db, string("O", FIRST, "8680003"), others=past("2025-09-01", "8670001", ring_size="O"))
    hand = open_captures()
    hand.keys("8680002", "Enter", "Alt+T", *BIRD)
    assert the_string(ringing_db).counts()[RingState.LATER] == 1
    next_birds(hand, 1)
    hand.keys("Enter", "acrsci", "Enter")
    assert hand.cell("ring") == "868 0001"  # nothing else is left


def test_a_nearly_empty_string_is_said_beside_the_ring(ringing_db: Database, open_captures: Open) -> None:
    fill(ringing_db, string("O", FIRST, "8680004"), others=past("2025-09-01", "8670001", ring_size="O"))
    hand = open_captures()
    next_birds(hand, 1)
    hand.keys("Enter", "acrsci", "Enter")
    assert "reste 3 · presque finie" in hand.label("capture.string")


def test_a_string_that_runs_out_is_said_loudly_twice_and_costs_no_key(
    ringing_db: Database, open_captures: Open
) -> None:
    fill(ringing_db, string("O", FIRST, "8680005"), others=past("2025-09-01", "8670001", ring_size="O"))
    hand = open_captures()
    said = []
    for count in range(1, 6):
        hand.keys("Enter", "acrsci", "Enter")
        said.append([words for words in hand.page.alerts.sentences() if "série" in words.lower()])
        hand.keys("?", "1", "66,5", "Ctrl+Enter")
        assert len(hand.rows()) == count
    assert [bool(words) for words in said] == [False, True, False, False, True]
    assert "il en reste 3" in said[1][0]
    assert "868 0005" in said[4][0] or "8680005" in said[4][0]
