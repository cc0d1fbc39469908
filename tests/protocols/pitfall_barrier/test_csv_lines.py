from fieldapp.core.record import make_record
from fieldapp.core.schema import Taxon
from fieldapp.protocols.pitfall_barrier import csv_layout as layout
from fieldapp.protocols.pitfall_barrier import schema
from fieldapp.protocols.pitfall_barrier.csv_lines import Catch, CatchReader, direction_notes
from fieldapp.protocols.pitfall_barrier.csv_places import Barrier
from fieldapp.protocols.pitfall_barrier.schema import CODE
from tests.protocols.pitfall_barrier.here import Here

ROBIN = Taxon(cd_nom=4001, cd_ref=4001, lb_nom="Erithacus rubecula", nom_vern="Rougegorge familier")
CELLS = {"bucket": "04", "cd_nom": "259", "count": "2", "sex": "couple", "direction": "entrée", "state": "vivant"}


class WithRobin(dict[int, Taxon]):
    """The taxa of the list, and a bird that only the reference knows."""

    def get(self, key: int, default: object = None) -> Taxon | None:  # type: ignore[override]
        return ROBIN if key == ROBIN.cd_nom else super().get(key)


def read(**cells: str) -> Catch:
    known = Here()
    known.taxa = WithRobin(known.taxa)
    catch = Catch(tuple((CELLS | cells).get(name, "") for name in layout.CATCH))
    CatchReader(known).read(catch, Barrier(known, "Mare", "Vimy"))
    return catch


def test_the_cells_of_a_catch_are_its_values() -> None:
    assert read().data == {
        "bucket": "04", "cd_nom": 259, "sex": "5", "count": 2, "amplexus": True, "direction": "in",
        "vitality": "alive",
    }  # fmt: skip


def test_a_fault_is_kept_for_all_lines_alike() -> None:
    fault = read(count="3").fault
    assert fault is not None
    assert fault.column == "count"


def test_a_taxon_that_is_not_of_the_list_is_told() -> None:
    (note,) = read(cd_nom="4001").notes
    assert note.column == "cd_nom"
    assert note.sentence.startswith("Rougegorge familier n’est pas dans la liste d’espèces de la barrière")
    assert not read().notes


def test_a_way_against_the_side_of_the_bucket_is_told() -> None:
    inside = make_record(CODE, schema.BUCKET, {"bucket": "04", "side": "inside"}, "site")
    (note,) = direction_notes(read().data, inside)
    assert (note.column, note.sentence[:21]) == ("direction", "Entrée, mais le seau ")
    assert not direction_notes(read(direction="sortie").data, inside)


def test_a_remark_makes_one_dict_for_all_lines_alike() -> None:
    catch = read()
    assert catch.with_remark("") is catch.data
    assert catch.with_remark("x") is catch.with_remark("x")
    assert catch.with_remark("x")["comments"] == "x"
