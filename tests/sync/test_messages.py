from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from fieldapp.core.ids import new_uid
from fieldapp.store import incoming, outbox, records
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


def sifted(db: Database, *changes: wire.Change, is_all: bool = False) -> tuple[list[str], list[tuple[str, str]]]:
    found = messages.sift(db, 1, changes, is_all=is_all)
    with db.transaction() as connection:
        incoming.set_aside(connection, 1, found.aside)
    return [change.uid for change in found.kept], [(item.change, item.reason) for item in found.aside]


def after(change: wire.Change, text: str, **other: object) -> wire.Change:
    """Return a change that follows another one."""
    given = {"uid": new_uid(), "base": (change.uid,), "before": msgspec.Raw(b"{}"), "after": msgspec.Raw(text.encode())}
    return msgspec.structs.replace(change, **{**given, **other})


def test_what_the_store_cannot_hold_is_passed_over_with_what_follows_it(db: Database) -> None:
    usual, newer = good(), good(version="9.0")
    strange = good(after=msgspec.Raw(b'{"visited_on":[]}'))
    kept, aside = sifted(db, usual, newer, strange, after(newer, "{}", version="1.2"), after(usual, "{}"))
    assert len(kept) == 2
    assert aside[:2] == [(newer.uid, "newer"), (strange.uid, "strange")]
    assert [reason for _uid, reason in aside[2:]] == ["follows"]
    # What comes later is known by what was passed over then.
    below = msgspec.Raw(f'{{"_parent":"{strange.record}","cd_nom":1}}'.encode())
    late = [after(newer, "{}", version="1.2"), good(entity="seen", after=below)]
    assert [reason for _uid, reason in sifted(db, *late)[1]] == ["follows", "follows"]


def test_a_record_of_another_kind_or_below_one_that_it_cannot_lie_below_is_passed_over(db: Database) -> None:
    site = good(entity="site", after=msgspec.Raw(b'{"name":"M"}'))
    below = msgspec.Raw(f'{{"_parent":"{site.record}"}}'.encode())
    visit, seen, other = good(after=below), good(entity="seen", after=below), after(site, "{}", entity="group")
    ring = after(site, f'{{"_parent":"{site.record}"}}')
    kept, aside = sifted(db, site, visit, seen, other, ring)
    assert kept == [site.uid, visit.uid]
    assert aside == [(seen.uid, "strange"), (other.uid, "strange"), (ring.uid, "strange")]


def test_what_lacks_something_waits_for_it_unless_there_is_nothing_left_to_come(db: Database) -> None:
    orphan = good(after=msgspec.Raw(f'{{"_parent":"{new_uid()}"}}'.encode()))
    follower = after(good(), '{"passage":1}')
    assert messages.sift(db, 1, [orphan], is_all=False).is_lacking
    assert not messages.sift(db, 1, [follower], is_all=False).is_lacking
    assert sifted(db, orphan, follower)[1] == []
    assert sifted(db, orphan, follower, is_all=True) == ([], [(orphan.uid, "strange"), (follower.uid, "strange")])


@pytest.mark.parametrize(
    ("text", "is_edit", "is_so"),
    [('{"_deleted": true}', True, True), ('{"_deleted":true}', False, False), ("{}", True, False)],
)
def test_a_deletion_is_told_from_other_changes(text: str, is_edit: bool, is_so: bool) -> None:
    change = good(base=(new_uid(),) if is_edit else (), after=msgspec.Raw(text.encode()))
    assert messages.deletes(change) is is_so
