"""An individual is found by what a person types of its name, and letters that mean no one find no one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.core.record import make_record
from fieldapp.protocols.pitfall_barrier.schema import CODE, INDIVIDUAL
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.store.opening import open_for_use
from fieldapp.ui.barrier import finding
from tests.ui.barrier.few_mornings import CRESTED, Mornings


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_for_use(tmp_path / "barrier.db", protocols.installed()) as opened:
        yield opened


def names(db: Database, text: str) -> list[str]:
    return [str(item.data["individual_name"]) for item in finding.named(db, text)]


def add(db: Database, here: Mornings, *wanted: str) -> None:
    made = [
        make_record(CODE, INDIVIDUAL, {"individual_name": name, "cd_nom": CRESTED}, here.site.uid) for name in wanted
    ]
    records.save(db, made, "individus")


def test_the_whole_name_means_one_and_its_beginning_all_that_go_on(db: Database) -> None:
    add(db, Mornings(db), "TC-0131", "TC-014", "Tristan")
    assert names(db, "tc-013") == ["TC-013"]
    assert names(db, "TC-01") == ["TC-013", "TC-0131", "TC-014"]
    assert names(db, "tristan") == ["Tristan"]


@pytest.mark.parametrize("text", ["", "tri", "tc", "2026", "Z-999"])
def test_letters_of_a_species_or_a_year_mean_no_individual(db: Database, text: str) -> None:
    add(db, Mornings(db), "Tristan", "2026-A")
    assert names(db, text) == []


def test_its_catches_come_newest_first_with_their_mornings(db: Database) -> None:
    here = Mornings(db)
    found = finding.catches(db, [here.newt])
    assert [line.uid for line in found] == [here.known.uid, here.before.uid]
    assert [line.parents["visit"].uid for line in found] == [here.full.uid, here.last_year.uid]
    assert finding.catches(db, [here.other]) == []


def test_a_deleted_individual_is_not_found(db: Database) -> None:
    here = Mornings(db)
    records.delete(db, here.newt.uid, "supprimé")
    assert finding.individuals(db, "TC", 5) == []


@pytest.mark.parametrize(
    ("text", "state"),
    [("vide", "empty"), ("Vid", "empty"), ("non rel", "missed"), ("NON RELEVE", "missed"), ("vi", ""), ("vimy", "")],
)
def test_the_words_of_a_state_mean_it(text: str, state: str) -> None:
    assert finding.state_of(text) == state
