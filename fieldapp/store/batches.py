"""What was handed to recipients, frozen: what each file told of which record, what stood beside it, and its bytes."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from fieldapp.core.record import Record
from fieldapp.store import records
from fieldapp.store.connection import Database, translated
from fieldapp.store.ledger import Ledger
from fieldapp.store.records import CHUNK, decode, encode

PIECE_BYTES = 1_000_000
"""Bytes of a file that are compressed and stored together."""

DIRECTORY, DELIVERY, RECIPIENT = "directory", "delivery", "recipient"

_COLUMNS = "id, delivery, through, previous, manifest, made_at"


@dataclass(frozen=True, slots=True)
class Batch:
    """One file as it left: its number here, its record in the register, the newest change that it knew.

    `previous` is the delivery that it goes on from, "" for one that is whole.
    """

    id: int
    delivery: str
    through: int
    previous: str
    manifest: Mapping[str, Any]
    made_at: str


@dataclass(frozen=True, slots=True)
class Frozen:
    """What is to be frozen of a file that is complete: its record of the register, its rows, its files in order.

    `key` is the record of the key by which its identities were made, None where that is known already.
    """

    delivery: Record
    through: int
    previous: str
    manifest: Mapping[str, Any]
    ledger: Ledger
    files: Sequence[Path]
    withdrawn: Iterable[Known] = ()
    key: Record | None = None


class Known(NamedTuple):
    """What a recipient was told of a row, and in which batch; an empty digest: it was withdrawn from them."""

    item: str
    record: str
    digest: bytes
    batch: int


def get(db: Database, delivery: str) -> Batch | None:
    """Return what is frozen of a delivery, None for one that was made on another computer."""
    rows = db.rows(f"SELECT {_COLUMNS} FROM batch WHERE delivery = ?", (delivery,))  # noqa: S608 - columns
    return _batch(rows[0]) if rows else None


def deliveries(db: Database) -> list[Record]:
    """Return the register, the newest delivery first, those that were made on other computers too."""
    found = records.roots(db, DIRECTORY, DELIVERY)
    return sorted(found, key=lambda record: (str(record.data.get("made_on", "")), record.uid), reverse=True)


def recipients(db: Database) -> list[Record]:
    """Return whoever may be handed something, in order of making."""
    return records.roots(db, DIRECTORY, RECIPIENT)


def last_to(db: Database, recipient: str, form: str) -> Record | None:
    """Return the newest delivery of a format to a recipient, None before the first."""
    return next(iter(all_to(db, recipient, form)), None)


def all_to(db: Database, recipient: str, form: str) -> list[Record]:
    """Return the deliveries of a format to a recipient, newest first."""
    return [one for one in deliveries(db) if (one.data.get("recipient"), one.data.get("format")) == (recipient, form)]


def frozen_here(db: Database) -> set[str]:
    """Return the deliveries whose files are in this database."""
    return {row[0] for row in db.rows("SELECT delivery FROM batch")}


def telling_of(db: Database, record: str) -> list[Record]:
    """Return the deliveries made here whose files told of a record, newest first; reads every row that ever left."""
    told = "SELECT DISTINCT delivery FROM batch_item JOIN batch ON id = batch WHERE record = ? AND digest <> x''"
    uids = {row[0] for row in db.rows(told, (record,))}
    return [one for one in deliveries(db) if one.uid in uids] if uids else []


def chain(db: Database, delivery: str) -> list[Batch]:
    """Return the batches by which a recipient knows what they know: this one, those it goes on from, newest first."""
    found: list[Batch] = []
    while delivery and (batch := get(db, delivery)) is not None and batch not in found:
        found.append(batch)
        delivery = batch.previous
    return found


def newest_change(db: Database) -> int:
    """Return the number of the newest change, 0 where there is none."""
    return int(db.value("SELECT coalesce(max(id), 0) FROM change"))


def known(db: Database, batches: Sequence[Batch], items: Iterable[str]) -> dict[str, Known]:
    """Return what these batches last told of these rows; what was withdrawn or never told is absent."""
    rows = db.rows(
        "SELECT item, record, digest, batch FROM json_each(?1) AS b CROSS JOIN json_each(?2) AS i "
        "JOIN batch_item ON batch = b.value AND item = i.value ORDER BY batch",
        (encode([one.id for one in batches]).decode(), encode(list(items)).decode()),
    )
    found = {row[0]: Known(*row) for row in rows}
    return {item: one for item, one in found.items() if one.digest}


def untold(db: Database, batches: Sequence[Batch], ledger: Ledger) -> Iterator[Known]:
    """Yield what these batches told and the ledger does not: what the recipient is to take back, in order of item."""
    for number, batch in enumerate(batches):
        rest = iter(
            db.connection.execute(
                "SELECT item, record, digest, batch FROM batch_item WHERE batch = ? AND digest <> x'' ORDER BY item",
                (batch.id,),
            )
        )
        while rows := list(islice(rest, CHUNK)):
            newer = _told(db, batches[:number], [row[0] for row in rows])
            told = ledger.known(row[0] for row in rows)
            yield from (Known(*row) for row in rows if row[0] not in newer and row[0] not in told)


def _told(db: Database, batches: Sequence[Batch], items: Sequence[str]) -> set[str]:
    rows = db.rows(
        "SELECT item FROM json_each(?1) AS b CROSS JOIN json_each(?2) AS i "
        "JOIN batch_item ON batch = b.value AND item = i.value",
        (encode([one.id for one in batches]).decode(), encode(list(items)).decode()),
    )
    return {row[0] for row in rows}


def fields_since(db: Database, uids: Iterable[str], number: int) -> dict[str, set[str]]:
    """Return which fields of these records, and of those above them, have changed since a change, by record."""
    found: dict[str, set[str]] = {}
    rest = iter(uids)
    while chunk := list(islice(rest, CHUNK)):
        rows = db.rows(
            "WITH RECURSIVE up (uid, at) AS (SELECT value, value FROM json_each(?1) UNION ALL "
            "SELECT up.uid, record.parent FROM up JOIN record ON record.uid = up.at WHERE record.parent IS NOT NULL) "
            "SELECT up.uid, change.after FROM up CROSS JOIN change ON change.record = up.at WHERE change.id > ?2",
            (encode(chunk).decode(), number),
        )
        for uid, after in rows:
            found.setdefault(uid, set()).update(decode(after))
    return found


def register(db: Database, frozen: Frozen, label: str) -> records.Saved:
    """Enter a delivery into the register and freeze its file, inside a transaction that the caller holds.

    Undo does not reach it: what has left can't be taken back. The ledger must have been attached (see `attached`).
    """
    with db.transaction() as connection:
        saved = records.save(db, [frozen.delivery, *([frozen.key] if frozen.key else [])], label)
        connection.execute("UPDATE action SET state = 'passed' WHERE id = ?", (saved.action,))
        cursor = connection.execute(
            "INSERT INTO batch (delivery, through, previous, manifest, made_at) VALUES (?, ?, ?, ?, ?)",
            (frozen.delivery.uid, frozen.through, frozen.previous, encode(frozen.manifest).decode(), saved.made_at),
        )
        batch = int(cursor.lastrowid or 0)
        _freeze_items(connection, batch, frozen)
        connection.executemany(
            "INSERT INTO batch_piece (batch, number, data) VALUES (?, ?, ?)",
            ((batch, number, data) for number, data in enumerate(_pieces(frozen.files))),
        )
    return saved


def _freeze_items(connection: sqlite3.Connection, batch: int, frozen: Frozen) -> None:
    version = (
        "coalesce((SELECT uid FROM change WHERE change.record = i.record AND change.id <= ?2 "
        "ORDER BY id DESC LIMIT 1), '')"
    )
    connection.execute(
        f"INSERT INTO batch_item (batch, item, record, version, digest) SELECT ?1, i.item, i.record, {version}, "  # noqa: S608 - no value
        "i.digest FROM ledger.item AS i WHERE i.state <> 0 ORDER BY i.item",
        (batch, frozen.through),
    )
    connection.executemany(
        "INSERT INTO batch_item (batch, item, record, version, digest) VALUES (?, ?, ?, '', x'')",
        ((batch, one.item, one.record) for one in frozen.withdrawn),
    )


@contextlib.contextmanager
def attached(db: Database, ledger: Ledger) -> Iterator[None]:
    """Let the database read the ledger inside the block, so that its rows go over without passing through here."""
    ledger.flush()
    with translated(db.path):
        db.connection.execute("ATTACH ? AS ledger", (str(ledger.path),))
    try:
        yield
    finally:
        with translated(db.path):
            db.connection.execute("DETACH ledger")


def _pieces(files: Sequence[Path]) -> Iterator[bytes]:
    """Yield the bytes of the files one behind the other, in compressed pieces."""
    import zstandard

    packer = zstandard.ZstdCompressor(level=3, write_content_size=True, write_checksum=True)
    for path in files:
        with path.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                yield packer.compress(piece)


def content(db: Database, batch: Batch) -> Iterator[bytes]:
    """Yield the bytes of the files of a batch one behind the other, in pieces of at most PIECE_BYTES."""
    import zstandard

    reader = zstandard.ZstdDecompressor()
    with translated(db.path):
        for (data,) in db.connection.execute(
            "SELECT data FROM batch_piece WHERE batch = ? ORDER BY number", (batch.id,)
        ):
            yield reader.decompress(data, PIECE_BYTES)


def _batch(row: tuple[Any, ...]) -> Batch:
    number, delivery, through, previous, manifest, made_at = row
    return Batch(number, delivery, through, previous, decode(manifest), made_at)
