"""Reads a file of a protocol into the database: row by row with a report, all accepted rows in one transaction.

The file is read once to see it whole (quotation marks, what only all rows together explain); the parser keeps its
rows in a form in which repeated cells are shared. Then they are judged row by row. Accepted rows are one action that
can be taken back as a whole; a refused row takes no other along.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from fieldapp.core import review
from fieldapp.core.errors import CancelledError, DatabaseError
from fieldapp.core.exchange import Importer, ParsedRow, RowNote, RowParser, RowRefusedError, Surveyed
from fieldapp.core.record import Record
from fieldapp.core.schema import Kind, StudyProtocol
from fieldapp.core.text import _
from fieldapp.exchange import files
from fieldapp.exchange.files import TextTable
from fieldapp.exchange.judging import Judge, Judged, RowDecidedError, Verdict, uid_taken
from fieldapp.exchange.known import KnownRecords
from fieldapp.exchange.report import ImportReport, Outcome, RowReport, column_labels
from fieldapp.store import records
from fieldapp.store.connection import Database
from fieldapp.store.records import Writer

CHUNK = records.CHUNK
"""Rows judged and written together."""

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
            told = replace(importer, fields=fields)
            judge = Judge(db, told, known, updates=wishes.update)
            work = _Import(db.protocols.values(), told, parser, judge)
            for start in range(0, len(lines), CHUNK):
                _refuse_cancelled(wishes.cancelled)
                work.take(lines[start : start + CHUNK], writer)
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


@dataclass(frozen=True, slots=True)
class _Alike:
    """The records that an accepted row shares with the next ones, the uid of its parent, and the same ones judged.

    None of them differs from what is stored, and all that are new go in.
    """

    above: Sequence[Record]
    parent: str | None
    judged: Sequence[Judged]


class _Import:
    """The state of one import: what became of the rows so far, and what goes into the database next."""

    def __init__(
        self, protocols: Collection[StudyProtocol], importer: Importer, parser: RowParser, judge: Judge
    ) -> None:
        self.rows: list[RowReport] = []
        self._parser = parser
        self._judge = judge
        self._fresh: list[Record] = []
        self._edited: list[Record] = []
        self._renewed: set[str] = set()
        self._alike: dict[int, _Alike] = {}
        self._links = _link_fields(protocols)
        self._labels = column_labels(importer, protocols)

    # ------------------------------------------------------------------------------------------- chunks

    def take(self, lines: Sequence[_Line], writer: Writer) -> None:
        """Judge the rows, and write what is to go in."""
        parsed = [(line, self._parse(line)) for line in lines]
        self._judge.look_up([item for _line, item in parsed if isinstance(item, ParsedRow)])
        for line, item in parsed:
            self.rows.append(self._take_row(line, item) if isinstance(item, ParsedRow) else item)
        if self._fresh:
            writer.create(self._fresh)
        if self._edited:
            writer.write(self._edited)
        self._fresh, self._edited = [], []

    def _parse(self, line: _Line) -> ParsedRow | RowReport:
        if line.row is None:
            return RowReport(line.number, Outcome.REFUSED, "", line.fault)
        try:
            return self._parser.parse(line.row)
        except RowRefusedError as error:
            if self._judge.updates and error.otherwise is not None:
                return error.otherwise
            return RowReport(line.number, Outcome.REFUSED, error.column, error.sentence, error.can_mend)

    # --------------------------------------------------------------------------------------------- rows

    def _take_row(self, line: _Line, parsed: ParsedRow) -> RowReport:
        known = self._alike.get(id(parsed.shared))
        if known is not None:
            report = self._take_alike(line, parsed, known)
            if report is not None:
                return report
        return self._take_other(line, parsed)

    def _take_other(self, line: _Line, parsed: ParsedRow) -> RowReport:
        judge = self._judge
        *above, record = parsed.records
        try:
            if record.uid in judge.own:
                judge.refuse_told_before(line.number, record, parsed.notes)
            shared: list[Judged] = []
            for item in above:
                known = judge.shared.get(item.uid)
                if known is None or known.record is not item or not known.line:
                    known = judge.judged(line.number, item, shared, record.parent)
                shared.append(known)
            if record.uid in judge.shared:
                raise RowDecidedError(RowReport(line.number, Outcome.REFUSED, "", uid_taken()))
            own = judge.judge(record, shared)
            if judge.meets:
                judge.refuse_deleted(line.number, own, shared)
            judge.refuse_problem(line.number, own)
            changes = judge.updates and any(item.verdict is Verdict.OTHER for item in (own, *shared))
            if own.verdict is Verdict.NEW or changes:
                judge.refuse_misplaced(line.number, record, shared)
        except RowDecidedError as decided:
            return decided.report
        judge.own[record.uid] = (line.number, record)
        notes = [*parsed.notes]
        for judged in shared:
            if not judged.line:
                judged.line = line.number
                if judged.verdict is Verdict.NEW:
                    notes += judged.notes
        report = self._report(line, own, shared, notes)
        self._renew(parsed.renewed)
        self._note_alike(parsed, shared)
        return report

    def _renew(self, found: Sequence[Record]) -> None:
        """Put what the parser has changed of the stored records on the list of what goes in, each once."""
        for item in found:
            if item.uid not in self._renewed and review.validation(item.read or item) is None:
                self._renewed.add(item.uid)
                self._edited.append(item)

    def _note_alike(self, parsed: ParsedRow, shared: Sequence[Judged]) -> None:
        """Note after an accepted row what the next one that shares its records need not ask again."""
        if not parsed.shared or len(parsed.shared) != len(shared):
            return
        parent = parsed.records[-1].parent
        if parent is None or all(item.record.uid != parent for item in shared):
            return
        for item in shared:
            is_validated = item.stored is not None and review.VALIDATED in item.stored.data
            if item.columns or is_validated or (item.verdict is Verdict.NEW and not item.staged):
                self._alike.pop(id(parsed.shared), None)
                return
        self._alike[id(parsed.shared)] = _Alike(parsed.shared, parent, shared)

    def _take_alike(self, line: _Line, parsed: ParsedRow, known: _Alike) -> RowReport | None:
        """Take a new record below what a row before shares with it; None where there is more to be looked at."""
        judge = self._judge
        record = parsed.records[-1]
        if record.parent != known.parent or judge.is_met(record.uid) or not judge.is_plain(record, known.judged):
            return None
        try:
            judge.refuse_misplaced(line.number, record, known.judged)
        except RowDecidedError as decided:
            return decided.report
        judge.own[record.uid] = (line.number, record)
        self._fresh.append(record)
        notes = parsed.notes
        if not notes:
            return RowReport(line.number, Outcome.CREATED)
        return RowReport(line.number, Outcome.CREATED, notes[0].column, " ".join([note.sentence for note in notes]))

    def _report(self, line: _Line, own: Judged, shared: Sequence[Judged], notes: list[RowNote]) -> RowReport:
        updates = self._judge.updates
        differing: list[str] = []
        if self._judge.meets:
            differing = list(dict.fromkeys([column for item in (*shared, own) for column in item.columns]))
        wanted: list[Judged] = []
        if own.verdict is Verdict.NEW:
            # What a row speaks of and does not point to (a bucket by its number, a campaign by its days) goes in too.
            wanted = [item for item in shared if item.verdict is Verdict.NEW and not item.staged]
            wanted.append(own)
        if updates:
            wanted += [item for item in (own, *shared) if item.verdict is Verdict.OTHER]
        for item in wanted:
            self._stage(item, shared)
        if own.verdict is Verdict.NEW:
            outcome = Outcome.CREATED
            notes += own.notes
        elif not differing:
            outcome = Outcome.IDENTICAL
        else:
            outcome = Outcome.UPDATED if updates else Outcome.DIFFERENT
        if not notes and not differing:
            return RowReport(line.number, outcome)
        sentences = [note.sentence for note in notes]
        labels = ", ".join(self._labels.get(column, column) for column in differing)
        if differing and updates:
            sentences.append(_("Les valeurs du fichier remplacent : {columns}.").format(columns=labels))
        elif differing:
            sentences.append(_("Valeurs d’ici gardées : {columns}.").format(columns=labels))
        column = differing[0] if differing else next((note.column for note in notes), "")
        return RowReport(line.number, outcome, column, " ".join(sentences))

    def _stage(self, item: Judged, shared: Sequence[Judged]) -> None:
        """Put a record on the list of what goes in, those that it needs before it."""
        if item.staged:
            return
        item.staged = True
        record = item.record
        waiting = [other for other in shared if other.verdict is Verdict.NEW and not other.staged]
        if waiting:
            needed = {record.parent, *self._linked(record)}
            for other in waiting:
                if other.record.uid in needed:
                    self._stage(other, shared)
        if item.stored is None:
            self._fresh.append(record)
        elif item.verdict is Verdict.NEW:
            self._edited.append(record)
        else:
            self._edited.append(self._judge.merged(item.stored, record))

    def _linked(self, record: Record) -> Iterator[str]:
        for name in self._links.get((record.protocol, record.entity), ()):
            value = record.data.get(name, ())
            yield from (value,) if isinstance(value, str) else value


def _link_fields(protocols: Iterable[StudyProtocol]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the fields of each (protocol, entity) that point to other records."""
    return {
        (protocol.code, entity.code): tuple(item.name for item in entity.fields if item.kind in {Kind.LINK, Kind.LINKS})
        for protocol in protocols
        for entity in protocol.entities
    }
