"""What people disagree about: two versions of a field, side by side, and the choice between them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fieldapp.core import review
from fieldapp.core.errors import FieldappError
from fieldapp.core.merging import DELETED, PARENT
from fieldapp.core.record import Record, with_values
from fieldapp.core.text import _
from fieldapp.store import guard, records, reviewing
from fieldapp.store.connection import Database
from fieldapp.store.records import Saved, Writer, decode


@dataclass(frozen=True, slots=True)
class Version:
    """One of the values of a disputed field (None: absent), and the change that gave it.

    `change` is "" where a record that somebody put below a deleted one speaks for keeping it. `made_at` is UTC.
    """

    change: str
    value: Any
    who: str = ""
    device: str = ""
    made_at: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Dispute:
    """A field (or `_parent`, `_deleted`) of a record to which people gave different values without knowing it.

    The first version is the one that shows until somebody chooses. `settled_at` is UTC, "" while it is open.
    """

    record: Record
    field: str
    versions: tuple[Version, ...]
    found_at: str
    settled_at: str = ""


def opened(db: Database, limit: int = 500) -> list[Dispute]:
    """Return the open disputes, oldest first."""
    return _found(db, "settled_at IS NULL ORDER BY found_at, record, field LIMIT ?", (limit,))


def settled(db: Database, limit: int = 100) -> list[Dispute]:
    """Return the disputes that were settled last, newest first: each can be settled otherwise."""
    return _found(db, "settled_at IS NOT NULL ORDER BY settled_at DESC, record, field LIMIT ?", (limit,))


def of_record(db: Database, uid: str) -> list[Dispute]:
    """Return the open disputes of a record, in order of the field."""
    return _found(db, "settled_at IS NULL AND record = ? ORDER BY field", (uid,))


def count(db: Database) -> int:
    """Return how many disputes are open."""
    return int(db.value("SELECT count(*) FROM dispute WHERE settled_at IS NULL"))


def settle(
    db: Database,
    uid: str,
    choices: Mapping[str, Any],
    *,
    seen: Mapping[str, Collection[str]] | None = None,
    why: str = "",
) -> Saved:
    """Give disputed fields of a record the values chosen (None: absent), as one action that can be undone.

    A value may also be one that nobody gave: both merged into one. Choosing to delete deletes what lies below too, and
    choosing to keep brings back what went with the record. `seen` are the changes between which the person chose, by
    field, without a field that was shown as settled. `why` is the reason for which a coordinator changes what was
    validated: it keeps its level, but for what is deleted.
    FieldappError when one of the fields is not, and never was, disputed, or when `seen` is not what is open now;
    ValidatedError for what was validated, without a reason; NotCoordinatorError for who chooses between a
    coordinator's words, or gives a reason, and is none.
    """
    if why.strip() or any(map(review.is_word, choices)):
        reviewing.refuse_others(db)
    with db.transaction() as connection:
        record = _disputed(db, uid, choices)
        if seen is not None:
            _refuse_unseen(db, uid, choices, seen)
        label = reviewing.reason_words(why) if why.strip() else _("Désaccord tranché")
        writer = Writer(db, connection, label, "entry")
        if choices.get(DELETED):
            below = [item for item in records.descendants(db, uid) if item.uid != uid]
            _write(db, writer, [item.removed() for item in below], why)
        chosen = _chosen(db, record, choices)
        if why.strip():
            choices = {**choices, **reviewing.said_anew(db, record, chosen, why)}
            chosen = _chosen(db, record, choices)
        else:
            guard.refuse_validated(db, {uid: record}, [chosen], _settled_words(record, chosen, choices))
        present = {PARENT: record.parent, DELETED: record.deleted, **record.data}
        # Written even where nothing differs: that somebody looked at both is what settles it.
        writer.edit([(chosen, {name: present.get(name) for name in choices}, dict(choices))])
        if choices.get(DELETED) is False:
            _write(db, writer, [replace(item, deleted=False) for item in gone_with(db, uid)], why)
        return writer.saved()


def _disputed(db: Database, uid: str, choices: Mapping[str, Any]) -> Record:
    """Return the record of which these fields are or were disputed. FieldappError where they are not."""
    record = records.get(db, uid)
    known = {row[0] for row in db.rows("SELECT field FROM dispute WHERE record = ?", (uid,))}
    if record is None or not choices or choices.keys() - known:
        raise FieldappError(_("Ce choix n’est plus à faire : rouvrez la liste des désaccords."))
    return record


def _chosen(db: Database, record: Record, choices: Mapping[str, Any]) -> Record:
    """Return a record with the values chosen."""
    target = {PARENT: record.parent, DELETED: record.deleted, **record.data, **choices}
    entity = db.protocols[record.protocol].entity(record.entity)
    values = {name: value for name, value in target.items() if name not in {PARENT, DELETED}}
    return replace(with_values(record, entity, values), parent=target[PARENT], deleted=bool(target[DELETED]))


def _settled_words(record: Record, chosen: Record, choices: Iterable[str]) -> set[str]:
    """Return the record itself where nothing but what was said of it is chosen; else nothing is to be pardoned."""
    return {record.uid} if all(map(review.is_word, choices)) and record.deleted == chosen.deleted else set()


def _write(db: Database, writer: Writer, changed: Sequence[Record], why: str) -> None:
    """Delete or bring back what lies below; what is deleted for a reason is validated no more."""
    for start in range(0, len(changed), records.CHUNK):
        part = changed[start : start + records.CHUNK]
        if why.strip():
            writer.pardoned |= {item.uid for item in part}
            part = [reviewing.unsaid(db, item) if item.deleted else item for item in part]
        writer.write(part)


def _refuse_unseen(db: Database, uid: str, choices: Iterable[str], seen: Mapping[str, Collection[str]]) -> None:
    """Refuse to choose between versions of which the person has not seen all, or seen one that is there no more."""
    now = {dispute.field: {version.change for version in dispute.versions} for dispute in of_record(db, uid)}
    for name in choices:
        shown = None if name not in seen else set(seen[name])
        if shown != now.get(name):
            raise FieldappError(
                _(
                    "Une autre version est arrivée entre-temps, ou quelqu’un a déjà tranché : "
                    "relisez ce champ, puis choisissez. Rien n’a été changé."
                )
            )


def gone_with(db: Database, uid: str) -> list[Record]:
    """Return the records below this one that are deleted, and were when somebody deleted it: they went with it."""
    rows = db.rows(
        "WITH RECURSIVE below (uid, depth) AS (SELECT ?1, 0 UNION ALL SELECT r.uid, depth + 1 FROM below "
        "JOIN record AS r ON r.parent = below.uid AND r.deleted = 1), "
        "gone (uid, depth, deed) AS (SELECT below.uid, depth, a.uid FROM below "
        "JOIN change AS c ON c.record = below.uid JOIN action AS a ON a.id = c.action "
        "WHERE c.withdrawn = 0 AND json_extract(c.after, ?2) = 1) "
        "SELECT DISTINCT uid FROM gone WHERE depth > 0 AND deed IN (SELECT deed FROM gone WHERE depth = 0) "
        "ORDER BY depth, uid",
        (uid, f"$.{DELETED}"),
    )
    found = records.get_many(db, [row[0] for row in rows])
    return [found[row[0]] for row in rows]


def _found(db: Database, condition: str, parameters: tuple[Any, ...]) -> list[Dispute]:
    rows = db.rows(
        f"SELECT record, field, rivals, found_at, coalesce(settled_at, '') FROM dispute WHERE {condition}",  # noqa: S608
        parameters,
    )
    named = records.get_many(db, {row[0] for row in rows})
    makers = _makers(db, {change for row in rows for change, _value in decode(row[2])})
    return [
        Dispute(
            named[uid],
            name,
            tuple(Version(change, value, *makers.get(change, ())) for change, value in decode(rivals)),
            found_at,
            settled_at,
        )
        for uid, name, rivals, found_at, settled_at in rows
        if uid in named
    ]


def _makers(db: Database, changes: set[str]) -> dict[str, tuple[str, str, str, str]]:
    rows = db.rows(
        "SELECT c.uid, a.who, a.device, a.made_at, a.label FROM change AS c JOIN action AS a ON a.id = c.action "
        "WHERE c.uid IN (SELECT value FROM json_each(?))",
        (records.encode(list(changes)).decode(),),
    )
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in rows}
