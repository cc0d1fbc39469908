"""Net numbers are typed as ranges and read back equal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core.record import make_record
from fieldapp.protocols.banding.schema import CODE, NET
from fieldapp.ui.banding.nets import net_set, read_nets, show_nets


@pytest.mark.parametrize(
    ("typed", "nets"),
    [
        ("1-3", ["1", "2", "3"]),
        ("1-3, 5", ["1", "2", "3", "5"]),
        ("3 1 2 2", ["1", "2", "3"]),
        ("8-10;A B", ["8", "9", "10", "A", "B"]),
        ("01-02", ["1", "2"]),
        ("1 à 3", ["1", "2", "3"]),
        ("H1-3", ["H1-3"]),
        ("", []),
    ],
)
def test_numbers_and_ranges_are_read(typed: str, nets: list[str]) -> None:
    assert read_nets(typed) == nets


@pytest.mark.parametrize("typed", ["9-3", "1-900", "1, --"])
def test_what_means_no_net_is_refused_with_what_to_write(typed: str) -> None:
    with pytest.raises(ValueError, match="1-12"):
        read_nets(typed)


@given(st.sets(st.integers(1, 300)))
def test_what_is_shown_is_read_back_equal(numbers: set[int]) -> None:
    nets = [str(number) for number in sorted(numbers)]
    assert read_nets(show_nets(nets)) == nets


def test_three_in_a_row_are_a_range_and_two_are_not() -> None:
    assert show_nets(["1", "2", "5", "6", "7", "A"]) == "1, 2, 5-7, A"


def test_the_metres_of_a_set_are_those_of_its_open_nets() -> None:
    lengths = {"1": 12, "2": 6, "10": 12}
    nets = net_set(make_record(CODE, NET, {"net": net, "length_m": long}, None) for net, long in lengths.items())
    assert nets.numbers == ["1", "2", "10"]
    assert nets.metres(["1", "2"]) == 18
    assert nets.metres(["1", "7"]) is None  # the length of net 7 is not known
    assert nets.metres([]) is None
