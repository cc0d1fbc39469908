"""The rounds of the nets: their hours, and the one that a time of day belongs to."""

from __future__ import annotations

ROUND_MIN = 30
"""Minutes between two rounds of the nets (source: STOC stations go round every half hour)."""

USUAL_START = "06:00"
"""The round that stepping begins from where nobody noted an hour (source: median first capture of STOC, 06:15)."""

_DAY_MIN = 24 * 60


def rounded(hour: str) -> str:
    """Return the round that a time of day belongs to, "07:44" -> "07:30"."""
    return _hour(_minutes(hour) // ROUND_MIN * ROUND_MIN)


def first_round(opened_at: str) -> str:
    """Return the first round once the nets are open, "06:10" -> "06:30"; "" where nobody noted when that was."""
    return _hour(-(-_minutes(opened_at) // ROUND_MIN) * ROUND_MIN % _DAY_MIN) if opened_at else ""


def stepped(hour: str, steps: int) -> str:
    """Return the round so many steps further on (or back); at the ends of the day it stays."""
    at = (_minutes(hour or USUAL_START) // ROUND_MIN + steps) * ROUND_MIN
    return _hour(at) if 0 <= at < _DAY_MIN else hour


def _minutes(hour: str) -> int:
    return int(hour[:2]) * 60 + int(hour[3:5])


def _hour(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
