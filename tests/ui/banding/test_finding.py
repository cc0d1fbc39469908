"""A ring is found by what a person types of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.store.opening import open_for_use
from fieldapp.ui.banding import finding
from tests.ui.banding.small_season import Season


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_for_use(tmp_path / "season.db", protocols.installed()) as opened:
        yield opened


def keys(db: Database, text: str, limit: int = 6) -> list[str]:
    return [ring.key for ring in finding.rings(db, text, limit)]


@pytest.mark.parametrize(
    "text", ["", "868", "Delta 3", "mare 1204", "11/19", "Avion", "12/09/2026", "GBT", "1,23E+07", "8680001.0"]
)
def test_what_is_no_ring_is_not_read_as_one(text: str) -> None:
    assert finding.read(text) == []


@pytest.mark.parametrize("text", ["8680042", "868 0042", "sc126903", "SC 126903", "GBT A710715", "RK7710"])
def test_a_number_is_read_as_engraved_or_as_shown(text: str) -> None:
    assert finding.read(text)


def test_a_scheme_before_the_number_leaves_one_ring(db: Database) -> None:
    assert [ring.key for ring in finding.read("gbt A710715")] == ["GBTA710715"]
    assert [ring.key for ring in finding.read("FRP8680001")] == ["FRP8680001"]
    assert [ring.key for ring in finding.read("XYZ 123456")] == ["XYZ123456"]  # a scheme that no list knows
    assert [ring.key for ring in finding.read("DFH A710715")] == ["DEWA710715"]  # an old code of Wilhelmshaven


def test_the_beginning_of_a_number_finds_the_rings_that_were_seen_in_their_order(db: Database) -> None:
    Season(db)
    assert keys(db, "8680") == ["FRP8680017", "FRP8680018", "FRP8680041", "FRP8680117", "FRP8680118"]
    assert keys(db, "86801") == ["FRP8680117", "FRP8680118"]
    assert keys(db, "8680", limit=2) == ["FRP8680017", "FRP8680018"]
    assert keys(db, "A7107") == keys(db, "GBT A7107") == ["GBTA710715"]
    assert keys(db, "NOS A7107") == []


def test_the_captures_of_a_ring_come_newest_first(db: Database) -> None:
    season = Season(db)
    assert [line.uid for line in finding.captures(db, "868 0017")] == [season.again.uid, season.first.uid]


def test_a_ring_that_was_taken_off_finds_the_capture_where_it_was(db: Database) -> None:
    season = Season(db)
    assert [line.uid for line in finding.captures(db, "5631847")] == [season.others[5].uid]


def test_a_deleted_capture_is_not_found(db: Database) -> None:
    season = Season(db)
    records.delete(db, season.again.uid, "supprimée")
    assert [line.uid for line in finding.captures(db, "8680017")] == [season.first.uid]
