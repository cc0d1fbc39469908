import pytest

from fieldapp.core import reference
from fieldapp.exchange.nomenclatures import LISTS, label
from fieldapp.protocols.pop_amphibiens.lists import REFERENCE


@pytest.mark.parametrize(
    ("name", "code", "text"),
    [
        ("STATUT_OBS", "No", "Non observé"),
        ("METH_OBS", "0", "Vu"),
        ("METH_DETERMIN", "21", "Examen visuel de l’individu en main"),
        ("OCC_COMPORTEMENT", "4", "Migration"),
        ("STATUT_VALID", "3", "Douteux"),
    ],
)
def test_a_code_has_the_label_of_the_inpn(name: str, code: str, text: str) -> None:
    assert label(name, code) == text


def test_a_code_that_is_not_known_has_no_label() -> None:
    assert label("METH_OBS", "73") == label("SEXE", "") == ""


def test_the_lists_agree_with_those_that_come_with_the_protocols() -> None:
    rows = reference.rows(REFERENCE / "nomenclatures.csv")
    shared = [row for row in rows if row["type"] in LISTS]
    assert {row["type"] for row in shared} == {"STADE_VIE", "SEXE", "TYP_DENBR"}
    assert [row for row in shared if label(row["type"], row["cd_nomenclature"]) != row["label"]] == []


def test_the_lists_have_the_codes_of_the_national_file() -> None:
    # Source: nomenclatures_inpn_data.sql (Nomenclature-api-module 1.6.5), counted there.
    whole = {"METH_DETERMIN": range(1, 23), "OCC_COMPORTEMENT": range(24), "METH_OBS": range(28), "SEXE": range(7)}
    assert {name: set(LISTS[name]) for name in whole} == {name: set(map(str, codes)) for name, codes in whole.items()}
