"""The cells of a barrier's file, read one by one: each as its column means it, or refused with a sentence."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from fieldapp.core import dates, parse
from fieldapp.core.exchange import RowNote, RowRefusedError
from fieldapp.core.text import _, fold
from fieldapp.protocols.pitfall_barrier import csv_layout as layout
from fieldapp.protocols.pitfall_barrier import schema

Row = Mapping[str, str]
"""Cells by the name of their column."""

_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]00:00(?::00)?(?:\.0+)?)?")
_FRENCH_DATE = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})(?: 00:00(?::00)?)?")
_NUMBER = re.compile(r"[-+−]?[0-9]{1,6}(?:[.,][0-9]{1,6})?")
_COUNT = re.compile(r"[0-9]{1,9}(?:[.,]0+)?")


def short(text: str) -> str:
    """Return the text as a sentence can hold it: one line, at most 60 characters."""
    shown = " ".join(text.split())
    return shown if len(shown) <= 60 else f"{shown[:60]}…"


def in_words(on_date: str) -> str:
    """Return "05/02/2005" for an ISO date."""
    return dates.in_numbers(date.fromisoformat(on_date))


@lru_cache(maxsize=8192)
def iso_date(text: str) -> str | None:
    """Return the date of a cell ("2005-02-05", "05/02/2005") as ISO text; None when it is no date."""
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


def read_day(text: str, today: str) -> str:
    """Return the morning of a line as ISO text; no date, one before 1900 or one after today (ISO) is refused."""
    if not text.strip():
        raise RowRefusedError("check_on", _("La date manque : écrivez le jour du matin (2005-02-05)."))
    found = iso_date(text)
    if found is None:
        sentence = _("« {text} » n’est pas une date possible : écrivez l’année, le mois et le jour (2005-02-05).")
        raise RowRefusedError("check_on", sentence.format(text=short(text)))
    if found > today:
        sentence = _("Le {date} est dans l’avenir : vérifiez le jour et l’année.")
        raise RowRefusedError("check_on", sentence.format(date=in_words(found)))
    if int(found[:4]) < parse.FIRST_YEAR:
        sentence = _("Le {date} est trop ancien : écrivez l’année avec quatre chiffres.")
        raise RowRefusedError("check_on", sentence.format(date=in_words(found)))
    return found


def read_code(row: Row, column: str) -> str | None:
    """Return the code of a word of the column, None for an empty cell; another word is refused."""
    text = row[column]
    if not text.strip():
        return None
    codes = layout.CODES[column]
    code = codes.get(fold(text))
    if code is None:
        raise RowRefusedError(column, _unknown_word(column, text))
    return code


def read_needed_code(row: Row, column: str) -> str:
    """Return the code of a cell that may not be empty: taken for one or the other, it would invent a datum."""
    code = read_code(row, column)
    if code is None:
        sentence = _("La case est vide : écrivez {words}.")
        raise RowRefusedError(column, sentence.format(words=_choice_words(column)))
    return code


def _unknown_word(column: str, text: str) -> str:
    codes = layout.CODES[column]
    near = difflib.get_close_matches(fold(text), codes, n=1, cutoff=0.6)
    if near:
        sentence = _("« {text} » n’est pas un mot de cette colonne : faut-il écrire « {word} » ?")
        return sentence.format(text=short(text), word=layout.written(column, codes[near[0]]))
    sentence = _("« {text} » n’est pas un mot de cette colonne : écrivez {words}.")
    return sentence.format(text=short(text), words=_choice_words(column))


def _choice_words(column: str) -> str:
    words = [*layout.words(column), *((layout.PAIR,) if column == "sex" else ())]
    return _("{first} ou {last}").format(first=", ".join(words[:-1]), last=words[-1])


def read_sex(row: Row) -> tuple[str | None, bool]:
    """Return the code of the sex, None for an empty cell, and whether the animals came as pairs."""
    if fold(row["sex"]) in {layout.PAIR, "couples", "amplexus"}:
        return schema.BOTH_SEXES, True
    return read_code(row, "sex"), False


def read_count(row: Row) -> int:
    """Return the number of animals of a catch; none, more than a bucket can hold, or half a pair is refused."""
    text = row["count"].strip()
    if not text:
        raise RowRefusedError("count", _("Le nombre manque : écrivez combien d’animaux."))
    if not _COUNT.fullmatch(text):
        sentence = _("« {text} » n’est pas un nombre d’animaux : écrivez un nombre entier, au moins 1.")
        raise RowRefusedError("count", sentence.format(text=short(text)))
    count = int(re.split(r"[.,]", text)[0])
    if count < 1:
        sentence = _(
            "Une prise a au moins un animal : écrivez combien, ou supprimez la ligne. Un matin sans animal est une "
            "ligne « oui » sans seau ni espèce."
        )
        raise RowRefusedError("count", sentence)
    if count > schema.MOST_IN_A_BUCKET:
        sentence = _("{count} animaux dans un seau, c’est trop (au plus {limit}) : corrigez le nombre.")
        raise RowRefusedError("count", sentence.format(count=count, limit=schema.MOST_IN_A_BUCKET))
    return count


def refuse_half_pairs(count: int, *, is_pair: bool) -> None:
    """Raise RowRefusedError for an odd number of animals in pairs: the line counts animals, not pairs."""
    if is_pair and count % 2:
        sentence = _(
            "Un couple fait deux animaux : {count} ne peut pas être le nombre d’animaux en couples. Écrivez {even}, "
            "ou mettez l’animal seul sur sa propre ligne."
        )
        raise RowRefusedError("count", sentence.format(count=count, even=count + 1 if count == 1 else count - 1))


@lru_cache(maxsize=8192)
def _number(column: str, text: str) -> float:
    """Return the number of a filled cell; ValueError with a sentence for what is none or can't be."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(_("« {text} » n’est pas un nombre : écrivez par exemple 3.5.").format(text=short(text)))
    plain = text.replace(",", ".").replace("−", "-")
    value = float(plain) if "." in plain else int(plain)
    item = schema.VISIT.by_name[column]
    least, most = item.minimum, item.maximum
    if least is not None and most is not None and not least <= value <= most:
        sentence = _("{text} {unit} n’est pas possible (de {least} à {most}) : corrigez la case, ou laissez-la vide.")
        raise ValueError(sentence.format(text=text, unit=item.unit, least=least, most=most))
    return value


def read_number(row: Row, column: str, notes: list[RowNote]) -> float | None:
    """Return temperature or rain of a cell, None when it is empty; a decimal comma is read and noted."""
    text = row[column].strip()
    if not text:
        return None
    try:
        value = _number(column, text)
    except ValueError as error:
        raise RowRefusedError(column, str(error)) from error
    if "," in text:
        written = layout.written_rain(value) if column == "rain_mm" else layout.written_number(value)
        sentence = _("« {text} » a été lu {written}, et sera écrit ainsi.")
        notes.append(RowNote(column, sentence.format(text=short(text), written=written)))
    return value
