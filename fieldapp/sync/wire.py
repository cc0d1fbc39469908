"""The one message between laptop and hub, over whatever carries it: its shape, its bytes, its proofs.

A message is JSON, compressed with Zstandard. The same bytes go over HTTPS, over the network of a table and in a file.
What can't be understood is a WireError with a code; nothing else ever comes out of reading strange bytes.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import Annotated, Any, Final, TypeVar

import msgspec
import zstandard

FORMAT: Final = 1
"""The number of this form of the message; a reader refuses a higher one."""

MEDIA_TYPE: Final = "application/vnd.fieldapp.batch+zstd"

MAX_PACKED_BYTES: Final = 32 * 1024 * 1024
"""Longest message as it travels."""

MAX_BYTES: Final = 64 * 1024 * 1024
"""Longest request unpacked: what a small file may blow up to, and no more. Ten times what laptops send at once."""

MAX_ANSWER_BYTES: Final = 256 * 1024 * 1024
"""Longest answer unpacked, which is asked of a hub that has proved to be the right one."""

MAX_CHANGES: Final = 25_000
"""Most changes in one message, and most actions."""

MAX_CONFIRMED: Final = 5_000
"""Most visits in one message whose receipts are wanted."""

MAX_NAMES: Final = 500
"""Most names (ring strings) that one message claims, and most that it lets go."""

MAX_LISTS: Final = 1_000_000
MAX_TEXTS: Final = 4_000_000
"""Most lists and most texts in a request. Counted before it is decoded: a list of nothing is two bytes as it travels,
and sixty in memory."""

MAX_VALUE_BYTES: Final = 1024 * 1024
"""Longest `before` or `after` of one change."""

NONCE_HEADER: Final = "Fieldapp-Nonce"
SIGNATURE_HEADER: Final = "Fieldapp-Signature"

ACCEPTED, MERGED, DISPUTED, KNOWN, REFUSED = "accepted", "merged", "disputed", "known", "refused"
"""What became of a change: taken as it was; taken beside another of the same record; taken, and a field has now two
values; already there; not taken, for a reason."""


Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""A number from elsewhere: what every database can hold, and nothing below zero."""


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
    action: Number
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

    changes: Number = 0
    edits: Number = 0
    deletes: Number = 0


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
    cursor: Number | None = None
    mark: str = ""
    limit: Number = MAX_CHANGES
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
    cursor: Number = 0
    mark: str = ""
    forked: bool = False
    more: bool = False
    ahead: Ahead = Ahead()
    last: Number = 0
    taken: Number = 0
    receipts: dict[str, str] = {}
    leases: dict[str, str] = {}
    role: str = ""


class Join(msgspec.Struct, frozen=True, kw_only=True):
    """A laptop that wants in: the one-time code, the token that it made for itself, and how it is called.

    `former` proves that it is the same laptop that was in before (see `former_proof`).
    """

    format: int = FORMAT
    code: str
    token: str
    device: str
    name: str
    former: list[str] = []


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
    is_answer = kind is Answer
    text = _unzipped(data, MAX_ANSWER_BYTES if is_answer else MAX_BYTES)
    if not is_answer:
        _refuse_crowded(text)
    try:
        found = msgspec.json.decode(text, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise WireError("format" if _is_later(text) else "json", str(error)[:200]) from error
    if found.format > FORMAT:
        raise WireError("format")
    _refuse_strange(found)
    return found


def _refuse_crowded(text: bytes) -> None:
    """Raise WireError for more lists or texts than a request of ours has, before they take any memory."""
    if text.count(b"[") > MAX_LISTS or text.count(b'"') > 2 * MAX_TEXTS:
        raise WireError("changes", "more than a request holds")


def _is_later(text: bytes) -> bool:
    """Return whether what is no message of ours says that it is one of a later form."""
    try:
        return msgspec.json.decode(text, type=_Head).format > FORMAT
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False


def _unzipped(data: bytes, longest: int) -> bytes:
    """Return what was packed: one frame that says how long it is, whole to its checksum, and nothing after it."""
    try:
        told = zstandard.frame_content_size(data)
        if told > longest:
            raise WireError("size", "unpacked")
        if told <= 0:
            raise WireError("packing", "no length")
        return zstandard.ZstdDecompressor(max_window_size=2**27).decompress(data, told, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise WireError("packing", str(error)[:200]) from error


def _refuse_strange(message: Request | Answer | Join | Joined) -> None:
    if not isinstance(message, Request | Answer):
        return
    if max(len(message.changes), len(message.actions)) > MAX_CHANGES:
        raise WireError("changes", f"{len(message.changes)} in one message")
    if isinstance(message, Request) and (
        len(message.confirm) > MAX_CONFIRMED or max(len(message.claims), len(message.releases)) > MAX_NAMES
    ):
        raise WireError("request", "names")
    if any(not 0 <= change.action < len(message.actions) for change in message.changes):
        raise WireError("changes", "an action that is not there")


def is_newer(version: str, known: str) -> bool:
    """Return whether a version of a protocol ("1.10") is higher than the one that this program knows."""
    return _numbers(version) > _numbers(known)


def _numbers(version: str) -> tuple[int, ...]:
    found = [int(part) if part.isdecimal() and part.isascii() and len(part) < 10 else 0 for part in version.split(".")]
    while found and not found[-1]:
        found.pop()
    return tuple(found)


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


def former_proof(hash_of_token: str, code: str) -> str:
    """Return by which a laptop shows that it has the token of its former account; good with this one code only."""
    return hashlib.sha256(f"fieldapp former {code} {hash_of_token}".encode()).hexdigest()


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
