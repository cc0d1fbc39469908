"""Backups: verified copies of the database beside it, in rotation, and the way back from one of them.

Names hold the moment of making in UTC, so they sort: `fieldapp-2026-11-20T204000.db`. A backup is one file that any
SQLite program opens.
"""

from __future__ import annotations

import contextlib
import glob
import os
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fieldapp.core import paths
from fieldapp.core.errors import (
    DamagedDatabaseError,
    DatabaseError,
    FieldappError,
    FileRefusedError,
    NewerDatabaseError,
)
from fieldapp.core.text import N_, _
from fieldapp.store import disk, instance, migrations, replacing
from fieldapp.store.connection import connect, is_foreign, is_sound, translated

KEEP_LAST, KEEP_DAYS, KEEP_MONTHS = 10, 14, 24
"""What rotation keeps: the last ones, the newest of each of the last days, the newest of each of the last months."""

AGAIN_AFTER = timedelta(hours=2)
"""How old the newest backup is before another one is made of what was saved since: an evening at the ponds is about
that long (a choice of the program)."""

PARTIAL = ".partiel"
"""Ending of a copy that is not finished; it is never taken for a backup."""

_STAMP = "%Y-%m-%dT%H%M%S"
_WRONG_CLOCK = timedelta(days=1)
_FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup file; `made_at` is UTC, as its name says, `size` in bytes."""

    path: Path
    made_at: datetime
    size: int


@dataclass(frozen=True, slots=True)
class Content:
    """What a copy is compared by: its schema version, its numbers of records and changes, and the last change."""

    version: int
    records: int
    changes: int
    last_change: int


@dataclass(frozen=True, slots=True)
class Difference:
    """How a copy and the present database differ, in saves (a sheet, an import, an undo), known by their uids.

    `lost` are in the database only: going back to the copy would take them away; `gained` are in the copy only;
    `shared` are in both. With nothing shared the copy comes from another database.
    """

    lost: int
    gained: int
    shared: int

    @property
    def is_foreign(self) -> bool:
        """Whether the copy holds saves, and none of them was made in this database."""
        return bool(self.gained and not self.shared)


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: the backup that is the database now, what it holds, and where the former database is kept."""

    backup: Path
    content: Content
    kept: tuple[Path, ...]


def make(db_path: Path, folder: Path | None = None, now: datetime | None = None) -> Path:
    """Make one verified backup and return its path; the database may be in use meanwhile.

    The copy gets its name only when it is whole and on the disk. Raises DatabaseError (no room, no right to write) or
    DamagedDatabaseError (the database itself is damaged: what is no good copy is not kept).
    """
    folder = folder or paths.backup_folder(db_path)
    stamp = (now or datetime.now(UTC)).astimezone(UTC).strftime(_STAMP)
    return copy_to(db_path, _free_name(folder / f"{db_path.stem}-{stamp}.db"))


def copy_to(db_path: Path, target: Path) -> Path:
    """Write a verified copy of the database to `target`; a backup of that name is replaced when the new one is whole.

    Nothing else is replaced: no file of another kind, no database that is or was in use (SQLite would play the log that
    lies beside it into the copy). Raises FileRefusedError, and what `make` raises.
    """
    if not db_path.is_file():
        raise FileRefusedError(_("Il n’y a pas de base {path} : rien à sauvegarder.").format(path=db_path))
    if target.is_dir() or target.resolve() == db_path.resolve():
        raise FileRefusedError(
            _("La sauvegarde ne peut pas s’appeler {path} : donnez un autre nom de fichier.").format(path=target)
        )
    _refuse_all_but_backups(target)
    with (
        translated(db_path),
        contextlib.closing(connect(db_path)) as source,
        _writing(target, _BACKUP_FAILED),
    ):
        _copy(source, target, disk.size(db_path), db_path)
    return target


def _refuse_all_but_backups(target: Path) -> None:
    """Raise FileRefusedError unless the name is free or that of a backup: closed, whole in one file, held by nobody.

    A database in use keeps its log or its lock beside it, and the marks of WAL in its header, which a backup never has
    (bytes 18 and 19: source sqlite.org/fileformat2.html, section 1.3).
    """
    real = target.resolve()
    if any(path.exists() for path in disk.files_of(real)[1:]):
        is_backup = False
    elif not real.exists():
        is_backup = True
    else:
        with _writing(target, _BACKUP_FAILED), real.open("rb") as file:
            head = file.read(100)
        mark = migrations.APPLICATION_ID.to_bytes(4, "big")
        is_backup = head.startswith(b"SQLite format 3\0") and head[18:20] == b"\1\1" and head[68:72] == mark
    if not is_backup:
        raise FileRefusedError(
            _(
                "{path} existe déjà et n’est pas une simple sauvegarde de fieldapp : rien n’a été écrit. Donnez un "
                "autre nom de fichier."
            ).format(path=target)
        )


def list_backups(db_path: Path, folder: Path | None = None) -> list[Backup]:
    """Return the backups of a database, newest name first; [] when there are none."""
    folder = folder or paths.backup_folder(db_path)
    pattern = re.compile(re.escape(db_path.stem) + r"-(\d{4}-\d\d-\d\dT\d{6})(?:-(\d{1,4}))?\.db")
    found: list[tuple[datetime, int, Backup]] = []
    with contextlib.suppress(FileNotFoundError, NotADirectoryError, PermissionError):
        for path in folder.iterdir():
            match = pattern.fullmatch(path.name)
            with contextlib.suppress(ValueError, OSError):
                if match and path.is_file():
                    made_at = datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)
                    found.append((made_at, int(match[2] or 1), Backup(path, made_at, path.stat().st_size)))
    return [backup for _at, _number, backup in sorted(found, key=lambda item: item[:2], reverse=True)]


def newest_good(db_path: Path, now: datetime | None = None, folder: Path | None = None) -> Backup | None:
    """Return the newest backup that passes every check, None when there is none.

    A backup that bears a date to come was made while the clock was wrong: of the newest one of each kind, the one that
    holds the later change is taken.
    """
    good = []
    for group in _by_clock(list_backups(db_path, folder), now or datetime.now(UTC)):
        for backup in group:
            with contextlib.suppress(FieldappError):
                good.append((verify(backup.path).last_change, backup.made_at, backup))
                break
    return max(good, key=lambda item: item[:2])[2] if good else None


def due(db_path: Path, now: datetime | None = None, folder: Path | None = None) -> bool:
    """Return whether a backup should be made: something was saved since the newest, which is AGAIN_AFTER old."""
    now = now or datetime.now(UTC)
    young = any(abs(now - backup.made_at) < AGAIN_AFTER for backup in list_backups(db_path, folder))
    return not young and is_behind(db_path, now, folder)


def is_behind(db_path: Path, now: datetime | None = None, folder: Path | None = None) -> bool:
    """Return whether the database holds a save that the newest backup has not."""
    if not db_path.is_file():
        return False
    with translated(db_path), contextlib.closing(connect(db_path)) as connection:
        last = _last_uid(connection)
    seen = set()
    for group in _by_clock(list_backups(db_path, folder), now or datetime.now(UTC)):
        for backup in group[:1]:
            with contextlib.suppress(FieldappError), _reading(backup.path) as connection:
                seen.add(_last_uid(connection))
    return last is not None and last not in seen


def rotate(db_path: Path, now: datetime | None = None, folder: Path | None = None) -> list[Path]:
    """Delete the backups that are no longer needed and return them.

    Kept are the last KEEP_LAST, the newest of each of the last KEEP_DAYS days and of each of the last KEEP_MONTHS
    months, as many of those that bear a date to come, and always the newest good one. A file that can't be deleted
    stays.
    """
    now = (now or datetime.now(UTC)).astimezone(UTC)
    past, future = _by_clock(list_backups(db_path, folder), now)
    keep = {backup.path for backup in (*past[:KEEP_LAST], *future[:KEEP_LAST])}
    days: dict[str, Path] = {}
    months: dict[str, Path] = {}
    for backup in past:
        if now - backup.made_at < timedelta(days=KEEP_DAYS):
            days.setdefault(backup.made_at.strftime("%Y-%m-%d"), backup.path)
        if _months_between(backup.made_at, now) < KEEP_MONTHS:
            months.setdefault(backup.made_at.strftime("%Y-%m"), backup.path)
    keep |= {*days.values(), *months.values()}
    extra = [backup.path for backup in (*past, *future) if backup.path not in keep]
    if extra and (good := newest_good(db_path, now, folder)):
        extra = [path for path in extra if path != good.path]
    deleted = [path for path in extra if _unlinked(path)]
    _drop_forgotten(folder or paths.backup_folder(db_path), db_path.stem, now)
    return deleted


def verify(file: Path) -> Content:
    """Return what a backup holds, having read all of it.

    Raises FileRefusedError (missing, no database, or another program's), NewerDatabaseError or DamagedDatabaseError,
    each with what to do now. The file is not changed.
    """
    if not file.is_file():
        raise FileRefusedError(
            _("{path} n’est pas un fichier : choisissez une sauvegarde (un fichier .db).").format(path=file)
        )
    with _reading(file) as connection:
        return _content(connection, file)


def compare(file: Path, db_path: Path) -> Difference:
    """Return how a backup differs from the present database, which may be in use; raises what `verify` raises.

    Numbers of changes say nothing here: two databases both begin to count at one.
    """
    with _reading(file) as connection:
        there = _actions(connection)
    with translated(db_path), contextlib.closing(connect(db_path)) as connection:
        here = _actions(connection)
    return Difference(len(here - there), len(there - here), len(here & there))


def restore(file: Path, db_path: Path, *, held: instance.Lock | None = None, now: datetime | None = None) -> Restored:
    """Make a backup the present database and return what was kept where; the former database is never deleted.

    `held` is the lock of a caller that holds the database already; its connections must be closed. Until the copy is
    whole, verified and on the disk, nothing of the present database is touched; whatever fails leaves it in place.
    Cut short at any instant, the old database or the new one stands there, whole.

    Raises what `verify` raises, AlreadyOpenError, or DatabaseError (no room, no right to write).
    """
    if db_path.is_dir() or db_path.resolve() == file.resolve():
        raise FileRefusedError(
            _("{path} ne peut pas être remplacé par {file} : choisissez une autre sauvegarde.").format(
                path=db_path, file=file
            )
        )
    content = verify(file)
    with contextlib.ExitStack() as stack:
        if held is None:
            stack.enter_context(instance.hold(db_path))
        connection = stack.enter_context(_reading(file))
        stack.enter_context(_writing(db_path, _RESTORE_FAILED))
        replacing.refuse_in_use(db_path)
        replacing.drop_leftovers(db_path)
        fresh = db_path.with_name(f"{db_path.name}{replacing.FRESH}")
        stack.callback(fresh.unlink, missing_ok=True)
        _copy(connection, fresh, disk.size(file), file)
        moment = (now or datetime.now(UTC)).astimezone(UTC).strftime(_STAMP)
        aside = _free_name(db_path.with_name(f"{db_path.stem}{replacing.KEPT}{moment}{db_path.suffix}"))
        kept = replacing.exchange(fresh, db_path, aside)
    return Restored(file, content, kept)


def _copy(source: sqlite3.Connection, target: Path, size: int, origin: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    disk.refuse_full(target.parent, size)
    partial = target.with_name(f"{target.name}.{os.getpid()}{PARTIAL}")
    try:
        # One read transaction: the copy and the counts are of the same moment, whatever is saved meanwhile.
        source.execute("BEGIN")
        expected = _counts(source)
        copy = sqlite3.connect(partial, isolation_level=None)
        with contextlib.closing(copy):
            source.backup(copy)
            source.execute("ROLLBACK")
            copy.execute(
                "PRAGMA journal_mode = DELETE"
            )  # so that the copy is one file, readable where nothing is writable
            if not is_sound(copy) or _counts(copy) != expected:
                raise DamagedDatabaseError(_damaged_source(origin))
        disk.to_disk(partial)
        partial.replace(target)
        disk.to_disk(target.parent)
    finally:
        if source.in_transaction:
            source.execute("ROLLBACK")
        for ending in ("", "-journal", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                Path(f"{partial}{ending}").unlink(missing_ok=True)


_BACKUP_FAILED = N_(
    "La sauvegarde {path} n’a pas pu être écrite : disque plein, débranché ou sans droit d’écriture. "
    "La base elle-même est intacte. Libérez de la place ou choisissez un autre dossier, puis recommencez."
)
_RESTORE_FAILED = N_(
    "La base {path} n’a pas pu être remplacée : disque plein, débranché ou sans droit d’écriture. "
    "Elle est intacte et à sa place. Libérez de la place ou vérifiez vos droits, puis recommencez."
)
_WRITE_ERRORS = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PERM,
}


@contextlib.contextmanager
def _writing(target: Path, sentence: str) -> Iterator[None]:
    """Turn what goes wrong while files are written into the sentence."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if isinstance(error, sqlite3.Error) and code not in _WRITE_ERRORS:
            raise
        raise DatabaseError(_(sentence).format(path=target)) from error


@contextlib.contextmanager
def _reading(file: Path) -> Iterator[sqlite3.Connection]:
    """Hold a file open that must not be changed, wherever it lies; one that has no log beside it is taken as it is."""
    unchanging = "" if Path(f"{file}-wal").exists() else "&immutable=1"
    with translated(file):
        connection = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro{unchanging}", uri=True, isolation_level=None)
        with contextlib.closing(connection):
            yield connection


def _content(connection: sqlite3.Connection, file: Path) -> Content:
    try:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        is_ours = version > 0 and not is_foreign(connection)
    except sqlite3.DatabaseError as error:
        raise DamagedDatabaseError(_damaged_backup(file)) from error
    if not is_ours:
        raise FileRefusedError(
            _("{path} n’est pas une base de fieldapp : choisissez une de ses sauvegardes.").format(path=file)
        )
    if version > migrations.VERSION:
        raise NewerDatabaseError(
            _(
                "La sauvegarde {path} vient d’une version plus récente de fieldapp (base {found}, ce programme "
                "{known}). Mettez le programme à jour, puis recommencez ; rien n’a été modifié."
            ).format(path=file, found=version, known=migrations.VERSION)
        )
    if not is_sound(connection):
        raise DamagedDatabaseError(_damaged_backup(file))
    return Content(version, *_counts(connection), _last_change(connection))


def _counts(connection: sqlite3.Connection) -> tuple[int, int]:
    records: int = connection.execute("SELECT count(*) FROM record").fetchone()[0]
    changes: int = connection.execute("SELECT count(*) FROM change").fetchone()[0]
    return records, changes


def _last_change(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT coalesce(max(id), 0) FROM change").fetchone()[0])


def _last_uid(connection: sqlite3.Connection) -> str | None:
    row = connection.execute("SELECT uid FROM change ORDER BY id DESC LIMIT 1").fetchone()
    return str(row[0]) if row else None


def _actions(connection: sqlite3.Connection) -> set[str]:
    """Return the uids of all saves: a hundred thousand take 10 MB."""
    return {row[0] for row in connection.execute("SELECT uid FROM action")}


def _by_clock(backups: list[Backup], now: datetime) -> tuple[list[Backup], list[Backup]]:
    """Return the backups, newest first, parted in those up to now and those that bear a date to come."""
    limit = now + _WRONG_CLOCK
    return [b for b in backups if b.made_at <= limit], [b for b in backups if b.made_at > limit]


def _free_name(path: Path) -> Path:
    """Return the path, numbered above all others of that name: the last one made in a second sorts last."""
    taken = [file.stem.removeprefix(path.stem).strip("-") for file in path.parent.glob(f"{glob.escape(path.stem)}*.db")]
    highest = max((int(number or 1) for number in taken if (number or "1").isdecimal()), default=0)
    return path if highest == 0 else path.with_name(f"{path.stem}-{highest + 1}{path.suffix}")


def _months_between(then: datetime, now: datetime) -> int:
    return (now.year - then.year) * 12 + now.month - then.month


def _drop_forgotten(folder: Path, stem: str, now: datetime) -> None:
    """Delete unfinished copies that a crash left behind; not those that another program may be writing."""
    for path in folder.glob(f"{stem}-*{PARTIAL}*"):
        with contextlib.suppress(OSError):
            if abs(now.timestamp() - path.stat().st_mtime) > _FORGOTTEN.total_seconds():
                path.unlink()


def _unlinked(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True


def _damaged_source(path: Path) -> str:
    return _(
        "La base {path} est abîmée : aucune sauvegarde n’en a été faite, et les précédentes sont gardées. "
        "Restaurez la dernière bonne sauvegarde : Réglages › Sauvegardes, ou la commande fieldapp restore."
    ).format(path=path)


def _damaged_backup(path: Path) -> str:
    return _("La sauvegarde {path} est abîmée : choisissez-en une autre. Rien n’a été modifié.").format(path=path)
