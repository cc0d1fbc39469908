"""What was here at a past instant: of single records, and of the whole database as a copy that is only read.

A change counts from when it was made, however it came, and not before those that it follows: a laptop whose clock was
behind must not show a correction before what it corrected. Nothing counts later than it was here: a clock that was
ahead for an evening must not hide what was typed then. What was typed and taken back again counts for the time in
between.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from fieldapp.core.errors import DatabaseError, FieldappError
from fieldapp.core.merging import Merged, Step, merge
from fieldapp.core.record import Record
from fieldapp.core.schema import StudyProtocol
from fieldapp.core.text import _
from fieldapp.store import disk, instance, records, settling
from fieldapp.store.connection import Author, Database, connect, open_database, translated
from fieldapp.store.records import CHUNK, decode, encode, now

FOLDER = "fieldapp-past-"
"""How the folder of a past state begins; it is made with access for its owner alone, and goes with it."""

Progress = Callable[[int, int, str], object]

_FILE = "passe.db"
_PAGES = 4_000
"""Pages copied between two reports of progress."""

_EMPTIED = ("draft", "outbox", "receipt", "parcel", "sync_log", "aside", "lease", "media_state", "peer")
"""Tables that say how things stand with others, and what is half typed: of no past state."""


class _Change(NamedTuple):
    id: int
    uid: str
    record: str
    base: tuple[str, ...]
    after: Mapping[str, Any]
    made_at: str
    action: int
    kind: str
    of_action: int | None
    withdrawn: bool

    @property
    def step(self) -> Step:
        return Step(self.uid, self.base, self.after)


@dataclass(frozen=True, slots=True)
class _Moment:
    """An instant, and the number of the last action that is known to have been here by then.

    A change counts when it was made by the instant, or was here by then whatever its clock said.
    """

    at: str
    here: int

    def holds(self, change: _Change) -> bool:
        return change.made_at <= self.at or change.action <= self.here


@dataclass(frozen=True, slots=True)
class Past:
    """A copy of a database as it was; `folder` holds it and nothing else, `without` records were not there yet.

    `lock` holds the copy from its making on, so that no other start of the program clears it away.
    """

    path: Path
    folder: Path
    instant: str
    records: int
    without: int
    lock: instance.Lock

    def remove(self) -> None:
        """Delete the copy; what a system does not let go of is deleted by a later start (see `drop_leftovers`)."""
        self.lock.release()
        shutil.rmtree(self.folder, ignore_errors=True)


def instant(moment: datetime) -> str:
    """Return a moment as the store writes instants: UTC, ISO 8601 with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def first_at(db: Database) -> str | None:
    """Return when the first action here was made (UTC), None in a database without any."""
    found: str | None = db.value("SELECT min(made_at) FROM action")
    return found


def state_at(db: Database, uids: Iterable[str], at: str) -> dict[str, Record]:
    """Return these records as they were at an instant (UTC, as the store writes it), deleted or not.

    One that was not there yet is absent.
    """
    wanted = list(dict.fromkeys(uids))
    found: dict[str, Record] = {}
    with db.snapshot():
        moment = _moment(db, at)
        for start in range(0, len(wanted), CHUNK):
            part = wanted[start : start + CHUNK]
            present = records.get_many(db, part)
            for uid, merged in _merged_at(db, part, moment).items():
                found[uid] = settling.as_merged(db, present[uid], merged)
    return found


def build(db_path: Path, protocols: Sequence[StudyProtocol], at: str, *, progress: Progress | None = None) -> Past:
    """Return a copy of the database as it was at an instant, in a new folder of its own.

    Raises DatabaseError (no room, no right to write), DamagedDatabaseError, and whatever `progress` raises: then
    nothing is left of it.
    """
    tell = progress or (lambda _done, _of, _words: None)
    folder = Path(tempfile.mkdtemp(prefix=FOLDER))
    path = folder / _FILE
    lock: instance.Lock | None = None
    try:
        lock = instance.hold(path)
        disk.refuse_full(folder, disk.size(db_path))
        _copy(db_path, path, tell)
        with open_database(path, protocols) as db:
            without = _turn_back(db, _moment(db, at), tell)
            left = records.total(db)
        tell(1, 1, _("Retour en arrière"))
    except BaseException:
        if lock is not None:
            lock.release()
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Past(path, folder, at, left, without, lock)


def drop_leftovers() -> int:
    """Delete the copies that a killed program of this person left behind; return how many they were."""
    mine = getattr(os, "getuid", lambda: 0)()
    dropped = 0
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        # Of others, and behind links, nothing is touched: anybody may put a name into the folder for temporary files.
        with contextlib.suppress(OSError, FieldappError):
            if folder.is_symlink() or not folder.is_dir() or folder.lstat().st_uid != mine:
                continue
            instance.hold(folder / _FILE).release()
            shutil.rmtree(folder, ignore_errors=True)
            dropped += not folder.exists()
    return dropped


def open_past(past: Past, protocols: Sequence[StudyProtocol], author: Author, refusal: str) -> Database:
    """Open a past state for reading; whoever wants to save is told the sentence."""
    from fieldapp.store.opening import open_for_use

    db = open_for_use(past.path, protocols, author)
    db.connection.execute("PRAGMA query_only = ON")
    db.refusal = refusal
    return db


def _copy(source: Path, target: Path, tell: Progress) -> None:
    words = _("Copie de la base")
    with translated(source), contextlib.closing(connect(source)) as connection:
        try:
            copy = sqlite3.connect(target, isolation_level=None)
        except sqlite3.Error as error:
            raise DatabaseError(
                _("Le dossier {folder} ne peut pas être écrit : vérifiez vos droits et la place.").format(
                    folder=target.parent
                )
            ) from error
        with contextlib.closing(copy):
            connection.backup(copy, pages=_PAGES, progress=lambda _s, rest, of: tell(of - rest, of, words) and None)


def _moment(db: Database, at: str) -> _Moment:
    """Return an instant with what was here by then: what was saved here before a save that was made by then."""
    present = now()
    if at >= present:
        return _Moment(at, int(db.value("SELECT max(id) FROM action") or 0))
    own = db.rows("SELECT id, made_at FROM action WHERE kind <> 'sync' AND made_at <= ? ORDER BY id", (present,))
    return _Moment(at, max((number for number, made_at in _believed(own) if made_at <= at), default=0))


def _believed(own: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield the saves of this laptop whose instants are believed: of most of them that do not contradict their order.

    A clock that was ahead or behind for an evening contradicts the saves before or after.
    """
    ends: list[str] = []  # of the rows of each length, the one that ends earliest
    last: list[int] = []
    before: list[int] = []
    for place, (_number, made_at) in enumerate(own):
        length = bisect_right(ends, made_at)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [made_at]
        last[length : length + 1] = [place]
    place = last[-1] if last else -1
    while place >= 0:
        yield own[place]
        place = before[place]


def _turn_back(db: Database, moment: _Moment, tell: Progress) -> int:
    """Take out of the copy what came after the instant; return how many records were not there yet."""
    db.connection.execute("PRAGMA foreign_keys = OFF")
    db.connection.execute("PRAGMA synchronous = OFF")
    with db.transaction() as connection:
        for table in _EMPTIED:
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names of this module
        _mark_late(connection, moment)
        _drop_unborn(connection)
        waiting = [row[0] for row in connection.execute("SELECT record FROM touched")]
        for start in range(0, len(waiting), CHUNK):
            tell(start, len(waiting), _("Retour en arrière"))
            _restore(db, connection, waiting[start : start + CHUNK], moment)
        connection.execute("DELETE FROM action WHERE id NOT IN (SELECT action FROM change)")
        without = _drop_orphans(connection)
        settling.settle(db, connection, _shaken(db, waiting))
        _turn_disputes_back(connection, moment)
        connection.execute("DROP TABLE late")
        connection.execute("DROP TABLE touched")
    return without


def _mark_late(connection: sqlite3.Connection, moment: _Moment) -> None:
    """List the changes that came after the instant, and the records that are to be made anew without them.

    Those are their own, and what they lay below at any time: a deletion may be disputed by what lies below.
    """
    connection.execute("CREATE TEMP TABLE late (id INTEGER PRIMARY KEY, record TEXT NOT NULL)")
    connection.execute(
        "INSERT INTO late SELECT c.id, c.record FROM change AS c CROSS JOIN action AS a ON a.id = c.action "
        "WHERE a.made_at > ? AND a.id > ?",
        (moment.at, moment.here),
    )
    connection.execute("CREATE TEMP TABLE touched (record TEXT PRIMARY KEY) WITHOUT ROWID")
    connection.execute("INSERT OR IGNORE INTO touched SELECT record FROM late")
    connection.execute(
        "INSERT OR IGNORE INTO touched SELECT DISTINCT json_extract(c.after, '$._parent') FROM touched AS t "
        "CROSS JOIN change AS c ON c.record = t.record WHERE json_extract(c.after, '$._parent') IS NOT NULL"
    )


def _drop_unborn(connection: sqlite3.Connection) -> None:
    """Delete the changes of records that have none from before: most of what came since."""
    connection.execute(
        "DELETE FROM touched WHERE NOT EXISTS (SELECT 1 FROM change AS c WHERE c.record = touched.record "
        "AND c.id NOT IN (SELECT id FROM late))"
    )
    connection.execute(
        "DELETE FROM change WHERE id IN (SELECT id FROM late) AND record NOT IN (SELECT record FROM touched)"
    )


def _restore(db: Database, connection: sqlite3.Connection, uids: Sequence[str], moment: _Moment) -> None:
    """Bring records back to what they were, and their changes to those that had been made."""
    counted: dict[str, list[_Change]] = {}
    gone: list[int] = []
    back: list[int] = []
    for uid, changes in _changes(db, uids).items():
        made = _made_by(changes, moment)
        kept = _counting(changes, made)
        counted[uid] = kept
        gone += [change.id for change in changes if change.uid not in made]
        back += [change.id for change in kept if change.withdrawn]
    connection.execute(
        "UPDATE change SET withdrawn = 0 WHERE id IN (SELECT value FROM json_each(?))", (encode(back).decode(),)
    )
    connection.execute("DELETE FROM change WHERE id IN (SELECT value FROM json_each(?))", (encode(gone).decode(),))
    merged = {uid: merge([change.step for change in kept]) for uid, kept in counted.items() if kept}
    settling.put(db, connection, merged, {})
    # What was typed and taken back, and came again later only: what was taken back is kept as deleted.
    nothing = [uid for uid, kept in counted.items() if not kept]
    connection.execute(
        "UPDATE record SET deleted = 1 WHERE uid IN (SELECT value FROM json_each(?))", (encode(nothing).decode(),)
    )


def _drop_orphans(connection: sqlite3.Connection) -> int:
    """Delete the records without a change, and those below a record that is not there; return how many they were."""
    dropped = connection.execute(
        "DELETE FROM record WHERE NOT EXISTS (SELECT 1 FROM change AS c WHERE c.record = record.uid)"
    ).rowcount
    while below := connection.execute(
        "DELETE FROM record WHERE parent IS NOT NULL AND parent NOT IN (SELECT uid FROM record)"
    ).rowcount:
        dropped += below
    return dropped


def _shaken(db: Database, uids: Sequence[str]) -> set[str]:
    """Return the records turned back, with those right above them: a deletion may be disputed by what lies below."""
    found = set(uids)
    for start in range(0, len(uids), CHUNK):
        found |= settling.parents(db, uids[start : start + CHUNK])
    return found


def _turn_disputes_back(connection: sqlite3.Connection, moment: _Moment) -> None:
    """Delete the disputes of later; what was settled only since is open, from the instant on if it was found since."""
    connection.execute("DELETE FROM dispute WHERE settled_at > ?", (moment.at,))
    connection.execute("DELETE FROM dispute WHERE record NOT IN (SELECT uid FROM record)")
    connection.execute("UPDATE dispute SET found_at = ?1 WHERE found_at > ?1", (moment.at,))


def _merged_at(db: Database, uids: Sequence[str], moment: _Moment) -> dict[str, Merged]:
    """Return what these records were; a deleted one below which something lived is looked at with that."""
    given: dict[str, list[Step]] = {}
    for uid, changes in _changes(db, uids).items():
        if kept := _counting(changes, _made_by(changes, moment)):
            given[uid] = [change.step for change in kept]
    found = {uid: merge(steps) for uid, steps in given.items()}
    for uid in _with_living(db, [uid for uid, state in found.items() if state.deleted], moment):
        found[uid] = merge(given[uid], has_live_children=True)
    return found


def _with_living(db: Database, uids: Sequence[str], moment: _Moment) -> set[str]:
    """Return those of these records right below which another lay at the instant, alive."""
    if not uids:
        return set()
    # What lies elsewhere today was moved: few are, and they are found in one walk.
    rows = db.rows(
        "SELECT uid FROM record WHERE parent IN (SELECT value FROM json_each(?1)) AND deleted = 0 "
        "UNION SELECT uid FROM record WHERE parent IN (SELECT value FROM json_each(?1)) AND deleted = 1 "
        "UNION SELECT record FROM change WHERE record IN "
        "(SELECT record FROM change WHERE before IS NOT NULL AND instr(after, '\"_parent\"')) "
        "AND json_extract(after, '$._parent') IN (SELECT value FROM json_each(?1))",
        (encode(list(uids)).decode(),),
    )
    states = _merged_at(db, [row[0] for row in rows], moment)
    return {state.parent for state in states.values() if state.parent and not state.deleted} & set(uids)


def _made_by(changes: Sequence[_Change], moment: _Moment) -> set[str]:
    """Return the changes of one record that had been made by the instant, and all that they follow had."""
    made: set[str] = set()
    later: set[str] = set()
    for change in changes:
        if moment.holds(change) and later.isdisjoint(change.base):
            made.add(change.uid)
        else:
            later.add(change.uid)
    return made


def _counting(changes: Sequence[_Change], made: set[str]) -> list[_Change]:
    """Return those of the changes made that make the record: what was withdrawn counts until it was taken back.

    What an undo took back lies before it as brackets do; one that belongs to no action took back all before it.
    """
    found: list[_Change] = []
    undone_by: list[str] = []
    replaced_by: str | None = None
    for change in reversed(changes):
        if not change.withdrawn:
            replaced_by = change.uid
            undone_by.clear()
            if change.uid in made:
                found.append(change)
        elif change.kind == "undo" and change.of_action is None:
            replaced_by = change.uid
            undone_by.clear()
        elif change.kind == "undo":
            undone_by.append(change.uid)
        else:
            end = undone_by.pop() if undone_by else replaced_by
            if change.uid in made and end is not None and end not in made:
                found.append(change)
    return found[::-1]


def _changes(db: Database, uids: Sequence[str]) -> dict[str, list[_Change]]:
    """Return the changes of these records in order of coming."""
    rows = db.rows(
        "SELECT c.id, c.uid, c.record, c.base, c.after, a.made_at, a.id, a.kind, a.of_action, c.withdrawn "
        "FROM change AS c CROSS JOIN action AS a ON a.id = c.action "
        "WHERE c.record IN (SELECT value FROM json_each(?)) ORDER BY c.record, c.id",
        (encode(list(uids)).decode(),),
    )
    found = (
        _Change(number, uid, record, tuple((base or "").split()), decode(after), made_at, action, kind, of, bool(gone))
        for number, uid, record, base, after, made_at, action, kind, of, gone in rows
    )
    return {uid: list(group) for uid, group in groupby(found, attrgetter("record"))}
