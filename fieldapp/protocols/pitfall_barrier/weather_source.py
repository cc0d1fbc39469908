"""Which weather of a check came from a file, and what becomes of that when a hand types over it."""

from __future__ import annotations

from typing import Any

from fieldapp.core.schema import Values
from fieldapp.protocols.pitfall_barrier.schema import WEATHER_FILES


def from_file(values: Values) -> frozenset[str]:
    """Return which weather fields of a check came from a file."""
    return frozenset(values.get("weather_fields", ())) & values.keys()


def typed_by_hand(values: Values, field: str) -> dict[str, Any]:
    """Return the values of a check with a weather field marked as typed: no file will overwrite it any more."""
    left = [name for name in values.get("weather_fields", ()) if name != field]
    kept = {name: value for name, value in values.items() if name not in {"weather_fields", WEATHER_FILES[field]}}
    return {**kept, "weather_fields": left} if left else kept
