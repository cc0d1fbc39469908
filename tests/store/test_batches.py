"""What was handed to recipients, frozen in the database; the making of batches is in tests/exchange."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from fieldapp import protocols
from fieldapp.core.record import Record, make_record
from fieldapp.store import batches, records
from fieldapp.store.batches import Frozen, Known
from fieldapp.store.connection import Author, Database
from fieldapp.store.ledger import Item, Ledger, State
from fieldapp.store.opening import open_for_use


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_for_use(tmp_path / "base" / "fieldapp.db", protocols.installed(), Author("person", "laptop")) as opened:
        yield opened


def person(db: Database, name: str) -> Record:
    made = make_record("directory", db.protocols["directory"].entity("person"), {"name": name}, None)
    records.save(db, [made], name)
    return made


def delivery(db: Database, made_on: str = "2026-03-14", form: str = "csv", recipient: str = "to") -> Record:
    entity = db.protocols["directory"].entity("delivery")
    values = {"recipient": recipient, "made_on": made_on, "format": form, "file_name": "a.csv", "digest": "0" * 64}
    return make_record("directory", entity, values, None)


def freeze(
    db: Database,
    folder: Path,
    items: Iterable[Item],
    *,
    previous: str = "",
    withdrawn: Sequence[Known] = (),
    files: Sequence[Path] = (),
    through: int | None = None,
) -> batches.Batch:
    record = delivery(db)
    folder.mkdir(exist_ok=True)
    with Ledger(folder / f"{record.uid}.ledger") as ledger:
        for item in items:
            ledger.add(item)
        through = batches.newest_change(db) if through is None else through
        frozen = Frozen(record, through, previous, {"manifest": {}}, ledger, files, withdrawn)
        with batches.attached(db, ledger), db.transaction():
            batches.register(db, frozen, "Envoi")
    found = batches.get(db, record.uid)
    assert found is not None
    return found


def row(name: str, digest: bytes = b"1", state: State = State.NEW, record: str = "") -> Item:
    return Item(name, record or name, digest, state)


def test_an_item_keeps_the_newest_change_that_the_batch_knew(db: Database, tmp_path: Path) -> None:
    made = person(db, "Un")
    first = db.value("SELECT max(id) FROM change")
    uid = db.value("SELECT uid FROM change WHERE id = ?", (first,))
    records.save(db, [make_record("directory", db.protocols["directory"].entity("person"), {"name": "Deux"}, None)], "")
    batch = freeze(db, tmp_path / "w", [row("a", record=made.uid), row("nobody")], through=first)
    found = db.rows("SELECT item, record, version FROM batch_item WHERE batch = ? ORDER BY item", (batch.id,))
    assert found == [("a", made.uid, uid), ("nobody", "nobody", "")]


def test_what_was_told_last_counts_and_what_was_withdrawn_is_unknown(db: Database, tmp_path: Path) -> None:
    one = freeze(db, tmp_path / "w", [row("a"), row("b"), row("c")])
    gone = Known("b", "b", b"1", one.id)
    two = freeze(
        db, tmp_path / "w", [row("a", b"2"), row("c", b"1", State.SAME)], previous=one.delivery, withdrawn=[gone]
    )
    chain = batches.chain(db, two.delivery)
    assert [batch.id for batch in chain] == [two.id, one.id]
    known = batches.known(db, chain, ["a", "b", "c", "d"])
    assert {item: (found.digest, found.batch) for item, found in known.items()} == {
        "a": (b"2", two.id), "c": (b"1", one.id),
    }  # fmt: skip


def test_what_a_ledger_does_not_tell_any_more_is_found_once(db: Database, tmp_path: Path) -> None:
    one = freeze(db, tmp_path / "w", [row(f"r{number:04}") for number in range(1200)])
    two = freeze(db, tmp_path / "w", [row("r0003", b"2", State.CORRECTED)], previous=one.delivery)
    with Ledger(tmp_path / "now.ledger") as ledger:
        for number in range(1200):
            if number not in {3, 700}:
                ledger.add(row(f"r{number:04}", state=State.SAME))
        found = list(batches.untold(db, batches.chain(db, two.delivery), ledger))
    assert [(one_.item, one_.batch) for one_ in found] == [("r0003", two.id), ("r0700", one.id)]


def test_a_delivery_that_goes_on_from_itself_ends(db: Database, tmp_path: Path) -> None:
    one = freeze(db, tmp_path / "w", [row("a")])
    with db.transaction() as connection:
        connection.execute("UPDATE batch SET previous = delivery")
    assert [batch.id for batch in batches.chain(db, one.delivery)] == [one.id]
    assert batches.chain(db, "elsewhere") == []


def test_files_come_back_one_behind_the_other(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "PIECE_BYTES", 64)
    files = [tmp_path / "a", tmp_path / "b", tmp_path / "empty"]
    for path, data in zip(files, (bytes(range(256)), b"x" * 65, b""), strict=True):
        path.write_bytes(data)
    batch = freeze(db, tmp_path / "w", [], files=files)
    assert [len(piece) for piece in batches.content(db, batch)] == [64, 64, 64, 64, 64, 1]
    assert b"".join(batches.content(db, batch)) == bytes(range(256)) + b"x" * 65


def test_nothing_is_registered_when_the_block_fails(db: Database, tmp_path: Path) -> None:
    record = delivery(db)
    with (
        Ledger(tmp_path / "x.ledger") as ledger,
        contextlib.suppress(OSError),
        batches.attached(db, ledger),
        db.transaction(),
    ):
        batches.register(db, Frozen(record, 0, "", {}, ledger, ()), "Envoi")
        raise OSError
    assert records.get(db, record.uid) is None
    assert batches.frozen_here(db) == set()
    freeze(db, tmp_path / "w", [row("a")])  # the ledger of before is not attached any more


def test_the_newest_delivery_is_of_its_recipient_and_format(db: Database) -> None:
    made = [
        delivery(db, "2026-03-14"), delivery(db, "2026-01-02"), delivery(db, "2026-05-01", "xlsx"),
        delivery(db, "2026-06-01", recipient="other"),
    ]  # fmt: skip
    records.save(db, made, "Envois")
    last = batches.last_to(db, "to", "csv")
    assert last is not None
    assert last.uid == made[0].uid
    assert [one.uid for one in batches.deliveries(db)] == [made[number].uid for number in (3, 2, 0, 1)]
    assert batches.last_to(db, "nobody", "csv") is None


def test_fields_that_changed_are_those_of_the_record_and_of_what_lies_above(db: Database) -> None:
    from tests.exchange.handing_on import edit, season

    made = season(db)
    before = batches.newest_change(db)
    edit(db, made["visit"], Heure_fin="21:45")
    edit(db, made["toads"], comments="autre")
    found = batches.fields_since(db, [made["toads"].uid, made["palmate"].uid, made["crested"].uid], before)
    assert found == {made["toads"].uid: {"comments", "Heure_fin"}, made["palmate"].uid: {"Heure_fin"}}


def test_a_record_leads_to_the_deliveries_that_told_of_it(db: Database, tmp_path: Path) -> None:
    first = freeze(db, tmp_path / "a", [row("one", record="r")])
    second = freeze(db, tmp_path / "b", [row("pseudonym", record="r"), row("two", record="s")])
    freeze(db, tmp_path / "c", [row("one", digest=b"", record="r")])
    assert {one.uid for one in batches.telling_of(db, "r")} == {first.delivery, second.delivery}
    assert [one.uid for one in batches.telling_of(db, "s")] == [second.delivery]
    assert batches.telling_of(db, "t") == []
