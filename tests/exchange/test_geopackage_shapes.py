"""Which layer a place belongs to, and how it is drawn there."""

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from fieldapp.core.occurrence import Place
from fieldapp.exchange.geopackage_shapes import LINES, POINTS, POLYGONS, UNPLACED, Drawing


@pytest.mark.parametrize(
    ("wkt", "family"),
    [
        ("", POINTS),
        ("POLYGON ((2 50, 3 50, 3 51, 2 50))", POLYGONS),
        ("MULTIPOLYGON (((2 50, 3 50, 3 51, 2 50)))", POLYGONS),
        ("LINESTRING (2 50, 3 51)", LINES),
        ("MULTIPOINT ((2 50), (3 51))", POINTS),
        ("POLYGON EMPTY", POINTS),
        ("POLYGON ((2 50", POINTS),
    ],
)
def test_a_place_belongs_to_the_layer_of_its_geometry_else_of_its_point(wkt: str, family: str) -> None:
    drawing = Drawing()
    assert drawing.family(Place(uid="p", longitude=2.5, latitude=50.5, wkt=wkt)) == family
    without_point = UNPLACED if family == POINTS else family
    assert drawing.family(Place(uid="p", wkt=wkt)) == without_point


def test_polygons_are_drawn_in_both_systems_and_as_collections() -> None:
    square = shapely.box(2.80, 50.37, 2.81, 50.38)
    metres, degrees = Drawing().all(POLYGONS, [Place(uid="p", wkt=square.wkt)], is_rough=True)
    drawn, expected = shapely.from_wkb(metres[0]), shapely.multipolygons([square])
    assert shapely.from_wkb(degrees[0]).equals_exact(expected, 0)
    xy = Transformer.from_crs(4326, 2154, always_xy=True).transform(*shapely.get_coordinates(square).T)
    assert np.abs(shapely.get_coordinates(drawn) - np.column_stack(xy)).max() < 0.01
    assert drawn.geom_type == "MultiPolygon"


def test_the_outline_of_an_exact_place_is_never_made_rough() -> None:
    circle = shapely.Point(2.8, 50.4).buffer(0.05, quad_segs=200)
    _metres, degrees = Drawing().all(POLYGONS, [Place(uid="p", wkt=circle.wkt)], is_rough=True)
    assert shapely.get_num_coordinates(shapely.from_wkb(degrees[0])) == 801
