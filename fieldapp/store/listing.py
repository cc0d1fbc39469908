"""Long lists of records: the order of all of them as numbers, and the few that are on the screen as records."""

# ruff: noqa: S608 - what is put into a statement's text are names and conditions of this module, never values

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any

from fieldapp.core.record import Placed
from fieldapp.core.schema import Entity, StudyProtocol
from fieldapp.core.text import fold
from fieldapp.store import records, taxa
from fieldapp.store.connection import Database, translated
from fieldapp.store.records import COLUMNS, encode

WINDOW = 200
"""Lines that one call of `rows` gives at most: several screens."""

_AT_ONCE = 10_000


def ids(
    db: Database,
    protocol: str,
    entity: str,
    *,
    year: int | None = None,
    root: str | None = None,
    cd_nom: int | None = None,
    text: str = "",
    among: Collection[str] | None = None,
) -> array[int]:
    """Return the row numbers of the live records of an entity, 8 bytes each, newest date first.

    The date is the record's own, or that of the nearest record above it that has one (an observation's visit); records
    without a date come last, or, where the protocol has no date, in the order of making, newest first. `root` is the
    uid of a record without parent (an aire). `text` is looked for, accents and capitals apart, in the values of the
    record and of those above it and in the names of its taxon. `among` leaves only records with these uids. Row numbers
    are good as long as the file lives; a record may be deleted meanwhile.
    """
    chain = _chain(db.protocols[protocol], entity)
    level = next((number for number, item in enumerate(chain) if item.date_field), None)
    values: dict[str, Any] = {"protocol": protocol, "entity": entity, "dated": chain[level or 0].code}
    values |= {"first": f"{year or 0:04}-01-01", "last": f"{year or 0:04}-12-31", "root": root, "cd_nom": cd_nom}
    conditions = ["e0.cd_nom = :cd_nom"] if cd_nom is not None else []
    if among is not None:
        values["among"] = encode(list(among)).decode()
        conditions.append("e0.uid IN (SELECT value FROM json_each(:among))")
    if root is not None:
        conditions.append(f"e{len(chain) - 1}.uid = :root")
    if text:
        values |= {"match": taxa.match_query(text), "top": chain[-1].code}
        values["places"] = encode([item.code for item in chain[(level or 0) + 1 :]]).decode()
        conditions.append(_holds(level or 0, len(chain), has_word=bool(values["match"])))
        _add_search(db, text)
    tables = _from_root(len(chain)) if root is not None else _upwards((level or 0) + 1)
    found = array("q")
    for order, own in _steps(level, has_year=year is not None):
        with translated(db.path):
            cursor = db.connection.execute(
                f"SELECT e0.id FROM {tables} WHERE {' AND '.join([*own, *conditions])} ORDER BY {order}", values
            )
            while rows := cursor.fetchmany(_AT_ONCE):
                found.extend([row[0] for row in rows])
    return found


def with_bare(db: Database, lines: Sequence[int], dated: Sequence[int], entity: str) -> array[int]:
    """Return row numbers of lines and, among them by their date, those of dated records without any; newest first.

    `lines` are records of the entity, `dated` may be those above them (visits): one that has a live line below it is
    left out, whether that line is among `lines` or not. Lines of one dated record keep their order.
    """
    bare = db.rows(
        "SELECT id, on_date FROM record AS above WHERE id IN (SELECT value FROM json_each(?1)) AND NOT EXISTS "
        "(SELECT 1 FROM record AS below WHERE below.parent = above.uid AND below.entity = ?2 AND below.deleted = 0)",
        (encode(list(dated)).decode(), entity),
    )
    days: dict[int, tuple[str, int]] = {number: (on_date or "", number) for number, on_date in bare}
    held = db.rows(
        "SELECT line.id, above.on_date, above.id FROM record AS line JOIN record AS above "
        "ON above.uid = line.parent WHERE line.id IN (SELECT value FROM json_each(?))",
        (encode(list(lines)).decode(),),
    )
    days |= {number: (on_date or "", visit) for number, on_date, visit in held}
    known = [number for number in (*lines, *(row[0] for row in bare)) if number in days]
    return array("q", sorted(known, key=days.__getitem__, reverse=True))


def rows(db: Database, rowids: Sequence[int]) -> list[Placed]:
    """Return the records of up to WINDOW row numbers, in their order; those that are gone or deleted are left out.

    One statement for the records and one for each level above them.
    """
    return [line for _number, line in numbered(db, rowids)]


def numbered(db: Database, rowids: Sequence[int]) -> list[tuple[int, Placed]]:
    """Return the same records, each with its row number."""
    numbers = list(rowids[:WINDOW])
    found = db.rows(
        f"SELECT id, {COLUMNS} FROM record WHERE deleted = 0 AND id IN (SELECT value FROM json_each(?))",
        (encode(numbers).decode(),),
    )
    by_number = {row[0]: records.from_row(row[1:]) for row in found}
    alive = [number for number in numbers if number in by_number]
    return list(zip(alive, records.placed(db, [by_number[number] for number in alive]), strict=True))


def _chain(protocol: StudyProtocol, entity: str) -> list[Entity]:
    """Return the entity and those above it, nearest first."""
    found = [protocol.entity(entity)]
    while parent := found[-1].parent:
        found.append(protocol.entity(parent))
    return found


def _upwards(count: int) -> str:
    """Return the FROM of a record `e0` with those above it, `e1` the nearest."""
    joins = [f"JOIN record AS e{level} ON e{level}.uid = e{level - 1}.parent" for level in range(1, count)]
    return " ".join(["record AS e0", *joins])


def _from_root(count: int) -> str:
    """Return the same FROM, to be walked from the root down: for what lies below one place."""
    joins = [
        f"CROSS JOIN record AS e{level} ON e{level}.parent = e{level + 1}.uid" for level in range(count - 2, -1, -1)
    ]
    return " ".join([f"record AS e{count - 1}", *joins])


def _steps(level: int | None, *, has_year: bool) -> list[tuple[str, list[str]]]:
    """Return the statements to run one after the other, each by its ORDER BY and its conditions.

    `level` is the one of the date, None when there is none. Records without a date are a step of their own, so that
    the others come straight from the index by date.
    """
    own = ["e0.entity = :entity", "e0.deleted = 0", f"e{level or 0}.protocol = :protocol"]
    if level is None:
        return [("e0.id DESC", [*own, "0"] if has_year else own)]
    date = f"e{level}"
    own += [f"e{number}.deleted = 0" for number in range(1, level + 1)]
    own += [f"{date}.entity = :dated"] if level else []
    order = f"{date}.on_date DESC, {date}.id DESC"
    if has_year:
        return [(order, [*own, f"{date}.on_date BETWEEN :first AND :last"])]
    return [(order, [*own, f"{date}.on_date IS NOT NULL"]), ("e0.id DESC", [*own, f"{date}.on_date IS NULL"])]


def _holds(level: int, count: int, *, has_word: bool) -> str:
    """Return the condition for a text: in the record, those up to the dated one, the places above, or the taxon.

    The places that hold it, or lie below one that does, are worked out once: they are few, and so are their levels.
    """
    any_of = [f"e0.cd_nom IN ({taxa.CD_NOM_OF_MATCH})"] if has_word else []
    any_of += [f"fieldapp_holds(e{number}.data)" for number in range(level + 1)]
    if count > level + 1:
        any_of.append(
            f"e{level}.parent IN ("
            "WITH RECURSIVE place (uid, hit) AS ("
            " SELECT uid, fieldapp_holds(data) FROM record"
            "  WHERE protocol = :protocol AND entity = :top AND parent IS NULL AND deleted = 0"
            " UNION ALL SELECT below.uid, hit OR fieldapp_holds(below.data) FROM place"
            "  JOIN record AS below ON below.parent = place.uid AND below.deleted = 0"
            "   AND below.entity IN (SELECT value FROM json_each(:places))"
            ") SELECT uid FROM place WHERE hit)"
        )
    return f"({' OR '.join(any_of)})"


def _add_search(db: Database, text: str) -> None:
    wanted = fold(text[: taxa.MAX_TEXT])

    @lru_cache(maxsize=64)  # one place is asked again for each record below it
    def holds(data: str) -> bool:
        return wanted in (data.lower() if data.isascii() else fold.__wrapped__(data))

    db.connection.create_function("fieldapp_holds", 1, holds, deterministic=True)


def numbers(db: Database, uids: Iterable[str]) -> array[int]:
    """Return the row numbers of the live records among these, in the order given."""
    wanted = list(uids)
    found: dict[str, int] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        found.update(
            db.rows(
                "SELECT uid, id FROM record WHERE deleted = 0 AND uid IN (SELECT value FROM json_each(?))",
                (encode(wanted[start : start + _AT_ONCE]).decode(),),
            )
        )
    return array("q", [found[uid] for uid in wanted if uid in found])
