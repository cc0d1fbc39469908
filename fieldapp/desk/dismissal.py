"""What is kept of "seen, it is right": the code of the finding, with the figures that somebody found right.

So a figure that is altered later is told again: that it was right before says nothing of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from fieldapp.core.record import Record
from fieldapp.desk import checks, season_checks

_SIGN = "="
_LETTERS = 16

_FIELDS: Mapping[str, tuple[str, ...]] = {
    checks.HIGH_COUNT: ("cd_nom", "count", "count_min", "count_max"),
    checks.FIRST_COMMUNE: ("cd_nom",),
    checks.FIRST_DEPARTMENT: ("cd_nom",),
    checks.SITE_MOVED: ("longitude", "latitude"),
    checks.OUTSIDE_AREA: ("longitude", "latitude"),
}
"""The fields of the record that a check judges."""

_PARAMS: Mapping[str, tuple[str, ...]] = {
    season_checks.OUTSIDE_WINDOW: ("passage",),
    season_checks.MISSING_PASSAGE: ("passages",),
}
"""The figures that a check judges of which the record itself knows nothing."""


def mark(code: str, record: Record, year: int, params: Mapping[str, Any]) -> str:
    """Return what a record keeps once somebody has found this right; of a protocol's own warning its code.

    `params` are the figures of a finding; those that the record itself holds need not be among them.
    """
    if code in _FIELDS:
        seen: list[Any] = [record.parent, *(record.data.get(name) for name in _FIELDS[code])]
    elif code in _PARAMS:
        seen = [year, record.on_date, *(params.get(name) for name in _PARAMS[code])]
    else:
        return code
    return f"{code}{_SIGN}{hashlib.sha256(msgspec.json.encode(seen)).hexdigest()[:_LETTERS]}"


def code_of(kept: str) -> str:
    """Return the code of the finding that was found right."""
    return kept.partition(_SIGN)[0]
