"""What is refused of a file, whole: damaged, lying, strange, dangerous."""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp.core.errors import CancelledError, FieldappError
from fieldapp.core.ids import new_uid
from fieldapp.store import incoming
from fieldapp.sync import bundle, bundle_file, bundle_reading, wire
from fieldapp.sync.bundle_file import Member, ParcelRefusedError
from tests.store.ponds import make
from tests.sync.laptops import Laptop, Maker, evening


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Maker]:
    made: list[Laptop] = []

    def make_one(name: str) -> Laptop:
        made.append(Laptop(tmp_path, name))
        return made[-1]

    yield make_one
    for one in made:
        one.db.close()


Told = Callable[[dict[str, bytes], dict[str, Any]], object]


def rewritten(path: Path, change: Told, **packing: Any) -> Path:
    """Write the archive anew with other members and another manifest, as somebody who means harm would."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist() if name != bundle_file.MANIFEST}
        manifest = json.loads(archive.read(bundle_file.MANIFEST))
    change(members, manifest)
    target = path.with_name(f"autre-{path.name}")
    with zipfile.ZipFile(target, "w", **packing) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.writestr(bundle_file.MANIFEST, json.dumps(manifest))
    return target


def retold(path: Path, change: Callable[[wire.Request], wire.Request]) -> Path:
    """Write the archive anew with another first message, its digest right."""

    def other(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        data = wire.pack(change(wire.unpack(members["changes-0001.bin"], wire.Request)))
        members["changes-0001.bin"] = data
        digest = hashlib.sha256(data).hexdigest()
        manifest["members"]["changes-0001.bin"] = msgspec.to_builtins(Member(len(data), digest))

    return rewritten(path, other)


# ------------------------------------------------------------------------------------------- what is refused


def test_progress_reaches_its_end_both_ways(laptop: Maker) -> None:
    a, b = laptop("a"), laptop("b")
    a.save(*evening())
    told: list[tuple[int, int]] = []
    path = a.export(progress=lambda done, of: told.append((done, of)))
    assert told[-1] == (10, 10)
    bundle.import_(b.db, path, progress=lambda done, of: told.append((done, of)))
    assert told[-1] == (20, 20)


def test_a_cancelled_import_takes_nothing(laptop: Maker) -> None:
    a, b = laptop("a"), laptop("b")
    a.save(*evening())
    path = a.export()
    before = b.everything()
    for after in (0, 1):
        asked = iter([False] * after + [True] * 9)
        with pytest.raises(CancelledError):
            bundle.import_(b.db, path, cancelled=lambda asked=asked: next(asked))  # type: ignore[misc]
        assert b.everything() == before


def refused(one: Laptop, path: Path, words: str, kind: type[FieldappError] = ParcelRefusedError) -> None:
    """Assert that a file is refused with these words, and that nothing of it is left."""
    before = one.everything()
    with pytest.raises(kind, match=words):
        one.read(path)
    assert one.everything() == before
    assert list(one.folder.glob("*-photos/**/*.*")) == []


def test_what_is_no_file_of_ours_is_refused(laptop: Maker, tmp_path: Path) -> None:
    b = laptop("b")
    text, empty, plain = tmp_path / "t.txt", tmp_path / "e.fieldbatch", tmp_path / "z.zip"
    text.write_text("bonjour")
    empty.write_bytes(b"")
    with zipfile.ZipFile(plain, "w"):
        pass
    for path in (text, empty, plain):
        refused(b, path, "n’est pas un envoi")
    refused(b, tmp_path / "absent.fieldbatch", "ne se laisse pas lire")
    refused(b, tmp_path, "ne se laisse pas lire")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda _m, told: told.update(changes=11), "pas ce qu’il annonce"),
        (lambda _m, told: told["protocols"]["ponds"].update(records=9), "pas ce qu’il annonce"),
        (lambda _m, told: told["protocols"]["ponds"].update(visits=9), "pas ce qu’il annonce"),
        (lambda _m, told: told["protocols"].clear(), "pas ce qu’il annonce"),
        (lambda _m, told: told["members"].clear(), "pas ce qu’il annonce"),
        (lambda _m, told: told["members"]["changes-0001.bin"].update(size=1), "pas ce qu’il annonce"),
        (lambda _m, told: told["members"]["changes-0001.bin"].update(sha256="0" * 64), "abîmé"),
        (lambda _m, told: told.update(parcel="x"), "pas ce qu’il annonce"),
        (lambda _m, told: told.update(last=2**70), "pas ce qu’il annonce|abîmé"),
        (lambda _m, told: told.pop("device"), "abîmé"),
        (lambda _m, told: told.update(format=2), "plus récente"),
        (lambda _m, told: told["protocols"]["ponds"].update(version="1.10"), "plus récent .*ponds 1.10"),
        (lambda _m, told: told["protocols"].update(bats=told["protocols"]["ponds"]), "plus récent"),
        (lambda m, _told: m.update({"../../boum.txt": b"x"}), "inattendu"),
        (lambda m, _told: m.update({"/etc/passwd": b"x"}), "inattendu"),
        (lambda m, _told: m.update({"photos/../x.jpg": b"x"}), "inattendu"),
        (lambda m, _told: m.update({"photos\\x.jpg": b"x"}), "inattendu"),
        (lambda m, _told: m.update({"lisez-moi.txt": b"x"}), "inattendu"),
        (lambda m, _told: m.update({"changes-0002.bin": m["changes-0001.bin"]}), "pas ce qu’il annonce"),
        (lambda m, _told: m.pop("changes-0001.bin"), "pas ce qu’il annonce"),
        (lambda m, _told: m.update({"changes-0001.bin": m["changes-0001.bin"][:-1] + b"!"}), "abîmé"),
    ],
)
def test_a_file_that_lies_is_refused(laptop: Maker, change: Told, words: str) -> None:
    a, b = laptop("a"), laptop("b")
    a.save(*evening())
    path = a.export()
    refused(b, rewritten(path, change), words)


def test_bombs_are_refused_before_they_go_off(laptop: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = laptop("a"), laptop("b")
    a.save(*evening())
    path = a.export()
    packed = rewritten(path, lambda _members, _told: None, compression=zipfile.ZIP_DEFLATED)
    refused(b, packed, "pas ce qu’il annonce")
    monkeypatch.setattr(bundle_file, "MAX_MANIFEST_BYTES", 1000)
    blown = rewritten(path, lambda _m, told: told.update(who=" " * 100_000), compression=zipfile.ZIP_DEFLATED)
    refused(b, blown, "pas ce qu’il annonce")
    monkeypatch.undo()
    monkeypatch.setattr(wire, "MAX_BYTES", 1000)
    refused(b, path, "abîmé")


def test_members_that_overlap_are_refused(laptop: Maker) -> None:
    a, b = laptop("a"), laptop("b")
    a.save(*evening())
    path = a.export()
    target = path.with_name("overlap.fieldbatch")
    with zipfile.ZipFile(path) as archive:
        data = archive.read("changes-0001.bin")
        manifest = json.loads(archive.read(bundle_file.MANIFEST))
    member = manifest["members"]["changes-0001.bin"]
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("changes-0001.bin", data)
        first = archive.infolist()[0]
        for number in range(2, 200):
            other = zipfile.ZipInfo(f"changes-{number:04}.bin")
            other.header_offset, other.CRC = first.header_offset, first.CRC
            other.file_size = other.compress_size = first.file_size
            archive.filelist.append(other)
            manifest["members"][other.filename] = member
        archive.writestr(bundle_file.MANIFEST, json.dumps(manifest))
    refused(b, target, "pas ce qu’il annonce|abîmé")


@pytest.mark.parametrize(
    "other",
    [
        {"uid": "pas un uid"},
        {"record": "x'; DROP TABLE record"},
        {"visit": ""},
        {"base": ("a b",)},
        {"after": msgspec.Raw(b"[]")},
        {"after": msgspec.Raw(b'"texte"')},
        {"after": msgspec.Raw(b'{"_deleted":3}')},
        {"after": msgspec.Raw(b'{"_parent":["x"]}')},
        {"after": msgspec.Raw(b'{"x":' + b"[" * 1_500 + b"]" * 1_500 + b"}")},
        {"after": msgspec.Raw(b'{"x":' + b"[" * 90_000 + b"]" * 90_000 + b"}")},
        {"before": msgspec.Raw(b"3")},
        {"before": msgspec.Raw(b"{}")},
        {"entity": "visit", "after": msgspec.Raw(b'{"visited_on":3}')},
        {"entity": "seen", "after": msgspec.Raw(b'{"cd_nom":36893488147419103232}')},
        {"entity": "seen", "after": msgspec.Raw(b'{"cd_nom":true}')},
        {"after": msgspec.Raw(b'{"name":"' + b"x" * wire.MAX_VALUE_BYTES + b'"}')},
    ],
)
def test_senseless_changes_with_the_right_digest_are_refused(laptop: Maker, other: dict[str, Any]) -> None:
    a, b = laptop("a"), laptop("b")
    a.save(*evening())

    def spoiled(request: wire.Request) -> wire.Request:
        first = msgspec.structs.replace(request.changes[0], **other)
        return msgspec.structs.replace(request, changes=[first, *request.changes[1:]])

    refused(b, retold(a.export(), spoiled), "abîmé|annonce|pas ici", FieldappError)


def test_a_record_is_never_taken_for_one_of_another_kind(laptop: Maker) -> None:
    a, b = laptop("a"), laptop("b")
    group = make("group", name="Bois")
    a.save(group)
    b.save(group)
    a.edit(group.uid, name="Forêt")

    def as_site(request: wire.Request) -> wire.Request:
        changed = [msgspec.structs.replace(change, entity="site") for change in request.changes]
        return msgspec.structs.replace(request, changes=changed)

    refused(b, retold(a.export(), as_site), "abîmé")


def test_a_record_below_itself_is_refused(laptop: Maker) -> None:
    a, b = laptop("a"), laptop("b")
    a.save(*evening(visits=0))

    def ring(request: wire.Request) -> wire.Request:
        first = request.changes[0]
        after = msgspec.Raw(json.dumps({"_parent": first.record, "name": "x"}).encode())
        return msgspec.structs.replace(
            request, changes=[msgspec.structs.replace(first, after=after), *request.changes[1:]]
        )

    refused(b, retold(a.export(), ring), "ne sont pas ici", incoming.IncompleteError)


def test_what_follows_a_change_that_is_nowhere_is_refused_whole(laptop: Maker) -> None:
    a, b = laptop("a"), laptop("b")
    rows = evening()
    a.save(*rows)
    a.export("1")
    a.edit(rows[1].uid, name="Grande mare")
    second = a.export("2", since_last=True)
    alone = rewritten(second, lambda _m, told: told.update(previous=""))
    refused(b, alone, "ne sont pas ici", incoming.IncompleteError)


def test_a_newer_version_inside_is_refused_even_when_the_manifest_hides_it(laptop: Maker) -> None:
    a, b = laptop("a"), laptop("b")
    a.save(*evening())

    def newer(request: wire.Request) -> wire.Request:
        last = msgspec.structs.replace(request.changes[-1], version="2.0")
        return msgspec.structs.replace(request, changes=[*request.changes[:-1], last])

    refused(b, retold(a.export(), newer), "plus récent .*ponds 2.0")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[Any]]:
    """Return the bytes of a good file, and the records that it makes."""
    one = Laptop(tmp_path_factory.mktemp("whole"), "a")
    one.save(*evening(visits=1, seen=1))
    found = one.export().read_bytes(), one.state()
    one.db.close()
    return found


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_happened_to_the_bytes_they_are_refused_with_a_sentence_or_are_what_was_written(
    tmp_path: Path, whole: tuple[bytes, list[Any]], data: st.DataObject
) -> None:
    content, state = whole
    damaged = bytearray(content)
    kind = data.draw(st.sampled_from(["cut", "flip", "zero", "insert"]))
    place = data.draw(st.integers(0, len(content) - 1))
    if kind == "cut":
        del damaged[place:]
    elif kind == "flip":
        damaged[place] ^= data.draw(st.integers(1, 255))
    elif kind == "zero":
        damaged[place : place + 64] = bytes(len(damaged[place : place + 64]))
    else:
        damaged[place:place] = data.draw(st.binary(min_size=1, max_size=40))
    path = tmp_path / "x.fieldbatch"
    path.write_bytes(damaged)
    folder = tmp_path / new_uid()
    one = Laptop(folder, "b")
    try:
        before = one.everything()
        said = ""
        try:
            one.read(path)
        except FieldappError as error:
            said = str(error)
        if said:
            assert one.everything() == before
        else:
            assert one.state() == state
    finally:
        one.db.close()
        shutil.rmtree(folder)


def test_a_file_that_changes_between_its_two_readings_is_found_out(
    laptop: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = laptop("a"), laptop("b")
    a.save(*evening(visits=300))
    path = a.export()
    real = bundle_reading._Import._verified

    def then_damaged(work: Any) -> set[str]:
        found = real(work)
        content = bytearray(path.read_bytes())
        content[20_000] ^= 1
        path.write_bytes(content)
        return found

    monkeypatch.setattr(bundle_reading._Import, "_verified", then_damaged)
    refused(b, path, "abîmé")
