"""Maps come in whole, in degrees, or are refused with what is wrong and where."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from fieldapp.core.errors import CancelledError, FileRefusedError
from fieldapp.exchange import layers
from fieldapp.exchange.layers import Wanted
from fieldapp.store import areas
from fieldapp.store.connection import Database
from tests.exchange.map_files import AVION, BOW_TIE, VIMY, communes, write_map, zipped

COLUMNS = {"code": "INSEE_COM", "name": "NOM"}


def wanted(path: Path, kind: str = "commune", **columns: str) -> Wanted:
    return Wanted(path, kind, "Communes", **(columns or COLUMNS))


def stored(db: Database) -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in areas.outlines(db)]


@pytest.mark.parametrize("name", ["c.gpkg", "c.geojson", "c.shp", "c.zip"])
def test_each_kind_of_file_brings_the_same_areas(db: Database, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if path.suffix == ".zip":
        zipped(path, communes(tmp_path / "c.shp"))
    else:
        communes(path)
    found = layers.inspect(path)
    assert (found.code, found.name, found.count) == ("INSEE_COM", "NOM", 2)
    assert layers.sample(wanted(path)) == [("62861", "Vimy"), ("62065", "Avion")]
    loaded = layers.load(db, wanted(path))
    assert loaded.count == 2
    assert stored(db) == [("62861", "Vimy"), ("62065", "Avion")]
    (area, _other) = areas.by_ids(db, [one.id for one in areas.outlines(db)])
    assert shapely.from_wkb(area.wkb).symmetric_difference(VIMY).area < 1e-12


def test_lambert_93_is_brought_to_degrees(db: Database, tmp_path: Path) -> None:
    to_metres = Transformer.from_crs(4326, 2154, always_xy=True).transform
    flat = shapely.transform(VIMY, lambda points: np.column_stack(to_metres(*points.T)))
    columns = {"INSEE_COM": ["62861"], "NOM": ["Vimy"]}
    layers.load(db, wanted(write_map(tmp_path / "c.gpkg", [flat], columns, crs="EPSG:2154")))
    (outline,) = areas.outlines(db)
    assert (outline.west, outline.south, outline.east, outline.north) == pytest.approx(VIMY.bounds, abs=1e-8)


@pytest.mark.parametrize(
    ("names", "code", "name"),
    [
        (("fid", "code_insee", "nom_officiel"), "code_insee", "nom_officiel"),
        (("INSEE_DEP", "INSEE_COM", "NOM_M", "NOM"), "INSEE_COM", "NOM"),
        (("ID_MNHN", "NOM_SITE", "url"), "ID_MNHN", "NOM_SITE"),
        (("code", "nom"), "code", "nom"),
        (("Libellé",), "", "Libellé"),
        (("truc",), "", ""),
    ],
)
def test_the_columns_of_code_and_name_are_guessed(tmp_path: Path, names: Sequence[str], code: str, name: str) -> None:
    path = write_map(tmp_path / "c.geojson", [VIMY], {column: ["x"] for column in names})
    found = layers.inspect(path)
    assert (found.code, found.name) == (code, name)


def test_a_code_that_was_kept_as_a_number_gets_its_zero_back(db: Database, tmp_path: Path) -> None:
    path = write_map(tmp_path / "c.geojson", [VIMY], {"insee": [1001], "nom": ["L’Abergement-Clémenciat"]})
    layers.load(db, wanted(path, code="insee", name="nom"))
    assert stored(db) == [("01001", "L’Abergement-Clémenciat")]


def test_of_a_file_with_several_layers_the_chosen_one_is_read(db: Database, tmp_path: Path) -> None:
    path = write_map(tmp_path / "c.gpkg", [shapely.Point(2.8, 50.4)], {"nom": ["a"]}, layer="points")
    communes(path, layer="communes", append=True)
    write_map(path, [AVION], {"nom": ["zone"]}, layer="zones", append=True)
    assert layers.inspect(path).parts == ("communes", "zones")
    assert layers.inspect(path, "zones").columns == ("nom",)
    layers.load(db, Wanted(path, "other", "Zones", part="zones", name="nom"))
    assert stored(db) == [("", "zone")]


def test_a_new_file_takes_the_place_of_the_map_of_its_kind_and_title(db: Database, tmp_path: Path) -> None:
    layers.load(db, wanted(communes(tmp_path / "a.gpkg")))
    columns = {"INSEE_COM": ["62861"], "NOM": ["Vimy"]}
    layers.load(db, wanted(write_map(tmp_path / "b.gpkg", [VIMY], columns)))
    assert [(one.file_name, one.count) for one in areas.layers(db)] == [("b.gpkg", 1)]


REFUSED: Mapping[str, tuple[Sequence[Any], Mapping[str, Sequence[object]], str | None, str]] = {
    "crossing": ([VIMY, BOW_TIE], {"INSEE_COM": ["1", "62861"], "NOM": ["a", "Nœud"]}, "EPSG:4326",
                 r"« Nœud » \(62861\) n’est pas une zone correcte : son contour se croise, vers 50\.37500, 2\.80000"),
    "points": ([shapely.Point(2.8, 50.4)], {"INSEE_COM": ["62861"], "NOM": ["a"]}, "EPSG:4326", "points ou des lignes"),
    "a line among them": ([VIMY, shapely.LineString([(2, 50), (3, 50)])],
                          {"INSEE_COM": ["62861", "62065"], "NOM": ["a", "fil"]}, "EPSG:4326",
                          r"« fil » \(62065\) n’est pas un polygone"),
    "no outline": ([VIMY, None], {"INSEE_COM": ["62861", "62065"], "NOM": ["a", "vide"]}, "EPSG:4326",
                   r"« vide » \(62065\) n’est pas un polygone"),
    "nothing": ([], {"INSEE_COM": [], "NOM": []}, "EPSG:4326", "aucune zone"),
    "metres as degrees": ([shapely.box(686000, 7030000, 687000, 7031000)], {"INSEE_COM": ["62861"], "NOM": ["Vimy"]},
                          "EPSG:4326", "hors du globe"),
    "no projection": ([VIMY], {"INSEE_COM": ["62861"], "NOM": ["Vimy"]}, None, "dans quelle projection"),
    "strange code": ([VIMY], {"INSEE_COM": ["Vimy"], "NOM": ["62861"]}, "EPSG:4326", "code INSEE des communes"),
}  # fmt: skip


@pytest.mark.parametrize("why", list(REFUSED))
def test_what_is_wrong_is_said_and_the_map_before_stays(db: Database, tmp_path: Path, why: str) -> None:
    layers.load(db, wanted(communes(tmp_path / "before.gpkg")))
    shapes, columns, crs, sentence = REFUSED[why]
    columns = {**columns, "INSEE_COM": [code if code != "1" else "62498" for code in columns["INSEE_COM"]]}
    path = write_map(tmp_path / "c.gpkg", shapes, columns, crs=crs)
    with pytest.raises(FileRefusedError, match=sentence):
        layers.load(db, wanted(path))
    assert [one.file_name for one in areas.layers(db)] == ["before.gpkg"]


def test_points_alone_are_refused_when_the_file_is_looked_at(tmp_path: Path) -> None:
    path = write_map(tmp_path / "c.gpkg", [shapely.Point(2.8, 50.4)], {"nom": ["a"]})
    with pytest.raises(FileRefusedError, match="points ou des lignes"):
        layers.inspect(path)


@pytest.mark.parametrize("ending", ["geojson", "gpkg"])
def test_metres_without_a_projection_are_refused_when_the_file_is_looked_at(tmp_path: Path, ending: str) -> None:
    metres = shapely.box(690_000, 7_030_000, 691_000, 7_031_000)
    path = write_map(tmp_path / f"c.{ending}", [metres], {"INSEE_COM": ["62861"], "NOM": ["Vimy"]}, crs=None)
    with pytest.raises(FileRefusedError, match="ne dit pas dans quelle projection"):
        layers.sample(wanted(path))


def test_a_file_of_too_many_areas_or_corners_is_refused(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = communes(tmp_path / "c.gpkg")
    monkeypatch.setattr(layers, "MOST_AREAS", 1)
    with pytest.raises(FileRefusedError, match="plus de 1 objets"):
        layers.load(db, wanted(path))
    monkeypatch.setattr(layers, "MOST_AREAS", 2)
    monkeypatch.setattr(layers, "MOST_VERTICES", 9)
    with pytest.raises(FileRefusedError, match="trop détaillé"):
        layers.load(db, wanted(path))


@pytest.mark.parametrize("content", [b"{", b'{"type": "FeatureCollection", "features": 3}', b"{}"])
def test_a_damaged_file_is_refused(db: Database, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "c.geojson"
    path.write_bytes(content)
    with pytest.raises(FileRefusedError):
        layers.inspect(path)


def test_a_cancelled_load_changes_nothing(db: Database, tmp_path: Path) -> None:
    layers.load(db, wanted(communes(tmp_path / "before.gpkg")))

    def cancel(_done: int, _of: int) -> None:
        raise CancelledError("")

    with pytest.raises(CancelledError):
        layers.load(db, wanted(communes(tmp_path / "after.gpkg")), cancel)
    assert [one.file_name for one in areas.layers(db)] == ["before.gpkg"]


def test_progress_says_how_many_areas_are_read_of_how_many(db: Database, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    layers.load(db, wanted(communes(tmp_path / "c.gpkg")), lambda done, of: told.append((done, of)))
    assert told == [(0, 2), (2, 2)]
