"""Dates as they are stored, and in words in the language of the interface; no locale of the machine is asked."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from fieldapp.core.text import N_, _, fold

MONTHS = (
    N_("janvier"),
    N_("février"),
    N_("mars"),
    N_("avril"),
    N_("mai"),
    N_("juin"),
    N_("juillet"),
    N_("août"),
    N_("septembre"),
    N_("octobre"),
    N_("novembre"),
    N_("décembre"),
)
WEEKDAYS = (N_("lundi"), N_("mardi"), N_("mercredi"), N_("jeudi"), N_("vendredi"), N_("samedi"), N_("dimanche"))

YESTERDAY, TODAY, TOMORROW = N_("hier"), N_("aujourd’hui"), N_("demain")

_SHORTEST = 3

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

EARLIEST, LATEST = "1900-01-01", "2200-12-31"
"""The first and the last day that a visit can have: whatever lies beyond was typed wrong."""


def is_day(value: Any) -> bool:
    """Return whether a stored value is a day, "2024-04-14": ISO 8601 knows other forms, which are none here."""
    if not isinstance(value, str) or not _ISO_DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_day_of_visit(value: Any) -> bool:
    """Return whether a stored value is a day on which something can have been seen."""
    return is_day(value) and EARLIEST <= value <= LATEST


def month_name(month: int) -> str:
    """Return the name of a month, 1 to 12."""
    return _(MONTHS[month - 1])


def weekday_name(day: date) -> str:
    """Return the name of the day of the week."""
    return _(WEEKDAYS[day.weekday()])


def day_number(day: int) -> str:
    """Return the day of the month as it stands in a sentence: "1er" on the first in French, else the number."""
    return _("1er") if day == 1 else str(day)


def day_and_month(day: date) -> str:
    """Return "14 avril", "1er février"."""
    return f"{day_number(day.day)} {month_name(day.month)}"


def in_numbers(day: date) -> str:
    """Return "14/04/2026"."""
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def in_words(day: date, *, with_year: bool = False) -> str:
    """Return "mardi 14 avril", with the year "mardi 14 avril 2026"."""
    template = _("{weekday} {day} {month} {year}") if with_year else _("{weekday} {day} {month}")
    return template.format(
        weekday=weekday_name(day), day=day_number(day.day), month=month_name(day.month), year=day.year
    )


def period(first: tuple[int, int], last: tuple[int, int]) -> str:
    """Return "du 1er avril au 15 mai" for two (month, day)."""
    return _("du {first} au {last}").format(
        first=f"{day_number(first[1])} {month_name(first[0])}", last=f"{day_number(last[1])} {month_name(last[0])}"
    )


def moment(at: datetime, now: datetime) -> str:
    """Return "aujourd’hui 20:40", "hier 20:40", or "18/11/2026" for any other day; both in the same local time."""
    days = (now.date() - at.date()).days
    if days not in {0, 1}:
        return in_numbers(at.date())
    return f"{_(YESTERDAY if days else TODAY)} {at.hour:02}:{at.minute:02}"


def month_number(word: str) -> int | None:
    """Return the month that a word or its beginning names, in French or the language of the interface; else None.

    At least three letters, and enough of them to mean one month only ("juil", not "jui").
    """
    return _position(word, MONTHS)


def weekday_number(word: str) -> int | None:
    """Return the day of the week, Monday 1, that a word or its beginning names; else None."""
    return _position(word, WEEKDAYS)


def _position(word: str, names: tuple[str, ...]) -> int | None:
    typed = fold(word).rstrip(".")
    if len(typed) < _SHORTEST:
        return None
    found = {
        place
        for place, name in enumerate(names, start=1)
        for known in (fold(name), fold(_(name)))
        if known.startswith(typed)
    }
    return found.pop() if len(found) == 1 else None
