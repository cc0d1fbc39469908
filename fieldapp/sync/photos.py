"""The photos between a laptop and a hub: small copies first, in pieces that need not be sent twice, checked as a whole.

They are apart from the records and from each other: what is wrong with one photo is told, and the others travel. What
is wrong with the line or with a disk ends the work; the pieces that came through stay where they are, on either side.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from fieldapp.core.errors import CancelledError, DatabaseError, FileRefusedError
from fieldapp.core.text import N_, _
from fieldapp.store import media, media_peers, pictures
from fieldapp.store.connection import Database
from fieldapp.store.media_peers import PHOTO, THUMBNAIL
from fieldapp.sync.errors import BadAnswerError, HubBusyError, NotAdmittedError
from fieldapp.sync.hub_client import PIECE_BYTES, HubClient, Kind, MediaInfo
from fieldapp.sync.line import Cancelled, Progress

MAX_THUMBNAIL_BYTES = 100_000
"""Longest small copy: 2,000 of them pass a poor line in an hour (a choice of the program; the hub takes 102,400)."""

_THUMBNAIL_SIDES = (384, 192, 96)
"""Sides of the small copy in pixels; a smaller one only where the larger one is too long."""

BUSY_TRIES = 5
BUSY_S = 2.0
LONGEST_BUSY_S = 60.0
"""How often a busy hub is asked for the same, how long is waited where it does not say (twice as long each time), and
the longest wait that the sync of somebody who looks on may take: after that the rest goes with the next one."""

Found = TypeVar("Found")

_MAX_NAME = 255
_SHARE = 1000
_OF_ONE_PHOTO = {"not_shared", "size", "json", "not_found"}
"""What a hub may say that is about the one photo, and not about the laptop or the line."""

_REFUSED = N_(
    "Le serveur n’a pas pris la photo « {name} » : mettez fieldapp à jour et synchronisez ; si cela revient, prévenez "
    "la coordination. Les autres photos ont continué."
)
_DAMAGED_HERE = N_(
    "La photo « {name} » manque ou est abîmée sur cet ordinateur : elle n’est pas partie. Ajoutez de nouveau la photo "
    "d’origine, puis synchronisez."
)
_DAMAGED_ON_ITS_WAY = N_(
    "La photo « {name} » n’est pas arrivée intacte au serveur : elle repartira à la prochaine synchronisation."
)
_DAMAGED_THERE = N_(
    "La photo « {name} » n’est pas arrivée intacte du serveur, et n’a pas été prise : elle sera demandée de nouveau à "
    "la prochaine synchronisation. Si cela revient, prévenez la coordination."
)
_STRANGE = N_(
    "La photo « {name} » est d’une sorte que ce programme ne connaît pas : mettez fieldapp à jour, puis synchronisez."
)


@dataclass(frozen=True, slots=True)
class Counted:
    """What became of the photos: how many went or came whole (small copies not counted), and what hindered others.

    `waiting` is how many could still go, or are named by a live record and are not here.
    """

    sent: int = 0
    received: int = 0
    waiting: int = 0
    problems: tuple[str, ...] = ()


def push(
    db: Database,
    client: HubClient,
    peer_id: int,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> Counted:
    """Send the photos that live records name and the peer has not; asks nothing where there is none.

    `progress` is told how much is done, of how much, in shares of photos. Raises HubError (HubFullError: no room at
    the hub) or CancelledError; what was sent so far counts, and a photo goes on from its last whole piece. A busy hub
    is waited for: `wait(seconds)`.
    """
    thumbnails, photos = (media_peers.unsent_photos(db, peer_id, kind) for kind in (THUMBNAIL, PHOTO))
    work = _Pushing(db, client, peer_id, progress, cancelled, wait, total=len(thumbnails) + len(photos))
    work.protocols = thumbnails | photos
    work.each(thumbnails, work.thumbnail)
    sent = work.each(photos, work.photo)
    return Counted(sent=sent, waiting=len(photos) - sent, problems=tuple(work.problems))


def pull(
    db: Database,
    client: HubClient,
    peer_id: int,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> Counted:
    """Fetch the photos that live records name, that are not here, and that the peer has.

    `progress` is told how much is done, of how much, in shares of photos. Raises HubError, DatabaseError (no room
    here: then nothing is left of the photo that did not fit) or CancelledError; what came so far stays. A busy hub is
    waited for: `wait(seconds)`.
    """
    work = _Pulling(db, client, peer_id, progress, cancelled, wait)
    work.ask_what_is_there()
    lacking = {sha256 for sha256 in media_peers.named(db) if media.path_of(db, sha256) is None}
    media.drop_parts(db, lacking)
    thumbnails, photos = (sorted(lacking & media_peers.at_peer(db, peer_id, kind)) for kind in (THUMBNAIL, PHOTO))
    thumbnails = [sha256 for sha256 in thumbnails if media.received_thumbnail(db.path, sha256) is None]
    work.total = len(thumbnails) + len(photos)
    work.each(thumbnails, work.thumbnail)
    received = work.each(photos, work.photo)
    return Counted(received=received, waiting=len(lacking) - received, problems=tuple(work.problems))


@dataclass
class _Work:
    """Photos on their way, one after the other; `done` of `total` are through, with or without success."""

    db: Database
    client: HubClient
    peer_id: int
    progress: Progress | None
    cancelled: Cancelled | None
    wait: Callable[[float], None]
    total: int = 0
    done: int = 0
    problems: list[str] = field(default_factory=list)

    def each(self, photos: Iterable[str], job: Callable[[str], bool]) -> int:
        """Do the job for each photo and return how often it succeeded; what is wrong with one is a problem told."""
        successes = 0
        for sha256 in photos:
            try:
                successes += job(sha256)
            except (NotAdmittedError, BadAnswerError) as error:
                if error.code not in _OF_ONE_PHOTO:
                    raise
                self.problem(_REFUSED, sha256)
            except OSError:
                # A photo of ours that stopped being readable after its content was looked at.
                self.problem(_DAMAGED_HERE, sha256)
            self.done += 1
            self.tell(0, 1)
        return successes

    def ask(self, question: Callable[..., Found], *args: object) -> Found:
        """Return the hub's answer to a question, asked once more when it was busy and has had its time."""
        for attempt in range(BUSY_TRIES):
            try:
                return question(*args)
            except HubBusyError as error:
                pause = error.after_s if error.after_s is not None else BUSY_S * 2**attempt
                if attempt == BUSY_TRIES - 1 or pause > LONGEST_BUSY_S:
                    raise
            self.wait(pause)
            if self.cancelled is not None and self.cancelled():
                raise CancelledError(_("Les photos restantes partiront la prochaine fois."))
        raise AssertionError("unreachable")

    def tell(self, count: int, of: int) -> None:
        """Say how much of the photo at hand is through."""
        if self.progress is not None:
            self.progress(_SHARE * self.done + _SHARE * count // of, _SHARE * self.total)

    def problem(self, words: str, sha256: str, name: str = "") -> bool:
        """Note what is wrong with a photo; return False, for there was no success."""
        known = media.get(self.db, sha256)
        name = name or (known.file_name if known else "") or sha256[:12]
        sentence = _(words).format(name=name)
        if sentence not in self.problems:
            self.problems.append(sentence)
        return False


@dataclass
class _Pushing(_Work):
    """Photos on their way to a peer; `protocols` tells under which one each is shared."""

    protocols: dict[str, str] = field(default_factory=dict)

    def thumbnail(self, sha256: str) -> bool:
        """Send the small copy of a photo; one that can't be made, or not be written here, does not hinder the photo."""
        data = None
        with contextlib.suppress(DatabaseError):
            data = _thumbnail(self.db, sha256)
        return data is not None and self._send(THUMBNAIL, sha256, len(data), lambda _number: data, _digest(data))

    def photo(self, sha256: str) -> bool:
        """Send a photo that is still what it was when it was taken in."""
        path = media.path_of(self.db, sha256)
        if path is None or not media.holds(path, sha256):
            return self.problem(_DAMAGED_HERE, sha256)
        return self._send(PHOTO, sha256, path.stat().st_size, lambda number: _piece(path, number), sha256)

    def _send(self, kind: Kind, sha256: str, size: int, piece: Callable[[int], bytes], digest: str) -> bool:
        info = self._info(kind, sha256, size, digest)
        if info is None:
            return False
        # Pieces that another laptop sent may be of another small copy, or damaged: then the hub drops them all.
        for attempt in range(2):
            first = 0
            if kind == PHOTO or attempt:
                state = self.ask(self.client.media_state, kind, sha256)
                first = info.pieces if state.whole else min(state.pieces, info.pieces)
            for number in range(first, info.pieces):
                self._put(kind, sha256, number, piece(number), info.pieces)
            if self.ask(self.client.finish_media, kind, sha256, info):
                media_peers.note_at_peer(self.db, self.peer_id, kind, sha256)
                return True
        return self.problem(_DAMAGED_ON_ITS_WAY, sha256)

    def _put(self, kind: Kind, sha256: str, number: int, data: bytes, pieces: int) -> None:
        def tell(count: int, of: int) -> None:
            self.tell(number * of + count, pieces * of)

        self.ask(self.client.put_piece, kind, sha256, number, data, tell, self.cancelled)

    def _info(self, kind: Kind, sha256: str, size: int, digest: str) -> MediaInfo | None:
        """Return what is said of a photo; None while it has no row, which the next start gives it."""
        found = media.get(self.db, sha256)
        if found is None:
            return None
        return MediaInfo(
            size=size,
            mime=found.mime if kind == PHOTO else "image/jpeg",
            width=found.width,
            height=found.height,
            taken_at=found.taken_at,
            file_name=found.file_name.replace("\0", "")[:_MAX_NAME],
            protocol=self.protocols[sha256],
            pieces=_count(size),
            digest=digest,
        )


@dataclass
class _Pulling(_Work):
    """Photos on their way from a peer; `told` is what it said of those that are new there."""

    told: dict[tuple[str, str], MediaInfo] = field(default_factory=dict)

    def ask_what_is_there(self) -> None:
        """Note what the peer has, from where it was last asked on."""
        more = True
        while more:
            after = media_peers.listed_up_to(self.db, self.peer_id)
            page = self.ask(self.client.list_media, after)
            more = page.more and page.after > after
            self.told |= {(item.kind, item.sha256): item.info for item in page.media}
            found = [(item.kind, item.sha256) for item in page.media]
            if found or page.after != after:
                media_peers.note_listed(self.db, self.peer_id, found, page.after)

    def thumbnail(self, sha256: str) -> bool:
        """Fetch the small copy of a photo."""
        info = self._info(THUMBNAIL, sha256)
        if info is None:
            return False
        data = self._piece(THUMBNAIL, sha256, 0)
        if data is None:
            return False
        if _digest(data) != info.digest:
            return self.problem(_DAMAGED_THERE, sha256, info.file_name)
        try:
            media.keep_thumbnail(self.db, sha256, data)
        except FileRefusedError:
            return self.problem(_DAMAGED_THERE, sha256, info.file_name)
        return True

    def photo(self, sha256: str) -> bool:
        """Fetch a photo, from the first piece on that is not here, and take it in when it is what it should be."""
        info = self._info(PHOTO, sha256)
        if info is None:
            return False
        if info.mime not in pictures.ENDINGS or not 0 < info.size <= pictures.MAX_BYTES:
            return self.problem(_STRANGE, sha256, info.file_name)
        part = media.part_of(self.db, self.peer_id, sha256)
        pieces = _count(info.size)
        for number in range(media.open_part(part, info.size, PIECE_BYTES), pieces):
            data = self._piece(PHOTO, sha256, number)
            if data is None:
                return False
            media.add_piece(part, data)
            self.tell(number + 1, pieces)
        try:
            media.take_part(self.db, part, sha256, info.file_name[:_MAX_NAME])
        except FileRefusedError:
            return self.problem(_DAMAGED_THERE, sha256, info.file_name)
        return True

    def _info(self, kind: Kind, sha256: str) -> MediaInfo | None:
        """Return what the peer says of it; None when it has it no more."""
        if found := self.told.get((kind, sha256)):
            return found
        state = self.ask(self.client.media_state, kind, sha256)
        if state.whole and state.info is not None:
            return state.info
        media_peers.note_at_peer(self.db, self.peer_id, kind, sha256, there=False)
        return None

    def _piece(self, kind: Kind, sha256: str, number: int) -> bytes | None:
        """Return one piece; None when the peer has it no more."""
        try:
            return self.ask(self.client.get_piece, kind, sha256, number, self.cancelled)
        except BadAnswerError as error:
            if error.code != "not_found":
                raise
            media_peers.note_at_peer(self.db, self.peer_id, kind, sha256, there=False)
            return None


def _thumbnail(db: Database, sha256: str) -> bytes | None:
    """Return the largest small copy that is short enough; None when the photo can't be decoded."""
    for side in _THUMBNAIL_SIDES:
        path = media.thumbnail_of(db, sha256, side)
        if path is not None and path.stat().st_size <= MAX_THUMBNAIL_BYTES:
            return path.read_bytes()
    return None


def _piece(path: Path, number: int) -> bytes:
    with path.open("rb") as file:
        file.seek(number * PIECE_BYTES)
        return file.read(PIECE_BYTES)


def _count(size: int) -> int:
    return -(-size // PIECE_BYTES)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
