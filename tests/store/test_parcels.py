import pytest

from fieldapp.core.ids import new_uid
from fieldapp.core.record import with_data
from fieldapp.store import changes, parcels, peers, records
from fieldapp.store.connection import Database
from fieldapp.store.parcels import IN, OUT, File
from tests.store.ponds import SEEN, VISIT, make

AT, LATER = "2026-04-01T20:00:00.000Z", "2026-04-02T20:00:00.000Z"


def read(db: Database, device: str, at: str, count: int = 1) -> str:
    uid = new_uid()
    with db.transaction() as connection:
        parcels.was_read(connection, File(uid, IN, device, "", 1, 1, count, ("v",), at, ""))
    return uid


def write(db: Database, at: str) -> File:
    file = parcels.begin(db, new_uid(), parcels.last_written(db))
    parcels.written(db, file, parcels.count(db, file), ["v2", "v1"], at)
    return file


def test_a_file_begun_is_not_written_but_nothing_of_it_can_be_withdrawn(db: Database) -> None:
    records.save(db, [make("group", name="Bois")], "saisie")
    file = parcels.begin(db, new_uid(), None)
    assert (file.first, file.last, parcels.count(db, file)) == (1, 1, 1)
    assert parcels.get(db, file.uid) is None
    assert parcels.last_written(db) is None
    assert peers.offered(db) == 1
    changes.undo(db)
    assert db.value("SELECT sum(withdrawn) FROM change") == 0


def test_a_file_that_came_to_nothing_leaves_the_one_before_the_last(db: Database) -> None:
    first = write(db, AT)
    file = parcels.begin(db, new_uid(), first)
    parcels.forget(db, file)
    found = parcels.last_written(db)
    assert found is not None
    assert (found.uid, found.visits, found.direction) == (first.uid, ("v1", "v2"), OUT)
    parcels.forget(db, first)
    assert parcels.get(db, first.uid) is not None


def test_each_file_goes_on_where_the_one_before_ended(db: Database) -> None:
    records.save(db, [make("group", name="A"), make("group", name="B")], "saisie")
    first = write(db, AT)
    records.save(db, [make("group", name="C")], "saisie")
    second = write(db, LATER)
    assert (first.first, first.last, second.first, second.last) == (1, 2, 3, 3)
    assert second.previous == first.uid
    assert [file.uid for file in parcels.all_of(db, OUT)] == [second.uid, first.uid]


def test_windows_hold_every_change_once_and_visits_whole(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parcels, "WINDOW", 4)
    group = make("group", name="Bois")
    site = make("site", group, name="Mare")
    visits = [make("visit", site, visited_on=f"2026-04-0{day}") for day in range(1, 6)]
    seen = [make("seen", visit, cd_nom=number) for number in range(3) for visit in visits]
    records.save(db, [group, site, *visits, *seen], "saisie")
    for visit in visits:
        records.save(db, [with_data(visit, VISIT, {**visit.data, "passage": 1})], "corriger")
    records.save(db, [with_data(seen[0], SEEN, {"cd_nom": 9})], "corriger")
    file = parcels.begin(db, new_uid(), None)
    found = list(parcels.windows(db, file))
    numbers = [number for window in found for parcel in window for number in parcel.changes]
    assert sorted(numbers) == list(range(1, parcels.count(db, file) + 1))
    homes = [parcel.visit for window in found for parcel in window]
    assert len(homes) == len(set(homes)) == 7
    assert homes[:2] == [group.uid, site.uid]


def test_what_was_withdrawn_is_in_no_window(db: Database) -> None:
    records.save(db, [make("group", name="A")], "saisie")
    records.save(db, [make("group", name="B")], "saisie")
    changes.undo(db)
    file = parcels.begin(db, new_uid(), None)
    (window,) = parcels.windows(db, file)
    assert [list(parcel.changes) for parcel in window] == [[1]]


def test_a_file_read_is_to_be_confirmed_until_its_writer_is_known_to_know(db: Database) -> None:
    early, late, other = read(db, "d", AT), read(db, "d", "2026-04-03T00:00:00.000Z"), read(db, "e", AT)
    empty = read(db, "d", AT, count=0)
    ours = write(db, LATER)
    assert [file.uid for file in parcels.to_confirm(db, AT)] == [early, late, other]
    assert [file.uid for file in parcels.to_confirm(db, LATER)] == [late]
    with db.transaction() as connection:
        parcels.confirm(connection, ours.uid, "d")
    assert [file.uid for file in parcels.to_confirm(db, AT)] == [late, other]
    for uid, is_confirmed in ((ours.uid, True), (empty, True), (late, False)):
        file = parcels.get(db, uid)
        assert file is not None
        assert bool(file.confirmed_at) is is_confirmed


def test_the_visits_touched_after_a_change_are_told(db: Database) -> None:
    site = make("site", group := make("group", name="Bois"), name="Mare")
    visits = [make("visit", site, visited_on="2026-04-01"), make("visit", site, visited_on="2026-04-02")]
    seen = make("seen", visits[1], cd_nom=1)
    records.save(db, [group, site, *visits, seen], "saisie")
    last = parcels.last_change(db)
    assert parcels.touched_after(db, last) == set()
    records.save(db, [with_data(seen, SEEN, {"cd_nom": 2})], "corriger")
    assert parcels.touched_after(db, last) == {visits[1].uid}


def test_the_kinds_of_records_that_are_here_are_told(db: Database) -> None:
    group = make("group", name="Bois")
    records.save(db, [group], "saisie")
    assert parcels.kinds(db, [group.uid, new_uid()]) == {group.uid: ("ponds", "group")}


def test_a_file_holds_all_when_those_before_it_lack_what_was_withdrawn_then(db: Database) -> None:
    records.save(db, [make("group", name="A")], "saisie")
    records.save(db, [make("group", name="B")], "saisie")
    changes.undo(db)
    first = write(db, AT)
    records.save(db, [make("group", name="C")], "saisie")
    assert write(db, LATER).previous == first.uid
    with db.transaction() as connection:
        connection.execute("UPDATE change SET withdrawn = 0")
    file = write(db, LATER)
    assert (file.previous, file.first, parcels.count(db, file)) == ("", 1, 4)
    assert write(db, LATER).previous == file.uid
