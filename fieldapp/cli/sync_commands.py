"""The commands that exchange with others: one function each, without a window. They print, and return the exit code.

0 done, 1 refused with a sentence on stderr. What is foreseen is raised as FieldappError for `__main__` to print.
"""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fieldapp.cli.commands import DONE, REFUSED, opened, present
from fieldapp.core.errors import FieldappError
from fieldapp.core.text import _
from fieldapp.store import disputes, peers
from fieldapp.store.connection import Database
from fieldapp.store.peers import Peer
from fieldapp.sync import bundle, bundle_file, engine, joining, photos, wording
from fieldapp.sync.job import ConsentError, Report


class NotJoinedError(FieldappError):
    """This database belongs to no hub."""


def join(database: Path, address: str, code: str, *, name: str, as_json: bool) -> int:
    """Let this laptop into a hub with a one-time code; the database is made when it is not there."""
    with opened(database) as db:
        peer = joining.join(db, address, code, name, tell=lambda sentence: print(sentence, file=sys.stderr))
        check = joining.check_figures(peer)
    if as_json:
        found = {
            "project": peer.project,
            "name": peer.name,
            "address": peer.address,
            "account": peer.account,
            "role": peer.role,
            "protocols": list(peer.scope),
            "check": check,
        }
        print(json.dumps(found, ensure_ascii=False))
        return DONE
    print(_("Rejoint : « {name} » ({address}).").format(name=peer.name, address=peer.address))
    print(_("Chiffres de contrôle, les mêmes sur le serveur : {check}").format(check=check))
    print(_("Pour échanger : fieldapp sync"))
    return DONE


def leave(database: Path) -> int:
    """Exchange nothing more with the hub; all that is here stays."""
    with present(database) as db:
        peer = _hub(db)
        joining.leave(db, peer)
    print(_("« {name} » est quitté. Tout ce qui est dans la base y reste.").format(name=peer.name))
    return DONE


def sync(database: Path, *, as_json: bool, accepted: Collection[str] = ()) -> int:
    """Exchange with the hub that was joined, records first, then photos."""
    with present(database) as db:
        peer = _hub(db)
        with joining.open_client(peer) as client:
            try:
                report = engine.run(db, peer.id, client, consents=frozenset(accepted))
            except ConsentError as error:
                words = _("Pour l’accepter : fieldapp sync --accept {consent}")
                raise ConsentError(f"{error} {words.format(consent=error.consent)}", error.consent) from error
            pushed = pulled = photos.Counted()
            try:
                pushed = photos.push(db, client, peer.id)
                pulled = photos.pull(db, client, peer.id)
            finally:
                _tell(report, pushed, pulled, as_json)
    for problem in (*pushed.problems, *pulled.problems):
        print(problem, file=sys.stderr)
    return DONE


def _tell(report: Report, pushed: photos.Counted, pulled: photos.Counted, as_json: bool) -> None:
    if as_json:
        figures = {
            "photos_sent": pushed.sent,
            "photos_received": pulled.received,
            "photos_waiting": pushed.waiting + pulled.waiting,
        }
        print(json.dumps(report.as_json() | figures, ensure_ascii=False))
        return
    print(wording.summary(report))
    if pushed.sent or pulled.received:
        words = _("Photos : {sent} envoyées, {received} reçues.")
        print(words.format(sent=pushed.sent, received=pulled.received))


def batch_export(database: Path, file: Path, *, since_last: bool, with_photos: bool, as_json: bool) -> int:
    """Write what this database holds into a file for another laptop."""
    with present(database) as db:
        done = bundle.export(db, file, since_last=since_last, with_photos=with_photos, device_name=platform.node()[:80])
    print(_json(done) if as_json else "\n".join(wording.exported_words(done)))
    return DONE


def batch_import(database: Path, file: Path, *, as_json: bool) -> int:
    """Take a file from another laptop into the database, which is made when it is not there."""
    if not database.exists():
        # A slip in the name of the file must not leave an empty database behind.
        with bundle_file.opened(file):
            pass
    with opened(database) as db:
        done = bundle.import_(db, file)
        words = wording.imported_words(db, done)
    print(_json(done) if as_json else "\n".join(words[: len(words) - len(done.problems)]))
    for problem in done.problems:
        print(problem, file=sys.stderr)
    return REFUSED if done.problems else DONE


def conflicts(database: Path, *, as_json: bool) -> int:
    """Print what people disagree about."""
    with present(database) as db:
        found = disputes.opened(db)
        if as_json:
            print(json.dumps([wording.dispute_as_json(db, item) for item in found], ensure_ascii=False))
        elif found:
            print("\n".join(wording.dispute_words(db, found)))
        else:
            print(_("Aucun désaccord : rien à relire."))
    return DONE


def _hub(db: Database) -> Peer:
    peer = peers.hub(db)
    if peer is None:
        raise NotJoinedError(
            _(
                "La base {path} n’a rejoint aucun serveur : demandez une adresse et un code à la coordination, puis "
                "fieldapp join ADRESSE CODE."
            ).format(path=db.path)
        )
    return peer


def _json(done: Any) -> str:
    return json.dumps(asdict(done), ensure_ascii=False, default=str)
