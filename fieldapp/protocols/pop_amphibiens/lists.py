"""The code lists, taxa and passage windows that come with the protocol, read from `reference/`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from fieldapp.core import reference
from fieldapp.core.schema import Choice, Taxon

REFERENCE = Path(__file__).parent / "reference"

ABSENCE_TAXON = 914450
"""cd_nom of Amphibia: the taxon of the row that says "nothing seen" (source: POPAmphibien 2.2.0, observation.json)."""

GREEN_FROGS = "pelophylax"
"""The complex of the green frogs, one taxon for trends (source: Astruc et al. 2021, Bull. SHF 178)."""


def _rows(name: str) -> list[dict[str, str]]:
    return reference.rows(REFERENCE / name)


@lru_cache(maxsize=1)
def _nomenclatures() -> Mapping[str, Sequence[Mapping[str, str]]]:
    found: dict[str, list[Mapping[str, str]]] = {}
    for row in _rows("nomenclatures.csv"):
        found.setdefault(row["type"], []).append(row)
    return found


def choices(kind: str, offered: Sequence[str] | None = None) -> tuple[Choice, ...]:
    """Return the codes of a nomenclature type, those of `offered` (when given) proposed by forms and the rest not.

    A code is the `cd_nomenclature` of GeoNature.
    """
    return tuple(
        Choice(
            row["cd_nomenclature"],
            row["label"],
            row["short_label"],
            offered is None or row["cd_nomenclature"] in offered,
        )
        for row in _nomenclatures()[kind]
    )


@lru_cache(maxsize=1)
def taxa() -> tuple[Taxon, ...]:
    """Return the taxa of the module's list, the most likely in northern France first, the unranked ones last."""
    found = [reference.taxon(row) for row in _rows("taxa.csv")]
    return tuple(sorted(found, key=lambda taxon: (taxon.regional_rank is None, taxon.regional_rank or 0)))


@dataclass(frozen=True, slots=True)
class Window:
    """The usual period of one passage: from and to are (month, day), both included; `moment` is day, night or any."""

    passage: int
    first: tuple[int, int]
    last: tuple[int, int]
    moment: str = "any"

    def holds(self, day: date) -> bool:
        """Return whether the day lies in the window."""
        return self.first <= (day.month, day.day) <= self.last


@lru_cache(maxsize=1)
def windows() -> tuple[Window, ...]:
    """Return the indicative windows of the passages, in order; the regional coordinator may adapt them."""
    return tuple(
        Window(int(row["passage"]), _month_day(row["from_month_day"]), _month_day(row["to_month_day"]), row["moment"])
        for row in _rows("windows.csv")
    )


def _month_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)
