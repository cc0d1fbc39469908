"""A weather file on its way into the checks of a barrier: what runs in the background, and what is remembered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.record import Record
from fieldapp.core.text import _
from fieldapp.protocols.pitfall_barrier import campaign as calendar
from fieldapp.protocols.pitfall_barrier import weather
from fieldapp.protocols.pitfall_barrier.campaign import holds
from fieldapp.protocols.pitfall_barrier.schema import VISIT
from fieldapp.protocols.pitfall_barrier.weather import Plan, Reading, Table, What
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.store.records import Saved

REMEMBERED = "weather_columns"
"""The setting that keeps what the columns of a file mean, by its header."""

MOST_REMEMBERED = 12
"""Headers that are kept; people have one or two sources of weather."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file that was read; `is_known` says that its columns were mapped before."""

    path: Path
    table: Table
    mapping: weather.Mapping
    is_known: bool


@dataclass(frozen=True, slots=True)
class Joined:
    """What a file would do to the checks of a barrier.

    `lacking` are the days of the file (ISO) in a campaign of the barrier that have no check; those outside the
    campaigns concern nobody.
    """

    reading: Reading
    plan: Plan
    lacking: tuple[str, ...]

    def mornings(self, *fates: What) -> int:
        """Return how many checks have a value with one of these fates."""
        return len({item.visit.uid for fate in fates for item in self.plan.of(fate)})


def load(path: Path, kept: Sequence[Mapping[str, Any]]) -> Loaded:
    """Return the table of a file and what its columns mean: as remembered for this header, else as it seems.

    Raises FileRefusedError with a sentence when it can't be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        words = _("{name} ne s’ouvre pas : vérifiez qu’il est encore là et que vous pouvez le lire.")
        raise FileRefusedError(words.format(name=path.name)) from error
    try:
        table = weather.read(weather.decode(data))
    except ValueError as error:
        raise FileRefusedError(str(error)) from error
    known = recalled(kept, table.header)
    return Loaded(path, table, known or weather.guess(table.header, table.rows), known is not None)


def recalled(kept: Sequence[Mapping[str, Any]], header: Sequence[str]) -> weather.Mapping | None:
    """Return the mapping that was remembered for a file with the same columns, in whatever order."""
    for entry in kept:
        if _names(entry) == sorted(header) and isinstance(entry["columns"], dict):
            return weather.recall(entry["columns"], header)
    return None


def remembered(
    kept: Sequence[Mapping[str, Any]], header: Sequence[str], mapping: weather.Mapping
) -> list[Mapping[str, Any]]:
    """Return what is to be remembered, the mapping of this header first and once."""
    others = [one for one in kept if (names := _names(one)) is not None and names != sorted(header)]
    entry = {"header": list(header), "columns": weather.remember(mapping, header)}
    return [entry, *others][:MOST_REMEMBERED]


def _names(entry: object) -> list[str] | None:
    """Return the columns of what was kept, sorted; None where the settings hold something else."""
    if not isinstance(entry, dict) or "columns" not in entry or not isinstance(entry.get("header"), list):
        return None
    return sorted(map(str, entry["header"]))


def join(open_own: Callable[[], Database], site: str, table: Table, mapping: weather.Mapping, today: date) -> Joined:
    """Return what the file would do to the checks of the days that it tells of."""
    reading = weather.read_days(table, mapping, today)
    with closing(open_own()) as db:
        visits = _visits(db, site, reading)
        campaigns = calendar.campaigns(records.undated(db, [site]))
    found = weather.plan(reading.days, visits)
    lacking = tuple(day for day in found.no_check if any(holds(one.data, day) for one in campaigns))
    return Joined(reading, found, lacking)


def _visits(db: Database, site: str, reading: Reading) -> list[Record]:
    if not reading.days:
        return []
    found = records.below_on(db, site, reading.days[0].on, reading.days[-1].on)
    return [one for one in found if one.entity == VISIT.code]


def complete(
    open_own: Callable[[], Database], site: str, reading: Reading, name: str, label: str, *, replace_files: bool
) -> tuple[Saved, int]:
    """Fill the checks from the file as one action; return what was done and how many checks changed.

    They are read anew, so that what was typed since the file was shown is kept.
    """
    with closing(open_own()) as db:
        found = weather.plan(reading.days, _visits(db, site, reading))
        changed = weather.apply(found, name, replace_files=replace_files)
        return records.save(db, changed, label), len(changed)
