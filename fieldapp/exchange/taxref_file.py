"""The text of a TAXREF release, alone or in its zip: which columns it has, which of them are read, row by row."""

from __future__ import annotations

import contextlib
import csv
import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.text import _
from fieldapp.exchange import spreadsheets
from fieldapp.exchange.files import LONGEST_CELL

LARGEST_BYTES = 2_000_000_000
"""Text of a release above this is refused, unpacked too: eight times that of version 17 (a choice of the program)."""

LARGEST_COMPANION = 50_000_000
LONGEST_LINE = 100_000
"""Signs of a line, at most: a hundred times what any has (a choice of the program). Without it, a small archive could
hold one line of gigabytes, which would be read whole."""

MOST_MEMBERS = 1_000
MOST_NAMED = 4
"""Columns that are named where a file lacks them; one that lacks more is of another kind (a choice of the program)."""

_BLOCK = 1 << 20

_COMMON = (
    "REGNE", "PHYLUM", "CLASSE", "ORDRE", "FAMILLE", "SOUS_FAMILLE", "TRIBU", "GROUP1_INPN", "GROUP2_INPN",
    "GROUP3_INPN", "CD_NOM", "CD_TAXSUP", "CD_SUP", "CD_REF", "RANG", "LB_NOM", "LB_AUTEUR", "NOM_COMPLET",
    "NOM_COMPLET_HTML", "NOM_VALIDE", "NOM_VERN", "NOM_VERN_ENG", "HABITAT", "FR", "GF", "MAR", "GUA", "SM",
    "SB", "SPM", "MAY", "EPA", "REU", "SA", "TA", "TAAF", "PF", "NC", "WF", "CLI", "URL",
)  # fmt: skip

HEADERS: Mapping[str, tuple[str, ...]] = {
    "16": _COMMON,
    "17": _COMMON,
    "18": tuple(
        name
        for one in _COMMON
        for name in {
            "CD_REF": ("CD_REF", "CD_BA"),
            "LB_AUTEUR": ("LB_AUTEUR", "NOMENCLATURAL_COMMENT"),
            "URL": ("URL", "URL_INPN"),
        }.get(one, (one,))
    ),
}
"""The columns of the releases that are known, in their order (source: TaxHub, `specific_taxref_v15_v16` and
`specific_taxref_v18`, `0_taxref_import_data.sql`); files are read by the names, in whatever order."""

READ = (
    "CD_NOM", "CD_REF", "CD_SUP", "CD_TAXSUP", "LB_NOM", "LB_AUTEUR", "NOM_VERN", "RANG", "GROUP2_INPN", "FR",
    "REGNE", "PHYLUM", "CLASSE", "ORDRE", "FAMILLE",
)  # fmt: skip
"""The columns that are read; a file must have them all."""

WITHDRAWN = ("CD_NOM", "PLUS_RECENTE_DIFFUSION", "CD_NOM_REMPLACEMENT", "RAISON_SUPPRESSION")
"""The columns that are read of the companion table of numbers given up (CDNOM_DISPARUS)."""

_TEXT = re.compile(r"TAXREFv?\d+[^/]*\.txt", re.IGNORECASE)
_COMPANION = re.compile(r"CDNOM_DISPARUS\.(txt|csv|xlsx?)", re.IGNORECASE)
_NUMBER = re.compile(r"v(\d{1,2})", re.IGNORECASE)
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Release:
    """A TAXREF file that was looked into: its version ("18", "" where nothing tells it), and how its rows are read.

    `opened` opens its text anew; `companion` gives the rows of the table of withdrawn numbers, header first, None
    where none came with it.
    """

    path: Path
    version: str
    columns: tuple[str, ...]
    opened: Callable[[], AbstractContextManager[IO[str]]]
    companion: Callable[[], list[list[str]]] | None

    def rows(self) -> Iterator[list[str]]:
        """Yield the cells of each row, all of them; raises FileRefusedError where the file is cut or no text."""
        width = len(self.columns)
        with _readable(self.path), self.opened() as file:
            reader = csv.reader(_lines(self.path, file), delimiter="\t")
            next(reader)
            for cells in reader:
                if len(cells) != width:
                    raise FileRefusedError(_cut(self.path, reader.line_num, len(cells), width))
                yield cells

    def count_lines(self) -> int:
        """Return how many lines the text has, its header among them: about how many names there are, for progress."""
        with _readable(self.path), self.opened() as file:
            return sum(block.count("\n") for block in iter(lambda: file.read(_BLOCK), ""))


def look_into(path: Path) -> Release:
    """Return the release in a file: the text of TAXREF, or the zip that holds it.

    Raises FileRefusedError with a sentence: no TAXREF, columns missing (which, and which versions are known), not in
    UTF-8, damaged.
    """
    csv.field_size_limit(LONGEST_CELL)
    with _readable(path):
        with path.open("rb") as file:
            begins = file.read(4)
        if begins == _ZIP:
            name, opened, companion = _in_zip(path)
        elif path.suffix.lower() == ".zip":
            raise zipfile.BadZipFile
        else:
            _refuse_size(path, path.stat().st_size)
            name, opened, companion = path.name, lambda: path.open(encoding="utf-8-sig", newline=""), None
        with opened() as file:
            columns = tuple(cell.strip().upper() for cell in next(csv.reader(_lines(path, file), delimiter="\t"), []))
    _refuse_columns(path, columns)
    return Release(path, _version(name, path.name, columns), columns, opened, companion)


def companion_rows(path: Path) -> list[list[str]]:
    """Return the rows of a table of withdrawn numbers (text or spreadsheet), header first; FileRefusedError else."""
    with _readable(path):
        if path.stat().st_size > LARGEST_COMPANION:
            _refuse_size(path, LARGEST_BYTES + 1)
        if spreadsheets.is_spreadsheet(path):
            return [cells for _number, cells in spreadsheets.read_sheet(path, ("CDNOM_DISPARUS",))[1]]
        return _table(path.read_bytes())


def picked(header: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """Return the places of the wanted columns in a header that has them."""
    places = {name.strip().upper(): place for place, name in reversed(list(enumerate(header)))}
    return [places[name] for name in wanted]


def _lines(path: Path, file: IO[str]) -> Iterator[str]:
    """Yield the lines of a text; FileRefusedError for one that is longer than any name is."""
    for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE + 1), ""), 1):
        if len(line) > LONGEST_LINE:
            raise FileRefusedError(
                _(
                    "{path}, ligne {line} : elle est bien trop longue pour un fichier TAXREF. Reprenez le fichier "
                    "d’origine de l’INPN ; rien n’a été changé."
                ).format(path=path, line=number)
            )
        yield line


def _in_zip(
    path: Path,
) -> tuple[str, Callable[[], AbstractContextManager[IO[str]]], Callable[[], list[list[str]]] | None]:
    """Return the name of the text in a zip, what opens it, and what reads the companion table (None: there is none)."""
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()[: MOST_MEMBERS + 1]
    if len(members) > MOST_MEMBERS:
        _refuse_size(path, LARGEST_BYTES + 1)
    texts = [item for item in members if _TEXT.fullmatch(Path(item.filename).name)]
    companions = [item for item in members if _COMPANION.fullmatch(Path(item.filename).name)]
    if not texts:
        raise FileRefusedError(
            _(
                "{path} ne contient pas de fichier TAXREFv….txt : choisissez l’archive TAXREF de l’INPN "
                "(par exemple TAXREF_v18_2025.zip), ou le fichier .txt qu’elle contient."
            ).format(path=path)
        )
    text = texts[0]
    _refuse_size(path, text.file_size)
    companion = companions[0] if companions and companions[0].file_size <= LARGEST_COMPANION else None
    return (
        Path(text.filename).name,
        lambda: _member(path, text),
        None if companion is None else lambda: _member_rows(path, companion),
    )


@contextlib.contextmanager
def _member(path: Path, item: zipfile.ZipInfo) -> Iterator[IO[str]]:
    # What the zip says of its member's size was looked at, and zipfile reads no further than that.
    with (
        zipfile.ZipFile(path) as archive,
        archive.open(item) as file,
        TextIOWrapper(file, encoding="utf-8-sig", newline="") as text,
    ):
        yield text


def _member_rows(path: Path, item: zipfile.ZipInfo) -> list[list[str]]:
    with _readable(path), zipfile.ZipFile(path) as archive:
        data = archive.read(item)
    if not data.startswith((_ZIP, b"\xd0\xcf\x11\xe0")):
        return _table(data)
    with tempfile.TemporaryDirectory(prefix="fieldapp-") as folder:
        sheet = Path(folder) / "sheet"
        sheet.write_bytes(data)
        return companion_rows(sheet)


def _table(data: bytes) -> list[list[str]]:
    """Return the rows of a small table of text, in UTF-8 or cp1252, under whichever separator its header has."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    header = text.split("\n", 1)[0]
    separator = max("\t;,", key=header.count)
    return [cells for cells in csv.reader(text.splitlines(), delimiter=separator) if any(cells)]


def _version(*told: object) -> str:
    """Return the version by the names of the files, else by the columns where one version alone has them."""
    *names, columns = told
    for name in names:
        if match := _NUMBER.search(str(name)):
            return match[1]
    alike = [version for version, header in HEADERS.items() if set(header) == set(columns)]  # type: ignore[call-overload]
    return alike[0] if len(alike) == 1 else ""


def _refuse_columns(path: Path, columns: Sequence[str]) -> None:
    missing = [name for name in READ if name not in columns]
    if not missing:
        return
    if "CD_NOM" not in columns or "LB_NOM" not in columns or len(missing) > MOST_NAMED:
        raise FileRefusedError(
            _(
                "{path} n’est pas un fichier TAXREF : sa première ligne n’en a pas les colonnes (CD_NOM, LB_NOM…), "
                "séparées par des tabulations. Choisissez TAXREFv….txt, ou l’archive de l’INPN qui le contient."
            ).format(path=path)
        )
    raise FileRefusedError(
        _(
            "{path} n’a pas les colonnes {missing}. Les versions connues de TAXREF sont {versions} : prenez l’une "
            "d’elles, ou une version plus récente de fieldapp. Rien n’a été changé."
        ).format(path=path, missing=", ".join(missing), versions=", ".join(HEADERS))
    )


def _refuse_size(path: Path, size: int) -> None:
    if size > LARGEST_BYTES:
        raise FileRefusedError(
            _("{path} est bien plus gros qu’un fichier TAXREF : vérifiez que c’est le bon, rien n’a été lu.").format(
                path=path
            )
        )


def _cut(path: Path, line: int, found: int, width: int) -> str:
    return _(
        "{path}, ligne {line} : {found} colonnes au lieu de {width}. Le fichier est coupé ou abîmé : téléchargez-le de "
        "nouveau. Rien n’a été changé."
    ).format(path=path, line=line, found=found, width=width)


@contextlib.contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn what may go wrong while a file is read into sentences."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise FileRefusedError(
            _(
                "{path} n’est pas en UTF-8 : il a sans doute été ouvert puis enregistré par un tableur. "
                "Reprenez le fichier d’origine de l’INPN ; rien n’a été changé."
            ).format(path=path)
        ) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise FileRefusedError(
            _("{path} est une archive abîmée ou protégée : téléchargez-la de nouveau. Rien n’a été changé.").format(
                path=path
            )
        ) from error
    except csv.Error as error:
        raise FileRefusedError(
            _("{path} ne se lit pas comme un tableau : reprenez le fichier d’origine. Rien n’a été changé.").format(
                path=path
            )
        ) from error
    except OSError as error:
        raise FileRefusedError(
            _("Le fichier {path} ne peut pas être lu : vérifiez son nom et vos droits, puis recommencez.").format(
                path=path
            )
        ) from error
