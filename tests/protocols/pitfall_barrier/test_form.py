"""How a barrier is entered names its own records."""

from fieldapp.protocols.pitfall_barrier import form, schema


def test_the_board_names_the_records_of_a_barrier() -> None:
    board = form.BOARD
    assert (board.site, board.visit, board.observation) == ("site", "visit", "observation")
    assert {board.bucket, board.campaign, board.individual, board.photo} < {item.code for item in schema.ENTITIES}


def test_a_barrier_has_a_place_of_its_own_in_the_rail() -> None:
    assert form.BOARD.label == "Barrière"
    assert form.BOARD.icon == "barrier"
