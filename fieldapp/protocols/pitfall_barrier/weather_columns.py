"""Which column of a weather file is the date, the minimum, the maximum and the rain: guessed, then the person's say.

Météo-France's daily files (meteo.data.gouv.fr, "RR-T-Vent") are known by their names AAAAMMJJ, TN, TX, RR. There RR of
day D is the rain from 6 h UTC of D to 6 h UTC of D+1, so the rain of the night before a morning stands in the row of
the day before it. Source: Météo-France, description des données quotidiennes ("La valeur relevée à J+1 est affectée au
jour J"). TN of day D is the minimum from 18 h UTC of D-1 to 18 h UTC of D, which holds the night before morning D, and
TX the maximum from 6 h UTC of D to 6 h UTC of D+1, which is that of an afternoon. Source: Météo-France, méthode des
degrés jours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Mapping as ReadOnly
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Any

from fieldapp.core import parse
from fieldapp.core.lazy import LazyPattern
from fieldapp.core.text import _, fold
from fieldapp.protocols.pitfall_barrier.schema import WEATHER
from fieldapp.protocols.pitfall_barrier.weather_table import Row, day_of, day_parts, is_day

MIN, MAX, RAIN = WEATHER

MOST_SHIFT_DAYS = 2
"""Days by which rain may be moved: a choice of the program; 0 and 1 are what files need."""

_SAMPLE = 5000  # rows from which the columns are guessed
_MOST = 0.8  # share of filled cells that must read as a date or number
_DRY = 0.2  # share of days without rain from which an unnamed column of numbers may be that of rain


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which column (from 0) is what; None: the file has none.

    `day_first` is how 04/03/2026 is read. Rain of the row of day D belongs to the morning D + `rain_shift_days`. With a
    `station` column only the rows of `only_station` count ("" where the file has but one). `doubts` are sentences about
    what the guess could not know.
    """

    date: int | None = None
    night_min_c: int | None = None
    night_max_c: int | None = None
    rain_mm: int | None = None
    day_first: bool = True
    rain_shift_days: int = 0
    station: int | None = None
    only_station: str = ""
    doubts: tuple[str, ...] = ()

    def column(self, field: str) -> int | None:
        """Return the column of a weather field of a check."""
        return {MIN: self.night_min_c, MAX: self.night_max_c, RAIN: self.rain_mm}[field]

    @property
    def is_enough(self) -> bool:
        """Whether days can be read: there is a date and at least one kind of value."""
        return self.date is not None and any(self.column(field) is not None for field in WEATHER)


def stations(rows: Sequence[Row], column: int | None) -> tuple[str, ...]:
    """Return the stations that a column names, in the order of the file; () without such a column."""
    return () if column is None else tuple(dict.fromkeys(filter(None, (row.cell(column) for row in rows))))


def guess(header: Sequence[str], rows: Sequence[Row]) -> Mapping:
    """Return the likeliest mapping by the names of the columns (French, English), else by what stands in them."""
    sample, names = rows[:_SAMPLE], [_plain(name) for name in header]
    found = Mapping(
        date=_date_column(names, sample),
        night_min_c=_named(names, _IS_MIN),
        night_max_c=_named(names, _IS_MAX),
        rain_mm=_named(names, _IS_RAIN),
        station=_named(names, _IS_STATION),
    )
    doubts: list[str] = []
    if all(found.column(field) is None for field in WEATHER):
        found = _by_values(found, sample, len(names))
        if found.is_enough:
            doubts.append(_("Colonnes devinées d’après les nombres : vérifiez-les."))
    if found.station is not None and len(stations(rows, found.station)) < 2:
        found = replace(found, station=None)
    return _with_doubts(found, names, sample, doubts)


def _with_doubts(found: Mapping, names: Sequence[str], sample: Sequence[Row], doubts: list[str]) -> Mapping:
    day_first, is_sure = _day_order([row.cell(found.date) for row in sample])
    if not is_sure:
        doubts.append(_("Dates comme 04/03/2026 : le jour ou le mois d’abord ? Rien dans le fichier ne le dit."))
    if found.station is not None:
        doubts.append(_("Le fichier a plusieurs stations : choisissez la plus proche de la mare."))
    elif _has_several_a_day(found, sample, day_first=day_first):
        doubts.append(_("Le fichier a plusieurs lignes par jour : il faut un fichier quotidien."))
    shift = 0
    if found.rain_mm is not None and names[found.rain_mm] == "rr" and "aaaammjj" in names:
        shift = 1
        doubts.append(_("Météo-France compte la pluie de 6 h à 6 h : celle de la nuit est à la ligne de la veille."))
    if found.night_max_c is not None and not _NIGHT.search(names[found.night_max_c]):
        doubts.append(_("Le maximum d’un jour est celui de l’après-midi, pas de la nuit : à prendre, ou à laisser."))
    return replace(found, day_first=day_first, rain_shift_days=shift, doubts=tuple(doubts))


# ---------------------------------------------------------------------------------------------- by name

_NIGHT = LazyPattern(r"\b(?:nuit|night|nocturne)\b")
_IS_DATE = LazyPattern(r"aaaammjj|(?:.* )?(?:date|jour|day|datetime|matin|dt|time|yyyymmdd|check on)(?: .*)?")
_IS_MIN = LazyPattern(r"tn|tm?mini?|(?:.*\b(?:t|temp\w*|nuit|night|air)\b.*\b)?mini?(?:mum|male?s?)?\b.*|tempmini?|low")
_IS_MAX = LazyPattern(
    r"tx|tm?maxi?|(?:.*\b(?:t|temp\w*|nuit|night|air)\b.*\b)?maxi?(?:mum|male?s?)?\b.*|tempmaxi?|high"
)
_IS_RAIN = LazyPattern(r"rr\w{0,2}|(?:.* )?(?:pluie\w*|pluvio\w*|precip\w*|rain\w*|prcp|prec)(?: .*)?")
_IS_STATION = LazyPattern(r"(?:nom usuel|num poste|(?:.* )?(?:station|poste)(?: .*)?)")
_IS_OTHER = LazyPattern(
    r"\b(?:sol|soil|ground|50|10|humid\w*|hum|pression|pressure|vent|wind|gust|rafale|duree|duration|heure|hour|hours"
    r"|intens\w*|prob\w*|rose\w*|dew|ressenti\w*|apparent|sun\w*|qualite|quality|max rain)\b"
)


def _plain(name: str) -> str:
    """Return the name of a column without units, accents and signs: "Temp. min (°C)" is "temp min"."""
    words = fold(name.split("(")[0].split("[")[0])
    return " ".join("".join(char if char.isalnum() else " " for char in words).split())


def _named(names: Sequence[str], pattern: LazyPattern) -> int | None:
    """Return the column whose name fits: one of the night before others, then the shorter name, then the last."""
    fitting = [place for place, name in enumerate(names) if pattern.fullmatch(name) and not _IS_OTHER.search(name)]
    return min(fitting, key=lambda place: (not _NIGHT.search(names[place]), len(names[place]), -place), default=None)


def _date_column(names: Sequence[str], sample: Sequence[Row]) -> int | None:
    """Return the column that holds days, one named so before the others."""
    holding = [place for place in range(len(names)) if _mostly(sample, place, is_day)]
    named = [place for place in holding if _IS_DATE.fullmatch(names[place])]
    return next(iter([*named, *holding]), None)


# --------------------------------------------------------------------------------------------- by value


def _mostly(sample: Sequence[Row], column: int, fits: Callable[[str], bool]) -> bool:
    filled = [cell for row in sample if (cell := row.cell(column))]
    return bool(filled) and sum(fits(cell) for cell in filled) >= _MOST * len(filled)


@lru_cache(maxsize=8192)
def number_in(text: str) -> float | None:
    """Return the number of a cell, with a decimal comma or point, its unit cut off; None when there is none."""
    with suppress(ValueError):
        return parse.parse_number(_UNIT.sub("", text))
    return None


_UNIT = LazyPattern(r" *(?:° *C?|C|mm)$")


def _by_values(found: Mapping, sample: Sequence[Row], width: int) -> Mapping:
    """Return the mapping with columns told by their numbers alone.

    A minimum is never above the maximum beside it and often below; rain is never negative and often nothing.
    """
    free = [
        place
        for place in range(width)
        if place != found.date and _mostly(sample, place, lambda cell: number_in(cell) is not None)
    ]
    numbers = {place: [number_in(row.cell(place)) for row in sample] for place in free}
    rain = next((place for place in free if _looks_like_rain(numbers[place])), None)
    rest = [place for place in free if place != rain]
    pair = next(((a, b) for a in rest for b in rest if _is_below(numbers[a], numbers[b])), (None, None))
    return replace(found, night_min_c=pair[0], night_max_c=pair[1], rain_mm=rain)


def _looks_like_rain(numbers: Sequence[float | None]) -> bool:
    known = [number for number in numbers if number is not None]
    dry = sum(number == 0 for number in known)
    return min(known) >= 0 and max(known) > 0 and dry >= _DRY * len(known)


def _is_below(lower: Sequence[float | None], upper: Sequence[float | None]) -> bool:
    pairs = [(a, b) for a, b in zip(lower, upper, strict=True) if a is not None and b is not None]
    return bool(pairs) and all(-40 <= a <= b <= 45 for a, b in pairs) and sum(a < b for a, b in pairs) > len(pairs) / 2


def _day_order(cells: Sequence[str]) -> tuple[bool, bool]:
    """Return whether the day stands before the month, and whether the file says so.

    A number above 12 says it; else the order under which more rows are a day after the one above them.
    """
    parts = [found for cell in cells if (found := day_parts(cell))]
    if not parts:
        return True, True
    day_first, month_first = any(one > 12 for one, _two in parts), any(two > 12 for _one, two in parts)
    if day_first != month_first:
        return day_first, True
    one, other = (_steps(cells, day_first=first) for first in (True, False))
    return one >= other, one != other


def _steps(cells: Sequence[str], *, day_first: bool) -> int:
    """Return how many rows are the day after, or before, that of the row above."""
    days = [day for cell in cells if (day := day_of(cell, day_first=day_first))]
    return sum(abs((after - before).days) == 1 for before, after in pairwise(days))


def _has_several_a_day(found: Mapping, sample: Sequence[Row], *, day_first: bool) -> bool:
    days = [day for row in sample if (day := day_of(row.cell(found.date), day_first=day_first))]
    return len(days) > 2 * len(set[date](days)) - 1 and len(days) > 1


# ------------------------------------------------------------------------------------------- kept for later


def remember(mapping: Mapping, header: Sequence[str]) -> dict[str, Any]:
    """Return the mapping by the names of its columns, as plain values to be kept (JSON) for the next file like it."""
    kept: dict[str, Any] = {
        name: header[column]
        for name in ("date", *WEATHER, "station")
        if (column := getattr(mapping, name)) is not None and column < len(header)
    }
    kept |= {"day_first": mapping.day_first, "rain_shift_days": mapping.rain_shift_days}
    return kept | ({"only_station": mapping.only_station} if mapping.only_station else {})


def recall(kept: ReadOnly[str, Any], header: Sequence[str]) -> Mapping | None:
    """Return the mapping that was kept, for a file with the same names in any order; None where one is not there."""
    columns: dict[str, Any] = {}
    for name in ("date", *WEATHER, "station"):
        wanted = kept.get(name)
        if wanted is None:
            continue
        if wanted not in header:
            return None
        columns[name] = [*header].index(wanted)
    shift = kept.get("rain_shift_days", 0)
    found = Mapping(
        **columns,
        day_first=kept.get("day_first") is not False,
        rain_shift_days=shift if shift in range(MOST_SHIFT_DAYS + 1) else 0,
        only_station=str(kept.get("only_station", "")),
    )
    return found if found.is_enough else None
