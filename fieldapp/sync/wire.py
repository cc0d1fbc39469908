"""The one message between laptop and hub, over whatever carries it: its shape, its bytes, its proofs.

A message is JSON, compressed with Zstandard. The same bytes go over HTTPS, over the network of a table and in a file.
What can't be understood is a WireError with a code; nothing else ever comes out of reading strange bytes.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import Any, Final, TypeVar

import msgspec
import zstandard

FORMAT: Final = 1
"""The number of this form of the message; a reader refuses a higher one."""

MEDIA_TYPE: Final = "application/vnd.fieldapp.batch+zstd"

MAX_PACKED_BYTES: Final = 32 * 1024 * 1024
"""Longest message as it travels."""

MAX_BYTES: Final = 256 * 1024 * 1024
"""Longest message unpacked: what a small file may blow up to, and no more."""

MAX_CHANGES: Final = 25_000
"""Most changes in one message."""

MAX_VALUE_BYTES: Final = 1024 * 1024
"""Longest `before` or `after` of one change."""

NONCE_HEADER: Final = "Fieldapp-Nonce"
SIGNATURE_HEADER: Final = "Fieldapp-Signature"

ACCEPTED, MERGED, DISPUTED, KNOWN, REFUSED = "accepted", "merged", "disputed", "known", "refused"
"""What became of a change: taken as it was; taken beside another of the same record; taken, and a field has now two
values; already there; not taken, for a reason."""


class WireError(ValueError):
    """Bytes that are no message; `code` says in what way ("packing", "size", "json", "format", "changes")."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


class Action(msgspec.Struct, array_like=True, frozen=True):
    """What somebody did in one go; `made_at` is UTC by the clock of that laptop, `who` the uid of a person or ""."""

    uid: str
    label: str
    who: str
    device: str
    made_at: str


class Change(msgspec.Struct, array_like=True, frozen=True):
    """One save of one record, as its author's laptop wrote it; it is never altered on its way.

    `version` is the version of the protocol under which it was written, `action` the place of its action in the
    message, `visit` the uid of the visit that the record lies in (its own, where it lies in none). `base` and `after`
    are those of `core.merging.Step`; `before` is null when the record was made.
    """

    uid: str
    record: str
    protocol: str
    entity: str
    version: str
    action: int
    visit: str
    base: tuple[str, ...]
    before: msgspec.Raw
    after: msgspec.Raw

    def before_text(self) -> str | None:
        """Return `before` as JSON text, None when the record was made."""
        text = str(self.before, "utf-8")
        return None if text == "null" else text

    def after_text(self) -> str:
        """Return `after` as JSON text."""
        return str(self.after, "utf-8")


class Outcome(msgspec.Struct, array_like=True, frozen=True):
    """What became of one change of a request: a kind (ACCEPTED…) and, when REFUSED, the code of the reason."""

    kind: str
    reason: str = ""


class Ahead(msgspec.Struct, frozen=True):
    """What waits at the hub for a laptop: how many changes, how many of them alter or delete a record made before."""

    changes: int = 0
    edits: int = 0
    deletes: int = 0


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What a laptop says: changes of its own, and from which number on it wants those of others.

    `replica` names the copy of the database that speaks; its own changes are not sent back to it. `cursor` is None
    while more of its changes follow: then nothing is asked for; `mark` is the uid that the hub gave with it. `confirm`
    are visits whose receipts are wanted; they come with the page that ends what waits. `claims` and `releases` are
    names to be leased (ring strings) or let go.
    """

    format: int = FORMAT
    replica: str
    actions: list[Action] = []
    changes: list[Change] = []
    cursor: int | None = None
    mark: str = ""
    limit: int = MAX_CHANGES
    confirm: list[str] = []
    claims: list[str] = []
    releases: list[str] = []


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the hub says: one outcome per change of the request, in its order, and a page of the changes of others.

    `cursor` and `mark` are to be given next time; `forked` says that the hub has another change, or none, by the number
    and mark that were given: it lost what it had. `more` says that the page is not the last, `ahead` counts what waited
    before it. `last` is the number of the hub's newest change, `taken` how many changes of this replica it ever took.
    `receipts` gives for visits the digest of what the hub holds (see `visit_digest`), `leases` who holds which name.
    """

    format: int = FORMAT
    project: str
    outcomes: list[Outcome] = []
    actions: list[Action] = []
    changes: list[Change] = []
    cursor: int = 0
    mark: str = ""
    forked: bool = False
    more: bool = False
    ahead: Ahead = Ahead()
    last: int = 0
    taken: int = 0
    receipts: dict[str, str] = {}
    leases: dict[str, str] = {}
    role: str = ""


class Join(msgspec.Struct, frozen=True, kw_only=True):
    """A laptop that wants in: the one-time code, the token that it made for itself, and how it is called."""

    format: int = FORMAT
    code: str
    token: str
    device: str
    name: str


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """A laptop that is in: the project it belongs to, its account, what it may do, and which protocols it is shown.

    `check` are the figures that both screens show. An empty `scope` means all protocols.
    """

    format: int = FORMAT
    project: str
    project_name: str
    account: str
    role: str
    scope: list[str] = []
    check: str = ""


Message = TypeVar("Message", Request, Answer, Join, Joined)

NOTHING: Final = msgspec.Raw(b"null")
"""The `before` of a record that was made."""

_encode = msgspec.json.Encoder(decimal_format="number").encode
_canonical = msgspec.json.Encoder(order="sorted").encode


class _Head(msgspec.Struct):
    format: int


def pack(message: Request | Answer | Join | Joined) -> bytes:
    """Return the message as it travels."""
    return zstandard.ZstdCompressor(level=3, write_content_size=True, write_checksum=True).compress(_encode(message))


def unpack(data: bytes, kind: type[Message]) -> Message:
    """Return the message in the bytes; WireError when there is none of this kind, or one of a later form."""
    if len(data) > MAX_PACKED_BYTES:
        raise WireError("size", f"{len(data)} bytes")
    text = _unzipped(data)
    try:
        if msgspec.json.decode(text, type=_Head).format > FORMAT:
            raise WireError("format")
        found = msgspec.json.decode(text, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise WireError("json", str(error)[:200]) from error
    _refuse_strange(found)
    return found


def _unzipped(data: bytes) -> bytes:
    try:
        told = zstandard.frame_content_size(data)
        most = told if 0 <= told <= MAX_BYTES else MAX_BYTES
        with zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader(data, read_across_frames=False) as reader:
            text = reader.read(most + 1)
            whole = not reader.read(1)
    except zstandard.ZstdError as error:
        raise WireError("packing", str(error)[:200]) from error
    if len(text) > most or not whole:
        raise WireError("size", "unpacked")
    return text


def _refuse_strange(message: Request | Answer | Join | Joined) -> None:
    if not isinstance(message, Request | Answer):
        return
    if len(message.changes) > MAX_CHANGES:
        raise WireError("changes", f"{len(message.changes)} in one message")
    if any(not 0 <= change.action < len(message.actions) for change in message.changes):
        raise WireError("changes", "an action that is not there")


def is_newer(version: str, known: str) -> bool:
    """Return whether a version of a protocol ("1.10") is higher than the one that this program knows."""
    return _numbers(version) > _numbers(known)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdecimal() and part.isascii() else 0 for part in version.split("."))


# --------------------------------------------------------------------------------------------- receipts


def canonical(data: dict[str, Any]) -> bytes:
    """Return the values of a record in the one way of writing them: JSON, keys in order, no blanks."""
    return _canonical(data)


def content_line(uid: str, protocol: str, entity: str, parent: str | None, data: bytes) -> bytes:
    """Return what a receipt holds of one record; `data` as `canonical` writes it."""
    return "\t".join((uid, protocol, entity, parent or "", "")).encode() + data + b"\n"


def visit_digest(lines: Iterable[bytes]) -> str:
    """Return the SHA-256 of a visit: of the lines of its records that are not deleted, in order of their uid."""
    found = hashlib.sha256()
    for line in lines:
        found.update(line)
    return found.hexdigest()


# ------------------------------------------------------------------------------------------------ proofs


def new_token() -> str:
    """Return a secret of 256 bits as text; the laptop makes it, the hub keeps only its hash."""
    return secrets.token_hex(32)


def token_hash(token: str) -> str:
    """Return what the hub keeps of a token, to know it again."""
    return hashlib.sha256(b"fieldapp token " + token.encode()).hexdigest()


def answer_key(token: str) -> str:
    """Return the key with which the hub signs its answers to the owner of a token."""
    return hashlib.sha256(b"fieldapp answer " + token.encode()).hexdigest()


def signature(key: str, nonce: str, status: int, body: bytes) -> str:
    """Return the proof that an answer is the hub's own, whole, and to this request: a hotel's login page has none."""
    content = b"%s\n%d\n%s" % (nonce.encode(), status, hashlib.sha256(body).digest())
    return hmac.new(bytes.fromhex(key), content, hashlib.sha256).hexdigest()


def is_signed(given: str | None, key: str, nonce: str, status: int, body: bytes) -> bool:
    """Return whether the proof given with an answer is right."""
    return given is not None and hmac.compare_digest(given.encode(), signature(key, nonce, status, body).encode())
