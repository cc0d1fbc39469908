"""The command that reads TAXREF: prints what was read and what it means for the records, returns the exit code."""

from __future__ import annotations

import sys
from pathlib import Path

from fieldapp.cli.commands import DONE, opened
from fieldapp.core.text import _, ngettext
from fieldapp.exchange import taxref
from fieldapp.exchange.taxref import Loaded
from fieldapp.exchange.taxref_file import look_into
from fieldapp.store import instance, replacing


def import_(database: Path, file: Path, *, everywhere: bool) -> int:
    """Read a TAXREF file, its zip or its companion table into the database (made when it is not there)."""
    is_companion = taxref.is_companion(file)
    if not database.exists() and not is_companion:
        # A slip in the name of the file must not leave an empty database behind.
        look_into(file)
    with instance.hold(database):
        replacing.drop_leftovers(database)
        with opened(database) as db:
            done = taxref.load_withdrawn(db, file) if is_companion else taxref.load(db, file, everywhere=everywhere)
    print(text_of(done))
    for sentence in lines_of(done):
        print(sentence, file=sys.stderr)
    return DONE


def text_of(done: Loaded) -> str:
    """Return what a file brought in one sentence."""
    about = done.reference
    names = ngettext("{n} nom", "{n} noms", about.names).format(n=about.names)
    synonyms = ngettext("dont {n} synonyme", "dont {n} synonymes", about.synonyms).format(n=about.synonyms)
    withdrawn = ngettext("{n} cd_nom retiré", "{n} cd_nom retirés", about.withdrawn).format(n=about.withdrawn)
    return _("TAXREF {version} : {names}, {synonyms} ; {withdrawn}.").format(
        version=about.version, names=names, synonyms=synonyms, withdrawn=withdrawn
    )


def lines_of(done: Loaded) -> list[str]:
    """Return a sentence for each number of our records that TAXREF has given up, or that no list knows."""
    found = []
    for item, times in done.withdrawn:
        count = ngettext("{n} donnée", "{n} données", times).format(n=times)
        if item.replacement:
            words = _("cd_nom {cd_nom} retiré de TAXREF, remplacé par {other} : {count}, sans changement.")
        else:
            words = _("cd_nom {cd_nom} retiré de TAXREF, sans remplaçant ({reason}) : {count}, sans changement.")
        found.append(words.format(cd_nom=item.cd_nom, other=item.replacement, reason=item.reason or "?", count=count))
    for cd_nom, times in done.unknown.items():
        count = ngettext("{n} donnée", "{n} données", times).format(n=times)
        found.append(_("cd_nom {cd_nom} inconnu de toutes les listes : {count}.").format(cd_nom=cd_nom, count=count))
    return found
