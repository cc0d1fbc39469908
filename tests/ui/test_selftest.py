"""The self-test of the frozen program: it reads back what it writes, and fails where a file lacks something."""

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.exchange import demo, formats
from fieldapp.exchange.formats import Format, Source
from fieldapp.store.connection import Database
from fieldapp.store.opening import open_for_use
from fieldapp.ui import selftest_files
from fieldapp.ui.selftest_files import SelfTestError

COMMON = {form.code: form for form in formats.COMMON}


@pytest.fixture
def ponds(tmp_path: Path) -> Iterator[Database]:
    """Give a database with the demonstration season of the ponds."""
    with open_for_use(tmp_path / "fieldapp.db", protocols.installed()) as db:
        demo.take(db, demo.PONDS)
        yield db


def test_every_common_format_and_a_map_are_written_and_read_back(ponds: Database, tmp_path: Path) -> None:
    said = list(selftest_files.steps(ponds, tmp_path))
    # 389 rows as in the sample's description; GeoNature's Monitoring takes less, its test says why.
    for code in ("sinp", "csv", "xlsx", "gpkg", "dwca"):
        assert f"file: 389 rows of {code}, read back" in said
    assert len(said) == len(COMMON) + 1
    assert said[-1].startswith("map: ")


def spoilt(code: str, spoil: Callable[[Path], object]) -> Format:
    """Return the format whose files are spoilt after they were written."""
    form = COMMON[code]

    def write(source: Source, path: Path) -> int:
        rows = form.write(source, path)
        spoil(path)
        return rows

    return replace(form, is_text=False, write=write)


def without_last_line(path: Path) -> None:
    path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")


def without_metadata(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        rest = {name: archive.read(name) for name in archive.namelist() if name != "eml.xml"}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in rest.items():
            archive.writestr(name, content)


def moved(path: Path) -> None:
    """Swap the axes of a layer in Lambert-93, as a library without its tables of axes would."""
    import pyogrio
    import shapely
    from pyogrio import raw

    layer = "pop_amphibiens_points_2154"
    _meta, _fids, shapes, _fields = raw.read(path, layer=layer, columns=[])
    swapped = shapely.to_wkb(shapely.transform(shapely.from_wkb(shapes), lambda pairs: pairs[:, ::-1]))
    raw.write(path, swapped, [], [], layer=layer, geometry_type="Point", crs="EPSG:2154", driver="GPKG", append=False)
    assert layer in pyogrio.list_layers(path)[:, 0]


@pytest.mark.parametrize(
    ("code", "spoil"),
    [("sinp", without_last_line), ("csv", without_last_line), ("dwca", without_metadata), ("gpkg", moved)],
)
def test_a_file_that_lacks_something_fails(
    ponds: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, spoil: Callable[[Path], object]
) -> None:
    monkeypatch.setattr(formats, "COMMON", (spoilt(code, spoil),))
    with pytest.raises(SelfTestError):
        list(selftest_files.steps(ponds, tmp_path))


def test_no_format_is_handed_out_unread() -> None:
    assert set(selftest_files.READERS) == set(COMMON)
