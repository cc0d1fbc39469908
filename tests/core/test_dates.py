from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core import dates

APRIL = date(2026, 4, 14)  # a Tuesday (cal 4 2026)


def test_a_day_is_written_out_with_its_weekday() -> None:
    assert dates.in_words(APRIL) == "mardi 14 avril"
    assert dates.in_words(APRIL, with_year=True) == "mardi 14 avril 2026"


def test_the_first_of_a_month_is_an_ordinal_in_french() -> None:
    assert dates.in_words(date(2026, 5, 1)) == "vendredi 1er mai"


def test_a_period_names_both_ends() -> None:
    assert dates.period((4, 1), (5, 15)) == "du 1er avril au 15 mai"


def test_a_day_of_a_month_is_written_as_it_is_said() -> None:
    assert [dates.day_and_month(date(2026, 2, day)) for day in (1, 2, 28)] == ["1er février", "2 février", "28 février"]


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 20, 20, 40), "aujourd’hui 20:40"),  # noqa: DTZ001 - local time of the person
        (datetime(2026, 11, 19, 20, 40), "hier 20:40"),  # noqa: DTZ001
        (datetime(2026, 11, 18, 23, 59), "18/11/2026"),  # noqa: DTZ001
        (datetime(2026, 11, 21, 0, 1), "21/11/2026"),  # noqa: DTZ001
    ],
)
def test_a_moment_is_told_relative_to_today_and_yesterday_only(at: datetime, words: str) -> None:
    assert dates.moment(at, datetime(2026, 11, 20, 21, 5)) == words  # noqa: DTZ001


@pytest.mark.parametrize(
    ("word", "month"),
    [("janvier", 1), ("FÉVR.", 2), ("fev", 2), ("juin", 6), ("juil", 7), ("aout", 8), ("déc.", 12)],
)
def test_a_month_is_known_by_its_beginning_without_accents(word: str, month: int) -> None:
    assert dates.month_number(word) == month


@pytest.mark.parametrize("word", ["jui", "ja", "", "mardi", "janviere"])
def test_a_word_that_means_no_month_or_two_is_no_month(word: str) -> None:
    assert dates.month_number(word) is None


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_name_that_is_written_is_read_again(day: date) -> None:
    assert dates.month_number(dates.month_name(day.month)) == day.month
    assert dates.weekday_number(dates.weekday_name(day)) == day.isoweekday()
    assert dates.weekday_name(day) == dates.weekday_name(day + timedelta(weeks=1))


@pytest.mark.parametrize("value", ["2024-02-29", "1900-01-01", "2200-12-31"])
def test_a_day_of_a_visit_has_one_form(value: str) -> None:
    assert dates.is_day(value)
    assert dates.is_day_of_visit(value)


@pytest.mark.parametrize(
    "value", ["2024-W01-1", "20240101", "2024-02-30", "2024-1-1", "", None, 20240101, ["2024-01-01"]]
)
def test_what_is_no_day_is_none(value: object) -> None:
    assert not dates.is_day(value)
    assert not dates.is_day_of_visit(value)


@pytest.mark.parametrize("value", ["0001-01-01", "1899-12-31", "2201-01-01"])
def test_nobody_looked_in_such_a_year(value: str) -> None:
    assert dates.is_day(value)
    assert not dates.is_day_of_visit(value)
