"""What was validated is not changed in passing: neither by who types, nor by a file, nor by an undo.

Only a change that says anew whether the record is validated may alter it (`store.reviewing` makes those). What a
coordinator said of a validated record is guarded with it: a save that leaves it out does not take it away. What comes
from elsewhere is never kept out here: a record that was changed by who did not know is validated no more, and seen
again (`core.review.is_stale`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from fieldapp.core import review
from fieldapp.core.errors import FieldappError
from fieldapp.core.ids import is_uid
from fieldapp.core.record import Record
from fieldapp.core.review_words import day_words
from fieldapp.core.text import _
from fieldapp.store.connection import Database
from fieldapp.store.rows import COLUMNS, encode, from_row, get_many


class ValidatedError(FieldappError):
    """A record was validated, or the visit in which it lies: nothing was changed."""


def refuse_validated(
    db: Database, stored: Mapping[str, Record], written: Sequence[Record], pardoned: Collection[str] = ()
) -> None:
    """Raise ValidatedError when one of these records may not be written in the place of what is stored.

    That is one that is validated, or lies right below a validated visit, or line of one, and comes or goes; `pardoned`
    are the uids of those whose validation comes or goes in the same step.
    """
    concerned: set[str] = set()
    said_anew = set(pardoned)
    for record in written:
        before = stored.get(record.uid)
        if record.uid in said_anew or _says_anew(before, record):
            said_anew.add(record.uid)
            continue
        if before is not None and _differs(before, record):
            refuse(db, before)
        concerned |= _parents_concerned(before, record)
    for above in validated_closing(db, concerned - said_anew):
        refuse(db, above)


def refuse_known(db: Database, stored: Mapping[str, Record], behind: Iterable[Record]) -> None:
    """Raise ValidatedError where who alters a record that was changed since they read it, had read it validated.

    Whatever came meanwhile: it is still validated, and they knew.
    """
    for record in behind:
        read = record.read
        if read is not None and _differs(read, record) and review.validation(stored[record.uid]) is not None:
            refuse(db, read)


def refuse(db: Database, record: Record) -> None:
    """Raise ValidatedError when this record is validated."""
    said = review.validation(record)
    if said is not None:
        raise ValidatedError(sentence(db, record, said))


def validated_closing(db: Database, uids: Iterable[str]) -> list[Record]:
    """Return those of these records that are validated as they are, and below which nothing comes or goes then."""
    wanted = list(uids)
    if not wanted:
        return []
    # Most are not: they are told apart without being decoded.
    rows = db.rows(
        f"SELECT {COLUMNS} FROM record WHERE uid IN (SELECT value FROM json_each(?)) AND deleted = 0 "  # noqa: S608
        "AND instr(data, ?)",
        (encode(wanted).decode(), f'"{review.VALIDATED}"'),
    )
    found = map(from_row, rows)
    return [record for record in found if is_closing(db, record) and review.validation(record) is not None]


def is_closing(db: Database, record: Record) -> bool:
    """Return whether a record holds together with what lies right below it: a visit, or a line of one; no place."""
    protocol = db.protocols[record.protocol]
    code: str | None = record.entity
    while code is not None:
        entity = protocol.entity(code)
        if entity.date_field:
            return True
        code = entity.parent
    return False


def sentence(db: Database, record: Record, said: Mapping[str, Any]) -> str:
    """Return who validated a record and when, and what to do now."""
    entity = db.protocols[record.protocol].entity(record.entity)
    title = entity.title(record.data) if entity.date_field else ""
    what = " ".join(filter(None, (_(entity.label), title)))
    return _(
        "« {what} » a été validé par {who} le {day} : rien n’y a été changé. Demandez à la coordination de "
        "le corriger, ou rouvrez-le avec une raison (page Validation)."
    ).format(what=what, who=name_of(db, str(said.get("by", ""))), day=day_words(str(said.get("at", ""))))


def name_of(db: Database, who: str) -> str:
    """Return the name of who said something: the uid of a person, or a name typed before."""
    if is_uid(who) and (found := get_many(db, [who]).get(who)) is not None:
        return str(found.data.get("name") or who)
    return who or _("quelqu’un")


def _differs(before: Record, record: Record) -> bool:
    """Return whether a record says something else than before, or of it is said, or it comes or goes."""
    # The digest is asked only where it matters.
    if review.VALIDATED not in before.data:
        return False
    if before.deleted != record.deleted or _words(before) != _words(record):
        return True
    return review.content_digest(before) != review.content_digest(record)


def _words(record: Record) -> dict[str, Any]:
    return {name: value for name, value in record.data.items() if review.is_word(name)}


def _says_anew(before: Record | None, record: Record) -> bool:
    """Return whether a record says itself, and otherwise than before, that it is validated as it is now."""
    was = None if before is None else before.data.get(review.VALIDATED)
    return record.data.get(review.VALIDATED) != was and review.validation(record) is not None


def _parents_concerned(before: Record | None, record: Record) -> set[str]:
    """Return below what a record comes or goes by being written."""
    was = before.parent if before is not None and not before.deleted else None
    now = None if record.deleted else record.parent
    return {parent for parent in (was, now) if parent} if was != now else set()
