"""Which ring strings are in whose hands, when several tables share one stock: two of them never offer the same ring.

A hub gives a string to one table at a time. What it said comes in from outside; nothing here knows of hub or network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fieldapp.core.text import _
from fieldapp.protocols.banding.stock import Stock


@dataclass(frozen=True, slots=True)
class Holding:
    """Who holds which string, by the uid of the string.

    `others` says for a string of another table whose that is ("PC de Marie", "" where nobody knows), `own` are those of
    this one. `is_shared`: others take rings from the same stock just now; `is_cut`: they can't be reached, so that a
    string which nobody holds can't be had for sure.
    """

    others: Mapping[str, str] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    is_shared: bool = False
    is_cut: bool = False

    def is_elsewhere(self, stock: Stock) -> bool:
        """Return whether another table holds the string."""
        return stock.uid in self.others

    def is_unsure(self, uid: str) -> bool:
        """Return whether another table may be taking rings from this string too."""
        return self.is_shared and uid not in self.own and uid not in self.others


ALONE = Holding()
"""Nobody shares anything: every string is free to take."""


def table_words(name: str) -> str:
    """Return "l’autre table (PC de Marie)", without the brackets where the name is not known."""
    return _("l’autre table ({name})").format(name=name) if name else _("l’autre table")
