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
    before = _ancestors(steps)
    disputes: dict[str, tuple[Rival, ...]] = {}
    values = {}
    for name in {name: None for step in steps for name in step.after}:
        latest = _latest([step for step in steps if name in step.after], before)
        rivals = _rivals(name, latest)
        if name == DELETED and any(rival.value for rival in rivals):
            rivals = _against_deletion(rivals, latest, steps, before, has_live_children)
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


def _ancestors(steps: Sequence[Step]) -> dict[str, set[str]]:
    """Return for each step the steps that its author knew, near and far."""
    bases = {step.uid: step.base for step in steps}
    found: dict[str, set[str]] = {}
    for uid in bases:
        seen: set[str] = set()
        waiting = list(bases[uid])
        while waiting:
            above = waiting.pop()
            if above not in seen and above in bases:
                seen.add(above)
                waiting.extend(bases[above])
        found[uid] = seen - {uid}
    return found


def _latest(touching: Sequence[Step], before: Mapping[str, set[str]]) -> list[Step]:
    """Return the steps that none of the others has followed, in order of their uid."""
    followed = {uid for step in touching for uid in before[step.uid]}
    return sorted((step for step in touching if step.uid not in followed), key=lambda step: step.uid)


def _rivals(name: str, latest: Sequence[Step]) -> tuple[Rival, ...]:
    """Return one rival for each different value, the earliest change first; of a deletion, what is alive first."""
    found: dict[bytes, Rival] = {}
    for step in latest:
        found.setdefault(_same(step.after[name]), Rival(step.uid, step.after[name]))
    rivals = tuple(found.values())
    return tuple(sorted(rivals, key=lambda rival: bool(rival.value))) if name == DELETED else rivals


def _against_deletion(
    rivals: tuple[Rival, ...],
    latest: Sequence[Step],
    steps: Sequence[Step],
    before: Mapping[str, set[str]],
    has_live_children: bool,
) -> tuple[Rival, ...]:
    """Return the rivals of a deletion: also what somebody who had not seen it wrote into the record, or below it."""
    if not rivals[0].value:
        return rivals
    known = {uid for step in latest for uid in (step.uid, *before[step.uid])}
    knowing = {step.uid for step in latest}
    unseen = [step.uid for step in steps if step.uid not in known and not knowing & before[step.uid]]
    unseen = [uid for uid in unseen if not _deletes(uid, steps)]
    if unseen:
        return (Rival(min(unseen), False), *rivals)
    return (Rival("", False), *rivals) if has_live_children else rivals


def _deletes(uid: str, steps: Sequence[Step]) -> bool:
    return any(step.uid == uid and step.after.get(DELETED) for step in steps)


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
