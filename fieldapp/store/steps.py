"""The changes of records as `core.merging` wants them: what a record is follows from these and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from fieldapp.core.merging import DELETED, PARENT, Merged, Step, merge
from fieldapp.core.merging import heads as heads_of
from fieldapp.core.record import Record
from fieldapp.store.connection import Database

_decode = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder().encode
_same = msgspec.json.Encoder(decimal_format="number", order="sorted").encode
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
    return one == other and (one is None or type(one) is type(other) is str or _same(one) == _same(other))


def flat(record: Record | Merged) -> dict[str, Any]:
    """Return the values of a record beside its two columns that a change may touch too."""
    return {PARENT: record.parent, DELETED: record.deleted, **record.data}


def known_when(found: Sequence[Step], read: Record) -> tuple[str, ...]:
    """Return the heads that the record had when it was read like this, given its changes in order of coming.

    That is the longest beginning that makes it, or what somebody here knew who had written one of them; empty where it
    never was like this.
    """
    wanted = _same(flat(read))
    for shielded in (False, True):
        for states in (_beginnings(found), _knowledge(found)):
            for known in states:
                if _same(flat(merge(known, has_live_children=shielded))) == wanted:
                    return heads_of(known)
    return ()


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
