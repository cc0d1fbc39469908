from datetime import date, timedelta

import pytest

from fieldapp.protocols.pop_amphibiens import lists

# Source: PnX-SI/protocoles_suivi, POPAmphibien 2.2.0 nomenclature.json; SINP nomenclatures TYP_DENBR, STADE_VIE, SEXE.
SIZES = {"METHODE_PROSPECTION": 5, "MILIEU_AQUATIQUE": 13, "CATEGORIE_PAYSAGERE": 15, "TYP_DENBR": 2}


@pytest.mark.parametrize(("kind", "size"), SIZES.items())
def test_a_list_holds_every_code_once(kind: str, size: int) -> None:
    codes = [choice.code for choice in lists.choices(kind)]
    assert len(codes) == len(set(codes)) == size


def test_a_code_that_is_not_offered_is_still_known() -> None:
    stages = {choice.code: choice for choice in lists.choices("STADE_VIE", ("2",))}
    assert stages["2"].offered
    assert not stages["6"].offered
    assert stages["6"].label == "Larve"


def test_an_unknown_list_is_a_mistake_of_the_program() -> None:
    with pytest.raises(KeyError):
        lists.choices("COULEUR")


def test_the_taxa_are_the_fifty_of_the_module_and_the_likeliest_come_first() -> None:
    taxa = lists.taxa()
    assert len({taxon.cd_nom for taxon in taxa}) == len(taxa) == 50
    ranks = [taxon.regional_rank for taxon in taxa]
    known = [rank for rank in ranks if rank is not None]
    assert ranks[: len(known)] == sorted(known)
    assert len(set(known)) == len(known)


def test_the_green_frogs_start_with_the_complex() -> None:
    green = [taxon.cd_nom for taxon in lists.taxa() if taxon.complex == lists.GREEN_FROGS]
    assert green[0] == 444436
    assert {444440, 444441, 444443} <= set(green)


def test_the_taxon_of_nothing_seen_is_in_the_list_and_never_likely() -> None:
    absence = next(taxon for taxon in lists.taxa() if taxon.cd_nom == lists.ABSENCE_TAXON)
    assert (absence.lb_nom, absence.regional_rank, absence.status) == ("Amphibia", None, "absence")


def test_every_day_of_the_season_is_in_one_window() -> None:
    windows = lists.windows()
    assert [window.passage for window in windows] == [1, 2, 3]
    day, last = date(2026, *windows[0].first), date(2026, *windows[-1].last)
    while day <= last:
        assert sum(window.holds(day) for window in windows) == 1, day
        day += timedelta(days=1)
    assert not any(window.holds(date(2026, 1, 31)) or window.holds(last + timedelta(days=1)) for window in windows)


@pytest.mark.parametrize(
    ("cd_nom", "order", "family"),
    [
        (197, "Anura", "Alytidae"),
        (212, "Anura", "Bombinatoridae"),
        (252, "Anura", "Pelodytidae"),
        (240, "Anura", "Pelobatidae"),
        (459628, "Anura", "Bufonidae"),
        (281, "Anura", "Hylidae"),
        (444440, "Anura", "Ranidae"),
        (79265, "Anura", "Pipidae"),
        (92, "Urodela", "Salamandridae"),
        (444432, "Urodela", "Salamandridae"),
        (223, "Anura", ""),  # discoglosses: authors disagree on the family
        (914450, "", ""),
    ],
)
def test_amphibians_have_the_order_and_family_of_taxref(cd_nom: int, order: str, family: str) -> None:
    (found,) = (taxon for taxon in lists.taxa() if taxon.cd_nom == cd_nom)
    assert found.lineage == ("Animalia", "Chordata", "Amphibia", order, family)
