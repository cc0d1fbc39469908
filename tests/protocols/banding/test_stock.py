"""Every ring of a string is in exactly one state, whatever happened and in whatever order."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from fieldapp.core.record import Record
from fieldapp.protocols.banding import stock
from fieldapp.protocols.banding.ring import Ring, read_ring
from fieldapp.protocols.banding.stock import RingState, Stock
from tests.protocols.banding.ringing import Table, make, string


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    made = Table(tmp_path / "x.db")
    yield made
    made.db.close()


def ten(**more: str) -> Stock:
    """Return the string RK7701 to RK7710 on which nothing was put."""
    record = string("R", "RK7701", "RK7710", **more)
    return Stock(record, stock.span_of(record.data))


def rk(number: int) -> Ring:
    return Ring("FRP", f"RK{7700 + number}")


def bird(number: int, action: str = "B", **more: str) -> Record:
    return make("observation", {"action": action, "ring_key": rk(number).key, "species": "TROTRO", **more}, "visit-1")


def used(*numbers: int) -> Stock:
    found = ten()
    for number in numbers:
        found.saved(bird(number))
    return found


def note(found: Stock, number: int, fate: str) -> Record:
    record = stock.fate(found, rk(number), fate, "2026-09-12")
    found.noted(record)
    return record


# ------------------------------------------------------------------------------------------------- the next ring


@pytest.mark.parametrize(
    ("put_on", "expected"),
    [
        ((), 1),
        ((1, 2, 3), 4),
        ((1, 2, 6), 7),  # it follows the hand
        ((1, 2, 6, 3), 4),  # back to the rings that were left
        ((8, 9, 10), 1),  # the end is reached: the first free one before
        (tuple(range(1, 10)), 10),
    ],
)
def test_the_next_ring_follows_the_one_put_on_last(put_on: tuple[int, ...], expected: int) -> None:
    assert used(*put_on).next() == rk(expected)


def test_no_ring_comes_next_when_all_are_gone() -> None:
    found = used(*range(1, 10))
    note(found, 10, "lost")
    assert found.next() is None
    assert found.remaining == 0


def test_a_ring_kept_for_later_comes_when_nothing_else_is_left() -> None:
    found = used(1, 2)
    note(found, 3, "later")
    assert found.next() == rk(4)
    for number in range(4, 11):
        found.saved(bird(number))
    assert found.next() == rk(3)
    assert found.remaining == 1


@pytest.mark.parametrize("fate", ["lost", "destroyed", "returned"])
def test_a_ring_that_is_gone_is_not_offered(fate: str) -> None:
    found = used(1)
    note(found, 2, fate)
    assert found.next() == rk(3)
    assert found.state_of(rk(2)) == fate


def test_a_control_does_not_move_the_hand() -> None:
    found = used(5, 6)
    found.saved(bird(2, "C"))
    assert found.next() == rk(7)
    assert found.state_of(rk(2)) is RingState.USED  # it is on a bird, whoever put it there


def test_a_line_taken_back_frees_its_ring() -> None:
    found = used(1, 2)
    last = bird(3)
    found.saved(last)
    found.removed(last.uid)
    assert found.next() == rk(3)
    assert found.state_of(rk(3)) is RingState.FREE


def test_a_line_taken_back_leaves_the_ring_used_while_another_line_tells_of_it() -> None:
    found = ten()
    first, again = bird(1), bird(1, "C")
    found.saved(first)
    found.saved(again)
    found.removed(first.uid)
    assert found.used[rk(1).key] == again
    found.removed(again.uid)
    assert found.state_of(rk(1)) is RingState.FREE


def test_a_line_whose_ring_is_corrected_frees_the_wrong_one() -> None:
    found = used(1, 2)
    line = bird(5)
    found.saved(line)
    line.data["ring_key"] = rk(3).key
    found.saved(line)
    assert found.skipped() == []
    assert found.state_of(rk(5)) is RingState.FREE
    assert found.next() == rk(4)


def test_mending_an_early_line_does_not_move_the_hand() -> None:
    found = ten()
    early = bird(1)
    for line in (early, bird(2), bird(3)):
        found.saved(line)
    found.saved(bird(9))
    early.data["ring_key"] = rk(5).key
    found.saved(early)
    assert found.last_used == rk(9)
    assert found.next() == rk(10)


def test_a_ring_of_another_string_changes_nothing() -> None:
    found = used(1)
    found.saved(make("observation", {"action": "B", "ring_key": "FRPRK7711"}))
    found.saved(make("observation", {"action": "B", "ring_key": "FRPRK77010"}))
    found.saved(make("observation", {"action": "B", "ring_key": "GBTRK7702"}))
    found.saved(make("observation", {"action": "SANS"}))
    assert found.remaining == 9


# ------------------------------------------------------------------------------------------------------ states


def test_a_ring_below_the_furthest_that_nobody_explained_is_skipped() -> None:
    found = used(1, 4)
    note(found, 2, "lost")
    assert found.skipped() == [rk(3)]
    assert found.state_of(rk(5)) is RingState.FREE
    assert found.remaining == 7  # 3 and 5 to 10


def test_the_ring_that_came_off_is_replaced() -> None:
    found = used(1, 2)
    change = bird(3, replaced_ring_key=rk(1).key)
    found.saved(change)
    assert [found.state_of(rk(number)) for number in (1, 2, 3)] == [
        RingState.REPLACED, RingState.USED, RingState.USED,
    ]  # fmt: skip
    found.removed(change.uid)
    assert found.state_of(rk(1)) is RingState.USED


def test_the_old_ring_sent_back_is_returned() -> None:
    found = used(1, 2)
    found.saved(bird(3, replaced_ring_key=rk(1).key))
    note(found, 1, "returned")
    assert found.state_of(rk(1)) is RingState.RETURNED


def test_a_ring_noted_lost_that_is_on_a_bird_is_used() -> None:
    found = ten()
    note(found, 1, "lost")
    found.saved(bird(1))
    assert found.state_of(rk(1)) is RingState.USED


def test_a_fate_of_an_unknown_code_leaves_the_ring_free() -> None:
    found = ten()
    found.noted(make("ring_fate", {"ring": "RK7701", "ring_key": rk(1).key, "fate": "used"}, found.uid))
    assert found.state_of(rk(1)) is RingState.FREE


def test_the_state_of_a_ring_of_another_string_is_refused() -> None:
    with pytest.raises(ValueError, match="RK7711 n’est pas de la série RK7701–RK7710"):
        ten().state_of(rk(11))


@pytest.mark.parametrize(("put_on", "is_nearly_empty"), [(6, False), (7, True), (9, True)])
def test_a_string_is_nearly_empty_with_three_rings_left(put_on: int, is_nearly_empty: bool) -> None:
    assert used(*range(1, put_on + 1)).is_nearly_empty is is_nearly_empty


@pytest.mark.parametrize(("put_on", "is_nearly_empty"), [(89, False), (90, True)])
def test_a_long_string_is_nearly_empty_with_a_tenth_left(put_on: int, is_nearly_empty: bool) -> None:
    record = string("O", "8680001", "100")
    found = Stock(record, stock.span_of(record.data))
    for ring in [*found.span.rings()][:put_on]:
        found.saved(make("observation", {"action": "B", "ring_key": ring.key}))
    assert found.is_nearly_empty is is_nearly_empty


@given(
    st.integers(0, 9_999), st.integers(1, 300), st.integers(0, 9_999).map(str) | st.sampled_from(["00", "000", "07"])
)
def test_rings_by_their_last_digits_are_those_a_reader_would_pick(first: int, size: int, digits: str) -> None:
    last = min(first + size - 1, 9_999)
    record = string("R", f"RK{first:04}", f"RK{last:04}")
    found = Stock(record, stock.span_of(record.data))
    picked = [f"RK{number:04}" for number in range(first, last + 1) if f"{number:04}".endswith(digits)]
    assert [ring.number for ring in found.ending(digits)] == picked


class Day(RuleBasedStateMachine):
    """Uses, controls, replacements, fates and corrections in any order; a plain model is kept beside the stock."""

    lines = Bundle("lines")
    notes = Bundle("notes")
    rings = st.integers(1, 10)

    @initialize()
    def start(self) -> None:
        self.stock = ten()
        self.on: dict[str, int] = {}
        self.put: dict[str, int] = {}
        self.off: dict[str, int] = {}
        self.fates: dict[int, str] = {}

    @rule(target=lines, number=rings, action=st.sampled_from("BCR"), old=st.none() | rings)
    def catch(self, number: int, action: str, old: int | None) -> Record:
        line = bird(number, action, **({"replaced_ring_key": rk(old).key} if old else {}))
        self._saved(line, number, action, old)
        return line

    @rule(line=lines, number=rings, action=st.sampled_from("BC"))
    def correct(self, line: Record, number: int, action: str) -> None:
        if line.uid in self.on:
            line.data.clear()
            line.data.update(action=action, ring_key=rk(number).key)
            self._saved(line, number, action, None)

    def _saved(self, line: Record, number: int, action: str, old: int | None) -> None:
        self.stock.saved(line)
        for known in (self.put, self.off):
            known.pop(line.uid, None)
        self.on[line.uid] = number
        if action == "B":
            self.put[line.uid] = number
        if old:
            self.off[line.uid] = old

    @rule(line=consumes(lines))
    def take_back(self, line: Record) -> None:
        self.stock.removed(line.uid)
        for known in (self.on, self.put, self.off):
            known.pop(line.uid, None)

    @rule(target=notes, number=rings, code=st.sampled_from(["lost", "destroyed", "replaced", "later", "returned"]))
    def note(self, number: int, code: str) -> tuple[int, str]:
        if number in self.on.values() and code in {"lost", "destroyed", "later"}:
            with pytest.raises(ValueError, match="est posée sur un oiseau"):
                stock.fate(self.stock, rk(number), code, "2026-09-12")
            return number, ""
        record = stock.fate(self.stock, rk(number), code, "2026-09-12")
        self.stock.noted(record)
        self.fates[number] = code
        return number, record.uid

    @rule(noted=consumes(notes))
    def unnote(self, noted: tuple[int, str]) -> None:
        number, uid = noted
        before = self.stock.fates.get(rk(number).key)
        self.stock.removed(uid)
        if before is not None and before.uid == uid:
            del self.fates[number]

    def expected(self, number: int) -> str:
        was_on = number in self.on.values() or number in self.off.values()
        fate = self.fates.get(number)
        if fate and not (was_on and fate in {"lost", "destroyed", "later"}):
            return fate
        if number in self.off.values():
            return "replaced"
        if was_on:
            return "used"
        furthest = max([*self.on.values(), *self.off.values()], default=0)
        return "skipped" if number < furthest else "free"

    @invariant()
    def each_ring_is_in_its_one_state(self) -> None:
        states = [self.expected(number) for number in range(1, 11)]
        assert [state.value for _ring, state in self.stock.states()] == states
        assert [self.stock.state_of(rk(number)).value for number in range(1, 11)] == states
        counts = self.stock.counts()
        assert sum(counts.values()) == self.stock.span.size == 10
        assert {state.value: count for state, count in counts.items()} == {
            state.value: states.count(state.value) for state in RingState
        }
        assert self.stock.remaining == sum(states.count(state) for state in ("free", "skipped", "later"))

    @invariant()
    def the_next_ring_is_the_first_free_one_after_the_hand(self) -> None:
        last = self.put[max(self.put)] if self.put else 0  # uids rise, and a corrected line stays where it was
        order = [*range(last + 1, 11), *range(1, last + 1)]
        free = [number for number in order if self.expected(number) in {"free", "skipped"}]
        later = [number for number in order if self.expected(number) == "later"]
        assert self.stock.next() == (rk((free or later)[0]) if free or later else None)


TestDay = Day.TestCase


# ------------------------------------------------------------------------------------------ strings in the database


def test_a_string_is_read_with_its_captures_and_fates_as_it_was_left(table: Table) -> None:
    table.with_strings(string("O", "8680001", "8680010"))
    for text in ("8680001", "8680002", "8680005"):
        table.put(text)
    table.store(table.desk.explain([read_ring("8680003")], "lost")[0])
    assert table.desk.stocks[0].counts() == stock.strings(table.known)[0].counts()
    again = stock.load(table.known, table.desk.stocks[0].record)
    assert again.next() == read_ring("8680006")
    assert again.skipped() == [read_ring("8680004")]


def test_captures_that_came_from_a_file_are_taken_in_ring_order(table: Table) -> None:
    found = string("O", "8680001", "8680010")
    table.keep(found)
    for number, uid in ((3, "1f0c9f00-0000-5000-8000-000000000001"), (2, "ffffffff-0000-5000-8000-000000000002")):
        record = make("observation", {"action": "B", "ring_key": f"FRP868000{number}"}, table.session.uid)
        table.keep(Record(uid, record.protocol, record.entity, record.parent, record.data))
    assert stock.load(table.known, found).next() == read_ring("8680004")


def test_finished_strings_and_those_that_cannot_be_read_are_left_out(table: Table) -> None:
    broken = make("ring_string", {"size": "O", "first": "868", "last": "X", "state": "open"})
    done, now = string("O", "8680001", "100", "finished"), string("O", "8680101", "200")
    table.keep(broken, done, now)
    assert [item.record for item in stock.strings(table.known)] == [now]
    assert [item.record for item in stock.strings(table.known, finished=True)] == [done, now]
    assert stock.records(table.known) == [broken, done, now]


def test_of_two_strings_with_one_ring_the_open_one_holds_it() -> None:
    received, opened = ten(state="received"), ten()
    assert stock.holding([received, opened], rk(3)) is opened
    assert stock.holding([received], rk(3)) is received
    assert stock.holding([received, opened], rk(11)) is None


# --------------------------------------------------------------------------------------------------- records


def test_a_new_string_has_its_numbers_in_full_and_its_key() -> None:
    assert stock.new_string({"size": "S", "first": "sc 126 001", "last": "100"}) == {
        "size": "S", "scheme": "FRP", "first": "SC126001", "last": "SC126100", "first_key": "FRPSC126001",
        "state": "received",
    }  # fmt: skip


def test_a_string_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="finit avant de commencer"):
        stock.new_string({"size": "S", "first": "SC126100", "last": "SC126001"})


@pytest.mark.parametrize(
    ("first", "last", "overlaps"),
    [("RK7710", "RK7720", True), ("RK7690", "RK7790", True), ("RK7703", "RK7704", True), ("RK7711", "RK7720", False)],
)
def test_strings_that_share_a_ring_overlap(first: str, last: str, overlaps: bool) -> None:
    found = ten()
    values = {"first": first, "last": last}
    assert stock.overlapping([found], values) == ([found] if overlaps else [])
    assert stock.overlapping([found], values, found.uid) == []


def test_a_string_is_opened_once_leased_and_finished() -> None:
    found = ten(state="received")
    found.record = stock.opened(found, "2026-09-12")
    assert found.is_open
    found.record = stock.leased(found, "person-1")
    found.record = stock.finished(found, "2026-10-01")
    found.record = stock.opened(found, "2026-10-02")
    data = found.record.data
    assert (data["opened_on"], data["leased_to"], "finished_on" in data) == ("2026-09-12", "person-1", False)
    assert stock.leased(found, "").data.get("leased_to") is None


def test_a_fate_is_noted_again_in_the_same_record() -> None:
    found = ten()
    lost = note(found, 4, "lost")
    again = stock.fate(found, rk(4), "destroyed", "2026-09-13", "écrasée à la pince")
    assert again.uid == lost.uid
    assert again.parent == found.uid
    assert again.data == {
        "ring": "RK7704", "ring_key": "FRPRK7704", "fate": "destroyed", "on": "2026-09-13",
        "comments": "écrasée à la pince",
    }  # fmt: skip


def test_the_fate_of_a_ring_of_another_string_is_refused() -> None:
    with pytest.raises(ValueError, match="RK7711 n’est pas de la série"):
        stock.fate(ten(), rk(11), "lost", "2026-09-12")


def test_a_string_of_ten_is_said_to_run_out_at_its_seventh_and_its_last_ring_only() -> None:
    found = ten()
    said = {}
    for number in range(1, 11):
        before = found.running_out(rk(number))
        found.saved(bird(number))
        assert found.running_out(rk(number)) == before  # the same line, looked at once more
        said[number] = before
    assert {number: left for number, left in said.items() if left is not None} == {7: 3, 10: 0}
    assert found.running_out(rk(7)) is None  # long ago now


def test_a_string_that_becomes_nearly_empty_by_lost_rings_is_said_at_the_ring_after_them() -> None:
    found = used(1, 2, 3, 4, 5)
    assert found.running_out(rk(6)) is None
    note(found, 6, "lost")
    note(found, 7, "destroyed")
    assert found.running_out(rk(8)) == 2
    found.saved(bird(8))
    assert found.running_out(rk(8)) == 2
    assert found.running_out(rk(9)) is None


def test_a_string_that_never_held_more_than_few_rings_tells_of_its_last_only() -> None:
    record = string("O", "8680001", "8680003")
    found = Stock(record, stock.span_of(record.data))
    for number, left in ((1, None), (2, None), (3, 0)):
        ring = Ring("FRP", f"868000{number}")
        assert found.running_out(ring) == left
        found.saved(make("observation", {"action": "B", "ring_key": ring.key}, "visit-1"))
