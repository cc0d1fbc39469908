"""The reference list of sensitive taxa, from the table that the INPN or a region publishes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.exchange import Importer, Known
from fieldapp.core.text import N_, _
from fieldapp.exchange.files import Line, open_for
from fieldapp.store import sensitivities, taxa
from fieldapp.store.connection import Database

_DEPARTMENT = re.compile(r"\d{2}|2[AB]|97\d")
_LONGEST_NUMBER = 9


def _never_parsed(_known: Known) -> NoReturn:
    raise NotImplementedError


TABLE = Importer(
    code="sensitivity",
    label=N_("Liste d’espèces sensibles"),
    columns=("CD_NOM", "CD_DEPT", "CODAGE"),
    separator=";",
    parser=_never_parsed,
    fields={},
    required=("CD_NOM", "CODAGE"),
    aliases={
        "cd_dep": "CD_DEPT",
        "department": "CD_DEPT",
        "departement": "CD_DEPT",
        "département": "CD_DEPT",
        "level": "CODAGE",
        "niveau": "CODAGE",
        "sensibilite": "CODAGE",
        "sensibilité": "CODAGE",
    },
    separators=(",", "\t"),
    fallbacks=("cp1252",),
    sheets=("sensibilite", "liste"),
)
"""Columns of the national list (source: "referentiel des données sensibles", INPN: CD_DEPT, CD_NOM, DUREE, CODAGE…).

How long (DUREE) and for which biological status a rule holds is not looked at: a place is hidden rather too often.
"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A list that was loaded: its name, how many rules it has, and a sentence for each row that is no rule.

    `unknown` says how many taxa of it no list of names here knows, nor the numbers that TAXREF has given up.
    """

    source: str
    count: int
    refused: tuple[str, ...]
    unknown: int = 0


def load(db: Database, path: Path, source: str = "") -> Loaded:
    """Put the rules of a table in the place of those of the same source (the file's name where none is given).

    A row that is no rule is told and left out. Raises FileRefusedError where the file is no such table, or has no rule.
    """
    name = source or path.name
    refused: list[str] = []
    found = list(_rules(path, refused))
    if not found:
        raise FileRefusedError(
            _("{path} n’a aucune règle lisible : vérifiez les colonnes CD_NOM, CD_DEPT et CODAGE.").format(path=path)
        )
    count = sensitivities.replace_list(db, name, found)
    return Loaded(name, count, tuple(refused), len(taxa.unknown(db, {cd_nom for cd_nom, _department, _level in found})))


def _rules(path: Path, refused: list[str]) -> Iterator[tuple[int, str, int]]:
    for line in open_for(TABLE, path).lines():
        try:
            yield _rule(line)
        except ValueError as error:
            refused.append(_("Ligne {line} : {why}").format(line=line.number, why=error))


def _rule(line: Line) -> tuple[int, str, int]:
    """Return cd_nom, department and level of a row; ValueError with a sentence."""
    if line.cells is None:
        raise ValueError(line.fault)
    cd_nom, department, level = (str(cell).strip() for cell in line.cells)
    if not (cd_nom.isascii() and cd_nom.isdigit() and len(cd_nom) <= _LONGEST_NUMBER):
        raise ValueError(_("« {text} » n’est pas un cd_nom : corrigez-le.").format(text=cd_nom[:40]))
    if level not in {"0", "1", "2", "3", "4"}:
        raise ValueError(_("« {text} » n’est pas un niveau de 0 à 4 : corrigez-le.").format(text=level[:40]))
    department = department.upper().zfill(2) if department else sensitivities.EVERYWHERE
    if department and not _DEPARTMENT.fullmatch(department):
        raise ValueError(_("« {text} » n’est pas un département : corrigez-le.").format(text=department[:40]))
    return int(cd_nom), department, int(level)
