"""Taxa: the lists of the protocols and of a reference file, and the search by a few letters of a name."""

# ruff: noqa: S608 - what is put into a statement's text are names of columns of this program, never values

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

import msgspec

from fieldapp.core.schema import Taxon
from fieldapp.core.text import fold
from fieldapp.store import reference_names, taxon_rows
from fieldapp.store.connection import Database
from fieldapp.store.records import encode

REFERENCE = "taxref"
"""Source of the whole national reference (see `store.reference_names`); every other one is a protocol's code."""

MAX_TEXT, MAX_WORDS, MAX_LETTERS = 200, 8, 40
"""What is looked at of a typed text: enough for every name of TAXREF, little enough for any paste."""

CANDIDATES = 60
"""Names of the reference that are fetched, and then put in order, for one keystroke."""

CD_NOM_OF_MATCH = " UNION ALL ".join(
    [
        "SELECT cd_nom FROM taxon WHERE id IN (SELECT rowid FROM taxon_names WHERE taxon_names MATCH :match)",
        *(
            f"SELECT cd_nom FROM {table} WHERE '{table}' = "
            f"(SELECT json_extract(value, '$.table') FROM meta WHERE name = '{reference_names.IN_USE}') "
            f"AND id IN (SELECT rowid FROM {table}_names WHERE {table}_names MATCH :match)"
            for table in reference_names.TABLES
        ),
    ]
)
"""For other lists of this room: the cd_nom whose names match `match_query` of a text, given as `:match`."""

_BLOCK = 1_000_000  # ids of one curated list
_LAST = (1 << 62) - 1

_ABOUT = "taxref"

_SPECIES = {"ES", "SSES", "VAR", "FO"}
"""Ranks of species and below (source: TAXREF, list of ranks): what else has a complex stands for all of it."""


class Reference(msgspec.Struct, frozen=True):
    """What is known of the reference that is installed: the figures of its file, and when it was read (UTC).

    `names` were taken, `synonyms` of them are no valid names, `left_out` were passed over (not present in France).
    """

    version: str
    file_name: str
    names: int
    synonyms: int
    left_out: int
    withdrawn: int
    everywhere: bool
    loaded_at: str


class Withdrawn(NamedTuple):
    """A number that the reference has given up; `replacement` is the cd_nom that stands for it, 0 for none."""

    cd_nom: int
    replacement: int
    reason: str
    release: str


class _Installed(msgspec.Struct, frozen=True):
    """What `meta` knows of a curated list: what it held when it was put in, and where."""

    digest: str
    first: int
    count: int

    @property
    def ends(self) -> tuple[int, int]:
        """The ids between which its names lie."""
        return self.first, self.first + self.count - 1


def install(db: Database, protocol_code: str, taxa: Sequence[Taxon]) -> bool:
    """Put a protocol's own list in place, in the order in which it is to be proposed; return whether it was changed.

    Costs one look-up when the list is the one that is there already.
    """
    digest = f"{zlib.crc32(msgspec.msgpack.encode(taxa)):08x}"
    known = reference_names.in_use(db) if protocol_code == REFERENCE else _installed(db, protocol_code)
    if known and known.digest == digest:
        return False
    install_many(db, protocol_code, taxa, digest)
    return True


def install_many(db: Database, source: str, taxa: Iterable[Taxon], digest: str = "") -> int:
    """Replace all names of a source, read one by one in the order of proposing; return how many there are now."""
    if source == REFERENCE:
        staged = reference_names.stage(db, taxa)
        reference_names.swap(db, staged, digest)
        reference_names.clear_spare(db)
        return staged.names
    with db.transaction() as connection:
        known = _installed(db, source)
        if known:
            connection.execute(
                "INSERT INTO taxon_names (taxon_names, rowid, words) "
                "SELECT 'delete', id, words FROM taxon WHERE id BETWEEN ? AND ?",
                known.ends,
            )
            connection.execute("DELETE FROM taxon WHERE id BETWEEN ? AND ?", known.ends)
        first = known.first if known else _free_block(db)
        rows = [(*taxon_rows.row(place, taxon), source) for place, taxon in enumerate(taxa, first)]
        marks = ", ".join("?" * (taxon_rows.WIDTH + 1))
        connection.executemany(f"INSERT INTO taxon VALUES ({marks})", rows)
        installed = _Installed(digest, first, len(rows))
        connection.execute(
            "INSERT INTO taxon_names (rowid, words) SELECT id, words FROM taxon WHERE id BETWEEN ? AND ?",
            installed.ends,
        )
        connection.execute(
            "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (_meta_name(source), encode(installed).decode()),
        )
    return len(rows)


def reference(db: Database) -> Reference | None:
    """Return what is known of the national reference, None where none was loaded."""
    value = db.value("SELECT value FROM meta WHERE name = ?", (_ABOUT,))
    return None if value is None else msgspec.json.decode(value, type=Reference)


def note_reference(db: Database, about: Reference) -> None:
    """Keep what is known of the reference that was installed, in the transaction of who installed it."""
    with db.transaction() as connection:
        connection.execute(
            "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (_ABOUT, encode(about).decode()),
        )


def put_withdrawn(db: Database, given_up: Iterable[Withdrawn]) -> int:
    """Make these the numbers that the reference has given up, in the place of those known; return how many they are."""
    with db.transaction() as connection:
        connection.execute("DELETE FROM taxon_withdrawn")
        connection.executemany(
            "INSERT OR REPLACE INTO taxon_withdrawn (cd_nom, replacement, reason, release) VALUES (?, ?, ?, ?)",
            given_up,
        )
        return int(connection.execute("SELECT count(*) FROM taxon_withdrawn").fetchone()[0])


def replaced(db: Database, cd_nom: int) -> int | None:
    """Return the cd_nom that stands today for one that the reference has given up.

    None where it was not given up; 0 where nothing stands for it. A replacement that was given up too leads on.
    """
    seen: dict[int, None] = {}
    at = cd_nom
    while at not in seen:
        seen[at] = None
        row = db.rows("SELECT replacement FROM taxon_withdrawn WHERE cd_nom = ?", (at,))
        if not row:
            return at if at != cd_nom else None
        at = row[0][0]
        if not at:
            return 0
    return 0


def replacements(db: Database, cds: Iterable[int]) -> list[tuple[int, int]]:
    """Return which of these cd_nom the reference has given up, each with the one that stands for it today, if any."""
    given_up = db.rows(
        "SELECT cd_nom FROM taxon_withdrawn WHERE cd_nom IN (SELECT value FROM json_each(?)) ORDER BY 1",
        (encode(list(cds)).decode(),),
    )
    return [(old, new) for (old,) in given_up if (new := replaced(db, old))]


def withdrawn_in_use(db: Database) -> list[tuple[Withdrawn, int]]:
    """Return the numbers given up that records here bear, each with how many of these; most used first.

    A number that a protocol's list or the reference still knows is not among them.
    """
    with db.snapshot():
        rows = db.rows(
            "SELECT w.cd_nom, w.replacement, w.reason, w.release, count(*) AS times FROM record AS r "
            "CROSS JOIN taxon_withdrawn AS w ON w.cd_nom = r.cd_nom WHERE r.deleted = 0 AND r.cd_nom IS NOT NULL "
            f"AND {_known_nowhere(db)} GROUP BY w.cd_nom ORDER BY times DESC, w.cd_nom"
        )
    return [(Withdrawn(*row[:4]), row[4]) for row in rows]


def unknown_in_use(db: Database) -> dict[int, int]:
    """Return the cd_nom of records that no list knows and that were not given up either, with how many bear each."""
    with db.snapshot():
        rows = db.rows(
            "SELECT r.cd_nom, count(*) FROM record AS r WHERE r.deleted = 0 AND r.cd_nom IS NOT NULL "
            f"AND {_known_nowhere(db)} "
            "AND NOT EXISTS (SELECT 1 FROM taxon_withdrawn AS w WHERE w.cd_nom = r.cd_nom) GROUP BY r.cd_nom ORDER BY 1"
        )
    return dict(rows)


def unknown(db: Database, cds: Iterable[int]) -> frozenset[int]:
    """Return those of these cd_nom that no list knows and that the reference has not given up either."""
    wanted = frozenset(cds)
    given_up = db.rows(
        "SELECT cd_nom FROM taxon_withdrawn WHERE cd_nom IN (SELECT value FROM json_each(?))",
        (encode(list(wanted)).decode(),),
    )
    return wanted - by_cd_nom(db, wanted).keys() - {row[0] for row in given_up}


def borne(db: Database, apart_from: str) -> frozenset[int]:
    """Return each cd_nom that a record bears, deleted ones too, those of one protocol apart."""
    rows = db.rows("SELECT DISTINCT cd_nom FROM record WHERE cd_nom IS NOT NULL AND protocol <> ?", (apart_from,))
    return frozenset(row[0] for row in rows)


def _known_nowhere(db: Database) -> str:
    """Return the condition that no list knows the cd_nom of the record `r`."""
    return " AND ".join(f"NOT EXISTS (SELECT 1 FROM {table} AS t WHERE t.cd_nom = r.cd_nom)" for table in _tables(db))


def _tables(db: Database) -> list[str]:
    """Return the tables of names, the protocols' lists first."""
    known = reference_names.in_use(db)
    return ["taxon", known.table] if known is not None else ["taxon"]


def below(db: Database, cd_nom: int) -> frozenset[int]:
    """Return the cd_nom of a taxon with all that lie below it, synonyms too; a synonym stands for its valid name.

    What lies below is known by the reference; without it, within the protocols' lists by the Latin name (genus,
    species, subspecies), and by the complex for the name that stands for one.
    """
    with db.snapshot():
        tables = _tables(db)
        valid = (f"SELECT cd_ref FROM {table} WHERE cd_nom = ?1" for table in tables)
        lower = (
            f"SELECT t.cd_nom FROM below CROSS JOIN {table} AS t ON t.parent = below.cd_nom AND t.parent <> 0"
            for table in tables
        )
        told = " UNION ".join(["SELECT ?1", *valid, *lower])
        rows = db.rows(f"WITH RECURSIVE below (cd_nom) AS ({told}) SELECT cd_nom FROM below", (cd_nom,))
        return frozenset({row[0] for row in rows} | _below_by_name(db, cd_nom))


def _below_by_name(db: Database, cd_nom: int) -> set[int]:
    """Return what lies below a taxon within the protocols' lists, by the names alone."""
    listed = db.rows("SELECT cd_nom, cd_ref, lb_nom, rank, complex FROM taxon ORDER BY id")
    asked = [row for row in listed if row[0] == cd_nom]
    valid = {row[1] for row in asked} | {cd_nom}
    starts = tuple(f"{row[2]} " for row in listed if row[0] in valid)
    groups = {row[4] for row in asked if row[4] and row[3] not in _SPECIES}
    return {row[0] for row in listed if row[1] in valid or (starts and row[2].startswith(starts)) or row[4] in groups}


def valid_names(db: Database, found: Iterable[Taxon]) -> dict[int, Taxon]:
    """Return for the synonyms among these taxa, by their cd_nom, the valid one, as far as it is known."""
    synonyms = {taxon.cd_nom: taxon.cd_ref for taxon in found if taxon.cd_ref != taxon.cd_nom}
    valid = by_cd_nom(db, synonyms.values())
    return {cd_nom: valid[cd_ref] for cd_nom, cd_ref in synonyms.items() if cd_ref in valid}


def search(db: Database, text: str, limit: int = 12, preferred: str | None = None) -> list[Taxon]:
    """Return the taxa whose names hold a word that begins with each of the words typed, in any order.

    Names are Latin, French, aliases and cd_nom, accents and capitals apart. First comes the taxon whose cd_nom was
    typed whole, then the list of `preferred` (a protocol's code) in its own order, then the other protocols' lists,
    then the reference; each cd_nom once. Anything may be typed: a text without a word finds nothing.
    """
    query = match_query(text)
    if not query:
        return []
    found: dict[int, Taxon] = {}
    typed = text.strip()
    with db.snapshot():
        if typed.isascii() and typed.isdigit() and len(typed) < 10:
            found.update(by_cd_nom(db, [int(typed)]))
        own = _installed(db, preferred) if preferred else None
        if own:
            _add(found, _hits(db, "taxon", query, limit, own.ends))
        if len(found) < limit:
            _add(found, _hits(db, "taxon", query, limit * 2))
        if len(found) < limit and (reference := reference_names.in_use(db)):
            wanted = fold(text[:MAX_TEXT])
            rest = _hits(db, reference.table, query, max(CANDIDATES, limit))
            _add(found, sorted(rest, key=lambda taxon: _closeness(taxon, wanted)))
    return list(found.values())[:limit]


def by_cd_nom(db: Database, cds: Iterable[int]) -> dict[int, Taxon]:
    """Return the taxa with these cd_nom, as the protocols' lists know them, else as the reference does."""
    wanted = list(dict.fromkeys(cds))
    found: dict[int, Taxon] = {}
    with db.snapshot():
        for table in _tables(db):
            for start in range(0, len(wanted), 500):
                rows = db.rows(
                    f"SELECT {taxon_rows.COLUMNS} FROM {table} "
                    "WHERE cd_nom IN (SELECT value FROM json_each(?)) ORDER BY id",
                    (encode(wanted[start : start + 500]).decode(),),
                )
                _add(found, map(taxon_rows.taxon, rows))
            wanted = [cd_nom for cd_nom in wanted if cd_nom not in found]
    return found


def match_query(text: str) -> str:
    """Return what the full-text index is asked for a typed text, "" when it holds no word."""
    return " ".join(f'"{word}"*' for word in words_typed(text))


def words_typed(text: str) -> list[str]:
    """Return the words of a typed text that are searched for, folded, each once."""
    words = dict.fromkeys(word[:MAX_LETTERS] for word in taxon_rows.WORD.findall(fold(text[:MAX_TEXT])))
    return list(islice(words, MAX_WORDS))


def words_of(text: str) -> list[str]:
    """Return the words of a folded text, as a typed one is taken apart."""
    return taxon_rows.WORD.findall(text)


def _hits(db: Database, table: str, query: str, limit: int, ends: tuple[int, int] = (0, _LAST)) -> list[Taxon]:
    # In order of id the index is read only as far as needed; a rank would have to be worked out for every hit.
    rows = db.rows(
        f"SELECT {taxon_rows.COLUMNS} FROM {table} WHERE id IN ("
        f" SELECT rowid FROM {table}_names WHERE {table}_names MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid LIMIT ?"
        ") ORDER BY id",
        (query, *ends, limit),
    )
    return [taxon_rows.taxon(row) for row in rows]


def _closeness(taxon: Taxon, wanted: str) -> tuple[bool, bool, bool]:
    """Return a key that puts names beginning with the typed text first, then valid names, then those of species."""
    begins = any(fold(name).startswith(wanted) for name in (taxon.lb_nom, taxon.nom_vern, *taxon.aliases))
    return (not begins, taxon.cd_nom != taxon.cd_ref, taxon.rank != "ES")


def _add(found: dict[int, Taxon], taxa: Iterable[Taxon]) -> None:
    for taxon in taxa:
        found.setdefault(taxon.cd_nom, taxon)


def _meta_name(source: str) -> str:
    return f"taxa:{source}"


def _installed(db: Database, source: str) -> _Installed | None:
    value = db.value("SELECT value FROM meta WHERE name = ?", (_meta_name(source),))
    return None if value is None else msgspec.json.decode(value, type=_Installed)


def _free_block(db: Database) -> int:
    last = db.value("SELECT max(id) FROM taxon") or 0
    return int(last // _BLOCK + 1) * _BLOCK
