"""The hub as a web application: who calls, what is asked, and in which words the answer goes back.

No state that anything right or wrong hangs on is kept in the process: several of them run beside each other on one
PostgreSQL, behind whatever spreads the calls.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fieldapp import __version__
from fieldapp.hub import accounts, applying, limits, logs, media, metrics, status_page
from fieldapp.hub.errors import DeviceHeldError, StorageError
from fieldapp.hub.knowing import Judge, take_all
from fieldapp.hub.limits import Buckets, NotServedError, Room
from fieldapp.hub.storage import COORDINATOR, LAPTOP, Account, Storage
from fieldapp.sync import wire

MAX_JOIN_BYTES = 16 * 1024
"""Longest request to come in, packed or not: whoever sends it is not known yet."""

EARLY_BYTES = 64 * 1024
"""Longest body that is read before it is known who sends it: so a short call goes through the threads only once."""

MAX_WAITING = 200
"""Most calls that wait for a thread; one more is told to come again."""

ROOM_BYTES = 1024 * 1024 * 1024
"""Most memory that the messages of all calls may take at one time, unpacked."""

DECODED = 10
"""How many times its length a message may take in memory once decoded, at most (measured: seven)."""

ARRIVING_BYTES, ARRIVING_BYTES_EACH = 256 * 1024 * 1024, 64 * 1024 * 1024
"""Most memory for what is arriving, in all and for one account."""

SEEN_AGAIN_S = 60
"""After how long a time it is noted again that an account was heard of: not with every call, which would be a write."""

_CALL = "fieldapp.call"
"""Where the `_Call` stands in the scope of a request."""

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
"""Borne by every answer that does not say otherwise (source: OWASP Secure Headers Project)."""

_STRICT = (b"strict-transport-security", b"max-age=31536000")
_SIGNATURE = wire.SIGNATURE_HEADER.lower().encode()
_METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"}

_AUTHORIZATION = re.compile(r"Bearer ([0-9a-f-]{36})\.([0-9a-f-]{36})\.([0-9a-f]{64})")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Options:
    """How a hub is served.

    `lan` allows plain HTTP on an address that others reach (a leader shares a session), `behind_proxy` as well, for a
    proxy that speaks TLS for us, and believes its X-Forwarded-For. `max_body` in bytes. `threads` is how many calls
    are at work in the database at one time, `calls_per_second` and `calls_at_once` what one account may ask for: a
    laptop sends a hundred batches or pieces of a photo without a pause, then asks every second. `open_metrics` shows
    the figures to everybody. `connections_per_address` is how many one address may have open at one time, where it is
    not that of a proxy. `judge` says which changes can be read (see `hub.knowing`).
    """

    host: str = "127.0.0.1"
    port: int = 8765
    tls_cert: Path | None = None
    tls_key: Path | None = None
    lan: bool = False
    behind_proxy: bool = False
    max_body: int = wire.MAX_PACKED_BYTES
    threads: int = 8
    calls_per_second: float = 50
    calls_at_once: float = 500
    body_idle_s: float = limits.IDLE_S
    body_grace_s: float = limits.GRACE_S
    open_metrics: bool = False
    judge: Judge = take_all
    connections_per_address: int = 64


def make_app(storage: Storage, options: Options) -> Starlette:
    """Return the application over a storage that is open and up to date; who opened it closes it."""
    hub = _Hub(storage, options)
    photo = "/v1/media/{kind}/{sha256}"
    app = Starlette(
        routes=[
            Route("/v1/sync", hub.sync, methods=["POST"]),
            Route("/v1/join", hub.join, methods=["POST"]),
            Route("/v1/leave", hub.leave, methods=["POST"]),
            Route("/v1/media", hub.list_media, methods=["GET"]),
            Route(photo, hub.media_standing, methods=["GET"]),
            Route(photo, hub.finish_media, methods=["POST"]),
            Route(photo + "/{piece}", hub.get_piece, methods=["GET"]),
            Route(photo + "/{piece}", hub.put_piece, methods=["PUT"]),
            Route("/health", hub.health, methods=["GET"]),
            Route("/metrics", hub.show_metrics, methods=["GET"]),
            *status_page.routes(storage),
        ],
        middleware=[Middleware(_Watch, figures=hub.metrics, options=options)],
        exception_handlers={
            NotServedError: _not_served,
            wire.WireError: _not_understood,
            StorageError: _storage_failed,
            HTTPException: _no_such_thing,
        },
        lifespan=hub.life,
    )
    app.router.redirect_slashes = False
    return app


@dataclass(slots=True)
class _Call:
    """One call on its way: who calls, as far as it is known, and how much travelled.

    With a `nonce` and the `key` of an account every answer is signed, whatever it says.
    """

    address: str = ""
    project: str = ""
    account: str = ""
    key: str = ""
    nonce: str = ""
    received: int = 0
    sent: int = 0
    status: int = 0
    began_at: float = field(default_factory=time.perf_counter)

    def belongs_to(self, account: Account) -> None:
        """Note who calls."""
        self.project, self.account, self.key = account.project, account.uid, account.answer_key


@dataclass
class _Hub:
    """What the calls of one process share."""

    storage: Storage
    options: Options
    metrics: metrics.Metrics = field(default_factory=metrics.Metrics)
    room: Room = field(default_factory=lambda: Room(ROOM_BYTES, DECODED * wire.MAX_BYTES))
    arriving: Room = field(default_factory=lambda: Room(ARRIVING_BYTES, ARRIVING_BYTES_EACH))
    waiting: int = 0

    def __post_init__(self) -> None:
        self.threads = ThreadPoolExecutor(self.options.threads, thread_name_prefix="hub")
        self.calls = Buckets(self.options.calls_per_second, self.options.calls_at_once)
        # Every attempt costs a slow hash (see `accounts`).
        self.attempts = Buckets(per_second=1, burst=30)

    @asynccontextmanager
    async def life(self, _app: Starlette) -> AsyncIterator[None]:
        """Let the threads end their work when the serving ends."""
        yield
        self.threads.shutdown(wait=True)

    async def work(self, function: Callable[[], T]) -> T:
        """Return what the function returns, called in a thread: it asks the database."""
        if self.waiting >= MAX_WAITING:
            raise NotServedError(503, "storage", 1)
        self.waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self.threads, function)
        finally:
            self.waiting -= 1

    # ---------------------------------------------------------------------------------------- who calls

    async def asked(self, request: Request, function: Callable[[Account], T]) -> T:
        """Return what the function returns for the account that calls, in one go through a thread.

        Raises NotServedError: 400 without a nonce, 401 when the account is not known or was revoked, 429 when it calls
        too often. From where it is known on, every answer is signed for it.
        """
        call, given = _call(request), request.headers.get("authorization", "")
        call.nonce = limits.nonce(request.headers)
        return await self.work(lambda: function(self._admitted(call, given)))

    def _admitted(self, call: _Call, given: str) -> Account:
        account = self._identified(call, given)
        self.calls.refuse_flood(account.uid)
        return account

    def _identified(self, call: _Call, given: str) -> Account:
        found = _AUTHORIZATION.fullmatch(given)
        if not found:
            raise NotServedError(401, "unknown")
        project, uid, token = found.groups()
        account = self.storage.account(project, uid)
        known_hash = account.token_hash if account else ""
        is_same = hmac.compare_digest(known_hash, wire.token_hash(token))
        # The cookie of a browser opens nothing here.
        if not is_same or account is None or account.access != LAPTOP:
            raise NotServedError(401, "unknown")
        call.belongs_to(account)
        if account.revoked_at:
            raise NotServedError(401, "revoked")
        self._note_seen(account)
        return account

    def _note_seen(self, account: Account) -> None:
        now = datetime.now(UTC)
        if account.last_seen_at < _text(now - timedelta(seconds=SEEN_AGAIN_S)):
            # On a full disk an account may still read.
            with suppress(StorageError):
                self.storage.seen(account.project, account.uid, _text(now))

    @asynccontextmanager
    async def body(self, request: Request, most: int) -> AsyncIterator[bytes]:
        """Hold the body of a call, of at most so many bytes; only what has come takes room, not what is promised."""
        length = limits.told_length(request.headers, most)
        call = _call(request)
        with self.arriving.growing(call.account or call.address) as take:
            yield await limits.read_body(request.receive, length, take)

    # --------------------------------------------------------------------------------------- the calls

    async def sync(self, request: Request) -> Response:
        """POST /v1/sync: changes in, changes out."""
        headers = request.headers
        if not limits.is_short(headers, EARLY_BYTES):
            await self.asked(request, lambda _account: limits.refuse_other_type(headers, wire.MEDIA_TYPE))
        async with self.body(request, self.options.max_body) as packed:
            content = await self.asked(request, lambda account: self._answered(account, headers, packed))
        return Response(content, media_type=wire.MEDIA_TYPE)

    def _answered(self, account: Account, headers: Mapping[str, str], packed: bytes) -> bytes:
        limits.refuse_other_type(headers, wire.MEDIA_TYPE)
        size = limits.unpacked_size(packed)
        # A frame that says less than it holds would take room that nobody counted.
        limits.refuse_blown_up(packed, size)
        with self.room.held(DECODED * size, account.uid):
            return wire.pack(self._applied(account, packed))

    def _applied(self, account: Account, packed: bytes) -> wire.Answer:
        said = wire.unpack(packed, wire.Request)
        limits.refuse_strange(said)
        answer = applying.answer(self.storage, account, said, self.options.judge)
        if answer.outcomes:
            kinds = [outcome.kind for outcome in answer.outcomes]
            received = len(kinds) - kinds.count(wire.KNOWN)
            refused, disputed = kinds.count(wire.REFUSED), kinds.count(wire.DISPUTED)
            self.metrics.changes({"received": received, "refused": refused, "disputed": disputed})
        return answer

    async def join(self, request: Request) -> Response:
        """POST /v1/join: a one-time code in, an account out."""
        call = _call(request)
        call.nonce = limits.nonce(request.headers)
        self.attempts.refuse_flood(call.address)
        limits.refuse_other_type(request.headers, wire.MEDIA_TYPE)
        async with self.body(request, MAX_JOIN_BYTES) as packed:
            limits.refuse_blown_up(packed, MAX_JOIN_BYTES)
            said = wire.unpack(packed, wire.Join)
        call.key = wire.answer_key(said.token)
        try:
            joined = await self.work(lambda: accounts.join(self.storage, said, call.address))
        except accounts.WrongCodeError as error:
            raise NotServedError(403, "code") from error
        except accounts.TooManyAttemptsError as error:
            raise NotServedError(429, "attempts", error.seconds) from error
        except DeviceHeldError as error:
            raise NotServedError(403, "device") from error
        call.project, call.account = joined.project, joined.account
        return Response(wire.pack(joined), media_type=wire.MEDIA_TYPE)

    async def leave(self, request: Request) -> Response:
        """POST /v1/leave: the caller is in no more."""
        await self.asked(request, lambda account: self.storage.revoke(account.project, account.uid, accounts.now()))
        return Response(status_code=204)

    async def list_media(self, request: Request) -> Response:
        """GET /v1/media?after=N: the photos that became whole."""
        told = request.query_params.get("after", "0")
        return _json(
            200,
            await self.asked(request, lambda account: media.listing(self.storage, account, limits.number(told, 400))),
        )

    async def media_standing(self, request: Request) -> Response:
        """GET /v1/media/{kind}/{sha256}: how much of a file is there."""
        asked = request.path_params
        return _json(200, await self.asked(request, lambda account: media.standing(self.storage, account, **asked)))

    async def finish_media(self, request: Request) -> Response:
        """POST /v1/media/{kind}/{sha256}: all pieces are there."""
        headers, asked = request.headers, request.path_params

        def finished(account: Account, body: bytes) -> dict[str, Any]:
            limits.refuse_other_type(headers, "application/json")
            return media.finish(self.storage, account, **asked, told=media.read_told(body))

        async with self.body(request, media.MAX_TOLD_BYTES) as body:
            return _json(200, await self.asked(request, lambda account: finished(account, body)))

    async def get_piece(self, request: Request) -> Response:
        """GET /v1/media/{kind}/{sha256}/{piece}: one piece of a file."""
        asked = request.path_params
        content = await self.asked(request, lambda account: media.read_piece(self.storage, account, **asked))
        return Response(content, media_type="application/octet-stream")

    async def put_piece(self, request: Request) -> Response:
        """PUT /v1/media/{kind}/{sha256}/{piece}: one piece of a file."""
        asked = request.path_params
        most, account = await self.asked(request, lambda account: (media.most_of_piece(**asked), account))
        async with self.body(request, most) as data:
            await self.work(lambda: media.take_piece(self.storage, account, **asked, data=data))
        return Response(status_code=204)

    async def health(self, _request: Request) -> Response:
        """GET /health: whether this process and its database answer."""
        await self.work(self.storage.check)
        return _json(200, {"status": "ok", "version": __version__})

    async def show_metrics(self, request: Request) -> Response:
        """GET /metrics: the figures of this process."""
        if not (self.options.open_metrics or limits.is_loopback(_call(request).address)):
            call, given = _call(request), request.headers.get("authorization", "")
            account = await self.work(lambda: self._identified(call, given))
            if account.role != COORDINATOR:
                raise NotServedError(403, "coordinators_only")
        return Response(self.metrics.text(), media_type=metrics.MEDIA_TYPE)


# ------------------------------------------------------------------------------------------ what is asked


def _call(request: Request) -> _Call:
    call: _Call = request.scope[_CALL]
    return call


def _text(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


# --------------------------------------------------------------------------------------------- answers


def _json(status: int, content: Any, retry_after: int | None = None) -> Response:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Response(msgspec.json.encode(content), status, headers, "application/json")


def _not_served(_request: Request, error: Exception) -> Response:
    assert isinstance(error, NotServedError)
    return _json(error.status, {"error": error.code}, error.retry_after)


def _not_understood(_request: Request, error: Exception) -> Response:
    assert isinstance(error, wire.WireError)
    return _json(400, {"error": error.code})


def _storage_failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, StorageError)
    fields = {"path": _route(request.scope), "again": error.again, "words": str(error), **logs.told(error)}
    logs.event("storage", fields, logging.WARNING)
    if error.full:
        return _json(507, {"error": "full"})
    return _json(503, {"error": "storage"}, 5 if error.again else None)


def _no_such_thing(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = "method" if error.status_code == 405 else "not_found"
    answer = _json(error.status_code, {"error": code})
    answer.headers.update(error.headers or {})
    return answer


# ----------------------------------------------------------------------- around every call and answer


class _Watch:
    """The layer around the application."""

    def __init__(self, app: ASGIApp, figures: metrics.Metrics, options: Options) -> None:
        self.app, self.figures, self.options = app, figures, options

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        call = scope[_CALL] = _Call(limits.caller_address(scope, behind_proxy=self.options.behind_proxy))
        if self.options.behind_proxy:
            limits.believe_proxy(scope, call.address)
        passage = _Passage(scope, receive, send, call, self.options)
        self.figures.begin()
        try:
            await self.app(scope, passage.receive, passage.send)
        except Exception as error:
            await passage.fail(logs.bug(error, _route(scope)))
            raise
        finally:
            self._note(scope, call)

    def _note(self, scope: Scope, call: _Call) -> None:
        method, route = scope["method"] if scope["method"] in _METHODS else "other", _route(scope)
        seconds = time.perf_counter() - call.began_at
        self.figures.end(method, route, call.status, seconds, call.received, call.sent)
        logs.event(
            "request",
            {
                "method": method,
                "path": route,
                "status": call.status,
                "ms": round(seconds * 1000, 2),
                "received": call.received,
                "sent": call.sent,
                "project": call.project,
                "account": call.account,
            },
        )


def _route(scope: Scope) -> str:
    """Return the template of the path; what is no path of ours is all one, whatever somebody typed."""
    return getattr(scope.get("route"), "path", "other")


class _Passage:
    """The way in and out of one call: counts what travels, dresses the answer, reads on what was not wanted."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, call: _Call, options: Options) -> None:
        self._scope, self._raw, self._send, self._call, self._most = scope, receive, send, call, options.max_body
        names = dict(scope["headers"])
        told = names.get(b"content-length", b"0")
        self._unread = b"transfer-encoding" in names or told != b"0"
        self._receive = limits.patient(receive, options.body_idle_s, options.body_grace_s)
        # Who asks before sending has sent nothing that would have to be read on; who stopped sending sends no more.
        self._asks_first = b"expect" in names
        self._head: Message | None = None
        self._begun = False

    async def receive(self) -> Message:
        message = await (self._receive() if self._unread else self._raw())
        self._asks_first = False
        self._unread = bool(message.get("more_body", False))
        self._call.received += len(message.get("body", b""))
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._head = message
            return
        body = message.get("body", b"")
        whole = not message.get("more_body", False)
        self._call.sent += len(body)
        if self._head is not None:
            head, self._head = self._head, None
            self._dress(head, body if whole else None)
            self._begun = True
            await self._send(head)
        if whole and self._unread:
            await self._send({"type": "http.response.body", "body": body, "more_body": True})
            if not self._asks_first and self._call.status != 408:
                await limits.drain(self._raw, self._most)
            message = {"type": "http.response.body", "body": b""}
        await self._send(message)

    def _dress(self, head: Message, body: bytes | None) -> None:
        """Give an answer its headers, and its signature when all of it is known."""
        call = self._call
        call.status = head["status"]
        headers = list(head.get("headers", ()))
        borne = {name for name, _value in headers}
        headers += [(name, value) for name, value in HEADERS if name not in borne]
        if self._scope.get("scheme") == "https":
            headers.append(_STRICT)
        if call.key and call.nonce and body is not None:
            headers.append((_SIGNATURE, wire.signature(call.key, call.nonce, call.status, body).encode()))
        if self._unread:
            headers.append((b"connection", b"close"))
        head["headers"] = headers

    async def fail(self, report: str) -> None:
        """Answer that there is a bug, if nothing was answered yet; what it is stays here."""
        self._call.status = 500
        if self._begun:
            return
        body = msgspec.json.encode({"error": "bug", "report": report})
        length = str(len(body)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        self._head = None
        await self.send({"type": "http.response.start", "status": 500, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})
