"""The changes of records as `core.merging` wants them: what a record is follows from these and nothing else."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from fieldapp.core.merging import DELETED, PARENT, Merged, Step, merge
from fieldapp.core.merging import heads as heads_of
from fieldapp.core.record import Record
from fieldapp.store.connection import Database

_decode = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder().encode
_same = msgspec.json.Encoder(decimal_format="number", order="sorted").encode
LAST_CHANGE = (
    "coalesce((SELECT next.first_change FROM action AS next WHERE next.id > a.id ORDER BY next.id LIMIT 1) - 1,"
    " (SELECT max(id) FROM change))"
)
"""The number of the last change of the action `a`: its changes run from `first_change` to it, without a gap."""

_NOTHING: Mapping[str, Any] = {}


def steps(db: Database, uids: Iterable[str]) -> dict[str, list[Step]]:
    """Return all changes of these records that ever left or may leave, in the order in which they came here."""
    found: dict[str, list[Step]] = {}
    for record, uid, base, after in _rows(db, list(uids), "after"):
        found.setdefault(record, []).append(Step(uid, _base(base), _decode(after)))
    return found


def heads(db: Database, uids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return for each of these records the changes that no other has followed; one without any is absent."""
    found: dict[str, list[Step]] = {}
    for record, uid, base, _none in _rows(db, uids, "NULL"):
        found.setdefault(record, []).append(Step(uid, _base(base), _NOTHING))
    return {record: heads_of(changes) for record, changes in found.items()}


def merged(db: Database, uids: Iterable[str], *, alone: bool = False) -> dict[str, Merged]:
    """Return what these records are by their changes; one whose changes were all withdrawn is absent.

    With `alone`, whatever lies below them.
    """
    wanted = list(uids)
    shielded = set() if alone else parents_of_living(db, wanted)
    return {uid: merge(found, has_live_children=uid in shielded) for uid, found in steps(db, wanted).items()}


def same(one: Any, other: Any) -> bool:
    """Return whether two values are written alike: 1 and 1.0 are not, for they would not give one receipt."""
    if one != other or type(one) is not type(other):
        return False
    return not isinstance(one, float | list | dict) or _same(one) == _same(other)


def flat(record: Record | Merged) -> dict[str, Any]:
    """Return the values of a record beside its two columns that a change may touch too."""
    return {PARENT: record.parent, DELETED: record.deleted, **record.data}


def made_here(db: Database, uids: Sequence[str]) -> set[str]:
    """Return the changes of these records that were saved on this laptop; one that was brought by a sync was not."""
    rows = db.rows(
        "SELECT c.uid FROM change AS c CROSS JOIN action AS a ON a.id = c.action "
        "WHERE c.record IN (SELECT value FROM json_each(?)) AND c.withdrawn = 0 AND a.kind <> 'sync'",
        (_encode(list(uids)).decode(),),
    )
    return {row[0] for row in rows}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a record where it was read: the changes, and the values that they make (see `flat`)."""

    steps: Sequence[Step]
    values: Mapping[str, Any]


def known_when(found: Sequence[Step], read: Record, own: Container[str]) -> Known | None:
    """Return what was known of a record when it was read like this, and what this laptop (`own`) wrote upon that since.

    `found` are its changes in order of coming. The longest beginning of them that makes it counts, else what somebody
    knew who had written one of them; None where it never was like this.
    """
    wanted = _same(flat(read))
    for shielded in (False, True):
        for states in (_beginnings(found), _knowledge(found)):
            for known in states:
                if _same(flat(merge(known, has_live_children=shielded))) == wanted:
                    upon = _with_own(known, found, own)
                    return Known(upon, flat(merge(upon, has_live_children=shielded)))
    return None


def _with_own(known: Sequence[Step], found: Sequence[Step], own: Container[str]) -> list[Step]:
    """Return the known changes with those of our own that follow nothing else."""
    uids = {step.uid for step in known}
    for step in found:
        if step.uid in own and uids.issuperset(step.base):
            uids.add(step.uid)
    return [step for step in found if step.uid in uids]


def _beginnings(found: Sequence[Step]) -> Iterator[Sequence[Step]]:
    """Yield the changes that were there at each moment, the last moment first."""
    return (found[:length] for length in range(len(found), 0, -1))


def _knowledge(found: Sequence[Step]) -> Iterator[Sequence[Step]]:
    """Yield for each change, the last first, those that its author knew with it."""
    for step in reversed(found):
        known, wanted = [], {step.uid}
        # What a change follows has come before it.
        for earlier in reversed(found):
            if earlier.uid in wanted:
                known.append(earlier)
                wanted.update(earlier.base)
        yield known[::-1]


def parents_of_living(db: Database, uids: Sequence[str]) -> set[str]:
    """Return those of these records right below which one lies that is not deleted."""
    rows = db.rows(
        "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM record WHERE parent = value AND deleted = 0)",
        (_encode(list(uids)).decode(),),
    )
    return {row[0] for row in rows}


def _rows(db: Database, uids: Sequence[str], value: str) -> list[tuple[Any, ...]]:
    return db.rows(
        f"SELECT record, uid, base, {value} FROM change "  # noqa: S608 - a column's name
        "WHERE record IN (SELECT value FROM json_each(?)) AND withdrawn = 0 ORDER BY record, id",
        (_encode(list(uids)).decode(),),
    )


def _base(text: str | None) -> tuple[str, ...]:
    return tuple(text.split()) if text else ()
