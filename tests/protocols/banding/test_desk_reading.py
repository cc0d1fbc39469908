"""What typed letters and digits may mean before the strings and the bird's life have their say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.protocols.banding import desk_reading as reading
from fieldapp.protocols.banding import lists, stock
from fieldapp.protocols.banding.ring import Ring
from fieldapp.protocols.banding.stock import Stock
from tests.protocols.banding.ringing import make, string


def stock_of(size: str, first: str, last: str, *put_on: str, state: str = "open", **more: str) -> Stock:
    record = string(size, first, last, state, **more)
    found = Stock(record, stock.span_of(record.data))
    for number in put_on:
        found.saved(make("observation", {"action": "B", "ring_key": f"FRP{number}"}))
    return found


@pytest.mark.parametrize(
    ("text", "ring"),
    [
        ("GBT A710715", Ring("GBT", "A710715")),
        (" gbt  a 710 715 ", Ring("GBT", "A710715")),
        ("GBT-A710715", Ring("GBT", "A710715")),
        ("DFH12345", Ring("DEW", "12345")),
        ("FRP8680001", Ring("FRP", "8680001")),
        ("XYZ 123", Ring("XYZ", "123")),
        ("XYZ123", None),
        ("RK 7710", None),
        ("SC126903", None),
        ("8680001", None),
        ("GBT", None),
        ("", None),
    ],
)
def test_a_scheme_stands_before_the_number(text: str, ring: Ring | None) -> None:
    assert reading.with_scheme(text) == ring


def test_what_follows_a_scheme_is_a_ring_number() -> None:
    with pytest.raises(ValueError, match="abîmé par un tableur"):
        reading.with_scheme("GBT 1,2E+06")


@pytest.mark.parametrize(
    ("text", "digits"),
    [("042", "042"), (" 0 42", "042"), ("1234", "1234"), ("12345", ""), ("A12", ""), ("", ""), ("٣٤", ""), ("1,2", "")],
)
def test_up_to_four_digits_are_the_last_ones(text: str, digits: str) -> None:
    assert reading.last_digits(text) == digits


@pytest.mark.parametrize(
    ("number", "is_foreign"),
    [
        ("A710715", True),  # GBT, L514618 NLA, K385797 SVS in the sample
        ("123456A", True),
        ("ABC1234", True),
        ("8680001", False),
        ("86800011", False),
        ("RK7710", False),
        ("SC126903", False),
        ("AB12C3", False),
    ],
)
def test_a_shape_that_no_french_ring_has_looks_foreign(number: str, is_foreign: bool) -> None:
    assert reading.looks_foreign(number) is is_foreign


# ------------------------------------------------------------------------------------------------ the next ring


def test_the_likelier_size_comes_before_all_else() -> None:
    mine, other = stock_of("O", "8680001", "100", leased_to="anne"), stock_of("R", "RK7701", "RK7750")
    found = reading.offered([mine, other], ("R", "O"), "anne", {})
    assert found == (other, Ring("FRP", "RK7701"))


@pytest.mark.parametrize(("person", "first"), [("anne", "8680201"), ("paul", "8680101"), ("", "8680101")])
def test_among_strings_of_a_size_lease_comes_first(person: str, first: str) -> None:
    strings = [
        stock_of("O", "8680001", "100", leased_to="lea"),
        stock_of("O", "8680101", "200"),
        stock_of("O", "8680201", "300", leased_to="anne"),
    ]
    found = reading.offered(strings, ("O",), person, {})
    assert found is not None
    assert found[1].number == first


def test_a_begun_string_comes_before_a_whole_one_and_the_latest_before_both() -> None:
    whole, begun = stock_of("O", "8680001", "100"), stock_of("O", "8680101", "200", "8680101")
    assert reading.offered([whole, begun], ("O",), "", {}) == (begun, Ring("FRP", "8680102"))
    assert reading.offered([whole, begun], ("O",), "", {"O": whole.uid}) == (whole, Ring("FRP", "8680001"))


def test_only_open_strings_with_rings_are_offered() -> None:
    received, done = stock_of("O", "8680001", "100", state="received"), stock_of("O", "8680101", "1", "8680101")
    assert reading.offered([received, done], ("O",), "", {}) is None
    assert "ouvrez la série 8680001–8680100" in reading.no_string(("O",), [received, done])
    assert "notez une série" in reading.no_string(("O",), [done])
    assert "O ou V" in reading.no_string(("O", "V"), [done])


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"species": "ACCNIS", "sex": "F"}, "ACCNIS"),
        ({"species": "ACCNIS", "sex": "M?"}, "ACCNIS"),
        ({"species": "PARCAE"}, "PARCAE"),
    ],
)
def test_a_species_whose_size_is_settled_is_taken(values: dict[str, str], code: str) -> None:
    assert reading.check_species(values) == code


# ------------------------------------------------------------------------------------------------ final digits


def test_an_expected_ring_comes_before_a_free_one() -> None:
    here, there = stock_of("O", "8680001", "100", "8680004"), stock_of("S", "SC126005", "SC126100", "SC126016")
    assert reading.ending_free([here, there], here, (), "17") == Ring("FRP", "SC126017")
    assert reading.ending_free([here, there], here, (), "18") == Ring("FRP", "8680018")
    assert reading.ending_free([here, there], here, ("S",), "18") == Ring("FRP", "SC126018")
    assert reading.ending_free([here, there], here, (), "999") is None


def test_rings_that_are_gone_are_not_meant() -> None:
    found = stock_of("O", "8680001", "100", "8680001", "8680002", "8680011")
    assert reading.ending_free([found], found, (), "002") is None
    assert reading.ending_free([found], found, (), "012") == Ring("FRP", "8680012")
    assert reading.ending_free([stock_of("O", "8680001", "9", state="received")], None, (), "001") is None


def test_several_rings_are_named_and_no_more_than_fit() -> None:
    rings = [Ring("FRP", f"868{number:04}") for number in range(5, 100, 10)]
    with pytest.raises(ValueError, match=r"868 0005, .*868 0055…"):
        reading.only_one(rings, "5")
    with pytest.raises(ValueError, match=r"868 0005, NLA L 514615\. Tapez"):
        reading.only_one([rings[0], Ring("NLA", "L514615")], "5")
    assert reading.only_one([rings[0], rings[0]], "05") == rings[0]


@given(st.lists(st.integers(1, 30), max_size=12), st.integers(1, 30))
def test_a_jump_passes_over_free_rings_only(put_on: list[int], typed: int) -> None:
    found = stock_of("R", "RK7701", "RK7730", *(f"RK77{number:02}" for number in put_on))
    free = [number for number in range(1, 31) if number not in put_on]
    after = [number for number in free if not put_on or number > put_on[-1]]
    expected = (after or free)[0]
    if typed not in free:
        return
    between, is_backward = reading.jump(found, Ring("FRP", f"RK77{typed:02}"))
    assert is_backward == (typed < expected)
    low, high = (expected, typed) if typed >= expected else (typed + 1, expected)
    assert [ring.number for ring in between] == [f"RK77{number:02}" for number in free if low <= number < high]


# ----------------------------------------------------------------------------------------------------- answers


def test_the_ways_to_answer_have_codes_and_words() -> None:
    ways = reading.RINGED_ELSEWHERE, reading.FROM_OUR_STOCK
    assert [way.action for way in ways] == ["C", "B"]
    assert {way.action for way in ways} <= {choice.code for choice in lists.choices("ACTION")}
    assert all(way.words for way in ways)
