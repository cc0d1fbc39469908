"""Reads a file of a protocol into the database: row by row with a report, all accepted rows in one transaction.

The file is read once to see it whole (quotation marks, what only all rows together explain); the parser keeps its
rows in a form in which repeated cells are shared. Then they are judged row by row. Accepted rows are one action that
can be taken back as a whole; a refused row takes no other along.
"""

from __future__ import annotations

import gc
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from pathlib import Path
from typing import NamedTuple

from fieldapp.core import checking, clock
from fieldapp.core.checking import Bulk, blocks, words
from fieldapp.core.errors import CancelledError, DatabaseError
from fieldapp.core.exchange import Importer, ParsedRow, RowNote, RowParser, RowRefusedError, Surveyed
from fieldapp.core.record import Record, with_data
from fieldapp.core.schema import Context, Entity, Kind, Problem, Severity, StudyProtocol, Values, may_block_for_children
from fieldapp.core.text import _
from fieldapp.exchange import files
from fieldapp.exchange.files import TextTable
from fieldapp.exchange.known import KnownRecords
from fieldapp.exchange.report import ImportReport, Outcome, RowReport, column_labels
from fieldapp.store import changes, records
from fieldapp.store.connection import Database
from fieldapp.store.records import Writer

CHUNK = records.CHUNK
"""Rows judged and written together."""

REMEMBERED_PARENTS = 4 * CHUNK
"""Parents whose accepted children are kept at hand; those of the others are read back from the database."""

Progress = Callable[[int, int], object]


def importers(protocols: Iterable[StudyProtocol]) -> dict[str, tuple[StudyProtocol, Importer]]:
    """Return every kind of file that can be read, by its code, with its protocol."""
    return {item.code: (protocol, item) for protocol in protocols for item in protocol.imports}


def import_file(
    db: Database,
    importer: Importer,
    path: Path,
    *,
    update: bool = False,
    mend: bool = False,
    encoding: str = "utf-8",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ImportReport:
    """Take the rows of the file into the database and return what became of each.

    Records that are here already stay as they are; with `update` the file's values replace ours where the file has a
    column for them (the history keeps ours). The same file again changes nothing. `mend` is the person's consent to
    have put right what is evident, where the kind of file knows how to; without it such rows are refused. What the kind
    leaves open (separator, encoding) is found. `progress(done, all)` counts rows.

    Raises FileRefusedError when the file can't be read as a whole, CancelledError, DatabaseError; nothing of the file
    is then in the database.
    """
    table = files.open_for(importer, path, encoding)
    wishes = _Wishes(update, mend, progress, cancelled or _never)
    with _without_collecting():
        return _import_table(db, importer, table, wishes)


@dataclass(frozen=True, slots=True)
class _Wishes:
    """How an import was asked for."""

    update: bool
    mend: bool
    progress: Progress | None
    cancelled: Callable[[], bool]


def _import_table(db: Database, importer: Importer, table: TextTable, wishes: _Wishes) -> ImportReport:
    """Import the rows; what the import made on the way is let go on return, so that no collection walks it."""
    path = table.path
    protocol = next(item for item in db.protocols.values() if importer in item.imports)
    known = KnownRecords(db, protocol)
    make_parser = importer.mender if wishes.mend and importer.mender is not None else importer.parser
    parser = make_parser(known)
    label = _("Import de {name}").format(name=path.name)
    try:
        with db.transaction() as connection:
            lines = _survey(table, parser, wishes.cancelled)
            writer = Writer(db, connection, label, "import")
            fields = {key: column for key, column in importer.fields.items() if column in table.columns}
            work = _Import(db, replace(importer, fields=fields), known, parser, writer, update=wishes.update)
            for start in range(0, len(lines), CHUNK):
                _refuse_cancelled(wishes.cancelled)
                work.take(lines[start : start + CHUNK])
                if wishes.progress is not None:
                    wishes.progress(len(work.rows), len(lines))
            saved = writer.saved()
    except DatabaseError as error:
        sentence = _("{error} Rien du fichier {path} n’a été importé.").format(error=error, path=path)
        raise type(error)(sentence) from error
    return ImportReport(path, table.notes, work.rows, saved.action, saved.created, saved.changed, label)


class _Line(NamedTuple):
    """One row of the file as the parser wants it back; `fault` says why `row` is None."""

    number: int
    row: Surveyed | None
    fault: str


def _survey(table: TextTable, parser: RowParser, stop: Callable[[], bool]) -> list[_Line]:
    """Show all rows to the parser and return them as it keeps them."""
    found: list[_Line] = []
    survey = parser.survey
    for number, cells, fault in table.lines():
        found.append(_Line(number, None if cells is None else survey(cells), fault))
        if not len(found) % CHUNK:
            _refuse_cancelled(stop)
    return found


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Hold back Python's search for cyclic garbage: an import makes much that stays and no cycles (a fifth faster)."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _never() -> bool:
    return False


def _refuse_cancelled(stop: Callable[[], bool]) -> None:
    if stop():
        raise CancelledError(_("L’import a été arrêté : rien du fichier n’a été gardé."))


class _Verdict(Enum):
    NEW = auto()
    SAME = auto()
    OTHER = auto()
    DELETED = auto()
    REFUSED = auto()


@dataclass(slots=True)
class _Judged:
    """A record of the file and what is to be done with it. `columns` are those that differ from what is stored.

    `line` is the first accepted row that speaks of it, 0 before there is one; `staged` says that it goes in. `parents`
    and `links` are what its check may look at.
    """

    record: Record
    verdict: _Verdict
    stored: Record | None = None
    columns: tuple[str, ...] = ()
    problem: RowNote | None = None
    notes: tuple[RowNote, ...] = ()
    line: int = 0
    staged: bool = False
    parents: Mapping[str, Values] = field(default_factory=dict)
    links: Mapping[str, Values] = field(default_factory=dict)


class _RowDecidedError(Exception):
    """The row is not taken in, for the reason given."""

    def __init__(self, report: RowReport) -> None:
        super().__init__(report.sentence)
        self.report = report


class _Import:
    """The state of one import: what the file has said so far, and what goes into the database next."""

    def __init__(
        self,
        db: Database,
        importer: Importer,
        known: KnownRecords,
        parser: RowParser,
        writer: Writer,
        *,
        update: bool,
    ) -> None:
        self.rows: list[RowReport] = []
        self._db = db
        self._importer = importer
        self._known = known
        self._parser = parser
        self._writer = writer
        self._update = update
        self._today = clock.today()
        self._shared: dict[str, _Judged] = {}
        self._own: dict[str, tuple[int, Record]] = {}
        self._bulk = Bulk()
        self._blocking: dict[tuple[str, str], bool] = {}
        self._is_empty = changes.last_saved_at(db) is None
        self._meets = False
        self._stored: dict[str, Record] = {}
        self._revived: set[str] = set()
        self._below: OrderedDict[str, dict[str, Values]] = OrderedDict()
        self._fresh: list[Record] = []
        self._edited: list[Record] = []
        self._links = _link_fields(db.protocols.values())
        self._fields = _fields_by_entity(importer)
        self._labels = column_labels(importer, db.protocols.values())

    # ------------------------------------------------------------------------------------------- chunks

    def take(self, lines: Sequence[_Line]) -> None:
        """Judge the rows, and write what is to go in."""
        parsed = [(line, self._parse(line)) for line in lines]
        self._look_up([item for _line, item in parsed if isinstance(item, ParsedRow)])
        for line, item in parsed:
            self.rows.append(self._take_row(line, item) if isinstance(item, ParsedRow) else item)
        if self._fresh:
            self._writer.create(self._fresh)
        if self._edited:
            self._writer.write(self._edited)
        self._fresh, self._edited = [], []

    def _parse(self, line: _Line) -> ParsedRow | RowReport:
        if line.row is None:
            return RowReport(line.number, Outcome.REFUSED, "", line.fault)
        try:
            return self._parser.parse(line.row)
        except RowRefusedError as error:
            return RowReport(line.number, Outcome.REFUSED, error.column, error.sentence, error.can_mend)

    def _look_up(self, rows: Sequence[ParsedRow]) -> None:
        """Read what the database holds of the records of a chunk that have not been met before."""
        if self._is_empty:
            return
        uids = {record.uid for row in rows for record in row.records if record.uid not in self._shared}
        self._stored = records.get_many(self._db, uids)
        deleted = [uid for uid, record in self._stored.items() if record.deleted]
        # What an undo took away was never deleted by anybody: it may come again.
        last = {change.record: change.action.kind for change in changes.histories(self._db, deleted)} if deleted else {}
        self._revived.update(uid for uid, kind in last.items() if kind == "undo")

    # --------------------------------------------------------------------------------------------- rows

    def _take_row(self, line: _Line, parsed: ParsedRow) -> RowReport:
        *above, record = parsed.records
        try:
            if record.uid in self._own:
                self._refuse_told_before(line, record)
            shared: list[_Judged] = []
            for item in above:
                known = self._shared.get(item.uid)
                if known is None or known.record is not item or not known.line:
                    known = self._judged(line, item, shared, record.parent)
                shared.append(known)
            if record.uid in self._shared:
                raise _RowDecidedError(RowReport(line.number, Outcome.REFUSED, "", _taken()))
            own = self._judge(record, shared)
            if self._meets:
                self._refuse_deleted(line, own, shared)
            self._refuse_problem(line, own)
            changes = self._update and any(item.verdict is _Verdict.OTHER for item in (own, *shared))
            if own.verdict is _Verdict.NEW or changes:
                self._refuse_misplaced(line, record, shared)
        except _RowDecidedError as decided:
            return decided.report
        self._own[record.uid] = (line.number, record)
        notes = [*parsed.notes]
        for judged in shared:
            if not judged.line:
                judged.line = line.number
                if judged.verdict is _Verdict.NEW:
                    notes += judged.notes
        return self._report(line, own, shared, notes)

    def _report(self, line: _Line, own: _Judged, shared: Sequence[_Judged], notes: list[RowNote]) -> RowReport:
        differing: list[str] = []
        if self._meets:
            differing = list(dict.fromkeys([column for item in (*shared, own) for column in item.columns]))
        wanted = [own] if own.verdict is _Verdict.NEW else []
        if self._update:
            wanted += [item for item in (own, *shared) if item.verdict is _Verdict.OTHER]
        for item in wanted:
            self._stage(item, shared)
        if own.verdict is _Verdict.NEW:
            outcome = Outcome.CREATED
            notes += own.notes
        elif not differing:
            outcome = Outcome.IDENTICAL
        else:
            outcome = Outcome.UPDATED if self._update else Outcome.DIFFERENT
        if not notes and not differing:
            return RowReport(line.number, outcome)
        sentences = [note.sentence for note in notes]
        labels = ", ".join(self._labels.get(column, column) for column in differing)
        if differing and self._update:
            sentences.append(_("Les valeurs du fichier remplacent : {columns}.").format(columns=labels))
        elif differing:
            sentences.append(_("Valeurs d’ici gardées : {columns}.").format(columns=labels))
        column = differing[0] if differing else next((note.column for note in notes), "")
        return RowReport(line.number, outcome, column, " ".join(sentences))

    def _stage(self, item: _Judged, shared: Sequence[_Judged]) -> None:
        """Put a record on the list of what goes in, those that it needs before it."""
        if item.staged:
            return
        item.staged = True
        record = item.record
        waiting = [other for other in shared if other.verdict is _Verdict.NEW and not other.staged]
        if waiting:
            needed = {record.parent, *self._linked(record)}
            for other in waiting:
                if other.record.uid in needed:
                    self._stage(other, shared)
        if item.stored is None:
            self._fresh.append(record)
        elif item.verdict is _Verdict.NEW:
            self._edited.append(replace(record, base_version=item.stored.base_version))
        else:
            self._edited.append(self._merged(item.stored, record))

    def _linked(self, record: Record) -> Iterator[str]:
        for name in self._links.get((record.protocol, record.entity), ()):
            value = record.data.get(name, ())
            yield from (value,) if isinstance(value, str) else value

    def _merged(self, stored: Record, given: Record) -> Record:
        """Return ours with what the file says in its columns; an empty cell says nothing and keeps our value."""
        names = self._fields.get(stored.entity, {})
        taken = {name: value for name, value in given.data.items() if name in names}
        entity = self._db.protocols[stored.protocol].entity(stored.entity)
        return replace(with_data(stored, entity, {**stored.data, **taken}), parent=given.parent)

    # ---------------------------------------------------------------------------------------- judgements

    def _judged(self, line: _Line, record: Record, before: Sequence[_Judged], parent: str | None) -> _Judged:
        """Return what is to be done with a shared record, judged at its first row; refuses a contradicting row.

        The `parent` of the row's own record is checked later, together with what it then holds.
        """
        known = self._shared.get(record.uid)
        if known is None and record.uid in self._own:
            raise _RowDecidedError(RowReport(line.number, Outcome.REFUSED, "", _taken()))
        if known is None or (known.record is not record and not known.line and known.record != record):
            known = self._shared[record.uid] = self._judge(record, before, alone=record.uid != parent)
        elif known.record is not record and known.record != record:
            raise _RowDecidedError(self._contradiction(line, known.line, known.record, record))
        self._refuse_problem(line, known)
        return known

    def _judge(self, record: Record, above: Sequence[_Judged], *, alone: bool = True) -> _Judged:
        stored = self._stored.get(record.uid)
        if stored is None and (judged := self._shared.get(record.uid)) is not None:
            stored = judged.stored
        self._meets = self._meets or stored is not None
        if stored is not None and (stored.protocol, stored.entity) != (record.protocol, record.entity):
            return _Judged(record, _Verdict.REFUSED, stored, problem=RowNote("", _taken()))
        if stored is None or (stored.deleted and record.uid in self._revived):
            judged = _Judged(record, _Verdict.NEW, stored)
            return self._checked(judged, above) if alone else judged
        if stored.deleted:
            return _Judged(record, _Verdict.DELETED, stored)
        columns = self._differing(stored, record)
        if not columns:
            return _Judged(record, _Verdict.SAME, stored)
        judged = _Judged(record, _Verdict.OTHER, stored, columns)
        return self._checked(judged, above) if self._update else judged

    def _checked(self, judged: _Judged, above: Sequence[_Judged]) -> _Judged:
        """Check the record by the one check of all paths; what is only unlikely is left to the screens."""
        record = judged.record
        protocol = self._db.protocols[record.protocol]
        entity = protocol.entity(record.entity)
        found = checking.problems(protocol, entity, self._context(above, record.data), bulk=self._bulk)
        if not found:
            return judged
        if blocks(found):
            first = next(problem for problem in found if problem.severity is Severity.BLOCKING)
            judged.verdict = _Verdict.REFUSED
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

    def _context(self, above: Sequence[_Judged], values: Values, children: Sequence[Values] = ()) -> Context:
        last = above[-1] if above else None
        if last is None:
            return Context(values, children=children, today=self._today, taxa=self._known.taxa)
        if not last.parents:
            last.parents = {item.record.entity: item.record.data for item in above}
            last.links = {item.record.uid: (item.stored or item.record).data for item in above}
        return Context(values, last.parents, (), children, self._today, self._known.taxa, last.links)

    def _children(self, judged: _Judged) -> dict[str, Values]:
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
            if stored.data.get(name) != given.data.get(name) and (name in given.data or not self._update)
        ]
        if stored.parent != given.parent:
            found += [
                column for (entity, _name), column in self._importer.fields.items() if entity == self._above(given)
            ][:1]
        return tuple(dict.fromkeys(found))

    def _above(self, record: Record) -> str:
        return self._db.protocols[record.protocol].entity(record.entity).parent or ""

    def _ancestors(self, record: Record, shared: Sequence[_Judged]) -> list[_Judged]:
        by_uid = {item.record.uid: item for item in shared}
        found = []
        parent = record.parent
        while parent and (item := by_uid.get(parent)) is not None:
            found.append(item)
            parent = item.record.parent
        return found

    # ----------------------------------------------------------------------------------------- refusals

    def _refuse_told_before(self, line: _Line, record: Record) -> None:
        """Refuse a row whose own record an earlier row has told otherwise; the same row twice is no harm."""
        first = self._own[record.uid]
        if first[1] == record:
            sentence = _("Même ligne que la ligne {first}.").format(first=first[0])
            raise _RowDecidedError(RowReport(line.number, Outcome.IDENTICAL, "", sentence))
        sentence = _(
            "Les lignes {first} et {line} portent le même identifiant et disent autre chose : gardez la bonne."
        ).format(first=first[0], line=line.number)
        raise _RowDecidedError(RowReport(line.number, Outcome.REFUSED, "", sentence))

    def _contradiction(self, line: _Line, first: int, one: Record, other: Record) -> RowReport:
        names = [name for name in {**one.data, **other.data} if one.data.get(name) != other.data.get(name)]
        columns = [self._importer.fields.get((other.entity, name), "") for name in names]
        columns = [column for column in dict.fromkeys(columns) if column]
        if one.parent != other.parent:
            columns += [c for (entity, _name), c in self._importer.fields.items() if entity == self._above(other)][:1]
        entity = self._db.protocols[other.protocol].entity(other.entity)
        sentence = _(
            "Les lignes {first} et {line} parlent du même enregistrement ({entity}) et se contredisent ({columns}) : "
            "corrigez l’une des deux."
        ).format(first=first, line=line.number, entity=_(entity.label), columns=", ".join(columns))
        return RowReport(line.number, Outcome.REFUSED, columns[0] if columns else "", sentence)

    def _refuse_problem(self, line: _Line, judged: _Judged) -> None:
        if judged.verdict is _Verdict.REFUSED and judged.problem is not None:
            problem = judged.problem
            raise _RowDecidedError(RowReport(line.number, Outcome.REFUSED, problem.column, problem.sentence))

    def _refuse_deleted(self, line: _Line, own: _Judged, shared: Sequence[_Judged]) -> None:
        gone = [item for item in (*shared, own) if item.verdict is _Verdict.DELETED]
        for item in gone:
            if item is own or item in self._ancestors(own.record, shared):
                entity = self._db.protocols[item.record.protocol].entity(item.record.entity)
                sentence = _("Supprimé ici ({entity}), non repris.").format(entity=_(entity.label))
                raise _RowDecidedError(RowReport(line.number, Outcome.DELETED_HERE, "", sentence))

    def _refuse_misplaced(self, line: _Line, record: Record, shared: Sequence[_Judged]) -> None:
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
        if parent.verdict is not _Verdict.NEW and children:
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
                raise _RowDecidedError(
                    RowReport(line.number, Outcome.REFUSED, column, words(problem, protocol, entity))
                )
        if not parent.line:
            parent.notes = self._notes(found, protocol, entity) if found else ()
        children[record.uid] = record.data

    def _may_block(self, protocol: StudyProtocol, entity: Entity) -> bool:
        """Return whether a rule of the entity could refuse a record for what is below it."""
        key = protocol.code, entity.code
        if key not in self._blocking:
            self._blocking[key] = any(map(may_block_for_children, protocol.rules.get(entity.code, ())))
        return self._blocking[key]

    def _values_kept(self, judged: _Judged) -> Values:
        """Return the values that the record has here once the import is done."""
        if judged.stored is None or judged.verdict is _Verdict.NEW:
            return judged.record.data
        if self._update:
            return self._merged(judged.stored, judged.record).data
        return judged.stored.data


def _taken() -> str:
    return _(
        "Cet identifiant est déjà celui d’un enregistrement d’une autre sorte : reprenez celui du fichier d’origine."
    )


def _fields_by_entity(importer: Importer) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for (entity, name), column in importer.fields.items():
        found.setdefault(entity, {})[name] = column
    return found


def _link_fields(protocols: Iterable[StudyProtocol]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the fields of each (protocol, entity) that point to other records."""
    return {
        (protocol.code, entity.code): tuple(item.name for item in entity.fields if item.kind in {Kind.LINK, Kind.LINKS})
        for protocol in protocols
        for entity in protocol.entities
    }
