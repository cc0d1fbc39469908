"""Photos in backups. A photo never changes, so each is copied once; the rotation of the backups deletes none.

The photos of the backups of a folder lie in `photos/` in it, shared by all of them. A copy of the database under a name
of its own has its photos beside it, as the database itself has: it can be opened as it is.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fieldapp.core import paths
from fieldapp.core.errors import FieldappError
from fieldapp.core.text import _, ngettext
from fieldapp.store import media
from fieldapp.store.connection import open_database

SHARED = "photos"
"""Name of the folder with the photos of all backups that lie beside it."""

NAMED = 3
"""So many damaged photos are named, the others are counted."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What became of the photos: how many lie there now, how many of them were copied just now, how many could not be.

    `problem` says in a sentence why some could not, "" when all are there.
    """

    photos: int = 0
    copied: int = 0
    failed: int = 0
    problem: str = ""

    def words(self) -> str:
        """Return how many photos are with the backup: "12 photos avec elle, dont 3 nouvelles"; "" for none."""
        if not self.photos:
            return ""
        words = ngettext("{n} photo avec elle", "{n} photos avec elle", self.photos).format(n=self.photos)
        fresh = ngettext("dont {n} nouvelle", "dont {n} nouvelles", self.copied).format(n=self.copied)
        return f"{words}, {fresh}" if self.copied else words


def shared_folder(folder: Path) -> Path:
    """Return where the photos of the backups in this folder lie."""
    return folder / SHARED


def copy_new(database: Path, target: Path) -> Copied:
    """Copy the photos of a database that are not in the folder `target` yet; never raises, `problem` says what failed.

    A photo whose content is no longer that of its name is not copied: it would stand in the way of a good copy.
    """
    return _copy(paths.media_folder(database), target, database)


def bring_back(backup: Path, database: Path) -> Copied:
    """Copy the photos that lie with a backup and that the database has not; none is replaced or deleted.

    Never raises: `problem` says what failed.
    """
    target = paths.media_folder(database)
    here = [_copy(folder, target, database) for folder in (paths.media_folder(backup), shared_folder(backup.parent))]
    return Copied(
        max(done.photos for done in here),
        sum(done.copied for done in here),
        sum(done.failed for done in here),
        next((done.problem for done in here if done.problem), ""),
    )


def is_waiting(database: Path, target: Path) -> bool:
    """Return whether there is something to copy into the folder `target`, or to say about it.

    Reads the photos that are not there yet until one is whole: a damaged one can't be copied and would wait for ever.
    A folder that can't be listed counts as waiting: copying says what is wrong with it.
    """
    try:
        return any(media.holds(path, path.stem) for path, _place in _new(paths.media_folder(database), target))
    except OSError:
        return True


def waiting_bytes(database: Path, target: Path) -> int:
    """Return the size of the photos that are not in the folder `target` yet; looks at names only, not into files.

    0 when one of the folders can't be listed: there is nothing then that takes time to copy.
    """
    try:
        return sum(path.stat().st_size for path, _place in _new(paths.media_folder(database), target))
    except OSError:
        return 0


def _new(source: Path, target: Path) -> Iterator[tuple[Path, Path]]:
    """Yield the photos that are only in `source`, each with its place in `target`; OSError: one can't be listed."""
    here = list(media.files_in(source))
    there = {path.name for path in media.files_in(target)} if here else set()
    for path in here:
        if path.name not in there:
            yield path, target / path.parent.name / path.name


def _copy(source: Path, target: Path, database: Path) -> Copied:
    """Copy what is new; `database` knows how the photos were first called."""
    copied = failed = 0
    why = ""
    damaged = []
    try:
        for path, place in _new(source, target):
            try:
                data = path.read_bytes()
                if hashlib.sha256(data).hexdigest() != path.stem:
                    damaged.append(path)
                    continue
                media.write(place, data, path.stem)
                copied += 1
            except (FieldappError, OSError) as error:
                failed += 1
                why = why or (str(error) if isinstance(error, FieldappError) else _unread(path))
    except OSError as error:
        return Copied(copied=copied, failed=failed, problem=_unread(Path(error.filename or source)))
    count = failed + len(damaged)
    reasons = [why, *_damaged_words(damaged, database)]
    return Copied(_photos_in(target), copied, count, _problem(count, target, reasons) if count else "")


def _photos_in(folder: Path) -> int:
    with contextlib.suppress(OSError):
        return sum(1 for _path in media.files_in(folder))
    return 0


def _problem(failed: int, target: Path, reasons: Sequence[str]) -> str:
    words = ngettext(
        "{n} photo n’a pas pu être copiée dans {folder} ; les relevés, eux, y sont.",
        "{n} photos n’ont pas pu être copiées dans {folder} ; les relevés, eux, y sont.",
        failed,
    ).format(n=failed, folder=target)
    return " ".join(filter(None, (words, *reasons)))


def _unread(path: Path) -> str:
    return _(
        "{path} ne se laisse pas lire, ses photos ne sont pas copiées : vérifiez le disque et vos droits, puis "
        "recommencez. Les relevés, eux, sont intacts."
    ).format(path=path)


def _damaged_words(damaged: Sequence[Path], database: Path) -> Iterator[str]:
    """Yield what is wrong with each damaged photo, by the name that it had on the camera; then how many more there are.

    A database that can't be read just now gives no names: the photos go by their SHA-256.
    """
    names: dict[str, str] = {}
    if damaged:
        with contextlib.suppress(FieldappError, OSError, sqlite3.Error), open_database(database) as db:
            known = (media.get(db, path.stem) for path in damaged[:NAMED])
            names = {photo.sha256: photo.file_name for photo in known if photo is not None}
    for path in damaged[:NAMED]:
        yield media.Fault(path.stem, names.get(path.stem, ""), False, path).words()
    if more := len(damaged[NAMED:]):
        yield ngettext("{n} autre photo est abîmée.", "{n} autres photos sont abîmées.", more).format(n=more)
