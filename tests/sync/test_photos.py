import hashlib
import random
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import cast

import pytest
from PIL import Image

from fieldapp import protocols
from fieldapp.core import paths
from fieldapp.core.errors import CancelledError, DatabaseError
from fieldapp.core.record import Record, make_record
from fieldapp.protocols.pitfall_barrier.schema import CODE, OBSERVATION, PHOTO, SITE, VISIT
from fieldapp.store import disk, integrity, media, media_peers, peers, pictures, records
from fieldapp.store.connection import Author, Database
from fieldapp.store.opening import open_for_use
from fieldapp.sync import photos
from fieldapp.sync.errors import HubBusyError, HubFullError, HubUnreachableError, NotAdmittedError
from fieldapp.sync.hub_client import PIECE_BYTES, Credentials, HubClient, MediaInfo
from fieldapp.sync.photos import Counted
from tests.store.photographs import photograph
from tests.sync.hubs import Hub, hub, stranger


class Laptop:
    """A database that joined the hub, and its client."""

    def __init__(self, folder: Path, served: Hub, scope: tuple[str, ...] = ()) -> None:
        self.db = open_for_use(folder / "fieldapp.db", protocols.installed(), Author("person-1", folder.name))
        credentials = served.credentials(scope=scope)
        names = {"project": credentials.project, "account": credentials.account, "address": served.address}
        self.peer = peers.add(self.db, peers.HUB, name="Asso", scope=scope, **names).id
        self.client = HubClient(served.address, credentials)

    def __enter__(self) -> "Laptop":
        return self

    def __exit__(self, *_exception: object) -> None:
        self.client.close()
        self.db.close()

    def push(self) -> Counted:
        return photos.push(self.db, self.client, self.peer)

    def pull(self) -> Counted:
        return photos.pull(self.db, self.client, self.peer)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Hub]:
    """Return a real hub."""
    with hub(tmp_path / "hub") as found:
        yield found


@pytest.fixture
def laptops(tmp_path: Path, served: Hub) -> Iterator[tuple[Laptop, Laptop]]:
    """Return two laptops of one project."""
    with ExitStack() as stack:
        yield (
            stack.enter_context(Laptop(tmp_path / "a", served)),
            stack.enter_context(Laptop(tmp_path / "b", served)),
        )


def name_photos(db: Database, *named: str) -> tuple[str, list[Record]]:
    """Save a visit whose catch has records of these photos; return its uid and those records."""
    site = make_record(CODE, SITE, {"site_name": "Mare", "commune": "Vimy"}, None)
    visit = make_record(CODE, VISIT, {"check_on": "2026-03-18", "state": "checked", "observers": ["a"]}, site.uid)
    values = {"bucket": "6", "cd_nom": 139, "count": 1, "direction": "in", "vitality": "alive"}
    caught = make_record(CODE, OBSERVATION, values, visit.uid)
    made = [make_record(CODE, PHOTO, {"sha256": sha256, "file_name": "IMG_1.JPG"}, caught.uid) for sha256 in named]
    records.save(db, [site, visit, caught, *made], "matin")
    return visit.uid, made


def noisy(path: Path, seed: int = 1, size: tuple[int, int] = (1700, 1200)) -> Path:
    """Write a photo of several pieces: noise, which no format makes short."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.frombytes("RGB", size, random.Random(seed).randbytes(size[0] * size[1] * 3))
    image.save(path, quality=95)
    return path


def shared(first: Laptop, second: Laptop, path: Path) -> tuple[str, str]:
    """Keep a photo on the first laptop, name it on both; return its SHA-256 and the visit on the first."""
    kept = media.keep(first.db, path)
    visit, _photos = name_photos(first.db, kept.sha256)
    name_photos(second.db, kept.sha256)
    return kept.sha256, visit


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


# ---------------------------------------------------------------------------------------- there and back


def test_a_photo_reaches_the_other_laptop_byte_for_byte_with_what_was_known_of_it(
    laptops: tuple[Laptop, Laptop], tmp_path: Path
) -> None:
    first, second = laptops
    file = noisy(tmp_path / "IMG_0042.JPG")
    assert file.stat().st_size > 2 * PIECE_BYTES
    sha256, visit = shared(first, second, file)
    assert not media_peers.visit_is_safe(first.db, first.peer, visit)
    assert first.push() == Counted(sent=1)
    assert media_peers.visit_is_safe(first.db, first.peer, visit)
    assert second.pull() == Counted(received=1)
    found, kept = media.get(second.db, sha256), media.get(first.db, sha256)
    assert found is not None
    assert kept is not None
    assert found.path.read_bytes() == file.read_bytes()
    assert (found.file_name, found.width, found.height) == (kept.file_name, kept.width, kept.height)
    assert integrity.check(second.db).problems == []
    assert files(paths.media_folder(second.db.path)) == [f"{sha256}.jpg"]


def test_what_is_done_is_not_done_again(laptops: tuple[Laptop, Laptop], tmp_path: Path) -> None:
    first, second = laptops
    shared(first, second, photograph(tmp_path / "a.jpg"))
    assert (first.push(), second.pull()) == (Counted(sent=1), Counted(received=1))
    assert (first.push(), second.push()) == (Counted(), Counted())
    assert (first.pull(), second.pull()) == (Counted(), Counted())


def test_a_laptop_with_nothing_to_send_asks_nothing(laptops: tuple[Laptop, Laptop]) -> None:
    first, _second = laptops
    with stranger(lambda call: False) as nobody, HubClient(nobody.address, Credentials("p", "a", "ab" * 32)) as client:
        assert photos.push(first.db, client, first.peer) == Counted()
        assert nobody.calls == []


def test_a_photo_that_no_live_record_names_stays_where_it_is(laptops: tuple[Laptop, Laptop], tmp_path: Path) -> None:
    first, second = laptops
    kept = media.keep(first.db, photograph(tmp_path / "a.jpg"))
    assert first.push() == Counted()
    _visit, named = name_photos(first.db, kept.sha256)
    records.delete(first.db, named[0].uid, "effacer")
    assert first.push() == Counted()
    assert second.pull() == Counted()
    assert media.get(second.db, kept.sha256) is None


def test_a_photo_that_the_hub_has_not_yet_is_waited_for(laptops: tuple[Laptop, Laptop], tmp_path: Path) -> None:
    first, second = laptops
    sha256, _visit = shared(first, second, photograph(tmp_path / "a.jpg"))
    assert second.pull() == Counted(waiting=1)
    first.push()
    assert second.pull() == Counted(received=1)
    assert media.path_of(second.db, sha256) is not None


def test_a_record_that_comes_after_its_photo_was_listed_still_gets_it(
    laptops: tuple[Laptop, Laptop], tmp_path: Path
) -> None:
    first, second = laptops
    kept = media.keep(first.db, photograph(tmp_path / "a.jpg"))
    name_photos(first.db, kept.sha256)
    first.push()
    assert second.pull() == Counted()
    name_photos(second.db, kept.sha256)
    assert second.pull() == Counted(received=1)


def test_a_photo_that_another_laptop_sent_is_not_sent_again(laptops: tuple[Laptop, Laptop], tmp_path: Path) -> None:
    first, second = laptops
    file = noisy(tmp_path / "a.jpg")
    _sha256, visit = shared(first, second, file)
    first.push()
    media.keep(second.db, file)
    assert media_peers.unsent_photos(second.db, second.peer) != {}
    second.pull()
    assert media_peers.unsent_photos(second.db, second.peer) == {}
    assert second.push() == Counted()
    assert media_peers.visit_is_safe(first.db, first.peer, visit)


# -------------------------------------------------------------------------------------------- thumbnails


def test_small_copies_come_first_and_are_shown_until_the_photo_is_there(
    laptops: tuple[Laptop, Laptop], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = laptops
    sha256, _visit = shared(first, second, noisy(tmp_path / "a.jpg"))
    first.push()
    with monkeypatch.context() as patch:

        def out_of_range(*_arguments: object) -> bytes:
            raise HubUnreachableError("out of range")

        whole = second.client.get_piece
        patch.setattr(
            second.client,
            "get_piece",
            lambda kind, *more: whole(kind, *more) if kind == "thumbnail" else out_of_range(),
        )
        with pytest.raises(HubUnreachableError):
            second.pull()
    assert media.path_of(second.db, sha256) is None
    small = media.thumbnail_of(second.db, sha256, 96)
    assert small is not None
    assert small.stat().st_size <= photos.MAX_THUMBNAIL_BYTES
    with Image.open(small) as image:
        assert max(image.size) in {96, 192, 384}
    assert second.pull() == Counted(received=1)
    assert not small.exists()
    assert media.thumbnail_of(second.db, sha256, 96) != small


def test_small_copies_that_were_deleted_come_again(
    laptops: tuple[Laptop, Laptop], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = laptops
    sha256, _visit = shared(first, second, photograph(tmp_path / "a.jpg"))
    first.push()
    monkeypatch.setattr(photos._Pulling, "photo", lambda *_arguments: False)
    for _time in range(2):
        second.pull()
        small = media.received_thumbnail(second.db.path, sha256)
        assert small is not None
        small.unlink()


@pytest.mark.parametrize("data", [b"", b"no picture", b"\xff\xd8\xff" + bytes(50)])
def test_a_small_copy_that_is_no_picture_is_told_and_the_photo_still_comes(
    laptops: tuple[Laptop, Laptop], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    first, second = laptops
    sha256, _visit = shared(first, second, photograph(tmp_path / "a.jpg"))
    first.push()
    with monkeypatch.context() as patch:
        whole = second.client.get_piece
        patch.setattr(
            second.client, "get_piece", lambda kind, *more: data if kind == "thumbnail" else whole(kind, *more)
        )
        patch.setattr(photos, "_digest", lambda _data: second_digest(second, sha256))
        done = second.pull()
    assert (done.received, len(done.problems)) == (1, 1)
    assert "n’est pas arrivée intacte du serveur" in done.problems[0]
    assert media.received_thumbnail(second.db.path, sha256) is None


def second_digest(laptop: Laptop, sha256: str) -> str:
    info = laptop.client.media_state("thumbnail", sha256).info
    assert info is not None
    return info.digest


# ------------------------------------------------------------------------------------- cut and taken up


def test_a_photo_that_was_cut_off_on_its_way_up_goes_on_at_the_next_piece(
    laptops: tuple[Laptop, Laptop], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = laptops
    _sha256, visit = shared(first, second, noisy(tmp_path / "a.jpg"))
    sent: list[tuple[str, int]] = []
    whole = first.client.put_piece

    def cut(kind: str, name: str, number: int, *more: object) -> None:
        if (kind, number) == ("photo", 1) and ("photo", 1) not in sent:
            sent.append((kind, number))
            raise HubUnreachableError("cut")
        sent.append((kind, number))
        whole(kind, name, number, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(first.client, "put_piece", cut)
    with pytest.raises(HubUnreachableError):
        first.push()
    assert not media_peers.visit_is_safe(first.db, first.peer, visit)
    assert first.push() == Counted(sent=1)
    assert [number for kind, number in sent if kind == "photo"][:3] == [0, 1, 1]
    assert sent.count(("photo", 0)) == 1
    assert second.pull() == Counted(received=1)


def test_a_photo_that_was_cut_off_on_its_way_down_goes_on_after_a_restart(
    laptops: tuple[Laptop, Laptop], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = laptops
    file = noisy(tmp_path / "a.jpg")
    sha256, _visit = shared(first, second, file)
    first.push()
    got: list[int] = []
    whole = second.client.get_piece

    def counted(kind: str, name: str, number: int, *more: object) -> bytes:
        if kind == "photo":
            got.append(number)
            if got == [0, 1]:
                raise HubUnreachableError("cut")
        return whole(kind, name, number, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(second.client, "get_piece", counted)
    with pytest.raises(HubUnreachableError):
        second.pull()
    part = media.part_of(second.db, second.peer, sha256)
    assert part.name.endswith(media.PARTIAL)
    assert part.stat().st_size == PIECE_BYTES
    # What a crash leaves of a piece that was being written.
    with part.open("ab") as torn:
        torn.write(b"half a piece")
    media.take_up(second.db)
    assert second.pull() == Counted(received=1)
    assert got.count(0) == 1
    found = media.path_of(second.db, sha256)
    assert found is not None
    assert found.read_bytes() == file.read_bytes()
    assert not part.exists()


def test_pieces_that_a_disk_altered_are_not_taken_and_come_anew(laptops: tuple[Laptop, Laptop], tmp_path: Path) -> None:
    first, second = laptops
    sha256, _visit = shared(first, second, noisy(tmp_path / "a.jpg"))
    first.push()
    part = media.part_of(second.db, second.peer, sha256)
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(PIECE_BYTES))
    done = second.pull()
    assert (done.received, done.waiting) == (0, 1)
    assert "« a.jpg » n’est pas arrivée intacte" in done.problems[0]
    assert files(paths.media_folder(second.db.path)) == []
    assert second.pull() == Counted(received=1)


def test_pieces_of_a_photo_that_nobody_wants_any_more_are_swept_away(laptops: tuple[Laptop, Laptop]) -> None:
    _first, second = laptops
    part = media.part_of(second.db, second.peer, "ab" * 32)
    other = part.with_name(f".other-program{media.PARTIAL}")
    part.parent.mkdir(parents=True)
    for path in (part, other):
        path.write_bytes(b"half")
    second.pull()
    assert (part.exists(), other.exists()) == (False, True)


def test_pieces_of_another_small_copy_at_the_hub_are_replaced(laptops: tuple[Laptop, Laptop], tmp_path: Path) -> None:
    first, second = laptops
    sha256, _visit = shared(first, second, noisy(tmp_path / "a.jpg"))
    first.client.put_piece("photo", sha256, 0, bytes(PIECE_BYTES))
    assert first.push() == Counted(sent=1)
    assert second.pull() == Counted(received=1)


def test_work_that_is_cancelled_keeps_what_came_through(laptops: tuple[Laptop, Laptop], tmp_path: Path) -> None:
    first, second = laptops
    sha256, _visit = shared(first, second, noisy(tmp_path / "a.jpg"))
    told: list[tuple[int, int]] = []
    with pytest.raises(CancelledError):
        photos.push(
            first.db, first.client, first.peer, lambda *how: told.append(how), lambda: bool(told) and told[-1][0] > 1500
        )
    assert first.client.media_state("photo", sha256).pieces >= 1
    assert first.push() == Counted(sent=1)
    with pytest.raises(CancelledError):
        photos.pull(second.db, second.client, second.peer, None, lambda: True)
    assert second.pull() == Counted(received=1)


class Busy:
    """A client whose hub is busy again and again: every second question, and the first."""

    def __init__(self, client: HubClient, after_s: float | None, *, always: bool = False) -> None:
        self._client, self._after_s, self._always, self._asked = client, after_s, always, 0

    def __getattr__(self, name: str) -> object:
        asked = getattr(self._client, name)

        def ask(*args: object) -> object:
            self._asked += 1
            if self._always or self._asked % 2:
                raise HubBusyError("occupé", code="rate", after_s=self._after_s)
            return asked(*args)

        return ask


def test_a_busy_hub_is_waited_for_as_long_as_it_says_and_the_photos_go_on(
    laptops: tuple[Laptop, Laptop], tmp_path: Path
) -> None:
    first, second = laptops
    shared(first, second, photograph(tmp_path / "a.jpg"))
    waited: list[float] = []
    for job, laptop, found in ((photos.push, first, Counted(sent=1)), (photos.pull, second, Counted(received=1))):
        busy = cast(HubClient, Busy(laptop.client, 7.0))
        assert job(laptop.db, busy, laptop.peer, wait=waited.append) == found
    assert waited
    assert set(waited) == {7.0}


def test_a_hub_that_stays_busy_or_asks_for_a_long_time_is_left_alone_until_the_next_sync(
    laptops: tuple[Laptop, Laptop], tmp_path: Path
) -> None:
    first, second = laptops
    shared(first, second, photograph(tmp_path / "a.jpg"))
    waited: list[float] = []
    with pytest.raises(HubBusyError):
        photos.push(first.db, cast(HubClient, Busy(first.client, 900.0)), first.peer, wait=waited.append)
    assert waited == []
    with pytest.raises(HubBusyError):
        photos.push(first.db, cast(HubClient, Busy(first.client, None, always=True)), first.peer, wait=waited.append)
    assert waited == [2.0, 4.0, 8.0, 16.0]
    assert first.push() == Counted(sent=1)


def test_who_stops_while_the_hub_is_waited_for_is_let_go(laptops: tuple[Laptop, Laptop], tmp_path: Path) -> None:
    first, second = laptops
    shared(first, second, photograph(tmp_path / "a.jpg"))
    waited: list[float] = []
    busy = cast(HubClient, Busy(first.client, 7.0))
    with pytest.raises(CancelledError):
        photos.push(first.db, busy, first.peer, None, lambda: bool(waited), waited.append)
    assert waited == [7.0]


def test_progress_rises_to_the_whole_and_never_falls(laptops: tuple[Laptop, Laptop], tmp_path: Path) -> None:
    first, second = laptops
    shared(first, second, noisy(tmp_path / "a.jpg"))
    shared(first, second, photograph(tmp_path / "b.jpg"))
    for job, laptop in ((photos.push, first), (photos.pull, second)):
        told: list[tuple[int, int]] = []
        job(laptop.db, laptop.client, laptop.peer, lambda *how, told=told: told.append(how))
        assert {total for _done, total in told} == {4000}
        assert [done for done, _total in told] == sorted(done for done, _total in told)
        assert told[-1][0] == 4000


# ------------------------------------------------------------------------------------- what goes wrong


def test_a_full_disk_here_is_said_and_leaves_nothing_half(
    laptops: tuple[Laptop, Laptop], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = laptops
    sha256, _visit = shared(first, second, noisy(tmp_path / "a.jpg"))
    first.push()
    with monkeypatch.context() as patch:
        patch.setattr(disk, "SPARE_BYTES", 1 << 60)
        with pytest.raises(DatabaseError, match="Libérez de la place"):
            second.pull()
    with monkeypatch.context() as patch:
        opened, tries = Path.open, []

        def filling_up(path: Path, mode: str = "r", *more: object) -> object:
            if path.name.endswith(media.PARTIAL) and mode == "ab":
                tries.append(path)
                if len(tries) == 3:  # Once to see what is there, then once for each piece.
                    raise OSError(28, "No space left on device")
            return opened(path, mode, *more)  # type: ignore[call-overload]

        patch.setattr(Path, "open", filling_up)
        with pytest.raises(DatabaseError, match="les relevés sont intacts"):
            second.pull()
        assert len(tries) == 3
    assert files(paths.media_folder(second.db.path)) == []
    assert media.get(second.db, sha256) is None
    assert second.pull() == Counted(received=1)


def test_a_full_disk_here_does_not_keep_photos_from_being_sent(laptops: tuple[Laptop, Laptop], tmp_path: Path) -> None:
    first, second = laptops
    shared(first, second, photograph(tmp_path / "a.jpg"))
    paths.thumbnail_folder(first.db.path).write_text("a file stands in the way")
    assert first.push() == Counted(sent=1)
    assert second.pull() == Counted(received=1)


def test_a_photo_that_stops_being_readable_while_it_is_sent_is_told(
    laptops: tuple[Laptop, Laptop], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = laptops
    sha256, _visit = shared(first, second, noisy(tmp_path / "a.jpg"))
    path = media.path_of(first.db, sha256)
    assert path is not None
    whole = first.client.put_piece

    def unplugged(kind: str, name: str, number: int, *more: object) -> None:
        whole(kind, name, number, *more)  # type: ignore[arg-type]
        if kind == "photo":
            path.unlink()

    monkeypatch.setattr(first.client, "put_piece", unplugged)
    done = first.push()
    assert (done.sent, done.waiting) == (0, 1)
    assert "« a.jpg » manque ou est abîmée sur cet ordinateur" in done.problems[0]


def test_a_full_hub_is_said_and_the_photo_stays_to_be_sent(laptops: tuple[Laptop, Laptop], tmp_path: Path) -> None:
    first, second = laptops
    sha256, visit = shared(first, second, photograph(tmp_path / "a.jpg"))
    with (
        stranger(lambda call: call.answer(507, b'{"error":"full"}')) as server,
        HubClient(server.address, Credentials("p", "a", "ab" * 32)) as client,
        pytest.raises(HubFullError, match="disque du serveur"),
    ):
        photos.push(first.db, client, first.peer)
    assert media_peers.unsent_photos(first.db, first.peer) == {sha256: CODE}
    assert not media_peers.visit_is_safe(first.db, first.peer, visit)
    assert first.push() == Counted(sent=1)


def test_a_photo_damaged_here_is_told_and_the_others_travel(laptops: tuple[Laptop, Laptop], tmp_path: Path) -> None:
    first, second = laptops
    bad, visit = shared(first, second, photograph(tmp_path / "IMG_7.JPG", 1))
    shared(first, second, photograph(tmp_path / "b.jpg", 2))
    path = media.path_of(first.db, bad)
    assert path is not None
    path.write_bytes(path.read_bytes()[:-5] + b"xxxxx")
    done = first.push()
    assert (done.sent, done.waiting, len(done.problems)) == (1, 1, 1)
    assert "« IMG_7.JPG » manque ou est abîmée sur cet ordinateur" in done.problems[0]
    assert not media_peers.visit_is_safe(first.db, first.peer, visit)
    assert second.pull().received == 1


def test_a_photo_that_the_hub_damaged_is_not_taken(
    laptops: tuple[Laptop, Laptop], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = laptops
    sha256, _visit = shared(first, second, photograph(tmp_path / "a.jpg"))
    first.push()
    with monkeypatch.context() as patch:
        whole = second.client.get_piece
        patch.setattr(second.client, "get_piece", lambda *what: whole(*what)[:-1] + b"x")
        done = second.pull()
    assert (done.received, done.waiting) == (0, 1)
    assert {problem.partition(" n’est pas")[0] for problem in done.problems} == {"La photo « a.jpg »"}
    assert media.path_of(second.db, sha256) is None
    assert second.pull() == Counted(received=1)


def test_what_bears_the_right_hash_and_is_no_picture_is_not_taken(laptops: tuple[Laptop, Laptop]) -> None:
    first, second = laptops
    data = b"\xff\xd8\xff and then a program"
    sha256 = hashlib.sha256(data).hexdigest()
    info = MediaInfo(
        size=len(data), mime="image/jpeg", width=4, height=3, taken_at=None, file_name="../x.jpg", protocol=CODE,
        pieces=1, digest=sha256,
    )  # fmt: skip
    first.client.put_piece("photo", sha256, 0, data)
    assert first.client.finish_media("photo", sha256, info)
    name_photos(second.db, sha256)
    done = second.pull()
    assert (done.received, done.waiting, len(done.problems)) == (0, 1, 1)
    assert files(paths.media_folder(second.db.path)) == []


def test_what_is_no_photo_of_a_known_kind_is_not_even_fetched(
    laptops: tuple[Laptop, Laptop], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = laptops
    shared(first, second, photograph(tmp_path / "a.jpg"))
    first.push()
    monkeypatch.setattr(pictures, "ENDINGS", {"image/png": ".png"})
    done = second.pull()
    assert (done.received, done.waiting) == (0, 1)
    assert "mettez fieldapp à jour" in done.problems[-1]


def test_a_photo_that_the_hub_has_no_more_is_noticed_and_waited_for(
    laptops: tuple[Laptop, Laptop], tmp_path: Path
) -> None:
    first, second = laptops
    sha256, _visit = shared(first, second, photograph(tmp_path / "a.jpg"))
    first.push()
    for kind in ("photo", "thumbnail"):
        media_peers.note_at_peer(second.db, second.peer, kind, "cd" * 32)
    name_photos(second.db, "cd" * 32)
    assert second.pull() == Counted(received=1, waiting=1)
    assert media_peers.at_peer(second.db, second.peer, "photo") == {sha256}


def test_a_laptop_that_is_shut_out_stops_at_once(laptops: tuple[Laptop, Laptop], tmp_path: Path) -> None:
    first, second = laptops
    shared(first, second, photograph(tmp_path / "a.jpg"))
    with (
        stranger(lambda call: call.answer(401, b'{"error":"revoked"}')) as server,
        HubClient(server.address, Credentials("p", "a", "ab" * 32)) as client,
    ):
        for job in (photos.push, photos.pull):
            with pytest.raises(NotAdmittedError):
                job(first.db, client, first.peer)
        assert len(server.calls) == 2


def test_photos_of_a_protocol_that_is_not_shared_stay_here(tmp_path: Path, served: Hub) -> None:
    with Laptop(tmp_path / "a", served, scope=("banding",)) as laptop:
        kept = media.keep(laptop.db, photograph(tmp_path / "a.jpg"))
        name_photos(laptop.db, kept.sha256)
        assert laptop.push() == Counted()
        with laptop.db.transaction() as connection:
            connection.execute("UPDATE peer SET scope = '[]'")
        done = laptop.push()
    assert (done.sent, done.waiting, len(done.problems)) == (0, 1, 1)
    assert "Le serveur n’a pas pris la photo « a.jpg »" in done.problems[0]


@pytest.mark.parametrize("sha256", ["../../../../etc/passwd", "AB" * 32, "", "ab" * 31, "..\\..\\x", "ab" * 32 + "/.."])
def test_a_hub_cannot_name_a_file_of_its_choice(laptops: tuple[Laptop, Laptop], sha256: str) -> None:
    first, _second = laptops
    media_peers.note_listed(first.db, first.peer, [("photo", sha256), ("script", "ab" * 32), ("photo", "cd" * 32)], 7)
    assert media_peers.at_peer(first.db, first.peer, "photo") == {"cd" * 32}
    assert media_peers.listed_up_to(first.db, first.peer) == 7
    assert media.received_thumbnail(first.db.path, sha256) is None


def test_a_list_without_end_ends(laptops: tuple[Laptop, Laptop], monkeypatch: pytest.MonkeyPatch) -> None:
    first, _second = laptops
    page = type("Page", (), {"media": [], "more": True, "after": 0})
    monkeypatch.setattr(first.client, "list_media", lambda _after: page)
    assert first.pull() == Counted()
