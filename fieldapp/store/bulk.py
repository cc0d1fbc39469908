"""One correction of many records at once: what it would do, record by record, and doing it as one action.

Only the field in question is written, so that what others change meanwhile in other fields stays. All is judged on one
moment of the database, which keeps nobody from saving; only the writing does, and it passes over what changed since.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from fieldapp.core import checking, review
from fieldapp.core.checking import Bulk
from fieldapp.core.errors import FieldappError
from fieldapp.core.record import Record, with_data, with_review
from fieldapp.core.schema import Context, Entity, Field, Kind, Problem, Severity, Values
from fieldapp.core.text import _, ngettext
from fieldapp.store import records, reviewing, steps
from fieldapp.store.connection import Database
from fieldapp.store.known_taxa import Taxa
from fieldapp.store.records import Saved, Writer

Progress = Callable[[int, int, str], object]

MOST = 200_000
"""Records corrected in one go, at most: all of it is one action, and can be taken back whole."""

_DAY_MINUTES = 24 * 60


class Way(StrEnum):
    """How a correction makes the new value from the old one."""

    SET = "set"  # the same value for all; None empties the field
    REPLACE = "replace"  # one text for another, within a text
    SHIFT = "shift"  # dates by days, times by minutes, numbers by an amount


WAYS: Mapping[Kind, tuple[Way, ...]] = {
    Kind.TEXT: (Way.SET, Way.REPLACE),
    Kind.LONG_TEXT: (Way.SET, Way.REPLACE),
    Kind.DATE: (Way.SET, Way.SHIFT),
    Kind.TIME: (Way.SET, Way.SHIFT),
    Kind.INTEGER: (Way.SET, Way.SHIFT),
    Kind.NUMBER: (Way.SET, Way.SHIFT),
}
"""The ways in which a field can be corrected, by its kind; the others can only be set."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What is to be done to a field: `value` for SET, `find` and `instead` for REPLACE, `by` for SHIFT.

    `by` is in days for a date, in minutes for a time, else in the field's own unit.
    """

    name: str
    way: Way = Way.SET
    value: Any = None
    find: str = ""
    instead: str = ""
    by: float = 0


@dataclass(frozen=True, slots=True)
class Line:
    """What the correction would do to one record: `after` is None where it is left as it is.

    `old` and `new` are the values of the field (None: absent). `refusal` says why a record that would change is left
    out, "" otherwise; `is_validated` that it changes for a reason only.
    """

    record: Record
    old: Any
    new: Any
    after: Record | None = None
    refusal: str = ""
    is_validated: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What a correction would do: the first lines, and how many records change, stay, are validated, are refused."""

    lines: tuple[Line, ...]
    changed: int
    same: int
    validated: int
    refused: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Applied:
    """What a correction did; `left` counts the records that stayed as they were though they should change, by why."""

    saved: Saved
    changed: int
    left: Counter[str]


def fields_of(entity: Entity) -> list[Field]:
    """Return the fields of an entity that can be corrected in bulk, in the order of its form."""
    return [item for item in entity.fields if not item.hidden]


def kinds_of(db: Database, uids: Sequence[str]) -> dict[tuple[str, str], int]:
    """Return how many live records of each protocol and entity are among these."""
    found: Counter[tuple[str, str]] = Counter()
    uids = list(dict.fromkeys(uids))
    for start in range(0, len(uids), records.CHUNK):
        part = records.encode(uids[start : start + records.CHUNK]).decode()
        for protocol, entity, count in db.rows(
            "SELECT protocol, entity, count(*) FROM record WHERE deleted = 0 "
            "AND uid IN (SELECT value FROM json_each(?)) GROUP BY 1, 2",
            (part,),
        ):
            found[protocol, entity] += count
    return dict(found.most_common())


def of_kind(db: Database, uids: Sequence[str], protocol: str, entity: str) -> list[str]:
    """Return those of these uids that are live records of a protocol and entity, in their order."""
    found: list[str] = []
    uids = list(dict.fromkeys(uids))
    for start in range(0, len(uids), records.CHUNK):
        part = uids[start : start + records.CHUNK]
        rows = db.rows(
            "SELECT uid FROM record WHERE deleted = 0 AND protocol = ? AND entity = ? "
            "AND uid IN (SELECT value FROM json_each(?))",
            (protocol, entity, records.encode(part).decode()),
        )
        here = {row[0] for row in rows}
        found += [uid for uid in part if uid in here]
    return found


def preview(
    db: Database,
    uids: Sequence[str],
    correction: Correction,
    *,
    limit: int = 500,
    progress: Progress | None = None,
) -> Preview:
    """Return what a correction would do to these records, with the first `limit` that it concerns; changes nothing."""
    tell = progress or (lambda _done, _of, _words: None)
    uids = _each_once(uids)
    lines: list[Line] = []
    changed = same = validated = done = 0
    refused: Counter[str] = Counter()
    with db.snapshot():
        for chunk in _walk(db, uids, correction):
            for line in chunk:
                validated += line.is_validated and line.after is not None
                changed += line.after is not None and not line.is_validated
                same += line.after is None and not line.refusal
                if line.refusal:
                    refused[line.refusal] += 1
                if (line.after is not None or line.refusal) and len(lines) < limit:
                    lines.append(line)
            done += len(chunk)
            tell(done, len(uids), _("Essai de la correction"))
    return Preview(tuple(lines), changed, same, validated, refused)


def apply(
    db: Database, uids: Sequence[str], correction: Correction, *, why: str = "", progress: Progress | None = None
) -> Applied:
    """Correct these records as one action, which undo takes back whole; what would be refused stays as it is.

    So does what somebody changes while all this is judged: it is left, and counted.

    Validated records change only for a reason, and for who may validate: they keep their level, and the reason is kept.
    Raises FieldappError, NotCoordinatorError, and whatever `progress` raises: then nothing is changed.
    """
    tell = progress or (lambda _done, _of, _words: None)
    why, uids = why.strip(), _each_once(uids)
    if why:
        reviewing.refuse_others(db)
    left: Counter[str] = Counter()
    with db.snapshot():
        wanted = _judged(db, uids, correction, left, tell, with_validated=bool(why))
    changed = 0
    with db.transaction() as connection:
        writer = Writer(db, connection, _label(db, uids, correction), "entry")
        for fresh in _unchanged(db, wanted, correction, left):
            writer.write([_written(db, line, why) for line in fresh])
            changed += len(fresh)
            tell(changed, len(wanted), _("Correction"))
        return Applied(writer.saved(), changed, left)


def _judged(
    db: Database,
    uids: Sequence[str],
    correction: Correction,
    left: Counter[str],
    tell: Progress,
    *,
    with_validated: bool,
) -> dict[str, bytes]:
    """Return what identifies each record that is to be corrected as it is now; `left` counts those that are not."""
    wanted: dict[str, bytes] = {}
    done = 0
    for chunk in _walk(db, uids, correction):
        for line in chunk:
            if line.refusal:
                left[line.refusal] += 1
            elif line.after is not None and line.is_validated and not with_validated:
                left[_("Validée : elle ne change qu’avec une raison.")] += 1
            elif line.after is not None:
                wanted[line.record.uid] = _identity(line.record)
        done += len(chunk)
        tell(done, len(uids), _("Essai de la correction"))
    return wanted


def _unchanged(
    db: Database, wanted: Mapping[str, bytes], correction: Correction, left: Counter[str]
) -> Iterator[list[Line]]:
    """Yield what is to be written of these records, as they are now; one that is not as it was judged is left."""
    judges: dict[str, _Judge] = {}
    uids = list(wanted)
    for start in range(0, len(uids), records.CHUNK):
        part = uids[start : start + records.CHUNK]
        found = records.get_many(db, part)
        same = [found[uid] for uid in part if uid in found and _identity(found[uid]) == wanted[uid]]
        if len(same) < len(part):
            left[_("Changée entre-temps : regardez-la, puis recommencez.")] += len(part) - len(same)
        for code in {record.protocol for record in same}:
            judges.setdefault(code, _Judge(db, code))
        yield [_proposed(judges[record.protocol], record, correction) for record in same]


def _identity(record: Record) -> bytes:
    return hashlib.blake2b(records.encode(steps.flat(record)), digest_size=16).digest()


def _each_once(uids: Sequence[str]) -> list[str]:
    found = list(dict.fromkeys(uids))
    if len(found) > MOST:
        raise FieldappError(
            _("{n} fiches d’un coup, c’est trop : {most} au plus. Choisissez-en moins, année par année.").format(
                n=len(found), most=MOST
            )
        )
    return found


def _label(db: Database, uids: Sequence[str], correction: Correction) -> str:
    """Return what the action is called: which field, of how many records."""
    first = next(iter(records.get_many(db, uids[:1]).values()), None)
    item = None if first is None else db.protocols[first.protocol].entity(first.entity).by_name.get(correction.name)
    words = ngettext("Correction de {n} fiche : {field}", "Correction en lot de {n} fiches : {field}", len(uids))
    return words.format(n=len(uids), field=_(item.label) if item is not None else correction.name)


def _written(db: Database, line: Line, why: str) -> Record:
    """Return the record as it is to be written; one that was validated is validated anew, with the reason."""
    assert line.after is not None
    said = review.validation(line.record) if line.is_validated else None
    if said is None:
        return line.after
    anew = review.validated(
        line.after,
        str(said["level"]),
        by=db.author.who,
        at=records.now(),
        comment=str(said.get("comment", "")),
        why=why,
    )
    return with_review(line.after, db.protocols[line.after.protocol].entity(line.after.entity), anew)


# ---------------------------------------------------------------------------------------------------- one record


def _walk(db: Database, uids: Sequence[str], correction: Correction) -> Iterator[list[Line]]:
    """Yield what the correction does to these records, in their order, a chunk at a time."""
    judges: dict[str, _Judge] = {}
    for start in range(0, len(uids), records.CHUNK):
        part = uids[start : start + records.CHUNK]
        found = records.get_many(db, part)
        here = [found[uid] for uid in part if uid in found and not found[uid].deleted]
        for code in {record.protocol for record in here}:
            judge = judges.setdefault(code, _Judge(db, code))
            judge.know([record for record in here if record.protocol == code])
        yield [_line(judges[record.protocol], record, correction) for record in here]


def _line(judge: _Judge, record: Record, correction: Correction) -> Line:
    """Return what the correction would do to a record, refused where that could never be right."""
    line = _proposed(judge, record, correction)
    if line.after is not None and (wrong := judge.refuses(record, line.after)):
        return Line(record, line.old, line.new, refusal=wrong)
    return line


def _proposed(judge: _Judge, record: Record, correction: Correction) -> Line:
    entity = judge.protocol.entity(record.entity)
    item = entity.by_name.get(correction.name)
    old = record.data.get(correction.name)
    if item is None or item.hidden:
        words = _("« {label} » n’a pas ce champ.").format(label=_(entity.label))
        return Line(record, None, None, refusal=words)
    try:
        told = judge.implied(item, corrected(item, old, correction))
    except ValueError as error:
        return Line(record, old, old, refusal=str(error))
    new = told[item.name]
    if all(_same(record.data.get(name), value) for name, value in told.items()):
        return Line(record, old, new)
    after = with_data(record, entity, {**record.data, **told})
    return Line(record, old, new, after, is_validated=review.validation(record) is not None)


def corrected(item: Field, old: Any, correction: Correction) -> Any:
    """Return the new value of a field, None for absent; ValueError with a sentence where it can't be worked out.

    An absent value is neither shifted nor replaced.
    """
    if correction.way is Way.SET:
        return correction.value if correction.value not in ("", []) else None
    if old is None:
        return None
    if correction.way is Way.REPLACE:
        if not isinstance(old, str) or not correction.find:
            return old
        return old.replace(correction.find, correction.instead).strip() or None
    return _shifted(item, old, correction.by)


def _shifted(item: Field, old: Any, by: float) -> Any:
    if item.kind is Kind.DATE:
        try:
            return (date.fromisoformat(old) + timedelta(days=round(by))).isoformat()
        except (TypeError, ValueError, OverflowError) as error:
            raise ValueError(_("« {value} » n’est pas une date.").format(value=old)) from error
    if item.kind is Kind.TIME:
        return _shifted_time(old, round(by))
    if isinstance(old, bool) or not isinstance(old, int | float):
        raise ValueError(_("« {value} » n’est pas un nombre.").format(value=old))
    return old + round(by) if item.kind is Kind.INTEGER else round(old + by, 6)


def _shifted_time(old: Any, minutes: int) -> str:
    hour, colon, minute = str(old).partition(":")
    if not (colon and hour.isdecimal() and minute.isdecimal()):
        raise ValueError(_("« {value} » n’est pas une heure.").format(value=old))
    at = int(hour) * 60 + int(minute) + minutes
    if not 0 <= at < _DAY_MINUTES:
        raise ValueError(_("{value} passerait minuit : la date changerait aussi.").format(value=old))
    return f"{at // 60:02}:{at % 60:02}"


def _same(old: Any, new: Any) -> bool:
    return bool(old == new) and type(old) is type(new)


class _Judge:
    """Tells of records of one protocol whether they may hold their new values: as the form and the import do."""

    def __init__(self, db: Database, code: str) -> None:
        self.protocol = db.protocols[code]
        self._db = db
        self._taxa = Taxa(db, self.protocol)
        self._parents: dict[str, dict[str, Values]] = {}
        self._children: dict[str, list[Values]] = {}
        self._links: dict[str, Values] = {}
        self._holding = {entity.parent for entity in self.protocol.entities}

    def know(self, found: Sequence[Record]) -> None:
        """Read what lies around these records, all at once; what was known of others is forgotten."""
        self._parents = {
            placed.uid: {entity: above.data for entity, above in placed.parents.items()}
            for placed in records.placed(self._db, found)
        }
        self._children = {}
        holding = [record.uid for record in found if record.entity in self._holding]
        for record in records.children(self._db, holding) if holding else ():
            self._children.setdefault(record.parent or "", []).append(record.data)
        self._links = {uid: record.data for uid, record in records.get_many(self._db, self._linked(found)).items()}

    def _linked(self, found: Sequence[Record]) -> list[str]:
        """Return what these records point to."""
        wanted: dict[str, None] = {}
        for record in found:
            for item in self.protocol.entity(record.entity).fields:
                value = record.data.get(item.name)
                if item.kind is Kind.LINK and isinstance(value, str):
                    wanted[value] = None
                elif item.kind is Kind.LINKS and isinstance(value, list):
                    wanted.update(dict.fromkeys(value))
        return list(wanted)

    def implied(self, item: Field, value: Any) -> dict[str, Any]:
        """Return the value with those of other fields that follow from it: a bird's code tells its cd_nom."""
        session = self.protocol.session
        if session is None or item.name != session.taxon_code:
            return {item.name: value}
        column = next(column for column in session.columns if column.code == item.name)
        return {item.name: value, **column.read("" if value is None else str(value))}

    def refuses(self, record: Record, after: Record) -> str:
        """Return the first sentence of what would be impossible and was not before, "" for nothing."""
        entity = self.protocol.entity(record.entity)
        was = {(problem.field, problem.code) for problem in self._blocking(entity, record)}
        for problem in self._blocking(entity, after):
            if (problem.field, problem.code) not in was:
                return checking.words(problem, self.protocol, entity)
        return ""

    def _blocking(self, entity: Entity, record: Record) -> list[Problem]:
        context = Context(
            record.data,
            self._parents.get(record.uid, {}),
            children=self._children.get(record.uid, ()),
            taxa=self._taxa,
            links=self._links,
        )
        found = checking.problems(self.protocol, entity, context, bulk=Bulk())
        return [problem for problem in found if problem.severity is Severity.BLOCKING]
