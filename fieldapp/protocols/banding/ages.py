"""Ages as ringers write them, read as the calendar years in which the bird may have hatched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

PULLUS, FIRST_YEAR = "PUL", "1A"

EARLIEST = 0
"""The year that stands for "any year before": a bird of "+1A" may be as old as it likes."""

_AGE = re.compile(r"(?P<more>\+?)(?P<years>[1-9][0-9]?)(?:A\??|\?)")


@dataclass(frozen=True, slots=True)
class Age:
    """A calendar year of life: 1 for the year of hatching; `is_more` says older than that, `is_certain` no doubt."""

    years: int
    is_more: bool
    is_certain: bool


@lru_cache(maxsize=1024)
def read_age(code: str) -> Age | None:
    """Return the year of life that a code says ("2A", "+1A", "2A?", "+1?"); None for the others (PUL, VOL, ???)."""
    found = _AGE.fullmatch(code)
    return Age(int(found["years"]), bool(found["more"]), not code.endswith("?")) if found else None


@lru_cache(maxsize=1024)
def birth_years(age: str, year: int) -> tuple[int, int]:
    """Return the first and the last year in which a bird of this age in `year` may have hatched.

    PUL and 1A: in that year; 2A: the year before; +1A: any year before it. All that is not surely known (VOL, ???, and
    codes with a question mark) says only that it had hatched. Source: EURING 2020, field 16, to which the CRBPO's codes
    correspond (PUL 1, VOL 2, 1A 3, +1A 4, 2A 5, +2A 6).
    """
    if age == PULLUS:
        return year, year
    found = read_age(age)
    if found is None or not found.is_certain:
        return EARLIEST, year
    years = found.years
    return (EARLIEST, year - years) if found.is_more else (year - years + 1, year - years + 1)


def expected(age: str, year: int, later: int) -> str:
    """Return the age in the year `later` of a bird that had this age in `year`: 1A in 2025 is 2A in 2026.

    "" where the age does not say one year of hatching, and for a year before it.
    """
    first, last = birth_years(age, year)
    return f"{later - first + 1}A" if first == last and later >= first else ""
