"""Maps are kept whole, one of each kind and name."""

import sqlite3
from dataclasses import replace

import pytest
import shapely

from fieldapp.store import areas
from fieldapp.store.areas import NewArea
from fieldapp.store.connection import Database

SQUARE = NewArea("62861", "Vimy", (2.76, 50.35, 2.84, 50.40), shapely.to_wkb(shapely.box(2.76, 50.35, 2.84, 50.40)))


def test_a_map_is_listed_with_the_number_of_its_areas(db: Database) -> None:
    areas.replace_layer(db, "site", "Terrils", "terrils.gpkg", "ab" * 32, [SQUARE, replace(SQUARE, code="2")])
    areas.replace_layer(db, "commune", "Communes 62", "communes.zip", "cd" * 32, [SQUARE])
    assert [(one.kind, one.name, one.file_name, one.count) for one in areas.layers(db)] == [
        ("commune", "Communes 62", "communes.zip", 1),
        ("site", "Terrils", "terrils.gpkg", 2),
    ]


def test_an_area_comes_back_as_it_was_stored(db: Database) -> None:
    areas.replace_layer(db, "commune", "Communes", "c.gpkg", "ab" * 32, [SQUARE])
    (outline,) = areas.outlines(db)
    assert (outline.west, outline.south, outline.east, outline.north) == SQUARE.bounds
    (area,) = areas.by_ids(db, [outline.id, outline.id + 1])
    assert (area.kind, area.layer, area.code, area.name, area.wkb) == (
        "commune", "Communes", "62861", "Vimy", SQUARE.wkb,
    )  # fmt: skip


def test_a_map_of_the_same_kind_and_name_takes_the_place_of_the_one_before(db: Database) -> None:
    areas.replace_layer(db, "commune", "Communes", "old.gpkg", "ab" * 32, [SQUARE, SQUARE])
    areas.replace_layer(db, "other", "Communes", "other.gpkg", "ab" * 32, [SQUARE])
    areas.replace_layer(db, "commune", "Communes", "new.gpkg", "cd" * 32, [SQUARE])
    assert [(one.file_name, one.count) for one in areas.layers(db)] == [("new.gpkg", 1), ("other.gpkg", 1)]
    assert len(list(areas.outlines(db))) == 2


def test_a_map_that_breaks_off_leaves_the_one_before_as_it_was(db: Database) -> None:
    areas.replace_layer(db, "commune", "Communes", "old.gpkg", "ab" * 32, [SQUARE])
    broken = replace(SQUARE, wkb=None)  # type: ignore[arg-type]
    with pytest.raises(sqlite3.IntegrityError):
        areas.replace_layer(db, "commune", "Communes", "new.gpkg", "cd" * 32, [SQUARE, broken])
    assert [(one.file_name, one.count) for one in areas.layers(db)] == [("old.gpkg", 1)]


def test_a_removed_map_takes_its_areas_along(db: Database) -> None:
    layer = areas.replace_layer(db, "commune", "Communes", "c.gpkg", "ab" * 32, [SQUARE])
    areas.remove_layer(db, layer)
    assert areas.layers(db) == []
    assert list(areas.outlines(db)) == []
