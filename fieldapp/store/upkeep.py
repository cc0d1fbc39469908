"""Looking after a database while it is in use: the check that opening leaves to the background, and the backups."""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path

from fieldapp.core import paths
from fieldapp.core.errors import DamagedDatabaseError, DatabaseError, FieldappError
from fieldapp.core.text import _
from fieldapp.store import backup, disk, media, media_backup
from fieldapp.store.connection import Database, connect, is_sound, open_database, translated

CLOSING_BACKUP_BYTES = 64 * 1024 * 1024
"""Databases up to this size are copied while the window closes (measured: 64 MB take 0.2 s); larger ones wait for
the next start, which copies them in the background."""


def check_file(path: Path) -> None:
    """Check the whole file on a connection of its own; raises DamagedDatabaseError. Takes time in proportion to it."""
    with translated(path), closing(connect(path)) as connection:
        if not is_sound(connection):
            raise DamagedDatabaseError(
                _(
                    "La base {path} est abîmée sur le disque. Notez sur papier ce que vous saisissez encore, puis "
                    "ouvrez Réglages, Sauvegardes, et restaurez la dernière bonne sauvegarde."
                ).format(path=path)
            )


def is_due(path: Path) -> bool:
    """Return whether a backup should be made: of what was saved, or of photos that no backup has yet."""
    return backup.due(path) or media_backup.is_waiting(path, _photos_of(path))


def make(path: Path) -> Path:
    """Make a backup, with the photos that no backup has yet, and return it.

    The database comes first: a DatabaseError about photos says that they alone could not be copied.
    """
    made = backup.make(path)
    _copy_photos(path)
    return made


def back_up(path: Path) -> Path:
    """Make a backup, let go of those that the rotation no longer keeps, and copy the photos that no backup has yet.

    Return the new backup; raises what `make` raises.
    """
    take_up_photos(path)
    made = backup.make(path)
    backup.rotate(path)
    _copy_photos(path)
    return made


def back_up_due(path: Path) -> Path | None:
    """Do what `is_due` found to be done; return the new backup, None when only photos were waiting."""
    if backup.due(path):
        return back_up(path)
    _copy_photos(path)
    return None


def _photos_of(path: Path) -> Path:
    return media_backup.shared_folder(paths.backup_folder(path))


def take_up_photos(path: Path) -> None:
    """Give a row to photos whose row a crash prevented, and sweep away unfinished files; see `media.take_up`."""
    if paths.media_folder(path).is_dir():
        with open_database(path) as db:
            media.take_up(db)


def _copy_photos(path: Path) -> None:
    copied = media_backup.copy_new(path, _photos_of(path))
    if copied.problem:
        raise DatabaseError(copied.problem)


def back_up_at_closing(path: Path) -> None:
    """Make a backup of what was saved since the newest one, when that takes no longer than a person waits for it.

    Called when nothing can be shown any more: what fails is left to the next start, which makes a backup too and says
    what is wrong.
    """
    with suppress(FieldappError, OSError):
        photos = media_backup.waiting_bytes(path, _photos_of(path))
        if disk.size(path) <= CLOSING_BACKUP_BYTES and backup.is_behind(path):
            backup.make(path)
            backup.rotate(path)
        if photos <= CLOSING_BACKUP_BYTES:
            _copy_photos(path)


def counts(db: Database) -> dict[str, dict[str, int]]:
    """Return how many records there are per "protocol.entity", all and deleted; walks them all."""
    rows = db.rows("SELECT protocol, entity, count(*), sum(deleted) FROM record GROUP BY protocol, entity")
    return {f"{protocol}.{entity}": {"all": total, "deleted": gone} for protocol, entity, total, gone in rows}
