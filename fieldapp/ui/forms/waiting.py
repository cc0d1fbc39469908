"""What a visit has beside its records: a line that is being typed, and a problem with its sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fieldapp.core.schema import Problem

OTHER_YEAR = "other_year"
"""The code of the warning that the date lies in another year than the one asked for."""


@dataclass(slots=True)
class Entry:
    """A line that is being typed: the values read so far, and by column the text that is not read yet.

    `read` are the values that a stored line had when it was opened, None for a new one.
    """

    uid: str
    values: dict[str, Any]
    texts: dict[str, str] = field(default_factory=dict)
    at: str = ""
    read: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem of the visit (`line` is None) or of one line, with its sentence."""

    problem: Problem
    words: str
    line: str | None = None
