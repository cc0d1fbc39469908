"""What is to be done with the records that a file speaks of: each checked, and held against what is stored."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from fieldapp.core import checking, clock, review
from fieldapp.core.checking import Bulk, blocks, words
from fieldapp.core.exchange import Importer, ParsedRow, RowNote
from fieldapp.core.record import Record, with_data
from fieldapp.core.schema import Context, Entity, Problem, Severity, StudyProtocol, Values, may_block_for_children
from fieldapp.core.text import _
from fieldapp.exchange.known import KnownRecords
from fieldapp.exchange.report import Outcome, RowReport
from fieldapp.store import changes, guard, records
from fieldapp.store.connection import Database

REMEMBERED_PARENTS = 4 * records.CHUNK
"""Parents whose accepted children are kept at hand; those of the others are read back from the database."""


class Verdict(Enum):
    """What a record of the file is beside what is stored under its uid; NEW: nothing is."""

    NEW = auto()
    SAME = auto()
    OTHER = auto()
    DELETED = auto()
    REFUSED = auto()


@dataclass(slots=True)
class Judged:
    """A record of the file and what is to be done with it. `columns` are those that differ from what is stored.

    `line` is the first accepted row that speaks of it, 0 before there is one; `staged` says that it goes in. `parents`
    and `links` are what its check may look at.
    """

    record: Record
    verdict: Verdict
    stored: Record | None = None
    columns: tuple[str, ...] = ()
    problem: RowNote | None = None
    notes: tuple[RowNote, ...] = ()
    line: int = 0
    staged: bool = False
    parents: Mapping[str, Values] = field(default_factory=dict)
    links: Mapping[str, Values] = field(default_factory=dict)


class RowDecidedError(Exception):
    """The row is not taken in, for the reason given."""

    def __init__(self, report: RowReport) -> None:
        super().__init__(report.sentence)
        self.report = report


class Judge:
    """What the file has said so far, and what is known of it here.

    `shared` are the records that rows speak of besides their own, `own` those of the rows with the number of the row;
    both by uid. `meets` says that one of them stood in the database before. With `updates` the file's values replace
    those that are stored.
    """

    def __init__(self, db: Database, importer: Importer, known: KnownRecords, *, updates: bool) -> None:
        self.shared: dict[str, Judged] = {}
        self.own: dict[str, tuple[int, Record]] = {}
        self.meets = False
        self.updates = updates
        self._db = db
        self._importer = importer
        self._known = known
        self._today = clock.today()
        self._bulk = Bulk()
        self._blocking: dict[tuple[str, str], bool] = {}
        self._is_empty = changes.is_empty(db)
        self._stored: dict[str, Record] = {}
        self._revived: set[str] = set()
        self._below: OrderedDict[str, dict[str, Values]] = OrderedDict()
        self._fields = _fields_by_entity(importer)

    def look_up(self, rows: Sequence[ParsedRow]) -> None:
        """Read what the database holds of the records of a chunk that have not been met before."""
        if self._is_empty:
            return
        uids = {record.uid for row in rows for record in row.records if record.uid not in self.shared}
        self._stored = records.get_many(self._db, uids)
        deleted = [uid for uid, record in self._stored.items() if record.deleted]
        # What an undo took away was never deleted by anybody: it may come again.
        last = {change.record: change.action.kind for change in changes.histories(self._db, deleted)} if deleted else {}
        self._revived.update(uid for uid, kind in last.items() if kind == "undo")

    def is_met(self, uid: str) -> bool:
        """Return whether the file or the database has told of the record before."""
        return uid in self.own or uid in self.shared or uid in self._stored

    def is_plain(self, record: Record, above: Sequence[Judged]) -> bool:
        """Return whether a new record may go in and nothing is to be said of it itself."""
        protocol = self._db.protocols[record.protocol]
        context = self._context(above, record.data)
        return not checking.problems(protocol, protocol.entity(record.entity), context, bulk=self._bulk)

    def merged(self, stored: Record, given: Record) -> Record:
        """Return ours with what the file says in its columns; an empty cell says nothing and keeps our value."""
        names = self._fields.get(stored.entity, {})
        taken = {name: value for name, value in given.data.items() if name in names}
        entity = self._db.protocols[stored.protocol].entity(stored.entity)
        values = self._importer.replaced(stored.entity, stored.data, {**stored.data, **taken})
        return replace(with_data(stored, entity, values), parent=given.parent)

    # ---------------------------------------------------------------------------------------- judgements

    def judged(self, line: int, record: Record, before: Sequence[Judged], parent: str | None) -> Judged:
        """Return what is to be done with a shared record, judged at its first row; refuses a contradicting row.

        The `parent` of the row's own record is checked later, together with what it then holds.
        """
        known = self.shared.get(record.uid)
        if known is None and record.uid in self.own:
            raise RowDecidedError(RowReport(line, Outcome.REFUSED, "", uid_taken()))
        if known is None or (known.record is not record and not known.line and known.record != record):
            known = self.shared[record.uid] = self.judge(record, before, alone=record.uid != parent)
        elif known.record is not record and known.record != record:
            raise RowDecidedError(self._contradiction(line, known.line, known.record, record))
        self.refuse_problem(line, known)
        return known

    def judge(self, record: Record, above: Sequence[Judged], *, alone: bool = True) -> Judged:
        """Return what is to be done with a record; not `alone`: what it holds is still to come, its check too."""
        stored = self._stored.get(record.uid)
        if stored is None and (judged := self.shared.get(record.uid)) is not None:
            stored = judged.stored
        if why := self._why_validated(record, stored, above):
            return Judged(record, Verdict.REFUSED, stored, problem=RowNote("", why))
        self.meets = self.meets or stored is not None
        if stored is not None and (stored.protocol, stored.entity) != (record.protocol, record.entity):
            return Judged(record, Verdict.REFUSED, stored, problem=RowNote("", uid_taken()))
        if stored is None or (stored.deleted and record.uid in self._revived):
            judged = Judged(record, Verdict.NEW, stored)
            return self._checked(judged, above) if alone else judged
        if stored.deleted:
            return Judged(record, Verdict.DELETED, stored)
        columns = self._differing(stored, record)
        if not columns:
            return Judged(record, Verdict.SAME, stored)
        judged = Judged(record, Verdict.OTHER, stored, columns)
        return self._checked(judged, above) if self.updates else judged

    def _why_validated(self, record: Record, stored: Record | None, above: Sequence[Judged]) -> str:
        """Return why a record can't go in below a visit, or in the place of what is stored: it was validated."""
        if stored is None or stored.deleted:
            visit = next((item.stored for item in above if item.record.uid == record.parent), None)
            is_open = visit is None or visit.deleted or not guard.is_closing(self._db, visit)
            return "" if visit is None or is_open else self._said_of(visit)
        return self._said_of(stored) if self.updates and self._differing(stored, record) else ""

    def _said_of(self, stored: Record) -> str:
        said = review.validation(stored)
        return "" if said is None else guard.sentence(self._db, stored, said)

    def _checked(self, judged: Judged, above: Sequence[Judged]) -> Judged:
        """Check the record by the one check of all paths; what is only unlikely is left to the screens."""
        record = judged.record
        protocol = self._db.protocols[record.protocol]
        entity = protocol.entity(record.entity)
        found = checking.problems(protocol, entity, self._context(above, record.data), bulk=self._bulk)
        if not found:
            return judged
        if blocks(found):
            first = next(problem for problem in found if problem.severity is Severity.BLOCKING)
            judged.verdict = Verdict.REFUSED
            judged.problem = RowNote(self._column(entity, first.field), words(first, protocol, entity))
        else:
            judged.notes = self._notes(found, protocol, entity)
        return judged

    def _notes(self, found: Sequence[Problem], protocol: StudyProtocol, entity: Entity) -> tuple[RowNote, ...]:
        """Return what the file leaves unfilled although it has a column for it."""
        return tuple(
            RowNote(self._column(entity, problem.field), words(problem, protocol, entity))
            for problem in found
            if problem.severity is Severity.INCOMPLETE and (entity.code, problem.field) in self._importer.fields
        )

    def _context(self, above: Sequence[Judged], values: Values, children: Sequence[Values] = ()) -> Context:
        last = above[-1] if above else None
        if last is None:
            return Context(values, children=children, today=self._today, taxa=self._known.taxa)
        if not last.parents:
            last.parents = {item.record.entity: item.record.data for item in above}
            last.links = {item.record.uid: (item.stored or item.record).data for item in above}
        return Context(values, last.parents, (), children, self._today, self._known.taxa, last.links)

    def _children(self, judged: Judged) -> dict[str, Values]:
        """Return the accepted children of a record by uid, here and in the file, the latest parents kept at hand."""
        uid = judged.record.uid
        found = self._below.get(uid)
        if found is not None:
            self._below.move_to_end(uid)
        else:
            is_here = judged.staged or judged.stored is not None
            found = {child.uid: child.data for child in self._known.children(uid)} if is_here else {}
            self._below[uid] = found
            if len(self._below) > REMEMBERED_PARENTS:
                self._below.popitem(last=False)
        return found

    def _column(self, entity: Entity, name: str) -> str:
        return self._importer.fields.get((entity.code, name), "")

    def _differing(self, stored: Record, given: Record) -> tuple[str, ...]:
        """Return the columns in which the file says something else than the database.

        An empty cell says nothing where the file's values are to be taken over: our value stays.
        """
        found = [
            column
            for name, column in self._fields.get(stored.entity, {}).items()
            if stored.data.get(name) != given.data.get(name) and (name in given.data or not self.updates)
        ]
        if stored.parent != given.parent:
            found += [
                column for (entity, _name), column in self._importer.fields.items() if entity == self._above(given)
            ][:1]
        return tuple(dict.fromkeys(found))

    def _above(self, record: Record) -> str:
        return self._db.protocols[record.protocol].entity(record.entity).parent or ""

    def _ancestors(self, record: Record, shared: Sequence[Judged]) -> list[Judged]:
        by_uid = {item.record.uid: item for item in shared}
        found = []
        parent = record.parent
        while parent and (item := by_uid.get(parent)) is not None:
            found.append(item)
            parent = item.record.parent
        return found

    # ----------------------------------------------------------------------------------------- refusals

    def refuse_told_before(self, line: int, record: Record, notes: Sequence[RowNote] = ()) -> None:
        """Refuse a row whose own record an earlier row has told otherwise; the same row twice is no harm.

        `notes` say why where the parser gave two rows the very same record: they are told already.
        """
        first = self.own[record.uid]
        if first[1] == record:
            told = [note.sentence for note in notes] if first[1] is record else []
            sentence = " ".join(told) or _("Même ligne que la ligne {first}.").format(first=first[0])
            raise RowDecidedError(RowReport(line, Outcome.IDENTICAL, "", sentence))
        sentence = _(
            "Les lignes {first} et {line} portent le même identifiant et disent autre chose : gardez la bonne."
        ).format(first=first[0], line=line)
        raise RowDecidedError(RowReport(line, Outcome.REFUSED, "", sentence))

    def _contradiction(self, line: int, first: int, one: Record, other: Record) -> RowReport:
        names = [name for name in {**one.data, **other.data} if one.data.get(name) != other.data.get(name)]
        columns = [self._importer.fields.get((other.entity, name), "") for name in names]
        columns = [column for column in dict.fromkeys(columns) if column]
        if one.parent != other.parent:
            columns += [c for (entity, _name), c in self._importer.fields.items() if entity == self._above(other)][:1]
        entity = self._db.protocols[other.protocol].entity(other.entity)
        sentence = _(
            "Les lignes {first} et {line} parlent du même enregistrement ({entity}) et se contredisent ({columns}) : "
            "corrigez l’une des deux."
        ).format(first=first, line=line, entity=_(entity.label), columns=", ".join(columns))
        return RowReport(line, Outcome.REFUSED, columns[0] if columns else "", sentence)

    def refuse_problem(self, line: int, judged: Judged) -> None:
        """Refuse a row one of whose records can't be stored."""
        if judged.verdict is Verdict.REFUSED and judged.problem is not None:
            problem = judged.problem
            raise RowDecidedError(RowReport(line, Outcome.REFUSED, problem.column, problem.sentence))

    def refuse_deleted(self, line: int, own: Judged, shared: Sequence[Judged]) -> None:
        """Refuse a row whose own record was deleted here, or one that it lies below."""
        gone = [item for item in (*shared, own) if item.verdict is Verdict.DELETED]
        for item in gone:
            if item is own or item in self._ancestors(own.record, shared):
                entity = self._db.protocols[item.record.protocol].entity(item.record.entity)
                sentence = _("Supprimé ici ({entity}), non repris.").format(entity=_(entity.label))
                raise RowDecidedError(RowReport(line, Outcome.DELETED_HERE, "", sentence))

    def refuse_misplaced(self, line: int, record: Record, shared: Sequence[Judged]) -> None:
        """Refuse a record whose parent is impossible, or can't hold it beside what it holds; else count it there."""
        place = len(shared) - 1
        while place >= 0 and shared[place].record.uid != record.parent:
            place -= 1
        if place < 0:
            return
        parent = shared[place]
        protocol = self._db.protocols[record.protocol]
        entity = protocol.entity(parent.record.entity)
        if parent.line and not self._may_block(protocol, entity):
            return  # what is to be said of it was said with its first row
        children = self._children(parent)
        values = self._values_kept(parent)
        before: set[str] = set()
        if parent.verdict is not Verdict.NEW and children:
            as_it_is = values if parent.stored is None else parent.stored.data
            context = self._context(shared[:place], as_it_is, tuple(children.values()))
            found = checking.problems(protocol, entity, context, bulk=self._bulk)
            before = {problem.code for problem in found if problem.severity is Severity.BLOCKING}
        together = {**children, record.uid: record.data}
        context = self._context(shared[:place], values, tuple(together.values()))
        found = checking.problems(protocol, entity, context, bulk=self._bulk)
        for problem in found:
            if problem.severity is Severity.BLOCKING and problem.code not in before:
                column = self._column(entity, problem.field)
                raise RowDecidedError(RowReport(line, Outcome.REFUSED, column, words(problem, protocol, entity)))
        if not parent.line:
            parent.notes = self._notes(found, protocol, entity) if found else ()
        children[record.uid] = record.data

    def _may_block(self, protocol: StudyProtocol, entity: Entity) -> bool:
        """Return whether a rule of the entity could refuse a record for what is below it."""
        key = protocol.code, entity.code
        if key not in self._blocking:
            self._blocking[key] = any(map(may_block_for_children, protocol.rules.get(entity.code, ())))
        return self._blocking[key]

    def _values_kept(self, judged: Judged) -> Values:
        """Return the values that the record has here once the import is done."""
        if judged.stored is None or judged.verdict is Verdict.NEW:
            return judged.record.data
        if self.updates:
            return self.merged(judged.stored, judged.record).data
        return judged.stored.data


def uid_taken() -> str:
    """Return the sentence about a uid under which a record of another kind is known."""
    return _(
        "Cet identifiant est déjà celui d’un enregistrement d’une autre sorte : reprenez celui du fichier d’origine."
    )


def _fields_by_entity(importer: Importer) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for (entity, name), column in importer.fields.items():
        found.setdefault(entity, {})[name] = column
    return found
