"""Every protocol that is entered on a board says how in a way that the general screens can rely on."""

import pytest

from fieldapp import protocols
from fieldapp.core.board_form import BoardForm
from fieldapp.core.schema import StudyProtocol

WITH_BOARDS = [protocol for protocol in protocols.installed() if protocol.board]


def board_of(protocol: StudyProtocol) -> BoardForm:
    assert protocol.board is not None
    return protocol.board


def test_the_barrier_is_entered_on_a_board() -> None:
    assert "pitfall_barrier" in {protocol.code for protocol in WITH_BOARDS}


@pytest.mark.parametrize("protocol", WITH_BOARDS, ids=lambda protocol: protocol.code)
def test_a_protocol_has_one_way_of_being_entered(protocol: StudyProtocol) -> None:
    assert protocol.form is None
    assert protocol.session is None


@pytest.mark.parametrize("protocol", WITH_BOARDS, ids=lambda protocol: protocol.code)
def test_what_the_board_names_lies_where_it_says(protocol: StudyProtocol) -> None:
    board = board_of(protocol)
    assert protocol.entity(board.site).parent is None
    for code in (board.bucket, board.campaign, board.individual):
        assert protocol.entity(code).parent == board.site
        assert protocol.entity(code).date_field is None
    assert protocol.entity(board.visit).parent == board.site
    assert protocol.entity(board.visit).date_field
    assert protocol.entity(board.observation).parent == board.visit
    assert protocol.entity(board.observation).taxon_field
    assert protocol.entity(board.photo).parent == board.observation
    assert board.label
    assert board.icon
