"""The flat table as a CSV file for spreadsheets, R and QGIS, with its dictionary in a file beside it.

Semicolons, UTF-8, CRLF. The file begins with a byte order mark: without it Excel reads the accents of a file that is
opened by a double click as other letters, and R (readr), pandas, LibreOffice and QGIS know the mark and pass over it.

A spreadsheet takes a text that begins with = + - @ for a formula and runs it: such a text gets an apostrophe before it.
A text that already has apostrophes or blanks before such a sign gets one more, so that whoever takes one away has the
text as it was.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from fieldapp.core.occurrence import Telling
from fieldapp.core.text import N_
from fieldapp.exchange.flat_columns import (
    CODES_COLUMNS,
    COLUMNS,
    DICTIONARY_COLUMNS,
    Cell,
    codes,
    dictionary,
    rows,
    words,
)
from fieldapp.exchange.written import Note, Options

if TYPE_CHECKING:
    from _csv import Writer

DICTIONARY_ENDING = ".dictionnaire.csv"
"""What the name of the dictionary ends with, in the place of the table's ".csv"."""

_MARK = "\ufeff"

_FORMULA = re.compile("[ ']*[=+\\-@]")
_FIRST_SIGNS = frozenset(" '=+-@")

_GUARDED = N_("Un texte qui commence par = + - ou @ est précédé d’une apostrophe, pour qu’aucun tableur ne le calcule.")


def write(tellings: Iterable[Telling], file: TextIO, *, note: Note, options: Options) -> int:
    """Write one row for each occurrence, below the names of the columns; return how many rows there were."""
    writer = _writer(file)
    writer.writerow([column.name for column in COLUMNS])
    count = 0
    for one, cells in rows(tellings, options):
        writer.writerow([_guarded(cell) for cell in cells])
        note(one)
        count += 1
    return count


def write_dictionary(file: TextIO, *, options: Options) -> None:
    """Write what each column of the table means, and below it the codes with their labels."""
    said = words(options.language)
    writer = _writer(file)
    writer.writerow([said(name) for name in DICTIONARY_COLUMNS])
    writer.writerows([_guarded(cell) for cell in row] for row in dictionary(options.language))
    writer.writerows(([], [said(_GUARDED)], [], [said(name) for name in CODES_COLUMNS]))
    writer.writerows(codes())


def dictionary_beside(path: Path) -> Path:
    """Return where the dictionary of a table belongs."""
    return path.with_name(path.stem + DICTIONARY_ENDING)


def _writer(file: TextIO) -> Writer:
    file.write(_MARK)
    return csv.writer(file, delimiter=";", lineterminator="\r\n")


def _guarded(cell: Cell) -> Cell:
    """Return the cell so that a spreadsheet takes no text for a formula."""
    if isinstance(cell, str) and cell[:1] in _FIRST_SIGNS and _FORMULA.match(cell):
        return f"'{cell}"
    return cell
