"""What peers have of the photos: their own state, apart from the records. A visit is safe when its photos are.

`media_state` holds what is whole at a peer, as far as is known: what was sent there, and what it said that it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fieldapp.store import peers
from fieldapp.store.connection import Database
from fieldapp.store.media import is_sha256, naming, path_of

PHOTO: Final = "photo"
THUMBNAIL: Final = "thumbnail"
"""What travels, both under the SHA-256 of the photo: its file, and a small copy of it."""

# Written as the index on the field is (`store.indexes`), with the codes in it, else it would not be used; they are
# plain words. 5,000 photos are looked through in 5 ms.
_NAMED = (
    "SELECT DISTINCT json_extract(data, '$.sha256') FROM record WHERE protocol = '{protocol}' AND entity = '{entity}' "
    "AND deleted = 0 AND json_extract(data, '$.sha256') IS NOT NULL"
)
_NOT_THERE = (
    " AND NOT EXISTS (SELECT 1 FROM media_state WHERE peer = ? AND kind = ? AND sent = 1 "
    "AND sha256 = json_extract(data, '$.sha256'))"
)


def named(db: Database) -> dict[str, str]:
    """Return the protocol of the photos that live records name, by SHA-256."""
    found: dict[str, str] = {}
    for protocol, entity in naming(db):
        rows = db.rows(_NAMED.format(protocol=protocol, entity=entity.code))
        for (sha256,) in rows:
            if is_sha256(str(sha256)):
                found.setdefault(sha256, protocol)
    return found


def unsent_photos(db: Database, peer_id: int, kind: str = PHOTO) -> dict[str, str]:
    """Return the protocol of the photos that a live record names, that are here, and that the peer has not.

    By SHA-256, in order; not those of protocols that are not shared with this laptop there. With kind THUMBNAIL: those
    whose small copy the peer has not.
    """
    scope = peers.get(db, peer_id).scope
    found: dict[str, str] = {}
    for protocol, entity in naming(db):
        if not scope or protocol in scope:
            sql = _NAMED.format(protocol=protocol, entity=entity.code) + _NOT_THERE
            for (sha256,) in db.rows(sql, (peer_id, kind)):
                if path_of(db, str(sha256)) is not None:
                    found.setdefault(sha256, protocol)
    return dict(sorted(found.items()))


def visit_is_safe(db: Database, peer_id: int, visit: str) -> bool:
    """Return whether the peer has all photos that the visit and the live records below it name, as far as is known."""
    rows = db.rows(
        "WITH RECURSIVE below (uid) AS (SELECT ?1 UNION SELECT record.uid FROM record JOIN below"
        " ON record.parent = below.uid WHERE record.deleted = 0)"
        " SELECT DISTINCT json_extract(data, '$.sha256') FROM record JOIN below USING (uid)"
        " WHERE deleted = 0 AND json_extract(data, '$.sha256') NOT IN"
        " (SELECT sha256 FROM media_state WHERE peer = ?2 AND kind = ?3 AND sent = 1)",
        (visit, peer_id, PHOTO),
    )
    return not any(is_sha256(str(sha256)) for (sha256,) in rows)


def at_peer(db: Database, peer_id: int, kind: str) -> set[str]:
    """Return the photos that the peer has whole, or whose small copy it has, as far as is known."""
    rows = db.rows("SELECT sha256 FROM media_state WHERE peer = ? AND kind = ? AND sent = 1", (peer_id, kind))
    return {sha256 for (sha256,) in rows}


def note_at_peer(db: Database, peer_id: int, kind: str, sha256: str, *, there: bool = True) -> None:
    """Note that the peer has this whole, or that it has it no more."""
    with db.transaction() as connection:
        connection.execute(
            "INSERT INTO media_state (peer, sha256, kind, sent) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (peer, sha256, kind) DO UPDATE SET sent = excluded.sent",
            (peer_id, sha256, kind, there),
        )


def listed_up_to(db: Database, peer_id: int) -> int:
    """Return the peer's number up to which it was asked what photos it has."""
    return int(db.value("SELECT media_cursor FROM peer WHERE id = ?", (peer_id,)) or 0)


def note_listed(db: Database, peer_id: int, found: Sequence[tuple[str, str]], up_to: int) -> None:
    """Note what the peer says that it has (kind, SHA-256), and up to which of its numbers."""
    with db.transaction() as connection:
        connection.executemany(
            "INSERT INTO media_state (peer, kind, sha256, sent) VALUES (?, ?, ?, 1) "
            "ON CONFLICT (peer, sha256, kind) DO UPDATE SET sent = 1",
            [(peer_id, kind, sha256) for kind, sha256 in found if kind in {PHOTO, THUMBNAIL} and is_sha256(sha256)],
        )
        connection.execute("UPDATE peer SET media_cursor = ? WHERE id = ?", (up_to, peer_id))
