"""The rows of a spreadsheet (XLSX, XLS, ODS) as text, as if somebody had saved the sheet as a table of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.text import _, fold

_BEGINNINGS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""How zip files (XLSX, ODS) and the older compound files (XLS) begin (source: APPNOTE.TXT 4.3.7, [MS-CFB] 2.2)."""


def is_spreadsheet(path: Path) -> bool:
    """Return whether the file begins as a spreadsheet does, whatever it is called."""
    with path.open("rb") as file:
        return file.read(8).startswith(_BEGINNINGS)


def read_sheet(path: Path, sheets: Sequence[str]) -> tuple[str, list[tuple[int, list[str]]]]:
    """Return the name of the sheet and its rows that are not empty, each with its number in the spreadsheet.

    The first of `sheets` that the spreadsheet has is read, capitals apart, else its first one. Raises
    FileRefusedError with what to do: damaged, locked by a password, nothing in it.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        workbook = CalamineWorkbook.from_path(path)
        by_name = {fold(name): name for name in reversed(workbook.sheet_names)}
        name = next((by_name[fold(sheet)] for sheet in sheets if fold(sheet) in by_name), None)
        if name is None:
            name = next(iter(workbook.sheet_names), "")
        cells = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except PasswordError as error:
        raise FileRefusedError(
            _("{path} est protégé par un mot de passe : enregistrez-le sans, puis recommencez.").format(path=path)
        ) from error
    except (CalamineError, OSError) as error:
        raise FileRefusedError(
            _("{path} ne se lit pas comme un classeur : ouvrez-le dans le tableur et enregistrez-le en XLSX.").format(
                path=path
            )
        ) from error
    rows = [(number, [as_text(cell) for cell in row]) for number, row in enumerate(cells, 1)]
    return name, list(_filled(rows))


def _filled(rows: Sequence[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    return ((number, row) for number, row in rows if any(row))


def as_text(cell: Any) -> str:
    """Return a cell as a table of text would hold it: "8680001", "18.1", "18/05/2020", "06:30", never an exponent.

    A number has as many decimals as it needs, with a point; a duration its hours and minutes; a date its time only
    when that is not midnight.
    """
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{Decimal(repr(cell)):f}"
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y}" if cell.time() == time() else f"{cell:%d/%m/%Y %H:%M}"
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    if isinstance(cell, timedelta):
        minutes = round(cell.total_seconds() / 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    return str(cell)
