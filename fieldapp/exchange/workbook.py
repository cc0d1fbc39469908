"""The flat table as a workbook (XLSX): the data, what the columns and the codes mean, and what was sent.

Texts stay texts whatever they begin with, days are days, and the same data give the same bytes. Rows go to the disk as
they come, so that a large table needs no more memory than a small one.
"""

from __future__ import annotations

import math
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.occurrence import ABSENT, Occurrence, Telling
from fieldapp.core.text import N_, _
from fieldapp.exchange.flat_columns import (
    CODES_COLUMNS,
    COLUMNS,
    DICTIONARY_COLUMNS,
    Cell,
    Kind,
    codes,
    dictionary,
    rows,
    words,
)
from fieldapp.exchange.written import Note, Options

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MAX_ROWS = 1_048_576
"""Rows of a sheet, that of the names of the columns too (source: Microsoft, Excel specifications and limits)."""

MAX_TEXT = 32_767
"""Characters of a cell, as UTF-16 counts them (source: Microsoft, Excel specifications and limits)."""

_MADE_AT = datetime(1980, 1, 1)  # noqa: DTZ001 - the format knows no time zone

_FIRST_DAY = date(1900, 1, 1)  # a workbook holds no earlier one as a day

_LARGEST = 10**15  # what a double holds to the unit, with room to spare

_WIDTHS = {Kind.TEXT: 24, Kind.CODE: 10, Kind.INTEGER: 10, Kind.NUMBER: 12, Kind.DATE: 12, Kind.HOUR: 8}


def write(tellings: Iterable[Telling], path: Path, *, note: Note, options: Options) -> int:
    """Write the workbook at `path` and return how many rows of data it has; who calls makes it appear whole.

    Sheets: Données, Dictionnaire, Codes, Envoi. Raises FileRefusedError when the data do not fit into one sheet, and
    OSError when the disk is full.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    said = words(options.language)
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": scratch})
        try:
            book.set_properties({"title": options.title, "created": _MADE_AT})
            bold = book.add_format({"bold": True})
            data, *others = [
                book.add_worksheet(said(name)) for name in (N_("Données"), N_("Dictionnaire"), N_("Codes"), N_("Envoi"))
            ]
            tally = _Tally(note)
            _write_data(data, tellings, tally, options, bold, book.add_format({"num_format": "yyyy-mm-dd"}))
            _write_table(others[0], [said(name) for name in DICTIONARY_COLUMNS], dictionary(options.language), bold)
            _write_table(others[1], [said(name) for name in CODES_COLUMNS], codes(), bold)
            _write_table(others[2], [said(N_("Envoi")), options.title], tally.lines(options, said), bold)
        finally:
            # Only this lets go of the scratch files; after a failure what is at `path` is nobody's.
            try:
                book.close()
            except FileCreateError as error:
                for sheet in (data, *others):
                    sheet.row_data_fh.close()
                raise (error.args[0] if isinstance(error.args[0], OSError) else OSError(str(error))) from error
    return tally.rows


class _Tally:
    """Counts what is written, for the sheet that says what was sent."""

    def __init__(self, note: Note) -> None:
        self._note = note
        self.rows = 0
        self._absences = 0
        self._taxa: set[int] = set()
        self._protocols: Counter[str] = Counter()
        self._days: tuple[str, str] = ("", "")

    def add(self, one: Occurrence) -> None:
        self.rows += 1
        self._absences += one.status == ABSENT
        self._taxa.add(one.cd_nom)
        self._protocols[one.event.protocol] += 1
        first, last = self._days
        self._days = (min(first or one.event.date_min, one.event.date_min), max(last, one.event.date_max))
        self._note(one)

    def lines(self, options: Options, said: Callable[[str], str]) -> list[Sequence[Cell]]:
        """Return label and value of what is told of the sending."""
        found: list[Sequence[Cell]] = [
            (said(N_("Jeu de données (UUID)")), options.dataset_uuid or ""),
            (said(N_("Lignes")), self.rows),
            (said(N_("dont « non observé »")), self._absences),
            (said(N_("Taxons (cd_nom)")), len(self._taxa)),
            (said(N_("Du")), self._days[0]),
            (said(N_("Au")), self._days[1]),
        ]
        for code in sorted(self._protocols):
            protocol = options.protocols.get(code)
            name = f"{said(protocol.label)} {protocol.version}" if protocol else code
            found.append((said(N_("Lignes de « {name} »")).format(name=name), self._protocols[code]))
        return found


def _write_data(
    sheet: Worksheet, tellings: Iterable[Telling], tally: _Tally, options: Options, bold: Format, day: Format
) -> None:
    sheet.freeze_panes(1, 1)
    for place, column in enumerate(COLUMNS):
        sheet.set_column(place, place, _WIDTHS[column.kind])
        sheet.write_string(0, place, column.name, bold)
    is_day = [column.kind is Kind.DATE for column in COLUMNS]
    for one, cells in rows(tellings, options):
        number = tally.rows + 1
        if number >= MAX_ROWS:
            raise FileRefusedError(
                _(
                    "Plus de {count} lignes : un classeur n’en tient pas davantage. Choisissez le format CSV, ou une "
                    "période plus courte."
                ).format(count=MAX_ROWS - 1)
            )
        for place, cell in enumerate(cells):
            if is_day[place] and cell:
                _write_day(sheet, number, place, str(cell), day)
            else:
                _write_cell(sheet, number, place, cell)
        tally.add(one)
    sheet.autofilter(0, 0, tally.rows, len(COLUMNS) - 1)


def _write_day(sheet: Worksheet, number: int, place: int, text: str, style: Format) -> None:
    """Write a day as one, a text that is none (or older than the format's days) as it stands."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if day < _FIRST_DAY:
        _write_cell(sheet, number, place, text)
    else:
        sheet.write_datetime(number, place, day, style)


def _write_table(sheet: Worksheet, head: Sequence[str], body: Iterable[Sequence[Cell]], bold: Any) -> None:
    """Write a small table below its head; its columns are wide enough to be read."""
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 1, 32)
    sheet.set_column(2, 2, 64)
    for place, name in enumerate(head):
        sheet.write_string(0, place, name, bold)
    for number, row in enumerate(body, 1):
        for place, cell in enumerate(row):
            _write_cell(sheet, number, place, cell)


def _write_cell(sheet: Worksheet, number: int, place: int, cell: Cell) -> None:
    """Write a number as a number and all else as a text: never as a formula or a link, whatever it looks like."""
    if _is_number(cell):
        sheet.write_number(number, place, cell)
    elif cell is not None and cell != "":
        text = _shortened(str(cell))
        # What begins and ends like this the library takes for its own XML of a text in several styles.
        sheet.write_string(number, place, f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text)


def _is_number(cell: Cell) -> TypeGuard[int | float]:
    return isinstance(cell, int | float) and math.isfinite(cell) and abs(cell) < _LARGEST


def _shortened(text: str) -> str:
    """Return the text, cut and marked as cut where a cell can't hold all of it."""
    if len(text) <= MAX_TEXT // 2:
        return text
    units = len(text.encode("utf-16-le", "replace")) // 2
    if units <= MAX_TEXT:
        return text
    mark = f" […] (texte coupé : {len(text)} signes)"
    kept = text.encode("utf-16-le", "replace")[: 2 * (MAX_TEXT - len(mark))].decode("utf-16-le", "ignore")
    return kept + mark
