"""Writes a file of a protocol from the database: season by season, whole or not at all."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TextIO

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.exchange import Exporter, ExportSource, LeftOut, Season, Table
from fieldapp.core.record import Node, Record
from fieldapp.core.schema import Kind, StudyProtocol
from fieldapp.core.text import _, ngettext
from fieldapp.exchange.known import KnownRecords, Taxa
from fieldapp.exchange.writing import written_whole
from fieldapp.store import changes, disk, records
from fieldapp.store.connection import Database


@dataclass(frozen=True, slots=True)
class ExportReport:
    """How many rows (without the header) were written, where, of which years, and how many visits are drafts.

    `unfinished` says that of the drafts in words, "" when there are none. `left_out` are the records that have no row
    in the file, each with the reason. `unwritten` says which values the file has no column for, "" when there are none.
    """

    rows: int
    path: Path
    years: tuple[int, ...]
    drafts: int = 0
    unfinished: str = ""
    left_out: tuple[LeftOut, ...] = ()
    has_header: bool = True
    unwritten: str = ""

    def text(self) -> str:
        """Return what was written as a sentence, and others about what is not finished and what was left out."""
        return " ".join(filter(None, (self._written(), self.unfinished, self._left_out(), self.unwritten)))

    def reasons(self) -> dict[str, list[LeftOut]]:
        """Return what was left out by its reason, the most frequent reason first."""
        found: dict[str, list[LeftOut]] = {}
        for item in self.left_out:
            found.setdefault(item.sentence, []).append(item)
        return dict(sorted(found.items(), key=lambda one: -len(one[1])))

    def _left_out(self) -> str:
        if not self.left_out:
            return ""
        words = ngettext(
            "{n} fiche n’est pas dans le fichier : {reason}",
            "{n} fiches ne sont pas dans le fichier, surtout : {reason}",
            len(self.left_out),
        )
        return words.format(n=len(self.left_out), reason=next(iter(self.reasons())))

    def _written(self) -> str:
        if not self.rows:
            words = _("{path} : aucune donnée pour cette demande, le fichier n’a que sa ligne de titres.")
            return (words if self.has_header else _("{path} : aucune donnée pour cette demande.")).format(
                path=self.path
            )
        years = f"{self.years[0]}–{self.years[-1]}" if len(self.years) > 1 else str(self.years[0])
        words = ngettext(
            "{path} : {rows} ligne écrite ({years}).", "{path} : {rows} lignes écrites ({years}).", self.rows
        )
        return words.format(path=self.path, rows=self.rows, years=years)


def exporters(protocols: Iterable[StudyProtocol]) -> dict[str, tuple[StudyProtocol, Exporter]]:
    """Return every kind of file that can be written, by its code, with its protocol."""
    return {item.code: (protocol, item) for protocol in protocols for item in protocol.exports}


def export_file(
    db: Database,
    exporter: Exporter,
    path: Path,
    *,
    year: int | None = None,
    taxon: int | None = None,
    theme: str | None = None,
    layout: str | None = None,
) -> ExportReport:
    """Write the file and return what was written: one year, or all; one taxon, theme, layout where it offers them.

    All of it is of one moment, whatever is saved meanwhile. UTF-8 without a mark, the exporter's ends of lines,
    quotation marks only where needed (where the exporter has any). Raises FileRefusedError with a sentence when the
    file can't be written (a database is never written over); what stood there before then still stands there.
    """
    protocol = next(item for item in db.protocols.values() if exporter in item.exports)
    drafts = _Drafts(exporter)
    with written_whole(path, disk.files_of(db.path)) as file, db.snapshot():
        present = records.years(db, protocol.code, exporter.dated_entity)
        years = tuple(sorted(present)) if year is None else tuple(item for item in present if item == year)
        found = drafts.counted(seasons(db, protocol, exporter.dated_entity, years))
        source = ExportSource(
            found, Taxa(db, protocol), taxon, theme, layout, KnownRecords(db, protocol), partial(changes.in_order, db)
        )
        table = exporter.table(source)
        count = _write(table, exporter, file)
        if theme and theme.strip() and years and not count and not table.left_out:
            raise FileRefusedError(_unknown_theme(db, protocol, exporter.dated_entity, years, theme))
    return ExportReport(
        count,
        path,
        years,
        drafts.count,
        exporter.draft_words(drafts.count) if drafts.count else "",
        tuple(table.left_out),
        exporter.has_header,
        table.lost_words(),
    )


class _Drafts:
    """Counts the visits of the seasons that go by and are not finished."""

    def __init__(self, exporter: Exporter) -> None:
        self._exporter = exporter
        self.count = 0

    def counted(self, found: Iterable[Season]) -> Iterator[Season]:
        for season in found:
            self.count += self._exporter.drafts(season)
            yield season


def _write(table: Table, exporter: Exporter, file: TextIO) -> int:
    """Write the header and the rows; return how many rows there were. Only then the table knows what was left out."""
    write = _row_writer(exporter, file)
    if exporter.has_header:
        write(table.columns)
    count = 0
    for row in table.rows:
        write(_clean(row))
        count += 1
    return count


def _unknown_theme(db: Database, protocol: StudyProtocol, dated_entity: str, years: Sequence[int], theme: str) -> str:
    """Return the sentence of a theme that nothing of these years has, with those that there are."""
    trees = chain.from_iterable(season.trees for season in seasons(db, protocol, dated_entity, years))
    themes = {str(node.record.data.get("theme", "")) for tree in trees for node in _walk(tree)} - {""}
    if not themes:
        return _("Rien dans cet export n’a le thème « {theme} » : exportez sans thème.").format(theme=theme)
    sentence = _("Rien dans cet export n’a le thème « {theme} ». Les thèmes qu’il a : {themes}.")
    return sentence.format(theme=theme, themes=", ".join(sorted(themes)))


def _row_writer(exporter: Exporter, file: TextIO) -> Callable[[Sequence[str]], object]:
    """Return what writes a row; without quotation marks, a cell that would break its line is the exporter's error."""
    if exporter.has_quotes:
        return csv.writer(file, delimiter=exporter.separator, lineterminator=exporter.line_end).writerow

    def write(row: Sequence[str]) -> None:
        line = exporter.separator.join(row)
        if line.count(exporter.separator) != len(row) - 1 or not line.isprintable():
            raise ValueError(line)
        file.write(line + exporter.line_end)

    return write


def seasons(db: Database, protocol: StudyProtocol, dated_entity: str, years: Sequence[int]) -> Iterator[Season]:
    """Yield the trees of each year with the people and datasets that they point to; one year in memory at a time."""
    for year in years:
        trees = records.season(db, protocol.code, dated_entity, f"{year:04}-01-01", f"{year:04}-12-31")
        yield Season(year, trees, _links(db, protocol, trees))


def _links(db: Database, protocol: StudyProtocol, trees: Sequence[Node]) -> Mapping[str, Record]:
    names = {
        entity.code: [item.name for item in entity.fields if item.kind in {Kind.LINK, Kind.LINKS}]
        for entity in protocol.entities
    }
    wanted: dict[str, None] = {}
    for node in chain.from_iterable(_walk(tree) for tree in trees):
        for name in names[node.record.entity]:
            value = node.record.data.get(name, ())
            wanted.update(dict.fromkeys((value,) if isinstance(value, str) else value))
    return records.get_many(db, wanted)


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _clean(row: tuple[str, ...]) -> tuple[str, ...]:
    """Return the row without zero bytes, which no reader of tables accepts."""
    return tuple(cell.replace("\0", "") for cell in row) if "\0" in "".join(row) else row
