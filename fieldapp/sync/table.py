"""Two laptops at one table: the hub that the leader's program starts beside itself, and how both take part in it.

The hub is a process of its own, the same program with other words, so that nothing of it weighs on typing. It ends
with the program that started it, also when that is killed.
"""

from __future__ import annotations

import contextlib
import json
import locale
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from fieldapp.core.text import _
from fieldapp.store import peers
from fieldapp.store.connection import Database
from fieldapp.store.peers import LAN, Peer
from fieldapp.sync import engine, hub_client, joining, tokens, wire
from fieldapp.sync.errors import HubError, NotAdmittedError
from fieldapp.sync.hub_client import Credentials, HubClient
from fieldapp.sync.job import Report
from fieldapp.sync.line import Patience

OWNER, GUEST = "coordinator", "leader"
"""The roles of who shares and of who joins: whoever sits at the table corrects and deletes what is wrong there."""

CODE_DAYS = 1
"""How long the code of a table may be used."""

START_S, ANSWER_S, STOP_S = 60.0, 60.0, 10.0
"""How long the hub may take to listen, a command of it to answer, and the hub to end, before it is ended by force."""

MAX_FORMER = 10
"""Most places that are shown as proofs of having been at a table before."""

PATIENCE = Patience(connect_s=3.0, stall_s=10.0)
"""A table is one hop away: who does not answer soon is gone."""

_KEPT_LINES = 20


class TableError(HubError):
    """The hub of the table can't be started, or has ended."""


@dataclass(frozen=True, slots=True)
class Device:
    """A laptop at the table: its account, its name, the six figures of both screens, when it was last heard (UTC)."""

    account: str
    name: str
    check: str
    last_seen_at: str


@dataclass(frozen=True, slots=True)
class Shared:
    """A table that was opened here: its running hub, this database's own place at it, and the code for one other."""

    hub: TableHub
    peer: Peer
    code: str


def hub_file(database: Path) -> Path:
    """Return the path of the hub's own file beside a database; it need not exist."""
    return database.with_name(f"{database.stem}-table.hub")


def program() -> list[str]:
    """Return the words that start this program once more."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "fieldapp"]


def link(address: str, code: str) -> str:
    """Return what the QR code of an invitation holds."""
    return "fieldapp:join?" + urlencode({"url": address, "code": code})


class TableHub:
    """The hub of a table: a child process that serves `file` on the address `host` of this computer."""

    def __init__(self, file: Path, host: str) -> None:
        self.file, self.host = file, host
        self.address = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._said: deque[str] = deque(maxlen=_KEPT_LINES)
        self._listener: threading.Thread | None = None

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def start(self, port: int = 0) -> None:
        """Start the hub and return when it listens, on this port where it is free; raises TableError with a sentence.

        The same port again lets the other laptop find it where it was.
        """
        if not self._start(port) and not (port and self._start(0)):
            raise TableError(self._why())

    def _start(self, port: int) -> bool:
        self.stop()
        words = ["hub", "serve", "--lan", "--host", self.host, "--port", str(port), "--until-input-ends"]
        try:
            self._process = _popen([*words, "--database", str(self.file)])
        except OSError as error:
            raise TableError(_cannot_start(str(error))) from error
        self._said.clear()
        self._listener = threading.Thread(target=self._listen, args=(self._process,), name="table-hub", daemon=True)
        self._listener.start()
        self.address = self._first_line(self._process).rpartition(" ")[2]
        if self.address:
            return True
        self.stop()
        return False

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        """Read what the hub says, so that it never waits for a reader; only its last lines are kept."""
        assert process.stderr is not None
        with process.stderr:
            for line in process.stderr:
                self._said.append(_text(line).strip())

    def _first_line(self, process: subprocess.Popen[bytes]) -> str:
        """Return the line that says where the hub listens, "" when it ended or said nothing for too long."""
        assert process.stdout is not None
        too_long = threading.Timer(START_S, process.kill)
        too_long.start()
        try:
            return _text(process.stdout.readline()).strip()
        finally:
            too_long.cancel()

    def _why(self) -> str:
        sentences = [line for line in self._said if line and not line.startswith("{")]
        return _cannot_start(sentences[-1] if sentences else "")

    def stop(self) -> None:
        """End the hub; what it has taken stays in its file. Does nothing when none runs."""
        process, self._process, self.address = self._process, None, ""
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(OSError):
            process.stdin.close()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        if self._listener is not None:
            self._listener.join()

    def invite(self, role: str, scope: Sequence[str]) -> str:
        """Return a new code for one laptop; `scope` are the protocols that it shares. Raises TableError."""
        shared = [word for code in scope for word in ("--protocol", code)]
        return str(self._ask("invite", "--role", role, "--days", str(CODE_DAYS), *shared)["code"])

    def devices(self) -> list[Device]:
        """Return the laptops that may come in, the one heard of last first. Raises TableError."""
        return [
            Device(item["uid"], item["name"], item["check"], item["last_seen_at"] or "")
            for item in self._ask("devices")
            if not item["revoked_at"]
        ]

    def free(self, device: str) -> None:
        """Let a laptop that came in before come in anew, if it did. Raises TableError."""
        self._ask("revoke", device)

    def _ask(self, *words: str) -> Any:
        """Return what a command of the hub answers."""
        process = _popen(["hub", *words, "--json", "--database", str(self.file)])
        try:
            out, errors = process.communicate(timeout=ANSWER_S)
            return json.loads(_text(out))
        except (subprocess.TimeoutExpired, ValueError) as error:
            process.kill()
            out, errors = process.communicate()
            raise TableError(_cannot_start(_text(errors).strip()[-300:])) from error


def _popen(words: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start the program with these words and pipes on all sides."""
    pipe = subprocess.PIPE
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    return subprocess.Popen(  # noqa: S603 - this program, with words of its own
        [*program(), *words], stdin=pipe, stdout=pipe, stderr=pipe, env=environment, creationflags=flags
    )


def _text(said: bytes) -> str:
    try:
        return said.decode()
    except UnicodeDecodeError:
        return said.decode(locale.getpreferredencoding(do_setlocale=False), errors="replace")


def _cannot_start(detail: str) -> str:
    return _(
        "La table partagée ne démarre pas{detail}. Rien n’est perdu : continuez seul, puis réessayez, ou redémarrez "
        "fieldapp."
    ).format(detail=f" ({detail.rstrip('.')})" if detail else "")


# ----------------------------------------------------------------------------------------------- taking part


def share(db: Database, host: str, name: str, scope: Sequence[str]) -> Shared:
    """Open the table on this computer, take this database's own place at it, and make a code for one other laptop.

    `name` is how this laptop is called, `scope` the protocols that are shared (people always are). Raises TableError,
    or another HubError.
    """
    hub = TableHub(hub_file(db.path), host)
    own = [peer for peer in peers.all_of(db, LAN) if peer.role == OWNER]
    hub.start(next((urlsplit(peer.address).port or 0 for peer in reversed(own)), 0))
    try:
        accounts = {device.account for device in hub.devices()} if own else set()
        seat = next((peer for peer in own if peer.account in accounts and tokens.get(peer.account)), None)
        if seat is None:
            for former in own:
                leave(db, former)
            # This computer holds the table: it may let itself in again whatever it has lost.
            hub.free(db.author.device)
            seat, _check = join(db, hub.address, hub.invite(OWNER, scope), name)
        return Shared(hub, moved(db, seat, hub.address), hub.invite(GUEST, scope))
    except BaseException:
        hub.stop()
        raise


def join(db: Database, address: str, code: str, name: str) -> tuple[Peer, str]:
    """Take a place at a table by its address and code; return it with the six figures that both screens show.

    Raises WrongAddressError, WrongCodeError or another HubError.
    """
    address = hub_client.normalise_address(address, lan=True)
    token = wire.new_token()
    places = peers.all_of(db, LAN)
    # The newest first; a table may have moved to another address, so all of them are proofs.
    known = [found for place in reversed(places) for found in joining.former_tokens(place, address)]
    former = list(dict.fromkeys(known))[:MAX_FORMER]
    joined = hub_client.join(address, code, db.author.device, name, token, PATIENCE, former)
    tokens.keep(joined.account, token)
    for place in places:
        if place.project == joined.project:
            peers.leave(db, place.id)
            tokens.drop(place.account)
    peer = peers.add(
        db,
        LAN,
        project=joined.project,
        name=_("Table de baguage"),
        address=address,
        account=joined.account,
        role=joined.role,
        scope=tuple(joined.scope),
    )
    return peer, joined.check


def moved(db: Database, peer: Peer, address: str) -> Peer:
    """Return the place at a table that is found at another address now."""
    if peer.address == address:
        return peer
    return peers.add(
        db,
        peer.kind,
        project=peer.project,
        name=peer.name,
        address=address,
        account=peer.account,
        role=peer.role,
        scope=peer.scope,
    )


def leave(db: Database, peer: Peer) -> None:
    """Give up a place at a table: what came from it stays, its strings are for others."""
    joining.leave(db, peer)


def sync(
    db: Database,
    peer: Peer,
    *,
    claims: Sequence[str] = (),
    releases: Sequence[str] = (),
    cancelled: Callable[[], bool] | None = None,
) -> Report:
    """Exchange with the table what is new on either side, once and without waiting for a line that is not there.

    `claims` are ring strings that this table wants to hold, `releases` those it lets go. Raises as `engine.run` does.
    """
    token = tokens.get(peer.account)
    if token is None:
        raise NotAdmittedError(_("La clé de cette table n’est plus ici : rejoignez-la de nouveau avec un code."))
    with HubClient(peer.address, Credentials(peer.project, peer.account, token), PATIENCE) as client:
        return engine.run(
            db,
            peer.id,
            client,
            cancelled=cancelled,
            wait=_at_once,
            claims=claims,
            releases=releases,
        )


def _at_once(_seconds: float) -> None:
    """Wait for nothing: the next round comes by itself."""
