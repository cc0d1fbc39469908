"""Serving a hub: the socket, TLS, the one line that says where it listens, and the end in good order."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import ssl
import threading
from asyncio import TimerHandle
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from types import FrameType
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from fieldapp.core.errors import FieldappError
from fieldapp.core.text import _
from fieldapp.hub import accounts, limits, logs
from fieldapp.hub.app import Options, make_app
from fieldapp.hub.storage import Storage

__all__ = ["CannotServeError", "Options", "Running", "serve", "start"]

DONE: Final = 0

MAX_CONNECTIONS = 1_000
"""Most connections of one process; one more is told to come again, far more are hung up on."""

HANDSHAKE_S = 10.0
"""How long the beginning of TLS may take."""

KEEP_ALIVE_S = 30
"""How long a connection is kept on which nothing is asked: a laptop at the table asks every second."""

HEAD_S = 10.0
"""How long the head of a request may take, from its first byte or from the connection."""

MAX_HEAD_BYTES = 64 * 1024
"""Longest head of a request that is not whole yet."""

STOP_S = 8
"""How long calls may go on when the hub is to stop; Docker kills ten seconds after it asked."""


class CannotServeError(FieldappError):
    """The hub can't listen where it was told to, or must not."""


@contextmanager
def start(storage: Storage, options: Options) -> Iterator[Running]:
    """Serve in a thread of its own while the block lasts (the shared session of a table, tests).

    Raises CannotServeError.
    """
    running = Running(storage, options)
    thread = threading.Thread(target=running.run, name="hub-serving", daemon=True)
    thread.start()
    try:
        running.wait_until_listening()
        yield running
    finally:
        running.stop()
        thread.join()


def serve(storage: Storage, options: Options, *, until_input_ends: bool = False) -> int:
    """Serve until SIGTERM or Ctrl+C, and return the exit code; where it listens is one line on stdout.

    With `until_input_ends` also until stdin ends: so the hub of a table goes with the program that started it, be that
    program killed. Raises CannotServeError.
    """
    _allow_files()
    running = Running(storage, options, lambda address: print(f"fieldapp hub : {address}", flush=True))
    handler = logs.to_stream()
    if until_input_ends:
        threading.Thread(target=_stop_at_end_of_input, args=(running,), name="hub-input", daemon=True).start()
    try:
        with _signals_spent():
            running.run()
    finally:
        logs.stop(handler)
    return DONE


class Running:
    """A hub that is served; `address` is its URL, with the port that it really has."""

    def __init__(self, storage: Storage, options: Options, tell: Callable[[str], object] = str) -> None:
        _refuse_open_air(options)
        context = _tls(options)
        self._socket = _bound(options)
        host, self.port = self._socket.getsockname()[:2]
        name = f"[{host}]" if ":" in host else host
        self.address = f"{'https' if context else 'http'}://{name}:{self.port}"
        self._listening = threading.Event()
        self._server = _Server(_configured(storage, options, context), self._listens)
        self._tell = tell

    def run(self) -> None:
        """Serve until `stop` is called or a signal comes."""
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._socket.close()
            self._listening.set()

    def _listens(self) -> None:
        self._tell(self.address)
        self._listening.set()

    def wait_until_listening(self) -> None:
        """Return when calls are taken."""
        self._listening.wait()

    def stop(self) -> None:
        """Take no more calls, end those that run, and stop; may be called from any thread."""
        self._server.should_exit = True


# ------------------------------------------------------------------------------------------- beforehand


def _refuse_open_air(options: Options) -> None:
    """Raise CannotServeError for plain HTTP where others could read along."""
    if options.tls_cert or options.lan or options.behind_proxy or limits.is_loopback(options.host):
        return
    raise CannotServeError(
        _(
            "Sur {host}, le serveur serait ouvert au réseau en HTTP, sans chiffrement. Donnez un certificat "
            "(--tls-cert et --tls-key), ou placez-le derrière un serveur mandataire qui s’occupe de HTTPS "
            "(--behind-proxy) ; sur un réseau local de confiance seulement : --lan."
        ).format(host=options.host)
    )


def _tls(options: Options) -> ssl.SSLContext | None:
    """Return how TLS is spoken (1.2 at least), None without a certificate."""
    if options.tls_cert is None:
        if options.tls_key is not None:
            raise CannotServeError(_("Une clé sans certificat ne suffit pas pour HTTPS. Ajoutez --tls-cert."))
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # A key with a passphrase would wait for somebody to type it: a service has nobody.
        context.load_cert_chain(options.tls_cert, options.tls_key, password="")
    except (OSError, ValueError) as error:
        raise CannotServeError(
            _(
                "Le certificat {cert} ou sa clé ne se lit pas ({detail}). Il faut deux fichiers PEM qui vont ensemble, "
                "et une clé sans mot de passe."
            ).format(cert=options.tls_cert, detail=error)
        ) from error
    return context


def _bound(options: Options) -> socket.socket:
    """Return a socket bound to the address; CannotServeError when that can't be had."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    # The protocol by its number: only then asyncio sends at once, else each answer waits 40 ms for an acknowledgement.
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # Not on Windows, where it lets two programs have the same port.
        if hasattr(socket, "SO_REUSEPORT"):
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((options.host, options.port))
        # Here already, and not when the server begins: a port that somebody else listens on is told now.
        found.listen(2048)
    except (OSError, OverflowError) as error:
        found.close()
        raise CannotServeError(
            _(
                "Le serveur ne peut pas écouter sur {host}, port {port} ({detail}). Un autre programme l’occupe "
                "peut-être : arrêtez-le, ou choisissez un autre port (--port)."
            ).format(host=options.host, port=options.port, detail=error)
        ) from error
    return found


def _allow_files() -> None:
    """Let this process have as many connections open as the system allows it: what shells give is some thousand."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _most_connections() -> int:
    """Return how many connections are served, so that files are left for the database."""
    try:
        import resource
    except ImportError:
        # Windows, where sockets are not counted among the files.
        return MAX_CONNECTIONS
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MAX_CONNECTIONS if soft < 0 else max(1, min(MAX_CONNECTIONS, soft // 2))


def _configured(storage: Storage, options: Options, context: ssl.SSLContext | None) -> uvicorn.Config:
    most = _most_connections()
    # Behind a proxy everybody comes from its address.
    each = most if options.behind_proxy else options.connections_per_address
    return uvicorn.Config(
        make_app(storage, options),
        http=_protocol(_Door(most + most // 4, each)),
        ws="none",
        lifespan="on",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=most,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=STOP_S,
        ssl_context_factory=(lambda _config, _default: context) if context else None,
    )


# ---------------------------------------------------------------------------------------------- meanwhile


class _Server(uvicorn.Server):
    """Tells when it listens."""

    def __init__(self, config: uvicorn.Config, listens: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell_listens = listens

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        if self.config.ssl is not None:
            # uvicorn has no setting for it, and waits a minute. The loop is this server's own.
            loop: Any = asyncio.get_running_loop()
            loop.create_server = partial(loop.create_server, ssl_handshake_timeout=HANDSHAKE_S)
        await super().startup(sockets)
        self._tell_listens()


class _Door:
    """Counts who is in: at most so many connections in all, and so many from one address (or one network of IPv6)."""

    def __init__(self, most: int, each: int) -> None:
        self._most, self._each = most, each
        self._inside: Counter[str] = Counter()

    def let_in(self, place: str) -> bool:
        """Return whether one more connection from a place is borne, and count it if so."""
        is_borne = self._inside[place] < self._each and self._inside.total() < self._most
        self._inside[place] += is_borne
        return is_borne

    def let_out(self, place: str) -> None:
        """Count one connection less."""
        self._inside[place] -= 1
        self._inside += Counter()


def _protocol(door: _Door) -> type[HttpToolsProtocol]:
    """Return the protocol of one server, whose connections all come through one door."""
    return type("_Protocol", (_PatientProtocol,), {"door": door})


class _PatientProtocol(HttpToolsProtocol):
    """Waits for the head of a request only so long, and for only so much of it; uvicorn would wait for ever.

    Who does not pass the door is hung up on before anything is read.
    """

    door: _Door
    _place: str | None = None
    _head_timer: TimerHandle | None = None
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        place = accounts.place_of(self.client[0] if self.client else "")
        if not self.door.let_in(place):
            transport.abort()
            return
        self._place = place
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_came()
        if self._place is not None:
            self.door.let_out(self._place)
            self._place = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        # uvicorn declares it a cycle always; it has none before the first request.
        cycle: RequestResponseCycle | None = self.cycle
        if (cycle is None or cycle.response_complete) and self._head_timer is None:
            self._await_head()
        super().data_received(data)
        if self._head_timer is not None:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
                self.send_400_response("Invalid HTTP request received.")

    def on_headers_complete(self) -> None:
        self._head_came()
        super().on_headers_complete()

    def _await_head(self) -> None:
        self._head_bytes = 0
        self._head_timer = self.loop.call_later(HEAD_S, self._give_up)

    def _head_came(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self.transport.close()


def _stop_at_end_of_input(running: Running) -> None:
    # By its number: a thread that waits in sys.stdin would hold its lock at the end of the program.
    with suppress(OSError):
        while os.read(0, 1024):
            pass
    running.stop()


@contextmanager
def _signals_spent() -> Iterator[None]:
    """Let nothing more come of a signal for which the server ended in good order: it raises it again at its end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def nothing(_number: int, _frame: FrameType | None) -> None:
        return None

    before: dict[signal.Signals, Any] = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    for each in before:
        signal.signal(each, nothing)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
