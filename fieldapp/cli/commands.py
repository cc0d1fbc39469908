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
from fieldapp.core.record import Record
from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import _, fold, ngettext
from fieldapp.exchange import demo
from fieldapp.exchange.exporting import export_file, exporters
from fieldapp.exchange.files import ENCODINGS, open_for
from fieldapp.exchange.importing import import_file, importers
from fieldapp.exchange.known import KnownRecords, Taxa
from fieldapp.exchange.report import ImportReport
from fieldapp.exchange.writing import refuse_target
from fieldapp.store import backup, disk, instance, integrity, media_backup, records, replacing
from fieldapp.store.connection import Author, Database
from fieldapp.store.opening import open_for_use

DONE, REFUSED = 0, 1

SEASON_SUMMARY, SITE_SUMMARY = "summary", "site_summary"
"""The analyses of a protocol that this command line prints (see `summarised`)."""

DIRECTIONS: Mapping[str, str | None] = {"in": "in", "out": "out", "all": None}
"""Which way the animals of a summary went, as the command line says it and as the protocol does."""


def import_(
    database: Path,
    code: str,
    file: Path,
    *,
    update: bool,
    encoding: str,
    report: Path | None,
    mend: bool = False,
) -> int:
    """Take a file into the database (made when it is not there) and print what became of its rows."""
    _protocol, importer = importers(protocols.installed())[code]
    if mend and importer.mender is None:
        raise FileRefusedError(_("« {code} » ne corrige rien de lui-même : enlevez --mend.").format(code=code))
    if report is not None:
        refuse_target(report, (file, *disk.files_of(database)))
    with _naming_the_option(encoding):
        if not database.exists():
            # A slip in the name of the file must not leave an empty database behind.
            open_for(importer, file, encoding)
        with instance.hold(database):
            replacing.drop_leftovers(database)
            with opened(database) as db:
                done = import_file(db, importer, file, update=update, mend=mend, encoding=encoding)
    print(done.text())
    if report is not None:
        done.write_csv(report)
        print(_("Rapport ligne par ligne : {path}").format(path=report))
    if not done.refused:
        return DONE
    where = _("Le détail est dans {path}.").format(path=report) if report else _("Le détail : --report RAPPORT.csv")
    print(" ".join(filter(None, (_refused(done), _mendable(done), where))), file=sys.stderr)
    return REFUSED


def _refused(done: ImportReport) -> str:
    """Return how many rows were refused, and whether others are in the database."""
    if done.refused == len(done.rows):
        return ngettext(
            "{path} : la seule ligne a été refusée, rien n’est entré dans la base. Corrigez-la dans le fichier et "
            "recommencez.",
            "{path} : les {count} lignes ont toutes été refusées, rien n’est entré dans la base. Corrigez-les dans le "
            "fichier et recommencez.",
            done.refused,
        ).format(path=done.path, count=done.refused)
    return ngettext(
        "{path} : {count} ligne sur {total} a été refusée, les autres sont dans la base. Corrigez-la dans le fichier "
        "et recommencez : ce qui est déjà là ne change pas.",
        "{path} : {count} lignes sur {total} ont été refusées, les autres sont dans la base. Corrigez-les dans le "
        "fichier et recommencez : ce qui est déjà là ne change pas.",
        done.refused,
    ).format(path=done.path, count=done.refused, total=len(done.rows))


def _mendable(done: ImportReport) -> str:
    """Return how many of the refused rows the option --mend would take in; "" for none."""
    if not done.mendable:
        return ""
    return ngettext(
        "{count} d’entre elles se corrige d’elle-même : --mend.",
        "{count} d’entre elles se corrigent d’elles-mêmes : --mend.",
        done.mendable,
    ).format(count=done.mendable)


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


def export(
    database: Path,
    code: str,
    file: Path,
    *,
    year: int | None,
    taxon: int | None = None,
    theme: str | None = None,
    layout: str | None = None,
) -> int:
    """Write a file from the database and print how many rows it holds; on stderr, what is not in it and why."""
    _protocol, exporter = exporters(protocols.installed())[code]
    _refuse_options(exporter, taxon=taxon, theme=theme, layout=layout)
    with present(database) as db:
        done = export_file(db, exporter, file, year=year, taxon=taxon, theme=theme, layout=layout)
    print(done.text())
    for sentence, items in done.reasons().items():
        print(f"{sentence} ({len(items)})", file=sys.stderr)
        print("\n".join(f"  {item.title}" for item in items), file=sys.stderr)
    return DONE


def _refuse_options(exporter: Exporter, *, taxon: int | None, theme: str | None, layout: str | None) -> None:
    """Raise FileRefusedError for what was asked and this kind of file does not offer."""
    refused = ""
    if taxon is not None and "taxon" not in exporter.options:
        refused = _("« {code} » ne se limite pas à un taxon : enlevez --taxon.")
    elif theme is not None and "theme" not in exporter.options:
        refused = _("« {code} » ne se limite pas à un thème : enlevez --theme.")
    elif layout is not None and "layout" not in exporter.options:
        refused = _("« {code} » n’a qu’une disposition de colonnes : enlevez --layout.")
    elif layout is not None and layout not in exporter.layouts():
        refused = _("« {code} » ne connaît pas la disposition « {layout} ». Au choix : {known}.")
    if refused:
        known = ", ".join(exporter.layouts())
        raise FileRefusedError(refused.format(code=exporter.code, layout=layout, known=known))


def summary(
    database: Path,
    name: str,
    *,
    year: int | None,
    as_json: bool,
    site: str | None = None,
    direction: str | None = None,
) -> int:
    """Print the figures of a season: of `year`, else of the last one that has a record.

    Where a protocol sums up one place at a time, `site` names it and all its seasons are printed unless a year is
    given; `direction` is one of DIRECTIONS.
    """
    protocol = summarised()[name]
    with present(database) as db:
        if SITE_SUMMARY in protocol.analyses:
            found = _site_summary(db, protocol, site, year, direction)
        else:
            _refuse_site_options(name, site=site, direction=direction)
            found = _summary(db, protocol, year)
    print(json.dumps(found.as_json(), ensure_ascii=False) if as_json else found.as_text())
    return DONE


def summarised() -> dict[str, StudyProtocol]:
    """Return the protocols that have a summary, by the name that the command line gives them.

    A protocol has one of two: `analyses["summary"]` sums up a season of all its places, `analyses["site_summary"]` the
    seasons of one place from its whole tree. What they make says itself `as_json()` and, in the words of its people,
    `as_text()`.
    """
    return {
        name_of(item): item for item in protocols.installed() if item.analyses.keys() & {SEASON_SUMMARY, SITE_SUMMARY}
    }


def _refuse_site_options(name: str, *, site: str | None, direction: str | None) -> None:
    """Raise FileRefusedError for what only a summary of one place offers."""
    if site is not None:
        raise FileRefusedError(_("« {name} » résume tous ses lieux ensemble : enlevez --site.").format(name=name))
    if direction is not None:
        raise FileRefusedError(_("« {name} » ne distingue pas les sens : enlevez --direction.").format(name=name))


def name_of(protocol: StudyProtocol) -> str:
    """Return the name that the command line gives to a protocol."""
    return protocol.command or protocol.code.replace("_", "-")


def _site_summary(
    db: Database, protocol: StudyProtocol, site: str | None, year: int | None, direction: str | None
) -> Any:
    place = _place(db, protocol, site)
    tree = records.tree(db, place.uid)
    return protocol.analyses[SITE_SUMMARY](tree, Taxa(db, protocol), year, direction=DIRECTIONS[direction or "in"])


def _place(db: Database, protocol: StudyProtocol, wanted: str | None) -> Record:
    """Return the place of a name, told by the first field of its entity, by its title or by a part of it.

    Accents and capitals make no difference. Without a name it is the only one. Raises FileRefusedError with the known
    ones where the name fits none or several.
    """
    entity = next(item for item in protocol.entities if item.parent is None)
    places = records.roots(db, protocol.code, entity.code)
    if not places:
        raise FileRefusedError(_("La base {path} n’a encore aucune donnée de ce suivi.").format(path=db.path))
    named = {place.uid: fold(str(place.data.get(entity.fields[0].name, ""))) for place in places}
    titles = {place.uid: entity.title(place.data) for place in places}
    typed = fold(wanted or "")
    exact = [place for place in places if typed in {named[place.uid], fold(titles[place.uid])}]
    fitting = exact or [place for place in places if typed in fold(titles[place.uid])]
    if len(fitting) == 1:
        return fitting[0]
    if not wanted:
        sentence = _("Dites de quel lieu : --site NOM. Il y a : {known}.")
    elif fitting:
        sentence = _("« {wanted} » désigne plusieurs lieux, précisez --site : {known}.")
    else:
        sentence = _("Aucun lieu ne s’appelle « {wanted} ». Il y a : {known}.")
    known = " ; ".join(sorted(titles[place.uid] for place in fitting or places))
    raise FileRefusedError(sentence.format(wanted=wanted, known=known))


def _summary(db: Database, protocol: StudyProtocol, year: int | None) -> Any:
    dated = next(entity.code for entity in protocol.entities if entity.date_field)
    if year is None:
        year = next(iter(records.years(db, protocol.code, dated)), None)
    if year is None:
        raise FileRefusedError(_("La base {path} n’a encore aucune donnée de ce suivi.").format(path=db.path))
    trees = records.season(db, protocol.code, dated, f"{year:04}-01-01", f"{year:04}-12-31")
    return protocol.analyses[SEASON_SUMMARY](trees, Taxa(db, protocol), year)


def ring(database: Path, text: str, *, as_json: bool) -> int:
    """Print the life of the bird that bears a ring: all its captures, oldest first, under all its numbers."""
    from fieldapp.protocols.banding import life, schema

    with present(database) as db:
        try:
            found = life.find(KnownRecords(db, protocols.by_code(schema.CODE)), text)
        except ValueError as error:
            raise FileRefusedError(str(error)) from error
    if not found.is_known:
        raise FileRefusedError(
            _("La bague {ring} n’est pas dans la base {path} : relisez le numéro et le centre.").format(
                ring=f"{found.ring.scheme} {found.ring.number}", path=database
            )
        )
    print(json.dumps(life.as_json(found), ensure_ascii=False) if as_json else life.as_text(found))
    return DONE


def check(database: Path) -> int:
    """Check the whole database and its history; print the problems on stderr."""
    with present(database) as db:
        report = integrity.check(db)
    print(
        _("{path} : {records} enregistrements et {changes} changements vérifiés.").format(
            path=database, records=report.records, changes=report.changes
        )
    )
    if report.photos:
        print(ngettext("{n} photo relue.", "{n} photos relues.", report.photos).format(n=report.photos))
    if report.is_clean:
        print(_("Tout est en ordre."))
        return DONE
    for problem in report.problems:
        print(problem, file=sys.stderr)
    print(_("Restaurez une bonne sauvegarde avec : fieldapp restore FICHIER"), file=sys.stderr)
    return REFUSED


def make_backup(database: Path, target: Path) -> int:
    """Write a verified copy of the database to a file, or into a folder under a name with the date; then the photos."""
    in_folder = target.is_dir()
    made = backup.make(database, target) if in_folder else backup.copy_to(database, target)
    print(_("Sauvegarde écrite et vérifiée : {path}").format(path=made))
    folder = media_backup.shared_folder(target) if in_folder else paths.media_folder(made)
    return _told(media_backup.copy_new(database, folder))


def _told(copied: media_backup.Copied) -> int:
    """Say how many photos are with a copy; on stderr, why some are not."""
    if words := copied.words():
        print(words)
    if not copied.problem:
        return DONE
    print(copied.problem, file=sys.stderr)
    return REFUSED


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
    return _told(media_backup.bring_back(file, database))


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
        with opened(database) as db:
            demo.fill(db)
            protocol, exporter = exporters(protocols.installed())[demo.IMPORTER]
            done = export_file(db, exporter, folder / exporter.filename)
            text = _summary(db, protocol, None).as_text()
    instance.lock_file(database).unlink(missing_ok=True)
    return [database, done.path], text


def database_of(given: Path | None) -> Path:
    """Return the database that a command works on: the one given, else the one of this person."""
    return given if given is not None else paths.default_database()


@contextmanager
def opened(database: Path) -> Iterator[Database]:
    """Open a database, made when it is not there, in the name of whoever the settings tell."""
    chosen = settings.load()
    with open_for_use(database, protocols.installed(), Author(chosen.who, chosen.device)) as db:
        yield db


@contextmanager
def present(database: Path) -> Iterator[Database]:
    """Open a database that must be there: a question to a new, empty one would be a slip of the hand."""
    if not database.exists():
        raise FileRefusedError(
            _("Il n’y a pas de base {path} : vérifiez --database, ou importez d’abord un fichier.").format(
                path=database
            )
        )
    with opened(database) as db:
        yield db
