"""Which capture a row is: by its number, the day, the ring, the action, and which of the day."""

from typing import Any

from fieldapp.core.record import Record
from fieldapp.protocols.banding.crbpo_identity import Told, identities, in_order, is_same, new_uid

DAY, KEY = "AVION|2020-05-18", "FRP8680001"


def told(hour: str, mass: float = 11.0, *, number: str = "", action: str = "C", here: bool = True) -> Told:
    values = {"hour": hour, "mass_g": mass, "species": "ACRSCI"}
    sessions = {"s"} if here else set()
    return Told(DAY, sessions, KEY, action, "ACRSCI", number, ("s", hour, str(mass), number), lambda: values)


def stored(uid: str, hour: str, **values: Any) -> Record:
    data = {"action": "C", "ring_key": KEY, "species": "ACRSCI", "hour": hour, "mass_g": 11.0}
    return Record(uid, "banding", "observation", "s", data | values)


def named(number: int, action: str = "C") -> str:
    return new_uid(DAY, KEY, action, number)


def uids(rows: list[Told], here: list[Record]) -> list[str]:
    return [identity.uid for identity in identities(rows, here)]


def test_new_captures_are_numbered_by_hour_then_by_what_they_tell() -> None:
    rows = [told("09:00"), told("07:00", 12), told("07:00", 11)]
    assert uids(rows, []) == [named(3), named(2), named(1)]


def test_each_action_has_its_own_numbers() -> None:
    assert uids([told("09:00"), told("07:00", action="B")], []) == [named(1), named(1, "B")]


def test_copies_of_a_row_with_a_ring_are_one_capture() -> None:
    found = identities([told("07:00"), told("07:00"), told("08:00")], [])
    assert [one.uid for one in found] == [named(1), named(1), named(2)]
    assert [one.is_copied for one in found] == [True, True, False]


def test_a_capture_that_is_here_is_the_same_whatever_was_corrected() -> None:
    assert uids([told("09:00", 12)], [stored("typed", "06:30")]) == ["typed"]


def test_what_tells_all_the_same_comes_before_the_hour_and_the_hour_before_the_order() -> None:
    here = [stored("a", "07:00"), stored("b", "08:00"), stored("c", "08:00", mass_g=12)]
    assert uids([told("08:00", 12), told("08:00", 13), told("06:00")], here) == ["c", "b", "a"]


def test_a_new_one_takes_no_name_that_is_here() -> None:
    here = [stored(named(1), "09:00")]
    assert uids([told("07:00"), told("09:00")], here) == [named(3), named(1)]


def test_captures_of_other_days_and_actions_are_others() -> None:
    assert uids([told("07:00", here=False)], [stored("a", "07:00")]) == [named(1)]
    assert uids([told("07:00")], [stored("a", "07:00", action="B")]) == [named(1)]


def test_a_number_of_the_crbpo_tells_more_than_all_else() -> None:
    here = [stored("a", "07:00", crbpo_id="1"), stored("b", "08:00")]
    assert uids([told("08:00", number="1")], here) == ["a"]
    assert uids([told("07:00", number="2")], here[:1]) == [new_uid(DAY, KEY, "C", 1, "2")]
    assert uids([told("07:00", number="2")], here) == ["b"]
    assert uids([told("07:00")], here[:1]) == ["a"]


def test_the_only_capture_of_a_ring_is_that_of_its_only_row_unless_number_day_or_action_differ() -> None:
    assert is_same(told("09:00"), stored("a", "07:00"))
    assert is_same(told("09:00", number="1"), stored("a", "07:00"))
    assert not is_same(told("09:00", number="1"), stored("a", "07:00", crbpo_id="2"))
    assert not is_same(told("09:00"), stored("a", "07:00", action="B"))
    assert not is_same(told("09:00", here=False), stored("a", "07:00"))


def test_order_is_that_of_the_lines() -> None:
    found = in_order([stored("b", "07:00", line=2), stored("a", "07:00", line=10), stored("c", "07:00")])
    assert [one.uid for one in found] == ["c", "b", "a"]
