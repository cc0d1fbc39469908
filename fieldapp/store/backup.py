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
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fieldapp.core import paths
from fieldapp.core.errors import (
    AlreadyOpenError,
    DamagedDatabaseError,
    DatabaseError,
    FieldappError,
    FileRefusedError,
    NewerDatabaseError,
)
from fieldapp.core.text import N_, _
from fieldapp.store import instance, migrations
from fieldapp.store.connection import connect, is_foreign, is_sound, translated

KEEP_LAST, KEEP_DAYS, KEEP_MONTHS = 10, 14, 24
"""What rotation keeps: the last ones, the newest of each of the last days, the newest of each of the last months."""

SPARE_BYTES = 5_000_000
"""Room that must be left on the disk beside a copy, so that the next saves still fit."""

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
    """Write a verified copy of the database to `target`, replacing a file of that name only when it is whole."""
    if not db_path.is_file():
        raise FileRefusedError(_("Il n’y a pas de base {path} : rien à sauvegarder.").format(path=db_path))
    if target.is_dir() or target.resolve() == db_path.resolve():
        raise FileRefusedError(
            _("La sauvegarde ne peut pas s’appeler {path} : donnez un autre nom de fichier.").format(path=target)
        )
    with (
        translated(db_path),
        contextlib.closing(connect(db_path)) as source,
        _writing(target, _BACKUP_FAILED),
    ):
        _copy(source, target, _size(db_path), db_path)
    return target


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
    """Return whether a backup should be made: none was made today, and something was saved since the newest."""
    now = now or datetime.now(UTC)
    if not db_path.is_file():
        return False
    backups = list_backups(db_path, folder)
    today = now.astimezone().date()
    if any(backup.made_at.astimezone().date() == today for backup in backups):
        return False
    with translated(db_path), contextlib.closing(connect(db_path)) as connection:
        last = _last_change(connection)
    seen = set()
    for group in _by_clock(backups, now):
        for backup in group[:1]:
            with contextlib.suppress(FieldappError), _reading(backup.path) as connection:
                seen.add(_last_change(connection))
    return last > 0 and last not in seen


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


def restore(file: Path, db_path: Path, *, held: instance.Lock | None = None, now: datetime | None = None) -> Restored:
    """Make a backup the present database and return what was kept where; the former database is never deleted.

    `held` is the lock of a caller that holds the database already; its connections must be closed. Until the copy is
    whole, verified and on the disk, nothing of the present database is touched; whatever fails leaves it in place.

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
        _refuse_in_use(db_path)
        connection = stack.enter_context(_reading(file))
        stack.enter_context(_writing(db_path, _RESTORE_FAILED))
        fresh = db_path.with_name(f"{db_path.name}.restauration")
        stack.callback(fresh.unlink, missing_ok=True)
        _copy(connection, fresh, _size(file), file)
        kept = _exchange(fresh, db_path, (now or datetime.now(UTC)).astimezone(UTC))
    return Restored(file, content, kept)


def _exchange(fresh: Path, db_path: Path, now: datetime) -> tuple[Path, ...]:
    """Put `fresh` in the place of the database and return the files under which the former one is kept.

    The former files get a second name first, so that at every moment there is a database, and all of the former one.
    The log goes before the exchange: SQLite would play it into the new file.
    """
    aside = _free_name(db_path.with_name(f"{db_path.stem}-avant-restauration-{now.strftime(_STAMP)}{db_path.suffix}"))
    present = [ending for ending in ("", "-wal", "-shm") if Path(f"{db_path}{ending}").exists()]
    kept = tuple(Path(f"{aside}{ending}") for ending in present)
    for ending, copy in zip(present, kept, strict=True):
        _second_name(Path(f"{db_path}{ending}"), copy)
    _to_disk(db_path.parent)
    try:
        for ending in present[1:]:
            Path(f"{db_path}{ending}").unlink()
        fresh.replace(db_path)
    except OSError:
        for ending, copy in zip(present, kept, strict=True):
            if not Path(f"{db_path}{ending}").exists():
                _second_name(copy, Path(f"{db_path}{ending}"))
        raise
    _to_disk(db_path.parent)
    return kept


def _second_name(path: Path, other: Path) -> None:
    try:
        other.hardlink_to(path)
    except OSError:  # a disk without links, as USB sticks are
        _refuse_full(other.parent, path.stat().st_size)
        import shutil

        shutil.copy2(path, other)
        _to_disk(other)


def _refuse_in_use(db_path: Path) -> None:
    """Raise AlreadyOpenError when any other program has the database open, QGIS as well as ours.

    Every connection to a WAL database keeps SQLite's shared lock (source: sqlite.org/src/file/src/os.h, SHARED_FIRST
    and SHARED_SIZE). Windows itself refuses to replace a file that is open.
    """
    if sys.platform == "win32" or not db_path.exists():
        return
    import fcntl

    with _writing(db_path, _RESTORE_FAILED), db_path.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)
        except (BlockingIOError, PermissionError) as error:
            raise AlreadyOpenError(
                _(
                    "La base {path} est ouverte dans un autre programme. Fermez-le (fieldapp, QGIS…), puis "
                    "recommencez la restauration ; rien n’a été modifié."
                ).format(path=db_path)
            ) from error


def _copy(source: sqlite3.Connection, target: Path, size: int, origin: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    _refuse_full(target.parent, size)
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
        _to_disk(partial)
        partial.replace(target)
        _to_disk(target.parent)
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


def _size(path: Path) -> int:
    """Return the bytes of a database with its log."""
    return sum(part.stat().st_size for part in (path, Path(f"{path}-wal")) if part.exists())


def _refuse_full(folder: Path, size: int) -> None:
    import shutil

    free = shutil.disk_usage(folder).free
    if free < size + SPARE_BYTES:
        raise DatabaseError(
            _(
                "Il reste {free} Mo dans {folder} et la copie en demande {needed}. Libérez de la place ou choisissez "
                "un autre dossier, puis recommencez ; rien n’a été modifié."
            ).format(free=free // 1_000_000, folder=folder, needed=(size + SPARE_BYTES) // 1_000_000 + 1)
        )


def _to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk; Windows has no such wait for folders."""
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _damaged_source(path: Path) -> str:
    return _(
        "La base {path} est abîmée : aucune sauvegarde n’en a été faite, et les précédentes sont gardées. "
        "Restaurez la dernière bonne sauvegarde (fieldapp restore)."
    ).format(path=path)


def _damaged_backup(path: Path) -> str:
    return _("La sauvegarde {path} est abîmée : choisissez-en une autre. Rien n’a été modifié.").format(path=path)
