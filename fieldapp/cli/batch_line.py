"""The words of the command line for what is handed to others, and which command they mean."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fieldapp.core.errors import FileRefusedError
from fieldapp.core.text import _
from fieldapp.desk.needed import refuse_missing_desk

COMMON_KINDS = ("sinp", "csv", "xlsx", "gpkg", "dwca", "monitoring")
"""The kinds of file of `exchange.formats.COMMON`, which is loaded only where one is written."""

PRECISIONS = ("exact", "commune", "cell")
"""How exactly places may be told: those of `exchange.batch_request`."""

_OF_BATCH = (
    "protocol", "place", "area", "conditions", "purpose", "precision", "dataset_uuid", "since_last"
)  # fmt: skip
"""Options of `export` that only a common format has, or a file with a recipient."""


def is_batch(given: argparse.Namespace) -> bool:
    """Return whether an export is one in a common format, or one that goes to a recipient.

    FileRefusedError for any other that is asked for what only these have.
    """
    if given.kind in COMMON_KINDS or given.recipient:
        return True
    for name in _OF_BATCH:
        if getattr(given, name):
            option = f"--{name.replace('_', '-')}"
            raise FileRefusedError(
                _("« {code} » ne prend pas {option} : enlevez cette option, ou donnez un destinataire.").format(
                    code=given.kind, option=option
                )
            )
    return False


def export(database: Path, given: argparse.Namespace) -> int:
    """Write a file in a common format, or one of a protocol that goes to a recipient."""
    refuse_missing_desk()
    from fieldapp.cli import batch_commands

    if given.theme is not None:
        raise FileRefusedError(_("« {code} » ne se limite pas à un thème : enlevez --theme.").format(code=given.kind))
    asked = batch_commands.Asked(
        given.kind,
        given.protocol,
        given.year,
        given.place,
        given.area,
        () if given.taxon is None else (given.taxon,),
        given.recipient,
        given.conditions,
        given.purpose,
        given.precision,
        given.dataset_uuid,
        given.since_last,
        given.layout,
    )
    return batch_commands.export(database, asked, given.file)


def _recipient(database: Path, given: argparse.Namespace) -> int:
    refuse_missing_desk()
    from fieldapp.cli import batch_commands

    if given.action == "list":
        return batch_commands.list_recipients(database, as_json=given.json)
    return batch_commands.add_recipient(
        database,
        given.name,
        conditions=given.conditions,
        precision=given.precision,
        contact=given.contact,
        sees_sensitive=given.sees_sensitive,
    )


def _register(database: Path, given: argparse.Namespace) -> int:
    refuse_missing_desk()
    from fieldapp.cli import batch_commands

    return batch_commands.show_register(database, as_json=given.json, file=given.csv)


def _resend(database: Path, given: argparse.Namespace) -> int:
    refuse_missing_desk()
    from fieldapp.cli import batch_commands

    return batch_commands.resend(database, given.delivery, given.file)


COMMANDS: Mapping[str, Callable[[Path, argparse.Namespace], int]] = {
    "recipient": _recipient,
    "register": _register,
    "resend": _resend,
}
"""What does each command, given the database."""


def add_terms(parser: argparse.ArgumentParser) -> None:
    """Add what only a common format may be asked for, or a file that goes to a recipient."""
    parser.add_argument("--protocol", metavar=_("SUIVI"), action="append", default=[], help=_("ce suivi seulement"))
    parser.add_argument("--place", metavar=_("NOM"), action="append", default=[], help=_("ce lieu seulement"))
    parser.add_argument("--area", metavar=_("ZONE"), default="", help=_("dans cette zone d’une carte chargée"))
    parser.add_argument("--recipient", metavar=_("NOM"), default="", help=_("destinataire : l’envoi entre au registre"))
    parser.add_argument("--conditions", metavar=_("TEXTE"), default="", help=_("conditions d’utilisation de cet envoi"))
    parser.add_argument("--purpose", metavar=_("TEXTE"), default="", help=_("objet de la demande"))
    parser.add_argument("--precision", choices=PRECISIONS, default="", help=_("précision des lieux"))
    parser.add_argument("--dataset-uuid", metavar="UUID", help=_("jeu de données de toutes les lignes"))
    parser.add_argument(
        "--since-last", action="store_true", help=_("seulement ce qui a changé depuis le dernier envoi au destinataire")
    )


def add_to(actions: Any, add_database: Callable[[argparse.ArgumentParser], object]) -> None:
    """Add the commands of recipients and of the register."""
    people = actions.add_parser("recipient", help=_("tenir la liste des destinataires"))
    ways = people.add_subparsers(
        dest="action", metavar=_("ACTION"), title=_("commandes"), required=True, parser_class=type(people)
    )
    adding = ways.add_parser("add", help=_("ajouter un destinataire"))
    adding.add_argument("name", metavar=_("NOM"), help=_("nom du destinataire"))
    adding.add_argument("--conditions", metavar=_("TEXTE"), default="", help=_("conditions d’utilisation"))
    adding.add_argument("--precision", choices=PRECISIONS, default=PRECISIONS[-1], help=_("précision des lieux"))
    adding.add_argument("--contact", metavar=_("NOM"), default="", help=_("personne à contacter"))
    adding.add_argument(
        "--sees-sensitive", action="store_true", help=_("reçoit la position exacte des espèces sensibles")
    )
    listing = ways.add_parser("list", help=_("montrer les destinataires"))
    register = actions.add_parser("register", help=_("montrer le registre des envois"))
    register.add_argument("--csv", metavar=_("FICHIER"), type=Path, help=_("écrire aussi le registre ici"))
    again = actions.add_parser("resend", help=_("écrire de nouveau le fichier d’un envoi"))
    again.add_argument("delivery", metavar=_("ENVOI"), help=_("identifiant de l’envoi (voir register)"))
    again.add_argument("file", metavar=_("FICHIER"), type=Path, help=_("fichier à écrire"))
    for parser in (listing, register):
        parser.add_argument("--json", action="store_true", help=_("en JSON"))
    for parser in (adding, listing, register, again):
        add_database(parser)
