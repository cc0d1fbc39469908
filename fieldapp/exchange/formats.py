"""Every kind of file that can be handed to somebody: those told in common terms, and those of a protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from fieldapp.core.errors import BatchError
from fieldapp.core.exchange import Exporter
from fieldapp.core.occurrence import Occurrence, Telling
from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import N_, _
from fieldapp.exchange.exporting import ExportReport, export_file, exporters
from fieldapp.exchange.selecting import Selection
from fieldapp.exchange.writing import written_whole
from fieldapp.exchange.written import Note, Options
from fieldapp.store.connection import Database


@dataclass(slots=True)
class Source:
    """What a file is written from: what is told, which rows were written (`note`), what else was asked for.

    `selection` is for what reads the records itself. `layout` is one of an exporter's layouts. `is_partial`: only a
    part of the selection is told, what the recipient knows already is not. `report` is filled in by a protocol's own
    export.
    """

    db: Database
    selection: Selection
    tellings: Iterable[Telling]
    note: Note
    options: Options
    layout: str | None = None
    is_partial: bool = False
    report: ExportReport | None = field(default=None)


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: its code on the command line, its French label, the ending of its name.

    `is_text` files have one line per row below their header (none where `has_header` is false). `tells_exact` ones hold
    places as they are, whatever is asked. `is_row_by_row` ones hold one row for each occurrence told. `protocol` is the
    only one whose records it holds, "" for all, `dated_entity` what its years are of. `around` names what a row tells
    of what lies around its place, `tells_season` ones have rows of the seasons above the visits, with the licence of
    the file. `write` puts the file at the path and returns its rows; `check` raises what
    it would raise of a telling, before anything is written.
    """

    code: str
    label: str
    ending: str
    write: Callable[[Source, Path], int]
    is_text: bool = False
    has_header: bool = True
    has_quotes: bool = True
    separator: str = ";"
    tells_exact: bool = False
    is_row_by_row: bool = True
    protocol: str = ""
    dated_entity: str = ""
    around: tuple[str, ...] = ()
    tells_season: bool = False
    check: Callable[[Telling, Options], None] | None = None


AROUND = ("commune", "commune_code", "department", "cell", "areas")
"""What the maps say of what lies around a place (`core.occurrence.Place`)."""


def formats(protocols: Mapping[str, StudyProtocol]) -> dict[str, Format]:
    """Return every kind of file by its code: the common ones, then those of the protocols."""
    own = (_of_protocol(protocol, exporter) for protocol, exporter in exporters(protocols.values()).values())
    return {one.code: one for one in (*COMMON, *own)}


def _sinp(source: Source, path: Path) -> int:
    from fieldapp.exchange import sinp

    with written_whole(path) as file:
        return sinp.write(source.tellings, file, note=source.note, options=source.options)


def _check_sinp(telling: Telling, options: Options) -> None:
    from fieldapp.exchange import sinp

    sinp.check(telling, options)


def _monitoring(source: Source, path: Path) -> int:
    from fieldapp.exchange import monitoring

    # It reads the records itself: what is told says which of them. Their names are all in memory at once, some 100
    # bytes a row; a Monitoring file is of one protocol, mostly of one season.
    lines = frozenset(one.record for one in _occurrences(source.tellings))
    # No line at all would mean all of them.
    selection = replace(source.selection, lines=lines or frozenset({""})) if source.is_partial else source.selection
    with written_whole(path) as file:
        return monitoring.write(source.db, selection, file, note=source.note, options=source.options)


def _dwca(source: Source, path: Path) -> int:
    from fieldapp.exchange import dwca

    return dwca.write(source.tellings, path, note=source.note, options=source.options)


def _gpkg(source: Source, path: Path) -> int:
    from fieldapp.exchange import geopackage

    # GDAL wants the ending, whatever the file is to be called.
    named = path if path.suffix.lower() == ".gpkg" else path.with_name(f"{path.name}.gpkg")
    rows = geopackage.write(source.tellings, named, note=source.note, options=source.options)
    if named != path:
        named.replace(path)
    return rows


def _xlsx(source: Source, path: Path) -> int:
    from fieldapp.exchange import workbook

    return workbook.write(source.tellings, path, note=source.note, options=source.options)


def _csv(source: Source, path: Path) -> int:
    from fieldapp.exchange import flat_csv

    with written_whole(path) as file:
        rows = flat_csv.write(source.tellings, file, note=source.note, options=source.options)
    with written_whole(flat_csv.dictionary_beside(path)) as file:
        flat_csv.write_dictionary(file, options=source.options)
    return rows


COMMON = (
    Format("sinp", N_("SINP (import GeoNature)"), ".csv", _sinp, is_text=True, check=_check_sinp),
    Format("csv", N_("Tableau CSV"), ".csv", _csv, is_text=True, around=AROUND),
    Format("xlsx", N_("Classeur Excel"), ".xlsx", _xlsx, around=AROUND),
    Format("gpkg", N_("Carte GeoPackage (QGIS)"), ".gpkg", _gpkg, around=AROUND),
    Format("dwca", N_("Archive Darwin Core"), ".zip", _dwca, around=AROUND, tells_season=True),
    Format("monitoring", N_("GeoNature Monitoring"), ".csv", _monitoring, is_text=True, tells_exact=True),
)
"""The kinds of file that are told in common terms, in the order in which they are offered."""


def _of_protocol(protocol: StudyProtocol, exporter: Exporter) -> Format:
    return Format(
        exporter.code,
        exporter.label,
        Path(exporter.filename).suffix,
        partial(_export, exporter),
        is_text=True,
        has_header=exporter.has_header,
        has_quotes=exporter.has_quotes,
        separator=exporter.separator,
        tells_exact=True,
        is_row_by_row=False,
        protocol=protocol.code,
        dated_entity=exporter.dated_entity,
    )


def _export(exporter: Exporter, source: Source, path: Path) -> int:
    """Write a protocol's own file of one year, or of all; what it is of are the lines of these years."""
    source.report = export_file(source.db, exporter, path, year=year_of(source.selection), layout=source.layout)
    source.options.left_out.extend(source.report.left_out)
    for one in _occurrences(source.tellings):
        source.note(one)
    return source.report.rows


def _occurrences(tellings: Iterable[Telling]) -> Iterator[Occurrence]:
    for telling in tellings:
        yield from telling.occurrences


def year_of(selection: Selection) -> int | None:
    """Return the year of a selection that holds nothing but a year, None for all; BatchError for any other."""
    first, last = selection.first_on, selection.last_on
    whole = Selection(protocols=selection.protocols, first_on=first, last_on=last)
    is_year = first[4:] == "-01-01" and last[4:] == "-12-31" and first[:4] == last[:4]
    if selection != whole or not (is_year or not (first or last)):
        raise BatchError(
            _(
                "Ce format écrit une année entière d’un suivi, ou toutes : enlevez les lieux, zones, espèces et lignes "
                "choisis, ou prenez un autre format."
            )
        )
    return int(first[:4]) if first else None
