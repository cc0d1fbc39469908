import io
import zipfile
from pathlib import Path

import pytest

from fieldapp.sync import bundle_file, wire
from fieldapp.sync.bundle_file import Manifest, ParcelRefusedError, Writer

REQUEST = wire.Request(replica="r")


def written(path: Path, parts: int = 1) -> Manifest:
    with path.open("wb") as file:
        writer = Writer(file)
        for _part in range(parts):
            writer.add_part(REQUEST)
        manifest = Manifest(
            program="1", parcel="p", device="d", made_at="", first=1, last=2, changes=0, members=writer.members
        )
        writer.close(manifest)
    return manifest


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.fieldbatch"
    manifest = written(path, 3)
    with bundle_file.opened(path) as reader:
        assert reader.manifest == manifest
        assert reader.parts == ["changes-0001.bin", "changes-0002.bin", "changes-0003.bin"]
        assert [reader.part(name) for name in reader.parts] == [REQUEST] * 3
        assert reader.photos == {}


def test_a_person_can_look_into_it_with_any_program_for_zips(tmp_path: Path) -> None:
    path = tmp_path / "a.fieldbatch"
    written(path)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert b'"parcel": "p"' in archive.read("manifest.json")


def test_an_archive_that_came_to_nothing_writes_nothing_more() -> None:
    file = io.BytesIO()
    writer = Writer(file)
    writer.add_part(REQUEST)
    before = file.getvalue()
    writer.drop()
    del writer
    assert file.getvalue() == before


def test_a_later_message_in_a_file_asks_for_a_newer_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.fieldbatch"
    with monkeypatch.context() as later:
        later.setattr(wire, "FORMAT", wire.FORMAT + 1)
        with path.open("wb") as file:
            writer = Writer(file)
            writer.add_part(wire.Request(format=wire.FORMAT, replica="r"))
            told = Manifest(program="", parcel="", device="", made_at="", first=0, last=0, changes=0)
            writer.close(
                Manifest(**{name: getattr(told, name) for name in told.__struct_fields__} | {"members": writer.members})
            )
    with bundle_file.opened(path) as reader, pytest.raises(ParcelRefusedError, match="plus récente"):
        reader.part("changes-0001.bin")
