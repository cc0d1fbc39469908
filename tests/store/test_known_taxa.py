import pytest

from fieldapp import protocols
from fieldapp.core.schema import Taxon
from fieldapp.store import taxa
from fieldapp.store.connection import Database
from fieldapp.store.known_taxa import Taxa

POP = protocols.by_code("pop_amphibiens")


def test_the_protocols_own_taxa_come_first_and_the_reference_after(db: Database) -> None:
    taxa.install_many(db, taxa.REFERENCE, [Taxon(259, 259, "Autre nom"), Taxon(60015, 60015, "Lepus europaeus")])
    known = Taxa(db, POP)
    assert known[259].lb_nom == "Bufo bufo"
    assert known[60015].lb_nom == "Lepus europaeus"
    assert 60015 in known
    assert len(known) == len(POP.taxa())
    assert set(known) == {taxon.cd_nom for taxon in POP.taxa()}


@pytest.mark.parametrize("cd_nom", [1, -1, 1 << 70])
def test_a_number_that_is_no_taxon_is_not_known(db: Database, cd_nom: int) -> None:
    known = Taxa(db, POP)
    assert cd_nom not in known
    assert known.get(cd_nom) is None
