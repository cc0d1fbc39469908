"""Small maps made by hand: squares of a few kilometres around Vimy, and what a database of them needs."""

from __future__ import annotations

from collections.abc import Sequence

import shapely

from fieldapp.store import areas
from fieldapp.store.areas import NewArea
from fieldapp.store.connection import Database

Square = tuple[str, str, float, float, float, float]
"""Code, name, west, south, east, north in degrees."""

VIMY: Square = ("62861", "Vimy", 2.76, 50.35, 2.84, 50.40)
AVION: Square = ("62065", "Avion", 2.84, 50.35, 2.90, 50.40)
OSTRICOURT: Square = ("59452", "Ostricourt", 3.00, 50.43, 3.08, 50.48)
PAS_DE_CALAIS: Square = ("62", "Pas-de-Calais", 1.5, 50.0, 3.0, 51.0)
RESERVE: Square = ("FR123", "Réserve du Mont", 2.80, 50.36, 2.86, 50.38)


def new_area(square: Square) -> NewArea:
    code, name, west, south, east, north = square
    return NewArea(code, name, (west, south, east, north), shapely.to_wkb(shapely.box(west, south, east, north)))


def lay(db: Database, kind: str, squares: Sequence[Square], name: str = "carte") -> int:
    """Store squares as a map and return its id."""
    return areas.replace_layer(db, kind, name, f"{name}.gpkg", "0" * 64, [new_area(square) for square in squares])
