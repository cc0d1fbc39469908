"""One view of the analyses as plain data: a table or a figure, its definition, and what is missing and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fieldapp.ui import plots
from fieldapp.ui.plots import Figure
from fieldapp.ui.tables import Row

Table = tuple[tuple[str, ...], tuple[Row, ...]]
"""Titles and rows."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One view: its title, its table, its figure where it has one.

    A sheet that `is_table` is shown as its table: `numbers` are the columns that stand to the right, `wide` is the one
    that takes the room left, `current` the row that is marked. `words` is the definition with its thresholds, `notes`
    tell what is missing and why. Where there is nothing to show `empty` says what would be here. `written` is the table
    for a file where it is another one, or what makes it: a long one is not made before somebody asks for it.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    words: str
    notes: tuple[str, ...] = ()
    figure: Figure | None = None
    is_table: bool = False
    numbers: frozenset[int] = frozenset()
    wide: int = 0
    has_totals: bool = False
    empty: str = ""
    current: int = 0
    written: Table | Callable[[], Table] | None = None

    def table(self) -> Table:
        """Return titles and rows as they are written to a file."""
        written = self.written() if callable(self.written) else self.written
        return written or (self.header, self.rows)

    def has_table(self) -> bool:
        """Return whether there is a table for a file."""
        return bool(self.rows or self.written)

    def is_drawn(self) -> bool:
        """Return whether there is something to draw."""
        return self.figure is not None and not plots.is_empty(self.figure)
