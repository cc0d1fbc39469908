"""Maps that were loaded: layers of areas (communes, protected areas…) with their codes, names and outlines.

They are this laptop's own: neither recorded as changes nor synced, for everybody can load the same file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fieldapp.core.schema import Choice
from fieldapp.core.text import N_
from fieldapp.store.connection import Database
from fieldapp.store.records import encode, now

KINDS = (
    Choice("commune", N_("Communes")),
    Choice("department", N_("Départements")),
    Choice("protected", N_("Espaces protégés")),
    Choice("managed", N_("Sites gérés")),
    Choice("site", N_("Sites suivis")),
    Choice("other", N_("Autres zones")),
)
"""What the areas of a layer are."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One map as it was loaded: `count` areas out of `file_name`, whose content has this SHA-256; instant in UTC."""

    id: int
    kind: str
    name: str
    file_name: str
    sha256: str
    loaded_at: str
    count: int


@dataclass(frozen=True, slots=True)
class NewArea:
    """An area to be stored: its outline as WKB of a polygon or multipolygon in degrees, with its bounds."""

    code: str
    name: str
    bounds: tuple[float, float, float, float]  # west, south, east, north
    wkb: bytes


@dataclass(frozen=True, slots=True)
class Area:
    """An area of a layer; `layer` is the layer's name, `wkb` the outline in degrees (WGS 84)."""

    id: int
    kind: str
    layer: str
    code: str
    name: str
    wkb: bytes


@dataclass(frozen=True, slots=True)
class Outline:
    """An area without its outline, for an index of them all: what it is called, and its bounds in degrees."""

    id: int
    kind: str
    layer: str
    code: str
    name: str
    west: float
    south: float
    east: float
    north: float


def layers(db: Database) -> list[Layer]:
    """Return the maps that are loaded, in the order of `KINDS`, then of their names."""
    rows = db.rows(
        "SELECT id, kind, name, file_name, sha256, loaded_at, (SELECT count(*) FROM area WHERE layer = layer.id) "
        "FROM layer ORDER BY name"
    )
    order = {choice.code: number for number, choice in enumerate(KINDS)}
    return sorted((Layer(*row) for row in rows), key=lambda layer: order[layer.kind])


def replace_layer(db: Database, kind: str, name: str, file_name: str, sha256: str, areas: Iterable[NewArea]) -> int:
    """Store a map in the place of the one of the same kind and name, whole or not at all; return the layer's id."""
    with db.transaction() as connection:
        connection.execute("DELETE FROM layer WHERE kind = ? AND name = ?", (kind, name))
        made = connection.execute(
            "INSERT INTO layer (kind, name, file_name, sha256, loaded_at) VALUES (?, ?, ?, ?, ?)",
            (kind, name, file_name, sha256, now()),
        )
        layer = int(made.lastrowid or 0)
        connection.executemany(
            "INSERT INTO area (layer, code, name, west, south, east, north, geometry) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            ((layer, area.code, area.name, *area.bounds, area.wkb) for area in areas),
        )
    return layer


def remove_layer(db: Database, layer: int) -> None:
    """Forget a map with all its areas; nothing happens when there is none of this id."""
    with db.transaction() as connection:
        connection.execute("DELETE FROM layer WHERE id = ?", (layer,))


def outlines(db: Database) -> Iterator[Outline]:
    """Yield all areas without their outlines, in order of id."""
    rows = db.rows(
        "SELECT area.id, layer.kind, layer.name, code, area.name, west, south, east, north "
        "FROM area JOIN layer ON layer.id = area.layer ORDER BY area.id"
    )
    return (Outline(*row) for row in rows)


def by_ids(db: Database, ids: Sequence[int]) -> list[Area]:
    """Return the areas of these ids that there are, in order of id."""
    rows = db.rows(
        "SELECT area.id, layer.kind, layer.name, code, area.name, geometry "
        "FROM area JOIN layer ON layer.id = area.layer WHERE area.id IN (SELECT value FROM json_each(?)) "
        "ORDER BY area.id",
        (encode(list(ids)).decode(),),
    )
    return [Area(*row) for row in rows]
