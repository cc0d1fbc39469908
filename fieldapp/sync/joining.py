"""Joining a hub with a one-time code, coming back to it, and leaving it."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable

from fieldapp.core.errors import FieldappError
from fieldapp.core.text import _, ngettext
from fieldapp.store import peers, unsaying
from fieldapp.store.connection import Database
from fieldapp.store.peers import Peer
from fieldapp.sync import hub_client, tokens, wire
from fieldapp.sync.errors import DeviceHeldError, HubError, NotAdmittedError, WrongCodeError
from fieldapp.sync.hub_client import Credentials, HubClient
from fieldapp.sync.line import Patience

_SHORT = Patience(connect_s=4.0, stall_s=6.0)
"""How long leaving waits for the hub."""

_MAX_NAME = 80
"""Longest name of a laptop that is sent; the hub takes no longer one."""


class JoinedAlreadyError(FieldappError):
    """This database belongs to another association, or to another hub; it must be left first."""


def join(
    db: Database,
    address: str,
    code: str,
    name: str = "",
    *,
    lan: bool = False,
    patience: Patience | None = None,
    tell: Callable[[str], object] = lambda _sentence: None,
) -> Peer:
    """Exchange a one-time code for an account on a hub, and return the hub as a peer.

    `name` is how people call this laptop, its own name where none is given. With `lan` it is the hub of a table. After
    a failure the same call goes on where it stopped: the token was kept before it was sent.

    Who reviewed alone and is no coordinator there takes these words back (see `store.unsaying`); `tell` is told so.

    Raises WrongAddressError, WrongCodeError or another HubError, JoinedAlreadyError, FileRefusedError (the token can be
    kept nowhere).
    """
    address = hub_client.normalise_address(address, lan=lan)
    kind = peers.LAN if lan else peers.HUB
    present = None if lan else peers.hub(db)
    if present is not None and present.address != address:
        raise JoinedAlreadyError(_joined_already(present))
    attempt = _attempt(address, code)
    token = tokens.get(attempt) or wire.new_token()
    tokens.keep(attempt, token)
    former = former_tokens(present, address)
    try:
        joined = hub_client.join(address, code, db.author.device, _device_name(name), token, patience, former)
    except (WrongCodeError, DeviceHeldError):
        tokens.drop(attempt)
        raise
    if present is not None and present.project != joined.project:
        _part(address, Credentials(joined.project, joined.account, token))
        tokens.drop(attempt)
        raise JoinedAlreadyError(_joined_already(present))
    tokens.keep(joined.account, token)
    if not lan and joined.role != peers.COORDINATOR and (count := unsaying.unsay(db)):
        tell(_unsaid(count))
    peer = peers.add(
        db,
        kind,
        project=joined.project,
        name=joined.project_name,
        address=address,
        account=joined.account,
        role=joined.role,
        scope=tuple(joined.scope),
    )
    if present is not None and present.id != peer.id:
        # The hub has put the new account in its place.
        peers.leave(db, present.id)
        tokens.drop(present.account)
    tokens.drop(_left(address))
    tokens.drop(attempt)
    return peer


def former_tokens(present: Peer | None, address: str) -> list[str]:
    """Return the tokens that prove to a hub that this laptop was in before: the present one, and one that was left."""
    found = (tokens.get(present.account) if present else None, tokens.get(_left(address)))
    return [token for token in found if token]


def open_client(peer: Peer, patience: Patience | None = None) -> HubClient:
    """Return a client that speaks to a hub as this laptop; close it, or use it in a `with`.

    Raises NotAdmittedError when the token is no longer on this computer.
    """
    return HubClient(peer.address, Credentials(peer.project, peer.account, _token(peer)), patience)


def check_figures(peer: Peer) -> str:
    """Return the six figures that the hub shows for this laptop too: by them people see that it is the right hub."""
    content = f"fieldapp check {peer.project} {peer.account} {wire.token_hash(_token(peer))}"
    return f"{int.from_bytes(hashlib.sha256(content.encode()).digest()[:8]) % 1_000_000:06}"


def leave(db: Database, peer: Peer) -> None:
    """Exchange nothing more with a hub, and forget the token; all that came from it stays.

    The hub forgets this laptop too. Where it is out of reach the token is put aside, to come back with: without it the
    hub would take this laptop for a stranger who uses its name.
    """
    peers.leave(db, peer.id)
    token = tokens.get(peer.account)
    if token is not None:
        _part(peer.address, Credentials(peer.project, peer.account, token))
    tokens.drop(peer.account)


def _part(address: str, credentials: Credentials) -> None:
    """Tell a hub that this laptop leaves, or put the token aside where it can't be told."""
    try:
        with HubClient(address, credentials, _SHORT) as client:
            client.leave()
    except NotAdmittedError:
        # It has forgotten this laptop already.
        return
    except HubError:
        tokens.keep(_left(address), credentials.token)


def _token(peer: Peer) -> str:
    token = tokens.get(peer.account)
    if token is None:
        raise NotAdmittedError(
            _(
                "La clé de cet ordinateur pour « {name} » n’est plus là : demandez un nouveau code à la coordination, "
                "puis rejoignez de nouveau le serveur. Vos relevés sont intacts."
            ).format(name=peer.name)
        )
    return token


def _attempt(address: str, code: str) -> str:
    """Return under which name the token of an attempt is kept; the code itself is kept nowhere."""
    return "join-" + hashlib.sha256(f"{address} {code.strip().upper()}".encode()).hexdigest()


def _left(address: str) -> str:
    """Return under which name the token of a hub is put aside that was left while it was out of reach."""
    return "left-" + hashlib.sha256(address.encode()).hexdigest()


def _device_name(given: str) -> str:
    name = " ".join((given or platform.node()).split())
    return "".join(sign for sign in name if sign.isprintable())[:_MAX_NAME] or _("Portable")


def _unsaid(count: int) -> str:
    return ngettext(
        "La coordination valide ici : votre avis (validation, question, remarque) a été retiré de {n} fiche ; "
        "ce qu’elle dit n’a pas changé.",
        "La coordination valide ici : vos avis (validations, questions, remarques) ont été retirés de {n} fiches ; "
        "ce qu’elles disent n’a pas changé.",
        count,
    ).format(n=count)


def _joined_already(present: Peer) -> str:
    return _(
        "Cette base appartient déjà à « {name} » ({address}). Pour rejoindre un autre serveur, quittez "
        "d’abord celui-ci (fieldapp leave), ou choisissez une autre base."
    ).format(name=present.name, address=present.address)
