from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from fieldapp.core.ids import new_uid
from fieldapp.store import outbox, records
from fieldapp.store.connection import Author, Database, open_database
from fieldapp.sync import messages, wire
from tests.store.ponds import PONDS, VISIT
from tests.sync.laptops import evening


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path / "base.db", [PONDS], Author("person-1", "laptop-1")) as opened:
        yield opened


def good(**other: object) -> wire.Change:
    after = msgspec.Raw(b'{"_parent":null,"visited_on":"2026-04-01"}')
    change = wire.Change(new_uid(), new_uid(), "ponds", "visit", "1.2", 0, new_uid(), (), wire.NOTHING, after)
    return msgspec.structs.replace(change, **other)


def test_what_goes_out_comes_in_the_same(db: Database) -> None:
    records.save(db, evening(), "saisie")
    loaded = outbox.load(db, range(1, 11))
    actions, changes = messages.outgoing(loaded, {item.id: item.record for item in loaded})
    assert len(actions) == 1
    for there, back in zip(loaded, messages.incoming(actions, changes), strict=True):
        assert (there.uid, there.record, there.base, there.before, there.after) == (
            *(back.uid, back.record, back.base, back.before, back.after),
        )
        assert there.action == back.action == (*there.action[:2], "person-1", "laptop-1", there.action[4])


@pytest.mark.parametrize(
    ("other", "place"),
    [
        ({}, None),
        ({"version": "1.3"}, 1),
        ({"protocol": "bats"}, 1),
        ({"entity": "cave"}, 1),
        ({"version": "1.1"}, None),
    ],
)
def test_the_first_change_of_a_newer_program_is_found(
    db: Database, other: dict[str, object], place: int | None
) -> None:
    assert messages.first_newer(db, [good(), good(**other), good(**other)]) == place


def test_a_usual_change_is_sensible() -> None:
    assert messages.is_sensible(good(), VISIT)
    edit = good(base=(new_uid(), new_uid()), before=msgspec.Raw(b'{"passage":1}'), after=msgspec.Raw(b'{"passage":2}'))
    assert messages.is_sensible(edit, VISIT)
    assert messages.is_sensible(good(after=msgspec.Raw(b'{"_deleted":true}')), VISIT)


@pytest.mark.parametrize(
    "other",
    [
        {"uid": "x"},
        {"record": new_uid() + "\n"},
        {"visit": "x"},
        {"base": ("x",)},
        {"before": msgspec.Raw(b"{}")},
        {"after": msgspec.Raw(b"null")},
        {"after": msgspec.Raw(b"{")},
        {"after": msgspec.Raw(b'{"_parent":1}')},
        {"after": msgspec.Raw(b'{"_deleted":0}')},
        {"after": msgspec.Raw(b'{"visited_on":20260401}')},
    ],
)
def test_what_the_store_can_not_hold_is_not_sensible(other: dict[str, object]) -> None:
    assert not messages.is_sensible(good(**other), VISIT)
