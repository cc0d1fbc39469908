"""A version is checked as any entry is: by the rules of its protocol, with all that the store holds around it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.core.merging import DELETED
from fieldapp.core.record import Record, make_record
from fieldapp.core.settings import Settings
from fieldapp.store import records
from fieldapp.store.connection import open_database
from fieldapp.ui.services import Services
from fieldapp.ui.sync.disputes_check import refusals

BARRIER, POP = "pitfall_barrier", "pop_amphibiens"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with open_database(tmp_path / "check.db", protocols.installed()) as db:
        yield Services(db, db.protocols, Settings(), lambda _at: None, lambda _settings: None)


def made(services: Services, protocol: str, entity: str, parent: Record | None = None, **values: object) -> Record:
    kind = services.db.protocols[protocol].entity(entity)
    record = make_record(protocol, kind, values, parent.uid if parent else None)
    records.save(services.db, [record], "saisie")
    return record


@pytest.fixture
def barrier(services: Services) -> Record:
    site = made(services, BARRIER, "site", site_name="Mare Jules Ferry", commune="Vimy")
    made(services, BARRIER, "bucket", site, bucket="1", side="E")
    made(services, BARRIER, "campaign", site, opened_on="2022-02-15", closed_on="2022-05-01")
    return site


def test_a_day_that_has_its_check_already_is_refused(services: Services, barrier: Record) -> None:
    made(services, BARRIER, "visit", barrier, check_on="2022-03-01", state="R")
    other = made(services, BARRIER, "visit", barrier, check_on="2022-03-02", state="R")
    [sentence] = refusals(services, other, {"check_on": "2022-03-01"})
    assert "01/03/2022" in sentence
    assert refusals(services, other, {"check_on": "2022-03-03"}) == []


def test_what_the_barrier_has_not_is_refused(services: Services, barrier: Record) -> None:
    check = made(services, BARRIER, "visit", barrier, check_on="2022-03-01", state="R")
    assert refusals(services, check, {"closed_buckets": ["7"]})
    assert refusals(services, check, {"closed_buckets": ["1"]}) == []
    assert refusals(services, check, {"check_on": "2022-07-01"})


def test_a_visit_with_lines_does_not_become_inaccessible(services: Services) -> None:
    site = made(services, POP, "site", base_site_name="mare 04")
    visit = made(services, POP, "visit", site, visit_date_min="2022-04-14", num_passage=1, accessibility="Oui")
    made(services, POP, "observation", visit, cd_nom=444432, presence="Oui", count_min=3, count_max=3)
    assert refusals(services, visit, {"accessibility": "Non"})


def test_what_is_wrong_already_keeps_nobody_from_settling_another_field(services: Services) -> None:
    visit = made(services, POP, "visit", visit_date_min="2999-04-14", num_passage=1)
    assert refusals(services, visit, {"comments": "vent"}) == []


def test_a_deletion_is_checked_by_no_rule(services: Services) -> None:
    visit = made(services, POP, "visit", visit_date_min="2022-04-14", num_passage=1)
    assert refusals(services, visit, {DELETED: True, "visit_date_min": "2999-01-01"}) == []
