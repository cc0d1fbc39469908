"""The time of day at the nets: pages ask here, so that a test can choose it."""

from __future__ import annotations

from datetime import datetime


def clock() -> str:
    """Return the local time of day, "06:15"."""
    return f"{datetime.now().astimezone():%H:%M}"
