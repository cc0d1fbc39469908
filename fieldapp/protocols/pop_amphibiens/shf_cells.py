"""The cells of the SHF's files, read one by one: each as its column means it, or refused with a sentence."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from fieldapp.core import parse
from fieldapp.core.exchange import RowNote, RowRefusedError
from fieldapp.core.text import _, fold
from fieldapp.protocols.pop_amphibiens import schema, shf

Row = Mapping[str, str]
"""Cells by column name."""

UID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
CODES = {
    column: shf.codes(entity, name)
    for entity in schema.ENTITIES
    for (code, name), column in shf.FIELDS.items()
    if code == entity.code and entity.by_name[name].choices
}


def read_uid(text: str, column: str) -> str:
    """Return the identifier of a cell in lower case; what is no UUID is refused."""
    if not UID.fullmatch(text):
        raise RowRefusedError(
            column,
            _("« {text} » n’est pas un identifiant UUID : reprenez celui du fichier d’origine.").format(
                text=short(text)
            ),
        )
    return text.lower()


def read_code(row: Row, column: str) -> str | None:
    """Return the code of a label of the column's list, None for an empty cell; an unknown label is refused."""
    text = row[column]
    if not text:
        return None
    codes = CODES[column]
    code = codes.get(text) or codes.get(fold(text))
    if code is None and text.strip():
        raise RowRefusedError(column, _unknown_label(text, codes))
    return code


def read_yes_or_no(row: Row, column: str) -> str:
    """Return the code of a cell that must say "Oui" or "Non": taken for either, an empty one would invent a datum."""
    code = read_code(row, column)
    if code is None:
        raise RowRefusedError(column, _("La case est vide : écrivez Oui ou Non."))
    return code


def _unknown_label(text: str, codes: Mapping[str, str]) -> str:
    near = difflib.get_close_matches(fold(text), codes, n=1, cutoff=0.5)
    code = codes[near[0]] if near else None
    label = next((label for label, known in codes.items() if known == code), None)
    if label is None:
        return _("« {text} » n’est pas dans la liste : écrivez un libellé de la liste.").format(text=short(text))
    return _("« {text} » n’est pas dans la liste : faut-il écrire « {label} » ?").format(text=short(text), label=label)


def read_methods(row: Row) -> list[str]:
    """Return the codes of the methods of a cell, joined there with ";", in the order of the list."""
    codes = CODES["methodes_prospection"]
    found = []
    for label in row["methodes_prospection"].split(shf.BETWEEN_METHODS):
        code = codes.get(label) or codes.get(fold(label))
        if code is not None:
            found.append(code)
        elif label.strip():
            raise RowRefusedError("methodes_prospection", _unknown_label(label, codes))
    return found


_INTEGER = re.compile(r"[-+]?[0-9]{1,15}")
_NUMBER = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)?(?:[eE][-+]?[0-9]{1,3})?")


def read_integer(row: Row, column: str) -> int | None:
    """Return the whole number of a cell, None when it is empty; anything else is refused."""
    text = row[column].strip()
    if not text:
        return None
    if not _INTEGER.fullmatch(text):
        raise RowRefusedError(column, _("« {text} » n’est pas un nombre entier.").format(text=short(text)))
    return int(text)


def read_count(row: Row, column: str) -> int | None:
    """Return the number of animals of a cell, None when it is empty; "3+", "-1" and the like are refused."""
    text = row[column]
    if text.isdecimal() and len(text) < 10:
        return int(text)
    text = text.strip()
    if not text:
        return None
    if _INTEGER.fullmatch(text) and not text.startswith("-"):
        return int(text)
    raise RowRefusedError(
        column,
        _(
            "« {text} » n’est pas un nombre d’animaux : écrivez un nombre entier, le plus petit dans nombre_min, "
            "le plus grand dans nombre_max."
        ).format(text=short(text)),
    )


def read_number(row: Row, column: str, notes: list[RowNote]) -> float | None:
    """Return the number of a cell, None when it is empty; a form that we would write otherwise is noted."""
    text = row[column].strip()
    if not text:
        return None
    if not _NUMBER.fullmatch(text) or not math.isfinite(value := float(text.replace(",", "."))):
        raise RowRefusedError(
            column, _("« {text} » n’est pas un nombre : écrivez par exemple 50.4213.").format(text=short(text))
        )
    written = shf.written_number(value)
    if written != row[column]:
        note_other_form(column, row[column], written, notes)
    return value


_POINT = re.compile(r"\s*POINT\s*\(\s*(\S+)\s+(\S+)\s*\)\s*", re.IGNORECASE)


def read_position(row: Row, notes: list[RowNote]) -> tuple[float | None, float | None]:
    """Return longitude and latitude; the point as text fills in for empty numbers and must not contradict them."""
    longitude, latitude = read_number(row, "x_wgs", notes), read_number(row, "y_wgs", notes)
    text = row["wkt_wgs"]
    if not text.strip() or text == f"POINT({row['x_wgs']} {row['y_wgs']})":
        return longitude, latitude
    found = _POINT.fullmatch(text)
    if not found or not all(_NUMBER.fullmatch(part) for part in found.groups()):
        raise RowRefusedError(
            "wkt_wgs", _("« {text} » n’est pas un point : écrivez POINT(2.83 50.42).").format(text=short(text))
        )
    point = float(found[1]), float(found[2])
    if longitude is None and latitude is None:
        return point
    if point != (longitude, latitude):
        raise RowRefusedError(
            "wkt_wgs",
            _("Le point {text} n’est pas à la position x_wgs, y_wgs : corrigez l’un des deux.").format(text=text),
        )
    return longitude, latitude


_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]00:00(?::00)?(?:\.0+)?)?")
_FRENCH_DATE = re.compile(r"([0-9]{1,2})[/.]([0-9]{1,2})[/.]([0-9]{4})(?: 00:00(?::00)?)?")


@lru_cache(maxsize=4096)
def iso_date(text: str) -> str | None:
    """Return the date of a cell as ISO text; None when it is no date. Spreadsheets write 14/04/2020 for 2020-04-14."""
    text = text.strip()
    if found := _ISO_DATE.fullmatch(text):
        year, month, day = found.groups()
    elif found := _FRENCH_DATE.fullmatch(text):
        day, month, year = found.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def read_date(row: Row, column: str, notes: list[RowNote]) -> str | None:
    """Return the date of a cell as ISO text, None when it is empty; an impossible or a too early one is refused."""
    text = row[column]
    if not text.strip():
        return None
    found = iso_date(text)
    if found is None:
        raise RowRefusedError(
            column,
            _("« {text} » n’est pas une date possible : écrivez l’année, le mois et le jour (2020-04-14).").format(
                text=short(text)
            ),
        )
    if int(found[:4]) < parse.FIRST_YEAR:
        raise RowRefusedError(
            column,
            _("« {text} » est trop ancien : écrivez l’année avec quatre chiffres (2020-04-14).").format(
                text=short(text)
            ),
        )
    if found != text:
        note_other_form(column, text, found, notes)
    return found


def compare_parts(row: Row, on_date: str, notes: list[RowNote]) -> None:
    """Note a year or month beside the date that is another: they are computed from the date, so the date wins."""
    for column, part in (("annee_passage", on_date[:4]), ("mois_passage", on_date[5:7])):
        text = row[column].strip()
        if text and text.lstrip("0") != part.lstrip("0"):
            sentence = _("« {text} » ne va pas avec la date {date} : la date a été gardée.")
            notes.append(RowNote(column, sentence.format(text=short(text), date=on_date)))


_PLAIN_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")


def read_time(row: Row, column: str, notes: list[RowNote]) -> str | None:
    """Return the time of a cell as "21:02", None when it is empty; anything else is refused."""
    text = row[column]
    if not text.strip():
        return None
    if _PLAIN_TIME.fullmatch(text):
        return text
    try:
        found = parse.parse_time(re.sub(r"(:[0-9]{2}):[0-9]{2}\s*$", r"\1", text))
    except ValueError as error:
        raise RowRefusedError(column, str(error)) from error
    note_other_form(column, text, found, notes)
    return found


def note_other_form(column: str, text: str, written: str, notes: list[RowNote]) -> None:
    """Note that a cell was understood and will be written in another form."""
    sentence = _("« {text} » a été lu {written}, et sera écrit ainsi.")
    notes.append(RowNote(column, sentence.format(text=short(text), written=written)))


def short(text: str) -> str:
    """Return the text as a sentence can hold it: one line, at most 60 characters."""
    shown = " ".join(text.split())
    return shown if len(shown) <= 60 else f"{shown[:60]}…"
