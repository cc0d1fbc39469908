"""The weather of each morning out of the rows of a file; what can't be right is told by its line and not taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fieldapp.core import clock, parse
from fieldapp.core.text import _, fold
from fieldapp.protocols.pitfall_barrier.schema import VISIT, WEATHER
from fieldapp.protocols.pitfall_barrier.weather_columns import MAX, MIN, RAIN, Mapping, number_in, stations
from fieldapp.protocols.pitfall_barrier.weather_table import Row, Table, day_of

_MISSING = frozenset({"", "-", "--", "/", "mq", "m", "na", "n/a", "nan", "nd", "null", "none", "manquant", "?"})
_NO_NUMBER = frozenset({-99.9, -999.0, -999.9, -9999.0})
"""Numbers that stand for "nothing measured" in files of stations."""

_TRACES = frozenset({"tr", "trace", "traces"})
"""Words for rain too little to be measured: 0 mm."""


@dataclass(frozen=True, slots=True)
class DayWeather:
    """The weather of the night before a morning (ISO date): °C, °C, mm; None where the file says nothing.

    `line` is the row of that day, or of its rain where the file has no such row.
    """

    on: str
    night_min_c: float | None
    night_max_c: float | None
    rain_mm: float | None
    line: int

    def value(self, field: str) -> float | None:
        """Return what the file says of a weather field of a check."""
        return {MIN: self.night_min_c, MAX: self.night_max_c, RAIN: self.rain_mm}[field]


@dataclass(frozen=True, slots=True)
class LineNote:
    """A sentence about a line of the file, and the name of its column ("" for the whole line)."""

    line: int
    column: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The days of a file in order, each once, and what was not taken."""

    days: tuple[DayWeather, ...]
    notes: tuple[LineNote, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """What a line says of a day."""

    value: float
    line: int


class _Reader:
    """The state of one reading: what each day has been told so far, by field."""

    def __init__(self, table: Table, mapping: Mapping, today: date) -> None:
        self.table = table
        self.mapping = mapping
        self.today = today
        self.notes: list[LineNote] = []
        self.told: dict[str, dict[date, _Told]] = {field: {} for field in WEATHER}
        self.disputed: set[tuple[str, date]] = set()

    def say(self, line: int, column: int | None, sentence: str) -> None:
        header = self.table.header
        self.notes.append(
            LineNote(line, header[column] if column is not None and column < len(header) else "", sentence)
        )

    def take(self, row: Row) -> None:
        day = self._day(row)
        if day is None:
            return
        values = {field: self._value(row, field) for field in WEATHER}
        least, most = values[MIN], values[MAX]
        if least is not None and most is not None and least > most:
            about = {"least": parse.show_number(least), "most": parse.show_number(most)}
            sentence = _("Minimum {least} °C au-dessus du maximum {most} °C : aucun des deux n’est repris.")
            self.say(row.line, self.mapping.night_min_c, sentence.format(**about))
            values[MIN] = values[MAX] = None
        for field, value in values.items():
            if value is not None:
                self._tell(field, day, _Told(value, row.line))

    def _day(self, row: Row) -> date | None:
        text = row.cell(self.mapping.date)
        day = day_of(text, day_first=self.mapping.day_first)
        if day is None:
            sentence = _("« {text} » n’est pas une date lisible.") if text else _("Pas de date sur cette ligne.")
            self.say(row.line, self.mapping.date, sentence.format(text=text[:40]))
        elif day > self.today:
            sentence = _("Le {date} est dans l’avenir : ligne non reprise.")
            self.say(row.line, self.mapping.date, sentence.format(date=parse.show_date(day.isoformat())))
            return None
        return day

    def _value(self, row: Row, field: str) -> float | None:
        column = self.mapping.column(field)
        text = row.cell(column)
        if fold(text) in _MISSING:
            return None
        if field == RAIN and fold(text) in _TRACES:
            return 0.0
        value = number_in(text)
        if value is None:
            self.say(row.line, column, _("« {text} » n’est pas un nombre : non repris.").format(text=text[:40]))
            return None
        return None if value in _NO_NUMBER else self._possible(row, field, value)

    def _possible(self, row: Row, field: str, value: float) -> float | None:
        item = VISIT.by_name[field]
        if item.minimum is not None and item.maximum is not None and item.minimum <= value <= item.maximum:
            return value
        sentence = _("{label} : {value} {unit} n’est pas possible, non repris.").format(
            label=_(item.label), value=parse.show_number(value), unit=item.unit
        )
        self.say(row.line, self.mapping.column(field), sentence)
        return None

    def _tell(self, field: str, day: date, told: _Told) -> None:
        before = self.told[field].get(day)
        if before is None:
            self.told[field][day] = told
        elif before.value != told.value and (field, day) not in self.disputed:
            self.disputed.add((field, day))
            sentence = _("Les lignes {first} et {line} disent autre chose du {date} : aucune n’est reprise.").format(
                first=before.line, line=told.line, date=parse.show_date(day.isoformat())
            )
            self.say(told.line, self.mapping.column(field), sentence)

    def days(self) -> tuple[DayWeather, ...]:
        """Return the mornings that something is known of, rain moved to its own."""
        shift = timedelta(days=self.mapping.rain_shift_days)
        found: dict[date, dict[str, _Told]] = {}
        for field in WEATHER:
            for day, told in self.told[field].items():
                if (field, day) not in self.disputed:
                    morning = day + shift if field == RAIN else day
                    found.setdefault(morning, {})[field] = told
        return tuple(_weather(morning, found[morning]) for morning in sorted(found))


def _weather(morning: date, told: dict[str, _Told]) -> DayWeather:
    values = {field: one.value for field, one in told.items()}
    line = next(told[field].line for field in WEATHER if field in told)
    return DayWeather(morning.isoformat(), values.get(MIN), values.get(MAX), values.get(RAIN), line)


def read_days(table: Table, mapping: Mapping, today: date | None = None) -> Reading:
    """Return the weather of the mornings that a table tells of, under the mapping.

    Not taken, and told by line: what is no date, a day after `today`, what is no number, a value that no night ever had
    (the limits of the fields of a check), a minimum above the maximum, and days told twice with different values.
    Cells that are empty or say "missing" are passed over. A file of several stations of which none is chosen has no
    days.
    """
    rows, names = _rows_of(table, mapping), stations(table.rows, mapping.station)
    reader = _Reader(table, mapping, today or clock.today())
    if not mapping.is_enough:
        return Reading((), (LineNote(1, "", _("Dites quelle colonne est la date, et laquelle une valeur.")),))
    if len(names) > 1 and not mapping.only_station:
        return Reading((), (LineNote(1, "", _("Plusieurs stations : choisissez-en une.")),))
    for row in rows:
        reader.take(row)
    return Reading(reader.days(), tuple(sorted(reader.notes, key=lambda note: note.line)))


def _rows_of(table: Table, mapping: Mapping) -> Sequence[Row]:
    if mapping.station is None or not mapping.only_station:
        return table.rows
    return [row for row in table.rows if row.cell(mapping.station) == mapping.only_station]
