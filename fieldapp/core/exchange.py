"""What a protocol says about the files that it reads and writes; the reading and writing is in `fieldapp.exchange`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from fieldapp.core.record import Node, Record
from fieldapp.core.schema import Taxon

Row = Mapping[str, str]
"""One row of a file by column name, as text, exactly as it stands there."""


class RowRefusedError(Exception):
    """A row that can't be taken in; `column` is "" when the fault is of no single column. The text is for people."""

    def __init__(self, column: str, sentence: str) -> None:
        super().__init__(sentence)
        self.column = column
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class RowNote:
    """Something worth knowing about a row that was taken in."""

    column: str
    sentence: str


@dataclass(slots=True)
class ParsedRow:
    """The records that a row speaks of, parents first, and notes for the report.

    The last record is the row's own; those before it (aire, site, visit, people, dataset) are usually shared with
    other rows.
    """

    records: Sequence[Record]
    notes: Sequence[RowNote] = ()


class RowParser(Protocol):
    """Turns the rows of one file into records; remembers what earlier rows of the same file said."""

    def parse(self, row: Row) -> ParsedRow:
        """Return the records of a row; raises RowRefusedError with column and sentence."""
        ...


@dataclass(frozen=True, slots=True)
class Importer:
    """A kind of file that a protocol reads: `parser(taxa)` makes the parser for one file."""

    code: str
    label: str
    columns: tuple[str, ...]
    separator: str
    parser: Callable[[Mapping[int, Taxon]], RowParser]


@dataclass(frozen=True, slots=True)
class ExportSource:
    """What an exporter writes from: the trees of one or more seasons, and what they point to.

    `links` holds people and datasets by uid.
    """

    trees: Iterable[Node]
    links: Mapping[str, Record]
    taxa: Mapping[int, Taxon]


@dataclass(frozen=True, slots=True)
class Exporter:
    """A kind of file that a protocol writes: one tuple of texts per row, in the order of `columns`.

    `dated_entity` is the entity whose date the year of an export is about.
    """

    code: str
    label: str
    columns: tuple[str, ...]
    separator: str
    dated_entity: str
    rows: Callable[[ExportSource], Iterator[tuple[str, ...]]]
    filename: str = "export.csv"
    links: tuple[tuple[str, str], ...] = field(default=(("directory", "person"), ("directory", "dataset")))
