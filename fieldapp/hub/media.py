"""Photos on the hub: taken in pieces, checked as a whole against their SHA-256, and shown to whom they are shared with.

A photo is known by the SHA-256 of its file; its thumbnail, a small picture made on a laptop, bears the same name and
brings its own digest.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from fieldapp.hub import rights
from fieldapp.hub.accounts import now
from fieldapp.hub.limits import NotServedError, number
from fieldapp.hub.storage import Account, Storage

PHOTO, THUMBNAIL = "photo", "thumbnail"

PIECE_BYTES = 1024 * 1024
"""Length of every piece but the last."""

MAX_BYTES = {PHOTO: 50 * PIECE_BYTES, THUMBNAIL: 100 * 1024}
"""Longest file by kind. A photo: what a laptop takes in (its own limit), else one that it has could never travel."""

MAX_TOLD_BYTES = 4 * 1024
"""Longest description of a file."""

PAGE = 500
"""Most photos that one answer lists."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_MAX_TEXT = 255
_MAX_SIDE = 1_000_000


class Told(msgspec.Struct, forbid_unknown_fields=True):
    """What a laptop says of a file: `size` in bytes, `width` and `height` in pixels, `taken_at` as its camera said.

    `protocol` is the one under which it is shared, `pieces` how many there are, `digest` the SHA-256 of a thumbnail.
    """

    size: int
    mime: str
    width: int
    height: int
    protocol: str
    pieces: int
    taken_at: str | None = None
    file_name: str = ""
    digest: str = ""


def read_told(body: bytes) -> Told:
    """Return what is said of a file; NotServedError 400 for anything else."""
    try:
        told = msgspec.json.decode(body, type=Told)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise NotServedError(400, "json") from error
    texts = (told.mime, told.protocol, told.file_name, told.taken_at or "", told.digest)
    sides = (told.width, told.height)
    if any(len(text) > _MAX_TEXT or "\0" in text for text in texts) or not all(0 < side <= _MAX_SIDE for side in sides):
        raise NotServedError(400, "json")
    return told


def refuse_strange_name(kind: str, sha256: str) -> None:
    """Raise NotServedError 404 for what is no kind or no SHA-256."""
    if kind not in MAX_BYTES or not _SHA256.fullmatch(sha256):
        raise NotServedError(404, "not_found")


def standing(storage: Storage, account: Account, kind: str, sha256: str) -> dict[str, Any]:
    """Return how many pieces of a file this account has brought, whether it is whole, and what was said of it.

    One that is not shared with the account is as good as absent.
    """
    refuse_strange_name(kind, sha256)
    info = storage.media_info(account.project, sha256, kind)
    if info is not None and not _is_shown(account, info):
        return {"pieces": 0, "whole": False, "info": None}
    pieces, whole = storage.media_pieces(account.project, account.uid, sha256, kind)
    return {"pieces": pieces, "whole": whole, "info": info}


def most_of_piece(kind: str, sha256: str, piece: str) -> int:
    """Return how long this piece may be; NotServedError 413 for one that no file of the kind is long enough to have."""
    refuse_strange_name(kind, sha256)
    left = MAX_BYTES[kind] - number(piece, 404) * PIECE_BYTES
    if left <= 0:
        raise NotServedError(413, "size")
    return min(PIECE_BYTES, left)


def take_piece(storage: Storage, account: Account, kind: str, sha256: str, piece: str, data: bytes) -> None:
    """Keep one piece. Of a file that is whole already nothing is altered."""
    most = most_of_piece(kind, sha256, piece)
    if not data:
        raise NotServedError(400, "size")
    if len(data) > most:
        raise NotServedError(413, "size")
    _pieces, whole = storage.media_pieces(account.project, account.uid, sha256, kind)
    if not whole:
        storage.add_piece(account.project, account.uid, sha256, kind, number(piece, 404), data, now())


def finish(storage: Storage, account: Account, kind: str, sha256: str, told: Told) -> dict[str, Any]:
    """Read what is there of a file and declare it whole.

    Raises NotServedError 403 for a protocol that is not shared with the account or the thumbnail of a photo of another
    one, 413 for a file that is too long, and 409 when it is not what was said; then the pieces that this account
    brought are dropped. When some have yet to come, they are kept.
    """
    refuse_strange_name(kind, sha256)
    if account.scope and told.protocol not in rights.shown(account):
        raise NotServedError(403, rights.NOT_SHARED)
    if told.size > MAX_BYTES[kind]:
        raise NotServedError(413, "size")
    there, whole = storage.media_pieces(account.project, account.uid, sha256, kind)
    if whole:
        return {"whole": True}
    if kind == THUMBNAIL and not _fits(storage, account, sha256, PHOTO, told):
        raise NotServedError(403, rights.NOT_SHARED)
    sound = told.size > 0 and told.pieces == -(-told.size // PIECE_BYTES)
    if sound and there < told.pieces:
        raise NotServedError(409, "pieces")
    wanted = sha256 if kind == PHOTO else told.digest
    if not (sound and _is_as_told(_parts(storage, account, sha256, kind, told.pieces), told, wanted)):
        storage.drop_media(account.project, account.uid, sha256, kind)
        raise NotServedError(409, "content")
    if kind == PHOTO and not _fits(storage, account, sha256, THUMBNAIL, told):
        # It came before its photo, from somebody who has not the photo: whoever has it will bring the true one.
        storage.forget_thumbnail(account.project, sha256)
    storage.finish_media(account.project, account.uid, sha256, kind, _info(told))
    return {"whole": True}


def _fits(storage: Storage, account: Account, sha256: str, kind: str, told: Told) -> bool:
    """Return whether photo and thumbnail are of the same account, or shared under the same protocol.

    `kind` is that of the other of the two; one that is not there fits.
    """
    info = storage.media_info(account.project, sha256, kind)
    if info is None or info.get("protocol") == told.protocol:
        return True
    return storage.media_account(account.project, sha256, kind) == account.uid


def _info(told: Told) -> dict[str, Any]:
    names = ("size", "mime", "width", "height", "taken_at", "file_name", "protocol", "pieces", "digest")
    return {name: getattr(told, name) for name in names}


def _parts(storage: Storage, account: Account, sha256: str, kind: str, count: int) -> Iterator[bytes]:
    for place in range(count):
        yield storage.part(account.project, account.uid, sha256, kind, place) or b""


def _is_as_told(pieces: Iterator[bytes], told: Told, wanted: str) -> bool:
    """Return whether the pieces make the file that was said, of one of the kinds of pictures that there are."""
    digest, size = hashlib.sha256(), 0
    for place, piece in enumerate(pieces):
        if place == 0 and mime_of(piece) != told.mime:
            return False
        if place < told.pieces - 1 and len(piece) != PIECE_BYTES:
            return False
        digest.update(piece)
        size += len(piece)
    return size == told.size and digest.hexdigest() == wanted


def mime_of(start: bytes) -> str:
    """Return the kind of picture by how its file starts, "" for none that a laptop takes in.

    Sources: ITU-T T.81 B.1.1.3 (SOI), PNG 5.2, WebP container specification, TIFF 6.0 section 2 and BigTIFF.
    """
    if start.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return "image/webp"
    return "image/tiff" if start.startswith(_TIFF) else ""


def read_piece(storage: Storage, account: Account, kind: str, sha256: str, piece: str) -> bytes:
    """Return one piece of a whole file; NotServedError 404 when it is not there, or not shared with the account."""
    refuse_strange_name(kind, sha256)
    place = number(piece, 404)
    info = storage.media_info(account.project, sha256, kind)
    found = storage.piece(account.project, sha256, kind, place) if info and _is_shown(account, info) else None
    if found is None:
        raise NotServedError(404, "not_found")
    return found


def listing(storage: Storage, account: Account, after: int) -> dict[str, Any]:
    """Return the next files that are shared with the account, in the order in which they became whole.

    `after` in the answer is where to go on: beyond the last one listed when none of those that follow is shared.
    """
    more = True
    found: list[dict[str, Any]] = []
    while more and not found:
        rows = storage.media_after(account.project, after, PAGE)
        more = len(rows) == PAGE
        after = rows[-1][0] if rows else after
        found = [
            {"number": place, "sha256": sha256, "kind": kind, "info": info}
            for place, sha256, kind, info in rows
            if _is_shown(account, info)
        ]
    return {"media": found, "more": more, "after": after}


def _is_shown(account: Account, info: Mapping[str, Any]) -> bool:
    return not account.scope or info.get("protocol") in rights.shown(account)
