"""Who may do what: every role against the records of its own and those of others."""

from typing import Any

import msgspec
import pytest

from fieldapp.core.ids import new_uid
from fieldapp.hub import rights
from fieldapp.hub.rights import COORDINATORS_ONLY, NOT_SHARED, NOT_YOURS, SHARED_BY_ALL, Held
from fieldapp.hub.storage import COORDINATOR, LEADER, ROLES, VOLUNTEER, Account
from fieldapp.sync import wire
from fieldapp.sync.wire import Change

PARENT = new_uid()
OWN, FOREIGN = Held("banding", PARENT, "own"), Held("banding", PARENT, "other")


def account(role: str, *scope: str) -> Account:
    return Account("p", new_uid(), "own", "x", role, scope, "h", "k", "")


def said(role: str, held: Held | None, *scope: str, base: bool = True, protocol: str = "banding", **after: Any) -> str:
    """Return what becomes of a change of a record; without a base it makes it."""
    known, before = ((new_uid(),), msgspec.Raw(b"{}")) if base else ((), wire.NOTHING)
    change = Change(new_uid(), new_uid(), protocol, "capture", "1", 0, new_uid(), known, before, msgspec.Raw(b"{}"))
    return rights.refusal(account(role, *scope), change, after, held)


@pytest.mark.parametrize(
    "after", [{"_deleted": True}, {"_deleted": False}, {"_deleted": None}, {"_parent": None}, {"_parent": PARENT}]
)
def test_only_a_volunteer_is_kept_from_deleting_reviving_and_moving_what_is_not_theirs(after: dict[str, Any]) -> None:
    assert said(VOLUNTEER, FOREIGN, **after) == NOT_YOURS
    assert [said(role, FOREIGN, **after) for role in (LEADER, COORDINATOR)] == ["", ""]
    assert {said(role, OWN, **after) for role in ROLES} == {""}
    assert {said(role, None, **after) for role in ROLES} == {""}


def test_anybody_edits_and_empties_the_fields_of_anybodys_record() -> None:
    assert {said(role, FOREIGN, ring="A2", sex=None) for role in ROLES} == {""}


def test_a_record_that_is_made_again_in_its_place_is_not_moved() -> None:
    assert said(VOLUNTEER, FOREIGN, base=False, _parent=PARENT) == ""
    assert said(VOLUNTEER, FOREIGN, base=False, _parent=new_uid()) == NOT_YOURS
    assert said(VOLUNTEER, FOREIGN, base=False, _parent=None) == NOT_YOURS


def test_what_is_reserved_is_the_coordinators() -> None:
    assert [said(role, OWN, _status="ok") for role in ROLES] == [COORDINATORS_ONLY, COORDINATORS_ONLY, ""]


def test_nobody_writes_into_what_is_not_shared_with_them_or_across_protocols() -> None:
    for role in ROLES:
        assert said(role, None, "pop") == NOT_SHARED
        assert said(role, None, "pop", "banding") == ""
        assert said(role, None, "pop", protocol=SHARED_BY_ALL) == ""
        assert said(role, OWN, protocol="pop") == NOT_SHARED


@pytest.mark.parametrize(
    ("role", "device", "owner"),
    [
        (VOLUNTEER, "own", "own"),
        (VOLUNTEER, "joined", "joined"),
        (VOLUNTEER, "nobody", "own"),
        (LEADER, "own", "own"),
        (LEADER, "joined", "joined"),
        (LEADER, "nobody", "nobody"),
        (COORDINATOR, "nobody", "nobody"),
    ],
)
def test_a_record_belongs_to_who_made_it_not_to_who_carries_it(role: str, device: str, owner: str) -> None:
    assert rights.owner(account(role), device, {"own", "joined"}) == owner


def test_a_record_lies_below_its_own_protocol_or_the_directory() -> None:
    assert rights.may_lie_below("pop", "pop")
    assert rights.may_lie_below("pop", SHARED_BY_ALL)
    assert not rights.may_lie_below("pop", "banding")
    assert not rights.may_lie_below(SHARED_BY_ALL, "banding")
