"""A date has the same place along the axis in every year, and ticks are dates in words, no more than fit."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.protocols.pitfall_barrier.season import place_of
from fieldapp.ui.plots_days import day_of, day_ticks, place_words, room_of, short_date, short_words


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_the_place_of_a_date_leads_back_to_its_day_and_month(day: date) -> None:
    found = day_of(place_of(day.isoformat(), day.year))
    assert (found.month, found.day) == (day.month, day.day)


def test_a_campaign_over_the_new_year_goes_on_with_the_days_of_the_next() -> None:
    assert place_words(place_of("2026-01-01", 2025)) == "1er janv."
    assert place_words(place_of("2026-03-01", 2025)) == "1er mars"


def test_dates_are_short_and_french() -> None:
    assert [short_date(date(2026, month, 1)) for month in (2, 4, 7, 8, 12)] == [
        "1er févr.", "1er avr.", "1er juil.", "1er août", "1er déc.",
    ]  # fmt: skip
    assert short_words("2026-03-15") == "15 mars"


def test_a_season_has_ticks_on_the_1st_and_15th_of_its_months() -> None:
    words = [words for _place, words in day_ticks(32, 106, 12)]
    assert words == ["1er févr.", "15 févr.", "1er mars", "15 mars", "1er avr.", "15 avr."]


def test_where_there_is_less_room_only_the_1st_is_told_then_every_second_month() -> None:
    assert [words for _place, words in day_ticks(32, 167, 6)] == [
        "1er févr.", "1er mars", "1er avr.", "1er mai", "1er juin",
    ]  # fmt: skip
    assert [words for _place, words in day_ticks(32, 167, 3)] == ["1er févr.", "1er avr.", "1er juin"]


def test_less_than_half_a_month_has_its_ends_told() -> None:
    assert [words for _place, words in day_ticks(63, 70, 5)] == ["3 mars", "10 mars"]


@pytest.mark.parametrize("first", [1, 60, 200, 360])
@given(length=st.integers(0, 400), most=st.integers(1, 30))
def test_ticks_are_never_more_than_asked_and_lie_inside(first: int, length: int, most: int) -> None:
    found = day_ticks(first, first + length, most)
    assert len(found) <= most
    assert all(first <= place <= first + length for place, _words in found)
    start = date(2000, 1, 1)
    for place, words in found:
        day = start + timedelta(days=(place - 1) % 366)
        assert words.split()[0] == ("1er" if day.day == 1 else str(day.day))


@pytest.mark.parametrize(
    ("places", "rooms"),
    [
        ({59, 61}, {59: (58.5, 1.5), 61: (60.0, 1.5)}),  # no 29 February: the two days meet
        ({59, 60, 61}, {59: (58.5, 1.0), 60: (59.5, 1.0), 61: (60.5, 1.0)}),
        ({58, 59}, {58: (57.5, 1.0), 59: (58.5, 1.0)}),  # the season ends there
        ({366 + 59, 366 + 61}, {366 + 59: (366 + 58.5, 1.5), 366 + 61: (366 + 60.0, 1.5)}),
    ],
)
def test_in_a_year_without_29_february_its_neighbours_leave_no_gap(
    places: set[int], rooms: dict[int, tuple[float, float]]
) -> None:
    assert {place: room_of(place, places) for place in places} == rooms
