"""The words of the command line for a coordinator's review, and which command they mean."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fieldapp.core.text import _
from fieldapp.desk.needed import refuse_missing_desk

STATES = ("draft", "complete", "validated", "to_review")
"""Those of `core.review.ReviewState`, which is loaded only where something is reviewed."""

LEVELS = tuple("0123456")
"""STATUT_VALID, as `core.review.LEVELS`."""


def _review(database: Path, given: argparse.Namespace) -> int:
    refuse_missing_desk()
    from fieldapp.cli import review_commands

    return review_commands.run(database, given)


COMMANDS: Mapping[str, Callable[[Path, argparse.Namespace], int]] = {"review": _review}
"""What does each command, given the database."""


def add_to(actions: Any, add_database: Callable[[argparse.ArgumentParser], object], year: Callable[[str], int]) -> None:
    """Add the command `review` with its deeds; `year` reads a year."""
    parser = actions.add_parser("review", help=_("relire et valider"))
    deeds = parser.add_subparsers(
        dest="deed", metavar=_("ACTION"), title=_("commandes"), required=True, parser_class=type(parser)
    )
    listing = deeds.add_parser("list", help=_("montrer où en sont les fiches d’une saison"))
    listing.add_argument("--year", metavar=_("ANNÉE"), type=year, help=_("année (sinon la dernière)"))
    listing.add_argument("--protocol", metavar=_("SUIVI"), help=_("ce suivi seulement"))
    listing.add_argument("--state", choices=STATES, help=_("les fiches dans cet état seulement"))
    listing.add_argument("--json", action="store_true", help=_("en JSON"))
    levels = deeds.add_parser("set", help=_("donner un niveau de validation, à la fiche et à ce qui est en dessous"))
    levels.add_argument("uid", metavar="UID", nargs="+", help=_("identifiant d’une fiche (voir review list)"))
    levels.add_argument("--level", choices=LEVELS, required=True, help=_("STATUT_VALID du SINP ; 0 rouvre"))
    levels.add_argument("--comment", metavar=_("TEXTE"), default="", help=_("commentaire de validation"))
    levels.add_argument("--why", metavar=_("TEXTE"), default="", help=_("raison, pour rouvrir ce qui était validé"))
    levels.add_argument("--incomplete", action="store_true", help=_("aussi ce à quoi il manque quelque chose"))
    asking = deeds.add_parser("ask", help=_("poser une question à l’observateur"))
    answering = deeds.add_parser("answer", help=_("répondre à une question"))
    closing = deeds.add_parser("close", help=_("clore une question"))
    marking = deeds.add_parser("remarkable", help=_("noter pourquoi une donnée est remarquable"))
    for one in (asking, answering, closing, marking):
        one.add_argument("uid", metavar="UID", help=_("identifiant de la fiche (voir review list)"))
    for one in (asking, answering, closing):
        one.add_argument("--field", metavar=_("CHAMP"), default="", help=_("nom du champ ; sans lui, toute la fiche"))
    for one in (asking, answering):
        one.add_argument("--text", metavar=_("TEXTE"), required=True, help=_("ce qui est dit"))
    marking.add_argument("--comment", metavar=_("TEXTE"), required=True, help=_("pourquoi ; vide : plus remarquable"))
    for one in (listing, levels, asking, answering, closing, marking):
        add_database(one)
