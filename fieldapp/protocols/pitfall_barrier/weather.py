"""Daily weather from a file joined to the checks by date: what would change, then the changed checks.

    table = read(decode(data))                        # any separator, any order of columns
    mapping = guess(table.header, table.rows)         # shown to the person, who may change it
    reading = read_days(table, mapping)               # days, and the lines that were not taken
    plan_ = plan(reading.days, visits)                # what would be filled, what is kept
    changed = apply(plan_, "Q_62_latest.csv")         # records to be saved, if the person wants it so

What was typed by hand is never overwritten. A value that a file gave is known by `weather_fields`; a later file may
replace it when the person says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fieldapp.core.record import Record, with_data
from fieldapp.protocols.pitfall_barrier.schema import VISIT, WEATHER, WEATHER_FILES
from fieldapp.protocols.pitfall_barrier.weather_columns import Mapping, guess, recall, remember, stations
from fieldapp.protocols.pitfall_barrier.weather_days import DayWeather, LineNote, Reading, read_days
from fieldapp.protocols.pitfall_barrier.weather_source import from_file, typed_by_hand
from fieldapp.protocols.pitfall_barrier.weather_table import Row, Table, decode, read

__all__ = (
    "DayWeather",
    "Item",
    "LineNote",
    "Mapping",
    "Plan",
    "Reading",
    "Row",
    "Table",
    "What",
    "apply",
    "decode",
    "from_file",
    "guess",
    "plan",
    "read",
    "read_days",
    "recall",
    "remember",
    "stations",
    "typed_by_hand",
)


class What(StrEnum):
    """What becomes of one value of the file."""

    FILL = "fill"  # the check has none: it is filled in
    SAME = "same"  # the check says the same already
    TYPED = "typed"  # typed by hand and different: kept
    OTHER_FILE = "other_file"  # from an earlier file and different: replaced only when the person says so


@dataclass(frozen=True, slots=True)
class Item:
    """One weather field of one check and what the file says of it; `stored` is None where the check has no value."""

    visit: Record
    field: str
    stored: float | None
    given: float
    what: What


@dataclass(frozen=True, slots=True)
class Plan:
    """What a file would do to the checks, in the order of their days.

    `no_check` are the days of the file (ISO) without a check, `no_weather` the days of checks of which the file says
    nothing.
    """

    items: tuple[Item, ...]
    no_check: tuple[str, ...]
    no_weather: tuple[str, ...]

    def of(self, what: What) -> tuple[Item, ...]:
        """Return the values that share a fate."""
        return tuple(item for item in self.items if item.what is what)


def plan(days: Iterable[DayWeather], visits: Iterable[Record]) -> Plan:
    """Return what the days of a file would do to these checks, without doing it.

    Mornings "non relevé" get their weather too: it tells why nobody went. Two checks on one morning both get it.
    """
    by_day = {day.on: day for day in days}
    checks = sorted(
        (one for one in visits if one.entity == VISIT.code and not one.deleted and "check_on" in one.data),
        key=lambda one: (one.data["check_on"], one.uid),
    )
    items: list[Item] = []
    for visit in checks:
        if day := by_day.get(visit.data["check_on"]):
            items += _items(visit, day)
    checked = {one.data["check_on"] for one in checks}
    no_check = tuple(sorted(by_day.keys() - checked))
    return Plan(tuple(items), no_check, tuple(sorted(checked - by_day.keys())))


def _items(visit: Record, day: DayWeather) -> Sequence[Item]:
    given = {field: value for field in WEATHER if (value := day.value(field)) is not None}
    return [
        Item(visit, field, visit.data.get(field), value, _fate(visit, field, value)) for field, value in given.items()
    ]


def _fate(visit: Record, field: str, given: float) -> What:
    stored = visit.data.get(field)
    if stored is None:
        return What.FILL
    if stored == given:
        return What.SAME
    return What.OTHER_FILE if field in from_file(visit.data) else What.TYPED


def apply(plan: Plan, file_name: str, *, replace_files: bool = False) -> list[Record]:
    """Return the checks that change, with the values of the file and its name beside each, in the order of their days.

    With `replace_files` values of earlier files are replaced too; what was typed never is. The same plan on its own
    result changes nothing.
    """
    wanted = {What.FILL, What.OTHER_FILE} if replace_files else {What.FILL}
    by_visit: dict[str, list[Item]] = {}
    for item in plan.items:
        if item.what in wanted:
            by_visit.setdefault(item.visit.uid, []).append(item)
    return [_changed(items, file_name) for items in by_visit.values()]


def _changed(items: Sequence[Item], file_name: str) -> Record:
    visit = items[0].visit
    filled = {item.field: item.given for item in items}
    sourced = from_file(visit.data) | filled.keys()
    fields = [name for name in WEATHER if name in sourced]
    files = {WEATHER_FILES[name]: file_name for name in filled}
    return with_data(visit, VISIT, {**visit.data, **filled, "weather_fields": fields, **files})
