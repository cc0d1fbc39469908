"""A file of daily weather as a table of texts, whatever its separator and encoding. No file is opened here."""

from __future__ import annotations

import csv
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO

from fieldapp.core.lazy import LazyPattern
from fieldapp.core.text import _

ENCODINGS = ("utf-8-sig", "cp1252")
"""The encodings that are tried in turn; spreadsheets of France still write the second."""

SEPARATORS = (";", "\t", ",")
"""The separators that are tried in turn; the comma last, for it may be that of a decimal."""

LARGEST_BYTES = 200 << 20
"""A packed file may not grow beyond this: a whole department since 1950 is smaller (a choice of the program)."""

_PACKED_SIGN = b"\x1f\x8b"  # how a file in gzip begins (RFC 1952)
_LOOKED_AT = 200  # lines that tell the separator and the width


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file with the line on which it begins, from 1."""

    line: int
    cells: tuple[str, ...]

    def cell(self, column: int | None) -> str:
        """Return the text of a cell without blanks around it, "" for a column that the row does not have."""
        return self.cells[column].strip() if column is not None and column < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Table:
    """The names of the columns and the rows below them; a file without names gets "Colonne 1" and so on."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]


def decode(data: bytes) -> str:
    """Return the text of a file in UTF-8 or cp1252, packed with gzip or not, as Météo-France gives its files.

    Raises ValueError with a sentence when it is no text.
    """
    if data.startswith(_PACKED_SIGN):
        data = _unpacked(data)
    if b"\0" in data:
        raise ValueError(_("Ce fichier n’est pas du texte : enregistrez-le en « CSV UTF-8 », puis recommencez."))
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError(_("Ce fichier n’est ni en UTF-8 ni en cp1252 : enregistrez-le en « CSV UTF-8 »."))


def _unpacked(data: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        unpacked = unpacker.decompress(data, LARGEST_BYTES)
    except zlib.error as error:
        raise ValueError(_("Ce fichier .gz est abîmé : téléchargez-le de nouveau.")) from error
    if unpacker.unconsumed_tail:
        raise ValueError(_("Ce fichier .gz est trop gros : gardez-en les années de la barrière."))
    if not unpacker.eof:
        raise ValueError(_("Ce fichier .gz est coupé : téléchargez-le de nouveau."))
    return unpacked


def read(text: str) -> Table:
    """Return the table that stands in a text; lines before it and those that begin with # are passed over.

    The separator is the one under which most lines have the same number of cells, at least two. Raises ValueError with
    a sentence when there is no table.
    """
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise ValueError(_("Le fichier est vide : choisissez-en un autre."))
    head = text.splitlines()[:_LOOKED_AT]
    rows = _rows(text, max(SEPARATORS, key=lambda separator: _fitness(head, separator)))
    width = _usual_width([row.cells for row in rows[:_LOOKED_AT]])
    if width < 2:
        raise ValueError(_("Pas de colonnes dans ce fichier : il faut une date et des valeurs par ligne."))
    first = next(place for place, row in enumerate(rows) if len(row.cells) == width)
    named = rows[first]
    if any(is_day(cell) for cell in named.cells):
        names = tuple(_("Colonne {number}").format(number=place) for place in range(1, width + 1))
        return Table(names, tuple(rows[first:]))
    return Table(tuple(cell.strip() for cell in named.cells), tuple(rows[first + 1 :]))


def _rows(text: str, separator: str) -> list[Row]:
    found, number = [], 0
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) and not cells[0].startswith("#"):
                found.append(Row(number + 1, tuple(cells)))
            number = reader.line_num
    except csv.Error as error:
        sentence = _("Ligne {line} : un guillemet est mal fermé. Corrigez cette ligne, puis recommencez.")
        raise ValueError(sentence.format(line=number + 1)) from error
    return found


def _fitness(lines: Sequence[str], separator: str) -> tuple[int, int]:
    """Return how many lines have the usual number of cells, with a look at the earlier separators first."""
    cells = [line.split(separator) for line in lines if line.strip() and not line.startswith("#")]
    width = _usual_width(cells)
    fitting = sum(len(one) == width for one in cells) if width > 1 else 0
    return fitting * 10 // max(1, len(cells)), -SEPARATORS.index(separator)


def _usual_width(rows: Sequence[Sequence[str]]) -> int:
    """Return the number of cells that most rows have, the larger of two as frequent; 0 without rows."""
    tally = Counter(len(row) for row in rows)
    return max(tally, key=lambda width: (tally[width], width), default=0)


# ------------------------------------------------------------------------------------------------- days

_YEAR_FIRST = LazyPattern(r"(?P<year>[0-9]{4})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})(?:[T ].*)?")
_PACKED = LazyPattern(r"(?P<year>(?:18|19|20|21)[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
_YEAR_LAST = LazyPattern(r"(?P<one>[0-9]{1,2})[-/.](?P<two>[0-9]{1,2})[-/.](?P<year>[0-9]{4}|[0-9]{2})(?:[T ].*)?")


def day_of(text: str, *, day_first: bool = True) -> date | None:
    """Return the day that a cell names: 2026-03-18, 18/03/2026, 18-03-26, 20260318, with or without an hour; else None.

    `day_first` says how 04/03/2026 is read. Two figures are a year of this century.
    """
    typed = text.strip()
    found = _YEAR_FIRST.fullmatch(typed) or _PACKED.fullmatch(typed)
    if found:
        return _day(int(found["year"]), int(found["month"]), int(found["day"]))
    found = _YEAR_LAST.fullmatch(typed)
    if found is None:
        return None
    year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
    one, two = int(found["one"]), int(found["two"])
    return _day(year, two, one) if day_first else _day(year, one, two)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def is_day(text: str) -> bool:
    """Return whether a cell names a day, in whichever order of day and month."""
    return day_of(text) is not None or day_of(text, day_first=False) is not None


def day_parts(text: str) -> tuple[int, int] | None:
    """Return the two numbers before the year where their order is open (04/03/2026); else None."""
    found = _YEAR_LAST.fullmatch(text.strip())
    return (int(found["one"]), int(found["two"])) if found else None
