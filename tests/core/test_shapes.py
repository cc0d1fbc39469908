"""Outlines and lines as text: what is one is read, what is none is refused with a sentence."""

from contextlib import suppress

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.core.shapes import read_shape

SQUARE = "POLYGON ((2.8 50.4, 2.9 50.4, 2.9 50.5, 2.8 50.5, 2.8 50.4))"


def test_a_polygon_has_its_corners_and_the_middle_of_the_rectangle_around_it() -> None:
    shape = read_shape(SQUARE)
    assert shape.kind == "POLYGON"
    assert shape.runs == (((2.8, 50.4), (2.9, 50.4), (2.9, 50.5), (2.8, 50.5), (2.8, 50.4)),)
    assert shape.middle == pytest.approx((2.85, 50.45))


def test_lines_rings_and_several_of_them_are_read_whatever_the_capitals_and_blanks() -> None:
    assert read_shape("LineString(2.8 50.4,2.9 50.5)").runs == (((2.8, 50.4), (2.9, 50.5)),)
    assert len(read_shape("MULTILINESTRING ((0 1, 2 3), (4 5, 6 7))").runs) == 2
    with_hole = "polygon((0 0,9 0,9 9,0 9,0 0),(1 1,2 1,2 2,1 1))"
    assert len(read_shape(f"SRID=4326;MULTIPOLYGON({with_hole[7:]},((20 20,21 20,21 21,20 20)))").runs) == 3


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "attendu POLYGON"),
        ("POINT (2.8 50.4)", "attendu POLYGON"),
        ("POLYGON (2.8 50.4, 2.9 50.4, 2.9 50.5, 2.8 50.4)", "attendu POLYGON"),
        ("POLYGON ((2.8 50.4, 2.9 50.4, 2.9 50.5, 2.8 50.5))", "pas fermé"),
        ("POLYGON ((2.8 50.4, 2.9 50.4, 2.8 50.4))", "trop peu de sommets"),
        ("POLYGON ((2.8 50.4, 2.8 50.4, 2.9 50.4, 2.8 50.4))", "trop peu de sommets"),
        ("LINESTRING (2.8 50.4)", "trop peu de sommets"),
        (SQUARE[:-1], "parenthèse"),
        (f"{SQUARE})", "parenthèse"),
        ("POLYGON ((2.8 50.4 12, 2.9 50.4 12, 2.9 50.5 12, 2.8 50.4 12))", "deux nombres"),
        ("LINESTRING (2.8 50.4, 2.9)", "deux nombres"),
        ("LINESTRING (50.4 200, 2.9 50.4)", "sort du globe"),
        (f"LINESTRING ({', '.join(['2.8 50.4'] * 60_000)})", "attendu POLYGON"),
    ],
)
def test_what_is_no_outline_is_refused_with_a_sentence(text: str, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        read_shape(text)


@given(st.text("POLYGNMUTILESRabc0123456789.,()- ;=", max_size=60))
def test_whatever_is_given_is_read_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert all(len(run) >= 2 for run in read_shape(text).runs)


@given(
    st.lists(st.tuples(st.integers(-180, 180), st.integers(-90, 90)), min_size=3, max_size=9, unique=True),
)
def test_an_outline_reads_back_as_it_was_written(corners: list[tuple[int, int]]) -> None:
    ring = [*corners, corners[0]]
    text = f"POLYGON (({', '.join(f'{x} {y}' for x, y in ring)}))"
    assert read_shape(text).runs == (tuple((float(x), float(y)) for x, y in ring),)


@pytest.mark.parametrize("before", ["", "SRID=4326;", "srid=4326; "])
@pytest.mark.parametrize("behind", ["", "\n", " \r\n"])
def test_what_was_read_is_written_on_one_line_without_system_of_coordinates(before: str, behind: str) -> None:
    assert read_shape(f"{before}{SQUARE}{behind}").wkt == SQUARE
    shape = shapely.from_wkt(
        read_shape(f"{before}multipolygon  (((0 0,  9 0,9 9,0 0)),((20 20,21 20,21 21,20 20))){behind}").wkt
    )
    assert (shape.geom_type, shape.area, shape.is_valid) == ("MultiPolygon", 41.0, True)
