"""The lists that come with a protocol, as CSV files in its folder `reference/`: read the same way by all of them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from fieldapp.core.schema import Taxon


def rows(file: Path) -> list[dict[str, str]]:
    """Return the rows of a list by the names of its columns; they are parted by semicolons, in UTF-8."""
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened, delimiter=";"))


LINEAGE = ("kingdom", "phylum", "class", "order", "family")
"""The columns of what a taxon belongs to, as TAXREF writes it; an empty cell where that is not known."""


def lineage(row: Mapping[str, str]) -> tuple[str, ...]:
    """Return kingdom, phylum, class, order and family of a row, "" for one that is not known."""
    return tuple(row[name] for name in LINEAGE)


def taxon(row: Mapping[str, str]) -> Taxon:
    """Return the taxon of a row of `taxa.csv`."""
    return Taxon(
        cd_nom=int(row["cd_nom"]),
        cd_ref=int(row["cd_ref"]),
        lb_nom=row["lb_nom"],
        lb_auteur=row["lb_auteur"],
        nom_vern=row["nom_vern"],
        rank=row["rank"],
        regional_rank=int(row["regional_rank"]) if row["regional_rank"] else None,
        complex=row["complex"],
        status=row["status"],
        aliases=tuple(filter(None, row["aliases"].split("|"))),
        group=row["group2_inpn"],
        lineage=lineage(row),
    )
