"""What people type, read into stored values, and stored values written for people.

Each `parse_…` returns the value as a record stores it and raises ValueError with a sentence that says what to write
instead. Each `show_…` is its inverse: what it writes, the reader reads back equal. Positions are in `core.positions`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from fieldapp.core import clock, dates
from fieldapp.core.lazy import LazyPattern
from fieldapp.core.text import _, fold, language

FIRST_YEAR = 1900
"""Dates before this year are slips of the hand: nobody here has older field notes (a choice of the program)."""

LARGEST_COUNT = 1_000_000
"""The largest number of animals that a count may hold (a choice of the program, also that of the fields)."""

_LONGEST = 100  # what follows is not read, and no value is that long
_SHOWN = 40
_YEARS_BACK = 8  # 29 February: two leap years are at most eight years apart (1896-1904)


@dataclass(frozen=True, slots=True)
class Count:
    """A number of animals: counted (`minimum` = `maximum`) or estimated."""

    minimum: int
    maximum: int
    estimated: bool = False


def _clean(text: str) -> str:
    """Return the text with one plain space, hyphen and apostrophe each, and no blanks around."""
    return " ".join(text.translate(_PLAIN).split())[:_LONGEST]


_PLAIN = str.maketrans({**dict.fromkeys("‐‑‒–—−", "-"), **dict.fromkeys("’‘ʼ´`", "'")})


def _quoted(text: str) -> str:
    shown = " ".join(text.split())
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"


# ------------------------------------------------------------------------------------------------ dates


def parse_date(text: str, today: date | None = None) -> str:
    """Return the ISO date that was typed as "14/04/2026", "14/4", "140426", "2026-04-14", "14 avril" or "hier".

    The day comes first. Without a year it is the latest such day that is not in the future; two figures are a year of
    this century. Tomorrow is accepted (a clock that is late), later days and years before 1900 are refused.
    """
    today = today or clock.today()
    typed = fold(_clean(text)).rstrip(".")
    day = _relative_day(typed, today) or _day_in_words(typed, today) or _day_in_figures(typed, today)
    if day is None:
        raise ValueError(
            _("« {text} » n’est pas une date : écrivez 14/04/2026, 14/4 ou 14 avril.").format(text=_quoted(text))
        )
    if day > today + timedelta(days=1):
        raise ValueError(
            _("Le {date} est dans l’avenir : vérifiez le jour et l’année.").format(date=dates.in_numbers(day))
        )
    if day.year < FIRST_YEAR:
        raise ValueError(
            _("Le {date} est trop ancien : écrivez l’année avec quatre chiffres.").format(date=dates.in_numbers(day))
        )
    return day.isoformat()


def show_date(value: str) -> str:
    """Return "14/04/2026" for a stored date."""
    return dates.in_numbers(date.fromisoformat(value))


def _relative_day(typed: str, today: date) -> date | None:
    steps = {dates.YESTERDAY: -1, dates.TODAY: 0, dates.TOMORROW: 1}
    words = {fold(word): step for name, step in steps.items() for word in (name, _(name))}
    words |= {"avant-hier": -2, "aujourdhui": 0, "auj": 0}
    return today + timedelta(days=words[typed]) if typed in words else None


_WORDS = LazyPattern(
    r"(?:(?P<weekday>[^\W\d_]{3,})[.,]? )?(?P<day>[0-9]{1,2})(?:er|st|nd|rd|th)? ?(?P<month>[^\W\d_]{3,})[.,]?"
    r"(?: (?P<year>[0-9]{4}|[0-9]{2}))?"
)


def _day_in_words(typed: str, today: date) -> date | None:
    found = _WORDS.fullmatch(typed)
    month = dates.month_number(found["month"]) if found else None
    weekday = dates.weekday_number(found["weekday"]) if found and found["weekday"] else None
    if found is None or month is None or (found["weekday"] and weekday is None):
        return None
    day = _settled(found["year"], month, int(found["day"]), today)
    if weekday is not None and day.isoweekday() != weekday:
        raise ValueError(
            _("Le {date} est un {weekday} : vérifiez le jour.").format(
                date=dates.in_numbers(day), weekday=dates.weekday_name(day)
            )
        )
    return day


_FIGURES = (
    LazyPattern(r"(?P<year>[0-9]{4})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})"),
    LazyPattern(r"(?P<day>[0-9]{1,2}) ?[-/. ] ?(?P<month>[0-9]{1,2})(?: ?[-/. ] ?(?P<year>[0-9]{4}|[0-9]{2}))?"),
    LazyPattern(r"(?P<day>[0-9]{2})(?P<month>0[1-9]|1[0-2])(?P<year>[0-9]{4}|[0-9]{2})?"),
    LazyPattern(r"(?P<year>(?:19|20)[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"),
)


def _day_in_figures(typed: str, today: date) -> date | None:
    for pattern in _FIGURES:
        if found := pattern.fullmatch(typed):
            return _settled(found["year"], int(found["month"]), int(found["day"]), today)
    return None


def _settled(year: str | None, month: int, day: int, today: date) -> date:
    """Return the day with its year found; ValueError when the calendar has no such day."""
    century = today.year // 100 * 100
    years = (
        [int(year) + (century if len(year) == 2 else 0)]
        if year
        else range(today.year, today.year - _YEARS_BACK - 1, -1)
    )
    for candidate in years:
        try:
            settled = date(candidate, month, day)
        except ValueError:
            continue
        if year or settled <= today:
            return settled
    raise ValueError(_("Le {day}/{month} n’existe pas : vérifiez le jour et le mois.").format(day=day, month=month))


# ------------------------------------------------------------------------------------------------ times

_TIME = LazyPattern(r"(?P<hour>[0-9]{1,2})(?: ?[:h.,]| ) ?(?P<minute>[0-9]{2})(?: ?min| ?mn)?")
_HOUR = LazyPattern(r"(?P<hour>[0-9]{1,2})(?: ?h| ?:)?(?P<minute>)")
_PACKED = LazyPattern(r"(?P<hour>[0-9]{1,2})(?P<minute>[0-9]{2})")


def parse_time(text: str) -> str:
    """Return the time of day that was typed as "21:02": "21:02", "21h02", "2102", "905", "21h", "21".

    One figure for the minutes ("9:5") could be 9:05 or 9:50, so it is refused.
    """
    typed = fold(_clean(text))
    found = _TIME.fullmatch(typed) or _HOUR.fullmatch(typed) or _PACKED.fullmatch(typed)
    hour, minute = (int(found["hour"]), int(found["minute"] or 0)) if found else (-1, -1)
    if not (0 <= hour <= 23 and 0 <= minute <= 59):
        raise ValueError(_("« {text} » n’est pas une heure : écrivez 21:02, 21h02 ou 2102.").format(text=_quoted(text)))
    return f"{hour:02}:{minute:02}"


def show_time(value: str) -> str:
    """Return "21:02" for a stored time."""
    return value


# ----------------------------------------------------------------------------------------------- counts

_ABOUT = r"(?P<about>~|≈|±|env\.?|environ|ca\.?|about)? ?"
_ONE = LazyPattern(_ABOUT + r"(?P<least>[0-9]+)(?P<after> (?:env\.?|environ))?")
_RANGE = LazyPattern(_ABOUT + r"(?P<least>[0-9]+) ?(?:-|\.\.|a|to) ?(?P<most>[0-9]+)")
_OPEN = LazyPattern(r"(?:[><≥≤]=? ?|\+ ?)[0-9]+|[0-9]+ ?(?:\+|et plus|ou plus|-|>)")


def parse_count(text: str) -> Count:
    """Return the number of animals that was typed.

    "12" is counted; "12-22", "12 à 22", "~12" and "env 12" are estimated. "3+" is refused: it has no upper end.
    """
    typed = fold(_clean(text))
    if found := _ONE.fullmatch(typed):
        number = _within(found["least"], text)
        return Count(number, number, bool(found["about"] or found["after"]))
    if found := _RANGE.fullmatch(typed):
        least, most = _within(found["least"], text), _within(found["most"], text)
        if least > most:
            raise ValueError(
                _("« {text} » : le plus petit nombre d’abord, {most}-{least}.").format(
                    text=_quoted(text), most=most, least=least
                )
            )
        return Count(least, most, True)
    if _OPEN.fullmatch(typed):
        raise ValueError(
            _("« {text} » n’a pas de fin : écrivez une fourchette (3-10) ou une estimation (~5).").format(
                text=_quoted(text)
            )
        )
    if re.fullmatch(r"- ?[0-9]+", typed):
        raise ValueError(
            _("« {text} » : un nombre d’animaux n’est jamais négatif. Rien vu ? Utilisez « Rien vu ».").format(
                text=_quoted(text)
            )
        )
    raise ValueError(
        _("« {text} » n’est pas un nombre : écrivez 12 (compté), 12-22 ou ~12 (estimé).").format(text=_quoted(text))
    )


def show_count(count: Count) -> str:
    """Return "12" for a counted number, "12–22" or "~12" for an estimated one."""
    if count.minimum != count.maximum:
        return f"{count.minimum}–{count.maximum}"
    return f"~{count.minimum}" if count.estimated else str(count.minimum)


def _within(figures: str, text: str) -> int:
    if len(figures) > len(str(LARGEST_COUNT)) or int(figures) > LARGEST_COUNT:
        raise ValueError(
            _("« {text} » est trop grand : au plus {limit}.").format(text=_quoted(text), limit=LARGEST_COUNT)
        )
    return int(figures)


# ---------------------------------------------------------------------------------------------- numbers

_NUMBER = LazyPattern(r"[-+]?(?:[0-9]{1,3}(?: [0-9]{3})+|[0-9]{1,15})(?:[.,][0-9]{1,15})?|[-+]?[.,][0-9]{1,15}")


def parse_number(text: str) -> float:
    """Return the number that was typed with a decimal comma or point; blanks may part the thousands."""
    typed = _clean(text)
    if not _NUMBER.fullmatch(typed):
        raise ValueError(_("« {text} » n’est pas un nombre : écrivez 66,5 ou 66.5.").format(text=_quoted(text)))
    return float(typed.replace(" ", "").replace(",", "."))


def show_number(value: float, decimals: int | None = None) -> str:
    """Return the number with the decimal mark of the language, `decimals` of them or as many as it has."""
    from decimal import Decimal

    plain = f"{value:.{decimals}f}" if decimals is not None else f"{Decimal(repr(value)).normalize():f}"
    return plain.replace(".", ",") if language() == "fr" else plain


def parse_integer(text: str) -> int:
    """Return the whole number that was typed."""
    typed = _clean(text)
    if not re.fullmatch(r"[-+]?[0-9]{1,15}", typed):
        raise ValueError(_("« {text} » n’est pas un nombre entier.").format(text=_quoted(text)))
    return int(typed)
