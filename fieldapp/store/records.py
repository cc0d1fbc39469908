"""Records: reading them by identity, place and season, and saving them together with the change that tells of it."""

# ruff: noqa: S608 - what is put into a statement's text are names of columns of this program, never values

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Literal

import msgspec

from fieldapp.core.errors import FieldappError
from fieldapp.core.ids import new_uid, new_uids
from fieldapp.core.merging import DELETED, PARENT
from fieldapp.core.merging import heads as heads_of
from fieldapp.core.record import MAX_LABEL, MAX_VALUE_BYTES, Node, Placed, Record, taken_as_read
from fieldapp.core.text import _
from fieldapp.store import settling, steps
from fieldapp.store.connection import Database

Kind = Literal["entry", "import", "undo", "redo", "sync"]

Edit = tuple[Record, Mapping[str, Any], Mapping[str, Any], Sequence[str]]
"""A stored record as it is to be written, what changes of it (before, after), and the changes that its author knew."""

_HEAD_BYTES = 200
"""What stands in a change beside the values of the record, at most."""

CHUNK = 500
"""Records looked up and written per statement in bulk work: bounded memory, few round trips."""

COLUMNS = "uid, protocol, entity, parent, data, on_date, cd_nom, deleted"

encode = msgspec.json.Encoder(decimal_format="number").encode
decode = msgspec.json.Decoder().decode


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


def now() -> str:
    """Return the present instant in UTC, ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def get(db: Database, uid: str) -> Record | None:
    """Return the record with this uid, deleted or not; None when there is none."""
    rows = db.rows(f"SELECT {COLUMNS} FROM record WHERE uid = ?", (uid,))
    return from_row(rows[0]) if rows else None


def get_many(db: Database, uids: Iterable[str]) -> dict[str, Record]:
    """Return the records that exist among these uids, deleted ones too, by uid."""
    found: dict[str, Record] = {}
    for chunk in _chunks(uids):
        rows = db.rows(
            f"SELECT {COLUMNS} FROM (SELECT value FROM json_each(?)) CROSS JOIN record ON uid = value",
            (encode(chunk).decode(),),
        )
        found.update((row[0], from_row(row)) for row in rows)
    return found


def roots(db: Database, protocol: str, entity: str) -> list[Record]:
    """Return the records of an entity that have no parent (aires, people, datasets), in order of making."""
    return _records(
        db,
        f"SELECT {COLUMNS} FROM record WHERE protocol = ? AND entity = ? AND parent IS NULL AND deleted = 0 "
        "ORDER BY uid",
        (protocol, entity),
    )


def children(db: Database, parents: Iterable[str]) -> list[Record]:
    """Return the records right below these parents, in order of date, then of making."""
    found: list[Record] = []
    for chunk in _chunks(parents):
        found += _records(
            db,
            f"SELECT {COLUMNS} FROM record WHERE deleted = 0 AND parent IN (SELECT value FROM json_each(?)) "
            "ORDER BY on_date, uid",
            (encode(chunk).decode(),),
        )
    return found


def undated(db: Database, parents: Iterable[str], entities: Iterable[str] | None = None) -> list[Record]:
    """Return the records right below these parents that have no date (nets, buckets, campaigns), in order of making.

    With `entities` only those of these codes: the others are not decoded. The cost does not grow with the dated ones
    (visits) beside them.
    """
    found: list[Record] = []
    kept = None if entities is None else encode(list(entities)).decode()
    for chunk in _chunks(parents):
        found += _records(
            db,
            f"SELECT {COLUMNS} FROM record WHERE deleted = 0 AND parent IN (SELECT value FROM json_each(?1)) "
            "AND on_date IS NULL AND (?2 IS NULL OR entity IN (SELECT value FROM json_each(?2))) ORDER BY uid",
            (encode(chunk).decode(), kept),
        )
    return found


def below_on(db: Database, parent: str, first_on: str, last_on: str) -> list[Record]:
    """Return the records right below a parent from `first_on` to `last_on` (ISO dates), in order of date."""
    return _records(
        db,
        f"SELECT {COLUMNS} FROM record WHERE deleted = 0 AND parent = ? AND on_date BETWEEN ? AND ? "
        "ORDER BY on_date, uid",
        (parent, first_on, last_on),
    )


def by_field(db: Database, protocol: str, entity: str, name: str, values: Iterable[str]) -> list[Record]:
    """Return the records whose indexed field has one of these values, in order of making.

    `name` is among the entity's `indexed` fields; KeyError otherwise, for the search would walk the whole database.
    """
    key = _indexed(db, protocol, entity, name)
    found: list[Record] = []
    for chunk in _chunks(values):
        found += _records(
            db,
            f"SELECT {COLUMNS} FROM record WHERE {key} IN (SELECT value FROM json_each(?)) ORDER BY uid",
            (encode(chunk).decode(),),
        )
    return found


def between(db: Database, protocol: str, entity: str, name: str, first: str, last: str) -> list[Record]:
    """Return the records whose indexed field lies from `first` to `last`, both included, as texts; in that order."""
    key = _indexed(db, protocol, entity, name)
    return _records(
        db,
        f"SELECT {COLUMNS} FROM record WHERE {key} BETWEEN ? AND ? ORDER BY json_extract(data, '$.{name}'), uid",
        (first, last),
    )


def _indexed(db: Database, protocol: str, entity: str, name: str) -> str:
    """Return the conditions up to the value of an indexed field: literal, or SQLite could not use the partial index."""
    if name not in db.protocols[protocol].entity(entity).indexed:
        raise KeyError(name)
    value = f"json_extract(data, '$.{name}')"
    return f"protocol = '{protocol}' AND entity = '{entity}' AND deleted = 0 AND {value} IS NOT NULL AND {value}"


def tally(db: Database, protocol: str, entity: str, names: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return how often each combination of values of these fields occurs: the values (None: absent), then the count.

    Walks all records of the entity, so it is for work in the background; KeyError for a field that it has not.
    """
    fields = db.protocols[protocol].entity(entity).by_name
    values = ", ".join(f"json_extract(data, '$.{fields[name].name}')" for name in names)
    numbers = ", ".join(str(number + 1) for number in range(len(names)))
    return db.rows(
        f"SELECT {values}, count(*) FROM record WHERE protocol = ? AND entity = ? AND deleted = 0 "
        f"GROUP BY {numbers} ORDER BY {numbers}",
        (protocol, entity),
    )


def placed(db: Database, found: Sequence[Record]) -> list[Placed]:
    """Return the records with those above them; one statement for each level."""
    above: dict[str, Record] = {}
    wanted = {record.parent for record in found if record.parent}
    while wanted:
        level = get_many(db, wanted)
        above.update(level)
        wanted = {record.parent for record in level.values() if record.parent} - above.keys()
    return [Placed(record, _parents(record, above)) for record in found]


def _parents(record: Record, above: Mapping[str, Record]) -> dict[str, Record]:
    found: dict[str, Record] = {}
    while (parent := above.get(record.parent or "")) and parent.entity not in found:
        found[parent.entity] = record = parent
    return found


def tree(db: Database, uid: str, *, years: tuple[int, int] | None = None) -> Node | None:
    """Return the record with all that lies below it; None when it is not there or deleted.

    `years` (first, last) leaves out dated records of other years, and what lies below them.
    """
    root = get(db, uid)
    if root is None or root.deleted:
        return None
    top = Node(root)
    level = {uid: top}
    while level:
        below: dict[str, Node] = {}
        for record in children(db, level):
            if years and record.on_date and not years[0] <= int(record.on_date[:4]) <= years[1]:
                continue
            node = Node(record)
            level[record.parent or ""].children.append(node)
            below[record.uid] = node
        level = below
    return top


def season(db: Database, protocol: str, entity: str, first_on: str, last_on: str) -> list[Node]:
    """Return the trees of a protocol that hold a dated record of `entity` from `first_on` to `last_on` (ISO dates).

    One node per root (for POP: the aires), with the parents of the dated records, those records, and all that lies
    below them. The cost follows the size of the season, not that of the database.
    """
    dated = _records(
        db,
        f"SELECT {COLUMNS} FROM record WHERE protocol = ? AND entity = ? AND deleted = 0 AND on_date BETWEEN ? AND ? "
        "ORDER BY on_date, uid",
        (protocol, entity, first_on, last_on),
    )
    nodes = [Node(record) for record in dated]
    holding = {item.parent for item in db.protocols[protocol].entities}
    level = {node.record.uid: node for node in nodes}
    while level:
        below: dict[str, Node] = {}
        for record in children(db, [uid for uid, node in level.items() if node.record.entity in holding]):
            below[record.uid] = node = Node(record)
            level[record.parent or ""].children.append(node)
        level = below
    return _under_parents(db, nodes)


def _under_parents(db: Database, nodes: Sequence[Node]) -> list[Node]:
    """Return the roots above the nodes, each parent holding its children in the order given."""
    while missing := [node.record.parent for node in nodes if node.record.parent]:
        parents = {uid: Node(record) for uid, record in get_many(db, dict.fromkeys(missing)).items()}
        tops: dict[str, Node] = {}
        for node in nodes:
            parent = parents.get(node.record.parent or "")
            if parent is None or parent.record.deleted:
                if node.record.parent is None:
                    tops[node.record.uid] = node
                continue
            parent.children.append(node)
            tops[parent.record.uid] = parent
        nodes = list(tops.values())
    return list(nodes)


def years(db: Database, protocol: str, entity: str) -> list[int]:
    """Return the calendar years that hold a dated record of the entity, newest first.

    Steps from year to year along the index, so it does not slow down as records pile up.
    """
    rows = db.rows(
        "WITH RECURSIVE year (first_on) AS ("
        " SELECT max(on_date) FROM record WHERE protocol = ?1 AND entity = ?2 AND deleted = 0 AND on_date IS NOT NULL"
        " UNION ALL"
        " SELECT (SELECT max(on_date) FROM record WHERE protocol = ?1 AND entity = ?2 AND deleted = 0"
        "   AND on_date IS NOT NULL AND on_date < substr(year.first_on, 1, 4))"
        " FROM year WHERE year.first_on IS NOT NULL"
        ") SELECT substr(first_on, 1, 4) FROM year WHERE first_on IS NOT NULL",
        (protocol, entity),
    )
    return [int(row[0]) for row in rows]


def count(db: Database, protocol: str, entity: str) -> int:
    """Return how many records of the entity there are; walks them all, so not for where a person waits."""
    return int(
        db.value("SELECT count(*) FROM record WHERE protocol = ? AND entity = ? AND deleted = 0", (protocol, entity))
    )


def total(db: Database) -> int:
    """Return how many records there are in all; walks them all, so not for where a person waits."""
    return int(db.value("SELECT count(*) FROM record WHERE deleted = 0"))


def descendants(db: Database, uid: str) -> list[Record]:
    """Return the record and all live records below it, parents first."""
    top = tree(db, uid)
    found: list[Record] = []
    level = [top] if top else []
    while level:
        found += [node.record for node in level]
        level = [child for node in level for child in node.children]
    return found


def delete(db: Database, uid: str, label: str) -> Saved:
    """Delete the record and all below it as one action that can be undone."""
    return save(db, [record.removed() for record in descendants(db, uid)], label)


def save(db: Database, records: Iterable[Record], label: str, *, kind: Kind = "entry", all_new: bool = False) -> Saved:
    """Write the records and, in the same transaction, one change for each that differs from what is stored.

    All of it is one action, named by `label` for undo. Records equal to what is stored leave no trace. Parents may
    come in the same call, in any order. `all_new` says that no record is stored yet and none comes twice, which saves
    looking for them. Of a record that tells how it was read, only what differs from that is written, so that what came
    meanwhile into other fields stays, and two values of one field are disputed. FieldappError when the values of one
    are too long to ever leave this laptop: then nothing is written.
    """
    with db.transaction() as connection:
        writer = Writer(db, connection, label, kind)
        write = writer.create if all_new else writer.write
        for chunk in _chunks(records):
            write(chunk)
        return writer.saved()


class Writer:
    """Writes records and their changes under one action, inside a transaction that the caller holds."""

    def __init__(
        self, db: Database, connection: sqlite3.Connection, label: str, kind: Kind, of_action: int | None = None
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
        edited = [
            (record, *found)
            for record in known
            if record.uid not in behind and (found := difference(stored[record.uid], record))[1]
        ]
        if fresh:
            self.create(fresh)
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
        """Insert records that the caller knows to be new."""
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


def from_row(row: tuple[Any, ...]) -> Record:
    """Return the record of a row that was selected with COLUMNS."""
    uid, protocol, entity, parent, data, on_date, cd_nom, deleted = row
    return Record(uid, protocol, entity, parent, decode(data), on_date, cd_nom, bool(deleted))


def _records(db: Database, sql: str, parameters: Sequence[Any]) -> list[Record]:
    return [from_row(row) for row in db.rows(sql, parameters)]


def _chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(items)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def dated(db: Database, protocol: str, entity: str, first_on: str, last_on: str) -> list[Record]:
    """Return the dated records of an entity from `first_on` to `last_on` (ISO dates) alone, in order of date."""
    return _records(
        db,
        f"SELECT {COLUMNS} FROM record WHERE protocol = ? AND entity = ? AND deleted = 0 AND on_date BETWEEN ? AND ? "
        "ORDER BY on_date, uid",
        (protocol, entity, first_on, last_on),
    )


def child_counts(db: Database, parents: Iterable[str], entity: str) -> dict[str, int]:
    """Return how many live records of the entity lie right below each parent; a parent without any is absent."""
    found: dict[str, int] = {}
    for chunk in _chunks(parents):
        found.update(
            db.rows(
                "SELECT parent, count(*) FROM record WHERE deleted = 0 AND entity = ? "
                "AND parent IN (SELECT value FROM json_each(?)) GROUP BY parent",
                (entity, encode(chunk).decode()),
            )
        )
    return found


def last_years(db: Database, roots: Iterable[str], before: int) -> dict[str, int]:
    """Return for each root (aire) the newest year before `before` with a dated record two levels below it.

    A root without any is absent. Takes one step along the index for each record in between, so it does not slow down as
    seasons pile up.
    """
    found: dict[str, int] = {}
    for chunk in _chunks(roots):
        rows = db.rows(
            "SELECT place.parent, max((SELECT max(on_date) FROM record"
            " WHERE parent = place.uid AND deleted = 0 AND on_date < ?2))"
            " FROM record AS place WHERE place.deleted = 0 AND place.parent IN (SELECT value FROM json_each(?1))"
            " GROUP BY place.parent",
            (encode(chunk).decode(), f"{before:04}"),
        )
        found.update((root, int(newest[:4])) for root, newest in rows if newest)
    return found


def beginning(db: Database, protocol: str, entity: str, name: str, start: str, limit: int) -> list[str]:
    """Return the different values of an indexed field that begin like this, at most `limit`, in their order.

    Read from the index alone, so it costs as much as what it returns and never decodes a record.
    """
    key = _indexed(db, protocol, entity, name)
    rows = db.rows(
        f"SELECT DISTINCT json_extract(data, '$.{name}') FROM record WHERE {key} BETWEEN ? AND ? ORDER BY 1 LIMIT ?",
        (start, f"{start}\U0010ffff", limit),
    )
    return [row[0] for row in rows]


def child_tally(db: Database, parents: Iterable[str], entity: str, name: str) -> dict[str, dict[Any, int]]:
    """Return for each parent how often each value of a field (None: absent) occurs among its live records right below.

    A parent without any is absent; KeyError for a field that no entity of this code has.
    """
    entities = [item for protocol in db.protocols.values() for item in protocol.entities if item.code == entity]
    if not any(name in item.by_name for item in entities):
        raise KeyError(name)
    found: dict[str, dict[Any, int]] = {}
    for chunk in _chunks(parents):
        rows = db.rows(
            f"SELECT parent, json_extract(data, '$.{name}'), count(*) FROM record WHERE deleted = 0 AND entity = ? "
            "AND parent IN (SELECT value FROM json_each(?)) GROUP BY 1, 2",
            (entity, encode(chunk).decode()),
        )
        for parent, value, times in rows:
            found.setdefault(parent, {})[value] = times
    return found
