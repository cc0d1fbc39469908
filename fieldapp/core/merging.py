"""What a record is, given the changes that were made to it anywhere: a function of the set, not of the order.

Every laptop and every hub keeps the changes as they were typed and asks this module for the present state. So it does
not matter which way a change came, nor how often, nor after which other: whoever has the same changes has the same
record. Two people who wrote different values without having seen each other's make a dispute; nobody's value is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

PARENT, DELETED = "_parent", "_deleted"
"""The two columns of a record that a change may also touch, named beside the protocol's own fields."""

_same = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True)
class Step:
    """One change of one record.

    `base` names the changes of the record that its author knew and that no other known one had followed; it is empty
    when the record was made. `after` holds the values set, None where a field was emptied.
    """

    uid: str
    base: tuple[str, ...]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rival:
    """One of several values that a field was given by people who did not know of each other's.

    `change` is the change that gave it; "" is the record that somebody put below a deleted one.
    """

    change: str
    value: Any


@dataclass(frozen=True, slots=True)
class Merged:
    """The state of a record: `data` without absent fields, and by field the rivals where people disagree.

    A disputed field shows the value of the earliest change; a disputed deletion shows the record alive.
    """

    parent: str | None
    deleted: bool
    data: dict[str, Any]
    disputes: Mapping[str, tuple[Rival, ...]] = field(default_factory=dict)


def merge(steps: Sequence[Step], *, has_live_children: bool = False) -> Merged:
    """Return the state that these changes of one record make, in whatever order they are given.

    `has_live_children` says that a record which is not deleted lies right below this one: then a deletion is disputed.
    A base that is not among the steps is taken as one that nothing else is known of. ValueError without any step.
    """
    if not steps:
        raise ValueError("no change")
    values: dict[str, Any]
    if (line := _in_line(steps)) and not has_live_children:
        values = {}
        for step in line:
            values.update(step.after)
        return _merged(values, {})
    history = _history(steps)
    disputes: dict[str, tuple[Rival, ...]] = {}
    values = {}
    for name, latest in _latest(steps, history).items():
        rivals = _rivals(name, latest)
        if name == DELETED and any(rival.value for rival in rivals):
            rivals = _against_deletion(rivals, latest, history, has_live_children)
        values[name] = rivals[0].value
        if len(rivals) > 1:
            disputes[name] = rivals
    return _merged(values, disputes)


def heads(steps: Iterable[Step]) -> tuple[str, ...]:
    """Return the changes that no other has followed, in order: what the next change of the record has as its base."""
    found = list(steps)
    followed = {uid for step in found for uid in step.base}
    return tuple(sorted(step.uid for step in found if step.uid not in followed))


def _in_line(steps: Sequence[Step]) -> Sequence[Step]:
    """Return the steps in the order in which each followed the one before; empty when some went side by side."""
    if len(steps) == 1:
        return steps
    after = {step.base: step for step in steps}
    line: list[Step] = []
    base: tuple[str, ...] = ()
    while (step := after.pop(base, None)) is not None:
        line.append(step)
        base = (step.uid,)
    return line if len(line) == len(steps) else ()


def _history(steps: Iterable[Step]) -> list[Step]:
    """Return the steps in an order in which each comes after those that its author knew, the same for the same set."""
    found = {step.uid: step for step in sorted(steps, key=lambda step: step.uid)}
    followers: dict[str, list[str]] = {uid: [] for uid in found}
    missing = {uid: sum(base in found for base in set(step.base)) for uid, step in found.items()}
    for uid, step in found.items():
        for base in set(step.base) & found.keys():
            followers[base].append(uid)
    ready = [uid for uid, count in missing.items() if not count]
    order: dict[str, Step] = {}
    while ready:
        uid = ready.pop()
        order[uid] = found[uid]
        for follower in followers[uid]:
            missing[follower] -= 1
            if not missing[follower]:
                ready.append(follower)
    # What is left follows itself round a ring: nobody can have written that, but it must not stop anybody.
    return list((order | found).values())


def _latest(steps: Sequence[Step], history: Sequence[Step]) -> dict[str, list[Step]]:
    """Return for each field that was set the steps that no other one setting it has followed, in order of their uid.

    The history is walked once from its end, with a bit for each field: its cost grows with the number of steps, not
    with its square.
    """
    bits = {name: 1 << place for place, name in enumerate({name: None for step in steps for name in step.after})}
    later: dict[str, int] = dict.fromkeys((step.uid for step in history), 0)
    found: dict[str, list[Step]] = {name: [] for name in bits}
    for step in reversed(history):
        known = own = later[step.uid]
        for name in step.after:
            own |= bits[name]
            if not known & bits[name]:
                found[name].append(step)
        for base in step.base:
            if base in later:
                later[base] |= own
    return {name: sorted(latest, key=lambda step: step.uid) for name, latest in found.items()}


def _rivals(name: str, latest: Sequence[Step]) -> tuple[Rival, ...]:
    """Return one rival for each different value, the earliest change first; of a deletion, what is alive first."""
    found: dict[bytes, Rival] = {}
    for step in latest:
        found.setdefault(_same(step.after[name]), Rival(step.uid, step.after[name]))
    rivals = tuple(found.values())
    return tuple(sorted(rivals, key=lambda rival: bool(rival.value))) if name == DELETED else rivals


def _against_deletion(
    rivals: tuple[Rival, ...], latest: Sequence[Step], history: Sequence[Step], has_live_children: bool
) -> tuple[Rival, ...]:
    """Return the rivals of a deletion: also what somebody who had not seen it wrote into the record, or below it."""
    if not rivals[0].value:
        return rivals
    before = {step.uid for step in latest}
    for step in reversed(history):
        if step.uid in before:
            before.update(step.base)
    after = {step.uid for step in latest}
    for step in history:
        if not after.isdisjoint(step.base):
            after.add(step.uid)
    known = before | after
    unseen = [step.uid for step in history if step.uid not in known and not step.after.get(DELETED)]
    if unseen:
        return (Rival(min(unseen), False), *rivals)
    return (Rival("", False), *rivals) if has_live_children else rivals


def _merged(values: Mapping[str, Any], disputes: Mapping[str, tuple[Rival, ...]]) -> Merged:
    return Merged(values.get(PARENT), bool(values.get(DELETED)), dict(fields(values)), disputes)


def fields(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the protocol's own fields among the values that a change set, without those that are empty."""
    # As `core.record.make_record` leaves out what is empty.
    return (
        (name, value)
        for name, value in values.items()
        if value is not None and value != "" and value != [] and name not in {PARENT, DELETED}
    )
