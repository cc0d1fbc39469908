import csv
from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.core.schema import Taxon
from fieldapp.protocols.occasional import lists

NEWT = Taxon(444432, 444432, "Lissotriton helveticus", group="Amphibiens", lineage=("Animalia",))
DAISY = Taxon(85740, 85740, "Bellis perennis", group="Angiospermes", lineage=("Plantae",))
UNKNOWN = Taxon(1, 1, "Nomen nudum")


@pytest.mark.parametrize(
    ("kind", "code", "newt", "daisy"),
    [
        ("STADE_VIE", "8", True, False),  # Têtard
        ("STADE_VIE", "7", False, False),  # Chenille
        ("STADE_VIE", "27", False, True),  # Fruit
        ("STADE_VIE", "3", True, True),  # Juvénile
        ("OBJ_DENBR", "TIGE", False, True),
        ("OBJ_DENBR", "PON", True, False),
        ("OBJ_DENBR", "IND", True, True),
        ("METH_OBS", "1", True, False),  # Entendu
        ("OCC_COMPORTEMENT", "18", True, False),  # Chant
    ],
)
def test_a_code_is_said_of_what_it_fits(kind: str, code: str, newt: bool, daisy: bool) -> None:
    assert (lists.fits_taxon(kind, code, NEWT), lists.fits_taxon(kind, code, DAISY)) == (newt, daisy)
    assert lists.fits_taxon(kind, code, UNKNOWN)
    assert lists.fits_taxon(kind, code, None)


def test_codes_are_those_of_the_nomenclatures_and_what_says_nothing_is_not_offered() -> None:
    stages = lists.choices("STADE_VIE")
    assert [choice.code for choice in stages] == [str(number) for number in range(28)]
    assert [choice.code for choice in lists.choices("OBJ_DENBR") if choice.offered] == [
        "IND", "CPL", "COL", "NID", "PON", "HAM", "TIGE", "TOUF", "SURF",
    ]  # fmt: skip
    assert not any(choice.offered for choice in stages if choice.code in {"0", "1"})


@pytest.mark.parametrize("kind", ["STADE_VIE", "SEXE", "METH_OBS", "OCC_COMPORTEMENT"])
def test_a_letter_means_one_code(kind: str) -> None:
    with (Path(lists.REFERENCE) / "nomenclatures.csv").open(encoding="utf-8", newline="") as file:
        typed = [row["letter"] for row in csv.DictReader(file, delimiter=";") if row["type"] == kind and row["letter"]]
    assert len(typed) == len(set(typed)) == len(lists.letters(kind))


def test_the_list_has_what_no_other_list_of_the_program_has() -> None:
    own = {taxon.cd_nom for taxon in lists.taxa()}
    others = {taxon.cd_nom for one in protocols.installed() if one.code != "occasional" for taxon in one.taxa()}
    assert own & others == set()
    assert {taxon.lineage[0] for taxon in lists.taxa()} == {"Animalia", "Plantae"}


def test_the_usual_species_stand_in_some_list_under_the_name_that_is_given() -> None:
    known = {taxon.cd_nom: taxon.nom_vern for one in protocols.installed() for taxon in one.taxa()}
    with (Path(lists.REFERENCE) / "usual.csv").open(encoding="utf-8", newline="") as file:
        told = {int(row["cd_nom"]): row["name"] for row in csv.DictReader(file, delimiter=";")}
    assert tuple(told) == lists.usual()
    assert {cd_nom: known[cd_nom].replace("'", "’") for cd_nom in told} == told
