"""Where the columns of the lines stand: the same places for heads, lines and cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect

from fieldapp.core.forms import GridColumn
from fieldapp.ui import theme

LETTER = 0.56
"""Mean width of a letter of the interface's font, as a share of its height (measured on Noto Sans)."""
SPECIES_SHARE = 0.72
"""The share of the species in the room that it has with the remark."""


@dataclass(frozen=True, slots=True)
class Places:
    """The rectangle of the species and of each column, from left to right, in a line of the given width."""

    species: tuple[int, int]
    columns: tuple[tuple[int, int], ...]

    def rect(self, number: int, height: int) -> QRect:
        """Return the place of a column in a line of this height; -1 is the species."""
        left, width = self.species if number < 0 else self.columns[number]
        return QRect(left, 0, width, height)


def places(columns: Sequence[GridColumn], width: int) -> Places:
    """Return where the columns stand in a line of this width."""
    gap = theme.L
    fixed = [round(column.width * theme.text_px() * LETTER) + theme.M if column.width else 0 for column in columns]
    inner = width - 2 * theme.M - gap * len(columns) - theme.M * sum(column.is_number for column in columns)
    left_over = max(0, inner - sum(fixed))
    open_columns = fixed.count(0)
    share = SPECIES_SHARE if open_columns else 1.0
    species = round(left_over * share)
    rest = (left_over - species) // open_columns if open_columns else 0
    at = theme.M + species + gap
    found = []
    for column, own in zip(columns, fixed, strict=True):
        own = own or rest
        found.append((at, own))
        at += own + gap + (theme.M if column.is_number else 0)
    return Places((theme.M, species), tuple(found))
