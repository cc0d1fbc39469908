"""The lists of the barrier are whole, and no key of the board means two things."""

from dataclasses import replace

from fieldapp.protocols.pitfall_barrier import lists
from fieldapp.protocols.pop_amphibiens import lists as pop_lists

TAKEN = set("vnmfdjsxih")
"""Letters that the board needs for something else: empty, not checked, sex, dead, juvenile, out, pair, yesterday."""


def test_each_taxon_with_a_key_has_one_of_its_own_that_the_board_does_not_need() -> None:
    keys = list(lists.keys().values())
    assert len(keys) == len(set(keys))
    assert all(len(key) == 1 and key.isascii() and key.islower() for key in keys)
    assert not set(keys) & TAKEN


def test_the_species_of_the_sample_come_first() -> None:
    assert [taxon.cd_nom for taxon in lists.taxa()][:7] == [259, 444432, 444430, 444431, 139, 351, 444440]


def test_crested_newts_are_known_by_their_bellies() -> None:
    assert lists.by_photo() == {139}


def test_every_list_has_codes_of_its_own_and_labels() -> None:
    for kind in ("STADE_VIE", "SEXE", "STATE", "REASON", "SIDE", "DIRECTION", "VITALITY", "VIEW"):
        choices = lists.choices(kind)
        assert len({choice.code for choice in choices}) == len(choices)
        assert all(choice.label and choice.short for choice in choices)


def test_settings_are_numbers() -> None:
    assert lists.settings()["threshold_night_min_c"] == 5
    assert 0 < lists.settings()["max_missed_share"] < 1


def test_a_taxon_is_called_by_its_french_name_else_its_latin_one_else_its_number() -> None:
    newt = next(taxon for taxon in lists.taxa() if taxon.cd_nom == 139)
    assert lists.name_of(newt, 139) == "Triton crêté"
    assert lists.name_of(replace(newt, nom_vern=""), 139) == "Triturus cristatus"
    assert lists.name_of(None, 12) == "12"


def test_what_both_lists_hold_belongs_to_the_same_in_both() -> None:
    ponds = {taxon.cd_nom: taxon for taxon in pop_lists.taxa()}
    shared = [taxon for taxon in lists.taxa() if taxon.cd_nom in ponds]
    assert len(shared) == 30
    assert all(taxon.lineage == ponds[taxon.cd_nom].lineage for taxon in shared)


def test_reptiles_are_told_apart_from_amphibians() -> None:
    reptiles = {taxon.lb_nom.split()[0] for taxon in lists.taxa() if taxon.group == "Reptiles"}
    assert reptiles == {"Anguis", "Vipera", "Natrix", "Zootoca", "Podarcis", "Coronella"}
