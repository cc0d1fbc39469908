"""A Darwin Core archive: events as the core; occurrences, measurements and Humboldt's inventory as extensions.

An absence is an occurrence of its own, with the status "absent", never something to be inferred. A season claims no
more than each of its visits does: where one is not told wholly, nobody may take what is missing for an absence. What a
season says was absent is what was looked for at its visits and found at none of them.

Rows go to files beside the target as they come and are zipped at the end. What is kept in memory until then grows with
the seasons and the areas that stand for places (an identifier for each, and what a season's visits saw), and with the
names, taxa and ways of looking that the metadata tell, not with the rows. The same data give the same bytes: no instant
is in it but the days that were told.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec

from fieldapp.core.occurrence import Event, Telling
from fieldapp.exchange import dwca_eml
from fieldapp.exchange.dwca_rows import Inventory, Row, Rows, lines
from fieldapp.exchange.dwca_terms import EVENT, HUMBOLDT, MEASUREMENT, OCCURRENCE, TABLES, Table
from fieldapp.exchange.written import Note, Options

_EFFORT = 3
"""Of the levels of compression 1 to 9: a third larger than with 6, in a third of the time."""

_TOGETHER = 1000
"""Rows that are put into a file at once."""

_UNIX = 3  # what made the zip; else it would differ between systems

_RIGHTS = 0o644 << 16


def write(tellings: Iterable[Telling], path: Path, *, note: Note, options: Options) -> int:
    """Write the archive at `path` and return its occurrences, absences too; who calls makes it appear whole.

    Raises OSError when the disk is full.
    """
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        folder = Path(scratch)
        coverage = dwca_eml.Coverage(options)
        with _Archive(folder, options) as archive:
            for telling in tellings:
                archive.add(telling, note)
                coverage.add(telling)
            archive.finish()
        (folder / "meta.xml").write_bytes(dwca_eml.meta(TABLES))
        (folder / "eml.xml").write_bytes(dwca_eml.eml(coverage))
        _pack(folder, path)
    return archive.count


class _Archive(ExitStack):
    """The four tables, open for writing."""

    def __init__(self, folder: Path, options: Options) -> None:
        super().__init__()
        self._rows = Rows(options)
        self._files: dict[str, TextIO] = {}
        self._waiting: dict[str, list[Row]] = {}
        for table in TABLES:
            file = self.enter_context((folder / table.file).open("w", encoding="utf-8", newline=""))
            self._files[table.file] = file
            self._waiting[table.file] = [[*table.terms]]
        # Seasons, by uid, each with what was gathered of its events.
        self._seasons: dict[str, tuple[Event, Inventory]] = {}
        # An area stands for the places of several visits of a day, which then are one event.
        self._blurred: set[str] = set()
        self.count = 0

    def add(self, telling: Telling, note: Note) -> None:
        """Write a visit with all that was and was not seen at it."""
        event, rows = telling.event, self._rows
        measured: list[Row] = []
        seen = rows.seen(telling)
        self._add_seasons(event, seen)
        if self._is_new(event):
            self._write(EVENT, [rows.event(event)])
            self._write(HUMBOLDT, [rows.inventory(event, seen)])
            measured += rows.measurements(event, "", event.measurements)
        for one in telling.occurrences:
            measured += rows.measurements(event, one.uid, one.measurements)
            measured += rows.codes(one)
            note(one)
        self._write(OCCURRENCE, map(rows.occurrence, telling.occurrences))
        self._write(MEASUREMENT, measured)
        self.count += len(telling.occurrences)

    def finish(self) -> None:
        """Write what waits, and the inventories of the seasons: these are known only when all their events are."""
        for event, seen in self._seasons.values():
            self._write(HUMBOLDT, [self._rows.inventory(event, seen)])
        for name, file in self._files.items():
            file.write(lines(self._waiting[name]))

    def _add_seasons(self, event: Event, seen: Inventory) -> None:
        season = event.parent
        while season is not None:
            if season.uid not in self._seasons:
                self._seasons[season.uid] = (season, Inventory())
                self._write(EVENT, [self._rows.event(season)])
                self._write(MEASUREMENT, self._rows.measurements(season, "", season.measurements))
            told, gathered = self._seasons[season.uid]
            gathered.join(seen)
            self._seasons[season.uid] = (_less_claimed(_less_claimed(told, season), event), gathered)
            season = season.parent

    def _is_new(self, event: Event) -> bool:
        if not event.place.blurred:
            return True
        is_new = event.uid not in self._blurred
        self._blurred.add(event.uid)
        return is_new

    def _write(self, table: Table, rows: Iterable[Row]) -> None:
        waiting = self._waiting[table.file]
        waiting += rows
        if len(waiting) >= _TOGETHER:
            self._files[table.file].write(lines(waiting))
            waiting.clear()


def _less_claimed(season: Event, by: Event) -> Event:
    """Return a season with what is claimed by another telling of it, or by a visit below it, too."""
    claims = (season.is_scope_complete and by.is_scope_complete, season.reports_absence and by.reports_absence)
    if claims == (season.is_scope_complete, season.reports_absence):
        return season
    return msgspec.structs.replace(season, is_scope_complete=claims[0], reports_absence=claims[1])


def _pack(folder: Path, path: Path) -> None:
    """Put the files into the archive, in an order and with stamps that are always the same."""
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=_EFFORT) as archive:
        for name in ("meta.xml", "eml.xml", *(table.file for table in TABLES)):
            # Given by its name, a file is stamped with the earliest instant that a zip can hold.
            with (folder / name).open("rb") as source, archive.open(name, "w", force_zip64=True) as target:
                shutil.copyfileobj(source, target, 1 << 20)
        for entry in archive.infolist():
            entry.create_system, entry.external_attr = _UNIX, _RIGHTS
