"""What lies around a place, by small maps made by hand; cells against those published for the communes of the area."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely
from pyproj import Geod, Transformer

from fieldapp.core.occurrence import Place
from fieldapp.desk.geography import Geography, department_of
from fieldapp.store.connection import Database, open_database
from tests.desk.maps import AVION, OSTRICOURT, PAS_DE_CALAIS, RESERVE, VIMY, lay
from tests.store.ponds import PONDS


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path / "maps.db", [PONDS]) as opened:
        yield opened


@pytest.fixture
def geography(db: Database) -> Geography:
    lay(db, "commune", [VIMY, AVION, OSTRICOURT])
    lay(db, "protected", [RESERVE])
    return Geography.load(db)


def at(longitude: float, latitude: float) -> Place:
    return Place(uid="p", longitude=longitude, latitude=latitude)


@pytest.mark.parametrize(
    ("latitude", "longitude", "cell"),
    [
        # Centroid and only cell of communes (from their outlines of 2018).
        (50.5102, 2.4688, "10kmL93E066N704"),  # Auchel
        (50.4401, 3.0586, "10kmL93E070N703"),  # Leforest
        (50.5711, 2.6295, "10kmL93E067N705"),  # Hinges
        (50.5124, 2.8266, "10kmL93E068N704"),  # Douvrin
        (50.4040, 2.8270, "10kmL93E068N703"),  # Avion
        (50.4093, 2.9592, "10kmL93E069N703"),  # Hénin-Beaumont
        (50.4820, 3.1034, "10kmL93E070N704"),  # Mons-en-Pévèle
    ],
)
def test_a_commune_lies_in_the_cell_that_is_published_for_it(
    geography: Geography, latitude: float, longitude: float, cell: str
) -> None:
    assert geography.cell(longitude, latitude) == cell


def test_the_cell_of_the_reference_point_is_that_of_the_inpn(geography: Geography) -> None:
    longitude, latitude = Transformer.from_crs(2154, 4326, always_xy=True).transform(748649, 6956485)
    assert geography.cell(longitude, latitude) == "10kmL93E074N695"


def test_a_point_where_lambert_93_does_not_reach_has_no_cell(geography: Geography) -> None:
    assert geography.cell(55.5, -21.1) == ""  # La Réunion


def test_the_polygon_of_a_cell_has_its_corners_at_round_kilometres(geography: Geography) -> None:
    corners = shapely.get_coordinates(shapely.from_wkt(geography.cell_wkt("10kmL93E068N703")))
    xs, ys = Transformer.from_crs(4326, 2154, always_xy=True).transform(*corners.T)
    found = {(round(x), round(y)) for x, y in zip(xs, ys, strict=True)}
    assert found == {(680000, 7030000), (690000, 7030000), (690000, 7040000), (680000, 7040000)}


@pytest.mark.parametrize("code", ["", "10kmL93E68N703", "5kmL93E0905N6250", "10kmL93E0x8N703"])
def test_what_is_no_cell_has_no_polygon(geography: Geography, code: str) -> None:
    with pytest.raises(ValueError, match=f"^{code}$"):
        geography.cell_wkt(code)


def test_a_point_gets_commune_department_cell_and_areas(geography: Geography) -> None:
    found = geography.around(at(2.82, 50.37))
    assert (found.commune, found.commune_code, found.department) == ("Vimy", "62861", "62")
    assert found.cell == "10kmL93E068N703"
    assert found.areas == ("Réserve du Mont",)


def test_a_polygon_belongs_to_the_commune_that_holds_most_of_it_and_to_all_areas_it_touches(
    geography: Geography,
) -> None:
    mostly_avion = shapely.box(2.83, 50.36, 2.87, 50.37)
    found = geography.around(Place(uid="p", wkt=mostly_avion.wkt))
    assert found.commune == "Avion"
    assert found.areas == ("Réserve du Mont",)


def test_a_polygon_over_two_cells_has_the_one_that_holds_most_of_it(geography: Geography) -> None:
    to_degrees = Transformer.from_crs(2154, 4326, always_xy=True).transform
    corners = [(688000, 7035000), (693000, 7035000), (693000, 7036000), (688000, 7036000)]
    polygon = shapely.Polygon([to_degrees(*corner) for corner in corners])
    assert geography.around(Place(uid="p", wkt=polygon.wkt)).cell == "10kmL93E069N703"


def test_a_line_belongs_to_the_commune_of_most_of_its_length(geography: Geography) -> None:
    line = shapely.LineString([(2.80, 50.37), (2.85, 50.37)])
    assert geography.around(Place(uid="p", wkt=line.wkt)).commune == "Vimy"


def test_a_point_on_the_border_of_two_communes_is_in_the_first_by_code(geography: Geography) -> None:
    assert geography.around(at(2.84, 50.39)).commune_code == "62065"


def test_without_maps_a_place_keeps_its_own_commune_and_its_department_follows_from_the_code(db: Database) -> None:
    place = Place(uid="p", longitude=2.82, latitude=50.37, commune="Vimy", commune_code="62861")
    found = Geography.load(db).around(place)
    assert (found.commune, found.commune_code, found.department) == ("Vimy", "62861", "62")
    assert found.cell == "10kmL93E068N703"


def test_where_no_commune_is_known_the_map_of_departments_tells(db: Database) -> None:
    lay(db, "department", [PAS_DE_CALAIS])
    assert Geography.load(db).around(at(2.82, 50.37)).department == "62"


def test_a_place_without_position_stays_as_it_is(geography: Geography) -> None:
    assert geography.around(Place(uid="p", name="mare 04")) == Place(uid="p", name="mare 04")


# ------------------------------------------------------------------------ a place of which the commune alone is known


def in_commune(name: str, department: str = "", commune_code: str = "") -> Place:
    return Place(uid="p", name="mare 04", above="Aire", commune=name, department=department, commune_code=commune_code)


def test_without_maps_a_place_without_position_lies_at_the_middle_of_its_commune(db: Database) -> None:
    found = Geography.load(db).around(in_commune("vimy"))
    assert (found.longitude, found.latitude, found.wkt) == (2.8112, 50.378, "")
    assert (found.nature, found.precision_m, found.blurred) == ("In", 5000, "")
    assert (found.commune, found.commune_code, found.department) == ("Vimy", "62861", "62")
    assert (found.uid, found.name, found.above) == ("p", "mare 04", "Aire")


def test_with_a_map_it_is_somewhere_in_the_outline_of_its_commune(geography: Geography) -> None:
    found = geography.around(in_commune("Vimy"))
    assert shapely.from_wkt(found.wkt).equals(shapely.box(*VIMY[2:]))
    assert [found.longitude, found.latitude] == pytest.approx([2.80, 50.375])
    corner = Geod(ellps="WGS84").inv(2.80, 50.375, 2.76, 50.35)[2]
    assert found.precision_m == pytest.approx(corner, rel=0.01)
    assert (found.nature, found.name, found.commune_code) == ("In", "mare 04", "62861")


def test_what_its_commune_touches_is_not_said_of_the_place(geography: Geography) -> None:
    found = geography.around(in_commune("Vimy"))
    assert (found.cell, found.areas) == ("", ())


@pytest.mark.parametrize("name", ["EVIN MALMAISON", " évin-malmaison ", "Évin‑Malmaison"])
def test_capitals_accents_and_hyphens_of_a_commune_do_not_matter(db: Database, name: str) -> None:
    assert Geography.load(db).around(in_commune(name)).commune_code == "62321"


@pytest.mark.parametrize("place", [in_commune("Vimy", department="80"), in_commune("Nulle-Part"), in_commune(" - ")])
def test_a_place_whose_commune_is_not_known_stays_without_position(geography: Geography, place: Place) -> None:
    assert geography.around(place) == place


def test_of_communes_of_one_name_the_department_decides(db: Database) -> None:
    lay(db, "commune", [("80001", "Bray", 2.0, 50.0, 2.1, 50.1), ("71001", "Bray", 4.6, 46.5, 4.7, 46.6)])
    geography = Geography.load(db)
    assert geography.around(in_commune("Bray")) == in_commune("Bray")
    assert geography.around(in_commune("Bray", department="71")).commune_code == "71001"
    assert geography.around(in_commune("Bray", commune_code="80001")).department == "80"


def test_a_commune_whose_middle_nobody_noted_gives_its_code_alone(db: Database) -> None:
    found = Geography.load(db).around(in_commune("Oignies"))
    assert (found.commune_code, found.department) == ("62637", "62")
    assert (found.longitude, found.nature, found.precision_m) == (None, "St", None)


def test_an_exact_position_is_not_touched_by_the_name_of_a_commune(geography: Geography) -> None:
    found = geography.around(Place(uid="p", longitude=2.87, latitude=50.36, commune="Vimy", precision_m=8))
    assert (found.longitude, found.latitude, found.nature, found.precision_m) == (2.87, 50.36, "St", 8)
    assert found.commune == "Avion"


# ------------------------------------------------------------------------------------------------------------ others


def test_a_geometry_that_cannot_be_read_counts_as_the_point(geography: Geography) -> None:
    place = Place(uid="p", longitude=2.82, latitude=50.37, wkt="POLYGON ((")
    assert geography.around(place).commune == "Vimy"


def test_a_blurred_place_is_left_alone(geography: Geography) -> None:
    place = Place(uid="p", longitude=2.82, latitude=50.37, blurred="cell")
    assert geography.around(place) is place


def test_areas_are_found_by_code_and_by_a_part_of_their_name(geography: Geography) -> None:
    assert [area.name for area in geography.named("62861")] == ["Vimy"]
    assert [area.name for area in geography.named("reserve")] == ["Réserve du Mont"]
    assert [area.name for area in geography.named("vi")] == ["Vimy", "Avion"]
    assert geography.named("") == []
    found = geography.coded("commune", "62065")
    assert found is not None
    assert geography.area(found.id) == found
    with pytest.raises(KeyError):
        geography.area(10_000)


@pytest.mark.parametrize(
    ("code", "department"), [("62861", "62"), ("2A004", "2A"), ("97411", "974"), ("", ""), ("628", "")]
)
def test_the_department_is_the_beginning_of_the_commune(code: str, department: str) -> None:
    assert department_of(code) == department


def test_how_far_a_shape_reaches_is_measured_in_metres(geography: Geography) -> None:
    cell = shapely.from_wkt(geography.cell_wkt("10kmL93E068N703"))
    reach = geography.reach_m(cell.centroid.x, cell.centroid.y, cell)
    assert 7071 <= reach <= 7075  # half the diagonal of ten kilometres


def test_a_commune_of_two_parts_is_told_whole(db: Database) -> None:
    lay(
        db, "commune", [("62861", "Vimy", 2.70, 50.38, 2.80, 50.40), ("62861", "Vimy", 2.85, 50.41, 2.90, 50.46)], "une"
    )
    lay(db, "commune", [("62861", "Vimy", 1.0, 50.0, 1.1, 50.1)], "autre")
    found = Geography.load(db).coded("commune", "62861")
    assert found is not None
    both = shapely.box(2.70, 50.38, 2.80, 50.40).union(shapely.box(2.85, 50.41, 2.90, 50.46))
    assert shapely.from_wkb(found.wkb).equals(both)
