import contextlib
import io
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from fieldapp.core.errors import FileRefusedError
from fieldapp.store import pictures
from tests.store.photographs import belly, photograph


def encoded(kind: str, image: Image.Image | None = None) -> bytes:
    buffer = io.BytesIO()
    (image or belly()).save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("kind", "mime"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("TIFF", "image/tiff")]
)
def test_the_kind_is_told_by_the_content_whatever_the_name(kind: str, mime: str) -> None:
    found = pictures.look_at(encoded(kind), "photo.doc")
    assert (found.mime, found.width, found.height, found.taken_at) == (mime, 640, 480, None)


def test_a_picture_with_a_second_view_behind_it_is_a_jpeg() -> None:
    buffer = io.BytesIO()
    belly(1).save(buffer, "MPO", save_all=True, append_images=[belly(2)])
    assert pictures.look_at(buffer.getvalue(), "a.jpg").mime == "image/jpeg"


@pytest.mark.parametrize(
    ("taken", "offset", "told"),
    [
        ("2026:03:18 07:41:05", "", "2026-03-18T07:41:05"),
        ("2026:03:18 07:41:05", "+01:00", "2026-03-18T07:41:05+01:00"),
        ("2026:03:18 07:41:05", "+99:99", "2026-03-18T07:41:05"),
        ("0000:00:00 00:00:00", "", None),
        ("2026:02:30 07:41:05", "", None),
        ("1970:01:01 00:00:00", "", None),
        ("    :  :     :  :  ", "", None),
        ("hier matin", "", None),
        ("", "", None),
    ],
)
def test_the_moment_of_the_shot_is_the_one_of_the_camera_or_absent(
    tmp_path: Path, taken: str, offset: str, told: str | None
) -> None:
    file = photograph(tmp_path / "a.jpg", taken=taken, offset=offset)
    assert pictures.look_at(file.read_bytes(), file.name).taken_at == told


@pytest.mark.parametrize("data", [b"", b"bonjour", b"GIF89a" + bytes(50), b"%PDF-1.7", b"<svg/>", bytes(1000)])
def test_what_is_no_picture_of_ours_is_refused_with_what_to_do(data: bytes) -> None:
    with pytest.raises(FileRefusedError, match=r"« notes.jpg » n’est pas une photo .* exportez la photo en JPEG"):
        pictures.look_at(data, "notes.jpg")


def test_a_gif_that_is_whole_is_refused_too() -> None:
    with pytest.raises(FileRefusedError, match=r"JPEG, PNG, WebP et TIFF"):
        pictures.look_at(encoded("GIF"), "a.jpg")


def test_the_photo_of_an_iphone_is_refused_with_the_setting_to_change() -> None:
    with pytest.raises(FileRefusedError, match=r"HEIC.*Le plus compatible"):
        pictures.look_at(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100), "IMG_0042.HEIC")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_file_that_is_cut_off_is_refused(kind: str) -> None:
    data = encoded(kind)
    with pytest.raises(FileRefusedError, match=r"abîmée|n’est pas une photo"):
        pictures.look_at(data[: len(data) // 2], "a.jpg")


def test_a_small_file_that_claims_a_huge_picture_is_refused_before_it_is_decoded() -> None:
    bomb = encoded("PNG", Image.new("1", (20_000, 20_000)))
    assert len(bomb) < 100_000
    with pytest.raises(FileRefusedError, match=r"400 millions de pixels, plus que les 60"):
        pictures.look_at(bomb, "a.png")


@pytest.mark.parametrize(
    ("kind", "most"),
    [("PNG", "MAX_PIXELS_WHOLE"), ("WEBP", "MAX_PIXELS_WHOLE"), ("TIFF", "MAX_PIXELS_WHOLE"), ("JPEG", "MAX_PIXELS")],
)
def test_the_limit_of_its_kind_is_the_last_size_taken(monkeypatch: pytest.MonkeyPatch, kind: str, most: str) -> None:
    assert (pictures.MAX_PIXELS_WHOLE, pictures.MAX_PIXELS) == (60_000_000, 200_000_000)
    for name in ("MAX_PIXELS", "MAX_PIXELS_WHOLE"):
        monkeypatch.setattr(pictures, name, 640 * 480 if name == most else 1)
    assert pictures.look_at(encoded(kind), "a").width == 640
    monkeypatch.setattr(pictures, most, 640 * 480 - 1)
    with pytest.raises(FileRefusedError, match=r"1 millions de pixels"):
        pictures.look_at(encoded(kind), "a")


def test_keeping_and_showing_the_largest_png_stays_within_nine_hundred_megabytes(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    Image.new("RGBA", (7740, 7740), (200, 90, 10, 128)).save(file, compress_level=1)
    code = (
        "import sys; from pathlib import Path; "
        "from fieldapp.store import pictures; from tests.memory import peak_bytes; "
        "file = Path(sys.argv[1]); pictures.look_at(file.read_bytes(), 'a'); "
        "pictures.write_small(file, file.with_suffix('.jpg'), 3072); "
        "print(peak_bytes())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(file)], check=True, capture_output=True, text=True, timeout=120
    )
    assert 240e6 < int(done.stdout) < 900e6  # an unreduced copy alone would take 1.5 GB
    with Image.open(file.with_suffix(".jpg")) as small:
        assert small.size == (3072, 3072)
        assert small.getpixel((1500, 1500)) == pytest.approx((227, 172, 132), abs=3)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=12), st.sampled_from(["JPEG", "PNG", "WEBP", "TIFF"]))
def test_whatever_is_changed_in_a_file_it_is_read_or_refused_with_a_sentence(
    tmp_path: Path, place: int, other: bytes, kind: str
) -> None:
    data = bytearray(_SOURCES[kind])
    place %= len(data)
    data[place : place + len(other)] = other
    with contextlib.suppress(FileRefusedError):
        found = pictures.look_at(bytes(data), "a.jpg")
        assert found.mime in pictures.ENDINGS
        source = tmp_path / "a"
        source.write_bytes(data)
        pictures.write_small(source, tmp_path / "b.jpg", 32)


def test_a_small_copy_is_turned_as_the_camera_was_held_and_the_file_is_not(tmp_path: Path) -> None:
    file = photograph(tmp_path / "a.jpg", turned=6, size=(400, 200))
    before = file.read_bytes()
    pictures.write_small(file, tmp_path / "b.jpg", 100)
    with Image.open(tmp_path / "b.jpg") as small:
        assert small.size == (50, 100)
        assert small.format == "JPEG"
    assert file.read_bytes() == before


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_a_large_transparent_picture_is_turned_too(tmp_path: Path, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGBA", (400, 200), (0, 0, 0, 0)).save(tmp_path / "a", kind, exif=exif)
    pictures.write_small(tmp_path / "a", tmp_path / "b.jpg", 50)
    with Image.open(tmp_path / "b.jpg") as small:
        assert small.size == (25, 50)


def test_what_is_transparent_is_white_in_the_small_copy(tmp_path: Path) -> None:
    Image.new("RGBA", (100, 100), (0, 0, 0, 0)).save(tmp_path / "a.png")
    pictures.write_small(tmp_path / "a.png", tmp_path / "b.jpg", 50)
    with Image.open(tmp_path / "b.jpg") as small:
        assert small.getpixel((25, 25)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "I;16"])
def test_grey_indexed_and_printers_colours_have_a_small_copy(tmp_path: Path, mode: str) -> None:
    Image.new(mode, (300, 200)).save(tmp_path / "a.tif")
    pictures.look_at((tmp_path / "a.tif").read_bytes(), "a.tif")
    pictures.write_small(tmp_path / "a.tif", tmp_path / "b.jpg", 100)
    with Image.open(tmp_path / "b.jpg") as small:
        assert small.size == (100, 67)


def _sources() -> dict[str, bytes]:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8769)[0x9003] = "2026:03:18 07:41:05"
    found = {}
    for kind in ("JPEG", "PNG", "WEBP", "TIFF"):
        buffer = io.BytesIO()
        belly(1, (64, 48)).save(buffer, kind, exif=exif)
        found[kind] = buffer.getvalue()
    return found


_SOURCES = _sources()
