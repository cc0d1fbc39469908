"""Every protocol of lists of the day says how they are written in a way that the general screens can rely on."""

import pytest

from fieldapp import protocols
from fieldapp.core.day_list import DayListForm
from fieldapp.core.schema import StudyProtocol

WITH_LISTS = [protocol for protocol in protocols.installed() if protocol.day_list]
each = pytest.mark.parametrize("protocol", WITH_LISTS, ids=lambda protocol: protocol.code)


def form_of(protocol: StudyProtocol) -> DayListForm:
    assert protocol.day_list is not None
    return protocol.day_list


def test_occasional_observations_are_lists_of_the_day() -> None:
    assert "occasional" in {protocol.code for protocol in WITH_LISTS}


@each
def test_a_list_lies_below_no_place_and_says_itself_where_it_was(protocol: StudyProtocol) -> None:
    form = form_of(protocol)
    entity = protocol.entity(form.sheet.visit)
    assert entity.parent is None
    assert entity.date_field
    assert {form.place, form.longitude, form.latitude, form.geometry} <= entity.by_name.keys()


@each
def test_the_fields_and_columns_of_its_sheet_exist(protocol: StudyProtocol) -> None:
    sheet = form_of(protocol).sheet
    head = [header.name for header in (*sheet.header, *sheet.second, *sheet.details)]
    assert set(head) <= protocol.entity(sheet.visit).by_name.keys()
    assert protocol.entity(sheet.observation).parent == sheet.visit
    assert sheet.last_required in {column.code for column in sheet.columns}


@each
def test_the_species_proposed_first_are_named_once(protocol: StudyProtocol) -> None:
    usual = form_of(protocol).usual()
    assert len(set(usual)) == len(usual)
