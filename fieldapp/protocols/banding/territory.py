"""Which country and which department a place lies in, however they were written: by code, number or name.

Names and codes are those of `reference/place_codes.csv`. France without its overseas territories is where the bounds
of `core.positions` hold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from fieldapp.core.schema import Values
from fieldapp.core.text import fold
from fieldapp.protocols.banding.lists import rows

FRANCE = "FR"

_OVERSEAS = re.compile(r"9[78][0-9]")
"""Numbers of overseas departments and territories (source: INSEE, Code officiel géographique)."""


def country(place: Values) -> str:
    """Return the country of a place as its two letters; France where none is noted, unknown ones in capitals.

    >>> country({"country": "France"}), country({"country": "UK"}), country({}), country({"country": "xx"})
    ('FR', 'GB', 'FR', 'XX')
    """
    typed = str(place.get("country") or "").strip() or FRANCE
    return _countries().get(fold(typed), typed.upper())


def department(place: Values) -> str:
    """Return the number of a department as INSEE writes it ("02", "2A", "974"); "" for none, unknown ones in capitals.

    >>> department({"department": "2"}), department({"department": "Pas-de-Calais"}), department({"department": "2a"})
    ('02', '62', '2A')
    """
    typed = str(place.get("department") or "").strip()
    if typed.isdecimal() and typed.isascii():
        return (typed.lstrip("0") or "0").zfill(2)
    return _departments().get(fold(typed), typed.upper())


def is_metropolitan(place: Values) -> bool:
    """Return whether a place is said to lie in metropolitan France: positions elsewhere have other bounds."""
    return country(place) == FRANCE and not _OVERSEAS.fullmatch(department(place))


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, str]:
    listed = [row for row in rows("place_codes.csv") if not row["department"]]
    return {fold(name): row["country"] for row in listed for name in (row["label"], row["country"])}


@lru_cache(maxsize=1)
def _departments() -> Mapping[str, str]:
    return {fold(row["label"]): row["department"] for row in rows("place_codes.csv") if row["department"]}
