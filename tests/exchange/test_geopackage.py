"""The GeoPackage read back by GDAL: every row in both projections, styles, the same bytes for the same data."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import msgspec
import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import Transformer

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.occurrence import Occurrence, Place, Telling
from fieldapp.core.schema import Taxon
from fieldapp.exchange import geopackage
from fieldapp.exchange.flat_columns import COLUMNS
from fieldapp.exchange.writing import written_together
from fieldapp.exchange.written import Options
from tests.exchange.told import NEWT, POND, TOAD, newt_and_toad, seen, told, visit

OPTIONS = Options(taxa={NEWT: Taxon(NEWT, NEWT, "Triturus cristatus", nom_vern="Triton crêté")})
SQUARE = shapely.box(2.80, 50.37, 2.81, 50.38)
LINE = shapely.LineString([(2.80, 50.37), (2.81, 50.38)])
replace = msgspec.structs.replace


def placed(number: int, **where: Any) -> Telling:
    place = Place(uid=f"place-{number}", name=f"mare {number}", **where)
    return newt_and_toad(number, place=place)


def write(path: Path, *tellings: Telling) -> list[Occurrence]:
    """Write the file and return what was noted, in order."""
    noted: list[Occurrence] = []
    assert geopackage.write(tellings, path, note=noted.append, options=OPTIONS) == len(noted)
    return noted


def read(path: Path, layer: str) -> tuple[dict[str, Any], Any, Mapping[str, Any]]:
    meta, _fids, shapes, fields = pyogrio.raw.read(path, layer=layer)
    return meta, None if shapes is None else shapely.from_wkb(shapes), dict(zip(meta["fields"], fields, strict=True))


def layers(path: Path) -> dict[str, str | None]:
    return {str(name): kind for name, kind in pyogrio.list_layers(path)}


def test_each_protocol_has_points_lines_and_polygons_in_both_projections(tmp_path: Path) -> None:
    bird = visit("v", protocol="banding")
    noted = write(
        tmp_path / "a.gpkg",
        placed(1, longitude=2.81, latitude=50.37),
        placed(2, wkt=SQUARE.wkt),
        placed(3, wkt=LINE.wkt),
        placed(4),
        told(bird, seen(bird, "b")),
    )
    found = layers(tmp_path / "a.gpkg")
    for name, kind in (
        ("pop_amphibiens_points", "Point"),
        ("pop_amphibiens_polygons", "MultiPolygon"),
        ("pop_amphibiens_lines", "MultiLineString"),
        ("banding_points", "Point"),
        ("places_points", "Point"),
        ("places_polygons", "MultiPolygon"),
        ("places_lines", "MultiLineString"),
    ):
        assert found.pop(f"{name}_2154") == kind
        assert found.pop(f"{name}_4326") == kind
    assert found == {"pop_amphibiens_unplaced": None, "places_unplaced": None, "layer_styles": None}
    assert sorted(one.uid for one in noted) == sorted(
        ["b", *(f"{kind}-{number}" for kind in ("newt", "toad") for number in (1, 2, 3, 4))]
    )


def test_both_projections_agree_to_a_centimetre(tmp_path: Path) -> None:
    write(tmp_path / "a.gpkg", *(placed(n, longitude=2.5 + n / 100, latitude=50.1 + n / 90) for n in range(40)))
    degrees_meta, degrees, _fields = read(tmp_path / "a.gpkg", "pop_amphibiens_points_4326")
    metres_meta, metres, _fields = read(tmp_path / "a.gpkg", "pop_amphibiens_points_2154")
    assert (degrees_meta["crs"], metres_meta["crs"]) == ("EPSG:4326", "EPSG:2154")
    expected = Transformer.from_crs(4326, 2154, always_xy=True).transform(*shapely.get_coordinates(degrees).T)
    assert np.abs(shapely.get_coordinates(metres) - np.column_stack(expected)).max() < 0.01
    assert shapely.get_coordinates(degrees)[0].tolist() == [2.5, 50.1]
    assert len(degrees) == len(metres) == 80


def test_a_row_says_what_the_flat_table_says(tmp_path: Path) -> None:
    event = visit()
    uncounted = seen(event, "b", TOAD, count_min=None, count_max=None, comment="")
    write(tmp_path / "a.gpkg", told(event, seen(event, "a", NEWT), uncounted))
    meta, _shapes, fields = read(tmp_path / "a.gpkg", "pop_amphibiens_points_2154")
    assert list(meta["fields"]) == [column.name for column in COLUMNS if column.name != "geometrie_wkt"]
    assert list(fields["identifiant"]) == ["a", "b"]
    assert list(fields["nom_francais"]) == ["Triton crêté", None]
    assert fields["date_debut"].astype(str).tolist() == ["2026-04-14", "2026-04-14"]
    assert fields["cd_nom"].tolist() == [NEWT, TOAD]
    assert fields["nombre_min"][0] == 2
    assert np.isnan(fields["nombre_min"][1])
    assert list(fields["commentaire"]) == ["sous la pierre secrète", None]
    assert fields["alti_min"].tolist() == [57.0, 57.0]


def test_each_place_is_there_once_whatever_came_of_it(tmp_path: Path) -> None:
    own = newt_and_toad(2)
    elsewhere = Place(uid="own", longitude=2.9, latitude=50.4)
    with_own = Telling(own.event, tuple(replace(one, place=elsewhere) for one in own.occurrences))
    write(tmp_path / "a.gpkg", newt_and_toad(1), newt_and_toad(3), with_own)
    _meta, _shapes, fields = read(tmp_path / "a.gpkg", "places_points_4326")
    assert list(fields["identifiant_lieu"]) == ["pond-uid"]
    assert list(fields["lieu"]) == [POND.name]


def test_an_outline_of_many_corners_stands_whole_among_the_places_and_roughly_in_the_rows(tmp_path: Path) -> None:
    circle = shapely.Point(2.8, 50.4).buffer(0.05, quad_segs=500)
    area = Place(uid="c", name="Vimy", wkt=circle.wkt, blurred="commune", longitude=2.8, latitude=50.4)
    write(tmp_path / "a.gpkg", newt_and_toad(place=area))
    for epsg in (2154, 4326):
        _meta, rows, _fields = read(tmp_path / "a.gpkg", f"pop_amphibiens_polygons_{epsg}")
        _meta, (whole,), _fields = read(tmp_path / "a.gpkg", f"places_polygons_{epsg}")
        assert shapely.get_num_coordinates(whole) == 2001
        assert shapely.get_num_coordinates(rows[0]) < 200
        assert rows[0].symmetric_difference(whole).area < whole.area / 50


def test_what_takes_several_pieces_is_what_takes_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tellings = [placed(n, longitude=2.5 + n / 100, latitude=50.1) for n in range(10)]
    write(tmp_path / "one.gpkg", *tellings)
    monkeypatch.setattr(geopackage, "PIECE", 3)
    noted = write(tmp_path / "many.gpkg", *tellings)
    assert len(noted) == len({one.uid for one in noted}) == 20
    for layer in layers(tmp_path / "one.gpkg"):
        _meta, shapes, fields = read(tmp_path / "many.gpkg", layer)
        _meta, expected, expected_fields = read(tmp_path / "one.gpkg", layer)
        assert shapes is None or shapely.equals_exact(shapes, expected).all()
        for name, values in fields.items():
            np.testing.assert_array_equal(values, expected_fields[name])


def test_the_same_data_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.gpkg", "b.gpkg"):
        (tmp_path / name[0]).mkdir()
        write(tmp_path / name[0] / "c.gpkg", newt_and_toad(), placed(2, wkt=SQUARE.wkt))
    assert (tmp_path / "a" / "c.gpkg").read_bytes() == (tmp_path / "b" / "c.gpkg").read_bytes()


def test_each_layer_has_its_style_for_qgis_with_the_words_of_its_columns(tmp_path: Path) -> None:
    write(tmp_path / "a.gpkg", newt_and_toad(), placed(2, wkt=SQUARE.wkt), placed(3))
    _meta, _shapes, styles = read(tmp_path / "a.gpkg", "layer_styles")
    spatial = {name for name, kind in layers(tmp_path / "a.gpkg").items() if kind}
    assert set(styles["f_table_name"]) == spatial
    assert set(styles["f_geometry_column"]) == {
        pyogrio.read_info(tmp_path / "a.gpkg", layer=table)["geometry_name"] for table in spatial
    }
    assert set(styles["f_table_schema"]) == {""}
    assert all(styles["useAsDefault"])
    for table, text in zip(styles["f_table_name"], styles["styleQML"], strict=True):
        qml = Xml.fromstring(text.partition("\n")[2])
        info = pyogrio.read_info(tmp_path / "a.gpkg", layer=table)
        assert [alias.get("field") for alias in qml.iter("alias")] == list(info["fields"])
        assert {symbol.get("type") for symbol in qml.iter("symbol")} == {
            "marker" if "points" in table else "fill"
        }  # fmt: skip


def test_nothing_at_all_still_is_a_geopackage(tmp_path: Path) -> None:
    assert write(tmp_path / "a.gpkg") == []
    assert layers(tmp_path / "a.gpkg")["places_points_4326"] == "Point"


def test_a_place_off_the_grid_has_no_geometry_in_lambert_93_and_its_row_stays(tmp_path: Path) -> None:
    write(tmp_path / "a.gpkg", placed(1, longitude=2.8, latitude=-90.0))
    _meta, metres, fields = read(tmp_path / "a.gpkg", "pop_amphibiens_points_2154")
    assert metres.tolist() == [None, None]
    assert len(fields["identifiant"]) == 2


def test_an_earlier_geopackage_is_written_anew_and_stays_where_the_new_one_fails(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    for telling in (newt_and_toad(1), newt_and_toad(2)):
        with written_together(path) as parts:
            write(parts.folder / path.name, telling)
            parts.publish()
    kept = path.read_bytes()
    assert list(read(path, "pop_amphibiens_points_4326")[2]["identifiant"]) == ["newt-2", "toad-2"]
    with pytest.raises(FileRefusedError, match="Impossible d’écrire"):
        geopackage.write([newt_and_toad()], tmp_path / "nowhere" / "a.gpkg", note=lambda _one: None, options=OPTIONS)
    assert path.read_bytes() == kept
