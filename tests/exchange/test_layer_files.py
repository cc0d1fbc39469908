"""Only files that hold maps get to GDAL, and no zip leads out of its folder or fills the disk."""

import json
import zipfile
from pathlib import Path

import pyogrio
import pytest

from fieldapp.core.errors import FileRefusedError
from fieldapp.exchange import layer_files
from fieldapp.exchange.layer_files import opened
from tests.exchange.map_files import communes, zipped

VRT = '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>'


@pytest.mark.parametrize("name", ["c.gpkg", "c.geojson", "c.shp"])
def test_the_three_kinds_of_maps_are_opened_where_they_lie(tmp_path: Path, name: str) -> None:
    path = communes(tmp_path / name)
    with opened(path) as found:
        assert found.path == path.resolve()
        assert found.parts == ()


@pytest.mark.parametrize("name", ["c.vrt", "c.geojson", "c.shp", "c.gpkg"])
def test_a_file_that_names_other_files_is_refused_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(VRT, encoding="utf-8")
    with pytest.raises(FileRefusedError, match="ni un GeoPackage"), opened(path):
        pass


@pytest.mark.parametrize("name", ["c.geojson", "c.json", "c.gdalg.json"])
@pytest.mark.parametrize("first", ["", '"type": "FeatureCollection", ', '"note": {"type": "Feature"}, '])
def test_a_pipeline_written_as_json_is_refused_before_it_reads_another_file(
    tmp_path: Path, name: str, first: str
) -> None:
    secret = communes(tmp_path / "ailleurs.geojson")
    path = tmp_path / name
    command = json.dumps(f"gdal vector pipeline ! read {secret} ! reproject --dst-crs EPSG:4326")
    path.write_text(f'{{{first}"type": "gdal_streamed_alg", "command_line": {command}}}', encoding="utf-8")
    with pytest.raises(FileRefusedError, match="ni un GeoPackage"), opened(path):
        pass


def test_gdal_itself_can_read_no_other_kind_once_a_map_was_opened(tmp_path: Path) -> None:
    with opened(communes(tmp_path / "c.geojson")):
        assert pyogrio.list_drivers().keys() == {"GPKG", "GeoJSON", "ESRI Shapefile", "MEM"}
    path = tmp_path / "pipeline.json"
    command = f"gdal vector pipeline ! read {tmp_path / 'c.geojson'}"
    path.write_text(json.dumps({"type": "gdal_streamed_alg", "command_line": command}), encoding="utf-8")
    with pytest.raises(pyogrio.errors.DataSourceError):
        pyogrio.list_layers(path)


def test_words_in_a_geojson_may_be_called_type_and_its_own_may_come_last(tmp_path: Path) -> None:
    path = tmp_path / "c.geojson"
    feature = '{"type": "Feature", "properties": {"type": "mare"}, "geometry": null}'
    path.write_text(f'{{"crs": {{"type": "name"}}, "features": [{feature}], "type": "FeatureCollection"}}')
    with opened(path) as found:
        assert found.path == path.resolve()


def test_an_address_of_gdal_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match="n’existe pas"), opened(Path("/vsicurl/https://example.org/c.gpkg")):
        pass


def test_a_database_that_is_no_geopackage_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "base.gpkg"
    path.write_bytes(b"SQLite format 3\0" + bytes(200))
    with pytest.raises(FileRefusedError, match="ni un GeoPackage"), opened(path):
        pass


def test_a_shapefile_without_its_companions_is_refused_with_their_names(tmp_path: Path) -> None:
    path = communes(tmp_path / "c.shp")
    path.with_suffix(".dbf").unlink()
    path.with_suffix(".prj").unlink()
    with pytest.raises(FileRefusedError, match=r"il manque \.dbf, \.prj"), opened(path):
        pass


def test_a_zip_gives_the_shapefile_that_was_chosen_and_leaves_nothing_behind(tmp_path: Path) -> None:
    first, second = communes(tmp_path / "a.shp"), communes(tmp_path / "b.shp")
    path = zipped(tmp_path / "c.zip", first, second, within="ADMIN/")
    with opened(path, "ADMIN/b") as found:
        assert found.parts == ("ADMIN/a", "ADMIN/b")
        assert found.path.read_bytes() == second.read_bytes()
        unpacked = found.path.parent
    assert not unpacked.exists()


def test_the_names_in_a_zip_lead_nowhere(tmp_path: Path) -> None:
    shapefile = communes(tmp_path / "a.shp")
    (tmp_path / "in").mkdir()
    path = zipped(tmp_path / "in" / "c.zip", shapefile, within="../../../")
    with opened(path) as found:
        assert sorted(file.stem for file in found.path.parent.iterdir()) == ["carte"] * 5
        assert not found.path.is_relative_to(tmp_path)


def test_a_zip_that_unpacks_to_more_than_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shapefile = communes(tmp_path / "a.shp")
    shapefile.with_suffix(".dbf").write_bytes(bytes(5_000_000))
    path = zipped(tmp_path / "c.zip", shapefile)
    assert path.stat().st_size < 50_000
    monkeypatch.setattr(layer_files, "LARGEST_BYTES", 1_000_000)
    with pytest.raises(FileRefusedError, match="trop gros"), opened(path):
        pass


def test_a_zip_without_a_shapefile_or_damaged_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.zip"
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("lisez-moi.txt", "rien")
    with pytest.raises(FileRefusedError, match="ne contient pas de Shapefile"), opened(empty):
        pass
    whole = zipped(tmp_path / "c.zip", communes(tmp_path / "a.shp"))
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(whole.read_bytes()[:-200])
    with pytest.raises(FileRefusedError, match="ne s’ouvre pas"), opened(damaged):
        pass
