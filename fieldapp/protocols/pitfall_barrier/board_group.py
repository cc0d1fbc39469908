"""A group of animals of one bucket: as many of one species, stage and sex, going one way, alive or dead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from fieldapp.core.checking import CONFIRMED
from fieldapp.core.ids import new_uid
from fieldapp.core.record import Record
from fieldapp.protocols.pitfall_barrier.schema import (
    ADULT,
    ALIVE,
    BOTH_SEXES,
    DEAD,
    FEMALE,
    INWARD,
    JUVENILE,
    MALE,
    OUTWARD,
)

UNKNOWN_SEX = "1"
"""Code of SEXE for an animal in the hand that shows no sex: « Indéterminé » (source: SINP)."""

_OWN = ("cd_nom", "stage", "sex", "count", "amplexus", "direction", "vitality", "individual")


@dataclass(frozen=True, slots=True)
class Kind:
    """What the letters of the board stand for: a stage, a sex, and whether the animals come as pairs."""

    stage: str
    sex: str
    pair: bool = False

    @property
    def step(self) -> int:
        """How many animals one press of the letter adds: a pair is two."""
        return 2 if self.pair else 1


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "m": Kind(ADULT, MALE),
        "f": Kind(ADULT, FEMALE),
        "x": Kind(ADULT, BOTH_SEXES, pair=True),
        "i": Kind(ADULT, UNKNOWN_SEX),
        "j": Kind(JUVENILE, UNKNOWN_SEX),
    }
)
"""The letters that add animals of the species in hand."""


@dataclass(frozen=True, slots=True)
class Group:
    """One line of a bucket, and one observation once it is stored under the same `uid`.

    `count` are animals; of pairs both are counted. `rest` holds what the board does not show (a remark, confirmed
    warnings), `photos` how many pictures hang on the stored observation.
    """

    uid: str
    cd_nom: int
    stage: str | None
    sex: str | None
    count: int
    pair: bool = False
    direction: str = INWARD
    vitality: str = ALIVE
    individual: str | None = None
    photos: int = 0
    rest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_dead(self) -> bool:
        """Whether the animals are dead."""
        return self.vitality == DEAD

    @property
    def is_plain(self) -> bool:
        """Whether more animals may join: nothing is known of these in particular."""
        return self.individual is None and not self.photos and not set(self.rest) - {CONFIRMED}

    @property
    def step(self) -> int:
        """How many animals + adds and − takes away."""
        return 2 if self.pair else 1

    @property
    def shown(self) -> int:
        """The number that is read: pairs where they are pairs, else animals."""
        return max(1, self.count // 2) if self.pair else self.count

    def is_like(self, other: Group) -> bool:
        """Return whether the animals of both are of one kind, so that they may be one group."""
        return _kind(self) == _kind(other)

    def apart(self, count: int, **changes: Any) -> Group:
        """Return a new group of so many of these animals, with what differs; nothing particular goes with them."""
        return replace(self, uid=new_uid(), count=count, individual=None, photos=0, rest={}, **changes)

    def values(self, bucket: str) -> dict[str, Any]:
        """Return the values of the observation."""
        return {
            **self.rest,
            "bucket": bucket,
            "cd_nom": self.cd_nom,
            "stage": self.stage,
            "sex": self.sex,
            "count": self.count,
            "amplexus": True if self.pair else None,
            "direction": self.direction,
            "vitality": self.vitality,
            "individual": self.individual,
        }


def group_of(observation: Record, photos: int = 0) -> Group:
    """Return the group that an observation stands for."""
    data = observation.data
    return Group(
        observation.uid,
        int(data.get("cd_nom", 0)),
        data.get("stage"),
        data.get("sex"),
        int(data.get("count", 0)),
        data.get("amplexus") is True,
        data.get("direction", INWARD),
        data.get("vitality", ALIVE),
        data.get("individual"),
        photos,
        {name: value for name, value in data.items() if name not in (*_OWN, "bucket")},
    )


def turned(group: Group) -> str:
    """Return the other way than the group's."""
    return OUTWARD if group.direction == INWARD else INWARD


def _kind(group: Group) -> tuple[Any, ...]:
    return group.cd_nom, group.stage, group.sex, group.pair, group.direction, group.vitality
