"""The commands of `fieldapp hub …`: one function each. They print, and return the exit code.

0 done, 1 refused with a sentence on stderr. What is foreseen is raised as FieldappError for `__main__` to print.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from fieldapp.core import paths, text
from fieldapp.core.errors import FieldappError
from fieldapp.core.text import _, ngettext
from fieldapp.hub import accounts, wording
from fieldapp.hub.accounts import NewInvite, UnknownDeviceError
from fieldapp.hub.errors import HubError
from fieldapp.hub.storage import COORDINATOR, Account, Project, Storage

DONE = 0

DATABASE_VARIABLE = "FIELDAPP_HUB_DATABASE"
"""Environment variable that names the database of the hub where --database does not (services, containers)."""

NEEDED = ("starlette", "uvicorn", "segno")
"""What the extra `hub` brings, without what only PostgreSQL needs."""


def run(given: argparse.Namespace) -> int:
    """Do what the words after `hub` say."""
    refuse_missing_hub()
    try:
        return _COMMANDS[given.hub_command](given)
    except HubError as error:
        raise FieldappError(str(error)) from error


def refuse_missing_hub() -> None:
    """Raise a sentence when a library that only the hub needs is not installed."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        sentence = _('Le serveur a besoin de {missing}, qui n’est pas installé : pip install "fieldapp[hub]".')
        raise FieldappError(sentence.format(missing=", ".join(missing)))


def database_of(given: str | None) -> str:
    """Return the database of the hub: the one given, else that of the environment, else a file in the data folder.

    The data folder is made when it is not there.
    """
    if found := given or os.environ.get(DATABASE_VARIABLE):
        return found
    own = paths.hub_database()
    try:
        own.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        sentence = _("Impossible d’écrire dans {folder} : indiquez un autre fichier avec --database.")
        raise FieldappError(sentence.format(folder=own.parent)) from error
    return str(own)


@contextmanager
def _present(given: argparse.Namespace) -> Iterator[Storage]:
    """Open a database that must be there: a question to a new, empty one would be a slip of the hand."""
    database = database_of(given.database)
    if "://" not in database and not Path(database).exists():
        raise FieldappError(
            _("Il n’y a pas de base {path} : vérifiez --database, ou lancez d’abord fieldapp hub serve.").format(
                path=database
            )
        )
    with _opened(given) as storage:
        yield storage


@contextmanager
def _opened(given: argparse.Namespace) -> Iterator[Storage]:
    from fieldapp.hub.opening import open_storage

    storage = open_storage(database_of(given.database))
    try:
        storage.migrate()
        yield storage
    finally:
        storage.close()


# ------------------------------------------------------------------------------------------------ serving


def _serve(given: argparse.Namespace) -> int:
    from fieldapp.hub.knowing import judge
    from fieldapp.hub.serving import Options, serve

    options = Options(
        host=given.host,
        port=given.port,
        tls_cert=given.tls_cert,
        tls_key=given.tls_key,
        lan=given.lan,
        behind_proxy=given.behind_proxy,
        judge=judge(given.installed),
    )
    with _opened(given) as storage:
        return serve(storage, options, until_input_ends=given.until_input_ends)


# ------------------------------------------------------------------------------------------------- codes


def _invite(given: argparse.Namespace) -> int:
    with _opened(given) as storage:
        made = accounts.invite(storage, given.role, project=given.project, scope=given.scope, days=given.days)
    if given.json:
        found = {"code": made.code, "project": made.project, "role": made.role, "expires_at": made.expires_at}
        print(json.dumps(found, ensure_ascii=False))
        return DONE
    print(_told(made, given.url))
    if drawn := drawing(link(made.code, given.url)):
        print(drawn)
    return DONE


def _told(made: NewInvite, url: str) -> str:
    words = wording.words(text.language())
    address = url or _("ADRESSE")
    lines = [
        _("Code : {code}").format(code=made.code),
        _("Rôle : {role}, dans « {project} ».").format(role=words.role(made.role), project=made.project),
        _("Il sert une fois, jusqu’au {moment}. Ne le donnez qu’à une personne.").format(
            moment=words.moment(made.expires_at)
        ),
        "",
        _("Sur le portable : page Synchronisation, ou « fieldapp join {url} {code} ».").format(
            url=address, code=made.code
        ),
    ]
    if made.role == COORDINATOR:
        lines.append(_("Ou dans un navigateur, pour voir l’état du serveur : {url}").format(url=address))
    return "\n".join(lines)


def link(code: str, url: str) -> str:
    """Return what the QR code holds: the code, with the address of the hub where it is known."""
    return "fieldapp:join?" + urlencode({"url": url, "code": code} if url else {"code": code})


def drawing(content: str) -> str:
    """Return a QR code in half blocks, for a terminal; "" where the terminal can't show half blocks."""
    import io

    import segno

    try:
        "█▀▄".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return ""
    drawn = io.StringIO()
    segno.make(content, error="m", micro=False).terminal(drawn, border=2, compact=True)
    return drawn.getvalue().rstrip("\n")


# ------------------------------------------------------------------------------------------------ devices


def _devices(given: argparse.Namespace) -> int:
    with _present(given) as storage:
        _refuse_unknown_project(storage, given.project)
        found = accounts.devices(storage, given.project)
    if given.json:
        print(json.dumps([_as_json(*item) for item in found], ensure_ascii=False))
    elif found:
        print(_table([_headings(), *(_row(*item) for item in found)]))
    else:
        print(_("Aucun portable pour l’instant. Faites un code : fieldapp hub invite --role volunteer"))
    return DONE


def _refuse_unknown_project(storage: Storage, name: str | None) -> None:
    known = [project.name for project in storage.projects()]
    if name is not None and text.fold(name) not in map(text.fold, known):
        raise FieldappError(
            _("Il n’y a pas d’association « {name} » sur ce serveur. Il y a : {known}.").format(
                name=name, known=", ".join(known) or "—"
            )
        )


def _as_json(project: Project, account: Account) -> Mapping[str, object]:
    return {
        "project": project.name,
        "uid": account.uid,
        "device": account.device,
        "name": account.name,
        "role": account.role,
        "protocols": list(account.scope),
        "check": accounts.check_figures(account),
        "created_at": account.created_at,
        "last_seen_at": account.last_seen_at or None,
        "revoked_at": account.revoked_at or None,
    }


def _headings() -> list[str]:
    return [_("portable"), _("rôle"), _("association"), _("dernier signe"), _("contrôle"), _("état"), _("identifiant")]


def _row(project: Project, account: Account) -> list[str]:
    words = wording.words(text.language())
    return [
        account.name,
        words.role(account.role),
        project.name,
        words.ago(account.last_seen_at, datetime.now(UTC)),
        accounts.check_figures(account),
        _("révoqué") if account.revoked_at else _("admis"),
        account.uid,
    ]


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def _revoke(given: argparse.Namespace) -> int:
    with _present(given) as storage:
        _refuse_unknown_project(storage, given.project)
        try:
            shut_out = accounts.revoke(storage, given.device, project=given.project)
        except UnknownDeviceError as error:
            if not (given.json and not error.fitting):
                raise FieldappError(_not_one(given.device, error.fitting)) from error
            shut_out = []
    if given.json:
        print(json.dumps([account.uid for account in shut_out]))
        return DONE
    names = ", ".join(sorted({account.name for account in shut_out}))
    print(
        ngettext(
            "« {names} » n’entre plus ({n} accès fermé). Ce qu’il avait envoyé reste.",
            "« {names} » n’entre plus ({n} accès fermés). Ce qu’il avait envoyé reste.",
            len(shut_out),
        ).format(names=names, n=len(shut_out))
    )
    return DONE


def _not_one(wanted: str, fitting: Sequence[Account]) -> str:
    if not fitting:
        return _("Aucun portable admis ne répond à « {wanted} » : voyez fieldapp hub devices.").format(wanted=wanted)
    return _("Plusieurs portables s’appellent « {wanted} », donnez l’identifiant : {known}.").format(
        wanted=wanted, known=", ".join(account.uid for account in fitting)
    )


def _projects(given: argparse.Namespace) -> int:
    with _present(given) as storage:
        found = {project: storage.accounts(project.uid) for project in storage.projects()}
    inside = {project: sum(not account.revoked_at for account in items) for project, items in found.items()}
    if given.json:
        rows = [{"project": item.name, "uid": item.uid, "devices": count} for item, count in inside.items()]
        print(json.dumps(rows, ensure_ascii=False))
    elif inside:
        print(_table([[_("association"), _("portables")], *([item.name, str(n)] for item, n in inside.items())]))
    else:
        print(_("Aucune association pour l’instant. Faites un code : fieldapp hub invite --role coordinator"))
    return DONE


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "serve": _serve,
    "invite": _invite,
    "devices": _devices,
    "revoke": _revoke,
    "projects": _projects,
}
"""What does each command of the parser."""
