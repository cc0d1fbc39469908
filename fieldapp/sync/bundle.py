"""Changes by file: written whole to a USB stick, read whole or not at all, with receipts that travel back the same way.

Any laptop hands on all that it has, whoever made it. A file says which one must be read before it; reading twice, or
reading one's own, changes nothing.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path

from fieldapp import __version__
from fieldapp.core.errors import CancelledError, DatabaseError, FieldappError, FileRefusedError
from fieldapp.core.ids import new_uid
from fieldapp.core.text import _
from fieldapp.store import disk, media, outbox, parcels, peers, records
from fieldapp.store.connection import Database
from fieldapp.store.outbox import Parcel
from fieldapp.sync import bundle_file, messages
from fieldapp.sync.bundle_figures import Tally, digests_of
from fieldapp.sync.bundle_file import SUFFIX, Manifest, ParcelRefusedError, Writer
from fieldapp.sync.bundle_reading import (
    KNOWN,
    NEW,
    OWN,
    Confirmation,
    Imported,
    WrongOrderError,
    WrongProjectError,
    import_,
)
from fieldapp.sync.job import RECEIPTS_KEPT_DAYS
from fieldapp.sync.wire import Change, Request

__all__ = [
    "KNOWN",
    "NEW",
    "OWN",
    "Confirmation",
    "Exported",
    "Imported",
    "NothingNewError",
    "ParcelRefusedError",
    "WrongOrderError",
    "WrongProjectError",
    "export",
    "import_",
]

PART_CHANGES = 10_000
"""Most changes in one message of a file."""

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


class NothingNewError(FieldappError):
    """There is nothing that the file before did not hold."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written: how many changes, visits (or records in none) and photos it holds, and its bytes.

    `receipts` counts the files of others whose arrival it tells, `problems` are sentences about photos left out.
    """

    path: Path
    parcel: str
    changes: int
    visits: int
    photos: int
    bytes: int
    receipts: int = 0
    problems: tuple[str, ...] = ()


def export(
    db: Database,
    path: Path,
    *,
    since_last: bool = False,
    with_photos: bool = True,
    device_name: str = "",
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Exported:
    """Write all changes of the database, or with `since_last` those that the file before did not hold.

    `path` may be a folder (a USB stick): then the name tells the moment. `device_name` is how people call this laptop.
    The file gets its name when it is whole, on the disk and read back. `progress(done, all)` counts changes and photos.

    Raises FileRefusedError (no room, no right to write, not a name for it), NothingNewError, CancelledError,
    DatabaseError: then nothing was written.
    """
    target = _target(db, path)
    file = parcels.begin(db, new_uid(), parcels.last_written(db) if since_last else None)
    is_done = False
    try:
        work = _Export(db, file, with_photos, device_name, progress, cancelled)
        done = work.write(target)
        is_done = True
        return done
    finally:
        if not is_done:
            with contextlib.suppress(DatabaseError):
                parcels.forget(db, file)


def _target(db: Database, path: Path) -> Path:
    """Return the file to write; raises FileRefusedError when something else would be lost by it."""
    if path.is_dir():
        stamp = datetime.now().astimezone().strftime("%Y-%m-%dT%H%M%S")
        return path / f"fieldapp-{stamp}{SUFFIX}"
    taken = {other.resolve() for other in disk.files_of(db.path)}
    is_of_database = path.resolve() in taken or path.name.lower().endswith((*disk.LOGS, disk.LOCK))
    if is_of_database or (path.exists() and path.suffix.lower() != SUFFIX):
        raise FileRefusedError(
            _(
                "{path} n’est pas un nom pour un envoi : rien n’a été écrit. Donnez un autre nom de fichier, en "
                "{suffix}."
            ).format(path=path, suffix=SUFFIX)
        )
    return path


@dataclass
class _Export:
    """One file being written."""

    db: Database
    file: parcels.File
    with_photos: bool
    device_name: str
    progress: Progress | None
    cancelled: Cancelled | None
    tally: Tally = field(default_factory=Tally)
    photos: dict[str, Path] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def write(self, target: Path) -> Exported:
        """Write the file, read it back, give it its name, and note it."""
        told = _told_receipts(self.db)
        count = parcels.count(self.db, self.file)
        if not count and not told:
            raise NothingNewError(_("Il n’y a rien de nouveau depuis le dernier envoi : aucun fichier n’a été écrit."))
        fresh = target.with_name(f".{self.file.uid}.partiel")
        try:
            with _writing(target):
                with fresh.open("xb") as opened:
                    manifest = self._fill(Writer(opened), count, told)
                    opened.flush()
                    os.fsync(opened.fileno())
                self._read_back(fresh, manifest)
                fresh.replace(target)
        finally:
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)
        visits = self.tally.all_visits()
        self._note(target, visits, manifest)
        return Exported(
            target,
            self.file.uid,
            self.tally.total(),
            len(visits),
            len(self.photos),
            target.stat().st_size,
            len(told),
            tuple(self.problems),
        )

    def _note(self, target: Path, visits: set[str], manifest: Manifest) -> None:
        """Note that the file is written; one that the database does not know of must not go round."""
        with contextlib.suppress(OSError):
            # Not every file system of a stick has this wait.
            disk.to_disk(target.parent)
        try:
            parcels.written(self.db, self.file, self.tally.total(), visits, manifest.made_at)
        except DatabaseError:
            with contextlib.suppress(OSError):
                target.unlink()
            raise

    def _fill(self, writer: Writer, count: int, told: Mapping[str, Mapping[str, str]]) -> Manifest:
        try:
            for part in _parts(chain.from_iterable(parcels.windows(self.db, self.file))):
                self._stop()
                self._add_part(writer, part)
                self._tell(self.tally.total(), count + len(self.photos))
            for place, (sha256, path) in enumerate(sorted(self.photos.items())):
                self._stop()
                writer.add_photo(path)
                known = media.get(self.db, sha256)
                self.names[sha256] = known.file_name if known else ""
                self._tell(count + place + 1, count + len(self.photos))
            manifest = self._manifest(writer, told)
            writer.close(manifest)
            return manifest
        finally:
            writer.drop()

    def _add_part(self, writer: Writer, part: Mapping[int, str]) -> None:
        actions, changes = messages.outgoing(outbox.load(self.db, list(part)), part)
        self.tally.add(changes)
        if self.with_photos:
            self._find_photos(changes)
        writer.add_part(Request(replica=self.file.uid, actions=actions, changes=changes))

    def _find_photos(self, changes: Sequence[Change]) -> None:
        naming = {(code, entity.code) for code, entity in media.naming(self.db)}
        for change in changes:
            if (change.protocol, change.entity) in naming:
                sha256 = records.decode(bytes(change.after)).get("sha256")
                path = media.path_of(self.db, sha256) if isinstance(sha256, str) else None
                if path is None or sha256 in self.photos:
                    continue
                if media.holds(path, sha256):
                    self.photos[sha256] = path
                else:
                    self.problems.append(
                        _("La photo {path} est abîmée sur cet ordinateur : elle n’est pas dans l’envoi.").format(
                            path=path
                        )
                    )

    def _manifest(self, writer: Writer, told: Mapping[str, Mapping[str, str]]) -> Manifest:
        hub = peers.hub(self.db)
        previous = parcels.get(self.db, self.file.previous)
        return Manifest(
            program=__version__,
            parcel=self.file.uid,
            device=self.file.device,
            device_name=self.device_name,
            who=self.db.author.who,
            made_at=records.now(),
            project=hub.project if hub else "",
            project_name=hub.name if hub else "",
            previous=self.file.previous,
            previous_at=previous.at if previous else "",
            first=self.file.first,
            last=self.file.last,
            changes=self.tally.total(),
            protocols=self.tally.shares(),
            members=writer.members,
            photo_names=self.names,
            receipts={uid: dict(digests) for uid, digests in told.items()},
        )

    def _read_back(self, fresh: Path, manifest: Manifest) -> None:
        try:
            with bundle_file.opened(fresh) as reader:
                is_same = reader.manifest == manifest
                for name in manifest.members:
                    self._stop()
                    for _piece in reader.pieces(name):
                        pass
        except ParcelRefusedError:
            is_same = False
        if not is_same:
            raise OSError(errno.EIO, "reads back otherwise")

    def _stop(self) -> None:
        if self.cancelled is not None and self.cancelled():
            raise CancelledError(_("Arrêté : aucun fichier n’a été écrit."))

    def _tell(self, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(done, total)


def _parts(found: Iterable[Parcel]) -> Iterator[dict[int, str]]:
    """Yield the numbers of changes, each with its visit, some PART_CHANGES at a time; visits whole where they fit."""
    part: dict[int, str] = {}
    for parcel in found:
        if part and len(part) + len(parcel.changes) > PART_CHANGES:
            yield part
            part = {}
        for number, visit in parcel.changes.items():
            if len(part) == PART_CHANGES:
                yield part
                part = {}
            part[number] = visit
    if part:
        yield part


def _told_receipts(db: Database) -> dict[str, dict[str, str]]:
    """Return for the files that we read and whose writers do not know it yet the digests of their visits here."""
    since = datetime.now(UTC) - timedelta(days=RECEIPTS_KEPT_DAYS)
    return {
        file.uid: digests_of(db, file.visits)
        for file in parcels.to_confirm(db, since.isoformat(timespec="milliseconds"))
    }


@contextlib.contextmanager
def _writing(target: Path) -> Iterator[None]:
    """Turn what goes wrong while the file is written into a sentence."""
    try:
        yield
    except OSError as error:
        raise FileRefusedError(_unwritten(error, target)) from error


def _unwritten(error: OSError, target: Path) -> str:
    if error.errno in {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}:
        return _(
            "Pas assez de place pour écrire {path} : aucun envoi n’a été écrit. Libérez de la place, laissez les "
            "photos de côté, ou prenez une autre clé."
        ).format(path=target)
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return _("Le dossier {folder} n’existe pas : branchez la clé, ou choisissez-en un autre.").format(
            folder=target.parent
        )
    return _(
        "L’envoi n’a pas pu être écrit dans {path} : clé débranchée, abîmée, ou sans droit d’écriture. Rien n’y a été "
        "laissé ; vos relevés sont intacts. Recommencez, au besoin avec une autre clé."
    ).format(path=target)
