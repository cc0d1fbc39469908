"""Writing records together with the changes that tell of it, under one action; what was validated is guarded."""

# ruff: noqa: S608 - what is put into a statement's text are names of columns of this program, never values

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from fieldapp.core.errors import FieldappError
from fieldapp.core.ids import new_uid, new_uids
from fieldapp.core.merging import DELETED, PARENT
from fieldapp.core.merging import heads as heads_of
from fieldapp.core.record import MAX_LABEL, MAX_VALUE_BYTES, Record, taken_as_read
from fieldapp.core.text import _
from fieldapp.store import guard, settling, steps
from fieldapp.store.connection import Database
from fieldapp.store.rows import COLUMNS, encode, from_row, get_many, now

Kind = Literal["entry", "import", "undo", "redo", "sync"]

Edit = tuple[Record, Mapping[str, Any], Mapping[str, Any], Sequence[str]]
"""A stored record as it is to be written, what changes of it (before, after), and the changes that its author knew."""

_HEAD_BYTES = 200
"""What stands in a change beside the values of the record, at most."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save did: the action's number (None when nothing differed), and how many records it made and changed.

    `met` are the records that had been changed by somebody else since they were read: they hold both by now, so whoever
    shows them reads them again.
    """

    action: int | None
    created: int
    changed: int
    made_at: str
    met: frozenset[str] = frozenset()


class Writer:
    """Writes records and their changes under one action, inside a transaction that the caller holds.

    What was validated is refused (see `store.guard`), but for the uids in `pardoned`; a writer that is not `guarded`
    brings a record back to what the others have.
    """

    def __init__(
        self,
        db: Database,
        connection: sqlite3.Connection,
        label: str,
        kind: Kind,
        of_action: int | None = None,
        *,
        guarded: bool = True,
    ) -> None:
        self._db = db
        self._connection = connection
        self._label = label if len(label) <= MAX_LABEL else f"{label[: MAX_LABEL - 1]}…"
        self._kind = kind
        self._of_action = of_action
        self._action: int | None = None
        self._made_at = now()
        self._created = 0
        self._changed = 0
        self._above: set[str] = set()
        self._met: set[str] = set()
        self._guarded = guarded
        self.pardoned: set[str] = set()

    def saved(self) -> Saved:
        """Return what was written; what lies above it and was deleted meanwhile is there again, disputed."""
        self._make_again()
        settling.settle(self._db, self._connection, self._above)
        self._above.clear()
        return Saved(self._action, self._created, self._changed, self._made_at, frozenset(self._met))

    def _make_again(self) -> None:
        """Make what was withdrawn again when something was put below it: it must leave too, for nobody knows of it."""
        above = self._above
        while above:
            rows = self._db.rows(
                f"SELECT {COLUMNS} FROM record WHERE deleted = 1 AND uid IN (SELECT value FROM json_each(?))",
                (encode(list(above)).decode(),),
            )
            shielded = steps.parents_of_living(self._db, [row[0] for row in rows]) if rows else set()
            known = steps.heads(self._db, list(shielded)) if shielded else {}
            gone = [from_row(row) for row in rows if row[0] in shielded and row[0] not in known]
            if gone:
                self.edit([(record.restored(), {DELETED: True}, {DELETED: False}) for record in gone])
            above = {record.parent for record in gone if record.parent}

    def write(self, records: Sequence[Record]) -> None:
        """Write up to CHUNK records that differ from what is stored; one that comes twice is written twice, in turn."""
        by_uid: dict[str, Record] = {}
        again = [record for record in records if by_uid.setdefault(record.uid, record) is not record]
        stored = get_many(self._db, by_uid)
        fresh = [record for record in by_uid.values() if record.uid not in stored]
        known = [record for record in by_uid.values() if record.uid in stored]
        behind = self._behind([record for record in known if _is_behind(record, stored[record.uid])])
        # Who did not know that it was validated meanwhile is no intruder: it is looked at again.
        self._guard(stored, [record for record in by_uid.values() if record.uid not in behind])
        if self._guarded:
            guard.refuse_known(self._db, stored, [edit[0] for uid, edit in behind.items() if uid not in self.pardoned])
        edited = [
            (record, *found)
            for record in known
            if record.uid not in behind and (found := difference(stored[record.uid], record))[1]
        ]
        if fresh:
            self._insert(fresh)
        if edited:
            self.edit(edited)
        self.join([one for uid, one in behind.items() if one[2]])
        self._met |= behind.keys()
        for record in by_uid.values():
            taken_as_read(record)
        if again:
            self.write(again)

    def _behind(self, changed: Sequence[Record]) -> dict[str, Edit]:
        """Return what is to be written of those of these records that others changed since they were read."""
        found: dict[str, Edit] = {}
        uids = [record.uid for record in changed]
        histories = steps.steps(self._db, uids)
        own = steps.made_here(self._db, uids) if uids else set()
        for record in changed:
            history = histories.get(record.uid, [])
            known = steps.known_when(history, record.read or record, own)
            if known is not None and len(known.steps) < len(history):
                found[record.uid] = (record, *_differing(known.values, steps.flat(record)), heads_of(known.steps))
        return found

    def create(self, records: Sequence[Record]) -> None:
        """Insert records that the caller knows to be new. ValidatedError, as with all that writes."""
        self._guard({}, records)
        self._insert(records)

    def _guard(self, stored: Mapping[str, Record], records: Sequence[Record]) -> None:
        if self._guarded:
            guard.refuse_validated(self._db, stored, records, self.pardoned)

    def _insert(self, records: Sequence[Record]) -> None:
        action = self.action()
        texts: dict[int, str] = {}  # equal lines of a file share one dict of values
        for record in records:
            if id(record.data) not in texts:
                texts[id(record.data)] = _text(record.data)
        rows = [
            (r.uid, r.protocol, r.entity, r.parent, r.on_date, r.cd_nom, texts[id(r.data)], int(r.deleted))
            for r in records
        ]
        self._connection.executemany(
            "INSERT INTO record (uid, protocol, entity, parent, on_date, cd_nom, data, deleted) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        versions = {code: protocol.version for code, protocol in self._db.protocols.items()}
        heads = {(row[3], row[7]): _creation_head(row[3], row[7]) for row in rows}
        self._connection.executemany(
            "INSERT INTO change (uid, action, record, after, protocol_version) VALUES (?, ?, ?, ?, ?)",
            [
                (
                    uid,
                    action,
                    row[0],
                    # The values are those of the record, after its parent.
                    f"{heads[row[3], row[7]]},{row[6][1:]}" if row[6] != "{}" else f"{heads[row[3], row[7]]}}}",
                    versions.get(row[1], ""),
                )
                for uid, row in zip(new_uids(len(rows)), rows, strict=True)
            ],
        )
        self._above |= {row[3] for row in rows if row[3]}
        self._created += len(rows)

    def edit(self, edits: Sequence[tuple[Record, Mapping[str, Any], Mapping[str, Any]]]) -> None:
        """Write records that are stored, each with what it was and is (before, after); a dispute they touch is settled.

        What nobody but this laptop ever knew of, and was taken back, is made again rather than altered.
        """
        self._connection.executemany(
            "UPDATE record SET parent = ?, on_date = ?, cd_nom = ?, data = ?, deleted = ? WHERE uid = ?",
            [(r.parent, r.on_date, r.cd_nom, _text(r.data), int(r.deleted), r.uid) for r, _b, _a in edits],
        )
        bases = steps.heads(self._db, [record.uid for record, _before, _after in edits])
        self._tell([(record, before, after, bases.get(record.uid, ())) for record, before, after in edits])
        settling.follow(self._db, self._connection, [record.uid for record, _before, _after in edits])

    def join(self, edits: Sequence[Edit]) -> None:
        """Write changes of stored records beside what their authors did not know; both make the records."""
        if not edits:
            return
        uids = [record.uid for record, *_rest in edits]
        before = get_many(self._db, uids)
        self._tell(edits)
        settling.put(self._db, self._connection, steps.merged(self._db, uids), {})
        # What lies above where it lies now, and whether it is deleted at all, follows from both.
        self._above |= {*uids, *(record.parent for record in before.values() if record.parent)}
        self._above |= {record.parent for record in get_many(self._db, uids).values() if record.parent}

    def _tell(self, edits: Sequence[Edit]) -> None:
        """Write a change for each of these."""
        action = self.action()
        versions = {code: protocol.version for code, protocol in self._db.protocols.items()}
        self._connection.executemany(
            "INSERT INTO change (uid, action, record, base, before, after, protocol_version) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(new_uid(), action, edit[0].uid, *_told(*edit), versions.get(edit[0].protocol, "")) for edit in edits],
        )
        for record, before, after, _base in edits:
            if PARENT in after or DELETED in after:
                self._above |= {uid for uid in (record.parent, before.get(PARENT)) if uid}
        self._changed += len(edits)

    def action(self) -> int:
        """Return the number of the action, made with the first write; an entry ends what could be redone."""
        if self._action is None:
            if self._kind == "entry":
                self._connection.execute("UPDATE action SET state = 'passed' WHERE kind = 'entry' AND state = 'undone'")
            author = self._db.author
            cursor = self._connection.execute(
                "INSERT INTO action (uid, kind, label, who, device, made_at, of_action, first_change) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(id), 0) + 1 FROM change))",
                (new_uid(), self._kind, self._label, author.who, author.device, self._made_at, self._of_action),
            )
            self._action = int(cursor.lastrowid or 0)
        return self._action


def difference(old: Record, new: Record) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the fields that differ as (before, after); a field that is absent on one side is None there."""
    return _differing(steps.flat(old), steps.flat(new))


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    names = [name for name in {**before, **after} if not steps.same(before.get(name), after.get(name))]
    return {name: before.get(name) for name in names}, {name: after.get(name) for name in names}


def _is_behind(record: Record, stored: Record) -> bool:
    """Return whether the record was altered since it was read."""
    return record.read is not None and steps.flat(record.read) != steps.flat(stored)


def _told(
    record: Record, before: Mapping[str, Any], after: Mapping[str, Any], base: Sequence[str]
) -> tuple[str | None, str | None, str]:
    """Return base, before and after of a change as the table holds them."""
    if base:
        # What was there may be longer than may be written today: shortening it is not kept from anyone.
        return " ".join(base), encode(before).decode(), _text(after)
    return None, None, _text({PARENT: record.parent, **record.data})


def _text(values: Mapping[str, Any]) -> str:
    """Return values as JSON; FieldappError when no hub would take them."""
    found = encode(values)
    if len(found) > MAX_VALUE_BYTES - _HEAD_BYTES:
        raise FieldappError(
            _(
                "« {text}… » est trop long : une fiche porte un million de signes au plus. "
                "Raccourcissez ce texte, ou répartissez-le sur plusieurs fiches ; rien n’a été enregistré."
            ).format(text=_longest(values))
        )
    return found.decode()


def _longest(values: Mapping[str, Any]) -> str:
    texts = [value for value in values.values() if isinstance(value, str)]
    return max(texts, key=len, default="")[:40]


def _creation_head(parent: str | None, deleted: int) -> str:
    """Return how the `after` of a new record begins, before its values."""
    head = f'{{"{PARENT}":{encode(parent).decode()}'
    return f'{head},"{DELETED}":true' if deleted else head
