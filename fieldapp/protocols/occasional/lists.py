"""The codes and taxa that come with the protocol, read from `reference/`: the SINP's nomenclatures, with what they fit.

The SINP offers other codes for animals than for plants (source: the definitions of the nomenclatures; GeoNature's
`cor_taxref_nomenclature` has the same idea). A code without a kingdom fits both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fieldapp.core import reference
from fieldapp.core.schema import Choice, Taxon

REFERENCE = Path(__file__).parent / "reference"

ANIMALS, PLANTS = "Animalia", "Plantae"
"""TAXREF's REGNE of the two kingdoms that the codes tell apart."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What a code fits: a kingdom ("" for any) and TAXREF's groups (GROUP2_INPN; none for any)."""

    kingdom: str
    groups: frozenset[str]


@lru_cache(maxsize=1)
def _nomenclatures() -> Mapping[str, Sequence[Mapping[str, str]]]:
    found: dict[str, list[Mapping[str, str]]] = {}
    for row in reference.rows(REFERENCE / "nomenclatures.csv"):
        found.setdefault(row["type"], []).append(row)
    return found


def choices(kind: str) -> tuple[Choice, ...]:
    """Return the codes of a nomenclature type; those that say nothing ("non renseigné") are known and not offered."""
    return tuple(
        Choice(row["code"], row["label"], row["short_label"], row["offered"] == "1") for row in _nomenclatures()[kind]
    )


def letters(kind: str) -> dict[str, str]:
    """Return the letter by which a code is typed -> the code, in the order of the list."""
    return {row["letter"]: row["code"] for row in _nomenclatures()[kind] if row["letter"]}


@lru_cache(maxsize=16)
def fits(kind: str) -> Mapping[str, Fit]:
    """Return what each code of a type fits, by code."""
    return {
        row["code"]: Fit(row["kingdom"], frozenset(filter(None, row["groups"].split("|"))))
        for row in _nomenclatures()[kind]
    }


def fits_taxon(kind: str, code: object, taxon: Taxon | None) -> bool:
    """Return whether a code may be said of a taxon; of one whose kingdom or group is not known all may."""
    fit = fits(kind).get(str(code))
    if fit is None or taxon is None:
        return True
    kingdom = taxon.lineage[0] if taxon.lineage else ""
    in_kingdom = not fit.kingdom or not kingdom or fit.kingdom == kingdom
    return in_kingdom and (not fit.groups or not taxon.group or taxon.group in fit.groups)


@lru_cache(maxsize=1)
def taxa() -> tuple[Taxon, ...]:
    """Return what is often met on the way and stands in no other list of the program: reptiles, butterflies, plants."""
    return tuple(reference.taxon(row) for row in reference.rows(REFERENCE / "taxa.csv"))


@lru_cache(maxsize=1)
def usual() -> tuple[int, ...]:
    """Return the cd_nom that are noted most often, from whatever list: proposed first while nothing is noted."""
    return tuple(int(row["cd_nom"]) for row in reference.rows(REFERENCE / "usual.csv"))
