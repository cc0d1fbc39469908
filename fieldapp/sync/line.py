"""One kept-open connection to a hub: questions, answers with their proof, and a sentence for each that is none.

Nothing is tried twice here: the engine decides when to come back. The one exception is a connection that was kept open
and turns out to be closed (a hub that was restarted): all questions may be asked twice without harm.
"""

from __future__ import annotations

import contextlib
import importlib
import secrets
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

import msgspec
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from fieldapp.core.errors import CancelledError
from fieldapp.core.text import _
from fieldapp.sync import wire
from fieldapp.sync.errors import (
    BadAnswerError,
    HubBusyError,
    HubError,
    HubFullError,
    HubUnreachableError,
    NotAdmittedError,
    PortalError,
)

MAX_WORDS_BYTES = 1024 * 1024
"""Longest answer that is neither a message nor a piece of a photo: a list of photos, an error, a stranger's page."""

_STEP_BYTES = 64 * 1024
"""So much is sent or read between two looks at whether somebody cancelled."""

Progress = Callable[[int, int], object]
Cancelled = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds: for a connection, and for the next bytes on it. There is no limit to the whole."""

    connect_s: float = 10.0
    stall_s: float = 20.0


class _Error(msgspec.Struct):
    error: str


@dataclass(frozen=True, slots=True)
class Question:
    """One request; `most` is the longest answer that is read."""

    method: str
    path: str
    body: bytes
    headers: Mapping[str, str]
    most: int
    progress: Progress | None = None
    cancelled: Cancelled | None = None

    def pieces(self) -> Iterator[bytes]:
        """Yield the body in steps, telling how much of it is gone."""
        total = len(self.body)
        for start in range(0, total, _STEP_BYTES):
            self.refuse_cancelled()
            yield self.body[start : start + _STEP_BYTES]
            if self.progress is not None:
                self.progress(min(start + _STEP_BYTES, total), total)

    def refuse_cancelled(self) -> None:
        """Raise CancelledError when the person has cancelled."""
        if self.cancelled is not None and self.cancelled():
            raise CancelledError(
                _("La synchronisation a été arrêtée : rien n’est perdu, la suite partira la prochaine fois.")
            )


@dataclass(frozen=True, slots=True)
class Said:
    """One answer as it came, `is_signed` by whoever holds the key; `has_signature` where it claims to be."""

    status: int
    body: bytes
    has_signature: bool
    is_signed: bool
    retry_after: str = ""


class _PlainConnection(HTTPConnection):
    def __init__(self, *args: Any, connect_s: float, **options: Any) -> None:
        super().__init__(*args, **options)
        self.connect_s = connect_s

    def connect(self) -> None:
        _connect(self, super().connect, self.connect_s)


class _SafeConnection(HTTPSConnection):
    def __init__(self, *args: Any, connect_s: float, **options: Any) -> None:
        super().__init__(*args, **options)
        self.connect_s = connect_s

    def connect(self) -> None:
        _connect(self, super().connect, self.connect_s)


def _connect(connection: HTTPConnection, connect: Callable[[], None], connect_s: float) -> None:
    """Wait less for a connection than for the bytes on it; urllib3 itself writes under the time-out of connecting."""
    stall_s = connection.timeout
    connection.timeout = connect_s
    try:
        connect()
    finally:
        connection.timeout = stall_s
    connection.sock.settimeout(stall_s)


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SafePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _SafeConnection


class Line:
    """One connection to one address, opened with the first question and kept for the next."""

    def __init__(self, address: str, key: str, patience: Patience) -> None:
        parts = urlsplit(address)
        self._name, self._path, self._key = parts.netloc, parts.path, key
        self._pool = _pool(parts, patience)
        self._is_used = False

    def close(self) -> None:
        """Hang up, for good."""
        self._pool.close()

    def proved(self, question: Question, expected: tuple[int, ...]) -> Said:
        """Return the answer when it has one of the expected statuses and is proved; HubError for all others."""
        said = self._ask(question)
        if said.is_signed and said.status in expected:
            return said
        raise _failure(said, self._name)

    def _ask(self, question: Question) -> Said:
        question.refuse_cancelled()
        try:
            return self._exchange(question)
        except urllib3.exceptions.HTTPError as error:
            raise _unreached(error, self._name) from error

    def _exchange(self, question: Question) -> Said:
        nonce = secrets.token_hex(16)
        response = self._response(question, nonce)
        try:
            body = _read(response, question)
        except BaseException:
            response.close()
            raise
        response.release_conn()
        self._is_used = True
        if response.status == 200 and not body and "Content-Length" not in response.headers:
            # http.client takes the end of a line that was cut within the headers for the end of the headers.
            raise urllib3.exceptions.ProtocolError("half an answer")
        given = response.headers.get(wire.SIGNATURE_HEADER)
        is_signed = wire.is_signed(given, self._key, nonce, response.status, body)
        return Said(response.status, body, given is not None, is_signed, response.headers.get("Retry-After", ""))

    def _response(self, question: Question, nonce: str) -> urllib3.BaseHTTPResponse:
        """Send the question and return the beginning of the answer; once more when a kept connection was closed."""
        was_used, self._is_used = self._is_used, False
        headers = {
            "Accept-Encoding": "identity",
            "User-Agent": "fieldapp",
            "Content-Length": str(len(question.body)),
            wire.NONCE_HEADER: nonce,
            **question.headers,
        }
        try:
            return self._pool.urlopen(
                question.method,
                self._path + question.path,
                body=question.pieces(),
                headers=headers,
                retries=False,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
        except urllib3.exceptions.ProtocolError as error:
            if was_used and any(isinstance(cause, ConnectionError) for cause in error.args):
                return self._response(question, nonce)
            raise


def _read(response: urllib3.BaseHTTPResponse, question: Question) -> bytes:
    """Return the body; of one that is too long only the beginning, which no signature fits."""
    found = bytearray()
    while step := response.read(_STEP_BYTES):
        question.refuse_cancelled()
        found += step
        if len(found) > question.most:
            response.close()
            break
    return bytes(found)


def _pool(parts: SplitResult, patience: Patience) -> urllib3.HTTPConnectionPool:
    # Both: this is the time-out of whatever goes on after connecting; see _connect.
    stall = urllib3.Timeout(connect=patience.stall_s, read=patience.stall_s)
    host = parts.hostname or ""
    if parts.scheme == "http":
        return _PlainPool(host, parts.port, timeout=stall, maxsize=1, connect_s=patience.connect_s)
    return _SafePool(
        host, parts.port, timeout=stall, maxsize=1, connect_s=patience.connect_s, ssl_context=_certificates()
    )


def _certificates() -> ssl.SSLContext:
    """Return whom to trust: the certificates of the system, and where it is there the list of Mozilla."""
    found = ssl.create_default_context()
    found.minimum_version = ssl.TLSVersion.TLSv1_2
    with contextlib.suppress(ImportError):
        found.load_verify_locations(importlib.import_module("certifi").where())
    return found


def _unreached(error: urllib3.exceptions.HTTPError, name: str) -> HubError:
    """Return the sentence for a question that got no answer."""
    if isinstance(error, urllib3.exceptions.SSLError):
        return _not_safe(error, name)
    if isinstance(error, urllib3.exceptions.NameResolutionError):
        code = "name"
        sentence = _(
            "Le serveur {name} est introuvable : il n’y a pas de réseau, ou l’adresse est fausse. Vos relevés restent "
            "sur cet ordinateur ; synchronisez quand le réseau sera revenu."
        )
    elif isinstance(error, urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError):
        code = "connect"
        sentence = _(
            "Le serveur {name} ne répond pas : vérifiez le réseau, ou attendez que le serveur soit remis en marche. "
            "Vos relevés restent sur cet ordinateur ; synchronisez plus tard."
        )
    else:
        code = "cut"
        sentence = _(
            "La liaison avec le serveur {name} s’est coupée. Rien n’est perdu : la synchronisation reprendra où elle "
            "en était."
        )
    return HubUnreachableError(sentence.format(name=name), code=code)


def _not_safe(error: urllib3.exceptions.SSLError, name: str) -> HubError:
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in error.args):
        return PortalError(
            _(
                "À l’adresse {name} répond quelqu’un qui n’a pas le certificat du serveur. Ouvrez le navigateur et "
                "acceptez la page du réseau s’il y en a une, vérifiez la date de l’ordinateur, puis synchronisez."
            ).format(name=name)
        )
    return BadAnswerError(
        _(
            "La liaison protégée avec {name} n’a pas pu s’établir (il faut TLS 1.2 ou plus récent). Vérifiez l’adresse "
            "avec la coordination ; vos relevés restent sur cet ordinateur."
        ).format(name=name)
    )


def _failure(said: Said, name: str) -> HubError:
    """Return the sentence for an answer that is not the one that was wanted, whoever gave it.

    The proof is asked of what would be believed only: a "no" without one does no harm, and the hub can't sign to whom
    it does not know.
    """
    code = _code(said.body)
    if said.status in {429, 502, 503, 504}:
        return _busy(said, code, name)
    if said.has_signature and not said.is_signed:
        return BadAnswerError(
            _(
                "La réponse de {name} ne porte pas la signature de votre serveur : elle a été abîmée en route, ou ce "
                "n’est pas lui. Rien n’en a été pris ; synchronisez de nouveau, puis prévenez la coordination."
            ).format(name=name),
            code="signature",
        )
    if not code and not said.is_signed and (said.status < 400 or said.status in {401, 403, 407, 511}):
        return PortalError(
            _(
                "Ce n’est pas le serveur {name} qui répond, mais le réseau où vous êtes. Ouvrez le navigateur, "
                "acceptez la page du réseau (hôtel, gare, café…), puis synchronisez."
            ).format(name=name)
        )
    return _refusal(said.status, code, name)


def _code(body: bytes) -> str:
    try:
        return msgspec.json.decode(body, type=_Error).error[:100]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""


def _busy(said: Said, code: str, name: str) -> HubBusyError:
    after_s = float(said.retry_after) if said.retry_after.isdecimal() and len(said.retry_after) < 7 else None
    if code == "attempts":
        sentence = _(
            "Trop de codes faux ont été essayés : le serveur {name} n’en accepte plus pour l’instant. Attendez un "
            "quart d’heure, puis essayez avec le bon code."
        )
    else:
        sentence = _(
            "Le serveur {name} est occupé ou en entretien. Rien n’est perdu : la synchronisation sera tentée de "
            "nouveau dans un moment."
        )
    return HubBusyError(sentence.format(name=name), code=code, after_s=after_s)


def _refusal(status: int, code: str, name: str) -> HubError:
    if status in {401, 403}:
        return NotAdmittedError(_not_admitted(status).format(name=name), code=code)
    if status == 507:
        return HubFullError(
            _(
                "Le disque du serveur {name} est plein : prévenez la coordination. Vos relevés restent sur cet "
                "ordinateur et partiront quand il y aura de la place."
            ).format(name=name),
            code=code,
        )
    if status >= 500:
        sentence = _(
            "Le serveur {name} a rencontré une erreur imprévue : synchronisez plus tard, et prévenez la coordination "
            "si cela revient. Vos relevés restent sur cet ordinateur."
        )
    elif code:
        sentence = _(
            "Le serveur {name} n’a pas accepté cet envoi ({code}). Rien n’est perdu : mettez fieldapp à jour et "
            "synchronisez de nouveau ; si cela revient, prévenez la coordination."
        )
    else:
        sentence = _(
            "L’adresse {name} répond, mais ce n’est pas celle d’un serveur fieldapp : vérifiez-la avec la coordination."
        )
    return BadAnswerError(sentence.format(name=name, code=code), code=code)


def _not_admitted(status: int) -> str:
    if status == 401:
        return _(
            "Le serveur {name} ne connaît pas, ou plus, cet ordinateur. Demandez un nouveau code à la coordination et "
            "rejoignez-le de nouveau ; vos relevés restent ici et partiront alors."
        )
    return _(
        "Le serveur {name} ne permet pas cela à cet ordinateur : demandez à la coordination quels droits il a. Vos "
        "relevés restent ici."
    )
