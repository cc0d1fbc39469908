"""A laptop for the tests of the hub: it asks with the standard library's HTTP client, with nothing of ours between."""

import http.client
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

from fieldapp.core.ids import new_uid
from fieldapp.hub import accounts
from fieldapp.hub.storage import Storage
from fieldapp.sync import wire
from fieldapp.sync.wire import Action, Answer, Change, Request

NONCE = "0123456789abcdef0123456789abcdef"


@dataclass
class Reply:
    """An answer; `is_signed` says whether it bears the signature that the laptop expects."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    is_signed: bool

    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    @property
    def error(self) -> str:
        return str(self.json()["error"])


def call(
    port: int,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    key: str = "",
) -> Reply:
    """Ask once, over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, dict(headers or {}))
        answer = connection.getresponse()
        content = answer.read()
        given = answer.headers[wire.SIGNATURE_HEADER]
        nonce = (headers or {}).get(wire.NONCE_HEADER, "")
        is_signed = bool(key) and wire.is_signed(given, key, nonce, answer.status, content)
        return Reply(answer.status, answer.headers, content, is_signed)
    finally:
        connection.close()


@dataclass
class Laptop:
    """A laptop that was let in; `replica` names its copy of the database."""

    port: int
    project: str
    account: str
    device: str
    token: str
    replica: str = field(default_factory=new_uid)

    def headers(self, **more: str) -> dict[str, str]:
        bearer = f"Bearer {self.project}.{self.account}.{self.token}"
        kept = {"Authorization": bearer, wire.NONCE_HEADER: NONCE, "Content-Type": wire.MEDIA_TYPE}
        return kept | {name.replace("_", "-"): value for name, value in more.items()}

    def call(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        return call(self.port, method, path, body, self.headers(**headers), wire.answer_key(self.token))

    def ask(self, request: Request) -> Reply:
        return self.call("POST", "/v1/sync", wire.pack(request))

    def sync(self, *changes: Change, cursor: int | None = 0, **more: Any) -> Answer:
        action = Action(new_uid(), "saisie", "", self.device, "2026-04-12T20:00:00.000Z")
        request = Request(replica=self.replica, actions=[action], changes=list(changes), cursor=cursor, **more)
        reply = self.ask(request)
        assert (reply.status, reply.is_signed) == (200, True), reply.body
        return wire.unpack(reply.body, Answer)


def enrolled(storage: Storage, port: int, role: str = "leader", **invited: Any) -> Laptop:
    """Return a laptop that was let in with this role."""
    code = accounts.invite(storage, role, **invited).code
    device, token = new_uid(), wire.new_token()
    joined = accounts.join(storage, wire.Join(code=code, token=token, device=device, name="Portable"), "192.0.2.1")
    return Laptop(port, joined.project, joined.account, device, token)


def made(protocol: str = "banding", record: str = "", **values: Any) -> Change:
    """Return the change that makes a record, a visit of its own."""
    uid = record or new_uid()
    after = msgspec.Raw(msgspec.json.encode(values))
    return Change(new_uid(), uid, protocol, "visit", "1.0", 0, uid, (), wire.NOTHING, after)


def edited(of: Change, **values: Any) -> Change:
    """Return a change that follows another of the same record."""
    after = msgspec.Raw(msgspec.json.encode(values))
    return msgspec.structs.replace(of, uid=new_uid(), base=(of.uid,), before=msgspec.Raw(b"{}"), after=after)


class Faulty:
    """A storage of which one method does something else; the rest is the real one's."""

    def __init__(self, storage: Storage, **methods: Any) -> None:
        self._storage = storage
        vars(self).update(methods)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)


@contextmanager
def raw(port: int) -> Iterator[socket.socket]:
    """Lend a connection on which a test writes what no client would."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        yield connection


def said(connection: socket.socket) -> bytes:
    """Return all that comes until the hub hangs up; a connection that is reset has said what it had to."""
    found = b""
    try:
        while part := connection.recv(65536):
            found += part
    except ConnectionResetError:
        pass
    return found
