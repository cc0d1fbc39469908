"""What a whole table says of a ring."""

from fieldapp.protocols.banding.crbpo_rings import Told, ring_notes


def told(row: int, action: str = "C", species: str = "ACRSCI", sex: str = "?") -> Told:
    return Told(row, action, species, sex, f"{row:02}/05/2020")


def sentences(*rows: Told) -> list[str]:
    return [note.sentence for note in ring_notes("8680001", rows)]


def test_a_ring_with_one_ringing_and_controls_is_fine() -> None:
    assert sentences(told(1, "B"), told(2), told(3, sex="M"), told(4, sex="M?")) == []


def test_a_ring_put_on_twice_loses_all_its_rows_at_the_crbpo() -> None:
    (sentence,) = sentences(told(1, "B"), told(2, "B"), told(3))
    assert "8680001 posée 2 fois (01/05/2020, 02/05/2020)" in sentence
    assert "écarterait toutes les lignes de cette bague" in sentence


def test_a_row_that_stands_twice_is_no_second_ringing() -> None:
    assert sentences(told(1, "B"), told(1, "B")) == []


def test_a_ring_on_two_species_loses_all_its_rows_at_the_crbpo() -> None:
    (sentence,) = sentences(told(1, "B"), told(2, species="ACRRIS"))
    assert "(ACRSCI, ACRRIS)" in sentence
    assert "écarterait toutes les lignes de cette bague" in sentence


def test_a_subspecies_and_an_undetermined_bird_are_no_other_species() -> None:
    assert sentences(told(1, "B", "EMBSCH"), told(2, species="EMBSCHSCH"), told(3, species="SPESPE")) == []


def test_the_sex_told_by_four_of_five_is_kept_else_none() -> None:
    few = [told(1, sex="M"), told(2, sex="M"), told(3, sex="F")]
    assert "retiendrait « ? »" in sentences(*few)[0]
    assert "retiendrait « M »" in sentences(*few, told(4, sex="M"), told(5, sex="M?"))[0]
