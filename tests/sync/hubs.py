"""Hubs to speak to: real ones on a free port, and strangers who answer in a hub's place."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fieldapp.core.ids import new_uid
from fieldapp.hub import accounts
from fieldapp.hub.opening import open_storage
from fieldapp.hub.serving import Options, start
from fieldapp.hub.storage import Storage
from fieldapp.sync import hub_client, wire
from fieldapp.sync.hub_client import Credentials, HubClient
from fieldapp.sync.line import Patience

SHORT = Patience(connect_s=1.0, stall_s=0.3)
LONG = Patience(connect_s=30.0, stall_s=30.0)


@dataclass
class Hub:
    """A hub that listens."""

    storage: Storage
    address: str

    def credentials(self, role: str = "coordinator", scope: tuple[str, ...] = ()) -> Credentials:
        """Let a new laptop in and return its credentials."""
        token = wire.new_token()
        code = accounts.invite(self.storage, role, scope=scope).code
        joined = hub_client.join(self.address, code, new_uid(), "Portable de test", token)
        return Credentials(joined.project, joined.account, token)

    def client(self, role: str = "coordinator", scope: tuple[str, ...] = ()) -> HubClient:
        """Return the client of a new laptop."""
        return HubClient(self.address, self.credentials(role, scope), LONG)


@contextlib.contextmanager
def hub(folder: Path, port: int = 0) -> Iterator[Hub]:
    """Hold a real hub on an SQLite file, served on loopback."""
    folder.mkdir(parents=True, exist_ok=True)
    storage = open_storage(str(folder / "hub.db"))
    storage.migrate()
    try:
        with start(storage, Options(port=port)) as running:
            yield Hub(storage, running.address)
    finally:
        storage.close()


@dataclass
class Call:
    """One request as a stranger got it."""

    line: socket.socket
    head: str
    body: bytes

    @property
    def nonce(self) -> str:
        """Return the nonce of the request."""
        return next(row.split(": ")[1] for row in self.head.split("\r\n") if row.startswith(wire.NONCE_HEADER))

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Send a whole answer."""
        told = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        head = f"HTTP/1.1 {status} Said\r\nContent-Length: {len(body)}\r\n{told}\r\n"
        self.line.sendall(head.encode() + body)

    def signed(self, key: str, status: int, body: bytes = b"") -> None:
        """Send a whole answer with its proof."""
        self.answer(status, body, Fieldapp_Signature=wire.signature(key, self.nonce, status, body))


@dataclass
class Stranger:
    """Whoever listens at `address`; `calls` are the requests that came."""

    address: str
    calls: list[Call] = field(default_factory=list)


@contextlib.contextmanager
def stranger(answer: Callable[[Call], object], *, reads: bool = True) -> Iterator[Stranger]:
    """Hold a server that answers each request as it is told; a call that returns False ends its connection.

    With `reads` False it accepts connections and reads nothing.
    """
    listening = socket.create_server(("127.0.0.1", 0))
    found = Stranger(f"http://127.0.0.1:{listening.getsockname()[1]}")
    lines: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _from = listening.accept()
                lines.append(line)
                if reads:
                    threads.append(threading.Thread(target=_serve, args=(line, found.calls, answer)))
                    threads[-1].start()

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield found
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
        listening.close()
        for line in lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        for server in threads:
            server.join()
        for line in lines:
            line.close()


def _serve(line: socket.socket, calls: list[Call], answer: Callable[[Call], object]) -> None:
    with contextlib.suppress(OSError):
        while (call := _call(line)) is not None:
            calls.append(call)
            if answer(call) is False:
                line.shutdown(socket.SHUT_RDWR)
                line.close()
                return


def _call(line: socket.socket) -> Call | None:
    got = b""
    while b"\r\n\r\n" not in got:
        if not (step := line.recv(65536)):
            return None
        got += step
    head, _blank, body = got.partition(b"\r\n\r\n")
    length = next(int(row.split(b":")[1]) for row in head.split(b"\r\n") if row.lower().startswith(b"content-length"))
    while len(body) < length:
        if not (step := line.recv(1 << 20)):
            return None
        body += step
    return Call(line, head.decode("latin-1"), body)
