from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from fieldapp.core.ids import new_uid
from fieldapp.store import records
from fieldapp.store.connection import Database, open_database
from fieldapp.sync import bundle_figures, wire
from fieldapp.sync.bundle_figures import Tally
from fieldapp.sync.bundle_file import Manifest, Share
from tests.store.ponds import PONDS
from tests.sync.laptops import evening


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path / "base.db", [PONDS]) as opened:
        yield opened


def change(protocol: str, version: str, record: str, visit: str) -> wire.Change:
    return wire.Change(new_uid(), record, protocol, "visit", version, 0, visit, (), wire.NOTHING, msgspec.Raw(b"{}"))


def test_records_and_visits_are_counted_once_and_the_highest_version_is_told() -> None:
    tally = Tally()
    tally.add([change("a", "1.9", "r1", "v1"), change("a", "1.10", "r1", "v1"), change("b", "1.0", "r2", "r2")])
    tally.add([change("a", "1.9", "r3", "v1")])
    assert tally.shares() == {"a": Share("1.10", 3, 2, 1), "b": Share("1.0", 1, 1, 1)}
    assert (tally.total(), tally.all_visits()) == (4, {"v1", "r2"})


def test_nothing_is_nothing() -> None:
    assert (Tally().shares(), Tally().total(), Tally().all_visits()) == ({}, 0, set())


def test_the_digest_of_a_visit_changes_with_what_lies_in_it(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_figures, "COMPARED", 1)
    rows = evening()
    records.save(db, rows, "saisie")
    visits = [row.uid for row in rows if row.entity == "visit"]
    absent = new_uid()
    before = bundle_figures.digests_of(db, [*visits, absent])
    assert len(set(before.values())) == 3
    assert before[absent] == wire.visit_digest(())
    records.delete(db, rows[-1].uid, "supprimer")
    after = bundle_figures.digests_of(db, visits)
    assert [after[visit] == before[visit] for visit in visits] == [True, False]


def test_a_laptop_is_called_by_its_name_else_by_the_beginning_of_its_uid() -> None:
    told = Manifest(program="", parcel="", device="0123456789", made_at="", first=0, last=0, changes=0)
    assert bundle_figures.device_words(told) == "01234567"
    assert bundle_figures.device_words(msgspec.structs.replace(told, device_name="Asus")) == "Asus"
    assert bundle_figures.device_words(msgspec.structs.replace(told, device="")) == "?"


def test_an_instant_is_told_in_numbers_and_a_senseless_one_as_it_stands() -> None:
    assert bundle_figures.instant_words("2026-11-21T12:00:00.000Z")[:10] == "21/11/2026"
    assert bundle_figures.instant_words("demain") == "demain"
    assert bundle_figures.instant_words("") == ""
