"""The book that is kept beside the laptops: every value that somebody typed, and what they had seen when they did.

It knows nothing of how records are merged. What its author's laptop held of the record was seen; a value that nobody
who had seen it has replaced must show in the end, or stand in an open dispute.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from fieldapp.core.merging import DELETED, PARENT
from fieldapp.core.record import Record
from fieldapp.store.connection import Database
from fieldapp.store.records import COLUMNS, from_row

State = dict[str, tuple[str, str, str | None, bool, dict[str, Any]]]
Disputes = dict[tuple[str, str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Typed:
    """One change as its author made it; `seen` are the changes of the record that were on the laptop then."""

    record: str
    values: Mapping[str, Any]
    seen: frozenset[str]


@dataclass
class Ledger:
    """All that was typed, by the uid of the change; `vanished` went with a laptop that an older copy replaced."""

    typed: dict[str, Typed] = field(default_factory=dict)
    vanished: set[str] = field(default_factory=set)

    def note(self, db: Database) -> None:
        """Write down what was saved on this laptop since it was last looked at."""
        rows = db.rows("SELECT id, uid, record, base, after, withdrawn FROM change WHERE origin IS NULL ORDER BY id")
        for number, uid, record, base, after, withdrawn in rows:
            if uid not in self.typed:
                seen = self._known_by(db, record, number) if not withdrawn else self._behind((base or "").split())
                self.typed[uid] = Typed(record, msgspec.json.decode(after), frozenset(seen))

    def _known_by(self, db: Database, record: str, number: int) -> set[str]:
        sql = "SELECT uid FROM change WHERE record = ? AND id < ? AND withdrawn = 0"
        return {row[0] for row in db.rows(sql, (record, number))}

    def _behind(self, base: Iterable[str]) -> set[str]:
        return {uid for head in base for uid in (head, *(self.typed[head].seen if head in self.typed else ()))}

    def faults(self, stored: set[str], withdrawn: set[str], state: State, disputes: Disputes) -> list[str]:
        """Return what is wrong with the state in which all have come to rest."""
        gone = self.typed.keys() - stored - withdrawn - self.vanished
        found = [f"lost change {uid} of {self.typed[uid].record}: {self.typed[uid].values}" for uid in gone]
        by_record: dict[str, dict[str, Typed]] = {}
        for uid in self.typed.keys() & stored:
            by_record.setdefault(self.typed[uid].record, {})[uid] = self.typed[uid]
        for record, entries in by_record.items():
            found += _faults_of(record, entries, state, disputes)
        return found


def _faults_of(record: str, entries: Mapping[str, Typed], state: State, disputes: Disputes) -> list[str]:
    if record not in state:
        return [f"lost record {record}"]
    _protocol, _entity, parent, deleted, data = state[record]
    found: list[str] = []
    for name in {name for entry in entries.values() for name in entry.values} - {DELETED}:
        standing = _standing(name, entries)
        shown = parent if name == PARENT else data.get(name)
        rivals = disputes.get((record, name), frozenset())
        if len(standing) == 1 and (as_text(shown) not in standing or rivals):
            found.append(f"{record} {name}: typed {standing}, shows {shown!r}, disputed {set(rivals)}")
        if len(standing) > 1 and rivals != standing:
            found.append(f"{record} {name}: typed {standing}, disputed {set(rivals)}")
    if deleted:
        found += _buried(record, entries)
    return found


def _standing(name: str, entries: Mapping[str, Typed]) -> frozenset[str]:
    """Return the values of a field that nobody who had seen them replaced."""
    touching = {uid: entry for uid, entry in entries.items() if name in entry.values}
    replaced = {uid for entry in touching.values() for uid in entry.seen}
    return frozenset(as_text(entry.values[name]) for uid, entry in touching.items() if uid not in replaced)


def _buried(record: str, entries: Mapping[str, Typed]) -> list[str]:
    """Return what was typed into a record that was deleted by somebody who had not seen it."""
    deletions = {uid: entry for uid, entry in entries.items() if entry.values.get(DELETED)}
    known = {uid for entry in deletions.values() for uid in entry.seen}
    return [
        f"buried {uid} in {record}: {entry.values}"
        for uid, entry in entries.items()
        if uid not in known and uid not in deletions and not deletions.keys() & entry.seen
    ]


def note_case(kind: str, seed: int, lost: int, doubled: int) -> None:
    """Add a case to the figures of a long run (the file that `FIELDAPP_FAULT_FIGURES` names), where there is one."""
    if path := os.environ.get("FIELDAPP_FAULT_FIGURES"):
        with Path(path).open("a") as file:
            engine = os.environ.get("FIELDAPP_FAULT_ENGINE", "")
            told = {"kind": kind, "engine": engine, "seed": seed, "lost": lost, "doubled": doubled}
            file.write(json.dumps(told) + "\n")


def as_text(value: Any) -> str:
    """Return a value so that equal ones are equal."""
    return msgspec.json.encode(value, order="sorted").decode()


def state_of(db: Database) -> State:
    """Return the records of a laptop, without those that were made and taken back before anybody knew of them."""
    rows = db.rows(
        f"SELECT {COLUMNS} FROM record WHERE EXISTS "
        "(SELECT 1 FROM change WHERE change.record = record.uid AND withdrawn = 0)"
    )
    return {record.uid: _values(record) for record in map(from_row, rows)}


def _values(record: Record) -> tuple[str, str, str | None, bool, dict[str, Any]]:
    return record.protocol, record.entity, record.parent, record.deleted, record.data


def disputes_of(db: Database) -> Disputes:
    """Return the open disputes of a laptop: by record and field the values."""
    rows = db.rows("SELECT record, field, rivals FROM dispute WHERE settled_at IS NULL")
    return {
        (record, name): frozenset(as_text(value) for _change, value in msgspec.json.decode(rivals))
        for record, name, rivals in rows
    }
