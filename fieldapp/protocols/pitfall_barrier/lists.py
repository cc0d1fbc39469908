"""The code lists, taxa and settings that come with the protocol, read from `reference/`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from fieldapp.core import reference
from fieldapp.core.schema import Choice, Taxon

REFERENCE = Path(__file__).parent / "reference"


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a file of `reference/` by the names of its columns."""
    return reference.rows(REFERENCE / name)


@lru_cache(maxsize=1)
def _nomenclatures() -> Mapping[str, Sequence[Mapping[str, str]]]:
    found: dict[str, list[Mapping[str, str]]] = {}
    for row in rows("nomenclatures.csv"):
        found.setdefault(row["type"], []).append(row)
    return found


def choices(kind: str) -> tuple[Choice, ...]:
    """Return the codes of a list; STADE_VIE and SEXE are those of the SINP, the others the program's own."""
    return tuple(
        Choice(row["code"], row["label"], row["short_label"], row["offered"] == "1") for row in _nomenclatures()[kind]
    )


@lru_cache(maxsize=1)
def taxa() -> tuple[Taxon, ...]:
    """Return the taxa of the list, the most likely in a bucket of northern France first, the unranked ones last."""
    return tuple(reference.taxon(row) for row in rows("taxa.csv"))


def name_of(taxon: Taxon | None, cd_nom: int) -> str:
    """Return the name that people use for a taxon: French, else Latin; its number when the taxon is not known."""
    return (taxon.nom_vern or taxon.lb_nom) if taxon else str(cd_nom)


@lru_cache(maxsize=1)
def keys() -> Mapping[int, str]:
    """Return the letter of the bucket board for each taxon that has one, by cd_nom, the likeliest first."""
    return {int(row["cd_nom"]): row["key"] for row in rows("taxa.csv") if row["key"]}


@lru_cache(maxsize=1)
def by_photo() -> frozenset[int]:
    """Return the cd_nom of the taxa whose animals are told apart one by one on photos (Triton crêté)."""
    return frozenset(int(row["cd_nom"]) for row in rows("taxa.csv") if row["by_photo"] == "1")


@lru_cache(maxsize=1)
def settings() -> Mapping[str, float]:
    """Return the thresholds of the figures by their name, as the protocol proposes them."""
    return {row["name"]: float(row["value"]) for row in rows("settings.csv")}
