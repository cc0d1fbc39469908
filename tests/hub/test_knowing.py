"""What the hub takes of what it is handed in: what the laptops of today can read, and nothing that would stop them."""

from typing import Any

import msgspec
import pytest

from fieldapp import protocols
from fieldapp.core.ids import new_uid
from fieldapp.core.schema import Entity, StudyProtocol
from fieldapp.hub.knowing import MALFORMED, NEWER, judge, take_all
from fieldapp.sync import wire
from fieldapp.sync.wire import Change


def change(protocol: str, entity: str, version: str) -> Change:
    uid = new_uid()
    return Change(new_uid(), uid, protocol, entity, version, 0, uid, (), wire.NOTHING, msgspec.Raw(b"{}"))


def said(protocol: StudyProtocol, entity: Entity, **values: Any) -> str:
    return judge([protocol])(change(protocol.code, entity.code, protocol.version), values)


def test_all_that_the_installed_program_writes_is_read() -> None:
    known = judge(protocols.installed())
    for protocol in protocols.installed():
        for entity in protocol.entities:
            assert known(change(protocol.code, entity.code, protocol.version), {}) == ""
            assert known(change(protocol.code, entity.code, "0"), {}) == ""


def test_what_the_installed_program_does_not_know_is_newer() -> None:
    protocol = protocols.installed()[0]
    entity, version = protocol.entities[0].code, protocol.version
    known = judge(iter(protocols.installed()))
    assert known(change(protocol.code, entity, version + ".1"), {}) == NEWER
    assert known(change(protocol.code, entity, "999"), {}) == NEWER
    assert known(change(protocol.code, "nonesuch", version), {}) == NEWER
    assert known(change("nonesuch", entity, version), {}) == NEWER


def _date_entities() -> list[tuple[StudyProtocol, Entity]]:
    return [(item, entity) for item in protocols.installed() for entity in item.entities if entity.date_field]


def _taxon_entities() -> list[tuple[StudyProtocol, Entity]]:
    return [(item, entity) for item in protocols.installed() for entity in item.entities if entity.taxon_field]


@pytest.mark.parametrize("value", [5, {"a": 1}, ["2026-05-01"], True, 1.5])
def test_a_day_that_no_laptop_can_keep_is_refused(value: Any) -> None:
    for protocol, entity in _date_entities():
        assert said(protocol, entity, **{str(entity.date_field): value}) == MALFORMED
        assert said(protocol, entity, **{str(entity.date_field): "2026-05-01", "other": value}) == ""
        assert said(protocol, entity, **{str(entity.date_field): None}) == ""


@pytest.mark.parametrize("value", ["4342", [1], True, 4342.0, 2**63, -(2**64)])
def test_a_taxon_that_no_laptop_can_keep_is_refused(value: Any) -> None:
    for protocol, entity in _taxon_entities():
        assert said(protocol, entity, **{str(entity.taxon_field): value}) == MALFORMED
        assert said(protocol, entity, **{str(entity.taxon_field): 4342, "other": value}) == ""
        assert said(protocol, entity, **{str(entity.taxon_field): None}) == ""


def test_there_are_days_and_taxa_to_be_looked_at() -> None:
    assert _date_entities()
    assert _taxon_entities()


def test_without_protocols_handed_in_everything_is_taken() -> None:
    assert take_all(change("nonesuch", "x", "999"), {"date": 5}) == ""
    assert judge([])(change("nonesuch", "x", "999"), {}) == NEWER
