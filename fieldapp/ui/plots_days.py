"""The days of a season along an axis: a place for each date, the same in every year, and short dates in words."""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import date, timedelta

from fieldapp.core import dates
from fieldapp.core.text import N_, _

SHORT_MONTHS = (
    N_("janv."),
    N_("févr."),
    N_("mars"),
    N_("avr."),
    N_("mai"),
    N_("juin"),
    N_("juil."),
    N_("août"),
    N_("sept."),
    N_("oct."),
    N_("nov."),
    N_("déc."),
)

_START = date(2000, 1, 1)
"""Any leap year: 29 February needs a place of its own."""

_YEAR = 366
_LEAP_DAY = 60


def day_of(place: float) -> date:
    """Return the date at this place of the axis, in a leap year of no meaning.

    Places count in a leap year, so that a date of one year stands below the same date of the others: 1 is 1 January,
    60 is 29 February, 61 is 1 March of every year; 366 more in the year after.
    """
    return _START + timedelta(days=(round(place) - 1) % _YEAR)


def short_date(day: date) -> str:
    """Return "1er févr.", "15 mars"."""
    return _("{day} {month}").format(day=dates.day_number(day.day), month=_(SHORT_MONTHS[day.month - 1]))


def room_of(place: int, places: Container[int]) -> tuple[float, float]:
    """Return where the cell of a day begins and how wide it is, among the days of its year.

    28 February and 1 March share the place of the 29th in a year without one: it would look like a day without a value.
    """
    in_year = (place - 1) % _YEAR + 1
    if in_year == _LEAP_DAY - 1 and place + 1 not in places and place + 2 in places:
        return place - 0.5, 1.5
    if in_year == _LEAP_DAY + 1 and place - 1 not in places and place - 2 in places:
        return place - 1.0, 1.5
    return place - 0.5, 1.0


def place_words(place: float) -> str:
    """Return the short date at this place of the axis: "15 mars"."""
    return short_date(day_of(place))


def short_words(on: str) -> str:
    """Return the short date of an ISO date, without its year: "15 mars"."""
    return short_date(date.fromisoformat(on))


def day_ticks(first: float, last: float, most: int) -> list[tuple[int, str]]:
    """Return at most `most` ticks between two places: the 1st and 15th of the months, else the 1st, else fewer."""
    days = [(place, day_of(place)) for place in range(round(first), round(last) + 1)]
    halves = [tick for tick in days if tick[1].day in {1, 15}]
    months = [tick for tick in days if tick[1].day == 1]
    few = max(1, most)
    chosen: Sequence[tuple[int, date]] = next(
        (found for found in (halves, months, months[::2], months[::3]) if 0 < len(found) <= few), months[:few]
    )
    if not chosen:  # less than half a month: its ends
        chosen = list(dict.fromkeys((days[0], days[-1])))[:few] if days else ()
    return [(place, short_date(day)) for place, day in chosen]
