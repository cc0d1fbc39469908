"""Reading a file of changes: everything in it is checked before anything is taken, and all is taken or nothing."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fieldapp.core.errors import CancelledError, DatabaseError, FileRefusedError
from fieldapp.core.ids import is_uid
from fieldapp.core.text import _
from fieldapp.store import incoming, media, parcels, peers, receipts, records
from fieldapp.store.connection import Database
from fieldapp.store.peers import Peer
from fieldapp.sync import bundle_file, messages, wire
from fieldapp.sync.bundle_figures import Tally, device_words, digests_of, instant_words
from fieldapp.sync.bundle_file import Manifest, ParcelRefusedError, Reader
from fieldapp.sync.wire import Change

NEW, KNOWN, OWN = "new", "known", "own"
"""What a file was to the database that read it: new, read before, or written by it."""

_MAX_NUMBER = 2**63 - 1

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


class WrongOrderError(ParcelRefusedError):
    """Another file must be read before this one."""


class WrongProjectError(ParcelRefusedError):
    """The file comes from another association."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What another laptop holds of a file that was written here at `at` (UTC): visits identical, and uids of others.

    `changed` were changed here since, so nothing can be said of them.
    """

    parcel: str
    at: str
    identical: int
    changed: int
    different: tuple[str, ...]


@dataclass(slots=True)
class Imported:
    """What became of a file: its `kind` (NEW, KNOWN, OWN), what it holds, and what of it was new here.

    `changes` is what the file holds, `received` what was new; `known_at` is when it was read before, or written (UTC).
    """

    path: Path
    kind: str
    device_name: str
    made_at: str
    changes: int = 0
    received: int = 0
    created: int = 0
    visits: int = 0
    conflicts: int = 0
    people: int = 0
    photos: int = 0
    known_at: str = ""
    confirmations: list[Confirmation] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def import_(
    db: Database, path: Path, *, progress: Progress | None = None, cancelled: Cancelled | None = None
) -> Imported:
    """Take what a file holds, all in one transaction, after everything in it was checked.

    A file that was read before, or that this database wrote, changes nothing (photos that are missing come all the
    same). `progress(done, all)` counts changes, which are gone through twice, and photos.

    Raises ParcelRefusedError (WrongOrderError, WrongProjectError), IncompleteError, CancelledError, DatabaseError: then
    nothing was taken. What is wrong with a photo is a sentence in `problems`.
    """
    with bundle_file.opened(path) as reader:
        work = _Import(db, reader, progress, cancelled)
        return work.take()


@dataclass
class _Import:
    """One file being read."""

    db: Database
    reader: Reader
    progress: Progress | None
    cancelled: Cancelled | None
    done: int = 0

    @property
    def manifest(self) -> Manifest:
        """What the file says of itself."""
        return self.reader.manifest

    def take(self) -> Imported:
        """Check the file, then take what it holds."""
        self._refuse_senseless()
        self._refuse_other_project()
        known = parcels.get(self.db, self.manifest.parcel)
        if known is None:
            self._refuse_unready()
        visits = self._verified()
        kind = NEW if known is None else OWN if known.direction == parcels.OUT else KNOWN
        found = Imported(self.reader.path, kind, device_words(self.manifest), self.manifest.made_at)
        found.changes, found.known_at = self.manifest.changes, known.at if known else ""
        with self._translated(), self.db.transaction() as connection:
            if kind == OWN:
                found.confirmations = self._compared(connection, None)
                return found
            peer = peers.add(self.db, peers.FILE, project=self.manifest.device, name=found.device_name)
            if kind == NEW:
                self._put(connection, peer, visits, found)
        self._take_photos(peer, found)
        return found

    # -------------------------------------------------------------------------------- before anything is written

    def _refuse_senseless(self) -> None:
        told = self.manifest
        texts = (told.device, told.device_name, told.who, told.made_at, told.project, told.project_name)
        is_sensible = (
            is_uid(told.parcel)
            and all(len(text) <= 200 for text in texts)
            and all(0 <= number <= _MAX_NUMBER for number in (told.first, told.last))
            and all(Path(name).stem == told.members[name].sha256 for name in self.reader.photos.values())
        )
        if not is_sensible:
            raise bundle_file.lying(self.reader.path)

    def _refuse_other_project(self) -> None:
        hub, told = peers.hub(self.db), self.manifest
        if hub is not None and told.project and told.project != hub.project:
            raise WrongProjectError(
                _(
                    "L’envoi {path} vient d’une autre association ({theirs}), cet ordinateur est de {ours} : rien n’en "
                    "a été pris."
                ).format(path=self.reader.path, theirs=told.project_name or "?", ours=hub.name)
            )

    def _refuse_unready(self) -> None:
        """Refuse what a newer program wrote, and what follows a file that was not read here."""
        told = self.manifest
        for code, share in told.protocols.items():
            protocol = self.db.protocols.get(code)
            if protocol is None or wire.is_newer(share.version, protocol.version):
                raise ParcelRefusedError(self._newer_words(code, share.version))
        if told.previous and parcels.get(self.db, told.previous) is None:
            raise WrongOrderError(
                _(
                    "L’envoi {path} suit celui du {moment} de « {device} », qui n’a pas été lu ici. Lisez d’abord "
                    "celui-là, ou demandez un envoi complet ; rien n’a été modifié."
                ).format(path=self.reader.path, moment=instant_words(told.previous_at), device=device_words(told))
            )

    def _newer_words(self, protocol: str, version: str) -> str:
        return _(
            "L’envoi {path} vient d’un programme plus récent ({protocol} {version}) : mettez fieldapp à jour, puis "
            "lisez-le de nouveau. Rien n’en a été pris."
        ).format(path=self.reader.path, protocol=protocol[:80], version=version[:20])

    def _verified(self) -> set[str]:
        """Read everything once, compare it with the manifest, and return the visits."""
        tally = Tally()
        for name in self.reader.parts:
            self._stop()
            changes = self.reader.part(name).changes
            self._refuse_strange(changes)
            tally.add(changes)
            self._tell(len(changes))
        for name in self.reader.photos.values():
            self._stop()
            for _piece in self.reader.pieces(name):
                pass
        if tally.shares() != self.manifest.protocols or tally.total() != self.manifest.changes:
            raise bundle_file.lying(self.reader.path)
        return tally.all_visits()

    def _refuse_strange(self, changes: Sequence[Change]) -> None:
        newer = messages.first_newer(self.db, changes)
        if newer is not None:
            raise ParcelRefusedError(self._newer_words(changes[newer].protocol, changes[newer].version))
        here = parcels.kinds(self.db, {change.record for change in changes})
        for change in changes:
            kind = (change.protocol, change.entity)
            if here.get(change.record, kind) != kind or not messages.is_sensible(
                change, self.db.protocols[change.protocol].entity(change.entity)
            ):
                raise ParcelRefusedError(bundle_file.damaged(self.reader.path))

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn what SQLite can't hold into a sentence: JSON nested beyond its measure, halves of a sign."""
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.DataError, OverflowError, UnicodeError) as error:
            raise ParcelRefusedError(bundle_file.damaged(self.reader.path)) from error

    # ------------------------------------------------------------------------------------------------- taking

    def _put(self, connection: sqlite3.Connection, peer: Peer, visits: set[str], found: Imported) -> None:
        start = parcels.last_change(self.db)
        people: set[str] = set()
        for name in self.reader.parts:
            self._stop()
            request = self.reader.part(name)
            changes = messages.incoming(request.actions, request.changes)
            took = incoming.take(self.db, connection, peer.id, changes, more_to_come=True)
            found.received += took.changes
            found.created += took.created
            found.conflicts += took.disputed
            people |= took.people
            self._tell(len(changes))
        incoming.refuse_incomplete(self.db, start)
        found.visits = len(visits)
        found.people = len(people - {self.db.author.who})
        told = self.manifest
        parcels.was_read(
            connection,
            parcels.File(
                *(told.parcel, parcels.IN, told.device, told.previous, told.first, told.last, told.changes),
                *(tuple(visits), records.now(), ""),
            ),
        )
        found.confirmations = self._compared(connection, peer)
        peers.synced(self.db, peer, {"received": found.received, "conflicts": found.conflicts}, role="")

    def _compared(self, connection: sqlite3.Connection, peer: Peer | None) -> list[Confirmation]:
        """Compare what the writer holds of our own files with what is here; note it as receipts."""
        found = []
        for uid, theirs in self.manifest.receipts.items():
            file = parcels.get(self.db, uid)
            if file is None or file.direction != parcels.OUT:
                continue
            here = digests_of(self.db, file.visits)
            others = {visit for visit in here if theirs.get(visit) != here[visit]}
            changed = others & parcels.touched_after(self.db, file.last) if others else others
            different = others - changed
            if not different:
                parcels.confirm(connection, uid, self.manifest.device)
            if peer is not None:
                receipts.expect(connection, peer.id, here.keys() - changed)
                receipts.note(connection, peer.id, dict.fromkeys(here.keys() - others, "identical"))
                receipts.note(connection, peer.id, dict.fromkeys(different, "different"))
            found.append(Confirmation(uid, file.at, len(here) - len(others), len(changed), tuple(sorted(different))))
        return found

    def _take_photos(self, peer: Peer, found: Imported) -> None:
        """Take the photos that are not here; what is wrong with one is told, a disk that takes no more ends it."""
        for sha256, name in self.reader.photos.items():
            if media.path_of(self.db, sha256) is not None:
                continue
            try:
                self._stop()
                self._take_photo(peer, sha256, name)
                found.photos += 1
            except (ParcelRefusedError, DatabaseError, CancelledError) as error:
                found.problems.append(
                    _("{reason} Les relevés sont pris ; lisez de nouveau le fichier pour les photos.").format(
                        reason=error
                    )
                )
                return
            except FileRefusedError as error:
                found.problems.append(str(error))

    def _take_photo(self, peer: Peer, sha256: str, name: str) -> None:
        part = media.part_of(self.db, peer.id, sha256)
        try:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            media.open_part(part, self.manifest.members[name].size, bundle_file.PIECE_BYTES)
            for piece in self.reader.pieces(name):
                media.add_piece(part, piece)
            media.take_part(self.db, part, sha256, self.manifest.photo_names.get(sha256, "")[:255])
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    def _stop(self) -> None:
        if self.cancelled is not None and self.cancelled():
            raise CancelledError(_("Lecture arrêtée : rien de l’envoi n’a été pris."))

    def _tell(self, count: int) -> None:
        self.done += count
        if self.progress is not None:
            self.progress(self.done, 2 * self.manifest.changes)
