"""Which points lie in a zone: the same as asking each of them alone."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.core.errors import FieldappError
from fieldapp.desk import zones

ANGLES, REACH = np.linspace(0, 6.2, 60), np.tile([0.4, 0.15, 0.3], 20)
STAR = shapely.Polygon(np.column_stack([2.5 + REACH * np.cos(ANGLES), 50.5 + REACH * np.sin(ANGLES)]))
RING = shapely.box(2.1, 50.1, 2.9, 50.9).difference(shapely.box(2.3, 50.3, 2.7, 50.7))
TWO = shapely.MultiPolygon([shapely.box(2.0, 50.0, 2.2, 50.2), shapely.box(2.8, 50.7, 2.80001, 51.0)])


@pytest.mark.parametrize("shape", [STAR, RING, TWO], ids=["star", "ring", "two"])
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_squares_and_border_together_say_what_each_point_says(shape: shapely.Geometry, seed: int) -> None:
    chance = np.random.default_rng(seed)
    corners = shapely.get_coordinates(shape)
    near = corners[chance.integers(0, len(corners), 400)] + chance.normal(0, 1e-4, (400, 2))
    points = np.concatenate([chance.uniform([1.9, 49.9], [3.1, 51.1], (600, 2)), near, corners])
    told = zones.holds(zones.area_of(shape.wkt), points[:, 0], points[:, 1])
    alone = [bool(shape.intersects(shapely.Point(point))) for point in points]
    assert told.tolist() == alone


def test_a_contour_that_crosses_itself_is_taken_as_its_two_halves() -> None:
    area = zones.area_of("POLYGON((0 0, 1 1, 1 0, 0 1, 0 0))")
    told = zones.holds(area, np.array([0.1, 0.9, 0.5]), np.array([0.5, 0.5, 0.9]))
    assert told.tolist() == [True, True, False]


def test_a_contour_of_too_many_corners_is_refused_in_words() -> None:
    angles = np.linspace(0, 2 * np.pi, zones.MAX_CORNERS + 1)
    polygon = shapely.Polygon(np.column_stack([np.cos(angles), np.sin(angles)])).wkt
    with pytest.raises(FieldappError, match="trop détaillé"):
        zones.area_of(polygon)
