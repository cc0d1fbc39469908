"""Records: reading them by identity, place and season, and saving them together with the change that tells of it."""

# ruff: noqa: S608 - what is put into a statement's text are names of columns of this program, never values

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fieldapp.core.record import Node, Placed, Record
from fieldapp.store.connection import Database
from fieldapp.store.rows import CHUNK, COLUMNS, chunks, decode, encode, from_row, get_many, now
from fieldapp.store.writer import Edit, Kind, Saved, Writer

__all__ = ["CHUNK", "COLUMNS", "Edit", "Kind", "Saved", "Writer", "decode", "encode", "from_row", "get_many", "now"]


def get(db: Database, uid: str) -> Record | None:
    """Return the record with this uid, deleted or not; None when there is none."""
    rows = db.rows(f"SELECT {COLUMNS} FROM record WHERE uid = ?", (uid,))
    return from_row(rows[0]) if rows else None


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
    for chunk in chunks(parents):
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
    for chunk in chunks(parents):
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
    for chunk in chunks(values):
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


def save(
    db: Database,
    records: Iterable[Record],
    label: str,
    *,
    kind: Kind = "entry",
    all_new: bool = False,
    pardoned: Iterable[str] = (),
) -> Saved:
    """Write the records and, in the same transaction, one change for each that differs from what is stored.

    All of it is one action, named by `label` for undo. Records equal to what is stored leave no trace. Parents may
    come in the same call, in any order. `all_new` says that no record is stored yet and none comes twice, which saves
    looking for them. Of a record that tells how it was read, only what differs from that is written, so that what came
    meanwhile into other fields stays, and two values of one field are disputed. FieldappError when the values of one
    are too long to ever leave this laptop: then nothing is written. ValidatedError for what was validated, but for the
    uids in `pardoned` (see `store.guard`).
    """
    with db.transaction() as connection:
        writer = Writer(db, connection, label, kind)
        writer.pardoned |= set(pardoned)
        write = writer.create if all_new else writer.write
        for chunk in chunks(records):
            write(chunk)
        return writer.saved()


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
    for chunk in chunks(parents):
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
    for chunk in chunks(roots):
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
    for chunk in chunks(parents):
        rows = db.rows(
            f"SELECT parent, json_extract(data, '$.{name}'), count(*) FROM record WHERE deleted = 0 AND entity = ? "
            "AND parent IN (SELECT value FROM json_each(?)) GROUP BY 1, 2",
            (entity, encode(chunk).decode()),
        )
        for parent, value, times in rows:
            found.setdefault(parent, {})[value] = times
    return found


def _records(db: Database, sql: str, parameters: Sequence[Any]) -> list[Record]:
    return [from_row(row) for row in db.rows(sql, parameters)]
