"""The words of the command line for exchanging with other laptops, and which command they mean."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fieldapp.core.text import _

CONSENTS = ("all_again", "mass_change", "mass_deletion")
"""What a sync can be told to accept: those of `sync.engine`, which is loaded only where something is exchanged."""


def _join(database: Path, given: argparse.Namespace) -> int:
    from fieldapp.cli import sync_commands

    return sync_commands.join(database, given.url, given.code, name=given.name, as_json=given.json)


def _leave(database: Path, _given: argparse.Namespace) -> int:
    from fieldapp.cli import sync_commands

    return sync_commands.leave(database)


def _sync(database: Path, given: argparse.Namespace) -> int:
    from fieldapp.cli import sync_commands

    return sync_commands.sync(database, as_json=given.json, accepted=given.accept)


def _batch(database: Path, given: argparse.Namespace) -> int:
    from fieldapp.cli import sync_commands

    if given.direction == "import":
        return sync_commands.batch_import(database, given.file, as_json=given.json)
    return sync_commands.batch_export(
        database, given.file, since_last=given.since_last, with_photos=given.with_photos, as_json=given.json
    )


def _conflicts(database: Path, given: argparse.Namespace) -> int:
    from fieldapp.cli import sync_commands

    return sync_commands.conflicts(database, as_json=given.json)


COMMANDS: Mapping[str, Callable[[Path, argparse.Namespace], int]] = {
    "join": _join,
    "leave": _leave,
    "sync": _sync,
    "batch": _batch,
    "conflicts": _conflicts,
}
"""What does each command, given the database."""


def add_to(actions: Any, add_database: Callable[[argparse.ArgumentParser], object]) -> None:
    """Add the commands of the association's hub, of batches between laptops, and of disagreements."""
    joining = actions.add_parser("join", help=_("rejoindre le serveur d’une association"))
    joining.add_argument("url", metavar=_("ADRESSE"), help=_("adresse du serveur"))
    joining.add_argument("code", metavar=_("CODE"), help=_("code à usage unique, donné par la coordination"))
    joining.add_argument("--name", metavar=_("NOM"), default="", help=_("comment appeler cet ordinateur"))
    syncing = actions.add_parser("sync", help=_("échanger avec le serveur"))
    syncing.add_argument(
        "--accept", choices=CONSENTS, action="append", default=[], help=_("accepter ce qui a été demandé")
    )
    batch = actions.add_parser("batch", help=_("échanger par fichier (clé USB)"))
    ways = batch.add_subparsers(
        dest="direction", metavar=_("SENS"), title=_("commandes"), required=True, parser_class=type(batch)
    )
    writing = ways.add_parser("export", help=_("écrire un envoi pour un autre ordinateur"))
    writing.add_argument("file", metavar=_("ENVOI"), type=Path, help=_("fichier en .fieldbatch, ou dossier"))
    writing.add_argument("--since-last", action="store_true", help=_("seulement ce que le dernier envoi n’avait pas"))
    writing.add_argument("--without-photos", dest="with_photos", action="store_false", help=_("laisser les photos"))
    reading = ways.add_parser("import", help=_("lire un envoi d’un autre ordinateur"))
    reading.add_argument("file", metavar=_("ENVOI"), type=Path, help=_("fichier à lire"))
    listing = actions.add_parser("conflicts", help=_("montrer les désaccords à relire"))
    for parser in (joining, syncing, writing, reading, listing):
        parser.add_argument("--json", action="store_true", help=_("en JSON"))
    leaving = actions.add_parser("leave", help=_("quitter le serveur"))
    for parser in (joining, syncing, writing, reading, listing, leaving):
        add_database(parser)
