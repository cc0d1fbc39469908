"""The commands of the command line: one function each, without a window. They print, and return the exit code.

0 done, 1 refused with a sentence on stderr. What is foreseen is raised as FieldappError for `__main__` to print.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fieldapp import protocols
from fieldapp.core import paths, settings
from fieldapp.core.errors import FileRefusedError, WrongEncodingError
from fieldapp.core.exchange import Exporter
from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import N_, _, ngettext
from fieldapp.exchange import demo
from fieldapp.exchange.exporting import ExportReport, export_file, exporters
from fieldapp.exchange.files import ENCODINGS, open_table
from fieldapp.exchange.importing import import_file, importers
from fieldapp.exchange.known import Taxa
from fieldapp.exchange.writing import refuse_target
from fieldapp.store import backup, disk, instance, integrity, records, replacing
from fieldapp.store.connection import Author, Database
from fieldapp.store.opening import open_for_use

DONE, REFUSED = 0, 1

SUMMARY_WORDS: Mapping[str, str] = {
    "year": N_("Année"),
    "sites_groups": N_("Aires suivies"),
    "sites": N_("Mares visitées"),
    "visits": N_("Passages"),
    "occupied_sites": N_("Mares occupées"),
    "observations": N_("Données"),
    "positive": N_("Données positives"),
    "species": N_("Espèces"),
    "species_by_sites_group": N_("Espèces par aire"),
}
"""The French words of the figures of a summary."""


def import_(database: Path, code: str, file: Path, *, update: bool, encoding: str, report: Path | None) -> int:
    """Take a file into the database (made when it is not there) and print what became of its rows."""
    _protocol, importer = importers(protocols.installed())[code]
    if report is not None:
        refuse_target(report, (file, *disk.files_of(database)))
    with _naming_the_option(encoding):
        if not database.exists():
            # A slip in the name of the file must not leave an empty database behind.
            open_table(file, importer.columns, importer.separator, encoding)
        with instance.hold(database):
            replacing.drop_leftovers(database)
            with _opened(database) as db:
                done = import_file(db, importer, file, update=update, encoding=encoding)
    print(done.text())
    if report is not None:
        done.write_csv(report)
        print(_("Rapport ligne par ligne : {path}").format(path=report))
    if not done.refused:
        return DONE
    sentence = ngettext(
        "{path} : {count} ligne sur {total} a été refusée, les autres sont dans la base. Corrigez-la dans le fichier "
        "et recommencez : ce qui est déjà là ne change pas.",
        "{path} : {count} lignes sur {total} ont été refusées, les autres sont dans la base. Corrigez-les dans le "
        "fichier et recommencez : ce qui est déjà là ne change pas.",
        done.refused,
    ).format(path=file, count=done.refused, total=len(done.rows))
    where = _("Le détail est dans {path}.").format(path=report) if report else _("Le détail : --report RAPPORT.csv")
    print(f"{sentence} {where}", file=sys.stderr)
    return REFUSED


@contextmanager
def _naming_the_option(encoding: str) -> Iterator[None]:
    """Add to the refusal of a wrongly decoded file which option reads it."""
    try:
        yield
    except WrongEncodingError as error:
        option = _("Sans --encoding, le fichier est lu en UTF-8.")
        if encoding == ENCODINGS[0]:
            option = _("L’option : --encoding cp1252")
        raise WrongEncodingError(f"{error} {option}") from error


def export(database: Path, code: str, file: Path, *, year: int | None, taxon: int | None) -> int:
    """Write a file from the database and print how many rows it holds."""
    _protocol, exporter = exporters(protocols.installed())[code]
    with _present(database) as db:
        print(_export(db, exporter, file, year=year, taxon=taxon).text())
    return DONE


def _export(db: Database, exporter: Exporter, file: Path, *, year: int | None, taxon: int | None) -> ExportReport:
    if taxon is not None and "taxon" not in exporter.options:
        raise FileRefusedError(
            _("« {code} » ne se limite pas à un taxon : enlevez --taxon.").format(code=exporter.code)
        )
    return export_file(db, exporter, file, year=year, taxon=taxon)


def summary(database: Path, name: str, *, year: int | None, as_json: bool) -> int:
    """Print the figures of a season: of `year`, else of the last one that has a record."""
    with _present(database) as db:
        figures = _figures(db, summarised()[name], year)
    if as_json:
        print(json.dumps(figures, ensure_ascii=False))
    else:
        print(summary_text(figures))
    return DONE


def summarised() -> dict[str, StudyProtocol]:
    """Return the protocols that have a summary, by the name that the command line gives them."""
    return {item.code.replace("_", "-"): item for item in protocols.installed() if "summary" in item.analyses}


def _figures(db: Database, protocol: StudyProtocol, year: int | None) -> dict[str, Any]:
    dated = next(entity.code for entity in protocol.entities if entity.date_field)
    if year is None:
        year = next(iter(records.years(db, protocol.code, dated)), None)
    if year is None:
        raise FileRefusedError(_("La base {path} n’a encore aucune donnée de ce suivi.").format(path=db.path))
    trees = records.season(db, protocol.code, dated, f"{year:04}-01-01", f"{year:04}-12-31")
    figures: dict[str, Any] = protocol.analyses["summary"](trees, Taxa(db, protocol), year).as_json()
    return figures


def summary_text(figures: Mapping[str, Any]) -> str:
    """Return the figures as lines of text, those of the aires indented below their title."""
    lines = []
    for name, value in figures.items():
        label = _(SUMMARY_WORDS.get(name, name))
        if isinstance(value, Mapping):
            lines += [f"{label} :", *(f"  {key} : {count}" for key, count in value.items())]
        else:
            lines.append(f"{label} : {value}")
    return "\n".join(lines)


def check(database: Path) -> int:
    """Check the whole database and its history; print the problems on stderr."""
    with _present(database) as db:
        report = integrity.check(db)
    print(
        _("{path} : {records} enregistrements et {changes} changements vérifiés.").format(
            path=database, records=report.records, changes=report.changes
        )
    )
    if report.is_clean:
        print(_("Tout est en ordre."))
        return DONE
    for problem in report.problems:
        print(problem, file=sys.stderr)
    print(_("Restaurez une bonne sauvegarde avec : fieldapp restore FICHIER"), file=sys.stderr)
    return REFUSED


def make_backup(database: Path, target: Path) -> int:
    """Write a verified copy of the database to a file, or into a folder under a name with the date."""
    made = backup.make(database, target) if target.is_dir() else backup.copy_to(database, target)
    print(_("Sauvegarde écrite et vérifiée : {path}").format(path=made))
    return DONE


def restore(database: Path, file: Path) -> int:
    """Make a backup the present database; the former one is kept beside it."""
    done = backup.restore(file, database)
    print(
        _("La base {path} vient maintenant de {file} ({records} enregistrements).").format(
            path=database, file=file, records=done.content.records
        )
    )
    if done.kept:
        print(_("La base d’avant est gardée : {path}").format(path=done.kept[0]))
    return DONE


def demo_files(folder: Path) -> tuple[list[Path], str]:
    """Load the demonstration season into a throw-away database in the folder and export it again.

    Return the files written, and the season's summary as text.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileRefusedError(
            _("Impossible d’écrire dans {folder} : choisissez un autre dossier.").format(folder=folder)
        ) from error
    database = folder / "demo.db"
    with instance.hold(database):
        for ending in ("", "-wal", "-shm"):
            Path(f"{database}{ending}").unlink(missing_ok=True)
        with _opened(database) as db:
            demo.fill(db)
            protocol, exporter = exporters(protocols.installed())[demo.IMPORTER]
            done = export_file(db, exporter, folder / exporter.filename)
            text = summary_text(_figures(db, protocol, None))
    instance.lock_file(database).unlink(missing_ok=True)
    return [database, done.path], text


def database_of(given: Path | None) -> Path:
    """Return the database that a command works on: the one given, else the one of this person."""
    return given if given is not None else paths.default_database()


@contextmanager
def _opened(database: Path) -> Iterator[Database]:
    chosen = settings.load()
    with open_for_use(database, protocols.installed(), Author(chosen.who, chosen.device)) as db:
        yield db


@contextmanager
def _present(database: Path) -> Iterator[Database]:
    """Open a database that must be there: a question to a new, empty one would be a slip of the hand."""
    if not database.exists():
        raise FileRefusedError(
            _("Il n’y a pas de base {path} : vérifiez --database, ou importez d’abord un fichier.").format(
                path=database
            )
        )
    with _opened(database) as db:
        yield db
