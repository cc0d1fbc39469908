"""Every protocol that is entered in sessions says how in a way that the general screens can rely on."""

from itertools import pairwise

import pytest

from fieldapp import protocols
from fieldapp.core.schema import StudyProtocol
from fieldapp.core.session_form import SessionForm

WITH_SESSIONS = [protocol for protocol in protocols.installed() if protocol.session]


def form_of(protocol: StudyProtocol) -> SessionForm:
    assert protocol.session is not None
    return protocol.session


def test_banding_is_entered_in_sessions() -> None:
    assert "banding" in {protocol.code for protocol in WITH_SESSIONS}


@pytest.mark.parametrize("protocol", WITH_SESSIONS, ids=lambda protocol: protocol.code)
def test_a_protocol_has_one_way_of_being_entered(protocol: StudyProtocol) -> None:
    assert protocol.form is None


@pytest.mark.parametrize("protocol", WITH_SESSIONS, ids=lambda protocol: protocol.code)
def test_the_four_levels_are_entities_in_the_order_of_the_tree(protocol: StudyProtocol) -> None:
    form = form_of(protocol)
    chain = [form.line, form.session, form.site, form.group]
    for below, above in pairwise(chain):
        assert protocol.entity(below).parent == above


@pytest.mark.parametrize("protocol", WITH_SESSIONS, ids=lambda protocol: protocol.code)
def test_what_is_typed_in_a_line_is_a_field_of_the_line(protocol: StudyProtocol) -> None:
    form = form_of(protocol)
    fields = protocol.entity(form.line).by_name
    codes = [column.code for column in form.columns]
    assert len(codes) == len(set(codes))
    assert set(codes) <= fields.keys()
    assert form.taxon_code in codes
    assert form.label
    assert form.icon
