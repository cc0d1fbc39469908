"""The fields by which a protocol finds its records at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.core.record import make_record
from fieldapp.protocols.banding.protocol import PROTOCOL
from fieldapp.protocols.banding.schema import CODE, OBSERVATION, SITE, SITES_GROUP, VISIT
from fieldapp.store import indexes, records
from fieldapp.store.connection import Database, open_database
from fieldapp.store.opening import open_for_use


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_for_use(tmp_path / "birds.db", protocols.installed()) as found:
        yield found


def fill(db: Database) -> list[str]:
    place = make_record(CODE, SITES_GROUP, {"place_name": "Bac à schlamms", "commune": "DOURGES"}, None)
    site = make_record(CODE, SITE, {"site_name": "Roselière"}, place.uid)
    visit = make_record(CODE, VISIT, {"date": "2026-09-12", "theme": "PHENO"}, site.uid)
    rings = ("8680001", "8680002", "8680002", "8680010", "RK7001")
    birds = [
        make_record(CODE, OBSERVATION, {"ring": ring, "ring_key": f"FRP{ring}", "species": "ACRSCI"}, visit.uid)
        for ring in rings
    ]
    records.save(db, [place, site, visit, *birds], "test")
    return [bird.uid for bird in birds]


def test_records_are_found_by_an_indexed_field_in_the_order_of_making(db: Database) -> None:
    uids = fill(db)
    found = records.by_field(db, CODE, OBSERVATION.code, "ring_key", ["FRP8680002", "FRPRK7001", "FRP9999999"])
    assert [record.uid for record in found] == [uids[1], uids[2], uids[4]]


def test_a_deleted_record_is_not_found(db: Database) -> None:
    uids = fill(db)
    records.delete(db, uids[0], "test")
    assert records.by_field(db, CODE, OBSERVATION.code, "ring_key", ["FRP8680001"]) == []


def test_a_range_of_texts_is_found_in_its_order(db: Database) -> None:
    fill(db)
    found = records.between(db, CODE, OBSERVATION.code, "ring_key", "FRP8680002", "FRP8680010")
    assert [record.data["ring"] for record in found] == ["8680002", "8680002", "8680010"]


def test_the_values_that_begin_alike_come_once_each_in_their_order_and_no_more_than_asked(db: Database) -> None:
    fill(db)
    asked = (db, CODE, OBSERVATION.code, "ring_key")
    assert records.beginning(*asked, "FRP86800", 9) == ["FRP8680001", "FRP8680002", "FRP8680010"]
    assert records.beginning(*asked, "FRP86800", 2) == ["FRP8680001", "FRP8680002"]
    assert records.beginning(*asked, "FRPRK", 9) == ["FRPRK7001"]
    assert records.beginning(*asked, "FRP8680010", 9) == ["FRP8680010"]


def test_a_value_of_deleted_records_only_does_not_begin_with_anything(db: Database) -> None:
    uids = fill(db)
    records.delete(db, uids[4], "test")
    assert records.beginning(db, CODE, OBSERVATION.code, "ring_key", "FRPRK", 9) == []


@pytest.mark.parametrize("values", [["FRP8680001"], ["FRP8680001", "FRP8680002"]])
def test_the_search_goes_by_the_index_and_not_through_the_table(db: Database, values: list[str]) -> None:
    fill(db)
    plans: list[str] = []
    db.connection.set_trace_callback(plans.append)
    records.by_field(db, CODE, OBSERVATION.code, "ring_key", values)
    records.between(db, CODE, OBSERVATION.code, "ring_key", "FRP1", "FRP2")
    records.beginning(db, CODE, OBSERVATION.code, "ring_key", "FRP8", 9)
    db.connection.set_trace_callback(None)
    for statement in plans:
        steps = [row[3] for row in db.rows(f"EXPLAIN QUERY PLAN {statement}")]
        assert any("field:banding:observation:ring_key" in step for step in steps), steps


def test_a_field_without_an_index_is_not_searched(db: Database) -> None:
    with pytest.raises(KeyError):
        records.by_field(db, CODE, OBSERVATION.code, "net", ["7"])
    with pytest.raises(KeyError):
        records.beginning(db, CODE, OBSERVATION.code, "net", "7", 9)


def test_indexes_are_made_once_and_dropped_when_nobody_asks_for_them(tmp_path: Path) -> None:
    with open_database(tmp_path / "birds.db", [PROTOCOL]) as db:
        assert indexes.refresh(db)
        assert not indexes.refresh(db)
    with open_database(tmp_path / "birds.db", []) as db:
        assert indexes.refresh(db)
        assert db.rows("SELECT name FROM sqlite_master WHERE name LIKE 'field:%'") == []


def test_an_index_of_an_older_version_is_made_anew(tmp_path: Path) -> None:
    with open_database(tmp_path / "birds.db", [PROTOCOL]) as db:
        indexes.refresh(db)
        wanted = dict(db.rows("SELECT name, sql FROM sqlite_master WHERE name LIKE 'field:%'"))
        name = "field:banding:observation:ring_key"
        db.connection.execute(f'DROP INDEX "{name}"')
        db.connection.execute(f"CREATE INDEX \"{name}\" ON record (json_extract(data, '$.ring_key'))")
        assert indexes.refresh(db)
        assert dict(db.rows("SELECT name, sql FROM sqlite_master WHERE name LIKE 'field:%'")) == wanted
        assert not indexes.refresh(db)


def test_a_tally_counts_each_combination_of_values(db: Database) -> None:
    fill(db)
    assert records.tally(db, CODE, OBSERVATION.code, ["species", "sex"]) == [("ACRSCI", None, 5)]
    with pytest.raises(KeyError):
        records.tally(db, CODE, OBSERVATION.code, ["no_such_field"])


def test_placed_records_know_all_that_is_above_them(db: Database) -> None:
    uids = fill(db)
    (found,) = records.placed(db, [record for uid in uids[:1] if (record := records.get(db, uid))])
    assert {code: record.entity for code, record in found.parents.items()} == {
        "visit": "visit", "site": "site", "sites_group": "sites_group"
    }  # fmt: skip
    assert found.parents["sites_group"].data["commune"] == "DOURGES"
