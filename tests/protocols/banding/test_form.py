"""How banding is entered, as data: four levels that follow each other, and the line that is typed."""

from fieldapp.protocols.banding.form import SESSION
from fieldapp.protocols.banding.line import USUAL
from fieldapp.protocols.banding.protocol import PROTOCOL


def test_the_levels_of_a_session_lie_below_each_other() -> None:
    levels = [SESSION.group, SESSION.site, SESSION.session, SESSION.line]
    assert [PROTOCOL.entity(code).parent for code in levels] == [None, *levels[:-1]]


def test_the_session_is_dated_and_the_line_names_a_species() -> None:
    assert PROTOCOL.entity(SESSION.session).date_field == "date"
    assert SESSION.taxon_code in PROTOCOL.entity(SESSION.line).by_name


def test_the_line_is_that_of_a_session_without_a_programme() -> None:
    assert tuple(column.code for column in SESSION.columns) == USUAL
