"""Lists of sensitive taxa, and the key that nobody else has."""

from pathlib import Path

from fieldapp.store import sensitivities
from fieldapp.store.connection import Database, is_sound, open_database
from fieldapp.store.sensitivities import Rule
from tests.store.ponds import PONDS


def test_of_two_rules_for_the_same_taxon_and_department_the_higher_level_stays(db: Database) -> None:
    count = sensitivities.replace_list(db, "INPN", [(139, "62", 3), (139, "62", 1), (139, "", 2)])
    assert count == 2
    assert sensitivities.rules(db) == [Rule(139, "", 2, "INPN"), Rule(139, "62", 3, "INPN")]


def test_a_list_takes_the_place_of_the_one_of_its_source_only(db: Database) -> None:
    sensitivities.replace_list(db, "INPN", [(139, "", 2), (140, "", 2)])
    sensitivities.replace_list(db, "région", [(139, "", 3)])
    sensitivities.replace_list(db, "INPN", [(141, "", 1)])
    assert sensitivities.lists(db) == [("INPN", 1), ("région", 1)]
    sensitivities.remove_list(db, "INPN")
    assert sensitivities.rules(db) == [Rule(139, "", 3, "région")]


def test_a_database_with_a_list_is_found_in_order(db: Database) -> None:
    sensitivities.replace_list(db, "INPN", [(139, "62", 2)])
    assert is_sound(db.connection)


def test_the_key_stays_with_its_database_and_no_other_has_it(db: Database, path: Path, tmp_path: Path) -> None:
    key = sensitivities.key(db)
    assert len(key) == 32
    with open_database(path, [PONDS]) as again, open_database(tmp_path / "other.db", [PONDS]) as other:
        assert sensitivities.key(again) == key
        assert sensitivities.key(other) != key
