"""Taxa: the lists of the protocols and of a reference file, and the search by a few letters of a name."""

# ruff: noqa: S608 - what is put into a statement's text are names of columns of this program, never values

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec

from fieldapp.core.schema import Taxon
from fieldapp.core.text import fold
from fieldapp.store.connection import Database
from fieldapp.store.records import encode

REFERENCE = "taxref"
"""Source of the whole national reference; every other source is a protocol's code."""

MAX_TEXT, MAX_WORDS, MAX_LETTERS = 200, 8, 40
"""What is looked at of a typed text: enough for every name of TAXREF, little enough for any paste."""

CANDIDATES = 60
"""Names of the reference that are fetched, and then put in order, for one keystroke."""

CD_NOM_OF_MATCH = "SELECT cd_nom FROM taxon WHERE id IN (SELECT rowid FROM taxon_names WHERE taxon_names MATCH :match)"
"""For other lists of this room: the cd_nom whose names match `match_query` of a text, given as `:match`."""

_BLOCK = 1_000_000  # ids of one curated list
_REFERENCE_FIRST = 1_000_000_000  # ids of the reference begin here: curated lists are always proposed first
_LAST = (1 << 62) - 1

# After fold(), letters of Latin alphabets and digits. Nothing else gets into the index or into a query, so that both
# sides cut words at the same places and no typed character is ever read as query syntax.
_WORD = re.compile("[0-9a-zà-öø-ɏ]+")

_COLUMNS = (
    "id, cd_nom, cd_ref, lb_nom, lb_auteur, nom_vern, rank, regional_rank, complex, status, aliases, parent, "
    "group_inpn, lineage"
)


class _Installed(msgspec.Struct, frozen=True):
    """What `meta` knows of a source: what it held when it was put in, and where."""

    digest: str
    first: int
    count: int


def install(db: Database, protocol_code: str, taxa: Sequence[Taxon]) -> bool:
    """Put a protocol's own list in place, in the order in which it is to be proposed; return whether it was changed.

    Costs one look-up when the list is the one that is there already.
    """
    digest = f"{zlib.crc32(msgspec.msgpack.encode(taxa)):08x}"
    known = _installed(db, protocol_code)
    if known and known.digest == digest:
        return False
    install_many(db, protocol_code, taxa, digest)
    return True


def install_many(db: Database, source: str, taxa: Iterable[Taxon], digest: str = "") -> int:
    """Replace all names of a source, read one by one in the order of proposing; return how many there are now."""
    with db.transaction() as connection:
        known = _installed(db, source)
        if known:
            ends = (known.first, known.first + known.count - 1)
            connection.execute(
                "INSERT INTO taxon_names (taxon_names, rowid, words) "
                "SELECT 'delete', id, words FROM taxon WHERE id BETWEEN ? AND ?",
                ends,
            )
            connection.execute("DELETE FROM taxon WHERE id BETWEEN ? AND ?", ends)
        first = known.first if known else _free_block(db, source)
        rows = _rows(source, taxa, first)
        count = 0
        while chunk := list(islice(rows, 10_000)):
            connection.executemany(f"INSERT INTO taxon VALUES ({', '.join('?' * 16)})", chunk)
            count += len(chunk)
        connection.execute(
            "INSERT INTO taxon_names (rowid, words) SELECT id, words FROM taxon WHERE id BETWEEN ? AND ?",
            (first, first + count - 1),
        )
        if count > _BLOCK // 100:
            # One sorted piece instead of several: each keystroke then reads one place.
            connection.execute("INSERT INTO taxon_names (taxon_names) VALUES ('optimize')")
        connection.execute(
            "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (_meta_name(source), encode(_Installed(digest, first, count)).decode()),
        )
    return count


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
    if typed.isascii() and typed.isdigit() and len(typed) < 10:
        found.update(by_cd_nom(db, [int(typed)]))
    own = _installed(db, preferred) if preferred else None
    if own:
        _add(found, _hits(db, query, own.first, own.first + own.count - 1, limit))
    if len(found) < limit:
        _add(found, _hits(db, query, 0, _REFERENCE_FIRST - 1, limit * 2))
    if len(found) < limit:
        wanted = fold(text[:MAX_TEXT])
        rest = _hits(db, query, _REFERENCE_FIRST, _LAST, max(CANDIDATES, limit))
        _add(found, sorted(rest, key=lambda taxon: _closeness(taxon, wanted)))
    return list(found.values())[:limit]


def by_cd_nom(db: Database, cds: Iterable[int]) -> dict[int, Taxon]:
    """Return the taxa with these cd_nom, as the protocols' lists know them, else as the reference does."""
    wanted = list(dict.fromkeys(cds))
    found: dict[int, Taxon] = {}
    for start in range(0, len(wanted), 500):
        rows = db.rows(
            f"SELECT {_COLUMNS} FROM taxon WHERE cd_nom IN (SELECT value FROM json_each(?)) ORDER BY id",
            (encode(wanted[start : start + 500]).decode(),),
        )
        _add(found, map(_taxon, rows))
    return found


def match_query(text: str) -> str:
    """Return what the full-text index is asked for a typed text, "" when it holds no word."""
    words = dict.fromkeys(word[:MAX_LETTERS] for word in _WORD.findall(fold(text[:MAX_TEXT])))
    return " ".join(f'"{word}"*' for word in islice(words, MAX_WORDS))


def _hits(db: Database, query: str, first: int, last: int, limit: int) -> list[Taxon]:
    # In order of id the index is read only as far as needed; a rank would have to be worked out for every hit.
    rows = db.rows(
        f"SELECT {_COLUMNS} FROM taxon WHERE id IN ("
        " SELECT rowid FROM taxon_names WHERE taxon_names MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid LIMIT ?"
        ") ORDER BY id",
        (query, first, last, limit),
    )
    return [_taxon(row) for row in rows]


def _closeness(taxon: Taxon, wanted: str) -> tuple[bool, bool, bool]:
    """Return a key that puts names beginning with the typed text first, then valid names, then those of species."""
    begins = any(fold(name).startswith(wanted) for name in (taxon.lb_nom, taxon.nom_vern, *taxon.aliases))
    return (not begins, taxon.cd_nom != taxon.cd_ref, taxon.rank != "ES")


def _add(found: dict[int, Taxon], taxa: Iterable[Taxon]) -> None:
    for taxon in taxa:
        found.setdefault(taxon.cd_nom, taxon)


def _rows(source: str, taxa: Iterable[Taxon], first: int) -> Iterator[tuple[Any, ...]]:
    for number, t in enumerate(taxa, first):
        names = " ".join((t.lb_nom, t.nom_vern, *t.aliases))
        words = " ".join(dict.fromkeys([str(t.cd_nom), *_WORD.findall(fold.__wrapped__(names))]))
        aliases = encode(t.aliases).decode() if t.aliases else "[]"
        yield (
            number, t.cd_nom, t.cd_ref, t.lb_nom, t.lb_auteur, t.nom_vern, t.rank, t.regional_rank, t.complex,
            t.status, aliases, t.parent, t.group, encode(t.lineage).decode() if t.lineage else "[]", words, source,
        )  # fmt: skip


def _taxon(row: Sequence[Any]) -> Taxon:
    decode = msgspec.json.decode
    return Taxon(*(*row[1:10], tuple(decode(row[10])), row[11], row[12], tuple(decode(row[13]))))


def _meta_name(source: str) -> str:
    return f"taxa:{source}"


def _installed(db: Database, source: str) -> _Installed | None:
    value = db.value("SELECT value FROM meta WHERE name = ?", (_meta_name(source),))
    return None if value is None else msgspec.json.decode(value, type=_Installed)


def _free_block(db: Database, source: str) -> int:
    if source == REFERENCE:
        return _REFERENCE_FIRST
    last = db.value("SELECT max(id) FROM taxon WHERE id < ?", (_REFERENCE_FIRST,)) or 0
    return int(last // _BLOCK + 1) * _BLOCK
