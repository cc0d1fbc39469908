"""What a laptop asks of a hub: to be let in, to exchange a message, to take and give photos; and a hub's address."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeVar
from urllib.parse import SplitResult, parse_qs, quote, urlsplit

import msgspec

from fieldapp.core.text import _
from fieldapp.sync import wire
from fieldapp.sync.errors import (
    BadAnswerError,
    DeviceHeldError,
    NotAdmittedError,
    OutdatedProgramError,
    WrongAddressError,
    WrongCodeError,
)
from fieldapp.sync.line import MAX_WORDS_BYTES, Cancelled, Line, Patience, Progress, Question, Said

PIECE_BYTES: Final = 1024 * 1024
"""Length of all pieces of a photo but the last."""

_PRIVATE = tuple(
    map(
        ipaddress.ip_network,
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"),
    )
)
"""Networks of one house or one table (sources: RFC 1918, RFC 3927, RFC 4193, RFC 4291 section 2.5.6)."""

Kind = Literal["photo", "thumbnail"]


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who speaks: the uids of project and account, and the secret of this laptop."""

    project: str
    account: str
    token: str = field(repr=False)


class MediaInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a laptop says of a photo or thumbnail that it sent.

    `size` in bytes, `mime`, `pieces` and `digest` (SHA-256; a photo bears it as its name) are of what was sent; the
    others are of the photo, with `width` and `height` in pixels as stored.
    """

    size: int
    mime: str
    width: int
    height: int
    taken_at: str | None
    file_name: str
    protocol: str
    pieces: int
    digest: str


class MediaState(msgspec.Struct, frozen=True):
    """What the hub has of a photo or thumbnail: so many pieces from the first on, and whether these are all."""

    pieces: int
    whole: bool
    info: MediaInfo | None = None


class Listed(msgspec.Struct, frozen=True):
    """A photo or thumbnail that the hub has whole; numbers rise in the order in which they came to be so."""

    number: int
    sha256: str
    kind: str
    info: MediaInfo


class MediaPage(msgspec.Struct, frozen=True):
    """Photos and thumbnails that became whole after a number; `more` says that others follow, after `after`."""

    media: list[Listed]
    more: bool
    after: int


class _Whole(msgspec.Struct):
    whole: bool


class HubClient:
    """A laptop that is in, speaking to its hub. For one thread; closes its connection at the end of a `with`."""

    def __init__(self, address: str, credentials: Credentials, patience: Patience | None = None) -> None:
        self._line = _line(address, wire.answer_key(credentials.token), patience)
        self._bearer = f"Bearer {credentials.project}.{credentials.account}.{credentials.token}"

    def __enter__(self) -> HubClient:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up, for good."""
        self._line.close()

    def sync(
        self, request: wire.Request, progress: Progress | None = None, cancelled: Cancelled | None = None
    ) -> wire.Answer:
        """Send one message and return the hub's answer to it; `progress` is told the bytes sent, of how many.

        Raises HubError, or CancelledError. Whatever is raised, the hub may have taken the message.
        """
        body = wire.pack(request)
        headers = {"Content-Type": wire.MEDIA_TYPE}
        said = self._ask("POST", "/v1/sync", body, headers, wire.MAX_PACKED_BYTES, progress, cancelled)
        return _unpacked(said.body, wire.Answer)

    def media_state(self, kind: Kind, sha256: str) -> MediaState:
        """Return what the hub has of a photo, or of the thumbnail of a photo; none of it where it is not known."""
        return _decoded(self._ask("GET", f"/v1/media/{kind}/{sha256}").body, MediaState)

    def put_piece(
        self,
        kind: Kind,
        sha256: str,
        piece: int,
        data: bytes,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> None:
        """Send one piece, counted from 0; again in another one's place it is the new one that counts."""
        headers = {"Content-Type": "application/octet-stream"}
        path = f"/v1/media/{kind}/{sha256}/{piece}"
        self._ask("PUT", path, data, headers, MAX_WORDS_BYTES, progress, cancelled, expected=(204,))

    def finish_media(self, kind: Kind, sha256: str, info: MediaInfo) -> bool:
        """Say that all pieces were sent; False when what the hub has is not what was announced: send them all anew."""
        headers = {"Content-Type": "application/json"}
        path = f"/v1/media/{kind}/{sha256}"
        said = self._ask("POST", path, msgspec.json.encode(info), headers, expected=(200, 409))
        return said.status == 200 and _decoded(said.body, _Whole).whole

    def get_piece(self, kind: Kind, sha256: str, piece: int, cancelled: Cancelled | None = None) -> bytes:
        """Return one piece, counted from 0."""
        path = f"/v1/media/{kind}/{sha256}/{piece}"
        return self._ask("GET", path, most=PIECE_BYTES, cancelled=cancelled).body

    def list_media(self, after: int) -> MediaPage:
        """Return photos and thumbnails that became whole at the hub after this number."""
        return _decoded(self._ask("GET", f"/v1/media?after={after}").body, MediaPage)

    def leave(self) -> None:
        """Let the hub forget this laptop; its token is good for nothing from then on. Raises HubError."""
        self._ask("POST", "/v1/leave", expected=(204,))

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        most: int = MAX_WORDS_BYTES,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
        *,
        expected: tuple[int, ...] = (200,),
    ) -> Said:
        question = Question(
            method, path, body, {"Authorization": self._bearer, **(headers or {})}, most, progress, cancelled
        )
        return self._line.proved(question, expected)


def join(
    address: str,
    code: str,
    device: str,
    name: str,
    token: str,
    patience: Patience | None = None,
    former: Sequence[str] = (),
) -> wire.Joined:
    """Exchange a one-time code for an account, and return it; `name` is how people call this laptop.

    `token` is made by the caller (`wire.new_token`), who keeps it and gives the same one again after a failure: the hub
    may have admitted it. `former` are the tokens by which the laptop was in before. Raises WrongCodeError,
    DeviceHeldError (the hub has this laptop already, by a token that is not among them) or another HubError.
    """
    line = _line(address, wire.answer_key(token), patience)
    proofs = [wire.former_proof(wire.token_hash(each), code) for each in former]
    body = wire.pack(wire.Join(code=code, token=token, device=device, name=name, former=proofs))
    question = Question("POST", "/v1/join", body, {"Content-Type": wire.MEDIA_TYPE}, MAX_WORDS_BYTES)
    try:
        return _unpacked(line.proved(question, (200,)).body, wire.Joined)
    except NotAdmittedError as error:
        if error.code == "device":
            raise DeviceHeldError(
                _(
                    "Cet ordinateur est déjà inscrit : demandez à la coordination de révoquer l’ancien accès, puis "
                    "recommencez avec le même code."
                ),
                code=error.code,
            ) from error
        raise WrongCodeError(
            _(
                "Le serveur refuse ce code : il est faux, déjà utilisé ou trop ancien. Vérifiez chaque signe, ou "
                "demandez un nouveau code à la coordination."
            ),
            code=error.code,
        ) from error
    finally:
        line.close()


def _line(address: str, key: str, patience: Patience | None) -> Line:
    # Whoever wrote the address into the database: no token ever leaves the house in clear.
    return Line(normalise_address(address, lan=True), key, patience or Patience())


# --------------------------------------------------------------------------------------------- addresses


def normalise_address(text: str, *, lan: bool = False) -> str:
    """Return the address of a hub as it is kept: "https://hub.example.org", with a port or path where it has one.

    Takes what a person types or a QR code holds. Plain HTTP stays on this computer, and with `lan` on the network of
    the table. Raises WrongAddressError.
    """
    typed = from_link(text)[0].strip().strip("«»<>\"' ").strip()
    parts = _parts(typed)
    if parts is None:
        raise WrongAddressError(
            _(
                "« {text} » n’est pas une adresse de serveur. Elle ressemble à hub.exemple.org ou à 192.168.1.4:8765 : "
                "recopiez-la telle que la coordination l’a donnée."
            ).format(text=typed[:80])
        )
    host = _host(parts)
    is_near = _is_loopback(host) or (lan and _is_private(host))
    scheme = parts.scheme or ("http" if is_near else "https")
    if scheme == "http" and not is_near:
        raise WrongAddressError(
            _(
                "L’adresse {text} n’est pas protégée (http) : vos relevés y passeraient en clair. Employez l’adresse "
                "en https, ou demandez-la à la coordination."
            ).format(text=typed[:80])
        )
    usual = {"http": 80, "https": 443}[scheme]
    port = "" if parts.port in {None, usual} else f":{parts.port}"
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}{port}{quote(parts.path.rstrip('/'), safe='/%')}"


def from_link(text: str) -> tuple[str, str]:
    """Return the address and the code that the QR code of an invitation holds, each "" where it is not in it.

    Any other text is an address, without a code.
    """
    kind, _mark, content = text.strip().partition("?")
    if kind.lower() != "fieldapp:join":
        return text, ""
    try:
        held = parse_qs(content, max_num_fields=10)
    except ValueError:
        return "", ""
    return held.get("url", [""])[0], held.get("code", [""])[0]


def _parts(typed: str) -> SplitResult | None:
    """Return the parts of what was typed, without a scheme where it has none; None when it is no address."""
    try:
        parts = urlsplit(typed if "://" in typed else f"//{typed}")
        is_usable = bool(parts.hostname) and parts.username is None and parts.scheme in {"", "http", "https"}
        return parts if is_usable and parts.port != 0 and _host(parts) else None
    except (ValueError, UnicodeError):
        return None


def _host(parts: SplitResult) -> str:
    """Return the name in the form that travels; raises UnicodeError where a name server could not know it."""
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        return str(ipaddress.ip_address(host))
    named = host.encode("idna").decode("ascii")
    if not all(char.isalnum() or char in ".-" for char in named):
        raise UnicodeError(named)
    return named


def _is_loopback(host: str) -> bool:
    address = _ip(host)
    return host == "localhost" if address is None else address.is_loopback


def _is_private(host: str) -> bool:
    """Return whether the address is of the network of a house or table; names ending in .local are (RFC 6762)."""
    address = _ip(host)
    if address is None:
        return host.endswith(".local")
    return any(address in network for network in _PRIVATE)


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


# ----------------------------------------------------------------------------------------------- answers


def _unpacked(body: bytes, kind: type[wire.Message]) -> wire.Message:
    try:
        return wire.unpack(body, kind)
    except wire.WireError as error:
        if error.code == "format":
            raise OutdatedProgramError(
                _(
                    "Le serveur emploie une forme d’échange plus récente que ce programme : mettez fieldapp à jour, "
                    "puis synchronisez. Vos relevés restent sur cet ordinateur."
                ),
                code=error.code,
            ) from error
        raise BadAnswerError(_senseless(), code=error.code) from error


_Told = TypeVar("_Told", MediaState, MediaPage, _Whole)


def _decoded(body: bytes, kind: type[_Told]) -> _Told:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadAnswerError(_senseless(), code="json") from error


def _senseless() -> str:
    return _(
        "La réponse du serveur n’a pas pu être lue. Rien n’est perdu : synchronisez de nouveau plus tard, et si cela "
        "revient, mettez fieldapp à jour ou prévenez la coordination."
    )
