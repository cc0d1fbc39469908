"""The communes that are known without a map: their INSEE code, department and the middle of their outline.

They are data: `reference/communes.csv`. Sources stand in `docs/sources/communes.md`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fieldapp.core import reference
from fieldapp.core.text import fold

REFERENCE = Path(__file__).parent / "reference"

_PARTING = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Commune:
    """One commune; its middle in degrees (WGS 84) and how far it reaches from there, None where nobody noted them."""

    code: str
    name: str
    department: str
    longitude: float | None
    latitude: float | None
    precision_m: int | None


@lru_cache(maxsize=1)
def listed() -> Mapping[str, Commune]:
    """Return the communes of the list by their INSEE code."""
    return {
        row["code"]: Commune(
            row["code"],
            row["name"],
            row["department"],
            float(row["longitude"]) if row["longitude"] else None,
            float(row["latitude"]) if row["latitude"] else None,
            int(row["precision_m"]) if row["precision_m"] else None,
        )
        for row in reference.rows(REFERENCE / "communes.csv")
    }


@lru_cache(maxsize=1)
def _by_name() -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for one in listed().values():
        found.setdefault(name_key(one.name), []).append(one.code)
    return found


def codes_named(key: str) -> Sequence[str]:
    """Return the codes of the communes of the list whose name has this key."""
    return _by_name().get(key, ())


def name_key(name: str) -> str:
    """Return a name as names of communes are compared: accents, capitals, hyphens and apostrophes apart.

    >>> name_key("Évin-Malmaison") == name_key("EVIN MALMAISON"), name_key("L’Étoile") == name_key("l'etoile")
    (True, True)
    """
    return _PARTING.sub(" ", fold(name)).strip()
