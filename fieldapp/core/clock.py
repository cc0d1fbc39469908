"""What day it is for the person: the calendar of the laptop, or a day that was asked for."""

from __future__ import annotations

import os
from datetime import date, datetime

TODAY_VARIABLE = "FIELDAPP_TODAY"
"""Environment variable with an ISO date that stands for today (the pictures of the guide, trying out a season)."""


def today() -> date:
    """Return the local date; a wrong FIELDAPP_TODAY counts as not given."""
    if forced := os.environ.get(TODAY_VARIABLE):
        try:
            return date.fromisoformat(forced)
        except ValueError:
            pass
    return datetime.now().astimezone().date()
