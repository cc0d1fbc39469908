"""Intervals against published examples."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.protocols.pitfall_barrier.statistics import line, share, student_quantile, student_within

# Customer's and NIST's ozone monitor (y, x). source: NIST Statistical Reference Datasets, Norris
NORRIS = (
    (0.1, 0.2), (338.8, 337.4), (118.1, 118.2), (888.0, 884.6), (9.2, 10.1), (228.1, 226.5), (668.5, 666.3),
    (998.5, 996.3), (449.1, 448.6), (778.9, 777.0), (559.2, 558.2), (0.3, 0.4), (0.1, 0.6), (778.1, 775.5),
    (668.8, 666.9), (339.3, 338.0), (448.9, 447.5), (10.8, 11.6), (557.7, 556.0), (228.3, 228.1), (998.0, 995.8),
    (888.8, 887.6), (119.6, 120.2), (0.3, 0.3), (0.6, 0.3), (557.6, 556.8), (339.3, 339.1), (888.0, 887.2),
    (998.5, 999.0), (778.9, 779.0), (10.2, 11.1), (117.6, 118.3), (228.9, 229.2), (668.4, 669.1), (449.2, 448.9),
    (0.2, 0.5),
)  # fmt: skip


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_of_a_share_is_the_published_one(part: int, whole: int, low: float, high: float) -> None:
    # source: R. G. Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3
    found = share(part, whole)
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)


def test_a_share_of_nothing_has_no_value() -> None:
    found = share(0, 0)
    assert (found.share, found.low, found.high) == (None, None, None)


@given(st.integers(1, 2000), st.floats(0, 1), st.floats(0.5, 0.999))
def test_an_interval_holds_its_share_and_stays_between_0_and_1(whole: int, at: float, confidence: float) -> None:
    part = round(at * whole)
    found, mirrored = share(part, whole, confidence), share(whole - part, whole, confidence)
    assert found.share is not None
    assert found.low is not None
    assert found.high is not None
    assert mirrored.low is not None
    assert 0 <= found.low <= found.share <= found.high <= 1
    assert mirrored.low == pytest.approx(1 - found.high, abs=1e-12)


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (5, 2.571), (10, 2.228), (13, 2.160), (14, 2.145), (30, 2.042),
     (120, 1.980)],
)  # fmt: skip
def test_the_quantiles_of_student_are_those_of_the_tables(freedom: int, quantile: float) -> None:
    # source: NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, upper critical values, 0.975
    assert student_quantile(0.975, freedom) == pytest.approx(quantile, abs=5e-4)


@given(st.floats(0.5, 0.9999), st.integers(1, 200))
def test_a_quantile_is_where_its_probability_is_reached(probability: float, freedom: int) -> None:
    found = student_quantile(probability, freedom)
    assert student_within(found, freedom) == pytest.approx(2 * probability - 1, abs=1e-12)


def test_a_line_is_the_certified_one() -> None:
    # source: NIST Statistical Reference Datasets, Norris, certified values
    found = line([x for _y, x in NORRIS], [y for y, _x in NORRIS])
    assert found is not None
    assert found.slope == pytest.approx(1.00211681802045, rel=1e-12)
    assert found.intercept == pytest.approx(-0.262323073774029, rel=1e-9)
    assert found.points == 36
    # source: t of 34 degrees of freedom, 0.975: 2.032 (tables)
    half = 2.0322 * 0.429796848199937e-3
    assert found.high - found.slope == pytest.approx(half, rel=1e-4)
    assert found.slope - found.low == pytest.approx(half, rel=1e-4)


def test_a_line_needs_three_points_that_are_not_above_each_other() -> None:
    assert line([2019, 2020], [60, 61]) is None
    assert line([2020, 2020, 2020], [60, 61, 62]) is None


def test_points_on_a_line_have_no_interval_to_speak_of() -> None:
    found = line([2018, 2019, 2020], [64, 62, 60])
    assert found is not None
    assert [found.slope, found.low, found.high] == pytest.approx([-2, -2, -2])
    assert math.isclose(found.intercept + found.slope * 2021, 58)
