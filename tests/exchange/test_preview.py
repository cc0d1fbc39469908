"""What is said before an export is what the file then holds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.core.errors import CancelledError
from fieldapp.core.exchange import Exporter
from fieldapp.core.record import Record, make_record, with_data
from fieldapp.exchange import demo
from fieldapp.exchange.exporting import export_file
from fieldapp.exchange.preview import incomplete, preview
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.store.opening import open_for_use

OBSERVATION = "97a6205d-b58b-47c5-a672-2f5baec24d6e"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_for_use(tmp_path / "season.db", protocols.installed()) as opened:
        demo.fill(opened)
        yield opened


def exporter(code: str) -> Exporter:
    return next(item for item in protocols.by_code("pop_amphibiens").exports if item.code == code)


def the_visit(db: Database) -> Record:
    observation = records.get(db, OBSERVATION)
    assert observation is not None
    visit = records.get(db, observation.parent or "")
    assert visit is not None
    return visit


@pytest.mark.parametrize("code", ["shf", "shf-analyses"])
def test_the_rows_counted_are_the_rows_written(db: Database, tmp_path: Path, code: str) -> None:
    found = preview(db, exporter(code), 2020)
    assert found.rows == export_file(db, exporter(code), tmp_path / "out.csv", year=2020).rows
    assert found.visits == 261


def test_a_year_without_visits_holds_nothing(db: Database) -> None:
    found = preview(db, exporter("shf"), 1999)
    assert (found.rows, found.visits, found.incomplete, found.reasons) == (0, 0, 0, ())


def test_a_visit_that_lacks_a_field_is_counted_with_its_reason(db: Database) -> None:
    before = preview(db, exporter("shf"), 2020)
    visit = the_visit(db)
    entity = protocols.by_code("pop_amphibiens").entity("visit")
    values = {name: value for name, value in visit.data.items() if name != "Heure_fin"}
    records.save(db, [with_data(visit, entity, values)], "heure effacée")
    after = preview(db, exporter("shf"), 2020)
    assert after.incomplete == before.incomplete + 1
    assert "Fin : à remplir." in dict(after.reasons)


def test_a_visit_without_observation_has_a_row_in_the_analyses_only(db: Database) -> None:
    visit = the_visit(db)
    values = {**visit.data, "visit_date_min": "2020-03-01", "accessibility": "Non"}
    entity = protocols.by_code("pop_amphibiens").entity("visit")
    records.save(db, [make_record("pop_amphibiens", entity, values, visit.parent)], "inaccessible")
    standard, analyses = preview(db, exporter("shf"), 2020), preview(db, exporter("shf-analyses"), 2020)
    assert (standard.rows, standard.visits, standard.without_row) == (389, 262, 1)
    assert (analyses.rows, analyses.without_row) == (262, 0)


def test_counting_stops_when_it_is_cancelled(db: Database) -> None:
    def check() -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        preview(db, exporter("shf"), check=check)


def test_each_incomplete_visit_is_named_with_what_it_lacks(db: Database) -> None:
    protocol = protocols.by_code("pop_amphibiens")
    before = incomplete(db, protocol, "visit", 2020)
    assert len(before) == preview(db, exporter("shf"), 2020).incomplete
    visit = the_visit(db)
    values = {name: value for name, value in visit.data.items() if name != "Heure_fin"}
    records.save(db, [with_data(visit, protocol.entity("visit"), values)], "heure effacée")
    after = incomplete(db, protocol, "visit", 2020)
    assert "Fin : à remplir." in after[visit.uid]
    assert set(after) == {*before, visit.uid}
    assert incomplete(db, protocol, "visit", 1999) == {}


def test_the_search_for_incomplete_visits_tells_how_far_it_is_and_can_be_stopped(db: Database) -> None:
    protocol = protocols.by_code("pop_amphibiens")
    told: list[tuple[int, int]] = []
    incomplete(db, protocol, "visit", report=lambda done, total: told.append((done, total)))
    assert told == [(done, 261) for done in range(261)]

    def stop(_done: int, _total: int) -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        incomplete(db, protocol, "visit", report=stop)
