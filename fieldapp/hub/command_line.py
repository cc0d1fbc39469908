"""The words of `fieldapp hub …`; read only when they are asked for."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import _
from fieldapp.hub.accounts import DEFAULT_PROJECT, MAX_DAYS
from fieldapp.hub.storage import ROLES

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8765

_MAX_PORT = 65_535


def add_to(parser: argparse.ArgumentParser, installed: Mapping[str, StudyProtocol]) -> None:
    """Add the commands of the hub to the parser of `hub`.

    `installed` gives the protocols of the program, which the hub knows in no other way, by what people call them.
    """
    parser.set_defaults(installed=tuple(installed.values()))
    protocols = {name: protocol.code for name, protocol in installed.items()}
    actions = parser.add_subparsers(
        dest="hub_command", metavar=_("COMMANDE"), title=_("commandes"), required=True, parser_class=type(parser)
    )
    _add_serve(actions)
    _add_invite(actions, protocols)
    listing = actions.add_parser("devices", help=_("montrer les portables, et quand chacun a donné signe de vie"))
    _add_common(listing, project=None)
    listing.add_argument("--json", action="store_true", help=_("en JSON"))
    revoking = actions.add_parser("revoke", help=_("ne plus laisser entrer un portable"))
    revoking.add_argument("device", metavar=_("PORTABLE"), help=_("nom ou identifiant (voir : hub devices)"))
    _add_common(revoking, project=None)
    revoking.add_argument(
        "--json", action="store_true", help=_("en JSON ; ne trouver personne n’est alors pas un refus")
    )
    listing = actions.add_parser("projects", help=_("montrer les associations de ce serveur"))
    _add_database(listing)
    listing.add_argument("--json", action="store_true", help=_("en JSON"))


def _add_serve(actions: Any) -> None:
    serving = actions.add_parser("serve", help=_("servir jusqu’à Ctrl+C"))
    _add_database(serving)
    serving.add_argument(
        "--host", metavar=_("ADRESSE"), default=DEFAULT_HOST, help=_("adresse écoutée (d’office : cet ordinateur seul)")
    )
    serving.add_argument(
        "--port", metavar=_("PORT"), type=_port, default=DEFAULT_PORT, help=_("port écouté (0 : un port libre)")
    )
    serving.add_argument("--tls-cert", metavar=_("FICHIER"), type=Path, help=_("certificat HTTPS (PEM)"))
    serving.add_argument("--tls-key", metavar=_("FICHIER"), type=Path, help=_("clé du certificat (PEM)"))
    serving.add_argument(
        "--behind-proxy", action="store_true", help=_("un serveur mandataire devant celui-ci s’occupe de HTTPS")
    )
    serving.add_argument("--lan", action="store_true", help=_("servir en HTTP sur un réseau local de confiance"))
    serving.add_argument(
        "--until-input-ends",
        action="store_true",
        help=_("s’arrêter avec le programme qui tient l’entrée standard ouverte"),
    )


def _add_invite(actions: Any, protocols: Mapping[str, str]) -> None:
    inviting = actions.add_parser("invite", help=_("faire un code à usage unique pour un nouveau portable"))
    inviting.add_argument(
        "--role",
        required=True,
        choices=ROLES,
        help=_("bénévole (volunteer), responsable de session (leader) ou coordination (coordinator)"),
    )
    _add_common(inviting, project=DEFAULT_PROJECT)
    inviting.add_argument(
        "--protocol",
        dest="scope",
        metavar=_("SUIVI"),
        action="append",
        type=_one_of(protocols),
        default=[],
        help=_("ne partager que ce suivi ({known}) ; peut être répété").format(known=", ".join(sorted(protocols))),
    )
    inviting.add_argument(
        "--days", metavar=_("JOURS"), type=_days, default=7, help=_("durée de vie du code en jours (7 d’office)")
    )
    inviting.add_argument("--url", metavar="URL", default="", help=_("adresse de ce serveur, à donner avec le code"))
    inviting.add_argument("--json", action="store_true", help=_("en JSON"))


def _add_common(parser: argparse.ArgumentParser, *, project: str | None) -> None:
    _add_database(parser)
    words = _("association (d’office : toutes)") if project is None else _("association (faite si elle n’existe pas)")
    parser.add_argument("--project", metavar=_("NOM"), type=_name, default=project, help=words)


def _add_database(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--database",
        metavar=_("BASE"),
        default=argparse.SUPPRESS,
        help=_("fichier SQLite, ou postgresql://utilisateur@machine/base"),
    )


def _port(text: str) -> int:
    if not (text.isdecimal() and int(text) <= _MAX_PORT):
        raise argparse.ArgumentTypeError(_("« {text} » n’est pas un port (0 à 65535)").format(text=text))
    return int(text)


def _days(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= MAX_DAYS):
        raise argparse.ArgumentTypeError(
            _("« {text} » n’est pas un nombre de jours (1 à {most})").format(text=text, most=MAX_DAYS)
        )
    return int(text)


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not (name and name.isprintable()):
        raise argparse.ArgumentTypeError(_("le nom est vide"))
    return name


def _one_of(protocols: Mapping[str, str]) -> Callable[[str], str]:
    def chosen(text: str) -> str:
        if text in protocols.values():
            return text
        if text not in protocols:
            sentence = _("« {text} » n’existe pas (au choix : {known})")
            raise argparse.ArgumentTypeError(sentence.format(text=text, known=", ".join(sorted(protocols))))
        return protocols[text]

    return chosen
