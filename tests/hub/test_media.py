"""Photos on the hub: piece by piece, checked as a whole, and shown to whom they are shared with."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fieldapp.hub import media
from fieldapp.hub.media import PIECE_BYTES
from fieldapp.hub.opening import open_storage
from fieldapp.hub.serving import Options, start
from fieldapp.hub.storage import Storage
from tests.hub.calling import Laptop, Reply, enrolled

JPEG = b"\xff\xd8\xff\xe0"


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    found = open_storage(str(tmp_path / "hub.db"))
    found.migrate()
    yield found
    found.close()


@pytest.fixture
def laptop(storage: Storage) -> Iterator[Laptop]:
    with start(storage, Options(port=0)) as running:
        yield enrolled(storage, running.port)


def photo(size: int = 2 * PIECE_BYTES + 1000) -> bytes:
    return JPEG + os.urandom(size - len(JPEG))


def named(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def told(data: bytes, **changed: Any) -> bytes:
    values = {
        "size": len(data),
        "mime": "image/jpeg",
        "width": 4000,
        "height": 3000,
        "taken_at": "2026-04-12T21:00:00",
        "file_name": "DSC_0001.JPG",
        "protocol": "banding",
        "pieces": -(-len(data) // PIECE_BYTES),
        "digest": named(data),
    }
    return msgspec.json.encode(values | changed)


def put(laptop: Laptop, data: bytes, sha256: str = "", kind: str = "photo") -> None:
    for number, begin in enumerate(range(0, len(data), PIECE_BYTES)):
        path = f"/v1/media/{kind}/{sha256 or named(data)}/{number}"
        reply = laptop.call("PUT", path, data[begin : begin + PIECE_BYTES])
        assert (reply.status, reply.body, reply.is_signed) == (204, b"", True)


def finish(laptop: Laptop, body: bytes, sha256: str, kind: str = "photo") -> Reply:
    return laptop.call("POST", f"/v1/media/{kind}/{sha256}", body, Content_Type="application/json")


def standing(laptop: Laptop, sha256: str, kind: str = "photo") -> Any:
    reply = laptop.call("GET", f"/v1/media/{kind}/{sha256}")
    assert (reply.status, reply.is_signed) == (200, True)
    return reply.json()


def whole(laptop: Laptop, data: bytes, **changed: Any) -> str:
    """Bring a photo and return its name."""
    put(laptop, data)
    reply = finish(laptop, told(data, **changed), named(data))
    assert (reply.status, reply.json(), reply.is_signed) == (200, {"whole": True}, True)
    return named(data)


def test_a_photo_goes_up_in_pieces_and_comes_down_the_same(storage: Storage, laptop: Laptop) -> None:
    data = photo()
    sha256 = whole(laptop, data)
    other = enrolled(storage, laptop.port)
    (found,) = other.call("GET", "/v1/media?after=0").json()["media"]
    assert (found["sha256"], found["kind"], found["info"]["pieces"]) == (sha256, "photo", 3)
    replies = [other.call("GET", f"/v1/media/photo/{sha256}/{number}") for number in range(3)]
    assert all(reply.is_signed for reply in replies)
    assert b"".join(reply.body for reply in replies) == data
    assert {reply.headers["Content-Type"] for reply in replies} == {"application/octet-stream"}
    assert other.call("GET", f"/v1/media/photo/{sha256}/3").status == 404


def test_what_was_cut_goes_on_where_it_stood(laptop: Laptop) -> None:
    data = photo()
    sha256 = named(data)
    assert standing(laptop, sha256) == {"pieces": 0, "whole": False, "info": None}
    put(laptop, data[:PIECE_BYTES], sha256)
    assert standing(laptop, sha256) == {"pieces": 1, "whole": False, "info": None}
    assert finish(laptop, told(data), sha256).error == "pieces"
    assert standing(laptop, sha256)["pieces"] == 1
    assert laptop.call("GET", f"/v1/media/photo/{sha256}/0").status == 404
    put(laptop, data)
    assert finish(laptop, told(data), sha256).status == 200
    assert standing(laptop, sha256)["info"]["file_name"] == "DSC_0001.JPG"


def test_a_photo_that_is_whole_stays_as_it_is(laptop: Laptop) -> None:
    data = photo(1000)
    sha256 = whole(laptop, data)
    put(laptop, photo(1000), sha256)
    assert finish(laptop, told(photo(1000), file_name="other.jpg"), sha256).json() == {"whole": True}
    assert laptop.call("GET", f"/v1/media/photo/{sha256}/0").body == data
    assert standing(laptop, sha256)["info"]["file_name"] == "DSC_0001.JPG"


def test_a_thumbnail_bears_the_name_of_its_photo_and_its_own_digest(laptop: Laptop) -> None:
    small, sha256 = photo(5000), "a" * 64
    put(laptop, small, sha256, "thumbnail")
    assert finish(laptop, told(small), sha256, "thumbnail").status == 200
    assert standing(laptop, sha256)["whole"] is False
    assert laptop.call("GET", f"/v1/media/thumbnail/{sha256}/0").body == small


@pytest.mark.parametrize(
    "changed",
    [
        {"size": 999},
        {"size": 0, "pieces": 0},
        {"size": -5},
        {"mime": "image/png"},
        {"mime": "text/html"},
        {"mime": ""},
        {"pieces": 2},
        {"pieces": 0},
    ],
)
def test_what_is_not_as_it_was_said_is_refused_and_dropped(laptop: Laptop, changed: dict[str, Any]) -> None:
    data = photo(1000)
    sha256 = named(data)
    put(laptop, data)
    reply = finish(laptop, told(data, **changed), sha256)
    assert (reply.status, reply.error, reply.is_signed) == (409, "content", True)
    assert standing(laptop, sha256) == {"pieces": 0, "whole": False, "info": None}
    whole(laptop, data)


def test_another_content_than_the_name_says_is_refused_and_dropped(laptop: Laptop) -> None:
    data = photo(1000)
    put(laptop, data, "b" * 64)
    assert finish(laptop, told(data), "b" * 64).error == "content"
    put(laptop, data, "b" * 64, "thumbnail")
    assert finish(laptop, told(data, digest="c" * 64), "b" * 64, "thumbnail").error == "content"
    assert standing(laptop, "b" * 64, "thumbnail")["pieces"] == 0


def test_pieces_of_another_length_than_a_megabyte_are_refused(laptop: Laptop) -> None:
    data = photo(1500)
    for number, part in enumerate((data[:1000], data[1000:])):
        laptop.call("PUT", f"/v1/media/photo/{named(data)}/{number}", part)
    assert finish(laptop, told(data, pieces=2), named(data)).error == "content"


@pytest.mark.parametrize("start_of_file", [b"GIF89a", b"<html>", b"%PDF-", b"RIFF1234WAVE", b"\xff\xd8\x00"])
def test_what_is_no_picture_is_refused(laptop: Laptop, start_of_file: bytes) -> None:
    data = start_of_file + bytes(100)
    put(laptop, data)
    assert finish(laptop, told(data), named(data)).error == "content"


@pytest.mark.parametrize(
    ("start_of_file", "mime"),
    [
        (JPEG, "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"RIFF1234WEBPVP8 ", "image/webp"),
        (b"II*\0", "image/tiff"),
        (b"MM\0*", "image/tiff"),
    ],
)
def test_the_kinds_that_a_laptop_takes_in_are_taken(laptop: Laptop, start_of_file: bytes, mime: str) -> None:
    whole(laptop, start_of_file + os.urandom(50), mime=mime)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        told(b"x", more=1),
        told(b"x", size="1"),
        told(b"x", protocol=None),
        told(b"x", width=0),
        told(b"x", height=-1),
        told(b"x", width=10**7),
        told(b"x", file_name="a\0"),
        told(b"x", mime="x" * 300),
    ],
)
def test_a_description_that_is_none_is_refused_and_drops_nothing(laptop: Laptop, body: bytes) -> None:
    data = photo(1000)
    put(laptop, data)
    reply = finish(laptop, body, named(data))
    assert (reply.status, reply.error) == (400, "json")
    assert standing(laptop, named(data))["pieces"] == 1


def test_what_is_too_long_is_refused(laptop: Laptop) -> None:
    path, most = f"/v1/media/photo/{'a' * 64}", media.MAX_BYTES["photo"]
    replies = [
        laptop.call("PUT", f"{path}/0", bytes(PIECE_BYTES + 1)),
        laptop.call("PUT", f"{path}/{most // PIECE_BYTES}", b"x"),
        laptop.call("PUT", f"{path}/999999999999999", b"x"),
        laptop.call("PUT", f"/v1/media/thumbnail/{'a' * 64}/0", bytes(100 * 1024 + 1)),
        laptop.call("PUT", f"/v1/media/thumbnail/{'a' * 64}/1", b"x"),
        finish(laptop, told(b"x", size=most + 1), "a" * 64),
        finish(laptop, told(b"x", file_name="x" * media.MAX_TOLD_BYTES), "a" * 64),
    ]
    assert [(reply.status, reply.error, reply.is_signed) for reply in replies[:6]] == [(413, "size", True)] * 6
    assert (replies[6].status, replies[6].error) == (413, "size")
    assert laptop.call("PUT", f"{path}/0", b"").status == 400
    assert standing(laptop, "a" * 64)["pieces"] == 0


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/media/video/{'a' * 64}",
        f"/v1/media/photo/{'a' * 63}",
        f"/v1/media/photo/{'A' * 64}",
        f"/v1/media/photo/{'a' * 64}%0a",
        "/v1/media/photo/..",
        f"/v1/media/photo/{'a' * 64}/x",
        f"/v1/media/photo/{'a' * 64}/-1",
        f"/v1/media/photo/{'a' * 64}/1.0",
        f"/v1/media/photo/{'a' * 64}/%2e%2e",
        f"/v1/media/..%2fphoto/{'a' * 64}/0",
    ],
)
def test_a_name_that_is_none_leads_nowhere(laptop: Laptop, path: str) -> None:
    assert laptop.call("GET", path).status == 404
    assert laptop.call("PUT", path, b"x").status in {404, 405}
    assert laptop.call("POST", path, told(b"x"), Content_Type="application/json").status in {404, 405}


@pytest.mark.parametrize("after", ["", "-1", "x", "1e3", "9" * 20])
def test_where_to_go_on_is_a_number(laptop: Laptop, after: str) -> None:
    reply = laptop.call("GET", f"/v1/media?after={after}")
    assert (reply.status, reply.error) == (400, "number")


def test_who_is_shown_one_protocol_sees_its_photos_only(storage: Storage, laptop: Laptop) -> None:
    hidden = whole(laptop, photo(1000), protocol="banding")
    shown = whole(laptop, photo(1000), protocol="pop_amphibiens")
    shared = whole(laptop, photo(1000), protocol="directory")
    scoped = enrolled(storage, laptop.port, "volunteer", scope=["pop_amphibiens"])
    listed = scoped.call("GET", "/v1/media?after=0").json()
    assert [item["sha256"] for item in listed["media"]] == [shown, shared]
    assert standing(scoped, hidden) == {"pieces": 0, "whole": False, "info": None}
    assert scoped.call("GET", f"/v1/media/photo/{hidden}/0").status == 404
    assert scoped.call("GET", f"/v1/media/photo/{shown}/0").status == 200
    data = photo(1000)
    put(scoped, data)
    reply = finish(scoped, told(data, protocol="banding"), named(data))
    assert (reply.status, reply.error, reply.is_signed) == (403, "not_shared", True)


def test_another_project_has_photos_of_its_own(storage: Storage, laptop: Laptop) -> None:
    data = photo(1000)
    sha256 = whole(laptop, data)
    other = enrolled(storage, laptop.port, project="ailleurs")
    assert other.call("GET", "/v1/media?after=0").json() == {"media": [], "more": False, "after": 0}
    assert other.call("GET", f"/v1/media/photo/{sha256}/0").status == 404
    assert standing(other, sha256)["whole"] is False


def test_a_list_goes_on_past_what_is_not_shown(
    storage: Storage, laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "PAGE", 2)
    for _time in range(4):
        whole(laptop, photo(100), protocol="banding")
    shown = whole(laptop, photo(100), protocol="pop_amphibiens")
    scoped = enrolled(storage, laptop.port, scope=["pop_amphibiens"])
    listed = scoped.call("GET", "/v1/media").json()
    assert [item["sha256"] for item in listed["media"]] == [shown]
    assert (listed["more"], listed["after"]) == (False, listed["media"][0]["number"])
    first = laptop.call("GET", "/v1/media").json()
    assert (len(first["media"]), first["more"], first["after"]) == (2, True, first["media"][-1]["number"])
    rest = laptop.call("GET", f"/v1/media?after={listed['after']}").json()
    assert rest == {"media": [], "more": False, "after": listed["after"]}


# ----------------------------------------------------------------------------------- what is not one's own


def test_nonsense_of_another_laptop_neither_drops_nor_replaces_what_one_brought(
    storage: Storage, laptop: Laptop
) -> None:
    data = photo()
    sha256, stranger = named(data), enrolled(storage, laptop.port, scope=["pop_amphibiens"])
    put(laptop, data)
    reply = finish(stranger, told(data, size=5, pieces=9, protocol="pop_amphibiens"), sha256)
    assert (reply.status, reply.error) == (409, "content")
    put(stranger, photo(1000), sha256)
    assert standing(laptop, sha256)["pieces"] == 3
    assert standing(stranger, sha256)["pieces"] == 1
    assert finish(laptop, told(data), sha256).status == 200
    assert laptop.call("GET", f"/v1/media/photo/{sha256}/0").body == data[:PIECE_BYTES]


def thumbnail_of(laptop: Laptop, sha256: str, protocol: str) -> tuple[bytes, Reply]:
    small = photo(500)
    put(laptop, small, sha256, "thumbnail")
    return small, finish(laptop, told(small, protocol=protocol), sha256, "thumbnail")


def test_only_who_shares_a_photo_makes_its_thumbnail(storage: Storage, laptop: Laptop) -> None:
    sha256 = whole(laptop, photo(1000), protocol="banding")
    stranger = enrolled(storage, laptop.port, scope=["pop_amphibiens"])
    _small, reply = thumbnail_of(stranger, sha256, "pop_amphibiens")
    assert (reply.status, reply.error) == (403, "not_shared")
    colleague = enrolled(storage, laptop.port, scope=["banding"])
    small, reply = thumbnail_of(colleague, sha256, "banding")
    assert reply.status == 200
    assert laptop.call("GET", f"/v1/media/thumbnail/{sha256}/0").body == small
    other = whole(laptop, photo(1000), protocol="banding")
    assert thumbnail_of(laptop, other, "directory")[1].status == 200


def test_a_thumbnail_that_came_from_a_stranger_before_its_photo_is_forgotten(storage: Storage, laptop: Laptop) -> None:
    data = photo(1000)
    stranger = enrolled(storage, laptop.port, scope=["pop_amphibiens"])
    assert thumbnail_of(stranger, named(data), "pop_amphibiens")[1].status == 200
    sha256 = whole(laptop, data)
    assert standing(laptop, sha256, "thumbnail")["whole"] is False
    small, reply = thumbnail_of(laptop, sha256, "banding")
    assert reply.status == 200
    assert laptop.call("GET", f"/v1/media/thumbnail/{sha256}/0").body == small
