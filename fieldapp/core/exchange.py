"""What a protocol says about the files that it reads and writes; the reading and writing is in `fieldapp.exchange`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from fieldapp.core.record import Node, Placed, Record
from fieldapp.core.schema import Taxon, Values
from fieldapp.core.text import _, ngettext

Cells = Sequence[str]
"""One row of a file as text, exactly as it stands there, in the order of `Importer.columns`."""

Surveyed = Any
"""What a parser keeps of a row from the survey to the parsing: most cells repeat, so less than the row itself."""


class RowRefusedError(Exception):
    """A row that can't be taken in; `column` is "" when the fault is of no single column. The text is for people.

    `can_mend` says that the mender of this kind of file would take it in. `otherwise` is what the row is read as when
    the person wants the file's values taken (None: it is refused all the same).
    """

    def __init__(
        self, column: str, sentence: str, *, can_mend: bool = False, otherwise: ParsedRow | None = None
    ) -> None:
        super().__init__(sentence)
        self.column = column
        self.sentence = sentence
        self.can_mend = can_mend
        self.otherwise = otherwise


@dataclass(frozen=True, slots=True)
class RowNote:
    """Something worth knowing about a row that was taken in."""

    column: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """The records that a row speaks of, parents first, and notes for the report.

    The last record is the row's own; those before it (people, dataset, aire, site, visit) are usually shared with
    other rows: a parser returns the same object for the same thing, so that it is looked at once.

    `shared` may repeat those before the last: a parser that gives the very same sequence to all rows which share them
    (the lines of a visit) has them looked at once together.

    `renewed` are stored records with other values that follow from the file (the days of a campaign that a file made):
    they are written with the first of their rows that is taken in, or that is here already.
    """

    records: Sequence[Record]
    notes: Sequence[RowNote] = ()
    shared: Sequence[Record] = ()
    renewed: Sequence[Record] = ()


class Known(Protocol):
    """What a protocol may ask of the open database, without knowing of the store: its parsers, its life of a ring."""

    @property
    def taxa(self) -> Mapping[int, Taxon]:
        """The taxa that may be named: the protocol's own list, then the reference."""
        ...

    def named(self, text: str) -> Sequence[Taxon]:
        """Return the taxa of any list or of the reference whose names hold all these words; few of many."""
        ...

    def get(self, uid: str) -> Record | None:
        """Return the record with this uid unless it is missing or deleted."""
        ...

    def children(self, parent: str) -> Sequence[Record]:
        """Return the live records right below this one."""
        ...

    def undated(self, parent: str) -> Sequence[Record]:
        """Return the live records right below this one that have no date (buckets, campaigns, nets).

        Costs as much as what it returns, however many dated ones (visits) lie beside them.
        """
        ...

    def roots(self, protocol: str, entity: str) -> Sequence[Record]:
        """Return the live records of an entity that have no parent."""
        ...

    def by_field(self, protocol: str, entity: str, name: str, values: Iterable[str]) -> Sequence[Placed]:
        """Return the live records whose indexed field has one of these values, with those above them."""
        ...

    def between(self, protocol: str, entity: str, name: str, first: str, last: str) -> Sequence[Record]:
        """Return the live records whose indexed field lies from `first` to `last` as texts, in that order."""
        ...

    def tally(self, protocol: str, entity: str, names: Sequence[str]) -> Sequence[tuple[Any, ...]]:
        """Return how often each combination of these fields' values occurs: the values (None: absent), then the count.

        Walks all records of the entity: for work in the background only.
        """
        ...


class RowParser(Protocol):
    """Turns the rows of one file into records. All are first shown to `survey`, then come to `parse` in turn."""

    def survey(self, cells: Cells) -> Surveyed:
        """Take note of what can only be understood from the whole file (ranks, who belongs to which organisation).

        Return what `parse` will be given for this row: what repeats in the file is kept and parsed once.
        """
        ...

    def parse(self, row: Surveyed) -> ParsedRow:
        """Return the records of a row; raises RowRefusedError with column and sentence."""
        ...


@dataclass(frozen=True, slots=True)
class Importer:
    """A kind of file that a protocol reads: `parser(known)` makes the parser for one file.

    `fields` says which column an (entity, field) stands in. Only these fields are compared with what is stored and
    replaced by an update, as far as the file has their columns; all others are the database's own.

    A strict kind of file says no more than that. A kind that comes from many hands may name the columns that alone are
    `required` (None: all), further names of columns (`aliases`, in whatever capitals), other `separators` that are
    found by the header, `fallbacks`: encodings tried in turn when the text is not in UTF-8, and `sheets`: the file may
    be a spreadsheet, and the table lies on the first of these sheets that it has, else on its first one.

    `mender` makes the parser that puts right what is evident, said in a note for each row: it is only used with the
    person's consent. None: nothing is ever put right.

    `replaced(entity, ours, values)` returns the values that a record gets when the file's replace ours: `values` with
    what follows from that (a value that no longer comes from a weather file).
    """

    code: str
    label: str
    columns: tuple[str, ...]
    separator: str
    parser: Callable[[Known], RowParser]
    fields: Mapping[tuple[str, str], str]
    required: tuple[str, ...] | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)
    separators: tuple[str, ...] = ()
    fallbacks: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    mender: Callable[[Known], RowParser] | None = None
    replaced: Callable[[str, Values, Values], Values] = lambda _entity, _ours, values: values

    @property
    def is_strict(self) -> bool:
        """Whether all columns must be there: whoever leaves a cell out has left it out by mistake."""
        return self.required is None


@dataclass(frozen=True, slots=True)
class Season:
    """The trees of one calendar year, and the people and datasets that they point to, by uid."""

    year: int
    trees: Sequence[Node]
    links: Mapping[str, Record]


@dataclass(frozen=True, slots=True)
class ExportSource:
    """What an exporter writes from: the seasons, oldest first, read once.

    `taxon` narrows it to one cd_nom, `theme` to one theme; `layout` names one of the exporter's layouts, None the usual
    one. `known` answers what the seasons do not hold (what a bird lived through before them). `in_order`
    puts uids in the order in which their records were made here; without a database, in that of the uids.
    """

    seasons: Iterable[Season]
    taxa: Mapping[int, Taxon]
    taxon: int | None = None
    theme: str | None = None
    layout: str | None = None
    known: Known | None = None
    in_order: Callable[[Iterable[str]], Sequence[str]] = sorted


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A record that has no row in the file, how a person calls it, and why: a sentence that names nothing of it."""

    uid: str
    title: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Table:
    """What an exporter gives: the names of the columns, and one tuple of texts per row in that order.

    `left_out` and `lost` fill while the rows are read: whatever should have a row and can't, and how many rows have
    values that the file has no column for, by what these are called (in French, untranslated).
    """

    columns: tuple[str, ...]
    rows: Iterator[tuple[str, ...]]
    left_out: list[LeftOut] = field(default_factory=list)
    lost: Counter[str] = field(default_factory=Counter)

    def lost_words(self) -> str:
        """Return in a sentence what was not written for want of a column, "" for nothing."""
        if not self.lost:
            return ""
        told = ", ".join(f"{_(label)} ({count})" for label, count in self.lost.most_common())
        return _("Sans colonne dans ce fichier, gardé ici seulement : {values}.").format(values=told)


def _passages_to_finish(count: int) -> str:
    words = ngettext(
        "{n} passage sans observation ni « rien vu » : fiche à finir.",
        "{n} passages sans observation ni « rien vu » : fiches à finir.",
        count,
    )
    return words.format(n=count)


@dataclass(frozen=True, slots=True)
class Exporter:
    """A kind of file that a protocol writes.

    `dated_entity` is the entity whose date the year of an export is about. `options` names what the command line and
    the screen may ask for besides the year ("taxon", "theme", "layout"); `layouts` gives the layouts that may be asked
    for with their French labels, the usual one first. `drafts` counts the visits of a season that are not finished, so
    that whoever sends the file is told of them in `draft_words`.

    `has_header` says whether the first line names the columns. Without `has_quotes` cells stand between the separators
    as they are: the exporter leaves no separator and no end of line in them. `line_end` ends each line.
    """

    code: str
    label: str
    separator: str
    dated_entity: str
    table: Callable[[ExportSource], Table]
    filename: str = "export.csv"
    options: frozenset[str] = field(default_factory=frozenset)
    drafts: Callable[[Season], int] = lambda _season: 0
    draft_words: Callable[[int], str] = _passages_to_finish
    layouts: Callable[[], Mapping[str, str]] = dict
    has_header: bool = True
    has_quotes: bool = True
    line_end: str = "\r\n"
