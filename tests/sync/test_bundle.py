"""Files between laptops: real files, real databases, a real hub where one has a part."""

import errno
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp.core.errors import CancelledError, DatabaseError, FileRefusedError
from fieldapp.core.ids import new_uid
from fieldapp.core.record import Record
from fieldapp.hub import applying
from fieldapp.hub.opening import open_storage
from fieldapp.hub.storage import Account
from fieldapp.store import changes, disputes, integrity, media, outbox, parcels, peers, records
from fieldapp.store.connection import open_database
from fieldapp.sync import bundle, bundle_file, engine, job, wire
from tests.store.photographs import photograph
from tests.store.ponds import PONDS, make
from tests.sync.keepsakes import KEEPSAKES, keepsake
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


# ---------------------------------------------------------------------------------------------- there and back


def test_a_file_brings_all_and_its_receipt_travels_back_the_same_way(laptop: Maker) -> None:
    a, b = laptop("a"), laptop("b")
    a.save(*evening())
    told = b.read(a.export())
    assert (told.kind, told.received, told.created, told.visits, told.people) == ("new", 10, 10, 4, 1)
    assert b.state() == a.state()
    assert integrity.check(b.db).is_clean
    assert [file.confirmed_at for file in parcels.all_of(a.db, parcels.OUT)] == [""]
    back = a.read(b.export())
    assert [(item.identical, item.changed, item.different) for item in back.confirmations] == [(4, 0, ())]
    assert back.received == 0
    (file,) = parcels.all_of(a.db, parcels.OUT)
    assert file.confirmed_at


def test_what_the_other_laptop_holds_otherwise_is_told_by_name_and_confirms_nothing(laptop: Maker) -> None:
    a, b = laptop("a"), laptop("b")
    rows = evening()
    a.save(*rows)
    b.read(a.export())
    with b.db.transaction() as connection:
        connection.execute("UPDATE record SET data = '{\"count\":99}' WHERE uid = ?", (rows[3].uid,))
    (told,) = a.read(b.export()).confirmations
    assert (told.identical, told.changed, told.different) == (3, 0, (rows[2].uid,))
    assert [file.confirmed_at for file in parcels.all_of(a.db, parcels.OUT)] == [""]


def test_a_visit_that_was_changed_here_since_is_not_called_different(laptop: Maker) -> None:
    a, b = laptop("a"), laptop("b")
    rows = evening()
    a.save(*rows)
    b.read(a.export())
    a.edit(rows[3].uid, count=50)
    (told,) = a.read(b.export()).confirmations
    assert (told.identical, told.changed, told.different) == (3, 1, ())
    assert parcels.all_of(a.db, parcels.OUT)[0].confirmed_at


def test_receipts_are_told_until_their_reader_is_known_to_have_them(laptop: Maker) -> None:
    a, b = laptop("a"), laptop("b")
    a.save(*evening())
    b.read(a.export("1"))
    lost = b.export("perdu")
    assert bundle.export(b.db, b.folder / "2.fieldbatch", since_last=True).receipts == 1
    assert lost.exists()
    a.read(b.folder / "perdu.fieldbatch")
    with pytest.raises(bundle.WrongOrderError):
        laptop("c").read(b.folder / "2.fieldbatch")
    b.read(a.export("3"))
    assert [file.confirmed_at != "" for file in parcels.all_of(b.db, parcels.IN)] == [False, True]


def test_only_what_is_new_since_the_last_file_travels(laptop: Maker) -> None:
    a, b = laptop("a"), laptop("b")
    rows = evening()
    a.save(*rows)
    first = a.export("1")
    a.edit(rows[1].uid, name="Grande mare")
    done = bundle.export(a.db, a.folder / "2.fieldbatch", since_last=True)
    assert done.changes == 1
    b.read(first)
    assert b.read(done.path).received == 1
    assert b.state() == a.state()


def test_nothing_new_makes_no_file_and_no_gap(laptop: Maker) -> None:
    a, b = laptop("a"), laptop("b")
    a.save(*evening())
    first = a.export("1")
    with pytest.raises(bundle.NothingNewError, match="rien de nouveau"):
        a.export("2", since_last=True)
    assert not (a.folder / "2.fieldbatch").exists()
    a.save(make("group", name="Lande"))
    third = a.export("3", since_last=True)
    b.read(first)
    assert b.read(third).received == 1


def test_any_laptop_hands_on_what_came_from_others(laptop: Maker) -> None:
    a, b, c = laptop("a"), laptop("b"), laptop("c")
    a.save(*evening())
    b.read(a.export())
    b.save(make("group", name="De b"))
    told = c.read(b.export())
    assert (told.received, told.people) == (11, 2)
    assert c.state() == b.state()


def test_two_laptops_that_wrote_the_same_field_find_both_values_again(laptop: Maker) -> None:
    a, b = laptop("a"), laptop("b")
    rows = evening()
    a.save(*rows)
    b.read(a.export("1"))
    a.edit(rows[1].uid, name="De a")
    b.edit(rows[1].uid, name="De b")
    assert b.read(a.export("2")).conflicts == 1
    assert a.read(b.export("2")).conflicts == 1
    assert a.state() == b.state()
    (dispute,) = disputes.opened(a.db)
    assert {version.value for version in dispute.versions} == {"De a", "De b"}


def test_more_than_one_message_comes_whole_whatever_was_moved(laptop: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "PART_CHANGES", 5)
    monkeypatch.setattr(parcels, "WINDOW", 7)
    a, b = laptop("a"), laptop("b")
    rows = evening(visits=6, seen=4)
    a.save(*rows)
    visits = [row for row in rows if row.entity == "visit"]
    chance = random.Random(5)
    for row in [row for row in rows if row.entity == "seen"][::2]:
        record = records.get(a.db, row.uid)
        assert record is not None
        a.save(_moved(record, chance.choice(visits)))
    a.edit(rows[0].uid, name="Forêt")
    records.delete(a.db, visits[3].uid, "supprimer")
    with bundle_file.opened(path := a.export()) as reader:
        assert len(reader.parts) > 5
    b.read(path)
    assert b.state() == a.state()
    assert integrity.check(b.db).is_clean


def _moved(record: Record, visit: Record) -> Record:
    return Record(record.uid, record.protocol, record.entity, visit.uid, record.data, record.on_date, record.cd_nom)


def test_the_same_database_makes_the_same_messages(laptop: Maker) -> None:
    a = laptop("a")
    a.save(*evening())
    told = []
    for name in ("1", "2"):
        with bundle_file.opened(a.export(name)) as reader:
            request = reader.part("changes-0001.bin")
            told.append((request.actions, request.changes))
    assert told[0] == told[1]


# -------------------------------------------------------------------------------------------------- harmless


def test_the_same_file_twice_changes_nothing_and_says_so(laptop: Maker) -> None:
    a, b = laptop("a"), laptop("b")
    a.save(*evening())
    path = a.export()
    first = b.read(path)
    before = b.state()
    again = b.read(path)
    assert (again.kind, again.received, again.known_at != "") == ("known", 0, True)
    assert b.state() == before
    assert first.known_at == ""


def test_ones_own_file_is_known_as_such(laptop: Maker) -> None:
    a = laptop("a")
    a.save(*evening())
    path = a.export()
    before = a.everything()
    assert a.read(path).kind == "own"
    assert a.everything() == before


def test_ones_own_file_brings_back_what_an_older_copy_of_the_database_lost(laptop: Maker, tmp_path: Path) -> None:
    a = laptop("a")
    rows = evening()
    a.save(*rows[:2])
    older = tmp_path / "older.db"
    a.db.connection.execute("VACUUM INTO ?", (str(older),))
    a.save(*rows[2:])
    path = a.export()
    with open_database(older, [PONDS, KEEPSAKES], a.db.author) as db:
        assert bundle.import_(db, path).received == len(rows) - 2


def test_a_file_in_the_wrong_order_is_refused_and_says_which_comes_first(laptop: Maker) -> None:
    a, b = laptop("a"), laptop("b")
    a.save(*evening())
    a.export("1")
    a.save(make("group", name="Lande"))
    second = a.export("2", since_last=True)
    before = b.everything()
    with pytest.raises(bundle.WrongOrderError, match=r"suit celui du \d\d/\d\d/\d{4} .*« a »"):
        b.read(second)
    assert b.everything() == before
    b.read(a.folder / "1.fieldbatch")
    assert b.read(second).received == 1


def test_a_file_of_another_association_is_refused(laptop: Maker) -> None:
    a, b, c = laptop("a"), laptop("b"), laptop("c")
    a.save(*evening())
    peers.add(a.db, peers.HUB, project=new_uid(), name="Asso A")
    path = a.export()
    peers.add(b.db, peers.HUB, project=new_uid(), name="Asso B")
    before = b.everything()
    with pytest.raises(bundle.WrongProjectError, match="Asso A"):
        b.read(path)
    assert b.everything() == before
    assert c.read(path).received == 10


def test_what_was_exported_is_not_withdrawn_by_an_undo(laptop: Maker) -> None:
    a, b = laptop("a"), laptop("b")
    rows = evening()
    a.save(*rows)
    a.edit(rows[1].uid, name="Faute")
    b.read(a.export("1"))
    changes.undo(a.db)
    assert a.db.value("SELECT count(*) FROM change WHERE withdrawn = 1") == 0
    b.read(a.export("2", since_last=True))
    assert b.state() == a.state()


def test_what_was_undone_before_does_not_travel(laptop: Maker) -> None:
    a, b = laptop("a"), laptop("b")
    rows = evening()
    a.save(*rows)
    a.edit(rows[1].uid, name="Faute")
    changes.undo(a.db)
    assert b.read(a.export()).changes == len(rows)
    assert b.state() == a.state()


# --------------------------------------------------------------------------------------------------- a hub


class Hub:
    """A hub in this process, and the way of a laptop to it."""

    def __init__(self, folder: Path) -> None:
        self.storage = open_storage(str(folder / "hub.db"))
        self.storage.migrate()
        self.project = self.storage.add_project("asso")

    def sync(self, one: Laptop, role: str = "coordinator") -> job.Report:
        peer = peers.hub(one.db) or peers.add(
            one.db, peers.HUB, project=self.project.uid, name="asso", account=new_uid(), role=role
        )
        account = Account(
            self.project.uid, peer.account, one.db.author.device, one.name, role, (), "x", "00", records.now()
        )

        class Line:
            def sync(_self, request: wire.Request, _progress: object = None, _cancelled: object = None) -> wire.Answer:
                return applying.answer(self.storage, account, wire.unpack(wire.pack(request), wire.Request))

        return engine.run(one.db, peer.id, Line(), wait=lambda _seconds: None)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    found = Hub(tmp_path)
    yield found
    found.storage.close()


def test_what_came_by_file_goes_on_to_the_hub_and_its_author_finds_it_there(laptop: Maker, hub: Hub) -> None:
    a, b, c = laptop("a"), laptop("b"), laptop("c")
    a.save(*evening())
    hub.sync(b)
    b.read(a.export())
    assert hub.sync(b).sent == 10
    assert hub.sync(c).received == 10
    report = hub.sync(a)
    assert (report.received, report.conflicts, report.refused, report.different) == (0, 0, 0, 0)
    assert a.state() == b.state() == c.state()


def test_what_the_hub_refuses_of_a_file_waits_and_is_not_let_go_of(laptop: Maker, hub: Hub) -> None:
    a, b, c = laptop("a"), laptop("b"), laptop("c")
    rows = evening()
    c.save(*rows)
    hub.sync(c, "volunteer")
    a.read(c.export())
    records.delete(a.db, rows[-1].uid, "supprimer")
    b.read(a.export())
    assert hub.sync(b, "volunteer").refused == 1
    peer = peers.hub(b.db)
    assert peer is not None
    (kept,) = outbox.refused(b.db, peer)
    assert (kept.record, kept.reason) == (rows[-1].uid, "not_yours")
    report = hub.sync(b, "coordinator")
    assert (report.sent, report.refused) == (1, 0)
    hub.sync(c, "volunteer")
    assert c.state() == a.state()


def test_what_came_by_the_hub_already_is_known_in_a_file(laptop: Maker, hub: Hub) -> None:
    a, b = laptop("a"), laptop("b")
    a.save(*evening())
    hub.sync(a)
    hub.sync(b)
    told = b.read(a.export())
    assert (told.changes, told.received, told.kind) == (10, 0, "new")
    assert hub.sync(b).sent == 0


# --------------------------------------------------------------------------------------------------- photos


def with_photo(one: Laptop, tmp_path: Path, seed: int = 1) -> str:
    kept = media.keep(one.db, photograph(tmp_path / f"{seed}.jpg", seed))
    one.save(keepsake(kept.sha256))
    return kept.sha256


def test_photos_travel_with_the_changes_that_name_them(laptop: Maker, tmp_path: Path) -> None:
    a, b = laptop("a"), laptop("b")
    sha256 = with_photo(a, tmp_path)
    path = a.export()
    told = b.read(path)
    assert (told.photos, told.problems) == (1, [])
    there, here = media.path_of(b.db, sha256), media.path_of(a.db, sha256)
    assert there is not None
    assert here is not None
    assert there.read_bytes() == here.read_bytes()
    assert media.get(b.db, sha256).file_name == "1.jpg"  # type: ignore[union-attr]


def test_photos_stay_where_they_are_when_asked(laptop: Maker, tmp_path: Path) -> None:
    a, b = laptop("a"), laptop("b")
    sha256 = with_photo(a, tmp_path)
    assert b.read(a.export(with_photos=False)).photos == 0
    assert media.path_of(b.db, sha256) is None


def test_a_damaged_photo_is_left_out_and_told(laptop: Maker, tmp_path: Path) -> None:
    a = laptop("a")
    path = media.path_of(a.db, with_photo(a, tmp_path))
    assert path is not None
    path.write_bytes(path.read_bytes()[:-1])
    done = bundle.export(a.db, a.folder / "x.fieldbatch")
    assert done.photos == 0
    assert "abîmée" in done.problems[0]


def test_photos_for_which_there_was_no_room_come_with_a_second_reading(
    laptop: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = laptop("a"), laptop("b")
    sha256 = with_photo(a, tmp_path)
    path = a.export()

    def full(*_args: object) -> None:
        raise DatabaseError("Le disque est plein.")

    with monkeypatch.context() as patched:
        patched.setattr(media, "add_piece", full)
        told = b.read(path)
    assert (told.received, told.photos) == (1, 0)
    assert "lisez de nouveau" in told.problems[0]
    again = b.read(path)
    assert (again.kind, again.photos, again.problems) == ("known", 1, [])
    assert media.path_of(b.db, sha256) is not None


# ---------------------------------------------------------------------------------------------- writing a file


def test_a_folder_gets_a_file_with_the_moment_in_its_name(laptop: Maker, tmp_path: Path) -> None:
    a = laptop("a")
    a.save(*evening())
    stick = tmp_path / "stick"
    stick.mkdir()
    done = bundle.export(a.db, stick)
    assert done.path.parent == stick
    assert done.path.suffix == ".fieldbatch"
    assert done.bytes == done.path.stat().st_size


def test_a_file_never_takes_the_place_of_a_database_or_of_another_file(laptop: Maker) -> None:
    a = laptop("a")
    a.save(*evening())
    note = a.folder / "note.txt"
    note.write_text("à garder")
    for path in (a.db.path, Path(f"{a.db.path}-wal"), a.folder / "autre.db-journal", note):
        with pytest.raises(FileRefusedError, match="rien n’a été écrit"):
            bundle.export(a.db, path)
    assert note.read_text() == "à garder"
    assert parcels.all_of(a.db, parcels.OUT) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_a_stick_that_takes_no_more_leaves_nothing_half(
    laptop: Maker, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = laptop("a"), laptop("b")
    a.save(*evening())
    former = a.export("envoi")
    content = former.read_bytes()
    a.save(make("group", name="Lande"))

    def full(_handle: int) -> None:
        raise OSError(number, "no")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(FileRefusedError), monkeypatch.context():
            bundle.export(a.db, former, since_last=True)
    assert former.read_bytes() == content
    assert list(a.folder.glob(".*")) == []
    b.read(former)
    assert b.read(a.export("2", since_last=True)).received == 1


def test_a_folder_that_is_not_there_is_told(laptop: Maker) -> None:
    a = laptop("a")
    a.save(*evening())
    with pytest.raises(FileRefusedError, match="n’existe pas"):
        bundle.export(a.db, a.folder / "clé" / "x.fieldbatch")


def test_a_stick_that_gives_back_other_bytes_is_found_out(laptop: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    a = laptop("a")
    a.save(*evening())
    real = os.fsync

    def forgetful(handle: int) -> None:
        real(handle)
        os.pwrite(handle, b"\0\0\0\0", 60)

    monkeypatch.setattr(os, "fsync", forgetful)
    with pytest.raises(FileRefusedError, match="au besoin avec une autre clé"):
        a.export()
    monkeypatch.undo()
    assert list(a.folder.glob("*.fieldbatch")) == []
    assert parcels.all_of(a.db, parcels.OUT) == []


def test_a_file_that_the_database_can_not_take_note_of_does_not_stay(
    laptop: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = laptop("a")
    a.save(*evening())

    def full(*_args: object) -> None:
        raise DatabaseError("Le disque est plein.")

    monkeypatch.setattr(parcels, "written", full)
    with pytest.raises(DatabaseError):
        a.export()
    assert list(a.folder.glob("*.fieldbatch")) == list(a.folder.glob(".*")) == []


def test_a_cancelled_export_leaves_nothing(laptop: Maker) -> None:
    a = laptop("a")
    a.save(*evening())
    with pytest.raises(CancelledError):
        a.export(cancelled=lambda: True)
    assert list(a.folder.glob("*.fieldbatch")) == list(a.folder.glob(".*")) == []
    assert parcels.last_written(a.db) is None
