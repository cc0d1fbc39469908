"""Looking after a database while it is in use: the check that opening leaves to the background, and the backups."""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path

from fieldapp.core.errors import DamagedDatabaseError, FieldappError
from fieldapp.core.text import _
from fieldapp.store import backup, disk
from fieldapp.store.connection import Database, connect, is_sound, translated

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


def back_up(path: Path) -> Path:
    """Make a backup, then let go of those that the rotation no longer keeps; return the new one."""
    made = backup.make(path)
    backup.rotate(path)
    return made


def back_up_at_closing(path: Path) -> None:
    """Make a backup of what was saved since the newest one, when that takes no longer than a person waits for it.

    Called when nothing can be shown any more: what fails is left to the next start, which makes a backup too and says
    what is wrong.
    """
    with suppress(FieldappError):
        if disk.size(path) <= CLOSING_BACKUP_BYTES and backup.is_behind(path):
            back_up(path)


def counts(db: Database) -> dict[str, dict[str, int]]:
    """Return how many records there are per "protocol.entity", all and deleted; walks them all."""
    rows = db.rows("SELECT protocol, entity, count(*), sum(deleted) FROM record GROUP BY protocol, entity")
    return {f"{protocol}.{entity}": {"all": total, "deleted": gone} for protocol, entity, total, gone in rows}
