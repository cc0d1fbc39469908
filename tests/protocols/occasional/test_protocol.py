from fieldapp.protocols import by_code
from fieldapp.protocols.occasional.protocol import PROTOCOL


def test_the_fourth_protocol_is_entered_as_lists_of_the_day_and_in_no_other_way() -> None:
    assert by_code("occasional") is PROTOCOL
    assert PROTOCOL.day_list is not None
    assert (PROTOCOL.form, PROTOCOL.session, PROTOCOL.board) == (None, None, None)


def test_it_is_handed_on_and_read_from_a_table() -> None:
    assert PROTOCOL.standard is not None
    assert PROTOCOL.standard().line == "observation"
    assert [importer.code for importer in PROTOCOL.imports] == ["list"]
