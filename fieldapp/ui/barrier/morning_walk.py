"""The walk through the mornings of which nobody said anything: where it began, which comes next, when it is over."""

from __future__ import annotations

from collections.abc import Sequence

Place = tuple[str, str]
"""A barrier and an ISO date."""


class Walk:
    """Goes from one untold morning to the next, then back to where it began.

    It is over as soon as the person goes anywhere else: to another page, another barrier, another morning.
    """

    def __init__(self) -> None:
        self._from: Place | None = None
        self._at: Place | None = None
        self.stored: set[str] = set()
        """The uids of the mornings that were stored on the way: Ctrl+Z reaches back to them."""

    @property
    def is_on(self) -> bool:
        """Whether a walk was begun and not left."""
        return self._from is not None

    def next(self, site: str, on: str, days: Sequence[str]) -> str:
        """Return the morning to go to from the one of `on` among the untold others, where it began when none is left.

        The first call begins the walk with the oldest morning; the others go on from `on`, then to what was passed by.
        """
        if self._from is None:
            self._from = (site, on)
            to = days[0]
        elif days:
            to = next((day for day in days if day > on), days[0])
        else:
            to = self._from[1]
            self._from = None
        self._at = (site, to) if self._from is not None else None
        return to

    def came(self, site: str, on: str) -> None:
        """Take note of the morning that is shown: any other than the one the walk led to ends it."""
        if self._at != (site, on):
            self.end()

    def end(self) -> None:
        """Leave the walk."""
        self._from = self._at = None
        self.stored.clear()
