"""Ages as years of hatching."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.protocols.banding import ages


@pytest.mark.parametrize(
    ("age", "first", "last"),
    [
        # Source: EURING 2020 field 16: 1 pullus, 3 first calendar year, 4 after it, 5 second, 6 after second, 7 third.
        ("PUL", 2025, 2025),
        ("1A", 2025, 2025),
        ("2A", 2024, 2024),
        ("3A", 2023, 2023),
        ("+1A", ages.EARLIEST, 2024),
        ("+2A", ages.EARLIEST, 2023),
        ("VOL", ages.EARLIEST, 2025),
        ("???", ages.EARLIEST, 2025),
        ("1A?", ages.EARLIEST, 2025),
        ("+1?", ages.EARLIEST, 2025),
        ("", ages.EARLIEST, 2025),
    ],
)
def test_an_age_says_in_which_years_the_bird_may_have_hatched(age: str, first: int, last: int) -> None:
    assert ages.birth_years(age, 2025) == (first, last)


def test_the_age_of_a_later_year_follows_from_a_certain_one_only() -> None:
    assert ages.expected("1A", 2025, 2026) == "2A"
    assert ages.expected("PUL", 2025, 2025) == "1A"
    assert ages.expected("2A", 2025, 2027) == "4A"
    assert ages.expected("+1A", 2025, 2026) == ages.expected("VOL", 2025, 2026) == ""
    assert ages.expected("1A", 2025, 2024) == ""


@given(st.integers(1, 20), st.integers(1990, 2030), st.integers(0, 10))
def test_a_bird_that_grows_older_year_by_year_never_contradicts_itself(years: int, year: int, later: int) -> None:
    expected = ages.expected(f"{years}A", year, year + later)
    assert ages.birth_years(expected, year + later) == ages.birth_years(f"{years}A", year)


@pytest.mark.parametrize(
    ("code", "read"),
    [
        ("1A", (1, False, True)),
        ("+2A", (2, True, True)),
        ("12A", (12, False, True)),
        ("2A?", (2, False, False)),
        ("+2A?", (2, True, False)),
        ("+1?", (1, True, False)),
    ],
)
def test_a_year_of_life_is_read_with_its_plus_and_its_doubt(code: str, read: tuple[int, bool, bool]) -> None:
    assert ages.read_age(code) == ages.Age(*read)


@pytest.mark.parametrize("code", ["", "PUL", "VOL", "???", "A", "0A", "1", "+1", "1AA", "1A??", "?1A"])
def test_other_codes_are_no_year_of_life(code: str) -> None:
    assert ages.read_age(code) is None
