import pytest

from fieldapp.core.schema import Taxon
from fieldapp.protocols.pop_amphibiens import lists
from fieldapp.protocols.pop_amphibiens.latin_names import names_taxon

TAXA = {taxon.cd_nom: taxon for taxon in lists.taxa()}


@pytest.mark.parametrize("taxon", TAXA.values(), ids=lambda taxon: taxon.lb_nom)
def test_every_taxon_has_its_own_name_with_and_without_author_and_in_capitals(taxon: Taxon) -> None:
    assert names_taxon(taxon.lb_nom, taxon)
    assert names_taxon(taxon.nom_complet, taxon)
    assert names_taxon(taxon.lb_nom.upper(), taxon)


@pytest.mark.parametrize(
    ("latin", "cd_nom"),
    [
        ("", 259),
        ("Bufo b.", 259),
        ("bufo  bufo", 259),
        ("Bufo calamita Laurenti, 1768", 459628),
        ("Pelophylax esculentus", 444440),
        ("Rana esculenta", 444440),
        ("Bufo sp.", 699157),
        ("Bufo Garsault, 1764", 699157),
    ],
)
def test_shortened_names_synonyms_and_authors_are_no_contradiction(latin: str, cd_nom: int) -> None:
    assert names_taxon(latin, TAXA[cd_nom])


@pytest.mark.parametrize(
    ("latin", "cd_nom"),
    [("Rana temporaria", 259), ("Bufo spinosus", 259), ("Bufo", 259), ("Bufo bufo", 699157), ("Faux nom", 259)],
)
def test_the_name_of_another_taxon_is_a_contradiction(latin: str, cd_nom: int) -> None:
    assert not names_taxon(latin, TAXA[cd_nom])
