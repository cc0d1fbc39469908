from fieldapp.protocols import by_code
from fieldapp.protocols.pop_amphibiens.protocol import PROTOCOL


def test_the_protocol_is_the_national_module_with_its_tree() -> None:
    assert by_code("pop_amphibiens") is PROTOCOL
    parents = {entity.code: entity.parent for entity in PROTOCOL.entities}
    tree = {"sites_group": None, "site": "sites_group", "visit": "site", "observation": "visit"}
    assert {code: parents[code] for code in tree} == tree


def test_the_season_can_be_summed_up_and_laid_out_as_a_matrix() -> None:
    assert {"summary", "matrix"} <= PROTOCOL.analyses.keys()
