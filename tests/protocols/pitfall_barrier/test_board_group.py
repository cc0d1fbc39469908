"""A group of animals: what may join it, and the observation it stands for."""

from __future__ import annotations

from dataclasses import replace

from fieldapp.core.record import make_record
from fieldapp.protocols.pitfall_barrier.board_group import KINDS, Group, group_of, turned
from fieldapp.protocols.pitfall_barrier.schema import CODE, OBSERVATION

STORED = {
    "bucket": "9",
    "cd_nom": 259,
    "stage": "2",
    "sex": "5",
    "count": 4,
    "amplexus": True,
    "direction": "out",
    "vitality": "dead",
}


def test_an_observation_becomes_a_group_and_the_same_observation_again() -> None:
    record = make_record(CODE, OBSERVATION, {**STORED, "comments": "écrasés", "confirmed": ["x"]}, "visit")
    group = group_of(record, photos=1)
    assert (group.shown, group.count, group.step, group.is_dead, group.photos) == (2, 4, 2, True, 1)
    assert make_record(CODE, OBSERVATION, group.values("9"), "visit", group.uid) == record


def test_what_is_known_in_particular_keeps_others_from_joining() -> None:
    plain = Group("u", 139, "2", "3", 1)
    assert plain.is_plain
    assert replace(plain, rest={"confirmed": ["many"]}).is_plain
    for special in (replace(plain, individual="tc"), replace(plain, photos=1), replace(plain, rest={"comments": "x"})):
        assert not special.is_plain


def test_groups_are_alike_whatever_their_number() -> None:
    plain = Group("u", 139, "2", "3", 1)
    assert plain.is_like(replace(plain, uid="v", count=5))
    assert not plain.is_like(replace(plain, vitality="dead"))
    assert not plain.is_like(replace(plain, stage="3"))


def test_animals_taken_apart_leave_what_is_particular_behind() -> None:
    group = Group("u", 139, "2", "3", 3, individual="tc", photos=2, rest={"comments": "x"})
    part = group.apart(1, vitality="dead")
    assert part.uid != "u"
    assert part.is_plain
    assert (part.count, part.vitality, part.sex) == (1, "dead", "3")


def test_the_other_way() -> None:
    assert turned(Group("u", 139, "2", "3", 1)) == "out"
    assert turned(Group("u", 139, "2", "3", 1, direction="out")) == "in"


def test_only_a_pair_is_two_animals_a_press() -> None:
    assert {letter: kind.step for letter, kind in KINDS.items()} == {"m": 1, "f": 1, "x": 2, "i": 1, "j": 1}
