"""The desk's own file beside the programs' data: what it keeps of each line, and the words that people wrote.

All of it is made from the database and may be thrown away at any time. It follows the database's changes by their
number; a file that does not fit them, or is damaged, is made anew. What it writes it has read after it held the file's
write lock, so that of two programs the later one always knows more. It never writes into the database.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

import fieldapp
from fieldapp.core import paths
from fieldapp.core.ids import new_uid
from fieldapp.core.schema import Problem, Severity
from fieldapp.desk import reading, words
from fieldapp.desk.lines import Doubt, Layout, Told, layout, words_of
from fieldapp.desk.reading import Group, Place
from fieldapp.desk.tables import Numbers
from fieldapp.store import taxa, walking
from fieldapp.store.connection import Database
from fieldapp.store.known_taxa import Taxa

FORMAT = 2

VISITS_AT_ONCE = 500
"""Visits that are read and written in one go: a tenth of a second, in which nobody else can write this file."""

BUSY_SECONDS = 30.0

KEPT_DAYS = 60
"""Days that a file stays which nobody writes: one of a database that was moved, or of a training."""

Report = Callable[[int, int], object]
"""Called with how many visits are done, of how many; may raise to stop: what was done stays done."""

_SCHEMA = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT",
    "CREATE TABLE protocol (number INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE) STRICT",
    # Seasons that are still to be read, newest first.
    """
    CREATE TABLE todo (
        year TEXT NOT NULL, protocol TEXT NOT NULL, visits INTEGER NOT NULL, PRIMARY KEY (year, protocol)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE visit (
        id INTEGER PRIMARY KEY, protocol INTEGER NOT NULL, place INTEGER NOT NULL, year TEXT NOT NULL,
        lines BLOB NOT NULL, people BLOB NOT NULL, doubts BLOB, stamp INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX visit_by_place ON visit (place, year)",
    "CREATE INDEX visit_by_stamp ON visit (stamp)",
    "CREATE TABLE gone (visit INTEGER NOT NULL, stamp INTEGER NOT NULL) STRICT",
    # What the visits of a group point to and are read with: datasets, and whatever was not there yet.
    """
    CREATE TABLE link (
        target TEXT NOT NULL, place INTEGER NOT NULL, year TEXT NOT NULL, protocol INTEGER NOT NULL,
        PRIMARY KEY (target, place, year, protocol)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX link_by_place ON link (place, year, protocol)",
    *words.SCHEMA,
)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the file holds of a visit; `doubts` as `doubts_of` reads them, None for none."""

    visit: int
    lines: bytes
    people: bytes
    doubts: bytes | None


def path_of(database: Path) -> Path:
    """Return where the file of this database lies; the same for all ways of writing the database's path."""
    name = hashlib.sha256(str(database.resolve()).encode()).hexdigest()[:16]
    return paths.cache_folder() / f"desk-{name}.db"


class Index:
    """The open file, for one thread; `following` brings it up to date."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._connection.close()

    def protocols(self) -> dict[int, str]:
        """Return the codes of the protocols by the number that lines have."""
        return dict(self._connection.execute("SELECT number, code FROM protocol"))

    def stamp(self) -> int:
        """Return the number of the last thing written; it rises with each."""
        return int(self._meta("stamp") or 0)

    def made(self) -> str:
        """Return what is another one whenever the file was begun anew: stamps of before mean nothing then."""
        return self._meta("made") or ""

    def is_whole(self) -> bool:
        """Return whether every season has been read."""
        return self._meta("format") is not None and self._one("SELECT 1 FROM todo LIMIT 1") is None

    def seasons_to_read(self) -> set[tuple[str, str]]:
        """Return year and protocol of the seasons that are still to be read."""
        return set(self._connection.execute("SELECT year, protocol FROM todo"))

    def kept(self, after: int = 0) -> Iterator[Kept]:
        """Yield what the file holds of the visits that were written after this stamp, in the order of their numbers."""
        order = "INDEXED BY visit_by_stamp WHERE stamp > ? ORDER BY stamp" if after else "WHERE stamp > ? ORDER BY id"
        rows = self._connection.execute(f"SELECT id, lines, people, doubts FROM visit {order}", (after,))  # noqa: S608
        for row in rows:
            yield Kept(*row)

    def gone(self, after: int) -> list[int]:
        """Return the visits that were taken away after this stamp."""
        return [row[0] for row in self._connection.execute("SELECT visit FROM gone WHERE stamp > ?", (after,))]

    def doubts_of(self, visits: Sequence[int]) -> list[Doubt]:
        """Return the warnings of these visits and their lines that nobody has confirmed."""
        found: list[Doubt] = []
        listed = msgspec.json.encode(list(visits)).decode()
        sql = "SELECT doubts FROM visit WHERE doubts IS NOT NULL AND id IN (SELECT value FROM json_each(?)) ORDER BY id"
        for (packed,) in self._connection.execute(sql, (listed,)):
            found += doubts_of(packed)
        return found

    def search(self, text: str) -> Numbers | None:
        """Return the rising numbers of the records in which each of the words typed begins a word; None for no word."""
        return words.search(self._connection, text)

    # ---------------------------------------------------------------------------------------- following

    def follow(self, db: Database, report: Report = lambda _done, _total: None) -> bool:
        """Bring the file up to date with the database; return whether anything was written.

        What was changed since comes first, then the seasons that were never read, newest first.
        """
        layouts = {code: found for code, one in sorted(db.protocols.items()) if (found := layout(one))}
        versions = " ".join(f"{code}/{db.protocols[code].version}" for code in layouts)
        form = f"{FORMAT} {fieldapp.__version__} {versions} {_names_known(db)}"
        if not self._fits(db, form):
            self._begin(db, layouts, form)
        before = self.stamp()
        self._catch_up(db, layouts, report)
        self._read_seasons(db, layouts, report)
        return self.stamp() != before

    def _fits(self, db: Database, form: str) -> bool:
        """Return whether the file is of this form, and follows the changes of this database."""
        through, mark = int(self._meta("through") or 0), self._meta("mark") or ""
        return self._meta("format") == form and walking.is_change(db, through, mark)

    def _begin(self, db: Database, layouts: Mapping[str, Layout], form: str) -> None:
        """Forget everything and note what is to be read, unless another program has done so meanwhile."""
        with self._writing(), db.snapshot():
            if self._fits(db, form):
                return
            for table in ("protocol", "todo", "visit", "gone", "link"):
                self._connection.execute(f"DELETE FROM {table}")  # noqa: S608
            words.clear(self._connection)
            for number, (code, where) in enumerate(layouts.items()):
                self._connection.execute("INSERT INTO protocol VALUES (?, ?)", (number, code))
                counted = walking.years(db, code, where.visit.code)
                rows = [(year, code, visits) for year, visits in counted.items()]
                self._connection.executemany("INSERT INTO todo VALUES (?, ?, ?)", rows)
            through, mark = walking.newest(db)
            total = sum(count for (count,) in self._connection.execute("SELECT visits FROM todo"))
            self._set(format=form, through=through, mark=mark, total=total, stamp=self.stamp() + 1, made=new_uid())

    def _catch_up(self, db: Database, layouts: Mapping[str, Layout], report: Report) -> None:
        after = int(self._meta("through") or 0)
        through, mark = walking.newest(db)
        if through == after:
            return
        touched = walking.touched(db, after)
        groups, numbers = reading.touched_groups(db, layouts, touched)
        groups |= self._known_groups(db, numbers) | self._linked_groups(db, touched)
        total = len(groups)
        for done, ((code, year), places) in enumerate(_in_chunks(groups)):
            report(min(done * VISITS_AT_ONCE, total), total)
            self._write(db, layouts[code], year, places)
        with self._writing():
            words.keep(
                self._connection,
                [
                    (id_, words_of(db.protocols[one.protocol], one))
                    for id_, one in walking.by_uid(db, touched).values()
                    if one.protocol in db.protocols
                ],
            )
            if int(self._meta("through") or 0) < through:
                self._set(through=through, mark=mark)

    def _known_groups(self, db: Database, numbers: set[int]) -> set[Group]:
        """Return where visits among these lay when they were last read: another year, or another place."""
        return self._groups(
            db, "SELECT DISTINCT protocol, year, place FROM visit WHERE id IN (SELECT value FROM json_each(?))", numbers
        )

    def _linked_groups(self, db: Database, targets: Iterable[str]) -> set[Group]:
        """Return where visits lie that were read with these records, or would have been had they been there."""
        return self._groups(
            db, "SELECT DISTINCT protocol, year, place FROM link WHERE target IN (SELECT value FROM json_each(?))",
            targets,
        )  # fmt: skip

    def _groups(self, db: Database, sql: str, among: Iterable[int | str]) -> set[Group]:
        codes = self.protocols()
        rows = self._connection.execute(sql, (msgspec.json.encode(list(among)).decode(),)).fetchall()
        uids = walking.uids(db, {place for _number, _year, place in rows})
        return {(codes[number], year, uids[place]) for number, year, place in rows if place in uids}

    def _read_seasons(self, db: Database, layouts: Mapping[str, Layout], report: Report) -> None:
        total = int(self._meta("total") or 0)
        while season := self._one("SELECT year, protocol, visits FROM todo ORDER BY year DESC, protocol LIMIT 1"):
            year, code, _visits = season
            left = int(self._one("SELECT sum(visits) FROM todo")[0])
            done = total - left
            places = walking.places(db, code, layouts[code].visit.code, year)
            for parcel, count in _parcels(places):
                report(done, total)
                self._write(db, layouts[code], year, parcel)
                done = min(done + count, total)
            with self._writing():
                self._connection.execute("DELETE FROM todo WHERE year = ? AND protocol = ?", (year, code))
        if total:
            with self._writing():
                self._set(total=0)
            report(total, total)

    def _write(self, db: Database, where: Layout, year: str, places: Sequence[str]) -> None:
        """Read the visits of a year at these places anew and put them in place of those kept."""
        code = where.protocol.code
        with self._writing(), db.snapshot():
            number = self._one("SELECT number FROM protocol WHERE code = ?", code)[0]
            stamp = self.stamp() + 1
            for place in reading.read(db, where, number, year, places, Taxa(db, where.protocol)):
                self._replace(place, number, year, stamp)
            self._set(stamp=stamp)

    def _replace(self, place: Place, number: int, year: str, stamp: int) -> None:
        key = (place.number, year, number)
        old = self._connection.execute("SELECT id FROM visit WHERE place = ? AND year = ? AND protocol = ?", key)
        lost = {row[0] for row in old} - {visit.visit for visit in place.visits}
        self._connection.executemany("DELETE FROM visit WHERE id = ?", [(visit,) for visit in lost])
        self._connection.executemany("INSERT INTO gone VALUES (?, ?)", [(visit, stamp) for visit in lost])
        self._connection.executemany(
            "INSERT OR REPLACE INTO visit VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (one.visit, number, place.number, year, one.lines, one.people, _packed(one), stamp)
                for one in place.visits
            ],
        )
        self._connection.execute("DELETE FROM link WHERE place = ? AND year = ? AND protocol = ?", key)
        self._connection.executemany("INSERT INTO link VALUES (?, ?, ?, ?)", [(one, *key) for one in place.links])
        words.keep(self._connection, [*place.words, *(pair for visit in place.visits for pair in visit.words)])

    # -------------------------------------------------------------------------------------------- file

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise

    def _one(self, sql: str, *values: Any) -> Any:
        return self._connection.execute(sql, values).fetchone()

    def _meta(self, name: str) -> str | None:
        row = self._one("SELECT value FROM meta WHERE name = ?", name)
        return None if row is None else str(row[0])

    def _set(self, **values: object) -> None:
        self._connection.executemany(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [(name, str(value)) for name, value in values.items()],
        )


def open_index(database: Path) -> Index:
    """Open the file of this database; one that is damaged, or of another program's making, is made anew."""
    path = path_of(database)
    path.parent.mkdir(parents=True, exist_ok=True)
    _drop_old(path)
    try:
        return Index(path, _connect(path))
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
            raise
        forget(database)
        return Index(path, _connect(path))


def forget(database: Path) -> None:
    """Throw the file of this database away; it is made again when it is next wanted."""
    _drop(path_of(database))


def _drop_old(path: Path) -> None:
    """Throw away the files beside this one that nobody has written for long: their databases may be gone."""
    oldest = time.time() - KEPT_DAYS * 86_400
    for other in path.parent.glob("desk-*.db"):
        with contextlib.suppress(OSError):  # another program may be throwing it away, or hold it
            if other != path and other.stat().st_mtime < oldest:
                _drop(other)


def _drop(path: Path) -> None:
    for name in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        name.unlink(missing_ok=True)


def followed(db: Database, report: Report = lambda _done, _total: None) -> Index:
    """Return the file of an open database, up to date; a file that turns out to be damaged is made anew."""
    found = open_index(db.path)
    try:
        found.follow(db, report)
    except sqlite3.DatabaseError as error:
        found.__exit__()
        if isinstance(error, sqlite3.OperationalError):
            raise
        forget(db.path)
        found = open_index(db.path)
        found.follow(db, report)
    except BaseException:
        found.__exit__()
        raise
    return found


def doubts_of(packed: bytes) -> list[Doubt]:
    """Return the doubts that a visit's row holds."""
    return [
        Doubt(record, Problem(name, code, Severity.WARNING, params))
        for record, name, code, params in msgspec.msgpack.decode(packed)
    ]


def _names_known(db: Database) -> str:
    """Return what is another one whenever another reference of taxa was loaded: rules ask it for names and ranks."""
    known = taxa.reference(db)
    return "" if known is None else hashlib.sha256(msgspec.json.encode(known)).hexdigest()[:16]


def _packed(visit: Told) -> bytes | None:
    found = [(one.record, one.problem.field, one.problem.code, dict(one.problem.params)) for one in visit.doubts]
    return msgspec.msgpack.encode(found) if found else None


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'holder'").fetchone() is None:
            connection.execute("BEGIN IMMEDIATE")
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'holder'").fetchone() is None:
                for statement in _SCHEMA:
                    connection.execute(statement)
            connection.execute("COMMIT")
        connection.execute("SELECT name, value FROM meta").fetchall()
    except BaseException:
        connection.close()
        raise
    return connection


def _parcels(places: Sequence[tuple[str, int]]) -> Iterator[tuple[list[str], int]]:
    """Yield the places in parcels of about VISITS_AT_ONCE visits."""
    parcel: list[str] = []
    count = 0
    for place, visits in places:
        parcel.append(place)
        count += visits
        if count >= VISITS_AT_ONCE:
            yield parcel, count
            parcel, count = [], 0
    if parcel:
        yield parcel, count


def _in_chunks(groups: set[Group]) -> Iterator[tuple[tuple[str, str], list[str]]]:
    """Yield protocol and year with at most VISITS_AT_ONCE of their places at a time, newest year first."""
    together: dict[tuple[str, str], list[str]] = {}
    for code, year, place in sorted(groups, key=lambda group: (group[1], group[0], group[2]), reverse=True):
        together.setdefault((code, year), []).append(place)
    for key, places in together.items():
        for start in range(0, len(places), VISITS_AT_ONCE):
            yield key, places[start : start + VISITS_AT_ONCE]
