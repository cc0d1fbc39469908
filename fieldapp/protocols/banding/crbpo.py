"""The CRBPO's table of captures: its columns and layouts, and how dates, numbers and people are written in it.

Sources: CRBPO extracts and masks seen in STOC_reporting (2023-12-01) and Bird_Ringing (2024-02-12), the order of the
file of 2008 in a ringer's own database. The layout changes almost every year, so it is data
(`reference/crbpo_layouts.csv`), with the version in its first column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from fieldapp.core.lazy import LazyPattern
from fieldapp.core.text import N_
from fieldapp.protocols.banding import lists

SEPARATOR = ";"
USUAL_LAYOUT, WIDEST_LAYOUT = "2020", "extract"
REQUIRED = ("ACTION", "BAGUE", "DATE", "ESPECE")
SHEETS = ("Extrait", "SAISIE")
"""The sheets of extracts and of the mask (sources: CSCR fun_open_gestbag.r, masque_saisie_donnees_crbpo)."""

NO_BIRDS = "BREDOUILLE"
"""The ACTION of a session without any capture."""

ALIASES: Mapping[str, str] = {
    "COND_REPR": "COND REPR",
    "COND.REPR": "COND REPR",
    "CONDREPR": "COND REPR",
    "CIRC_REPR": "CIRC REPR",
    "CIRC.REPR": "CIRC REPR",
    "CIRCREPR": "CIRC REPR",
    "THEME_SESSION": "THEME SESSION",
    "THEME.SESSION": "THEME SESSION",
    "THÈME SESSION": "THEME SESSION",
    "MEMO_SESSION": "MEMO SESSION",
    "MEMO.SESSION": "MEMO SESSION",
    "MÉMO SESSION": "MEMO SESSION",
    "MÉMO": "MEMO",
    "THÈME": "THEME",
    "ESPÈCE": "ESPECE",
    "ÂGE": "AGE",
    "LOCALITÉ": "LOCALITE",
    "LIEU-DIT": "LIEUDIT",
    "LIEU_DIT": "LIEUDIT",
    "LIEU DIT": "LIEUDIT",
    "LATITUDE": "LAT",
    "LONGITUDE": "LON",
    "ID PROG": "ID_PROG",
    "DEPARTEMENT": "DEPT",
    "DÉPARTEMENT": "DEPT",
}
"""Other writings of the columns; R, in which the extracts are worked on, puts points for blanks."""

LABELS: Mapping[str, str] = {
    "2020": N_("colonnes de 2020"),
    "2008": N_("ordre du fichier de 2008"),
    "extract": N_("toutes les colonnes des extraits"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a layout, the field that it holds, and the decimals that its numbers have at least."""

    name: str
    entity: str
    field: str
    decimals: int


@lru_cache(maxsize=1)
def layouts() -> Mapping[str, tuple[Column, ...]]:
    """Return the columns of each layout in their order, by the layout's version."""
    found: dict[str, list[tuple[int, Column]]] = {}
    for row in lists.rows("crbpo_layouts.csv"):
        entity, _dot, name = row["field"].partition(".")
        column = Column(row["column"], entity, name, int(row["decimals"]))
        found.setdefault(row["version"], []).append((int(row["position"]), column))
    return {
        version: tuple(column for _place, column in sorted(columns, key=lambda one: one[0]))
        for version, columns in found.items()
    }


def labels() -> Mapping[str, str]:
    """Return the layouts that can be written with their French labels, the usual one first."""
    return {version: LABELS.get(version, version) for version in sorted(layouts(), key=lambda one: one != USUAL_LAYOUT)}


@lru_cache(maxsize=1)
def columns() -> tuple[str, ...]:
    """Return every column of every layout, those of the usual one first."""
    named = (column.name for version in labels() for column in layouts()[version])
    return tuple(dict.fromkeys(named))


@lru_cache(maxsize=1)
def fields() -> Mapping[tuple[str, str], str]:
    """Return the column of each (entity, field) that a file may contradict, those that follow from a column too."""
    found = {(column.entity, column.field): column.name for every in layouts().values() for column in every}
    return (
        dict.fromkeys(_REPLACED, MEMO)
        | found
        | {
            ("person", "name"): "BAGUEUR",
            ("sites_group", "latitude"): "LAT",
            ("sites_group", "longitude"): "LON",
            ("visit", "no_birds"): "ACTION",
            ("observation", "ring_key"): "BAGUE",
            ("observation", "cd_nom"): "ESPECE",
        }
    )


# ------------------------------------------------------------------------------------------- as written

MEMO = "MEMO"
_REPLACED = tuple(("observation", name) for name in ("replaced_ring", "replaced_ring_scheme", "replaced_ring_key"))
_IN_MEMO = LazyPattern(r"(?:^|(?<=[^|]) \| )BAGUE REMPLACEE : ([A-Z]{3}) ([A-Z0-9-]{1,10})$")


def written_memo(memo: str, scheme: str, ring: str) -> str:
    """Return the memo with the ring that came off at its end, for which no layout has a column; "" for no ring."""
    replaced = f"BAGUE REMPLACEE : {scheme} {ring}" if ring else ""
    return " | ".join(filter(None, (memo, replaced)))


def read_memo(text: str) -> tuple[str, str, str]:
    """Return the memo without the ring that came off, the scheme and the number of that ring ("" for none)."""
    found = _IN_MEMO.search(text) if "BAGUE REMPLACEE" in text else None
    return (text[: found.start()], found[1], found[2]) if found else (text, "", "")


def written_number(value: float | None, decimals: int = 0) -> str:
    """Return the shortest text that reads back as the number, with so many decimals at least; "" for none."""
    if value is None:
        return ""
    whole, _point, rest = f"{Decimal(repr(value)):f}".partition(".")
    rest = rest.rstrip("0").ljust(decimals, "0")
    return f"{whole}.{rest}" if rest else whole


def written_date(value: str) -> str:
    """Return "18/05/2020" for "2020-05-18"."""
    year, month, day = value.split("-")
    return f"{day}/{month}/{year}"


def written_duration(minutes: int | None) -> str:
    """Return "06:00" for 360 minutes; "" for none."""
    return "" if minutes is None else f"{minutes // 60:02}:{minutes % 60:02}"


def written_person(name: str) -> str:
    """Return "BAGUEUR, Un" for the "BAGUEUR Un" of the directory: a comma after the words in capitals.

    A name that has its comma already, or has no words in capitals before others, stands as it is.
    """
    words = name.split(" ")
    capitals = 0
    while capitals < len(words) and words[capitals].isupper() and len(words[capitals]) > 1:
        capitals += 1
    if "," in name or not 0 < capitals < len(words):
        return name
    return f"{' '.join(words[:capitals])}, {' '.join(words[capitals:])}"


def read_person(text: str) -> str:
    """Return the name that the directory holds for "BAGUEUR, Un": without its comma where that comes back exactly."""
    plain = text.replace(", ", " ", 1)
    return plain if written_person(plain) == text else text
