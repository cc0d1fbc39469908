"""The strictest of all rules that may concern a taxon at a place."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.core.record import Record, make_record
from fieldapp.core.schema import Taxon
from fieldapp.desk.sensitivity import Levels
from fieldapp.protocols.directory.protocol import SENSITIVITY
from fieldapp.protocols.occasional import schema
from fieldapp.store import records, sensitivities, taxa
from fieldapp.store.connection import Database, open_database

GENUS = Taxon(1, 1, "Triturus", rank="GN", lineage=("Animalia", "Chordata", "Amphibia"))
SPECIES = Taxon(2, 2, "Triturus cristatus", parent=1, rank="ES", lineage=("Animalia", "Chordata", "Amphibia"))
SYNONYM = Taxon(3, 2, "Triton cristatus", parent=2)
SUBSPECIES = Taxon(4, 4, "Triturus cristatus cristatus", parent=2, rank="SSES")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path / "levels.db", protocols.installed()) as opened:
        taxa.install(opened, taxa.REFERENCE, (GENUS, SPECIES, SYNONYM, SUBSPECIES))
        yield opened


def own(db: Database, **values: object) -> None:
    records.save(db, [make_record("directory", SENSITIVITY, values, None)], "règle")


def borne(db: Database, cd_nom: int) -> Record:
    """Return an observation of a taxon, kept in the database."""
    found = make_record("occasional", schema.OBSERVATION, {"cd_nom": cd_nom}, None)
    records.save(db, [found], "relevé")
    return found


def test_the_highest_of_the_rules_for_everywhere_and_for_the_department_wins(db: Database) -> None:
    sensitivities.replace_list(db, "INPN", [(2, "", 1), (2, "62", 3), (2, "59", 0)])
    levels = Levels.load(db)
    assert [levels.level(2, 2, department) for department in ("62", "59", "80")] == [3, 1, 1]


def test_an_own_rule_and_a_list_count_alike_and_the_higher_one_wins(db: Database) -> None:
    sensitivities.replace_list(db, "INPN", [(2, "", 1)])
    own(db, cd_nom=2, level="2", department="62")
    levels = Levels.load(db)
    assert (levels.level(2, 2, "62"), levels.level(2, 2, "59")) == (2, 1)


def test_where_the_department_is_not_known_all_rules_count(db: Database) -> None:
    sensitivities.replace_list(db, "INPN", [(2, "62", 3)])
    assert Levels.load(db).level(2, 2, "") == 3


def test_a_rule_counts_for_synonyms_subspecies_and_what_is_below_a_genus(db: Database) -> None:
    sensitivities.replace_list(db, "INPN", [(2, "", 2)])
    levels = Levels.load(db)
    assert [levels.level(cd_nom, 0, "62") for cd_nom in (3, 4, 1)] == [2, 2, 0]
    sensitivities.replace_list(db, "INPN", [(1, "", 3)])
    assert Levels.load(db).level(4, 0, "62") == 3
    sensitivities.replace_list(db, "INPN", [(3, "", 1)])  # the list names the synonym, the caller knows the valid name
    assert Levels.load(db).level(99, 3, "62") == 1


@pytest.mark.parametrize(("rule", "borne_as"), [(90, 2), (2, 90), (91, 4)])
def test_a_number_given_up_and_the_one_that_stands_for_it_are_one_taxon(db: Database, rule: int, borne_as: int) -> None:
    taxa.put_withdrawn(db, [taxa.Withdrawn(90, 2, "doublon", "v17"), taxa.Withdrawn(91, 90, "doublon", "v16")])
    sensitivities.replace_list(db, "INPN", [(rule, "", 3)])
    assert Levels.load(db).level(borne_as, 0, "62") == 3


def test_a_number_given_up_for_nothing_concerns_itself_alone(db: Database) -> None:
    taxa.put_withdrawn(db, [taxa.Withdrawn(90, 0, "erreur", "v17")])
    sensitivities.replace_list(db, "INPN", [(90, "", 3)])
    levels = Levels.load(db)
    assert [levels.level(cd_nom, 0, "62") for cd_nom in (90, 2, 4)] == [3, 0, 0]


def test_a_taxon_that_no_rule_names_is_told_exactly(db: Database) -> None:
    assert Levels.load(db).level(2, 2, "62") == 0


def test_own_rules_that_are_deleted_or_no_rules_do_not_count(db: Database) -> None:
    own(db, cd_nom=2, level="7")
    own(db, level="2")
    own(db, cd_nom=2, level="3")
    (rule,) = [one for one in records.roots(db, "directory", "sensitivity") if one.data.get("level") == "3"]
    records.save(db, [rule.removed()], "retirer")
    assert Levels.load(db).level(2, 2, "62") == 0


def test_a_group_is_as_sensitive_as_its_most_sensitive_taxon(db: Database) -> None:
    assert Levels.load(db).highest_within("Amphibia") == 0
    sensitivities.replace_list(db, "INPN", [(2, "", 2), (1, "62", 1)])
    levels = Levels.load(db)
    assert [levels.highest_within(scope) for scope in ("Amphibia", "Triturus", "Aves", "")] == [2, 2, 0, 2]


def test_a_taxon_that_nobody_knows_may_be_of_any_group_once_a_record_bears_it(db: Database) -> None:
    sensitivities.replace_list(db, "INPN", [(2, "", 0), (777, "", 3)])
    own(db, cd_nom=777, level="3")
    assert Levels.load(db).highest_within("Aves") == 0  # nothing here that the rules could hide
    borne(db, 777)
    assert Levels.load(db).highest_within("Aves") == 3


def test_a_genus_that_nobody_knows_is_of_the_groups_of_its_species_that_records_bear(db: Database) -> None:
    frog = Taxon(6, 6, "Rana dalmatina", parent=5, lineage=("Animalia", "Chordata", "Amphibia"))
    taxa.install(db, taxa.REFERENCE, (GENUS, SPECIES, frog))
    sensitivities.replace_list(db, "INPN", [(5, "", 2)])
    assert [Levels.load(db).highest_within(scope) for scope in ("Amphibia", "Aves", "")] == [0, 0, 0]
    borne(db, 6)
    assert [Levels.load(db).highest_within(scope) for scope in ("Amphibia", "Aves", "")] == [2, 0, 2]


def test_what_a_deleted_record_bears_counts_still(db: Database) -> None:
    sensitivities.replace_list(db, "INPN", [(777, "", 3)])
    records.save(db, [borne(db, 777).removed()], "retirer")
    assert Levels.load(db).highest_within("Amphibia") == 3


def test_a_pseudonym_is_the_same_each_time_here_and_another_elsewhere(db: Database, tmp_path: Path) -> None:
    here = Levels.load(db).pseudonym("row", "a")
    assert Levels.load(db).pseudonym("row", "a") == here
    assert Levels.load(db).pseudonym("row", "b") != here
    assert Levels.load(db).pseudonym("rowa", "") != here
    with open_database(tmp_path / "other.db", protocols.installed()) as other:
        assert Levels.load(other).pseudonym("row", "a") != here
