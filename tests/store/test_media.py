import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from fieldapp import protocols
from fieldapp.core import paths
from fieldapp.core.errors import DatabaseError, FileRefusedError
from fieldapp.core.record import make_record
from fieldapp.protocols.pitfall_barrier.schema import CODE, OBSERVATION, PHOTO, SITE, VISIT
from fieldapp.store import disk, integrity, media, pictures, records
from fieldapp.store.connection import Author, Database
from fieldapp.store.opening import open_for_use
from tests.store.photographs import photograph


@pytest.fixture
def db(path: Path) -> Iterator[Database]:
    """Return an empty database of the program's own protocols."""
    with open_for_use(path, protocols.installed(), Author("person-1", "laptop-1")) as opened:
        yield opened


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def named(db: Database, sha256: str) -> None:
    """Save a catch with a record of this photo."""
    site = make_record(CODE, SITE, {"site_name": "Mare", "commune": "Vimy"}, None)
    visit = make_record(CODE, VISIT, {"check_on": "2026-03-18", "state": "checked", "observers": ["a"]}, site.uid)
    values = {"bucket": "6", "cd_nom": 139, "count": 1, "direction": "in", "vitality": "alive"}
    caught = make_record(CODE, OBSERVATION, values, visit.uid)
    photo = make_record(CODE, PHOTO, {"sha256": sha256, "file_name": "IMG_1.JPG"}, caught.uid)
    records.save(db, [site, visit, caught, photo], "matin")


def test_a_photo_is_kept_byte_for_byte_under_its_hash_with_what_it_says(db: Database, tmp_path: Path) -> None:
    file = photograph(tmp_path / "carte" / "IMG_0042.JPG", taken="2026:03:18 07:41:00", turned=6)
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    kept = media.keep(db, file)
    sha256 = sha256_of(file)
    assert (kept.sha256, kept.mime, kept.width, kept.height) == (sha256, "image/jpeg", 640, 480)
    assert (kept.taken_at, kept.file_name) == ("2026-03-18T07:41:00", "IMG_0042.JPG")
    assert kept.path == db.path.parent / "fieldapp-photos" / sha256[:2] / f"{sha256}.jpg"
    assert kept.path.read_bytes() == before[0]
    assert kept.size == len(before[0])
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before
    assert media.get(db, sha256) == kept
    assert media.path_of(db, sha256) == kept.path


def test_the_same_file_under_another_name_is_the_same_photo(db: Database, tmp_path: Path) -> None:
    first = media.keep(db, photograph(tmp_path / "a.jpg"))
    shutil.copy(tmp_path / "a.jpg", tmp_path / "b.jpg")
    assert media.keep(db, tmp_path / "b.jpg") == first
    assert db.value("SELECT count(*) FROM media") == 1
    assert len(list(media.files_in(paths.media_folder(db.path)))) == 1


def test_a_file_too_large_is_refused_and_nothing_is_kept(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "MAX_BYTES", 1024 * 1024)
    (tmp_path / "a.tif").write_bytes(bytes(1024 * 1024 + 1))
    with pytest.raises(FileRefusedError, match=r"« a.tif » dépasse 1 Mo"):
        media.keep(db, tmp_path / "a.tif")
    assert not paths.media_folder(db.path).exists()


def test_the_limit_leaves_room_for_every_camera() -> None:
    assert pictures.MAX_BYTES == 50 * 1024 * 1024


@pytest.mark.parametrize("name", ["absent.jpg", "."])
def test_a_file_that_cannot_be_read_is_said(db: Database, tmp_path: Path, name: str) -> None:
    with pytest.raises(FileRefusedError, match=r"ne se laisse pas lire"):
        media.keep(db, tmp_path / name)


def test_what_is_no_photo_leaves_nothing(db: Database, tmp_path: Path) -> None:
    (tmp_path / "notes.jpg").write_text("mardi, pluie")
    with pytest.raises(FileRefusedError, match=r"notes.jpg"):
        media.keep(db, tmp_path / "notes.jpg")
    assert db.value("SELECT count(*) FROM media") == 0
    assert not paths.media_folder(db.path).exists()


def test_a_full_disk_is_said_and_nothing_is_kept(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = photograph(tmp_path / "a.jpg")
    monkeypatch.setattr(disk, "SPARE_BYTES", 1 << 60)
    with pytest.raises(DatabaseError, match=r"Libérez de la place"):
        media.keep(db, file)
    assert db.value("SELECT count(*) FROM media") == 0
    assert [path for path in paths.media_folder(db.path).rglob("*") if path.is_file()] == []


def test_a_folder_that_cannot_be_written_is_said(db: Database, tmp_path: Path) -> None:
    file = photograph(tmp_path / "a.jpg")
    paths.media_folder(db.path).write_text("a file stands in the way")
    with pytest.raises(DatabaseError, match=r"vérifiez vos droits, puis recommencez ; les relevés sont intacts"):
        media.keep(db, file)
    assert db.value("SELECT count(*) FROM media") == 0


def test_a_disk_that_gives_back_other_bytes_is_noticed(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = photograph(tmp_path / "a.jpg")
    written = Path.write_bytes
    monkeypatch.setattr(Path, "write_bytes", lambda self, data: written(self, data[:-1] + b"\0"))
    with pytest.raises(DatabaseError, match=r"n’a pas pu être écrite"):
        media.keep(db, file)
    assert [path for path in paths.media_folder(db.path).rglob("*") if path.is_file()] == []


def test_a_crash_between_file_and_row_leaves_a_photo_that_is_taken_up(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = photograph(tmp_path / "a.jpg", taken="2026:03:18 07:41:00")

    def crash(*_any: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(media, "_add_row", crash)
        with pytest.raises(KeyboardInterrupt):
            media.keep(db, file)
    sha256 = sha256_of(file)
    assert media.get(db, sha256) is None
    assert media.take_up(db) == [sha256]
    found = media.get(db, sha256)
    assert found is not None
    assert (found.taken_at, found.path.is_file()) == ("2026-03-18T07:41:00", True)
    assert media.take_up(db) == []
    assert integrity.check(db).problems == []


def test_a_file_that_is_not_what_its_name_says_is_not_taken_up(db: Database, tmp_path: Path) -> None:
    wrong = paths.media_folder(db.path) / "ab" / f"{'ab' * 32}.jpg"
    photograph(wrong)
    assert media.take_up(db) == []
    assert wrong.exists()


def test_an_unfinished_file_is_swept_away_after_a_day_and_not_before(db: Database, tmp_path: Path) -> None:
    folder = paths.media_folder(db.path) / "ab"
    folder.mkdir(parents=True)
    old, young = folder / f".old{media.PARTIAL}", folder / f".young{media.PARTIAL}"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (1_000_000_000, 1_000_000_000))
    media.take_up(db)
    assert (old.exists(), young.exists()) == (False, True)


def test_a_photo_whose_file_is_gone_is_missing_and_the_check_says_what_to_do(db: Database, tmp_path: Path) -> None:
    kept = media.keep(db, photograph(tmp_path / "IMG_7.JPG"))
    named(db, "cd" * 32)
    assert media.missing(db) == ["cd" * 32]
    kept.path.unlink()
    assert media.missing(db) == sorted([kept.sha256, "cd" * 32])
    report = integrity.check(db)
    assert report.photos == 2
    assert sorted(report.problems) == sorted(
        [
            f"Photo « IMG_7.JPG » : le fichier {kept.path} manque. Ajoutez de nouveau la photo d’origine, ou restaurez "
            "une sauvegarde qui l’a.",
            f"Photo « IMG_1.JPG » : le fichier {kept.path.parent.parent / 'cd' / ('cd' * 32 + '.jpg')} manque. Ajoutez "
            "de nouveau la photo d’origine, ou restaurez une sauvegarde qui l’a.",
        ]
    )


def test_a_damaged_photo_is_found_and_adding_it_again_mends_it(db: Database, tmp_path: Path) -> None:
    file = photograph(tmp_path / "IMG_7.JPG")
    kept = media.keep(db, file)
    kept.path.write_bytes(kept.path.read_bytes()[:-5] + b"xxxxx")
    assert [fault and fault.missing for fault in media.verify(db)] == [False]
    assert "IMG_7.JPG » : le fichier" in integrity.check(db).problems[0]
    assert "est abîmé" in integrity.check(db).problems[0]
    assert media.keep(db, file).path.read_bytes() == file.read_bytes()
    assert list(media.verify(db)) == [None]


@pytest.mark.parametrize("text", ["", "..", "../../etc/passwd", "AB" * 32, "ab" * 31, "ab" * 32 + "/x", "é" * 64])
def test_only_a_hash_ever_becomes_part_of_a_path(db: Database, text: str) -> None:
    assert not media.is_sha256(text)
    assert media.path_of(db, text) is None
    assert media.thumbnail_of(db, text, 96) is None


def test_a_small_copy_is_made_once_in_a_folder_that_may_be_deleted(db: Database, tmp_path: Path) -> None:
    kept = media.keep(db, photograph(tmp_path / "a.jpg", turned=6))
    small = media.thumbnail_of(db, kept.sha256, 100)
    assert small is not None
    with Image.open(small) as image:
        assert image.size == (144, 192)
    made_at = small.stat().st_mtime_ns
    assert media.thumbnail_of(db, kept.sha256, 192) == small
    assert small.stat().st_mtime_ns == made_at
    shutil.rmtree(paths.thumbnail_folder(db.path))
    assert media.thumbnail_of(db, kept.sha256, 100) == small
    assert small.is_file()
    assert [path.name for path in small.parent.iterdir()] == [small.name]


def test_a_photo_that_cannot_be_decoded_any_more_has_no_small_copy(db: Database, tmp_path: Path) -> None:
    kept = media.keep(db, photograph(tmp_path / "a.jpg"))
    kept.path.write_bytes(b"gone")
    assert media.thumbnail_of(db, kept.sha256, 96) is None
    assert media.thumbnail_of(db, "ab" * 32, 96) is None


# ---------------------------------------------------------------------------------------- photos from peers


def test_a_small_copy_from_a_peer_is_shown_while_the_photo_is_missing(db: Database, tmp_path: Path) -> None:
    small = photograph(tmp_path / "small.jpg", size=(96, 72)).read_bytes()
    file = photograph(tmp_path / "a.jpg")
    sha256 = sha256_of(file)
    assert media.small_copy(db.path, sha256, 384) is None
    media.keep_thumbnail(db, sha256, small)
    shown = media.small_copy(db.path, sha256, 384)
    assert shown is not None
    assert shown.read_bytes() == small
    assert media.missing(db) == []
    media.keep(db, file)
    assert media.small_copy(db.path, sha256, 384) != shown


def test_a_small_copy_from_a_peer_that_is_none_is_refused(db: Database, tmp_path: Path) -> None:
    large = photograph(tmp_path / "large.jpg", size=(4000, 10))
    other_kind = photograph(tmp_path / "small.png", size=(96, 72))
    for data in (large.read_bytes(), other_kind.read_bytes(), b"", b"words"):
        with pytest.raises(FileRefusedError):
            media.keep_thumbnail(db, "ab" * 32, data)
    assert media.received_thumbnail(db.path, "ab" * 32) is None


@pytest.mark.parametrize(
    ("here", "pieces", "left"), [(0, 0, 0), (9, 0, 0), (10, 1, 10), (19, 1, 10), (25, 3, 25), (26, 0, 0)]
)
def test_pieces_that_are_whole_stay_and_what_is_over_is_dropped(
    db: Database, here: int, pieces: int, left: int
) -> None:
    part = media.part_of(db, 1, "ab" * 32)
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(here))
    assert media.open_part(part, 25, 10) == pieces
    assert part.stat().st_size == left
