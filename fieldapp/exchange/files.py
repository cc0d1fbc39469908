"""A table of text in a file, opened with care: what is wrong with it is said before anything is taken from it."""

from __future__ import annotations

import codecs
import contextlib
import csv
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple, NoReturn

from fieldapp.core.errors import FileRefusedError, StrangeColumnsError, WrongEncodingError
from fieldapp.core.exchange import Cells, Importer
from fieldapp.core.text import N_, _, ngettext
from fieldapp.exchange import spreadsheets

ENCODINGS = ("utf-8", "cp1252", "iso-8859-15", "mac-roman")
"""What a table may be written in; spreadsheets in French write cp1252 (Windows), mac-roman or iso-8859-15."""

LARGEST_BYTES = 500 * 1024 * 1024
"""Files above this are refused: a hundred times the season of a whole region (a choice of the program)."""

LONGEST_CELL = 10_000_000

_SEPARATORS = {";": N_("point-virgule"), ",": N_("virgule"), "\t": N_("tabulation"), "|": N_("barre")}
_BLOCK = 1 << 20
_NAMED = 6
_BEGUN = 3
"""Columns by which a kind of file is known at a glance."""


class Line(NamedTuple):
    """One row of the file: `number` is the line on which it begins, `fault` says why `cells` is None."""

    number: int
    cells: Cells | None
    fault: str = ""


Numbered = tuple[int, list[str]]
"""The cells of a row, and the line on which it begins."""


def likeliest(importers: Sequence[Importer], path: Path) -> Importer:
    """Return the kind of file that this one is by the names of its columns; the first where nothing tells.

    What is wrong with the file is not said here: `open_for` says it in the terms of that kind.
    """
    return max(importers, key=lambda importer: _likeness(importer, path))


def _likeness(importer: Importer, path: Path) -> float:
    """Return which part of the columns that a file of this kind has to have stand in the header, 0 to 1."""
    wanted = {name.casefold() for name in importer.required or importer.columns}
    names = {name.casefold(): column.casefold() for name, column in importer.aliases.items()}
    try:
        if importer.sheets and spreadsheets.is_spreadsheet(path):
            headers = [cells for _number, cells in spreadsheets.read_sheet(path, importer.sheets)[1][:1]]
        else:
            with path.open(encoding="latin-1") as file:
                first = file.readline(LONGEST_CELL).encode("latin-1").decode("utf-8-sig", "replace")
            headers = [next(csv.reader([first], delimiter=separator), []) for separator in _SEPARATORS]
    except (OSError, ValueError, csv.Error, FileRefusedError):
        return 0
    told = ({names.get(cell.strip().casefold(), cell.strip().casefold()) for cell in cells} for cells in headers)
    return max((len(wanted & found) / len(wanted) for found in told), default=0)


@dataclass(frozen=True, slots=True)
class TextTable:
    """A file whose header was understood; `notes` are for the report. `lines()` may be walked more than once.

    `columns` are those of the file under their usual names, `wanted` those that each row is given in, the missing ones
    as empty cells. `rows` walks the file from its header on.
    """

    path: Path
    columns: tuple[str, ...]
    wanted: tuple[str, ...]
    separator: str
    rows: Callable[[], Iterator[Numbered]]
    notes: tuple[str, ...]
    skips_blank: bool = False

    def lines(self) -> Iterator[Line]:
        """Yield the rows in the order of the file, their cells in that of `wanted`; empty lines are left out.

        Lines of nothing but separators are left out as well where `skips_blank` says so.
        """
        width = len(self.columns)
        pick = None if self.columns == self.wanted else _picker(self.columns, self.wanted)
        rows = self.rows()
        next(rows)
        for number, cells in rows:
            if self.skips_blank and not any(map(str.strip, cells)):
                continue
            if len(cells) != width:
                yield Line(number, None, _wrong_width(cells, width, self.separator))
            else:
                yield Line(number, pick(cells) if pick else cells)


def _picker(columns: Sequence[str], wanted: Sequence[str]) -> Callable[[list[str]], Cells]:
    """Return what puts the cells of a row into the wanted order; a column that the file lacks gives empty cells."""
    places = [columns.index(name) if name in columns else len(columns) for name in wanted]
    if len(places) == 1:
        return lambda cells: [cells[places[0]]]
    if len(columns) not in places:
        return itemgetter(*places)
    pick = itemgetter(*places)

    def with_empty(cells: list[str]) -> Cells:
        cells.append("")
        found: Cells = pick(cells)
        return found

    return with_empty


def open_for(importer: Importer, path: Path, encoding: str = "utf-8") -> TextTable:
    """Return the table in a file of this kind, its separator, encoding and sheet found where the kind leaves them open.

    The whole file is looked through first: size, zero bytes, encoding. `encoding` is what the person named, or UTF-8.
    What was found is said in the notes. Raises FileRefusedError with what to do.
    """
    _refuse_unsuitable(path)
    if importer.sheets and _begins_as_spreadsheet(path):
        sheet, found = spreadsheets.read_sheet(path, importer.sheets)
        note = _("Feuille lue : « {sheet} ».").format(sheet=sheet)
        return _understood(importer, path, "\t", lambda: iter(found), (note,))
    used = _encoding_of(path, encoding, importer.fallbacks)
    separator = _separator_of(path, importer, used)
    notes = []
    if used != encoding:
        notes.append(_("Le texte n’est pas en UTF-8 : il a été lu en {encoding}.").format(encoding=used))
    if separator != importer.separator:
        notes.append(_("Colonnes séparées par : {name}.").format(name=_(_SEPARATORS[separator])))
    return _understood(importer, path, separator, lambda: _numbered(path, separator, used), notes, used)


def _understood(
    importer: Importer,
    path: Path,
    separator: str,
    rows: Callable[[], Iterator[Numbered]],
    notes: Sequence[str],
    encoding: str = "utf-8",
) -> TextTable:
    """Return the table of a file whose header has the columns that it must have; raises FileRefusedError."""
    wanted = importer.columns
    required = wanted if importer.required is None else importer.required
    first = next(rows(), None)
    if first is None:
        raise FileRefusedError(_("Le fichier {path} est vide : choisissez-en un autre.").format(path=path))
    columns = _columns(first[1], importer)
    missing = [name for name in required if name not in columns]
    if missing:
        text = (path, separator, encoding)
        _refuse_columns(text, missing, required, importer.is_strict)
    double = [name for name, count in Counter(columns).items() if count > 1 and name in wanted]
    if double:
        raise FileRefusedError(
            _("{path} a deux fois la colonne {columns} : supprimez celle qui est de trop, puis recommencez.").format(
                path=path, columns=_named(double)
            )
        )
    said = (*notes, *_notes(columns, importer))
    return TextTable(path, columns, wanted, separator, rows, said, not importer.is_strict)


def _columns(header: Sequence[str], importer: Importer) -> tuple[str, ...]:
    known = {name.casefold(): name for name in importer.columns}
    known |= {name.casefold(): column for name, column in importer.aliases.items()}
    return tuple(known.get(name.strip().casefold(), name.strip()) for name in header)


def _notes(columns: tuple[str, ...], importer: Importer) -> Iterator[str]:
    wanted = importer.columns
    extra = [name for name in columns if name not in wanted and name]
    if extra:
        yield ngettext(
            "Colonne inconnue, laissée de côté : {columns}.",
            "Colonnes inconnues, laissées de côté : {columns}.",
            len(extra),
        ).format(columns=", ".join(name[:40] for name in extra))
    if importer.is_strict and [name for name in columns if name in wanted] != list(wanted):
        yield _("Les colonnes ne sont pas dans l’ordre habituel : elles ont été lues par leur nom.")


def _begins_as_spreadsheet(path: Path) -> bool:
    try:
        return spreadsheets.is_spreadsheet(path)
    except OSError as error:
        raise FileRefusedError(_unreadable(path)) from error


def _encoding_of(path: Path, encoding: str, fallbacks: Sequence[str]) -> str:
    """Return the encoding that the text is in: the named one, or the first of the fallbacks that it fits."""
    try:
        _refuse_undecodable(path, encoding)
    except WrongEncodingError:
        for other in fallbacks if encoding == ENCODINGS[0] else ():
            with contextlib.suppress(WrongEncodingError):
                _refuse_undecodable(path, other)
                return other
        raise
    return encoding


def _separator_of(path: Path, importer: Importer, encoding: str) -> str:
    """Return the separator under which the header has the most columns of this kind of file; the usual one wins."""
    known = {name.casefold() for name in (*importer.columns, *importer.aliases)}
    best, most = importer.separator, 0
    for separator in (importer.separator, *importer.separators) if importer.separators else ():
        header = next(_numbered(path, separator, encoding), (0, []))[1]
        found = sum(cell.strip().casefold() in known for cell in header)
        if found > most:
            best, most = separator, found
    return best


# ------------------------------------------------------------------------------------------ whole file


def _refuse_unsuitable(path: Path) -> None:
    try:
        if path.is_dir():
            raise FileRefusedError(_("{path} est un dossier : choisissez un fichier.").format(path=path))
        if not path.exists():
            raise FileRefusedError(_("Le fichier {path} n’existe pas : vérifiez son nom.").format(path=path))
        if not path.is_file():
            raise FileRefusedError(
                _("{path} n’est pas un fichier ordinaire : choisissez-en un autre.").format(path=path)
            )
        size = path.stat().st_size
    except (OSError, ValueError) as error:
        raise FileRefusedError(_unreadable(path)) from error
    if size == 0:
        raise FileRefusedError(_("Le fichier {path} est vide : choisissez-en un autre.").format(path=path))
    if size > LARGEST_BYTES:
        raise FileRefusedError(
            _("{path} est trop gros ({size} Mo, au plus {limit} Mo) : coupez-le, par exemple année par année.").format(
                path=path, size=size >> 20, limit=LARGEST_BYTES >> 20
            )
        )


def _refuse_undecodable(path: Path, encoding: str) -> None:
    """Refuse a file with zero bytes, or whose text is not in the encoding, naming the first line that is not."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 1
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                if 0 in block:
                    raise FileRefusedError(_not_text(path, lines + block[: block.index(0)].count(b"\n"), block))
                try:
                    decoder.decode(block)
                except UnicodeDecodeError as error:
                    bad = error.object[: error.start].count(b"\n") + lines
                    raise WrongEncodingError(_not_encoded(path, bad, encoding)) from error
                lines += block.count(b"\n")
            decoder.decode(b"", final=True)
    except OSError as error:
        raise FileRefusedError(_unreadable(path)) from error
    except UnicodeDecodeError as error:
        raise WrongEncodingError(_not_encoded(path, lines, encoding)) from error


def _not_text(path: Path, line: int, block: bytes) -> str:
    if block[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return _(
            "{path} est enregistré en UTF-16 : ouvrez-le dans le tableur et enregistrez-le en « CSV UTF-8 », "
            "puis recommencez."
        ).format(path=path)
    return _(
        "{path}, ligne {line} : ce n’est pas du texte (octets nuls). Le fichier est abîmé ou d’une autre nature : "
        "reprenez l’original."
    ).format(path=path, line=line)


def _not_encoded(path: Path, line: int, encoding: str) -> str:
    if encoding == "utf-8":
        return _(
            "{path}, ligne {line} : le texte n’est pas en UTF-8. S’il vient d’Excel, il est sans doute en Latin-1 "
            "(cp1252) : lisez-le ainsi, ou enregistrez-le en « CSV UTF-8 »."
        ).format(path=path, line=line)
    return _(
        "{path}, ligne {line} : le texte n’est pas en {encoding} non plus. Ouvrez le fichier dans le tableur et "
        "enregistrez-le en « CSV UTF-8 », puis recommencez."
    ).format(path=path, line=line, encoding=encoding)


def _unreadable(path: Path) -> str:
    return _("Le fichier {path} ne peut pas être lu : vérifiez vos droits, ou copiez-le ailleurs.").format(path=path)


# ------------------------------------------------------------------------------------------------ rows


def _numbered(path: Path, separator: str, encoding: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line on which it begins; an open quotation mark is refused with its line."""
    csv.field_size_limit(LONGEST_CELL)
    number = 0
    try:
        with path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="") as file:
            reader = csv.reader(file, delimiter=separator, strict=True)
            try:
                for cells in reader:
                    if cells:
                        yield number + 1, cells
                    number = reader.line_num
            except csv.Error as error:
                raise FileRefusedError(
                    _(
                        "{path}, ligne {line} : un guillemet est mal fermé, la suite ne peut pas être lue. "
                        "Corrigez cette ligne (un guillemet dans un texte s’écrit deux fois), puis recommencez."
                    ).format(path=path, line=number + 1)
                ) from error
    except OSError as error:
        raise FileRefusedError(_unreadable(path)) from error


def _wrong_width(cells: list[str], width: int, separator: str) -> str:
    few = _("La ligne a {found} cellules au lieu de {width} : il en manque. Complétez-la, même par des cellules vides.")
    many = _(
        "La ligne a {found} cellules au lieu de {width} : un texte qui contient « {separator} » doit être entre "
        "guillemets."
    )
    return (few if len(cells) < width else many).format(found=len(cells), width=width, separator=separator)


def _refuse_columns(
    text: tuple[Path, str, str], missing: list[str], wanted: Sequence[str], has_one_separator: bool
) -> NoReturn:
    """Refuse a header that lacks columns: the separator is another, they are not there, or it is no such file.

    `text` is the path, the separator and the encoding.
    """
    path, separator, encoding = text
    for other, name in _SEPARATORS.items():
        if other == separator or not has_one_separator:
            continue
        first = next(_numbered(path, other, encoding), (0, []))[1]
        found = {cell.strip().casefold() for cell in first}
        if sum(column.casefold() in found for column in wanted) * 2 > len(wanted):
            raise FileRefusedError(
                _(
                    "Dans {path} les colonnes sont séparées par « {found} » ({name}) au lieu de « {separator} » : "
                    "enregistrez-le comme CSV avec le séparateur « {separator} », puis recommencez."
                ).format(path=path, found=other.replace("\t", "⇥"), name=_(name), separator=separator)
            )
    if len(missing) * 2 >= len(wanted):
        words = _(
            "{path} n’est pas un fichier de cette sorte : sa première ligne devrait nommer les colonnes {columns}"
        )
        raise StrangeColumnsError(_ended(words.format(path=path, columns=_named(list(wanted)))))
    words = ngettext(
        "Dans {path} il manque la colonne {columns} : ajoutez-la (même vide), puis recommencez.",
        "Dans {path} il manque les colonnes {columns} : ajoutez-les (même vides), puis recommencez.",
        len(missing),
    )
    raise FileRefusedError(words.format(path=path, columns=_named(missing)))


def of_no_kind(importers: Sequence[Importer], path: Path) -> FileRefusedError:
    """Return the refusal of a file that has the columns of none of these kinds: it names them all, and guesses none."""
    kinds = (
        f"{_(item.label).partition(' (')[0]} ({', '.join((item.required or item.columns)[:_BEGUN])}…)"
        for item in importers
    )
    words = _(
        "{path} n’est d’aucune sorte connue. Sa première ligne devrait nommer les colonnes "
        "d’un de ces fichiers : {kinds}"
    )
    return FileRefusedError(_ended(words.format(path=path, kinds=" ; ".join(kinds))))


def _ended(words: str) -> str:
    """Return a sentence with its full stop, none after dots that say that there is more."""
    return words if words.endswith("…") else f"{words}."


def _named(names: list[str]) -> str:
    shown = ", ".join(name[:40] for name in islice(names, _NAMED))
    return shown if len(names) <= _NAMED else f"{shown}…"
